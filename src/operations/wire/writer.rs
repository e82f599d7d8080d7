//! Writing: elements in order, escaped, in the spelling of the face.

use super::{FieldSpec, ListForm};
use crate::domain::{Failure, code};
use crate::operations::Face;
use crate::xml::write::{escape_into, escaped_len, is_plain};

/// Appends XML to a string, as long as it fits into one answer.
pub struct Writer {
    out: String,
    face: Face,
    /// Bytes that the document may have on the wire.
    most: usize,
    /// How many of them are left; `None` once something did not fit.
    room: Option<usize>,
    /// Length of `out` right after an opening tag, to write `<a/>` for an element without content.
    opened_at: usize,
    /// The `method` attribute of the root, until it is written.
    root: Option<(String, &'static str)>,
}

impl Writer {
    /// `most` counts bytes as they go over the wire: the compat face escapes the document once more.
    pub fn new(face: Face, most: usize) -> Writer {
        Writer { out: String::with_capacity(4096), face, most, room: Some(most), opened_at: usize::MAX, root: None }
    }

    pub fn face(&self) -> Face {
        self.face
    }

    /// The document.
    ///
    /// # Errors
    /// `ANSWER_TOO_LONG`.
    pub fn finish(self) -> Result<String, Failure> {
        self.room.map(|_| self.out).ok_or_else(|| Failure::new(code::ANSWER_TOO_LONG, [&self.most.to_string()]))
    }

    /// Takes room for a text. Without it nothing is written any more, and what was written is given back.
    fn takes(&mut self, text: &str, escaped: usize) -> bool {
        let wrapped = usize::from(self.face == Face::Compat);
        self.has_room(escaped_len(text, escaped + wrapped))
    }

    fn has_room(&mut self, bytes: usize) -> bool {
        self.room = self.room.and_then(|room| room.checked_sub(bytes));
        if self.room.is_none() {
            self.out = String::new();
        }
        self.room.is_some()
    }

    fn push(&mut self, xml: &str) {
        if self.takes(xml, 0) {
            self.out.push_str(xml);
        }
    }

    fn push_text(&mut self, text: &str) {
        if self.takes(text, 1) {
            escape_into(&mut self.out, text);
        }
    }

    /// `<name`, to be followed by attributes and [`Writer::content`].
    pub fn start(&mut self, name: &str) {
        self.push("<");
        self.push(name);
        if let Some((method, version)) = self.root.take() {
            self.attribute("method", &method);
            self.attribute("version", version);
        }
    }

    /// Lets the root of a compat answer carry `method` and `version`.
    pub fn root_attributes(&mut self, method: &str, version: &'static str) {
        self.root = Some((method.to_owned(), version));
    }

    pub fn attribute(&mut self, name: &str, value: &str) {
        self.push(" ");
        self.push(name);
        self.push("=\"");
        self.push_text(value);
        self.push("\"");
    }

    /// Closes the opening tag.
    pub fn content(&mut self) {
        self.push(">");
        self.opened_at = self.out.len();
    }

    pub fn end(&mut self, name: &str) {
        if self.opened_at == self.out.len() {
            self.out.pop();
            self.push("/>");
        } else {
            self.push("</");
            self.push(name);
            self.push(">");
        }
        self.opened_at = usize::MAX;
    }

    pub fn leaf(&mut self, name: &str, text: &str) {
        if text.is_empty() || self.root.is_some() || !is_plain(text) {
            self.start(name);
            self.content();
            self.push_text(text);
            self.end(name);
            return;
        }
        let brackets = if self.face == Face::Compat { 4 * "&lt;".len() } else { 4 };
        if self.has_room(2 * name.len() + text.len() + brackets + 1) {
            for piece in ["<", name, ">", text, "</", name, ">"] {
                self.out.push_str(piece);
            }
        }
        self.opened_at = usize::MAX;
    }

    pub fn empty(&mut self, name: &str) {
        self.start(name);
        self.push("/>");
    }

    /// XML that was checked when it came in.
    pub fn raw(&mut self, xml: &str) {
        self.push(xml);
    }

    /// A list in the form of the face: the typed one always writes the wrapper (rule W12), the compat one leaves an
    /// empty wrapper out.
    pub fn list<'v, V: 'v>(
        &mut self,
        spec: &FieldSpec,
        values: impl ExactSizeIterator<Item = &'v V>,
        mut write: impl FnMut(&mut Writer, &V, &str),
    ) {
        let name = spec.name_on(self.face);
        let (entry, wrapped) = match (self.face, spec.list) {
            (Face::Typed, _) | (Face::Compat, ListForm::None) => ("item", true),
            (Face::Compat, ListForm::Flat(entry) | ListForm::PerPlatform(entry)) => (spec.written.unwrap_or(entry), false),
            (Face::Compat, ListForm::Wrapped(entry)) => (entry, values.len() > 0),
        };
        if wrapped {
            self.start(&name);
            self.content();
        }
        for value in values {
            write(self, value, entry);
        }
        if wrapped {
            self.end(&name);
        }
    }
}
