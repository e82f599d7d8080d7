//! Articles: `updateItems`, `fetchItems`, `deleteItems`. `item-calls.md` sections 0 to 3.

pub(super) mod advice;
mod blocks;
mod delete;
mod document;
mod fetch;
mod groups;
pub(super) mod pictures;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use delete::DeleteItems;
pub(crate) use fetch::FetchItems;
pub(super) use fetch::{DeletedItem, deleted_items};
#[cfg(test)]
pub(crate) use fetch::{FetchItemsRequest, ItemFilterRecord};
pub(crate) use update::UpdateItems;
#[cfg(test)]
pub(crate) use update::UpdateItemsRequest;
pub(super) use update::{check_stock_value, take_records};

use super::wire::{Bundle, Bytes, Patch, Time, Xml};
pub(crate) use crate::domain::item::{
    AttributeKey, AttributeValueKey, ItemAttribute, ItemAttributeValue, NamedValue, TextModule, Translation, VariantAttribute,
};
use crate::domain::{Decimal, Failure, FieldName, ItemId, MandatorId, code};
use crate::store::Conn;
use crate::store::items::{self, ItemRow, KeyColumn};
use crate::{wire, wire_enum};

wire_enum! {
    /// Which field identifies an article.
    ItemKey {
        /// The ERP's number of the article.
        Number = "internal_item_number",
        /// Kontor's number of the article.
        Id = "item_id",
        /// The EAN or GTIN.
        Ean = "ean_code",
    }
}

