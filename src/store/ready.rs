//! Whether calls can be stored is found out by a commit; many who ask share one.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::Failure;

/// How long an answer is good for.
const GOOD_FOR: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Readiness {
    last: Mutex<Option<(Instant, Result<(), Failure>)>>,
}

impl Readiness {
    /// The last answer, or a new one when it is old. Who asks meanwhile waits for that one.
    pub(crate) fn ask(&self, find_out: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, answer)) = last.as_ref()
            && at.elapsed() < GOOD_FOR
        {
            return answer.clone();
        }
        let answer = find_out();
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Readiness;

    #[test]
    fn many_probes_cost_one_commit() {
        let (readiness, asked) = (Readiness::default(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    readiness.ask(|| {
                        asked.fetch_add(1, Ordering::Relaxed);
                        Ok(())
                    })
                });
            }
        });
        let asked = asked.into_inner();
        assert!((1..10).contains(&asked), "asked {asked} times");
    }
}
