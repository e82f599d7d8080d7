//! Calls of an HTTP API with JSON (REST), for the shops that have one. A connector says how a request proves who sends it, and how
//! its shop words a no; addresses, bodies, pages instead of answers and the reading of status codes are the same for all.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use reqwest::blocking::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::http::{Answer, Http, Method};
use super::rule::{Failure, Rule};
use super::{ChannelError, SetupError};

/// Bytes of the address of one call; servers take 8 KiB of all headers at least.
pub(crate) const LONGEST_ADDRESS: usize = 6000;

/// What a call sends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body<'a> {
    Nothing,
    Json(&'a Value),
    File(&'a Upload<'a>),
    /// A file without a form around it.
    Raw {
        media_type: &'a str,
        content: &'a [u8],
    },
}

/// One file of a form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upload<'a> {
    pub field: &'a str,
    pub name: &'a str,
    pub media_type: &'a str,
    pub content: &'a [u8],
    /// Of the content, in hex: no content contains its own digest.
    pub digest: &'a str,
}

impl Upload<'_> {
    /// The form's media type and bytes.
    fn form(&self) -> (String, Vec<u8>) {
        let Upload { field, name, media_type, content, digest } = self;
        let boundary = format!("kontor-{digest}");
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }
}

/// How requests of a shop prove who sends them. Asked for each attempt, because a signature is good for one only.
pub(crate) trait Sign: Send + Sync {
    fn sign(&self, request: RequestBuilder, method: Method, url: &Url) -> Result<RequestBuilder, ChannelError>;

    /// The shop refused the request. `true`: another attempt may succeed, because a token expired that can be renewed.
    fn refused(&self) -> bool {
        false
    }
}

/// The shop's words for a no, from the status and the JSON of an answer that is not a success; one of 500 is internal.
pub(crate) type ReadRule = fn(u16, &Value) -> Rule;

/// The API of one shop. Redirects are refused, answers and times are bounded ([`Http`]).
pub(crate) struct Rest {
    http: Http,
    base: Url,
    sign: Box<dyn Sign>,
    read_rule: ReadRule,
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub json: Value,
    /// When the shop gave it, by its own clock.
    pub date: Option<DateTime<Utc>>,
}

impl Reply {
    /// A part of the answer, in its type.
    pub(crate) fn part<T: DeserializeOwned>(mut self, pointer: &str) -> Result<T, ChannelError> {
        let value = self.json.pointer_mut(pointer).ok_or_else(|| lacks(pointer))?.take();
        serde_json::from_value(value).map_err(|error| lacks(&format!("a readable {pointer} ({error})")))
    }
}

/// The answer lacks something that the contract promises.
pub(crate) fn lacks(what: &str) -> ChannelError {
    ChannelError::Protocol { reason: format!("the shop's answer lacks {what}; does the shop run a version that the connector knows?") }
}

impl Rest {
    /// `base`: the address to which the paths of calls are added.
    pub(crate) fn new(base: Url, sign: impl Sign + 'static, read_rule: ReadRule, timeout: Duration) -> Result<Rest, SetupError> {
        Ok(Rest::over(Http::new(timeout)?, base, sign, read_rule))
    }

    /// Over a client that its signatures use, too.
    pub(crate) fn over(http: Http, base: Url, sign: impl Sign + 'static, read_rule: ReadRule) -> Rest {
        Rest { http: http.with_own_errors(&["application/json"]), base, sign: Box::new(sign), read_rule }
    }

    pub(crate) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.call(Method::Get, path, query, Body::Nothing)
    }

    pub(crate) fn post(&self, path: &[&str], query: &[(&str, &str)], body: &Value) -> Result<Reply, Failure> {
        self.call(Method::Post, path, query, Body::Json(body))
    }

    pub(crate) fn put(&self, path: &[&str], body: &Value) -> Result<Reply, Failure> {
        self.call(Method::Put, path, &[], Body::Json(body))
    }

    pub(crate) fn delete(&self, path: &[&str]) -> Result<Reply, Failure> {
        self.call(Method::Delete, path, &[], Body::Nothing)
    }

    /// `path`: its segments, which are percent-encoded here, so that no number of a record can lead elsewhere.
    pub(crate) fn call(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: Body<'_>) -> Result<Reply, Failure> {
        let url = self.url(path, query)?;
        match self.attempt(method, &url, body) {
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) if self.sign.refused() => self.attempt(method, &url, body),
            other => other,
        }
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ChannelError> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => {
                segments.pop_if_empty().extend(path);
            }
            Err(()) => return Err(ChannelError::Protocol { reason: "the shop's address cannot have a path".to_owned() }),
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    fn attempt(&self, method: Method, url: &Url, body: Body<'_>) -> Result<Reply, Failure> {
        let mut request = self.http.request(method, url.clone()).header(ACCEPT, "application/json");
        request = match body {
            Body::Nothing => request,
            Body::Json(json) => request.json(json),
            Body::Raw { media_type, content } => request.header(CONTENT_TYPE, media_type).body(content.to_vec()),
            Body::File(upload) => {
                let (media_type, form) = upload.form();
                request.header(CONTENT_TYPE, media_type).body(form)
            }
        };
        let answer = self.http.send(self.sign.sign(request, method, url)?)?;
        self.read(&answer)
    }

    fn read(&self, answer: &Answer) -> Result<Reply, Failure> {
        let json = match answer.json() {
            Ok(json) => json,
            // A success without a body, such as 204.
            Err(_) if answer.is_empty() && (200..300).contains(&answer.status) => Value::Null,
            Err(error) => return Err(error.into()),
        };
        if !(200..300).contains(&answer.status) {
            return Err(Failure::Rule((self.read_rule)(answer.status, &json)));
        }
        let date = answer.header("date").and_then(|text| DateTime::parse_from_rfc2822(text).ok());
        Ok(Reply { json, date: date.map(|date| date.with_timezone(&Utc)) })
    }
}

