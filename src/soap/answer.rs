//! Writing answers: the frame of every message, and the wrapper of a result.

use chrono::Utc;
use sha2::{Digest, Sha256};

use super::envelope::{Addressing, Context};
use super::{COMPAT_NS, TYPED_NS, security};
use crate::operations::Face;
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

/// The answer to a call. `result` is the `response` document (compat) or the `result` element (typed).
///
/// On the compat face the wrapper stands in the namespace of the request: clients that were generated from another
/// WSDL of this wire format look for their own.
pub(super) fn success(
    face: Face,
    operation: &str,
    namespace: Option<&str>,
    context: &Context<'_>,
    default_action: &str,
    result: &str,
) -> String {
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
