//! Telling a channel what the ERP did with its orders, one fact after the other.

use std::time::Duration;

use super::{Attempt, Due, Round};
use crate::config::{Account, ChannelWord, Settings};
use crate::connectors::{Acceptance, ChannelError, Fact, Outcome, ReadBack, Repeats};
use crate::dispatch::context::Context;
use crate::dispatch::parts::{Fitted, fit};
use crate::dispatch::sent::{Pause, Sent};
use crate::dispatch::settle::{About, Health, Settlement, clean};
use crate::dispatch::turn::Kind;
use crate::domain::message::{Message, own};
use crate::domain::order::FactKind;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::files::Folder;
use crate::store::Conn;
use crate::store::accounts::WorkRow;
use crate::store::begun::Begun;
use crate::store::orders;
use crate::store::outbox::{self, FactRow, Openness, Settled};

/// Remembers nothing.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Facts;

impl Round for Facts {
    /// Sends the next due fact.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let account_id = context.account_id();
        let next = context.store.read(|conn| {
            let Some(row) = outbox::due_facts(conn, account_id, now, 1)?.pop() else {
                return Ok(None);
            };
            let numbers = orders::numbers(conn, row.order_id)?;
            Ok(Some((row, numbers)))
        })?;
        let Some((row, numbers)) = next else { return Ok(None) };
        let mut settlement = context.settlement();
        let (order_id, order_id_2) = match numbers {
            Some(numbers) => match numbers.marketplace_order_id {
                Some(number) => (number, numbers.marketplace_order_id_2),
                None => {
                    // No channel knows the order: there is nothing to send it to.
                    settlement.settle([row], &Settled::Done);
                    context.settle(settlement)?;
                    return Ok(Some(Attempt::Worked));
                }
            },
            None => return park(context, row, settlement, "the order does not exist any more"),
        };
        let kind = match row.fact() {
            Ok(kind) => kind,
            Err(failure) => return park(context, row, settlement, &failure.to_string()),
        };
        let (mut kind, note) = match context.store.read(|conn| fit(conn, &row, kind, &context.channel.capabilities))? {
            Fitted::Send(kind, note) => (kind, note),
            Fitted::Waits(shipment, message) => {
                settlement.waiting_shipment = Some(shipment);
                return keep(context, row, settlement, Some(&message), &Settled::Done);
            }
            Fitted::Kept(message) => {
                return keep(context, row, settlement, Some(&message), &Settled::Kept { why: message.line() });
            }
            Fitted::Needless => return keep(context, row, settlement, None, &Settled::Done),
        };
        if let Some(missing) = read_file(context, &mut kind) {
            return park(context, row, settlement, &missing);
        }
        let notes = notes_of(context, note, &mut kind);
        let fact = Fact { key: row.fact_key.clone(), order_id, order_id_2, kind, task: row.channel_task.clone() };
        if has_to_be_read_back(&row, context) {
            return read_back(context, row, &fact, &notes, work, now);
        }
        if context.channel.has_to_wait(ChannelCall::PushFact, now) {
            return Ok(None);
        }
        context.begin(Begun::Fact(row.fact_id), row.begun)?;
        let (result, now) = context.channel.call(ChannelCall::PushFact, now, |connector| connector.push_fact(&fact));
        let attempt = match result {
            Ok(outcome) => {
                context.channel.answered(Kind::Facts);
                settlement.health = Some(Health::Worked);
                settle_outcome(context, row, &fact.kind, &notes, outcome, now, &mut settlement);
                Attempt::Worked
            }
            Err(error) => failed(context, row, &error, work, now, &mut settlement),
        };
        context.settle(settlement)?;
        Ok(Some(attempt))
    }

    fn due(&self, conn: &mut Conn<'_>, context: &Context, _work: &WorkRow, _now: Stamp) -> Result<Vec<Due>, Failure> {
        let next = outbox::next_due_fact(conn, context.account_id())?;
        Ok(Due::calling(ChannelCall::PushFact, next).into_iter().collect())
    }

    fn forget(&mut self) {}
}

