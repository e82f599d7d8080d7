//! Counts what readers look at, so that a test can say that the effort grows with the document and no faster.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn count(more: usize) {
    STEPS.set(STEPS.get().saturating_add(more));
}

/// Elements and attributes that were looked at during some work.
pub(crate) fn of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = STEPS.get();
    let done = work();
    (done, STEPS.get() - before)
}
