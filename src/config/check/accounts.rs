//! `[[accounts]]`: one login or shop at a channel, and the connector's own settings.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Checker;
use super::master::{mandator_of, paths};
use super::preparation::preparation;
use crate::config::fault::{define, remedy};
use crate::config::given::Connectors;
use crate::config::raw::{RawAccount, RawRateLimits};
use crate::config::secret::{Origin, resolve};
use crate::config::{Account, Listing, PricelistSeed, Reconciliation, Settings};
use crate::domain::rate::{ChannelCall, Rate, Rates};
use crate::domain::{AccountId, MandatorId, WarehouseId};

pub(super) fn accounts(c: &mut Checker<'_>, raw: Vec<RawAccount>, settings: &Settings, connectors: &Connectors<'_>) -> Vec<Account> {
    let accounts: Vec<Account> = raw.into_iter().zip(1..).map(|(raw, n)| account(c, raw, n, settings, connectors)).collect();
    c.unique(paths("accounts", "account_id", accounts.iter().map(|a| a.account_id.to_string())));
    // Orders of two accounts must not get the same number in the ERP.
    c.unique(paths("accounts", "order_number_prefix", accounts.iter().map(|a| a.order_number_prefix.clone())));
    let of = |(account, n): (&Account, usize)| {
        let path = move |key: &str| format!("accounts[{n}].settings.{key}");
        (connectors.files)(account).into_iter().map(move |(key, file)| (path(key), file.display().to_string()))
    };
    c.unique(accounts.iter().zip(1..).flat_map(of));
    accounts
}

fn account(c: &mut Checker<'_>, mut raw: RawAccount, n: usize, settings: &Settings, connectors: &Connectors<'_>) -> Account {
    let at = |key: &str| format!("accounts[{n}].{key}");
    let faults_before = c.faults.len();
    let account_id = c.required_id(&at("account_id"), raw.account_id);
    let mandators: Vec<MandatorId> = settings.mandators.iter().map(|m| m.mandator_id).collect();
    let mandator_id = mandator_of(c, &at("mandator_id"), raw.mandator_id, &mandators);
    let sub_channel_id = c.required_id(&at("sub_channel_id"), raw.sub_channel_id);
    let sub_channels: Vec<i32> = settings.sub_channels.iter().map(|s| s.sub_channel_id).collect();
    c.known_id(&at("sub_channel_id"), sub_channel_id, "sub channel", "sub_channels", &sub_channels);
    let preparation = preparation(c, &mut raw, n);
    let every = raw.reconcile_every_hours.map(|hours| c.count(&at("reconcile_every_hours"), Some(hours), 1..=8760));
    let repair = raw.reconcile_repair.unwrap_or_default();
    if repair && every.is_none() {
        c.fault(&at("reconcile_repair"), "does nothing without reconcile_every_hours; set both, or remove it");
    }
    let reconciliation = Reconciliation { every: every.map(|hours| Duration::from_secs(hours * 3600)), repair };
    let silence = raw.silence_alarm_hours.map(|hours| c.count(&at("silence_alarm_hours"), Some(hours), 1..=8760));
    let rate_limits = rate_limits(c, &at("rate_limits"), raw.rate_limits);
    let poll = c.number(&at("poll_interval_seconds"), raw.poll_interval_seconds, 60, 1..=86_400);
    let account = Account {
        account_id: AccountId(account_id),
        mandator_id,
        identifier: c.required(&at("identifier"), raw.identifier, "the account's name"),
        sub_channel_id,
        active: raw.active.unwrap_or(true),
        connector: connector(c, &at("connector"), raw.connector, connectors.known),
        pricelists: pricelists(c, &at, raw.pricelist, raw.further_pricelists, mandator_id, settings),
        warehouses: warehouses(c, &at("warehouses"), raw.warehouses, mandator_id, settings),
        default_category: raw.default_category,
        title_text_module: c.optional_id(&at("title_text_module"), raw.title_text_module),
        description_text_module: c.optional_id(&at("description_text_module"), raw.description_text_module),
        language: language(c, &at("language"), raw.language, mandator_id, settings),
        listing: raw.listing.unwrap_or(Listing::ByCall),
        carriers: words(c, &at("carriers"), raw.carriers, "the channel's carrier code"),
        dispatch_types: words(c, &at("dispatch_types"), raw.dispatch_types, "the channel's code of the dispatch type"),
        poll_interval: Duration::from_secs(poll),
        // Unlike an empty one, this default cannot make two accounts collide.
        order_number_prefix: raw.order_number_prefix.unwrap_or_else(|| format!("{account_id}-")),
        preparation,
        reconciliation,
        silence_alarm: silence.map(|hours| Duration::from_secs(hours * 3600)),
        rate_limits,
        ca_file: raw.ca_file.map(|file| resolve(c.secrets.folder, &file)),
        settings: own_settings(c, &at("settings"), raw.settings),
    };
    if c.faults.len() == faults_before {
        ask_connector(c, &account, &at("settings"), connectors);
    }
    account
}

