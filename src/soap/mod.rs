//! SOAP 1.1 and 1.2: the envelope in and out, faults and descriptions. Knows nothing of HTTP but the status codes.

mod answer;
mod claim;
pub mod contract;
mod envelope;
mod fault;
#[cfg(test)]
pub(crate) mod fixture;
mod rpc;
mod security;
mod shown;
#[cfg(test)]
mod tests;
mod version;
mod wsdl;
mod xop;

use crate::domain::hex::hex;
use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::config::{Settings, User};
use crate::domain::{Failure, Reader, code};
use crate::operations::{self, Access, Body, Call, Face, Gateway, Operation, Receipt, Step};
use crate::xml::{Document, Node};
use answer::Frame;

pub use claim::{Claim, Created, Password, Timestamp, UsernameToken, claim};
pub use fault::name_request;
pub(crate) use shown::shown;
pub use version::Version;
pub use wsdl::{NoWsdl, wsdl};
pub use xop::resolve;

/// Namespace of the operations on the compat face.
pub const COMPAT_NS: &str = "urn:kontor:connect";
/// Namespace of everything on the typed face, and of the fault detail on both.
pub const TYPED_NS: &str = "urn:kontor:v1";

/// The path of a face's endpoint.
pub fn path(face: Face) -> &'static str {
    match face {
        Face::Compat => "/ws/connect",
        Face::Typed => "/ws/v1",
    }
}

/// What the transport knows of a call.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    /// The header `SOAPAction`, as sent. Decides nothing (rule M2).
    pub soap_action: Option<String>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The version for faults when no envelope can be found.
    pub version: Version,
}

/// What goes back, and what the log and the headers say of it.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
    /// Answered from the store.
    pub replayed: bool,
    /// Changes for channels that were not settled within the waiting time.
    pub pending: usize,
    /// Name from the catalogue; empty if the call did not get that far.
    pub operation: &'static str,
    pub records: usize,
    pub failures: usize,
    /// Number of the code if `body` is a fault.
    pub error_code: Option<i32>,
    /// The fault says which request it is about.
    pub named: bool,
    /// After how many seconds to come again.
    pub retry_after: Option<u64>,
    /// See [`operations::Answer`].
    pub receipt: Option<Receipt>,
}

/// How far a call got.
pub enum Handled {
    Done(Reply),
    /// It is committed, and waits for the channels.
    Waiting(Box<Waiting>),
}

/// A committed call, with the envelope that its answer goes into.
pub struct Waiting {
    call: operations::Waiting,
    frame: Frame,
}

impl Waiting {
    /// Looks whether the rest can be answered now. Blocks as long as the database does.
    pub fn look(&mut self) -> bool {
        self.call.look()
    }

    /// Pauses until a worker has settled something, or it is time to look again. False: the time is over.
    pub async fn pause(&mut self) -> bool {
        self.call.pause().await
    }

    /// The answer, with what is known by now. Blocks as long as the database does.
    pub fn finish(self) -> Reply {
        self.frame.reply(self.call.finish())
    }
}

/// Answers one call: never panics on what it reads, and always gives a message in the caller's SOAP version.
/// Blocks as long as the database does.
pub fn handle(gateway: &Gateway, face: Face, user: &User, text: &str, meta: &Meta) -> Handled {
    carry_out(gateway, face, user, text, (meta, false))
}

/// Answers a call as [`handle`] does, and undoes what it changes. Gives the answer as people read it, with how many records were refused.
pub(crate) fn rehearse(gateway: &Gateway, face: Face, user: &User, text: &str) -> (String, usize) {
    match carry_out(gateway, face, user, text, (&Meta::default(), true)) {
        Handled::Done(reply) => (shown(&reply.body), reply.failures.max(usize::from(reply.error_code.is_some()))),
        // A rehearsal waits for nobody.
        Handled::Waiting(_) => Default::default(),
    }
}

fn carry_out(gateway: &Gateway, face: Face, user: &User, text: &str, (meta, rehearsal): (&Meta, bool)) -> Handled {
    let run = |operation: &'static Operation, body: Body<'_>, key: Option<&str>| {
        let key = key.filter(|_| !rehearsal);
        let call = Call { face, operation, user, body, key, by_person: false, rehearsal };
        operations::execute(gateway, &call)
    };
    answer(&gateway.settings, face, user, text, meta, operations::find, run)
}

