//! What an article names beside itself: the rows that are written with its document.

use crate::domain::ItemId;
use crate::domain::item::{Item, ReferenceKind, filled};
use crate::store::references::ReferenceRow;

/// Every name once, in the order of the document.
pub(crate) fn references_of(item_id: ItemId, item: &Item) -> Vec<ReferenceRow> {
    let mut names: Vec<(ReferenceKind, Option<i32>, Option<String>)> = Vec::new();
    let mut add = |kind, id: Option<i32>, name: Option<&str>| {
        let name = filled(name).map(|name| name.trim().to_owned());
        let entry = (kind, id, name);
        if (id.is_some() || entry.2.is_some()) && !names.contains(&entry) {
            names.push(entry);
        }
    };
    add(ReferenceKind::Manufacturer, item.vendor_id, item.external_vendor_id.as_deref());
    add(ReferenceKind::AttributeSet, item.attribute_set_id, item.attribute_set_identifier.as_deref());
    for attribute in &item.item_attributes {
        add(ReferenceKind::Attribute, attribute.number(), attribute.attribute_identifier.as_deref());
    }
    for attribute in item.variant.iter().flat_map(|variant| &variant.attributes) {
        add(ReferenceKind::VariantProperty, None, Some(&attribute.property.identifier));
    }
    let rows = names.into_iter().zip(1..);
    rows.map(|((kind, record_id, name), position)| ReferenceRow { item_id, position, kind, record_id, name }).collect()
}