/// A connector names the key as `[accounts.settings] url: not an address`; then the place is that key's.
fn ask_connector(c: &mut Checker<'_>, account: &Account, path: &str, connectors: &Connectors<'_>) {
    let Err(text) = (connectors.check)(account) else {
        return;
    };
    let named = text.split_once("[accounts.settings] ").and_then(|(_, named)| named.split_once(": "));
    match named {
        Some((key, rest)) => {
            // The key may have come from a variable or a file.
            let written = ["", "_env", "_file"].map(|suffix| format!("{path}.{key}{suffix}"));
            let place = written.iter().find(|p| c.places.contains_key(*p)).map_or(path, String::as_str);
            c.fault_at(place, &format!("{path}.{key}"), rest);
        }
        None => c.fault(path, text),
    }
}

fn connector(c: &mut Checker<'_>, path: &str, raw: Option<String>, known: &[&str]) -> String {
    let name = c.required(path, raw, &format!("one of: {}", known.join(", ")));
    if !name.trim().is_empty() && !known.contains(&name.as_str()) {
        c.fault(path, format!("connector \"{name}\" is not known; {}", remedy(&name, known)));
    }
    name
}

fn pricelists(
    c: &mut Checker<'_>,
    at: &impl Fn(&str) -> String,
    first: Option<String>,
    further: Vec<String>,
    mandator_id: MandatorId,
    settings: &Settings,
) -> Vec<String> {
    let first = c.required(&at("pricelist"), first, "the identifier of a price list under [[pricelists]]");
    let sold_in = pricelist(c, &at("pricelist"), &at("pricelist"), &first, mandator_id, settings).map(|list| list.currency);
    let mut lists = vec![first];
    let path = at("further_pricelists");
    for (name, n) in further.into_iter().zip(1..) {
        let place = format!("{path}[{n}]");
        let list = pricelist(c, &place, &path, &name, mandator_id, settings);
        if lists.contains(&name) {
            c.fault_at(&place, &path, format!("price list \"{name}\" is named twice; remove one"));
        }
        if let (Some(list), Some(currency)) = (list, sold_in)
            && list.currency != currency
        {
            let text = format!(
                "price list \"{name}\" is in {}, the first one of the account in {currency}; name one in {currency}",
                list.currency
            );
            c.fault_at(&place, &path, text);
        }
        lists.push(name);
    }
    lists
}

/// The list of that name; its lack is a fault.
fn pricelist<'s>(
    c: &mut Checker<'_>,
    place: &str,
    path: &str,
    name: &str,
    mandator_id: MandatorId,
    settings: &'s Settings,
) -> Option<&'s PricelistSeed> {
    let own = || settings.pricelists.iter().filter(|list| list.mandator_id == mandator_id);
    let found = own().find(|list| list.identifier == name);
    if found.is_none() && !name.trim().is_empty() {
        let known: Vec<&str> = own().map(|list| list.identifier.as_str()).collect();
        let remedy = define("pricelists", name, &known);
        c.fault_at(place, path, format!("price list \"{name}\" of mandator {mandator_id} is not defined; {remedy}"));
    }
    found
}

