//! `GET` on an endpoint: its WSDL, or where to find it. Needs no credentials.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;

use super::Edge;
use super::answer::{Held, Sending, connection};
use super::client;
use super::gzip;
use super::places::{Party, Whose};
use super::reply::{ALLOWED, busy, text_of};
use crate::operations::Face;
use crate::soap::{self, NoWsdl};

/// Memory for making one.
const DESCRIPTION: usize = 1 << 20;
/// How long one waits while others are made.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn description(request: &HttpRequest, edge: &Edge, face: Face) -> HttpResponse {
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
    let party = Party::Address(client::address(request.peer_addr(), request.headers(), &edge.settings.server));
    let Some(place) = edge.strangers.take(&party) else {
        return busy();
    };
    let Ok(mut charge) = edge.budget.charge(&party, DESCRIPTION.min(edge.budget.most())).await else {
        return busy();
    };
    let lane = &edge.lanes.descriptions;
    let Ok(turn) = lane.turn_within(Whose::default(), PATIENCE).await else { return busy() };
    let (ops, settings) = (parameters(request, "ops"), Arc::clone(&edge.settings));
    let gzip = gzip::accepts_gzip(&text_of(request, header::ACCEPT_ENCODING));
    let made = lane.work(turn, move || {
        let wsdl = soap::wsdl(face, &word, &ops, &settings.server.public_url)?;
        let zipped = if gzip { gzip::compress(&wsdl) } else { None };
        Ok((wsdl, zipped))
    });
    let (wsdl, zipped): (String, Option<Vec<u8>>) = match made.await {
        Some(Ok(made)) => made,
        Some(Err::<_, NoWsdl>(why)) => return HttpResponse::NotFound().content_type(plain).body(format!("{why}\n")),
        None => return busy(),
    };
    let mut response = HttpResponse::Ok();
    response.content_type("text/xml; charset=utf-8").insert_header((header::VARY, "Accept-Encoding"));
    if zipped.is_some() {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    let body = zipped.unwrap_or_else(|| wsdl.into_bytes());
    charge.set(body.len());
    let held = Held { place: Some(place), charge: Some(charge), ..Held::default() };
    response.body(Sending::new(body, held, connection(request), &edge.settings.limits))
}

/// The values of a parameter of the query, whatever the case of its name.
fn parameters(request: &HttpRequest, name: &str) -> Vec<String> {
    let all = url::form_urlencoded::parse(request.query_string().as_bytes());
    all.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned()).collect()
}
