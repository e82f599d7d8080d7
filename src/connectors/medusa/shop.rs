//! What the shop itself is set to: currency and kind of its prices, sales channel, stock location, shipping profile.

use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::super::rule::Failure;
use super::super::{ChannelError, lock};
use super::api::Api;
use super::settings::Settings;
use super::{Medusa, SETTINGS_AGE};
use crate::domain::Currency;

/// More of one kind no shop has.
const MOST: &str = "500";

#[derive(Debug, Clone)]
pub(super) struct ShopSettings {
    /// Medusa makes it up when the shop is set up.
    pub store_id: String,
    pub name: String,
    /// Of the account's prices.
    pub currency: Currency,
    /// All that the shop sells in.
    pub currencies: Vec<Currency>,
    pub gross: bool,
    pub sales_channel_id: String,
    pub sales_channel: String,
    pub stock_location_id: String,
    pub stock_location: String,
    /// The location serves the sales channel: only then buyers can order what is there.
    pub serves: bool,
    pub shipping_profile_id: String,
    /// When the shop said so, by its own clock.
    pub date: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
struct Store {
    id: String,
    name: Option<String>,
    supported_currencies: Vec<StoreCurrency>,
    default_sales_channel_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct StoreCurrency {
    currency_code: String,
    #[serde(default)]
    is_default: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    sales_channels: Vec<Id>,
}

#[derive(Debug, Clone, Deserialize)]
struct Id {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Preference {
    is_tax_inclusive: bool,
}

impl Medusa {
    pub(super) fn shop(&self) -> Result<ShopSettings, ChannelError> {
        let known = lock(&self.shop).clone();
        if let Some((read_at, shop)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(shop);
        }
        let shop = read_shop(&self.api, &self.settings).map_err(Failure::whole)?;
        *lock(&self.shop) = Some((Instant::now(), shop.clone()));
        Ok(shop)
    }
}

fn read_shop(api: &Api, settings: &Settings) -> Result<ShopSettings, Failure> {
    let reply = api.get(&["stores"], &[("fields", "id,name,default_sales_channel_id,*supported_currencies")])?;
    let date = reply.date;
    let stores: Vec<Store> = reply.part("/stores")?;
    let Some(store) = stores.into_iter().next() else { return Err(setting("url", "the shop has no store").into()) };
    let currency = currency_of(&store, settings)?;
    let code = currency.code().to_lowercase();
    let preferences: Vec<Preference> =
        api.list(&["price-preferences"], "price_preferences", &[("attribute", "currency_code"), ("value", &code)])?;
    let channels: Vec<Named> = api.list(&["sales-channels"], "sales_channels", &[("fields", "id,name"), ("limit", MOST)])?;
    let wanted = settings.sales_channel_id.as_deref();
    let channel = pick("sales_channel_id", channels, wanted, |channel| Some(&channel.id) == store.default_sales_channel_id.as_ref())?;
    let query = [("fields", "id,name,sales_channels.id"), ("limit", MOST)];
    let locations: Vec<Named> = api.list(&["stock-locations"], "stock_locations", &query)?;
    let serves = |location: &Named| location.sales_channels.iter().any(|served| served.id == channel.id);
    let location = pick("stock_location_id", locations, settings.stock_location_id.as_deref(), serves)?;
    let profiles: Vec<Named> = api.list(&["shipping-profiles"], "shipping_profiles", &[("fields", "id,name,type"), ("limit", MOST)])?;
    let wanted = settings.shipping_profile_id.as_deref();
    let profile = pick("shipping_profile_id", profiles, wanted, |profile| profile.kind.as_deref() == Some("default"))?;
    Ok(ShopSettings {
        store_id: store.id,
        name: store.name.unwrap_or_default(),
        currency,
        currencies: store.supported_currencies.iter().filter_map(|known| parse(&known.currency_code)).collect(),
        // A shop that says nothing of a currency keeps its prices without tax.
        gross: preferences.first().is_some_and(|preference| preference.is_tax_inclusive),
        serves: serves(&location),
        sales_channel: channel.name.unwrap_or_default(),
        sales_channel_id: channel.id,
        stock_location: location.name.unwrap_or_default(),
        stock_location_id: location.id,
        shipping_profile_id: profile.id,
        date,
    })
}

/// That of the settings, else the shop's default one.
fn currency_of(store: &Store, settings: &Settings) -> Result<Currency, ChannelError> {
    let known = || store.supported_currencies.iter().filter_map(|known| parse(&known.currency_code));
    if let Some(wanted) = settings.currency {
        let list: Vec<&str> = known().map(Currency::code).collect();
        let wrong = || setting("currency", &format!("the shop does not sell in {wanted}; it sells in {}", list.join(", ")));
        return known().find(|currency| *currency == wanted).ok_or_else(wrong);
    }
    let default = store.supported_currencies.iter().find(|known| known.is_default).or(store.supported_currencies.first());
    default
        .and_then(|known| parse(&known.currency_code))
        .ok_or_else(|| setting("currency", "the shop has no default currency; set one in the shop"))
}

/// Medusa writes currencies in small letters.
fn parse(code: &str) -> Option<Currency> {
    Currency::parse(&code.to_uppercase())
}

/// The one of the settings, else the first that fits, else the first.
fn pick(key: &str, items: Vec<Named>, wanted: Option<&str>, fits: impl Fn(&Named) -> bool) -> Result<Named, ChannelError> {
    let found = match wanted {
        Some(wanted) => items.iter().find(|item| item.id == wanted),
        None => items.iter().find(|item| fits(item)).or_else(|| items.first()),
    };
    found.cloned().ok_or_else(|| {
        let known: Vec<String> = items.iter().map(|item| format!("{} ({})", item.id, item.name.as_deref().unwrap_or_default())).collect();
        let wrong = wanted.map_or("the shop has none".to_owned(), |wanted| format!("\"{wanted}\" does not exist in the shop"));
        setting(key, &format!("{wrong}; it has: {}", known.join(", ")))
    })
}

/// A setting that does not fit the shop.
pub(super) fn setting(key: &str, wrong: &str) -> ChannelError {
    ChannelError::Protocol { reason: format!("[accounts.settings] {key}: {wrong}") }
}
