//! `Expect: 100-continue`: the client shows its header and waits with the body. What would be refused anyway is refused
//! now, so that nobody sends 30 MB to hear that the password is wrong (rule M9).

use std::time::Instant;

use actix_http::{HttpMessage as _, Request};
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::Edge;
use super::auth::Credentials;
use super::body::Closing;
use super::call::{header_text, start, too_large, version};
use crate::domain::{Failure, Language};
use crate::operations::Face;
use crate::soap::{self, path};

/// Lets a request go on, which asks for its body, or refuses it.
pub(super) async fn permit(edge: web::Data<Edge>, mut request: Request) -> Result<Request, HttpResponse> {
    let started = Instant::now();
    let faces = [Face::Compat, Face::Typed].into_iter();
    let face = faces.clone().find(|face| request.path().trim_end_matches('/') == path(*face));
    let Some(face) = face.filter(|_| request.method() == Method::POST) else { return Ok(request) };
    let Err(failure) = check(&edge, face, &request).await else { return Ok(request) };
    let version = version(&header_text(request.headers(), header::CONTENT_TYPE));
    let reply = soap::refuse(&failure, version, Language::default());
    edge.note(face, None, &reply, started.elapsed());
    // The client may send its body all the same; only a new connection is sure to begin with a request.
    let payload = request.take_payload();
    Err(start(&reply).force_close().body(Closing::new(reply.body, payload)))
}

async fn check(edge: &Edge, face: Face, request: &Request) -> Result<(), Failure> {
    let limits = &edge.settings.limits;
    let declared = header_text(request.headers(), header::CONTENT_LENGTH).parse::<u64>();
    if declared.is_ok_and(|length| usize::try_from(length).map_or(true, |length| length > limits.body_bytes)) {
        return Err(too_large(limits));
    }
    let credentials = Credentials::from_header(&header_text(request.headers(), header::AUTHORIZATION));
    if credentials.is_none() && edge.gate.reads_tokens(face) {
        return Ok(());
    }
    edge.gate.check(credentials).await.map(|_| ())
}
