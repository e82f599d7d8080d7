//! Marks in the database for work that could end the process, so that the next one does not run into it for ever: see
//! [`crate::store::begun`].
//!
//! What was cut off once goes alone, so that its neighbours get through. Cut off alone twice more, it is set aside with a
//! message. A process that is killed, or loses its power, leaves the same marks: that is why what was cut off alone rests
//! until the process has lived for a while, and why it takes two more cuts in the middle of the same piece of work.

use std::time::Duration;

use super::reconcile::Report;
use super::retry::after;
use super::settle::{About, message_row};
use super::worker::Worker;
use crate::config::Account;
use crate::connectors::{Message, Severity};
use crate::domain::{Failure, Language, Stamp};
use crate::store::begun::{self, Begun, CUT_OFF, SetAside};
use crate::store::{Tx, accounts, broken_document, messages};

/// How long a process has to live before it tries again what was cut off alone.
const REST: Duration = Duration::from_secs(5);
/// When orders are collected again after that was cut off too often.
const NEXT_POLL: Duration = Duration::from_secs(3600);

impl Worker {
    /// Marks work before it begins. `before`: its mark until now.
    pub(super) fn begin(&mut self, work: Begun, before: i32) -> Result<(), Failure> {
        self.open = Some((work.clone(), before));
        self.store.write(move |tx| begun::mark(tx, &work, before.saturating_add(1)))
    }

    /// Work that an error of the database stopped was not cut off.
    pub(super) fn forgive(&mut self) -> Result<(), Failure> {
        let Some((work, before)) = self.open.clone() else { return Ok(()) };
        self.store.write(move |tx| begun::mark(tx, &work, before))?;
        self.open = None;
        Ok(())
    }

    /// For the transaction that ends the work under way.
    pub(super) fn ending(&self) -> impl FnOnce(&mut Tx<'_>) -> Result<(), Failure> + Send + 'static + use<> {
        let open = self.open.clone();
        move |tx| open.map_or(Ok(()), |(work, _)| begun::mark(tx, &work, 0))
    }
}

/// Inside the transaction that takes an account over.
pub(super) fn take_up(tx: &mut Tx<'_>, account: &Account, language: Language, now: Stamp) -> Result<SetAside, Failure> {
    let aside = begun::take_up(tx, account.account_id, after(now, REST), after(now, NEXT_POLL))?;
    if let Some(wanted) = aside.reconciliation {
        let report = Report { error: Some(begun::last_error()), ..Report::default() };
        let json = serde_json::to_string(&report).map_err(|error| broken_document("report of a reconciliation", &error))?;
        accounts::reconciled(tx, account.account_id, wanted, now, &json)?;
    }
    for (about, what) in things(&aside, language) {
        messages::add(tx, message_row(account, about, &message(&what, about, language)))?;
    }
    Ok(aside)
}

pub(super) fn tell_log(account_id: i32, aside: &SetAside) {
    for (_, what) in things(aside, Language::En) {
        log::error!("account {account_id}: the process ended again and again while it worked on {what}, which is set aside");
    }
}

fn things(aside: &SetAside, language: Language) -> Vec<(About, String)> {
    let word = |en: &str, de: &str| match language {
        Language::En => en.to_owned(),
        Language::De => de.to_owned(),
    };
    let mut found: Vec<(About, String)> = Vec::new();
    let offers = aside.offers.iter().map(|(offer_id, item_id)| {
        (About::Offer { offer_id: *offer_id, item_id: *item_id }, format!("{} {offer_id}", word("offer", "Angebot")))
    });
    found.extend(offers);
    let facts = aside.facts.iter();
    found.extend(facts.map(|(order, kind)| (About::Order(*order), format!("\"{kind}\" {} {order}", word("of order", "der Bestellung")))));
    found.extend(aside.orders.iter().map(|number| (About::Account, format!("{} {number}", word("order", "Bestellung")))));
    if aside.poll {
        found.push((About::Account, word("collecting orders", "dem Abruf der Bestellungen")));
    }
    if aside.reconciliation.is_some() {
        found.push((About::Account, word("the reconciliation", "dem Abgleich")));
    }
    found
}

fn message(what: &str, about: About, language: Language) -> Message {
    let by_itself = matches!(about, About::Account);
    let (text, remedy) = match language {
        Language::En => (
            format!("the process ended three times while it worked on {what}; so that everything else goes on, it is set aside"),
            match by_itself {
                false => {
                    "have it tried again (retryChanges, or kontor outbox retry); if that ends the process again, change the data and report it with the log"
                }
                true => {
                    "report it to the admin with the log; retryChanges or kontor outbox retry has an order tried again, orders are collected again within an hour"
                }
            },
        ),
        Language::De => (
            format!("der Prozess endete dreimal während der Arbeit an {what}; damit alles andere weitergeht, ist es zurückgestellt"),
            match by_itself {
                false => {
                    "lassen Sie es noch einmal versuchen (retryChanges oder kontor outbox retry); endet der Prozess wieder, ändern Sie die Daten und melden Sie es mit dem Protokoll"
                }
                true => {
                    "melden Sie es dem Admin mit dem Protokoll; retryChanges oder kontor outbox retry versucht eine Bestellung noch einmal, Bestellungen werden innerhalb einer Stunde wieder abgerufen"
                }
            },
        ),
    };
    Message { severity: Severity::Error, code: CUT_OFF.into(), text, remedy: remedy.into() }
}

/// An offer whose stored rows cannot be read.
pub(super) fn unreadable(failure: &Failure, language: Language) -> Message {
    let (text, remedy) = match language {
        Language::En => {
            (format!("what is stored about the offer cannot be read: {}", failure.text(language)), "report it to the admin with the log")
        }
        Language::De => (
            format!("was über das Angebot gespeichert ist, lässt sich nicht lesen: {}", failure.text(language)),
            "melden Sie es dem Admin mit dem Protokoll",
        ),
    };
    Message { severity: Severity::Error, code: "DATA_UNREADABLE".into(), text, remedy: remedy.into() }
}
