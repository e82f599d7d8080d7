//! How an update is taken over into what is stored. `protocol.md` 3.6, `item-calls.md` 0.2 and 0.4.

use super::{ImageModule, ItemAttribute, ItemRecord, TextModule};
use crate::domain::Failure;
use crate::operations::wire::{Bundle, Patch, Xml, same_name};
use crate::xml::{Document, Node};

macro_rules! merge_fields {
    ($stored:ident, $newer:ident: $($field:ident),* $(,)?) => { $( $stored.$field.merge($newer.$field); )* };
}

impl ItemRecord {
    /// Takes the fields without a column of their own over.
    pub(super) fn merge(&mut self, newer: ItemRecord) -> Result<(), Failure> {
        let stored = self;
        merge_fields!(stored, newer: weight, weight_unit_id, volume, volume_unit_id, piece, piece_unit_id, base_price_type_id,
            delivery_charge_category_id, external_delivery_charge_category_id, delivery_time_id, delivery_time_identifier,
            vendor_id, external_vendor_id, isbn, upc_code, length, width, height, distance_unit_id, package_length,
            package_width, package_height, package_distance_unit_id, package_weight, package_weight_unit_id, packaging_unit);
        if let Some(newer) = newer.variant {
            let variant = stored.variant.get_or_insert_default();
            variant.variant_standard.merge(newer.variant_standard);
            if !newer.attributes.is_empty() {
                variant.attributes = newer.attributes;
            }
        }
        merge_texts(&mut stored.text_modules, newer.text_modules);
        merge_images(&mut stored.image_modules, newer.image_modules);
        merge_attributes(&mut stored.item_attributes, newer.item_attributes);
        merge_platform_blocks(&mut stored.specific_item_data, newer.specific_item_data)
    }
}

/// By type and language; an empty text removes the stored one.
pub(crate) fn merge_texts(stored: &mut Bundle<TextModule>, newer: Bundle<TextModule>) {
    if newer.replace {
        stored.entries.clear();
    }
    for module in newer.entries {
        let kept = match stored.entries.iter_mut().find(|kept| kept.text_module_type == module.text_module_type) {
            Some(kept) => kept,
            None => {
                stored.entries.push(TextModule { text_module_type: module.text_module_type, translations: Vec::new() });
                let Some(kept) = stored.entries.last_mut() else { continue };
                kept
            }
        };
        for mut translation in module.translations {
            translation.language_code_iso.make_ascii_lowercase();
            kept.translations.retain(|t| t.language_code_iso != translation.language_code_iso);
            if let Patch::Set(_) = translation.text {
                kept.translations.push(translation);
            }
        }
    }
    stored.entries.retain(|module| !module.translations.is_empty());
}

/// By slot; an empty address without content empties the slot.
pub(crate) fn merge_images(stored: &mut Bundle<ImageModule>, newer: Bundle<ImageModule>) {
    if newer.replace {
        stored.entries.clear();
    }
    for image in newer.entries {
        let has_picture = image.image_url.as_ref().is_some() || image.image_digest.is_some();
        let position = stored.entries.iter().position(|kept| kept.image_module_type_id == image.image_module_type_id);
        match (position, has_picture) {
            (Some(at), true) => {
                if let Some(kept) = stored.entries.get_mut(at) {
                    *kept = image;
                }
            }
            (None, true) => stored.entries.push(image),
            (Some(at), false) if !image.image_url.is_keep() => {
                stored.entries.remove(at);
            }
            _ => {}
        }
    }
}

