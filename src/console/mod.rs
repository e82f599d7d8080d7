//! The console: pages for the people who look after the gateway and its orders. A page asks the operations what an ERP would
//! ask, and an action calls what an ERP would call, so both are bound by the rights of the user. Knows no HTTP.

mod actions;
mod book;
mod desk;
mod pages;
mod sessions;
mod tour;

use std::sync::Arc;

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::{Reload, Role, User};
use crate::domain::{Failure, Language, Stamp};
use crate::operations::Gateway;
use crate::status::Board;
use crate::store::audit::AuditRow;
use book::Book;
use desk::Desk;
pub(crate) use sessions::Session;
pub(crate) use tour::Step;

/// The one style sheet of all pages.
pub(crate) const STYLE: &str = include_str!("style.css");

/// The mark, for the tab of a browser.
pub(crate) const ICON: &str = include_str!("icon.svg");

/// Where the pages are.
pub(crate) const PATH: &str = "/console";

/// In the query of a page: a form led there that did nothing, because its token is of an older session.
pub(crate) const OLD_FORM: &str = "old_form";

pub(crate) struct Console {
    gateway: Arc<Gateway>,
    board: Arc<Board>,
    book: Book,
    reload: Arc<dyn Reload>,
}

/// One request of somebody who is logged in.
pub(crate) struct Visit<'a> {
    pub user: &'a User,
    pub language: Language,
    /// Shows that a form came from here.
    pub token: &'a str,
    /// The one page that may be seen, of somebody who came by a link.
    pub only: Option<&'a str>,
    /// The address that it came from.
    pub origin: &'a str,
    /// Below [`PATH`], such as `/orders/7`; percent-decoded.
    pub path: &'a str,
    /// Decoded.
    pub query: Vec<(String, String)>,
    /// The fields of a form that is sent.
    pub form: Option<Vec<(String, String)>>,
}

impl Visit<'_> {
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        value_of(&self.query, name)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        value_of(self.form.as_deref().unwrap_or_default(), name)
    }
}

fn value_of<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Page {
        status: u16,
        html: String,
    },
    /// Look there instead.
    See(String),
}

/// Why a login was refused.
pub(crate) enum Refused {
    Wrong,
    /// Too many were wrong; why, in words.
    Paused(String),
}

/// What a page shows.
struct Shown {
    status: u16,
    template: &'static str,
    title: String,
    data: Value,
    /// Seconds after which it is loaded again.
    refresh: Option<u32>,
}

impl Shown {
    fn new(template: &'static str, title: impl Into<String>, data: Value) -> Shown {
        Shown { status: 200, template, title: title.into(), data, refresh: None }
    }
}

/// What a request leads to.
enum Outcome {
    Show(Shown),
    See(String),
}

impl Console {
    pub(crate) fn new(gateway: Arc<Gateway>, board: Arc<Board>, reload: Arc<dyn Reload>) -> Result<Console, Failure> {
        Ok(Console { gateway, board, book: Book::new()?, reload })
    }

    /// The page for those who are not logged in.
    pub(crate) fn login(&self, language: Language, next: &str, refused: Option<&Refused>) -> Reply {
        let (status, why) = match refused {
            None => (200, None),
            Some(Refused::Wrong) => (403, Some(self.book.text(language, "wrong_login"))),
            Some(Refused::Paused(why)) => (429, Some(why.clone())),
        };
        let data = json!({ "next": next, "refused": why, "demo": self.gateway.settings.demo });
        let query = query_of(&[("next".to_owned(), next.to_owned())]);
        self.shown(&Frame { language, query, ..Frame::default() }, Shown { status, ..Shown::new("login", "", data) })
    }

    /// The page in the place of an answer that did not come in time. What was asked for may still be done.
    pub(crate) fn unanswered(&self, language: Language) -> Reply {
        let text = |key| self.book.text(language, key);
        let data = json!({ "why": text("no_answer_yet_why") });
        self.shown(&Frame { language, ..Frame::default() }, Shown { status: 504, ..Shown::new("trouble", text("no_answer_yet"), data) })
    }

    /// The page that leads on to the one of a link; without one, the link is no longer good.
    pub(crate) fn moved(&self, language: Language, path: Option<&str>) -> Reply {
        let text = |key| self.book.text(language, key);
        let shown = match path {
            Some(path) => Shown { refresh: Some(0), ..Shown::new("moved", text("opening"), json!({ "path": path })) },
            None => Shown { status: 410, ..Shown::new("trouble", text("link_ended"), json!({ "why": text("link_ended_why") })) },
        };
        self.shown(&Frame { language, moved_to: path.unwrap_or_default(), by_link: path.is_none(), ..Frame::default() }, shown)
    }

