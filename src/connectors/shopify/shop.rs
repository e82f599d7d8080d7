//! What the shop itself is set to: currency, kind of its prices, the location whose stock Kontor keeps, and its sales channels.

use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::{CategoryPage, ChannelAttribute, ChannelCategory, ChannelError, lock};
use super::api::{number, part};
use super::settings::{Mapped, Settings};
use super::{SETTINGS_AGE, Shopify};
use crate::domain::Currency;

const READ: &str = "query Settings {
  shop { id currencyCode taxesIncluded }
  locations(first: 50) { nodes { id name isActive } }
  publications(first: 50) { nodes { id name } } }";
const COLLECTIONS: &str = "query Collections($after: String) { collections(first: 100, after: $after) {
  nodes { id handle title ruleSet { appliedDisjunctively } } pageInfo { hasNextPage endCursor } } }";

#[derive(Debug, Clone)]
pub(super) struct ShopSettings {
    /// Which shop it is, for good.
    pub id: String,
    pub currency: Currency,
    pub gross: bool,
    pub location: Named,
    /// Orders may be spread over several locations.
    pub several_locations: bool,
    pub publications: Vec<Named>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    pub id: String,
    pub name: String,
    #[serde(default)]
    is_active: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shop {
    id: String,
    currency_code: String,
    taxes_included: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Collection {
    handle: String,
    title: String,
    /// The shop itself decides what is in it.
    rule_set: Option<Value>,
}

/// A page of a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub has_next_page: bool,
    #[serde(default)]
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// Where the next page starts.
    pub(super) fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

/// The settings of the account do not fit the shop.
fn unfit(key: &str, wrong: &str) -> ChannelError {
    ChannelError::Protocol { reason: format!("{wrong}; correct {key} in [accounts.settings]") }
}

fn names(list: &[Named]) -> String {
    list.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn location(settings: &Settings, all: &[Named]) -> Result<Named, ChannelError> {
    let active: Vec<&Named> = all.iter().filter(|location| location.is_active != Some(false)).collect();
    let found = match (&settings.location, active.as_slice()) {
        (Some(word), _) => active.iter().find(|location| location.name == *word || number(&location.id) == word).copied(),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    found.cloned().ok_or_else(|| {
        let wrong = match &settings.location {
            Some(word) => format!("the shop has no active location \"{word}\"; it has: {}", names(all)),
            None => format!("the shop has several locations: {}", names(all)),
        };
        unfit("location", &wrong)
    })
}

impl Shopify {
    pub(super) fn shop(&self) -> Result<ShopSettings, ChannelError> {
        let known = lock(&self.shop).clone();
        if let Some((read_at, shop)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(shop);
        }
        let shop = self.read_shop()?;
        *lock(&self.shop) = Some((Instant::now(), shop.clone()));
        Ok(shop)
    }

    fn read_shop(&self) -> Result<ShopSettings, ChannelError> {
        let mut data = self.api.call(READ, json!({})).map_err(Failure::whole)?;
        let shop: Shop = part(&mut data, "/shop")?;
        let locations: Vec<Named> = part(&mut data, "/locations/nodes")?;
        let all: Vec<Named> = part(&mut data, "/publications/nodes")?;
        let currency = Currency::parse(&shop.currency_code)
            .ok_or_else(|| unfit("url", &format!("the shop's currency {} is none of ISO 4217", shop.currency_code)))?;
        let publication = |name: &String| {
            let found = all.iter().find(|one| one.name == *name || number(&one.id) == name).cloned();
            found.ok_or_else(|| unfit("publications", &format!("the shop has no sales channel \"{name}\"; it has: {}", names(&all))))
        };
        Ok(ShopSettings {
            id: shop.id,
            currency,
            gross: shop.taxes_included,
            location: location(&self.settings, &locations)?,
            several_locations: locations.len() > 1,
            publications: self.settings.publications.iter().map(publication).collect::<Result<_, _>>()?,
        })
    }

    /// Collections by their handles. One whose articles the shop chooses by rules takes none.
    pub(super) fn category_page(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        let mut data = self.api.call(COLLECTIONS, json!({ "after": cursor })).map_err(Failure::whole)?;
        let collections: Vec<Collection> = part(&mut data, "/collections/nodes")?;
        let page: PageInfo = part(&mut data, "/collections/pageInfo")?;
        let category = |collection: Collection| ChannelCategory {
            takes_offers: collection.rule_set.is_none(),
            id: collection.handle,
            name: collection.title,
            parent_id: None,
        };
        Ok(CategoryPage { categories: collections.into_iter().map(category).collect(), next: page.next() })
    }

    pub(super) fn attribute_list(&self) -> Vec<ChannelAttribute> {
        let attribute = |mapped: &Mapped| ChannelAttribute { name: mapped.name.clone(), several: true, ..ChannelAttribute::default() };
        self.settings.attributes.iter().map(attribute).collect()
    }
}
