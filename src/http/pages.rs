//! Pages for administrators: they log in with HTTP Basic as for a call.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::Edge;
use super::auth::{Counted, Credentials};
use super::call::text_of;
use crate::config::{Role, User};
use crate::domain::failure::Blame;
use crate::domain::{Failure, code};

/// Pages that are made at the same time; others are told to come again.
const AT_ONCE: usize = 4;

/// Makes a page for a user; may block.
pub type Body = Box<dyn Fn(&User) -> Result<String, Failure> + Send + Sync>;

/// What is shown at a path.
pub struct Page {
    pub path: &'static str,
    pub content_type: &'static str,
    pub body: Body,
}

/// Shows the page with this index.
pub(super) async fn show(request: HttpRequest, edge: web::Data<Edge>, index: usize) -> HttpResponse {
    let credentials = Credentials::from_header(&text_of(&request, header::AUTHORIZATION));
    let edge = edge.into_inner();
    match body(&edge, credentials, index).await {
        Ok((content_type, body)) => HttpResponse::Ok()
            .content_type(content_type)
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(body),
        Err(failure) => refuse(&failure),
    }
}

async fn body(edge: &Arc<Edge>, credentials: Option<Credentials>, index: usize) -> Result<(&'static str, String), Failure> {
    let user = edge.gate.check(credentials).await?;
    if user.role != Role::Admin {
        return Err(Failure::new(code::FORBIDDEN_OPERATION, [&user.name, "the status pages; the role admin is needed"]));
    }
    let place = Counted::take(edge, |edge| &edge.viewing, AT_ONCE).ok_or_else(|| Failure::new(code::OVERLOADED, []))?;
    let edge = Arc::clone(edge);
    let made = web::block(move || {
        let _place = place;
        let page = edge.pages.get(index).ok_or_else(|| Failure::new(code::INTERNAL, ["no such page"]))?;
        Ok((page.content_type, (page.body)(&user)?))
    });
    made.await.unwrap_or_else(|_| Err(Failure::new(code::INTERNAL, ["the page broke down"])))
}

fn refuse(failure: &Failure) -> HttpResponse {
    let status = match failure.code.blame {
        Blame::Credentials => StatusCode::UNAUTHORIZED,
        Blame::Server => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::FORBIDDEN,
    };
    let mut response = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header(super::call::CHALLENGE);
    }
    response.content_type("text/plain; charset=utf-8").body(format!("{failure}\n"))
}
