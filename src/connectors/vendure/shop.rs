//! What the shop itself is set to: its channel, currencies, tax, stock, fields and facets, and what Kontor's login may do there.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::{ChannelError, OfferChange, lock};
use super::graphql::Failure;
use super::settings::Settings;
use super::{MONEY_DECIMALS, SETTINGS_AGE, Vendure, part};
use crate::domain::Currency;
use crate::domain::hex::hex;

/// Code of the channel that has everything that any channel of the shop has.
pub(super) const DEFAULT_CHANNEL: &str = "__default_channel__";

const SHOP: &str = "query ($facets: [String!]) { activeChannel { id code token defaultCurrencyCode availableCurrencyCodes availableLanguageCodes pricesIncludeTax }
  me { channels { id code permissions } }
  globalSettings { outOfStockThreshold serverConfig { moneyStrategyPrecision entityCustomFields { entityName customFields { ... on CustomField { name type list readonly } } } } }
  taxCategories(options: {take: 100}) { items { id name isDefault } }
  stockLocations(options: {take: 100}) { items { id name } }
  facets(options: {filter: {code: {in: $facets}}, take: 100}) { items { id code } } }";

/// What the shop itself is set to.
#[derive(Debug, Clone)]
pub(crate) struct ShopSettings {
    /// Made of the token of the channel, which Vendure makes up when the channel is created.
    pub name: String,
    pub channel: String,
    pub channel_id: String,
    /// The account sells in the shop's default channel.
    pub in_default: bool,
    /// Kontor's login may work in the default channel, too.
    pub reaches_default: bool,
    /// What the account's prices are in: the channel's default, or the one of the settings.
    pub currency: Currency,
    pub default_currency: Currency,
    pub currencies: Vec<Currency>,
    pub languages: Vec<String>,
    pub gross: bool,
    /// The shop sells until its stock is at this.
    pub threshold: i64,
    pub stock_location_id: String,
    pub tax_category_id: String,
    /// Ids and names of all.
    pub tax_categories: Vec<(String, String)>,
    /// The custom fields of variants, by name.
    pub fields: BTreeMap<String, Field>,
    /// Ids of the facets that the settings name, by their code.
    pub facets: BTreeMap<String, String>,
    /// What Kontor's login may do in the account's channel.
    pub rights: Vec<String>,
}

/// A custom field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Field {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub list: bool,
    pub readonly: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActiveChannel {
    id: String,
    code: String,
    token: String,
    default_currency_code: String,
    available_currency_codes: Vec<String>,
    available_language_codes: Option<Vec<String>>,
    prices_include_tax: bool,
}

