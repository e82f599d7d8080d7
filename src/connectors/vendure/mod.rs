//! Vendure 3 over its GraphQL admin API. Written against and tried on a running Vendure 3.7.3.
//!
//! Customers and coupons: see `transfers`.
//!
//! What a Vendure without plug-ins has no place for is not sent: images (they would have to be uploaded), category
//! (Vendure's collections choose their products by filters of their own), EAN, weight and further attributes. A
//! cancellation does not pay money back; the merchant does that in the shop.

mod facts;
mod graphql;
mod inputs;
mod listed;
#[cfg(test)]
mod live;
mod offers;
mod orders;
mod products;
mod pull;
mod refund;
mod split;
#[cfg(test)]
pub(crate) mod stage;
#[cfg(test)]
mod tests;
mod transfers;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::Utc;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::settings::Keys;
use super::{
    Capabilities, ChannelError, Checkup, Connector, Entry, Fact, Listed, OfferChange, Outcome, Pulled, Repeats, RowResult, Setting,
    SetupError, Takes, Transfer, lock,
};
use crate::config::Account;
use crate::domain::Currency;
use crate::domain::order::FactName;
use crate::domain::transfer::TransferKind;
use graphql::{Api, Failure};

pub(super) const ENTRY: Entry = Entry {
    name: "vendure",
    settings: SETTINGS,
    check_settings: |account| Settings::read(account).map(drop),
    build: |account, timeout| Ok(Box::new(Vendure::new(account, timeout)?)),
    lacks: LACKS,
    invents_orders: false,
};

const LACKS: &[(&str, &str)] = &[
    ("tasks", "Vendure carries calls out at once."),
    ("renames", "Not yet: the connector ends the offer, and lists it again under the new SKU."),
    ("pictures", "Not yet: Vendure takes uploads only, not addresses."),
    ("ean", "Vendure has no field for an EAN."),
    ("weight", "Vendure has no field for a weight."),
    ("categories", "Vendure's collections choose their products by filters of their own."),
    ("attributes", "Not yet: Vendure keeps attributes as facets."),
    ("finds_offers", "Not yet: only whole lists are read."),
    ("cancellation_accepted", "Buyers cannot ask for a cancellation in a Vendure shop, so there is nothing to answer."),
    ("document_attached", "Vendure has no place for documents of an order."),
];

const SETTINGS: &[Setting] = &[
    Setting {
        key: "url",
        takes: Takes::Text,
        default: None,
        required: true,
        example: "\"https://shop.example.com\"",
        doc: "The shop's address, without `/admin-api`.",
    },
    Setting {
        key: "username",
        takes: Takes::Text,
        default: None,
        required: true,
        example: "\"kontor\"",
        doc: "The login of an administrator whose role may read and write catalogue and orders.",
    },
    Setting {
        key: "password",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"secret\"",
        doc: "The password of that administrator. Better: `password_env` or `password_file`.",
    },
    Setting {
        key: "channel_token",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"second-channel\"",
        doc: "Token of the Vendure channel; the default channel if the key is missing.",
    },
    Setting {
        key: "stock_location_id",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"1\"",
        doc: "The stock location to which Kontor writes; the shop's first one if the key is missing.",
    },
    Setting {
        key: "tax_category_id",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"1\"",
        doc: "Tax category of new variants whose tax type is not in `[accounts.tax_classes]`, where a tax category is named by its id or \
              name; the shop's default one if the key is missing.",
    },
    Setting {
        key: "cash_on_delivery_methods",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"cash-on-delivery\"]",
        doc: "Codes of payment methods that are paid at the door.",
    },
    Setting {
        key: "first_pull_days",
        takes: Takes::Whole { from: 0, to: 3650 },
        default: Some("30"),
        required: false,
        example: "30",
        doc: "How many days the very first poll looks back.",
    },
];

/// Measured with 50 rows on a small machine: price and stock 0.8 s, with texts 1.4 s, new products 5.4 s (one call each).
/// That stays well below the time-out of a call, and a refused batch is halved in few steps.
const BATCH: usize = 50;
/// Vendure's scalar Money counts in hundredths, whatever the currency (its MoneyStrategy, as it is delivered).
const MONEY_DECIMALS: u32 = 2;
/// How long the shop's own settings (currency, tax) are taken for granted.
const SETTINGS_AGE: Duration = Duration::from_secs(900);

