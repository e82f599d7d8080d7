//! The REST API (version 3) of one shop: who calls it, its words for a no, and its batches.
//!
//! Over HTTPS a call has the key and its secret as user and password. Over HTTP the shop ignores these, and wants OAuth 1.0a without a
//! token (RFC 5849): a signature over method, address and parameters with a nonce that is good for one attempt.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rand::Rng;
use reqwest::Url;
use reqwest::blocking::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::http::Method;
use super::super::rest::{Reply, Rest, Sign, lacks};
use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, Outcome, SetupError};
use super::settings::Settings;
use crate::domain::message::channel;

/// Rows of a batch and of a page of a list: more are refused (HTTP 413 and 400).
pub(super) const MOST: usize = 100;
/// What RFC 3986 leaves alone (section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) struct Api {
    rest: Rest,
}

struct Key {
    key: SecretString,
    secret: SecretString,
    /// The address that the shop is configured with, over which it signs whatever address was called.
    home: Url,
    called: Url,
}

impl Sign for Key {
    fn sign(&self, request: RequestBuilder, method: Method, url: &Url) -> Result<RequestBuilder, ChannelError> {
        if url.scheme() == "https" {
            return Ok(request.basic_auth(self.key.expose_secret(), Some(self.secret.expose_secret())));
        }
        let nonce: u128 = rand::rng().random();
        let oauth = [
            ("oauth_consumer_key", self.key.expose_secret().to_owned()),
            ("oauth_nonce", format!("{nonce:032x}")),
            ("oauth_signature_method", "HMAC-SHA256".to_owned()),
            ("oauth_timestamp", Utc::now().timestamp().to_string()),
        ];
        let mut pairs: Vec<(String, String)> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        pairs.extend(oauth.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let path = url.path().strip_prefix(self.called.path().trim_end_matches('/')).unwrap_or(url.path());
        let mut signed = self.home.clone();
        signed.set_path(&format!("{}{path}", self.home.path().trim_end_matches('/')));
        let signature = signature(method, &signed, pairs, self.secret.expose_secret())?;
        Ok(request.query(&oauth).query(&[("oauth_signature", signature)]))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// RFC 5849, section 3.4, with HMAC-SHA256 and without a token.
pub(super) fn signature(method: Method, url: &Url, pairs: Vec<(String, String)>, secret: &str) -> Result<String, ChannelError> {
    let mut pairs: Vec<(String, String)> = pairs.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut address = url.clone();
    address.set_query(None);
    let method = match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
    };
    let base = format!("{method}&{}&{}", encoded(address.as_str()), encoded(&pairs.join("&")));
    let mut hmac = Hmac::<Sha256>::new_from_slice(format!("{secret}&").as_bytes())
        .map_err(|error| ChannelError::Protocol { reason: format!("the secret cannot sign: {error}") })?;
    hmac.update(base.as_bytes());
    Ok(STANDARD.encode(hmac.finalize().into_bytes()))
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
}

impl Api {
    pub(super) fn new(settings: &Settings, timeout: Duration) -> Result<Api, SetupError> {
        let mut base = settings.url.clone();
        base.set_path(&format!("{}/wp-json", base.path().trim_end_matches('/')));
        let key = Key {
            key: settings.consumer_key.clone(),
            secret: settings.consumer_secret.clone(),
            home: settings.home_url.clone().unwrap_or_else(|| settings.url.clone()),
            called: settings.url.clone(),
        };
        Ok(Api { rest: Rest::new(base, key, read_rule, timeout)? })
    }

    /// `path`: below the API's own.
    pub(super) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.rest.get(&[&["wc", "v3"][..], path].concat(), query)
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

    pub(super) fn put(&self, path: &[&str], body: &Value) -> Result<Reply, Failure> {
        self.rest.put(&[&["wc", "v3"][..], path].concat(), body)
    }

    /// One kind of rows (`create`, `update`) of a batch; a result per row, in their order. The shop answers 200 whatever became of them.
    pub(super) fn batch<T: DeserializeOwned>(&self, path: &[&str], kind: &str, rows: &[Value]) -> Result<Vec<Result<T, Rule>>, Failure> {
        let mut results = Vec::with_capacity(rows.len());
        for rows in rows.chunks(MOST) {
            let reply = self.post(&[path, &["batch"]].concat(), &json!({ kind: rows }))?;
            let answers: Vec<BatchRow<T>> = reply.part(&format!("/{kind}"))?;
            if answers.len() != rows.len() {
                return Err(lacks(&format!("a result for each of {} rows", rows.len())).into());
            }
            results.extend(answers.into_iter().map(|answer| match answer {
                BatchRow::Done(row) => Ok(row),
                BatchRow::Refused { error } => Err(Rule { code: error.code, text: error.message, internal: false }),
            }));
        }
        Ok(results)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::{Method, read_rule, signature};

    #[test]
    fn a_call_is_signed_as_rfc_5849_says() {
        // Computed with another implementation (openssl dgst -sha256 -hmac).
        let url = Url::parse("http://shop.example/wp-json/wc/v3/products").unwrap();
        let pairs = [
            ("sku", "Ä /1+2%"),
            ("oauth_consumer_key", "ck_1"),
            ("oauth_nonce", "n1"),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", "1700000000"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(signature(Method::Get, &url, pairs, "cs_1").unwrap(), "HvhdKjDc1nN2F36QQp8dmOu3AH3L6ioV8lyje/K8zr0=");
    }

    #[test]
    fn a_refund_that_cannot_be_is_a_no_and_a_fatal_error_is_not() {
        let refund =
            serde_json::json!({ "code": "woocommerce_rest_cannot_create_order_refund", "message": "Invalid refund amount.", "data": 500 });
        assert!(!read_rule(500, &refund).internal);
        assert!(read_rule(500, &serde_json::json!({ "code": "internal_server_error", "message": "x" })).internal);
    }
}
