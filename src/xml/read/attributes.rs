//! Names, attributes and namespace declarations of a start tag.

use super::build::{Builder, is_blank, small};
use super::names::{prefix_len, resolve, short};
use super::{Attribute, NONE, Piece, local};
use crate::domain::{Failure, Worded};

/// Up to so many names are compared one by one; most elements have no more.
const FEW: usize = 16;

impl<'a> Builder<'a, '_> {
    pub(super) fn read_attributes(&mut self, first: usize, from: usize, end: usize) -> Result<(), Failure> {
        let mut at = from;
        loop {
            let name_from = self.skip_blanks(at, end);
            if name_from == end {
                self.find_namespaces(first);
                return Ok(());
            }
            if name_from == at {
                return Err(self.malformed(at, "a blank is missing before an attribute"));
            }
            let rest = self.slice(name_from, end);
            let name_to = name_from + rest.find(|c| c == '=' || is_blank(c)).unwrap_or(rest.len());
            let (name, prefix_len) = self.name(name_from, name_to)?;
            let equals = self.skip_blanks(name_to, end);
            if !self.slice(equals, end).starts_with('=') {
                return Err(self.malformed(equals, "an attribute has no value"));
            }
            let quote_at = self.skip_blanks(equals + 1, end);
            let rest = self.slice(quote_at, end);
            let quote = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => quote,
                _ => {
                    return Err(self.malformed(quote_at, "the value of an attribute is not quoted"));
                }
            };
            let Some(length) = rest.get(1..).and_then(|value| value.find(quote)) else {
                return Err(self.malformed(quote_at, "the value of an attribute is not closed"));
            };
            let value = self.value(quote_at + 1, quote_at + 1 + length)?;
            at = quote_at + length + 2;

            let own = self.attributes.get(first..).unwrap_or_default();
            if own.len() >= self.limits.attributes {
                return Err(self.limit(name_from, self.limits.attributes, Worded::new("attributes", "Attributen"), "xml_attributes"));
            }
            if first + own.len() >= self.limits.elements {
                return Err(self.limit(
                    name_from,
                    self.limits.elements,
                    Worded::new("attributes in all", "Attributen insgesamt"),
                    "xml_elements",
                ));
            }
            if self.is_repeated(first, name) {
                return Err(self.malformed(name_from, &format!("the attribute \"{}\" occurs twice", short(name))));
            }
            let prefix = name.get(..usize::from(prefix_len)).unwrap_or_default();
            if prefix == "xmlns" {
                self.declare(name_from, local(name, prefix_len), value)?;
            } else if name == "xmlns" {
                self.check_namespace(name_from, value)?;
                self.default = small(self.attributes.len());
            }
            self.attributes.push(Attribute {
                name: small(name_from),
                namespace: NONE,
                name_len: u16::try_from(name.len()).unwrap_or(u16::MAX),
                prefix_len,
                value,
            });
        }
    }

    /// Whether an attribute of this name comes after `first`.
    fn is_repeated(&mut self, first: usize, name: &'a str) -> bool {
        let text = self.text;
        let own = self.attributes.get(first..).unwrap_or_default();
        let names = own.iter().map(|other| super::slice(text, other.name, u32::from(other.name_len)));
        if own.len() < FEW {
            return names.into_iter().any(|other| other == name);
        }
        if own.len() == FEW {
            self.names.clear();
            self.names.extend(names);
        }
        !self.names.insert(name)
    }

    fn declare(&mut self, at: usize, prefix: &'a str, value: Piece) -> Result<(), Failure> {
        if value.len == 0 || prefix == "xmlns" {
            let reason = format!("the prefix \"{}\" cannot be declared like this", short(prefix));
            return Err(self.malformed(at, &reason));
        }
        self.check_namespace(at, value)?;
        let most = self.limits.attributes.saturating_mul(2);
        if self.scope.len() >= most {
            return Err(self.limit(at, most, Worded::new("namespace declarations", "Namensraum-Deklarationen"), "xml_attributes"));
        }
        self.scope.declare(prefix, small(self.attributes.len()));
        Ok(())
    }

    /// A namespace is written once and may be meant by every name, so each copy that is made of it has to be short.
    fn check_namespace(&self, at: usize, value: Piece) -> Result<(), Failure> {
        let most = self.limits.name_bytes.saturating_mul(4);
        match value.len as usize > most {
            true => Err(self.limit(
                at,
                most,
                Worded::new("bytes in the name of a namespace", "Bytes im Namen eines Namensraums"),
                "xml_name_bytes",
            )),
            false => Ok(()),
        }
    }

    /// Lets attributes with a prefix know their namespaces, which may be declared behind them.
    fn find_namespaces(&mut self, first: usize) {
        let (text, scope) = (self.text, &mut self.scope);
        for attribute in self.attributes.iter_mut().skip(first).filter(|attribute| attribute.prefix_len > 0) {
            let prefix = super::slice(text, attribute.name, u32::from(attribute.prefix_len));
            if prefix != "xmlns" {
                attribute.namespace = scope.find(prefix).unwrap_or(NONE);
            }
        }
    }

    /// The declaration of a prefix.
    pub(super) fn namespace_of(&mut self, at: usize, prefix: &'a str) -> Result<u32, Failure> {
        match self.scope.find(prefix) {
            Some(attribute) => Ok(attribute),
            None if prefix == "xml" => Ok(NONE),
            None => Err(self.malformed(at, &format!("the prefix \"{}\" is not declared", short(prefix)))),
        }
    }

    /// A name and the length of its prefix.
    pub(super) fn name(&self, from: usize, to: usize) -> Result<(&'a str, u16), Failure> {
        let name = self.slice(from, to);
        let most = self.limits.name_bytes.min(usize::from(u16::MAX));
        if name.len() > most {
            return Err(self.limit(from, most, Worded::new("bytes in a name", "Bytes in einem Namen"), "xml_name_bytes"));
        }
        match prefix_len(name) {
            Some(prefix_len) => Ok((name, prefix_len)),
            None => Err(self.malformed(from, &format!("\"{}\" is not a valid name", short(name)))),
        }
    }

    /// The value of an attribute: references resolved, white space normalised to blanks (XML 1.0, 3.3.3).
    fn value(&mut self, from: usize, to: usize) -> Result<Piece, Failure> {
        let raw = self.slice(from, to);
        if !raw.contains(['&', '<', '\t', '\n', '\r']) {
            return Ok(Piece { from: small(from), len: small(raw.len()), pooled: false });
        }
        let pooled_from = self.pool.len();
        let mut rest = raw;
        while let Some(special) = rest.find(['&', '<', '\t', '\n', '\r']) {
            let (plain, tail) = rest.split_at_checked(special).unwrap_or((rest, ""));
            self.pool.push_str(plain);
            let at = to - tail.len();
            if tail.starts_with('<') {
                return Err(self.malformed(at, "\"<\" is in the value of an attribute"));
            }
            rest = match tail.strip_prefix('&') {
                Some(reference) => {
                    let (c, length) = resolve(reference).map_err(|reason| self.malformed(at, &reason))?;
                    self.pool.push(c);
                    reference.get(length..).unwrap_or_default()
                }
                None => {
                    self.pool.push(' ');
                    tail.strip_prefix("\r\n").unwrap_or_else(|| tail.get(1..).unwrap_or_default())
                }
            };
        }
        self.pool.push_str(rest);
        let len = small(self.pool.len() - pooled_from);
        Ok(Piece { from: small(pooled_from), len, pooled: true })
    }
}
