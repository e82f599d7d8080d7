//! Where a request says that it comes from.
//!
//! A browser sends the password or the cookie it remembers with whatever another site makes it send. So what changes
//! something has to come from a page of the same origin, and show the page's token, or a header that another site cannot
//! send; a program that is no browser sends neither `Origin` nor `Sec-Fetch-Site`, and is asked for nothing more than its
//! login.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use subtle::ConstantTimeEq;

use super::reply::text_of;
use crate::config::Server;

/// Field of a form, with the token of the page.
pub(crate) const TOKEN_FIELD: &str = "token";
/// A header that a page of another site cannot send without asking; any value.
const OWN_HEADER: &str = "x-kontor-request";

/// What a request says of where it comes from.
pub(super) struct Sender {
    /// It asks for nothing but to look.
    looks: bool,
    origin: String,
    fetch_site: String,
    host: String,
    has_own_header: bool,
}

impl Sender {
    pub(super) fn of(request: &HttpRequest) -> Sender {
        let text = |name: &'static str| text_of(request, header::HeaderName::from_static(name));
        Sender {
            looks: request.method().is_safe(),
            origin: text("origin"),
            fetch_site: text("sec-fetch-site"),
            host: text("host"),
            has_own_header: !text(OWN_HEADER).is_empty(),
        }
    }

    /// Whether a request that changes something was meant by whoever is logged in.
    ///
    /// # Errors
    /// Why it was not.
    pub(super) fn meant(&self, server: &Server, body: &[u8], token: &str) -> Result<(), &'static str> {
        if self.looks || (self.origin.is_empty() && self.fetch_site.is_empty()) {
            return Ok(());
        }
        self.of_this_site(server)?;
        if self.has_own_header || shows(body, token) {
            return Ok(());
        }
        Err("the token of the page is missing or old; load the page again, or send the header X-Kontor-Request with any value")
    }

    /// Whether a browser says that one of our own pages sent it, if a browser sent it.
    ///
    /// # Errors
    /// Why it was not.
    pub(super) fn of_this_site(&self, server: &Server) -> Result<(), &'static str> {
        if !matches!(self.fetch_site.as_str(), "" | "same-origin") {
            return Err("the request comes from another site; use the page here");
        }
        let own = |origin: &str| origin.split_once("://").is_some_and(|(_, host)| host.eq_ignore_ascii_case(&self.host));
        let public = url::Url::parse(&server.public_url).map(|url| url.origin().ascii_serialization());
        if !self.origin.is_empty() && !own(&self.origin) && public.map_or(true, |public| public != self.origin) {
            return Err(
                "the request comes from a page of another origin; use the page here, and set server.public_url to the address it has",
            );
        }
        Ok(())
    }
}

/// Whether a form has the token of its page.
pub(super) fn shows(body: &[u8], token: &str) -> bool {
    let given = url::form_urlencoded::parse(body).find(|(name, _)| name == TOKEN_FIELD).map(|(_, value)| value);
    given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(token.as_bytes())))
}

/// A refusal in plain words.
pub(super) fn refuse(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::fixture;

    #[test]
    fn what_changes_something_has_to_come_from_the_page_itself() {
        let server = fixture::settings().server;
        let ask = |origin: &str, fetch_site: &str, body: &str, has_own_header| {
            let (origin, fetch_site) = (origin.to_owned(), fetch_site.to_owned());
            let sender = Sender { looks: false, origin, fetch_site, host: "127.0.0.1:8080".to_owned(), has_own_header };
            sender.meant(&server, body.as_bytes(), "t0k").is_ok()
        };
        for (origin, fetch_site, body, own_header, meant) in [
            ("", "", "{}", false, true),
            ("http://127.0.0.1:8080", "same-origin", "token=t0k", false, true),
            ("https://gate.example", "same-origin", "x=1&token=t0k", false, true),
            ("http://127.0.0.1:8080", "", "{}", true, true),
            ("http://127.0.0.1:8080", "same-origin", "", false, false),
            ("http://127.0.0.1:8080", "same-origin", "token=other", false, false),
            ("http://evil.example", "", "token=t0k", false, false),
            ("http://evil.example", "", "token=t0k", true, false),
            ("null", "", "token=t0k", false, false),
            ("", "cross-site", "token=t0k", false, false),
            ("", "same-site", "token=t0k", false, false),
            ("", "none", "token=t0k", false, false),
        ] {
            assert_eq!(ask(origin, fetch_site, body, own_header), meant, "{origin:?} {fetch_site:?} {body:?}");
        }
    }
}