/// Whether the channel is asked if it has the fact, before it is sent again.
fn has_to_be_read_back(row: &FactRow, context: &Context) -> bool {
    row.channel_task.is_some() || (row.unclear > 0 && context.channel.capabilities.repeats == Repeats::ReadBack)
}

/// Asks whether a fact has arrived, after an answer that left it open.
fn read_back(
    context: &mut Context,
    row: FactRow,
    fact: &Fact,
    notes: &[Message],
    work: &WorkRow,
    now: Stamp,
) -> Result<Option<Attempt>, Failure> {
    if context.channel.has_to_wait(ChannelCall::ReadBack, now) {
        return Ok(None);
    }
    context.begin(Begun::Fact(row.fact_id), row.begun)?;
    let mut settlement = context.settlement();
    let (result, now) = context.channel.call(ChannelCall::ReadBack, now, |connector| connector.read_back(fact));
    let attempt = match result {
        Ok(found) => {
            context.channel.answered(Kind::Facts);
            settlement.health = Some(Health::Worked);
            settle_found(context, row, (&fact.kind, notes), found, now, &mut settlement)?;
            Attempt::Worked
        }
        Err(error) => failed(context, row, &error, work, now, &mut settlement),
    };
    context.settle(settlement)?;
    Ok(Some(attempt))
}

fn settle_found(
    context: &Context,
    row: FactRow,
    (kind, notes): (&FactKind, &[Message]),
    found: ReadBack,
    now: Stamp,
    settlement: &mut Settlement,
) -> Result<(), Failure> {
    let clear = Openness { fact_id: row.fact_id, unclear: false, channel_task: None };
    if kind.moves_stock() && matches!(found, ReadBack::Arrived) {
        settlement.stock_moved_by = Some(row.order_id);
    }
    match found {
        ReadBack::Arrived => sent(row).done(context, notes, settlement),
        ReadBack::Absent => {
            settlement.openness = Some(clear);
            let error = "the channel does not have it; it is sent again".to_owned();
            settlement.settle([row], &Settled::Again { due_at: now, error });
        }
        ReadBack::Working { after } => works_on(context, row, after, now, settlement),
        ReadBack::Refused(message) => {
            settlement.openness = Some(clear);
            sent(row).refused(context, &message, settlement);
        }
        ReadBack::Unknown => {
            let order_id = row.order_id;
            let order_number = context.store.read(|conn| orders::get(conn, order_id))?.map(|order| order.order_number);
            let message = own::fact_unclear(&row.kind, order_number.unwrap_or_default());
            log::error!("account {}: {}", context.account_id(), message.line());
            // Who has it sent again has looked, and means it.
            settlement.openness = Some(clear);
            settlement.messages.push(context.message(About::Order(order_id), &message));
            settlement.settle([row], &Settled::GaveUp { error: message.line() });
        }
    }
    Ok(())
}

/// The channel accepted it, and is asked about it later.
fn works_on(context: &Context, row: FactRow, after: Option<Duration>, now: Stamp, settlement: &mut Settlement) {
    let after = Some(after.unwrap_or(context.channel.capabilities.task_pace));
    sent(row).again(context, "the channel works on it", Pause { now, earliest: Stamp(0), after }, settlement);
}

/// A call failed as a whole.
fn failed(context: &mut Context, row: FactRow, error: &ChannelError, work: &WorkRow, now: Stamp, settlement: &mut Settlement) -> Attempt {
    let blocked_until = context.failed(Kind::Facts, error, work, now);
    let reason = clean(&error.to_string());
    sent(row).again(context, &reason, Pause { now, earliest: blocked_until, after: None }, settlement);
    settlement.health = Some(Health::Failed { blocked_until, error: reason });
    Attempt::Failed
}

/// The channel is not called; where it misses something by that, the ERP hears why.
fn keep(
    context: &mut Context,
    row: FactRow,
    mut settlement: Settlement,
    why: Option<&Message>,
    settled: &Settled,
) -> Result<Option<Attempt>, Failure> {
    settlement.messages.extend(why.map(|message| context.message(About::Order(row.order_id), message)));
    settlement.settle([row], settled);
    context.settle(settlement)?;
    Ok(Some(Attempt::Worked))
}

