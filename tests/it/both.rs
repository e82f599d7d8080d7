//! Calls whose request is written once, in the compat style, and sent in the style of the face.

use kontor::operations::wire::FRAGMENT_LIMITS;
use kontor::operations::{Document, Face, find};
use kontor::xml;

use crate::element::Element;
use crate::erp::Erp;

/// The typed form of what a compat request holds.
fn typed(operation: &str, compat: &str) -> String {
    let text = format!("<request method=\"{operation}\" version=\"1.0.0\">{compat}</request>");
    let parsed = xml::Document::parse(&text, &FRAGMENT_LIMITS).unwrap_or_else(|error| panic!("{text}: {error}"));
    let row = find(operation).unwrap_or_else(|| panic!("no operation {operation}"));
    let request = (row.rewrite)(parsed.root(), Face::Compat, Face::Typed, Document::Request).unwrap_or_else(|e| panic!("{text}: {e}"));
    let inner = request.split_once('>').and_then(|(_, rest)| rest.rsplit_once("</request>"));
    inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
}

impl Erp<'_> {
    /// Any answer.
    pub(crate) fn ask(&self, operation: &str, compat: &str) -> Element {
        self.call(operation, compat, &typed(operation, compat))
    }

    /// An answer in which every record succeeds.
    pub(crate) fn must(&self, operation: &str, compat: &str) -> Element {
        self.done(operation, compat, &typed(operation, compat))
    }

    /// The return codes of the records.
    pub(crate) fn codes(&self, operation: &str, compat: &str) -> Vec<i32> {
        self.ask(operation, compat).having("return_code").into_iter().map(|report| report.number("return_code")).collect()
    }
}
