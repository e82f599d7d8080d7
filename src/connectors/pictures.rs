//! Fetching pictures for channels that take uploads only. The addresses come from the ERP, and whoever answers there is a
//! stranger: size, time and redirects are bounded, the kind is read from the bytes, and private networks are out of reach unless
//! the administrator names the host.

#[cfg(test)]
mod tests;

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, LOCATION};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::{Host, Url};

use super::http::{innermost, use_ring};
use super::{SetupError, lock};
use crate::domain::hex::hex;
use crate::domain::message::Arg;

const MOST_REDIRECTS: usize = 5;
/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// How much one picture may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub bytes: usize,
    pub time: Duration,
}

/// What a channel can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    Gif,
    Webp,
    Avif,
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

pub(crate) struct Pictures {
    client: Client,
    guard: Arc<Guard>,
    /// Hosts, some with their port, that may be in a private network.
    private_hosts: Vec<String>,
    bounds: Bounds,
    /// One picture at a time: the guard knows one host.
    turn: Mutex<()>,
}

impl Kind {
    /// By the first bytes: names and media types are what somebody says.
    pub(crate) fn of(bytes: &[u8]) -> Option<Kind> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Kind::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Kind::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Kind::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Kind::Webp),
            [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => Some(Kind::Avif),
            _ => None,
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Kind::Png => "image/png",
            Kind::Jpeg => "image/jpeg",
            Kind::Gif => "image/gif",
            Kind::Webp => "image/webp",
            Kind::Avif => "image/avif",
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Kind::Png => "png",
            Kind::Jpeg => "jpg",
            Kind::Gif => "gif",
            Kind::Webp => "webp",
            Kind::Avif => "avif",
        }
    }
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
        Ok(Pictures { client, guard, private_hosts: private_hosts.to_vec(), bounds, turn: Mutex::new(()) })
    }

    /// Fetches the picture behind an address. `trusted`: Kontor itself serves it, wherever that is.
    pub(crate) fn fetch(&self, address: &str, trusted: bool) -> Result<Picture, Miss> {
        let _turn = lock(&self.turn);
        let deadline = Instant::now() + self.bounds.time;
        let mut url = Url::parse(address.trim()).map_err(|_| Wrong::Address)?;
        for hop in 0..=MOST_REDIRECTS {
            self.admit(&url, trusted && hop == 0)?;
            let response = self.client.get(url.clone()).header(ACCEPT, "image/*").send().map_err(|error| missed(&url, error))?;
            match response.status().as_u16() {
                200 => return self.read(response, deadline),
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

    fn read(&self, mut response: Response, deadline: Instant) -> Result<Picture, Miss> {
        let most = self.bounds.bytes;
        let too_large = || Miss::from(Wrong::TooLarge(most));
        if response.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |length| length > most)) {
            return Err(too_large());
        }
        let (mut bytes, mut chunk) = (Vec::new(), vec![0; CHUNK]);
        loop {
            let read = response.read(&mut chunk).map_err(|error| Miss::Later(format!("the picture broke off: {error}")))?;
            if read == 0 {
                break;
            }
            bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
            if bytes.len() > most {
                return Err(too_large());
            }
            if Instant::now() >= deadline {
                return Err(slow(self.bounds.time));
            }
        }
        let kind = Kind::of(&bytes).ok_or(Wrong::NoPicture)?;
        let digest = hex(&Sha256::digest(&bytes));
        Ok(Picture { kind, bytes, digest })
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

/// Whether an address is one of the public internet. What leads to an IPv4 address counts as that one.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // This network, shared address space, protocol assignments, benchmarks, reserved.
        [0, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18..=19, ..] | [240..=255, ..] => true,
        _ => false,
    };
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // Mapped and compatible IPv4 (with `::` and `::1`), NAT64, 6to4.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        // Unique local, link local, site local, multicast, documentation, discard.
        [0xfc00..=0xffff, ..] | [0x2001, 0xdb8, ..] | [0x100, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..] => false,
        _ => true,
    }
}
