//! Which record of a shop is that of an offer.

use std::collections::BTreeSet;

use super::{OfferChange, OfferKey};

/// What finds an offer in a shop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    pub sku: &'a str,
    pub known_as: &'a [String],
    pub number: Option<&'a str>,
}

/// What a shop has of an offer.
pub(crate) trait Known {
    fn id(&self) -> &str;

    fn sku(&self) -> Option<&str>;
}

impl<'a> From<&'a OfferChange> for Key<'a> {
    fn from(change: &'a OfferChange) -> Key<'a> {
        Key { sku: &change.sku, known_as: &change.known_as, number: change.external_number.as_deref() }
    }
}

impl<'a> From<&'a OfferKey> for Key<'a> {
    fn from(key: &'a OfferKey) -> Key<'a> {
        Key { sku: &key.sku, known_as: &key.known_as, number: key.external_number.as_deref() }
    }
}

impl<'a> Key<'a> {
    /// All SKUs under which the shop may have it.
    pub(crate) fn skus(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        std::iter::once(self.sku).chain(self.known_as.iter().map(String::as_str))
    }
}

/// The record of each offer: the one that has the shop's number of the offer, else the first with an SKU that the shop
/// knows it by, else the first with its SKU. A record that one offer knows by its number is no other one's.
pub(crate) fn assign<'f, F: Known>(keys: &[Key<'_>], found: &'f [F]) -> Vec<Option<&'f F>> {
    let numbered: Vec<Option<&F>> = keys.iter().map(|key| found.iter().find(|record| key.number == Some(record.id()))).collect();
    let mut taken: BTreeSet<&str> = numbered.iter().flatten().map(|record| record.id()).collect();
    let mut assigned = Vec::with_capacity(keys.len());
    for (key, numbered) in keys.iter().zip(numbered) {
        let free = |sku: &str| found.iter().find(|record| record.sku() == Some(sku) && !taken.contains(record.id()));
        let record = numbered.or_else(|| key.known_as.iter().find_map(|sku| free(sku))).or_else(|| free(key.sku));
        taken.extend(record.map(Known::id));
        assigned.push(record);
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::{Key, Known, assign};

    impl Known for (&str, &str) {
        fn id(&self) -> &str {
            self.0
        }

        fn sku(&self) -> Option<&str> {
            Some(self.1)
        }
    }

    struct Offer(&'static str, Vec<String>, Option<&'static str>);

    fn known(sku: &'static str, known_as: Option<&str>, number: Option<&'static str>) -> Offer {
        Offer(sku, known_as.into_iter().map(str::to_owned).collect(), number)
    }

    fn ids<'f>(offers: &[Offer], found: &'f [(&'f str, &'f str)]) -> Vec<Option<&'f str>> {
        let keys: Vec<Key<'_>> = offers.iter().map(|Offer(sku, known_as, number)| Key { sku, known_as, number: *number }).collect();
        assign(&keys, found).into_iter().map(|record| record.map(|record| record.0)).collect()
    }

    #[test]
    fn an_offer_is_found_by_its_number_then_by_the_sku_it_was_known_by_then_by_its_sku() {
        let shop = [("4", "l-1"), ("5", "L-1"), ("6", "L-1"), ("7", "OLD")];
        let one = |offer: Offer| ids(&[offer], &shop).remove(0);
        assert_eq!(one(known("L-1", None, None)), Some("5"), "of several the first");
        assert_eq!(one(known("L-1", None, Some("6"))), Some("6"));
        assert_eq!(one(known("L-1", None, Some("7"))), Some("7"), "renamed by hand in the shop");
        assert_eq!(one(known("NEW", Some("OLD"), None)), Some("7"));
        assert_eq!(one(known("L-1", None, Some("99"))), Some("5"), "the number's record was deleted");
        assert_eq!(one(known("L-2", None, None)), None);
    }

    #[test]
    fn two_articles_that_swap_their_numbers_keep_their_records_and_a_new_one_takes_none() {
        let shop = [("1", "A"), ("2", "B"), ("3", "C")];
        let swap = [known("B", Some("A"), Some("1")), known("A", Some("B"), Some("2")), known("C", None, None), known("C", None, None)];
        assert_eq!(ids(&swap, &shop), [Some("1"), Some("2"), Some("3"), None]);
        assert_eq!(ids(&[known("A", None, None), known("Z", Some("A"), Some("1"))], &shop), [None, Some("1")]);
    }
}
