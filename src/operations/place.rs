//! Where in a request something stands that makes the whole of it unreadable: the record, by its number and its key.

use super::wire::same_name;
use crate::domain::{Failure, code};
use crate::xml::{Document, Limits, Node, marked};

/// What records are known by, where the request does not say it in `significant_key`.
#[rustfmt::skip]
const KEYS: [&str; 12] = [
    "internal_item_number", "item_nr", "item_id", "ean_code", "external_order_number_1", "marketplace_order_id", "order_number",
    "order_id", "external_id", "offer_id", "identifier", "external_category_id",
];

/// The refusal of a document that cannot be read, with the record that is to blame where a character or reference is.
/// `source` is an envelope or an inner document of the compat face.
pub fn placed(failure: Failure, source: &str, limits: &Limits) -> Failure {
    if failure.code != code::MALFORMED_XML {
        return failure;
    }
    let Some((source, mark)) = marked(source) else { return failure };
    failure.within(&place_of(&source, mark, limits, true).replace(mark, "?"))
}

/// The place of the mark in a document or, with `look_inside`, in the document that stands in a text of it.
fn place_of(source: &str, mark: char, limits: &Limits, look_inside: bool) -> String {
    let Ok(document) = Document::parse_embedded(source, limits) else { return String::new() };
    let Some(found) = holder(document.root(), mark) else { return String::new() };
    if look_inside && found.text().trim_start().starts_with(['<', '\u{FEFF}']) {
        return place_of(found.text(), mark, limits, false);
    }
    // What stands around the records names no place: the request, and on the typed face envelope, body and operation.
    let around = if document.root().name() == "Envelope" { 4 } else { 1 };
    let path: Vec<Node<'_>> = std::iter::successors(Some(found), |node| node.parent()).collect();
    let parts: Vec<String> = path.iter().rev().skip(around).map(|node| part(*node)).collect();
    parts.join(", ")
}

/// The first element in whose own text or attributes the mark stands.
fn holder(node: Node<'_>, mark: char) -> Option<Node<'_>> {
    let holds = node.text().contains(mark) || node.attributes().any(|(_, value)| value.contains(mark));
    if holds { Some(node) } else { node.children().find_map(|child| holder(child, mark)) }
}

/// `item 17 (line 212, internal_item_number "MUG")` for a record and for one of several, else the name alone.
fn part(node: Node<'_>) -> String {
    let name = node.name();
    let siblings = || node.parent().into_iter().flat_map(Node::children).filter(|other| other.name() == name);
    let key = key(node).map(|(key, value)| format!(", {key} \"{value}\"")).unwrap_or_default();
    if key.is_empty() && name != "item" && siblings().nth(1).is_none() {
        return name.to_owned();
    }
    let number = siblings().take_while(|other| other.offset() < node.offset()).count() + 1;
    format!("{name} {number} (line {}{key})", node.line())
}

/// What a record is known by, as far as it was sent.
fn key(record: Node<'_>) -> Option<(&str, String)> {
    let values = || record.children().map(|child| (child.name(), child.text())).chain(record.attributes());
    let find = |key: &str| values().find(|(name, value)| same_name(name, key) && !value.trim().is_empty());
    let named = find("significant_key").and_then(|(_, key)| find(key.trim()));
    let (name, value) = named.or_else(|| KEYS.into_iter().find_map(find))?;
    Some((name, value.trim().chars().take(60).collect()))
}
