//! One request to an endpoint, from its credentials to its answer and its log line.

mod unpack;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;

use super::answer::{Held, Sending, connection};
use super::auth::Credentials;
use super::body::{self, Keep, Received};
use super::budget::Charge;
use super::head::Head;
use super::places::{Party, Place, Whose};
use super::reply::{start, text_of};
use super::{Edge, Now, client, describe, gzip, multipart, request_id};
use crate::config::User;
use crate::domain::called::Said;
use crate::domain::{Failure, Reader, code};
use crate::operations::{Access, Face};
use crate::soap::{self, Handled, Meta, Reply, Version};
use unpack::{Body, Message, sized};

/// Memory for a byte of a message: it becomes a text, a tree and rows. Corrected once the text is there.
const EXPECTED: usize = 4;
/// Charged for a body that does not say how long it is; the charge grows with it.
const FIRST: usize = 64 << 10;
/// Inflated at first, in bytes per byte; then four times as much each time.
const INFLATED: usize = 16;

/// Everything that may come to `/ws/connect` and `/ws/v1`.
pub(super) async fn endpoint(request: HttpRequest, payload: web::Payload, edge: Now, face: Face) -> HttpResponse {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return describe::description(&request, &edge, face).await;
    }
    let started = Instant::now();
    let edge = edge.into_inner();
    let call = Caller::new(&request, Arc::clone(&edge), face);
    let (address, id) = (call.address, call.id.clone());
    let mut payload = payload.into_inner();
    let (user, outcome) = match *request.method() {
        Method::POST => call.run(&mut payload).await,
        _ => {
            let failure = Failure::new(code::METHOD_NOT_ALLOWED, [request.method().as_str()]);
            (None, call.refuse_unread(&failure, &mut payload).await)
        }
    };
    let Outcome { mut reply, content_type, zipped, close, place, charge, said } = outcome;
    let took = started.elapsed();
    edge.note(face, user.as_ref(), (address, &id), &reply, took);
    edge.keep(face, user.as_ref(), (address, &id), (&reply, said), took);
    let mut response = start(&reply, &id);
    if let Some(content_type) = content_type {
        response.insert_header((header::CONTENT_TYPE, content_type));
    }
    if close {
        response.force_close();
    }
    if zipped.is_some() {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    let held = Held { place, charge, unread: close.then_some(payload) };
    let connection = connection(&request);
    soap::name_request(&mut reply, &id);
    let body = zipped.unwrap_or_else(|| reply.body.into_bytes());
    let sending = Sending::new(body, held, connection.clone(), &edge.settings.limits);
    response.body(sending.with_receipt(reply.receipt, connection.as_ref()))
}

/// What comes out of a call.
struct Outcome {
    reply: Reply,
    /// Where it is not that of the reply.
    content_type: Option<String>,
    zipped: Option<Vec<u8>>,
    /// The body was not read to its end.
    close: bool,
    /// Held until the answer is sent.
    place: Option<Place>,
    charge: Option<Charge>,
    /// For the journal.
    said: Option<Said>,
}

