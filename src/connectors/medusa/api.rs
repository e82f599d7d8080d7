//! The admin API of one shop: its key, and its words for a no.

use std::time::Duration;

use reqwest::Url;
use reqwest::blocking::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::http::Method;
use super::super::rest::{Body, Reply, Rest, Sign, Upload, lacks};
use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, Outcome, SetupError};
use super::settings::Settings;
use crate::domain::message::channel;

pub(super) struct Api {
    rest: Rest,
}

/// A secret key is the user of HTTP Basic, without a password.
struct Key(SecretString);

impl Sign for Key {
    fn sign(&self, request: RequestBuilder, _method: Method, _url: &Url) -> Result<RequestBuilder, ChannelError> {
        Ok(request.basic_auth(self.0.expose_secret(), None::<&str>))
    }
}

/// The errors of Medusa have a `type` and a `message`.
fn read_rule(status: u16, json: &Value) -> Rule {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    Rule {
        code: text("type").map_or_else(|| format!("HTTP {status}"), str::to_owned),
        text: text("message").unwrap_or("no text").to_owned(),
        // 409: another request worked on the same record.
        internal: matches!(status, 409 | 500),
    }
}

/// Our reading of the shop's no.
pub(super) fn outcome_of(rule: Rule) -> Outcome {
    if rule.internal {
        return Outcome::Later { after: None, reason: format!("error inside the shop: {}", rule.text) };
    }
    Outcome::Refused(match rule.code.as_str() {
        "not_found" => channel::record_lost(&rule.code, rule.text),
        "invalid_data" | "duplicate_error" => channel::input_refused(&rule.code, rule.text),
        _ => channel::record_refused(&rule.code, rule.text),
    })
}

/// One page of a list.
pub(super) struct Page<T> {
    pub rows: Vec<T>,
    /// All rows of the list.
    pub count: usize,
}

impl Api {
    pub(super) fn new(settings: &Settings, timeout: Duration) -> Result<Api, SetupError> {
        let mut base = settings.url.clone();
        base.set_path(&format!("{}/admin", base.path().trim_end_matches('/')));
        Ok(Api { rest: Rest::new(base, Key(settings.api_key.clone()), read_rule, timeout)? })
    }

    pub(super) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.rest.get(path, query)
    }

    pub(super) fn post(&self, path: &[&str], fields: &str, body: &Value) -> Result<Reply, Failure> {
        let query = [("fields", fields)];
        self.rest.post(path, if fields.is_empty() { &[] } else { &query }, body)
    }

    pub(super) fn delete(&self, path: &[&str]) -> Result<Reply, Failure> {
        self.rest.delete(path)
    }

    /// The address under which the shop keeps a file.
    pub(super) fn upload(&self, file: &Upload<'_>) -> Result<String, Failure> {
        #[derive(Deserialize)]
        struct File {
            url: String,
        }
        let reply = self.rest.call(Method::Post, &["uploads"], &[], Body::File(file))?;
        let files: Vec<File> = reply.part("/files")?;
        files.into_iter().next().map(|file| file.url).ok_or_else(|| lacks("the uploaded file").into())
    }

    /// A page of a list that the API gives under its own name.
    pub(super) fn page<T: DeserializeOwned>(&self, path: &[&str], name: &str, query: &[(&str, &str)]) -> Result<Page<T>, Failure> {
        let reply = self.get(path, query)?;
        let count = reply.json.get("count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        let rows: Vec<T> = reply.part(&format!("/{name}"))?;
        let count = count.unwrap_or(rows.len());
        Ok(Page { rows, count })
    }

    /// A list that is not longer than a page.
    pub(super) fn list<T: DeserializeOwned>(&self, path: &[&str], name: &str, query: &[(&str, &str)]) -> Result<Vec<T>, Failure> {
        Ok(self.page(path, name, query)?.rows)
    }
}
