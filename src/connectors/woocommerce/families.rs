//! Variants: variations of variable products. The product goes first, because a variation can only be what its product offers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::families::{Families, slug_of};
use super::super::rule::Failure;
use super::super::slug::{is_ours, slug};
use super::super::{OfferChange, OfferContent, Outcome, VariantContent};
use super::WooCommerce;
use super::api::outcome_of;
use super::found::{Attribute, Product, Record, Variation, products};
use super::inputs::{self, OwnAttributes};
use super::offers::{DRAFT, NO_PICTURE, RUNNING, Row, Work, without_pictures};
use super::shop::ShopSettings;
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

/// Of a variation: nobody can choose it.
const OFF: &str = "private";
/// Of a variation: its own title, for which the shop has no place that buyers see.
pub(super) const TITLE: &str = "_kontor_title";
/// Of a variation: the attributes of its article, which its product shows together with those of the others.
pub(super) const ATTRIBUTES: &str = "_kontor_attributes";

/// The rows of one variable product.
struct Family<'a> {
    product: Product,
    input: Map<String, Value>,
    updates: Vec<(Row<'a>, i64)>,
    creates: Vec<Row<'a>>,
    /// Variations of which the call says whether they are to run.
    running: BTreeMap<i64, bool>,
    /// The attributes of variations of which the call says something new.
    shown: BTreeMap<i64, OwnAttributes>,
    /// The same of new ones.
    shown_new: Vec<OwnAttributes>,
}

impl WooCommerce {
    pub(super) fn put_families(&self, known: &[(&OfferChange, &Record)], new: &[&OfferChange], work: &mut Work) {
        let new: Vec<&OfferChange> =
            new.iter().filter(|change| change.content.as_ref().is_some_and(|content| content.variant.is_some())).copied().collect();
        if work.cut.is_some() || (known.is_empty() && new.is_empty()) {
            return;
        }
        let mut families = match self.families_of(known) {
            Ok(families) => families,
            Err(failure) => return work.fail(failure),
        };
        let others = match self.other_families(known, &families) {
            Ok(others) => others,
            Err(failure) => return work.fail(failure),
        };
        for (change, record) in known {
            let elsewhere = others.of(change);
            if !elsewhere.is_empty() && elsewhere.iter().all(|product| product.id != record.product_id) {
                work.refuse(change, channel::other_product(&change.sku, record.product_id.to_string()));
                continue;
            }
            let (Some(variation), Some(family)) = (&record.variation, families.get_mut(&record.product_id)) else { continue };
            match self.update_variation(change, variation, family, &work.shop) {
                Ok(row) => family.updates.push((row, variation.id)),
                Err(message) => work.refuse(change, message),
            }
        }
        if let Err(failure) = self.place(&new, &mut families, work) {
            return work.fail(failure);
        }
        for (id, family) in families {
            if work.cut.is_some() {
                return;
            }
            self.put_family(id, family, work);
        }
    }

    fn families_of<'a>(&self, known: &[(&OfferChange, &Record)]) -> Result<BTreeMap<i64, Family<'a>>, Failure> {
        let ids: BTreeSet<i64> = known.iter().map(|(_, record)| record.product_id).collect();
        Ok(products(&self.api, &ids)?.into_iter().map(|(id, product)| (id, Family::new(product))).collect())
    }

    /// The products that variants belong to now, where that may be another one than theirs.
    fn other_families(
        &self,
        known: &[(&OfferChange, &Record)],
        families: &BTreeMap<i64, Family<'_>>,
    ) -> Result<Families<Product>, Failure> {
        let elsewhere = |(change, record): &&(&OfferChange, &Record)| {
            let own = slug_of(change).filter(|_| change.wanted == Wanted::Running);
            let of = families.get(&record.product_id).map(|family| family.product.slug.as_str());
            own.is_some_and(|own| of.is_some_and(|of| is_ours(of) && of != own))
        };
        let changes: Vec<&OfferChange> = known.iter().filter(elsewhere).map(|(change, _)| *change).collect();
        Families::find(&self.api, &changes)
    }

