//! From what a source shows to what a call takes. Pure: tolerant of what the source leaves out or says in other words, because
//! of the original only a part of each form is known.

use super::element::Element;
use super::kinds::{DOCUMENTS, How, Kind, STOCK};
use crate::domain::order::{COMPLETE, OPEN, OrderStatus};
use crate::domain::payment::PaymentState;
use crate::operations::within::FormerlyNamed;
use crate::store::numbers::Number;

/// A record as a call takes it, with the numbers that new records in it are to get.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) record: Element,
    pub(super) wishes: Vec<(Number, i32)>,
}

/// The values of an attribute: their list, the element of one, its number, and whose number that is.
type Values = (&'static str, &'static str, &'static str, Number);

const VALUES: [(&str, Values); 2] = [
    ("attribute", ("attribute_values", "attribute_value", "attribute_value_id", Number::ATTRIBUTE_VALUE)),
    ("variant attribute", ("variant_attribute_values", "variant_attribute_value", "variant_attribute_value_id", Number::VARIANT_VALUE)),
];

/// The values inside a record of this kind.
pub(super) fn values_of(kind: &Kind) -> Option<Values> {
    VALUES.iter().find(|(name, _)| *name == kind.name).map(|(_, values)| *values)
}

/// Says what the source leaves out, in the words that are known here.
pub(super) fn complete(kind: &Kind, record: &mut Element, mandator_id: i32, now: &str) {
    record.set("mandator_id", mandator_id.to_string());
    record.retain(&mut |element| {
        if element.name == "mandator_id" {
            element.text = mandator_id.to_string();
        }
        true
    });
    match kind.name {
        "offer" => offer(record, now),
        "order" => order(record, now),
        "payment" => payment(record, now),
        "label" | "message" | "dispute" | "feedback" | "sum of feedback" => {
            for (field, default) in [("created_at", now), ("last_changed", now), ("last_changed_by", "import")] {
                record.set_default(field, default);
            }
        }
        "customer" => {
            if let Some(id) = record.get("customer_id").map(str::to_owned) {
                record.set_default("customer_number", &id);
            }
        }
        _ => {}
    }
}

const STATES: [(&str, &[&str]); 3] = [
    ("running", &["running", "active", "online", "listed", "started", "läuft", "aktiv"]),
    ("ended", &["ended", "inactive", "offline", "finished", "stopped", "beendet", "inaktiv"]),
    ("prepared", &["prepared", "new", "planned", "vorbereitet", "neu"]),
];

fn offer(record: &mut Element, now: &str) {
    record.rename("offer_state", "offer_status");
    record.rename("status", "offer_status");
    let said = record.get("offer_status").unwrap_or_default().to_lowercase();
    if let Some((word, _)) = STATES.iter().find(|(_, words)| words.contains(&said.as_str())) {
        record.set("offer_status", *word);
        record.set_default("wanted", if *word == "running" { "true" } else { "false" });
    }
    record.set_default("pending", "false");
    record.set_default("created_at", now);
    record.set_default("last_changed", now);
}

fn order(record: &mut Element, now: &str) {
    record.rename("marketplace_order_id_1", "marketplace_order_id");
    record.rename("items", "order_items");
    record.rename("packages", "packets");
    record.set_default("created_at", now);
    record.set_default("last_changed", now);
    record.set_default("last_changed_by", "import");
    record.set_default("sub_channel_id", "0");
    record.set_default("order_status_id", "0");
    let word = record.get("order_status_identifier").unwrap_or_default().to_lowercase();
    let by_word = OrderStatus::ALL.into_iter().find(|status| status.word().to_lowercase() == word);
    let status = by_word.or_else(|| OrderStatus::from_id(record.number("order_status_id")?).filter(|_| word.is_empty()));
    let is_complete = status.map_or(OPEN, OrderStatus::complete_status) == COMPLETE;
    record.set_default("complete_status", &status.map_or(OPEN, OrderStatus::complete_status).to_string());
    let is_cancelled = status == Some(OrderStatus::Cancelled);
    let is_shipped = (is_complete || status == Some(OrderStatus::ShippedOpenPayments)) && !is_cancelled;
    for position in record.child_mut("order_items").map(|list| list.children.as_mut_slice()).unwrap_or_default() {
        pieces(position, is_cancelled, is_shipped);
    }
}

fn payment(record: &mut Element, now: &str) {
    for (field, default) in [("created_at", now), ("last_changed", now), ("last_changed_by", "import")] {
        record.set_default(field, default);
    }
    record.rename("currency", "currency_code_iso");
    let (amount, date) = (record.get("payment_amount").unwrap_or("0").to_owned(), record.get("payment_date").unwrap_or(now).to_owned());
    let orders = record.child_mut("orders").map(|list| list.children.as_mut_slice()).unwrap_or_default();
    let is_only = orders.len() == 1;
    for order in orders.iter_mut() {
        if is_only {
            order.set_default("assigned_amount", &amount);
        }
        for (field, default) in [("assigned_at", date.as_str()), ("assigned_by", "import"), ("score", "0")] {
            order.set_default(field, default);
        }
    }
    let is_assigned = !orders.is_empty();
    // A source that does not say how much is open has assigned all of it, or nothing.
    record.set_default("open_amount", if is_assigned { "0" } else { &amount });
    let word = record.get("payment_status_identifier").unwrap_or_default().to_lowercase();
    let state = PaymentState::ALL.into_iter().find(|state| state.word() == word);
    let state = state.unwrap_or(if is_assigned { PaymentState::Assigned } else { PaymentState::Waiting });
    record.set_default("payment_status_id", &state.id().to_string());
}

/// The names that a record and its values had before. A source that knows none says nothing about those that are known here.
pub(super) fn formerly_named(kind: &Kind, record: &Element) -> FormerlyNamed {
    let names = |element: &Element| -> Vec<String> {
        let list = element.child("former_names").map(|list| list.children.as_slice()).unwrap_or_default();
        list.iter().map(|name| name.text.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let Some((list, _, id, _)) = values_of(kind) else { return FormerlyNamed { names: names(record), ..FormerlyNamed::default() } };
    let name = value_name(id);
    let values = record.child(list).map(|list| list.children.as_slice()).unwrap_or_default();
    let values = values.iter().filter_map(|value| Some((value.get(name)?.to_owned(), names(value)))).filter(|(_, names)| !names.is_empty());
    FormerlyNamed { names: names(record), values: values.collect() }
}

/// The name of a value, beside its number.
pub(super) fn value_name(id: &str) -> &'static str {
    if id == "attribute_value_id" { "attribute_value_identifier" } else { "identifier" }
}

/// Which pieces of a position are where. A source that does not count them says it by the status of the order.
fn pieces(position: &mut Element, is_cancelled: bool, is_shipped: bool) {
    let quantity = position.get("quantity").unwrap_or("0").to_owned();
    position.set_default("quantity", "0");
    position.set_default("price", "0");
    let cancelled = if is_cancelled { quantity.as_str() } else { "0" };
    position.set_default("cancelled_quantity", cancelled);
    let said: Option<i32> = position.number("cancelled_quantity");
    let rest = quantity.parse::<i32>().unwrap_or_default().saturating_sub(said.unwrap_or_default()).max(0);
    position.set_default("shipped_quantity", &if is_shipped { rest } else { 0 }.to_string());
    for counted in ["returned_quantity", "refunded_quantity", "open_quantity"] {
        position.set_default(counted, "0");
    }
}

/// The requests that bring a record, in order. `known`: it is here already, and had these fields.
pub(super) fn steps(kind: &Kind, record: &Element, known: Option<&str>) -> Vec<Step> {
    let mut record = record.clone();
    for name in kind.read_only {
        record.remove(name);
    }
    record.retain(&mut |element| element.name != "former_names");
    match kind.name {
        STOCK => stock(&mut record),
        DOCUMENTS => return documents(&record),
        "price list" => record.set("full_import", "true"),
        "category" | "account category" if record.get("parent_id").is_some() => record.remove("external_parent_id"),
        _ => {}
    }
    if let Some(mapped) = record.child_mut("mapped_categories") {
        // The configuration says them here, too.
        mapped.children.retain(|entry| entry.get("configured") != Some("true"));
        mapped.children.iter_mut().for_each(|entry| entry.remove("configured"));
    }
    if let Some(fields) = known {
        replace_all(kind, &mut record, fields);
    }
    match values_of(kind) {
        Some(values) => with_values(record, values, known.is_some()),
        None => vec![Step { record, wishes: Vec::new() }],
    }
}

/// What the source does not say any more is cleared, and lists lose what is not in them any more.
fn replace_all(kind: &Kind, record: &mut Element, fields: &str) {
    let gone: Vec<&str> = fields.split(' ').filter(|name| !name.is_empty() && record.child(name).is_none()).collect();
    for name in gone {
        record.children.push(Element::leaf(name, ""));
    }
    for name in kind.lists {
        if let Some(list) = record.child_mut(name) {
            list.set_attribute("delete", "true");
        }
    }
}

/// Lists that the record had, and has no more.
pub(super) fn empty_lists(kind: &Kind, record: &mut Element, known: Option<&str>) {
    let had = |name: &&&str| known.is_some_and(|fields| fields.split(' ').any(|field| field == **name));
    for name in kind.lists.iter().filter(had) {
        if record.child(name).is_none() {
            record.children.push(Element::list(name, Vec::new()));
        }
    }
}

fn stock(record: &mut Element) {
    record.children.retain(|child| ["mandator_id", "item_id", "stock_items"].contains(&child.name.as_str()));
    for item in record.child_mut("stock_items").map(|list| list.children.as_mut_slice()).unwrap_or_default() {
        if item.get("warehouse_code").is_some() {
            item.remove("warehouse_id");
        }
        item.remove("reserved_count");
        item.remove("last_changed");
        item.set("absolute", "true");
    }
}

/// One step per document, so that each can have its number.
fn documents(record: &Element) -> Vec<Step> {
    const SENT: [&str; 5] = ["external_document_number", "base64_doc", "document_type", "document_name", "packet_id"];
    let list = record.child("documents").map(|list| list.children.as_slice()).unwrap_or_default();
    let step = |document: &Element| {
        let mut sent = document.clone();
        sent.children.retain(|child| SENT.contains(&child.name.as_str()));
        let mut order = Element::list(&record.name, Vec::new());
        order.children.extend(["order_id", "mandator_id"].iter().filter_map(|name| record.child(name).cloned()));
        order.children.push(Element::list("documents", vec![sent]));
        Step { record: order, wishes: document.number("document_id").map(|id| (Number::DOCUMENT, id)).into_iter().collect() }
    };
    list.iter().map(step).collect()
}

/// New values get the numbers that follow each other in the request: one step for each run of them. Values that are here have
/// their number here.
fn with_values(mut record: Element, (list, _, id, number): Values, is_known: bool) -> Vec<Step> {
    let all = record.child_mut(list).map(|list| std::mem::take(&mut list.children)).unwrap_or_default();
    record.remove(list);
    let (here, new): (Vec<Element>, Vec<Element>) = all.into_iter().partition(|value| value.child("here").is_some());
    let stripped = |mut value: Element| {
        value.remove("here");
        value
    };
    let with = |record: &Element, values: Vec<Element>, replace: bool| {
        let mut record = record.clone();
        let mut entries = Element::list(list, values);
        if replace {
            entries.set_attribute("delete", "true");
        }
        record.children.push(entries);
        record
    };
    let mut steps = vec![Step { record: with(&record, here.into_iter().map(stripped).collect(), is_known), wishes: Vec::new() }];
    let mut last: Option<i32> = None;
    for mut value in new {
        let wish = value.number(id);
        value.remove(id);
        let follows = last.zip(wish).is_some_and(|(last, wish)| last.checked_add(1) == Some(wish));
        match steps.last_mut().filter(|_| follows) {
            Some(step) => {
                if let Some(entries) = step.record.child_mut(list) {
                    entries.children.push(value);
                }
            }
            None => steps
                .push(Step { record: with(&record, vec![value], false), wishes: wish.map(|wish| (number, wish)).into_iter().collect() }),
        }
        last = wish;
    }
    steps
}

/// Names a record: by its number here, or by the first key that it says.
pub(super) fn name(kind: &Kind, record: &mut Element, here: Option<i32>) -> Result<(), &'static str> {
    let How::Call { keys, by_id, .. } = &kind.how else { return Ok(()) };
    if let (Some(word), Some(here)) = (by_id, here) {
        record.set(kind.id, here.to_string());
        record.set_attribute("significant_key", word);
        return Ok(());
    }
    if kind.number.is_some() {
        record.remove(kind.id);
    }
    match keys.iter().find(|(field, _)| record.get(field).is_some()) {
        Some((_, word)) => {
            record.set_attribute("significant_key", word);
            Ok(())
        }
        None => Err(keys.first().map_or("", |(field, _)| *field)),
    }
}
