//! New offers: an article becomes a product with one variant, and variants of one parent a product together. Medusa refuses a second
//! product with the same handle and a second variant with the same SKU, so a repeat cannot make a double.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::families::{Families, slug_of};
use super::super::rest::lacks;
use super::super::rule::Failure;
use super::super::slug::slug;
use super::super::split::halve;
use super::super::{OfferChange, OfferContent, Outcome, Word};
use super::Medusa;
use super::draft::Draft;
use super::found::{Product, Sibling, list};
use super::inputs::{self, CATEGORY, ONLY_OPTION, PICTURES, add_metadata};
use super::offers::{Row, Stop, Work};
use super::options::{new_option, new_words, options, words};
use super::stock::Stock;
use crate::domain::message::channel;

/// What is asked of a new variant.
const CREATED: &str = "id,sku,inventory_items.inventory_item_id";

#[derive(Debug, Clone, Deserialize)]
struct Created {
    id: String,
    sku: Option<String>,
    #[serde(default, deserialize_with = "list")]
    inventory_items: Vec<CreatedItem>,
}

#[derive(Debug, Clone, Deserialize)]
struct CreatedItem {
    inventory_item_id: String,
}

#[derive(Debug, Clone, Deserialize)]
struct CreatedProduct {
    id: String,
    handle: String,
    #[serde(default, deserialize_with = "list")]
    variants: Vec<Created>,
}

/// A product that the shop does not have yet.
struct Fresh<'a> {
    rows: Vec<Row<'a>>,
    input: Value,
}

impl Medusa {
    pub(super) fn create(&self, creates: &[&OfferChange], work: &mut Work) {
        let mut groups: BTreeMap<String, Vec<(&OfferChange, &OfferContent)>> = BTreeMap::new();
        for change in creates {
            match (&change.content, slug_of(change)) {
                (Some(content), Some(slug)) => groups.entry(slug).or_default().push((change, content)),
                _ => work.settle(change, Outcome::Refused(channel::not_listed(&change.sku))),
            }
        }
        if work.cut.is_some() || groups.is_empty() {
            return;
        }
        let mut families = match Families::find(&self.api, creates) {
            Ok(families) => families,
            Err(failure) => {
                work.cut = Some(failure.whole());
                return;
            }
        };
        let mut fresh = Vec::new();
        for (own, group) in groups {
            if work.cut.is_some() {
                return;
            }
            match families.first_mut(&own).cloned() {
                Some(product) => self.add(product, &group, work),
                None => {
                    // Kontor leaves handles alone, because they are addresses of pages: another family may have the own one.
                    let handle = families.name(&own).map_or(own.clone(), slug);
                    fresh.extend(self.compose(&handle, &group, work));
                }
            }
        }
        if work.cut.is_none() {
            self.create_products(fresh, work);
        }
    }

    /// A new product with its variants. Rows that cannot be in it have their word.
    fn compose<'a>(&self, handle: &str, group: &[(&'a OfferChange, &'a OfferContent)], work: &mut Work) -> Option<Fresh<'a>> {
        let mut rows: Vec<Row<'a>> = Vec::with_capacity(group.len());
        for (change, content) in group {
            match self.new_row(change, content, None, work) {
                Ok(row) => rows.push(row),
                Err(stop) => work.stop(change, stop),
            }
        }
        let content = rows.first().and_then(|row| row.change.content.as_ref())?;
        match self.new_product(handle, content, &mut rows, work) {
            Ok(input) => Some(Fresh { rows, input }),
            Err(stop) => {
                for row in &rows {
                    match &stop {
                        Stop::Refused(message) => work.settle(row.change, Outcome::Refused(message.clone())),
                        Stop::Failed(failure) => work.cut = Some(failure.clone().whole()),
                    }
                }
                None
            }
        }
    }

