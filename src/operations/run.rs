//! The way of a call: decode → (replay) → handle → encode → commit → wait → answer. The same for every operation.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::call::{FIRST_VERSION, Finished, ReadOperation, Reading, Work, WriteOperation};
use super::common::{Fetched, Reported, Warned, WriteRequest};
use super::place::placed;
use super::replay::{Kept, ReplayKey, marked};
use super::shapes::{refuse_unknown_condition, refuse_unread, warnings};
use super::wait::{Settled, Step, Waiting};
use super::wire::{FieldSpec, Source, Types, Value, Writer};
use super::{Access, Answer, Body, Call, Document, Face, Gateway, Operation};
use crate::config;
use crate::domain::{AccountId, Failure, Stamp, code};
use crate::store::replay::{self, ReplayRow};
use crate::store::{Conn, Tx};
use crate::xml::write::escaped_len;
use crate::xml::{self, Node};

static ROOT: FieldSpec = FieldSpec::new("request", "");

/// Runs one call. `Err` becomes a SOAP fault; failures of single records are reports inside the answer.
/// Blocks as long as the database does: the caller runs it on a thread that may wait.
pub fn execute(gateway: &Gateway, call: &Call<'_>) -> Result<Step, Failure> {
    let operation = call.operation;
    if operation.access == Access::Write && call.user.role == crate::config::Role::Read {
        return Err(Failure::new(code::FORBIDDEN_OPERATION, [&call.user.name, operation.name]));
    }
    let refused = |failure: Failure| -> Result<Step, Failure> {
        if failure.code.blame == crate::domain::failure::Blame::Server {
            return Err(failure);
        }
        let body = (operation.refuse)(&failure, call.reader(&gateway.settings))?;
        Ok(Step::Done(Answer { body, replayed: false, records: 0, failures: 1, pending: 0, receipt: None }))
    };
    if let (Body::Text(text), true) = (&call.body, operation.returns_text) {
        return returned(text, gateway.settings.limits.answer_bytes).or_else(refused);
    }
    let run = |node: Node<'_>, document: &str| (operation.run)(gateway, call, node, document);
    let result = match call.body {
        Body::Node(node) => run(node, node.outer_xml()),
        Body::Text(text) => {
            let limits = limits(&gateway.settings.limits);
            match xml::Document::parse_embedded(text, &limits) {
                Ok(document) => match version_of(document.root(), operation) {
                    Ok(_) => run(document.root(), text),
                    Err(failure) => Err(failure),
                },
                Err(failure) => Err(placed(failure, text, &limits)),
            }
        }
    };
    result.or_else(refused)
}

/// The text of a call as its answer.
fn returned(text: &str, most: usize) -> Result<Step, Failure> {
    match escaped_len(text, 1) <= most {
        true => Ok(Step::Done(Answer { body: text.to_owned(), replayed: false, records: 1, failures: 0, pending: 0, receipt: None })),
        false => Err(Failure::new(code::ANSWER_TOO_LONG, [&most.to_string()])),
    }
}

/// The configured bounds, as the parser wants them.
pub fn limits(limits: &config::Limits) -> xml::Limits {
    xml::Limits {
        depth: limits.xml_depth,
        attributes: limits.xml_attributes,
        name_bytes: limits.xml_name_bytes,
        elements: limits.xml_elements,
        entries: limits.records,
    }
}

/// The format version of a document. The method attribute is not looked at: the vendor's own documentation has it wrong in
/// places (`protocol.md` 2.1).
fn version_of(root: Node<'_>, operation: &Operation) -> Result<&'static str, Failure> {
    match root.attribute("version").map(str::trim) {
        None | Some("" | "1" | "1.0") => Ok(FIRST_VERSION),
        Some(asked) => {
            // The last zero says nothing.
            let same = |known: &&&'static str| **known == asked || known.strip_suffix(".0") == Some(asked);
            let known = operation.versions.iter().find(same).copied();
            known.ok_or_else(|| Failure::new(code::UNSUPPORTED_VERSION, [asked, operation.name, &operation.versions.join(", ")]))
        }
    }
}

/// The format version of a call; on the typed face the newest.
fn asked_version(call: &Call<'_>, node: Node<'_>) -> Result<&'static str, Failure> {
    match call.face {
        Face::Compat => version_of(node, call.operation),
        Face::Typed => Ok(call.operation.versions.last().copied().unwrap_or(FIRST_VERSION)),
    }
}