    fn update_variation<'a>(
        &self,
        change: &'a OfferChange,
        variation: &Variation,
        family: &mut Family<'a>,
        shop: &ShopSettings,
    ) -> Result<Row<'a>, Message> {
        if change.wanted == Wanted::Ended {
            family.running.insert(variation.id, false);
            return Ok(Row::new(change, Map::from_iter([("status".to_owned(), json!(OFF))])));
        }
        let before = inputs::Before { regular_price: &variation.regular_price, meta: &variation.meta_data };
        let mut input = self.own(change, before, shop)?;
        if variation.sku != change.sku {
            input.insert("sku".to_owned(), json!(inputs::sku(change)?));
        }
        if variation.status != RUNNING {
            input.insert("status".to_owned(), json!(RUNNING));
        }
        if let Some(content) = &change.content {
            let Some(variant) = &content.variant else {
                return Err(channel::other_product(&change.sku, family.product.id.to_string()));
            };
            let own = inputs::own_attributes(content, &self.settings.attributes);
            self.variation_content(&mut input, content, variant, Some(variation), shop)?;
            self.family_content(content, variant, family, shop)?;
            family.shown.insert(variation.id, own);
        }
        family.running.insert(variation.id, true);
        Ok(Row::new(change, input))
    }

    fn variation_content(
        &self,
        input: &mut Map<String, Value>,
        content: &OfferContent,
        variant: &VariantContent,
        now: Option<&Variation>,
        shop: &ShopSettings,
    ) -> Result<(), Message> {
        input.insert("description".to_owned(), json!(content.description));
        input.insert("attributes".to_owned(), inputs::choice(variant, shop));
        if self.settings.pictures
            && let Some(image) = inputs::own_image(&content.images, now.and_then(|variation| variation.image.as_ref()))
        {
            input.insert("image".to_owned(), image);
        }
        inputs::add_meta(input, TITLE, json!(content.title));
        let own = inputs::own_attributes(content, &self.settings.attributes);
        let before = now.map(shown_by).unwrap_or_default();
        if own != before {
            let text = serde_json::to_string(&own).map_err(|error| channel::input_refused("ATTRIBUTES", error.to_string()))?;
            inputs::add_meta(input, ATTRIBUTES, json!(text));
        }
        Ok(())
    }

    /// What a variant says of the product of its family.
    fn family_content(
        &self,
        content: &OfferContent,
        variant: &VariantContent,
        family: &mut Family<'_>,
        shop: &ShopSettings,
    ) -> Result<(), Message> {
        let product = &family.product;
        let mut input = inputs::family_texts(content, variant, false);
        inputs::put_categories(&mut input, content, Some(product), shop)?;
        if let Some(attributes) = inputs::choices(variant, &product.attributes, shop) {
            input.insert("attributes".to_owned(), inputs::written(&attributes));
            family.product.attributes = attributes;
        }
        if self.settings.pictures
            && !variant.parent_images.is_empty()
            && let Some(images) = inputs::images(&variant.parent_images, Some(&family.product))
        {
            input.insert("images".to_owned(), images);
        }
        family.input.extend(input);
        Ok(())
    }

    /// Finds or makes the product of each new variant.
    fn place<'a>(&self, new: &[&'a OfferChange], families: &mut BTreeMap<i64, Family<'a>>, work: &mut Work) -> Result<(), Failure> {
        let found = Families::find(&self.api, new)?;
        let mut made: BTreeMap<String, i64> = BTreeMap::new();
        for change in new {
            let (Some(content), Some(own)) = (&change.content, slug_of(change)) else { continue };
            let Some(variant) = &content.variant else { continue };
            let row = match self.create_variation(change, content, variant, &work.shop) {
                Ok(row) => row,
                Err(message) => {
                    work.refuse(change, message);
                    continue;
                }
            };
            let known = found.of(change).first().map(|product| (product.id, product.clone()));
            let id = match (made.get(&own), known) {
                (Some(id), _) => *id,
                (None, Some((id, product))) => {
                    families.entry(id).or_insert_with(|| Family::new(product));
                    id
                }
                (None, None) => {
                    let name = found.name(&own).unwrap_or(&variant.parent_sku);
                    match self.create_family(content, variant, &slug(name), work)? {
                        Ok(product) => {
                            let id = product.id;
                            families.insert(id, Family::new(product));
                            id
                        }
                        Err(outcome) => {
                            work.settle(change, outcome);
                            continue;
                        }
                    }
                }
            };
            made.insert(own, id);
            let Some(family) = families.get_mut(&id) else { continue };
            match self.family_content(content, variant, family, &work.shop) {
                Ok(()) => {
                    family.shown_new.push(inputs::own_attributes(content, &self.settings.attributes));
                    family.creates.push(row);
                }
                Err(message) => work.refuse(change, message),
            }
        }
        Ok(())
    }

    fn create_variation<'a>(
        &self,
        change: &'a OfferChange,
        content: &OfferContent,
        variant: &VariantContent,
        shop: &ShopSettings,
    ) -> Result<Row<'a>, Message> {
        if change.price.is_none() {
            return Err(channel::price_missing(&change.sku));
        }
        let mut input = self.own(change, inputs::Before::default(), shop)?;
        self.variation_content(&mut input, content, variant, None, shop)?;
        input.insert("sku".to_owned(), json!(inputs::sku(change)?));
        input.insert("status".to_owned(), json!(RUNNING));
        Ok(Row::new(change, input))
    }

    fn create_family(
        &self,
        content: &OfferContent,
        variant: &VariantContent,
        handle: &str,
        work: &Work,
    ) -> Result<Result<Product, Outcome>, Failure> {
        let mut input = inputs::family_texts(content, variant, true);
        if let Err(message) = inputs::put_categories(&mut input, content, None, &work.shop) {
            return Ok(Err(Outcome::Refused(message)));
        }
        input.insert("type".to_owned(), json!("variable"));
        input.insert("status".to_owned(), json!(RUNNING));
        input.insert("slug".to_owned(), json!(handle));
        if let Some(attributes) = inputs::choices(variant, &[], &work.shop) {
            input.insert("attributes".to_owned(), inputs::written(&attributes));
        }
        match self.api.post(&["products"], &Value::Object(input)) {
            Ok(reply) => {
                let mut product: Product = reply.part("")?;
                product.siblings = Some(Vec::new());
                Ok(Ok(product))
            }
            Err(Failure::Rule(rule)) => Ok(Err(outcome_of(rule))),
            Err(failure) => Err(failure),
        }
    }

    /// The product first, because a variation can only be what its product offers.
    fn put_family(&self, id: i64, mut family: Family<'_>, work: &mut Work) {
        if let Some(status) = family.status() {
            family.input.insert("status".to_owned(), json!(status));
        }
        if let Some(attributes) = family.attributes(&work.shop) {
            family.input.insert("attributes".to_owned(), inputs::written(&attributes));
        }
        if !family.input.is_empty()
            && let Err(failure) = self.put_family_product(id, &mut family)
        {
            match failure {
                Failure::Rule(rule) => {
                    for change in family.changes() {
                        work.settle(change, outcome_of(rule.clone()));
                    }
                }
                failure => work.fail(failure),
            }
            return;
        }
        let path = id.to_string();
        let path = ["products", path.as_str(), "variations"];
        let number = |variation: &Variation| (format!("{id}/{}", variation.id), variation.permalink.clone());
        let updates = family.updates.into_iter().map(|(mut row, variation)| {
            row.input.insert("id".to_owned(), json!(variation));
            row
        });
        self.send(&path, "update", updates.collect(), work, number);
        self.send(&path, "create", family.creates, work, number);
    }

    fn put_family_product(&self, id: i64, family: &mut Family<'_>) -> Result<(), Failure> {
        let path = id.to_string();
        match self.api.put(&["products", &path], &Value::Object(family.input.clone())) {
            Err(Failure::Rule(rule)) if rule.code == NO_PICTURE && without_pictures(&mut family.input) => {
                let message = channel::picture_left_out("", rule.text.clone());
                let rows = family.updates.iter_mut().map(|(row, _)| row).chain(&mut family.creates);
                for row in rows {
                    row.messages.push(message.clone());
                    row.open = Some(rule.text.clone());
                }
                self.api.put(&["products", &path], &Value::Object(family.input.clone())).map(drop)
            }
            result => result.map(drop),
        }
    }
}

