//! Fetching pictures for channels that take uploads only. The addresses come from the ERP, and whoever answers there is a
//! stranger: size, time and redirects are bounded, the kind is read from the bytes, and private networks are out of reach unless
//! the administrator names the host.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::DateTime;
use reqwest::blocking::{Client, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, DATE, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::{Host, Url};

use super::http::{BodyEnd, innermost, read_body, use_ring};
use super::network::is_public;
use super::{SetupError, lock};
use crate::domain::hex::hex;
use crate::domain::message::Arg;
use crate::domain::picture::Kind;

const MOST_REDIRECTS: usize = 5;
/// Pictures that are remembered; beyond, it begins again.
const MOST_REMEMBERED: usize = 20_000;
/// Bytes of a validator that is kept.
const LONGEST_VALIDATOR: usize = 500;

/// How much one picture may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub bytes: usize,
    pub time: Duration,
}

/// A picture as it came.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub kind: Kind,
    pub bytes: Vec<u8>,
    /// SHA-256, in hex.
    pub digest: String,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Miss {
    /// Somebody has to change something.
    Wrong(Wrong),
    /// It may come at another time.
    Later(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Not an address of http or https.
    Address,
    /// A host in a private network that the administrator did not name.
    Private(String),
    Status(u16),
    /// Something else, such as a page.
    NoPicture,
    /// More bytes than that.
    TooLarge(usize),
    Redirects,
}

/// The host led into a private network.
#[derive(Debug, Error)]
#[error("the host is in a private network")]
struct PrivateNetwork;

/// Looks names up for the client, and refuses addresses of private networks for the host that is being asked. A lookup of its
/// own before the call would not do: the name could answer otherwise the second time. Other names are those of a proxy.
#[derive(Debug, Default)]
struct Guard {
    asked: Mutex<Option<String>>,
}

/// What came of asking for a picture again.
#[derive(Debug, Clone)]
pub(crate) enum Fetched {
    /// The server says that it is the one with this digest.
    Same(String),
    New(Picture),
}

/// What a server named for asking later whether a picture has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Validators {
    etag: Option<HeaderValue>,
    modified: Option<HeaderValue>,
}

/// A picture that was fetched.
#[derive(Debug, Clone)]
struct Remembered {
    validators: Validators,
    digest: String,
}

pub(crate) struct Pictures {
    client: Client,
    guard: Arc<Guard>,
    /// Hosts, some with their port, that may be in a private network.
    private_hosts: Vec<String>,
    bounds: Bounds,
    /// By address; only saves downloads, so a restart may lose it.
    remembered: Mutex<BTreeMap<String, Remembered>>,
    /// One picture at a time: the guard knows one host.
    turn: Mutex<()>,
}

impl Wrong {
    /// For a message.
    pub(crate) fn worded(&self) -> Arg {
        Arg::worded(|reader| match self {
            Wrong::Address => reader.choose("this is no address of http or https", "das ist keine Adresse von http oder https").to_owned(),
            Wrong::Private(host) => match reader.language {
                crate::domain::Language::En => format!("{host} is in a private network"),
                crate::domain::Language::De => format!("{host} liegt in einem privaten Netz"),
            },
            Wrong::Status(status) => match reader.language {
                crate::domain::Language::En => format!("the server answers HTTP {status}"),
                crate::domain::Language::De => format!("der Server antwortet HTTP {status}"),
            },
            Wrong::NoPicture => reader
                .choose("what came is no picture (PNG, JPEG, GIF, WebP or AVIF)", "was kam, ist kein Bild (PNG, JPEG, GIF, WebP oder AVIF)")
                .to_owned(),
            Wrong::TooLarge(most) => match reader.language {
                crate::domain::Language::En => format!("it has more than {most} bytes"),
                crate::domain::Language::De => format!("es hat mehr als {most} Bytes"),
            },
            Wrong::Redirects => reader.choose("it redirects too often", "es leitet zu oft weiter").to_owned(),
        })
    }
}

