//! The console over HTTP: the login, the cookie of the session, forms.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::percent_decode_str;

use super::answer::{Held, Sending, connection};
use super::auth::Credentials;
use super::body::{self, Received};
use super::places::{Party, Place, Whose};
use super::reply::{RETRY_AFTER, busy, text_of};
use super::sender::{Sender, refuse, shows};
use super::{Edge, Now, client};
use crate::config::Limits;
use crate::console::{Console, ICON, OLD_FORM, PATH, Refused, Reply, STYLE, Session, Visit};
use crate::domain::failure::Blame;
use crate::domain::{Failure, Language};

/// How long an answer may take, the wait for a thread included.
const PATIENCE: Duration = Duration::from_secs(40);
/// Bytes of a form: a thousand changes that are tried again.
const MOST_BODY: usize = 64 << 10;
const SESSION: &str = "kontor_session";
const LANGUAGE: &str = "kontor_language";
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Nothing but the style sheet and the icon is loaded, nothing runs, and no other site frames a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a request to the console says.
struct Asking {
    path: String,
    query: String,
    language: Option<Language>,
    /// Of the cookie.
    token: Option<String>,
    origin: IpAddr,
    /// What a form sent.
    body: Option<Vec<u8>>,
}

/// Why there is no answer.
pub(super) enum Lost {
    /// Nothing came of it.
    Failed(Failure),
    /// It did not come in time, and may still be worked on.
    Late,
}

impl From<Failure> for Lost {
    fn from(failure: Failure) -> Lost {
        Lost::Failed(failure)
    }
}

/// Where an answer leads to.
enum Led {
    To(Reply),
    /// To the login, and from there to this page.
    Login(String),
}

pub(super) async fn visit(request: HttpRequest, payload: web::Payload, edge: Now) -> HttpResponse {
    let edge = edge.into_inner();
    let origin = client::address(request.peer_addr(), request.headers(), &edge.settings.server);
    let path = request.path().strip_prefix(PATH).unwrap_or_default().to_owned();
    match path.as_str() {
        "/style.css" => return still("text/css; charset=utf-8", STYLE),
        "/icon.svg" => return still("image/svg+xml", ICON),
        _ => {}
    }
    if edge.console.is_none() {
        return HttpResponse::NotFound().finish();
    }
    let (posted, is_link) = (request.method() == Method::POST, path.starts_with("/link/"));
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) || (posted && is_link) {
        let mut refused = refuse(StatusCode::METHOD_NOT_ALLOWED, "the console takes GET, HEAD and POST; a link only GET and HEAD");
        let allowed = if is_link { "GET, HEAD" } else { "GET, HEAD, POST" };
        refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allowed));
        return refused;
    }
    // Whoever only looks at a link, such as a mail scanner, does not follow it.
    if is_link && request.method() == Method::HEAD {
        return HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).finish();
    }
    let Some(place) = edge.strangers.take(&Party::Address(origin)) else { return busy() };
    let sender = Sender::of(&request);
    let mut form = None;
    if posted {
        if let Err(why) = sender.of_this_site(&edge.settings.server) {
            return refuse(StatusCode::FORBIDDEN, why);
        }
        let limits = Limits { body_bytes: MOST_BODY, ..edge.settings.limits.clone() };
        let declared = text_of(&request, header::CONTENT_LENGTH).parse().ok();
        form = match body::receive(&mut payload.into_inner(), Vec::new(), declared, &limits, body::Keep::Uncharged).await {
            Received::Whole(body) => Some(body),
            Received::TooLarge => return refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("at most {MOST_BODY} bytes are taken; send less")),
            Received::Broken(why) => return refuse(StatusCode::BAD_REQUEST, why),
            Received::NoRoom(failure) => return super::pages::fail(&request, &failure),
        };
    }
    let cookies = text_of(&request, header::COOKIE);
    let query = request.query_string().to_owned();
    if let Some((language, place)) = chosen_language(&path, &query).filter(|_| !posted) {
        return with_cookie(see(&place), &edge, LANGUAGE, language.iso(), A_YEAR);
    }
    let language = cookie(&cookies, LANGUAGE).and_then(language_of);
    let asking = Asking { path, query, language, token: cookie(&cookies, SESSION).map(str::to_owned), origin, body: form };
    match (asking.path.as_str(), posted) {
        (_, false) if is_link => follow(&request, &edge, asking, place).await,
        ("/login", true) => log_in(&request, &edge, asking, place).await,
        ("/logout", true) => log_out(&request, &edge, asking, place).await,
        _ => answer(&request, &edge, asking, place).await,
    }
}

/// The language that a query chooses, and the page that it is chosen on.
fn chosen_language(path: &str, query: &str) -> Option<(Language, String)> {
    let (chosen, rest): (Vec<_>, Vec<_>) = fields(query.as_bytes()).into_iter().partition(|(name, _)| name == "language");
    let language = chosen.first().and_then(|(_, word)| language_of(word))?;
    let rest = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
    Some((language, if rest.is_empty() { format!("{PATH}{path}") } else { format!("{PATH}{path}?{rest}") }))
}

