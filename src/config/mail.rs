//! Mails to buyers: the server, whose buyers get which mails, and the merchant's own templates.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::Settings;
use crate::domain::mail::{EmailAddress, MailEvent};
use crate::domain::{AccountId, MandatorId};

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MailTls {
    /// The connection starts in clear text and must change to TLS, port 587.
    #[default]
    Starttls,
    /// TLS from the first byte, port 465.
    Implicit,
    /// Clear text, port 25: for a server on this machine.
    None,
}

#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: MailTls,
    /// A certificate in PEM that is trusted beside those of the system.
    pub(crate) ca: Option<String>,
    pub(crate) login: Option<(String, SecretString)>,
    /// What Kontor calls itself; `None`: the name of the machine.
    pub(crate) hello_name: Option<String>,
    /// Of one attempt, from connecting to the last answer.
    pub(crate) timeout: Duration,
    pub(crate) per_minute: usize,
    /// Pauses between attempts; the last one repeats.
    pub(crate) retry_ladder: Vec<Duration>,
    pub(crate) give_up_after: Duration,
    /// Orders that are collected later than this after they were placed are not confirmed.
    pub(crate) confirm_within: Duration,
    /// Domains to which no mail goes.
    pub(crate) never_to: Vec<String>,
    /// The ERP's word for a shipping provider (compared without case) → the address of its page, with `{number}`.
    pub(crate) tracking: BTreeMap<String, String>,
    pub(crate) senders: Vec<MailSender>,
    pub(crate) templates: MailTemplates,
}

/// Whose buyers get mails, and from whom.
#[derive(Debug, Clone)]
pub(crate) struct MailSender {
    pub(crate) mandator_id: MandatorId,
    /// `None`: phone sales of the mandator.
    pub(crate) account_id: Option<AccountId>,
    pub(crate) from: EmailAddress,
    pub(crate) from_name: Option<String>,
    pub(crate) reply_to: Option<EmailAddress>,
    pub(crate) events: Vec<MailEvent>,
}

/// Whose template it is; the most special one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TemplateScope {
    Account(AccountId),
    Mandator(MandatorId),
    All,
}

/// A template of a mail: subject, text, and perhaps the same text in HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailTemplate {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
}

/// The merchant's own templates, by whose they are, what they tell, and language.
pub(crate) type MailTemplates = BTreeMap<(TemplateScope, MailEvent, String), MailTemplate>;

impl MailTemplate {
    /// `Subject: …` in the first line, the text below.
    pub(crate) fn parse(file: &str) -> Option<MailTemplate> {
        let (first, text) = file.split_once('\n').unwrap_or((file, ""));
        let subject = first.trim().strip_prefix("Subject:")?.trim();
        let text = text.trim_start_matches(['\r', '\n']);
        Some(MailTemplate { subject: subject.to_owned(), text: text.to_owned(), html: None }).filter(|_| !subject.is_empty())
    }
}

impl Mail {
    pub(crate) fn sender(&self, mandator_id: MandatorId, account_id: Option<AccountId>) -> Option<&MailSender> {
        self.senders.iter().find(|sender| sender.mandator_id == mandator_id && sender.account_id == account_id)
    }

    /// The page that shows where a package is.
    pub(crate) fn tracking_link(&self, carrier: &str, number: &str) -> Option<String> {
        let own = self.tracking.iter().find(|(word, _)| word.trim().to_lowercase() == carrier.trim().to_lowercase());
        // What the ERP sends as a number may hold anything.
        let number = percent_encoding::utf8_percent_encode(number.trim(), percent_encoding::NON_ALPHANUMERIC).to_string();
        own.map(|(_, page)| page.replace("{number}", &number))
    }
}

impl Settings {
    /// The languages in which a buyer may be written to, best first.
    pub(crate) fn mail_languages(&self, mandator_id: MandatorId, account_id: Option<AccountId>) -> Vec<String> {
        let account = account_id.and_then(|id| self.account(id)).map(|account| account.language.clone());
        let mut languages: Vec<String> = account.into_iter().collect();
        for language in [self.language_of(mandator_id).iso(), crate::domain::Language::En.iso()] {
            if !languages.iter().any(|known| known == language) {
                languages.push(language.to_owned());
            }
        }
        languages
    }
}
