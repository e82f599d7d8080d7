//! The look at a shop for `kontor check --connect`: what the app may do, which version answers and until when, and the shop's clock.

use std::collections::BTreeSet;

use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::{ChannelError, Checkup, MissingRight, lock};
use super::Shopify;
use super::api::{Reply, VERSION, VERSION_ENDS, part};
use super::settings::Settings;

/// Seconds that a clock may be off without a word.
const CLOCK: i64 = 60;
/// Days before the end of a version from which on it is said.
const SOON: i64 = 90;

const LOOK: &str = "query Look { shop { name myshopifyDomain } currentAppInstallation { accessScopes { handle } } publicApiVersions { handle supported } }";

/// A right, and what Kontor does with it. One to write says one to read as well.
const RIGHTS: [(&str, &str); 8] = [
    ("write_products", "listing offers: texts, prices, variants, and ending them"),
    ("write_inventory", "quantities"),
    ("read_locations", "finding the location whose stock Kontor keeps"),
    ("read_publications", "finding the sales channels"),
    ("write_publications", "showing offers in the sales channels"),
    ("write_orders", "collecting orders, and reporting payments, cancellations and refunds"),
    ("read_merchant_managed_fulfillment_orders", "seeing what is to leave each location"),
    ("write_merchant_managed_fulfillment_orders", "reporting parcels"),
];
/// Rights for what not every merchant has.
const OPTIONAL: [(&str, &str); 3] = [
    ("read_all_orders", "orders that are older than 60 days; without it the shop does not show them"),
    ("write_third_party_fulfillment_orders", "parcels from locations of fulfilment services"),
    ("write_assigned_fulfillment_orders", "parcels of orders that are assigned to locations of the app"),
];
const PICTURES: (&str, &str) = ("write_files", "pictures");

#[derive(Deserialize)]
struct Handle {
    handle: String,
}

#[derive(Deserialize)]
struct Version {
    handle: String,
    supported: bool,
}

impl Shopify {
    pub(super) fn look(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        let Reply { mut data, date, version } = self.api.ask(LOOK, json!({})).map_err(Failure::whole)?;
        let scopes: Vec<Handle> = part(&mut data, "/currentAppInstallation/accessScopes")?;
        let scopes: BTreeSet<String> = scopes.into_iter().map(|scope| scope.handle).collect();
        let versions: Vec<Version> = part(&mut data, "/publicApiVersions")?;
        let missing = missing_rights(&scopes, &self.settings);
        let name = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut found = format!("Shopify \"{}\" at {}", name("/shop/name"), name("/shop/myshopifyDomain"));
        // Without the rights for it, the rest cannot be read, and the rights are what has to be said.
        if missing.iter().all(|right| right.optional) {
            let shop = self.shop()?;
            let prices = if shop.gross { "gross" } else { "net" };
            let channels: Vec<&str> = shop.publications.iter().map(|one| one.name.as_str()).collect();
            found.push_str(&format!(
                ": {prices} prices in {}, location \"{}\", sales channels {}",
                shop.currency,
                shop.location.name,
                channels.join(", ")
            ));
        }
        let supported = versions.iter().any(|version| version.handle == VERSION && version.supported);
        found.push_str(&said_of_version(version.as_deref(), supported, Utc::now().date_naive()));
        let off = date.map_or(0, |date| date.signed_duration_since(Utc::now()).num_seconds());
        match off {
            off if off > CLOCK => found.push_str(&format!("; its clock is {off} s fast")),
            off if off < -CLOCK => found.push_str(&format!("; its clock is {} s slow", off.saturating_abs())),
            _ => {}
        }
        Ok(Checkup { found, missing })
    }
}

pub(super) fn missing_rights(scopes: &BTreeSet<String>, settings: &Settings) -> Vec<MissingRight> {
    let has = |right: &str| {
        let written = right.strip_prefix("read_").map(|what| format!("write_{what}"));
        scopes.contains(right) || written.is_some_and(|written| scopes.contains(&written))
    };
    let missing = |(right, needed_for): &(&str, &str), optional: bool| MissingRight {
        right: (*right).to_owned(),
        needed_for: (*needed_for).to_owned(),
        optional,
    };
    let pictures = settings.pictures.then_some(&PICTURES);
    let needed = RIGHTS.iter().chain(pictures).filter(|(right, _)| !has(right)).map(|right| missing(right, false));
    needed.chain(OPTIONAL.iter().filter(|(right, _)| !has(right)).map(|right| missing(right, true))).collect()
}

/// An expired version is answered by the oldest one that still lives, without a word but a header.
pub(super) fn said_of_version(answered: Option<&str>, supported: bool, today: NaiveDate) -> String {
    if let Some(other) = answered.filter(|answered| *answered != VERSION) {
        return format!("; it does not answer API version {VERSION} any more but {other}: update Kontor");
    }
    let ends: Option<NaiveDate> = VERSION_ENDS.parse().ok();
    let days = ends.map_or(0, |ends| ends.signed_duration_since(today).num_days());
    match (supported, days) {
        (true, days) if days > SOON => format!("; API version {VERSION}, until {VERSION_ENDS} at least"),
        (true, _) => format!("; API version {VERSION} may end on {VERSION_ENDS}: update Kontor before"),
        (false, _) => format!("; it does not list API version {VERSION} as supported: update Kontor"),
    }
}
