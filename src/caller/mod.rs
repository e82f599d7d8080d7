//! Calls of a running Kontor from the command line: what an ERP sends, and its answer for a person.

mod given;
mod outline;
pub(crate) mod samples;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::connectors::{ChannelError, Http};
use crate::domain::Face;
use crate::operations::Operation;
use crate::soap::path;
use crate::xml::{Document, Node, pretty};
pub(crate) use outline::Reports;

/// One call as a whole; a gateway lets a call wait for channels for less.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Why there is no answer to show.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// Of the document that was given.
    #[error("{0}")]
    Given(String),
    #[error("the document is one of the {} face, and --face says {}; leave --face out, or `kontor call --sample` prints one for it", .found.word(), .asked.word())]
    Face { asked: Face, found: Face },
    /// Of the address or the way there.
    #[error("{0}")]
    Unreachable(String),
    /// The gateway refused the call as a whole.
    #[error("{0}")]
    Fault(String),
}

/// Where calls go.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) user: String,
    pub(crate) password: SecretString,
}

/// The document in an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    text: String,
}

/// How an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Outline,
    Xml,
    Json,
}

impl Target {
    /// Calls an operation with a document: an envelope, what is in its Body, the request in that, or nothing. A key makes a repeat
    /// count once.
    pub(crate) fn call(
        &self,
        operation: &Operation,
        given: Option<&str>,
        face: Option<Face>,
        key: Option<&str>,
    ) -> Result<Answer, Trouble> {
        let message = given::message(operation, given, face)?;
        let address = format!("{}{}", self.address()?, path(message.face));
        let unusable = |error: &dyn std::fmt::Display| Trouble::Unreachable(error.to_string());
        let http = Http::new(TIMEOUT).map_err(|error| unusable(&error))?.with_every_status();
        let call = http.post(&address).basic_auth(&self.user, Some(self.password.expose_secret()));
        let call = call.header("Content-Type", message.content_type).header("SOAPAction", "\"\"").body(message.text);
        let call = match key {
            Some(key) => call.header("Idempotency-Key", key),
            None => call,
        };
        let reply = http.send(call).map_err(|error| Trouble::Unreachable(self.lost(&error)))?;
        let text = String::from_utf8_lossy(reply.bytes());
        answer(&text, reply.status).map_err(|trouble| match trouble {
            Trouble::Unreachable(text) => Trouble::Unreachable(format!("{address} {text}")),
            other => other,
        })
    }

    /// Without the path of a face, which follows from the call.
    fn address(&self) -> Result<&str, Trouble> {
        let wrong = |why: &str| Trouble::Unreachable(format!("--url \"{}\" {why}", self.url));
        let url = url::Url::parse(&self.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
        let url = url.ok_or_else(|| wrong("is no address; it begins with http:// or https://"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Trouble::Unreachable(
                "the address holds credentials; give the user with --user, and the password in KONTOR_PASSWORD".into(),
            ));
        }
        let base = self.url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let face = [Face::Compat, Face::Typed].into_iter().find_map(|face| base.strip_suffix(path(face)));
        Ok(face.unwrap_or(base))
    }

    fn lost(&self, error: &ChannelError) -> String {
        let text = error.to_string();
        let refused = text.contains("refused");
        let hint = if refused { "; does the gateway run there? --url says another address, `kontor serve --demo` starts one" } else { "" };
        format!("{}: {text}{hint}", self.url)
    }
}

/// The document in an envelope, or the fault in it.
fn answer(envelope: &str, status: u16) -> Result<Answer, Trouble> {
    let foreign = || Trouble::Unreachable(format!("answered with HTTP {status}, but not as Kontor does; is the address right?"));
    let document = Document::parse(envelope, &given::LIMITS).map_err(|_| foreign())?;
    let body = document.root().child("Body").and_then(|body| body.children().next()).ok_or_else(foreign)?;
    if body.name() == "Fault" {
        return Err(Trouble::Fault(fault(body)));
    }
    let inner = body.children().next().ok_or_else(foreign)?;
    let is_text = inner.children().next().is_none() && inner.text().trim_start().starts_with('<');
    let text = match is_text {
        true => inner.text().trim_start().to_owned(),
        false => inner.standalone_xml().map_err(|_| foreign())?.into_owned(),
    };
    Ok(Answer { text })
}

/// A fault with its code, its text and what to do.
fn fault(node: Node<'_>) -> String {
    let text = |node: Node<'_>| Some(node.text().trim().to_owned()).filter(|text| !text.is_empty());
    let reason = || node.child("Reason").and_then(|reason| reason.child("Text")).and_then(text);
    let said = node.child("faultstring").and_then(text).or_else(reason).unwrap_or_else(|| "a SOAP fault without a text".to_owned());
    let mut out = String::new();
    outline::refusal(&mut out, &format!("FAULT {said}"), 0);
    out.trim_end().replace("\n->", "\n  ->")
}

impl Answer {
    /// The answer in a form, and what its reports say.
    pub(crate) fn shown(&self, form: Form) -> Result<(String, Reports), Trouble> {
        let broken = |failure: crate::domain::Failure| Trouble::Unreachable(format!("the answer cannot be read: {failure}"));
        let document = Document::parse_embedded(&self.text, &given::LIMITS).map_err(broken)?;
        let root = document.root();
        let text = match form {
            Form::Outline => outline::outline(root),
            Form::Xml => format!("{}\n", pretty(&self.text)),
            Form::Json => format!("{:#}\n", outline::json(root)),
        };
        Ok((text, outline::reports(root)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_what_is_in_its_envelope() {
        let compat = "<s:Envelope xmlns:s=\"x\"><s:Body><k:echoResponse xmlns:k=\"y\"><return>&lt;response>a&lt;/response></return></k:echoResponse></s:Body></s:Envelope>";
        assert_eq!(answer(compat, 200), Ok(Answer { text: "<response>a</response>".to_owned() }));
        let fault = "<s:Envelope xmlns:s=\"x\"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>KONTOR-2001: wrong; send another</faultstring></s:Fault></s:Body></s:Envelope>";
        assert_eq!(answer(fault, 500), Err(Trouble::Fault("FAULT KONTOR-2001: wrong\n  -> send another".to_owned())));
        for foreign in ["<html><body>x</body></html>", "no xml", ""] {
            assert!(matches!(answer(foreign, 200), Err(Trouble::Unreachable(_))), "{foreign}");
        }
    }

    #[test]
    fn an_address_may_end_in_a_face_but_hold_no_password() {
        let target = |url: &str| Target { url: url.to_owned(), user: String::new(), password: SecretString::from("") };
        for url in ["http://a:1", "http://a:1/", "http://a:1/ws/v1", "http://a:1/ws/connect?wsdl"] {
            assert_eq!(target(url).address(), Ok("http://a:1"), "{url}");
        }
        for url in ["a:1", "ftp://a", "http://u:p@a", ""] {
            assert!(target(url).address().is_err(), "{url}");
        }
    }
}
