//! `POST /hooks/{account_id}`: a channel says that something has happened. Anybody can call here, so strangers learn nothing, get little
//! memory, and share one thread.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{self, Keep, Received};
use super::places::{Party, Whose};
use super::reply::{busy, text_of};
use super::{Now, client};
use crate::config::Limits;

/// How long a call waits for the thread, and may take there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a call: an order of several hundred lines.
const MOST_BODY: usize = 1 << 20;

/// A call as it came.
pub(crate) struct Hooked {
    /// What the address names.
    pub account: String,
    /// Names in lower case; values that are no texts are left out.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Takes a call; may block. `false`: it does not prove who sends it.
pub(crate) type Taking = Box<dyn Fn(&Hooked) -> bool + Send + Sync>;

pub(super) async fn take(request: HttpRequest, payload: web::Payload, edge: Now, account: web::Path<String>) -> HttpResponse {
    let edge = edge.into_inner();
    let party = Party::Address(client::address(request.peer_addr(), request.headers(), &edge.settings.server));
    let Some(_place) = edge.strangers.take(&party) else { return busy() };
    let limits = Limits { body_bytes: MOST_BODY.min(edge.settings.limits.body_bytes), ..edge.settings.limits.clone() };
    let declared = text_of(&request, header::CONTENT_LENGTH).parse().ok();
    let Ok(mut charge) = edge.budget.charge(&party, 0).await else { return busy() };
    let body = match body::receive(&mut payload.into_inner(), Vec::new(), declared, &limits, Keep::Charged(&mut charge)).await {
        Received::Whole(body) => body,
        Received::TooLarge => return say(StatusCode::PAYLOAD_TOO_LARGE, "The call is too large.\n"),
        Received::Broken(_) => return say(StatusCode::BAD_REQUEST, "The call broke off.\n"),
        Received::NoRoom(_) => return busy(),
    };
    let texts = request.headers().iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    let hooked = Hooked { account: account.into_inner(), headers: texts.collect(), body };
    let lane = &edge.lanes.hooks;
    let Ok(turn) = lane.turn_within(Whose::default(), PATIENCE).await else { return busy() };
    let working = Arc::clone(&edge);
    match tokio::time::timeout(PATIENCE, lane.work(turn, move || (working.hook)(&hooked))).await {
        Ok(Some(true)) => HttpResponse::Ok().finish(),
        Ok(Some(false)) => say(StatusCode::UNAUTHORIZED, "The call does not prove who sends it.\n"),
        _ => busy(),
    }
}

fn say(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text)
}
