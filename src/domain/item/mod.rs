//! What is kept of an article beside its columns.

mod attributes;
mod gtin;
mod pictures;
mod reference;
mod texts;
mod variant;

pub use attributes::Attribute;
pub(crate) use attributes::{AttributeKey, AttributeValueKey, ItemAttribute, ItemAttributeValue};
pub(crate) use gtin::is_gtin;
pub(crate) use pictures::{Picture, PictureUpdate, is_address};
pub(crate) use reference::ReferenceKind;
pub use texts::Word;
pub(crate) use texts::{TextModule, Translation, filled, in_any_language, in_language, is_of_language, module};
pub(crate) use variant::{NamedValue, Variant, VariantAttribute, VariantUpdate};

use serde::{Deserialize, Serialize};

use super::Decimal;
use super::document::{Scalar, Shown};

const GRAM: i32 = 400;
const KILOGRAM: i32 = 405;

crate::document! {
    ($)
    /// An article. Its names, its numbers, and what stock is decided by are columns; what it says about delivery is both.
    Item, ItemUpdate, item_fields {
        weight: Option<Decimal>,
        weight_unit_id: Option<i32>,
        volume: Option<Decimal>,
        volume_unit_id: Option<i32>,
        piece: Option<Decimal>,
        piece_unit_id: Option<i32>,
        base_price_type_id: Option<i32>,
        delivery_charge_category_id: Option<i32>,
        external_delivery_charge_category_id: Option<String>,
        delivery_time_id: Option<i32>,
        delivery_time_identifier: Option<String>,
        vendor_id: Option<i32>,
        external_vendor_id: Option<String>,
        attribute_set_id: Option<i32>,
        attribute_set_identifier: Option<String>,
        isbn: Option<String>,
        upc_code: Option<String>,
        length: Option<Decimal>,
        width: Option<Decimal>,
        height: Option<Decimal>,
        distance_unit_id: Option<i32>,
        package_length: Option<Decimal>,
        package_width: Option<Decimal>,
        package_height: Option<Decimal>,
        package_distance_unit_id: Option<i32>,
        package_weight: Option<Decimal>,
        package_weight_unit_id: Option<i32>,
        packaging_unit: Option<String>,
        variant: Option<Variant>,
        text_modules: Vec<TextModule>,
        image_modules: Vec<Picture>,
        item_attributes: Vec<ItemAttribute>,
        specific_item_data: Option<Blocks>,
    }
}

/// XML, one element per platform; checked when it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blocks(pub String);

impl Scalar for Blocks {
    fn shown(&self) -> Option<Shown<'_>> {
        None
    }
}

impl Item {
    /// The platform blocks, where there are any.
    pub(crate) fn blocks(&self) -> Option<&str> {
        self.specific_item_data.as_ref().map(|blocks| blocks.0.as_str()).filter(|blocks| !blocks.trim().is_empty())
    }

    pub(crate) fn weight_in_gram(&self) -> Option<Decimal> {
        match self.weight_unit_id? {
            GRAM => self.weight,
            KILOGRAM => self.weight?.checked_mul_whole(1000),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
