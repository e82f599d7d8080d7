//! Offers: found by the shop's number or by SKU, brought up to date where they are there, created where they are not; one outcome per row.
//! What all rows refer to goes first, then the parents of families, then the rows in one call.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::known::{Key, assign};
use super::super::outcome::rest_later;
use super::super::rule::Failure;
use super::super::{ChannelError, OfferChange, OfferContent, Outcome, RowResult};
use super::Shopware;
use super::found::{ATTEMPTS, Depth, Product, find};
use super::ids;
use super::inputs::{EVERYWHERE, Maker};
use super::work::{Input, Row, Work};
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

/// What the shop has of a row.
pub(super) type Known<'a> = (&'a OfferChange, &'a Product);
/// A row that the shop does not have, and the number that it gets.
pub(super) type New<'a> = (&'a OfferChange, String);

impl Shopware {
    pub(super) fn submit_offers(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let mut work = Work { shop: self.shop()?, results: Vec::new(), cut: None };
        let mut seen = BTreeSet::new();
        let mut rows: Vec<&OfferChange> = Vec::with_capacity(changes.len());
        for change in changes {
            // The shop knows no two SKUs that differ in their letters' case only.
            if seen.insert(change.sku.to_lowercase()) {
                rows.push(change);
            } else {
                work.settle(change, Outcome::Later { after: None, reason: format!("the SKU {} is in this call twice", change.sku) });
            }
        }
        let keys: Vec<Key<'_>> = rows.iter().map(|change| Key::from(*change)).collect();
        let with_content = rows.iter().filter(|change| change.content.is_some() && change.wanted == Wanted::Running);
        let creatable: Vec<&str> = with_content.map(|change| change.sku.as_str()).collect();
        let depth = if creatable.is_empty() { Depth::Values } else { Depth::Content };
        let found = find(&self.api, &keys, &creatable, depth).map_err(Failure::whole)?;
        let (mut known, mut new): (Vec<Known<'_>>, Vec<New<'_>>) = (Vec::new(), Vec::new());
        for (change, product) in rows.iter().zip(assign(&keys, &found)) {
            match (product, change.wanted) {
                (None, Wanted::Ended) => work.settle(change, Outcome::done()),
                (None, Wanted::Running) if change.content.is_none() => work.refuse(change, channel::not_listed(&change.sku)),
                (None, Wanted::Running) => {
                    let numbers = (1..=ATTEMPTS).map(|attempt| ids::product(&change.sku, attempt));
                    match numbers.into_iter().find(|id| found.iter().all(|product| product.id != *id)) {
                        Some(id) => new.push((*change, id)),
                        None => work.refuse(change, channel::sku_taken(&change.sku)),
                    }
                }
                (Some(product), _) => known.push((*change, product)),
            }
        }
        self.put(&known, &new, &mut work);
        rest_later(work.results, work.cut, changes)
    }

    fn put(&self, known: &[Known<'_>], new: &[New<'_>], work: &mut Work) {
        let all: Vec<&OfferChange> = known.iter().map(|(change, _)| *change).chain(new.iter().map(|(change, _)| *change)).collect();
        let ground = match self.prepare(&all) {
            Ok(ground) => ground,
            Err(failure) => return work.fail(failure),
        };
        let shop = work.shop.clone();
        let maker = Maker { shop: &shop, settings: &self.settings, ground: &ground };
        let mut rows: Vec<Row<'_>> = Vec::new();
        for (change, product) in known {
            if product.is_variant() && change.content.is_some() && change.wanted == Wanted::Running {
                continue;
            }
            match maker.update(change, product) {
                Ok(row) => rows.push(row),
                Err(message) => work.refuse(change, message),
            }
        }
        let is_variant = |change: &OfferChange| change.content.as_ref().is_some_and(|content| content.variant.is_some());
        for (change, id) in new.iter().filter(|(change, _)| !is_variant(change)) {
            match maker.create(change, id) {
                Ok(row) => rows.push(row),
                Err(message) => work.refuse(change, message),
            }
        }
        let variants: Vec<Known<'_>> = known
            .iter()
            .filter(|(change, product)| product.is_variant() && change.content.is_some() && change.wanted == Wanted::Running)
            .copied()
            .collect();
        let new_variants: Vec<&New<'_>> = new.iter().filter(|(change, _)| is_variant(change)).collect();
        if !variants.is_empty() || !new_variants.is_empty() {
            match self.families(&maker, &variants, &new_variants, work) {
                Ok(of_families) => rows.extend(of_families),
                Err(failure) => return work.fail(failure),
            }
        }
        self.send(&rows, work);
    }
}

