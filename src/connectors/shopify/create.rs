//! New offers. `productSet` replaces a product as a whole, so it only makes products that are not there, with all rows of the call that
//! belong to them; a variant that comes later joins its family by a call of its own, which leaves the others alone.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::families::{Families, slug_of};
use super::super::slug::slug;
use super::super::{OfferChange, Outcome};
use super::Shopify;
use super::api::{UserError, outcome_of, part};
use super::batch::{Op, PRODUCT_SET, Results, VARIANTS_CREATE};
use super::found::{Nodes, OWN, Owner, Product};
use super::inputs;
use super::offers::category_of;
use super::work::{Family, Row, Work};
use crate::domain::message::{Message, channel};

/// Times that a call is made again without the rows that were refused.
const MOST_ROUNDS: usize = 20;

#[derive(serde::Deserialize)]
struct Made {
    id: String,
    sku: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct MadeProduct {
    id: String,
    online_store_url: Option<String>,
    variants: Nodes<Made>,
}

/// Names and number of the properties, which are those of all variants of a product.
fn properties(change: &OfferChange) -> Vec<&str> {
    let variant = change.content.as_ref().and_then(|content| content.variant.as_ref());
    variant.iter().flat_map(|variant| &variant.options).map(|(property, _)| property.name.as_str()).collect()
}

impl Shopify {
    /// New rows: those of a family that is there join it, the others are given back.
    pub(super) fn place<'a>(
        &self,
        new: &[&'a OfferChange],
        places: &Families<Product>,
        families: &mut BTreeMap<String, Family<'a>>,
        work: &mut Work,
    ) -> Vec<Row<'a>> {
        let mut alone = Vec::new();
        for change in new {
            let mut row = match self.create(change, work) {
                Ok(row) => row,
                Err(message) => {
                    work.refuse(change, message);
                    continue;
                }
            };
            match places.of(change).first() {
                Some(product) if !product.owner.has_only_default_variant => {
                    row.input.insert("inventoryQuantities".to_owned(), self.first_pieces(change, work, "availableQuantity"));
                    let family = families
                        .entry(product.owner.id.clone())
                        .or_insert_with(|| Family::new(product.owner.clone(), Some(product.clone())));
                    if let (Some(content), Ok(wanted)) =
                        (&change.content, category_of(change.content.as_ref().and_then(|one| one.category.as_deref()), work))
                    {
                        family.input.extend(inputs::product(content, false));
                        family.lost.extend(inputs::category(wanted.as_deref(), product, &mut family.input));
                    }
                    family.rows.push(row);
                    family.decide_status();
                }
                // The merchant made an article without variants of what is to be a family.
                Some(product) => work.refuse(change, channel::other_product(&change.sku, super::api::number(&product.owner.id))),
                None => {
                    row.input.insert("inventoryQuantities".to_owned(), self.first_pieces(change, work, "quantity"));
                    alone.push(row);
                }
            }
        }
        alone
    }

