//! Writing: elements in order, escaped, in the spelling of the face.

use std::fmt::Write as _;

use super::{FieldSpec, ListForm};
use crate::operations::Face;
use crate::xml::write::escape_into;

/// Appends XML to a string.
pub struct Writer {
    out: String,
    face: Face,
    /// Length of `out` right after an opening tag, to write `<a/>` for an element without content.
    opened_at: usize,
    /// The `method` attribute of the root, until it is written.
    method: Option<String>,
}

impl Writer {
    pub fn new(face: Face) -> Writer {
        Writer { out: String::with_capacity(4096), face, opened_at: usize::MAX, method: None }
    }

    pub fn face(&self) -> Face {
        self.face
    }

    pub fn finish(self) -> String {
        self.out
    }

    /// `<name`, to be followed by attributes and [`Writer::content`].
    pub fn start(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        if let Some(method) = self.method.take() {
            self.attribute("method", &method);
            self.attribute("version", "1.0.0");
        }
    }

    /// Lets the root of a compat answer carry `method` and `version`.
    pub fn root_attributes(&mut self, method: &str) {
        self.method = Some(method.to_owned());
    }

    pub fn attribute(&mut self, name: &str, value: &str) {
        let _ = write!(self.out, " {name}=\"");
        escape_into(&mut self.out, value);
        self.out.push('"');
    }

    /// Closes the opening tag.
    pub fn content(&mut self) {
        self.out.push('>');
        self.opened_at = self.out.len();
    }

    pub fn end(&mut self, name: &str) {
        if self.opened_at == self.out.len() {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        self.opened_at = usize::MAX;
    }

    pub fn leaf(&mut self, name: &str, text: &str) {
        self.start(name);
        self.content();
        escape_into(&mut self.out, text);
        self.end(name);
    }

    pub fn empty(&mut self, name: &str) {
        self.start(name);
        self.out.push_str("/>");
    }

    /// XML that was checked when it came in.
    pub fn raw(&mut self, xml: &str) {
        self.out.push_str(xml);
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
            (Face::Compat, ListForm::Flat(entry)) => (entry, false),
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
