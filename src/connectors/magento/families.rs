//! Variants: children of configurable products. A child is a product of its own, with its price and quantity; the parent has what buyers read,
//! and its children are linked to it when they are there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::families::{Families, Holder, Shelf, slug_of};
use super::super::known::Key;
use super::super::rule::Failure;
use super::super::slug::slug;
use super::super::{OfferChange, OfferContent, VariantContent};
use super::Magento;
use super::found::{ENABLED, HIDDEN, Product, URL_KEY, VISIBLE, child_key, folded};
use super::inputs::Draft;
use super::offers::{Row, Work};
use super::stop::Stop;
use crate::domain::message::channel;

/// A configurable product, with its children.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    product: Product,
    children: Vec<Child>,
}

#[derive(Debug, Clone, Deserialize)]
struct Child {
    id: i64,
    sku: String,
    #[serde(default)]
    status: i64,
}

impl Holder for Parent {
    fn id(&self) -> &str {
        &self.product.id
    }

    fn variants(&self) -> Option<Vec<(&str, &str)>> {
        Some(self.children.iter().map(|child| ("", child.sku.as_str())).collect())
    }
}

/// The shop's configurable products.
struct Parents<'a> {
    magento: &'a Magento,
    /// The item number of the parent by its slug: a product that the merchant made has it as its SKU.
    numbers: BTreeMap<String, &'a str>,
}

impl Parents<'_> {
    fn with_children(&self, product: Product) -> Result<Parent, Failure> {
        let children = self.magento.children(&product.sku)?;
        Ok(Parent { product, children })
    }
}

impl Shelf for Parents<'_> {
    type Product = Parent;

    fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Parent)>, Failure> {
        let found = self.magento.api.find(keys, true)?;
        Ok(self.magento.parents_of(&found.iter().collect::<Vec<_>>())?.into_iter().collect())
    }

    fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Parent>, Failure> {
        let mut found = BTreeMap::new();
        let keys: BTreeSet<&str> = slugs.iter().map(String::as_str).collect();
        for product in self.magento.api.products(URL_KEY, &keys, true)? {
            if let Some(key) = product.custom(URL_KEY).filter(|key| product.is_configurable() && keys.contains(key)) {
                found.insert(key.to_owned(), self.with_children(product.clone())?);
            }
        }
        let left: BTreeMap<String, &String> = slugs
            .iter()
            .filter(|slug| !found.contains_key(*slug))
            .filter_map(|slug| Some((folded(self.numbers.get(slug)?), slug)))
            .collect();
        let numbers: BTreeSet<&str> =
            slugs.iter().filter(|slug| !found.contains_key(*slug)).filter_map(|slug| self.numbers.get(slug).copied()).collect();
        if !numbers.is_empty() {
            for product in self.magento.api.products("sku", &numbers, true)? {
                if let Some(slug) = left.get(&folded(&product.sku)).filter(|_| product.is_configurable()) {
                    found.insert((*slug).clone(), self.with_children(product)?);
                }
            }
        }
        Ok(found)
    }
}

/// The rows of one parent.
struct Family<'a> {
    parent: Parent,
    draft: Draft,
    rows: Vec<Row<'a>>,
}

impl Magento {
    fn children(&self, sku: &str) -> Result<Vec<Child>, Failure> {
        self.api.rows(&["configurable-products", sku, "children"], &[("fields", "id,sku,status")])
    }

    /// The parents of products, by the numbers of these. Those that Kontor listed lead there by their address; of others the shop has to be
    /// asked for all links.
    fn parents_of(&self, products: &[&Product]) -> Result<BTreeMap<String, Parent>, Failure> {
        let keys: BTreeSet<&str> = products.iter().filter_map(|product| product.parent_key()).collect();
        let mut parents: Vec<Parent> = Vec::new();
        if !keys.is_empty() {
            for product in self.api.products(URL_KEY, &keys, true)?.into_iter().filter(Product::is_configurable) {
                let children = self.children(&product.sku)?;
                parents.push(Parent { product, children });
            }
        }
        let by_key = |key: &str| parents.iter().find(|parent| parent.product.custom(URL_KEY) == Some(key)).cloned();
        let mut found: BTreeMap<String, Parent> =
            products.iter().filter_map(|product| Some((product.id.clone(), by_key(product.parent_key()?)?))).collect();
        let strange: Vec<&&Product> =
            products.iter().filter(|product| !product.has_own_key() && !found.contains_key(&product.id)).collect();
        if strange.is_empty() {
            return Ok(found);
        }
        let links = self.links()?;
        let skus: BTreeSet<&str> = strange.iter().filter_map(|product| links.get(&product.id).map(String::as_str)).collect();
        if skus.is_empty() {
            return Ok(found);
        }
        for product in self.api.products("sku", &skus, true)?.into_iter().filter(Product::is_configurable) {
            let children = self.children(&product.sku)?;
            let parent = Parent { product, children };
            let own = strange.iter().filter(|child| links.get(&child.id) == Some(&parent.product.sku));
            found.extend(own.map(|child| (child.id.clone(), parent.clone())));
        }
        Ok(found)
    }