    fn new_row<'a>(
        &self,
        change: &'a OfferChange,
        content: &'a OfferContent,
        product: Option<&Product>,
        work: &mut Work,
    ) -> Result<Row<'a>, Stop> {
        let mut input = inputs::new_variant(change, &self.settings, &work.shop)?;
        let chosen = match &content.variant {
            None => json!({ ONLY_OPTION.0: ONLY_OPTION.1 }),
            Some(variant) => {
                let pairs = variant.options.iter().map(|(property, value)| (property.name.clone(), json!(value.name)));
                Value::Object(pairs.collect())
            }
        };
        input.insert("options".to_owned(), chosen);
        let mut row = Row {
            change,
            variant_id: String::new(),
            product_id: String::new(),
            input,
            stock: None,
            lost: Vec::new(),
            messages: Vec::new(),
            open: None,
        };
        if content.variant.is_some()
            && let Some(mut shown) = self.show(&content.images, content, product, &mut work.album)?
        {
            if !shown.ids.is_empty() {
                add_metadata(&mut row.input, [(PICTURES.to_owned(), json!(shown.ids))]);
            }
            row.note(&mut shown);
        }
        Ok(row)
    }

    fn new_product(&self, handle: &str, content: &OfferContent, rows: &mut [Row<'_>], work: &mut Work) -> Result<Value, Stop> {
        let mut input = inputs::product_texts(content, true);
        let category = self.category_id(content, work)?;
        let addresses = content.variant.as_ref().map_or(&content.images, |variant| &variant.parent_images);
        let shown = self.show(addresses, content, None, &mut work.album)?;
        let mut pictures = Vec::new();
        if let Some(mut shown) = shown {
            pictures.clone_from(&shown.ids);
            if !pictures.is_empty() {
                add_metadata(&mut input, [(PICTURES.to_owned(), json!(pictures))]);
            }
            if let Some(row) = rows.first_mut() {
                row.note(&mut shown);
            }
        }
        for row in rows.iter() {
            let own = row.input.get("metadata").and_then(Value::as_object);
            pictures.extend(inputs::texts(own, PICTURES));
        }
        let mut seen = BTreeSet::new();
        pictures.retain(|url| seen.insert(url.clone()));
        if let Some(id) = &category {
            add_metadata(&mut input, [(CATEGORY.to_owned(), json!(id))]);
            input.insert("categories".to_owned(), json!([{ "id": id }]));
        }
        if let Some(first) = pictures.first() {
            input.insert("thumbnail".to_owned(), json!(first));
            let images: Vec<Value> = pictures.iter().map(|url| json!({ "url": url })).collect();
            input.insert("images".to_owned(), json!(images));
        }
        let variants: Vec<&Map<String, Value>> = rows.iter().map(|row| &row.input).collect();
        input.extend(fixed(handle, work));
        let properties = properties(rows);
        if !properties.is_empty() {
            add_metadata(&mut input, [new_words(properties.iter().copied())]);
        }
        input.insert("options".to_owned(), json!(product_options(rows, &properties)));
        input.insert("variants".to_owned(), json!(variants));
        Ok(Value::Object(input))
    }

    fn create_products(&self, fresh: Vec<Fresh<'_>>, work: &mut Work) {
        let inputs: Vec<&Value> = fresh.iter().map(|fresh| &fresh.input).collect();
        let fields = "id,handle,variants.id,variants.sku,variants.inventory_items.inventory_item_id";
        let halved = halve(&inputs, &mut |inputs: &[&Value]| {
            let reply = self.api.post(&["products", "batch"], fields, &json!({ "create": inputs }))?;
            let created: Vec<CreatedProduct> = reply.part("/created")?;
            inputs.iter().map(|input| product_of(&created, input).ok_or_else(|| lacks("a new product").into())).collect()
        });
        work.cut = work.cut.take().or(halved.cut);
        let mut rows = Vec::new();
        let mut again = Vec::new();
        for (fresh, result) in fresh.into_iter().zip(halved.rows) {
            match result {
                Some(Ok(product)) => rows.extend(placed(fresh.rows, &product.id, &product.variants)),
                Some(Err(rule)) if fresh.rows.len() == 1 => {
                    for row in &fresh.rows {
                        work.stop(row.change, Failure::Rule(rule.clone()).into());
                    }
                }
                // One bad variant must not hold up the others: the first creates the product, the next ones join it.
                Some(Err(_)) => again.extend(fresh.rows.iter().map(|row| row.change)),
                None => {}
            }
        }
        self.complete(rows, BTreeMap::new(), work);
        for change in again {
            self.create(&[change], work);
        }
    }

    /// New variants of a product that is there.
    fn add(&self, product: Product, group: &[(&OfferChange, &OfferContent)], work: &mut Work) {
        let mut draft = Draft::new(product);
        let mut rows = Vec::with_capacity(group.len());
        for (change, content) in group {
            if work.cut.is_some() {
                return;
            }
            match self.join(change, content, &mut draft, work) {
                Ok(row) => rows.push(row),
                Err(stop) => work.stop(change, stop),
            }
        }
        let id = draft.product.id.clone();
        let inputs: Vec<Value> = rows.iter().map(|row| Value::Object(row.input.clone())).collect();
        let halved = halve(&inputs, &mut |inputs: &[Value]| {
            let reply = self.api.post(&["products", &id, "variants", "batch"], CREATED, &json!({ "create": inputs }))?;
            let created: Vec<Created> = reply.part("/created")?;
            inputs.iter().map(|input| variant_of(&created, input).ok_or_else(|| lacks("a new variant").into())).collect()
        });
        work.cut = work.cut.take().or(halved.cut);
        let mut kept = Vec::with_capacity(rows.len());
        for (row, result) in rows.into_iter().zip(halved.rows) {
            match result {
                Some(Ok(created)) => {
                    let metadata = row.input.get("metadata").and_then(Value::as_object).cloned();
                    draft.product.variants.push(Sibling {
                        id: created.id.clone(),
                        sku: created.sku.clone(),
                        metadata,
                        options: Vec::new(),
                    });
                    draft.runs(&created.id, true);
                    kept.extend(placed(vec![row], &id, &[created]));
                }
                Some(Err(rule)) => work.stop(row.change, Failure::Rule(rule).into()),
                None => {}
            }
        }
        self.complete(kept, BTreeMap::from([(id, draft)]), work);
    }

    fn join<'a>(&self, change: &'a OfferChange, content: &'a OfferContent, draft: &mut Draft, work: &mut Work) -> Result<Row<'a>, Stop> {
        let mut row = self.new_row(change, content, Some(&draft.product), work)?;
        if let Some(variant) = &content.variant {
            let chosen = options(&self.api, &mut draft.product, &variant.options)?;
            draft.remembers(words(&draft.product, &variant.options));
            row.input.insert("options".to_owned(), chosen);
        }
        draft.texts(inputs::product_texts(content, false));
        draft.category(self.category_id(content, work)?.as_deref());
        let (addresses, own) = match &content.variant {
            None => (&content.images, true),
            Some(variant) => (&variant.parent_images, !variant.parent_images.is_empty()),
        };
        if own && let Some(mut shown) = self.show(addresses, content, Some(&draft.product), &mut work.album)? {
            draft.shows(&shown);
            row.note(&mut shown);
        }
        if content.variant.is_some() {
            draft.counts_pictures();
        }
        Ok(row)
    }

    /// What a new variant gets afterwards: its first picture, and its stock.
    fn complete(&self, rows: Vec<Row<'_>>, drafts: BTreeMap<String, Draft>, work: &mut Work) {
        let rows = self.put_variants(rows, work);
        let rows = self.put_stock(rows, work);
        let rows = self.put_products(rows, drafts, work);
        for row in rows {
            work.done(row);
        }
    }
}