impl Operation {
    pub(super) const fn reading<O: ReadOperation>() -> Operation {
        Operation {
            name: O::NAME,
            argument: O::ARGUMENT,
            access: Access::Read,
            doc: O::DOC,
            versions: O::VERSIONS,
            returns_text: O::RETURNS_TEXT,
            keeps_records_whole: false,
            run: run_read::<O>,
            within: None,
            refuse: |failure, reader| encode(reader.face, (O::NAME, FIRST_VERSION), &O::Result::refused(failure, reader), usize::MAX),
            types: types_of::<O::Request, O::Result>,
            rewrite: rewrite::<O::Request, O::Result>,
        }
    }

    pub(super) const fn writing<O: WriteOperation>() -> Operation {
        Operation {
            name: O::NAME,
            argument: O::ARGUMENT,
            access: Access::Write,
            doc: O::DOC,
            versions: O::VERSIONS,
            returns_text: false,
            keeps_records_whole: O::KEEPS_RECORDS_WHOLE,
            run: run_write::<O>,
            within: Some(run_within::<O>),
            refuse: |failure, reader| encode(reader.face, (O::NAME, FIRST_VERSION), &O::Result::refused(failure, reader), usize::MAX),
            types: types_of::<O::Request, O::Result>,
            rewrite: rewrite::<O::Request, O::Result>,
        }
    }
}

fn types_of<Q: Value, A: Value>(types: &mut Types) -> (String, String) {
    (Q::type_name(&ROOT, types), A::type_name(&ROOT, types))
}

fn rewrite<Q: Value, A: Value>(node: Node<'_>, from: Face, to: Face, which: Document) -> Result<String, Failure> {
    let mut out = Writer::new(to, usize::MAX);
    match which {
        Document::Request => Q::read(Source::Element(node), &ROOT, from)?.write(&mut out, "request"),
        Document::Result => {
            let name = if to == Face::Compat { "response" } else { "result" };
            A::read(Source::Element(node), &ROOT, from)?.write(&mut out, name);
        }
    }
    out.finish()
}

