//! The words of alarms, and how they are sent.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::json;

use super::decide::time;
use crate::config::Settings;
use crate::connectors::Http;
use crate::domain::alarm::{AlarmKind, AlarmWay};
use crate::domain::{AccountId, Stamp};
use crate::mail;
use crate::store::alarms::AlarmRow;

const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// What is sent at once.
pub(super) struct Report {
    gateway: String,
    time: String,
    alarms: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    account_id: i32,
    account: String,
    kind: &'static str,
    /// `raised`, `lasting` or `over`.
    state: &'static str,
    since: String,
    text: String,
}

impl Report {
    pub(super) fn of(settings: &Settings, due: &[AlarmRow], texts: &BTreeMap<(AccountId, AlarmKind), &str>, now: Stamp) -> Report {
        let said = |row: &AlarmRow| {
            let state = match (row.is_over, row.was_sent) {
                (true, _) => "over",
                (false, true) => "lasting",
                (false, false) => "raised",
            };
            let text = if row.is_over { "" } else { texts.get(&(row.account_id, row.kind)).copied().unwrap_or_default() };
            Said {
                account_id: row.account_id.0,
                account: settings.account(row.account_id).map(|account| account.identifier.clone()).unwrap_or_default(),
                kind: row.kind.word(),
                state,
                since: time(Stamp(row.since)),
                text: text.to_owned(),
            }
        };
        Report { gateway: settings.server.public_url.clone(), time: time(now), alarms: due.iter().map(said).collect() }
    }

    /// For the log.
    pub(super) fn summary(&self) -> String {
        self.alarms.iter().map(|said| format!("account {} {} {}", said.account_id, said.kind, said.state)).collect::<Vec<_>>().join(", ")
    }

    fn lines(&self) -> String {
        let line = |Said { account_id, account, kind, state, since, text }: &Said| {
            let text = if text.is_empty() { String::new() } else { format!(": {text}") };
            format!("account {account_id} ({account}): {kind}, {state}, since {since}{text}\n")
        };
        self.alarms.iter().map(line).collect()
    }

    fn subject(&self) -> String {
        let open = self.alarms.iter().filter(|said| said.state != "over").count();
        let what = if open == 0 { "all-clear" } else { "ALARM" };
        format!("Kontor {what}: {}", self.summary())
    }

    /// # Errors
    /// Why nobody heard of it, without secrets.
    pub(super) fn send(&self, settings: &Settings, way: AlarmWay) -> Result<(), String> {
        let alarms = &settings.alarms;
        match way {
            AlarmWay::Webhook => {
                let Some(address) = &alarms.webhook else { return Ok(()) };
                let http = Http::new(WEBHOOK_TIMEOUT).map_err(|error| error.to_string())?;
                let document = json!({
                    "version": 1,
                    "gateway": self.gateway,
                    "time": self.time,
                    // What chats show.
                    "text": format!("{}\n{}", self.subject(), self.lines()),
                    "alarms": self.alarms,
                });
                let mut request = http.post(address.expose_secret()).json(&document);
                if let Some(token) = &alarms.webhook_token {
                    request = request.bearer_auth(token.expose_secret());
                }
                match http.send(request).map_err(|error| error.to_string())?.status {
                    200..=299 => Ok(()),
                    status => Err(format!("the webhook answered with HTTP {status}")),
                }
            }
            AlarmWay::Mail => {
                let (Some(mail), Some(letters)) = (&settings.mail, &alarms.mail) else { return Ok(()) };
                let text = format!("{}\n{}\n{}", self.lines(), self.gateway, self.time);
                mail::notify(mail, &letters.from, &letters.to, &self.subject(), &text)
            }
        }
    }
}
