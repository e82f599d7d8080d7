//! Taking over statements: in pieces that do not hold up others, and so that a second time changes nothing.

use thiserror::Error;

use super::book::{Booked, Booking, book};
use super::keys;
use super::orders::Debts;
use super::statement::{Fault, Statement, account};
use crate::config::Mandator;
use crate::domain::payment::PaymentState;
use crate::domain::{AccountId, Failure};
use crate::store::{Store, Tx, payments};

/// Entries of one transaction.
const AT_A_TIME: usize = 200;

/// For whom, and how.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) mandator: Mandator,
    /// Our own account: the only one whose statements are taken, and that of reports that name none.
    pub(crate) account: Option<String>,
    /// A known statement with other content was looked at: its new entries are taken.
    pub(crate) accept_changed: bool,
    pub(crate) by: String,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Imported {
    pub(crate) statements: usize,
    pub(crate) known_statements: usize,
    pub(crate) new: usize,
    pub(crate) known: usize,
    pub(crate) assigned: usize,
    pub(crate) waiting: usize,
    /// Not booked yet, or no money.
    pub(crate) left_out: usize,
    /// Copies of statements that were never imported themselves.
    pub(crate) copies: usize,
}

impl std::fmt::Display for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Imported { statements, known_statements, new, known, assigned, waiting, left_out, copies } = self;
        write!(
            f,
            "{statements} statements ({known_statements} known): {new} new payments, {assigned} assigned, {waiting} waiting; {known} known, \
             {left_out} left out"
        )?;
        match copies {
            0 => Ok(()),
            _ => write!(f, "; {copies} copies of unknown statements were not taken: import the statements themselves"),
        }
    }
}

/// Why an import stopped. Whatever was taken before stays, and is known the next time.
#[derive(Debug, Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Store(#[from] Failure),
}

/// Takes over statements. All are checked before anything is stored. Gives the accounts whose channels hear of something.
pub(crate) fn import(store: &Store, statements: Vec<Statement>, how: &Import) -> Result<(Imported, Vec<AccountId>), ImportError> {
    let own = how.account.as_deref().map(account);
    let mut done = Imported::default();
    let mut work = Vec::new();
    for mut statement in statements {
        if let (Some(own), Some(found)) = (&own, &statement.account)
            && own != found
        {
            let text = format!("the statement is of account {found}; expected {own}, nothing of the file was imported");
            return Err(Fault::at(statement.line, text).into());
        }
        statement.account = statement.account.or_else(|| own.clone());
        done.statements += 1;
        done.left_out += statement.left_out;
        belongs(store, &statement, how)?;
        match plan(store, &statement, how)? {
            Plan::Take(key) => work.push((statement, key)),
            Plan::Known => {
                done.known_statements += 1;
                done.known += statement.entries.len();
            }
            Plan::Copy => {
                done.copies += 1;
                done.left_out += statement.entries.len();
            }
        }
    }
    let mut accounts = Vec::new();
    for (statement, key) in work {
        accounts.extend(take(store, statement, &key, how, &mut done)?);
    }
    accounts.sort_unstable();
    accounts.dedup();
    Ok((done, accounts))
}

/// An account is one mandator's, unless somebody names it.
fn belongs(store: &Store, statement: &Statement, how: &Import) -> Result<(), ImportError> {
    let (Some(own), None) = (statement.account.clone(), &how.account) else { return Ok(()) };
    let mandator_id = how.mandator.mandator_id;
    match store.read(move |conn| payments::other_mandator_of(conn, &own, mandator_id))? {
        None => Ok(()),
        Some(other) => {
            let text = format!(
                "the statement is of account {0}, and mandator {other} has payments of it; nothing of the file was imported. Choose that \
                 mandator, or name the account (--account {0}) if both share it",
                statement.account.as_deref().unwrap_or_default()
            );
            Err(Fault::at(statement.line, text).into())
        }
    }
}

