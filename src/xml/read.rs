//! A read-only element tree in one arena, built by one pass of quick-xml's pull parser.
//!
//! The tree borrows from the text: names, plain texts and plain attribute values are slices of it; what had to be
//! unescaped lies in one pool. Elements stand in document order, so the first child of an element is the one right
//! behind it. Nothing is allocated per element, and [`Limits`] bound everything that grows.
//!
//! What quick-xml lets pass although XML 1.0 forbids it is refused in `build`. Two things are tolerated on purpose, because clients get them wrong and nothing depends on them: an
//! attribute whose prefix is not declared, and an encoding declaration that lies (the text is decoded already).

mod attributes;
mod build;
mod mark;
mod names;
mod refusal;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::domain::Failure;

pub use mark::{joined, marked};

/// Bounds on what a document from the network may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nesting of elements, the root is 1.
    pub depth: usize,
    /// Attributes of one element, namespace declarations included. Twice as many declarations may be in scope.
    pub attributes: usize,
    /// Bytes of a name with its prefix.
    pub name_bytes: usize,
    /// Elements of the document; it may hold as many attributes.
    pub elements: usize,
}

/// No element.
const NONE: u32 = u32::MAX;

/// A piece of the text or of the pool.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    from: u32,
    len: u32,
    pooled: bool,
}

#[derive(Debug)]
struct Element {
    /// Offsets of `<` and behind the `>` of the end tag.
    start: u32,
    end: u32,
    parent: u32,
    next_sibling: u32,
    /// Where its attributes begin; they end where those of the next element begin.
    attributes: u32,
    text: Piece,
    name_len: u16,
    /// Bytes of the prefix, without the colon; 0 for none.
    prefix_len: u16,
}

#[derive(Debug)]
struct Attribute {
    name: u32,
    name_len: u16,
    prefix_len: u16,
    value: Piece,
}

/// A parsed document.
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    pool: String,
    elements: Vec<Element>,
    attributes: Vec<Attribute>,
    /// Offsets of the line feeds, found at the first question for a line.
    lines: OnceLock<Vec<u32>>,
}

impl<'a> Document<'a> {
    /// Parses a whole document. A byte order mark at its start is skipped, comments and processing instructions are
    /// ignored.
    ///
    /// # Errors
    /// `MALFORMED_XML`, `DOCTYPE_REFUSED` and `XML_LIMIT`, each with its line.
    pub fn parse(text: &'a str, limits: &Limits) -> Result<Document<'a>, Failure> {
        build::build(text, limits, false)
    }

    /// Like [`Document::parse`], for a document that stands in a text of another one. Blanks and a byte order mark may
    /// stand before its XML declaration: programs that put such texts together leave them there.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_embedded(text: &'a str, limits: &Limits) -> Result<Document<'a>, Failure> {
        build::build(text, limits, true)
    }

    /// The outermost element.
    pub fn root(&self) -> Node<'_> {
        // `build` gives no document without a root.
        const MISSING: Element = Element {
            start: 0,
            end: 0,
            parent: NONE,
            next_sibling: NONE,
            attributes: 0,
            text: Piece { from: 0, len: 0, pooled: false },
            name_len: 0,
            prefix_len: 0,
        };
        self.node(0).unwrap_or(Node { document: self, element: &MISSING, index: NONE })
    }

    fn node(&self, index: u32) -> Option<Node<'_>> {
        let element = self.elements.get(index as usize)?;
        Some(Node { document: self, element, index })
    }

    fn piece(&self, piece: Piece) -> &str {
        let source = if piece.pooled { self.pool.as_str() } else { self.text };
        slice(source, piece.from, piece.len)
    }

    fn line_at(&self, offset: u32) -> usize {
        let lines = self.lines.get_or_init(|| self.text.bytes().zip(0u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, at)| at).collect());
        lines.partition_point(|at| *at < offset) + 1
    }
}

fn slice(source: &str, from: u32, len: u32) -> &str {
    let from = from as usize;
    source.get(from..from + len as usize).unwrap_or_default()
}

/// An element of a [`Document`].
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    element: &'d Element,
    index: u32,
}

