//! Credentials against the configured users: HTTP Basic here, UsernameTokens in [`token`].
//!
//! A password costs one Argon2 run. The process remembers the right one of each user as long as it runs, because users
//! change with the configuration only: whatever floods the login, who was in stays in. Wrong ones are remembered for some
//! minutes, because an ERP with an outdated password asks again and again. New ones queue for few runs at a time, and an
//! address that guesses has to pause ([`pauses`]).

mod pauses;
mod token;

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use argon2::password_hash::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::places::{Lane, Party, Places, Threads, Whose, lock};
use crate::config::password::cost;
use crate::config::{Settings, User};
use crate::domain::{Failure, code};
use pauses::Pauses;

/// How long a wrong password is remembered.
const REMEMBERED: Duration = Duration::from_secs(300);
/// Wrong credentials remembered at most; right ones are at most as many as there are users.
const WRONG_REMEMBERED: usize = 10_000;
/// Networks from which a user's right credentials came, at most.
const NETWORKS: usize = 64;
/// Argon2 runs at the same time, at most: each takes a processor, and the memory its hash says.
const MOST_RUNS: usize = 4;
/// Logins that may wait for a run, and how long.
const QUEUE: usize = 256;
const PATIENCE: Duration = Duration::from_secs(20);

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
    /// What a form says.
    pub(super) fn new(user: String, password: String) -> Credentials {
        Credentials { user, password: password.into() }
    }

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

/// The right credentials of a user, and where they came from last.
#[derive(Clone)]
struct Known {
    code: Code,
    networks: VecDeque<IpAddr>,
}

/// Checks credentials.
pub(super) struct Gate {
    settings: Arc<Settings>,
    /// New in each process: what is remembered is worth nothing outside it.
    key: [u8; 64],
    /// By the index of the user.
    right: Mutex<HashMap<usize, Known>>,
    wrong: Mutex<HashMap<Code, Instant>>,
    pauses: Arc<Mutex<Pauses>>,
    /// Where Argon2 runs.
    runs: Arc<Lane>,
    queue: Arc<Places>,
    /// Turns for messages in the memory whose sender is still unknown.
    unproven: Arc<token::Unproven>,
    nonces: Arc<Mutex<token::Nonces>>,
    _threads: Arc<Threads>,
}

/// Half of the processors, so that a flood of logins leaves the others for calls.
fn runs() -> usize {
    (std::thread::available_parallelism().map_or(2, usize::from) / 2).clamp(1, MOST_RUNS)
}

impl Gate {
    pub(super) fn new(settings: Arc<Settings>) -> std::io::Result<Gate> {
        let mut key = [0; 64];
        rand::fill(&mut key);
        let threads = Threads::new(runs())?;
        Ok(Gate {
            settings,
            key,
            right: Mutex::default(),
            wrong: Mutex::default(),
            pauses: Arc::default(),
            runs: Arc::new(threads.lane(runs())),
            queue: Places::for_addresses(QUEUE),
            unproven: Arc::default(),
            nonces: Arc::default(),
            _threads: Arc::new(threads),
        })
    }

    /// The same with other users. Whoever guesses goes on pausing, used nonces stay used, and a password that is still right
    /// stays remembered.
    pub(super) fn renewed(&self, settings: Arc<Settings>) -> Gate {
        let index_of = |old: &usize| {
            let before = self.settings.users.get(*old)?;
            let same = |user: &User| user.name == before.name && user.password_hash.expose_secret() == before.password_hash.expose_secret();
            settings.users.iter().position(same)
        };
        let known = |(old, known): (&usize, &Known)| Some((index_of(old)?, known.clone()));
        let right = lock(&self.right).iter().filter_map(known).collect();
        Gate {
            key: self.key,
            right: Mutex::new(right),
            wrong: Mutex::default(),
            pauses: Arc::clone(&self.pauses),
            runs: Arc::clone(&self.runs),
            queue: Arc::clone(&self.queue),
            unproven: Arc::clone(&self.unproven),
            nonces: Arc::clone(&self.nonces),
            _threads: Arc::clone(&self._threads),
            settings,
        }
    }

    /// The user with these credentials, who calls from this address.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`; `LOGIN_PAUSED` after too many wrong ones; `OVERLOADED` when too many logins wait.
    pub(super) async fn check(self: &Arc<Gate>, credentials: Option<Credentials>, from: IpAddr) -> Result<User, Failure> {
        let refused = || Failure::new(code::UNAUTHENTICATED, []);
        let credentials = credentials.ok_or_else(refused)?;
        let index = self.settings.users.iter().position(|user| user.name == credentials.user);
        let code_of_this = self.code(&credentials);
        let verdict = match self.recall(index, &code_of_this, Instant::now()) {
            Some(true) => {
                // What is remembered must not make guessing quick; but whoever was in from there stays in.
                if !self.was_in(index, from) {
                    self.refuse_paused(from, self.code_of_name(&credentials.user))?;
                }
                self.remember(index, code_of_this, true, from, Instant::now());
                true
            }
            Some(false) => false,
            None => self.verify(index, code_of_this, credentials, from).await?,
        };
        let user = index.filter(|_| verdict).and_then(|index| self.settings.users.get(index));
        user.cloned().ok_or_else(refused)
    }