/// What is to be done with a statement.
enum Plan {
    /// Its entries are taken, under this key.
    Take(String),
    /// Nothing of it is new.
    Known,
    /// It says again what an original said, or will say.
    Copy,
}

fn plan(store: &Store, statement: &Statement, how: &Import) -> Result<Plan, ImportError> {
    let key = keys::of_statement(statement);
    let (mandator_id, wanted) = (how.mandator.mandator_id, key.clone());
    let known = match key.is_empty() {
        true => None,
        false => store.read(move |conn| payments::statement(conn, mandator_id, &wanted))?,
    };
    match known {
        Some(_) if statement.is_copy => Ok(Plan::Known),
        None if statement.is_copy => Ok(Plan::Copy),
        Some(content) if content == keys::of_content(statement) => Ok(Plan::Known),
        Some(_) if !how.accept_changed => {
            let number = statement.number.as_deref().unwrap_or_default();
            let text = format!(
                "statement {number} was imported before with other content; nothing of the file was imported. Compare both; if this one is \
                 right, import it with --accept-changed, and its new entries are taken"
            );
            Err(Fault::at(statement.line, text).into())
        }
        _ => Ok(Plan::Take(key)),
    }
}

fn take(store: &Store, statement: Statement, key: &str, how: &Import, done: &mut Imported) -> Result<Vec<AccountId>, ImportError> {
    let content = keys::of_content(&statement);
    let mut entries: Vec<Booking> = Vec::with_capacity(statement.entries.len());
    for (entry, entry_key) in statement.entries.iter().zip(keys::of(&statement)) {
        entries.push(Booking {
            mandator: how.mandator.clone(),
            account: statement.account.clone(),
            statement_key: key.to_owned(),
            key: entry_key,
            entry: entry.clone(),
            external_id: None,
            payment_system_id: None,
            by: how.by.clone(),
        });
    }
    // What came in first: reports list the newest first, and a refund needs its payment.
    entries.sort_by_key(|booking| booking.entry.amount.0 < 0);
    let mut accounts = Vec::new();
    let mut pieces = entries.chunks(AT_A_TIME).peekable();
    loop {
        let piece = pieces.next().unwrap_or_default().to_vec();
        // Noted with its last entries: what was interrupted is not known to the end.
        let finished = pieces.peek().is_none().then(|| (key.to_owned(), content.clone())).filter(|(key, _)| !key.is_empty());
        let (mandator, last) = (how.mandator.clone(), pieces.peek().is_none());
        let (piece, woken) = store.write(move |tx| piece_of(tx, &mandator, piece, finished))?;
        done.new += piece.new;
        done.known += piece.known;
        done.assigned += piece.assigned;
        done.waiting += piece.waiting;
        accounts.extend(woken);
        if last {
            return Ok(accounts);
        }
    }
}

fn piece_of(
    tx: &mut Tx<'_>,
    mandator: &Mandator,
    entries: Vec<Booking>,
    finished: Option<(String, String)>,
) -> Result<(Imported, Vec<AccountId>), Failure> {
    let mut done = Imported::default();
    let mut accounts = Vec::new();
    let mut debts = Debts::open(&mut tx.conn, mandator.mandator_id, mandator.time_zone)?;
    for entry in entries {
        match book(tx, entry, Some(&mut debts))? {
            Booked::Known(_) => done.known += 1,
            Booked::New(row, woken) => {
                accounts.extend(woken);
                done.new += 1;
                match row.state {
                    PaymentState::Assigned => done.assigned += 1,
                    PaymentState::Waiting | PaymentState::PartlyAssigned => done.waiting += 1,
                    PaymentState::NoOrder => {}
                }
            }
        }
    }
    if let Some((key, content)) = finished {
        payments::note_statement(tx, mandator.mandator_id, &key, &content)?;
    }
    Ok((done, accounts))
}

#[cfg(test)]
mod tests;
