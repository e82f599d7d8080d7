//! What a call's request holds beside what its operation reads.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::wire::{Types, ignored, ignored_condition, unread};
use super::{CATALOGUE, Call, Gateway};
use crate::domain::{Failure, code};
use crate::xml::Node;

struct Shapes {
    types: Types,
    /// Operation → type of its request.
    requests: BTreeMap<&'static str, String>,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let mut types = Types::default();
    let requests = CATALOGUE.iter().map(|operation| (operation.name, (operation.types)(&mut types).0)).collect();
    Shapes { types, requests }
});

fn request_of(call: &Call<'_>) -> &'static str {
    SHAPES.requests.get(call.operation.name).map(String::as_str).unwrap_or_default()
}

/// For a strict user what was ignored, in the language of faults; for others nothing.
pub(super) fn warnings(gateway: &Gateway, call: &Call<'_>, node: Node<'_>) -> Vec<String> {
    if !call.user.strict || call.operation.keeps_records_whole {
        return Vec::new();
    }
    let reader = call.reader(&gateway.settings);
    ignored(&SHAPES.types, request_of(call), node, call.face).iter().map(|failure| failure.text(reader)).collect()
}

/// A misspelt condition must not give more than was asked for.
pub(super) fn refuse_unknown_condition(call: &Call<'_>, node: Node<'_>) -> Result<(), Failure> {
    ignored_condition(&SHAPES.types, request_of(call), node, call.face).map_or(Ok(()), Err)
}

/// A writing call of which nothing is read is a mistake; an answer without a report would look like a success.
pub(super) fn refuse_unread(call: &Call<'_>, node: Node<'_>) -> Result<(), Failure> {
    if call.operation.keeps_records_whole {
        return Ok(());
    }
    match unread(&SHAPES.types, request_of(call), node, call.face) {
        Some((name, known)) => Err(Failure::quoting(code::NOTHING_READ, [&name, &call.operation.name, &known])),
        None => Ok(()),
    }
}