async fn answer(request: &HttpRequest, edge: &Arc<Edge>, asking: Asking, place: Place) -> HttpResponse {
    let language = asking.language.unwrap_or_default();
    let led = in_lane(edge, move |console| led(console, &asking)).await;
    match led {
        Ok(Led::To(reply)) => shown(request, edge, reply, place),
        Ok(Led::Login(next)) => {
            see(&format!("{PATH}/login?next={}", url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()))
        }
        Err(why) => lost(request, edge, (language, why), place),
    }
}

/// Works for the console on a thread that may block.
pub(super) async fn in_lane<T: Send + 'static>(
    edge: &Arc<Edge>,
    work: impl FnOnce(&Console) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Lost> {
    let lane = &edge.lanes.pages;
    let turn = lane.turn_within(Whose::default(), PATIENCE).await?;
    let working = Arc::clone(edge);
    let broken = || Failure::new(crate::domain::code::INTERNAL, ["the console broke down"]);
    let done = lane.work(turn, move || working.console.as_ref().map(work));
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(Some(Some(done))) => Ok(done?),
        Ok(_) => Err(broken().into()),
        Err(_) => Err(Lost::Late),
    }
}

/// What is shown in the place of an answer.
pub(super) fn lost(request: &HttpRequest, edge: &Arc<Edge>, (language, why): (Language, Lost), place: Place) -> HttpResponse {
    match (why, edge.console.as_ref()) {
        (Lost::Late, Some(console)) => shown(request, edge, console.unanswered(language), place),
        (Lost::Late, None) => HttpResponse::GatewayTimeout().finish(),
        (Lost::Failed(failure), _) => super::pages::fail(request, &failure),
    }
}

fn led(console: &Console, asking: &Asking) -> Result<Led, Failure> {
    let query = fields(asking.query.as_bytes());
    if asking.path == "/login" {
        let next = query.iter().find(|(name, _)| name == "next").map_or("", |(_, next)| next.as_str());
        return Ok(Led::To(console.login(asking.language.unwrap_or_default(), next, None)));
    }
    let session = asking.token.as_deref().map(|token| console.session(token)).transpose()?.flatten();
    let Some(Session { user, only, form_token }) = session else {
        // What was to be done is not done after the login: nobody sees it any more then.
        let page = if asking.body.is_some() { String::new() } else { asking.path.clone() };
        return Ok(Led::Login(page));
    };
    let language = asking.language.unwrap_or_else(|| console.language_of(&user));
    let path = percent_decode_str(&asking.path).decode_utf8_lossy().into_owned();
    let form = asking.body.as_deref().map(|body| if shows(body, &form_token) { fields(body) } else { Vec::new() });
    // A form without its token does nothing: it is of an older session, which is said.
    if form.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Led::To(Reply::See(old_form())));
    }
    let visit = Visit {
        user: &user,
        language,
        token: &form_token,
        only: only.as_deref(),
        origin: &asking.origin.to_string(),
        path: path.trim_end_matches('/'),
        query,
        form,
    };
    Ok(Led::To(console.answer(&visit)))
}

async fn log_in(request: &HttpRequest, edge: &Arc<Edge>, asking: Asking, place: Place) -> HttpResponse {
    let form = fields(asking.body.as_deref().unwrap_or_default());
    let field = |name: &str| form.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let (next, language) = (field("next"), asking.language.unwrap_or_default());
    let origin = asking.origin.to_string();
    let user = match edge.gate.check(Some(Credentials::new(field("user"), field("password"))), asking.origin).await {
        Ok(user) => user,
        Err(failure) if matches!(failure.code.blame, Blame::Credentials | Blame::Pause) => {
            let (pause, name) = (failure.retry_after(), field("user"));
            let page = in_lane(edge, move |console| {
                console.note_failed_login(&name, &origin, &failure.code.name.to_lowercase())?;
                Ok(console.login(language, &next, Some(&refused(&failure, language))))
            });
            let mut response = match page.await {
                Ok(page) => shown(request, edge, page, place),
                Err(why) => lost(request, edge, (language, why), place),
            };
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                response.headers_mut().insert(header::RETRY_AFTER, pause.unwrap_or(RETRY_AFTER).into());
            }
            return response;
        }
        Err(failure) => return super::pages::fail(request, &failure),
    };
    match in_lane(edge, move |console| console.begin(&user, &origin)).await {
        Ok(token) => with_cookie(see(&page_after(&next)), edge, SESSION, &token, Console::LASTS),
        Err(why) => lost(request, edge, (language, why), place),
    }
}

