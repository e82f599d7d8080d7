//! Pictures of products. The shop fetches them from their addresses, later: a file has its id at once. A product remembers in a metafield
//! which of its pictures are Kontor's, a variant which one is its own; the others are the merchant's and stay.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use serde_json::{Map, Value, json};

use super::super::rest::lacks;
use super::super::rule::Failure;
use super::Shopify;
use super::album::{Album, mark};
use super::api::part;
use super::batch::FILE_CREATE;
use super::found::{OWN, Product, Variant};
use super::inputs::{add_metafield, field_of};
use super::work::{Family, Row, Work};
use crate::domain::message::channel;

/// Files of one call.
const FILES: usize = 50;
const ENDINGS: [&str; 6] = ["jpg", "jpeg", "png", "gif", "webp", "heic"];

/// A file with the name of its address replaces the one that a lost answer left behind. The shop checks that the ending fits.
fn input(address: &str) -> Value {
    let path = Url::parse(address).map(|url| url.path().to_ascii_lowercase()).unwrap_or_default();
    match ENDINGS.iter().find(|ending| path.ends_with(&format!(".{ending}"))) {
        Some(ending) => {
            let name = format!("kontor-{}.{ending}", mark(address));
            json!({ "originalSource": address, "contentType": "IMAGE", "filename": name, "duplicateResolutionMode": "REPLACE" })
        }
        None => json!({ "originalSource": address, "contentType": "IMAGE" }),
    }
}

/// Kontor's pictures of a product, by their marks, as far as it shows them.
fn known(product: &Product) -> BTreeMap<String, String> {
    let kept: BTreeMap<String, String> =
        product.pictures.as_ref().and_then(|meta| serde_json::from_str(&meta.value).ok()).unwrap_or_default();
    let shown = |id: &String| product.media.nodes.iter().any(|media| media.id == *id && media.status != "FAILED");
    kept.into_iter().filter(|(_, id)| shown(id)).collect()
}

/// The mark and the file of a variant's own picture.
fn own(variant: Option<&Variant>) -> Option<(&str, &str)> {
    variant?.picture.as_ref()?.value.split_once('=')
}

/// Which pictures a row wants at its product, and which one for itself.
fn wanted<'r>(row: &Row<'r>) -> (Option<&'r [String]>, Option<&'r String>) {
    match row.change.content.as_ref() {
        None => (None, None),
        Some(content) => match &content.variant {
            None => (Some(&content.images), None),
            Some(variant) => (Some(variant.parent_images.as_slice()).filter(|list| !list.is_empty()), content.images.first()),
        },
    }
}

/// What became of each address: the number of its file, or why the shop takes none.
type Files<'f> = Vec<(&'f str, Result<String, String>)>;

impl Shopify {
    /// Brings the pictures to the shop that none of the products has.
    pub(super) fn bring_pictures(&self, families: &[Family<'_>], new: &[Row<'_>], work: &mut Work) {
        if !self.settings.pictures || work.cut.is_some() {
            return;
        }
        let mut lacking: BTreeSet<&str> = BTreeSet::new();
        for (row, product) in families
            .iter()
            .flat_map(|family| family.rows.iter().map(|row| (row, family.product.as_ref())))
            .chain(new.iter().map(|row| (row, None)))
        {
            let there = product.map(known).unwrap_or_default();
            let (all, single) = wanted(row);
            lacking.extend(all.unwrap_or_default().iter().filter(|address| !there.contains_key(&mark(address))).map(String::as_str));
            lacking.extend(single.filter(|address| own(row.variant).is_none_or(|(own, _)| own != mark(address))).map(String::as_str));
        }
        let mut left: Vec<&str> = lacking.into_iter().collect();
        while !left.is_empty() {
            let now: Vec<&str> = left.iter().copied().take(FILES).collect();
            match self.create_files(&now) {
                Ok(files) => {
                    let named: BTreeSet<&str> = files.iter().map(|(address, _)| *address).collect();
                    left.retain(|address| !named.contains(address));
                    work.album.0.extend(files.into_iter().map(|(address, file)| (address.to_owned(), file)));
                }
                Err(failure) => return work.fail(failure),
            }
        }
    }

