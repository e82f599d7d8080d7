//! One request to an endpoint, from its credentials to its answer and its log line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};

use super::Edge;
use super::auth::{Counted, Credentials};
use super::body::{self, Closing, Received};
use crate::config::User;
use crate::domain::{Failure, Language, code};
use crate::operations::Face;
use crate::soap::{self, Meta, Reply, Version};

const ALLOWED: &str = "GET, HEAD, POST";

/// Everything that may come to `/ws/connect` and `/ws/v1`.
pub(super) async fn endpoint(request: HttpRequest, payload: web::Payload, edge: web::Data<Edge>, face: Face) -> HttpResponse {
    match *request.method() {
        Method::POST => {}
        Method::GET | Method::HEAD => return description(&request, &edge, face),
        _ => return refuse_method(&request, payload, &edge, face).await,
    }
    let started = Instant::now();
    let call = Caller::new(&request, edge.into_inner(), face);
    let mut payload = payload.into_inner();
    let (user, Outcome { reply, zipped, close }) = call.run(&mut payload).await;
    log_call(face, user.as_ref(), &reply, started.elapsed());
    let mut response = start(&reply);
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
    zipped: Option<Vec<u8>>,
    /// The body was not read to its end.
    close: bool,
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
                version: Version::of_content_type(&content_type),
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
        let user = match self.edge.gate.check(credentials).await {
            Ok(user) => user,
            Err(failure) => return (None, self.refuse_unread(&failure, payload).await),
        };
        let most = self.edge.settings.limits.waiting_calls;
        let Some(place) = Counted::take(&self.edge, |edge| &edge.waiting, most) else {
            let failure = Failure::new(code::OVERLOADED, []);
            return (Some(user), self.refuse_unread(&failure, payload).await);
        };
        let language = soap::language(&self.edge.settings, &user);
        let body = match self.receive(payload, true).await {
            Received::Whole(body) => body,
            Received::TooLarge => {
                return (Some(user), self.refuse(&self.too_large(), language, true));
            }
            Received::Broken(why) => {
                let failure = Failure::new(code::INCOMPLETE_BODY, [why]);
                return (Some(user), self.refuse(&failure, language, true));
            }
        };
        let version = self.meta.version;
        let caller = user.clone();
        let working = web::block(move || {
            // Held to the end of the work, even if the client has gone by then.
            let _place = place;
            self.work(&caller, body, language)
        });
        let outcome = working.await.unwrap_or_else(|_| {
            let failure = Failure::new(code::INTERNAL, ["the call broke down"]);
            plain(soap::refuse(&failure, version, language))
        });
        (Some(user), outcome)
    }

    /// Runs on a thread that may block.
    fn work(&self, user: &User, body: Vec<u8>, language: Language) -> Outcome {
        let limits = &self.edge.settings.limits;
        let text =
            body::check_media(&self.content_type).and_then(|()| body::decode(body, &self.content_type, &self.content_encoding, limits));
        let reply = match text {
            Ok(text) => (self.edge.answer)(self.face, user, &text, &self.meta),
            Err(failure) => soap::refuse(&failure, self.meta.version, language),
        };
        let zipped = if self.wants_gzip { body::compress(&reply.body) } else { None };
        Outcome { zipped, ..plain(reply) }
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

    fn too_large(&self) -> Failure {
        let most = self.edge.settings.limits.body_bytes.to_string();
        Failure::new(code::TOO_LARGE, [&most, "body_bytes"])
    }
}

fn plain(reply: Reply) -> Outcome {
    Outcome { reply, zipped: None, close: false }
}

/// Status and headers of an answer.
fn start(reply: &Reply) -> actix_web::HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, reply.content_type));
    match status {
        StatusCode::UNAUTHORIZED => {
            response.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"Kontor\", charset=\"UTF-8\""));
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

/// One line per call; never what was sent, and no name that was not proven.
fn log_call(face: Face, user: Option<&User>, reply: &Reply, took: Duration) {
    let face = match face {
        Face::Compat => "compat",
        Face::Typed => "typed",
    };
    let operation = if reply.operation.is_empty() { "-" } else { reply.operation };
    let error = reply.error_code.map_or_else(|| String::from("-"), |number| format!("KONTOR-{number}"));
    log::info!(
        "operation={operation} face={face} user={:?} records={} failures={} pending={} replayed={} status={} error={error} ms={}",
        user.map_or("-", |user| user.name.as_str()),
        reply.records,
        reply.failures,
        reply.pending,
        reply.replayed,
        reply.status,
        took.as_millis(),
    );
}

/// `GET` on an endpoint: its WSDL, or where to find it.
fn description(request: &HttpRequest, edge: &Edge, face: Face) -> HttpResponse {
    let plain = "text/plain; charset=utf-8";
    let Some(word) = parameters(request, "wsdl").pop() else {
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
    log_call(face, None, &reply, started.elapsed());
    let mut response = start(&reply);
    match received {
        Received::Whole(_) => response.body(reply.body),
        _ => response.force_close().body(Closing::new(reply.body, payload)),
    }
}

/// A header as text, several of the same name as a list; empty if it is missing.
fn text_of(request: &HttpRequest, name: HeaderName) -> String {
    let values = request.headers().get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(", ")
}

fn declared_length(request: &HttpRequest) -> Option<u64> {
    text_of(request, header::CONTENT_LENGTH).parse().ok()
}
