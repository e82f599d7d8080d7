//! What every connector needs of HTTP: time-outs, bounded answers, and one reading of the status codes.
//!
//! Nothing here logs, and errors carry neither query strings nor bodies: both may hold secrets or addresses.

use std::io::Read;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::Url;
use reqwest::blocking::{Client, Request, RequestBuilder};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};

use super::authorities;
use super::feeds::{self, Exchange, Text};
use super::{ChannelError, SetupError};

/// Bytes of an answer. 1000 orders of Vendure take about 4 MiB.
const MOST_ANSWER: usize = 32 << 20;
/// Bytes read at once.
const CHUNK: usize = 64 << 10;
/// A host that does not answer at all is given up earlier than a slow call.
const CONNECT: Duration = Duration::from_secs(10);

/// A blocking client. Build it outside of async code, it starts a thread of its own. Proxies are taken from the
/// environment (`HTTPS_PROXY`, `NO_PROXY`).
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client,
    timeout: Duration,
    most_answer: usize,
    /// An error with status 500 and such content is the other side's own word on what it was sent, not an outage.
    own_errors: &'static [&'static str],
    /// Whoever calls reads the status of each answer.
    reads_status: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// An answer that is neither an outage nor a refusal of the credentials.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn json(&self) -> Result<serde_json::Value, ChannelError> {
        serde_json::from_slice(&self.body).map_err(|error| ChannelError::Protocol {
            reason: format!(
                "HTTP {} with {} bytes that are no JSON ({error}); is the address that of the API?",
                self.status,
                self.body.len()
            ),
        })
    }
}

impl Http {
    /// `timeout` bounds each call as a whole.
    pub(crate) fn new(timeout: Duration) -> Result<Http, SetupError> {
        use_ring();
        let client = Client::builder()
            .timeout(timeout)
            .connect_timeout(CONNECT.min(timeout))
            // A redirect would carry the credentials to where the admin did not send them, and turn a POST into a GET.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("kontor/", env!("CARGO_PKG_VERSION")))
            .tls_certs_merge(authorities::trusted())
            .build()?;
        Ok(Http { client, timeout, most_answer: MOST_ANSWER, own_errors: &[], reads_status: false })
    }

    pub(crate) fn with_own_errors(self, media_types: &'static [&'static str]) -> Http {
        Http { own_errors: media_types, ..self }
    }

    /// Gives every answer, whatever its status says.
    pub(crate) fn with_every_status(self) -> Http {
        Http { reads_status: true, ..self }
    }

    pub(crate) fn post(&self, url: &str) -> RequestBuilder {
        self.client.post(url)
    }

    pub(crate) fn delete(&self, url: &str) -> RequestBuilder {
        self.client.delete(url)
    }

    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        match method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Put => self.client.put(url),
            Method::Delete => self.client.delete(url),
        }
    }

    pub(crate) fn send(&self, request: RequestBuilder) -> Result<Answer, ChannelError> {
        let request = request.build().map_err(unreachable)?;
        let mut noted = feeds::wanted().then(|| exchange_of(&request));
        let result = self.execute(request, noted.as_mut());
        if let Some(mut noted) = noted {
            match &result {
                Ok(answer) => noted.answer = Text::of(&answer.body),
                Err(error) => noted.failure = Some(error.to_string()),
            }
            feeds::note(noted);
        }
        result
    }

    /// As [`Http::send`], where the answer itself is a secret: nothing of the exchange is noted.
    pub(super) fn send_unheard(&self, request: RequestBuilder) -> Result<Answer, ChannelError> {
        self.execute(request.build().map_err(unreachable)?, None)
    }

    fn execute(&self, request: Request, noted: Option<&mut Exchange>) -> Result<Answer, ChannelError> {
        let deadline = Instant::now() + self.timeout;
        let response = self.client.execute(request).map_err(unreachable)?;
        let status = response.status().as_u16();
        if let Some(noted) = noted {
            noted.status = Some(status);
        }
        let headers = response.headers().clone();
        let is_own = |kind: &&str| headers.get(CONTENT_TYPE).is_some_and(|sent| sent.as_bytes().starts_with(kind.as_bytes()));
        let is_own_error = status == 500 && self.own_errors.iter().any(is_own);
        if !self.reads_status
            && !is_own_error
            && let Some(error) = outage(status, headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()), Utc::now())
        {
            return Err(error);
        }
        let unavailable = |reason: String| ChannelError::Unavailable { reason, retry_after: None };
        let body = read_body(response, self.most_answer, || Instant::now() >= deadline).map_err(|end| match end {
            BodyEnd::TooLong => ChannelError::Protocol { reason: format!("the answer has more than {} bytes", self.most_answer) },
            BodyEnd::TooSlow => unavailable(format!("the answer takes longer than {} s", self.timeout.as_secs())),
            BodyEnd::Broken(error) => unavailable(format!("the answer broke off: {error}")),
        })?;
        Ok(Answer { status, headers, body })
    }
}

/// What is sent. Headers, query and user information may hold credentials.
fn exchange_of(request: &Request) -> Exchange {
    let url = request.url();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let target = format!("{} {}://{}{port}{}", request.method(), url.scheme(), url.host_str().unwrap_or_default(), url.path());
    let body = request.body().and_then(|body| body.as_bytes());
    Exchange { target, request: body.map(Text::of).unwrap_or_default(), ..Exchange::default() }
}

/// Why a body did not come as a whole.
#[derive(Debug)]
pub(super) enum BodyEnd {
    TooLong,
    TooSlow,
    Broken(std::io::Error),
}

