//! The GraphQL Admin API of one shop: calls, the points that they cost, and the reading of answers.

use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use reqwest::header::ACCEPT;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::http::{Answer, Http, Method};
use super::super::rest::lacks;
use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, Outcome, SetupError};
use super::settings::Settings;
use super::tokens::Tokens;
use crate::domain::message::{Message, channel};

/// The version that the connector speaks.
pub(super) const VERSION: &str = "2026-10";
/// When the shop stops to answer it: a version lives a year at least.
pub(super) const VERSION_ENDS: &str = "2027-10-01";
/// The longest pause for points within a call; a longer one is left to the dispatcher.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const MOST_PAUSES: usize = 3;

#[derive(Clone)]
pub(super) struct Api {
    http: Http,
    url: Url,
    tokens: Arc<Tokens>,
}

/// A successful answer.
pub(super) struct Reply {
    pub data: Value,
    /// When the shop gave it, by its own clock.
    pub date: Option<DateTime<Utc>>,
    /// The version that answered: another one, where the shop does not have the one that was asked.
    pub version: Option<String>,
}

/// What a mutation found wrong, inside of a success.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct UserError {
    #[serde(default)]
    pub field: Option<Vec<String>>,
    #[serde(default)]
    pub code: Option<String>,
    pub message: String,
}

impl UserError {
    /// The number of the row that it is about, in the list of this name.
    pub(super) fn row(&self, list: &str) -> Option<usize> {
        let field = self.field.as_deref()?;
        let at = field.iter().position(|part| part == list)?;
        field.get(at.saturating_add(1))?.parse().ok()
    }

    pub(super) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    pub(super) fn message(&self) -> Message {
        let code = self.code.as_deref().unwrap_or("USER_ERROR");
        let place = self.field.as_deref().unwrap_or_default().join(".");
        let text = if place.is_empty() { self.message.clone() } else { format!("{place}: {}", self.message) };
        match code {
            "NOT_FOUND" | "PRODUCT_DOES_NOT_EXIST" | "PRODUCT_VARIANT_DOES_NOT_EXIST" => channel::record_lost(code, text),
            _ => channel::input_refused(code, text),
        }
    }
}

/// Why an answer has no data.
enum Refusal {
    Failed(Failure),
    /// The points were spent: they are there again after so long.
    Throttled(Duration),
}

impl<E: Into<Failure>> From<E> for Refusal {
    fn from(failure: E) -> Refusal {
        Refusal::Failed(failure.into())
    }
}

impl Api {
    pub(super) fn new(settings: &Settings, timeout: Duration) -> Result<Api, SetupError> {
        let http = Http::new(timeout)?;
        let mut url = settings.url.clone();
        url.set_path(&format!("/admin/api/{VERSION}/graphql.json"));
        Ok(Api { tokens: Arc::new(Tokens::new(http.clone(), settings)), http, url })
    }

    /// One query or mutation; answers with its `data`.
    pub(super) fn call(&self, query: &str, variables: Value) -> Result<Value, Failure> {
        self.ask(query, variables).map(|reply| reply.data)
    }

    pub(super) fn ask(&self, query: &str, variables: Value) -> Result<Reply, Failure> {
        let body = json!({ "query": query, "variables": variables });
        let mut pauses = 0;
        loop {
            let answer = self.send(&body)?;
            let pause = match read(&answer) {
                Ok(data) => {
                    let date = answer.header("date").and_then(|text| DateTime::parse_from_rfc2822(text).ok());
                    let version = answer.header("x-shopify-api-version").map(str::to_owned);
                    return Ok(Reply { data, date: date.map(|date| date.with_timezone(&Utc)), version });
                }
                Err(Refusal::Failed(failure)) => return Err(failure),
                Err(Refusal::Throttled(pause)) => pause,
            };
            if pause > LONGEST_PAUSE || pauses >= MOST_PAUSES {
                let reason = "the shop's points for calls are spent (THROTTLED)".to_owned();
                return Err(ChannelError::Unavailable { reason, retry_after: Some(pause) }.into());
            }
            pauses += 1;
            sleep(pause);
        }
    }

