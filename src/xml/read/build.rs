//! The pass over the events that fills the arena and refuses what is not well-formed.

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, Event};

use super::names::{is_ncname, resolve, short};
use super::refusal::{self, malformed, refuse_forbidden};
use super::scope::Scope;
use super::{Attribute, Document, Element, Limits, NONE, Piece};
use crate::domain::{Failure, Worded, code};

/// An element whose end has not been seen.
struct Open {
    index: u32,
    last_child: u32,
    /// Prefixes in scope before it, and the declaration of the default namespace.
    scope: usize,
    default: u32,
    text: Text,
}

/// What is known of an element's text so far.
#[derive(Clone, Copy)]
enum Text {
    Empty,
    /// One slice of the source.
    Plain(Piece),
    /// In the buffer of its depth.
    Buffered,
}

pub(super) struct Builder<'a, 'l> {
    pub(super) text: &'a str,
    pub(super) limits: &'l Limits,
    pub(super) pool: String,
    elements: Vec<Element>,
    pub(super) attributes: Vec<Attribute>,
    open: Vec<Open>,
    /// One per depth and used again, so that texts in several pieces cost no allocation each.
    buffers: Vec<String>,
    /// The prefixes declared by open elements.
    pub(super) scope: Scope<'a>,
    /// The attribute that declares the default namespace.
    pub(super) default: u32,
    /// Names of the attributes of one element, where it has many.
    pub(super) names: HashSet<&'a str>,
    /// Where the second of two references begins that were read as one character.
    joined: Option<usize>,
    /// See [`Document::parse_embedded`].
    embedded: bool,
}

pub(super) fn build<'a>(text: &'a str, limits: &Limits, embedded: bool) -> Result<Document<'a>, Failure> {
    let mut builder = Builder { embedded, ..Builder::new(text, limits)? };
    builder.run(None)?;
    Ok(builder.document())
}

pub(super) fn build_head<'a>(text: &'a str, first_child: &str, limits: &Limits) -> Result<Option<Document<'a>>, Failure> {
    let mut builder = Builder::new(text, limits)?;
    let whole = builder.run(Some(first_child))?;
    Ok(whole.then(|| builder.document()))
}

/// Start tags there can be at most: more room than the elements need is never reserved twice.
fn start_tags(text: &str) -> usize {
    let bytes = text.as_bytes();
    let begins = |at: usize| !matches!(bytes.get(at + 1), None | Some(b'/' | b'!' | b'?' | b'<'));
    memchr::memchr_iter(b'<', bytes).filter(|at| begins(*at)).count()
}