wire! {
    /// An article, independent of any channel.
    ItemRecord {
        /// Which field identifies the article. Default INTERNAL_ITEM_NUMBER.
        significant_key: Option<ItemKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the article.
        item_id: Option<ItemId>,
        /// The mandator it belongs to; fetchMandators lists them.
        mandator_id: MandatorId,
        /// Name. Needed for a new article.
        identifier: Option<String> [max(255)],
        /// The merchant's own item number, the usual key. Needed for a new article.
        internal_item_number: Option<String> [max(100), key],
        /// The manufacturer's product number.
        vendor_item_number: Patch<String> [max(100), key],
        /// EAN or GTIN.
        ean_code: Patch<String> [max(30), key],
        /// Search code.
        match_code: Patch<String> [max(255), key],
        /// 1 tax free, 2 reduced, 3 normal. Needed for a new article.
        tax_type_id: Option<i32>,
        /// List price in the mandator's currency.
        list_price: Patch<Decimal>,
        /// Weight of the goods.
        weight: Patch<Decimal>,
        /// 400 gram (default), 405 kilogram.
        weight_unit_id: Patch<i32>,
        /// Capacity.
        volume: Patch<Decimal>,
        /// Unit of the capacity.
        volume_unit_id: Patch<i32>,
        /// Pieces per packing unit.
        piece: Patch<Decimal>,
        /// Always 500, piece.
        piece_unit_id: Patch<i32>,
        /// Kind of base price.
        base_price_type_id: Patch<i32>,
        /// Item group by number; wins over external_category_id.
        category_id: Patch<i32>,
        /// Item group by the ERP's own number.
        external_category_id: Patch<String> [max(50), key],
        /// Switched on. Not set counts as switched on.
        active: Patch<bool>,
        /// Shipping cost category by number.
        delivery_charge_category_id: Patch<i32>,
        /// Shipping cost category by the ERP's own number.
        external_delivery_charge_category_id: Patch<String> [max(50), key],
        /// Delivery time by number.
        delivery_time_id: Patch<i32>,
        /// Delivery time by name, such as 1-2 days.
        delivery_time_identifier: Patch<String> [max(100), key],
        /// Manufacturer by number.
        vendor_id: Patch<i32>,
        /// Manufacturer by the ERP's own number.
        external_vendor_id: Patch<String> [max(50), key],
        /// Set of central attributes by number; it says which of them the article must have.
        attribute_set_id: Patch<i32>,
        /// Set of central attributes by name.
        attribute_set_identifier: Patch<String> [max(255), key],
        /// For adults only.
        is_adult_product: Patch<bool>,
        /// ISBN.
        isbn: Patch<String> [max(30), key],
        /// UPC.
        upc_code: Patch<String> [max(30), key],
        /// Length of the goods.
        length: Patch<Decimal>,
        /// Width of the goods.
        width: Patch<Decimal>,
        /// Height of the goods.
        height: Patch<Decimal>,
        /// Unit of length, width and height: 110 centimetre.
        distance_unit_id: Patch<i32>,
        /// Length of the parcel.
        package_length: Patch<Decimal>,
        /// Width of the parcel.
        package_width: Patch<Decimal>,
        /// Height of the parcel.
        package_height: Patch<Decimal>,
        /// Unit of the parcel's measures: 110 centimetre.
        package_distance_unit_id: Patch<i32>,
        /// Weight of the parcel.
        package_weight: Patch<Decimal>,
        /// Unit of the parcel's weight: 400 gram, 405 kilogram.
        package_weight_unit_id: Patch<i32>,
        /// Packing unit, number or text.
        packaging_unit: Patch<String> [max(100)],
        /// Safety stock: when no more than this is available, the offers of all but the article's primary account end.
        safety_stock: Patch<i32>,
        /// Minimum stock: never offered; when no more than this is available, the offers of the primary account end too.
        minimum_stock: Patch<i32>,
        /// Makes the article a variant of a parent.
        variant: Option<VariantRecord>,
        /// Texts by type and language.
        text_modules: Bundle<TextModule> [each("text_module")],
        /// Pictures by slot.
        image_modules: Bundle<ImageModule> [each("image_module")],
        /// Central attributes (features).
        item_attributes: Bundle<ItemAttribute> [each("item_attribute")],
        /// Channel data as XML, one element per platform; given back unchanged. Title, price, template and category of an account count there.
        specific_item_data: Patch<Xml>,
        /// When it was created (read only).
        created_at: Option<Time>,
        /// Who created it (read only).
        created_by: Option<String>,
        /// When it was last changed (read only).
        last_changed: Option<Time>,
        /// Who changed it last (read only).
        last_changed_by: Option<String>,
    }

    /// What makes an article a variant.
    VariantRecord {
        /// Parent article by number; wins over external_variant_parent_id.
        variant_parent_id: Option<ItemId>,
        /// Item number of the parent article.
        external_variant_parent_id: Option<String> [max(100), key],
        /// This variant is preselected.
        variant_standard: Patch<bool>,
        /// What distinguishes it from its siblings.
        attributes: Vec<VariantAttribute> [each("attribute")],
    }

    /// One distinguishing property with its value.
    VariantAttribute (domain) {
        /// The property, such as Colour.
        property: NamedValue,
        /// The value, such as Blue.
        value: NamedValue,
    }

    /// A name with translations.
    NamedValue (domain) {
        /// The name.
        identifier: String [max(255)],
        /// The name in other languages.
        translations: Vec<Translation> [flat("translation")],
    }

    /// A text in one language.
    Translation (domain) {
        /// ISO 639-1, such as de; with a region, such as de-DE, it counts for the language unless there is one without.
        language_code_iso: String [max(12), key],
        /// The text. Empty removes the stored one.
        text: Patch<String>,
    }

    /// One text of an article.
    TextModule (domain) {
        /// Kind of text.
        text_module_type: i32,
        /// The text per language.
        translations: Vec<Translation> [flat("translation")],
    }

    /// One picture of an article.
    ImageModule {
        /// The slot.
        image_module_type_id: i32,
        /// Address of the picture. Empty removes the picture from the slot.
        image_url: Patch<String> [max(2000)],
        /// The picture itself; Kontor keeps it and gives it an address.
        image_base64: Option<Bytes>,
        /// true: taken over into Kontor; false: linked.
        is_local: Option<bool>,
        /// SHA-256 of a picture that Kontor keeps (read only).
        image_digest: Option<String>,
    }

    /// One central attribute of an article.
    ItemAttribute (domain) {
        /// How the attribute is found: ATTRIBUTE_ID or ATTRIBUTE_IDENTIFIER.
        significant_key: Option<AttributeKey> [attr],
        /// true: the attribute is removed from the article.
        delete: Option<bool> [attr, typed("remove")],
        /// The attribute by number.
        attribute_id: Option<i32>,
        /// The attribute by name.
        attribute_identifier: Option<String> [max(255), key],
        /// Such as STRING or MULTILANGUAGE_STRING.
        attribute_data_type: Option<String> [max(50)],
        /// The unit of the values, such as kg.
        value_unit: Option<String> [max(50)],
        /// One or more values.
        item_attribute_values: Vec<ItemAttributeValue> [each("item_attribute_value")],
    }

    /// One value of a central attribute.
    ItemAttributeValue (domain) {
        /// How the value is found: ATTRIBUTE_VALUE_ID or ATTRIBUTE_VALUE_IDENTIFIER.
        significant_key: Option<AttributeValueKey> [attr],
        /// The value by number.
        attribute_value_id: Option<i32>,
        /// The value by name.
        attribute_value_identifier: Option<String> [max(1000), key],
        /// The value in other languages.
        translations: Vec<Translation> [each("translation")],
    }

    /// The keys of an article, on its report.
    ItemKeys {
        /// Number that Kontor gave the article.
        item_id: Option<ItemId>,
        /// The merchant's own item number.
        internal_item_number: Option<String>,
    }
}

