//! Reading the shop's offers back: products and variants in the order in which they were made, parents left out.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::known::{Key, assign};
use super::super::rule::Failure;
use super::super::{CategoryPage, ChannelAttribute, ChannelCategory, ChannelError, Listed, ListedOffer, OfferKey};
use super::Shopware;
use super::api::{MOST, any, equals};
use super::found::{Depth, Product, criteria, find};
use super::inputs::price_of;
use super::shop::ShopSettings;
use crate::domain::{Money, OfferId};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Category {
    id: String,
    parent_id: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    auto_increment: i64,
}

impl Product {
    fn tell(&self, shop: &ShopSettings) -> ListedOffer {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let title = filled(&self.name).or_else(|| filled(&self.parent.as_ref()?.name));
        ListedOffer {
            external_number: Some(self.id.clone()),
            sku: filled(&self.product_number),
            ean: filled(&self.ean),
            title: title.unwrap_or_default(),
            price: price_of(self, shop).map(|amount| Money::new(amount, shop.currency)),
            quantity: self.available_stock.or(self.stock).map(|pieces| i32::try_from(pieces.max(0)).unwrap_or(i32::MAX)),
            running: self.is_on_sale(&shop.channel_id),
            url: shop.page(&self.id),
        }
    }
}

/// What was made after that one, oldest first.
fn after(cursor: Option<&str>) -> Value {
    let after: i64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(-1);
    json!({ "type": "range", "field": "autoIncrement", "parameters": { "gt": after } })
}

fn set(criteria: &mut Value, key: &str, value: Value) {
    if let Some(fields) = criteria.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

impl Shopware {
    /// Single offers as the shop shows them; those that it does not have are left out.
    pub(super) fn find_records(&self, keys: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let shop = self.shop()?;
        let wanted: Vec<Key<'_>> = keys.iter().map(Key::from).collect();
        let found = find(&self.api, &wanted, &[], Depth::Values).map_err(Failure::whole)?;
        let records = keys.iter().zip(assign(&wanted, &found));
        Ok(records.filter_map(|(key, record)| Some((key.offer_id, record?.tell(&shop)))).collect())
    }

    /// The cursor is the number that the shop counts products with: whatever is made or deleted meanwhile moves no other one.
    pub(super) fn list_records(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let shop = self.shop()?;
        let mut criteria = criteria(after(cursor), Depth::Values);
        set(&mut criteria, "sort", json!([{ "field": "autoIncrement", "order": "ASC" }]));
        let page: Vec<Product> = self.api.search("product", &criteria).map_err(Failure::whole)?;
        let last = page.last().and_then(|product| product.auto_increment);
        let next = last.filter(|_| page.len() >= MOST).map(|last| last.to_string());
        let offers = page.iter().filter(|product| !product.is_parent()).map(|product| product.tell(&shop));
        Ok(Listed { offers: offers.collect(), next })
    }

    /// Those of the sales channel.
    pub(super) fn category_page(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        let root = self.shop()?.root_category;
        let below = json!({ "type": "contains", "field": "path", "value": format!("|{root}|") });
        let criteria = json!({
            "limit": MOST,
            "filter": [any(vec![equals("id", &root), below]), after(cursor)],
            "sort": [{ "field": "autoIncrement", "order": "ASC" }],
            "includes": { "category": ["id", "parentId", "name", "type", "autoIncrement"] },
        });
        let page: Vec<Category> = self.api.search("category", &criteria).map_err(Failure::whole)?;
        let next = page.last().filter(|_| page.len() >= MOST).map(|category| category.auto_increment.to_string());
        let categories = page.into_iter().map(|category| ChannelCategory {
            parent_id: category.parent_id.filter(|_| category.id != root),
            name: category.name.unwrap_or_default(),
            // The others are links and headings.
            takes_offers: category.kind.as_deref().is_none_or(|kind| kind == "page") && category.id != root,
            id: category.id,
        });
        Ok(CategoryPage { categories: categories.collect(), next })
    }

    /// They are the same in all categories, and take any text.
    pub(super) fn attribute_list(&self) -> Vec<ChannelAttribute> {
        let fields = self.settings.custom_fields.iter().map(|of| (&of.attribute, false));
        let names = self.settings.attributes.iter().map(|name| (name, true)).chain(fields);
        let attribute =
            |(name, several): (&String, bool)| ChannelAttribute { name: name.clone(), required: false, several, values: Vec::new() };
        names.map(attribute).collect()
    }
}
