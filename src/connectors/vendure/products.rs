//! The product that holds a new variant, and the options that distinguish the variants of one product.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ChannelError, OfferChange, VariantContent};
use super::graphql::{Failure, Rule};
use super::offers::PAGE;
use super::{Vendure, inputs, part};

const FIND: &str = "query ($slugs: [String!], $take: Int) { products(options: {filter: {slug: {in: $slugs}}, take: $take}) { items {
  id slug enabled optionGroups { id code name options { id code name } } } } }";
const FIND_GROUPS: &str =
    "query ($codes: [String!], $take: Int) { productOptionGroups(options: {filter: {code: {in: $codes}}, take: $take}) { items {
  id code name options { id code name } } } }";
const CREATE: &str = "mutation ($input: CreateProductInput!) { createProduct(input: $input) { id slug enabled optionGroups { id } } }";
const ENABLE: &str = "mutation ($id: ID!) { updateProduct(input: {id: $id, enabled: true}) { id } }";
const CREATE_GROUP: &str = "mutation ($input: CreateProductOptionGroupInput!) { createProductOptionGroup(input: $input) { id code name options { id code name } } }";
const ADD_GROUP: &str =
    "mutation ($product: ID!, $group: ID!) { addOptionGroupToProduct(productId: $product, optionGroupId: $group) { id } }";
const CREATE_OPTION: &str = "mutation ($input: CreateProductOptionInput!) { createProductOption(input: $input) { id code name } }";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    id: String,
    slug: String,
    enabled: bool,
    option_groups: Vec<Group>,
}

#[derive(Debug, Clone, Deserialize)]
struct Group {
    id: String,
    code: String,
    name: String,
    options: Vec<ProductOption>,
}

#[derive(Debug, Clone, Deserialize)]
struct ProductOption {
    id: String,
    code: String,
    name: String,
}

/// Products by their slug.
pub(super) type Products = BTreeMap<String, Product>;

/// Where a new variant goes.
pub(super) struct Place {
    pub product_id: String,
    pub option_ids: Vec<String>,
}

/// Found by our code, or by the name where the merchant made it by hand.
fn same(code: &str, name: &str, our_code: &str, our_name: &str) -> bool {
    code == our_code || name.to_lowercase() == our_name.to_lowercase()
}

impl Vendure {
    /// The products that the changes belong to, as far as they exist.
    pub(super) fn find_products<'a>(&self, changes: impl Iterator<Item = &'a OfferChange>) -> Result<Products, ChannelError> {
        let slugs: Vec<String> = changes
            .filter_map(|change| change.content.as_ref().map(|content| inputs::slug(inputs::product_key(content, &change.sku))))
            .collect();
        if slugs.is_empty() {
            return Ok(Products::new());
        }
        let mut data = self.api.call(FIND, json!({ "slugs": slugs, "take": PAGE })).map_err(Failure::whole)?;
        let found: Vec<Product> = part(&mut data, "/products/items")?;
        Ok(found.into_iter().map(|product| (product.slug.clone(), product)).collect())
    }

    /// Product and options for a new variant; creates what is missing, step by step, each of which a repeat finds.
    pub(super) fn place(&self, change: &OfferChange, products: &mut Products) -> Result<Place, Failure> {
        let Some(content) = &change.content else {
            return Err(Failure::Rule(Rule {
                code: "NOT_LISTED".to_owned(),
                text: format!("{} came without texts", change.sku),
                internal: false,
            }));
        };
        let key = inputs::product_key(content, &change.sku);
        let slug = inputs::slug(key);
        if !products.contains_key(&slug) {
            let mut data = self.api.call(CREATE, json!({ "input": inputs::create_product(content, key) }))?;
            // A new product has no options yet, and the shop may have changed the slug only if it was taken.
            let mut fresh: Value = part(&mut data, "/createProduct")?;
            if let Some(fields) = fresh.as_object_mut() {
                fields.insert("optionGroups".to_owned(), json!([]));
            }
            let product = serde_json::from_value(fresh).map_err(|error| super::missing(&error.to_string()))?;
            products.insert(slug.clone(), product);
        }
        let Some(product) = products.get_mut(&slug) else { return Err(super::missing("the new product").into()) };
        if !product.enabled {
            self.api.call(ENABLE, json!({ "id": product.id }))?;
            product.enabled = true;
        }
        let option_ids = match &content.variant {
            Some(variant) => self.options(product, variant, &content.language, &slug)?,
            None => Vec::new(),
        };
        Ok(Place { product_id: product.id.clone(), option_ids })
    }

    fn options(&self, product: &mut Product, variant: &VariantContent, language: &str, slug: &str) -> Result<Vec<String>, Failure> {
        let mut ids = Vec::with_capacity(variant.options.len());
        for (property, value) in &variant.options {
            let code = inputs::slug(&format!("{slug} {property}"));
            let at = match product.option_groups.iter().position(|group| same(&group.code, &group.name, &code, property)) {
                Some(at) => at,
                None => {
                    let group = self.add_group(&product.id, &code, property, language)?;
                    product.option_groups.push(group);
                    product.option_groups.len().saturating_sub(1)
                }
            };
            let Some(group) = product.option_groups.get_mut(at) else { continue };
            let value_code = inputs::slug(value);
            let known =
                group.options.iter().find(|option| same(&option.code, &option.name, &value_code, value)).map(|option| option.id.clone());
            ids.push(match known {
                Some(id) => id,
                None => {
                    let input = json!({ "productOptionGroupId": group.id, "code": value_code, "translations": [{ "languageCode": language, "name": value }] });
                    let mut data = self.api.call(CREATE_OPTION, json!({ "input": input }))?;
                    let option: ProductOption = part(&mut data, "/createProductOption")?;
                    let id = option.id.clone();
                    group.options.push(option);
                    id
                }
            });
        }
        Ok(ids)
    }

    /// Adds an option group to the product; one that an earlier attempt left behind is taken up again.
    fn add_group(&self, product_id: &str, code: &str, name: &str, language: &str) -> Result<Group, Failure> {
        let mut data = self.api.call(FIND_GROUPS, json!({ "codes": [code], "take": PAGE }))?;
        let left: Vec<Group> = part(&mut data, "/productOptionGroups/items")?;
        let group = match left.into_iter().next() {
            Some(group) => group,
            None => {
                let input = json!({ "code": code, "translations": [{ "languageCode": language, "name": name }], "options": [] });
                let mut data = self.api.call(CREATE_GROUP, json!({ "input": input }))?;
                part(&mut data, "/createProductOptionGroup")?
            }
        };
        self.api.call(ADD_GROUP, json!({ "product": product_id, "group": group.id }))?;
        Ok(group)
    }
}