fn park(context: &mut Context, row: FactRow, mut settlement: Settlement, error: &str) -> Result<Option<Attempt>, Failure> {
    log::error!("account {}: fact {} about order {} cannot be sent: {error}", context.account_id(), row.fact_id, row.order_id);
    settlement.settle([row], &Settled::Parked { error: error.to_owned() });
    context.settle(settlement)?;
    Ok(Some(Attempt::Worked))
}

fn sent(row: FactRow) -> Sent {
    let (about, name) = (About::Order(row.order_id), format!("\"{}\" for order {}", row.kind, row.order_id));
    Sent { about, name, rows: vec![row.into()] }
}

fn settle_outcome(
    context: &Context,
    row: FactRow,
    kind: &FactKind,
    notes: &[Message],
    outcome: Outcome,
    now: Stamp,
    settlement: &mut Settlement,
) {
    context.channel.count(ChannelCall::PushFact, &outcome);
    // Also where it refused a fulfilment that it has made already.
    if kind.moves_stock() && !matches!(outcome, Outcome::Later { .. }) {
        settlement.stock_moved_by = Some(row.order_id);
    }
    if !matches!(outcome, Outcome::Later { .. }) {
        let about = About::Order(row.order_id);
        settlement.messages.extend(notes.iter().map(|note| context.message(about, note)));
    }
    match outcome {
        Outcome::Done { messages, .. } | Outcome::DoneInPart { messages, .. } => sent(row).done(context, &messages, settlement),
        Outcome::Refused(message) => sent(row).refused(context, &message, settlement),
        Outcome::Later { after, reason } => {
            settlement.openness = Some(Openness { fact_id: row.fact_id, unclear: false, channel_task: None });
            sent(row).again(context, &reason, Pause { now, earliest: Stamp(0), after }, settlement);
        }
        Outcome::Accepted(Acceptance { task, after }) => {
            settlement.openness = Some(Openness { fact_id: row.fact_id, unclear: true, channel_task: Some(task) });
            works_on(context, row, after, now, settlement);
        }
    }
}

/// Reads the file of a document that is to be sent. Gives why that is not possible.
fn read_file(context: &Context, kind: &mut FactKind) -> Option<String> {
    let FactKind::DocumentAttached { number, file: Some(file), .. } = kind else { return None };
    match Folder::new(&context.settings.documents.folder).read(&file.checksum, file.bytes) {
        Some(content) => {
            file.content = content;
            None
        }
        None => Some(format!("the file of document {number} is not in the folder of documents; restore it, or send the document again")),
    }
}

/// What the ERP hears once the channel has taken the fact.
fn notes_of(context: &Context, note: Option<Message>, kind: &mut FactKind) -> Vec<Message> {
    let mut notes = Vec::from_iter(note);
    for word in shipping_words(context, kind) {
        notes.push(own::shipping_word_unknown(&word));
    }
    notes
}

/// The ERP's words for carriers and dispatch types become the channel's; unknown words stay. Gives those that are in no
/// list, where the configuration has one.
fn shipping_words(context: &Context, kind: &mut FactKind) -> Vec<String> {
    let FactKind::Shipped { packets, .. } = kind else {
        return Vec::new();
    };
    let (settings, account) = (&context.settings, &context.account);
    let mut strange = Vec::new();
    let mut say = |said: &mut Option<String>, at: fn(&Settings, &Account, &str) -> ChannelWord, listed: bool| {
        let Some(word) = said.take() else { return };
        let at_channel = at(settings, account, &word);
        if at_channel == ChannelWord::Unknown && listed && !strange.contains(&word) {
            strange.push(word.clone());
        }
        *said = Some(at_channel.word().unwrap_or(word));
    };
    for packet in packets {
        say(&mut packet.carrier, Settings::carrier_at, !settings.shipping_carriers.is_empty());
        say(&mut packet.dispatch_type, Settings::dispatch_type_at, !settings.dispatch_types.is_empty());
    }
    strange
}