    /// The language of somebody who chose none.
    pub(crate) fn language_of(&self, user: &User) -> Language {
        self.gateway.settings.language_for(user, None)
    }

    fn desk<'a>(&'a self, visit: &'a Visit<'a>) -> Desk<'a> {
        Desk { gateway: &self.gateway, board: &self.board, book: &self.book, visit, reload: self.reload.as_ref() }
    }

    pub(crate) fn answer(&self, visit: &Visit<'_>) -> Reply {
        let desk = self.desk(visit);
        let outcome = match (&visit.form, visit.only) {
            // Who came by a link sees its page, and does nothing.
            (form, Some(only)) if form.is_some() || only != visit.path => Err(Trouble::Forbidden),
            (Some(_), _) if visit.path == "/do/rehearse" => pages::rehearsal(&desk).map(Outcome::Show),
            (Some(_), _) => actions::act(&desk).map(Outcome::See),
            (None, _) => pages::page(&desk),
        };
        let shown = match outcome {
            Ok(Outcome::See(path)) => return Reply::See(path),
            Ok(Outcome::Show(shown)) => shown,
            Err(trouble) => pages::trouble(&desk, trouble),
        };
        self.shown(&Frame::of(&desk), shown)
    }

    fn shown(&self, frame: &Frame<'_>, shown: Shown) -> Reply {
        let status = shown.status;
        match self.book.render(frame, &shown) {
            Ok(html) => Reply::Page { status, html },
            Err(failure) => {
                log::error!("{failure}");
                Reply::Page { status: 500, html: "This page cannot be shown; the log says why.".to_owned() }
            }
        }
    }
}

/// What is around each page.
#[derive(Serialize, Default)]
struct Frame<'a> {
    #[serde(skip)]
    language: Language,
    #[serde(skip)]
    zone: Tz,
    version: &'static str,
    token: &'a str,
    /// Of the forms of this page: a form that is sent twice counts once.
    once: String,
    path: &'a str,
    user: Option<&'a str>,
    role: Option<&'static str>,
    can_write: bool,
    is_admin: bool,
    /// The user came by a link, and sees one page.
    by_link: bool,
    searched: Option<&'a str>,
    /// What the page was asked for with, encoded, so that it can be asked for in another language.
    query: String,
    /// The form that led here was of an older session, and did nothing.
    old_form: bool,
    /// Where the page leads to without a click, below [`PATH`].
    moved_to: &'a str,
    /// What the action did that led here.
    done: Option<Value>,
}

impl<'a> Frame<'a> {
    fn of(desk: &Desk<'a>) -> Frame<'a> {
        let Desk { visit, .. } = *desk;
        let by_link = visit.only.is_some();
        Frame {
            language: visit.language,
            zone: desk.zone(),
            version: env!("CARGO_PKG_VERSION"),
            token: visit.token,
            once: once(),
            path: visit.path,
            user: Some(&visit.user.name),
            role: Some(visit.user.role.word()),
            can_write: visit.user.role != Role::Read && !by_link,
            is_admin: desk.is_admin() && !by_link,
            by_link,
            searched: visit.asked("q"),
            query: query_of(&visit.query),
            old_form: visit.asked(OLD_FORM).is_some(),
            moved_to: "",
            done: desk.done(),
        }
    }
}

/// A query, encoded, without what one visit only shows.
fn query_of(query: &[(String, String)]) -> String {
    let kept = query.iter().filter(|(name, value)| !value.is_empty() && !matches!(name.as_str(), "language" | "done" | OLD_FORM));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}

/// Characters of a text of the audit.
const MOST_TEXT: usize = 500;

/// What is kept of something that was done.
fn entry(user_name: &str, origin: &str, action: &str, about: &str, worked: bool, outcome: &str) -> AuditRow {
    let short = |text: &str| text.chars().take(MOST_TEXT).collect::<String>();
    AuditRow {
        audit_id: 0,
        done_at: Stamp::now().0,
        user_name: user_name.to_owned(),
        origin: origin.to_owned(),
        action: short(action),
        about: short(about),
        worked,
        outcome: short(outcome),
    }
}

fn once() -> String {
    let random: [u8; 12] = rand::random();
    crate::domain::hex::hex(&random)
}

/// Why there is no page, or an action did nothing.
#[derive(Debug)]
enum Trouble {
    /// What is looked for is not there, or not for this user.
    Nothing,
    /// The user may not do that.
    Forbidden,
    /// An operation refused it, and said this.
    Refused(String),
    Failed(Failure),
    /// It was tried, and what became of it is not in the audit.
    Unsure,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::Failed(failure)
    }
}
