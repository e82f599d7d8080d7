//! The source: a running CONNECT, or another Kontor. Only fetch calls go there.

use std::thread::sleep;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::element::Element;
use super::kinds::Kind;
use crate::connectors::{ChannelError, Http};
use crate::operations::find;
use crate::xml::write::escape_into;
use crate::xml::{Document, Limits, Node};

/// One call as a whole.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Pauses before a call that did not get through is made again.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(15)];
/// Errors of the SOAP face come with status 500.
const FAULTS: &[&str] = &["text/xml", "application/soap+xml", "application/xml"];
/// An answer is at most 32 MiB, so it cannot have more elements than this.
const LIMITS: Limits = Limits { depth: 64, attributes: 256, name_bytes: 256, elements: 8_000_000, entries: usize::MAX };
/// Kontor's code for an answer that would be too long.
const TOO_LONG: &str = "-3029";

/// Why the source gives no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SourceError {
    /// Nothing more can be read.
    #[error("{0}")]
    Lost(String),
    /// It refuses this call.
    #[error("{0}")]
    Refused(String),
    /// The answer is larger than it may be.
    #[error("{0}")]
    TooLong(String),
}

pub(crate) struct Source {
    http: Http,
    url: String,
    user: String,
    password: SecretString,
    pauses: &'static [Duration],
}

/// One answer.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) records: Vec<Element>,
    /// All that there are, if the source says so.
    pub(super) total: Option<usize>,
}

impl Source {
    pub(crate) fn new(url: &str, user: &str, password: SecretString) -> Result<Source, SourceError> {
        let parsed = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
        let parsed =
            parsed.ok_or_else(|| SourceError::Lost(format!("\"{url}\" is no address of a webservice; it begins with https://")))?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(SourceError::Lost("the address holds credentials; give the user with --user".to_owned()));
        }
        let http = Http::new(TIMEOUT).map_err(|error| SourceError::Lost(error.to_string()))?.with_own_errors(FAULTS);
        Ok(Source { http, url: url.to_owned(), user: user.to_owned(), password, pauses: &PAUSES })
    }

    /// A page of records of a kind.
    pub(super) fn page(&self, kind: &Kind, mandator_id: i32, size: usize, page: usize) -> Result<Page, SourceError> {
        let per_page = kind.per_page;
        let more = format!("<{per_page}>{size}</{per_page}><page>{page}</page>{}", kind.more);
        self.records(kind.fetch, (kind.filter, mandator_id), &more, kind.record)
    }

    /// The records of a fetch call.
    pub(super) fn fetch(&self, operation: &str, mandator_id: i32, more: &str, record: &str) -> Result<Page, SourceError> {
        self.records(operation, ("filter", mandator_id), more, record)
    }

    fn records(&self, operation: &str, (filter, mandator_id): (&str, i32), more: &str, record: &str) -> Result<Page, SourceError> {
        let filter = format!("<{filter}><mandator_id filter_method=\"=\" filter_value=\"{mandator_id}\"/></{filter}>");
        let request = format!("<request method=\"{operation}\" version=\"1.0.0\">{filter}{more}</request>");
        let envelope = self.call(operation, &request)?;
        let inner = inner(&envelope).map_err(|error| in_call(operation, error))?;
        page_of(&inner, record).map_err(|error| in_call(operation, error))
    }

    fn call(&self, operation: &str, request: &str) -> Result<String, SourceError> {
        let argument = find(operation).map_or("requestData", |operation| operation.argument);
        let mut body = format!(
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
             <c:{operation} xmlns:c=\"urn:kontor:connect\"><{argument}>"
        );
        escape_into(&mut body, request);
        body.push_str(&format!("</{argument}></c:{operation}></soapenv:Body></soapenv:Envelope>"));
        let mut pauses = self.pauses.iter();
        loop {
            let call = self.http.post(&self.url).basic_auth(&self.user, Some(self.password.expose_secret()));
            let call = call.header("Content-Type", "text/xml; charset=utf-8").header("SOAPAction", "\"\"").body(body.clone());
            let error = match self.http.send(call) {
                Ok(answer) => return text_of(answer.bytes()),
                Err(error) => error,
            };
            match (&error, pauses.next()) {
                (ChannelError::Unavailable { retry_after, .. }, Some(pause)) => sleep(retry_after.unwrap_or(*pause).min(TIMEOUT)),
                _ => return Err(lost(operation, &error)),
            }
        }
    }
}

