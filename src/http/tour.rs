//! `/`: the tour of the demo; elsewhere the way to the console.

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{self, Received};
use super::console::{fields, in_lane, language_of, lost, see, shown};
use super::places::Party;
use super::reply::{busy, text_of};
use super::sender::{Sender, refuse};

use super::{Now, client, nowhere};
use crate::config::Limits;
use crate::console::{PATH, Reply, Step};
use crate::domain::Language;

/// Bytes of a form.
const MOST_BODY: usize = 4 << 10;

pub(super) async fn visit(request: HttpRequest, payload: web::Payload, edge: Now) -> HttpResponse {
    let posted = *request.method() == Method::POST;
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if edge.console.is_none() || (request.path() == "/") != looks || (!looks && !posted) {
        return nowhere(request, payload, edge).await;
    }
    if !edge.settings.demo {
        return if looks { see(PATH) } else { nowhere(request, payload, edge).await };
    }
    let edge = edge.into_inner();
    let origin = client::address(request.peer_addr(), request.headers(), &edge.settings.server);
    let Some(place) = edge.strangers.take(&Party::Address(origin)) else { return busy() };
    let token = edge.gate.page_token("");
    let mut form = None;
    if posted {
        let limits = Limits { body_bytes: MOST_BODY, ..edge.settings.limits.clone() };
        let declared = text_of(&request, header::CONTENT_LENGTH).parse().ok();
        let body = match body::receive(&mut payload.into_inner(), Vec::new(), declared, &limits, body::Keep::Uncharged).await {
            Received::Whole(body) => body,
            Received::TooLarge => return refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("at most {MOST_BODY} bytes are taken; send less")),
            Received::Broken(why) => return refuse(StatusCode::BAD_REQUEST, why),
            Received::NoRoom(failure) => return super::pages::fail(&request, &failure),
        };
        if let Err(why) = Sender::of(&request).meant(&edge.settings.server, &body, &token) {
            return refuse(StatusCode::FORBIDDEN, why);
        }
        form = Some(fields(&body));
    }
    let query = fields(request.query_string().as_bytes());
    let language = chosen(&query).or_else(|| chosen(form.as_deref().unwrap_or_default()));
    let language = language.unwrap_or_else(|| preferred(&text_of(&request, header::ACCEPT_LANGUAGE)));
    let (path, origin) = (request.path().to_owned(), origin.to_string());
    let toured = in_lane(&edge, move |console| {
        let act = form.map(|form| (path.as_str(), form));
        Ok(console.tour(Step { language, token: &token, origin: &origin, query, act }))
    });
    match toured.await {
        Ok(reply) => shown(&request, &edge, reply.unwrap_or_else(|| Reply::See(PATH.to_owned())), place),
        Err(why) => lost(&request, &edge, (language, why), place),
    }
}

fn chosen(fields: &[(String, String)]) -> Option<Language> {
    fields.iter().find(|(name, _)| name == "language").and_then(|(_, word)| language_of(word))
}

/// The first language of a browser's list that there are texts for.
fn preferred(accepted: &str) -> Language {
    let words = accepted.split(',').map(|word| word.trim().split(['-', ';']).next().unwrap_or_default());
    words.filter_map(language_of).next().unwrap_or_default()
}
