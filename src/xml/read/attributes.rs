//! Names, attributes and namespace declarations of a start tag.

use super::build::{Builder, is_blank, small};
use super::names::{prefix_len, resolve, short};
use super::{Attribute, Piece, local};
use crate::domain::Failure;

impl<'a> Builder<'a, '_> {
    pub(super) fn read_attributes(&mut self, first: usize, from: usize, end: usize) -> Result<(), Failure> {
        let mut at = from;
        loop {
            let name_from = self.skip_blanks(at, end);
            if name_from == end {
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
                return Err(self.limit(name_from, self.limits.attributes, "attributes", "xml_attributes"));
            }
            if first + own.len() >= self.limits.elements {
                return Err(self.limit(name_from, self.limits.elements, "attributes in all", "xml_elements"));
            }
            let is_same = |other: &Attribute| super::slice(self.text, other.name, u32::from(other.name_len)) == name;
            if own.iter().any(is_same) {
                return Err(self.malformed(name_from, &format!("the attribute \"{}\" stands twice", short(name))));
            }
            let prefix = name.get(..usize::from(prefix_len)).unwrap_or_default();
            if prefix == "xmlns" {
                self.declare(name_from, local(name, prefix_len), value)?;
            }
            self.attributes.push(Attribute {
                name: small(name_from),
                name_len: u16::try_from(name.len()).unwrap_or(u16::MAX),
                prefix_len,
                value,
            });
        }
    }

    fn declare(&mut self, at: usize, prefix: &'a str, value: Piece) -> Result<(), Failure> {
        if value.len == 0 || prefix == "xmlns" {
            let reason = format!("the prefix \"{}\" cannot be declared like this", short(prefix));
            return Err(self.malformed(at, &reason));
        }
        // Each name with a prefix looks through the declarations in scope, so their number is bounded too.
        let most = self.limits.attributes.saturating_mul(2);
        if self.scope.len() >= most {
            return Err(self.limit(at, most, "namespace declarations", "xml_attributes"));
        }
        self.scope.push(prefix);
        Ok(())
    }

    pub(super) fn check_prefix(&mut self, at: usize, prefix: &'a str) -> Result<(), Failure> {
        if self.known == Some(prefix) || prefix == "xml" {
            return Ok(());
        }
        if !self.scope.contains(&prefix) {
            return Err(self.malformed(at, &format!("the prefix \"{}\" is not declared", short(prefix))));
        }
        self.known = Some(prefix);
        Ok(())
    }

    /// A name and the length of its prefix.
    pub(super) fn name(&self, from: usize, to: usize) -> Result<(&'a str, u16), Failure> {
        let name = self.slice(from, to);
        let most = self.limits.name_bytes.min(usize::from(u16::MAX));
        if name.len() > most {
            return Err(self.limit(from, most, "bytes in a name", "xml_name_bytes"));
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
                return Err(self.malformed(at, "\"<\" stands in the value of an attribute"));
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
