//! The namespace declarations that hold where the parser is.

use std::collections::HashMap;

use super::NONE;

/// Prefixes with the attributes that declare them. Looking one up costs the same however many there are.
#[derive(Default)]
pub(super) struct Scope<'a> {
    declared: HashMap<&'a str, u32>,
    /// What each declaration hid, to be put back when its element ends.
    hidden: Vec<(&'a str, u32)>,
    /// The last prefix that was looked up: most names repeat their prefix.
    known: Option<(&'a str, u32)>,
}

impl<'a> Scope<'a> {
    /// Declarations that hold.
    pub(super) fn len(&self) -> usize {
        self.hidden.len()
    }

    pub(super) fn declare(&mut self, prefix: &'a str, attribute: u32) {
        let before = self.declared.insert(prefix, attribute).unwrap_or(NONE);
        self.hidden.push((prefix, before));
        self.known = None;
    }

    pub(super) fn find(&mut self, prefix: &'a str) -> Option<u32> {
        if let Some((known, attribute)) = self.known
            && known == prefix
        {
            return Some(attribute);
        }
        let attribute = *self.declared.get(prefix)?;
        self.known = Some((prefix, attribute));
        Some(attribute)
    }

    /// Forgets the declarations behind the first `len`.
    pub(super) fn shorten(&mut self, len: usize) {
        if self.hidden.len() > len {
            self.known = None;
        }
        while self.hidden.len() > len
            && let Some((prefix, before)) = self.hidden.pop()
        {
            match before {
                NONE => self.declared.remove(prefix),
                before => self.declared.insert(prefix, before),
            };
        }
    }
}