impl<'d> Node<'d> {
    /// The local name: what stands behind the prefix.
    pub fn name(self) -> &'d str {
        local(self.qualified(), self.element.prefix_len)
    }

    /// The prefix, empty for none.
    pub fn prefix(self) -> &'d str {
        slice(self.qualified(), 0, u32::from(self.element.prefix_len))
    }

    fn qualified(self) -> &'d str {
        slice(self.document.text, self.element.start + 1, u32::from(self.element.name_len))
    }

    /// The namespace, looked up in this element and its ancestors.
    pub fn namespace(self) -> Option<&'d str> {
        self.resolve(self.prefix())
    }

    /// The namespace to which `prefix` is bound here; the default namespace for the empty prefix.
    pub fn resolve(self, prefix: &str) -> Option<&'d str> {
        if prefix == "xml" {
            return Some("http://www.w3.org/XML/1998/namespace");
        }
        let found = self.ancestors().find_map(|node| node.declarations().find(|(declared, _)| *declared == prefix));
        found.map(|(_, uri)| uri).filter(|uri| !uri.is_empty())
    }

    /// The text that stands directly in this element, unescaped and not trimmed; CDATA included, children left out.
    pub fn text(self) -> &'d str {
        self.document.piece(self.element.text)
    }

    /// The child elements in their order.
    pub fn children(self) -> Children<'d> {
        let first = self.index.saturating_add(1);
        let is_child = self.document.node(first).is_some_and(|node| node.element.parent == self.index);
        Children { document: self.document, next: if is_child { first } else { NONE } }
    }

    /// The first child with this local name.
    pub fn child(self, name: &str) -> Option<Node<'d>> {
        self.children().find(|child| child.name() == name)
    }

    /// Local names and values, without namespace declarations.
    pub fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> + use<'d> {
        self.all_attributes().filter(|(prefix, name, _)| !is_declaration(prefix, name)).map(|(_, name, v)| (name, v))
    }

    /// Names and values of the attributes without a prefix: those of the document itself, none of `xsi:type` and the like.
    pub fn plain_attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> + use<'d> {
        self.all_attributes().filter(|(prefix, name, _)| prefix.is_empty() && *name != "xmlns").map(|(_, name, value)| (name, value))
    }

    /// The value of the attribute with this local name, whatever its prefix.
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        self.attributes().find(|(local, _)| *local == name).map(|(_, value)| value)
    }

    /// The value of the attribute with this local name in a namespace.
    pub fn attribute_ns(self, namespace: &str, name: &str) -> Option<&'d str> {
        let named = |(prefix, local, _): &(&str, &str, &str)| {
            *local == name && !prefix.is_empty() && *prefix != "xmlns" && self.resolve(prefix) == Some(namespace)
        };
        self.all_attributes().find(named).map(|(_, _, value)| value)
    }

    /// Prefix (empty for the default namespace) and namespace of the declarations on this element.
    fn declarations(self) -> impl Iterator<Item = (&'d str, &'d str)> + use<'d> {
        self.all_attributes()
            .filter(|(prefix, name, _)| is_declaration(prefix, name))
            .map(|(prefix, name, uri)| (if prefix.is_empty() { "" } else { name }, uri))
    }

    fn all_attributes(self) -> impl Iterator<Item = (&'d str, &'d str, &'d str)> + use<'d> {
        let document = self.document;
        let end = match self.index.checked_add(1).and_then(|next| document.node(next)) {
            Some(next) => next.element.attributes as usize,
            None => document.attributes.len(),
        };
        let own = document.attributes.get(self.element.attributes as usize..end).unwrap_or_default();
        own.iter().map(|attribute| {
            let name = slice(document.text, attribute.name, u32::from(attribute.name_len));
            let prefix = slice(name, 0, u32::from(attribute.prefix_len));
            (prefix, local(name, attribute.prefix_len), document.piece(attribute.value))
        })
    }

    /// The element around this one.
    pub fn parent(self) -> Option<Node<'d>> {
        self.document.node(self.element.parent)
    }

    fn ancestors(self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        std::iter::successors(Some(self), |node| node.parent())
    }

    /// Bytes before the `<`.
    pub fn offset(self) -> usize {
        self.element.start as usize
    }

    /// The line of the `<`, from 1.
    pub fn line(self) -> usize {
        self.document.line_at(self.element.start)
    }

    /// The source from `<` to the end of the end tag, for blocks that are kept unchanged.
    pub fn outer_xml(self) -> &'d str {
        slice(self.document.text, self.element.start, self.element.end.saturating_sub(self.element.start))
    }

    /// Like [`Node::outer_xml`], with the declarations of prefixes that are used inside but declared outside. The
    /// default namespace is not carried over.
    pub fn standalone_xml(self) -> Cow<'d, str> {
        let xml = self.outer_xml();
        let mut seen: Vec<&str> = self.declarations().map(|(prefix, _)| prefix).collect();
        let mut added = String::new();
        for (prefix, uri) in self.ancestors().skip(1).flat_map(|node| node.declarations()) {
            if prefix.is_empty() || seen.contains(&prefix) {
                continue;
            }
            seen.push(prefix);
            // A mention in a text adds a declaration too many, which harms nobody.
            if xml.contains(&format!("{prefix}:")) {
                added.push_str(&format!(" xmlns:{prefix}=\""));
                super::write::escape_into(&mut added, uri);
                added.push('"');
            }
        }
        if added.is_empty() {
            return Cow::Borrowed(xml);
        }
        let (head, tail) = xml.split_at_checked(1 + usize::from(self.element.name_len)).unwrap_or((xml, ""));
        Cow::Owned([head, &added, tail].concat())
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}> at {}", self.qualified(), self.offset())
    }
}

/// The name behind the prefix and its colon.
fn local(name: &str, prefix_len: u16) -> &str {
    match prefix_len {
        0 => name,
        len => name.get(usize::from(len) + 1..).unwrap_or_default(),
    }
}

fn is_declaration(prefix: &str, name: &str) -> bool {
    prefix == "xmlns" || (prefix.is_empty() && name == "xmlns")
}

/// The children of a [`Node`].
#[derive(Debug, Clone)]
pub struct Children<'d> {
    document: &'d Document<'d>,
    next: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.document.node(self.next)?;
        self.next = node.element.next_sibling;
        Some(node)
    }
}
