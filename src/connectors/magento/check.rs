//! The look at a shop for `kontor check --connect`: its version and clock, what the settings name, and each right that is missing.
//!
//! The shop answers 401 to an unknown key, to an expired token and to a missing right alike: if some calls are allowed, it is a right. Calls
//! that would change something are tried on records that no shop has.

use chrono::Utc;
use serde_json::json;

use super::super::http::Method;
use super::super::rule::Failure;
use super::super::{ChannelError, Checkup, MissingRight, lock};
use super::Magento;
use super::api::Criteria;

/// Seconds that a clock may be off without a word.
const CLOCK: i64 = 60;
/// A number that no record has.
const NOBODY: &str = "0";

/// A call that needs one right, in the shop's words.
struct Probe {
    right: &'static str,
    needed_for: &'static str,
    method: Method,
    path: &'static [&'static str],
    optional: bool,
}

const fn probe(right: &'static str, needed_for: &'static str, method: Method, path: &'static [&'static str]) -> Probe {
    Probe { right, needed_for, method, path, optional: false }
}

const PROBES: &[Probe] = &[
    probe("Magento_Backend::store", "website and currency", Method::Get, &["store", "websites"]),
    probe("Magento_Catalog::products", "listing offers and their prices", Method::Get, &["products"]),
    probe("Magento_Catalog::sets", "listing offers", Method::Get, &["products", "attribute-sets", "sets", "list"]),
    probe("Magento_Catalog::attributes_attributes", "values of attributes, and variants", Method::Get, &["products", "attributes"]),
    probe("Magento_Catalog::catalog", "pictures", Method::Get, &["products", NOBODY, "media"]),
    probe("Magento_Catalog::categories", "placing articles in categories", Method::Get, &["categories", "list"]),
    Probe { optional: true, ..probe("Magento_Tax::manage_tax", "tax classes", Method::Get, &["taxClasses", "search"]) },
    probe("Magento_InventoryApi::stock_source_item_assign", "quantities", Method::Post, &["inventory", "source-items"]),
    probe("Magento_InventoryApi::source", "quantities of renamed articles", Method::Get, &["inventory", "source-items"]),
    probe("Magento_InventoryApi::stock", "reading quantities back", Method::Get, &["inventory", "stocks"]),
    probe("Magento_Sales::actions_view", "collecting orders", Method::Get, &["orders"]),
    probe("Magento_Sales::invoice", "reporting payments", Method::Post, &["order", NOBODY, "invoice"]),
    probe("Magento_Sales::ship", "reporting parcels", Method::Post, &["order", NOBODY, "ship"]),
    probe("Magento_Sales::shipment", "reading parcels back", Method::Get, &["shipments"]),
    probe("Magento_Sales::cancel", "cancelling orders", Method::Post, &["orders", NOBODY, "cancel"]),
    probe("Magento_Sales::creditmemo", "giving money back", Method::Post, &["order", NOBODY, "refund"]),
    probe("Magento_Sales::sales_creditmemo", "reading refunds back", Method::Get, &["creditmemos"]),
];

impl Magento {
    pub(super) fn look(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        let mut missing = self.missing_rights()?;
        let version = self.api.version()?.unwrap_or_else(|| "Magento".to_owned());
        let shop = match self.shop() {
            Err(ChannelError::Unauthorized { .. }) if !missing.is_empty() => return Ok(Checkup { found: version, missing }),
            shop => shop?,
        };
        let off = shop.date.map_or(0, |date| date.signed_duration_since(Utc::now()).num_seconds());
        let clock = match off {
            off if off > CLOCK => format!("; its clock is {off} s fast"),
            off if off < -CLOCK => format!("; its clock is {} s slow", off.saturating_abs()),
            _ => String::new(),
        };
        let kind = if self.settings.net_prices { "net" } else { "gross" };
        let found = format!("{version}, website {} at {}: {kind} prices in {}{clock}", shop.website, shop.home, shop.currency);
        if missing.is_empty() {
            missing.extend(self.missing_parts()?);
        }
        Ok(Checkup { found, missing })
    }

    fn missing_rights(&self) -> Result<Vec<MissingRight>, ChannelError> {
        let mut missing = Vec::new();
        for Probe { right, needed_for, method, path, optional } in PROBES {
            let result = match method {
                Method::Get => self.api.get(path, &Criteria::new().fields("total_count").page(1, 1).query()).map(drop),
                // An empty list is refused, and a record that is not there not found.
                _ if path.first() == Some(&"inventory") => self.api.post(path, &json!({ "sourceItems": [] })).map(drop),
                _ => self.api.post(path, &json!({})).map(drop),
            };
            match result {
                Ok(()) | Err(Failure::Rule(_)) => {}
                Err(Failure::Channel(ChannelError::Unauthorized { .. })) => {
                    missing.push(MissingRight { right: (*right).to_owned(), needed_for: (*needed_for).to_owned(), optional: *optional })
                }
                Err(Failure::Channel(error)) => return Err(error),
            }
        }
        if missing.len() == PROBES.len() {
            return Err(ChannelError::Unauthorized {
                reason: "HTTP 401 to every call; check the keys of the integration and that it is active".to_owned(),
            });
        }
        Ok(missing)
    }

    /// What the settings name and the shop does not have.
    fn missing_parts(&self) -> Result<Vec<MissingRight>, ChannelError> {
        let part = |right: String, needed_for: &str| MissingRight { right, needed_for: needed_for.to_owned(), optional: false };
        let mut missing = Vec::new();
        if !self.has_source().map_err(Failure::whole)? {
            missing.push(part(format!("inventory source {}", self.settings.source), "quantities"));
        }
        let known = self.new_set().and_then(|set| self.attributes_of(set)).map_err(Failure::whole)?;
        let own = [(&self.settings.ean_attribute, "EANs"), (&self.settings.category_attribute, "taking articles out of categories")];
        for (code, needed_for) in own {
            if let Some(code) = code.as_ref().filter(|code| known.iter().all(|attribute| attribute.attribute_code != **code)) {
                missing.push(part(format!("attribute {code} in the attribute set {}", self.settings.attribute_set), needed_for));
            }
        }
        for name in self.settings.attributes.iter().filter(|name| !known.iter().any(|attribute| attribute.is_called(name))) {
            missing.push(part(format!("attribute {name} in the attribute set {}", self.settings.attribute_set), "attributes of articles"));
        }
        Ok(missing)
    }
}