#[derive(Debug, Deserialize)]
struct OwnChannel {
    id: String,
    code: String,
    permissions: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerConfig {
    money_strategy_precision: u32,
    entity_custom_fields: Vec<EntityFields>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntityFields {
    entity_name: String,
    custom_fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
struct Coded {
    id: String,
    code: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    id: String,
    name: String,
    #[serde(default)]
    is_default: bool,
}

impl ShopSettings {
    /// The tax category of this id or name.
    pub(super) fn tax_category(&self, class: &str) -> Option<&str> {
        let found = self.tax_categories.iter().find(|(id, name)| id == class || name.eq_ignore_ascii_case(class));
        found.map(|(id, _)| id.as_str())
    }
}

impl Vendure {
    /// The shop's settings; read again where changes name something that it may have got meanwhile.
    pub(super) fn shop_for(&self, changes: &[OfferChange]) -> Result<ShopSettings, ChannelError> {
        let shop = self.shop()?;
        let mut contents = changes.iter().filter_map(|change| change.content.as_ref());
        let facets = self.settings.facets().all(|code| shop.facets.contains_key(code));
        let fields = self.settings.fields().all(|name| shop.fields.contains_key(name));
        let known = contents.all(|content| {
            let taxed = content.tax_class.as_deref().is_none_or(|class| shop.tax_category(class).is_some());
            taxed && facets && fields
        });
        if known {
            return Ok(shop);
        }
        *lock(&self.shop) = None;
        self.shop()
    }

    pub(super) fn shop(&self) -> Result<ShopSettings, ChannelError> {
        let known = lock(&self.shop).clone();
        if let Some((read_at, shop)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(shop);
        }
        let facets: Vec<&str> = self.settings.facets().collect();
        let data = self.api.call(SHOP, json!({ "facets": facets })).map_err(Failure::whole)?;
        let shop = read_shop(data, &self.settings)?;
        *lock(&self.shop) = Some((Instant::now(), shop.clone()));
        Ok(shop)
    }
}

pub(crate) fn read_shop(mut data: Value, settings: &Settings) -> Result<ShopSettings, ChannelError> {
    let channel: ActiveChannel = part(&mut data, "/activeChannel")?;
    let own: Vec<OwnChannel> = part(&mut data, "/me/channels")?;
    let config: ServerConfig = part(&mut data, "/globalSettings/serverConfig")?;
    let taxes: Vec<Named> = part(&mut data, "/taxCategories/items")?;
    let locations: Vec<Named> = part(&mut data, "/stockLocations/items")?;
    let facets: Vec<Coded> = part(&mut data, "/facets/items")?;
    if config.money_strategy_precision != MONEY_DECIMALS {
        return Err(ChannelError::Protocol {
            reason: format!(
                "the shop's MoneyStrategy keeps {} decimals, Kontor knows {MONEY_DECIMALS} only; prices would be wrong",
                config.money_strategy_precision
            ),
        });
    }
    let default_currency = currency_of(&channel.default_currency_code)?;
    let variants = config.entity_custom_fields.into_iter().find(|entity| entity.entity_name == "ProductVariant");
    let digest = hex(&Sha256::digest(format!("{} {}", channel.id, channel.token)));
    Ok(ShopSettings {
        name: format!("{} {}", channel.code, digest.get(..16).unwrap_or_default()),
        in_default: channel.code == DEFAULT_CHANNEL,
        reaches_default: own.iter().any(|own| own.code == DEFAULT_CHANNEL && own.permissions.iter().any(|right| right == "UpdateCatalog")),
        rights: own.into_iter().find(|own| own.id == channel.id).map(|own| own.permissions).unwrap_or_default(),
        tax_category_id: pick("tax_category_id", &taxes, settings.tax_category_id.as_deref())?,
        stock_location_id: pick("stock_location_id", &locations, settings.stock_location_id.as_deref())?,
        tax_categories: taxes.into_iter().map(|tax| (tax.id, tax.name)).collect(),
        currency: settings.currency.unwrap_or(default_currency),
        default_currency,
        currencies: channel.available_currency_codes.iter().filter_map(|code| Currency::parse(code)).collect(),
        languages: channel.available_language_codes.unwrap_or_default(),
        gross: channel.prices_include_tax,
        threshold: data.pointer("/globalSettings/outOfStockThreshold").and_then(Value::as_i64).unwrap_or_default(),
        fields: variants.into_iter().flat_map(|entity| entity.custom_fields).map(|field| (field.name.clone(), field)).collect(),
        facets: facets.into_iter().map(|facet| (facet.code, facet.id)).collect(),
        channel: channel.code,
        channel_id: channel.id,
    })
}

/// The one of the settings, else the shop's default, else the first.
fn pick(key: &str, items: &[Named], wanted: Option<&str>) -> Result<String, ChannelError> {
    let found = match wanted {
        Some(wanted) => items.iter().find(|item| item.id == wanted),
        None => items.iter().find(|item| item.is_default).or_else(|| items.first()),
    };
    found.map(|item| item.id.clone()).ok_or_else(|| {
        let known: Vec<String> = items.iter().map(|item| format!("{} ({})", item.id, item.name)).collect();
        let wrong = wanted.map_or("the shop's channel has none".to_owned(), |wanted| format!("\"{wanted}\" does not exist in the shop"));
        setting(key, &format!("{wrong}; it has: {}", known.join(", ")))
    })
}

/// A setting that does not fit the shop.
pub(super) fn setting(key: &str, wrong: &str) -> ChannelError {
    ChannelError::Protocol { reason: format!("[accounts.settings] {key}: {wrong}") }
}

fn currency_of(code: &str) -> Result<Currency, ChannelError> {
    Currency::parse(code).ok_or_else(|| ChannelError::Protocol {
        reason: format!("the shop's channel sells in \"{code}\", which is no currency of ISO 4217; set another one in the shop"),
    })
}
