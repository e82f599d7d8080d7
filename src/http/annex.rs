//! Small faces below a path of their own, such as that of the sandbox: for administrators, unless they are open to all.
//!
//! A browser sends the password it remembers with whatever another site makes it send. So what changes something has to
//! come from a page of the same origin, and show the page's token, or a header that another site cannot send; a program
//! that is no browser sends neither `Origin` nor `Sec-Fetch-Site`, and is asked for nothing more than its login.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::answer::{Held, Sending, connection};
use super::auth::Credentials;
use super::body::{self, Received};
use super::pages::fail;
use super::places::{Party, Place, Whose};
use super::reply::{busy, text_of};
use super::{Edge, client};
use crate::config::{Limits, Role, Server, User};

/// How long an answer may take, the wait for a thread included.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a request's body.
const MOST_BODY: usize = 1 << 20;
/// Field of a form, with the token of the page.
pub(crate) const TOKEN_FIELD: &str = "token";
/// A header that a page of another site cannot send without asking; any value.
const OWN_HEADER: &str = "x-kontor-request";

/// What was asked. Path and query as they came, still percent-encoded.
pub(crate) struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Vec<u8>,
    /// For the forms of a page, in [`TOKEN_FIELD`].
    pub token: String,
}

/// What is answered.
pub(crate) struct Answered {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
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
pub(super) async fn visit(request: HttpRequest, payload: web::Payload, edge: web::Data<Edge>, index: usize) -> HttpResponse {
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
    if let Err(why) = is_meant(&Sender::of(&request), &edge.settings.server, &body, &token) {
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
    let (style, Answered { status, content_type, body }) = match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Some(Some(answered))) => answered,
        Ok(_) => return refuse(StatusCode::INTERNAL_SERVER_ERROR, "the answer broke down"),
        Err(_) => return busy(),
    };
    let style = BASE64_STANDARD.encode(Sha256::digest(style));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    let held = Held { place: Some(place), ..Held::default() };
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .body(Sending::new(body, held, connection(request), &edge.settings.limits))
}

fn refuse(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(format!("{text}\n"))
}

/// What a request says of where it comes from.
struct Sender {
    /// It asks for nothing but to look.
    looks: bool,
    origin: String,
    fetch_site: String,
    host: String,
    has_own_header: bool,
}

impl Sender {
    fn of(request: &HttpRequest) -> Sender {
        let text = |name: &'static str| text_of(request, header::HeaderName::from_static(name));
        Sender {
            looks: request.method().is_safe(),
            origin: text("origin"),
            fetch_site: text("sec-fetch-site"),
            host: text("host"),
            has_own_header: !text(OWN_HEADER).is_empty(),
        }
    }
}

/// Whether a request that changes something was meant by whoever is logged in.
fn is_meant(sender: &Sender, server: &Server, body: &[u8], token: &str) -> Result<(), &'static str> {
    if sender.looks || (sender.origin.is_empty() && sender.fetch_site.is_empty()) {
        return Ok(());
    }
    if !matches!(sender.fetch_site.as_str(), "" | "same-origin") {
        return Err("the request comes from another site; use the page here");
    }
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, host)| host.eq_ignore_ascii_case(&sender.host));
    let public = url::Url::parse(&server.public_url).map(|url| url.origin().ascii_serialization());
    if !sender.origin.is_empty() && !own(&sender.origin) && public.map_or(true, |public| public != sender.origin) {
        return Err("the request comes from a page of another origin; use the page here, and set server.public_url to the address it has");
    }
    let given = url::form_urlencoded::parse(body).find(|(name, _)| name == TOKEN_FIELD).map(|(_, value)| value);
    if sender.has_own_header || given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(token.as_bytes()))) {
        return Ok(());
    }
    Err("the token of the page is missing or old; load the page again, or send the header X-Kontor-Request with any value")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::fixture;

    #[test]
    fn what_changes_something_has_to_come_from_the_page_itself() {
        let server = fixture::settings().server;
        let ask = |origin: &str, fetch_site: &str, body: &str, has_own_header| {
            let (origin, fetch_site) = (origin.to_owned(), fetch_site.to_owned());
            let sender = Sender { looks: false, origin, fetch_site, host: "127.0.0.1:8080".to_owned(), has_own_header };
            is_meant(&sender, &server, body.as_bytes(), "t0k").is_ok()
        };
        for (origin, fetch_site, body, own_header, meant) in [
            ("", "", "{}", false, true),
            ("http://127.0.0.1:8080", "same-origin", "token=t0k", false, true),
            ("https://gate.example", "same-origin", "x=1&token=t0k", false, true),
            ("http://127.0.0.1:8080", "", "{}", true, true),
            ("http://127.0.0.1:8080", "same-origin", "", false, false),
            ("http://127.0.0.1:8080", "same-origin", "token=other", false, false),
            ("http://evil.example", "", "token=t0k", false, false),
            ("http://evil.example", "", "token=t0k", true, false),
            ("null", "", "token=t0k", false, false),
            ("", "cross-site", "token=t0k", false, false),
            ("", "same-site", "token=t0k", false, false),
            ("", "none", "token=t0k", false, false),
        ] {
            assert_eq!(ask(origin, fetch_site, body, own_header), meant, "{origin:?} {fetch_site:?} {body:?}");
        }
    }
}
