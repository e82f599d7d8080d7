//! `[alarms]`

use std::time::Duration;

use secrecy::SecretString;

use super::Checker;
use super::mail::address;
use crate::config::raw::RawAlarms;
use crate::config::{AlarmMail, Alarms, Mail};

pub(super) fn alarms(c: &mut Checker<'_>, raw: RawAlarms, mail: Option<&Mail>) -> Alarms {
    let usual = Alarms::default();
    let webhook = c.secret("alarms", "webhook", [raw.webhook, raw.webhook_env, raw.webhook_file]);
    if let Some((text, path)) = &webhook
        && !url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
    {
        // The address may hold a secret, so it is not repeated.
        c.fault(path, "is no address; write one such as https://chat.example.com/hooks/kontor".to_owned());
    }
    let token = c.secret("alarms", "webhook_token", [raw.webhook_token, raw.webhook_token_env, raw.webhook_token_file]);
    if let (None, Some((_, path))) = (&webhook, &token) {
        c.fault(path, "does nothing without alarms.webhook; set both, or remove it".to_owned());
    }
    let to: Vec<_> = raw.email_to.iter().flatten().filter_map(|text| address(c, "alarms.email_to", text)).collect();
    let from = raw.email_from.as_deref().and_then(|text| address(c, "alarms.email_from", text));
    if raw.email_to.is_some() && mail.is_none() {
        c.fault("alarms.email_to", "needs the server of [mail]; add that section, or remove this".to_owned());
    }
    if raw.email_to.is_some() && raw.email_from.is_none() {
        c.missing("alarms.email_from", "the address that the alarms come from");
    }
    let letters = from.filter(|_| !to.is_empty()).map(|from| AlarmMail { from, to });
    let time = |c: &mut Checker<'_>, key: &str, value, unit: u64, usual: Duration, most: u64| {
        Duration::from_secs(c.number(&format!("alarms.{key}"), value, usual.as_secs() / unit, 1..=most) * unit)
    };
    Alarms {
        webhook: webhook.map(|(text, _)| SecretString::from(text)),
        webhook_token: token.map(|(text, _)| SecretString::from(text)),
        mail: letters,
        repeat: time(c, "repeat_hours", raw.repeat_hours, 3600, usual.repeat, 8760),
        failing_after: time(c, "failing_minutes", raw.failing_minutes, 60, usual.failing_after, 10_080),
        queue_age: time(c, "queue_age_minutes", raw.queue_age_minutes, 60, usual.queue_age, 10_080),
    }
}