#[derive(Clone)]
pub(crate) struct Settings {
    url: String,
    username: String,
    password: SecretString,
    channel_token: Option<String>,
    stock_location_id: Option<String>,
    tax_category_id: Option<String>,
    cash_on_delivery_methods: Vec<String>,
    first_pull_days: u32,
}

impl Settings {
    fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let address = "give the shop's address without /admin-api, such as \"https://shop.example.com\"";
        let url = keys.required_text("url", address)?;
        match reqwest::Url::parse(&url) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.query().is_none() && !url.contains("admin-api") => {}
            _ => return Err(keys.fault("url", &format!("\"{url}\" is not the address of a shop"), address)),
        }
        let id = "give the id that Vendure shows as text in quotes, such as \"1\", or leave it out";
        Ok(Settings {
            url: url.trim_end_matches('/').to_owned(),
            username: keys.required_text("username", "give the login of an administrator of the shop")?,
            password: keys.required_text("password", "give the password of that administrator")?.into(),
            channel_token: keys.text("channel_token", "give the token that Vendure shows with the channel, or leave it out")?,
            stock_location_id: keys.text("stock_location_id", id)?,
            tax_category_id: keys.text("tax_category_id", id)?,
            cash_on_delivery_methods: keys
                .texts("cash_on_delivery_methods", "list codes of payment methods, such as [\"cash-on-delivery\"]")?,
            first_pull_days: keys.whole("first_pull_days", 0..=3650, 30)?,
        })
    }
}

pub(crate) struct Vendure {
    api: Api,
    settings: Settings,
    shop: Mutex<Option<(Instant, ShopSettings)>>,
}

/// What the shop itself is set to.
#[derive(Debug, Clone)]
pub(crate) struct ShopSettings {
    channel: String,
    currency: Currency,
    gross: bool,
    stock_location_id: String,
    tax_category_id: String,
    /// Ids and names of all.
    tax_categories: Vec<(String, String)>,
}

impl ShopSettings {
    /// The tax category of this id or name.
    fn tax_category(&self, class: &str) -> Option<&str> {
        let found = self.tax_categories.iter().find(|(id, name)| id == class || name.eq_ignore_ascii_case(class));
        found.map(|(id, _)| id.as_str())
    }
}

const SHOP: &str = "{ activeChannel { code defaultCurrencyCode pricesIncludeTax }
  taxCategories(options: {take: 100}) { items { id name isDefault } }
  stockLocations(options: {take: 100}) { items { id name } } }";

impl Vendure {
    fn new(account: &Account, timeout: Duration) -> Result<Vendure, SetupError> {
        let settings = Settings::read(account)?;
        let api = Api::new(settings.clone(), &account.language, timeout)?;
        Ok(Vendure { api, settings, shop: Mutex::new(None) })
    }

    /// The shop's settings; read again where changes name a tax category that it may have got meanwhile.
    fn shop_for(&self, changes: &[OfferChange]) -> Result<ShopSettings, ChannelError> {
        let shop = self.shop()?;
        let mut classes = changes.iter().filter_map(|change| change.content.as_ref()?.tax_class.as_deref());
        if classes.all(|class| shop.tax_category(class).is_some()) {
            return Ok(shop);
        }
        *lock(&self.shop) = None;
        self.shop()
    }

    fn shop(&self) -> Result<ShopSettings, ChannelError> {
        let known = lock(&self.shop).clone();
        if let Some((read_at, shop)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(shop);
        }
        let data = self.api.call(SHOP, json!({})).map_err(Failure::whole)?;
        let shop = read_shop(&data, &self.settings)?;
        *lock(&self.shop) = Some((Instant::now(), shop.clone()));
        Ok(shop)
    }
}