/// Bytes of a text of the request that the answer repeats letter by letter.
const MOST_REPEATED: usize = 1_024;

/// Refuses what the answer would have to repeat, if it is too long for that.
fn refuse_long(name: &'static str, text: Option<&str>) -> Result<(), Failure> {
    match text.filter(|text| text.len() > MOST_REPEATED) {
        Some(text) => Err(Failure::new(code::TOO_LONG, [&text.chars().count().to_string(), &MOST_REPEATED.to_string()]).within(name)),
        None => Ok(()),
    }
}

/// What is asked of a row of the catalogue.
trait Row: Copy {
    fn name(self) -> &'static str;
    /// Name of the string element on the compat face.
    fn argument(self) -> &'static str;
}

impl Row for &'static Operation {
    fn name(self) -> &'static str {
        self.name
    }

    fn argument(self) -> &'static str {
        self.argument
    }
}

/// [`handle`] over any catalogue.
fn answer<R: Row>(
    settings: &Settings,
    face: Face,
    user: &User,
    text: &str,
    meta: &Meta,
    find: impl Fn(&str) -> Option<R>,
    run: impl FnOnce(R, Body<'_>, Option<&str>) -> Result<Step, Failure>,
) -> Handled {
    let reader = Reader { language: settings.language_for(user, None), face };
    let limits = operations::limits(&settings.limits);
    let document = match Document::parse(text, &limits) {
        Ok(document) => document,
        Err(failure) => return Handled::Done(refuse(&operations::placed(failure, text, &limits), meta.version, reader)),
    };
    let (context, found) = envelope::read(document.root(), meta.version);
    let key = key(meta, context.addressing.and_then(|addressing| addressing.message_id));
    let mut name = "";
    let outcome = found.and_then(|element| {
        let unknown = || Failure::new(code::UNKNOWN_OPERATION, [element.name(), &wsdl_url(settings, face)]);
        let row = find(element.name()).ok_or_else(unknown)?;
        name = row.name();
        log_action(meta, name);
        // The answer repeats it.
        refuse_long("namespace", element.namespace())?;
        let input = input(settings, face, row, element)?;
        check_namespace(settings, face, element)?;
        let body = match &input {
            Input::Text(text) => Body::Text(text),
            Input::Encoded(text) => Body::Text(text),
            Input::Request(node) => Body::Node(*node),
        };
        let step = run(row, body, key.as_deref())?;
        let encoded = matches!(input, Input::Encoded(_));
        Ok((step, Frame::new(face, name, element, encoded, &context, meta)))
    });
    match outcome {
        Ok((Step::Done(answer), frame)) => Handled::Done(frame.reply(answer)),
        Ok((Step::Waiting(call), frame)) => Handled::Waiting(Box::new(Waiting { call, frame })),
        Err(failure) => Handled::Done(Reply { operation: name, ..fault::reply(&failure, &context, reader) }),
    }
}

/// The fault for a request that did not get as far as [`handle`].
pub fn refuse(failure: &Failure, version: Version, reader: Reader) -> Reply {
    fault::reply(failure, &envelope::Context::bare(version), reader)
}

/// What the operation of a message does, and its name, judged by the first bytes of its body without parsing it. Decides
/// only who waits for whom: what is not recognised counts as writing.
pub fn expected(text: &str) -> (Access, &'static str) {
    operation_name(text).and_then(operations::find).map_or((Access::Write, ""), |operation| (operation.access, operation.name))
}

fn operation_name(text: &str) -> Option<&str> {
    let local = |tag: &'_ str| tag.rsplit_once(':').map_or(0, |(prefix, _)| prefix.len() + 1);
    let mut tags = text.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '?', '!'])).map(|tag| {
        let name = tag.split(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').next().unwrap_or_default();
        name.get(local(name)..).unwrap_or_default()
    });
    tags.by_ref().take(HINTED).find(|name| *name == "Body")?;
    tags.next()
}