    async fn verify(self: &Arc<Gate>, index: Option<usize>, own: Code, given: Credentials, from: IpAddr) -> Result<bool, Failure> {
        let user = self.code_of_name(&given.user);
        self.refuse_paused(from, user)?;
        let overloaded = || Failure::new(code::OVERLOADED, []);
        let queued = self.queue.take(&Party::Address(pauses::network(from))).ok_or_else(overloaded)?;
        let turn = self.runs.turn_within(Whose::default(), PATIENCE).await?;
        drop(queued);
        // Twenty connections of one ERP start with the same password; one run serves them all.
        if let Some(verdict) = self.recall(index, &own, Instant::now()) {
            return Ok(verdict);
        }
        // Of many guesses at once, the first ones may have failed meanwhile.
        self.refuse_paused(from, user)?;
        let gate = Arc::clone(self);
        let verdict = self.runs.work(turn, move || {
            let verdict = gate.run_argon2(index, &given.password);
            gate.remember(index, own, verdict, from, Instant::now());
            let mut pauses = lock(&gate.pauses);
            match verdict {
                true => pauses.succeeded(from, user),
                false => pauses.failed(from, user, Instant::now()),
            }
            verdict
        });
        verdict.await.ok_or_else(|| Failure::new(code::INTERNAL, ["the login was interrupted"]))
    }

    fn refuse_paused(&self, from: IpAddr, user: Code) -> Result<(), Failure> {
        let left = lock(&self.pauses).left(from, user, Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        // Rounded up: who comes again in time must not come too early.
        Err(Failure::new(code::LOGIN_PAUSED, [&left.as_secs().saturating_add(1).to_string()]))
    }

    /// An unknown user costs as much as the known one that costs the most: the hash of that one is verified, and the
    /// result dropped. `kontor check` warns where the hashes cost differently, because those of less cost answer sooner.
    fn run_argon2(&self, index: Option<usize>, password: &SecretString) -> bool {
        let user = index.map_or_else(|| self.dearest(), |index| self.settings.users.get(index));
        let Some(user) = user else {
            return false;
        };
        let Ok(hash) = PasswordHash::new(user.password_hash.expose_secret()) else {
            log::error!("the password_hash of user {:?} is not in PHC form; make a new one with kontor user hash", user.name);
            return false;
        };
        let fits = Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
        fits && index.is_some()
    }

    fn dearest(&self) -> Option<&User> {
        self.settings.users.iter().max_by_key(|user| cost(user.password_hash.expose_secret()))
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

    /// For tables: a name may be of any length.
    fn code_of_name(&self, name: &str) -> Code {
        self.mac().chain_update(name.as_bytes()).finalize().into_bytes().into()
    }

    /// What a browser has to send back, to show that it got the page from here: its own for each user.
    pub(super) fn page_token(&self, user: &str) -> String {
        let mac = self.mac().chain_update([1]).chain_update(user.as_bytes());
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    fn recall(&self, index: Option<usize>, own: &Code, now: Instant) -> Option<bool> {
        if let Some(code) = index.and_then(|index| lock(&self.right).get(&index).map(|known| known.code))
            && bool::from(code.ct_eq(own))
        {
            return Some(true);
        }
        lock(&self.wrong).get(own).filter(|until| now < **until).map(|_| false)
    }

    fn was_in(&self, index: Option<usize>, from: IpAddr) -> bool {
        let right = lock(&self.right);
        index.and_then(|index| right.get(&index)).is_some_and(|known| known.networks.contains(&pauses::network(from)))
    }

    fn remember(&self, index: Option<usize>, own: Code, verdict: bool, from: IpAddr, now: Instant) {
        if let Some(index) = index.filter(|_| verdict) {
            let network = pauses::network(from);
            let mut right = lock(&self.right);
            let known = right.entry(index).or_insert_with(|| Known { code: own, networks: VecDeque::new() });
            known.code = own;
            if !known.networks.contains(&network) {
                known.networks.truncate(NETWORKS - 1);
                known.networks.push_front(network);
            }
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
        wrong.insert(own, now + REMEMBERED);
    }
}

#[cfg(test)]
mod tests;