    fn create<'a>(&self, change: &'a OfferChange, work: &Work) -> Result<Row<'a>, Message> {
        let Some(content) = &change.content else { return Err(channel::not_listed(&change.sku)) };
        if change.price.is_none() {
            return Err(channel::price_missing(&change.sku));
        }
        category_of(content.category.as_deref(), work)?;
        let mut input = inputs::variant(change, &self.settings.attributes, &work.shop)?;
        inputs::add_item(&mut input, "sku", json!(change.sku));
        inputs::add_item(&mut input, "tracked", json!(true));
        input.insert("inventoryPolicy".to_owned(), json!("DENY"));
        Ok(Row::new(change, None, input))
    }

    /// Nothing of a new variant is ordered yet.
    fn first_pieces(&self, change: &OfferChange, work: &Work, key: &str) -> Value {
        let pieces = change.quantity.map_or(0, |quantity| quantity.offered.max(0));
        let mut level = Map::from_iter([("locationId".to_owned(), json!(work.shop.location.id)), (key.to_owned(), json!(pieces))]);
        if key == "quantity" {
            level.insert("name".to_owned(), json!("available"));
        }
        json!([level])
    }

    /// Variants that join a family which is there.
    pub(super) fn create_variants(&self, families: &mut [Family<'_>], work: &mut Work) {
        for _ in 0..MOST_ROUNDS {
            if work.cut.is_some() {
                return;
            }
            let (mut ops, mut of) = (Vec::new(), Vec::new());
            for (at, family) in families.iter().enumerate() {
                let waits = |row: &Row<'_>| !row.settled && row.variant.is_none() && row.made.is_none();
                let rows: Vec<usize> = family.rows.iter().enumerate().filter(|(_, row)| waits(row)).map(|(row, _)| row).collect();
                if !rows.is_empty() {
                    let inputs: Vec<&Map<String, Value>> =
                        rows.iter().filter_map(|row| family.rows.get(*row)).map(|row| &row.input).collect();
                    ops.push(VARIANTS_CREATE.op(vec![json!(family.owner.id), json!(inputs)]));
                    of.push((at, rows));
                }
            }
            if ops.is_empty() {
                return;
            }
            let Results { of: results, cut } = self.api.run(&ops);
            for ((at, rows), result) in of.into_iter().zip(results) {
                let Some(family) = families.get_mut(at) else { continue };
                let mut rows: Vec<&mut Row<'_>> =
                    family.rows.iter_mut().enumerate().filter(|(row, _)| rows.contains(row)).map(|(_, row)| row).collect();
                match result {
                    Some(Ok(mut done)) if done.errors.is_empty() => match part::<Vec<Made>>(&mut done.data, "/productVariants") {
                        Ok(made) => name(&mut rows, &made),
                        Err(error) => work.cut = Some(error),
                    },
                    Some(Ok(done)) => refuse(&mut rows, &done.errors, work),
                    Some(Err(rule)) => rows.iter_mut().for_each(|row| work.end(row, outcome_of(rule.clone()))),
                    None => {}
                }
            }
            work.cut = work.cut.take().or(cut);
        }
    }

    /// Products that are not there, each as a whole.
    pub(super) fn create_products<'a>(
        &self,
        alone: &mut Vec<Row<'a>>,
        places: &Families<Product>,
        families: &mut Vec<Family<'a>>,
        work: &mut Work,
    ) {
        for _ in 0..MOST_ROUNDS {
            alone.retain(|row| !row.settled);
            if work.cut.is_some() || alone.is_empty() {
                return;
            }
            let mut groups: BTreeMap<String, Vec<Row<'a>>> = BTreeMap::new();
            for row in alone.drain(..) {
                groups.entry(slug_of(row.change).unwrap_or_default()).or_default().push(row);
            }
            let mut ops: Vec<Op> = Vec::new();
            let mut of: Vec<(String, Vec<Row<'a>>)> = Vec::new();
            for (own, mut rows) in groups {
                let handle = places.name(&own).map_or_else(|| own.clone(), slug);
                if let Some(op) = self.whole(&handle, &mut rows, work) {
                    ops.push(op);
                    of.push((handle, rows));
                }
            }
            let Results { of: results, cut } = self.api.run(&ops);
            for ((handle, mut rows), result) in of.into_iter().zip(results) {
                match result {
                    Some(Ok(mut done)) if done.errors.is_empty() => match part::<MadeProduct>(&mut done.data, "/product") {
                        Ok(made) => {
                            name(&mut rows.iter_mut().filter(|row| !row.settled).collect::<Vec<_>>(), &made.variants.nodes);
                            families.push(made.family(handle, rows));
                        }
                        Err(error) => work.cut = Some(error),
                    },
                    Some(Ok(done)) => {
                        refuse(&mut rows.iter_mut().filter(|row| !row.settled).collect::<Vec<_>>(), &done.errors, work);
                        alone.extend(rows);
                    }
                    Some(Err(rule)) => rows.iter_mut().for_each(|row| work.end(row, outcome_of(rule.clone()))),
                    None => {}
                }
            }
            work.cut = work.cut.take().or(cut);
        }
    }

    /// A whole new product, with the rows that fit it.
    fn whole(&self, handle: &str, rows: &mut Vec<Row<'_>>, work: &mut Work) -> Option<Op> {
        let first = rows.first()?.change;
        let names: Vec<String> = properties(first).into_iter().map(str::to_owned).collect();
        for row in rows.iter_mut().filter(|row| properties(row.change) != names) {
            let text = format!("{}: the family has the properties {}", row.change.sku, names.join(", "));
            work.end(row, Outcome::Refused(channel::input_refused("OPTION", text)));
        }
        rows.retain(|row| !row.settled);
        let content = first.content.as_ref()?;
        let mut input = inputs::product(content, true);
        input.insert("handle".to_owned(), json!(handle));
        input.insert("status".to_owned(), json!("ACTIVE"));
        if let Ok(Some(id)) = category_of(content.category.as_deref(), work) {
            input.insert("collections".to_owned(), json!([id]));
            inputs::add_metafield(&mut input, inputs::text_field(OWN, "category", &id));
        }
        let album = std::mem::take(&mut work.album);
        self.new_pictures(&mut rows.iter_mut().collect::<Vec<_>>(), &album, &mut input);
        work.album = album;
        if content.variant.is_some() {
            input.insert("productOptions".to_owned(), options(&names, rows));
        } else {
            let (options, values) = inputs::only_option();
            input.insert("productOptions".to_owned(), options);
            for field in inputs::attribute_fields(content, &self.settings.attributes) {
                inputs::add_metafield(&mut input, field);
            }
            rows.iter_mut().for_each(|row| {
                row.input.insert("optionValues".to_owned(), values.clone());
            });
        }
        input.insert("variants".to_owned(), rows.iter().map(|row| Value::Object(row.input.clone())).collect());
        Some(PRODUCT_SET.op(vec![json!({ "handle": handle }), Value::Object(input)]))
    }
}

