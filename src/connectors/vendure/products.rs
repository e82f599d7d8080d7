//! The product that holds a family: an article alone, or the variants of a parent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::{OfferChange, OfferContent, Sibling};
use super::found::{Key, PRODUCT, Product, find};
use super::graphql::{Api, Failure};
use super::options::option_ids;
use super::work::{Stop, Work};
use super::{PAGE, Vendure, assets, inputs, part};
use crate::domain::message::channel;

const CREATE: &str = "mutation ($input: CreateProductInput!) { createProduct(input: $input) { id slug enabled } }";
const UPDATE: &str = "mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { id } }";
/// Siblings by which the product of a family is looked for.
const MOST_SIBLINGS: usize = 5;
/// Names that are tried for a new product.
const MOST_NAMES: usize = 5;

/// Where a new variant goes.
pub(super) struct Place {
    pub product_id: String,
    pub option_ids: Vec<String>,
}

/// The products of some families, by the slug that a family of that number gets.
#[derive(Debug, Default)]
pub(super) struct Families {
    products: BTreeMap<String, Vec<Product>>,
    /// What a new product is named after, where another family has the slug: it had the number before.
    names: BTreeMap<String, String>,
}

/// The slug of the product that an offer belongs to.
pub(super) fn slug_of(change: &OfferChange) -> Option<String> {
    change.content.as_ref().map(|content| inputs::slug(inputs::product_key(content, &change.sku)))
}

fn siblings(change: &OfferChange) -> &[Sibling] {
    change.content.as_ref().and_then(|content| content.variant.as_ref()).map_or(&[][..], |variant| &variant.siblings)
}

/// Whether a product with the slug of the offer's number holds its family, or nothing yet. It may be that of a family that had the
/// number before.
fn holds(product: &Product, change: &OfferChange) -> bool {
    let Some(variants) = product.variant_list.as_ref().map(|list| &list.items) else { return true };
    let known = |sku: &String| *sku == change.sku || change.known_as.contains(sku) || siblings(change).iter().any(|one| one.sku == *sku);
    let numbered = |id: &String| siblings(change).iter().any(|one| one.external_number.as_ref() == Some(id));
    variants.is_empty() || variants.iter().any(|variant| known(&variant.sku) || numbered(&variant.id))
}

impl Families {
    /// Finds them by their other variants, which stay where they are when the parent gets another number, else by the slug.
    pub(super) fn find(api: &Api, changes: &[&OfferChange]) -> Result<Families, Failure> {
        let mut families = Families::default();
        families.find_by_siblings(api, changes)?;
        let mut left: BTreeMap<String, (&OfferChange, String)> = BTreeMap::new();
        for change in changes {
            let (Some(slug), Some(content)) = (slug_of(change), &change.content) else { continue };
            if !families.products.contains_key(&slug) {
                left.insert(slug, (change, inputs::product_key(content, &change.sku).to_owned()));
            }
        }
        for attempt in 1..=MOST_NAMES {
            let name = |key: &str| if attempt == 1 { key.to_owned() } else { format!("{key} {attempt}") };
            let slugs: Vec<String> = left.values().map(|(_, key)| inputs::slug(&name(key))).collect();
            let mut found = find_products(api, &slugs)?;
            left.retain(|slug, (change, key)| match found.remove(&inputs::slug(&name(key))) {
                Some(product) if !holds(&product, change) => true,
                Some(product) => {
                    families.products.insert(slug.clone(), vec![product]);
                    false
                }
                None => {
                    families.names.insert(slug.clone(), name(key));
                    false
                }
            });
        }
        Ok(families)
    }

