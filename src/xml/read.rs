//! placeholder until the reader lands
use crate::domain::Failure;

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
    pub fn parse(text: &'a str, _limits: &Limits) -> Result<Document<'a>, Failure> {
        Ok(Document { text })
    }
    pub fn root(&self) -> Node<'_> {
        Node { text: self.text }
    }
}

#[derive(Clone, Copy)]
pub struct Node<'d> {
    text: &'d str,
}

impl<'d> Node<'d> {
    pub fn name(self) -> &'d str {
        self.text
    }
    pub fn namespace(self) -> Option<&'d str> {
        None
    }
    pub fn text(self) -> &'d str {
        self.text
    }
    pub fn children(self) -> impl Iterator<Item = Node<'d>> {
        std::iter::empty()
    }
    pub fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        std::iter::empty()
    }
    pub fn attribute_ns(self, _ns: &str, _name: &str) -> Option<&'d str> {
        None
    }
    pub fn attribute(self, _name: &str) -> Option<&'d str> {
        None
    }
    pub fn child(self, _name: &str) -> Option<Node<'d>> {
        None
    }
    pub fn line(self) -> usize {
        0
    }
    pub fn outer_xml(self) -> &'d str {
        self.text
    }
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
        slice(
            self.document.text,
            self.element.start + 1,
            u32::from(self.element.name_len),
        )
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
        let found = self.ancestors().find_map(|node| {
            node.declarations()
                .find(|(declared, _)| *declared == prefix)
        });
        found.map(|(_, uri)| uri).filter(|uri| !uri.is_empty())
    }

    /// The text that stands directly in this element, unescaped and not trimmed; CDATA included, children left out.
    pub fn text(self) -> &'d str {
        self.document.piece(self.element.text)
    }

    /// The child elements in their order.
    pub fn children(self) -> Children<'d> {
        let first = self.index.saturating_add(1);
        let is_child = self
            .document
            .node(first)
            .is_some_and(|node| node.element.parent == self.index);
        Children {
            document: self.document,
            next: if is_child { first } else { NONE },
        }
    }

    /// The first child with this local name.
    pub fn child(self, name: &str) -> Option<Node<'d>> {
        self.children().find(|child| child.name() == name)
    }

    /// Local names and values, without namespace declarations.
    pub fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> + use<'d> {
        self.all_attributes()
            .filter(|(prefix, name, _)| !is_declaration(prefix, name))
            .map(|(_, name, v)| (name, v))
    }

    /// The value of the attribute with this local name, whatever its prefix.
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        self.attributes()
            .find(|(local, _)| *local == name)
            .map(|(_, value)| value)
    }

    /// The value of the attribute with this local name in a namespace.
    pub fn attribute_ns(self, namespace: &str, name: &str) -> Option<&'d str> {
        let named = |(prefix, local, _): &(&str, &str, &str)| {
            *local == name
                && !prefix.is_empty()
                && *prefix != "xmlns"
                && self.resolve(prefix) == Some(namespace)
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
        let end = match self
            .index
            .checked_add(1)
            .and_then(|next| document.node(next))
        {
            Some(next) => next.element.attributes as usize,
            None => document.attributes.len(),
        };
        let own = document
            .attributes
            .get(self.element.attributes as usize..end)
            .unwrap_or_default();
        own.iter().map(|attribute| {
            let name = slice(document.text, attribute.name, u32::from(attribute.name_len));
            let prefix = slice(name, 0, u32::from(attribute.prefix_len));
            (
                prefix,
                local(name, attribute.prefix_len),
                document.piece(attribute.value),
            )
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
        slice(
            self.document.text,
            self.element.start,
            self.element.end.saturating_sub(self.element.start),
        )
    }

    /// Like [`Node::outer_xml`], with the declarations of prefixes that are used inside but declared outside. The
    /// default namespace is not carried over.
    pub fn standalone_xml(self) -> Cow<'d, str> {
        let xml = self.outer_xml();
        let mut seen: Vec<&str> = self.declarations().map(|(prefix, _)| prefix).collect();
        let mut added = String::new();
        for (prefix, uri) in self
            .ancestors()
            .skip(1)
            .flat_map(|node| node.declarations())
        {
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
        let (head, tail) = xml
            .split_at_checked(1 + usize::from(self.element.name_len))
            .unwrap_or((xml, ""));
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
