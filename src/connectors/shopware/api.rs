//! The Admin API of one shop: its token, its words for a no, searches and bulk writes.
//!
//! A token is good for ten minutes, and the cloud hands out ten per minute and address: it is kept until shortly before its end.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::blocking::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::http::{Http, Method};
use super::super::rest::{Body, Reply, Rest, Sign, lacks};
use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, Outcome, SetupError, lock};
use super::ops::Ops;
use super::settings::Settings;
use crate::domain::message::channel;

/// Rows of a page: more are refused, unless the shop's configuration says otherwise.
pub(super) const MOST: usize = 500;
/// A token is renewed that long before its end.
const MARGIN: Duration = Duration::from_secs(30);

pub(super) struct Api {
    rest: Rest,
}

/// The integration of the shop, and the token that it gave.
struct Session {
    http: Http,
    url: Url,
    client_id: SecretString,
    client_secret: SecretString,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: SecretString,
    until: Instant,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

impl Session {
    fn token(&self) -> Result<SecretString, ChannelError> {
        // One at a time: whoever waits finds the token of the other.
        let mut kept = lock(&self.token);
        if let Some(token) = kept.as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(token.text.clone());
        }
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": self.client_id.expose_secret(),
            "client_secret": self.client_secret.expose_secret(),
        });
        let answer = self.http.send(self.http.post(self.url.as_str()).header("Accept", "application/json").json(&body))?;
        if (400..500).contains(&answer.status) {
            return Err(ChannelError::Unauthorized {
                reason: format!("HTTP {} for client_id and client_secret; check the integration of the shop", answer.status),
            });
        }
        answer.json()?;
        let granted: Granted = serde_json::from_slice(answer.bytes()).map_err(|_| lacks("access_token and expires_in"))?;
        let good_for = Duration::from_secs(granted.expires_in).saturating_sub(MARGIN);
        let until = Instant::now().checked_add(good_for).unwrap_or_else(Instant::now);
        let text = SecretString::from(granted.access_token);
        *kept = Some(Token { text: text.clone(), until });
        Ok(text)
    }
}

impl Sign for Session {
    fn sign(&self, request: RequestBuilder, method: Method, _url: &Url) -> Result<RequestBuilder, ChannelError> {
        let request = request.bearer_auth(self.token()?.expose_secret());
        // What the shop derives from a product (search, listings) is derived by its queue, not while we wait.
        Ok(if method == Method::Get { request } else { request.header("indexing-behavior", "use-queue-indexing") })
    }

    fn refused(&self) -> bool {
        lock(&self.token).take().is_some()
    }
}

/// The errors of Shopware are a list with `code`, `detail` and, of a row, `source.pointer`.
fn read_rule(status: u16, json: &Value) -> Rule {
    let errors = json.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |error: &Value, pointer: &str| error.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let code = errors.first().map(|error| text(error, "/code")).filter(|code| !code.is_empty());
    let said = errors.iter().take(3).map(|error| {
        let (detail, place) = (text(error, "/detail"), text(error, "/source/pointer"));
        if place.is_empty() { detail } else { format!("{place}: {detail}") }
    });
    let said = said.collect::<Vec<_>>().join("; ");
    Rule {
        code: code.unwrap_or_else(|| format!("HTTP {status}")),
        text: if said.is_empty() { "no text".to_owned() } else { said },
        // 409: another request works on the same record.
        internal: matches!(status, 409 | 500),
    }
}

/// Our reading of the shop's no.
pub(super) fn outcome_of(rule: Rule) -> Outcome {
    if rule.internal {
        return Outcome::Later { after: None, reason: format!("error inside the shop: {}", rule.text) };
    }
    Outcome::Refused(match rule.code.as_str() {
        code if code.contains("NOT_FOUND") => channel::record_lost(code, rule.text),
        "CONTENT__DUPLICATE_PRODUCT_NUMBER" => channel::record_refused(&rule.code, rule.text),
        code if code.starts_with("FRAMEWORK__") || is_violation(code) => channel::input_refused(code, rule.text),
        _ => channel::record_refused(&rule.code, rule.text),
    })
}

