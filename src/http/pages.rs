//! Pages for those who look after the gateway: they log in with HTTP Basic as for a call.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{Held, Sending, connection};
use super::auth::Credentials;
use super::places::Whose;
use super::reply::{RETRY_AFTER, text_of};
use super::{Edge, Now, client};
use crate::config::{Role, User};
use crate::domain::failure::Blame;
use crate::domain::{Failure, code};

/// How long a page waits until others are made, and how long it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes a page for a user; may block.
pub(crate) type Body = Box<dyn Fn(&User) -> Result<String, Failure> + Send + Sync>;

/// What is shown at a path.
pub(crate) struct Page {
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
pub(super) async fn show(request: HttpRequest, edge: Now, index: usize) -> HttpResponse {
    let credentials = Credentials::from_header(&text_of(&request, header::AUTHORIZATION));
    let edge = edge.into_inner();
    let user = match edge.gate.check(credentials, client::address(request.peer_addr(), request.headers(), &edge.settings.server)).await {
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
            .body(Sending::new(body, Held::default(), connection(&request), &edge.settings.limits)),
        Err(failure) => fail(&request, &failure),
    }
}

async fn body(edge: &Arc<Edge>, user: User, index: usize) -> Result<(&'static str, String), Failure> {
    let lane = &edge.lanes.pages;
    let turn = lane.turn_within(Whose::of(&user.name), PATIENCE).await?;
    let making = Arc::clone(edge);
    let made = lane.work(turn, move || {
        let page = making.pages.get(index).ok_or_else(|| Failure::new(code::INTERNAL, ["no such page"]))?;
        Ok((page.content_type, (page.body)(&user)?))
    });
    match tokio::time::timeout(PATIENCE, made).await {
        Ok(made) => made.unwrap_or_else(|| Err(Failure::new(code::INTERNAL, ["the page broke down"]))),
        Err(_) => Err(Failure::new(code::OVERLOADED, [])),
    }
}

/// A refusal for those who are no SOAP clients.
pub(super) fn fail(request: &HttpRequest, failure: &Failure) -> HttpResponse {
    let mut response = match failure.code.blame {
        Blame::Credentials => {
            let mut response = HttpResponse::build(StatusCode::UNAUTHORIZED);
            response.insert_header(super::reply::CHALLENGE);
            response
        }
        Blame::Pause => {
            let mut response = HttpResponse::build(StatusCode::TOO_MANY_REQUESTS);
            response.insert_header((header::RETRY_AFTER, failure.retry_after().unwrap_or(RETRY_AFTER).to_string()));
            response
        }
        _ => {
            log::warn!("{}: {failure}", request.path());
            let mut response = HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE);
            response.insert_header((header::RETRY_AFTER, RETRY_AFTER.to_string()));
            response
        }
    };
    response.content_type("text/plain; charset=utf-8").body(format!("{failure}\n"))
}
