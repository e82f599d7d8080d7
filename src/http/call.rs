//! One request to an endpoint, from its credentials to its answer and its log line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;

use super::Edge;
use super::auth::{Counted, Credentials};
use super::body::{self, Closing, Received};
use super::multipart;
use crate::config::{Limits, User};
use crate::domain::{Failure, Language, code};
use crate::operations::Face;
use crate::soap::{self, Claim, Handled, Meta, Reply, Version};

/// Asks for HTTP Basic.
pub(super) const CHALLENGE: (HeaderName, &str) = (header::WWW_AUTHENTICATE, "Basic realm=\"Kontor\", charset=\"UTF-8\"");
const ALLOWED: &str = "GET, HEAD, POST";

/// Everything that may come to `/ws/connect` and `/ws/v1`.
pub(super) async fn endpoint(request: HttpRequest, payload: web::Payload, edge: web::Data<Edge>, face: Face) -> HttpResponse {
    match *request.method() {
        Method::POST => {}
        Method::GET | Method::HEAD => return description(&request, &edge, face),
        _ => return refuse_method(&request, payload, &edge, face).await,
    }
    let started = Instant::now();
    let edge = edge.into_inner();
    let call = Caller::new(&request, Arc::clone(&edge), face);
    let mut payload = payload.into_inner();
    let (user, Outcome { reply, content_type, zipped, close }) = call.run(&mut payload).await;
    edge.note(face, user.as_ref(), &reply, started.elapsed());
    let mut response = start(&reply);
    if let Some(content_type) = content_type {
        response.insert_header((header::CONTENT_TYPE, content_type));
    }
    if close {
        return response.force_close().body(Closing::new(reply.body, payload));
    }
    match zipped {
        Some(bytes) => response.insert_header((header::CONTENT_ENCODING, "gzip")).body(bytes),
        None => response.body(reply.body),
    }
}

/// What comes out of a call.
struct Outcome {
    reply: Reply,
    /// Where it is not that of the reply.
    content_type: Option<String>,
    zipped: Option<Vec<u8>>,
    /// The body was not read to its end.
    close: bool,
}

/// What a request holds, once it can be read.
struct Message {
    text: String,
    /// It came by MTOM, and so goes the answer: some stacks take no other (rule W16).
    in_parts: bool,
}

struct Caller {
    edge: Arc<Edge>,
    face: Face,
    meta: Meta,
    credentials: Option<Credentials>,
    content_type: String,
    content_encoding: String,
    content_length: Option<u64>,
    wants_gzip: bool,
}

impl Caller {
    fn new(request: &HttpRequest, edge: Arc<Edge>, face: Face) -> Caller {
        let content_type = text_of(request, header::CONTENT_TYPE);
        let soap_action = text_of(request, HeaderName::from_static("soapaction"));
        let idempotency_key = text_of(request, HeaderName::from_static("idempotency-key"));
        Caller {
            edge,
            face,
            meta: Meta {
                soap_action: Some(soap_action).filter(|text| !text.is_empty()),
                idempotency_key: Some(idempotency_key).filter(|text| !text.is_empty()),
                version: version(&content_type),
            },
            credentials: Credentials::from_header(&text_of(request, header::AUTHORIZATION)),
            content_type,
            content_encoding: text_of(request, header::CONTENT_ENCODING),
            content_length: declared_length(request),
            wants_gzip: body::accepts_gzip(&text_of(request, header::ACCEPT_ENCODING)),
        }
    }

    async fn run(mut self, payload: &mut Payload) -> (Option<User>, Outcome) {
        let credentials = self.credentials.take();
        if credentials.is_none() && self.edge.gate.reads_tokens(self.face) {
            return self.run_with_token(payload).await;
        }
        let user = match self.edge.gate.check(credentials).await {
            Ok(user) => user,
            Err(failure) => return (None, self.refuse_unread(&failure, payload).await),
        };
        let Some(place) = self.place() else {
            let failure = Failure::new(code::OVERLOADED, []);
            return (Some(user), self.refuse_unread(&failure, payload).await);
        };
        let body = match self.whole_body(payload, soap::language(&self.edge.settings, &user)).await {
            Ok(body) => body,
            Err(outcome) => return (Some(user), outcome),
        };
        let caller = user.clone();
        let outcome = Caller::work(Arc::new(self), place, move |call| match call.read(body) {
            Ok(message) => call.answer(&caller, message),
            Err(failure) => {
                let language = soap::language(&call.edge.settings, &caller);
                (Handled::Done(soap::refuse(&failure, call.meta.version, language)), false)
            }
        });
        (Some(user), outcome.await)
    }

