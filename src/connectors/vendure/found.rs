//! What the shop has of the offers of a call.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::super::{ChannelError, OfferChange, OfferKey};
use super::graphql::{Api, Failure};
use super::shop::DEFAULT_CHANNEL;
use super::{PAGE, part};
use crate::domain::message::{Message, channel};

/// Pages that a look-up reads: 50 SKUs, each twenty times.
const MOST_PAGES: usize = 10;

/// The parts of a product that texts, pictures and options are compared with.
pub(super) const PRODUCT: &str = "id slug enabled translations { languageCode } featuredAsset { id } assets { id tags { value } }
  optionGroups { id code name options { id code name } }";
const FIND: &str = "query ($filter: ProductVariantFilterParameter, $take: Int, $skip: Int, $content: Boolean!, $channels: Boolean!) {
  productVariants(options: {filter: $filter, sort: {id: ASC}, take: $take, skip: $skip}) { totalItems items {
    id sku enabled channels @include(if: $channels) { code }
    options @include(if: $content) { id code } facetValues @include(if: $content) { id facetId }
    featuredAsset @include(if: $content) { id } assets @include(if: $content) { id tags { value } }
    product { id slug enabled variantList(options: {take: 1}) { totalItems } ...Whole @include(if: $content) } } } }
  fragment Whole on Product { ";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    pub id: String,
    pub sku: String,
    pub enabled: bool,
    /// Only in the default channel, and only where it is asked for: all channels that have it.
    #[serde(default)]
    pub channels: Vec<Channel>,
    #[serde(default)]
    pub options: Vec<ChosenOption>,
    #[serde(default)]
    pub facet_values: Vec<FacetValue>,
    #[serde(default)]
    pub featured_asset: Option<Asset>,
    #[serde(default)]
    pub assets: Vec<Asset>,
    pub product: Product,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    pub id: String,
    pub slug: String,
    pub enabled: bool,
    pub variant_list: Option<Variants>,
    #[serde(default)]
    pub translations: Vec<Translation>,
    #[serde(default)]
    pub featured_asset: Option<Asset>,
    #[serde(default)]
    pub assets: Vec<Asset>,
    #[serde(default)]
    pub option_groups: Vec<Group>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Channel {
    pub code: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variants {
    pub total_items: u64,
    /// The first ones, where they are asked for.
    #[serde(default)]
    pub items: Vec<VariantKey>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct VariantKey {
    pub id: String,
    pub sku: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Translation {
    pub language_code: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChosenOption {
    pub id: String,
    pub code: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FacetValue {
    pub id: String,
    pub facet_id: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Asset {
    pub id: String,
    #[serde(default)]
    pub tags: Vec<Tag>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tag {
    pub value: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Group {
    pub id: String,
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub options: Vec<GroupOption>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct GroupOption {
    pub id: String,
    pub code: String,
    pub name: String,
}

impl Found {
    /// The channels beside the default one that have it.
    pub(super) fn elsewhere(&self) -> Option<String> {
        let others = self.channels.iter().map(|channel| channel.code.as_str()).filter(|code| *code != DEFAULT_CHANNEL);
        let others: BTreeSet<&str> = others.collect();
        (!others.is_empty()).then(|| others.into_iter().collect::<Vec<_>>().join(", "))
    }
}

/// What finds the variant of an offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'a> {
    pub sku: &'a str,
    pub known_as: &'a [String],
    pub number: Option<&'a str>,
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

impl Product {
    /// It has this variant only.
    pub(super) fn alone(&self) -> bool {
        self.variant_list.as_ref().is_none_or(|list| list.total_items <= 1)
    }

    pub(super) fn speaks(&self, language: &str) -> bool {
        self.translations.iter().any(|translation| translation.language_code == language)
    }
}

/// The variants of some offers: the one that has the shop's number of the offer, else the oldest with an SKU that the shop
/// knows it by, else the oldest with its SKU. A variant that one offer knows by its number is no other one's.
pub(super) fn assign<'f>(keys: &[Key<'_>], found: &'f [Found]) -> Vec<Option<&'f Found>> {
    let numbered: Vec<Option<&Found>> = keys.iter().map(|key| found.iter().find(|variant| key.number == Some(&variant.id))).collect();
    let mut taken: BTreeSet<&str> = numbered.iter().flatten().map(|variant| variant.id.as_str()).collect();
    let mut assigned = Vec::with_capacity(keys.len());
    for (key, numbered) in keys.iter().zip(numbered) {
        let free = |sku: &str| found.iter().find(|variant| variant.sku == sku && !taken.contains(variant.id.as_str()));
        let variant = numbered.or_else(|| key.known_as.iter().find_map(|sku| free(sku))).or_else(|| free(key.sku));
        taken.extend(variant.map(|variant| variant.id.as_str()));
        assigned.push(variant);
    }
    assigned
}

/// Reports doubles to the merchant: buyers may find the one that Kontor does not keep.
pub(super) fn doubles(change: &OfferChange, kept: &Found, found: &[Found]) -> Vec<Message> {
    let same = found.iter().filter(|variant| variant.id == kept.id || variant.sku == change.sku);
    let ids: Vec<&str> = same.map(|variant| variant.id.as_str()).collect();
    if ids.len() < 2 {
        return Vec::new();
    }
    vec![channel::sku_twice(ids.len(), &change.sku, ids.join(", "))]
}

/// The variants with the numbers and SKUs of some offers, in a channel; with what texts, pictures and options are compared with,
/// and with the channels that have them.
pub(super) fn find(api: &Api, keys: &[Key<'_>], content: bool, channels: bool) -> Result<Vec<Found>, ChannelError> {
    let skus: BTreeSet<&str> =
        keys.iter().flat_map(|key| std::iter::once(key.sku).chain(key.known_as.iter().map(String::as_str))).collect();
    let ids: Vec<&str> = keys.iter().filter_map(|key| key.number).collect();
    let query = format!("{FIND}{PRODUCT} }}");
    let mut either = vec![json!({ "sku": { "in": skus } })];
    if !ids.is_empty() {
        either.push(json!({ "id": { "in": ids } }));
    }
    let mut found: Vec<Found> = Vec::new();
    for page in 0..MOST_PAGES {
        let skip = page.saturating_mul(PAGE);
        let variables = json!({ "filter": { "_or": either }, "take": PAGE, "skip": skip, "content": content, "channels": channels });
        let mut data = api.call(&query, variables).map_err(Failure::whole)?;
        let total: usize = part(&mut data, "/productVariants/totalItems")?;
        let items: Vec<Found> = part(&mut data, "/productVariants/items")?;
        let last = items.is_empty();
        found.extend(items);
        if last || found.len() >= total {
            return Ok(found);
        }
    }
    Err(ChannelError::Protocol {
        reason: format!("the shop has more than {} variants for {} SKUs; delete the doubles", found.len(), skus.len()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Found, Key, assign, doubles};
    use crate::connectors::OfferChange;
    use crate::connectors::vendure::tests::change;

    fn found(rows: &[(&str, &str)]) -> Vec<Found> {
        let product = json!({ "id": "1", "slug": "p", "enabled": true, "variantList": { "totalItems": 1 } });
        rows.iter()
            .map(|(id, sku)| serde_json::from_value(json!({ "id": id, "sku": sku, "enabled": true, "product": product })).unwrap())
            .collect()
    }

    fn known(sku: &str, known_as: Option<&str>, number: Option<&str>) -> OfferChange {
        OfferChange {
            sku: sku.into(),
            known_as: known_as.into_iter().map(str::to_owned).collect(),
            external_number: number.map(str::to_owned),
            ..change()
        }
    }

    fn ids(changes: &[OfferChange], found: &[Found]) -> Vec<Option<String>> {
        let keys: Vec<Key<'_>> = changes.iter().map(Key::from).collect();
        assign(&keys, found).into_iter().map(|variant| variant.map(|variant| variant.id.clone())).collect()
    }

    #[test]
    fn an_offer_is_found_by_its_number_then_by_the_sku_it_was_known_by_then_by_its_sku() {
        let shop = found(&[("4", "l-1"), ("5", "L-1"), ("6", "L-1"), ("7", "OLD")]);
        let one = |change: OfferChange| ids(&[change], &shop).remove(0);
        assert_eq!(one(known("L-1", None, None)).as_deref(), Some("5"), "of several the oldest");
        assert_eq!(one(known("L-1", None, Some("6"))).as_deref(), Some("6"));
        assert_eq!(one(known("L-1", None, Some("7"))).as_deref(), Some("7"), "renamed by hand in the shop");
        assert_eq!(one(known("NEW", Some("OLD"), None)).as_deref(), Some("7"));
        assert_eq!(one(known("L-1", None, Some("99"))).as_deref(), Some("5"), "the number's variant was deleted");
        assert_eq!(one(known("L-2", None, None)), None);
    }

    #[test]
    fn two_articles_that_swap_their_numbers_keep_their_variants_and_a_new_one_takes_none() {
        let shop = found(&[("1", "A"), ("2", "B"), ("3", "C")]);
        let swap = [known("B", Some("A"), Some("1")), known("A", Some("B"), Some("2")), known("C", None, None), known("C", None, None)];
        let expected = [Some("1"), Some("2"), Some("3"), None].map(|id| id.map(str::to_owned));
        assert_eq!(ids(&swap, &shop), expected);
        let new_first = [known("A", None, None), known("Z", Some("A"), Some("1"))];
        assert_eq!(ids(&new_first, &shop), [None, Some("1".to_owned())]);
    }

    #[test]
    fn doubles_are_reported_with_their_numbers() {
        let shop = found(&[("5", "OLD"), ("6", "L-1")]);
        let renamed = known("L-1", Some("OLD"), Some("5"));
        assert_eq!(doubles(&renamed, &shop[0], &shop)[0].line(), "SKU_TWICE: the shop has 2 variants with the SKU L-1: 5, 6");
        assert!(doubles(&known("L-1", None, None), &shop[1], &shop[1..]).is_empty());
    }
}
