//! Reading the shop's offers back: its variants, in the order of their numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::super::known::{Key, assign};
use super::super::pages::Place;
use super::super::rule::Failure;
use super::super::{ChannelError, Listed, ListedOffer, OfferKey};
use super::found::{Product, VARIANT, Variant, amount, find, find_products};
use super::shop::ShopSettings;
use super::{Medusa, PAGE};
use crate::domain::{Money, OfferId};

impl Variant {
    fn tell(self, product: Option<&Product>, shop: &ShopSettings) -> ListedOffer {
        let price = self.price_in(shop.currency).and_then(|price| amount(&price.amount));
        let available = self.available(&shop.stock_location_id);
        let on_sale = product.is_some_and(|product| product.is_published() && product.sold_in(shop));
        ListedOffer {
            price: price.map(|amount| Money::new(amount, shop.currency)),
            quantity: available.map(|pieces| i32::try_from(pieces).unwrap_or(i32::MAX)),
            // An ended variant that the merchant gave stock again can be bought.
            running: on_sale && (!self.ended(shop) || available.is_none_or(|pieces| pieces > 0)),
            title: self.title.unwrap_or_default(),
            external_number: Some(self.id),
            sku: self.sku.filter(|sku| !sku.is_empty()),
            ean: self.ean.filter(|ean| !ean.is_empty()),
            url: None,
        }
    }
}

impl Medusa {
    fn products_of(&self, variants: &[Variant]) -> Result<BTreeMap<String, Product>, ChannelError> {
        let ids: BTreeSet<&str> = variants.iter().map(|variant| variant.product_id.as_str()).collect();
        find_products(&self.api, "id[]", &ids).map_err(Failure::whole)
    }

    /// Single offers as the shop shows them; those that it does not have are left out.
    pub(super) fn find_variants(&self, keys: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let shop = self.shop()?;
        let wanted: Vec<Key<'_>> = keys.iter().map(Key::from).collect();
        let variants = find(&self.api, &wanted)?;
        let products = self.products_of(&variants)?;
        let told = keys.iter().zip(assign(&wanted, &variants)).filter_map(|(key, variant)| {
            let variant = variant?.clone();
            let product = products.get(&variant.product_id);
            Some((key.offer_id, variant.tell(product, &shop)))
        });
        Ok(told.collect())
    }

    pub(super) fn list_variants(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let shop = self.shop()?;
        let place = Place::read(cursor);
        let (limit, offset) = (PAGE.to_string(), place.skip.to_string());
        let query = [("fields", VARIANT), ("order", "id"), ("limit", &limit), ("offset", &offset)];
        let page = self.api.page::<Variant>(&["product-variants"], "variants", &query).map_err(Failure::whole)?;
        let products = self.products_of(&page.rows)?;
        let ids: Vec<&str> = page.rows.iter().map(|variant| variant.id.as_str()).collect();
        let next = place.next(&ids, page.count, PAGE).map(|next| next.write()).transpose()?;
        let offers = page.rows.into_iter().map(|variant| {
            let product = products.get(&variant.product_id);
            variant.tell(product, &shop)
        });
        Ok(Listed { offers: offers.collect(), next })
    }
}
