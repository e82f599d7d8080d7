//! The journal of calls.

use std::time::Duration;

/// How calls of ERPs are kept for people.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calls {
    /// Zero: not at all. Default 14 days.
    pub keep: Duration,
    /// Calls that are kept at most, whatever their age. Default 200 000.
    pub most: usize,
    /// How long what they said and were answered is kept; zero: not at all.
    pub payloads: Duration,
    /// Bytes that are kept of each request and answer. Default 64 KiB.
    pub payload_bytes: usize,
}

impl Default for Calls {
    fn default() -> Self {
        Calls { keep: Duration::from_secs(14 * 24 * 60 * 60), most: 200_000, payloads: Duration::ZERO, payload_bytes: 64 * 1024 }
    }
}

impl Calls {
    /// With what was said: nobody's data are in a demo.
    pub(super) fn of_a_demo() -> Calls {
        Calls { payloads: Duration::from_secs(24 * 60 * 60), ..Calls::default() }
    }
}
