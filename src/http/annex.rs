//! Small faces below a path of their own, such as that of the sandbox: for administrators, unless they are open to all.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::answer::{Held, Sending, connection};
use super::auth::Credentials;
use super::body::{self, Received};
use super::pages::fail;
use super::places::{Party, Place, Whose};
use super::reply::{busy, text_of};
use super::sender::{Sender, refuse};
use super::{Edge, Now, client};
use crate::config::{Limits, Role, User};

/// How long an answer may take, the wait for a thread included.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a request's body.
const MOST_BODY: usize = 1 << 20;

/// What was asked. Path and query as they came, still percent-encoded.
pub(crate) struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Vec<u8>,
    /// For the forms of a page, in [`super::TOKEN_FIELD`].
    pub token: String,
}

/// What is answered.
pub(crate) struct Answered {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    /// A path to look at instead.
    pub see: Option<String>,
}

/// What answers; may block.
pub(crate) type Answering = Box<dyn Fn(&Asked) -> Answered + Send + Sync>;

/// A face below a path.
pub(crate) struct Annex {
    /// Such as `/sandbox`.
    pub path: String,
    /// Needs no login.
    pub open: bool,
    /// The one style sheet of its pages, which stands in them.
    pub style: &'static str,
    pub answer: Answering,
}

/// Answers at the annex with this index.
pub(super) async fn visit(request: HttpRequest, payload: web::Payload, edge: Now, index: usize) -> HttpResponse {
    let edge = edge.into_inner();
    let Some(annex) = edge.annexes.get(index) else { return HttpResponse::NotFound().finish() };
    let address = client::address(request.peer_addr(), request.headers(), &edge.settings.server);
    let mut user = None;
    if !annex.open {
        let credentials = Credentials::from_header(&text_of(&request, header::AUTHORIZATION));
        match edge.gate.check(credentials, address).await {
            Ok(known) => user = Some(known),
            Err(failure) => return fail(&request, &failure),
        }
    }
    if let Some(user) = user.as_ref().filter(|user| user.role != Role::Admin) {
        let text = format!("{} is for users with the role admin, which \"{}\" has not", annex.path, user.name);
        return refuse(StatusCode::FORBIDDEN, &text);
    }
    let party = user.as_ref().map_or(Party::Address(address), |user: &User| Party::User(user.name.clone()));
    let Some(place) = edge.strangers.take(&party) else { return busy() };
    let limits = Limits { body_bytes: MOST_BODY, ..edge.settings.limits.clone() };
    let declared = text_of(&request, header::CONTENT_LENGTH).parse().ok();
    let body = match body::receive(&mut payload.into_inner(), Vec::new(), declared, &limits, body::Keep::Uncharged).await {
        Received::Whole(body) => body,
        Received::TooLarge => return refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("at most {MOST_BODY} bytes are taken; send less")),
        Received::Broken(why) => return refuse(StatusCode::BAD_REQUEST, why),
        Received::NoRoom(failure) => return fail(&request, &failure),
    };
    let token = edge.gate.page_token(user.as_ref().map_or("", |user| user.name.as_str()));
    if let Err(why) = Sender::of(&request).meant(&edge.settings.server, &body, &token) {
        return refuse(StatusCode::FORBIDDEN, why);
    }
    let asked = Asked {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.query_string().to_owned(),
        body,
        token,
    };
    answer(&request, &edge, index, asked, place).await
}

async fn answer(request: &HttpRequest, edge: &Arc<Edge>, index: usize, asked: Asked, place: Place) -> HttpResponse {
    let lane = &edge.lanes.pages;
    let turn = match lane.turn_within(Whose::default(), PATIENCE).await {
        Ok(turn) => turn,
        Err(failure) => return fail(request, &failure),
    };
    let working = Arc::clone(edge);
    let answered = lane.work(turn, move || working.annexes.get(index).map(|annex| (annex.style, (annex.answer)(&asked))));
    let (style, Answered { status, content_type, body, see }) = match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Some(Some(answered))) => answered,
        Ok(_) => return refuse(StatusCode::INTERNAL_SERVER_ERROR, "the answer broke down"),
        Err(_) => return busy(),
    };
    if let Some(path) = see {
        return super::console::see(&path);
    }
    let style = BASE64_STANDARD.encode(Sha256::digest(style));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let held = Held { place: Some(place), ..Held::default() };
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .body(Sending::new(body, held, connection(request), &edge.settings.limits))
}
