//! UsernameTokens against the configured users who may log in with one.
//!
//! Passwords in the clear go the way of HTTP Basic. A digest is compared with the user's password; a wrong one waits
//! for an Argon2 run all the same, so that guessing is no faster that way.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::Mac;
use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;

use super::{Code, Credentials, Gate, PATIENCE, lock};
use crate::config::{User, WsSecurity};
use crate::domain::{Failure, code};
use crate::http::places::{Party, Place, Places};
use crate::operations::Face;
use crate::soap::{Claim, Password, Timestamp, UsernameToken};

/// How old a token may be, and how far the clocks may differ.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// Nonces remembered at most, for the ten minutes in which their tokens could be sent again: 400 calls a second.
const NONCES: usize = 250_000;
/// Messages whose Header is received and whose sender is checked at the same time. Each holds 64 KiB at most; whoever
/// sends slowly must not keep the others waiting.
const UNPROVEN: usize = 64;

/// The nonces that were used, each with the time after which its token is too old anyway.
pub(super) type Nonces = HashMap<Code, DateTime<Utc>>;

/// Places for messages of unknown senders. An address may take as many as it leaves free, and whoever finds none waits for one.
pub(super) struct Unproven {
    places: Arc<Places>,
    freed: Notify,
}

impl Default for Unproven {
    fn default() -> Unproven {
        Unproven { places: Places::for_addresses(UNPROVEN), freed: Notify::new() }
    }
}

impl Unproven {
    async fn take(self: Arc<Unproven>, party: &Party) -> UnprovenPlace {
        loop {
            let mut freed = pin!(self.freed.notified());
            // From here on, a place that becomes free is not missed.
            freed.as_mut().enable();
            if let Some(place) = self.places.take(party) {
                return UnprovenPlace { place: Some(place), of: Arc::clone(&self) };
            }
            freed.await;
        }
    }
}

/// A place for a message of an unknown sender, given back when dropped.
pub(in crate::http) struct UnprovenPlace {
    place: Option<Place>,
    of: Arc<Unproven>,
}

impl Drop for UnprovenPlace {
    fn drop(&mut self) {
        self.place = None;
        // All of them: the first may belong to an address that has its share.
        self.of.freed.notify_waiters();
    }
}

impl Gate {
    /// Whether a message without HTTP credentials may hold its sender's: only where a user is configured so.
    pub(in crate::http) fn reads_tokens(&self, face: Face) -> bool {
        face == Face::Typed && self.settings.users.iter().any(|user| user.ws_security.is_some())
    }

    /// A place for a message whose sender is still unknown.
    ///
    /// # Errors
    /// `OVERLOADED` when too many wait, or for too long.
    pub(in crate::http) async fn place_for_unproven(&self, from: IpAddr) -> Result<UnprovenPlace, Failure> {
        let overloaded = || Failure::new(code::OVERLOADED, []);
        let party = Party::Address(super::pauses::network(from));
        let _queued = self.queue.take(&party).ok_or_else(overloaded)?;
        tokio::time::timeout(PATIENCE, Arc::clone(&self.unproven).take(&party)).await.map_err(|_| overloaded())
    }

    /// The user whom a message claims to be of.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without a token; else `TOKEN_EXPIRED`, `TOKEN_REFUSED`, `TOKEN_REPEATED`, `LOGIN_PAUSED` or
    /// `OVERLOADED`.
    pub(in crate::http) async fn check_claim(self: &Arc<Gate>, claim: &Claim, from: IpAddr, now: DateTime<Utc>) -> Result<User, Failure> {
        let token = claim.token.as_ref().ok_or_else(|| Failure::new(code::UNAUTHENTICATED, []))?;
        fresh(token, claim.timestamp.as_ref(), now)?;
        let user = match &token.password {
            Password::Text(password) => self.check_text(token, password, from).await?,
            Password::Digest(digest) => self.check_digest(token, digest, from).await?,
        };
        self.use_up_nonce(token, now)?;
        Ok(user)
    }

    async fn check_text(self: &Arc<Gate>, token: &UsernameToken, password: &SecretString, from: IpAddr) -> Result<User, Failure> {
        let credentials = Credentials { user: token.username.clone(), password: password.clone() };
        let user = self.check(Some(credentials), from).await.map_err(as_token)?;
        match user.ws_security {
            Some(WsSecurity::Text) => Ok(user),
            Some(WsSecurity::Digest(_)) | None => Err(refused()),
        }
    }

    async fn check_digest(self: &Arc<Gate>, token: &UsernameToken, digest: &[u8], from: IpAddr) -> Result<User, Failure> {
        self.refuse_paused(from, self.code_of_name(&token.username))?;
        let user = self.settings.users.iter().find(|user| user.name == token.username);
        let password = user.and_then(|user| match &user.ws_security {
            Some(WsSecurity::Digest(password)) => Some(password),
            Some(WsSecurity::Text) | None => None,
        });
        let is_right = password.is_some_and(|password| bool::from(expected(token, password).ct_eq(digest)));
        if let Some(user) = user.filter(|_| is_right) {
            return Ok(user.clone());
        }
        // Nobody has the password that is its own digest.
        let nobody = Credentials { user: token.username.clone(), password: BASE64_STANDARD.encode(digest).into() };
        let own = self.code(&nobody);
        self.verify(None, own, nobody, from).await?;
        Err(refused())
    }

