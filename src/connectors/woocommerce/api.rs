//! The REST API (version 3) of one shop: who calls it, its words for a no, and its batches.
//!
//! Over HTTPS a call has the key and its secret as user and password. Over HTTP the shop ignores these, and wants OAuth 1.0a without a
//! token (RFC 5849): a signature over method, address and parameters with a nonce that is good for one attempt.

use std::time::Duration;

use reqwest::Url;
use reqwest::blocking::RequestBuilder;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::http::Method;
use super::super::oauth1::{self, Pair};
use super::super::rest::{Body, Reply, Rest, Sign, lacks};
use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, Outcome, SetupError};
use super::settings::Settings;
use crate::domain::message::channel;

/// Rows of a batch and of a page of a list: more are refused (HTTP 413 and 400).
pub(super) const MOST: usize = 100;

pub(super) struct Api {
    rest: Rest,
}

struct Key {
    pair: Pair,
    /// The address that the shop is configured with, over which it signs whatever address was called.
    home: Url,
    called: Url,
}

impl Sign for Key {
    fn sign(&self, request: RequestBuilder, method: Method, url: &Url) -> Result<RequestBuilder, ChannelError> {
        if url.scheme() == "https" {
            return Ok(request.basic_auth(self.pair.key.expose_secret(), Some(self.pair.secret.expose_secret())));
        }
        let path = url.path().strip_prefix(self.called.path().trim_end_matches('/')).unwrap_or(url.path());
        let mut signed = self.home.clone();
        signed.set_path(&format!("{}{path}", self.home.path().trim_end_matches('/')));
        signed.set_query(url.query());
        Ok(request.query(&oauth1::parameters(&self.pair, None, method, &signed)?))
    }
}

/// The errors of WordPress have a `code` and a `message`.
fn read_rule(status: u16, json: &Value) -> Rule {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let code = text("code").map_or_else(|| format!("HTTP {status}"), str::to_owned);
    // A refund that cannot be is a 500, too.
    let internal = status == 500 && !code.starts_with("woocommerce_rest_");
    Rule { internal, text: text("message").unwrap_or("no text").to_owned(), code }
}

/// Our reading of the shop's no.
pub(super) fn outcome_of(rule: Rule) -> Outcome {
    if rule.internal {
        return Outcome::Later { after: None, reason: format!("error inside the shop: {}", rule.text) };
    }
    Outcome::Refused(match rule.code.as_str() {
        code if code.ends_with("_invalid_id") => channel::record_lost(code, rule.text),
        "rest_invalid_param" | "product_invalid_sku" | "product_invalid_global_unique_id" => channel::input_refused(&rule.code, rule.text),
        _ => channel::record_refused(&rule.code, rule.text),
    })
}

/// A row of a batch as the shop answers it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum BatchRow<T> {
    Refused { error: RowError },
    Done(T),
}

#[derive(Debug, Deserialize)]
struct RowError {
    code: String,
    message: String,
    #[serde(default)]
    data: Value,
}

/// The shop's no to a row of a batch.
#[derive(Debug, Clone)]
pub(super) struct No {
    pub rule: Rule,
    /// The record that has the row's SKU.
    pub holder: Option<i64>,
}

impl Api {
    pub(super) fn new(settings: &Settings, timeout: Duration) -> Result<Api, SetupError> {
        let mut base = settings.url.clone();
        base.set_path(&format!("{}/wp-json", base.path().trim_end_matches('/')));
        let key = Key {
            pair: Pair { key: settings.consumer_key.clone(), secret: settings.consumer_secret.clone() },
            home: settings.home_url.clone().unwrap_or_else(|| settings.url.clone()),
            called: settings.url.clone(),
        };
        Ok(Api { rest: Rest::new(base, key, read_rule, timeout)? })
    }

    /// `path`: below the API's own.
    pub(super) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.rest.get(&[&["wc", "v3"][..], path].concat(), query)
    }

    /// Of the namespace of a plug-in.
    pub(super) fn get_of(&self, namespace: &[&str], path: &[&str]) -> Result<Reply, Failure> {
        self.rest.get(&[namespace, path].concat(), &[])
    }

    pub(super) fn post_to(&self, namespace: &[&str], path: &[&str], body: &Value) -> Result<Reply, Failure> {
        self.rest.post(&[namespace, path].concat(), &[], body)
    }

    /// What the shop says of itself, without the list of its routes, which is long.
    pub(super) fn index(&self) -> Result<Reply, Failure> {
        self.rest.get(&[], &[("_fields", "name,home,namespaces")])
    }

    /// A page of a list; fewer rows than were asked for are the last ones.
    pub(super) fn list<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<T>, Failure> {
        Ok(self.get(path, query)?.part("")?)
    }

    /// A whole list.
    pub(super) fn all<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<T>, Failure> {
        let (mut all, most) = (Vec::new(), MOST.to_string());
        for page in 1_u32.. {
            let page = page.to_string();
            let mut query = query.to_vec();
            query.extend([("per_page", most.as_str()), ("page", page.as_str())]);
            let rows: Vec<T> = self.list(path, &query)?;
            let last = rows.len() < MOST;
            all.extend(rows);
            if last {
                break;
            }
        }
        Ok(all)
    }

    pub(super) fn post(&self, path: &[&str], body: &Value) -> Result<Reply, Failure> {
        self.rest.post(&[&["wc", "v3"][..], path].concat(), &[], body)
    }

    pub(super) fn post_with(&self, path: &[&str], query: &[(&str, &str)], body: &Value) -> Result<Reply, Failure> {
        self.rest.post(&[&["wc", "v3"][..], path].concat(), query, body)
    }

    pub(super) fn put_with(&self, path: &[&str], query: &[(&str, &str)], body: &Value) -> Result<Reply, Failure> {
        self.rest.call(Method::Put, &[&["wc", "v3"][..], path].concat(), query, Body::Json(body))
    }

    pub(super) fn put(&self, path: &[&str], body: &Value) -> Result<Reply, Failure> {
        self.rest.put(&[&["wc", "v3"][..], path].concat(), body)
    }

    /// One kind of rows (`create`, `update`) of a batch; a result per row, in their order. The shop answers 200 whatever became of them.
    pub(super) fn batch<T: DeserializeOwned>(&self, path: &[&str], kind: &str, rows: &[Value]) -> Result<Vec<Result<T, No>>, Failure> {
        let mut results = Vec::with_capacity(rows.len());
        for rows in rows.chunks(MOST) {
            let reply = self.post(&[path, &["batch"]].concat(), &json!({ kind: rows }))?;
            let answers: Vec<BatchRow<T>> = reply.part(&format!("/{kind}"))?;
            if answers.len() != rows.len() {
                return Err(lacks(&format!("a result for each of {} rows", rows.len())).into());
            }
            results.extend(answers.into_iter().map(|answer| match answer {
                BatchRow::Done(row) => Ok(row),
                BatchRow::Refused { error } => {
                    let holder = error.data.get("resource_id").and_then(Value::as_i64);
                    Err(No { rule: Rule { code: error.code, text: error.message, internal: false }, holder })
                }
            }));
        }
        Ok(results)
    }
}

#[cfg(test)]
mod tests {
    use super::read_rule;

    #[test]
    fn a_refund_that_cannot_be_is_a_no_and_a_fatal_error_is_not() {
        let refund =
            serde_json::json!({ "code": "woocommerce_rest_cannot_create_order_refund", "message": "Invalid refund amount.", "data": 500 });
        assert!(!read_rule(500, &refund).internal);
        assert!(read_rule(500, &serde_json::json!({ "code": "internal_server_error", "message": "x" })).internal);
    }
}