fn lost(operation: &str, error: &ChannelError) -> SourceError {
    let say = |text: &str| SourceError::Lost(format!("{operation}: {text}"));
    match error {
        ChannelError::Unauthorized { .. } => say("the source refuses the user or the password"),
        ChannelError::Protocol { reason } if reason.contains("more than") => SourceError::TooLong(reason.clone()),
        ChannelError::Protocol { reason } if reason.contains("another address") => {
            say("the source points to another address; give the final one with --from")
        }
        other => say(&other.to_string()),
    }
}

fn in_call(operation: &str, error: SourceError) -> SourceError {
    match error {
        SourceError::Refused(text) => SourceError::Refused(format!("{operation}: {text}")),
        other => other,
    }
}

/// The text of an answer. Older services write Western European letters in one byte, whatever they say.
fn text_of(bytes: &[u8]) -> Result<String, SourceError> {
    let (text, _, _) = match std::str::from_utf8(bytes) {
        Ok(_) => encoding_rs::UTF_8.decode(bytes),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes),
    };
    Ok(text.into_owned())
}

/// The document inside an envelope, wherever the source puts it.
fn inner(envelope: &str) -> Result<String, SourceError> {
    let document = parse(envelope)?;
    if let Some(fault) = document.nodes().find(|node| node.name() == "Fault") {
        return Err(SourceError::Refused(fault_text(fault)));
    }
    let is_document = |node: &Node<'_>| node.children().next().is_none() && node.text().trim_start().starts_with('<');
    if let Some(node) = document.nodes().find(is_document) {
        return Ok(node.text().trim_start().to_owned());
    }
    let response = document.nodes().find(|node| node.name() == "response");
    let response = response.and_then(|node| node.standalone_xml().ok()).map(|xml| xml.into_owned());
    response.ok_or_else(|| SourceError::Refused("the answer is none of a CONNECT webservice; is the address right?".to_owned()))
}

fn parse(text: &str) -> Result<Document<'_>, SourceError> {
    let unreadable = |failure: crate::domain::Failure| SourceError::Refused(format!("the answer cannot be read: {failure}"));
    Document::parse_embedded(text, &LIMITS).map_err(unreadable)
}

fn fault_text(fault: Node<'_>) -> String {
    let text = |node: Node<'_>| Some(node.text().trim().to_owned()).filter(|text| !text.is_empty());
    let said = fault.child("faultstring").and_then(text);
    let reason = || fault.child("Reason").and_then(|reason| reason.child("Text")).and_then(text);
    said.or_else(reason).unwrap_or_else(|| "a SOAP fault without a text".to_owned())
}

fn page_of(text: &str, record: &str) -> Result<Page, SourceError> {
    let document = parse(text)?;
    let root = document.root();
    let report = root.children().find(|child| child.name() == "report" || child.name() == "reports");
    let report = report.and_then(|found| if found.name() == "reports" { found.children().next() } else { Some(found) });
    let attribute = |name: &str| report.and_then(|report| report.attribute(name).or_else(|| Some(report.child(name)?.text())));
    let code = attribute("return_code").unwrap_or("0").trim();
    if code.starts_with('-') {
        let said = report.and_then(|report| report.child("error_description")).map(|node| node.text().trim().to_owned());
        let text = format!("{code} {}", said.unwrap_or_default());
        return Err(if code == TOO_LONG { SourceError::TooLong(text) } else { SourceError::Refused(text) });
    }
    // Records are in the root, or in a list there.
    let flat = root.children().filter(|child| child.name() == record);
    let listed = root.children().flat_map(|list| list.children()).filter(|child| child.name() == record);
    let mut records: Vec<Element> = Vec::new();
    let unreadable = |failure: crate::domain::Failure| SourceError::Refused(format!("a record cannot be read: {failure}"));
    for node in flat {
        records.push(Element::of(node).map_err(unreadable)?);
    }
    if records.is_empty() {
        for node in listed {
            records.push(Element::of(node).map_err(unreadable)?);
        }
    }
    let total = attribute("total_records").and_then(|total| total.trim().parse().ok());
    Ok(Page { records, total })
}