    fn use_up_nonce(&self, token: &UsernameToken, now: DateTime<Utc>) -> Result<(), Failure> {
        let Some(nonce) = &token.nonce else { return Ok(()) };
        let until = token.created.as_ref().map_or(now + WINDOW, |created| created.at) + WINDOW;
        let own = self.mac().chain_update(token.username.as_bytes()).chain_update([0]).chain_update(nonce).finalize();
        let mut nonces = lock(&self.nonces);
        if nonces.len() >= NONCES {
            nonces.retain(|_, until| now <= *until);
        }
        if nonces.len() >= NONCES {
            return Err(Failure::new(code::OVERLOADED, []));
        }
        match nonces.insert(own.into_bytes().into(), until) {
            Some(earlier) if now <= earlier => Err(Failure::new(code::TOKEN_REPEATED, [])),
            _ => Ok(()),
        }
    }
}

fn refused() -> Failure {
    Failure::new(code::TOKEN_REFUSED, [])
}

fn as_token(failure: Failure) -> Failure {
    if failure.code == code::UNAUTHENTICATED { refused() } else { failure }
}

fn expected(token: &UsernameToken, password: &SecretString) -> [u8; 20] {
    let created = token.created.as_ref().map_or("", |created| created.literal.as_str());
    let digest = Sha1::new().chain_update(token.nonce.as_deref().unwrap_or_default()).chain_update(created);
    digest.chain_update(password.expose_secret()).finalize().into()
}

