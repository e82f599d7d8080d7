//! Reading the shop's offers back: its products in the order of their numbers, children of configurable ones among them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::known::{Key, assign};
use super::super::rest::{encoded_length, portions};
use super::super::rule::Failure;
use super::super::{CategoryPage, ChannelAttribute, ChannelCategory, ChannelError, Listed, ListedOffer, OfferKey, lock};
use super::Magento;
use super::api::{Criteria, MOST};
use super::found::{HIDDEN, Product};
use super::offers::page_of;
use super::shop::{Choice, ShopSettings};
use crate::domain::{Decimal, Money, OfferId};

/// Products of one page.
const PAGE: usize = 100;
const FIELDS: &str =
    "items[id,sku,name,attribute_set_id,price,status,visibility,type_id,extension_attributes[website_ids],custom_attributes],total_count";

/// What buyers of a website may still order of a product.
#[derive(Debug, Deserialize)]
struct Salable {
    sku: String,
    #[serde(default)]
    qty: serde_json::Value,
}

impl Magento {
    fn tell(&self, product: &Product, quantities: &BTreeMap<String, i32>, shop: &ShopSettings) -> ListedOffer {
        let ean = self.settings.ean_attribute.as_deref().and_then(|code| product.custom(code));
        ListedOffer {
            external_number: Some(product.id.clone()),
            sku: Some(product.sku.clone()),
            ean: ean.map(str::to_owned),
            title: product.name.clone(),
            price: product.price.map(|amount| Money::new(amount, shop.currency)),
            quantity: quantities.get(&product.sku).copied(),
            running: product.runs(shop.website_id),
            url: (product.visibility != HIDDEN).then(|| page_of(shop, &product.id)),
        }
    }

    /// What may still be ordered, by SKU: what the sources have, less open orders. A product without a source is not there. Empty where the
    /// shop lacks the module or Kontor the right.
    fn salable(&self, products: &[Product], shop: &ShopSettings) -> Result<BTreeMap<String, i32>, ChannelError> {
        let mut quantities = BTreeMap::new();
        let path = ["inventory", "export-stock-salable-qty", "website", shop.website.as_str()];
        let skus: Vec<&str> = products.iter().map(|product| product.sku.as_str()).collect();
        let (alone, plain): (Vec<&str>, Vec<&str>) = skus.into_iter().partition(|sku| sku.contains(','));
        let joined = portions(&plain, MOST, |sku| encoded_length(sku).saturating_add(3)).into_iter().map(|skus| ("in", skus.join(",")));
        for (condition, skus) in joined.chain(alone.iter().map(|sku| ("eq", (*sku).to_owned()))) {
            let criteria = Criteria::new().filter("sku", condition, &skus).page(MOST, 1);
            match self.api.list::<Salable>(&path, &criteria) {
                Ok(page) => quantities.extend(page.items.into_iter().map(|item| {
                    let pieces = Decimal::parse(&item.qty.to_string()).map_or(0, |pieces| pieces.0.div_euclid(Decimal::ONE).max(0));
                    (item.sku, i32::try_from(pieces).unwrap_or(i32::MAX))
                })),
                Err(Failure::Rule(_) | Failure::Channel(ChannelError::Unauthorized { .. })) => return Ok(BTreeMap::new()),
                Err(Failure::Channel(error)) => return Err(error),
            }
        }
        Ok(quantities)
    }

    /// Single offers as the shop shows them; those that it does not have are left out.
    pub(super) fn find_records(&self, keys: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let shop = self.shop()?;
        let wanted: Vec<Key<'_>> = keys.iter().map(Key::from).collect();
        let mut found = self.api.find(&wanted, true).map_err(Failure::whole)?;
        found.retain(Product::is_article);
        let quantities = self.salable(&found, &shop)?;
        let told = keys.iter().zip(assign(&wanted, &found));
        Ok(told.filter_map(|(key, product)| Some((key.offer_id, self.tell(product?, &quantities, &shop)))).collect())
    }

    /// The cursor is the last number of the page before, so products that are deleted meanwhile move nothing.
    pub(super) fn list_records(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let shop = self.shop()?;
        let after = cursor.filter(|cursor| cursor.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or("0");
        let criteria = Criteria::new().filter("entity_id", "gt", after).filter("type_id", "in", "simple,virtual,downloadable");
        let criteria = criteria.sorted("entity_id").fields(FIELDS).page(PAGE, 1);
        let products = self.api.list::<Product>(&["products"], &criteria).map_err(Failure::whole)?.items;
        let quantities = self.salable(&products, &shop)?;
        let next = products.last().filter(|_| products.len() >= PAGE).map(|product| product.id.clone());
        Ok(Listed { offers: products.iter().map(|product| self.tell(product, &quantities, &shop)).collect(), next })
    }

    pub(super) fn category_page(&self) -> Result<CategoryPage, ChannelError> {
        self.shop()?;
        lock(&self.catalogue).forget_categories();
        let all = self.categories().map_err(Failure::whole)?;
        let categories = all.iter().map(|category| ChannelCategory {
            id: category.id.to_string(),
            parent_id: all.iter().any(|other| other.id == category.parent_id).then(|| category.parent_id.to_string()),
            name: category.name.clone(),
            takes_offers: category.takes_products(),
        });
        Ok(CategoryPage { categories: categories.collect(), next: None })
    }

    /// They are the same in all categories: those of the settings that the attribute set of new products has.
    pub(super) fn attribute_list(&self) -> Result<Vec<ChannelAttribute>, ChannelError> {
        let known = self.new_set().and_then(|set| self.attributes_of(set)).map_err(Failure::whole)?;
        let attribute = |name: &String| {
            let found = known.iter().find(|attribute| attribute.is_called(name));
            let several = found.is_none_or(|attribute| attribute.frontend_input.as_deref() != Some("select"));
            let options = found.into_iter().filter(|attribute| attribute.has_options()).flat_map(|attribute| &attribute.options);
            let values = options.filter(|option| option.id().is_some()).map(|Choice { label, .. }| label.clone()).collect();
            ChannelAttribute { name: name.clone(), required: false, several, values }
        };
        Ok(self.settings.attributes.iter().map(attribute).collect())
    }
}
