//! `[mail]`: the server, whose buyers get mails, and the folder with the merchant's templates.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use secrecy::SecretString;

use super::Checker;
use super::mail_templates::templates;
use super::master::mandator_of;
use crate::config::fault::remedy;
use crate::config::given::Connectors;

use crate::config::raw::{RawMail, RawMailSender};
use crate::config::secret::resolve;
use crate::config::{Account, Mail, MailSender, MailTemplates, MailTls, Settings};
use crate::domain::mail::{EmailAddress, MailEvent};
use crate::domain::{AccountId, MandatorId};

const HOUR: u64 = 3600;
const LADDER: [u64; 6] = [60, 300, 900, 1800, HOUR, 2 * HOUR];
/// Marketplaces pass on mails to these addresses only from senders whom they know, and mail themselves.
const RELAYS: [&str; 3] = ["marketplace.amazon.*", "marketplace.amazon.*.*", "members.ebay.*"];
/// Pages of shipping providers, as they were known when this was written; the configuration overrides them.
const PAGES: [(&str, &str); 5] = [
    ("DHL", "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode={number}"),
    ("DPD", "https://tracking.dpd.de/status/de_DE/parcel/{number}"),
    ("GLS", "https://gls-group.com/DE/de/paketverfolgung?match={number}"),
    ("Hermes", "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation/#{number}"),
    ("UPS", "https://www.ups.com/track?tracknum={number}"),
];
/// The longest attempt is far shorter than the shortest pause after a crash.
const LONGEST_ATTEMPT: u64 = 300;

pub(super) fn mail(c: &mut Checker<'_>, raw: Option<RawMail>, settings: &Settings, connectors: &Connectors<'_>) -> Option<Mail> {
    let raw = raw?;
    let host = c.required("mail.host", raw.host, "the name of the mail server");
    let tls = raw.tls.unwrap_or_default();
    let port = match tls {
        MailTls::Starttls => 587,
        MailTls::Implicit => 465,
        MailTls::None => 25,
    };
    let port = u16::try_from(c.number("mail.port", raw.port, port, 1..=65_535)).unwrap_or_default();
    let login = login(c, raw.username, [raw.password, raw.password_env, raw.password_file]);
    if tls == MailTls::None && !is_this_machine(&host) {
        let text = "addresses of buyers would travel in clear text; use starttls or implicit, or a server on this machine";
        c.fault("mail.tls", format!("none, but \"{host}\" is another machine: {text}"));
    }
    let seconds = |c: &mut Checker<'_>, key: &str, value, default, range| {
        Duration::from_secs(c.number(&format!("mail.{key}"), value, default, range))
    };
    let hours = |c: &mut Checker<'_>, key: &str, value| Duration::from_secs(c.number(&format!("mail.{key}"), value, 72, 1..=8760) * HOUR);
    let timeout = seconds(c, "timeout_seconds", raw.timeout_seconds, 60, 5..=LONGEST_ATTEMPT);
    let per_minute = c.size("mail.per_minute", raw.per_minute, 60, 1..=6000);
    Some(Mail {
        ca: raw.ca_file.and_then(|name| ca(c, &name)),
        hello_name: raw.hello_name.map(|name| hello_name(c, name)),
        retry_ladder: ladder(c, raw.retry_ladder_seconds),
        give_up_after: hours(c, "give_up_after_hours", raw.give_up_after_hours),
        confirm_within: hours(c, "confirm_within_hours", raw.confirm_within_hours),
        never_to: raw.never_to.unwrap_or_else(|| RELAYS.map(str::to_owned).to_vec()),
        tracking: tracking(c, raw.tracking),
        senders: senders(c, raw.senders, settings, connectors),
        templates: raw.templates.map_or_else(MailTemplates::new, |folder| templates(c, &folder, settings)),
        host,
        port,
        tls,
        login,
        timeout,
        per_minute,
    })
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn login(c: &mut Checker<'_>, username: Option<String>, password: [Option<String>; 3]) -> Option<(String, SecretString)> {
    let given = password.iter().any(Option::is_some);
    let password = c.secret("mail", "password", password);
    match (username, password) {
        (Some(username), Some((password, _))) => Some((username, SecretString::from(password))),
        (Some(_), None) if !given => {
            c.missing("mail.password", "the password of mail.username; better password_env or password_file");
            None
        }
        (None, Some((_, path))) => {
            c.fault(&path, "does nothing without mail.username; set both, or remove it");
            None
        }
        _ => None,
    }
}

fn ca(c: &mut Checker<'_>, name: &str) -> Option<String> {
    let path = resolve(c.secrets.folder, name);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => Some(text),
        Ok(_) => {
            c.fault("mail.ca_file", format!("\"{}\" contains no certificate; expected a file in PEM", path.display()));
            None
        }
        Err(error) => {
            c.fault("mail.ca_file", format!("\"{}\" cannot be read: {error}; expected a file in PEM", path.display()));
            None
        }
    }
}

fn hello_name(c: &mut Checker<'_>, name: String) -> String {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-') {
        c.fault("mail.hello_name", format!("\"{name}\" is not the name of a machine; write one such as shop.example.com"));
    }
    name
}

