//! The mutants: the scenario that catches each, what is wrong with it, and how it is made.

use super::super::play::pieces;
use super::{Hooks, Rows, SOUND, Told};
use crate::connectors::{
    ChannelError, Fact, OfferChange, OfferContent, Outcome, Pulled, PulledContacts, Record, RowResult, TaskProgress, Transfer,
};
use crate::domain::Decimal;
use crate::domain::contact::{ContactContent, Rating};
use crate::domain::message::channel;
use crate::domain::offer::Wanted;
use crate::domain::order::{ChannelOrder, FactKind, OrderLine, Packet};

type Mutant = (&'static str, &'static str, Hooks);

fn each(offers: &mut [OfferChange], change: impl Fn(&mut OfferChange)) {
    offers.iter_mut().for_each(change);
}

fn contents(offers: &mut [OfferChange], change: impl Fn(&mut OfferContent)) {
    offers.iter_mut().filter_map(|offer| offer.content.as_mut()).for_each(change);
}

/// Under another SKU: what a connector does that does not find what is there.
fn double(offers: &mut [OfferChange], call: usize) {
    each(offers, |offer| {
        offer.external_number = None;
        offer.known_as.clear();
        if call > 0 {
            offer.sku = format!("{} ({call})", offer.sku);
        }
    });
}

fn refused(changes: &[OfferChange]) -> Rows {
    let refused =
        |change: &OfferChange| RowResult { offer_id: change.offer_id, outcome: Outcome::Refused(channel::title_empty(&change.sku)) };
    Ok(changes.iter().map(refused).collect())
}

/// Says that it is done, whatever was said.
fn blind(changes: &[OfferChange]) -> Rows {
    Ok(changes.iter().map(|change| RowResult { offer_id: change.offer_id, outcome: Outcome::done() }).collect())
}

fn packets(fact: &mut Fact, change: impl Fn(&mut Packet)) {
    if let FactKind::Shipped { packets, .. } = &mut fact.kind {
        packets.iter_mut().for_each(change);
    }
}

fn each_order(pulled: &mut Pulled, change: impl Fn(&mut ChannelOrder)) {
    pulled.orders.iter_mut().for_each(change);
}

fn each_line(pulled: &mut Pulled, change: impl Fn(&mut OrderLine)) {
    pulled.orders.iter_mut().flat_map(|order| &mut order.lines).for_each(change);
}

/// Another key each time, as of a connector that makes its own.
fn new_key(fact: &mut Fact, call: usize) {
    fact.key = format!("{}-{call}", fact.key);
}

fn refuse(told: Told) -> Told {
    told.or_else(|_| Ok(Outcome::Refused(channel::title_empty("T"))))
}

fn silent(told: Told) -> Told {
    told.map(|_| Outcome::done())
}

const fn offers(hook: fn(&mut Vec<OfferChange>, usize)) -> Hooks {
    Hooks { offers: hook, ..SOUND }
}

const fn rows(hook: fn(Rows, &[OfferChange], usize) -> Rows) -> Hooks {
    Hooks { rows: hook, ..SOUND }
}

const fn orders(hook: fn(&mut Pulled)) -> Hooks {
    Hooks { orders: hook, ..SOUND }
}

const fn facts(hook: fn(&mut Fact, usize)) -> Hooks {
    Hooks { fact: hook, ..SOUND }
}

/// Another key each time, as of a connector that makes its own.
fn new_transfer_key(transfer: &mut Transfer, call: usize) {
    match &mut transfer.record {
        Record::Message(message) => message.key = format!("{}-{call}", message.key),
        Record::Dispute(dispute) => dispute.key = format!("{}-{call}", dispute.key),
        Record::Customer(_) | Record::Coupon(_) => {}
    }
}

const fn contacts(hook: fn(&mut PulledContacts)) -> Hooks {
    Hooks { contacts: hook, ..SOUND }
}