impl Maker<'_> {
    /// A change of a product or variant that is there, as far as it does not concern the parent.
    fn update<'c>(&self, change: &'c OfferChange, product: &Product) -> Result<Row<'c>, Message> {
        let (mut row, input) = self.changed(change, product)?;
        finish(&mut row, input);
        Ok(row)
    }

    pub(super) fn changed<'c>(&self, change: &'c OfferChange, product: &Product) -> Result<(Row<'c>, Input), Message> {
        let mut row = Row::new(change, &product.id);
        let mut input: Input = Map::from_iter([("id".to_owned(), json!(product.id))]);
        if change.wanted == Wanted::Ended {
            // An offer ends whatever is wrong with its data.
            self.end(&mut row, &mut input, product);
        } else {
            if product.is_parent() {
                return Err(channel::other_product(&change.sku, &product.id));
            }
            self.values(&mut row, &mut input, Some(product))?;
            if product.product_number.as_deref() != Some(change.sku.as_str()) {
                input.insert("productNumber".to_owned(), json!(change.sku));
            }
            self.start(&mut row, &mut input, product)?;
            if let Some(content) = &change.content {
                if content.variant.is_some() != product.is_variant() {
                    return Err(channel::other_product(&change.sku, &product.id));
                }
                self.content(&mut row, &mut input, content, Some(product))?;
            }
        }
        Ok((row, input))
    }

    fn create<'c>(&self, change: &'c OfferChange, id: &str) -> Result<Row<'c>, Message> {
        let Some(content) = &change.content else { return Err(channel::not_listed(&change.sku)) };
        let (mut row, mut input) = self.begin(change, id)?;
        self.content(&mut row, &mut input, content, None)?;
        finish(&mut row, input);
        Ok(row)
    }

    /// What every new product or variant has.
    pub(super) fn begin<'c>(&self, change: &'c OfferChange, id: &str) -> Result<(Row<'c>, Input), Message> {
        if change.price.is_none() {
            return Err(channel::price_missing(&change.sku));
        }
        let mut row = Row::new(change, id);
        let mut input: Input = Map::from_iter([("id".to_owned(), json!(id))]);
        self.values(&mut row, &mut input, None)?;
        input.insert("productNumber".to_owned(), json!(change.sku));
        input.insert("active".to_owned(), json!(true));
        input.entry("stock").or_insert(json!(0));
        self.show(&mut row, id);
        Ok((row, input))
    }

    /// What an article says of its product; of a variant, what is its own.
    pub(super) fn content(
        &self,
        row: &mut Row<'_>,
        input: &mut Input,
        content: &OfferContent,
        now: Option<&Product>,
    ) -> Result<(), Message> {
        let id = row.id.clone();
        if content.title.trim().is_empty() {
            return Err(channel::title_empty(&row.change.sku));
        }
        self.texts(input, content, &[("name", &content.title), ("description", &content.description)], now.is_none())?;
        if content.variant.is_none() {
            self.category(row, input, &id, content, now)?;
        }
        self.attributes(row, input, &id, content, now)?;
        self.pictures(row, input, &id, &content.images, now);
        Ok(())
    }

    // ---- on sale or not -----------------------------------------------------------------------------------------------------------

    /// Visible in the sales channel of the account.
    pub(super) fn show(&self, row: &mut Row<'_>, product_id: &str) {
        let id = ids::visibility(product_id, &self.shop.channel_id);
        let channel = &self.shop.channel_id;
        row.ops
            .put("product_visibility", json!({ "id": id, "productId": product_id, "salesChannelId": channel, "visibility": EVERYWHERE }));
    }

    fn start(&self, row: &mut Row<'_>, input: &mut Input, product: &Product) -> Result<(), Message> {
        let channel = &self.shop.channel_id;
        let rows = product.visible_in();
        let others = || rows.iter().filter(|row| row.sales_channel_id != *channel);
        if !product.is_active() {
            if others().next().is_some() {
                return Err(channel::switched_off(&row.change.sku));
            }
            input.insert("active".to_owned(), json!(true));
        }
        if rows.iter().all(|row| row.sales_channel_id != *channel) {
            self.own(row, product);
            self.show(row, &product.id);
        }
        Ok(())
    }

    /// Ends it in this sales channel only. A variant without a visibility of its own would have those of its parent, so it is switched off.
    fn end(&self, row: &mut Row<'_>, input: &mut Input, product: &Product) {
        let channel = &self.shop.channel_id;
        if !product.is_on_sale(channel) {
            return;
        }
        let others = product.visible_in().iter().any(|row| row.sales_channel_id != *channel);
        let own: Vec<&str> =
            product.own_visibilities().iter().filter(|row| row.sales_channel_id == *channel).map(|row| row.id.as_str()).collect();
        if product.is_variant() && !others {
            input.insert("active".to_owned(), json!(false));
        } else if own.is_empty() {
            self.own(row, product);
        } else {
            own.iter().for_each(|id| row.ops.delete("product_visibility", json!({ "id": id })));
        }
    }

    /// What a variant has from its parent it gets itself, except for the sales channel of the account.
    fn own(&self, row: &mut Row<'_>, product: &Product) {
        if !product.own_visibilities().is_empty() {
            return;
        }
        for of in product.visible_in().iter().filter(|of| of.sales_channel_id != self.shop.channel_id) {
            let id = ids::visibility(&product.id, &of.sales_channel_id);
            let (channel, visibility) = (&of.sales_channel_id, of.visibility);
            row.ops.put(
                "product_visibility",
                json!({ "id": id, "productId": product.id, "salesChannelId": channel, "visibility": visibility }),
            );
        }
    }
}

/// The record of the row itself, if it says anything.
pub(super) fn finish(row: &mut Row<'_>, input: Input) {
    if input.len() > 1 {
        row.ops.put("product", Value::Object(input));
    }
}
