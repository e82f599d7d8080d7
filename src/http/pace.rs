//! How slow a client may be. Each span of `limits.slow_seconds` has to bring `limits.slow_bytes` of a request, or take as
//! many of an answer.

use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::connections::Connection;
use super::places::lock;
use crate::config::Limits;

/// What moved since the span began.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    span: Duration,
    least: usize,
    began: Instant,
    moved: usize,
}

impl Pace {
    pub(super) fn new(limits: &Limits, now: Instant) -> Pace {
        Pace { span: Duration::from_secs(limits.slow_seconds), least: limits.slow_bytes, began: now, moved: 0 }
    }

    /// Bytes came or went; with enough of them the next span begins.
    pub(super) fn moved(&mut self, bytes: usize, now: Instant) {
        self.moved = self.moved.saturating_add(bytes);
        if self.moved >= self.least {
            (self.moved, self.began) = (0, now);
        }
    }

    /// When the client is too slow, if nothing more moves until then.
    pub(super) fn deadline(&self) -> Instant {
        self.began + self.span
    }
}

/// The pace of an answer that is being read. The server cannot give up a connection whose client does not read: what
/// watches has to cut it.
pub(super) struct Meter(Mutex<Pace>);

impl Meter {
    pub(super) fn start(limits: &Limits, connection: Arc<Connection>) -> Arc<Meter> {
        let meter = Arc::new(Meter(Mutex::new(Pace::new(limits, Instant::now()))));
        actix_web::rt::spawn(watch(Arc::downgrade(&meter), connection));
        meter
    }

    pub(super) fn moved(&self, bytes: usize) {
        lock(&self.0).moved(bytes, Instant::now());
    }
}

async fn watch(meter: Weak<Meter>, connection: Arc<Connection>) {
    loop {
        let Some(deadline) = meter.upgrade().map(|meter| lock(&meter.0).deadline()) else { return };
        if deadline <= Instant::now() {
            log::warn!("an answer is read too slowly by {}; the connection is cut (limits.slow_bytes)", connection.peer());
            connection.cut();
            return;
        }
        tokio::time::sleep_until(deadline.into()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::fixture;

    #[test]
    fn each_span_has_to_bring_enough() {
        let limits = Limits { slow_seconds: 20, slow_bytes: 8192, ..fixture::settings().limits };
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut pace = Pace::new(&limits, start);
        assert_eq!(pace.deadline(), at(20));
        pace.moved(8191, at(5));
        assert_eq!(pace.deadline(), at(20), "a little is not enough, however often");
        pace.moved(1, at(19));
        assert_eq!(pace.deadline(), at(39));
        pace.moved(100_000_000, at(30));
        assert_eq!(pace.deadline(), at(50), "much at once is no credit for later");
    }
}
