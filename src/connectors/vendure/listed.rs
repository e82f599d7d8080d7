//! Reading the shop's offers back: its variants, in the order of their numbers.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{ChannelError, Listed, ListedOffer, OfferKey};
use super::fields::{Purpose, fits};
use super::found::{Key, assign, find};
use super::graphql::Failure;
use super::shop::ShopSettings;
use super::{BATCH, MONEY_DECIMALS, PAGE, Vendure, part};
use crate::domain::{Decimal, Money, OfferId};

const LIST: &str = "query ($take: Int, $skip: Int) { productVariants(options: {sort: {id: ASC}, take: $take, skip: $skip}) {
  totalItems items { ";
/// What is shown of a variant, but for the custom field with the EAN.
const SHOWN: &str = "id sku name enabled prices { currencyCode price } product { enabled }
  stockLevels { stockLocationId stockOnHand stockAllocated }";

/// Where the next page starts. Vendure counts rows only: variants that are deleted meanwhile move the later ones up. So
/// a page repeats the last row of the page before; where it does not, rows were passed over, and the reading goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    skip: usize,
    /// The variant that must be there; none after going back, so that the reading gets on.
    first: Option<String>,
}

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

impl Place {
    /// An unreadable place comes from another version: the reading starts again.
    pub(super) fn read(cursor: Option<&str>) -> Place {
        cursor.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Place { skip: 0, first: None })
    }

    /// Where to go on after a page with these ids out of `total`; `None` at the end.
    pub(super) fn next(&self, ids: &[&str], total: usize) -> Option<Place> {
        let moved = self.first.as_deref().is_some_and(|first| ids.first() != Some(&first));
        if moved {
            return Some(Place { skip: self.skip.saturating_sub(PAGE / 2), first: None });
        }
        let reached = self.skip.saturating_add(ids.len());
        let last = ids.last().filter(|_| reached < total && ids.len() > 1)?;
        Some(Place { skip: reached.saturating_sub(1), first: Some((*last).to_owned()) })
    }
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
        let next = place.next(&ids, total).map(|next| serde_json::to_string(&next));
        let next = next.transpose().map_err(|error| ChannelError::Protocol { reason: error.to_string() })?;
        Ok(Listed { offers: variants.into_iter().map(|variant| variant.tell(&shop)).collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{PAGE, Place, Variant};
    use crate::connectors::vendure::shop::ShopSettings;
    use crate::connectors::vendure::tests::shop;
    use crate::domain::{Currency, Decimal, Money};

    fn place(skip: usize, first: Option<&str>) -> Place {
        Place { skip, first: first.map(str::to_owned) }
    }

    #[test]
    fn a_page_repeats_the_last_row_of_the_page_before() {
        let start = Place::read(None);
        assert_eq!(start.next(&["1", "2", "3"], 5), Some(place(2, Some("3"))));
        assert_eq!(place(2, Some("3")).next(&["3", "4", "5"], 5), None);
        assert_eq!(start.next(&[], 0), None);
        assert_eq!(Place::read(Some("nonsense")), start);
    }

    #[test]
    fn rows_that_were_passed_over_are_read_again_and_the_reading_gets_on() {
        // Variant 2 was deleted: 4 is where 3 was.
        let back = place(PAGE, Some("3")).next(&["4", "5"], 300).unwrap();
        assert_eq!(back, place(PAGE / 2, None));
        assert_eq!(back.next(&["3", "4", "5"], 300), Some(place(PAGE / 2 + 2, Some("5"))));
        assert_eq!(place(0, Some("3")).next(&[], 0), Some(place(0, None)), "and ends with an empty shop");
        assert_eq!(place(0, None).next(&[], 0), None);
    }

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
