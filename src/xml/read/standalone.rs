//! Blocks that are taken out of their document and still mean the same.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Node;
use crate::domain::{Failure, Worded, code};
use crate::xml::write::escape_into;

/// Bytes of the declarations that one block takes along, so that a small block does not grow without bound.
const MOST_CARRIED: usize = 4_096;

impl<'d> Node<'d> {
    /// Like [`Node::outer_xml`], with the declarations of prefixes that are used inside but declared outside. The
    /// default namespace is not carried over.
    ///
    /// # Errors
    /// `XML_LIMIT` when these declarations are too long.
    pub fn standalone_xml(self) -> Result<Cow<'d, str>, Failure> {
        let xml = self.outer_xml();
        let mut missing = mentioned(xml);
        for (prefix, _) in self.declarations() {
            missing.remove(prefix);
        }
        let mut added = String::new();
        for node in self.ancestors().skip(1) {
            if missing.is_empty() {
                break;
            }
            for (prefix, uri) in node.declarations() {
                if missing.remove(prefix) {
                    added.push_str(&format!(" xmlns:{prefix}=\""));
                    escape_into(&mut added, uri);
                    added.push('"');
                }
            }
            if added.len() > MOST_CARRIED {
                let what = Worded::new("bytes in declarations that a block uses", "Bytes in Deklarationen, die ein Block verwendet");
                return Err(Failure::quoting(code::XML_LIMIT, [&MOST_CARRIED, &what, &self.line(), &"xml_name_bytes"]));
            }
        }
        if added.is_empty() {
            return Ok(Cow::Borrowed(xml));
        }
        let (head, tail) = xml.split_at_checked(1 + usize::from(self.element.name_len)).unwrap_or((xml, ""));
        Ok(Cow::Owned([head, &added, tail].concat()))
    }
}

/// What comes before colons. A mention in a text brings a declaration too many, which harms nobody.
fn mentioned(xml: &str) -> BTreeSet<&str> {
    let no_name = |c: char| c.is_ascii() && !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let before = memchr::memchr_iter(b':', xml.as_bytes()).filter_map(|at| xml.get(..at));
    before.map(|before| before.rfind(no_name).and_then(|at| before.get(at + 1..)).unwrap_or(before)).filter(|p| !p.is_empty()).collect()
}