fn warehouses(c: &mut Checker<'_>, path: &str, raw: Option<Vec<String>>, mandator_id: MandatorId, settings: &Settings) -> Vec<WarehouseId> {
    let Some(codes) = raw else {
        c.missing(path, "a list of warehouse codes whose stock this account sells");
        return Vec::new();
    };
    if codes.is_empty() {
        c.fault(path, "the list is empty; name the codes of the warehouses whose stock this account sells");
    }
    let mut ids = Vec::new();
    for (code, index) in codes.iter().zip(1..) {
        let place = format!("{path}[{index}]");
        match settings.warehouse_by_code(mandator_id, code) {
            Some(warehouse) if ids.contains(&warehouse.warehouse_id) => {
                // Its stock would be offered twice.
                c.fault_at(&place, path, format!("warehouse \"{code}\" is named twice; remove one"));
            }
            Some(warehouse) => ids.push(warehouse.warehouse_id),
            None => {
                let own = settings.warehouses.iter().filter(|w| w.mandator_id == mandator_id);
                let known: Vec<&str> = own.map(|w| w.code.as_str()).collect();
                let remedy = define("warehouses", code, &known);
                let text = format!("warehouse \"{code}\" is not defined; {remedy}");
                c.fault_at(&place, path, text);
            }
        }
    }
    ids
}

fn language(c: &mut Checker<'_>, path: &str, raw: Option<String>, mandator_id: MandatorId, settings: &Settings) -> String {
    let Some(code) = raw else {
        return settings.mandator(mandator_id).map(|m| m.language).unwrap_or_default().iso().to_owned();
    };
    if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_lowercase()) {
        c.fault(path, format!("\"{code}\" is not an ISO 639-1 code; write two small letters, such as de"));
    }
    code
}

fn rate_limits(c: &mut Checker<'_>, path: &str, raw: RawRateLimits) -> Rates {
    let RawRateLimits { submit, pull_orders, push_fact, list_offers, poll_task, read_back, transfer, pull_contacts, categories } = raw;
    let of = |call| match call {
        ChannelCall::Submit => &submit,
        ChannelCall::PullOrders => &pull_orders,
        ChannelCall::PushFact => &push_fact,
        ChannelCall::ListOffers => &list_offers,
        ChannelCall::PollTask => &poll_task,
        ChannelCall::ReadBack => &read_back,
        ChannelCall::Transfer => &transfer,
        ChannelCall::PullContacts => &pull_contacts,
        ChannelCall::Categories => &categories,
    };
    let mut rates = Rates::new();
    for call in ChannelCall::ALL {
        let Some(rate) = of(call) else { continue };
        let at = |key: &str| format!("{path}.{}.{key}", call.word());
        let (calls, seconds) = (c.count(&at("calls"), rate.calls, 1..=1_000_000), c.count(&at("seconds"), rate.seconds, 1..=86_400));
        rates.insert(call, Rate { calls: u32::try_from(calls).unwrap_or(u32::MAX), period: Duration::from_secs(seconds) });
    }
    rates
}

/// A table from words of the ERP, which are compared without case, to codes of the channel.
fn words(c: &mut Checker<'_>, path: &str, raw: BTreeMap<String, String>, expected: &str) -> BTreeMap<String, String> {
    c.unique(raw.keys().map(|word| (format!("{path}.{word}"), word.to_lowercase())));
    for (word, _) in raw.iter().filter(|(_, code)| code.trim().is_empty()) {
        c.fault(&format!("{path}.{word}"), format!("\"\" is empty; write {expected}"));
    }
    raw
}

/// Resolves `key_env` and `key_file` to `key`; the connector sees only the result.
pub(super) fn own_settings(c: &mut Checker<'_>, path: &str, raw: toml::Table) -> toml::Table {
    let mut settings = toml::Table::new();
    let (sources, plain): (Vec<_>, Vec<_>) = raw.into_iter().partition(|(key, _)| Origin::of(key).is_some());
    settings.extend(plain);
    for (key, value) in sources {
        let Some((base, origin)) = Origin::of(&key) else {
            continue;
        };
        let place = format!("{path}.{key}");
        if settings.contains_key(base) {
            c.fault(&place, format!("given beside another source of {base}; keep only one of {base}, {base}_env and {base}_file"));
            continue;
        }
        let Some(name) = value.as_str() else {
            let kind = value.type_str();
            c.fault(&place, format!("found {kind}, expected the name of the variable or file in \"quotes\""));
            continue;
        };
        match c.secrets.fetch(origin, name) {
            Ok(secret) => {
                settings.insert(base.to_owned(), toml::Value::String(secret));
            }
            Err(text) => c.fault(&place, text),
        }
    }
    settings
}