/// The options of a family, each with all values that its rows have.
fn options(names: &[String], rows: &[Row<'_>]) -> Value {
    let option = |(at, name): (usize, &String)| {
        let mut values: Vec<&str> = Vec::new();
        for row in rows {
            let variant = row.change.content.as_ref().and_then(|content| content.variant.as_ref());
            if let Some((_, value)) = variant.and_then(|variant| variant.options.get(at))
                && !values.contains(&value.name.as_str())
            {
                values.push(&value.name);
            }
        }
        let values: Vec<Value> = values.iter().map(|value| json!({ "name": value })).collect();
        json!({ "name": name, "values": values })
    };
    names.iter().enumerate().map(option).collect()
}

/// The numbers of new variants, by SKU: their order is not promised.
fn name(rows: &mut [&mut Row<'_>], made: &[Made]) {
    for row in rows {
        row.made = made.iter().find(|made| made.sku.as_deref() == Some(&row.change.sku)).map(|made| made.id.clone());
    }
}

/// The rows that the shop names are refused; where it names none, all are.
fn refuse(rows: &mut [&mut Row<'_>], errors: &[UserError], work: &mut Work) {
    let named: Vec<(usize, Message)> = errors.iter().filter_map(|error| Some((error.row("variants")?, error.message()))).collect();
    for (at, row) in rows.iter_mut().enumerate() {
        let own = named.iter().find(|(row, _)| *row == at).map(|(_, message)| message.clone());
        let all = errors.first().filter(|_| named.is_empty()).map(UserError::message);
        if let Some(message) = own.or(all) {
            work.end(row, Outcome::Refused(message));
        }
    }
}

impl MadeProduct {
    /// It is on sale when it is published.
    fn family<'a>(self, handle: String, rows: Vec<Row<'a>>) -> Family<'a> {
        let owner = Owner {
            id: self.id,
            handle,
            title: String::new(),
            status: "ACTIVE".to_owned(),
            published: false,
            has_only_default_variant: false,
            online_store_url: self.online_store_url,
        };
        let mut family = Family::new(owner, None);
        family.publish = true;
        family.rows = rows;
        family
    }
}