fn ladder(c: &mut Checker<'_>, steps: Option<Vec<i64>>) -> Vec<Duration> {
    let path = "mail.retry_ladder_seconds";
    let Some(steps) = steps else { return LADDER.map(Duration::from_secs).to_vec() };
    if steps.is_empty() {
        c.fault(path, "the list is empty; write at least one pause in seconds, such as [60, 300, 900]");
    }
    for (step, n) in steps.iter().zip(1..).filter(|(step, _)| !(1..=604_800).contains(*step)) {
        c.fault_at(&format!("{path}[{n}]"), path, format!("{step} is out of range; expected pauses of 1 to 604800 seconds"));
    }
    steps.into_iter().filter_map(|step| u64::try_from(step).ok()).map(Duration::from_secs).collect()
}

/// What the file says comes before what is built in.
fn tracking(c: &mut Checker<'_>, own: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (word, page) in &own {
        let is_page = ["http://", "https://"].iter().any(|scheme| page.starts_with(scheme)) && page.contains("{number}");
        if !is_page {
            let text = "is no page; write one such as https://track.example.com/?id={number}";
            c.fault(&format!("mail.tracking.{word}"), format!("\"{page}\" {text}"));
        }
    }
    let mut pages = own;
    for (word, page) in PAGES {
        if !pages.keys().any(|known| known.eq_ignore_ascii_case(word)) {
            pages.insert(word.to_owned(), page.to_owned());
        }
    }
    pages
}

fn senders(c: &mut Checker<'_>, raw: Vec<RawMailSender>, settings: &Settings, connectors: &Connectors<'_>) -> Vec<MailSender> {
    let senders: Vec<MailSender> = raw.into_iter().zip(1..).map(|(raw, n)| sender(c, raw, n, settings, connectors)).collect();
    let whose = |sender: &MailSender| match sender.account_id {
        Some(account_id) => format!("account {account_id}"),
        None => format!("phone sales of mandator {}", sender.mandator_id),
    };
    c.unique(senders.iter().zip(1..).map(|(sender, n)| (format!("mail.senders[{n}]"), whose(sender))));
    senders
}

fn sender(c: &mut Checker<'_>, raw: RawMailSender, n: usize, settings: &Settings, connectors: &Connectors<'_>) -> MailSender {
    let at = |key: &str| format!("mail.senders[{n}].{key}");
    let mandators: Vec<MandatorId> = settings.mandators.iter().map(|mandator| mandator.mandator_id).collect();
    let mandator_id = mandator_of(c, &at("mandator_id"), raw.mandator_id, &mandators);
    let account_id = c.optional_id(&at("account_id"), raw.account_id).map(AccountId);
    if let Some(account_id) = account_id {
        account(c, &at("account_id"), account_id, mandator_id, settings, connectors);
    }
    let nobody = EmailAddress { local: String::new(), domain: String::new() };
    let from = c.required(&at("from"), raw.from, "the address that the mails come from");
    let from = if from.trim().is_empty() { None } else { address(c, &at("from"), &from) };
    let from_name = raw.from_name.inspect(|name| {
        if name.chars().any(char::is_control) {
            c.fault(&at("from_name"), "contains a line break or another control character; write the name in one line");
        }
    });
    MailSender {
        mandator_id,
        account_id,
        from: from.unwrap_or(nobody),
        from_name,
        reply_to: raw.reply_to.and_then(|text| address(c, &at("reply_to"), &text)),
        events: events(c, &at("events"), raw.events),
    }
}

fn account(
    c: &mut Checker<'_>,
    path: &str,
    account_id: AccountId,
    mandator_id: MandatorId,
    settings: &Settings,
    connectors: &Connectors<'_>,
) {
    let ids: Vec<AccountId> = settings.accounts.iter().map(|account| account.account_id).collect();
    c.known_id(path, account_id, "account", "accounts", &ids);
    let Some(Account { mandator_id: own, connector, .. }) = settings.account(account_id) else { return };
    if *own != mandator_id {
        c.fault(path, format!("account {account_id} belongs to mandator {own}; write that one"));
    }
    if (connectors.mails_buyers)(connector) {
        c.fault(path, format!("the channel of account {account_id} ({connector}) mails its buyers itself; remove this sender"));
    }
}

pub(super) fn address(c: &mut Checker<'_>, path: &str, text: &str) -> Option<EmailAddress> {
    let parsed = EmailAddress::parse(text);
    parsed.map_err(|fault| c.fault(path, format!("\"{text}\" {fault}; write an address such as shop@example.com"))).ok()
}

fn events(c: &mut Checker<'_>, path: &str, raw: Option<Vec<String>>) -> Vec<MailEvent> {
    let known = MailEvent::ALL.map(MailEvent::word);
    let Some(words) = raw.filter(|words| !words.is_empty()) else {
        c.missing(path, &format!("what is mailed, some of: {}", known.join(", ")));
        return Vec::new();
    };
    let mut events = Vec::new();
    for (word, n) in words.iter().zip(1..) {
        match MailEvent::ALL.into_iter().find(|event| event.word() == word) {
            Some(event) if !events.contains(&event) => events.push(event),
            Some(_) => {}
            None => c.fault_at(&format!("{path}[{n}]"), path, format!("\"{word}\" is not known; {}", remedy(word, &known))),
        }
    }
    events
}
