//! Pages for those who look after the gateway: they log in with HTTP Basic as for a call.

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
    /// Who may see it.
    pub roles: &'static [Role],
    /// It tells of all mandators, whoever asks.
    pub of_all_mandators: bool,
    pub body: Body,
}

impl Page {
    /// Why the user may not see it.
    fn forbids(&self, user: &User) -> Option<String> {
        if !self.roles.contains(&user.role) {
            let roles: Vec<&str> = self.roles.iter().map(|role| role.word()).collect();
            return Some(format!("{} is for users with the role {}, which \"{}\" has not", self.path, roles.join(" or "), user.name));
        }
        let limited = self.of_all_mandators && !user.mandators.is_empty();
        limited.then(|| format!("{} tells of all mandators, and \"{}\" is limited to some", self.path, user.name))
    }
}

/// Shows the page with this index.
pub(super) async fn show(request: HttpRequest, edge: web::Data<Edge>, index: usize) -> HttpResponse {
    let credentials = Credentials::from_header(&text_of(&request, header::AUTHORIZATION));
    let edge = edge.into_inner();
    let user = match edge.gate.check(credentials).await {
        Ok(user) => user,
        Err(failure) => return fail(&request, &failure),
    };
    if let Some(reason) = edge.pages.get(index).and_then(|page| page.forbids(&user)) {
        return HttpResponse::Forbidden().content_type("text/plain; charset=utf-8").body(format!("{reason}\n"));
    }
    match body(&edge, user, index).await {
        Ok((content_type, body)) => HttpResponse::Ok()
            .content_type(content_type)
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(body),
        Err(failure) => fail(&request, &failure),
    }
}

async fn body(edge: &Arc<Edge>, user: User, index: usize) -> Result<(&'static str, String), Failure> {
    let place = Counted::take(edge, |edge| &edge.viewing, AT_ONCE).ok_or_else(|| Failure::new(code::OVERLOADED, []))?;
    let edge = Arc::clone(edge);
    let made = web::block(move || {
        let _place = place;
        let page = edge.pages.get(index).ok_or_else(|| Failure::new(code::INTERNAL, ["no such page"]))?;
        Ok((page.content_type, (page.body)(&user)?))
    });
    made.await.unwrap_or_else(|_| Err(Failure::new(code::INTERNAL, ["the page broke down"])))
}

fn fail(request: &HttpRequest, failure: &Failure) -> HttpResponse {
    let mut response = if failure.code.blame == Blame::Credentials {
        let mut response = HttpResponse::build(StatusCode::UNAUTHORIZED);
        response.insert_header(super::call::CHALLENGE);
        response
    } else {
        log::warn!("{}: {failure}", request.path());
        HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
    };
    response.content_type("text/plain; charset=utf-8").body(format!("{failure}\n"))
}
