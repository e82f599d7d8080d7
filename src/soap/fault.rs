//! Faults: every refusal that is not a report of a single record (rules M1 and M3).

use super::Reply;
use super::answer::{addressing_headers, message};
use super::envelope::Context;
use super::security::{WSSE, WSU};
use super::version::{SOAP_11, SOAP_12, Version};
use super::{MOST_REPEATED, TYPED_NS};
use crate::domain::failure::{Blame, Code};
use crate::domain::{Failure, Reader, code};
use crate::xml::write::escape_into;

/// The fault for a failure, in the SOAP version of the request.
pub(super) fn reply(failure: &Failure, context: &Context<'_>, reader: Reader) -> Reply {
    let version = context.version;
    let text = format!("KONTOR-{}: {}", failure.code.number, failure.text(reader));
    let body = message(
        context,
        1024,
        |out| headers(out, failure, context),
        |out| match version {
            Version::Soap11 => {
                match security_code(failure) {
                    Some((uri, name)) => out.push_str(&format!("<soap:Fault><faultcode xmlns:wss=\"{uri}\">wss:{name}</faultcode>")),
                    None => out.push_str(&format!("<soap:Fault><faultcode>soap:{}</faultcode>", code_11(failure))),
                }
                out.push_str("<faultstring>");
                escape_into(out, &text);
                out.push_str("</faultstring>");
                detail(out, "detail", failure, reader);
                out.push_str("</soap:Fault>");
            }
            Version::Soap12 => {
                out.push_str("<soap:Fault><soap:Code><soap:Value>soap:");
                out.push_str(code_12(failure));
                out.push_str("</soap:Value>");
                if let Some((uri, name)) = security_code(failure) {
                    out.push_str(&format!("<soap:Subcode><soap:Value xmlns:wss=\"{uri}\">wss:{name}</soap:Value></soap:Subcode>"));
                }
                out.push_str("</soap:Code><soap:Reason><soap:Text xml:lang=\"");
                out.push_str(reader.language.iso());
                out.push_str("\">");
                escape_into(out, &text);
                out.push_str("</soap:Text></soap:Reason>");
                detail(out, "soap:Detail", failure, reader);
                out.push_str("</soap:Fault>");
            }
        },
    );
    Reply {
        status: status(failure, version),
        content_type: version.content_type(),
        body,
        error_code: Some(failure.code.number),
        retry_after: failure.retry_after(),
        ..Reply::default()
    }
}

/// Says in a fault which request it is about, as the log calls it. `id` needs no escapes.
pub fn name_request(reply: &mut Reply, id: &str) {
    if reply.error_code.is_none() || std::mem::replace(&mut reply.named, true) {
        return;
    }
    // The text itself has no tags.
    let end = ["</faultstring>", "</soap:Text>"].into_iter().find_map(|tag| reply.body.find(tag));
    if let Some(end) = end {
        reply.body.insert_str(end, &format!(" (request {id})"));
    }
}

/// What passes without help: the same call may succeed a moment later.
const BUSY: [&Code; 4] = [code::OVERLOADED.0, code::DATABASE.0, code::DATABASE_GONE.0, code::NO_ROOM.0];

/// The HTTP status of a fault.
fn status(failure: &Failure, version: Version) -> u16 {
    match (failure.code.blame, version) {
        (Blame::Credentials, _) => 401,
        (Blame::Size, _) => 413,
        (Blame::Method, _) => 405,
        (Blame::Media, _) => 415,
        (Blame::Pause, _) => 429,
        (Blame::Server, _) if BUSY.contains(&failure.code) => 503,
        (Blame::Client | Blame::Security, Version::Soap12) => 400,
        (Blame::Client | Blame::Security | Blame::Version | Blame::MustUnderstand | Blame::Server, _) => 500,
    }
}

fn code_11(failure: &Failure) -> &'static str {
    match failure.code.blame {
        Blame::Version => "VersionMismatch",
        Blame::MustUnderstand => "MustUnderstand",
        Blame::Server => "Server",
        Blame::Client | Blame::Credentials | Blame::Pause | Blame::Security | Blame::Size | Blame::Method | Blame::Media => "Client",
    }
}

/// Namespace and name of the code that WS-Security has for a failure (SOAP Message Security 1.1, section 12).
fn security_code(failure: &Failure) -> Option<(&'static str, &'static str)> {
    let code = failure.code;
    match code.blame {
        Blame::Security if code == code::TOKEN_EXPIRED => Some((WSU, "MessageExpired")),
        Blame::Security if code == code::TOKEN_UNREADABLE => Some((WSSE, "InvalidSecurity")),
        Blame::Security => Some((WSSE, "FailedAuthentication")),
        _ => None,
    }
}

fn code_12(failure: &Failure) -> &'static str {
    match code_11(failure) {
        "Client" => "Sender",
        "Server" => "Receiver",
        same => same,
    }
}

/// The one fault type of all operations (rule W18), the same on both faces.
fn detail(out: &mut String, wrapper: &str, failure: &Failure, reader: Reader) {
    // SOAP 1.1, 4.4: a detail speaks of the body; what is wrong with headers must not be in it.
    if matches!(failure.code.blame, Blame::Version | Blame::MustUnderstand | Blame::Security) {
        return;
    }
    let number = failure.code.number;
    out.push_str(&format!("<{wrapper}><gatewayFault xmlns=\"{TYPED_NS}\"><errorCode>KONTOR-{number}</errorCode>"));
    out.push_str("<errorText>");
    escape_into(out, &failure.text(reader));
    out.push_str("</errorText>");
    if failure.place.is_empty() {
        out.push_str("<fields/>");
    } else {
        out.push_str("<fields><item><field>");
        escape_into(out, &failure.place_text(reader));
        out.push_str("</field><text>");
        escape_into(out, &failure.bare_text(reader));
        out.push_str("</text></item></fields>");
    }
    out.push_str(&format!("</gatewayFault></{wrapper}>"));
}

fn headers(out: &mut String, failure: &Failure, context: &Context<'_>) {
    if let Some(addressing) = &context.addressing {
        let action = match addressing.namespace.ends_with("/2005/08/addressing") {
            true => format!("{}/soap/fault", addressing.namespace),
            false => format!("{}/fault", addressing.namespace),
        };
        addressing_headers(out, addressing, &action);
    }
    match failure.code.blame {
        Blame::Version => out.push_str(&format!(
            "<env:Upgrade xmlns:env=\"{SOAP_12}\">\
             <env:SupportedEnvelope qname=\"v11:Envelope\" xmlns:v11=\"{SOAP_11}\"/>\
             <env:SupportedEnvelope qname=\"env:Envelope\"/></env:Upgrade>"
        )),
        Blame::MustUnderstand if context.version == Version::Soap12 => {
            // A name cannot be shortened and still be meant, so those that are too long for an answer are left out.
            for header in context.not_understood.iter().filter(|header| header.name().len() <= MOST_REPEATED) {
                let name = header.name();
                match header.namespace() {
                    Some(uri) => {
                        out.push_str(&format!("<soap:NotUnderstood qname=\"h:{name}\" xmlns:h=\""));
                        escape_into(out, uri);
                        out.push_str("\"/>");
                    }
                    None => out.push_str(&format!("<soap:NotUnderstood qname=\"{name}\"/>")),
                }
            }
        }
        _ => {}
    }
}
