//! Where in a request something is that makes the whole of it unreadable: the record, by its number and its key.

use super::wire::{has_lines, key_of};
use crate::domain::{Failure, Place, code};
use crate::xml::{Document, Limits, Node, marked};

/// The refusal of a document that cannot be read, with the record that is to blame where a character or reference is.
/// `source` is an envelope or an inner document of the compat face.
pub fn placed(failure: Failure, source: &str, limits: &Limits) -> Failure {
    if failure.code != code::MALFORMED_XML {
        return failure;
    }
    let Some((source, mark)) = marked(source) else { return failure };
    let place = places_of(&source, mark, limits, true);
    Failure { place, ..failure }
}

/// The place of the mark in a document or, with `look_inside`, in the document in a text of it.
fn places_of(source: &str, mark: char, limits: &Limits, look_inside: bool) -> Vec<Place> {
    let Ok(document) = Document::parse_embedded(source, limits) else { return Vec::new() };
    let Some(found) = holder(document.root(), mark) else { return Vec::new() };
    if look_inside && found.text().trim_start().starts_with(['<', '\u{FEFF}']) {
        return places_of(found.text(), mark, limits, false);
    }
    // What is around the records names no place: the request, and on the typed face envelope, body and operation.
    let around = if document.root().name() == "Envelope" { 4 } else { 1 };
    let path: Vec<Node<'_>> = std::iter::successors(Some(found), |node| node.parent()).collect();
    let lines = has_lines(document.root());
    path.iter().rev().skip(around).map(|node| part(*node, mark, lines)).collect()
}

/// The first element whose own text or attributes contain the mark.
fn holder(node: Node<'_>, mark: char) -> Option<Node<'_>> {
    let holds = node.text().contains(mark) || node.attributes().any(|(_, value)| value.contains(mark));
    if holds { Some(node) } else { node.children().find_map(|child| holder(child, mark)) }
}

/// `item 17 (MUG, line 212)` for a record and for one of several, else the name alone.
fn part(node: Node<'_>, mark: char, lines: bool) -> Place {
    let readable = |text: &str| text.replace(mark, "?");
    let name = node.name();
    let siblings = || node.parent().into_iter().flat_map(Node::children).filter(|other| other.name() == name);
    let key = key_of(node);
    if key.is_none() && name != "item" && siblings().nth(1).is_none() {
        return Place::element(&readable(name));
    }
    let number = siblings().take_while(|other| other.offset() < node.offset()).count() + 1;
    let line = lines.then(|| node.line());
    Place::entry(readable(name), number).with_key(key.map(|key| readable(&key))).on_line(line)
}