    fn find_by_siblings(&mut self, api: &Api, changes: &[&OfferChange]) -> Result<(), Failure> {
        let numbered = |change: &'_ OfferChange| -> Vec<Sibling> {
            siblings(change).iter().filter(|one| one.external_number.is_some()).take(MOST_SIBLINGS).cloned().collect()
        };
        let known: BTreeMap<String, Vec<Sibling>> =
            changes.iter().filter_map(|change| Some((slug_of(change)?, numbered(change)))).filter(|(_, known)| !known.is_empty()).collect();
        let keys: Vec<Key<'_>> =
            known.values().flatten().map(|one| Key { sku: &one.sku, known_as: &[], number: one.external_number.as_deref() }).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let found = find(api, &keys, true, false)?;
        for (slug, siblings) in known {
            let ids: BTreeSet<&str> = siblings.iter().filter_map(|one| one.external_number.as_deref()).collect();
            let mut products: Vec<Product> = Vec::new();
            for variant in found.iter().filter(|variant| ids.contains(variant.id.as_str())) {
                if products.iter().all(|product| product.id != variant.product.id) {
                    products.push(variant.product.clone());
                }
            }
            if !products.is_empty() {
                self.products.insert(slug, products);
            }
        }
        Ok(())
    }

    /// The products that hold the family of an offer.
    pub(super) fn of(&self, change: &OfferChange) -> &[Product] {
        slug_of(change).and_then(|slug| self.products.get(&slug)).map_or(&[][..], Vec::as_slice)
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
    pub(super) fn place(&self, api: &Api, change: &OfferChange, families: &mut Families, work: &mut Work) -> Result<Place, Stop> {
        let (Some(content), Some(slug)) = (&change.content, slug_of(change)) else {
            return Err(Stop::Refused(channel::not_listed(&change.sku)));
        };
        if let Some(product) = families.products.get_mut(&slug).and_then(|products| products.first_mut()) {
            self.bring_up_to_date(api, change, content, product, work)?;
        } else {
            let key = families.names.get(&slug).map_or_else(|| inputs::product_key(content, &change.sku), String::as_str);
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
            families.products.insert(slug.clone(), vec![product]);
        }
        let product = families.products.get_mut(&slug).and_then(|products| products.first_mut());
        let Some(product) = product else { return Err(super::missing("the new product").into()) };
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Product, Sibling, holds};
    use crate::connectors::vendure::tests::change;
    use crate::connectors::{OfferChange, OfferContent, VariantContent};

    fn product(variants: &[(&str, &str)]) -> Product {
        let items: Vec<_> = variants.iter().map(|(id, sku)| json!({ "id": id, "sku": sku })).collect();
        serde_json::from_value(
            json!({ "id": "1", "slug": "p", "enabled": true, "variantList": { "totalItems": items.len(), "items": items } }),
        )
        .unwrap()
    }

    fn with(siblings: &[(&str, Option<&str>)]) -> OfferChange {
        let sibling = |(sku, number): &(&str, Option<&str>)| Sibling { sku: (*sku).to_owned(), external_number: number.map(str::to_owned) };
        let variant = VariantContent { siblings: siblings.iter().map(sibling).collect(), ..VariantContent::default() };
        let content = OfferContent { variant: Some(variant), ..OfferContent::default() };
        OfferChange { sku: "A-1".to_owned(), known_as: vec!["OLD".to_owned()], content: Some(content), ..change() }
    }

    #[test]
    fn a_product_with_the_number_of_a_family_is_its_own_only_with_one_of_its_variants_or_none() {
        assert!(holds(&product(&[]), &with(&[])), "an earlier attempt left it");
        assert!(holds(&product(&[("7", "A-1")]), &with(&[])) && holds(&product(&[("7", "OLD")]), &with(&[])));
        assert!(holds(&product(&[("7", "A-2")]), &with(&[("A-2", None)])), "the answer to a sibling was lost");
        assert!(holds(&product(&[("7", "renamed in the shop")]), &with(&[("A-2", Some("7"))])));
        assert!(!holds(&product(&[("7", "B-1")]), &with(&[("A-2", Some("8"))])), "that of an article that had the number before");
    }
}
