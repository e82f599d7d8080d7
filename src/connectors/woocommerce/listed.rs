//! Reading the shop's offers back: its products in the order of their numbers, variable ones with their variations.

use super::super::known::{Key, Known, assign};
use super::super::rule::Failure;
use super::super::{CategoryPage, ChannelAttribute, ChannelCategory, ChannelError, Listed, ListedOffer, OfferKey, lock};
use super::WooCommerce;
use super::api::MOST;
use super::families::TITLE;
use super::found::{Product, Record, find, variations};
use super::inputs::said;
use super::shop::ShopSettings;
use crate::domain::{Decimal, Money, OfferId};

impl Record {
    /// `on_sale`: the product of a variation is.
    fn tell(&self, on_sale: bool, family: &str, shop: &ShopSettings) -> ListedOffer {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let own_title = self.variation.as_ref().map(|variation| said(&variation.meta_data, TITLE)).filter(|title| !title.is_empty());
        let title = self.product.as_ref().map(|product| product.name.as_str()).or(own_title).unwrap_or(family);
        ListedOffer {
            external_number: Some(self.number().to_owned()),
            sku: self.sku().map(str::to_owned),
            ean: filled(self.ean()),
            title: title.to_owned(),
            price: Decimal::parse(self.price()).map(|amount| Money::new(amount, shop.currency)),
            quantity: self.quantity().map(|pieces| i32::try_from(pieces).unwrap_or(i32::MAX)),
            running: on_sale && self.status() == "publish",
            url: filled(self.permalink()),
        }
    }
}

impl WooCommerce {
    /// Single offers as the shop shows them; those that it does not have are left out.
    pub(super) fn find_records(&self, keys: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let shop = self.shop()?;
        let wanted: Vec<Key<'_>> = keys.iter().map(Key::from).collect();
        let found = find(&self.api, &wanted).map_err(Failure::whole)?;
        let mut told = Vec::with_capacity(keys.len());
        for (key, record) in keys.iter().zip(assign(&wanted, &found)) {
            let Some(record) = record else { continue };
            let family = match &record.variation {
                None => None,
                Some(_) => self.product(record.product_id)?,
            };
            let on_sale = family.as_ref().is_none_or(|product| product.status == "publish");
            told.push((key.offer_id, record.tell(on_sale, family.as_ref().map_or("", |product| &product.name), &shop)));
        }
        Ok(told)
    }

    fn product(&self, id: i64) -> Result<Option<Product>, ChannelError> {
        match self.api.get(&["products", &id.to_string()], &[]) {
            Ok(reply) => reply.part("").map(Some),
            Err(Failure::Rule(rule)) if rule.code.ends_with("_invalid_id") => Ok(None),
            Err(failure) => Err(failure.whole()),
        }
    }

    /// The cursor is the number of the page. Products that are deleted meanwhile move the later ones up: each page begins with the last
    /// rows of the one before.
    pub(super) fn list_records(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let shop = self.shop()?;
        let skip: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
        let (most, offset) = (MOST.to_string(), skip.to_string());
        let query = [("status", "any"), ("orderby", "id"), ("order", "asc"), ("per_page", most.as_str()), ("offset", offset.as_str())];
        let page: Vec<Product> = self.api.list(&["products"], &query).map_err(Failure::whole)?;
        let full = page.len() >= MOST;
        let mut offers = Vec::with_capacity(page.len());
        for product in page {
            match product.kind.as_str() {
                "simple" => offers.push(Record::simple(product).tell(true, "", &shop)),
                "variable" => {
                    let on_sale = product.status == "publish";
                    for variation in variations(&self.api, product.id).map_err(Failure::whole)? {
                        offers.push(Record::of_variation(product.id, variation).tell(on_sale, &product.name, &shop));
                    }
                }
                _ => {}
            }
        }
        let next = full.then(|| skip.saturating_add(MOST - OVERLAP).to_string());
        Ok(Listed { offers, next })
    }

    pub(super) fn category_page(&self) -> Result<CategoryPage, ChannelError> {
        *lock(&self.shop) = None;
        let shop = self.shop()?;
        let slug = |id: i64| shop.categories.iter().find(|category| category.id == id).map(|category| category.slug.clone());
        let categories = shop.categories.iter().map(|category| ChannelCategory {
            id: category.slug.clone(),
            parent_id: slug(category.parent),
            name: category.name.clone(),
            takes_offers: !category.is_default(),
        });
        Ok(CategoryPage { categories: categories.collect(), next: None })
    }

    /// They are the same in all categories, and take any text.
    pub(super) fn attribute_list(&self) -> Vec<ChannelAttribute> {
        let attribute = |name: &String| ChannelAttribute { name: name.clone(), required: false, several: true, values: Vec::new() };
        self.settings.attributes.iter().map(attribute).collect()
    }
}

/// Products that a page repeats of the one before.
const OVERLAP: usize = 10;