impl From<Wrong> for Miss {
    fn from(wrong: Wrong) -> Miss {
        Miss::Wrong(wrong)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let guarded = lock(&self.asked).as_deref().is_some_and(|asked| asked.eq_ignore_ascii_case(&host));
        Box::pin(async move {
            let looked_up =
                tokio::task::spawn_blocking(move || (host.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>));
            let found = looked_up.await??;
            if guarded && found.iter().any(|address| !is_public(address.ip())) {
                return Err(PrivateNetwork.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

impl Pictures {
    /// `private_hosts`: such as `pim.local` or `10.0.0.7:8080`. Proxies are taken from the environment; where one is used, it
    /// decides which networks it reaches.
    pub(crate) fn new(private_hosts: &[String], bounds: Bounds) -> Result<Pictures, SetupError> {
        use_ring();
        let guard = Arc::new(Guard::default());
        let client = Client::builder()
            .timeout(bounds.time)
            .connect_timeout(bounds.time)
            .redirect(reqwest::redirect::Policy::none())
            // A connection that is kept would be used again without asking the guard.
            .pool_max_idle_per_host(0)
            .dns_resolver(guard.clone())
            .user_agent(concat!("kontor/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Pictures { client, guard, private_hosts: private_hosts.to_vec(), bounds, remembered: Mutex::default(), turn: Mutex::new(()) })
    }

    /// Fetches the picture behind an address, unless the server says that it is the one that was fetched before. `trusted`: Kontor
    /// itself serves it, wherever that is.
    pub(crate) fn fetch_if_changed(&self, address: &str, trusted: bool) -> Result<Fetched, Miss> {
        let known = lock(&self.remembered).get(address).cloned();
        match self.ask(address, trusted, known.as_ref().map(|known| &known.validators))? {
            Some(picture) => Ok(Fetched::New(picture)),
            None => known.map(|known| Fetched::Same(known.digest)).ok_or_else(|| Miss::Later("HTTP 304 without a question".to_owned())),
        }
    }

    /// Fetches the picture behind an address, whatever is known of it.
    pub(crate) fn fetch(&self, address: &str, trusted: bool) -> Result<Picture, Miss> {
        self.ask(address, trusted, None)?.ok_or_else(|| Miss::Later("HTTP 304 without a question".to_owned()))
    }

    /// `None`: the picture with these validators has not changed.
    fn ask(&self, address: &str, trusted: bool, known: Option<&Validators>) -> Result<Option<Picture>, Miss> {
        let _turn = lock(&self.turn);
        let deadline = Instant::now() + self.bounds.time;
        let mut url = Url::parse(address.trim()).map_err(|_| Wrong::Address)?;
        for hop in 0..=MOST_REDIRECTS {
            self.admit(&url, trusted && hop == 0)?;
            let mut request = self.client.get(url.clone()).header(ACCEPT, "image/*");
            if let Some(etag) = known.and_then(|known| known.etag.clone()) {
                request = request.header(IF_NONE_MATCH, etag);
            }
            if let Some(modified) = known.and_then(|known| known.modified.clone()) {
                request = request.header(IF_MODIFIED_SINCE, modified);
            }
            let response = request.send().map_err(|error| missed(&url, error))?;
            match response.status().as_u16() {
                200 => {
                    let validators = Validators::of(response.headers());
                    let picture = self.read(response, deadline)?;
                    self.remember(address, validators, &picture.digest);
                    return Ok(Some(picture));
                }
                304 if known.is_some() => return Ok(None),
                301..=303 | 307 | 308 => url = target(&url, &response).ok_or(Wrong::Address)?,
                status @ (408 | 425 | 429 | 500..=599) => return Err(Miss::Later(format!("HTTP {status}"))),
                status => return Err(Wrong::Status(status).into()),
            }
            if Instant::now() >= deadline {
                return Err(slow(self.bounds.time));
            }
        }
        Err(Wrong::Redirects.into())
    }

    fn remember(&self, address: &str, validators: Option<Validators>, digest: &str) {
        let mut remembered = lock(&self.remembered);
        let Some(validators) = validators else {
            remembered.remove(address);
            return;
        };
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(address.to_owned(), Remembered { validators, digest: digest.to_owned() });
    }

    /// Whether this host may be asked; names are looked at when they are looked up.
    fn admit(&self, url: &Url, trusted: bool) -> Result<(), Wrong> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Wrong::Address);
        }
        let host = url.host_str().ok_or(Wrong::Address)?;
        let named = |known: &String| {
            known.eq_ignore_ascii_case(host) || url.port_or_known_default().is_some_and(|port| *known == format!("{host}:{port}"))
        };
        let free = trusted || self.private_hosts.iter().any(named);
        let private = match url.host() {
            Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => false,
        };
        if private && !free {
            return Err(Wrong::Private(host.to_owned()));
        }
        *lock(&self.guard.asked) = (!free).then(|| host.to_owned());
        Ok(())
    }

    fn read(&self, response: Response, deadline: Instant) -> Result<Picture, Miss> {
        let most = self.bounds.bytes;
        let too_large = || Miss::from(Wrong::TooLarge(most));
        if response.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |length| length > most)) {
            return Err(too_large());
        }
        let bytes = read_body(response, most, || Instant::now() >= deadline).map_err(|end| match end {
            BodyEnd::TooLong => too_large(),
            BodyEnd::TooSlow => slow(self.bounds.time),
            BodyEnd::Broken(error) => Miss::Later(format!("the picture broke off: {error}")),
        })?;
        let kind = Kind::of(&bytes).ok_or(Wrong::NoPicture)?;
        let digest = hex(&Sha256::digest(&bytes));
        Ok(Picture { kind, bytes, digest })
    }
}

impl Validators {
    /// `None`: the server named nothing that can be relied on. A time counts only where the picture cannot have changed twice
    /// within its second (RFC 9110, section 8.8.2.2).
    fn of(headers: &HeaderMap) -> Option<Validators> {
        let short = |name| headers.get(name).filter(|value| value.len() <= LONGEST_VALIDATOR).cloned();
        let time = |name| DateTime::parse_from_rfc2822(headers.get(name)?.to_str().ok()?).ok();
        let settled = time(LAST_MODIFIED).zip(time(DATE)).is_some_and(|(modified, now)| (now - modified).num_seconds() >= 60);
        let found = Validators { etag: short(ETAG), modified: short(LAST_MODIFIED).filter(|_| settled) };
        (found.etag.is_some() || found.modified.is_some()).then_some(found)
    }
}

fn slow(time: Duration) -> Miss {
    Miss::Later(format!("the picture takes longer than {} s", time.as_secs()))
}

fn target(url: &Url, response: &Response) -> Option<Url> {
    url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

fn missed(url: &Url, error: reqwest::Error) -> Miss {
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(found) = cause {
        if found.is::<PrivateNetwork>() {
            return Wrong::Private(url.host_str().unwrap_or_default().to_owned()).into();
        }
        cause = found.source();
    }
    Miss::Later(innermost(error))
}

#[cfg(test)]
mod tests;
