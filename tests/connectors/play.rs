//! The merchant's side of the scenarios: one connector, and what it is asked to do.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::stage::{Act, Shown, Stage};
use crate::connectors::{
    Acceptance, Capabilities, ChannelError, Connector, Fact, ListedOffer, OfferChange, OfferContent, Outcome, Price, Quantity, ReadBack,
    Repeats, RowResult, Task, TaskProgress, TaskRow, Transfer, VariantContent, Word,
};
use crate::domain::offer::Wanted;
use crate::domain::order::{ChannelOrder, FactKind};
use crate::domain::{Currency, Decimal, Money, OfferId, Stamp};

/// Questions about one task before the suite gives up.
const MOST_QUESTIONS: usize = 200;
/// Pages of one reading.
const MOST_PAGES: usize = 500;

/// One scenario at one channel.
pub(crate) struct Play<'s> {
    pub(crate) stage: &'s dyn Stage,
    pub(crate) can: Capabilities,
    connector: Box<dyn Connector>,
    /// What happens in the channel before the pull after so many more ones.
    meanwhile: RefCell<Option<(Act, usize)>>,
}

pub(crate) fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// A text that no other scenario and no earlier run used, of at most 20 characters.
pub(crate) fn fresh(word: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let second = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() % 100_000_000;
    format!("{word}-{second:x}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// An offer with everything that every channel takes.
pub(crate) fn offer(sku: &str) -> OfferChange {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    OfferChange {
        offer_id: OfferId(i32::try_from(NUMBER.fetch_add(1, Ordering::Relaxed)).unwrap()),
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(content(sku)),
        price: Some(price("19.90")),
        quantity: Some(pieces(12)),
    }
}

pub(crate) fn content(sku: &str) -> OfferContent {
    OfferContent {
        title: format!("Lampe {sku}"),
        description: "<p>Hell &amp; warm</p>".to_owned(),
        language: "de".to_owned(),
        tax_type_id: 3,
        ..OfferContent::default()
    }
}

pub(crate) fn price(text: &str) -> Price {
    Price { money: Money::new(amount(text), Currency::EUR), gross: true }
}

pub(crate) fn pieces(offered: i32) -> Quantity {
    Quantity { offered, reserved_here: 0 }
}

/// One of several articles of a parent.
pub(crate) fn variant(parent: &str, sku: &str, options: &[(&str, &str)]) -> OfferChange {
    let options = options.iter().map(|(property, value)| (Word::from(*property), Word::from(*value))).collect();
    let family = format!("Lampen {parent}");
    let variant = VariantContent { parent_sku: parent.to_owned(), parent_title: family, options, ..VariantContent::default() };
    with(offer(sku), |content| content.variant = Some(variant))
}

pub(crate) fn with(mut change: OfferChange, edit: impl FnOnce(&mut OfferContent)) -> OfferChange {
    edit(change.content.as_mut().unwrap());
    change
}

/// The same offer, of which nothing is said but that it is to run.
pub(crate) fn bare(change: &OfferChange) -> OfferChange {
    OfferChange { content: None, price: None, quantity: None, ..change.clone() }
}

impl<'s> Play<'s> {
    pub(crate) fn new(stage: &'s dyn Stage) -> Play<'s> {
        let connector = stage.connector();
        Play { stage, can: connector.capabilities(), connector, meanwhile: RefCell::default() }
    }

    /// Something happens in the channel before the exchange after `passing` more ones.
    pub(crate) fn meanwhile(&self, act: Act, passing: usize) {
        *self.meanwhile.borrow_mut() = self.stage.meanwhile(act, passing).map(|act| (act, passing));
    }

    /// Whether it happened.
    pub(crate) fn happened(&self) -> bool {
        self.stage.clears() && self.meanwhile.borrow_mut().take().is_none()
    }

    /// A new process: what the old connector remembered is gone.
    pub(crate) fn restarts(&mut self) {
        self.connector = self.stage.connector();
    }

    pub(crate) fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    /// One call, and the word on each row in the order of the rows. Rows that the channel works on are asked about until
    /// it has a word.
    pub(crate) fn try_submit(&self, changes: &[OfferChange]) -> Result<Vec<Outcome>, ChannelError> {
        let mut results = self.connector.submit(changes)?;
        self.wait_for(changes, &mut results)?;
        assert!(results.len() <= changes.len(), "{} results for {} rows", results.len(), changes.len());
        changes
            .iter()
            .map(|change| {
                let mut of_this = results.iter().filter(|row| row.offer_id == change.offer_id);
                let first = of_this.next().map(|row| row.outcome.clone());
                assert!(of_this.next().is_none(), "two words on one row");
                Ok(first.unwrap_or_else(|| Outcome::Later { after: None, reason: "no word".to_owned() }))
            })
            .collect()
    }

    fn wait_for(&self, changes: &[OfferChange], results: &mut Vec<RowResult>) -> Result<(), ChannelError> {
        for _ in 0..MOST_QUESTIONS {
            let Some(Acceptance { task: id, .. }) = results.iter().find_map(|row| match &row.outcome {
                Outcome::Accepted(acceptance) => Some(acceptance.clone()),
                _ => None,
            }) else {
                return Ok(());
            };
            assert!(self.can.tasks, "a task from a channel that has none");
            let in_it = |row: &RowResult| matches!(&row.outcome, Outcome::Accepted(acceptance) if acceptance.task == id);
            let rows = results
                .iter()
                .filter(|row| in_it(row))
                .map(|row| {
                    let change = changes.iter().find(|change| change.offer_id == row.offer_id).unwrap();
                    TaskRow { offer_id: row.offer_id, sku: change.sku.clone(), external_number: change.external_number.clone() }
                })
                .collect();
            let task = Task { id: id.clone(), accepted_at: Stamp::now(), rows };
            let (news, ended) = match self.connector.poll_task(&task)? {
                TaskProgress::Working { results, .. } => (results, false),
                TaskProgress::Ended(results) => (results, true),
                TaskProgress::Forgotten => (Vec::new(), true),
            };
            results.retain(|row| !(in_it(row) && (ended || news.iter().any(|new| new.offer_id == row.offer_id))));
            results.extend(news);
        }
        panic!("a task did not end after {MOST_QUESTIONS} questions");
    }

    pub(crate) fn submit(&self, changes: &[OfferChange]) -> Vec<Outcome> {
        self.try_submit(changes).unwrap_or_else(|error| panic!("{} rows: {error}", changes.len()))
    }

    pub(crate) fn outcome(&self, change: &OfferChange) -> Outcome {
        self.submit(std::slice::from_ref(change)).remove(0)
    }

    /// The channel takes it; gives its own number of the offer.
    pub(crate) fn done(&self, change: &OfferChange) -> Option<String> {
        match self.outcome(change) {
            Outcome::Done { external_number, messages, .. } => {
                assert!(messages.is_empty(), "{}: {messages:?}", change.sku);
                external_number
            }
            other => panic!("{}: {other:?}", change.sku),
        }
    }

    /// Sends a record; gives the channel's number of it.
    pub(crate) fn transfers(&self, transfer: &Transfer) -> Option<String> {
        match self.connector.transfer(transfer).unwrap() {
            Outcome::Done { external_number, .. } => external_number,
            other => panic!("{other:?}"),
        }
    }

    /// Lists an offer; gives it with the channel's number, as Kontor keeps it.
    pub(crate) fn lists(&self, change: &OfferChange) -> OfferChange {
        let external_number = self.done(change);
        let shown = self.shows(&change.sku);
        assert_eq!(external_number.as_deref(), Some(shown.external_number.as_str()), "the number of {}", change.sku);
        OfferChange { external_number, ..change.clone() }
    }

    /// The one offer under a SKU.
    pub(crate) fn shows(&self, sku: &str) -> Shown {
        let mut all = self.stage.offers(sku);
        assert_eq!(all.len(), 1, "offers under {sku}: {all:?}");
        all.remove(0)
    }

    /// What buyers can buy under a SKU.
    pub(crate) fn running(&self, sku: &str) -> Vec<Shown> {
        self.stage.offers(sku).into_iter().filter(|shown| shown.running).collect()
    }

    /// All offers of the channel, page by page.
    pub(crate) fn listed(&self) -> Vec<ListedOffer> {
        let (mut cursor, mut all) = (None, Vec::new());
        for _ in 0..MOST_PAGES {
            let page = self.connector.list_offers(cursor.as_deref()).unwrap();
            all.extend(page.offers);
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
        panic!("the list of offers does not end");
    }

    /// Polls from a cursor on until no page waits; gives all orders that were reported, repeats included.
    pub(crate) fn pulls(&self, cursor: &mut Option<String>, open: &[String]) -> Vec<ChannelOrder> {
        self.try_pulls(cursor, open).unwrap()
    }

    pub(crate) fn try_pulls(&self, cursor: &mut Option<String>, open: &[String]) -> Result<Vec<ChannelOrder>, ChannelError> {
        let open = if self.can.rereads_open_orders { open } else { &[] };
        let start = cursor.clone();
        let mut all = Vec::new();
        for page in 0..MOST_PAGES {
            let act = self.meanwhile.borrow_mut().take_if(|(_, passing)| *passing == page);
            if let Some((act, _)) = act {
                act();
            }
            // Where a page fails, nothing of the poll is stored.
            let pulled = self.connector.pull_orders(cursor.as_deref(), open).inspect_err(|_| cursor.clone_from(&start))?;
            all.extend(pulled.orders);
            *cursor = Some(pulled.cursor);
            if !pulled.more {
                return Ok(all);
            }
        }
        panic!("the orders do not end");
    }

    /// Where the polls of a scenario begin: behind all orders of the others.
    pub(crate) fn now(&self) -> Option<String> {
        let mut cursor = None;
        self.pulls(&mut cursor, &[]);
        cursor
    }

    /// The newest word on an order.
    pub(crate) fn reads(&self, cursor: &mut Option<String>, order_id: &str) -> ChannelOrder {
        let orders = self.pulls(cursor, &[order_id.to_owned()]);
        orders.into_iter().rfind(|order| order.order_id == order_id).unwrap_or_else(|| panic!("{order_id} is not reported"))
    }

    /// Sends a fact, as the dispatcher does where every answer arrives.
    pub(crate) fn tells(&self, fact: &Fact) -> Outcome {
        match self.try_tell(fact).unwrap_or_else(|error| panic!("{}: {error}", fact.kind.word())) {
            Outcome::Accepted(Acceptance { task, .. }) => {
                let fact = Fact { task: Some(task), ..fact.clone() };
                for _ in 0..MOST_QUESTIONS {
                    match self.connector.read_back(&fact).unwrap() {
                        ReadBack::Arrived => return Outcome::done(),
                        ReadBack::Refused(message) => return Outcome::Refused(message),
                        ReadBack::Working { .. } => {}
                        other => panic!("{}: {other:?}", fact.kind.word()),
                    }
                }
                panic!("{} is never done", fact.kind.word())
            }
            outcome => outcome,
        }
    }

    pub(crate) fn try_tell(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        self.connector.push_fact(fact)
    }

    /// Sends a fact again after an answer that left open whether it arrived, as the dispatcher does.
    pub(crate) fn tells_again(&self, fact: &Fact) -> Outcome {
        if self.can.repeats == Repeats::ReadBack {
            match self.connector.read_back(fact).unwrap() {
                ReadBack::Arrived => return Outcome::done(),
                ReadBack::Absent => {}
                other => panic!("{} read back: {other:?}", fact.kind.word()),
            }
        }
        self.tells(fact)
    }

    /// The channel takes a fact, without a remark.
    pub(crate) fn told(&self, fact: &Fact) {
        is_done(&self.tells(fact));
    }
}

pub(crate) fn is_done(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
}

pub(crate) fn is_refused(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
}

/// What the ERP did with an order, under a key of its own.
pub(crate) fn fact(order_id: &str, kind: FactKind) -> Fact {
    Fact { key: fresh("fact"), order_id: order_id.to_owned(), order_id_2: None, kind, task: None }
}