wire_enum! {
    /// How a central attribute is found.
    AttributeKey (domain) {
        /// The number of the attribute.
        Id = "attribute_id",
        /// The name of the attribute.
        Identifier = "attribute_identifier",
    }
    /// How a value of a central attribute is found.
    AttributeValueKey (domain) {
        /// The number of the value.
        Id = "attribute_value_id",
        /// The name of the value.
        Identifier = "attribute_value_identifier",
    }
}

/// The key of an article in a request: which field, and its value.
#[derive(Clone)]
pub(crate) struct ItemReference<'r> {
    pub key: ItemKey,
    pub mandator_id: MandatorId,
    pub item_id: Option<ItemId>,
    pub internal_item_number: Option<&'r str>,
    pub ean_code: Option<&'r str>,
}

impl ItemReference<'_> {
    /// The value of the key field, or which field is missing.
    fn value(&self) -> Result<String, Failure> {
        let value = match self.key {
            ItemKey::Number => self.internal_item_number.map(str::to_owned),
            ItemKey::Ean => self.ean_code.map(str::to_owned),
            ItemKey::Id => self.item_id.map(|id| id.to_string()),
        };
        value.ok_or_else(|| Failure::missing(self.key.word()))
    }

    /// The one article with this key.
    pub(crate) fn only<'i>(&self, found: &[&'i ItemRow]) -> Result<Option<&'i ItemRow>, Failure> {
        match found {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several => {
                Err(Failure::quoting(code::AMBIGUOUS, [&several.len(), &FieldName(self.key.word()), &self.value()?, &FieldName("item_id")]))
            }
        }
    }

    pub(crate) fn unknown(&self) -> Failure {
        let value = self.value().unwrap_or_default();
        Failure::quoting(code::UNKNOWN_ITEM, [&FieldName(self.key.word()), &value, &self.mandator_id])
    }
}

/// The articles that a request talks about, read in a few queries and kept up to date while the request is worked on.
#[derive(Default)]
pub(crate) struct KnownItems {
    rows: std::collections::BTreeMap<ItemId, ItemRow>,
    by_number: std::collections::HashMap<(i32, String), Vec<ItemId>>,
    by_ean: std::collections::HashMap<(i32, String), Vec<ItemId>>,
}

