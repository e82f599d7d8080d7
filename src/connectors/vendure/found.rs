//! What the shop has of the offers of a call.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::super::known::{Key, Known};
use super::super::{ChannelError, OfferChange};
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

impl Known for Found {
    fn id(&self) -> &str {
        &self.id
    }

    fn sku(&self) -> Option<&str> {
        Some(&self.sku)
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
    let skus: BTreeSet<&str> = keys.iter().flat_map(Key::skus).collect();
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

    use super::{Found, doubles};
    use crate::connectors::OfferChange;
    use crate::connectors::vendure::tests::change;

    fn found(rows: &[(&str, &str)]) -> Vec<Found> {
        let product = json!({ "id": "1", "slug": "p", "enabled": true, "variantList": { "totalItems": 1 } });
        rows.iter()
            .map(|(id, sku)| serde_json::from_value(json!({ "id": id, "sku": sku, "enabled": true, "product": product })).unwrap())
            .collect()
    }

    #[test]
    fn doubles_are_reported_with_their_numbers() {
        let known = |sku: &str| OfferChange { sku: sku.into(), ..change() };
        let shop = found(&[("5", "OLD"), ("6", "L-1")]);
        let renamed = known("L-1");
        assert_eq!(doubles(&renamed, &shop[0], &shop)[0].line(), "SKU_TWICE: the shop has 2 variants with the SKU L-1: 5, 6");
        assert!(doubles(&known("L-1"), &shop[1], &shop[1..]).is_empty());
    }
}
