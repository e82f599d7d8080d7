//! Finding an offer: by the shop's number, else by a SKU.

use super::super::{ListedOffer, OfferKey};
use super::shop::Shop;
use crate::domain::OfferId;

impl Shop {
    /// The SKU under which the shop has the offer now.
    pub(super) fn find(&self, external_number: Option<&str>, known_as: &[String], sku: &str) -> Option<String> {
        let has = |sku: &str, number: &str| self.listings.get(sku).is_some_and(|listing| listing.external_number == number);
        if let Some(number) = external_number {
            let mut candidates = known_as.iter().map(String::as_str).chain([sku]);
            if let Some(found) = candidates.find(|sku| has(sku, number)) {
                return Some(found.to_owned());
            }
            // Somebody changed the SKU in the shop.
            if let Some(listing) = self.listings.values().find(|listing| listing.external_number == number) {
                return Some(listing.sku.clone());
            }
        }
        known_as.iter().map(String::as_str).chain([sku]).find(|sku| self.listings.contains_key(*sku)).map(str::to_owned)
    }

    pub(super) fn find_offers(&self, keys: &[OfferKey]) -> Vec<(OfferId, ListedOffer)> {
        let found = |key: &OfferKey| {
            let sku = self.find(key.external_number.as_deref(), &key.known_as, &key.sku)?;
            Some((key.offer_id, self.listings.get(&sku)?.tell()))
        };
        keys.iter().filter_map(found).collect()
    }
}
