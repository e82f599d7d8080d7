//! The look at a shop for `kontor check --connect`: version, sales channel, clock, and whether the integration has each right.
//!
//! The integration's own roles say it, if it may read those. If not, reading is tried; writing cannot be tried without writing.

use chrono::Utc;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::{ChannelError, Checkup, MissingRight, lock};
use super::Shopware;
use super::api::equals;
use super::shop::ShopSettings;

/// Seconds that a clock may be off without a word.
const CLOCK: i64 = 60;

/// Entities that are read, and what for. What an order or product brings along needs its own right.
const READINGS: &[(&str, &[&str])] = &[
    ("reading what the sales channel is set to", SETUP),
    ("finding offers", &["product", "product-visibility", "product-price"]),
    ("placing offers in categories", &["category"]),
    ("variants and properties", &["property-group", "property-group-option", "product-configurator-setting"]),
    ("manufacturers", &["product-manufacturer"]),
    ("pictures", &["product-media", "media"]),
    (
        "collecting orders",
        &[
            "order",
            "order-line-item",
            "order-customer",
            "order-address",
            "order-delivery",
            "order-transaction",
            "country",
            "country-state",
            "salutation",
            "shipping-method",
            "payment-method",
            "state-machine-state",
        ],
    ),
    ("documents", &["document", "document-type"]),
];
/// Without these nothing can be said of the shop.
const SETUP: &[&str] = &["sales-channel", "sales-channel-domain", "currency", "tax", "language", "locale", "customer-group"];

/// Privileges for writing, by what they are for.
const WRITINGS: &[(&str, &str)] = &[
    ("product:create", "listing offers"),
    ("product:update", "prices, stock and contents"),
    ("product_visibility:create", "showing offers in the sales channel"),
    ("product_visibility:delete", "ending offers"),
    ("product_category:create", "placing offers in categories"),
    ("product_category:delete", "placing offers in categories"),
    ("product_property:create", "properties"),
    ("product_property:delete", "properties"),
    ("product_option:create", "variants"),
    ("product_configurator_setting:create", "variants"),
    ("property_group:create", "variants and properties"),
    ("property_group_option:create", "variants and properties"),
    ("product_manufacturer:create", "manufacturers"),
    ("product_media:create", "pictures"),
    ("product_media:update", "pictures"),
    ("product_media:delete", "pictures"),
    ("media:create", "pictures"),
    ("media:update", "pictures"),
    ("order:update", "reporting what became of orders"),
    ("order_delivery:update", "reporting parcels"),
    ("order_transaction:update", "reporting payments"),
    ("state_machine_history:create", "moving states of orders, parcels and payments"),
    ("document:create", "documents"),
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Integration {
    admin: Option<bool>,
    #[serde(default)]
    acl_roles: Vec<Role>,
}

#[derive(Debug, Deserialize)]
struct Role {
    #[serde(default)]
    privileges: Value,
}

fn describe(shop: &ShopSettings) -> String {
    let prices = if shop.gross { "gross" } else { "net" };
    let off = shop.date.map_or(0, |date| date.signed_duration_since(Utc::now()).num_seconds());
    let clock = match off {
        off if off > CLOCK => format!("; its clock is {off} s fast"),
        off if off < -CLOCK => format!("; its clock is {} s slow", off.saturating_abs()),
        _ => String::new(),
    };
    let ShopSettings { version, channel_name, channel_id, currency, .. } = shop;
    format!("Shopware {version}, sales channel \"{channel_name}\" ({channel_id}): {prices} prices in {currency}{clock}")
}

fn right_to_read(entity: &str) -> String {
    format!("{}:read", entity.replace('-', "_"))
}

fn missing(right: &str, needed_for: &str, optional: bool) -> MissingRight {
    MissingRight { right: right.to_owned(), needed_for: needed_for.to_owned(), optional }
}

impl Shopware {
    pub(super) fn look(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        // Needs no right: whoever is refused here has wrong credentials.
        self.api.get(&["_info", "version"], &[]).map_err(Failure::whole)?;
        let (reads, writes) = (self.reads(), self.writes());
        let mut lacking = Vec::new();
        match self.privileges()? {
            Some(Privileges::All) => {}
            Some(Privileges::These(known)) => {
                let all = reads.iter().map(|(entity, needed_for)| (right_to_read(entity), *needed_for));
                let all = all.chain(writes.iter().map(|(right, needed_for)| ((*right).to_owned(), *needed_for)));
                let lacks = all.filter(|(right, _)| !known.contains(right));
                lacking.extend(lacks.map(|(right, needed_for)| missing(&right, needed_for, false)));
            }
            None => {
                for (entity, needed_for) in &reads {
                    if !self.may_read(entity)? {
                        lacking.push(missing(&right_to_read(entity), needed_for, false));
                    }
                }
                lacking.push(missing("integration:read, acl_role:read", "checking the rights to write, which were not checked", true));
            }
        }
        let found = match self.shop() {
            Ok(shop) => describe(&shop),
            Err(ChannelError::Unauthorized { .. }) if !lacking.is_empty() => format!("a shop at {}", self.settings.url),
            Err(error) => return Err(error),
        };
        Ok(Checkup { found, missing: lacking })
    }

    /// Entities that are read, each with what for.
    fn reads(&self) -> Vec<(&'static str, &'static str)> {
        let mut reads: Vec<(&str, &str)> = Vec::new();
        for (needed_for, entities) in READINGS {
            reads.extend(entities.iter().map(|entity| (*entity, *needed_for)));
        }
        reads.extend(self.settings.price_rule.iter().map(|_| ("rule", "prices for a rule")));
        reads.extend(self.settings.custom_fields.first().map(|_| ("custom-field", "custom fields")));
        reads
    }

    /// Privileges for writing, each with what for.
    fn writes(&self) -> Vec<(&'static str, &'static str)> {
        let mut writes = WRITINGS.to_vec();
        if self.settings.price_rule.is_some() {
            writes.extend(["product_price:create", "product_price:update"].map(|right| (right, "prices for a rule")));
        }
        writes
    }

    fn may_read(&self, entity: &str) -> Result<bool, ChannelError> {
        match self.api.search::<Value>(entity, &json!({ "limit": 1 })) {
            Ok(_) => Ok(true),
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) => Ok(false),
            Err(failure) => Err(failure.whole()),
        }
    }

    /// Those of the integration; `None`: it may not read them.
    fn privileges(&self) -> Result<Option<Privileges>, ChannelError> {
        let id = self.settings.client_id.expose_secret();
        let criteria = json!({ "limit": 1, "filter": [equals("accessKey", id)], "associations": { "aclRoles": {} } });
        let found: Vec<Integration> = match self.api.search("integration", &criteria) {
            Ok(found) => found,
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) => return Ok(None),
            Err(failure) => return Err(failure.whole()),
        };
        let Some(integration) = found.into_iter().next() else { return Ok(None) };
        if integration.admin == Some(true) {
            return Ok(Some(Privileges::All));
        }
        let of = |role: &Role| -> Vec<String> {
            let list = role.privileges.as_array().map_or(&[][..], Vec::as_slice);
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Ok(Some(Privileges::These(integration.acl_roles.iter().flat_map(of).collect())))
    }
}

enum Privileges {
    All,
    These(Vec<String>),
}

/// All rights that the connector needs.
#[cfg(test)]
pub(super) fn rights() -> impl Iterator<Item = String> {
    let reads = READINGS.iter().flat_map(|(_, entities)| *entities).map(|entity| right_to_read(entity));
    reads.chain(WRITINGS.iter().map(|(right, _)| (*right).to_owned()))
}
