//! When to try again, and when to give up. The decisions are pure: the clock and chance come in as parameters.

use std::time::Duration;

use crate::config::Dispatch;
use crate::domain::Stamp;

/// The shortest pause, also against a `Retry-After: 0`.
const LEAST: Duration = Duration::from_secs(1);

/// How a row goes on after an attempt that failed for a reason that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Further {
    Again(Stamp),
    /// It has failed for `give_up_after`: parked, with an alarm.
    GiveUp,
}

/// A number from 0 to 1 for [`pause`] and [`further`].
pub(crate) fn chance() -> f64 {
    rand::random()
}

/// The pause after `failures` (1 or more) attempts in a row that failed.
///
/// A `Retry-After` is obeyed in full and replaces the ladder's step: chance only adds to it. Without one, chance adds
/// to the step or takes from it, so that many rows that failed together do not come back together.
/// `chance` is from 0 to 1.
pub(crate) fn pause(settings: &Dispatch, failures: u32, retry_after: Option<Duration>, chance: f64) -> Duration {
    let jitter = fraction(settings.jitter);
    let chance = fraction(chance);
    if let Some(after) = retry_after {
        return after.max(LEAST).saturating_add(share(after, jitter * chance));
    }
    let step = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let base = settings.retry_ladder.get(step).or(settings.retry_ladder.last()).copied().unwrap_or(Duration::from_secs(60));
    let least = base.saturating_sub(share(base, jitter));
    least.saturating_add(share(base, 2.0 * jitter * chance)).max(LEAST)
}

/// What becomes of a row that has now failed `failures` times, the first time at `first_failed_at`.
pub(crate) fn further(
    settings: &Dispatch,
    now: Stamp,
    failures: u32,
    first_failed_at: Option<i64>,
    retry_after: Option<Duration>,
    chance: f64,
) -> Further {
    let failing = now.0.saturating_sub(first_failed_at.unwrap_or(now.0));
    if failing >= micros(settings.give_up_after) {
        return Further::GiveUp;
    }
    Further::Again(after(now, pause(settings, failures, retry_after, chance)))
}

/// A point in time after a pause.
pub(crate) fn after(now: Stamp, pause: Duration) -> Stamp {
    Stamp(now.0.saturating_add(micros(pause)))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn fraction(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

fn share(of: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(of.as_secs_f64() * factor).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Further, further, pause};
    use crate::config::Dispatch;
    use crate::dispatch::tests::world::dispatch_settings;
    use crate::domain::Stamp;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn jittered(jitter: f64) -> Dispatch {
        Dispatch { jitter, retry_ladder: vec![seconds(10), seconds(100)], give_up_after: seconds(3600), ..dispatch_settings() }
    }

    #[test]
    fn the_ladder_is_climbed_and_its_last_step_repeats() {
        let settings = jittered(0.0);
        for (failures, pause_s) in [(0, 10), (1, 10), (2, 100), (3, 100), (u32::MAX, 100)] {
            assert_eq!(pause(&settings, failures, None, 0.5), seconds(pause_s));
        }
    }

    #[test]
    fn chance_spreads_a_pause_to_both_sides() {
        let settings = jittered(0.2);
        assert_eq!(pause(&settings, 2, None, 0.0), seconds(80));
        assert_eq!(pause(&settings, 2, None, 0.5), seconds(100));
        assert_eq!(pause(&settings, 2, None, 1.0), seconds(120));
    }

    #[test]
    fn retry_after_is_never_shortened() {
        let settings = jittered(0.2);
        assert_eq!(pause(&settings, 7, Some(seconds(50)), 0.0), seconds(50));
        assert_eq!(pause(&settings, 1, Some(seconds(50)), 1.0), seconds(60));
        assert_eq!(pause(&settings, 1, Some(seconds(0)), 0.0), seconds(1));
    }

    #[test]
    fn nonsense_in_the_settings_does_no_harm() {
        for jitter in [f64::NAN, -3.0, 9.0] {
            assert!(pause(&jittered(jitter), 1, None, f64::NAN) >= seconds(1));
        }
        let empty = Dispatch { retry_ladder: Vec::new(), ..jittered(0.0) };
        assert_eq!(pause(&empty, 1, None, 0.0), seconds(60));
    }

    #[test]
    fn a_row_is_given_up_after_the_time_not_after_a_number_of_attempts() {
        let settings = jittered(0.0);
        let now = Stamp(10_000_000_000);
        let first = now.0 - 3_600_000_000;
        assert_eq!(further(&settings, now, 900, Some(first + 1), None, 0.0), Further::Again(Stamp(now.0 + 100_000_000)));
        assert_eq!(further(&settings, now, 2, Some(first), None, 0.0), Further::GiveUp);
        assert_eq!(further(&settings, now, 1, None, None, 0.0), Further::Again(Stamp(now.0 + 10_000_000)));
    }
}