impl<'a, 'l> Builder<'a, 'l> {
    fn new(text: &'a str, limits: &'l Limits) -> Result<Builder<'a, 'l>, Failure> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        if u32::try_from(text.len()).is_err() {
            let most = u32::MAX.to_string();
            return Err(Failure::new(code::TOO_LARGE, [&most, "inflated_bytes"]));
        }
        refuse_forbidden(text)?;
        Ok(Builder {
            text,
            limits,
            pool: String::new(),
            elements: Vec::with_capacity(start_tags(text).min(limits.elements)),
            attributes: Vec::new(),
            open: Vec::new(),
            buffers: Vec::new(),
            scope: Scope::default(),
            default: NONE,
            names: HashSet::new(),
            joined: None,
            embedded: false,
        })
    }

    fn document(self) -> Document<'a> {
        let Builder { text, limits, pool, elements, attributes, .. } = self;
        Document { text, pool, elements, attributes, most_entries: limits.entries, lines: std::sync::OnceLock::new() }
    }

    /// Reads to the end, or as far as [`Document::parse_head`] says. False: a head is wanted, and the text ends in it.
    fn run(&mut self, head: Option<&str>) -> Result<bool, Failure> {
        let mut reader = Reader::from_str(self.text);
        reader.config_mut().check_comments = true;
        loop {
            let from = position(reader.buffer_position());
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) if head.is_some() && refusal::is_cut_off(&error) => return Ok(false),
                Err(error) => {
                    return Err(refusal::explain(self.text, &error, position(reader.error_position())));
                }
            };
            let to = position(reader.buffer_position());
            match event {
                Event::Start(tag) => self.start(from, to - 1, tag.name().as_ref().len())?,
                Event::Empty(tag) => {
                    self.start(from, to - 2, tag.name().as_ref().len())?;
                    self.end(to);
                }
                Event::End(_) => self.end(to),
                Event::Text(_) => self.characters(from, to)?,
                Event::CData(_) => self.add(from, from + 9, to - 3)?,
                Event::GeneralRef(_) if self.joined == Some(from) => {}
                Event::GeneralRef(_) => {
                    let (c, length) = resolve(self.slice(from + 1, self.text.len())).map_err(|reason| self.malformed(from, &reason))?;
                    self.joined = Some(to).filter(|to| from + 1 + length > *to);
                    self.push(from, c)?;
                }
                Event::DocType(_) => return Err(refusal::doctype(self.text, from)),
                Event::Decl(declaration) => self.declaration(from, &declaration)?,
                Event::PI(instruction) => {
                    let target = instruction.target();
                    if !is_ncname(target) || target.eq_ignore_ascii_case("xml") {
                        return Err(self.malformed(from, "a processing instruction has an invalid name"));
                    }
                }
                Event::Comment(_) => {}
                Event::Eof if head.is_some() => return Ok(false),
                Event::Eof => return self.finish().map(|()| true),
            }
            if let Some(name) = head
                && self.has_head(name)
            {
                while !self.open.is_empty() {
                    self.end(to);
                }
                return Ok(true);
            }
        }
    }

    /// Whether the root's first child is read as far as a head needs it.
    fn has_head(&self, name: &str) -> bool {
        let Some(first) = self.elements.get(1) else { return false };
        let qualified = super::slice(self.text, first.start + 1, u32::from(first.name_len));
        self.open.len() < 2 || super::local(qualified, first.prefix_len) != name
    }

    fn start(&mut self, from: usize, end: usize, name_len: usize) -> Result<(), Failure> {
        if self.open.is_empty() && !self.elements.is_empty() {
            return Err(self.malformed(from, "a second root element begins"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(self.limit(from, self.limits.depth, Worded::new("nested elements", "verschachtelten Elementen"), "xml_depth"));
        }
        if self.elements.len() >= self.limits.elements.min(NONE as usize - 1) {
            return Err(self.limit(from, self.limits.elements, Worded::new("elements", "Elementen"), "xml_elements"));
        }
        let behind_name = from + 1 + name_len;
        let (name, prefix_len) = self.name(from + 1, behind_name)?;
        let index = small(self.elements.len());
        let (scope, default) = (self.scope.len(), self.default);
        let first_attribute = self.attributes.len();
        if behind_name < end {
            self.read_attributes(first_attribute, behind_name, end)?;
        }
        let namespace = match prefix_len {
            0 => self.default,
            _ => self.namespace_of(from, name.get(..usize::from(prefix_len)).unwrap_or_default())?,
        };
        let parent = match self.open.last_mut() {
            Some(parent) => {
                if let Some(previous) = self.elements.get_mut(parent.last_child as usize) {
                    previous.next_sibling = index;
                }
                parent.last_child = index;
                parent.index
            }
            None => NONE,
        };
        self.elements.push(Element {
            start: small(from),
            end: small(end),
            parent,
            next_sibling: NONE,
            attributes: small(first_attribute),
            text: Piece::default(),
            namespace,
            name_len: u16::try_from(name_len).unwrap_or(u16::MAX),
            prefix_len,
        });
        self.open.push(Open { index, last_child: NONE, scope, default, text: Text::Empty });
        if self.buffers.len() < self.open.len() {
            self.buffers.push(String::new());
        }
        Ok(())
    }

    /// quick-xml has compared the name with that of the start tag.
    fn end(&mut self, to: usize) {
        let Some(open) = self.open.pop() else { return };
        let text = match open.text {
            Text::Empty => Piece::default(),
            Text::Plain(piece) => piece,
            Text::Buffered => {
                self.buffers.get_mut(self.open.len()).map_or(Piece::default(), |buffer| {
                    let piece = Piece { from: small(self.pool.len()), len: small(buffer.len()), pooled: true };
                    if self.pool.is_empty() {
                        // The inner document of an envelope is often the only text in pieces: move it instead of copying.
                        std::mem::swap(&mut self.pool, buffer);
                    } else {
                        self.pool.push_str(buffer);
                    }
                    buffer.clear();
                    piece
                })
            }
        };
        self.scope.shorten(open.scope);
        self.default = open.default;
        if let Some(element) = self.elements.get_mut(open.index as usize) {
            element.end = small(to);
            element.text = text;
        }
    }

    fn characters(&mut self, from: usize, to: usize) -> Result<(), Failure> {
        let text = self.slice(from, to);
        if text.contains('>')
            && let Some(at) = text.find("]]>")
        {
            return Err(self.malformed(from + at, "\"]]>\" is in a text"));
        }
        if self.open.is_empty() {
            let is_mark = |c| c == BYTE_ORDER_MARK && self.embedded && self.elements.is_empty();
            return match text.find(|c| !is_blank(c) && !is_mark(c)) {
                Some(at) => Err(self.malformed(from + at, "there is text outside the root element")),
                None => Ok(()),
            };
        }
        self.add(from, from, to)
    }

    /// Adds a piece of the source to the text of the innermost open element; `place` is for the error.
    fn add(&mut self, place: usize, from: usize, to: usize) -> Result<(), Failure> {
        let text = self.slice(from, to);
        let has_return = text.contains('\r');
        if let Some(open) = self.open.last_mut() {
            match open.text {
                _ if text.is_empty() => return Ok(()),
                Text::Empty if !has_return => {
                    open.text = Text::Plain(Piece { from: small(from), len: small(to - from), pooled: false });
                    return Ok(());
                }
                _ => {}
            }
        }
        let buffer = self.buffer(place)?;
        if has_return {
            push_lines(buffer, text)
        } else {
            buffer.push_str(text)
        }
        Ok(())
    }

    fn push(&mut self, place: usize, c: char) -> Result<(), Failure> {
        self.buffer(place)?.push(c);
        Ok(())
    }

    /// The buffer of the innermost open element, holding what was read of its text.
    fn buffer(&mut self, place: usize) -> Result<&mut String, Failure> {
        let outside = self.open.is_empty();
        let depth = self.open.len().saturating_sub(1);
        match (self.open.last_mut(), self.buffers.get_mut(depth)) {
            (Some(open), Some(buffer)) if !outside => {
                if let Text::Plain(piece) = open.text {
                    buffer.push_str(super::slice(self.text, piece.from, piece.len));
                }
                open.text = Text::Buffered;
                Ok(buffer)
            }
            _ => Err(malformed(self.text, place, "there is text outside the root element")),
        }
    }

    fn declaration(&self, from: usize, declaration: &BytesDecl<'_>) -> Result<(), Failure> {
        let is_passed_over = |c| self.embedded && (is_blank(c) || c == BYTE_ORDER_MARK);
        if !self.slice(0, from).chars().all(is_passed_over) {
            return Err(self.malformed(from, "the XML declaration is not at the very start"));
        }
        match declaration.version() {
            Ok(version) if version == "1.0" => Ok(()),
            Ok(version) => Err(self.malformed(from, &format!("XML version \"{}\" is not 1.0", short(&version)))),
            Err(_) => Err(self.malformed(from, "the XML declaration has no version")),
        }
    }

    fn finish(&self) -> Result<(), Failure> {
        if let Some(open) = self.open.last() {
            let name = self
                .elements
                .get(open.index as usize)
                .map_or("", |element| super::slice(self.text, element.start + 1, u32::from(element.name_len)));
            return Err(self.malformed(self.text.len(), &format!("the element \"{}\" is not closed", short(name))));
        }
        match self.elements.is_empty() {
            true => Err(self.malformed(self.text.len(), "there is no root element")),
            false => Ok(()),
        }
    }

    pub(super) fn limit(&self, at: usize, most: usize, what: Worded, setting: &str) -> Failure {
        refusal::limit(self.text, at, most, what, setting)
    }

    pub(super) fn malformed(&self, at: usize, reason: &str) -> Failure {
        malformed(self.text, at, reason)
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    pub(super) fn skip_blanks(&self, from: usize, end: usize) -> usize {
        end - self.slice(from, end).trim_start_matches(is_blank).len()
    }
}

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// A text with its line ends normalised to line feeds (XML 1.0, 2.11).
fn push_lines(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((line, tail)) = rest.split_once('\r') {
        out.push_str(line);
        out.push('\n');
        rest = tail.strip_prefix('\n').unwrap_or(tail);
    }
    out.push_str(rest);
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Offsets fit: `build` refuses texts beyond 4 GiB, and unescaping never makes a text longer.
pub(super) fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn position(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