/// Refuses what was made too long ago, or in a future that no wrong clock explains.
fn fresh(token: &UsernameToken, timestamp: Option<&Timestamp>, now: DateTime<Utc>) -> Result<(), Failure> {
    let expired = |at: DateTime<Utc>| Failure::new(code::TOKEN_EXPIRED, [&at.to_rfc3339(), &now.to_rfc3339()]);
    let age = |at: DateTime<Utc>| now.signed_duration_since(at);
    if let Some(created) = token.created.as_ref().filter(|created| age(created.at).abs() > WINDOW) {
        return Err(expired(created.at));
    }
    let Some(timestamp) = timestamp else { return Ok(()) };
    if let Some(created) = timestamp.created.filter(|created| age(*created) < -WINDOW) {
        return Err(expired(created));
    }
    // Without an end, a message holds for the window.
    let end = timestamp.expires.or(timestamp.created);
    match end.filter(|end| age(*end) > WINDOW) {
        Some(end) => Err(expired(end)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use super::*;
    use crate::soap::{Created, Version, fixture};

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const NOW: &str = "2026-01-02T03:04:05Z";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn gate() -> Arc<Gate> {
        let mut settings = fixture::settings();
        settings.users[0].ws_security = Some(WsSecurity::Text);
        settings.users[1].ws_security = Some(WsSecurity::Digest("süß".into()));
        settings.users.push(fixture::user("basic", "x"));
        Arc::new(Gate::new(Arc::new(settings)).expect("threads"))
    }

    fn claim(username: &str, password: Password, nonce: Option<&str>, created: Option<&str>) -> Claim {
        let created = created.map(|literal| Created { literal: literal.to_owned(), at: at(literal) });
        let token = UsernameToken { username: username.to_owned(), password, nonce: nonce.map(|n| n.as_bytes().to_vec()), created };
        Claim { version: Version::Soap11, token: Some(token), timestamp: None }
    }

    fn text(username: &str, password: &str) -> Claim {
        claim(username, Password::Text(password.into()), None, None)
    }

    fn digest(username: &str, password: &str, nonce: &str) -> Claim {
        let bytes = Sha1::new().chain_update(nonce).chain_update(NOW).chain_update(password).finalize().to_vec();
        claim(username, Password::Digest(bytes), Some(nonce), Some(NOW))
    }

    async fn check_at(gate: &Arc<Gate>, claim: &Claim, now: &str) -> Result<String, i32> {
        gate.check_claim(claim, ADDRESS, at(now)).await.map(|user| user.name).map_err(|failure| failure.code.number)
    }

    async fn check(gate: &Arc<Gate>, claim: &Claim) -> Result<String, i32> {
        check_at(gate, claim, NOW).await
    }

    #[actix_web::test]
    async fn only_the_configured_form_of_password_opens() {
        let gate = gate();
        assert_eq!(check(&gate, &text("erp", "pass:word")).await.as_deref(), Ok("erp"));
        assert_eq!(check(&gate, &digest("müller", "süß", "n1")).await.as_deref(), Ok("müller"));
        for refused in [
            text("erp", "pass"),
            text("nobody", "pass:word"),
            text("müller", "süß"),
            text("basic", "x"),
            digest("erp", "pass:word", "n2"),
            digest("basic", "x", "n3"),
            digest("müller", "sauer", "n4"),
            digest("nobody", "süß", "n5"),
            claim("müller", Password::Digest(Vec::new()), Some("n6"), Some(NOW)),
        ] {
            assert_eq!(check(&gate, &refused).await, Err(1011), "{refused:?}");
        }
        let nothing = Claim { version: Version::Soap11, token: None, timestamp: None };
        assert_eq!(check(&gate, &nothing).await, Err(1001));
        let basic = Credentials { user: "müller".into(), password: "süß".into() };
        assert!(gate.check(Some(basic), ADDRESS).await.is_ok(), "a refused token does not shut out HTTP Basic");
    }

    #[actix_web::test]
    async fn a_nonce_opens_once() {
        let gate = gate();
        let with_nonce = |nonce| claim("erp", Password::Text("pass:word".into()), Some(nonce), None);
        assert_eq!(check(&gate, &with_nonce("n")).await.as_deref(), Ok("erp"));
        assert_eq!(check(&gate, &with_nonce("n")).await, Err(1014));
        assert_eq!(check(&gate, &with_nonce("m")).await.as_deref(), Ok("erp"));
        assert_eq!(check(&gate, &digest("müller", "süß", "n")).await.as_deref(), Ok("müller"), "nonces are the user's own");
        assert_eq!(check(&gate, &digest("müller", "süß", "n")).await, Err(1014));
        assert_eq!(check_at(&gate, &digest("müller", "süß", "n"), "2026-01-02T03:09:06Z").await, Err(1012));
        assert_eq!(check(&gate, &digest("müller", "sauer", "k")).await, Err(1011));
        assert_eq!(check(&gate, &digest("müller", "süß", "k")).await.as_deref(), Ok("müller"), "only who may come in uses nonces up");
    }

    #[actix_web::test]
    async fn nonces_are_forgotten_when_their_tokens_are_too_old_and_never_pile_up() {
        let gate = gate();
        let other = |n: usize| {
            let mut code = [0; 32];
            code[..8].copy_from_slice(&n.to_be_bytes());
            code
        };
        lock(&gate.nonces).extend((0..NONCES).map(|n| (other(n), at(NOW) + WINDOW)));
        let token = claim("erp", Password::Text("pass:word".into()), Some("n"), None);
        assert_eq!(check(&gate, &token).await, Err(9003), "none of them may be forgotten yet");
        assert_eq!(check_at(&gate, &token, "2026-01-02T03:09:06Z").await.as_deref(), Ok("erp"));
        assert_eq!(lock(&gate.nonces).len(), 1);
    }

    #[test]
    fn what_is_too_old_or_of_the_future_is_refused() {
        let token = |created: Option<&str>| claim("erp", Password::Text("x".into()), None, created).token.expect("a token");
        let stamp = |created: Option<&str>, expires: Option<&str>| Timestamp { created: created.map(at), expires: expires.map(at) };
        let (early, old, soon, future) = ("2026-01-02T02:59:05Z", "2026-01-02T02:59:04Z", "2026-01-02T03:09:05Z", "2026-01-02T03:09:06Z");
        for (created, timestamp, good) in [
            (None, None, true),
            (Some(early), None, true),
            (Some(soon), None, true),
            (Some(old), None, false),
            (Some(future), None, false),
            (None, Some(stamp(None, None)), true),
            (None, Some(stamp(Some(early), None)), true),
            (None, Some(stamp(Some(old), None)), false),
            (None, Some(stamp(Some(old), Some(early))), true),
            (None, Some(stamp(Some(old), Some(old))), false),
            (None, Some(stamp(Some(soon), Some("2026-01-02T04:00:00Z"))), true),
            (None, Some(stamp(Some(future), Some("2026-01-02T04:00:00Z"))), false),
            (Some(NOW), Some(stamp(None, Some(old))), false),
        ] {
            let verdict = fresh(&token(created), timestamp.as_ref(), at(NOW));
            assert_eq!(verdict.is_ok(), good, "{created:?} {timestamp:?}");
        }
    }

    #[actix_web::test]
    async fn messages_of_unknown_senders_wait_for_their_turn() {
        let gate = gate();
        let mut places = Vec::new();
        for _ in 0..UNPROVEN / 2 {
            places.push(gate.place_for_unproven(ADDRESS).await.expect("a place"));
        }
        let mut next = pin!(gate.place_for_unproven(ADDRESS));
        assert!(poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx).is_pending())).await);
        let mut other = pin!(gate.place_for_unproven([203, 0, 113, 7].into()));
        assert!(poll_fn(|cx| Poll::Ready(other.as_mut().poll(cx).is_ready())).await, "another address has places left");
        places.pop();
        assert!(next.await.is_ok());
    }

    #[actix_web::test]
    async fn tokens_are_read_where_a_user_has_one() {
        assert!(gate().reads_tokens(Face::Typed) && !gate().reads_tokens(Face::Compat));
        assert!(!Gate::new(Arc::new(fixture::settings())).expect("threads").reads_tokens(Face::Typed));
    }
}
