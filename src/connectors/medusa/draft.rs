//! What a call changes at one product: what its variants say together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::gallery::Shown;
use super::found::{Image, Product, is_marked};
use super::images::digest_of;
use super::inputs::{CATEGORY, PICTURES, add_metadata, texts};
use super::shop::ShopSettings;

pub(super) struct Draft {
    pub product: Product,
    input: Map<String, Value>,
    /// Variants of which the call says whether they are to run.
    running: BTreeMap<String, bool>,
    /// Addresses of pictures by variant, as the call says.
    of_variants: BTreeMap<String, Vec<String>>,
    of_product: Option<Vec<String>>,
    /// All pictures that the call named are there.
    complete: bool,
    /// Variants joined it.
    joined: bool,
}

impl Draft {
    pub(super) fn new(product: Product) -> Draft {
        Draft {
            product,
            input: Map::new(),
            running: BTreeMap::new(),
            of_variants: BTreeMap::new(),
            of_product: None,
            complete: true,
            joined: false,
        }
    }

    pub(super) fn runs(&mut self, variant_id: &str, running: bool) {
        self.running.insert(variant_id.to_owned(), running);
    }

    /// Something to remember at the product.
    pub(super) fn remembers(&mut self, entry: Option<(String, Value)>) {
        let Some((key, value)) = entry else { return };
        self.product.metadata.get_or_insert_default().insert(key.clone(), value.clone());
        add_metadata(&mut self.input, [(key, value)]);
    }

    /// Texts that differ from those in the shop.
    pub(super) fn texts(&mut self, texts: Map<String, Value>) {
        let now = |key: &str| match key {
            "title" => Some(self.product.title.as_str()),
            _ => self.product.description.as_deref(),
        };
        let changed: Vec<(String, Value)> = texts.into_iter().filter(|(key, value)| now(key) != value.as_str()).collect();
        self.input.extend(changed);
    }

    /// Puts it into a category, and out of the one in which Kontor put it before. Others are the merchant's.
    pub(super) fn category(&mut self, id: Option<&str>) {
        let before = self.product.metadata.as_ref().and_then(|metadata| metadata.get(CATEGORY)).and_then(Value::as_str);
        let others = self.product.categories.iter().map(|category| category.id.as_str()).filter(|own| Some(*own) != before);
        let mut wanted: Vec<&str> = others.collect();
        if let Some(id) = id.filter(|id| !wanted.contains(id)) {
            wanted.push(id);
        }
        let same = wanted.len() == self.product.categories.len()
            && self.product.categories.iter().all(|category| wanted.contains(&category.id.as_str()));
        let wanted: Vec<Value> = wanted.into_iter().map(|id| json!({ "id": id })).collect();
        if before != id {
            let said = id.unwrap_or_default().to_owned();
            add_metadata(&mut self.input, [(CATEGORY.to_owned(), json!(said))]);
        }
        if !same {
            self.input.insert("categories".to_owned(), json!(wanted));
        }
    }

    /// The pictures of the product itself.
    pub(super) fn shows(&mut self, shown: &Shown) {
        self.complete &= shown.messages.is_empty() && shown.open.is_none();
        self.of_product = Some(shown.ids.clone());
    }

    /// The pictures of one of its variants.
    pub(super) fn shows_of(&mut self, variant_id: &str, shown: &Shown) {
        self.complete &= shown.messages.is_empty() && shown.open.is_none();
        self.of_variants.insert(variant_id.to_owned(), shown.ids.clone());
    }

    /// A variant that joins brings its pictures in its metadata.
    pub(super) fn counts_pictures(&mut self) {
        self.joined = true;
    }

    /// What is sent; empty where the product stays as it is.
    pub(super) fn finish(mut self, shop: &ShopSettings) -> Map<String, Value> {
        self.put_pictures();
        self.put_state(shop);
        if !self.input.is_empty() {
            self.input.insert("id".to_owned(), json!(self.product.id));
        }
        self.input
    }

    /// Kontor's pictures of a product are those of its parent article and those of all of its variants.
    fn put_pictures(&mut self) {
        if self.of_product.is_none() && self.of_variants.is_empty() && !self.joined {
            return;
        }
        let known = texts(self.product.metadata.as_ref(), PICTURES);
        let of_product = self.of_product.clone().unwrap_or_else(|| known.clone());
        let mut ids = of_product.clone();
        for variant in &self.product.variants {
            let said = self.of_variants.get(&variant.id).cloned();
            ids.extend(said.unwrap_or_else(|| texts(variant.metadata.as_ref(), PICTURES)));
        }
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        let open = (!self.complete).then(String::new);
        let shown = Shown { ids, messages: Vec::new(), open };
        let now: Vec<(&str, bool)> = self.product.images.iter().map(|image| (image.url.as_str(), is_ours(image))).collect();
        let before: Vec<&str> = now.iter().map(|(url, _)| *url).collect();
        let (wanted, first) = shown.arranged(&now, self.product.thumbnail.as_deref());
        if of_product != known {
            // An empty text deletes the key.
            let said = if of_product.is_empty() { json!("") } else { json!(of_product) };
            add_metadata(&mut self.input, [(PICTURES.to_owned(), said)]);
        }
        if wanted != before {
            let image = |url: &String| match self.product.images.iter().find(|image| image.url == *url) {
                Some(known) => json!({ "id": known.id, "url": url }),
                None => json!({ "url": url }),
            };
            let images: Vec<Value> = wanted.iter().map(image).collect();
            self.input.insert("images".to_owned(), json!(images));
        }
        if self.product.thumbnail != first {
            self.input.insert("thumbnail".to_owned(), json!(first));
        }
    }

    /// A product goes on sale with any of its variants, and off with the last one: out of the account's sales channel where others
    /// have it, too.
    fn put_state(&mut self, shop: &ShopSettings) {
        let product = &self.product;
        let ids = |without: &str| -> Vec<Value> {
            let others = product.sales_channels.iter().filter(|channel| channel.id != without);
            others.map(|channel| json!({ "id": channel.id })).collect()
        };
        if self.running.values().any(|running| *running) {
            if !product.sold_in(shop) {
                let mut channels = ids("");
                channels.push(json!({ "id": shop.sales_channel_id }));
                self.input.insert("sales_channels".to_owned(), json!(channels));
            }
            if !product.is_published() {
                self.input.insert("status".to_owned(), json!("published"));
            }
            return;
        }
        let ended = product
            .variants
            .iter()
            .all(|variant| self.running.get(&variant.id).map_or_else(|| is_marked(variant.metadata.as_ref(), shop), |running| !running));
        if self.running.is_empty() || !ended || !product.sold_in(shop) {
            return;
        }
        let others = ids(&shop.sales_channel_id);
        if !others.is_empty() {
            self.input.insert("sales_channels".to_owned(), json!(others));
        } else if product.is_published() {
            self.input.insert("status".to_owned(), json!("draft"));
        }
    }
}

fn is_ours(image: &Image) -> bool {
    digest_of(&image.url).is_some()
}
