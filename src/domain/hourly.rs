//! What is counted by the hour, for the plots of the console.

use super::numbered::numbered;

numbered! {
    pub enum Counted {
        /// New orders.
        Orders = 1, "orders";
        /// Calls to the channel.
        Calls = 2, "calls";
        /// Those of them that failed.
        Failures = 3, "failures";
        /// Seconds that the oldest change waited at most.
        QueueAge = 4, "queue_age";
    }
}

/// Microseconds of an hour.
pub const HOUR: i64 = 60 * 60 * 1_000_000;

/// The hour of a time, counted like the times themselves.
pub fn hour_of(now: super::Stamp) -> i64 {
    now.0.div_euclid(HOUR)
}
