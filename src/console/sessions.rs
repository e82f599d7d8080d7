//! Who is logged in. A session is known by a token that only the browser has; the database keeps its digest.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Console;
use crate::config::User;
use crate::domain::digest::Digest;
use crate::domain::hex::hex;
use crate::domain::link::Link;
use crate::domain::{Failure, Stamp};
use crate::store::audit;
use crate::store::sessions::{self, SessionRow};
use secrecy::ExposeSecret;

/// A person logs in once per working day.
const LASTS: Duration = Duration::from_secs(12 * 60 * 60);
/// The same failed login is kept once in this time.
const SAME_FAILURE: Duration = Duration::from_secs(60);
/// Who came by a link looks at its page that long.
const LINKED_LASTS: Duration = Duration::from_secs(60 * 60);

/// Somebody who is logged in.
pub(crate) struct Session {
    /// As the configuration has it now.
    pub user: User,
    /// The one page that may be seen, of somebody who came by a link.
    pub only: Option<String>,
    /// What the forms of the session's pages show.
    pub form_token: String,
}

/// A link that somebody followed.
pub(crate) struct Followed {
    /// The page, below [`super::PATH`].
    pub path: String,
    /// Of the session that begins with it; `None`: somebody who is logged in anyway.
    pub token: Option<String>,
}

impl Console {
    /// How long a session lasts.
    pub(crate) const LASTS: Duration = LASTS;
    /// How long a session by a link lasts.
    pub(crate) const LINKED_LASTS: Duration = LINKED_LASTS;

    /// Begins a session of somebody who gave the right password; gives its token.
    pub(crate) fn begin(&self, user: &User, origin: &str) -> Result<String, Failure> {
        let (token, now) = (new_token(), Stamp::now());
        let row = session_of(user, &token, now, LASTS, None);
        let entry = super::entry(&user.name, origin, "login", "", true, "");
        self.gateway.store.write(move |tx| {
            sessions::forget_before(tx, now)?;
            sessions::begin(tx, &row)?;
            audit::note(tx, entry.clone())
        })?;
        Ok(token)
    }

    /// Keeps that a login failed. A name that nobody here has may be a password in the wrong field, so it is not kept.
    pub(crate) fn note_failed_login(&self, user: &str, origin: &str, why: &str) -> Result<(), Failure> {
        let name = self.user(user).map_or("", |user| user.name.as_str());
        let (entry, now) = (super::entry(name, origin, "login", "", false, why), Stamp::now());
        let since = now.plus_millis(-i64::try_from(SAME_FAILURE.as_millis()).unwrap_or_default());
        self.gateway.store.write(move |tx| audit::note_failed(tx, entry.clone(), since))
    }

    /// Follows a link, once. `None`: it has ended, was followed before, or was never given.
    pub(crate) fn follow(&self, link: &str, session: Option<&Session>, origin: &str) -> Result<Option<Followed>, Failure> {
        let (now, digest) = (Stamp::now(), digest_of("link", link));
        let secret_of = |user: &str| self.user(user).map(|user| user.password_hash.expose_secret());
        let Some(Link { user, path, ends_at }) = Link::read(link, now, secret_of) else { return Ok(None) };
        let Some(user) = self.user(&user) else { return Ok(None) };
        let logged_in = session.filter(|session| session.only.is_none());
        let token = new_token();
        let row = session_of(user, &token, now, LINKED_LASTS, Some(path.clone()));
        // Of no user, so that it is no session.
        let followed = SessionRow { token_digest: digest, user_name: String::new(), ends_at: ends_at.0, ..row.clone() };
        let who = logged_in.map_or(user, |session| &session.user);
        let (entry, keeps_session) = (super::entry(&who.name, origin, "link", &path, true, ""), logged_in.is_some());
        let is_first = self.gateway.store.write(move |tx| {
            sessions::forget_before(tx, now)?;
            if sessions::find(&mut tx.conn, &followed.token_digest, now)?.is_some() {
                return Ok(false);
            }
            sessions::begin(tx, &followed)?;
            if !keeps_session {
                sessions::begin(tx, &row)?;
            }
            audit::note(tx, entry.clone())?;
            Ok(true)
        })?;
        Ok(is_first.then_some(Followed { path, token: (!keeps_session).then_some(token) }))
    }

    /// The session with this token, unless it has ended, its user is no longer configured, or has another password.
    pub(crate) fn session(&self, token: &str) -> Result<Option<Session>, Failure> {
        let digest = digest_of("session", token);
        let Some(row) = self.gateway.store.read(|conn| sessions::find(conn, &digest, Stamp::now()))? else { return Ok(None) };
        let user = self.user(&row.user_name).filter(|user| password_digest(user) == row.password_digest);
        Ok(user.map(|user| Session { user: user.clone(), only: row.only_path, form_token: digest_of("form", token) }))
    }

    /// Ends the session with this token.
    pub(crate) fn end(&self, token: &str) -> Result<(), Failure> {
        let digest = digest_of("session", token);
        self.gateway.store.write(move |tx| sessions::end(tx, &digest)).map(drop)
    }

    fn user(&self, name: &str) -> Option<&User> {
        self.gateway.settings.users.iter().find(|user| user.name == name)
    }
}

fn new_token() -> String {
    let bytes: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn session_of(user: &User, token: &str, now: Stamp, lasts: Duration, only_path: Option<String>) -> SessionRow {
    SessionRow {
        token_digest: digest_of("session", token),
        user_name: user.name.clone(),
        password_digest: password_digest(user),
        created_at: now.0,
        ends_at: now.plus_millis(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX)).0,
        only_path,
    }
}

fn password_digest(user: &User) -> String {
    digest_of("password", user.password_hash.expose_secret())
}

/// Different for each purpose: who reads the token of a form in a page does not have the session.
fn digest_of(purpose: &str, token: &str) -> String {
    hex(&Digest::new(1).field(purpose, [token]).finish_bytes())
}
