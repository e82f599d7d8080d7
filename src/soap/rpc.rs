//! Recognises messages of the RPC/encoded style (SOAP 1.1 section 5, SOAP 1.2 part 2): values are elsewhere and are
//! referred to, lists say how long they are. Read as a literal message, such a call would seem to ask for nothing.
//!
//! An `encodingStyle` or `xsi:type` alone is no sign: Axis 1 and SOAP::Lite write them into literal messages too.

use crate::xml::Node;

const ENCODINGS: [&str; 2] = ["http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/2003/05/soap-encoding"];
/// Attributes of the encoding that say where a value is, or what a list is made of.
const SIGNS: [&str; 4] = ["arrayType", "itemType", "arraySize", "ref"];
/// Attributes with such a name whose namespace is looked up at most, because that costs: the first one of an encoded
/// message says already.
const LOOKED_UP: usize = 16;

/// What gives a message away as RPC-encoded.
pub(super) fn encoded<'d>(root: Node<'d>, body: Node<'d>, operation: Node<'d>) -> Option<&'d str> {
    // Values that are referred to come after the call.
    if let Some(value) = body.children().skip(1).find(|value| value.name() == "multiRef" || value.attribute("id").is_some()) {
        return Some(value.name());
    }
    let is_said = |node: &Node<'_>| node.attribute("encodingStyle").is_some_and(|style| ENCODINGS.contains(&style.trim()));
    let deep = [root, body, operation].iter().any(is_said);
    let mut left = LOOKED_UP;
    operation.children().find_map(|child| if refers(child) { Some("href") } else { sign(child, deep, &mut left) })
}

/// The first sign in an element and below it; references count where the message says it is encoded.
fn sign(node: Node<'_>, references: bool, left: &mut usize) -> Option<&'static str> {
    if references && refers(node) {
        return Some("href");
    }
    if let Some(sign) = node.attributes().find_map(|(name, _)| SIGNS.into_iter().find(|sign| *sign == name))
        && *left > 0
    {
        *left -= 1;
        if ENCODINGS.iter().any(|encoding| node.attribute_ns(encoding, sign).is_some()) {
            return Some(sign);
        }
    }
    node.children().find_map(|child| sign(child, references, left))
}

/// Whether an element is empty and refers to another one.
fn refers(node: Node<'_>) -> bool {
    let is_empty = || node.text().trim().is_empty() && node.children().next().is_none();
    node.plain_attributes().any(|(name, value)| name == "href" && value.starts_with('#')) && is_empty()
}
