//! Fetching pictures for channels that take uploads only. The addresses come from the ERP, and whoever answers there is a
//! stranger: size, time and redirects are bounded, the kind is read from the bytes, and private networks are out of reach unless
//! the administrator names the host.

use std::io::Read;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, LOCATION};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::{Host, Url};

use super::http::{innermost, use_ring};
use super::image::Kind;
use super::network::is_public;
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use super::{Bounds, Kind, Miss, Pictures, Wrong};

    const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";

    fn pictures(hosts: &[&str]) -> Pictures {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        Pictures::new(&hosts, Bounds { bytes: 1000, time: Duration::from_secs(5) }).unwrap()
    }

    /// A server that gives these answers, one per connection; its address.
    fn server(answers: Vec<Vec<u8>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(&answer);
            }
        });
        url
    }

    fn ok(body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    fn status(line: &str) -> Vec<u8> {
        format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n").into_bytes()
    }

    fn miss(answer: Vec<u8>) -> Miss {
        pictures(&["127.0.0.1"]).fetch(&server(vec![answer]), false).unwrap_err()
    }

    #[test]
    fn the_kind_is_read_from_the_bytes_whatever_the_address_and_the_server_say() {
        let url = server(vec![ok(GIF)]);
        let picture = pictures(&["127.0.0.1"]).fetch(&format!("{url}/a.png"), false).unwrap();
        assert_eq!((picture.kind, picture.bytes.as_slice(), picture.digest.len()), (Kind::Gif, GIF, 64));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused_and_what_may_come_later_is_not() {
        assert_eq!(miss(ok(b"<html><body>not found</body></html>")), Miss::Wrong(Wrong::NoPicture));
        assert_eq!(miss(ok(b"")), Miss::Wrong(Wrong::NoPicture));
        assert_eq!(miss(status("404 Not Found")), Miss::Wrong(Wrong::Status(404)));
        assert_eq!(miss(status("403 Forbidden")), Miss::Wrong(Wrong::Status(403)));
        assert_eq!(miss(status("503 Service Unavailable")), Miss::Later("HTTP 503".to_owned()));
        let said = b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n".to_vec();
        assert_eq!(miss(said), Miss::Wrong(Wrong::TooLarge(1000)), "before a byte of it is read");
        let unsaid = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_slice(), GIF, &[0; 5000]].concat();
        assert_eq!(miss(unsaid), Miss::Wrong(Wrong::TooLarge(1000)));
        let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nGIF89a".to_vec();
        assert!(matches!(miss(cut), Miss::Later(_)));
        assert!(matches!(pictures(&["127.0.0.1"]).fetch("http://127.0.0.1:9/a.png", false), Err(Miss::Later(_))));
        for address in ["ftp://example.com/a.png", "a.png", "file:///etc/passwd", "data:image/gif;base64,R0lGODlh"] {
            assert_eq!(pictures(&[]).fetch(address, false).unwrap_err(), Miss::Wrong(Wrong::Address), "{address}");
        }
    }

    #[test]
    fn a_private_address_is_out_of_reach_also_behind_a_redirect_or_a_name() {
        let refused = |hosts: &[&str], url: &str| match pictures(hosts).fetch(url, false).unwrap_err() {
            Miss::Wrong(Wrong::Private(host)) => host,
            other => panic!("{url}: {other:?}"),
        };
        assert_eq!(refused(&[], "http://127.0.0.1:9/a.png"), "127.0.0.1");
        assert_eq!(refused(&[], "http://[::1]:9/a.png"), "[::1]");
        assert_eq!(refused(&[], "http://0x7f000001/a.png"), "127.0.0.1", "another spelling");
        assert_eq!(refused(&[], "http://localhost:9/a.png"), "localhost");
        let redirect = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n".to_vec();
        assert_eq!(refused(&["127.0.0.1"], &server(vec![redirect])), "169.254.169.254");
        let to_name = b"HTTP/1.1 302 Found\r\nLocation: http://localhost:9/a.png\r\nContent-Length: 0\r\n\r\n".to_vec();
        let url = server(vec![to_name]);
        match pictures(&[]).fetch(&url, true).unwrap_err() {
            Miss::Wrong(Wrong::Private(host)) => assert_eq!(host, "localhost", "only the address itself is trusted"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_named_host_and_kontor_itself_may_be_private() {
        let url = server(vec![ok(GIF), ok(GIF)]);
        assert!(pictures(&[]).fetch(&url, true).is_ok());
        assert!(pictures(&[url.trim_start_matches("http://")]).fetch(&url, false).is_ok(), "by host and port");
        let next = server(vec![ok(GIF)]);
        let moved = format!("HTTP/1.1 301 Moved\r\nLocation: {next}/b.gif\r\nContent-Length: 0\r\n\r\n").into_bytes();
        assert!(pictures(&["127.0.0.1"]).fetch(&server(vec![moved]), false).is_ok(), "redirects are followed");
        let circle = b"HTTP/1.1 301 Moved\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n".to_vec();
        let url = server(vec![circle; 10]);
        assert_eq!(pictures(&["127.0.0.1"]).fetch(&url, false).unwrap_err(), Miss::Wrong(Wrong::Redirects));
    }
}
