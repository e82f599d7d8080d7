//! `[alarms]`: who hears when an account needs attention.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::alarm::AlarmWay;
use crate::domain::mail::EmailAddress;

#[derive(Debug, Clone)]
pub(crate) struct Alarms {
    /// Where alarms are posted to. The address may hold a secret.
    pub(crate) webhook: Option<SecretString>,
    /// Sent along as `Authorization: Bearer`.
    pub(crate) webhook_token: Option<SecretString>,
    pub(crate) mail: Option<AlarmMail>,
    /// While its cause lasts, an alarm is sent again after this time. Default 24 h.
    pub(crate) repeat: Duration,
    /// Calls to a channel must fail for so long. Default 10 min.
    pub(crate) failing_after: Duration,
    /// A change must wait for so long. Default 60 min.
    pub(crate) queue_age: Duration,
}

/// By the server of `[mail]`.
#[derive(Debug, Clone)]
pub(crate) struct AlarmMail {
    pub(crate) from: EmailAddress,
    pub(crate) to: Vec<EmailAddress>,
}

impl Default for Alarms {
    fn default() -> Alarms {
        Alarms {
            webhook: None,
            webhook_token: None,
            mail: None,
            repeat: Duration::from_secs(24 * 3600),
            failing_after: Duration::from_secs(600),
            queue_age: Duration::from_secs(3600),
        }
    }
}

impl Alarms {
    /// On which ways they are sent.
    pub(crate) fn ways(&self) -> Vec<AlarmWay> {
        let webhook = self.webhook.as_ref().map(|_| AlarmWay::Webhook);
        webhook.into_iter().chain(self.mail.as_ref().map(|_| AlarmWay::Mail)).collect()
    }
}