    /// Files for addresses; where some are refused, these alone, and nothing was done of the others.
    fn create_files<'f>(&self, addresses: &[&'f str]) -> Result<Files<'f>, Failure> {
        let files: Vec<Value> = addresses.iter().map(|address| input(address)).collect();
        let mut results = self.api.run(&[FILE_CREATE.op(vec![json!(files)])]);
        let mut done = match (results.of.pop().flatten(), results.cut) {
            (_, Some(error)) => return Err(error.into()),
            (Some(Ok(done)), None) => done,
            (Some(Err(rule)), None) => return Ok(addresses.iter().map(|address| (*address, Err(rule.text.clone()))).collect()),
            (None, None) => return Err(lacks("the files").into()),
        };
        if done.errors.is_empty() {
            #[derive(serde::Deserialize)]
            struct Created {
                id: String,
            }
            let created: Vec<Created> = part(&mut done.data, "/files")?;
            return Ok(addresses.iter().copied().zip(created.into_iter().map(|file| Ok(file.id))).collect());
        }
        let text = |at: usize| done.errors.iter().find(|error| error.row("files") == Some(at)).map(|error| error.message.clone());
        let refused: Vec<_> = addresses.iter().enumerate().filter_map(|(at, address)| Some((*address, Err(text(at)?)))).collect();
        if refused.is_empty() {
            let text = done.errors.first().map(|error| error.message.clone()).unwrap_or_default();
            return Ok(addresses.iter().map(|address| (*address, Err(text.clone()))).collect());
        }
        Ok(refused)
    }

    /// What the rows say of the pictures of a product that is there.
    pub(super) fn arrange_pictures(&self, family: &mut Family<'_>, album: &Album) {
        let Some(product) = family.product.clone().filter(|_| self.settings.pictures) else { return };
        let there = known(&product);
        let before: Vec<&str> = product.media.nodes.iter().map(|media| media.id.as_str()).collect();
        let mut files: Vec<String> = before.iter().map(|id| (*id).to_owned()).collect();
        let kept: BTreeMap<String, String> =
            product.pictures.as_ref().and_then(|meta| serde_json::from_str(&meta.value).ok()).unwrap_or_default();
        let of_product = family.rows.iter().filter(|row| !row.settled).find_map(|row| wanted(row).0);
        if let Some(addresses) = of_product {
            let shown = album.shown(addresses, &there);
            let ours: BTreeSet<&String> = kept.values().collect();
            let marked: Vec<(&str, bool)> = before.iter().map(|id| (*id, ours.iter().any(|own| own.as_str() == *id))).collect();
            files = shown.arranged(&marked, None).0;
            let new: BTreeMap<String, String> = addresses
                .iter()
                .filter_map(|address| {
                    let id = there.get(&mark(address)).cloned().or_else(|| album.file(address)?.clone().ok())?;
                    Some((mark(address), id))
                })
                .collect();
            if new != kept {
                add_metafield(&mut family.input, kept_field(&new));
            }
            if let Some(row) = family.rows.iter_mut().find(|row| !row.settled) {
                row.messages.extend(shown.messages);
            }
        }
        for row in family.rows.iter_mut().filter(|row| !row.settled && row.change.content.as_ref().is_some_and(|one| one.variant.is_some()))
        {
            let lost = arrange_own(row, album, &mut files);
            family.lost.extend(lost);
        }
        if !files.iter().map(String::as_str).eq(before.iter().copied()) {
            family.files = Some(files);
        }
    }

    /// The pictures of a new product, and those of its variants.
    pub(super) fn new_pictures(&self, rows: &mut [&mut Row<'_>], album: &Album, input: &mut Map<String, Value>) {
        if !self.settings.pictures {
            return;
        }
        let Some(first) = rows.first_mut() else { return };
        let addresses = wanted(first).0.unwrap_or_default();
        let shown = album.shown(addresses, &BTreeMap::new());
        first.messages.extend(shown.messages);
        let mut files = shown.ids;
        let kept: BTreeMap<String, String> =
            addresses.iter().filter_map(|address| Some((mark(address), album.file(address)?.clone().ok()?))).collect();
        if !kept.is_empty() {
            add_metafield(input, kept_field(&kept));
        }
        for row in rows.iter_mut() {
            arrange_own(row, album, &mut files);
            if let Some(id) = row.input.remove("mediaId") {
                row.input.insert("file".to_owned(), json!({ "id": id }));
            }
        }
        if !files.is_empty() {
            input.insert("files".to_owned(), files.iter().map(|id| json!({ "id": id })).collect());
        }
    }
}

fn kept_field(kept: &BTreeMap<String, String>) -> Value {
    json!({ "namespace": OWN, "key": "pictures", "type": "json", "value": json!(kept).to_string() })
}

/// The picture of a variant alone; gives the metafield that has to go.
fn arrange_own(row: &mut Row<'_>, album: &Album, files: &mut Vec<String>) -> Option<Value> {
    let before = own(row.variant).map(|(mark, id)| (mark.to_owned(), id.to_owned()));
    let address = wanted(row).1;
    if let (Some((known, _)), Some(address)) = (&before, address)
        && *known == mark(address)
    {
        return None;
    }
    let leave = |files: &mut Vec<String>| {
        if let Some((_, id)) = &before {
            files.retain(|file| file != id);
        }
    };
    match address.map(|address| (address, album.file(address))) {
        Some((address, Some(Ok(id)))) => {
            leave(files);
            if !files.contains(id) {
                files.push(id.clone());
            }
            row.input.insert("mediaId".to_owned(), json!(id));
            let field =
                json!({ "namespace": OWN, "key": "picture", "type": "single_line_text_field", "value": format!("{}={id}", mark(address)) });
            add_metafield(&mut row.input, field);
            None
        }
        Some((address, Some(Err(reason)))) => {
            row.messages.push(channel::picture_left_out(address, reason.clone()));
            None
        }
        Some((_, None)) => None,
        None => {
            leave(files);
            before.and(row.variant).map(|variant| field_of(&variant.id, OWN, "picture"))
        }
    }
}
