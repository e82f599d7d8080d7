//! Marks in the database for work that could end the process, so that the next one does not run into it for ever: see
//! [`crate::store::begun`].
//!
//! What was cut off once goes alone, so that its neighbours get through. Cut off alone twice more, it is set aside with a
//! message. A process that is killed, or loses its power, leaves the same marks: that is why what was cut off alone rests
//! until the process has lived for a while, and why it takes two more cuts in the middle of the same piece of work.

use std::time::Duration;

use super::report::Report;
use super::retry::after;
use super::settle::{About, message_row};
use crate::config::Account;
use crate::domain::message::{Arg, Message, own};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, OfferId, OrderId, Reader, Stamp};
use crate::store::begun::{self, SetAside};
use crate::store::{Tx, accounts, broken_document, messages};

/// How long a process has to live before it tries again what was cut off alone.
const REST: Duration = Duration::from_secs(5);
/// When orders are collected again after that was cut off too often.
const NEXT_POLL: Duration = Duration::from_secs(3600);

/// Inside the transaction that takes an account over.
pub(super) fn take_up(tx: &mut Tx<'_>, account: &Account, now: Stamp) -> Result<SetAside, Failure> {
    let aside = begun::take_up(tx, account.account_id, after(now, REST), after(now, NEXT_POLL))?;
    if let Some(wanted) = aside.reconciliation {
        let report = Report { error: Some(begun::last_error()), ..Report::default() };
        let json = serde_json::to_string(&report).map_err(|error| broken_document("report of a reconciliation", &error))?;
        accounts::reconciled(tx, account.account_id, wanted, now, &json)?;
    }
    for (about, what) in things(&aside) {
        messages::add(tx, message_row(account, about, &message(&what, about)))?;
    }
    Ok(aside)
}

pub(super) fn tell_log(account_id: AccountId, aside: &SetAside) {
    for (_, what) in things(aside) {
        let what = what.text(Reader::ADMIN);
        log::error!("account {account_id}: the process ended again and again while it worked on {what}, which is set aside");
    }
}

/// Work that was set aside.
enum Thing<'a> {
    Offer(OfferId),
    Fact { order_id: OrderId, kind: &'a str },
    Transfer { kind: TransferKind, record_id: i32 },
    Order(&'a str),
    Poll,
    Reconciliation,
}

impl Thing<'_> {
    fn text(&self, reader: Reader) -> String {
        match self {
            Thing::Offer(offer_id) => format!("{} {offer_id}", reader.choose("offer", "Angebot")),
            Thing::Fact { order_id, kind } => format!("\"{kind}\" {} {order_id}", reader.choose("of order", "der Bestellung")),
            Thing::Transfer { kind, record_id } => format!("{} {record_id}", kind.one(reader)),
            Thing::Order(number) => format!("{} {number}", reader.choose("order", "Bestellung")),
            Thing::Poll => reader.choose("collecting orders", "dem Abruf der Bestellungen").to_owned(),
            Thing::Reconciliation => reader.choose("the reconciliation", "dem Abgleich").to_owned(),
        }
    }
}

fn things(aside: &SetAside) -> Vec<(About, Thing<'_>)> {
    let mut found: Vec<(About, Thing<'_>)> = Vec::new();
    let offers = aside.offers.iter();
    found.extend(offers.map(|(offer_id, item_id)| (About::Offer { offer_id: *offer_id, item_id: *item_id }, Thing::Offer(*offer_id))));
    found.extend(aside.facts.iter().map(|(order_id, kind)| (About::Order(*order_id), Thing::Fact { order_id: *order_id, kind })));
    found.extend(aside.transfers.iter().map(|(kind, record_id)| (About::Account, Thing::Transfer { kind: *kind, record_id: *record_id })));
    found.extend(aside.orders.iter().map(|number| (About::Account, Thing::Order(number))));
    if aside.poll {
        found.push((About::Account, Thing::Poll));
    }
    if aside.reconciliation.is_some() {
        found.push((About::Account, Thing::Reconciliation));
    }
    found
}

fn message(what: &Thing<'_>, about: About) -> Message {
    let what = Arg::worded(|reader| what.text(reader));
    if matches!(about, About::Account) { own::account_work_cut_off(what) } else { own::work_cut_off(what) }
}
