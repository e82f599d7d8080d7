//! Credentials against the configured users: HTTP Basic here, UsernameTokens in [`token`].
//!
//! A password costs one Argon2 run; then the process remembers that it was right, or wrong, for some minutes. Wrong
//! ones are remembered too, because an ERP with an outdated password asks again and again.

mod token;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::web;
use argon2::password_hash::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::config::{Settings, User};
use crate::domain::{Failure, code};

/// How long a verdict is remembered.
const REMEMBERED: Duration = Duration::from_secs(300);
/// Wrong credentials remembered at most; right ones are at most as many as there are users.
const WRONG_REMEMBERED: usize = 10_000;
/// Argon2 runs at the same time, so that a flood of logins leaves CPU for the calls.
const RUNS: usize = 2;
/// Logins that may wait for a run, and how long.
const QUEUE: usize = 256;
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);

/// Lenient in the padding, which some hand-made clients leave out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// What an `Authorization` header holds.
pub(super) struct Credentials {
    user: String,
    password: SecretString,
}

impl Credentials {
    /// Reads `Basic …`. The password may hold colons; bytes that are no UTF-8 are taken as ISO-8859-1.
    pub(super) fn from_header(header: &str) -> Option<Credentials> {
        let (scheme, value) = header.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = BASE64.decode(value.trim()).ok()?;
        let text = String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect());
        let (user, password) = text.split_once(':')?;
        Some(Credentials { user: user.to_owned(), password: password.into() })
    }
}

type Code = [u8; 32];

/// Checks credentials.
pub(super) struct Gate {
    settings: Arc<Settings>,
    /// New in each process: what is remembered is worth nothing outside it.
    key: [u8; 64],
    /// By the index of the user.
    right: Mutex<HashMap<usize, (Code, Instant)>>,
    wrong: Mutex<HashMap<Code, Instant>>,
    running: AtomicUsize,
    queued: AtomicUsize,
    /// Messages in the memory whose sender is still unknown.
    unproven: AtomicUsize,
    nonces: Mutex<token::Nonces>,
}

impl Gate {
    pub(super) fn new(settings: Arc<Settings>) -> Gate {
        let mut key = [0; 64];
        rand::fill(&mut key);
        Gate {
            settings,
            key,
            right: Mutex::default(),
            wrong: Mutex::default(),
            running: AtomicUsize::new(0),
            queued: AtomicUsize::new(0),
            unproven: AtomicUsize::new(0),
            nonces: Mutex::default(),
        }
    }

    /// The user with these credentials.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`; `OVERLOADED` when too many logins wait.
    pub(super) async fn check(self: &Arc<Gate>, credentials: Option<Credentials>) -> Result<User, Failure> {
        let refused = || Failure::new(code::UNAUTHENTICATED, []);
        let credentials = credentials.ok_or_else(refused)?;
        let index = self.settings.users.iter().position(|user| user.name == credentials.user);
        let code_of_this = self.code(&credentials);
        let verdict = match self.recall(index, &code_of_this, Instant::now()) {
            Some(verdict) => verdict,
            None => self.verify(index, code_of_this, credentials).await?,
        };
        let user = index.filter(|_| verdict).and_then(|index| self.settings.users.get(index));
        user.cloned().ok_or_else(refused)
    }

    async fn verify(self: &Arc<Gate>, index: Option<usize>, own: Code, given: Credentials) -> Result<bool, Failure> {
        let overloaded = || Failure::new(code::OVERLOADED, []);
        let queued = Counted::take(self, |gate| &gate.queued, QUEUE).ok_or_else(overloaded)?;
        let since = Instant::now();
        let run = loop {
            if let Some(run) = Counted::take(self, |gate| &gate.running, RUNS) {
                break run;
            }
            if since.elapsed() > PATIENCE {
                return Err(overloaded());
            }
            actix_web::rt::time::sleep(POLL).await;
            // Twenty connections of one ERP start with the same password; one run serves them all.
            if let Some(verdict) = self.recall(index, &own, Instant::now()) {
                return Ok(verdict);
            }
        };
        drop(queued);
        let gate = Arc::clone(self);
        let verdict = web::block(move || {
            // Held to the end of the run, even if the client has gone by then.
            let _run = run;
            let verdict = gate.run_argon2(index, &given.password);
            gate.remember(index, own, verdict, Instant::now());
            verdict
        });
        verdict.await.map_err(|_| Failure::new(code::INTERNAL, ["the login was interrupted"]))
    }

