//! The token that each call carries: one that never ends, one for a day that is asked for with the app's secret, or one for an hour that
//! is asked for with a refresh token. A refresh token is good for one use, so the next one is on disk before its access token is used.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::http::{Http, Method};
use super::super::rest::lacks;
use super::super::{ChannelError, lock};
use super::settings::{Access, Settings};

/// A token is renewed so long before its end.
const EARLY: i64 = 60;
/// Seconds of a token whose end the shop does not name.
const SHORTEST: i64 = 3600;

pub(super) struct Tokens {
    http: Http,
    url: Url,
    client_id: SecretString,
    client_secret: SecretString,
    access: Access,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<(SecretString, DateTime<Utc>)>,
    /// The one that the shop refused last.
    refused: Option<String>,
}

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    refresh_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<i64>,
    refresh_token: Option<String>,
}

impl Tokens {
    pub(super) fn new(http: Http, settings: &Settings) -> Tokens {
        let mut url = settings.url.clone();
        url.set_path("/admin/oauth/access_token");
        Tokens {
            http,
            url,
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            access: settings.access.clone(),
            held: Mutex::default(),
        }
    }

    /// A token that is good now.
    pub(super) fn token(&self) -> Result<SecretString, ChannelError> {
        let path = match &self.access {
            Access::Fixed(token) => return Ok(token.clone()),
            Access::Credentials => None,
            Access::Rotating(path) => Some(path),
        };
        let mut held = lock(&self.held);
        let now = Utc::now();
        if let Some((token, _)) = held.token.as_ref().filter(|(_, until)| *until > now) {
            return Ok(token.clone());
        }
        let (token, until) = match path {
            None => {
                let granted = self.ask(&[("grant_type", "client_credentials")])?;
                let until = granted.until(now);
                (granted.access_token, until)
            }
            Some(path) => self.rotate(path, held.refused.as_deref(), now)?,
        };
        held.token = Some((token.clone().into(), until));
        Ok(token.into())
    }

    /// The shop refused a token. `true`: another one can be had.
    pub(super) fn refused(&self, token: &SecretString) -> bool {
        if matches!(self.access, Access::Fixed(_)) {
            return false;
        }
        let mut held = lock(&self.held);
        held.refused = Some(token.expose_secret().to_owned());
        if held.token.as_ref().is_some_and(|(known, _)| known.expose_secret() == token.expose_secret()) {
            held.token = None;
        }
        true
    }

    /// Another process (`kontor check`) may have used the refresh token meanwhile, so the file is read first, and nobody else may do so
    /// until the new ones are in it.
    fn rotate(&self, path: &Path, refused: Option<&str>, now: DateTime<Utc>) -> Result<(String, DateTime<Utc>), ChannelError> {
        let file = |what: &str, error: std::io::Error| ChannelError::Unauthorized {
            reason: format!("{} cannot be {what} ({error}); correct token_path in [accounts.settings]", path.display()),
        };
        let guard = OpenOptions::new().create(true).truncate(false).write(true).open(path.with_extension("lock"));
        let guard: File = guard.map_err(|error| file("locked", error))?;
        guard.lock().map_err(|error| file("locked", error))?;
        let text = std::fs::read(path).map_err(|error| file("read", error))?;
        let kept: Kept = serde_json::from_slice(&text).map_err(|_| ChannelError::Unauthorized {
            reason: format!("{} holds no {{\"refresh_token\": \"…\"}}; write the one that the app got", path.display()),
        })?;
        if let (Some(token), Some(until)) = (kept.access_token, kept.until)
            && until > now
            && refused != Some(token.as_str())
        {
            return Ok((token, until));
        }
        let granted = self.ask(&[("grant_type", "refresh_token"), ("refresh_token", &kept.refresh_token)])?;
        let until = granted.until(now);
        let kept = Kept {
            refresh_token: granted.refresh_token.unwrap_or(kept.refresh_token),
            access_token: Some(granted.access_token.clone()),
            until: Some(until),
        };
        write(path, &kept).map_err(|error| file("written", error))?;
        Ok((granted.access_token, until))
    }

    fn ask(&self, grant: &[(&str, &str)]) -> Result<Granted, ChannelError> {
        let mut body: Map<String, Value> = grant.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        body.insert("client_id".to_owned(), json!(self.client_id.expose_secret()));
        body.insert("client_secret".to_owned(), json!(self.client_secret.expose_secret()));
        let request = self.http.request(Method::Post, self.url.clone()).json(&Value::Object(body));
        let answer = self.http.send(request)?;
        if !(200..300).contains(&answer.status) {
            let json = answer.json().unwrap_or_default();
            let word = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let reason = format!(
                "the shop gives no token (HTTP {} {} {}); check client_id, client_secret and url, whether the app is installed, and whether a refresh token was used elsewhere",
                answer.status,
                word("error"),
                word("error_description")
            );
            return Err(ChannelError::Unauthorized { reason });
        }
        serde_json::from_value(answer.json()?).map_err(|_| lacks("access_token"))
    }
}

impl Granted {
    fn until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = self.expires_in.unwrap_or(SHORTEST).clamp(EARLY, 366 * 86_400);
        now + Duration::from_secs(u64::try_from(seconds.saturating_sub(EARLY)).unwrap_or_default())
    }
}

/// As a whole or not at all, and for nobody else.
fn write(path: &Path, kept: &Kept) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(&serde_json::to_vec(kept)?)?;
    file.sync_all()?;
    std::fs::rename(&part, path)
}
