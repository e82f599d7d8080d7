//! The REST API of one shop: who calls it, its lists, and its words for a no.
//!
//! Catalogue and stock are written through the store code `all`: without one, texts would go to the default view only, and what is written
//! through `all` later would not be seen there any more (seen with 2.4.7).

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use reqwest::blocking::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::super::http::{Http, Method};
use super::super::lock;
use super::super::oauth1::{self, Pair};
use super::super::rest::{Body, Reply, Rest, Sign};
use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, Outcome, SetupError};
use super::settings::Settings;
use crate::domain::message::channel;

/// Rows of a page of a list. Merchants may limit it to 300.
pub(super) const MOST: usize = 200;
/// Of rules: the shop does not have the record.
const MISSING: &str = "HTTP 404";

pub(super) struct Api {
    rest: Rest,
    url: Url,
    timeout: Duration,
}

/// Four secrets of an integration, which sign each attempt.
struct Integration {
    consumer: Pair,
    token: Pair,
}

impl Sign for Integration {
    fn sign(&self, request: RequestBuilder, method: Method, url: &Url) -> Result<RequestBuilder, ChannelError> {
        let parameters = oauth1::parameters(&self.consumer, Some(&self.token), method, url)?;
        Ok(request.header(AUTHORIZATION, oauth1::header(&parameters)))
    }
}

/// An admin user, whose token is good for an hour.
struct Admin {
    http: Http,
    login: Url,
    user: Pair,
    token: Mutex<Option<SecretString>>,
}

impl Admin {
    fn token(&self) -> Result<SecretString, ChannelError> {
        let mut token = lock(&self.token);
        if let Some(token) = &*token {
            return Ok(token.clone());
        }
        let body = json!({ "username": self.user.key.expose_secret(), "password": self.user.secret.expose_secret() });
        let request = self.http.request(Method::Post, self.login.clone()).header(ACCEPT, "application/json").json(&body);
        let answer = self.http.send_unheard(request)?;
        let fresh = match answer.json()? {
            Value::String(fresh) if answer.status == 200 => SecretString::from(fresh),
            // A second factor is wanted, or the account is locked.
            other => return Err(ChannelError::Unauthorized { reason: read_rule(answer.status, &other).text }),
        };
        *token = Some(fresh.clone());
        Ok(fresh)
    }
}

impl Sign for Admin {
    fn sign(&self, request: RequestBuilder, _method: Method, _url: &Url) -> Result<RequestBuilder, ChannelError> {
        Ok(request.bearer_auth(self.token()?.expose_secret()))
    }

    /// An expired token is refused in the same words as one without a right: one more log-in decides.
    fn refused(&self) -> bool {
        lock(&self.token).take().is_some()
    }
}

/// The text of an error has places for values: `%1` of a list, `%name` of a map.
fn filled(json: &Value) -> String {
    let text = json.get("message").and_then(Value::as_str).unwrap_or("no text").to_owned();
    let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match json.get("parameters") {
        Some(Value::Array(values)) => {
            // The last one first, because %1 begins %10.
            let numbered = values.iter().enumerate().rev();
            numbered.fold(text, |text, (at, value)| text.replace(&format!("%{}", at.saturating_add(1)), &written(value)))
        }
        Some(Value::Object(values)) => values.iter().fold(text, |text, (name, value)| text.replace(&format!("%{name}"), &written(value))),
        _ => text,
    }
}

fn read_rule(status: u16, json: &Value) -> Rule {
    Rule { code: format!("HTTP {status}"), text: filled(json), internal: status == 500 }
}

/// A row that failed in a call that succeeded: what of it the shop names.
pub(super) fn row_rule(error: &Value) -> Rule {
    Rule { code: "ROW".to_owned(), text: filled(error), internal: false }
}

pub(super) fn is_missing(rule: &Rule) -> bool {
    rule.code == MISSING
}

/// Our reading of the shop's no.
pub(super) fn outcome_of(rule: Rule) -> Outcome {
    if rule.internal {
        return Outcome::Later { after: None, reason: format!("error inside the shop: {}", rule.text) };
    }
    Outcome::Refused(match rule.code.as_str() {
        MISSING => channel::record_lost(MISSING, rule.text),
        _ => channel::input_refused(&rule.code, rule.text),
    })
}

/// What a list is asked for: all filters have to fit.
#[derive(Debug, Clone, Default)]
pub(super) struct Criteria {
    pairs: Vec<(String, String)>,
    filters: usize,
    sorts: usize,
}

impl Criteria {
    pub(super) fn new() -> Criteria {
        Criteria::default()
    }

    pub(super) fn filter(mut self, field: &str, condition: &str, value: &str) -> Criteria {
        for (name, text) in [("field", field), ("conditionType", condition), ("value", value)] {
            self.pairs.push((format!("searchCriteria[filterGroups][{}][filters][0][{name}]", self.filters), text.to_owned()));
        }
        self.filters = self.filters.saturating_add(1);
        self
    }

