//! Offers: found by the shop's number or by SKU, brought up to date where they are there, created where they are not; one outcome per row.
//!
//! What concerns the same mutation goes together, in as few requests as its points allow: products, their pictures, variants, what is
//! published, and the pieces of all rows in one. A row that fails at one of them gets its word, and nothing later is done for it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::families::{Families, slug_of};
use super::super::known::{Key, assign};
use super::super::rule::Failure;
use super::super::slug::is_ours;
use super::super::{ChannelError, OfferChange, Outcome, RowResult};
use super::Shopify;
use super::api::{number, outcome_of, part};
use super::batch::{METAFIELDS_DELETE, Op, PICTURES_SET, PRODUCT_UPDATE, PUBLISH, Results, UNPUBLISH, VARIANTS_UPDATE};
use super::found::{Look, Product, Variant};
use super::inputs;
use super::work::{Family, Row, Work};
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

/// Words for collections of one look-up.
const WORDS: usize = 20;

impl Shopify {
    pub(super) fn submit_offers(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let mut work = Work::new(self.shop()?);
        let mut seen = BTreeSet::new();
        let mut rows: Vec<&OfferChange> = Vec::with_capacity(changes.len());
        for change in changes {
            if seen.insert(change.sku.as_str()) {
                rows.push(change);
            } else {
                // The second of two new rows with one SKU would create a double; next time it finds the first one.
                work.settle(change, Outcome::Later { after: None, reason: format!("the SKU {} is in this call twice", change.sku) });
            }
        }
        let shop = work.shop.clone();
        let look = Look { api: &self.api, shop: &shop };
        let keys: Vec<Key<'_>> = rows.iter().map(|change| Key::from(*change)).collect();
        let mut found = look.find(&keys).map_err(Failure::whole)?;
        let places = self.places(&look, &rows, &mut found).map_err(Failure::whole)?;
        let (mut known, mut new) = (Vec::new(), Vec::new());
        for (change, variant) in rows.iter().zip(assign(&keys, &found)) {
            match (variant, change.wanted) {
                (None, Wanted::Ended) => work.settle(change, Outcome::done()),
                (None, Wanted::Running) => new.push(*change),
                (Some(variant), _) => known.push((*change, variant)),
            }
        }
        self.learn_collections(&rows, &mut work).map_err(Failure::whole)?;
        let mut families = self.group(&look, &known, &mut work).map_err(Failure::whole)?;
        let mut alone = self.place(&new, &places, &mut families, &mut work);
        let mut families: Vec<Family<'_>> = families.into_values().collect();
        self.bring_pictures(&families, &alone, &mut work);
        self.put_products(&mut families, &mut work);
        self.put_variants(&mut families, &mut work);
        self.create_variants(&mut families, &mut work);
        self.create_products(&mut alone, &places, &mut families, &mut work);
        self.publish(&mut families, &mut work);
        self.put_quantities(&mut families, &mut work);
        self.settle_rows(families, &mut work);
        work.finish(changes)
    }

    /// The products in which new rows have a place. A variant of theirs that the search does not show yet, because an unclear answer left
    /// it behind just now, is found there.
    fn places(&self, look: &Look<'_>, rows: &[&OfferChange], found: &mut Vec<Variant>) -> Result<Families<Product>, Failure> {
        let keys: Vec<Key<'_>> = rows.iter().map(|change| Key::from(*change)).collect();
        let new: Vec<&OfferChange> = rows
            .iter()
            .zip(assign(&keys, found))
            .filter(|(change, variant)| variant.is_none() && change.wanted == Wanted::Running && change.content.is_some())
            .map(|(change, _)| *change)
            .collect();
        if new.is_empty() {
            return Ok(Families::default());
        }
        let places = Families::find(look, &new)?;
        let mut late: Vec<String> = Vec::new();
        for change in new {
            let key = Key::from(change);
            let members = places.of(change).iter().flat_map(|product| &product.variants.nodes);
            let named = members.filter(|member| member.sku.as_deref().is_some_and(|sku| key.skus().any(|known| known == sku)));
            late.extend(named.map(|member| number(&member.id).to_owned()));
        }
        late.retain(|id| found.iter().all(|variant| number(&variant.id) != id));
        let late: Vec<&str> = late.iter().map(String::as_str).collect();
        found.extend(look.by_numbers(&late)?);
        Ok(places)
    }

