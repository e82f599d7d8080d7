//! From what somebody has, be it an envelope, what is in its Body, or the document inside of that, to the message that is sent.

use super::Trouble;
use crate::domain::{Face, Failure, code};
use crate::operations::Operation;
use crate::soap::{COMPAT_NS, TYPED_NS};
use crate::xml::write::escape_into;
use crate::xml::{Document, Limits, Node};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
/// Of what is sent and of what comes back.
pub(super) const LIMITS: Limits = Limits { depth: 256, attributes: 256, name_bytes: 1_000, elements: 8_000_000, entries: usize::MAX };

/// A message, ready to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) face: Face,
    pub(crate) content_type: &'static str,
    pub(crate) text: String,
}

/// The message for a call with this document, or without any. Without a face, the document says which one it is for.
pub(crate) fn message(operation: &Operation, given: Option<&str>, face: Option<Face>) -> Result<Message, Trouble> {
    let Some(text) = given.filter(|text| !text.trim().is_empty()) else {
        let face = face.unwrap_or(Face::Compat);
        return Ok(wrapped(face, &body(operation, face, &empty(operation, face))));
    };
    let document = Document::parse_embedded(text, &LIMITS).map_err(|failure| unreadable(&failure))?;
    let root = document.root();
    let known = |found: Face| match face {
        Some(asked) if asked != found => Err(Trouble::Face { asked, found }),
        _ => Ok(found),
    };
    match root.name() {
        "Envelope" => {
            let inner = root.child("Body").and_then(|body| body.children().next());
            let face = known(face_of(called(operation, inner)?))?;
            let content_type = if root.namespace() == Some(SOAP_12) { "application/soap+xml; charset=utf-8" } else { XML };
            let text = text.trim_start_matches('\u{feff}').trim_start().to_owned();
            Ok(Message { face, content_type, text: with_utf8(text) })
        }
        "request" => {
            let face = known(face_of_request(&document).or(face).unwrap_or(Face::Compat))?;
            let inner = match face {
                Face::Compat => text.trim_start_matches('\u{feff}').trim_start(),
                Face::Typed => root.outer_xml(),
            };
            Ok(wrapped(face, &body(operation, face, inner)))
        }
        _ => {
            let face = known(face_of(called(operation, Some(root))?))?;
            Ok(wrapped(face, root.outer_xml()))
        }
    }
}

const XML: &str = "text/xml; charset=utf-8";

fn unreadable(failure: &Failure) -> Trouble {
    if failure.code == code::DOCTYPE_REFUSED {
        return Trouble::Given(format!("the document has a DOCTYPE, which Kontor takes in no call; remove it ({failure})"));
    }
    Trouble::Given(format!("the document cannot be read: {failure}"))
}

/// The text was read as UTF-8, whatever it said before.
fn with_utf8(text: String) -> String {
    match text.split_once("?>") {
        Some((declaration, rest)) if declaration.starts_with("<?xml") && declaration.contains("encoding") => rest.trim_start().to_owned(),
        _ => text,
    }
}

/// The element of the call, if it is that of the operation.
fn called<'d>(operation: &Operation, element: Option<Node<'d>>) -> Result<Node<'d>, Trouble> {
    let Some(element) = element else { return Err(Trouble::Given("the envelope has an empty Body".to_owned())) };
    let is_same = crate::operations::find(element.name()).is_some_and(|found| found.name == operation.name);
    if is_same {
        return Ok(element);
    }
    let (name, found) = (operation.name, element.name());
    Err(Trouble::Given(format!(
        "the document is not one of {name}: it begins with <{found}>. Send an envelope, <{name}>, or its <request>; `kontor call --sample {name}` prints one"
    )))
}

/// The face of an element that calls an operation.
fn face_of(element: Node<'_>) -> Face {
    let has_request = element.children().any(|child| child.name() == "request");
    match element.namespace() {
        Some(TYPED_NS) => Face::Typed,
        Some(COMPAT_NS) => Face::Compat,
        _ if has_request => Face::Typed,
        _ => Face::Compat,
    }
}

/// Only the compat face says method and version in the document, and only the typed one has names with capitals.
fn face_of_request(document: &Document<'_>) -> Option<Face> {
    let request = document.root();
    if request.namespace() == Some(TYPED_NS) {
        return Some(Face::Typed);
    }
    if request.attribute("method").or(request.attribute("version")).is_some() {
        return Some(Face::Compat);
    }
    document.nodes().any(|node| node.name().chars().any(|c| c.is_ascii_uppercase())).then_some(Face::Typed)
}