    /// Who sends a UsernameToken is known only when the message has been read. Few such messages are in the memory at a
    /// time, so that nobody unknown fills it; the envelope is parsed once more when the sender is known.
    async fn run_with_token(self, payload: &mut Payload) -> (Option<User>, Outcome) {
        let unproven = match self.edge.gate.place_for_unproven().await {
            Ok(place) => place,
            Err(failure) => return (None, self.refuse_unread(&failure, payload).await),
        };
        let body = match self.whole_body(payload, Language::default()).await {
            Ok(body) => body,
            Err(outcome) => return (None, outcome),
        };
        let call = Arc::new(self);
        let reading = Arc::clone(&call);
        let read = web::block(move || reading.read_with_claim(body));
        let (message, claim) = match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(reply)) => return (None, plain(*reply)),
            Err(_) => return (None, call.broke_down()),
        };
        let refuse = |failure: Failure| plain(soap::refuse(&failure, claim.version, Language::default()));
        let user = match call.edge.gate.check_claim(&claim, Utc::now()).await {
            Ok(user) => user,
            Err(failure) => return (None, refuse(failure)),
        };
        drop(unproven);
        let Some(place) = call.place() else {
            return (Some(user), refuse(Failure::new(code::OVERLOADED, [])));
        };
        let caller = user.clone();
        let outcome = Caller::work(call, place, move |call| call.answer(&caller, message));
        (Some(user), outcome.await)
    }

    /// A place among the calls that may wait.
    fn place(&self) -> Option<Counted<Edge>> {
        Counted::take(&self.edge, |edge| &edge.waiting, self.edge.settings.limits.waiting_calls)
    }

    async fn whole_body(&self, payload: &mut Payload, language: Language) -> Result<Vec<u8>, Outcome> {
        match self.receive(payload, true).await {
            Received::Whole(body) => Ok(body),
            Received::TooLarge => Err(self.refuse(&too_large(&self.edge.settings.limits), language, true)),
            Received::Broken(why) => Err(self.refuse(&Failure::new(code::INCOMPLETE_BODY, [why]), language, true)),
        }
    }

    /// Works on a thread that may block, and waits for the channels without one. Goes on to its end even if the client
    /// has gone by then; so long the place is held.
    async fn work<W>(call: Arc<Caller>, place: Counted<Edge>, work: W) -> Outcome
    where
        W: FnOnce(&Caller) -> (Handled, bool) + Send + 'static,
    {
        let working = Arc::clone(&call);
        let worked = actix_web::rt::spawn(async move {
            let _place = place;
            let begun = Arc::clone(&working);
            let (handled, in_parts) = web::block(move || work(&begun)).await.ok()?;
            let reply = settled(handled).await?;
            web::block(move || working.wrap(reply, in_parts)).await.ok()
        });
        worked.await.ok().flatten().unwrap_or_else(|| call.broke_down())
    }

    fn broke_down(&self) -> Outcome {
        self.refuse(&Failure::new(code::INTERNAL, ["the call broke down"]), Language::default(), false)
    }

    fn read(&self, body: Vec<u8>) -> Result<Message, Failure> {
        let limits = &self.edge.settings.limits;
        let content_type = &self.content_type;
        if !multipart::is_multipart(content_type) {
            body::check_media(content_type)?;
            let body = body::unpack(body, &self.content_encoding, limits.inflated_bytes)?;
            return Ok(Message { text: body::to_text(body, content_type)?, in_parts: false });
        }
        let body = body::unpack(body, &self.content_encoding, limits.inflated_bytes)?;
        let parts = multipart::take_apart(content_type, &body)?;
        body::check_media(&parts.root_type)?;
        let text = body::to_text(parts.root.into_owned(), &parts.root_type)?;
        let text = soap::resolve(text, &parts.attachments, &soap::limits(limits))?;
        Ok(Message { text, in_parts: multipart::is_xop(&parts.root_type) })
    }

    /// The message, and who it says it is from; or the fault.
    fn read_with_claim(&self, body: Vec<u8>) -> Result<(Message, Claim), Box<Reply>> {
        let refuse = |failure: Failure| Box::new(soap::refuse(&failure, self.meta.version, Language::default()));
        let message = self.read(body).map_err(refuse)?;
        let claim = soap::claim(&self.edge.settings, &message.text, &self.meta)?;
        Ok((message, claim))
    }

    /// What became of a message, and whether its answer goes back in parts.
    fn answer(&self, user: &User, message: Message) -> (Handled, bool) {
        ((self.edge.answer)(self.face, user, &message.text, &self.meta), message.in_parts)
    }

    fn wrap(&self, mut reply: Reply, in_parts: bool) -> Outcome {
        let content_type = in_parts.then(|| {
            let (content_type, body) = multipart::wrap(&reply.body, reply.content_type);
            reply.body = body;
            content_type
        });
        let zipped = if self.wants_gzip { body::compress(&reply.body) } else { None };
        Outcome { content_type, zipped, ..plain(reply) }
    }

    /// Refuses after the body was read off: a client that is still sending would miss the answer, and the connection
    /// can be kept for the next try.
    async fn refuse_unread(&self, failure: &Failure, payload: &mut Payload) -> Outcome {
        let whole = matches!(self.receive(payload, false).await, Received::Whole(_));
        self.refuse(failure, Language::default(), !whole)
    }

    fn refuse(&self, failure: &Failure, language: Language, close: bool) -> Outcome {
        Outcome { close, ..plain(soap::refuse(failure, self.meta.version, language)) }
    }

    async fn receive(&self, payload: &mut Payload, keep: bool) -> Received {
        let limits = &self.edge.settings.limits;
        let time = Duration::from_secs(limits.request_seconds);
        body::receive(payload, self.content_length, limits.body_bytes, time, keep).await
    }
}