/// What the login page says of a refusal.
fn refused(failure: &Failure, language: Language) -> Refused {
    match failure.code.blame {
        Blame::Pause => Refused::Paused(failure.text(crate::domain::Reader { language, ..crate::domain::Reader::ADMIN })),
        _ => Refused::Wrong,
    }
}

/// Somebody follows a link that an operation answered with. Who is logged in goes on to its page; who is not gets a session
/// for that page. The way there is a page of its own: a browser does not send a new cookie along where another site leads.
async fn follow(request: &HttpRequest, edge: &Arc<Edge>, asking: Asking, place: Place) -> HttpResponse {
    let language = asking.language.unwrap_or_default();
    let followed = in_lane(edge, move |console| {
        let link = asking.path.strip_prefix("/link/").unwrap_or_default();
        let session = asking.token.as_deref().map(|token| console.session(token)).transpose()?.flatten();
        let followed = console.follow(link, session.as_ref(), &asking.origin.to_string())?;
        Ok((
            console.moved(language, followed.as_ref().map(|followed| followed.path.as_str())),
            followed.and_then(|followed| followed.token),
        ))
    });
    match followed.await {
        Ok((page, Some(token))) => with_cookie(shown(request, edge, page, place), edge, SESSION, &token, Console::LINKED_LASTS),
        Ok((page, None)) => shown(request, edge, page, place),
        Err(why) => lost(request, edge, (language, why), place),
    }
}

async fn log_out(request: &HttpRequest, edge: &Arc<Edge>, asking: Asking, place: Place) -> HttpResponse {
    let language = asking.language.unwrap_or_default();
    let ended = in_lane(edge, move |console| {
        let Some(token) = asking.token else { return Ok(true) };
        let session = console.session(&token)?;
        let is_own = session.is_none_or(|session| shows(asking.body.as_deref().unwrap_or_default(), &session.form_token));
        if is_own {
            console.end(&token)?;
        }
        Ok(is_own)
    });
    match ended.await {
        Ok(true) => with_cookie(see(&format!("{PATH}/login")), edge, SESSION, "", Duration::ZERO),
        Ok(false) => see(&old_form()),
        Err(why) => lost(request, edge, (language, why), place),
    }
}

/// The page that says that a form did nothing.
fn old_form() -> String {
    format!("{PATH}?{OLD_FORM}=1")
}

/// A page of the console, whatever somebody wrote into a link.
fn page_after(next: &str) -> String {
    let is_own = next.starts_with('/') && next.chars().all(|c| c.is_ascii_alphanumeric() || c == '/') && !next.starts_with("//");
    if is_own { format!("{PATH}{next}") } else { PATH.to_owned() }
}

pub(super) fn shown(request: &HttpRequest, edge: &Edge, reply: Reply, place: Place) -> HttpResponse {
    let (status, html) = match reply {
        Reply::See(path) => return see(&path),
        Reply::Page { status, html } => (status, html),
    };
    let held = Held { place: Some(place), ..Held::default() };
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .body(Sending::new(html, held, connection(request), &edge.settings.limits))
}

pub(super) fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

/// What is the same for everybody.
fn still(content_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "max-age=300"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body)
}

/// No script reads it, no other site sends it along with a form.
fn with_cookie(mut response: HttpResponse, edge: &Edge, name: &str, value: &str, lasts: Duration) -> HttpResponse {
    let secure = if edge.settings.server.public_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path={PATH}; Max-Age={}; HttpOnly; SameSite=Strict{secure}", lasts.as_secs());
    if let Ok(cookie) = header::HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie<'c>(cookies: &'c str, name: &str) -> Option<&'c str> {
    let pairs = cookies.split([';', ',']).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(own, _)| *own == name).map(|(_, value)| value).find(|value| !value.is_empty())
}

pub(super) fn language_of(word: &str) -> Option<Language> {
    [Language::En, Language::De].into_iter().find(|language| language.iso() == word)
}

pub(super) fn fields(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_after_the_login_is_one_of_the_console() {
        assert_eq!(page_after("/orders/7"), "/console/orders/7");
        for elsewhere in ["", "//evil.example", "https://evil.example", "/a?b", "/\\evil.example"] {
            assert_eq!(page_after(elsewhere), "/console", "{elsewhere:?}");
        }
    }

    #[test]
    fn another_language_shows_the_same_page() {
        let place = |query| chosen_language("/orders", query).map(|(_, place)| place);
        assert_eq!(place("language=de").as_deref(), Some("/console/orders"));
        assert_eq!(place("show=open&page=2&language=en").as_deref(), Some("/console/orders?show=open&page=2"));
        assert_eq!((place("show=open"), place("language=xx")), (None, None));
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        assert_eq!(cookie("a=1; kontor_session=t0k; b=2", SESSION), Some("t0k"));
        assert_eq!(cookie("my_kontor_session=t0k", SESSION), None);
        assert_eq!(cookie("kontor_session=", SESSION), None);
    }
}
