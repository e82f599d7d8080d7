//! What a reload leaves as it is.

use std::io;
use std::sync::Arc;

use super::auth::Gate;
use super::budget::{self, Budget};
use super::places::Places;
use super::{Edge, Lanes};
use crate::config::Settings;

/// What outlives a reload: threads, places and what is known of passwords.
pub(super) struct Machinery {
    pub(super) gate: Arc<Gate>,
    pub(super) calls: Arc<Places>,
    pub(super) strangers: Arc<Places>,
    pub(super) budget: Arc<Budget>,
    pub(super) lanes: Arc<Lanes>,
}

impl Machinery {
    pub(super) fn new(settings: &Arc<Settings>) -> io::Result<Machinery> {
        let limits = &settings.limits;
        Ok(Machinery {
            gate: Arc::new(Gate::new(Arc::clone(settings))?),
            calls: Places::new(limits.waiting_calls),
            strangers: Places::new(limits.waiting_calls),
            budget: Budget::new(limits.memory_bytes.unwrap_or_else(budget::of_this_machine)),
            lanes: Arc::new(Lanes::new()?),
        })
    }

    pub(super) fn of(before: &Edge, settings: &Arc<Settings>) -> Machinery {
        let limits = &settings.limits;
        before.calls.resize(limits.waiting_calls);
        before.strangers.resize(limits.waiting_calls);
        before.budget.resize(limits.memory_bytes.unwrap_or_else(budget::of_this_machine));
        Machinery {
            gate: Arc::new(before.gate.renewed(Arc::clone(settings))),
            calls: Arc::clone(&before.calls),
            strangers: Arc::clone(&before.strangers),
            budget: Arc::clone(&before.budget),
            lanes: Arc::clone(&before.lanes),
        }
    }
}