/// The answer's document, unless it would take more bytes on the wire.
fn encode<V: Value>(face: Face, (operation, version): (&str, &'static str), result: &V, most: usize) -> Result<String, Failure> {
    let mut out = Writer::new(face, most);
    match face {
        Face::Compat => {
            out.root_attributes(operation, version);
            result.write(&mut out, "response");
        }
        Face::Typed => result.write(&mut out, "result"),
    }
    out.finish()
}

fn run_read<O: ReadOperation>(gateway: &Gateway, call: &Call<'_>, node: Node<'_>, _document: &str) -> Result<Step, Failure> {
    refuse_unknown_condition(call, node)?;
    let request = O::Request::read(Source::Element(node), &ROOT, call.face)?;
    if O::asks_for_changes(&request) {
        gateway.store.settle_clock()?;
    }
    let (settings, user, face) = (Arc::clone(&gateway.settings), call.user.clone(), call.face);
    let version = asked_version(call, node)?;
    let kept = gateway.store.kept();
    let read =
        move |conn: &mut Conn<'_>| O::handle(&Reading { settings: &settings, user: &user, face, version, kept: &kept }, conn, request);
    let mut result = gateway.store.read_in_time(read)?;
    result.set_warnings(warnings(gateway, call, node));
    Ok(Step::Done(Answer {
        body: encode(call.face, (O::NAME, version), &result, gateway.settings.limits.answer_bytes)?,
        replayed: false,
        records: result.count(),
        failures: usize::from(result.return_code() < 0),
        pending: 0,
        receipt: None,
    }))
}

/// What the write transaction gives to the rest of the call.
enum Written<R> {
    /// `body` is the result as it was when the changes were stored.
    Fresh {
        result: R,
        body: String,
        replay_id: i32,
        stamp: Stamp,
        accounts: Vec<AccountId>,
        synchronous: bool,
        awaits: Vec<i32>,
    },
    Replayed(ReplayRow),
}

fn run_write<O: WriteOperation>(gateway: &Gateway, call: &Call<'_>, node: Node<'_>, document: &str) -> Result<Step, Failure> {
    let (face, by_person) = (call.face, call.by_person);
    let version = asked_version(call, node)?;
    refuse_unread(call, node)?;
    let mut request = O::Request::read(Source::Element(node), &ROOT, face)?;
    let warnings = warnings(gateway, call, node);
    if call.rehearsal || request.is_dry_run() {
        return rehearse::<O>(gateway, call, request, (document.len(), version), warnings).map(Step::Done);
    }
    let key = ReplayKey::of(call, O::NAME, document, gateway.settings.replay, call.user.replay_by_content && O::REPLAYED_BY_CONTENT);
    let (settings, user, handovers) = (gateway.settings.clone(), call.user.clone(), gateway.store.handovers());
    let refused = O::prepare(&gateway.settings, &mut request)?;
    let (asked, reader) = (key.clone(), call.reader(&gateway.settings));
    let written = gateway.store.write_weighted(document.len(), move |tx| {
        if let Some(row) = asked.answered(tx, &handovers)? {
            return Ok(Written::Replayed(row));
        }
        let mut work = Work { refused, by_person, ..Work::of(tx, &settings, &user, face) };
        let mut result = O::handle(&mut work, request)?;
        let Work { accounts, additive, synchronous, awaits, advice, .. } = work;
        result.set_warnings([advice.said(reader), warnings].concat());
        let (records, failures) = result.counts();
        // An answer that is too long undoes everything: a caller who cannot get the answer must not have changed anything.
        let body = encode(face, (O::NAME, version), &result, settings.limits.answer_bytes)?;
        let (replay_id, body) = asked.keep(tx, additive, body, records, failures)?;
        Ok(Written::Fresh { result, body, replay_id, stamp: tx.stamp, accounts, synchronous, awaits })
    })?;
    let kept = |replay_id: i32| Kept { replay_id, receipt: key.receipt(&gateway.store.handovers(), replay_id) };
    match written {
        Written::Replayed(row) => Ok(Step::Done(Answer {
            receipt: kept(row.replay_id).receipt,
            body: marked(face, row.answer),
            replayed: true,
            records: usize::try_from(row.records).unwrap_or_default(),
            failures: usize::try_from(row.failures).unwrap_or_default(),
            pending: 0,
        })),
        Written::Fresh { result, body, replay_id, accounts, .. } if accounts.is_empty() => {
            Ok(Step::Done(answer::<O>(body, &result, 0, kept(replay_id))))
        }
        Written::Fresh { result, body, replay_id, stamp, accounts, synchronous, awaits } => {
            gateway.bell.ring(&accounts);
            let wait = if synchronous { gateway.settings.dispatch.synchronous_wait } else { gateway.settings.dispatch.wait };
            let (reader, kept) = (call.reader(&gateway.settings), kept(replay_id));
            let awaited = awaits.clone();
            let finish = move |gateway: &Gateway, Settled { pending, parked }: Settled| {
                finish::<O>(gateway, face, kept, result, body, &Finished { stamp, reader, version, synchronous, pending, parked, awaits })
            };
            Ok(Step::Waiting(Waiting::new(gateway, (stamp, awaited), O::ERRAND, accounts, wait, Box::new(finish))))
        }
    }
}

/// The rest of a call after its commit and the waiting. From here on the answer is a success, whatever fails or panics: what
/// could not be found out about the channels counts as pending.
fn finish<O: WriteOperation>(
    gateway: &Gateway,
    face: Face,
    kept: Kept,
    mut result: O::Result,
    mut body: String,
    finished: &Finished,
) -> Answer {
    let (records, failures) = result.counts();
    match catch_unwind(AssertUnwindSafe(|| found_out::<O>(gateway, face, &mut result, finished))) {
        Ok((pending, longer)) => {
            if let Some(longer) = longer {
                body.clone_from(&longer);
                amend(gateway, O::NAME, kept.replay_id, longer);
            }
            answer::<O>(body, &result, pending, kept)
        }
        Err(_) => {
            log::error!("{}: stored; what the channels said is left out of the answer, because making it panicked", O::NAME);
            let pending = finished.pending.saturating_add(finished.parked);
            Answer { body, replayed: false, records, failures, pending, receipt: kept.receipt }
        }
    }
}

/// What the channels have not settled, and the answer with what they said where that changes it.
fn found_out<O: WriteOperation>(gateway: &Gateway, face: Face, result: &mut O::Result, finished: &Finished) -> (usize, Option<String>) {
    let changed = gateway.store.read(|conn| O::finish(conn, finished, result));
    // A refusal that cannot be read is not settled for the caller.
    let pending = if changed.is_err() { finished.pending.saturating_add(finished.parked) } else { finished.pending };
    let changed = changed.unwrap_or_else(|failure| {
        log::warn!("{}: stored, but what the channels said cannot be read: {failure}", O::NAME);
        false
    });
    if pending == 0 && !changed {
        return (pending, None);
    }
    result.set_pending(pending);
    // What the channels said may be too much for one answer; the one that was stored is true without it.
    (pending, encode(face, (O::NAME, finished.version), result, gateway.settings.limits.answer_bytes).ok())
}

/// Keeps the answer that is given now for repeats of the call; later, where the database fails now.
fn amend(gateway: &Gateway, operation: &str, replay_id: i32, body: String) {
    let amend = move |tx: &mut Tx<'_>| replay::amend(tx, replay_id, &body);
    if let Err(failure) = gateway.store.write(amend.clone()) {
        log::warn!("{operation}: stored, and the answer for repeats is kept later: {failure}");
        gateway.store.write_later(amend);
    }
}

fn answer<O: WriteOperation>(body: String, result: &O::Result, pending: usize, kept: Kept) -> Answer {
    let (records, failures) = result.counts();
    Answer { body, replayed: false, records, failures, pending, receipt: kept.receipt }
}

/// Handles a request in the transaction of the caller; gives the answer.
fn run_within<O: WriteOperation>(work: &mut Work<'_, '_>, node: Node<'_>) -> Result<String, Failure> {
    let mut request = O::Request::read(Source::Element(node), &ROOT, work.face)?;
    work.refused = O::prepare(work.settings, &mut request)?;
    let result = O::handle(work, request)?;
    encode(work.face, (O::NAME, FIRST_VERSION), &result, usize::MAX)
}

/// Handles a request as if it were meant, and undoes it. Neither answered from the store nor kept there.
fn rehearse<O: WriteOperation>(
    gateway: &Gateway,
    call: &Call<'_>,
    mut request: O::Request,
    (weight, version): (usize, &'static str),
    warnings: Vec<String>,
) -> Result<Answer, Failure> {
    let (settings, user, face, by_person) = (gateway.settings.clone(), call.user.clone(), call.face, call.by_person);
    let refused = O::prepare(&gateway.settings, &mut request)?;
    let reader = call.reader(&gateway.settings);
    let (mut result, advice) = gateway.store.write_weighted(weight, move |tx| {
        tx.rehearse(|tx| {
            let mut work = Work { refused, by_person, ..Work::of(tx, &settings, &user, face) };
            let result = O::handle(&mut work, request)?;
            Ok((result, work.advice.said(reader)))
        })
    })?;
    result.set_dry_run();
    result.set_warnings([advice, warnings].concat());
    let (records, failures) = result.counts();
    let body = encode(call.face, (O::NAME, version), &result, gateway.settings.limits.answer_bytes)?;
    Ok(Answer { body, replayed: false, records, failures, pending: 0, receipt: None })
}

#[cfg(test)]
mod tests;
