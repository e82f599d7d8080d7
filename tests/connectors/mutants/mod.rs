//! Connectors that break one promise each. The suite must catch every one of them: a scenario that cannot fail proves nothing.

mod list;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::stage::{Act, Deed, Edit, Fault, Shown, ShownOrder, Stage, TaskFate};
use super::{STAGES, Verdict, run, scenarios};
use crate::connectors::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Fact, Listed, ListedOffer, OfferChange, OfferKey,
    Outcome, Pulled, PulledContacts, ReadBack, RowResult, Task, TaskProgress, Transfer,
};
use crate::domain::OfferId;
use crate::domain::contact::ContactKind;

use list::MUTANTS;

type Rows = Result<Vec<RowResult>, ChannelError>;
type Told = Result<Outcome, ChannelError>;

/// Where a mutant reaches in. Each place does nothing by itself.
#[derive(Clone, Copy)]
struct Hooks {
    /// Before offers are sent. The number counts the calls of all connectors of the stage.
    offers: fn(&mut Vec<OfferChange>, usize),
    rows: fn(Rows, &[OfferChange], usize) -> Rows,
    fact: fn(&mut Fact, usize),
    told: fn(Told) -> Told,
    /// `None`: the question is really asked.
    read_back: fn(&Fact) -> Option<ReadBack>,
    orders: fn(&mut Pulled),
    /// It goes on reading so many changes behind what it read.
    skips: u64,
    /// It goes on where it was itself, not where it is told.
    own_place: bool,
    pull_error: fn(ChannelError) -> Result<Pulled, ChannelError>,
    listed: fn(&mut Listed),
    list_error: fn(ChannelError) -> Result<Listed, ChannelError>,
    found: fn(&mut Vec<(OfferId, ListedOffer)>),
    progress: fn(TaskProgress) -> TaskProgress,
    contacts: fn(&mut PulledContacts),
    transfer: fn(&mut Transfer, usize),
}

const SOUND: Hooks = Hooks {
    offers: |_, _| {},
    rows: |rows, _, _| rows,
    fact: |_, _| {},
    told: |outcome| outcome,
    read_back: |_| None,
    orders: |_| {},
    skips: 0,
    own_place: false,
    pull_error: Err,
    listed: |_| {},
    list_error: Err,
    found: |_| {},
    progress: |progress| progress,
    contacts: |_| {},
    transfer: |_, _| {},
};

/// What the connectors of a stage have in common.
#[derive(Default)]
struct Past {
    submits: AtomicUsize,
    facts: AtomicUsize,
    transfers: AtomicUsize,
    place: Mutex<Option<String>>,
}

struct Broken {
    inner: Box<dyn Connector>,
    hooks: Hooks,
    past: Arc<Past>,
}

impl Connector for Broken {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let call = self.past.submits.fetch_add(1, Ordering::SeqCst);
        let mut sent = changes.to_vec();
        (self.hooks.offers)(&mut sent, call);
        (self.hooks.rows)(self.inner.submit(&sent), changes, call)
    }

    fn poll_task(&self, task: &Task) -> Result<TaskProgress, ChannelError> {
        self.inner.poll_task(task).map(self.hooks.progress)
    }

    fn find_offers(&self, offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let mut found = self.inner.find_offers(offers)?;
        (self.hooks.found)(&mut found);
        Ok(found)
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let mut listed = self.inner.list_offers(cursor).or_else(self.hooks.list_error)?;
        (self.hooks.listed)(&mut listed);
        Ok(listed)
    }

    fn pull_orders(&self, cursor: Option<&str>, open: &[String]) -> Result<Pulled, ChannelError> {
        let mut place = self.past.place.lock().unwrap();
        let from = if self.hooks.own_place { place.clone().or_else(|| cursor.map(str::to_owned)) } else { cursor.map(str::to_owned) };
        let mut pulled = self.inner.pull_orders(from.as_deref(), open).or_else(self.hooks.pull_error)?;
        if let Ok(number) = pulled.cursor.parse::<u64>() {
            pulled.cursor = (number + self.hooks.skips).to_string();
        }
        (self.hooks.orders)(&mut pulled);
        *place = Some(pulled.cursor.clone());
        Ok(pulled)
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        let mut fact = fact.clone();
        (self.hooks.fact)(&mut fact, self.past.facts.fetch_add(1, Ordering::SeqCst));
        (self.hooks.told)(self.inner.push_fact(&fact))
    }

    fn read_back(&self, fact: &Fact) -> Result<ReadBack, ChannelError> {
        (self.hooks.read_back)(fact).map_or_else(|| self.inner.read_back(fact), Ok)
    }

    fn transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        let mut transfer = transfer.clone();
        (self.hooks.transfer)(&mut transfer, self.past.transfers.fetch_add(1, Ordering::SeqCst));
        self.inner.transfer(&transfer)
    }

    fn pull_contacts(&self, kind: ContactKind, cursor: Option<&str>) -> Result<PulledContacts, ChannelError> {
        let mut place = self.past.place.lock().unwrap();
        let from = if self.hooks.own_place { place.clone().or_else(|| cursor.map(str::to_owned)) } else { cursor.map(str::to_owned) };
        let mut pulled = self.inner.pull_contacts(kind, from.as_deref())?;
        if let Ok(number) = pulled.cursor.parse::<u64>() {
            pulled.cursor = (number + self.hooks.skips).to_string();
        }
        (self.hooks.contacts)(&mut pulled);
        *place = Some(pulled.cursor.clone());
        Ok(pulled)
    }

    fn categories(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        self.inner.categories(cursor)
    }

    fn attributes(&self, category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        self.inner.attributes(category)
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        self.inner.check()
    }
}

