//! A database that cannot be reached: pauses that grow between the attempts, one line in the log when it begins and one
//! when it is over.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

struct Down {
    since: Instant,
    next_attempt: Instant,
    pause: Duration,
    why: String,
}

/// Shared by all who connect to one database.
#[derive(Default)]
pub(super) struct Outage {
    down: Mutex<Option<Down>>,
}

impl Outage {
    fn down(&self) -> MutexGuard<'_, Option<Down>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why no attempt is made now.
    pub(crate) fn pauses(&self, now: Instant) -> Option<String> {
        self.down().as_ref().filter(|down| now < down.next_attempt).map(|down| down.why.clone())
    }

    /// Nobody has connected since an attempt failed.
    pub(crate) fn lasts(&self) -> bool {
        self.down().is_some()
    }

    /// An attempt failed. True where that is news.
    pub(crate) fn failed(&self, why: &str, now: Instant) -> bool {
        let mut state = self.down();
        if let Some(down) = state.as_mut() {
            // Attempts of others within the pause do not lengthen it.
            if now >= down.next_attempt {
                down.pause = (down.pause * 2).min(LONGEST_PAUSE);
                down.next_attempt = now + down.pause;
            }
            why.clone_into(&mut down.why);
            return false;
        }
        *state = Some(Down { since: now, next_attempt: now + FIRST_PAUSE, pause: FIRST_PAUSE, why: why.to_owned() });
        drop(state);
        log::error!("the database cannot be reached, calls are refused until it can: {why}");
        true
    }

    /// An attempt worked. True where that is news.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        let Some(down) = self.down().take() else { return false };
        log::info!("the database can be reached again, after {} s", now.duration_since(down.since).as_secs());
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{FIRST_PAUSE, LONGEST_PAUSE, Outage};

    #[test]
    fn an_outage_is_told_once_and_its_end_once() {
        let (outage, now) = (Outage::default(), Instant::now());
        assert!(!outage.is_over(now), "there was none");
        assert!(outage.failed("gone", now));
        assert!(!outage.failed("gone", now) && !outage.failed("still gone", now + LONGEST_PAUSE));
        assert!(outage.is_over(now) && !outage.is_over(now));
        assert!(outage.failed("gone again", now), "another one");
    }

    #[test]
    fn attempts_come_at_growing_distances_however_many_want_to() {
        let (outage, begin) = (Outage::default(), Instant::now());
        let mut attempts = Vec::new();
        for millisecond in 0..60_000 {
            let now = begin + Duration::from_millis(millisecond);
            if outage.pauses(now).is_none() {
                outage.failed("gone", now);
                attempts.push(millisecond);
            }
        }
        assert_eq!(attempts.get(..7), Some([0, 100, 300, 700, 1500, 3100, 6300].as_slice()));
        let last: Vec<u64> = attempts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(last.last().copied(), u64::try_from(LONGEST_PAUSE.as_millis()).ok(), "{last:?}");
        assert!(outage.pauses(begin + FIRST_PAUSE).is_some_and(|why| why == "gone"));
    }
}