    /// A token that the shop does not know any more is renewed once.
    fn send(&self, body: &Value) -> Result<Answer, ChannelError> {
        let attempt = || {
            let token = self.tokens.token()?;
            let request = self.http.request(Method::Post, self.url.clone()).header(ACCEPT, "application/json");
            let request = request.header("X-Shopify-Access-Token", token.expose_secret());
            Ok((self.http.send(request.json(body)), token))
        };
        let (answer, token) = attempt()?;
        match answer {
            Err(ChannelError::Unauthorized { .. }) if self.tokens.refused(&token) => attempt()?.0,
            answer => answer,
        }
    }
}

/// Takes `data` out of an answer. Errors win, even where the status is 200 or partial data came along.
fn read(answer: &Answer) -> Result<Value, Refusal> {
    let mut json = answer.json()?;
    if let Some(errors) = json.get("errors") {
        return Err(refusal(answer.status, errors, json.pointer("/extensions/cost")));
    }
    if answer.status >= 400 {
        // 402: the shop is frozen; 423: it is locked; 404: there is none.
        let reason = format!("HTTP {}: the shop does not answer this call; is it open, and the address that of the shop?", answer.status);
        return Err(ChannelError::Protocol { reason }.into());
    }
    match json.get_mut("data") {
        Some(data) if data.is_object() => Ok(data.take()),
        _ => Err(lacks("data").into()),
    }
}

fn refusal(status: u16, errors: &Value, cost: Option<&Value>) -> Refusal {
    let first = errors.get(0).unwrap_or(errors);
    let code = first.pointer("/extensions/code").and_then(Value::as_str).unwrap_or_default();
    let text = first.get("message").or(Some(first)).and_then(Value::as_str).unwrap_or("no text").to_owned();
    match code {
        "THROTTLED" => Refusal::Throttled(pause(cost)),
        "ACCESS_DENIED" => ChannelError::Unauthorized {
            reason: format!(
                "{text}; give the app this right in the shop, then install it again (kontor check --connect names all that lack)"
            ),
        }
        .into(),
        "INTERNAL_SERVER_ERROR" | "TIMEOUT" | "SERVICE_UNAVAILABLE" => {
            ChannelError::Unavailable { reason: format!("{code}: {text}"), retry_after: None }.into()
        }
        "SHOP_INACTIVE" => ChannelError::Protocol { reason: format!("{code}: {text}") }.into(),
        "" if status >= 400 => ChannelError::Protocol { reason: format!("HTTP {status}: {text}") }.into(),
        _ => {
            let code = if code.is_empty() { "GRAPHQL" } else { code };
            Refusal::Failed(Failure::Rule(Rule { code: code.to_owned(), text, internal: false }))
        }
    }
}

/// How long it takes until the points that a call asked for are there. Nothing of it is in a header.
pub(super) fn pause(cost: Option<&Value>) -> Duration {
    let number = |pointer: &str| cost.and_then(|cost| cost.pointer(pointer)).and_then(Value::as_f64);
    let requested = number("/requestedQueryCost").unwrap_or(50.0);
    let available = number("/throttleStatus/currentlyAvailable").unwrap_or(0.0);
    let rate = number("/throttleStatus/restoreRate").filter(|rate| *rate > 0.0).unwrap_or(50.0);
    let seconds = ((requested - available) / rate).clamp(0.05, 3600.0);
    Duration::from_secs_f64(seconds)
}

/// Reads a part of an answer into its type.
pub(super) fn part<T: DeserializeOwned>(data: &mut Value, pointer: &str) -> Result<T, ChannelError> {
    let value = data.pointer_mut(pointer).ok_or_else(|| lacks(pointer))?.take();
    serde_json::from_value(value).map_err(|error| lacks(&format!("a readable {pointer} ({error})")))
}

/// Our reading of the shop's no to a call as a whole.
pub(super) fn outcome_of(rule: Rule) -> Outcome {
    Outcome::Refused(channel::input_refused(&rule.code, rule.text))
}

/// The number of a record: the shop's ids are addresses, such as `gid://shopify/ProductVariant/12`.
pub(super) fn number(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

pub(super) fn gid(kind: &str, number: &str) -> String {
    format!("gid://shopify/{kind}/{number}")
}

/// Whether a text can be the number of a record.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}