pub(super) fn too_large(limits: &Limits) -> Failure {
    Failure::new(code::TOO_LARGE, [&limits.body_bytes.to_string(), "body_bytes"])
}

/// The reply of a call, once its channels have settled or its time to wait is over; `None` if it broke down.
async fn settled(handled: Handled) -> Option<Reply> {
    let mut waiting = match handled {
        Handled::Done(reply) => return Some(reply),
        Handled::Waiting(waiting) => waiting,
    };
    let mut in_time = true;
    loop {
        let settled;
        (waiting, settled) = web::block(move || {
            let settled = waiting.look();
            (waiting, settled)
        })
        .await
        .ok()?;
        if settled || !in_time {
            return web::block(move || waiting.finish()).await.ok();
        }
        in_time = waiting.pause().await;
    }
}

fn plain(reply: Reply) -> Outcome {
    Outcome { reply, content_type: None, zipped: None, close: false }
}

/// What the content type tells of the SOAP version; of a message in parts, what it tells of the envelope in it.
pub(super) fn version(content_type: &str) -> Version {
    let inner = multipart::parameter(content_type, "start-info").filter(|_| multipart::is_multipart(content_type));
    Version::of_content_type(inner.as_deref().unwrap_or(content_type))
}

/// Status and headers of an answer.
pub(super) fn start(reply: &Reply) -> actix_web::HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, reply.content_type));
    match status {
        StatusCode::UNAUTHORIZED => {
            response.insert_header(CHALLENGE);
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            response.insert_header((header::ALLOW, ALLOWED));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            response.insert_header((header::RETRY_AFTER, "5"));
        }
        _ => {}
    }
    if reply.replayed {
        response.insert_header(("X-Replayed", "1"));
    }
    if reply.pending > 0 {
        response.insert_header(("X-Kontor-Pending", reply.pending.to_string()));
    }
    response
}

