//! Points in time as whole microseconds since 1970 in UTC, the form in which the database keeps them.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub i64);

impl Stamp {
    /// The wall clock. Callers at the edge take it once and hand it down; rules take it as a parameter.
    pub fn now() -> Self {
        Stamp(Utc::now().timestamp_micros())
    }

    pub fn from_utc(time: DateTime<Utc>) -> Self {
        Stamp(time.timestamp_micros())
    }

    /// `None` for a value outside the years that chrono knows (about ±262 000).
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// The day there.
    pub fn day_in(self, zone: Tz) -> NaiveDate {
        self.to_utc().unwrap_or_default().with_timezone(&zone).date_naive()
    }

    pub fn plus_millis(self, millis: i64) -> Self {
        Stamp(self.0.saturating_add(millis.saturating_mul(1000)))
    }
}
