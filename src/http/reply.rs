//! Status, headers and log line of an answer.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::Edge;
use crate::config::User;
use crate::operations::Face;
use crate::soap::Reply;

/// Asks for HTTP Basic.
pub(super) const CHALLENGE: (HeaderName, &str) = (header::WWW_AUTHENTICATE, "Basic realm=\"Kontor\", charset=\"UTF-8\"");
pub(super) const ALLOWED: &str = "GET, HEAD, POST";
/// After so many seconds whoever found no place or no room may come again.
pub(super) const RETRY_AFTER: u64 = 5;

/// The header that names a request.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// Status and headers of an answer to the request with this name.
pub(super) fn start(reply: &Reply, id: &str) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, reply.content_type)).insert_header((REQUEST_ID, id));
    match status {
        StatusCode::UNAUTHORIZED => {
            response.insert_header(CHALLENGE);
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            response.insert_header((header::ALLOW, ALLOWED));
        }
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            response.insert_header((header::RETRY_AFTER, reply.retry_after.unwrap_or(RETRY_AFTER).to_string()));
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

/// For those who find no place and are no SOAP clients.
pub(super) fn busy() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((header::RETRY_AFTER, RETRY_AFTER.to_string()))
        .content_type("text/plain; charset=utf-8")
        .body("Too many requests are waiting. Come again in some seconds.\n")
}

impl Edge {
    /// Counts a call, and writes its line in the log; never what was sent, and no name that was not proven.
    pub(super) fn note(&self, face: Face, user: Option<&User>, (address, id): (IpAddr, &str), reply: &Reply, took: Duration) {
        let outcome = match (reply.error_code, reply.failures) {
            (Some(_), _) => "fault",
            (None, 0) => "ok",
            (None, _) => "failures",
        };
        self.metrics.soap_call(face.word(), reply.operation, outcome, took);
        let operation = if reply.operation.is_empty() { "-" } else { reply.operation };
        let error = reply.error_code.map_or_else(|| String::from("-"), |number| format!("KONTOR-{number}"));
        log::info!(
            "operation={operation} face={} request={id} client={address} user={:?} records={} failures={} pending={} replayed={} status={} error={error} ms={}",
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

/// A header as text, several of the same name as a list; empty if it is missing.
pub(super) fn text_of(request: &HttpRequest, name: HeaderName) -> String {
    header_text(request.headers(), name)
}

pub(super) fn header_text(headers: &HeaderMap, name: HeaderName) -> String {
    let values = headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(", ")
}