    /// The collections that the rows name, by handle.
    fn learn_collections(&self, rows: &[&OfferChange], work: &mut Work) -> Result<(), Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Collection {
            id: String,
            rule_set: Option<Value>,
        }
        let running = rows.iter().filter(|change| change.wanted == Wanted::Running);
        let words: BTreeSet<&str> = running
            .filter_map(|change| change.content.as_ref()?.category.as_deref())
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .collect();
        for words in words.into_iter().collect::<Vec<_>>().chunks(WORDS) {
            let (mut heads, mut body, mut variables) = (Vec::new(), String::new(), Map::new());
            for (at, word) in words.iter().enumerate() {
                heads.push(format!("$handle{at}: String!"));
                body.push_str(&format!(
                    " c{at}: collectionByIdentifier(identifier: {{handle: $handle{at}}}) {{ id ruleSet {{ appliedDisjunctively }} }}"
                ));
                variables.insert(format!("handle{at}"), json!(word));
            }
            let mut data = self.api.call(&format!("query Words({}) {{{body} }}", heads.join(", ")), Value::Object(variables))?;
            for (at, word) in words.iter().enumerate() {
                let collection: Option<Collection> = part(&mut data, &format!("/c{at}"))?;
                let id = collection.filter(|collection| collection.rule_set.is_none()).map(|collection| collection.id);
                work.collections.insert((*word).to_owned(), id);
            }
        }
        Ok(())
    }

    /// The rows that are there, by their products.
    fn group<'a>(
        &self,
        look: &Look<'_>,
        known: &[(&'a OfferChange, &'a Variant)],
        work: &mut Work,
    ) -> Result<BTreeMap<String, Family<'a>>, Failure> {
        let needs = |(change, variant): &&(&OfferChange, &Variant)| {
            let ends = change.wanted == Wanted::Ended && !variant.product.has_only_default_variant;
            ends || (change.wanted == Wanted::Running && change.content.is_some())
        };
        let ids: BTreeSet<&str> = known.iter().filter(needs).map(|(_, variant)| variant.product.id.as_str()).collect();
        let mut products = look.products(&ids)?;
        let elsewhere = self.other_families(look, known)?;
        let mut families: BTreeMap<String, Family<'a>> = BTreeMap::new();
        for (change, variant) in known {
            let family = families
                .entry(variant.product.id.clone())
                .or_insert_with(|| Family::new(variant.product.clone(), products.remove(&variant.product.id)));
            let other = elsewhere.of(change);
            if !other.is_empty() && other.iter().all(|product| product.owner.id != variant.product.id) {
                work.refuse(change, channel::other_product(&change.sku, number(&variant.product.id)));
                continue;
            }
            match self.update(change, variant, family, work) {
                Ok(row) => family.rows.push(row),
                Err(message) => work.refuse(change, message),
            }
        }
        families.values_mut().for_each(Family::decide_status);
        Ok(families)
    }

    /// The products that variants belong to now, where that may be another one than theirs.
    fn other_families(&self, look: &Look<'_>, known: &[(&OfferChange, &Variant)]) -> Result<Families<Product>, Failure> {
        let moved = |(change, variant): &&(&OfferChange, &Variant)| {
            let is_variant = change.content.as_ref().is_some_and(|content| content.variant.is_some());
            let own = slug_of(change).filter(|_| is_variant && change.wanted == Wanted::Running);
            own.is_some_and(|own| is_ours(&variant.product.handle) && variant.product.handle != own)
        };
        let changes: Vec<&OfferChange> = known.iter().filter(moved).map(|(change, _)| *change).collect();
        if changes.is_empty() { Ok(Families::default()) } else { Families::find(look, &changes) }
    }

    fn update<'a>(&self, change: &'a OfferChange, variant: &'a Variant, family: &mut Family<'a>, work: &Work) -> Result<Row<'a>, Message> {
        let mut row = Row::new(change, Some(variant), Map::new());
        let alone = variant.product.has_only_default_variant;
        if change.wanted == Wanted::Ended {
            // An offer is ended whatever is wrong with its data. An article alone leaves with its product.
            row.publish = (!alone && variant.published).then_some(false);
            return Ok(row);
        }
        let mut input = inputs::variant(change, &self.settings.attributes, &work.shop)?;
        if variant.sku.as_deref() != Some(&change.sku) {
            inputs::add_item(&mut input, "sku", json!(change.sku));
        }
        if change.quantity.is_some() && !variant.inventory_item.tracked {
            inputs::add_item(&mut input, "tracked", json!(true));
        }
        row.input = input;
        row.publish = (!variant.published).then_some(true);
        if let (Some(content), Some(product)) = (&change.content, family.product.as_ref()) {
            if content.variant.is_some() == alone {
                return Err(channel::other_product(&change.sku, number(&variant.product.id)));
            }
            let wanted = category_of(content.category.as_deref(), work)?;
            family.input.extend(inputs::product(content, false));
            family.lost.extend(inputs::category(wanted.as_deref(), product, &mut family.input));
            let owner = if alone { &product.owner.id } else { &variant.id };
            family.lost.extend(inputs::attributes_lost(owner, content, &self.settings.attributes));
            if alone {
                for field in inputs::attribute_fields(content, &self.settings.attributes) {
                    inputs::add_metafield(&mut family.input, field);
                }
            }
        }
        Ok(row)
    }

    // ---- products that are there ----------------------------------------------------------------------------------------------------

    fn put_products(&self, families: &mut [Family<'_>], work: &mut Work) {
        let album = std::mem::take(&mut work.album);
        families.iter_mut().for_each(|family| self.arrange_pictures(family, &album));
        work.album = album;
        self.each(families, work, |family| {
            let mut input = std::mem::take(&mut family.input);
            input.insert("id".to_owned(), json!(family.owner.id));
            (input.len() > 1).then(|| PRODUCT_UPDATE.op(vec![Value::Object(input)]))
        });
        self.each(families, work, |family| {
            let lost = std::mem::take(&mut family.lost);
            (!lost.is_empty()).then(|| METAFIELDS_DELETE.op(vec![json!(lost)]))
        });
        self.each(families, work, |family| {
            let files: Vec<Value> = family.files.take()?.iter().map(|id| json!({ "id": id })).collect();
            Some(PICTURES_SET.op(vec![json!({ "id": family.owner.id }), json!({ "files": files })]))
        });
    }

    /// Runs one mutation for each product that needs it. Where the shop says no, that is its word on all rows of the product.
    fn each(&self, families: &mut [Family<'_>], work: &mut Work, op: impl Fn(&mut Family<'_>) -> Option<Op>) {
        if work.cut.is_some() {
            return;
        }
        let is_live = |family: &Family<'_>| family.rows.iter().any(|row| !row.settled);
        let (mut ops, mut of) = (Vec::new(), Vec::new());
        for (at, family) in families.iter_mut().enumerate().filter(|(_, family)| is_live(family)) {
            if let Some(op) = op(family) {
                ops.push(op);
                of.push(at);
            }
        }
        let Results { of: results, cut } = self.api.run(&ops);
        for (at, result) in of.into_iter().zip(results) {
            let Some(family) = families.get_mut(at) else { continue };
            let no = match result {
                Some(Ok(done)) => done.errors.first().map(|error| Outcome::Refused(error.message())),
                Some(Err(rule)) => Some(outcome_of(rule)),
                None => None,
            };
            if let Some(no) = no {
                family.rows.iter_mut().for_each(|row| work.end(row, no.clone()));
            }
        }
        work.cut = cut;
    }

    fn put_variants(&self, families: &mut [Family<'_>], work: &mut Work) {
        if work.cut.is_some() {
            return;
        }
        let (mut ops, mut of) = (Vec::new(), Vec::new());
        for (at, family) in families.iter().enumerate() {
            let rows: Vec<(usize, &Row<'_>)> =
                family.rows.iter().enumerate().filter(|(_, row)| !row.settled && row.variant.is_some() && !row.input.is_empty()).collect();
            let inputs: Vec<Value> = rows
                .iter()
                .filter_map(|(_, row)| {
                    let mut input = row.input.clone();
                    input.insert("id".to_owned(), json!(row.variant?.id));
                    Some(Value::Object(input))
                })
                .collect();
            if !inputs.is_empty() {
                of.push((at, rows.iter().map(|(row, _)| *row).collect::<Vec<usize>>()));
                ops.push(VARIANTS_UPDATE.op(vec![json!(family.owner.id), json!(inputs)]));
            }
        }
        let Results { of: results, cut } = self.api.run(&ops);
        for ((at, rows), result) in of.into_iter().zip(results) {
            let Some(family) = families.get_mut(at) else { continue };
            let errors = match result {
                Some(Ok(done)) => done.errors.iter().map(|error| (error.row("variants"), Outcome::Refused(error.message()))).collect(),
                Some(Err(rule)) => vec![(None, outcome_of(rule))],
                None => Vec::new(),
            };
            for (row, no) in errors {
                // What names no row is about all of them.
                let named: Vec<usize> = row.map_or_else(|| rows.clone(), |row| rows.get(row).copied().into_iter().collect());
                for at in named {
                    if let Some(known) = family.rows.get_mut(at) {
                        work.end(known, no.clone());
                    }
                }
            }
        }
        work.cut = cut;
    }

    // ---- what buyers see --------------------------------------------------------------------------------------------------------------

    fn publish(&self, families: &mut [Family<'_>], work: &mut Work) {
        let to: Vec<Value> = work.shop.publications.iter().map(|publication| json!({ "publicationId": publication.id })).collect();
        self.each(families, work, |family| family.publish.then(|| PUBLISH.op(vec![json!(family.owner.id), json!(to)])));
        if work.cut.is_some() {
            return;
        }
        let (mut ops, mut of) = (Vec::new(), Vec::new());
        for (at, family) in families.iter().enumerate() {
            for (row_at, row) in family.rows.iter().enumerate().filter(|(_, row)| !row.settled) {
                if let (Some(publish), Some(variant)) = (row.publish, row.variant) {
                    let kind = if publish { &PUBLISH } else { &UNPUBLISH };
                    ops.push(kind.op(vec![json!(variant.id), json!(to)]));
                    of.push((at, row_at));
                }
            }
        }
        let Results { of: results, cut } = self.api.run(&ops);
        for ((at, row_at), result) in of.into_iter().zip(results) {
            let no = match result {
                Some(Ok(done)) => done.errors.first().map(|error| Outcome::Refused(error.message())),
                Some(Err(rule)) => Some(outcome_of(rule)),
                None => None,
            };
            if let (Some(row), Some(no)) = (families.get_mut(at).and_then(|family| family.rows.get_mut(row_at)), no) {
                work.end(row, no);
            }
        }
        work.cut = cut;
    }

    /// What is left has gone well; where the channel went away, nobody knows.
    fn settle_rows(&self, families: Vec<Family<'_>>, work: &mut Work) {
        if work.cut.is_some() {
            return;
        }
        for mut family in families {
            let url = family.owner.online_store_url.clone();
            for row in &mut family.rows {
                let id = row.variant.map(|variant| variant.id.clone()).or_else(|| row.made.clone());
                if let (Some(id), false) = (id, row.settled) {
                    work.done(row, number(&id).to_owned(), url.clone());
                }
            }
        }
    }
}

/// The collection of an article.
pub(super) fn category_of(word: Option<&str>, work: &Work) -> Result<Option<String>, Message> {
    match word.map(str::trim).filter(|word| !word.is_empty()) {
        None => Ok(None),
        Some(word) => match work.collections.get(word) {
            Some(Some(id)) => Ok(Some(id.clone())),
            _ => Err(channel::category_unknown(word)),
        },
    }
}