/// What every new product of the account has.
fn fixed(handle: &str, work: &Work) -> Map<String, Value> {
    let input = json!({
        "handle": handle,
        "status": "published",
        "shipping_profile_id": work.shop.shipping_profile_id,
        "sales_channels": [{ "id": work.shop.sales_channel_id }],
    });
    input.as_object().cloned().unwrap_or_default()
}

fn choices<'r>(rows: &'r [Row<'_>]) -> impl Iterator<Item = &'r (Word, Word)> {
    rows.iter().filter_map(|row| row.change.content.as_ref()?.variant.as_ref()).flat_map(|variant| &variant.options)
}

/// What distinguishes the variants of a new product, each once.
fn properties<'r>(rows: &'r [Row<'_>]) -> Vec<&'r Word> {
    let mut properties: Vec<&Word> = Vec::new();
    for (property, _) in choices(rows) {
        if properties.iter().all(|known| known.name != property.name) {
            properties.push(property);
        }
    }
    properties
}

/// The options of a new product, each with the values of all of its variants.
fn product_options(rows: &[Row<'_>], properties: &[&Word]) -> Vec<Value> {
    if properties.is_empty() {
        return vec![json!({ "title": ONLY_OPTION.0, "values": [ONLY_OPTION.1] })];
    }
    let option = |property: &&Word| {
        let of = choices(rows).filter(|(other, _)| other.name == property.name).map(|(_, value)| value.name.as_str());
        let values: BTreeSet<&str> = of.collect();
        new_option(property, &values.into_iter().collect::<Vec<_>>())
    };
    properties.iter().map(option).collect()
}

fn product_of(created: &[CreatedProduct], input: &Value) -> Option<CreatedProduct> {
    created.iter().find(|product| input.get("handle").and_then(Value::as_str) == Some(&product.handle)).cloned()
}

fn variant_of(created: &[Created], input: &Value) -> Option<Created> {
    created.iter().find(|variant| input.get("sku").and_then(Value::as_str) == variant.sku.as_deref()).cloned()
}

/// Rows with the numbers that the shop gave them, and what is still to be sent.
fn placed<'a>(rows: Vec<Row<'a>>, product_id: &str, created: &[Created]) -> Vec<Row<'a>> {
    let place = |mut row: Row<'a>| {
        let variant = created.iter().find(|variant| variant.sku.as_ref() == Some(&row.change.sku))?;
        let thumbnail = inputs::texts(row.input.get("metadata").and_then(Value::as_object), PICTURES).into_iter().next();
        row.input = thumbnail.map(|url| ("thumbnail".to_owned(), json!(url))).into_iter().collect();
        let item = variant.inventory_items.first().map(|item| item.inventory_item_id.clone());
        row.stock = item.zip(inputs::on_hand(row.change)).map(|(item_id, on_hand)| Stock { item_id, on_hand, known: false });
        row.variant_id.clone_from(&variant.id);
        product_id.clone_into(&mut row.product_id);
        Some(row)
    };
    rows.into_iter().filter_map(place).collect()
}
