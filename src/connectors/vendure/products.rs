//! The product that holds a family: an article alone, or the variants of a parent.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::families::{Families, Holder, Shelf, slug_of};
use super::super::known::Key;
use super::super::slug::product_key;
use super::super::{OfferChange, OfferContent};
use super::found::{PRODUCT, Product, find};
use super::graphql::{Api, Failure};
use super::options::option_ids;
use super::work::{Stop, Work};
use super::{PAGE, Vendure, assets, inputs, part};
use crate::domain::message::channel;

const CREATE: &str = "mutation ($input: CreateProductInput!) { createProduct(input: $input) { id slug enabled } }";
const UPDATE: &str = "mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { id } }";
/// Where a new variant goes.
pub(super) struct Place {
    pub product_id: String,
    pub option_ids: Vec<String>,
}

impl Holder for Product {
    fn id(&self) -> &str {
        &self.id
    }

    fn variants(&self) -> Option<Vec<(&str, &str)>> {
        let items = &self.variant_list.as_ref()?.items;
        Some(items.iter().map(|variant| (variant.id.as_str(), variant.sku.as_str())).collect())
    }
}

impl Shelf for Api {
    type Product = Product;

    fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Product)>, Failure> {
        let found = find(self, keys, true, false)?;
        Ok(found.into_iter().map(|variant| (variant.id, variant.product)).collect())
    }

    fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Product>, Failure> {
        find_products(self, slugs)
    }
}

/// The products with these slugs, as far as they exist, whatever language a slug is in: a list would be filtered by those of one.
fn find_products(api: &Api, slugs: &[String]) -> Result<BTreeMap<String, Product>, Failure> {
    let mut slugs: Vec<&String> = slugs.iter().collect();
    slugs.sort_unstable();
    slugs.dedup();
    if slugs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (mut names, mut fields, mut variables) = (String::new(), String::new(), Map::new());
    for (at, slug) in slugs.iter().enumerate() {
        names.push_str(&format!("$s{at}: String!, "));
        fields.push_str(&format!("p{at}: product(slug: $s{at}) {{ ...Whole }} "));
        variables.insert(format!("s{at}"), json!(slug));
    }
    let query = format!(
        "query ({names}) {{ {fields} }} fragment Whole on Product {{ variantList(options: {{take: {PAGE}}}) {{ totalItems items {{ id sku }} }} {PRODUCT} }}"
    );
    let mut data = api.call(&query, Value::Object(variables))?;
    let found = (0..slugs.len()).map(|at| part::<Option<Product>>(&mut data, &format!("/p{at}")));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    // Vendure compares slugs without regard to case.
    Ok(slugs.into_iter().zip(found).filter_map(|(slug, product)| Some((slug.clone(), product?))).collect())
}

impl Vendure {
    /// Product and options for a new variant; creates what is missing, step by step, each of which a repeat finds.
    pub(super) fn place(&self, api: &Api, change: &OfferChange, families: &mut Families<Product>, work: &mut Work) -> Result<Place, Stop> {
        let (Some(content), Some(slug)) = (&change.content, slug_of(change)) else {
            return Err(Stop::Refused(channel::not_listed(&change.sku)));
        };
        if let Some(product) = families.first_mut(&slug) {
            self.bring_up_to_date(api, change, content, product, work)?;
        } else {
            let key = families.name(&slug).unwrap_or_else(|| product_key(content, &change.sku));
            let mut input = inputs::create_product(content, key);
            if let Some(pictures) = self.product_pictures(content, None, work)? {
                input.extend(pictures);
            }
            let mut data = api.call(CREATE, json!({ "input": input }))?;
            let mut fresh: Value = part(&mut data, "/createProduct")?;
            if let Some(fields) = fresh.as_object_mut() {
                fields.insert("translations".to_owned(), json!([{ "languageCode": content.language }]));
            }
            let product = serde_json::from_value(fresh).map_err(|error| super::missing(&error.to_string()))?;
            families.put(slug.clone(), product);
        }
        let Some(product) = families.first_mut(&slug) else { return Err(super::missing("the new product").into()) };
        let option_ids = match &content.variant {
            Some(variant) => option_ids(api, product, variant, &content.language)?,
            None => Vec::new(),
        };
        Ok(Place { product_id: product.id.clone(), option_ids })
    }

    fn bring_up_to_date(
        &self,
        api: &Api,
        change: &OfferChange,
        content: &OfferContent,
        product: &mut Product,
        work: &mut Work,
    ) -> Result<(), Stop> {
        let mut input = inputs::update_product(change, product);
        if let Some(pictures) = self.product_pictures(content, Some(product), work)? {
            input.extend(pictures);
        }
        input.insert("id".to_owned(), json!(product.id));
        api.call(UPDATE, json!({ "input": input }))?;
        product.enabled = true;
        Ok(())
    }

    /// The pictures of a product, where they have to change: an article's own, or those of the parent of variants. A parent
    /// without pictures leaves those of the product alone.
    pub(super) fn product_pictures(
        &self,
        content: &OfferContent,
        product: Option<&Product>,
        work: &mut Work,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let addresses = match &content.variant {
            None => &content.images,
            Some(variant) if variant.parent_images.is_empty() => return Ok(None),
            Some(variant) => &variant.parent_images,
        };
        let Some(shown) = self.show(addresses, content, work)? else { return Ok(None) };
        let (now, featured) = product.map_or((&[][..], None), |product| (&product.assets, product.featured_asset.as_ref()));
        let arranged = assets::arranged(&shown, now, featured);
        work.note(shown);
        Ok(arranged)
    }
}
