//! The document of an article on the wire.

use super::{ItemRecord, VariantRecord};
use crate::domain::item::{Blocks, Item, ItemUpdate, Variant, VariantUpdate, item_fields};
use crate::operations::wire::{Convert, Patch, Xml};
use crate::{show, update_of};

impl ItemRecord {
    /// What the record says about the document. Keys and columns are the business of the caller, who must have taken the
    /// pictures out before.
    pub(super) fn update(self) -> ItemUpdate {
        let record = self;
        item_fields!(
            update_of,
            ItemUpdate,
            record,
            {
                significant_key reference_id item_id mandator_id identifier internal_item_number vendor_item_number ean_code
                match_code tax_type_id list_price category_id external_category_id active is_adult_product safety_stock
                minimum_stock created_at created_by last_changed last_changed_by
            }
        )
    }

    /// A record with nothing but the document.
    pub(super) fn of(document: Item) -> ItemRecord {
        let mut record = ItemRecord::default();
        item_fields!(show, record, document);
        record
    }
}

impl Convert<Patch<Blocks>> for Patch<Xml> {
    fn convert(self) -> Patch<Blocks> {
        match self {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(xml) => Patch::Set(Blocks(xml.0)),
        }
    }
}

impl Convert<Patch<Xml>> for Option<Blocks> {
    fn convert(self) -> Patch<Xml> {
        self.map(|blocks| Xml(blocks.0)).into()
    }
}

impl Convert<Option<VariantUpdate>> for Option<VariantRecord> {
    fn convert(self) -> Option<VariantUpdate> {
        self.map(|record| {
            // The parent is a column.
            let VariantRecord { variant_standard, attributes, variant_parent_id: _, external_variant_parent_id: _ } = record;
            VariantUpdate { variant_standard, attributes }
        })
    }
}

impl Convert<Option<VariantRecord>> for Option<Variant> {
    fn convert(self) -> Option<VariantRecord> {
        self.map(|variant| VariantRecord {
            variant_standard: variant.variant_standard.into(),
            attributes: variant.attributes,
            ..VariantRecord::default()
        })
    }
}