impl KnownItems {
    /// Reads all articles with these keys.
    pub(crate) fn read<'r>(conn: &mut Conn<'_>, references: impl Iterator<Item = ItemReference<'r>>) -> Result<KnownItems, Failure> {
        let mut numbers: std::collections::BTreeMap<MandatorId, Vec<&str>> = Default::default();
        let mut eans: std::collections::BTreeMap<MandatorId, Vec<&str>> = Default::default();
        let mut ids = Vec::new();
        for reference in references {
            match reference.key {
                ItemKey::Number => numbers.entry(reference.mandator_id).or_default().extend(reference.internal_item_number),
                ItemKey::Ean => eans.entry(reference.mandator_id).or_default().extend(reference.ean_code),
                ItemKey::Id => ids.extend(reference.item_id),
            }
        }
        let mut known = KnownItems::default();
        for (column, keys) in [(KeyColumn::Number, numbers), (KeyColumn::Ean, eans)] {
            for (mandator_id, keys) in keys {
                items::by_keys(conn, mandator_id, column, &keys)?.into_iter().for_each(|row| known.put(row));
            }
        }
        items::by_ids(conn, &ids)?.into_iter().for_each(|row| known.put(row));
        Ok(known)
    }

    /// Adds or replaces an article.
    pub(crate) fn put(&mut self, row: ItemRow) {
        if let Some(old) = self.rows.get(&row.item_id) {
            let id = old.item_id;
            if let Some(ids) = self.by_number.get_mut(&(old.mandator_id.0, old.internal_item_number.clone())) {
                ids.retain(|known| *known != id);
            }
            if let Some(ids) = old.ean_code.clone().and_then(|ean| self.by_ean.get_mut(&(old.mandator_id.0, ean))) {
                ids.retain(|known| *known != id);
            }
        }
        self.by_number.entry((row.mandator_id.0, row.internal_item_number.clone())).or_default().push(row.item_id);
        if let Some(ean) = &row.ean_code {
            self.by_ean.entry((row.mandator_id.0, ean.clone())).or_default().push(row.item_id);
        }
        self.rows.insert(row.item_id, row);
    }

    /// Adds the parents of the articles, up to the topmost: a circle shows only in the whole line.
    pub(crate) fn read_ancestors(&mut self, conn: &mut Conn<'_>) -> Result<(), Failure> {
        loop {
            let parents = self.rows.values().filter_map(|row| row.variant_parent_id);
            let missing: Vec<ItemId> = parents.filter(|parent| !self.rows.contains_key(parent)).collect();
            let found = items::by_ids(conn, &missing)?;
            if found.is_empty() {
                return Ok(());
            }
            found.into_iter().for_each(|row| self.put(row));
        }
    }

    /// Whether an article is another one or a variant below it.
    pub(crate) fn hangs_on(&self, item_id: ItemId, ancestor: ItemId) -> bool {
        let above = |id: &ItemId| self.rows.get(id).and_then(|row| row.variant_parent_id);
        // Not longer than the articles there are, should a circle be stored already.
        std::iter::successors(Some(item_id), above).take(self.rows.len().saturating_add(1)).any(|id| id == ancestor)
    }

    pub(crate) fn get(&self, item_id: ItemId) -> Option<&ItemRow> {
        self.rows.get(&item_id)
    }

    /// The one article a reference means. `Ok(None)`: there is none.
    pub(crate) fn find(&self, reference: &ItemReference<'_>) -> Result<Option<&ItemRow>, Failure> {
        let value = reference.value()?;
        let ids = match reference.key {
            ItemKey::Number => self.by_number.get(&(reference.mandator_id.0, value)).map(Vec::as_slice).unwrap_or_default(),
            ItemKey::Ean => self.by_ean.get(&(reference.mandator_id.0, value)).map(Vec::as_slice).unwrap_or_default(),
            ItemKey::Id => reference.item_id.as_slice(),
        };
        let found: Vec<&ItemRow> =
            ids.iter().filter_map(|id| self.rows.get(id)).filter(|row| row.mandator_id == reference.mandator_id).collect();
        reference.only(&found)
    }
}
