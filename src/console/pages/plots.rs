//! The plots of the overview: bars for the hours, quarters of days or days of a span.

use chrono_tz::Tz;
use serde::Serialize;

use crate::domain::Stamp;
use crate::domain::hourly::{Counted, HOUR, hour_of};
use crate::store::hourly::HourlyRow;

/// Width of a bar's place and of a bar, and the height of a plot, in units of the drawing.
const PLACE: i64 = 10;
const BAR: i64 = 8;
const HEIGHT: i64 = 60;

/// What can be looked at: days, and the hours of a bar.
pub(super) const SPANS: [(i64, i64); 3] = [(1, 1), (7, 6), (30, 24)];

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Plot {
    title: String,
    /// All bars in one number.
    sum: String,
    width: i64,
    bars: Vec<Bar>,
    from: String,
    to: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Bar {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
    tone: &'static str,
    title: String,
}

/// A span of time, in bars.
pub(super) struct Span {
    first: i64,
    hours: i64,
    bars: i64,
    zone: Tz,
}

impl Span {
    /// The last days, as a span of [`SPANS`]; one day for others.
    pub(super) fn of(days: i64, now: Stamp, zone: Tz) -> Span {
        let (days, hours) = SPANS.into_iter().find(|(known, _)| *known == days).unwrap_or((1, 1));
        let bars = days.saturating_mul(24) / hours;
        // The hour that runs is in the last bar.
        let first = hour_of(now).saturating_add(1).saturating_sub(days.saturating_mul(24));
        Span { first, hours, bars, zone }
    }

    pub(super) fn first_hour(&self) -> i64 {
        self.first
    }

    /// The number of each bar.
    fn values(&self, rows: &[HourlyRow], counted: Counted) -> Vec<i64> {
        let bar_of = |row: &&HourlyRow| row.hour.checked_sub(self.first).map(|hours| hours.div_euclid(self.hours));
        let of_bar = |bar: i64| rows.iter().filter(move |row| row.counted == counted && bar_of(row) == Some(bar)).map(|row| row.value);
        let value = |bar| match counted {
            Counted::QueueAge => of_bar(bar).max().unwrap_or_default(),
            _ => of_bar(bar).fold(0, i64::saturating_add),
        };
        (0..self.bars).map(value).collect()
    }

    fn time(&self, bar: i64) -> String {
        let hour = self.first.saturating_add(bar.saturating_mul(self.hours));
        let time = Stamp(hour.saturating_mul(HOUR)).to_utc();
        time.map(|time| time.with_timezone(&self.zone).format("%d.%m. %H:%M").to_string()).unwrap_or_default()
    }

    /// A plot of one number, and of another one that is a part of it and bad.
    pub(super) fn plot(&self, title: String, sum: String, all: &[i64], bad: &[i64], shown: impl Fn(i64) -> String) -> Plot {
        let most = all.iter().copied().max().unwrap_or_default().max(1);
        let height = |value: i64| if value == 0 { 0 } else { value.saturating_mul(HEIGHT).div_euclid(most).clamp(1, HEIGHT) };
        let mut bars = Vec::new();
        for ((index, value), bad) in (0_i64..).zip(all).zip(bad.iter().chain(std::iter::repeat(&0))) {
            let x = index.saturating_mul(PLACE);
            let mut bar = |value: i64, tone| {
                let height = height(value);
                let title = format!("{}: {}", self.time(index), shown(value));
                bars.extend((height > 0).then(|| Bar { x, y: HEIGHT.saturating_sub(height), width: BAR, height, tone, title }));
            };
            bar(*value, "");
            bar(*bad, "bad");
        }
        let width = self.bars.saturating_mul(PLACE);
        Plot { title, sum, width, bars, from: self.time(0), to: self.time(self.bars) }
    }
}

/// Numbers of the accounts of a user as plots; `text` gives the words.
pub(super) fn plots(span: &Span, rows: &[HourlyRow], text: impl Fn(&str) -> String) -> Vec<Plot> {
    let values = |counted| span.values(rows, counted);
    let sum = |values: &[i64]| values.iter().copied().fold(0, i64::saturating_add);
    let (orders, calls, failures, ages) =
        (values(Counted::Orders), values(Counted::Calls), values(Counted::Failures), values(Counted::QueueAge));
    let plain = |value: i64| value.to_string();
    let oldest = ages.iter().copied().max().unwrap_or_default();
    let said = format!("{}, {} {}", sum(&calls), sum(&failures), text("failed_calls"));
    vec![
        span.plot(text("new_orders"), sum(&orders).to_string(), &orders, &[], plain),
        span.plot(text("queue_age"), duration(oldest), &ages, &[], duration),
        span.plot(text("channel_calls"), said, &calls, &failures, plain),
    ]
}

/// Seconds in the unit that fits.
fn duration(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;

    fn row(hour: i64, counted: Counted, value: i64) -> HourlyRow {
        HourlyRow { hour, account_id: AccountId(1), counted, value }
    }

    #[test]
    fn a_day_has_a_bar_for_each_hour_and_the_hour_that_runs_is_the_last() {
        let span = Span::of(1, Stamp(100 * HOUR + 5), chrono_tz::UTC);
        assert_eq!(span.first_hour(), 77);
        let rows = [row(100, Counted::Orders, 4), row(77, Counted::Orders, 2), row(76, Counted::Orders, 9)];
        let plots = plots(&span, &rows, str::to_owned);
        let [orders, age, calls] = plots.as_slice() else { panic!("{plots:?}") };
        assert_eq!((orders.sum.as_str(), orders.width), ("6", 240));
        let bars: Vec<_> = orders.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(bars, [(0, 30, 30), (230, 0, 60)]);
        assert_eq!((orders.from.as_str(), orders.to.as_str()), ("04.01. 05:00", "05.01. 05:00"));
        assert!(age.bars.is_empty() && calls.bars.is_empty());
    }

    #[test]
    fn longer_spans_put_hours_together_and_failures_stand_in_their_calls() {
        let span = Span::of(30, Stamp(1_000 * HOUR), chrono_tz::UTC);
        let rows = [
            row(1_000, Counted::Calls, 6),
            row(999, Counted::Calls, 4),
            row(999, Counted::Failures, 5),
            row(999, Counted::QueueAge, 7_300),
            row(1_000, Counted::QueueAge, 30),
        ];
        let plots = plots(&span, &rows, str::to_owned);
        let [_, age, calls] = plots.as_slice() else { panic!("{plots:?}") };
        assert_eq!((age.sum.as_str(), age.bars.len()), ("2 h", 1));
        assert_eq!(calls.sum, "10, 5 failed_calls");
        assert_eq!(calls.bars.iter().map(|bar| (bar.tone, bar.height)).collect::<Vec<_>>(), [("", 60), ("bad", 30)]);
    }
}
