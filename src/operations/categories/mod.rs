//! Item groups: `updateCategories`, `fetchCategories`. `item-calls.md` sections 10 and 11.

mod fetch;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use fetch::FetchCategories;
pub(crate) use update::UpdateCategories;
#[cfg(test)]
pub(crate) use update::UpdateCategoriesRequest;

use super::items::ImageModule;
use super::wire::{Bundle, Patch, Time};
use crate::domain::MandatorId;
use crate::domain::category::{Category, CategoryUpdate, category_fields};
use crate::domain::item::TextModule;
use crate::{show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies an item group.
    CategoryKey {
        /// The ERP's own number of the group.
        External = "external_id",
        /// Kontor's number of the group.
        Id = "category_id",
    }
}

wire! {
    /// An item group.
    CategoryRecord {
        /// Which field identifies the group. Default EXTERNAL_ID.
        significant_key: Option<CategoryKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the group.
        category_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name. Needed for a new group.
        identifier: Option<String> [max(100)],
        /// The ERP's own number.
        external_id: Option<String> [max(50), key],
        /// Parent by number; wins over external_parent_id. Empty: top level.
        parent_id: Patch<i32>,
        /// Parent by the ERP's own number. Empty: top level.
        external_parent_id: Patch<String> [max(50), key],
        /// Who created it.
        created_by: Option<String> [max(100)],
        /// Texts that items inherit.
        text_modules: Bundle<TextModule> [each("text_module")],
        /// Pictures that items inherit.
        image_modules: Bundle<ImageModule> [each("image_module")],
        /// When it was created (read only).
        created_at: Option<Time>,
        /// When it was last changed (read only).
        last_changed: Option<Time>,
    }

    /// The keys of a group, on its report.
    CategoryKeys {
        /// Number that Kontor gave the group.
        category_id: Option<i32>,
        /// The ERP's own number.
        external_id: Option<String>,
    }
}

impl CategoryRecord {
    /// What the record says about the document, once the pictures are taken out.
    fn update(self) -> CategoryUpdate {
        let record = self;
        category_fields!(
            update_of,
            CategoryUpdate,
            record,
            {
                significant_key reference_id category_id mandator_id identifier external_id parent_id external_parent_id created_by
                created_at last_changed
            }
        )
    }

    /// A record with nothing but the document.
    fn of(document: Category) -> CategoryRecord {
        let mut record = CategoryRecord::default();
        category_fields!(show, record, document);
        record
    }
}
