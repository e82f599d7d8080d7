//! Variants: products below a parent. The parent goes first, because it names the choices that its variants are made of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::families::{Families, slug_of};
use super::super::rule::Failure;
use super::super::slug::slug;
use super::super::{OfferChange, OfferContent, VariantContent};
use super::Shopware;
use super::found::{FAMILY, Parents, Product};
use super::ground::Wish;
use super::ids;
use super::inputs::{Maker, note};
use super::offers::{Known, New, finish};
use super::work::{Input, Row, Work};
use crate::domain::message::{Message, channel};

/// A family on its way.
struct Family<'c> {
    /// `None`: it is made now.
    parent: Option<Product>,
    /// What the parent gets, as a row of its first variant.
    of: Option<Row<'c>>,
    input: Input,
    /// Choices that the parent gets.
    choices: BTreeSet<String>,
    rows: Vec<Row<'c>>,
}

impl Shopware {
    pub(super) fn families<'c>(
        &self,
        maker: &Maker<'_>,
        known: &[Known<'c>],
        new: &[&New<'c>],
        work: &mut Work,
    ) -> Result<Vec<Row<'c>>, Failure> {
        let changes = known.iter().map(|(change, _)| *change).chain(new.iter().map(|(change, _)| *change));
        let number = |change: &OfferChange| Some((slug_of(change)?, change.content.as_ref()?.variant.as_ref()?.parent_sku.clone()));
        let parents = Parents { api: &self.api, numbers: changes.filter_map(number).collect() };
        let ids: BTreeSet<String> = known.iter().filter_map(|(_, product)| product.parent_id.clone()).collect();
        let mut families: BTreeMap<String, Family<'c>> = BTreeMap::new();
        for parent in parents.of_ids(&ids)? {
            families.insert(parent.id.clone(), Family::new(Some(parent)));
        }
        let elsewhere = self.elsewhere(&parents, known, &families)?;
        for &(change, product) in known {
            let Some(parent_id) = &product.parent_id else { continue };
            let others = elsewhere.of(change);
            if !others.is_empty() && others.iter().all(|parent| parent.id != *parent_id) {
                work.refuse(change, channel::other_product(&change.sku, parent_id));
                continue;
            }
            let Some(family) = families.get_mut(parent_id) else { continue };
            match maker.variant(family, change, product) {
                Ok(row) => family.rows.push(row),
                Err(message) => work.refuse(change, message),
            }
        }
        self.place(maker, &parents, new, &mut families, work)?;
        self.put_parents(families, work)
    }

    /// The families that variants belong to now, where that may be another one than theirs.
    fn elsewhere(
        &self,
        parents: &Parents<'_>,
        known: &[Known<'_>],
        families: &BTreeMap<String, Family<'_>>,
    ) -> Result<Families<Product>, Failure> {
        let moved = |(change, product): &&Known<'_>| {
            let of = product.parent_id.as_ref().and_then(|id| families.get(id)?.parent.as_ref()?.family());
            of.is_some_and(|of| slug_of(change).is_some_and(|own| own != of))
        };
        let changes: Vec<&OfferChange> = known.iter().filter(moved).map(|(change, _)| *change).collect();
        Families::find(parents, &changes)
    }

