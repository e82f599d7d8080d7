//! A channel that does what a test tells it, and remembers what it was told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::connectors::{
    Capabilities, ChannelError, Checkup, Connector, Fact, Listed, ListedOffer, OfferChange, OfferKey, Outcome, PriceKinds, Pulled,
    ReadBack, Repeats, RowResult, Task, TaskProgress, Transfer,
};
use crate::domain::OfferId;
use crate::domain::order::FactName;
use crate::domain::rate::{ChannelCall, Rate};
use crate::domain::transfer::TransferKind;

type OnSubmit = Box<dyn FnOnce(&[OfferChange]) -> Result<Vec<RowResult>, ChannelError> + Send + Sync>;
type OnPull = Box<dyn FnOnce(Option<&str>, &[String]) -> Result<Pulled, ChannelError> + Send + Sync>;
type OnList = Box<dyn FnOnce(Option<&str>) -> Result<Listed, ChannelError> + Send + Sync>;
type OnTask = Box<dyn FnOnce(&Task) -> Result<TaskProgress, ChannelError> + Send + Sync>;
type OnFind = Box<dyn FnOnce(&[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> + Send + Sync>;
type OnReadBack = Box<dyn FnOnce(&Fact) -> Result<ReadBack, ChannelError> + Send + Sync>;
type OnTransfer = Box<dyn FnOnce(&Transfer) -> Result<Outcome, ChannelError> + Send + Sync>;
type OnFact = Box<dyn FnOnce(&Fact) -> Result<Outcome, ChannelError> + Send + Sync>;

#[derive(Default)]
pub(crate) struct Script {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    submits: Vec<Vec<OfferChange>>,
    facts: Vec<Fact>,
    polls: Vec<(Option<String>, Vec<String>)>,
    /// The calls in their order: `submit`, `pull`, `fact`, `list`, `task`, `find`, `read back`, `transfer`.
    calls: Vec<&'static str>,
    on_submit: VecDeque<OnSubmit>,
    on_pull: VecDeque<OnPull>,
    on_fact: VecDeque<OnFact>,
    on_list: VecDeque<OnList>,
    on_task: VecDeque<OnTask>,
    on_find: VecDeque<OnFind>,
    on_read_back: VecDeque<OnReadBack>,
    on_transfer: VecDeque<OnTransfer>,
    transfers: Vec<Transfer>,
    /// What the channel can do; set by `new`.
    can: Option<Capabilities>,
}

impl Script {
    pub(crate) fn new(batch_size: usize) -> Arc<Script> {
        let script = Script::default();
        {
            let mut inner = script.inner.lock().unwrap();
            inner.can = Some(Capabilities {
                ends_at_zero: true,
                variants: true,
                longest_sku: 100,
                pictures: 100,
                ean: true,
                weight: true,
                categories: true,
                attributes: true,
                prices: PriceKinds::Both,
                tasks: true,
                renames: true,
                lists_offers: true,
                finds_offers: true,
                facts: FactName::ALL.into(),
                ships_in_part: true,
                several_packages: true,
                refunds_positions: true,
                refunds_amounts: true,
                repeats: Repeats::Harmless,
                transfers: TransferKind::ALL.into(),
                ..Capabilities::least(batch_size)
            });
        }
        Arc::new(script)
    }

    /// The channel can do something else than the usual one. Before its worker starts.
    pub(crate) fn can(&self, change: impl FnOnce(&mut Capabilities)) {
        change(self.inner.lock().unwrap().can.as_mut().unwrap());
    }

    /// Sold-out offers stay, as in a shop.
    pub(crate) fn keeps_sold_out(&self) {
        self.can(|can| can.ends_at_zero = false);
    }

    /// The channel knows whole orders only.
    pub(crate) fn knows_no_parts(&self) {
        self.can(|can| {
            can.ships_in_part = false;
            can.refunds_positions = false;
            let parts = [FactName::PositionsCancelled, FactName::CancellationAccepted, FactName::CancellationDeclined];
            can.facts.retain(|fact| !parts.contains(fact));
        });
    }

    pub(crate) fn refunds_nothing(&self) {
        self.can(|can| can.refunds_amounts = false);
    }

    pub(crate) fn limits(&self, call: ChannelCall, calls: u32, seconds: u64) {
        let rate = Rate { calls, period: std::time::Duration::from_secs(seconds) };
        self.can(|can| {
            can.rates.insert(call, rate);
        });
    }

    pub(crate) fn rereads_open_orders(&self) {
        self.can(|can| can.rereads_open_orders = true);
    }

    /// What the next call does; without one the channel takes everything and has no orders.
    pub(crate) fn on_submit(&self, then: impl FnOnce(&[OfferChange]) -> Result<Vec<RowResult>, ChannelError> + Send + Sync + 'static) {
        self.inner.lock().unwrap().on_submit.push_back(Box::new(then));
    }

    pub(crate) fn on_pull(&self, then: impl FnOnce(Option<&str>, &[String]) -> Result<Pulled, ChannelError> + Send + Sync + 'static) {
        self.inner.lock().unwrap().on_pull.push_back(Box::new(then));
    }

    pub(crate) fn on_fact(&self, then: impl FnOnce(&Fact) -> Result<Outcome, ChannelError> + Send + Sync + 'static) {
        self.inner.lock().unwrap().on_fact.push_back(Box::new(then));
    }

    pub(crate) fn on_list(&self, then: impl FnOnce(Option<&str>) -> Result<Listed, ChannelError> + Send + Sync + 'static) {
        self.inner.lock().unwrap().on_list.push_back(Box::new(then));
    }

    pub(crate) fn on_task(&self, then: impl FnOnce(&Task) -> Result<TaskProgress, ChannelError> + Send + Sync + 'static) {
        self.inner.lock().unwrap().on_task.push_back(Box::new(then));
    }

    pub(crate) fn on_find(
        &self,
        then: impl FnOnce(&[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> + Send + Sync + 'static,
    ) {
        self.inner.lock().unwrap().on_find.push_back(Box::new(then));
    }

    pub(crate) fn on_read_back(&self, then: impl FnOnce(&Fact) -> Result<ReadBack, ChannelError> + Send + Sync + 'static) {
        self.inner.lock().unwrap().on_read_back.push_back(Box::new(then));
    }

    pub(crate) fn on_transfer(&self, then: impl FnOnce(&Transfer) -> Result<Outcome, ChannelError> + Send + Sync + 'static) {
        self.inner.lock().unwrap().on_transfer.push_back(Box::new(then));
    }

    pub(crate) fn takes_no_records(&self) {
        self.can(|can| can.transfers.clear());
    }

    pub(crate) fn take_transfers(&self) -> Vec<Transfer> {
        std::mem::take(&mut self.inner.lock().unwrap().transfers)
    }

    pub(crate) fn take_submits(&self) -> Vec<Vec<OfferChange>> {
        std::mem::take(&mut self.inner.lock().unwrap().submits)
    }

    pub(crate) fn take_facts(&self) -> Vec<Fact> {
        std::mem::take(&mut self.inner.lock().unwrap().facts)
    }

    pub(crate) fn take_polls(&self) -> Vec<(Option<String>, Vec<String>)> {
        std::mem::take(&mut self.inner.lock().unwrap().polls)
    }

    pub(crate) fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.inner.lock().unwrap().calls)
    }
}

/// The connector's end of a script.
pub(crate) struct Scripted(pub Arc<Script>);

impl Connector for Scripted {
    fn capabilities(&self) -> Capabilities {
        self.0.inner.lock().unwrap().can.clone().unwrap()
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let then = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("submit");
            inner.submits.push(changes.to_vec());
            inner.on_submit.pop_front()
        };
        match then {
            Some(then) => then(changes),
            None => Ok(all_done(changes)),
        }
    }

    fn pull_orders(&self, cursor: Option<&str>, open: &[String]) -> Result<Pulled, ChannelError> {
        let then = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("pull");
            inner.polls.push((cursor.map(str::to_owned), open.to_vec()));
            inner.on_pull.pop_front()
        };
        match then {
            Some(then) => then(cursor, open),
            None => Ok(Pulled { orders: Vec::new(), cursor: cursor.unwrap_or("start").to_owned(), more: false }),
        }
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        let then = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("fact");
            inner.facts.push(fact.clone());
            inner.on_fact.pop_front()
        };
        match then {
            Some(then) => then(fact),
            None => Ok(Outcome::done()),
        }
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let then = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("list");
            inner.on_list.pop_front()
        };
        match then {
            Some(then) => then(cursor),
            None => Ok(Listed { offers: Vec::new(), next: None }),
        }
    }

    fn poll_task(&self, task: &Task) -> Result<TaskProgress, ChannelError> {
        let then = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("task");
            inner.on_task.pop_front()
        };
        then.map_or_else(|| Ok(TaskProgress::Working { results: Vec::new(), after: None }), |then| then(task))
    }

    fn find_offers(&self, offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let then = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("find");
            inner.on_find.pop_front()
        };
        then.map_or_else(|| Ok(Vec::new()), |then| then(offers))
    }

    fn read_back(&self, fact: &Fact) -> Result<ReadBack, ChannelError> {
        let then = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("read back");
            inner.on_read_back.pop_front()
        };
        then.map_or(Ok(ReadBack::Absent), |then| then(fact))
    }

    fn transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        let (then, number) = {
            let mut inner = self.0.inner.lock().unwrap();
            inner.calls.push("transfer");
            inner.transfers.push(transfer.clone());
            (inner.on_transfer.pop_front(), inner.transfers.len())
        };
        match then {
            Some(then) => then(transfer),
            None => Ok(Outcome::Done { external_number: Some(format!("T-{number}")), url: None, messages: Vec::new() }),
        }
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        Ok(Checkup { found: "scripted".into(), missing: Vec::new() })
    }
}

/// The channel takes every row and numbers the offers.
pub(crate) fn all_done(changes: &[OfferChange]) -> Vec<RowResult> {
    changes.iter().map(|change| row(change, done(change))).collect()
}

pub(crate) fn row(change: &OfferChange, outcome: Outcome) -> RowResult {
    RowResult { offer_id: change.offer_id, outcome }
}

fn done(change: &OfferChange) -> Outcome {
    Outcome::Done { external_number: Some(format!("X-{}", change.sku)), url: None, messages: Vec::new() }
}

pub(crate) fn unavailable(retry_after: Option<u64>) -> ChannelError {
    ChannelError::Unavailable { reason: "503".into(), retry_after: retry_after.map(std::time::Duration::from_secs) }
}