/// What a variation keeps of the attributes of its article.
fn shown_by(variation: &Variation) -> OwnAttributes {
    serde_json::from_str(inputs::said(&variation.meta_data, ATTRIBUTES)).unwrap_or_default()
}

impl<'a> Family<'a> {
    fn new(product: Product) -> Family<'a> {
        Family {
            product,
            input: Map::new(),
            updates: Vec::new(),
            creates: Vec::new(),
            running: BTreeMap::new(),
            shown: BTreeMap::new(),
            shown_new: Vec::new(),
        }
    }

    /// Those of the product with what its variations show from now on; `None`: they stay.
    fn attributes(&self, shop: &ShopSettings) -> Option<Vec<Attribute>> {
        if self.shown.is_empty() && self.shown_new.is_empty() {
            return None;
        }
        let siblings = self.product.siblings.as_deref().unwrap_or_default();
        let before: Vec<OwnAttributes> = siblings.iter().map(shown_by).collect();
        let now = siblings.iter().zip(&before).map(|(variation, before)| self.shown.get(&variation.id).unwrap_or(before));
        let shown: Vec<&OwnAttributes> = now.chain(&self.shown_new).collect();
        inputs::shared(&self.product.attributes, &before, &shown, shop)
    }

    fn changes(&self) -> impl Iterator<Item = &'a OfferChange> {
        self.updates.iter().map(|(row, _)| row.change).chain(self.creates.iter().map(|row| row.change))
    }

    /// The product goes on sale with any of its variations, and off with the last one. `None`: it stays as it is.
    fn status(&self) -> Option<&'static str> {
        let siblings = self.product.siblings.as_deref().unwrap_or_default();
        let runs = |variation: &Variation| self.running.get(&variation.id).copied().unwrap_or(variation.status == RUNNING);
        let wanted = if !self.creates.is_empty() || siblings.iter().any(runs) { RUNNING } else { DRAFT };
        let said = !self.creates.is_empty() || !self.running.is_empty();
        (said && self.product.status != wanted).then_some(wanted)
    }
}