enum Input<'d> {
    Text(Cow<'d, str>),
    /// The text came as Base64, and is answered so.
    Encoded(String),
    Request(Node<'d>),
}

/// Tags before the body that are looked at; headers hold few.
const HINTED: usize = 1000;

/// The names of the string element; which one belongs to which operation is nothing a client should fail at. The last
/// three are what stacks call an argument whose name they do not know: JAX-WS, PHP and Axis.
const ARGUMENTS: [&str; 5] = ["requestData", "argRequestData", "arg0", "param0", "in0"];

/// Typed calls are in the namespace of the contract that they were made from, or in none; what was made from another
/// contract may mean something else by the same names. On the compat face the namespace of the original is not known, so
/// each is read.
fn check_namespace(settings: &Settings, face: Face, element: Node<'_>) -> Result<(), Failure> {
    if face == Face::Compat {
        return Ok(());
    }
    let foreign = match element.namespace() {
        Some(other) if other != TYPED_NS => Some(element),
        _ => element.first_foreign(TYPED_NS, operations::keeps_xml),
    };
    let Some(foreign) = foreign else { return Ok(()) };
    let (name, namespace) = (foreign.name(), foreign.namespace().unwrap_or_default());
    Err(Failure::new(code::WRONG_NAMESPACE, [name, namespace, TYPED_NS, &wsdl_url(settings, face)]))
}

fn input<'d>(settings: &Settings, face: Face, row: impl Row, element: Node<'d>) -> Result<Input<'d>, Failure> {
    let argument = if face == Face::Compat { row.argument() } else { "request" };
    let of_face = |face: Face, name: &str| if face == Face::Compat { ARGUMENTS.contains(&name) } else { name == "request" };
    let elsewhere = if face == Face::Compat { Face::Typed } else { Face::Compat };
    let mut own = element.children().filter(|child| of_face(face, child.name()));
    let Some(first) = own.next() else {
        if !element.children().any(|child| of_face(elsewhere, child.name())) {
            return Err(Failure::new(code::MISSING_REQUEST, [row.name(), argument]));
        }
        let endpoint = format!("{}{}", settings.server.public_url, path(elsewhere));
        return Err(Failure::new(code::WRONG_FACE, [row.name(), &endpoint, &wsdl_url(settings, face)]));
    };
    if own.next().is_some() {
        return Err(Failure::new(code::REPEATED, [argument]));
    }
    if face == Face::Typed {
        return Ok(Input::Request(first));
    }
    if let Some(text) = encoded(first.text()) {
        return Ok(Input::Encoded(text));
    }
    // Some clients put the inner document in as elements instead of as text.
    match first.children().next().filter(|_| first.text().trim().is_empty()) {
        Some(inner) => inner.standalone_xml().map(Input::Text),
        None => Ok(Input::Text(Cow::Borrowed(first.text()))),
    }
}

/// The inner document if it came as Base64 (rule M12), as clients send it whose stack changes XML in texts. A document
/// begins with `<`, which is no character of Base64, and what is decoded has to begin with it: neither can be mistaken
/// for the other.
fn encoded(text: &str) -> Option<String> {
    let text = text.trim_start();
    // How `<` and a byte order mark begin in Base64; anything else costs no copy.
    if !text.starts_with(['P', '7']) {
        return None;
    }
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let decoded = String::from_utf8(BASE64_STANDARD.decode(compact).ok()?).ok()?;
    let document = decoded.strip_prefix('\u{FEFF}').unwrap_or(&decoded);
    document.trim_start().starts_with('<').then(|| document.to_owned())
}

fn wsdl_url(settings: &Settings, face: Face) -> String {
    format!("{}{}?wsdl", settings.server.public_url, path(face))
}

/// Keys are stored, so long ones are replaced by their digest.
fn key<'a>(meta: &'a Meta, message_id: Option<&'a str>) -> Option<Cow<'a, str>> {
    const MOST: usize = 200;
    let header = meta.idempotency_key.as_deref().map(str::trim).filter(|key| !key.is_empty());
    let key = header.or(message_id)?;
    Some(match key.len() <= MOST {
        true => Cow::Borrowed(key),
        false => Cow::Owned(format!("sha256:{}", hex(&Sha256::digest(key)))),
    })
}

fn unquoted(action: &str) -> &str {
    action.trim().trim_matches('"')
}

fn log_action(meta: &Meta, operation: &str) {
    let action = unquoted(meta.soap_action.as_deref().unwrap_or_default());
    if !action.is_empty() && !action.ends_with(operation) {
        let shown: String = action.chars().take(100).collect();
        log::debug!("SOAPAction {shown:?} does not name the operation {operation}");
    }
}
