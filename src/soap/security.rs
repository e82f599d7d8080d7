//! The Security header as a part of the envelope: which one is meant for us, and the one in an answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::version::{Version, is_for_us};
use crate::xml::Node;

pub(super) const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
pub(super) const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// How long an answer's Timestamp says it is good for.
const ANSWER_LASTS: TimeDelta = TimeDelta::minutes(5);

/// The Security headers that are addressed to us.
pub(super) fn headers(root: Node<'_>, version: Version) -> impl Iterator<Item = Node<'_>> {
    let headers = root.child("Header").into_iter().flat_map(Node::children);
    headers.filter(move |header| is_security(*header) && is_for_us(*header, version))
}

pub(super) fn is_security(header: Node<'_>) -> bool {
    header.name() == "Security" && header.namespace() == Some(WSSE)
}

/// Whether everything in a Security header is known here; a signature that nobody checks must not pass for one.
pub(super) fn is_understood(header: Node<'_>) -> bool {
    header.children().all(|part| matches!((part.namespace(), part.name()), (Some(WSSE), "UsernameToken") | (Some(WSU), "Timestamp")))
}

/// Whether a message came with a Timestamp; the answer has one then (rule M8).
pub(super) fn is_stamped(root: Node<'_>, version: Version) -> bool {
    headers(root, version).any(|header| header.child("Timestamp").is_some())
}

/// The Security header of an answer to a message with a Timestamp.
pub(super) fn answer_header(out: &mut String, now: DateTime<Utc>) {
    let time = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ");
    out.push_str(&format!(
        "<wsse:Security xmlns:wsse=\"{WSSE}\"><wsu:Timestamp xmlns:wsu=\"{WSU}\"><wsu:Created>{}</wsu:Created>\
         <wsu:Expires>{}</wsu:Expires></wsu:Timestamp></wsse:Security>",
        time(now),
        time(now + ANSWER_LASTS)
    ));
}
