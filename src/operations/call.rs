//! What a handler gets to work with, and the traits it implements.

use std::collections::BTreeMap;

use super::common::{Fetched, ReportAction, ReportOf, Reported, WriteRequest};
use super::wire::{Records, Value};
use crate::config::{Account, Mandator, Settings, User};
use crate::domain::failure::Blame;
use crate::domain::{AccountId, Face, Failure, MandatorId, Place, Reader, Stamp, Worded, code};
use crate::store::kept::{Choice, Cut, Kept, Page};
use crate::store::outbox::Errand;
use crate::store::{Conn, Tx};

/// Records that are refused before the transaction, by their number in the request.
pub type Refused = BTreeMap<usize, Failure>;

/// The format version of a document that names none.
pub const FIRST_VERSION: &str = "1.0.0";

/// An operation that changes data. The handler runs inside the call's write transaction.
pub trait WriteOperation: 'static {
    const NAME: &'static str;
    const ARGUMENT: &'static str = "requestData";
    const DOC: &'static str;
    /// Format versions of its documents on the compat face, the newest last.
    const VERSIONS: &'static [&'static str] = &[FIRST_VERSION];
    /// A repeated document without a key of its own may be answered from the store.
    const REPLAYED_BY_CONTENT: bool = true;
    /// Its records are kept as they are: no name in them is unknown.
    const KEEPS_RECORDS_WHOLE: bool = false;
    /// What it asks the workers of the accounts for that it concerns.
    const ERRAND: Option<Errand> = None;
    type Request: Value + WriteRequest + Send;
    type Result: Value + Reported + Send + 'static;

    /// Checks what needs no database but may take its time: inside the transaction it would hold up every other writer.
    ///
    /// # Errors
    /// What ends the call as a whole.
    fn prepare(_settings: &Settings, _request: &mut Self::Request) -> Result<Refused, Failure> {
        Ok(Refused::new())
    }

    fn handle(work: &mut Work<'_, '_>, request: Self::Request) -> Result<Self::Result, Failure>;

    /// After the commit and the waiting: completes the result with what the channels said. True: it was changed.
    fn finish(_conn: &mut Conn<'_>, _call: &Finished, _result: &mut Self::Result) -> Result<bool, Failure> {
        Ok(false)
    }
}

/// An operation that only reads. The handler runs on one snapshot.
pub trait ReadOperation: 'static {
    const NAME: &'static str;
    const ARGUMENT: &'static str = "requestData";
    const DOC: &'static str;
    /// Format versions of its documents on the compat face, the newest last.
    const VERSIONS: &'static [&'static str] = &[FIRST_VERSION];
    /// On the compat face the text of a call is its answer, whatever it is: nothing is parsed.
    const RETURNS_TEXT: bool = false;
    type Request: Value + Send + 'static;
    type Result: Value + Fetched + Send + 'static;

    /// The answer depends on change stamps: changes on their way are waited for first.
    fn asks_for_changes(_request: &Self::Request) -> bool {
        false
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: Self::Request) -> Result<Self::Result, Failure>;
}

/// A writing call after its commit and the waiting for the channels.
pub struct Finished {
    /// Change stamp of its transaction, the version of its outbox rows.
    pub stamp: Stamp,
    pub reader: Reader,
    /// Format version of its documents.
    pub version: &'static str,
    /// The caller wanted to wait.
    pub synchronous: bool,
    /// Rows that are not settled.
    pub pending: usize,
    /// Rows that were refused.
    pub parked: usize,
    /// See [`Work::awaits`].
    pub awaits: Vec<i32>,
}

/// A reading call.
pub struct Reading<'a> {
    pub settings: &'a Settings,
    pub user: &'a User,
    pub face: Face,
    /// Of the document; on the typed face the newest.
    pub version: &'static str,
    pub(crate) kept: &'a Kept,
}

/// What a fetch call may still load: more than fits into its answer is not worth the memory.
pub struct Room {
    left: usize,
    most: usize,
}