/// By number or name of the attribute; `delete` removes it.
fn merge_attributes(stored: &mut Bundle<ItemAttribute>, newer: Bundle<ItemAttribute>) {
    if newer.replace {
        stored.entries.clear();
    }
    for attribute in newer.entries {
        let same = |kept: &ItemAttribute| {
            (attribute.attribute_id.is_some() && kept.attribute_id == attribute.attribute_id)
                || (attribute.attribute_identifier.is_some() && kept.attribute_identifier == attribute.attribute_identifier)
        };
        let position = stored.entries.iter().position(same);
        match (position, attribute.delete) {
            (Some(at), Some(true)) => {
                stored.entries.remove(at);
            }
            (None, Some(true)) => {}
            (Some(at), _) => {
                if let Some(kept) = stored.entries.get_mut(at) {
                    *kept = attribute;
                }
            }
            (None, _) => stored.entries.push(attribute),
        }
    }
}

const ACCOUNTS: &str = "account_specific_data";
const ACCOUNT: &str = "account_specific";

/// Platform by platform: a block that is sent replaces the stored one, but the data of accounts that it does not
/// mention stay, unless its `account_specific_data` says `delete="true"`.
pub fn merge_platform_blocks(stored: &mut Patch<Xml>, newer: Patch<Xml>) -> Result<(), Failure> {
    let newer = match newer {
        Patch::Keep => return Ok(()),
        Patch::Clear => {
            *stored = Patch::Keep;
            return Ok(());
        }
        Patch::Set(newer) => newer,
    };
    let Patch::Set(old) = &*stored else {
        *stored = Patch::Set(newer);
        return Ok(());
    };
    let (old, new) = (format!("<x>{}</x>", old.0), format!("<x>{}</x>", newer.0));
    let limits = crate::operations::wire::FRAGMENT_LIMITS;
    let (old, new) = (Document::parse(&old, &limits)?, Document::parse(&new, &limits)?);
    let mut merged = String::new();
    for block in old.root().children() {
        match new.root().children().find(|candidate| candidate.name() == block.name()) {
            Some(replacement) => merge_block(&mut merged, block, replacement),
            None => merged.push_str(block.outer_xml()),
        }
    }
    for block in new.root().children() {
        if !old.root().children().any(|known| known.name() == block.name()) {
            merged.push_str(block.outer_xml());
        }
    }
    *stored = Patch::Set(Xml(merged));
    Ok(())
}

fn account_id<'d>(account: Node<'d>) -> &'d str {
    account.children().find(|child| same_name(child.name(), "account_id")).map_or("", |id| id.text().trim())
}

fn merge_block(out: &mut String, old: Node<'_>, new: Node<'_>) {
    let (old_accounts, new_accounts) = (old.child(ACCOUNTS), new.child(ACCOUNTS));
    let kept: Vec<&str> = match (old_accounts, new_accounts) {
        (Some(_), Some(new)) if matches!(new.attribute("delete"), Some("true" | "1")) => Vec::new(),
        (Some(old), new) => old
            .children()
            .filter(|account| account.name() == ACCOUNT)
            .filter(|account| {
                let id = account_id(*account);
                !new.is_some_and(|new| new.children().any(|sent| sent.name() == ACCOUNT && account_id(sent) == id))
            })
            .map(Node::outer_xml)
            .collect(),
        (None, _) => Vec::new(),
    };
    let text = new.outer_xml();
    if kept.is_empty() {
        out.push_str(text);
        return;
    }
    // The kept accounts go in front of the closing tag of the sent account list, or of the sent block.
    let (anchor, wrap) = match new_accounts {
        Some(accounts) if accounts.children().next().is_some() => (format!("</{ACCOUNTS}>"), false),
        Some(_) => {
            out.push_str(text);
            return;
        }
        None => (format!("</{}>", new.name()), true),
    };
    match text.rfind(&anchor) {
        Some(at) => {
            out.push_str(text.get(..at).unwrap_or_default());
            if wrap {
                out.push_str(&format!("<{ACCOUNTS}>{}</{ACCOUNTS}>", kept.concat()));
            } else {
                kept.iter().for_each(|account| out.push_str(account));
            }
            out.push_str(text.get(at..).unwrap_or_default());
        }
        None => out.push_str(text),
    }
}