fn read_shop(data: &Value, settings: &Settings) -> Result<ShopSettings, ChannelError> {
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| missing(pointer));
    let pick = |key: &str, list: &str, wanted: &Option<String>| {
        let items = data.pointer(list).and_then(Value::as_array).ok_or_else(|| missing(list))?;
        let id = |item: &Value| item.get("id").and_then(Value::as_str).map(str::to_owned);
        let found = match wanted {
            Some(wanted) => items.iter().find(|item| id(item).as_ref() == Some(wanted)),
            None => items.iter().find(|item| item.get("isDefault") == Some(&Value::Bool(true))).or_else(|| items.first()),
        };
        found.and_then(id).ok_or_else(|| {
            let known: Vec<String> =
                items.iter().filter_map(|item| Some(format!("{} ({})", id(item)?, item.get("name")?.as_str()?))).collect();
            let wrong =
                wanted.as_deref().map_or("the shop has none".to_owned(), |wanted| format!("\"{wanted}\" does not exist in the shop"));
            ChannelError::Protocol { reason: format!("[accounts.settings] {key}: {wrong}; it has: {}", known.join(", ")) }
        })
    };
    let categories = data.pointer("/taxCategories/items").and_then(Value::as_array).ok_or_else(|| missing("taxCategories"))?;
    let named = |item: &Value| Some((item.get("id")?.as_str()?.to_owned(), item.get("name")?.as_str()?.to_owned()));
    Ok(ShopSettings {
        tax_categories: categories.iter().filter_map(named).collect(),
        channel: text("/activeChannel/code")?,
        currency: currency_of(&text("/activeChannel/defaultCurrencyCode")?)?,
        gross: data.pointer("/activeChannel/pricesIncludeTax").and_then(Value::as_bool).ok_or_else(|| missing("pricesIncludeTax"))?,
        tax_category_id: pick("tax_category_id", "/taxCategories/items", &settings.tax_category_id)?,
        stock_location_id: pick("stock_location_id", "/stockLocations/items", &settings.stock_location_id)?,
    })
}

fn currency_of(code: &str) -> Result<Currency, ChannelError> {
    Currency::parse(code).ok_or_else(|| ChannelError::Protocol {
        reason: format!("the shop's channel sells in \"{code}\", which is no currency of ISO 4217; set another one in the shop"),
    })
}

/// The answer lacks something that the contract promises.
fn missing(what: &str) -> ChannelError {
    ChannelError::Protocol {
        reason: format!("the shop's answer lacks {what}; Kontor knows Vendure 3.7, does the shop run another version?"),
    }
}

/// Reads a part of an answer into its type.
fn part<T: serde::de::DeserializeOwned>(data: &mut Value, pointer: &str) -> Result<T, ChannelError> {
    let value = data.pointer_mut(pointer).ok_or_else(|| missing(pointer))?.take();
    serde_json::from_value(value).map_err(|error| missing(&format!("a readable {pointer} ({error})")))
}

impl Connector for Vendure {
    fn capabilities(&self) -> Capabilities {
        // Payment, fulfilment and delivery do not move an order's `updatedAt` (seen with 3.7.3).
        // A shop shows "sold out" automatically; a switched off product would be a dead link.
        Capabilities {
            variants: true,
            // What a varchar of PostgreSQL holds, without a limit of Vendure's own.
            longest_sku: 255,
            price_decimals: Some(MONEY_DECIMALS),
            lists_offers: true,
            rereads_open_orders: true,
            // A shop of Vendure knows no requests to cancel, and has no place for documents.
            facts: [
                FactName::Acknowledged,
                FactName::Paid,
                FactName::Shipped,
                FactName::Cancelled,
                FactName::PositionsCancelled,
                FactName::Refunded,
            ]
            .into(),
            ships_in_part: true,
            several_packages: true,
            refunds_positions: true,
            refunds_amounts: true,
            // Every step is taken only where the order, read before, does not show it yet.
            repeats: Repeats::Harmless,
            transfers: TransferKind::ALL.into(),
            ..Capabilities::least(BATCH)
        }
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes)
    }

    fn pull_orders(&self, cursor: Option<&str>, open: &[String]) -> Result<Pulled, ChannelError> {
        self.pull(cursor, open, Utc::now())
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        self.push(fact)
    }

    fn transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        self.push_transfer(transfer)
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.list_variants(cursor)
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        let shop = self.shop()?;
        let prices = if shop.gross { "gross" } else { "net" };
        let found = format!(
            "Vendure at {}: channel {}, {prices} prices in {}, stock location {}, tax category {}",
            self.settings.url, shop.channel, shop.currency, shop.stock_location_id, shop.tax_category_id
        );
        Ok(Checkup { found, missing: Vec::new() })
    }
}