impl Room {
    /// Takes room for something that needs at least so many bytes in the answer.
    ///
    /// # Errors
    /// `ANSWER_TOO_LONG`.
    pub fn take(&mut self, bytes: usize) -> Result<(), Failure> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| Failure::new(code::ANSWER_TOO_LONG, [&self.most.to_string()]))?;
        Ok(())
    }
}

/// Rows that are loaded at a time, where a row may be large.
pub const ROWS_AT_A_TIME: usize = 200;

/// A writing call.
pub struct Work<'w, 'c> {
    pub tx: &'w mut Tx<'c>,
    pub settings: &'w Settings,
    pub user: &'w User,
    pub face: Face,
    /// See [`super::Call::by_person`].
    pub by_person: bool,
    /// Accounts to whose channels something must be sent.
    pub accounts: Vec<AccountId>,
    /// Repeating the call would add something again.
    pub additive: bool,
    /// The caller wants to wait for the channels.
    pub synchronous: bool,
    /// Facts of earlier calls that it waits for, too.
    pub awaits: Vec<i32>,
    /// What [`WriteOperation::prepare`] found.
    pub refused: Refused,
    /// What was taken over, but will not do.
    pub advice: Advice,
}

/// What a call says about records that it took over, because no channel will take them.
#[derive(Debug, Default)]
pub struct Advice {
    /// About the record that is worked on.
    of_record: Vec<Failure>,
    said: Vec<String>,
    /// Beyond the most that one answer lists.
    more: usize,
}

impl Advice {
    /// Most that one answer lists.
    const MOST: usize = 100;

    pub(crate) fn add(&mut self, advice: Failure) {
        self.of_record.push(advice);
    }

    /// The record is done; what was said about one that was refused is not worth saying.
    fn close(&mut self, place: Option<&Place>, reader: Reader) {
        for advice in std::mem::take(&mut self.of_record) {
            match place {
                Some(place) if self.said.len() < Advice::MOST => self.said.push(advice.within(place.clone()).text(reader)),
                Some(_) => self.more = self.more.saturating_add(1),
                None => {}
            }
        }
    }

    /// In the words of the reader.
    pub(crate) fn said(mut self, reader: Reader) -> Vec<String> {
        if self.more > 0 {
            self.said.push(Failure::new(code::ADVICE_MORE, [&self.more.to_string()]).text(reader));
        }
        self.said
    }
}

/// What became of a record: what was done, and its keys.
pub(crate) type Done<K> = (Option<ReportAction>, K);

fn allowed_mandator<'s>(settings: &'s Settings, user: &User, mandator_id: MandatorId) -> Result<&'s Mandator, Failure> {
    let mandator = settings.mandator(mandator_id);
    match mandator {
        _ if !user.may_use(mandator_id) => Err(Failure::new(code::FORBIDDEN_MANDATOR, [&mandator_id.to_string()])),
        Some(mandator) => Ok(mandator),
        None => Err(Failure::new(code::UNKNOWN_MANDATOR, [&mandator_id.to_string()])),
    }
}

/// The account, when the user may use it and, where a mandator is named, it belongs to that one.
fn allowed_account<'s>(
    settings: &'s Settings,
    user: &User,
    account_id: AccountId,
    mandator_id: Option<MandatorId>,
) -> Result<&'s Account, Failure> {
    if let Some(mandator_id) = mandator_id {
        allowed_mandator(settings, user, mandator_id)?;
    }
    let meant = |id: MandatorId| mandator_id.map_or_else(|| user.may_use(id), |mandator_id| mandator_id == id);
    settings.account(account_id).filter(|account| meant(account.mandator_id)).ok_or_else(|| {
        let mandators = settings.mandators.iter().map(|mandator| mandator.mandator_id).filter(|id| meant(*id));
        Failure::quoting(code::UNKNOWN_ACCOUNT, [&account_id, &in_mandators(mandators)]).within("account_id")
    })
}

