//! The admin API of one shop: session, calls, and the reading of GraphQL answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::blocking::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::super::http::{Answer, Http};
pub(crate) use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, SetupError, lock};
use super::settings::Settings;

/// A channel of a shop.
#[derive(Clone)]
pub(super) struct Api {
    http: Http,
    url: String,
    settings: Settings,
    /// Its token; without one it is the default channel, which has everything that any channel has.
    channel: Option<String>,
    /// Of the session, which is good for all channels.
    pub(super) token: Arc<Mutex<Option<String>>>,
}

const LOGIN: &str = "mutation ($user: String!, $password: String!) { login(username: $user, password: $password) {
  __typename ... on CurrentUser { id } ... on ErrorResult { errorCode message } } }";

impl Api {
    /// `language` is that of the shop's texts: the shop's list filters look at the slugs of this language only.
    pub(crate) fn new(settings: Settings, language: &str, timeout: Duration) -> Result<Api, SetupError> {
        let url = format!("{}/admin-api?languageCode={language}", settings.url);
        let channel = settings.channel_token.clone();
        Ok(Api { http: Http::new(timeout)?, url, settings, channel, token: Arc::default() })
    }

    pub(crate) fn of_default_channel(&self) -> Api {
        Api { channel: None, ..self.clone() }
    }

    /// One query or mutation; answers with its `data`.
    pub(crate) fn call(&self, query: &str, variables: Value) -> Result<Value, Failure> {
        self.in_session(|token| self.ask(query, &variables, Some(token)))
    }

    /// A mutation with a file, which becomes the variable at `place` (such as `variables.input.0.file`).
    pub(crate) fn upload(&self, query: &str, variables: &Value, place: &str, file: &Upload<'_>) -> Result<Value, Failure> {
        let (boundary, body) = file.form(&json!({ "query": query, "variables": variables }), place);
        let media_type = format!("multipart/form-data; boundary={boundary}");
        self.in_session(|token| {
            let request = self.http.post(&self.url).header(CONTENT_TYPE, &media_type).body(body.clone());
            // Servers that guard against forged requests take forms only with a header that no form can send.
            self.send(request.header("Apollo-Require-Preflight", "true"), Some(token))
        })
    }

    /// Logs in where there is no session yet or it ran out, which Vendure reports as FORBIDDEN inside HTTP 200.
    fn in_session(&self, ask: impl Fn(&str) -> Result<Answer, Failure>) -> Result<Value, Failure> {
        let known = lock(&self.token).clone();
        let (token, fresh) = match known {
            Some(token) => (token, false),
            None => (self.login()?, true),
        };
        let result = ask(&token).and_then(|answer| read(&answer));
        match result {
            Err(Failure::Rule(rule)) if rule.code == "FORBIDDEN" => {
                let result = if fresh { Err(Failure::Rule(rule)) } else { ask(&self.login()?).and_then(|answer| read(&answer)) };
                result.map_err(|failure| match failure {
                    Failure::Rule(rule) if rule.code == "FORBIDDEN" => Failure::Channel(ChannelError::Unauthorized {
                        reason: "the user may log in, but not do this; give its role the rights to read and write catalogue and orders"
                            .to_owned(),
                    }),
                    other => other,
                })
            }
            other => other,
        }
    }

    fn login(&self) -> Result<String, Failure> {
        let variables = json!({ "user": self.settings.username, "password": self.settings.password.expose_secret() });
        let answer = self.ask(LOGIN, &variables, None)?;
        let data = read(&answer).map_err(Failure::whole)?;
        if let Some(rule) = refusal(data.get("login")) {
            return Err(ChannelError::Unauthorized {
                reason: format!("{}; check username and password in [accounts.settings]", rule.text),
            }
            .into());
        }
        let token = answer.header("vendure-auth-token").ok_or_else(|| ChannelError::Protocol {
            reason: "the login brought no header vendure-auth-token; allow \"bearer\" in the shop's authOptions.tokenMethod".to_owned(),
        })?;
        *lock(&self.token) = Some(token.to_owned());
        Ok(token.to_owned())
    }

    fn ask(&self, query: &str, variables: &Value, token: Option<&str>) -> Result<Answer, Failure> {
        self.send(self.http.post(&self.url).json(&json!({ "query": query, "variables": variables })), token)
    }

    fn send(&self, mut request: RequestBuilder, token: Option<&str>) -> Result<Answer, Failure> {
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(channel) = &self.channel {
            request = request.header("vendure-token", channel);
        }
        Ok(self.http.send(request)?)
    }
}

/// A file for [`Api::upload`].
pub(crate) struct Upload<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub content: &'a [u8],
    /// Of the content, in hex: no content contains its own digest.
    pub digest: &'a str,
}

impl Upload<'_> {
    /// The form of the GraphQL multipart request specification, and its boundary.
    fn form(&self, operations: &Value, place: &str) -> (String, Vec<u8>) {
        let boundary = format!("kontor-{}", self.digest);
        let mut body = Vec::with_capacity(self.content.len().saturating_add(4096));
        for (name, content) in [("operations", operations), ("map", &json!({ "0": [place] }))] {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let (name, media_type) = (self.name, self.media_type);
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"0\"; filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(self.content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        (boundary, body)
    }
}

fn read(answer: &Answer) -> Result<Value, Failure> {
    read_json(answer.status, answer.json()?)
}

/// Takes `data` out of an answer. Errors win, even where the status is 200 or partial data came along.
pub(crate) fn read_json(status: u16, mut answer: Value) -> Result<Value, Failure> {
    if let Some(error) = answer.pointer("/errors/0") {
        let code = error.pointer("/extensions/code").and_then(Value::as_str);
        let text = error.get("message").and_then(Value::as_str).unwrap_or("no text");
        // Observed with 3.7.3: errors of the database come without any code.
        let internal = matches!(code, None | Some("INTERNAL_SERVER_ERROR"));
        return Err(Failure::Rule(Rule { code: code.unwrap_or("INTERNAL_SERVER_ERROR").to_owned(), text: text.to_owned(), internal }));
    }
    match answer.get_mut("data") {
        Some(data) if data.is_object() => Ok(data.take()),
        _ => Err(Failure::Channel(ChannelError::Protocol {
            reason: format!("HTTP {status} without data; is the address that of a Vendure shop?"),
        })),
    }
}

/// Vendure reports expected refusals as a member of the result's union, with an `errorCode`.
pub(crate) fn refusal(result: Option<&Value>) -> Option<Rule> {
    let result = result?;
    let code = result.get("errorCode")?.as_str()?;
    let mut text = result.get("message").and_then(Value::as_str).unwrap_or("no text").to_owned();
    for detail in ["transitionError", "paymentErrorMessage", "fulfillmentHandlerError"] {
        if let Some(more) = result.get(detail).and_then(Value::as_str) {
            text = format!("{text}: {more}");
        }
    }
    Some(Rule { code: code.to_owned(), text, internal: false })
}
