//! Reading the shop's offers back: its variants, in the order of their numbers.

use serde::Deserialize;
use serde_json::json;

use super::super::known::{Key, assign};
use super::super::pages::Place;
use super::super::{ChannelError, Listed, ListedOffer, OfferKey};
use super::fields::{Purpose, fits};
use super::found::find;
use super::graphql::Failure;
use super::shop::ShopSettings;
use super::{BATCH, MONEY_DECIMALS, PAGE, Vendure, part};
use crate::domain::{Decimal, Money, OfferId};

const LIST: &str = "query ($take: Int, $skip: Int) { productVariants(options: {sort: {id: ASC}, take: $take, skip: $skip}) {
  totalItems items { ";
/// What is shown of a variant, but for the custom field with the EAN.
const SHOWN: &str = "id sku name enabled prices { currencyCode price } product { enabled }
  stockLevels { stockLocationId stockOnHand stockAllocated }";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variant {
    pub id: String,
    pub sku: String,
    pub name: String,
    pub enabled: bool,
    pub prices: Vec<VariantPrice>,
    pub product: Holder,
    pub stock_levels: Vec<Level>,
    #[serde(default)]
    pub custom_fields: Option<Fields>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Fields {
    ean: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VariantPrice {
    pub currency_code: String,
    /// In hundredths, of the kind that the channel keeps.
    pub price: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Holder {
    pub enabled: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Level {
    pub stock_location_id: String,
    pub stock_on_hand: i32,
    pub stock_allocated: i32,
}

impl Variant {
    /// Kontor sends what is on offer plus what is reserved here; what buyers may order is what is not allocated.
    pub(super) fn tell(self, shop: &ShopSettings) -> ListedOffer {
        let price = self.prices.iter().find(|price| price.currency_code == shop.currency.code());
        let level = self.stock_levels.iter().find(|level| level.stock_location_id == shop.stock_location_id);
        ListedOffer {
            price: price.and_then(|price| Some(Money::new(Decimal::from_units(price.price, MONEY_DECIMALS)?, shop.currency))),
            quantity: level.map(|level| level.stock_on_hand.saturating_sub(level.stock_allocated).max(0)),
            running: self.enabled && self.product.enabled,
            external_number: Some(self.id),
            sku: Some(self.sku).filter(|sku| !sku.is_empty()),
            ean: self.custom_fields.and_then(|fields| fields.ean).filter(|ean| !ean.is_empty()),
            title: self.name,
            url: None,
        }
    }
}

impl Vendure {
    /// What to ask of a variant: the EAN where the settings name a field that the shop has.
    fn shown(&self, shop: &ShopSettings) -> String {
        match self.settings.ean_field.as_ref().filter(|name| fits(shop, name, Purpose::Ean).is_ok()) {
            Some(name) => format!("{SHOWN} customFields {{ ean: {name} }}"),
            None => SHOWN.to_owned(),
        }
    }

    /// Single offers as the shop shows them; those that it does not have are left out.
    pub(super) fn find_variants(&self, keys: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let shop = self.shop()?;
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(BATCH) {
            let wanted: Vec<Key<'_>> = chunk.iter().map(Key::from).collect();
            let variants = find(&self.api, &wanted, false, false)?;
            let assigned = assign(&wanted, &variants);
            let ids: Vec<&str> = assigned.iter().flatten().map(|variant| variant.id.as_str()).collect();
            let query = format!(
                "query ($ids: [String!], $take: Int) {{ productVariants(options: {{filter: {{id: {{in: $ids}}}}, take: $take}}) {{ items {{ {} }} }} }}",
                self.shown(&shop)
            );
            if ids.is_empty() {
                continue;
            }
            let mut data = self.api.call(&query, json!({ "ids": ids, "take": PAGE })).map_err(Failure::whole)?;
            let shown: Vec<Variant> = part(&mut data, "/productVariants/items")?;
            for (key, variant) in chunk.iter().zip(assigned) {
                let shown = variant.and_then(|variant| shown.iter().find(|shown| shown.id == variant.id));
                found.extend(shown.map(|shown| (key.offer_id, shown.clone().tell(&shop))));
            }
        }
        Ok(found)
    }

    pub(super) fn list_variants(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let shop = self.shop()?;
        let place = Place::read(cursor);
        let mut data = self
            .api
            .call(&format!("{LIST}{} }} }} }}", self.shown(&shop)), json!({ "take": PAGE, "skip": place.skip }))
            .map_err(Failure::whole)?;
        let total: usize = part(&mut data, "/productVariants/totalItems")?;
        let variants: Vec<Variant> = part(&mut data, "/productVariants/items")?;
        let ids: Vec<&str> = variants.iter().map(|variant| variant.id.as_str()).collect();
        let next = place.next(&ids, total, PAGE).map(|next| next.write()).transpose()?;
        Ok(Listed { offers: variants.into_iter().map(|variant| variant.tell(&shop)).collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Variant;
    use crate::connectors::vendure::shop::ShopSettings;
    use crate::connectors::vendure::tests::shop;
    use crate::domain::{Currency, Decimal, Money};

    #[test]
    fn buyers_may_order_what_is_not_allocated_in_our_place() {
        let shop = ShopSettings { stock_location_id: "2".into(), ..shop() };
        let variant = |on_hand: i32, enabled: bool| -> Variant {
            serde_json::from_value(json!({
                "id": "7", "sku": "L-1", "name": "Lampe", "enabled": true, "product": { "enabled": enabled },
                "prices": [{ "currencyCode": "USD", "price": 1 }, { "currencyCode": "EUR", "price": 1990 }],
                "stockLevels": [
                    { "stockLocationId": "1", "stockOnHand": 90, "stockAllocated": 0 },
                    { "stockLocationId": "2", "stockOnHand": on_hand, "stockAllocated": 2 },
                ],
            }))
            .unwrap()
        };
        let listed = variant(12, true).tell(&shop);
        assert_eq!((listed.quantity, listed.price, listed.running), (Some(10), Some(Money::new(Decimal(199_000), Currency::EUR)), true));
        assert_eq!((listed.external_number.as_deref(), listed.sku.as_deref()), (Some("7"), Some("L-1")));
        assert_eq!(variant(1, true).tell(&shop).quantity, Some(0));
        assert!(!variant(1, false).tell(&shop).running, "a variant of a product that is switched off");
    }
}