    /// Finds or makes the parent of each new variant.
    fn place<'c>(
        &self,
        maker: &Maker<'_>,
        parents: &Parents<'_>,
        new: &[&New<'c>],
        families: &mut BTreeMap<String, Family<'c>>,
        work: &mut Work,
    ) -> Result<(), Failure> {
        let changes: Vec<&OfferChange> = new.iter().map(|(change, _)| *change).collect();
        let found = Families::find(parents, &changes)?;
        for (change, id) in new.iter().map(|(change, id)| (*change, id)) {
            let (Some(content), Some(own)) = (&change.content, slug_of(change)) else { continue };
            let Some(variant) = &content.variant else { continue };
            let parent = found.of(change).first();
            let name = found.name(&own).unwrap_or(&variant.parent_sku);
            let parent_id = parent.map_or_else(|| ids::family(&slug(name)), |parent| parent.id.clone());
            let is_new = !families.contains_key(&parent_id);
            let family = families.entry(parent_id.clone()).or_insert_with(|| Family::new(parent.cloned()));
            match maker.new_variant(family, change, id, &parent_id, name) {
                Ok(row) => family.rows.push(row),
                Err(message) => {
                    work.refuse(change, message);
                    if is_new {
                        families.remove(&parent_id);
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes the parents; what the shop refuses of one is the word on all rows of its family.
    fn put_parents<'c>(&self, families: BTreeMap<String, Family<'c>>, work: &mut Work) -> Result<Vec<Row<'c>>, Failure> {
        let mut rows = Vec::new();
        let mut wishes = Vec::new();
        let mut waiting: BTreeMap<String, Vec<Row<'c>>> = BTreeMap::new();
        for (id, family) in families {
            let Family { parent, of, mut input, choices, rows: mut of_family } = family;
            let Some(mut own) = of.filter(|_| !of_family.is_empty()) else {
                rows.extend(of_family);
                continue;
            };
            let offered = |option: &&String| parent.as_ref().is_some_and(|parent| parent.offers_option(option));
            let lacking: Vec<Value> = choices
                .iter()
                .filter(|option| !offered(option))
                .map(|option| json!({ "id": ids::setting(&id, option), "optionId": option }))
                .collect();
            if !lacking.is_empty() {
                input.insert("configuratorSettings".to_owned(), json!(lacking));
            }
            finish(&mut own, input);
            for row in &mut of_family {
                row.messages.extend(own.messages.iter().cloned());
                row.open = row.open.take().or_else(|| own.open.clone());
            }
            if own.ops.is_empty() {
                rows.extend(of_family);
            } else {
                wishes.push(Wish { key: id.clone(), id: id.clone(), ops: own.ops });
                waiting.insert(id, of_family);
            }
        }
        let made = self.make(&wishes)?;
        for (id, of_family) in waiting {
            match made.get(&id) {
                Some(Err(rule)) => of_family.iter().for_each(|row| work.no(row.change, rule)),
                Some(Ok(_)) => rows.extend(of_family),
                None => {}
            }
        }
        Ok(rows)
    }
}

impl<'c> Family<'c> {
    fn new(parent: Option<Product>) -> Family<'c> {
        Family { parent, of: None, input: Map::new(), choices: BTreeSet::new(), rows: Vec::new() }
    }
}

impl Maker<'_> {
    /// A variant that is there, with its content.
    fn variant<'c>(&self, family: &mut Family<'c>, change: &'c OfferChange, product: &Product) -> Result<Row<'c>, Message> {
        let (mut row, mut input) = self.changed(change, product)?;
        if let Some(content) = &change.content
            && let Some(variant) = &content.variant
        {
            let choice = self.choice(variant)?;
            let lacking: Vec<Value> =
                choice.iter().filter(|id| product.options().iter().all(|option| option.id != **id)).map(|id| json!({ "id": id })).collect();
            if !lacking.is_empty() {
                input.insert("options".to_owned(), json!(lacking));
            }
            for gone in product.options().iter().filter(|option| !choice.contains(&option.id)) {
                row.ops.delete("product_option", json!({ "productId": product.id, "optionId": gone.id }));
            }
            let parent_id = product.parent_id.clone().unwrap_or_default();
            self.parent(family, change, content, variant, &parent_id, "")?;
            family.choices.extend(choice);
        }
        finish(&mut row, input);
        Ok(row)
    }

    fn new_variant<'c>(
        &self,
        family: &mut Family<'c>,
        change: &'c OfferChange,
        id: &str,
        parent_id: &str,
        name: &str,
    ) -> Result<Row<'c>, Message> {
        let Some(content) = &change.content else { return Err(channel::not_listed(&change.sku)) };
        let Some(variant) = &content.variant else { return Err(channel::not_listed(&change.sku)) };
        let (mut row, mut input) = self.begin(change, id)?;
        self.content(&mut row, &mut input, content, None)?;
        let choice = self.choice(variant)?;
        input.insert("parentId".to_owned(), json!(parent_id));
        input.insert("options".to_owned(), choice.iter().map(|id| json!({ "id": id })).collect());
        self.parent(family, change, content, variant, parent_id, name)?;
        if family.parent.is_none() {
            // The shop wants these of every product; variants have their own.
            for (key, value) in [("taxId", input.get("taxId")), ("price", input.get("price"))] {
                if let Some(value) = value {
                    family.input.entry(key).or_insert(value.clone());
                }
            }
        }
        family.choices.extend(choice);
        finish(&mut row, input);
        Ok(row)
    }

    /// The values that distinguish a variant from the others.
    fn choice(&self, variant: &VariantContent) -> Result<Vec<String>, Message> {
        let id = |group: &str, value: &str| {
            self.ground.option(group, value).map(str::to_owned).map_err(|rule| {
                let text = rule.map_or_else(|| "the shop lacks it".to_owned(), |rule| rule.text);
                channel::input_refused("OPTION", format!("{group} {value}: {text}"))
            })
        };
        variant.options.iter().map(|(group, value)| id(&group.name, &value.name)).collect()
    }

    /// What a variant says of its parent. The last one that says it is right.
    fn parent<'c>(
        &self,
        family: &mut Family<'c>,
        change: &'c OfferChange,
        content: &OfferContent,
        variant: &VariantContent,
        parent_id: &str,
        name: &str,
    ) -> Result<(), Message> {
        let now = family.parent.as_ref();
        let mut row = Row::new(change, parent_id);
        let mut input: Input = Map::from_iter([("id".to_owned(), json!(parent_id))]);
        let mut texts = vec![("name", variant.parent_title.as_str())];
        // Without a description of the parent, the one that it was made with stays.
        let own = now.is_none().then_some(content.description.as_str());
        texts.extend(Some(variant.parent_description.as_str()).filter(|text| !text.is_empty()).or(own).map(|text| ("description", text)));
        self.texts(&mut input, content, &texts, now.is_none())?;
        self.category(&mut row, &mut input, parent_id, content, now)?;
        if now.is_none() || !variant.parent_images.is_empty() {
            self.pictures(&mut row, &mut input, parent_id, &variant.parent_images, now);
        }
        if now.is_none() {
            input.insert("productNumber".to_owned(), json!(name));
            input.insert("stock".to_owned(), json!(0));
            input.insert("active".to_owned(), json!(true));
            note(&mut input, FAMILY, json!(slug(name)));
            self.show(&mut row, parent_id);
        }
        family.input.extend(input);
        family.of = Some(row);
        Ok(())
    }
}