struct Caller {
    edge: Arc<Edge>,
    face: Face,
    /// What the log calls the request.
    id: String,
    meta: Meta,
    address: IpAddr,
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
            face,
            id: request_id::of(request.headers()),
            meta: Meta {
                soap_action: Some(soap_action).filter(|text| !text.is_empty()),
                idempotency_key: Some(idempotency_key).filter(|text| !text.is_empty()),
                version: version(&content_type),
            },
            address: client::address(request.peer_addr(), request.headers(), &edge.settings.server),
            credentials: Credentials::from_header(&text_of(request, header::AUTHORIZATION)),
            content_type,
            content_encoding: text_of(request, header::CONTENT_ENCODING),
            content_length: text_of(request, header::CONTENT_LENGTH).parse().ok(),
            wants_gzip: gzip::accepts_gzip(&text_of(request, header::ACCEPT_ENCODING)),
            edge,
        }
    }

    async fn run(mut self, payload: &mut Payload) -> (Option<User>, Outcome) {
        let credentials = self.credentials.take();
        if credentials.is_none() && self.edge.gate.reads_tokens(self.face) {
            return self.run_with_token(payload).await;
        }
        let user = match self.edge.gate.check(credentials, self.address).await {
            Ok(user) => user,
            Err(failure) => return (None, self.refuse_unread(&failure, payload).await),
        };
        let Some(place) = self.place(&user) else {
            let failure = Failure::new(code::OVERLOADED, []);
            return (Some(user), self.refuse_unread(&failure, payload).await);
        };
        let reader = self.reader(&user);
        let body = match self.whole_body(payload, Vec::new(), &Party::User(user.name.clone()), reader).await {
            Ok(body) => body,
            Err(outcome) => return (Some(user), *outcome),
        };
        let caller = user.clone();
        let outcome = Caller::to_the_end(Arc::new(self), place, async move |call| call.carry_out(&caller, body, reader).await);
        (Some(user), outcome.await)
    }

    /// Who sends a UsernameToken is known when the Header has been read; the rest is received after the verdict.
    async fn run_with_token(self, payload: &mut Payload) -> (Option<User>, Outcome) {
        let unproven = match self.edge.gate.place_for_unproven(self.address).await {
            Ok(place) => place,
            Err(failure) => return (None, self.refuse_unread(&failure, payload).await),
        };
        let head = Head {
            settings: &self.edge.settings,
            meta: &self.meta,
            content_type: &self.content_type,
            content_encoding: &self.content_encoding,
        };
        let (claim, start) = match head.receive(payload).await {
            Ok(found) => found,
            Err((reply, false)) => return (None, Outcome { close: true, ..plain(*reply) }),
            Err((reply, true)) => {
                drop(unproven);
                return (None, self.refuse_rest(*reply, payload).await);
            }
        };
        let reader = Reader::on(self.face);
        let refuse = |failure| soap::refuse(&failure, claim.version, reader);
        let checked = self.edge.gate.check_claim(&claim, self.address, Utc::now()).await;
        drop(unproven);
        let user = match checked {
            Ok(user) => user,
            Err(failure) => return (None, self.refuse_rest(refuse(failure), payload).await),
        };
        let Some(place) = self.place(&user) else {
            return (Some(user), self.refuse_rest(refuse(Failure::new(code::OVERLOADED, [])), payload).await);
        };
        let reader = self.reader(&user);
        let body = match self.whole_body(payload, start, &Party::User(user.name.clone()), reader).await {
            Ok(body) => body,
            Err(outcome) => return (Some(user), *outcome),
        };
        let caller = user.clone();
        let outcome = Caller::to_the_end(Arc::new(self), place, async move |call| call.carry_out(&caller, body, reader).await);
        (Some(user), outcome.await)
    }

    /// Who reads a refusal of the call.
    fn reader(&self, user: &User) -> Reader {
        Reader { language: self.edge.settings.language_for(user, None), face: self.face }
    }

    async fn carry_out(self: Arc<Self>, user: &User, body: Body, reader: Reader) -> Outcome {
        match self.read(body, &user.name).await {
            Ok((message, charge)) => self.answer(user, message, charge).await,
            Err(failure) => self.refuse(&failure, reader, false),
        }
    }

    /// A place among the calls that are being received, carried out and answered.
    fn place(&self, user: &User) -> Option<Place> {
        self.edge.calls.take(&Party::User(user.name.clone()))
    }

    /// Goes on to its end even if the client has gone by then; so long the place is held.
    async fn to_the_end<W>(call: Arc<Caller>, place: Place, work: W) -> Outcome
    where
        W: AsyncFnOnce(Arc<Caller>) -> Outcome + 'static,
    {
        let working = Arc::clone(&call);
        let worked = actix_web::rt::spawn(async move { Outcome { place: Some(place), ..work(working).await } });
        worked.await.unwrap_or_else(|_| call.broke_down())
    }

    /// The body; `start` was received already.
    async fn whole_body(&self, payload: &mut Payload, start: Vec<u8>, party: &Party, reader: Reader) -> Result<Body, Box<Outcome>> {
        let limits = &self.edge.settings.limits;
        let declared = self.content_length.map_or(FIRST, |length| usize::try_from(length).unwrap_or(usize::MAX));
        let inflated = if gzip::is_gzip(&self.content_encoding).unwrap_or_default() { INFLATED } else { 1 };
        let expected = declared.min(limits.body_bytes).saturating_mul(EXPECTED).saturating_mul(inflated);
        let charge = self.edge.budget.charge(party, expected.min(self.edge.budget.most())).await;
        let mut charge = match charge {
            Ok(charge) => charge,
            Err(failure) => return Err(Box::new(self.refuse_unread(&failure, payload).await)),
        };
        let failure = match body::receive(payload, start, self.content_length, limits, Keep::Charged(&mut charge)).await {
            Received::Whole(bytes) => return Ok(Body { bytes, charge }),
            Received::TooLarge => body::too_large(limits),
            Received::Broken(why) => Failure::new(code::INCOMPLETE_BODY, [why]),
            Received::NoRoom(failure) => failure,
        };
        Err(Box::new(self.refuse(&failure, reader, true)))
    }

    /// Carries a message out, and waits for the channels without a thread. The charge is that of the answer then.
    async fn answer(self: Arc<Self>, user: &User, message: Message, mut charge: Charge) -> Outcome {
        let Message { text, in_parts } = message;
        let lanes = &self.edge.lanes;
        let (access, operation) = soap::expected(&text);
        let lane = match access {
            Access::Read => &lanes.reads,
            Access::Write => &lanes.writes,
        };
        let turn = match lane.turn(Whose { user: Some(&user.name), sort: operation }).await {
            Ok(turn) => turn,
            Err(failure) => return self.refuse(&failure, self.reader(user), false),
        };
        let (call, caller) = (Arc::clone(&self), user.clone());
        let handled = lane.work(turn, move || {
            let handled = (call.edge.answer)(call.face, &caller, &text, &call.meta);
            (handled, call.edge.said(text))
        });
        let (handled, said) = handled.await.map_or((None, None), |(handled, said)| (Some(handled), said));
        let reply = match handled {
            Some(Handled::Done(reply)) => Some(reply),
            Some(Handled::Waiting(waiting)) => {
                charge.set(0);
                self.settle(waiting, &user.name).await
            }
            None => None,
        };
        let Some(reply) = reply else { return self.broke_down() };
        charge.set(reply.body.len());
        if !in_parts && !self.wants_gzip {
            return Outcome { charge: Some(charge), said, ..plain(reply) };
        }
        let Some(turn) = lanes.reading.turn_at_last(sized(&user.name, reply.body.len())).await else { return self.broke_down() };
        let call = Arc::clone(&self);
        let Some(outcome) = lanes.reading.work(turn, move || call.wrap(reply, in_parts)).await else { return self.broke_down() };
        charge.set(outcome.zipped.as_ref().map_or(outcome.reply.body.len(), Vec::len));
        Outcome { charge: Some(charge), said, ..outcome }
    }

    /// The reply of a committed call, once its channels have settled or its time to wait is over.
    async fn settle(&self, mut waiting: Box<soap::Waiting>, user: &str) -> Option<Reply> {
        let lane = &self.edge.lanes.waits;
        let mut in_time = true;
        loop {
            let turn = lane.turn_at_last(Whose::of(user)).await?;
            let settled;
            (waiting, settled) = lane
                .work(turn, move || {
                    let settled = waiting.look();
                    (waiting, settled)
                })
                .await?;
            if settled || !in_time {
                return lane.work(lane.turn_at_last(Whose::of(user)).await?, move || waiting.finish()).await;
            }
            in_time = waiting.pause().await;
        }
    }

    fn wrap(&self, mut reply: Reply, in_parts: bool) -> Outcome {
        soap::name_request(&mut reply, &self.id);
        let content_type = in_parts.then(|| {
            let (content_type, body) = multipart::wrap(&reply.body, reply.content_type);
            reply.body = body;
            content_type
        });
        let zipped = if self.wants_gzip { gzip::compress(&reply.body) } else { None };
        Outcome { content_type, zipped, ..plain(reply) }
    }

    fn broke_down(&self) -> Outcome {
        self.refuse(&broken_down(), Reader::on(self.face), false)
    }

    /// Refuses after the body was read off: a client that is still sending would miss the answer, and the connection
    /// can be kept for the next try. Where many do so already, it is closed.
    async fn refuse_unread(&self, failure: &Failure, payload: &mut Payload) -> Outcome {
        self.refuse_rest(soap::refuse(failure, self.meta.version, Reader::on(self.face)), payload).await
    }

    async fn refuse_rest(&self, reply: Reply, payload: &mut Payload) -> Outcome {
        let Some(_place) = self.edge.strangers.take(&Party::Address(self.address)) else {
            return Outcome { close: true, ..plain(reply) };
        };
        let received = body::receive(payload, Vec::new(), self.content_length, &self.edge.settings.limits, Keep::Nothing).await;
        Outcome { close: !matches!(received, Received::Whole(_)), ..plain(reply) }
    }

    fn refuse(&self, failure: &Failure, reader: Reader, close: bool) -> Outcome {
        Outcome { close, ..plain(soap::refuse(failure, self.meta.version, reader)) }
    }
}

fn broken_down() -> Failure {
    Failure::new(code::INTERNAL, ["the call broke down"])
}

fn plain(reply: Reply) -> Outcome {
    Outcome { reply, content_type: None, zipped: None, close: false, place: None, charge: None, said: None }
}

/// What the content type tells of the SOAP version; of a message in parts, what it tells of the envelope in it.
pub(super) fn version(content_type: &str) -> Version {
    let inner = multipart::parameter(content_type, "start-info").filter(|_| multipart::is_multipart(content_type));
    Version::of_content_type(inner.as_deref().unwrap_or(content_type))
}