impl Edge {
    /// Counts a call, and writes its line in the log; never what was sent, and no name that was not proven.
    pub(super) fn note(&self, face: Face, user: Option<&User>, reply: &Reply, took: Duration) {
        let outcome = match (reply.error_code, reply.failures) {
            (Some(_), _) => "fault",
            (None, 0) => "ok",
            (None, _) => "failures",
        };
        self.metrics.soap_call(face.word(), reply.operation, outcome, took);
        let operation = if reply.operation.is_empty() { "-" } else { reply.operation };
        let error = reply.error_code.map_or_else(|| String::from("-"), |number| format!("KONTOR-{number}"));
        log::info!(
            "operation={operation} face={} user={:?} records={} failures={} pending={} replayed={} status={} error={error} ms={}",
            face.word(),
            user.map_or("-", |user| user.name.as_str()),
            reply.records,
            reply.failures,
            reply.pending,
            reply.replayed,
            reply.status,
            took.as_millis(),
        );
    }
}

/// `GET` on an endpoint: its WSDL, or where to find it.
fn description(request: &HttpRequest, edge: &Edge, face: Face) -> HttpResponse {
    let plain = "text/plain; charset=utf-8";
    // What WCF's tools ask for: a description in one document, which each of ours is.
    let single = || parameters(request, "singleWsdl").pop().map(|_| String::new());
    let Some(word) = parameters(request, "wsdl").pop().or_else(single) else {
        let path = soap::path(face);
        return HttpResponse::MethodNotAllowed()
            .insert_header((header::ALLOW, ALLOWED))
            .content_type(plain)
            .body(format!("Calls are sent here by POST. GET {path}?wsdl gives the description.\n"));
    };
    let wsdl = match soap::wsdl(face, &word, &parameters(request, "ops"), &edge.settings.server.public_url) {
        Ok(wsdl) => wsdl,
        Err(why) => return HttpResponse::NotFound().content_type(plain).body(format!("{why}\n")),
    };
    let mut response = HttpResponse::Ok();
    response.content_type("text/xml; charset=utf-8").insert_header((header::VARY, "Accept-Encoding"));
    let zipped = body::accepts_gzip(&text_of(request, header::ACCEPT_ENCODING)).then(|| body::compress(&wsdl)).flatten();
    match zipped {
        Some(bytes) => response.insert_header((header::CONTENT_ENCODING, "gzip")).body(bytes),
        None => response.body(wsdl),
    }
}

/// The values of a parameter of the query, whatever the case of its name.
fn parameters(request: &HttpRequest, name: &str) -> Vec<String> {
    let all = url::form_urlencoded::parse(request.query_string().as_bytes());
    all.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned()).collect()
}

async fn refuse_method(request: &HttpRequest, payload: web::Payload, edge: &Edge, face: Face) -> HttpResponse {
    let started = Instant::now();
    let limits = &edge.settings.limits;
    let time = Duration::from_secs(limits.request_seconds);
    let mut payload = payload.into_inner();
    let received = body::receive(&mut payload, declared_length(request), limits.body_bytes, time, false).await;
    let failure = Failure::new(code::METHOD_NOT_ALLOWED, [request.method().as_str()]);
    let version = Version::of_content_type(&text_of(request, header::CONTENT_TYPE));
    let reply = soap::refuse(&failure, version, Language::default());
    edge.note(face, None, &reply, started.elapsed());
    let mut response = start(&reply);
    match received {
        Received::Whole(_) => response.body(reply.body),
        _ => response.force_close().body(Closing::new(reply.body, payload)),
    }
}

/// A header as text, several of the same name as a list; empty if it is missing.
pub(super) fn text_of(request: &HttpRequest, name: HeaderName) -> String {
    header_text(request.headers(), name)
}

pub(super) fn header_text(headers: &HeaderMap, name: HeaderName) -> String {
    let values = headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(", ")
}

fn declared_length(request: &HttpRequest) -> Option<u64> {
    text_of(request, header::CONTENT_LENGTH).parse().ok()
}
