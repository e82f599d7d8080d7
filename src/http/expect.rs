//! `Expect: 100-continue`: the client shows its header and waits with the body. What would be refused anyway is refused
//! now, so that nobody sends 30 MB to hear that the password is wrong (rule M9).

use std::net::IpAddr;
use std::time::Instant;

use actix_http::{HttpMessage as _, Request};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;

use super::answer::{Held, Sending};
use super::auth::Credentials;
use super::body::too_large;
use super::call::version;
use super::reply::{header_text, start};
use super::{Edge, Now, client, request_id};
use crate::domain::{Failure, Reader};
use crate::operations::Face;
use crate::soap::{self, path};

/// Lets a request go on, which asks for its body, or refuses it.
pub(super) async fn permit(edge: Now, mut request: Request) -> Result<Request, HttpResponse> {
    let started = Instant::now();
    let faces = [Face::Compat, Face::Typed].into_iter();
    let face = faces.clone().find(|face| request.path().trim_end_matches('/') == path(*face));
    let Some(face) = face.filter(|_| request.method() == Method::POST) else { return Ok(request) };
    let address = client::address(request.peer_addr(), request.headers(), &edge.settings.server);
    let Err(failure) = check(&edge, face, &request, address).await else { return Ok(request) };
    let version = version(&header_text(request.headers(), header::CONTENT_TYPE));
    let mut reply = soap::refuse(&failure, version, Reader::on(face));
    let id = request_id::of(request.headers());
    soap::name_request(&mut reply, &id);
    edge.note(face, None, (address, &id), &reply, started.elapsed());
    // The client may send its body all the same; only a new connection is sure to begin with a request.
    let held = Held { unread: Some(request.take_payload()), ..Held::default() };
    Err(start(&reply, &id).force_close().body(Sending::new(reply.body, held, None, &edge.settings.limits)))
}

async fn check(edge: &Edge, face: Face, request: &Request, address: IpAddr) -> Result<(), Failure> {
    let limits = &edge.settings.limits;
    let declared = header_text(request.headers(), header::CONTENT_LENGTH).parse::<u64>();
    if declared.is_ok_and(|length| usize::try_from(length).map_or(true, |length| length > limits.body_bytes)) {
        return Err(too_large(limits));
    }
    let credentials = Credentials::from_header(&header_text(request.headers(), header::AUTHORIZATION));
    if credentials.is_none() && edge.gate.reads_tokens(face) {
        return Ok(());
    }
    edge.gate.check(credentials, address).await.map(|_| ())
}