    /// An unknown user costs as much as a known one: the hash of another user is verified, and the result dropped.
    fn run_argon2(&self, index: Option<usize>, password: &SecretString) -> bool {
        let users = &self.settings.users;
        let Some(user) = users.get(index.unwrap_or(0)) else {
            return false;
        };
        let Ok(hash) = PasswordHash::new(user.password_hash.expose_secret()) else {
            log::error!("the password_hash of user {:?} is not in PHC form; set it anew with kontor user", user.name);
            return false;
        };
        let fits = Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
        fits && index.is_some()
    }

    fn mac(&self) -> Hmac<Sha256> {
        <Hmac<Sha256> as hmac::digest::KeyInit>::new(&self.key.into())
    }

    fn code(&self, credentials: &Credentials) -> Code {
        let mac = self
            .mac()
            .chain_update(credentials.user.as_bytes())
            .chain_update([0])
            .chain_update(credentials.password.expose_secret().as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn recall(&self, index: Option<usize>, own: &Code, now: Instant) -> Option<bool> {
        if let Some((code, until)) = index.and_then(|index| lock(&self.right).get(&index).copied())
            && now < until
            && bool::from(code.ct_eq(own))
        {
            return Some(true);
        }
        lock(&self.wrong).get(own).filter(|until| now < **until).map(|_| false)
    }

    fn remember(&self, index: Option<usize>, own: Code, verdict: bool, now: Instant) {
        let until = now + REMEMBERED;
        if let Some(index) = index.filter(|_| verdict) {
            lock(&self.right).insert(index, (own, until));
            return;
        }
        let mut wrong = lock(&self.wrong);
        if wrong.len() >= WRONG_REMEMBERED {
            wrong.retain(|_, until| now < *until);
        }
        if wrong.len() >= WRONG_REMEMBERED
            && let Some(oldest) = wrong.iter().min_by_key(|(_, until)| **until).map(|(code, _)| *code)
        {
            wrong.remove(&oldest);
        }
        wrong.insert(own, until);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of a bounded number of places, given back when dropped.
pub(super) struct Counted<T> {
    of: Arc<T>,
    counter: fn(&T) -> &AtomicUsize,
}

impl<T> Counted<T> {
    /// `None`: all `most` places are taken.
    pub(super) fn take(of: &Arc<T>, counter: fn(&T) -> &AtomicUsize, most: usize) -> Option<Counted<T>> {
        let more = |taken: usize| (taken < most).then_some(taken + 1);
        counter(of).fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Counted { of: Arc::clone(of), counter })
    }

    /// Waits for a place, but not for ever.
    async fn wait(of: &Arc<T>, counter: fn(&T) -> &AtomicUsize, most: usize) -> Option<Counted<T>> {
        let since = Instant::now();
        loop {
            match Counted::take(of, counter, most) {
                Some(place) => return Some(place),
                None if since.elapsed() > PATIENCE => return None,
                None => actix_web::rt::time::sleep(POLL).await,
            }
        }
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        (self.counter)(&self.of).fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::fixture;

    fn gate() -> Arc<Gate> {
        Arc::new(Gate::new(Arc::new(fixture::settings())))
    }

    fn header(text: impl AsRef<[u8]>) -> String {
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
    }

    async fn login(gate: &Arc<Gate>, text: impl AsRef<[u8]>) -> Result<String, i32> {
        let user = gate.check(Credentials::from_header(&header(text))).await;
        user.map(|user| user.name).map_err(|failure| failure.code.number)
    }

    #[actix_web::test]
    async fn only_the_right_password_of_a_known_user_opens() {
        let gate = gate();
        assert_eq!(login(&gate, "erp:pass:word").await.as_deref(), Ok("erp"));
        for wrong in ["erp:pass", "erp:", "nobody:pass:word", ":", "nothing"] {
            assert_eq!(login(&gate, wrong).await, Err(1001), "{wrong}");
        }
        assert!(gate.check(None).await.is_err());
    }

    #[actix_web::test]
    async fn credentials_come_as_utf_8_or_as_iso_8859_1() {
        let gate = gate();
        assert_eq!(login(&gate, "müller:süß").await.as_deref(), Ok("müller"));
        assert_eq!(login(&gate, b"m\xFCller:s\xFC\xDF").await.as_deref(), Ok("müller"));
    }

    #[test]
    fn other_schemes_and_broken_headers_are_no_credentials() {
        for header in ["", "Basic", "Basic !!", "Bearer abc", "Digest username=\"erp\"", "Basic 4Zpw"] {
            assert!(Credentials::from_header(header).is_none(), "{header}");
        }
        for header in ["basic ZXJwOng=", "BASIC  ZXJwOng", " Basic ZXJwOng= "] {
            assert!(Credentials::from_header(header).is_some_and(|c| c.user == "erp"), "{header}");
        }
    }

    #[actix_web::test]
    async fn a_verdict_is_remembered_for_five_minutes_and_not_longer() {
        let gate = gate();
        let right = gate.code(&Credentials { user: "erp".into(), password: "pass:word".into() });
        let wrong = gate.code(&Credentials { user: "erp".into(), password: "x".into() });
        assert_eq!(gate.recall(Some(0), &right, Instant::now()), None);
        assert!(login(&gate, "erp:pass:word").await.is_ok() && login(&gate, "erp:x").await.is_err());
        let now = Instant::now();
        assert_eq!(gate.recall(Some(0), &right, now), Some(true));
        assert_eq!(gate.recall(Some(1), &right, now), None);
        assert_eq!(gate.recall(Some(0), &wrong, now), Some(false));
        for code in [right, wrong] {
            assert_eq!(gate.recall(Some(0), &code, now + REMEMBERED), None);
        }
    }

    #[test]
    fn wrong_credentials_are_remembered_up_to_a_number() {
        let gate = gate();
        let now = Instant::now();
        let code = |n: usize| {
            let mut code = [0; 32];
            code[..8].copy_from_slice(&n.to_be_bytes());
            code
        };
        for n in 0..=WRONG_REMEMBERED {
            gate.remember(None, code(n), false, now + Duration::from_micros(n as u64));
        }
        assert_eq!(gate.recall(None, &code(0), now), None, "the oldest is forgotten");
        assert_eq!(gate.recall(None, &code(1), now), Some(false));
        assert_eq!(lock(&gate.wrong).len(), WRONG_REMEMBERED);
    }

    #[actix_web::test]
    async fn many_logins_at_once_are_all_answered() {
        let gate = gate();
        let logins: Vec<_> = (0..20)
            .map(|n| {
                let gate = Arc::clone(&gate);
                let password = if n % 2 == 0 { "erp:pass:word".to_owned() } else { format!("erp:{n}") };
                actix_web::rt::spawn(async move { login(&gate, password).await.is_ok() })
            })
            .collect();
        for (n, login) in logins.into_iter().enumerate() {
            assert_eq!(login.await.ok(), Some(n % 2 == 0));
        }
        assert_eq!(gate.running.load(Ordering::Acquire) + gate.queued.load(Ordering::Acquire), 0);
    }

    #[actix_web::test]
    async fn a_full_queue_refuses_instead_of_growing() {
        let gate = gate();
        let places: Vec<_> = (0..QUEUE).map(|_| Counted::take(&gate, |gate| &gate.queued, QUEUE)).collect();
        assert_eq!(login(&gate, "erp:pass:word").await, Err(9003));
        drop(places);
        assert!(login(&gate, "erp:pass:word").await.is_ok());
    }
}
