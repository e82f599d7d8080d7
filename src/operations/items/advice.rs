//! What is taken over with articles and groups, although no channel will take it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{ImageModule, ItemRecord, KnownItems, VariantAttribute};
use crate::domain::item::{Item, TextModule, is_address, is_gtin};
use crate::domain::lookup::{ImageType, TextType};
use crate::domain::picture::Kind;
use crate::domain::{Failure, FieldName, ItemId, MandatorId, Place, Quote, code};
use crate::operations::Work;
use crate::operations::media::{Lead, follow};
use crate::operations::wire::Bundle;
use crate::store::items::{self, ItemRow};
use crate::store::{Conn, lookups, media};

/// What a variant differs by: properties with their values, without regard to case and order.
type Values = BTreeSet<(String, String)>;

/// What the records of a call are compared with.
#[derive(Default)]
pub(crate) struct Checks {
    /// The defined picture slots and kinds of texts, where a mandator has defined any: ERPs may use numbers of their own.
    slots: BTreeMap<MandatorId, BTreeSet<i32>>,
    texts: BTreeMap<MandatorId, BTreeSet<i32>>,
    /// The variants of the parents that were asked about.
    families: HashMap<ItemId, HashMap<Values, BTreeSet<ItemId>>>,
}

impl Checks {
    /// For records, each with its mandator, texts and pictures.
    pub(crate) fn read<'r>(
        work: &mut Work<'_, '_>,
        records: impl Iterator<Item = (MandatorId, &'r Bundle<TextModule>, &'r Bundle<ImageModule>)>,
    ) -> Result<Checks, Failure> {
        let mut checks = Checks::default();
        for (mandator_id, texts, pictures) in records {
            if !pictures.entries.is_empty() && !checks.slots.contains_key(&mandator_id) {
                let slots = lookups::of_mandator::<ImageType>(&mut work.tx.conn, mandator_id)?;
                checks.slots.insert(mandator_id, slots.iter().map(|row| row.id).collect());
            }
            if !texts.entries.is_empty() && !checks.texts.contains_key(&mandator_id) {
                let mut kinds: BTreeSet<i32> =
                    lookups::of_mandator::<TextType>(&mut work.tx.conn, mandator_id)?.iter().map(|row| row.id).collect();
                if !kinds.is_empty() {
                    let accounts = work.settings.accounts.iter().filter(|account| account.mandator_id == mandator_id);
                    kinds.extend(accounts.flat_map(|account| [account.title_text_module, account.description_text_module]).flatten());
                }
                checks.texts.insert(mandator_id, kinds);
            }
        }
        Ok(checks)
    }

    /// Texts and pictures of an article or a group.
    pub(crate) fn content(
        &self,
        work: &mut Work<'_, '_>,
        mandator_id: MandatorId,
        texts: &Bundle<TextModule>,
        pictures: &Bundle<ImageModule>,
    ) -> Result<(), Failure> {
        let unlisted = |listed: &BTreeMap<MandatorId, BTreeSet<i32>>, number: &i32| {
            listed.get(&mandator_id).is_some_and(|listed| !listed.is_empty() && !listed.contains(number))
        };
        for kind in texts.entries.iter().map(|text| text.text_module_type).filter(|kind| unlisted(&self.texts, kind)) {
            work.advice.add(Failure::quoting(code::UNLISTED_TEXT_TYPE, [&kind]).within("text_modules"));
        }
        for image in &pictures.entries {
            let slot = image.image_module_type_id;
            let place = |advice: Failure| advice.within(Place::Valued(FieldName("image_module_type_id"), slot.to_string()));
            if unlisted(&self.slots, &slot) {
                work.advice.add(Failure::quoting(code::UNLISTED_SLOT, [&slot]).within("image_modules"));
            }
            if let Some(url) = image.image_url.as_ref().filter(|url| !is_address(url)) {
                work.advice.add(place(Failure::quoting(code::NO_ADDRESS, [&url.as_str()]).within("image_url")).within("image_modules"));
            }
            if let Some(url) = image.image_url.as_ref()
                && let Lead::Nowhere(why) = follow(&mut work.tx.conn, &work.settings.server.public_url, url)?
            {
                let advice = Failure::quoting(code::MEDIA_GONE, [url as &dyn Quote, &why]);
                work.advice.add(place(advice.within("image_url")).within("image_modules"));
            }
            let content = image.image_base64.as_ref().map(|content| content.0.as_slice()).filter(|content| !content.is_empty());
            if content.is_some_and(|content| !Kind::of(content).is_some_and(|kind| kind.is_whole(content))) {
                work.advice.add(Failure::quoting(code::NO_PICTURE, [&slot]).within("image_modules"));
            }
        }
        Ok(())
    }

    /// Values of an article. Its pictures must not be taken out yet.
    pub(super) fn values(&self, work: &mut Work<'_, '_>, record: &ItemRecord) -> Result<(), Failure> {
        self.content(work, record.mandator_id, &record.text_modules, &record.image_modules)?;
        if let Some(ean) = record.ean_code.as_ref().filter(|ean| !is_gtin(ean)) {
            work.advice.add(Failure::quoting(code::EAN_WRONG, [&ean.as_str()]).within("ean_code"));
        }
        Ok(())
    }

    /// Whether an article is a variant that channels can show beside its siblings. `row` and `document` are of the article as
    /// it was, but for its parent.
    pub(super) fn variant(
        &mut self,
        work: &mut Work<'_, '_>,
        known: &KnownItems,
        row: &ItemRow,
        record: &ItemRecord,
        document: &Item,
    ) -> Result<(), Failure> {
        let (Some(variant), Some(parent_id)) = (&record.variant, row.variant_parent_id) else { return Ok(()) };
        if let Some(parent) = known.get(parent_id).filter(|parent| parent.variant_parent_id.is_some()) {
            work.advice.add(Failure::quoting(code::VARIANT_OF_VARIANT, [&parent.internal_item_number.as_str()]).within("variant"));
        }
        let values = values_of(&variant.attributes);
        let before = document.variant.as_ref().map(|variant| values_of(&variant.attributes)).unwrap_or_default();
        if values.is_empty() || (values == before && !self.families.contains_key(&parent_id)) {
            return Ok(());
        }
        let family = match self.families.entry(parent_id) {
            std::collections::hash_map::Entry::Occupied(family) => family.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => place.insert(family_of(&mut work.tx.conn, parent_id)?),
        };
        if let Some(alike) = family.get_mut(&before) {
            alike.remove(&row.item_id);
        }
        let alike = family.entry(values).or_default();
        let twin = alike.iter().find(|twin| **twin != row.item_id).copied();
        alike.insert(row.item_id);
        let Some(twin) = twin else { return Ok(()) };
        let number = match known.get(twin) {
            Some(twin) => twin.internal_item_number.clone(),
            None => items::by_ids(&mut work.tx.conn, &[twin])?.pop().map(|twin| twin.internal_item_number).unwrap_or_default(),
        };
        work.advice.add(Failure::quoting(code::TWIN_VARIANTS, [&number.as_str()]).within("variant"));
        Ok(())
    }
}