const fn transfers(hook: fn(&mut Transfer, usize)) -> Hooks {
    Hooks { transfer: hook, ..SOUND }
}

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    ("create", "forgets the description", offers(|offers, _| contents(offers, |content| content.description.clear()))),
    ("once", "lists again what it does not remember", offers(|offers, call| double(offers, call))),
    ("once", "gives another number each time", rows(renumbered)),
    ("twice_in_a_call", "makes the rows of one call differ", offers(|offers, _| apart(offers))),
    ("batch", "leaves the last row out", offers(|offers, _| offers.truncate(offers.len().saturating_sub(1).max(1)))),
    ("content", "sends content only once", offers(|offers, call| each(offers, |offer| if call > 0 { offer.content = None }))),
    ("price", "sends the price only once", offers(|offers, call| each(offers, |offer| if call > 0 { offer.price = None }))),
    ("price", "sends the quantity once more", offers(|offers, call| each(offers, |offer| if call > 0 { offer.quantity = Some(pieces(1)) }))),
    ("quantity", "takes 0 for nothing said", offers(|offers, _| each(offers, |offer| offer.quantity = offer.quantity.filter(|quantity| quantity.offered > 0)))),
    ("reserved", "offers what is reserved", offers(|offers, _| each(offers, offer_reserved))),
    ("pictures", "sends pictures the wrong way round", offers(|offers, _| contents(offers, |content| content.images.reverse()))),
    ("pictures", "never removes pictures", offers(|offers, _| each(offers, |offer| if offer.content.as_ref().is_some_and(|content| content.images.is_empty()) { offer.content = None }))),
    ("ean", "drops the EAN", offers(|offers, _| contents(offers, |content| content.ean = None))),
    ("weight", "takes grams for kilograms", offers(|offers, _| contents(offers, |content| content.weight_in_gram = content.weight_in_gram.map(|weight| Decimal(weight.0 / 1000))))),
    ("category", "places everything in no category", offers(|offers, _| contents(offers, |content| content.category = None))),
    ("attributes", "sends one attribute", offers(|offers, _| contents(offers, |content| content.attributes.truncate(1)))),
    ("variants", "sends the first property of a variant only", offers(|offers, _| contents(offers, |content| if let Some(variant) = &mut content.variant { variant.options.truncate(1) }))),
    ("variant_late", "makes a family for each call", offers(|offers, call| contents(offers, |content| if let Some(variant) = &mut content.variant { variant.parent_sku = format!("{}-{call}", variant.parent_sku) }))),
    ("variant_of_renamed", "takes the first number for the family", offers(|offers, _| contents(offers, |content| if let Some(variant) = &mut content.variant { variant.parent_sku = "one family".to_owned() }))),
    ("variant_ends", "ends no variants", offers(|offers, _| each(offers, |offer| offer.wanted = Wanted::Running))),
    ("rename", "drops the rename", offers(|offers, _| each(offers, |offer| if let Some(known) = offer.known_as.pop() { offer.sku = known }))),
    ("rename", "lists anew instead of renaming", offers(|offers, _| each(offers, |offer| if offer.known_as.pop().is_some() { offer.external_number = None }))),
    ("rename_twice", "finds an offer by its old SKU only", offers(|offers, call| each(offers, |offer| if call > 1 { offer.external_number = None; offer.known_as.clear(); offer.sku.push('2') }))),
    ("found_by_number", "looks for the SKU only", offers(|offers, _| each(offers, |offer| offer.external_number = None))),
    ("end", "ends by a quantity of 0", offers(|offers, _| each(offers, end_by_zero))),
    ("end_unknown", "refuses to end what it does not know", rows(|rows, changes, _| if changes.iter().any(|change| change.wanted == Wanted::Ended) { refused(changes) } else { rows })),
    ("relist", "lists again without new values", offers(|offers, call| each(offers, |offer| if call > 1 { offer.price = None }))),
    ("deleted", "believes that what it listed is there", rows(|rows, changes, call| if call > 0 { blind(changes) } else { rows })),
    ("edited", "does nothing when nothing is new to it", Hooks { offers: |offers, call| if call > 0 { offers.clear() }, rows: |rows, changes, call| if call > 0 { blind(changes) } else { rows }, ..SOUND }),
    ("row_refusal", "swallows refusals", rows(|_, changes, _| blind(changes))),
    ("row_refusal", "refuses the neighbours, too", rows(|rows, changes, _| if rows.as_ref().is_ok_and(|rows| rows.iter().any(is_refusal)) { refused(changes) } else { rows })),
    ("ended_anyway", "refuses what has no title, ended or not", rows(|rows, changes, _| if changes.iter().any(|change| change.content.as_ref().is_some_and(|content| content.title.is_empty())) { refused(changes) } else { rows })),
    ("odd_skus", "reads + as a blank", offers(|offers, _| each(offers, |offer| offer.sku = offer.sku.replace('+', " ")))),
    ("odd_skus", "cuts SKUs", offers(|offers, _| each(offers, |offer| offer.sku = offer.sku.chars().take(24).collect()))),
    ("list", "reads the first page only", Hooks { listed: |listed| listed.next = None, ..SOUND }),
    ("list", "shows ended offers as running", Hooks { listed: |listed| listed.offers.iter_mut().for_each(|offer| offer.running = true), ..SOUND }),
    ("find", "finds the first one only", Hooks { found: |found| found.truncate(1), ..SOUND }),
    ("order", "takes gross prices for net ones", orders(|pulled| each_line(pulled, |line| line.unit_price.0 = line.unit_price.0 * 100 / 119))),
    ("lines", "reads the first line only", orders(|pulled| each_order(pulled, |order| order.lines.truncate(1)))),
    ("same_second", "goes on behind the last second", Hooks { skips: 3, ..SOUND }),
    ("between_polls", "goes on behind the next order", Hooks { skips: 3, ..SOUND }),
    ("between_pages", "counts rows while they move", Hooks { skips: 3, ..SOUND }),
    ("poll_again", "goes on where it was itself", Hooks { own_place: true, ..SOUND }),
    ("paid_there", "does not see payments", orders(|pulled| each_order(pulled, |order| order.paid = false))),
    ("cancelled_there", "does not see cancellations", orders(|pulled| each_order(pulled, |order| order.cancelled = false))),
    ("changed_there", "reports orders as they were placed", orders(|pulled| each_line(pulled, |line| line.quantity = 3))),
    ("asks_to_cancel", "does not see requests", orders(|pulled| each_order(pulled, |order| order.cancellation_requests.clear()))),
    ("strange_line", "leaves out lines that it does not know", orders(|pulled| each_order(pulled, |order| order.lines.retain(|line| !line.title.contains("Händler"))))),
    ("after_the_end", "reads orders of running offers only", orders(|pulled| pulled.orders.clear())),
    ("after_a_rename", "knows lines by their SKU only", orders(|pulled| each_line(pulled, |line| line.external_number = None))),
    ("clock", "believes its own clock", orders(|pulled| pulled.orders.retain(|order| order.ordered_at <= chrono::Utc::now() + chrono::TimeDelta::minutes(1)))),
    ("acknowledged", "takes the order for paid", facts(|fact, _| fact.kind = FactKind::Paid { transaction_id: None })),
    ("paid", "says nothing of payments", facts(|fact, _| fact.kind = FactKind::Acknowledged)),
    ("shipped", "loses tracking numbers", facts(|fact, _| packets(fact, |packet| packet.tracking_number = None))),
    ("untracked", "ships nothing without a number", facts(|fact, _| if matches!(&fact.kind, FactKind::Shipped { .. }) { fact.kind = FactKind::Acknowledged })),
    ("together", "sends the first package only", facts(|fact, _| if let FactKind::Shipped { packets, .. } = &mut fact.kind { packets.truncate(1) })),
    ("in_parts", "ships everything with the first package", facts(|fact, _| packets(fact, |packet| packet.contents.clear()))),
    ("equal_parts", "makes a key of its own for each call", facts(new_key)),
    ("part_of_lines", "ships one line of a package", facts(|fact, _| packets(fact, |packet| packet.contents.truncate(1)))),
    ("whole_shipment", "reports the last package only", facts(|fact, _| if let FactKind::Shipped { packets, .. } = &mut fact.kind { packets.drain(..packets.len().saturating_sub(1)); })),
    ("late_tracking", "makes a second package", facts(|fact, _| packets(fact, |packet| if packet.again { packet.again = false; packet.packet_id = 7 }))),
    ("cancelled", "cancels nothing", facts(|fact, _| fact.kind = FactKind::Acknowledged)),
    ("cancelled_in_part", "cancels the whole order", facts(|fact, _| if matches!(&fact.kind, FactKind::PositionsCancelled { .. }) { fact.kind = FactKind::Cancelled { reason: None } })),
    ("rest_cancelled", "cancels what has been shipped, too", facts(|fact, _| if let FactKind::PositionsCancelled { positions, .. } = &mut fact.kind { positions.iter_mut().for_each(|content| content.quantity = 5) })),
    ("refunded_amount", "gives it back at each call", facts(new_key)),
    ("refunded_positions", "gives back one position", facts(|fact, _| if let FactKind::Refunded { amount, .. } = &mut fact.kind { amount.0 = amount.0.min(199_000) })),
    ("refunded_too_much", "gives back as much as there is", facts(|fact, _| if let FactKind::Refunded { amount, .. } = &mut fact.kind { amount.0 = amount.0.min(10_000) })),
    ("request_accepted", "declines what is accepted", facts(|fact, _| if let FactKind::CancellationAccepted { request_id } = &fact.kind { fact.kind = FactKind::CancellationDeclined { request_id: request_id.clone() } })),
    ("request_declined", "accepts what is declined", facts(|fact, _| if let FactKind::CancellationDeclined { request_id } = &fact.kind { fact.kind = FactKind::CancellationAccepted { request_id: request_id.clone() } })),
    ("too_late", "says done to everything", Hooks { told: silent, ..SOUND }),
    ("unknown_order", "says done to everything", Hooks { told: silent, ..SOUND }),
    ("done_there", "refuses what is done", Hooks { told: |_| Ok(Outcome::Refused(channel::title_empty("T"))), ..SOUND }),
    ("document", "attaches nothing", facts(|fact, _| if matches!(&fact.kind, FactKind::DocumentAttached { .. }) { fact.kind = FactKind::Acknowledged })),
    ("task", "takes accepted for done", rows(|_, changes, _| blind(changes))),
    ("task_in_part", "takes an ended task for a good one", Hooks { progress: all_done, ..SOUND }),
    ("task_slow", "gives a task up that takes long", Hooks { progress: |progress| if matches!(progress, TaskProgress::Working { .. }) { TaskProgress::Forgotten } else { progress }, ..SOUND }),
    ("task_forgotten", "waits for a forgotten task for ever", Hooks { progress: |progress| if matches!(progress, TaskProgress::Forgotten) { TaskProgress::Working { results: Vec::new(), after: None } } else { progress }, ..SOUND }),
    ("weather_create", "takes faults of the line for refusals", rows(|rows, changes, _| if rows.is_err() { refused(changes) } else { rows })),
    ("weather_create", "lists again what it does not remember", offers(|offers, call| double(offers, call))),
    ("weather_change", "takes a lost call for done", rows(|rows, changes, _| if rows.is_err() { blind(changes) } else { rows })),
    ("weather_rename", "lists anew instead of renaming", offers(|offers, _| each(offers, |offer| if offer.known_as.pop().is_some() { offer.external_number = None }))),
    ("weather_pull", "takes a fault for a fault of the contract", Hooks { pull_error: |_| Err(ChannelError::unsupported("orders")), ..SOUND }),
    ("weather_list", "takes a fault for a fault of the contract", Hooks { list_error: |_| Err(ChannelError::unsupported("list")), ..SOUND }),
    ("weather_ship", "makes a key of its own for each call", facts(new_key)),
    ("weather_cancel", "takes faults of the line for refusals", Hooks { told: refuse, ..SOUND }),
    ("weather_refund", "gives it back at each call", facts(new_key)),
    ("throttled", "forgets how long to wait", rows(|rows, _, _| rows.map_err(|error| match error { ChannelError::Unavailable { reason, .. } => ChannelError::Unavailable { reason, retry_after: None }, other => other }))),
    ("message_in", "drops the order of a message", contacts(|pulled| pulled.contacts.iter_mut().for_each(|contact| contact.order_id = None))),
    ("message_in", "reads from its own place", Hooks { own_place: true, ..SOUND }),
    ("message_pages", "reads one page", contacts(|pulled| pulled.more = false)),
    ("message_pages", "skips what follows a page", Hooks { skips: 1, ..SOUND }),
    ("message_out", "gives another key each time", transfers(new_transfer_key)),
    ("message_read", "sends everything as unread", transfers(|transfer, _| if let Record::Message(message) = &mut transfer.record { message.message.read = false })),
    ("dispute_in", "gives a dispute as it was first", contacts(|pulled| pulled.contacts.iter_mut().for_each(|contact| if let ContactContent::Dispute(dispute) = &mut contact.content { dispute.state = "Open".to_owned() }))),
    ("dispute_out", "gives another key each time", transfers(new_transfer_key)),
    ("feedback", "takes every word for a good one", contacts(|pulled| pulled.contacts.iter_mut().for_each(|contact| if let ContactContent::Feedback(feedback) = &mut contact.content { feedback.rating = Rating::Positive }))),
    ("feedback", "has no sums", contacts(|pulled| pulled.summary = None)),
];