/// The document of a call that says nothing.
fn empty(operation: &Operation, face: Face) -> String {
    match face {
        Face::Compat => format!("<request method=\"{}\" version=\"1.0.0\"/>", operation.name),
        Face::Typed => "<request/>".to_owned(),
    }
}

/// What is in the Body.
fn body(operation: &Operation, face: Face, inner: &str) -> String {
    let (name, argument) = (operation.name, operation.argument);
    match face {
        Face::Typed => format!("<{name} xmlns=\"{TYPED_NS}\">{inner}</{name}>"),
        Face::Compat => {
            let mut text = format!("<k:{name} xmlns:k=\"{COMPAT_NS}\"><{argument}>");
            escape_into(&mut text, inner);
            text.push_str(&format!("</{argument}></k:{name}>"));
            text
        }
    }
}

fn wrapped(face: Face, body: &str) -> Message {
    let text = format!("<soap:Envelope xmlns:soap=\"{SOAP_11}\"><soap:Body>{body}</soap:Body></soap:Envelope>");
    Message { face, content_type: XML, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::find;

    fn of(name: &str, given: Option<&str>, face: Option<Face>) -> Result<Message, Trouble> {
        message(find(name).unwrap(), given, face)
    }

    fn text(name: &str, given: Option<&str>) -> (Face, String) {
        let message = of(name, given, None).unwrap();
        let (_, body) = message.text.split_once("<soap:Body>").unwrap();
        (message.face, body.split("</soap:Body>").next().unwrap().to_owned())
    }

    #[test]
    fn whatever_is_given_becomes_a_message() {
        let empty = "<k:fetchMandators xmlns:k=\"urn:kontor:connect\"><requestData>&lt;request method=&quot;fetchMandators&quot; \
                     version=&quot;1.0.0&quot;/&gt;</requestData></k:fetchMandators>";
        assert_eq!(text("fetchMandators", None), (Face::Compat, empty.to_owned()));
        let inner = "\u{feff}<?xml version=\"1.0\"?><request method=\"fetchMandators\" version=\"1.0.0\"/>";
        let sent = text("fetchMandators", Some(inner)).1;
        assert!(sent.contains("<requestData>&lt;?xml version=&quot;1.0&quot;?&gt;&lt;request "), "{sent}");
        let typed = "<fetchMandators xmlns=\"urn:kontor:v1\"><request/></fetchMandators>";
        assert_eq!(text("fetchMandators", Some(typed)), (Face::Typed, typed.to_owned()));
        let request = "<request><filters><item><mandatorId/></item></filters></request>";
        assert_eq!(of("fetchOrders", Some(request), None).map(|message| message.face), Ok(Face::Typed));
        assert_eq!(of("fetchOrders", Some("<request/>"), Some(Face::Typed)).map(|message| message.face), Ok(Face::Typed));
        let compat = of("fetchOrders", Some("<request version=\"1.0.0\"/>"), Some(Face::Typed));
        assert_eq!(compat, Err(Trouble::Face { asked: Face::Typed, found: Face::Compat }));
        let request = "<request xmlns=\"urn:kontor:v1\"/>";
        let wrapped = format!("<fetchOrders xmlns=\"urn:kontor:v1\">{request}</fetchOrders>");
        assert_eq!(text("fetchOrders", Some(request)), (Face::Typed, wrapped));
        let envelope = "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body><fetchOrders xmlns=\"urn:kontor:v1\"/></e:Body></e:Envelope>";
        let message = of("fetchOrders", Some(envelope), None).unwrap();
        assert_eq!((message.face, message.content_type), (Face::Typed, "application/soap+xml; charset=utf-8"));
        assert_eq!(message.text, envelope);
    }

    #[test]
    fn a_document_of_another_call_is_not_sent() {
        for given in ["<updateItems/>", "<x><y/></x>", "<Envelope><Body/></Envelope>", "<request", "<!DOCTYPE a><request/>"] {
            assert!(matches!(of("fetchOrders", Some(given), None), Err(Trouble::Given(_))), "{given}");
        }
    }
}