/// A stage whose connectors are broken; everything else is as it was.
struct BrokenStage<'s> {
    inner: &'s dyn Stage,
    hooks: Hooks,
    past: Arc<Past>,
}

impl Stage for BrokenStage<'_> {
    fn connector(&self) -> Box<dyn Connector> {
        Box::new(Broken { inner: self.inner.connector(), hooks: self.hooks, past: Arc::clone(&self.past) })
    }

    fn name(&self) -> String {
        self.inner.name()
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        self.inner.offers(sku)
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        self.inner.buys(lines)
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        self.inner.happens(order_id, deed);
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        self.inner.order(order_id)
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        self.inner.edits(sku, edit);
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        self.inner.lists_by_hand(sku, title);
    }

    fn spoils(&self, change: OfferChange) -> OfferChange {
        self.inner.spoils(change)
    }

    fn clock_is_off(&self, minutes: i32) {
        self.inner.clock_is_off(minutes);
    }

    fn strikes(&self, fault: Fault, passing: usize) {
        self.inner.strikes(fault, passing);
    }

    fn actor(&self) -> Box<dyn Stage> {
        self.inner.actor()
    }

    fn meanwhile(&self, act: Act, passing: usize) -> Option<Act> {
        self.inner.meanwhile(act, passing)
    }

    fn clears(&self) -> bool {
        self.inner.clears()
    }

    fn tasks_go(&self, fate: TaskFate) {
        self.inner.tasks_go(fate);
    }

    fn writes(&self, order_id: &str, text: &str) -> String {
        self.inner.writes(order_id, text)
    }

    fn messages(&self, order_id: &str) -> Vec<(String, bool, bool)> {
        self.inner.messages(order_id)
    }

    fn disputes(&self, order_id: &str) -> String {
        self.inner.disputes(order_id)
    }

    fn closes_dispute(&self, number: &str) {
        self.inner.closes_dispute(number);
    }

    fn rates(&self, order_id: &str, stars: i32) {
        self.inner.rates(order_id, stars);
    }

    fn crowd(&self) -> usize {
        self.inner.crowd()
    }

    fn picture(&self, name: &str) -> String {
        self.inner.picture(name)
    }
}

/// The stage of the scripted shop at which a mutant can show: as it is, it can do everything.
fn stage_of<'s>(stages: &'s [Box<dyn Stage>], scenario: &str) -> &'s dyn Stage {
    let name = match scenario {
        task if task.starts_with("task") => "sandbox with tasks",
        "whole_shipment" => "sandbox for whole shipments",
        _ => "sandbox",
    };
    &**stages.iter().find(|stage| stage.name() == name).unwrap()
}

#[test]
fn every_mutant_is_caught() {
    let stages: Vec<Box<dyn Stage>> = STAGES.iter().filter_map(|(_, entry)| (entry.open)().ok()).flatten().collect();
    let mut survivors = Vec::new();
    for (id, what, hooks) in MUTANTS {
        let scenario = scenarios::all().find(|scenario| scenario.id == *id).unwrap_or_else(|| panic!("no scenario {id}"));
        let stage = BrokenStage { inner: stage_of(&stages, id), hooks: *hooks, past: Arc::default() };
        match run(&stage, &[], scenario) {
            Verdict::Broken(text) => println!("{id}: {what}: {text}"),
            verdict => survivors.push(format!("{id}: a connector that {what} passes: {verdict}")),
        }
    }
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

#[test]
fn every_scenario_has_a_mutant() {
    let without: Vec<&str> =
        scenarios::all().map(|scenario| scenario.id).filter(|id| !MUTANTS.iter().any(|(mutant, ..)| mutant == id)).collect();
    assert!(without.is_empty(), "no mutant breaks {without:?}");
}
