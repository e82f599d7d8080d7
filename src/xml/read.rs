//! A read-only element tree in one arena, built by one pass of quick-xml's pull parser.
//!
//! The tree borrows from the text: names, plain texts and plain attribute values are slices of it; what had to be
//! unescaped lies in one pool. Elements are in document order, so the first child of an element is the one right
//! behind it. Nothing is allocated per element, and [`Limits`] bound everything that grows. Each name knows its namespace
//! from the start, so that asking for it costs the same however many declarations there are around it.
//!
//! What quick-xml lets pass although XML 1.0 forbids it is refused in `build`. Two things are tolerated on purpose, because
//! clients get them wrong and nothing depends on them: an attribute whose prefix is not declared, and an encoding
//! declaration that lies (the text is decoded already).

mod attributes;
mod build;
mod foreign;
mod mark;
mod names;
mod refusal;
mod scope;
mod standalone;
#[cfg(test)]
pub(crate) mod steps;
#[cfg(test)]
mod tests;

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
    /// Bytes of a name with its prefix. The name of a namespace may have four times as many.
    pub name_bytes: usize,
    /// Elements of the document; it may hold as many attributes.
    pub elements: usize,
    /// Entries of one list. The parser knows no lists: whoever reads one out of the document counts its entries first.
    pub entries: usize,
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
    /// The attribute that declares its namespace.
    namespace: u32,
    name_len: u16,
    /// Bytes of the prefix, without the colon; 0 for none.
    prefix_len: u16,
}

#[derive(Debug)]
struct Attribute {
    name: u32,
    /// The attribute that declares its namespace; only for one with a prefix.
    namespace: u32,
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
    most_entries: usize,
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

    /// Like [`Document::parse`], for a document in a text of another one. Blanks and a byte order mark may
    /// stand before its XML declaration: programs that put such texts together leave them there.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_embedded(text: &'a str, limits: &Limits) -> Result<Document<'a>, Failure> {
        build::build(text, limits, true)
    }

    /// Parses the beginning of a document: down to the end of the root's first child where that has this name, else only
    /// to where that child begins. What comes behind is not looked at. `None` if the text ends before.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_head(text: &'a str, first_child: &str, limits: &Limits) -> Result<Option<Document<'a>>, Failure> {
        build::build_head(text, first_child, limits)
    }

    /// All elements in the order of their start tags.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..).map_while(|index| self.node(index))
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
            namespace: NONE,
            name_len: 0,
            prefix_len: 0,
        };
        self.node(0).unwrap_or(Node { document: self, element: &MISSING, index: NONE })
    }

    fn node(&self, index: u32) -> Option<Node<'_>> {
        #[cfg(test)]
        steps::count(1);
        let element = self.elements.get(index as usize)?;
        Some(Node { document: self, element, index })
    }

    fn piece(&self, piece: Piece) -> &str {
        let source = if piece.pooled { self.pool.as_str() } else { self.text };
        slice(source, piece.from, piece.len)
    }

    /// The namespace that an attribute declares.
    fn declared(&self, attribute: u32) -> Option<&str> {
        let declaration = self.attributes.get(attribute as usize)?;
        Some(self.piece(declaration.value)).filter(|uri| !uri.is_empty())
    }

    /// Prefix and local name.
    fn name_of(&self, attribute: &Attribute) -> (&str, &str) {
        let name = slice(self.text, attribute.name, u32::from(attribute.name_len));
        (slice(name, 0, u32::from(attribute.prefix_len)), local(name, attribute.prefix_len))
    }

    fn line_at(&self, offset: u32) -> usize {
        let lines = self.lines.get_or_init(|| {
            let feeds = || self.text.bytes().zip(0u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, at)| at);
            let mut lines = Vec::with_capacity(feeds().count());
            lines.extend(feeds());
            lines
        });
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
    /// The local name: what is behind the prefix.
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

    /// The namespace of its name.
    pub fn namespace(self) -> Option<&'d str> {
        match self.prefix() {
            "xml" => Some("http://www.w3.org/XML/1998/namespace"),
            _ => self.document.declared(self.element.namespace),
        }
    }

    /// The text directly in this element, unescaped and not trimmed; CDATA included, children left out.
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
        let document = self.document;
        let mut named = self.own_attributes().filter(|attribute| attribute.namespace != NONE && document.name_of(attribute).1 == name);
        let found = named.find(|attribute| document.declared(attribute.namespace) == Some(namespace));
        found.map(|attribute| document.piece(attribute.value))
    }

    /// Prefix (empty for the default namespace) and namespace of the declarations on this element.
    fn declarations(self) -> impl Iterator<Item = (&'d str, &'d str)> + use<'d> {
        self.all_attributes()
            .filter(|(prefix, name, _)| is_declaration(prefix, name))
            .map(|(prefix, name, uri)| (if prefix.is_empty() { "" } else { name }, uri))
    }

    fn all_attributes(self) -> impl Iterator<Item = (&'d str, &'d str, &'d str)> + use<'d> {
        let document = self.document;
        self.own_attributes().map(|attribute| {
            let (prefix, local) = document.name_of(attribute);
            (prefix, local, document.piece(attribute.value))
        })
    }

    fn own_attributes(self) -> impl Iterator<Item = &'d Attribute> + use<'d> {
        let document = self.document;
        let end = match self.index.checked_add(1).and_then(|next| document.elements.get(next as usize)) {
            Some(next) => next.attributes as usize,
            None => document.attributes.len(),
        };
        let own = document.attributes.get(self.element.attributes as usize..end).unwrap_or_default();
        #[cfg(test)]
        steps::count(own.len());
        own.iter()
    }

    /// How many entries of one list may be read out of this document.
    pub fn most_entries(self) -> usize {
        self.document.most_entries
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