fn is_refusal(row: &RowResult) -> bool {
    matches!(row.outcome, Outcome::Refused(_))
}

fn renumbered(rows: Rows, _: &[OfferChange], call: usize) -> Rows {
    rows.map(|mut rows| {
        for row in &mut rows {
            if let Outcome::Done { external_number: Some(number), .. } = &mut row.outcome {
                *number = format!("{number}-{call}");
            }
        }
        rows
    })
}

fn apart(offers: &mut [OfferChange]) {
    for (at, offer) in offers.iter_mut().enumerate().skip(2) {
        offer.sku = format!("{} ({at})", offer.sku);
    }
}

fn offer_reserved(offer: &mut OfferChange) {
    if let Some(quantity) = &mut offer.quantity {
        quantity.offered += std::mem::take(&mut quantity.reserved_here);
    }
}

fn end_by_zero(offer: &mut OfferChange) {
    if offer.wanted == Wanted::Ended {
        offer.wanted = Wanted::Running;
        offer.quantity = Some(pieces(0));
    }
}

fn all_done(progress: TaskProgress) -> TaskProgress {
    match progress {
        TaskProgress::Ended(rows) => {
            TaskProgress::Ended(rows.into_iter().map(|row| RowResult { outcome: Outcome::done(), ..row }).collect())
        }
        other => other,
    }
}