/// Where something does not exist: `mandator 1`, `mandators 1, 2`.
pub(crate) fn in_mandators(ids: impl Iterator<Item = MandatorId>) -> Worded {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    let list = ids.join(", ");
    match ids.len() {
        0 | 1 => Worded::of(format!("mandator {list}"), format!("Mandant {list}")),
        _ => Worded::of(format!("mandators {list}"), format!("den Mandanten {list}")),
    }
}

/// Where a page begins and ends. Without a page size everything is on page 1, as long as one answer can hold it
/// (`limits.records`); pages start with 1.
pub(crate) fn cut(per_page: Option<i32>, page: Option<i32>) -> Cut {
    let before = usize::try_from(page.unwrap_or(1).max(1)).unwrap_or(1) - 1;
    match per_page.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0) {
        Some(size) => Cut { skip: before.saturating_mul(size), take: size },
        None if before == 0 => Cut { skip: 0, take: usize::MAX },
        None => Cut { skip: usize::MAX, take: 0 },
    }
}

impl Reading<'_> {
    /// Who reads a text about a mandator.
    pub fn reader(&self, mandator_id: MandatorId) -> Reader {
        Reader { language: self.settings.language_for(self.user, Some(mandator_id)), face: self.face }
    }

    /// Room for one answer.
    pub fn room(&self) -> Room {
        let most = self.settings.limits.answer_bytes;
        Room { left: most, most }
    }

    /// Cuts a page out of sorted ids.
    pub fn page<'i, T>(&self, ids: &'i [T], per_page: Option<i32>, page: Option<i32>) -> Result<&'i [T], Failure> {
        let Cut { skip, take } = cut(per_page, page);
        let rest = ids.get(skip..).unwrap_or_default();
        let on_page = rest.get(..take).unwrap_or(rest);
        self.fits(on_page.len())?;
        Ok(on_page)
    }

    /// The same of the records that pass one of the filters, in the order of their ids.
    pub(crate) fn page_of<C: Choice>(
        &self,
        conn: &mut Conn<'_>,
        filters: &[C],
        (per_page, page): (Option<i32>, Option<i32>),
    ) -> Result<Page, Failure> {
        let page = self.kept.page(conn, filters, cut(per_page, page))?;
        self.fits(page.ids.len())?;
        Ok(page)
    }

    /// # Errors
    /// `ANSWER_TOO_LARGE`.
    pub(crate) fn fits(&self, count: usize) -> Result<(), Failure> {
        let most = self.settings.limits.records;
        if count > most {
            return Err(Failure::new(code::ANSWER_TOO_LARGE, [&count.to_string(), &most.to_string()]));
        }
        Ok(())
    }

    /// The mandator, when the user may use it.
    pub fn mandator(&self, mandator_id: MandatorId) -> Result<&Mandator, Failure> {
        allowed_mandator(self.settings, self.user, mandator_id)
    }

    /// The mandators that the user may use.
    pub(crate) fn mandators(&self) -> impl Iterator<Item = MandatorId> {
        self.settings.mandators.iter().map(|mandator| mandator.mandator_id).filter(|id| self.user.may_use(*id))
    }

    /// The account in the mandator, when the user may use it.
    pub fn account(&self, account_id: AccountId, mandator_id: MandatorId) -> Result<&Account, Failure> {
        allowed_account(self.settings, self.user, account_id, Some(mandator_id))
    }
}

impl<'w, 'c> Work<'w, 'c> {
    /// Nothing is done yet.
    pub(super) fn of(tx: &'w mut Tx<'c>, settings: &'w Settings, user: &'w User, face: Face) -> Work<'w, 'c> {
        Work {
            tx,
            settings,
            user,
            face,
            by_person: false,
            accounts: Vec::new(),
            additive: false,
            synchronous: false,
            awaits: Vec::new(),
            refused: Refused::new(),
            advice: Advice::default(),
        }
    }
}