/// The validator of a field names the kind of its violation by a number.
fn is_violation(code: &str) -> bool {
    code.len() == 36 && code.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// A page of a search.
pub(super) struct Page<T> {
    pub rows: Vec<T>,
    /// All rows that were found; `None`: the shop did not count.
    pub total: Option<usize>,
}

impl Api {
    pub(super) fn new(settings: &Settings, timeout: Duration) -> Result<Api, SetupError> {
        let mut base = settings.url.clone();
        base.set_path(&format!("{}/api", base.path().trim_end_matches('/')));
        let mut url = base.clone();
        url.set_path(&format!("{}/oauth/token", base.path()));
        let http = Http::new(timeout)?;
        let session = Session {
            http: http.clone(),
            url,
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            token: Mutex::new(None),
        };
        Ok(Api { rest: Rest::over(http, base, session, read_rule) })
    }

    pub(super) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.rest.get(path, query)
    }

    pub(super) fn post(&self, path: &[&str], query: &[(&str, &str)], body: &Value) -> Result<Reply, Failure> {
        self.rest.post(path, query, body)
    }

    pub(super) fn upload(&self, path: &[&str], query: &[(&str, &str)], media_type: &str, content: &[u8]) -> Result<Reply, Failure> {
        self.rest.call(Method::Post, path, query, Body::Raw { media_type, content })
    }

    pub(super) fn page<T: DeserializeOwned>(&self, entity: &str, criteria: &Value) -> Result<Page<T>, Failure> {
        let reply = self.rest.post(&["search", entity], &[], criteria)?;
        let total = reply.json.get("total").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
        Ok(Page { rows: reply.part("/data")?, total })
    }

    /// What is not more than a page.
    pub(super) fn search<T: DeserializeOwned>(&self, entity: &str, criteria: &Value) -> Result<Vec<T>, Failure> {
        Ok(self.page(entity, criteria)?.rows)
    }

    /// Writes several records of several kinds in one transaction of the shop: all of them, or none.
    pub(super) fn sync(&self, ops: &Ops) -> Result<(), Failure> {
        if ops.is_empty() {
            return Ok(());
        }
        self.rest.post(&["_action", "sync"], &[], &ops.written()).map(drop)
    }
}

/// Conditions one of which is to hold.
pub(super) fn any(queries: Vec<Value>) -> Value {
    json!({ "type": "multi", "operator": "or", "queries": queries })
}

pub(super) fn equals(field: &str, value: &str) -> Value {
    json!({ "type": "equals", "field": field, "value": value })
}

/// The field has one of some values. As a list: a text would be cut at each `|`.
pub(super) fn one_of<T: AsRef<str>>(field: &str, values: &[T]) -> Value {
    let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    json!({ "type": "equalsAny", "field": field, "value": values })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{outcome_of, read_rule};
    use crate::connectors::Outcome;

    #[test]
    fn a_no_says_where_and_why_and_an_error_inside_the_shop_is_none() {
        let json = json!({ "errors": [
            { "code": "c1051bb4-d103-4f74-8988-acbcafc7fdc3", "status": "400", "detail": "This value should not be blank.", "source": { "pointer": "/0/2/name" } },
            { "code": "CONTENT__DUPLICATE_PRODUCT_NUMBER", "status": "400", "detail": "Product with number \"A\" already exists." },
        ] });
        let rule = read_rule(400, &json);
        assert_eq!(rule.text, "/0/2/name: This value should not be blank.; Product with number \"A\" already exists.");
        assert!(matches!(outcome_of(rule), Outcome::Refused(_)));
        assert!(matches!(outcome_of(read_rule(500, &json!({ "errors": [{ "code": "0", "detail": "deadlock" }] }))), Outcome::Later { .. }));
        assert_eq!(read_rule(400, &json!({})).code, "HTTP 400");
    }
}