    /// With the rising values of a field.
    pub(super) fn sorted(mut self, field: &str) -> Criteria {
        for (name, text) in [("field", field), ("direction", "ASC")] {
            self.pairs.push((format!("searchCriteria[sortOrders][{}][{name}]", self.sorts), text.to_owned()));
        }
        self.sorts = self.sorts.saturating_add(1);
        self
    }

    /// Only these fields of the answer.
    pub(super) fn fields(mut self, fields: &str) -> Criteria {
        self.pairs.push(("fields".to_owned(), fields.to_owned()));
        self
    }

    /// `number`: from 1 on.
    pub(super) fn page(mut self, size: usize, number: usize) -> Criteria {
        self.pairs.push(("searchCriteria[pageSize]".to_owned(), size.to_string()));
        self.pairs.push(("searchCriteria[currentPage]".to_owned(), number.to_string()));
        self
    }

    pub(super) fn query(&self) -> Vec<(&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// With `fields`, an empty list comes as `null`.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Page<T> {
    #[serde(default, deserialize_with = "list")]
    pub items: Vec<T>,
    #[serde(default)]
    pub total_count: usize,
}

impl Api {
    pub(super) fn new(settings: &Settings, timeout: Duration) -> Result<Api, SetupError> {
        let mut base = settings.url.clone();
        base.set_path(&format!("{}/rest", base.path().trim_end_matches('/')));
        let rest = match settings.token.clone() {
            Some(token) => Rest::new(base, Integration { consumer: settings.consumer.clone(), token }, read_rule, timeout)?,
            None => {
                let mut login = base.clone();
                login.set_path(&format!("{}/V1/integration/admin/token", base.path()));
                let admin = Admin { http: Http::new(timeout)?, login, user: settings.consumer.clone(), token: Mutex::new(None) };
                Rest::new(base, admin, read_rule, timeout)?
            }
        };
        Ok(Api { rest, url: settings.url.clone(), timeout })
    }

    /// `path`: below `V1`.
    pub(super) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.rest.get(&[&["all", "V1"][..], path].concat(), query)
    }

    pub(super) fn post(&self, path: &[&str], body: &Value) -> Result<Reply, Failure> {
        self.rest.post(&[&["all", "V1"][..], path].concat(), &[], body)
    }

    pub(super) fn put(&self, path: &[&str], body: &Value) -> Result<Reply, Failure> {
        self.rest.put(&[&["all", "V1"][..], path].concat(), body)
    }

    pub(super) fn delete(&self, path: &[&str]) -> Result<Reply, Failure> {
        self.rest.delete(&[&["all", "V1"][..], path].concat())
    }

    /// A call without a body that does something, such as cancelling an order.
    pub(super) fn act(&self, path: &[&str]) -> Result<Reply, Failure> {
        self.rest.call(Method::Post, &[&["all", "V1"][..], path].concat(), &[], Body::Nothing)
    }

    pub(super) fn list<T: DeserializeOwned>(&self, path: &[&str], criteria: &Criteria) -> Result<Page<T>, Failure> {
        Ok(self.get(path, &criteria.query())?.part("")?)
    }

    /// A list that comes as a whole.
    pub(super) fn rows<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<T>, Failure> {
        Ok(self.get(path, query)?.part::<Option<Vec<T>>>("")?.unwrap_or_default())
    }

    /// A whole list. Older versions repeat the last page beyond the end, so what was counted says where that is.
    pub(super) fn all<T: DeserializeOwned>(&self, path: &[&str], criteria: &Criteria) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        for number in 1.. {
            let page: Page<T> = self.list(path, &criteria.clone().page(MOST, number))?;
            let last = page.items.len() < MOST;
            all.extend(page.items);
            if last || all.len() >= page.total_count {
                break;
            }
        }
        Ok(all)
    }

    /// Version and edition, where the shop tells strangers of them.
    pub(super) fn version(&self) -> Result<Option<String>, ChannelError> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/magento_version", url.path().trim_end_matches('/')));
        let http = Http::new(self.timeout).map_err(|error| ChannelError::Protocol { reason: error.to_string() })?;
        let answer = http.send(http.request(Method::Get, url))?;
        let text = std::str::from_utf8(answer.bytes()).unwrap_or_default().trim();
        Ok((answer.status == 200 && text.starts_with("Magento/") && text.len() < 100).then(|| text.replacen('/', " ", 1)))
    }
}

/// A time as the shop writes and reads it: UTC, without saying so. An offset would be passed over.
pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{filled, read_rule};

    #[test]
    fn values_of_an_error_are_put_into_its_text() {
        for (error, text) in [
            (json!({ "message": "URL key exists." }), "URL key exists."),
            (json!({ "message": "%1 of %2", "parameters": ["one", 2] }), "one of 2"),
            (
                json!({ "message": "\"%fieldName\" is required.", "parameters": { "fieldName": "searchCriteria" } }),
                "\"searchCriteria\" is required.",
            ),
        ] {
            assert_eq!(filled(&error), text);
        }
        assert!(read_rule(500, &json!({ "message": "Internal Error." })).internal);
    }
}
