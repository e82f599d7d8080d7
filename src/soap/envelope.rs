//! Reading the envelope: version, headers and the operation element.
//!
//! Order of the checks as WS-I Basic Profile R2724 and R2725 want it: version, mustUnderstand, body. Names are compared
//! by their local part where the namespace decides nothing, because clients choose prefixes and namespaces freely.

use super::version::{SOAP_11, SOAP_12, Version, is_for_us};
use super::{refuse_long, rpc, security};
use crate::domain::{Failure, code};
use crate::xml::Node;

const ADDRESSING: [&str; 2] = ["http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"];

/// The WS-Addressing headers that an answer refers to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addressing<'d> {
    pub namespace: &'static str,
    pub message_id: Option<&'d str>,
    pub action: Option<&'d str>,
}

/// What the answer, be it a fault, has to know of the request's envelope.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context<'d> {
    pub version: Version,
    pub addressing: Option<Addressing<'d>>,
    /// The request had a WS-Security Timestamp.
    pub stamped: bool,
    /// The first headers that were marked mustUnderstand in vain.
    pub not_understood: Vec<Node<'d>>,
}

/// Headers that were not understood are named up to this number, and counted beyond.
const NAMED: usize = 10;

impl Context<'_> {
    /// For answers to bodies in which no envelope was found.
    pub(crate) fn bare(version: Version) -> Self {
        Context { version, addressing: None, stamped: false, not_understood: Vec::new() }
    }
}

/// Reads an envelope down to the operation element, the only child of the body.
///
/// # Errors
/// `NOT_AN_ENVELOPE`, `VERSION_MISMATCH`, `NOT_UNDERSTOOD`, `REPEATED`, `EMPTY_BODY`, `RPC_ENCODED` or
/// `SEVERAL_IN_BODY`. The context is right for the fault.
pub(crate) fn read<'d>(root: Node<'d>, hint: Version) -> (Context<'d>, Result<Node<'d>, Failure>) {
    let mut context = Context::bare(hint);
    if root.name() != "Envelope" {
        return (context, Err(Failure::new(code::NOT_AN_ENVELOPE, [root.name()])));
    }
    context.version = match root.namespace() {
        Some(SOAP_11) => Version::Soap11,
        Some(SOAP_12) => Version::Soap12,
        other => {
            // The oldest form is the one that most clients can read.
            context.version = Version::Soap11;
            let failure = Failure::new(code::VERSION_MISMATCH, [other.unwrap_or_default()]);
            return (context, Err(failure));
        }
    };
    let headers = || root.child("Header").into_iter().flat_map(|header| header.children());
    if let Err(failure) = addressing(headers()).map(|found| context.addressing = found) {
        return (context, Err(failure));
    }
    context.stamped = security::is_stamped(root, context.version);
    let mut demanded = headers().filter(|header| is_demanded(*header, context.version));
    context.not_understood = demanded.by_ref().take(NAMED).collect();
    if let Some(header) = context.not_understood.first() {
        let more = match context.not_understood.len() - 1 + demanded.count() {
            0 => String::new(),
            more => format!(" (+{more})"),
        };
        let failure = Failure::new(code::NOT_UNDERSTOOD, [header.name(), &more]);
        return (context, Err(failure));
    }
    (context, operation(root))
}

/// The only element of the only body. A second one would be left undone without a word.
fn operation(root: Node<'_>) -> Result<Node<'_>, Failure> {
    for part in ["Header", "Body"] {
        if root.children().filter(|child| child.name() == part).nth(1).is_some() {
            return Err(Failure::new(code::REPEATED, [part]));
        }
    }
    let empty = || Failure::new(code::EMPTY_BODY, []);
    let body = root.child("Body").ok_or_else(empty)?;
    let operation = body.children().next().ok_or_else(empty)?;
    if let Some(sign) = rpc::encoded(root, body, operation) {
        return Err(Failure::new(code::RPC_ENCODED, [sign]));
    }
    match body.children().nth(1) {
        None => Ok(operation),
        Some(second) => Err(Failure::new(code::SEVERAL_IN_BODY, [&body.children().count().to_string(), operation.name(), second.name()])),
    }
}

fn addressing<'d>(headers: impl Iterator<Item = Node<'d>>) -> Result<Option<Addressing<'d>>, Failure> {
    let mut found: Option<Addressing<'d>> = None;
    for header in headers {
        let Some(namespace) = header.namespace().and_then(|uri| ADDRESSING.into_iter().find(|known| *known == uri)) else {
            continue;
        };
        let addressing = found.get_or_insert(Addressing { namespace, message_id: None, action: None });
        let text = Some(header.text().trim()).filter(|text| !text.is_empty() && addressing.namespace == namespace);
        match header.name() {
            "MessageID" => addressing.message_id = addressing.message_id.or(text),
            "Action" => addressing.action = addressing.action.or(text),
            _ => {}
        }
    }
    if let Some(found) = &found {
        refuse_long("MessageID", found.message_id)?;
        refuse_long("Action", found.action)?;
    }
    Ok(found)
}

/// Whether a header has to be understood by us, and is not.
fn is_demanded(header: Node<'_>, version: Version) -> bool {
    let must = header.attribute_ns(version.namespace(), "mustUnderstand").map(str::trim);
    matches!(must, Some("1" | "true")) && is_for_us(header, version) && !is_understood(header)
}

fn is_understood(header: Node<'_>) -> bool {
    match (header.namespace(), header.name()) {
        _ if security::is_security(header) => security::is_understood(header),
        // The answer goes back over the connection and nowhere else.
        (Some(uri), "ReplyTo" | "FaultTo") if ADDRESSING.contains(&uri) => {
            let address = header.child("Address").map(|address| address.text().trim()).unwrap_or_default();
            address.is_empty() || address.ends_with("/anonymous") || address.ends_with("/none")
        }
        (Some(uri), "MessageID" | "Action" | "RelatesTo" | "To" | "From") => ADDRESSING.contains(&uri),
        _ => false,
    }
}