/// Parts of a list whose addresses stay short enough, `size` bytes per item, and which have at most `most` items.
pub(crate) fn portions<T>(items: &[T], most: usize, size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut portions = Vec::new();
    let mut rest = items;
    while !rest.is_empty() {
        let mut bytes = 0_usize;
        let fit = rest.iter().take(most).take_while(|item| {
            bytes = bytes.saturating_add(size(item));
            bytes <= LONGEST_ADDRESS
        });
        let (portion, others) = rest.split_at(fit.count().max(1).min(rest.len()));
        portions.push(portion);
        rest = others;
    }
    portions
}

/// Bytes of a text in a query: each byte may take three.
pub(crate) fn encoded_length(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use reqwest::Url;
    use reqwest::blocking::RequestBuilder;
    use serde_json::{Value, json};

    use super::{Method, Rest, Sign, portions};
    use crate::connectors::ChannelError;
    use crate::connectors::rule::{Failure, Rule};

    /// A token that can be renewed so many times.
    struct Token(Arc<AtomicUsize>);

    impl Sign for Token {
        fn sign(&self, request: RequestBuilder, _method: Method, _url: &Url) -> Result<RequestBuilder, ChannelError> {
            Ok(request.bearer_auth(self.0.load(Ordering::SeqCst)))
        }

        fn refused(&self) -> bool {
            self.0.fetch_add(1, Ordering::SeqCst) < 1
        }
    }

    fn rule(status: u16, json: &Value) -> Rule {
        Rule { code: status.to_string(), text: json["message"].as_str().unwrap_or_default().to_owned(), internal: false }
    }

    /// A server that gives these answers, and the heads of the requests that it got.
    fn server(answers: &'static [&'static str]) -> (Rest, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = Url::parse(&format!("http://{}/api/", listener.local_addr().unwrap())).unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        std::thread::spawn({
            let heads = Arc::clone(&heads);
            move || {
                for answer in answers {
                    let (mut stream, _) = listener.accept().unwrap();
                    let mut request = [0; 8192];
                    let read = stream.read(&mut request).unwrap();
                    heads.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            }
        });
        (Rest::new(base, Token(Arc::default()), rule, Duration::from_secs(5)).unwrap(), heads)
    }

    #[test]
    fn a_number_of_a_record_stays_in_its_place_of_the_address() {
        let (rest, heads) = server(&["HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"a\":[1,2]}"]);
        let list: Vec<i32> = rest.get(&["orders", "../x?y"], &[("sku[]", "Ä&1")]).unwrap().part("/a").unwrap();
        assert_eq!(list, [1, 2]);
        let head = heads.lock().unwrap()[0].clone();
        assert!(head.starts_with("GET /api/orders/..%2Fx%3Fy?sku%5B%5D=%C3%84%261 HTTP/1.1\r\n"), "{head}");
    }

    #[test]
    fn a_token_that_ran_out_is_had_anew_once() {
        const NO: &str = "HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let (rest, heads) = server(&[NO, "HTTP/1.1 204 Done\r\nConnection: close\r\n\r\n", NO, NO]);
        assert_eq!(rest.post(&["a"], &[], &json!({})).unwrap().json, Value::Null);
        let heads = heads.lock().unwrap().join("\n").to_ascii_lowercase();
        assert!(heads.contains("authorization: bearer 0") && heads.contains("authorization: bearer 1"), "{heads}");
        assert!(matches!(rest.delete(&["a"]), Err(Failure::Channel(ChannelError::Unauthorized { .. }))));
    }

    #[test]
    fn a_no_is_a_rule_and_a_page_is_a_protocol_error_whatever_its_status() {
        let (rest, _) = server(&[
            "HTTP/1.1 400 No\r\nContent-Length: 18\r\nConnection: close\r\n\r\n{\"message\":\"dupl\"}",
            "HTTP/1.1 404 No\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
        ]);
        match rest.get(&["a"], &[]) {
            Err(Failure::Rule(rule)) => assert_eq!((rule.code.as_str(), rule.text.as_str()), ("400", "dupl")),
            other => panic!("{other:?}"),
        }
        for _ in 0..2 {
            assert!(matches!(rest.get(&["a"], &[]), Err(Failure::Channel(ChannelError::Protocol { .. }))));
        }
    }

    #[test]
    fn a_list_is_asked_for_in_portions_that_an_address_can_hold() {
        let sizes = [4000, 1900, 200, 9000, 10, 10, 10];
        let portions: Vec<usize> = portions(&sizes, 2, |size| *size).into_iter().map(<[usize]>::len).collect();
        assert_eq!(portions, [2, 1, 1, 2, 1]);
    }
}
