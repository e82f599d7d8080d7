//! Writing answers: the frame of every message, and the wrapper of a result.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::Utc;
use sha2::{Digest, Sha256};

use super::envelope::{Addressing, Context};
use super::{COMPAT_NS, MOST_REPEATED, Meta, Reply, TYPED_NS, Version, security, unquoted};
use crate::operations::{Answer, Face};
use crate::xml::Node;
use crate::xml::write::escape_into;

/// A whole message, with its XML declaration.
pub(super) fn message(context: &Context<'_>, capacity: usize, headers: impl FnOnce(&mut String), body: impl FnOnce(&mut String)) -> String {
    let mut out = String::with_capacity(capacity + 512);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"");
    out.push_str(context.version.namespace());
    out.push_str("\">");
    let empty = out.len() + HEADER.len();
    out.push_str(HEADER);
    headers(&mut out);
    if context.stamped {
        security::answer_header(&mut out, Utc::now());
    }
    if out.len() == empty {
        // Some clients fail at a header they did not ask for, even at an empty one (rule M8).
        out.truncate(empty - HEADER.len());
    } else {
        out.push_str("</soap:Header>");
    }
    out.push_str("<soap:Body>");
    body(&mut out);
    out.push_str("</soap:Body></soap:Envelope>");
    out
}

const HEADER: &str = "<soap:Header>";

/// What the envelope of an answer needs to know of the request, which is gone by the time of a late answer.
pub(super) struct Frame {
    face: Face,
    operation: &'static str,
    /// The operation as it was called: it may have a second name.
    called: String,
    namespace: Option<String>,
    /// The inner document came as Base64, and is answered so.
    encoded: bool,
    version: Version,
    stamped: bool,
    /// Namespace, message id and action.
    addressing: Option<(&'static str, Option<String>, Option<String>)>,
    default_action: String,
}

impl Frame {
    pub(super) fn new(face: Face, operation: &'static str, element: Node<'_>, encoded: bool, context: &Context<'_>, meta: &Meta) -> Frame {
        let (called, namespace) = (element.name(), element.namespace());
        let own = meta.soap_action.as_deref().map(unquoted).filter(|action| !action.is_empty() && action.len() <= MOST_REPEATED);
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Frame {
            face,
            operation,
            called: called.to_owned(),
            namespace: owned(namespace),
            encoded,
            version: context.version,
            stamped: context.stamped,
            addressing: context.addressing.map(|of| (of.namespace, owned(of.message_id), owned(of.action))),
            default_action: own.map_or_else(|| format!("{}/{called}", namespace.unwrap_or(TYPED_NS)), str::to_owned),
        }
    }

    pub(super) fn reply(self, mut answer: Answer) -> Reply {
        if self.encoded {
            answer.body = BASE64_STANDARD.encode(answer.body);
        }
        let addressing = self.addressing.as_ref().map(|(namespace, message_id, action)| Addressing {
            namespace,
            message_id: message_id.as_deref(),
            action: action.as_deref(),
        });
        let context = Context { addressing, stamped: self.stamped, ..Context::bare(self.version) };
        Reply {
            named: false,
            status: 200,
            content_type: self.version.content_type(),
            body: success(self.face, &self.called, self.namespace.as_deref(), &context, &self.default_action, &answer.body),
            replayed: answer.replayed,
            pending: answer.pending,
            operation: self.operation,
            records: answer.records,
            failures: answer.failures,
            error_code: None,
            retry_after: None,
            receipt: answer.receipt,
        }
    }
}

/// The answer to a call. `result` is the `response` document (compat) or the `result` element (typed).
///
/// On the compat face the wrapper is in the namespace of the request: clients that were generated from another
/// WSDL of this wire format look for their own.
fn success(face: Face, operation: &str, namespace: Option<&str>, context: &Context<'_>, default_action: &str, result: &str) -> String {
    let action = context.addressing.and_then(|addressing| addressing.action).unwrap_or(default_action);
    let headers = |out: &mut String| {
        if let Some(addressing) = &context.addressing {
            addressing_headers(out, addressing, &format!("{action}Response"));
        }
    };
    match face {
        Face::Compat => message(context, result.len() + result.len() / 2, headers, |out| {
            out.push_str(&format!("<ns:{operation}Response xmlns:ns=\""));
            escape_into(out, namespace.unwrap_or(COMPAT_NS));
            out.push_str("\"><return>");
            escape_into(out, result);
            out.push_str(&format!("</return></ns:{operation}Response>"));
        }),
        Face::Typed => message(context, result.len(), headers, |out| {
            out.push_str(&format!("<{operation}Response xmlns=\"{TYPED_NS}\">"));
            out.push_str(result);
            out.push_str(&format!("</{operation}Response>"));
        }),
    }
}

/// `RelatesTo`, `Action` and `MessageID`, in the WS-Addressing version of the request (rule M7).
pub(super) fn addressing_headers(out: &mut String, addressing: &Addressing<'_>, action: &str) {
    let mut header = |name: &str, value: &str| {
        out.push_str(&format!("<wsa:{name} xmlns:wsa=\"{}\">", addressing.namespace));
        escape_into(out, value);
        out.push_str(&format!("</wsa:{name}>"));
    };
    if let Some(message_id) = addressing.message_id {
        header("RelatesTo", message_id);
    }
    header("Action", action);
    header("MessageID", &answer_id(addressing.message_id, action));
}

/// The answer to one message has one id, so that a repeated answer is the same to the byte.
fn answer_id(message_id: Option<&str>, action: &str) -> String {
    let number = match message_id {
        Some(message_id) => {
            let digest = Sha256::new().chain_update(message_id).chain_update([0]).chain_update(action).finalize();
            digest.iter().take(16).fold(0, |number: u128, byte| (number << 8) | u128::from(*byte))
        }
        None => rand::random(),
    };
    // The layout of a UUID of version 8: the bits are ours.
    let number = (number & !(0xF << 76) & !(0x3 << 62)) | (0x8 << 76) | (0x2 << 62);
    format!(
        "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        number >> 96,
        (number >> 80) & 0xFFFF,
        (number >> 64) & 0xFFFF,
        (number >> 48) & 0xFFFF,
        number & 0xFFFF_FFFF_FFFF
    )
}
