//! The kind of a document on the wire. The original writes two words (`delivery note`), which cannot be a name of the typed face.

use std::borrow::Cow;

use crate::domain::order_document::DocumentType;
use crate::domain::{Failure, code};
use crate::operations::Face;
use crate::operations::wire::{FieldSpec, Source, Types, Value, Writer};

const WORDS: &[&str] = &["invoice", "delivery_note", "credit_note", "shipping_label", "return_label", "customs_document", "other"];
const DOCS: &[&str] = &[
    "An invoice.",
    "A delivery note.",
    "A credit note, or the cancellation of an invoice.",
    "The label of a package.",
    "The label for a return.",
    "A paper for the customs.",
    "Anything else.",
];

impl Value for DocumentType {
    fn read(source: Source<'_>, _spec: &FieldSpec, face: Face) -> Result<Self, Failure> {
        let sent = source.text().trim();
        read(sent).ok_or_else(|| {
            let known: Vec<Cow<'_, str>> = DocumentType::ALL.iter().map(|known| written(*known, face)).collect();
            Failure::new(code::NOT_IN_LIST, [sent, &known.join(", ")])
        })
    }

    fn write(&self, out: &mut Writer, name: &str) {
        let text = written(*self, out.face());
        out.leaf(name, &text);
    }

    fn text(&self, face: Face) -> Option<Cow<'_, str>> {
        Some(written(*self, face))
    }

    fn type_name(_spec: &FieldSpec, types: &mut Types) -> String {
        types.enumeration("OrderDocumentType", module_path!(), "What a document is about.", WORDS, DOCS)
    }
}

/// With one word or two, in small letters or capitals.
pub(super) fn read(sent: &str) -> Option<DocumentType> {
    let word = sent.trim().replace(' ', "_");
    DocumentType::ALL.into_iter().find(|known| known.word().eq_ignore_ascii_case(&word))
}

fn written(document: DocumentType, face: Face) -> Cow<'static, str> {
    match face {
        Face::Compat => Cow::Owned(document.word().replace('_', " ")),
        Face::Typed => Cow::Owned(document.word().to_ascii_uppercase()),
    }
}
