//! What the tests of handlers share: calls by the users of `config::fixture`, outside of SOAP.

use super::call::{Advice, ReadOperation, Reading, Work, WriteOperation};
use super::wire::{FRAGMENT_LIMITS, FieldSpec, Match, Record, Records, Source, Value};
use crate::config::fixture::{settings, user};
use crate::domain::{AccountId, Face, Failure, Place, Stamp};
use crate::on;
use crate::store::Store;
use crate::store::outbox::Topic;
use crate::store::schema::outbox_states;
use crate::xml::Document;

use diesel::prelude::*;

/// What a call left behind beside its result.
pub(crate) struct Called<R> {
    pub(crate) result: R,
    /// The accounts to be woken.
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) additive: bool,
    pub(crate) synchronous: bool,
    pub(crate) awaits: Vec<i32>,
    pub(crate) stamp: Stamp,
    /// What the answer warns of.
    pub(crate) advice: Vec<String>,
}

pub(crate) fn call<O: WriteOperation>(store: &Store, mut request: O::Request) -> Called<O::Result> {
    store
        .write(move |tx| {
            let (settings, user) = (settings(), user("erp"));
            let mut work = Work {
                tx,
                settings: &settings,
                user: &user,
                face: Face::Compat,
                by_person: false,
                accounts: Vec::new(),
                additive: false,
                synchronous: false,
                awaits: Vec::new(),
                refused: O::prepare(&settings, &mut request)?,
                advice: Advice::default(),
            };
            let result = O::handle(&mut work, request)?;
            let advice = std::mem::take(&mut work.advice).said(work.reader(None));
            let (mut accounts, additive, synchronous, awaits) = (work.accounts, work.additive, work.synchronous, work.awaits);
            accounts.sort_unstable();
            accounts.dedup();
            Ok(Called { result, accounts, additive, synchronous, awaits, stamp: tx.stamp, advice })
        })
        .unwrap()
}

pub(crate) fn try_fetch<O: ReadOperation>(store: &Store, request: O::Request) -> Result<O::Result, Failure> {
    let (settings, user) = (settings(), user("erp"));
    let (kept, version) = (store.kept(), crate::operations::FIRST_VERSION);
    let reading = Reading { settings: &settings, user: &user, face: Face::Compat, version, kept: &kept };
    store.read(|conn| O::handle(&reading, conn, request))
}

pub(crate) fn fetch<O: ReadOperation>(store: &Store, request: O::Request) -> O::Result {
    try_fetch::<O>(store, request).unwrap()
}

/// The records of a request, each with a text of its own for the report.
pub(crate) fn records<T>(noun: &'static str, list: impl IntoIterator<Item = T>) -> Records<T> {
    let record = |(index, content)| Record {
        reference_id: Some(format!("ref {}", index + 1)),
        number: index + 1,
        place: Place::entry(noun, index + 1),
        unread: None,
        content: Ok(Box::new(content)),
    };
    Records { list: list.into_iter().enumerate().map(record).collect() }
}

/// A request of the compat face.
pub(crate) fn request<O: WriteOperation>(xml: &str) -> O::Request {
    static REQUEST: FieldSpec = FieldSpec::new("request", "");
    let document = Document::parse(xml, &FRAGMENT_LIMITS).unwrap();
    O::Request::read(Source::Element(document.root()), &REQUEST, Face::Compat).unwrap()
}

/// A condition: this value.
pub(crate) fn is<T>(value: T) -> Option<Match<T>> {
    among([value])
}

/// A condition: one of these values.
pub(crate) fn among<T, const N: usize>(values: [T; N]) -> Option<Match<T>> {
    Some(Match { any_of: Some(values.into()), null: None, allow_null: false })
}

/// The accounts in which an offer waits to be sent in this respect, once per offer.
pub(crate) fn waiting(store: &Store, topic: Topic) -> Vec<AccountId> {
    store
        .read(|conn| {
            Ok(on!(conn, c => outbox_states::table
                .filter(outbox_states::topic.eq(topic))
                .order(outbox_states::account_id)
                .select(outbox_states::account_id)
                .load(c))?)
        })
        .unwrap()
}

/// Empties the outbox, as if the channels had everything.
pub(crate) fn all_sent(store: &Store) {
    store
        .write(|tx| {
            on!(&mut tx.conn, c => diesel::delete(outbox_states::table).execute(c))?;
            Ok(())
        })
        .unwrap();
}