impl<'w> Work<'w, '_> {
    /// Who reads a text about a mandator.
    pub fn reader(&self, mandator_id: Option<MandatorId>) -> Reader {
        Reader { language: self.settings.language_for(self.user, mandator_id), face: self.face }
    }

    /// The mandator, when the user may use it.
    pub fn mandator(&self, mandator_id: MandatorId) -> Result<&'w Mandator, Failure> {
        allowed_mandator(self.settings, self.user, mandator_id)
    }

    /// The account, when the user may use it and, where a mandator is named, it belongs to that one.
    pub fn account(&self, account_id: AccountId, mandator_id: Option<MandatorId>) -> Result<&'w Account, Failure> {
        allowed_account(self.settings, self.user, account_id, mandator_id)
    }

    /// The same for what only the worker of an active account can do.
    pub fn active_account(&self, account_id: AccountId, mandator_id: Option<MandatorId>) -> Result<&'w Account, Failure> {
        let account = self.account(account_id, mandator_id)?;
        if account.active { Ok(account) } else { Err(Failure::new(code::NO_ACCOUNT_PUSH, [&account_id.to_string()])) }
    }

    /// Remembers accounts to be woken after the commit.
    pub fn concerns(&mut self, accounts: impl IntoIterator<Item = AccountId>) {
        self.accounts.extend(accounts);
    }

    /// Remembers the account of a fact. Nobody works for an account that is switched off; its facts wait.
    pub(crate) fn wake(&mut self, account_id: Option<AccountId>) {
        let settings = self.settings;
        self.concerns(account_id.filter(|id| settings.account(*id).is_some_and(|account| account.active)));
    }

    /// Runs `handle` for every record that could be read and reports on each, in order. `handle` must check before it
    /// changes anything: its failure undoes nothing. Use [`Work::in_savepoint`] where that is not possible. A fault of the
    /// database or of Kontor itself ends the call as a whole.
    pub(crate) fn each<T, R: ReportOf>(
        &mut self,
        records: Records<T>,
        mandator_id: impl Fn(&T) -> MandatorId,
        mut handle: impl FnMut(&mut Self, T) -> Result<Done<R::Keys>, (Failure, Option<R::Keys>)>,
    ) -> Result<Vec<R>, Failure> {
        let mut reports = Vec::with_capacity(records.list.len());
        for record in records.list {
            let about = record.content.as_ref().ok().map(|content| mandator_id(content));
            let keys = record.keys(self.face);
            let done = match record.content {
                Ok(content) => handle(self, *content),
                Err(failure) => Err((failure, keys)),
            };
            let reader = self.reader(about);
            self.advice.close(done.is_ok().then_some(&record.place), reader);
            reports.push(match done {
                Ok((action, keys)) => R::new(record.reference_id, action, Some(keys), None),
                Err((failure, _)) if failure.code.blame == Blame::Server => return Err(failure),
                Err((failure, keys)) => {
                    let failure = failure.within(record.place);
                    R::new(record.reference_id, None, keys, Some((failure.return_code(), failure.text(reader))))
                }
            });
        }
        Ok(reports)
    }

    /// Runs a piece of work whose failure undoes its own changes.
    pub fn in_savepoint<T>(&mut self, work: impl FnOnce(&mut Work<'_, '_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let (settings, user, face, by_person) = (self.settings, self.user, self.face, self.by_person);
        let mut kept = (Vec::new(), false, false, Vec::new(), Advice::default());
        let result = self.tx.savepoint(|tx| {
            let mut inner = Work { by_person, ..Work::of(tx, settings, user, face) };
            let result = work(&mut inner);
            kept = (inner.accounts, inner.additive, inner.synchronous, inner.awaits, inner.advice);
            result
        });
        if result.is_ok() {
            self.accounts.extend(kept.0);
            self.additive |= kept.1;
            self.synchronous |= kept.2;
            self.awaits.extend(kept.3);
            self.advice.of_record.extend(kept.4.of_record);
        }
        result
    }
}
