//! The two versions of SOAP: their names, and for whom a header is meant.

use crate::xml::Node;

pub(crate) const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// The SOAP version of a message. Answers have the version of the request (rule M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    #[default]
    Soap11,
    Soap12,
}

impl Version {
    /// What a `Content-Type` says, for answers to bodies that cannot be read.
    pub fn of_content_type(content_type: &str) -> Version {
        match content_type.trim_start().to_ascii_lowercase().starts_with("application/soap+xml") {
            true => Version::Soap12,
            false => Version::Soap11,
        }
    }

    /// Namespace of the envelope.
    pub fn namespace(self) -> &'static str {
        match self {
            Version::Soap11 => SOAP_11,
            Version::Soap12 => SOAP_12,
        }
    }

    /// Content type of answers.
    pub fn content_type(self) -> &'static str {
        match self {
            Version::Soap11 => "text/xml; charset=utf-8",
            Version::Soap12 => "application/soap+xml; charset=utf-8",
        }
    }
}

/// Whether a header is addressed to the receiver of the call.
pub(super) fn is_for_us(header: Node<'_>, version: Version) -> bool {
    let envelope = version.namespace();
    match version {
        Version::Soap11 => {
            let actor = header.attribute_ns(envelope, "actor").unwrap_or_default().trim();
            matches!(actor, "" | "http://schemas.xmlsoap.org/soap/actor/next")
        }
        Version::Soap12 => {
            let role = header.attribute_ns(envelope, "role").unwrap_or_default().trim();
            let known = role.strip_prefix("http://www.w3.org/2003/05/soap-envelope/role/");
            role.is_empty() || matches!(known, Some("next" | "ultimateReceiver"))
        }
    }
}