/// Notes which files of the merchant an article names, so that whoever takes one away learns of it.
pub(super) fn note_media(work: &mut Work<'_, '_>, pictures: &Bundle<ImageModule>, item_id: ItemId) -> Result<(), Failure> {
    for url in pictures.entries.iter().filter_map(|image| image.image_url.as_ref()) {
        if let Lead::Picture(Some(token)) = follow(&mut work.tx.conn, &work.settings.server.public_url, url)? {
            media::note_use(work.tx, &token, item_id)?;
        }
    }
    Ok(())
}

fn values_of(attributes: &[VariantAttribute]) -> Values {
    let lower = |text: &str| text.trim().to_lowercase();
    attributes.iter().map(|attribute| (lower(&attribute.property.identifier), lower(&attribute.value.identifier))).collect()
}

/// The stored variants of a parent, by what they differ by.
fn family_of(conn: &mut Conn<'_>, parent_id: ItemId) -> Result<HashMap<Values, BTreeSet<ItemId>>, Failure> {
    let mut family: HashMap<Values, BTreeSet<ItemId>> = HashMap::new();
    let ids = items::variants_of(conn, &[parent_id])?;
    for row in items::by_ids(conn, &ids)? {
        if let Some(variant) = row.document()?.variant {
            family.entry(values_of(&variant.attributes)).or_default().insert(row.item_id);
        }
    }
    Ok(family)
}