/// Reads a body of at most so many bytes. The client bounds each read only, so a server that sends a byte now and then would hold
/// it for hours: `late` is asked after each read.
pub(super) fn read_body(mut body: impl Read, most: usize, mut late: impl FnMut() -> bool) -> Result<Vec<u8>, BodyEnd> {
    let (mut bytes, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let read = match body.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(BodyEnd::Broken(error)),
        };
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if bytes.len() > most {
            return Err(BodyEnd::TooLong);
        }
        if late() {
            return Err(BodyEnd::TooSlow);
        }
    }
}

/// Of several clients only the first one installs it; the answer of the others is of no interest.
pub(super) fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn unreachable(error: reqwest::Error) -> ChannelError {
    ChannelError::Unavailable { reason: innermost(error), retry_after: None }
}

/// What went wrong, without the address.
pub(super) fn innermost(error: reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the call failed"
    };
    // The innermost cause says what to do: "Connection refused", "certificate has expired".
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    format!("{kind}: {cause}")
}

/// Reads the status codes that mean the same on every channel; `None` where the body must say.
fn outage(status: u16, retry_after: Option<&str>, now: DateTime<Utc>) -> Option<ChannelError> {
    match status {
        408 | 425 | 429 | 500..=599 => Some(ChannelError::Unavailable {
            reason: format!("HTTP {status}"),
            retry_after: retry_after.and_then(|text| read_retry_after(text, now)),
        }),
        401 | 403 => {
            Some(ChannelError::Unauthorized { reason: format!("HTTP {status}; check user, password and rights in [accounts.settings]") })
        }
        300..=399 => Some(ChannelError::Protocol {
            reason: format!("HTTP {status}: the channel points to another address; enter the final address in [accounts.settings]"),
        }),
        _ => None,
    }
}

/// RFC 9110, section 10.2.3: whole seconds or an HTTP date. In full, however long; a date gone by means now.
fn read_retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    Some(until.with_timezone(&Utc).signed_duration_since(now).to_std().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use chrono::{TimeZone, Utc};

    use super::{Answer, BodyEnd, Http, read_body, read_retry_after};
    use crate::connectors::ChannelError;

    /// A server that gives one answer.
    fn ask(answer: &'static str, most_answer: usize) -> Result<Answer, ChannelError> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api?secret=1", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let mut http = Http::new(Duration::from_secs(5)).unwrap();
        http.most_answer = most_answer;
        let result = http.send(http.post(&url).body("{}"));
        server.join().unwrap();
        result
    }

    #[test]
    fn a_throttling_channel_is_unavailable_for_as_long_as_it_says() {
        match ask("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n", 100) {
            Err(ChannelError::Unavailable { retry_after, reason }) => {
                assert_eq!((retry_after, reason.as_str()), (Some(Duration::from_secs(7200)), "HTTP 429"))
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            ask("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 100),
            Err(ChannelError::Unavailable { retry_after: None, .. })
        ));
    }

    #[test]
    fn refused_credentials_redirects_and_long_answers_are_told_apart() {
        assert!(matches!(ask("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 100), Err(ChannelError::Unauthorized { .. })));
        match ask("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 100) {
            Err(ChannelError::Protocol { reason }) => assert!(reason.contains("enter the final address"), "{reason}"),
            other => panic!("{other:?}"),
        }
        match ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{ \"a\"", 4) {
            Err(ChannelError::Protocol { reason }) => assert!(reason.contains("more than 4 bytes"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_answer_that_is_no_json_is_a_protocol_error() {
        let answer = ask("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 100).unwrap();
        assert!(matches!(answer.json(), Err(ChannelError::Protocol { .. })));
    }

    #[test]
    fn a_broken_connection_is_unavailable_and_names_no_query() {
        match ask("HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n{", 100) {
            Err(ChannelError::Unavailable { reason, .. }) => assert!(!reason.contains("secret"), "{reason}"),
            other => panic!("{other:?}"),
        }
        let http = Http::new(Duration::from_secs(5)).unwrap();
        match http.send(http.post("http://127.0.0.1:9/api?secret=1")) {
            Err(ChannelError::Unavailable { reason, .. }) => {
                assert!(reason.contains("no connection") && !reason.contains("secret"), "{reason}")
            }
            other => panic!("{other:?}"),
        }
    }

    /// Gives a byte per read, for ever.
    struct Drip(usize);

    impl Read for Drip {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            to[0] = b' ';
            Ok(1)
        }
    }

    #[test]
    fn an_answer_that_drips_ends_when_its_time_is_over() {
        let (mut drip, mut asked) = (Drip(0), 0);
        let end = read_body(&mut drip, 1000, || {
            asked += 1;
            asked == 10
        });
        assert!(matches!(end, Err(BodyEnd::TooSlow)), "{end:?}");
        assert_eq!(drip.0, 10, "not a byte more is read");
        let mut drip = Drip(0);
        assert!(matches!(read_body(&mut drip, 1000, || false), Err(BodyEnd::TooLong)));
        assert_eq!(drip.0, 1001);
        assert_eq!(read_body(&b"{}"[..], 2, || false).unwrap(), b"{}");
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_date() {
        let now = Utc.with_ymd_and_hms(2025, 11, 3, 12, 0, 0).unwrap();
        assert_eq!(read_retry_after(" 120 ", now), Some(Duration::from_secs(120)));
        assert_eq!(read_retry_after("Mon, 03 Nov 2025 12:01:30 GMT", now), Some(Duration::from_secs(90)));
        assert_eq!(read_retry_after("Mon, 03 Nov 2025 11:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(read_retry_after("soon", now), None);
    }
}
