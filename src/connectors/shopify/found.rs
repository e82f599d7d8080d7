//! What the shop has of the offers of a call: an offer is a variant, alone in a product or one of several.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::families::{Holder, Shelf};
use super::super::known::{Key, Known, assign};
use super::super::rule::Failure;
use super::api::{Api, gid, is_number, number, part};
use super::shop::ShopSettings;

/// SKUs of one search, and products of one look-up: their variants and pictures cost points.
const SKUS: usize = 25;
const PRODUCTS: usize = 5;
/// Variants of one look-up.
const VARIANTS: usize = 50;
const HANDLES: usize = 10;
/// In whose metafields Kontor keeps what it has to know again.
pub(super) const OWN: &str = "kontor";

/// Of a variant. `$location`, `$publication` and `$several` are variables of each query that has it.
const VARIANT: &str = "fragment Offer on ProductVariant { id sku barcode price
  published: publishedOnPublication(publicationId: $publication)
  title: metafield(namespace: \"kontor\", key: \"title\") { value } picture: metafield(namespace: \"kontor\", key: \"picture\") { value }
  selectedOptions { name value }
  inventoryItem { id tracked here: inventoryLevel(locationId: $location) { id updatedAt quantities(names: [\"available\", \"committed\"]) { name quantity } }
    all: inventoryLevels(first: 10) @include(if: $several) { nodes { quantities(names: [\"committed\"]) { name quantity } } } }
  product { id handle title status hasOnlyDefaultVariant onlineStoreUrl published: publishedOnPublication(publicationId: $publication) } }";
const OFFER_ARGS: &str = "$location: ID!, $publication: ID!, $several: Boolean!";

const PRODUCT: &str = "fragment Family on Product { id handle title status hasOnlyDefaultVariant onlineStoreUrl
  published: publishedOnPublication(publicationId: $publication) options { name }
  category: metafield(namespace: \"kontor\", key: \"category\") { value } pictures: metafield(namespace: \"kontor\", key: \"pictures\") { value }
  media(first: 50) { nodes { id status } }
  variants(first: 100) { nodes { id sku published: publishedOnPublication(publicationId: $publication) } } }";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Meta {
    pub value: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Nodes<T> {
    pub nodes: Vec<T>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variant {
    pub id: String,
    pub sku: Option<String>,
    pub barcode: Option<String>,
    pub price: String,
    pub published: bool,
    pub title: Option<Meta>,
    pub picture: Option<Meta>,
    #[serde(default)]
    pub selected_options: Vec<Choice>,
    pub inventory_item: Item,
    pub product: Owner,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Choice {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub id: String,
    pub tracked: bool,
    /// At the location of the account; none where the shop keeps no stock of it there.
    pub here: Option<Level>,
    /// At all locations, where there are several.
    #[serde(default)]
    pub all: Option<Nodes<Quantities>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Level {
    pub updated_at: String,
    pub quantities: Vec<Pieces>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Quantities {
    pub quantities: Vec<Pieces>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pieces {
    pub name: String,
    pub quantity: i64,
}

/// The product of a variant.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Owner {
    pub id: String,
    pub handle: String,
    pub title: String,
    pub status: String,
    pub published: bool,
    /// An article without variants.
    pub has_only_default_variant: bool,
    pub online_store_url: Option<String>,
}

/// A product with what content needs of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    #[serde(flatten)]
    pub owner: Owner,
    pub category: Option<Meta>,
    pub pictures: Option<Meta>,
    pub media: Nodes<Media>,
    pub variants: Nodes<Member>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Media {
    pub id: String,
    pub status: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Member {
    pub id: String,
    pub sku: Option<String>,
    pub published: bool,
}

fn of_name(quantities: &[Pieces], name: &str) -> i64 {
    quantities.iter().filter(|pieces| pieces.name == name).map(|pieces| pieces.quantity).sum()
}

impl Item {
    pub(super) fn available(&self) -> Option<i64> {
        self.here.as_ref().map(|level| of_name(&level.quantities, "available"))
    }

    /// Ordered and not shipped yet, wherever it is to be shipped from.
    pub(super) fn committed(&self) -> i64 {
        match (&self.all, &self.here) {
            (Some(all), _) => all.nodes.iter().map(|level| of_name(&level.quantities, "committed")).sum(),
            (None, Some(level)) => of_name(&level.quantities, "committed"),
            (None, None) => 0,
        }
    }
}

impl Variant {
    pub(super) fn running(&self) -> bool {
        self.product.is_on_sale() && self.published
    }
}

impl Owner {
    pub(super) fn is_on_sale(&self) -> bool {
        matches!(self.status.as_str(), "ACTIVE" | "UNLISTED") && self.published
    }
}

impl Known for Variant {
    fn id(&self) -> &str {
        number(&self.id)
    }

    fn sku(&self) -> Option<&str> {
        self.sku.as_deref().filter(|sku| !sku.is_empty())
    }
}

impl Holder for Product {
    fn id(&self) -> &str {
        &self.owner.id
    }

    fn variants(&self) -> Option<Vec<(&str, &str)>> {
        Some(self.variants.nodes.iter().map(|member| (number(&member.id), member.sku.as_deref().unwrap_or_default())).collect())
    }
}

/// The shop's own products and variants, as its publication and location show them.
pub(super) struct Look<'a> {
    pub api: &'a Api,
    pub shop: &'a ShopSettings,
}

impl Look<'_> {
    fn variables(&self, more: Value) -> Value {
        let mut variables = Map::new();
        variables.insert("location".to_owned(), json!(self.shop.location.id));
        variables.insert("publication".to_owned(), json!(self.shop.publications.first().map(|one| &one.id)));
        variables.insert("several".to_owned(), json!(self.shop.several_locations));
        if let Value::Object(more) = more {
            variables.extend(more);
        }
        Value::Object(variables)
    }

    /// The variants with the numbers and SKUs of some offers. The shop's search may be late; numbers never are.
    pub(super) fn find(&self, keys: &[Key<'_>]) -> Result<Vec<Variant>, Failure> {
        let numbers: BTreeSet<&str> = keys.iter().filter_map(|key| key.number).filter(|number| is_number(number)).collect();
        let mut found = self.by_numbers(&numbers.into_iter().collect::<Vec<_>>())?;
        let is_there = |key: &&Key<'_>| found.iter().any(|variant| key.number == Some(variant.id()));
        let skus: BTreeSet<&str> = keys.iter().filter(|key| !is_there(key)).flat_map(Key::skus).filter(|sku| !sku.is_empty()).collect();
        let known: BTreeSet<String> = found.iter().map(|variant| variant.id.clone()).collect();
        let searched = self.by_skus(&skus.into_iter().collect::<Vec<_>>())?;
        found.extend(searched.into_iter().filter(|variant| !known.contains(&variant.id)));
        Ok(found)
    }

    pub(super) fn by_numbers(&self, numbers: &[&str]) -> Result<Vec<Variant>, Failure> {
        let query = format!(
            "query Numbers($ids: [ID!]!, {OFFER_ARGS}) {{ nodes(ids: $ids) {{ ... on ProductVariant {{ ...Offer }} }} }} {VARIANT}"
        );
        let mut found = Vec::new();
        for numbers in numbers.chunks(VARIANTS) {
            let ids: Vec<String> = numbers.iter().map(|number| gid("ProductVariant", number)).collect();
            let mut data = self.api.call(&query, self.variables(json!({ "ids": ids })))?;
            let nodes: Vec<Option<Value>> = part(&mut data, "/nodes")?;
            // An id that is that of something else comes as an empty object.
            let variants = nodes.into_iter().flatten().filter(|node| node.get("id").is_some());
            for mut variant in variants {
                found.push(part(&mut variant, "")?);
            }
        }
        Ok(found)
    }

    fn by_skus(&self, skus: &[&str]) -> Result<Vec<Variant>, Failure> {
        let query = format!(
            "query Skus($search: String!, {OFFER_ARGS}) {{ productVariants(first: 100, query: $search) {{ nodes {{ ...Offer }} }} }} {VARIANT}"
        );
        let mut found: Vec<Variant> = Vec::new();
        for skus in skus.chunks(SKUS) {
            let mut data = self.api.call(&query, self.variables(json!({ "search": search("sku", skus) })))?;
            let variants: Vec<Variant> = part(&mut data, "/productVariants/nodes")?;
            // The search ignores case, and finds more than was asked for.
            found.extend(variants.into_iter().filter(|variant| variant.sku().is_some_and(|sku| skus.contains(&sku))));
        }
        Ok(found)
    }

    /// Products by their ids, with what content needs.
    pub(super) fn products(&self, ids: &BTreeSet<&str>) -> Result<BTreeMap<String, Product>, Failure> {
        let query = format!(
            "query Products($ids: [ID!]!, $publication: ID!) {{ nodes(ids: $ids) {{ ... on Product {{ ...Family }} }} }} {PRODUCT}"
        );
        let ids: Vec<&str> = ids.iter().copied().collect();
        let mut found = BTreeMap::new();
        for ids in ids.chunks(PRODUCTS) {
            let mut data =
                self.api.call(&query, json!({ "ids": ids, "publication": self.shop.publications.first().map(|one| &one.id) }))?;
            let products: Vec<Option<Product>> = part(&mut data, "/nodes")?;
            found.extend(products.into_iter().flatten().map(|product| (product.owner.id.clone(), product)));
        }
        Ok(found)
    }

    /// One page of all variants.
    pub(super) fn page(&self, first: usize, after: Option<&str>) -> Result<Value, Failure> {
        let query = format!(
            "query Offers($first: Int!, $after: String, {OFFER_ARGS}) {{ productVariants(first: $first, after: $after, sortKey: ID) {{ nodes {{ ...Offer }} pageInfo {{ hasNextPage endCursor }} }} }} {VARIANT}"
        );
        self.api.call(&query, self.variables(json!({ "first": first, "after": after })))
    }
}

/// A search for any of some values, each in quotes.
pub(super) fn search(field: &str, values: &[&str]) -> String {
    let quoted = |value: &&str| format!("{field}:\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    values.iter().map(quoted).collect::<Vec<_>>().join(" OR ")
}

impl Shelf for Look<'_> {
    type Product = Product;

    fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Product)>, Failure> {
        let found = self.find(keys)?;
        let ids: BTreeSet<&str> = assign(keys, &found).into_iter().flatten().map(|variant| variant.product.id.as_str()).collect();
        let products = self.products(&ids)?;
        let with_product = |variant: &Variant| Some((variant.id().to_owned(), products.get(&variant.product.id)?.clone()));
        Ok(found.iter().filter_map(with_product).collect())
    }

    /// By handle the shop looks into its database, not into its search.
    fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Product>, Failure> {
        let mut found = BTreeMap::new();
        for slugs in slugs.chunks(HANDLES) {
            let (mut heads, mut body, mut variables) = (String::new(), String::new(), Map::new());
            for (at, slug) in slugs.iter().enumerate() {
                heads.push_str(&format!(", $handle{at}: String!"));
                body.push_str(&format!(" p{at}: productByIdentifier(identifier: {{handle: $handle{at}}}) {{ ...Family }}"));
                variables.insert(format!("handle{at}"), json!(slug));
            }
            variables.insert("publication".to_owned(), json!(self.shop.publications.first().map(|one| &one.id)));
            let mut data =
                self.api.call(&format!("query Handles($publication: ID!{heads}) {{{body} }} {PRODUCT}"), Value::Object(variables))?;
            for (at, slug) in slugs.iter().enumerate() {
                let product: Option<Product> = part(&mut data, &format!("/p{at}"))?;
                found.extend(product.map(|product| (slug.clone(), product)));
            }
        }
        Ok(found)
    }
}