    /// What rows say of their parents. Prices and quantities alone say nothing of them.
    pub(super) fn put_families<'a>(&self, rows: Vec<Row<'a>>, work: &mut Work) -> Vec<Row<'a>> {
        let touches = |row: &Row<'_>| {
            let is_variant = row.change.content.as_ref().is_some_and(|content| content.variant.is_some());
            let has_parent = row.product.as_ref().is_some_and(|product| product.visibility == HIDDEN);
            row.runs() && is_variant || !row.runs() && has_parent
        };
        let (rows, mut kept): (Vec<Row<'a>>, Vec<Row<'a>>) = rows.into_iter().partition(touches);
        if rows.is_empty() || work.cut.is_some() {
            return if work.cut.is_some() { Vec::new() } else { kept };
        }
        match self.families(rows, &mut kept, work) {
            Ok(families) => {
                for family in families.into_values() {
                    if work.cut.is_some() {
                        break;
                    }
                    kept.extend(self.put_family(family, work));
                }
            }
            Err(failure) => work.cut = Some(failure.whole()),
        }
        kept
    }

    /// Sorts the rows by their parents; makes those that are missing.
    fn families<'a>(&self, rows: Vec<Row<'a>>, kept: &mut Vec<Row<'a>>, work: &mut Work) -> Result<BTreeMap<String, Family<'a>>, Failure> {
        let own = self.parents_of(&rows.iter().filter_map(|row| row.product.as_ref()).collect::<Vec<_>>())?;
        let own_of = |row: &Row<'_>| own.get(&row.number);
        let elsewhere = |row: &&Row<'_>| {
            let key = own_of(row).and_then(|parent| parent.product.custom(URL_KEY));
            row.runs() && (key.is_none() || slug_of(row.change).as_deref() != key)
        };
        let asked: Vec<&OfferChange> = rows.iter().filter(elsewhere).map(|row| row.change).collect();
        let numbers =
            asked.iter().filter_map(|change| Some((slug_of(change)?, change.content.as_ref()?.variant.as_ref()?.parent_sku.as_str())));
        let shelf = Parents { magento: self, numbers: numbers.collect() };
        let found = Families::find(&shelf, &asked)?;
        let mut families: BTreeMap<String, Family<'a>> = BTreeMap::new();
        let mut made: BTreeMap<String, String> = BTreeMap::new();
        for row in rows {
            if work.cut.is_some() {
                break;
            }
            let parent = match (own_of(&row), found.of(row.change)) {
                (Some(own), others) if !others.is_empty() && others.iter().all(|other| other.product.id != own.product.id) => {
                    work.stop(row.change, channel::other_product(&row.change.sku, &own.product.id).into());
                    continue;
                }
                (Some(own), _) => Some(own.clone()),
                (None, others) => others.first().cloned(),
            };
            let slug = slug_of(row.change).unwrap_or_default();
            let id = match (parent, made.get(&slug)) {
                (Some(parent), _) => {
                    let id = parent.product.id.clone();
                    families.entry(id.clone()).or_insert_with(|| Family { parent, draft: Draft::default(), rows: Vec::new() });
                    id
                }
                (None, Some(id)) => id.clone(),
                // The merchant deleted the parent of a variant that ends.
                (None, None) if !row.runs() => {
                    kept.push(row);
                    continue;
                }
                (None, None) => match self.create_parent(&row, found.name(&slug), work) {
                    Ok(parent) => {
                        let id = parent.product.id.clone();
                        made.insert(slug, id.clone());
                        families.insert(id.clone(), Family { parent, draft: Draft::default(), rows: Vec::new() });
                        id
                    }
                    Err(stop) => {
                        work.stop(row.change, stop);
                        continue;
                    }
                },
            };
            if let Some(family) = families.get_mut(&id) {
                family.rows.push(row);
            }
        }
        Ok(families)
    }

    fn create_parent(&self, row: &Row<'_>, name: Option<&str>, work: &mut Work) -> Result<Parent, Stop> {
        let none = || channel::not_listed(&row.change.sku);
        let content = row.change.content.as_ref().ok_or_else(none)?;
        let variant = content.variant.as_ref().ok_or_else(none)?;
        let name = name.unwrap_or(&variant.parent_sku);
        let set = row.product.as_ref().map_or(0, |product| product.attribute_set_id);
        let mut draft = Draft::default();
        self.parent(content, variant, None, &mut draft)?;
        self.placed(content, &mut draft)?;
        draft.set("visibility", json!(VISIBLE));
        self.addressed(&slug(name), &mut draft);
        draft.extend("stock_item", json!({ "is_in_stock": true }));
        let options: Vec<Value> = self
            .choices(variant, set)?
            .iter()
            .enumerate()
            .map(|(position, (attribute, id))| {
                let label = attribute.default_frontend_label.as_ref().unwrap_or(&attribute.attribute_code);
                let values = json!([{ "value_index": id.parse::<i64>().unwrap_or_default() }]);
                json!({ "attribute_id": attribute.attribute_id.to_string(), "label": label, "position": position, "values": values })
            })
            .collect();
        draft.extend("configurable_product_options", json!(options));
        let sku = self.free_sku(name)?;
        let product: Product =
            self.api.post(&["products"], &draft.created("configurable", set, &sku, &work.shop))?.part("").map_err(Failure::from)?;
        Ok(Parent { product, children: Vec::new() })
    }

    /// The number of the parent, where no product has it: one that has would be taken for the new one.
    fn free_sku(&self, name: &str) -> Result<String, Failure> {
        let taken = self.api.products("sku", &BTreeSet::from([name]), false)?;
        Ok(if taken.is_empty() { name.to_owned() } else { slug(name) })
    }

    fn put_family<'a>(&self, mut family: Family<'a>, work: &mut Work) -> Vec<Row<'a>> {
        let mut kept = Vec::with_capacity(family.rows.len());
        for row in std::mem::take(&mut family.rows) {
            if work.cut.is_some() {
                return kept;
            }
            match self.join(&row, &mut family) {
                Ok(()) => kept.push(row),
                Err(stop) => work.stop(row.change, stop),
            }
        }
        if let Err(failure) = self.put_parent(family, &mut kept, work) {
            let rows = std::mem::take(&mut kept);
            match failure {
                Failure::Channel(error) => work.cut = Some(error),
                Failure::Rule(rule) => rows.iter().for_each(|row| work.stop(row.change, Failure::Rule(rule.clone()).into())),
            }
        }
        kept
    }

    /// Links a child to its parent, and notes what it says of it.
    fn join(&self, row: &Row<'_>, family: &mut Family<'_>) -> Result<(), Stop> {
        let Some(product) = &row.product else { return Ok(()) };
        let number: i64 = product.id.parse().unwrap_or_default();
        if !row.runs() {
            family.parent.children.iter_mut().filter(|child| child.id == number).for_each(|child| child.status = 0);
            return Ok(());
        }
        let parent = &family.parent.product;
        let linked = family.parent.children.iter().any(|child| child.id == number);
        // First the address: from now on it leads to the parent, whatever becomes of the link. One that the merchant made stays.
        let key = parent.custom(URL_KEY).filter(|key| !linked && product.has_own_key() && product.parent_key() != Some(key));
        if let Some(key) = key {
            let mut draft = Draft::default();
            self.addressed(&child_key(key, &row.change.sku), &mut draft);
            if product.visibility != HIDDEN {
                draft.set("visibility", json!(HIDDEN));
            }
            self.api.post(&["products"], &draft.changes(product, &product.sku))?;
        }
        match family.parent.children.iter_mut().find(|child| child.id == number) {
            Some(child) => child.status = ENABLED,
            None => {
                let path = ["configurable-products", parent.sku.as_str(), "child"];
                if let Err(failure) = self.api.post(&path, &json!({ "childSku": row.change.sku })) {
                    // The shop refuses a child that is there, in words that depend on its language.
                    let now = match &failure {
                        Failure::Rule(_) => self.children(&parent.sku)?,
                        Failure::Channel(_) => Vec::new(),
                    };
                    if now.iter().all(|child| child.id != number) {
                        return Err(failure.into());
                    }
                }
                family.parent.children.push(Child { id: number, sku: row.change.sku.clone(), status: ENABLED });
            }
        }
        if let Some(content) = &row.change.content
            && let Some(variant) = &content.variant
        {
            self.say(content, variant, family)?;
        }
        Ok(())
    }

    fn say(&self, content: &OfferContent, variant: &VariantContent, family: &mut Family<'_>) -> Result<(), Stop> {
        let product = family.parent.product.clone();
        self.parent(content, variant, Some(&product), &mut family.draft)?;
        self.moved(content, &product, &mut family.draft)
    }

    /// The parent goes on sale with any of its children, and off with the last one.
    fn put_parent(&self, family: Family<'_>, rows: &mut [Row<'_>], work: &mut Work) -> Result<(), Failure> {
        let Family { parent: Parent { product, children }, mut draft, .. } = family;
        if children.iter().any(|child| child.status == ENABLED) {
            draft.on_sale(&product, &work.shop);
        } else {
            draft.off_sale(&product, &work.shop);
        }
        let mut entries = product.media_gallery_entries.clone();
        let pictured = rows.iter().find_map(|row| {
            let content = row.change.content.as_ref().filter(|_| row.runs())?;
            let images = &content.variant.as_ref()?.parent_images;
            (!images.is_empty()).then_some((content, images))
        });
        if !draft.is_empty() || pictured.is_some() {
            let answer: Product = self.api.post(&["products"], &draft.changes(&product, &product.sku))?.part("")?;
            entries = answer.media_gallery_entries;
        }
        let Some((content, images)) = pictured else { return Ok(()) };
        let shown = self.show(&product.sku, images, content, entries, &mut work.album)?;
        if let (Some(shown), Some(row)) = (shown, rows.first_mut()) {
            row.note(shown);
        }
        Ok(())
    }
}
