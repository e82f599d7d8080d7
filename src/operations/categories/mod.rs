//! Item groups: `updateCategories`, `fetchCategories`. `item-calls.md` sections 10 and 11.

mod fetch;
#[cfg(test)]
mod tests;
mod update;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use fetch::FetchCategories;
pub use update::UpdateCategories;
#[cfg(test)]
pub(crate) use update::UpdateCategoriesRequest;

use super::pictures::ImageModule;
use super::wire::{Bundle, Patch, Time};
use crate::domain::category::{Category, CategoryUpdate, category_fields};
use crate::domain::item::TextModule;
use crate::domain::{Failure, code};
use crate::store::Conn;
use crate::store::categories;
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
        mandator_id: i32,
        /// Name. Needed for a new group.
        identifier: Option<String> [max(100)],
        /// The ERP's own number.
        external_id: Option<String> [max(50)],
        /// Parent by number; wins over external_parent_id. Empty: top level.
        parent_id: Patch<i32>,
        /// Parent by the ERP's own number. Empty: top level.
        external_parent_id: Patch<String> [max(50)],
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

/// The item groups that articles of a request name.
#[derive(Default)]
pub struct Groups {
    by_id: BTreeMap<i32, i32>,
    by_external: HashMap<(i32, String), i32>,
}

impl Groups {
    pub fn read<'r>(
        conn: &mut Conn<'_>,
        ids: impl Iterator<Item = i32>,
        external: impl Iterator<Item = (i32, &'r str)>,
    ) -> Result<Groups, Failure> {
        let ids: Vec<i32> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        let mut wanted: BTreeMap<i32, BTreeSet<String>> = BTreeMap::new();
        for (mandator_id, external_id) in external {
            wanted.entry(mandator_id).or_default().insert(external_id.to_owned());
        }
        let mut groups = Groups { by_id: categories::mandators(conn, &ids)?, by_external: HashMap::new() };
        for (mandator_id, externals) in wanted {
            let externals: Vec<String> = externals.into_iter().collect();
            let found = categories::ids_by_external(conn, mandator_id, &externals)?;
            groups.by_external.extend(found.into_iter().map(|(external, id)| ((mandator_id, external), id)));
        }
        Ok(groups)
    }

    /// The group that a pair of alternatives means; the number wins.
    pub fn resolve(&self, mandator_id: i32, id: &Patch<i32>, external: &Patch<String>) -> Result<Patch<i32>, Failure> {
        let unknown = |name: &str| Failure::new(code::UNKNOWN_CATEGORY, [name, &mandator_id.to_string()]);
        match (id, external) {
            (Patch::Set(id), _) => match self.by_id.get(id) {
                Some(owner) if *owner == mandator_id => Ok(Patch::Set(*id)),
                _ => Err(unknown(&id.to_string()).within("category_id")),
            },
            (_, Patch::Set(external)) => match self.by_external.get(&(mandator_id, external.clone())) {
                Some(id) => Ok(Patch::Set(*id)),
                None => Err(unknown(external).within("external_category_id")),
            },
            (Patch::Clear, Patch::Keep | Patch::Clear) | (Patch::Keep, Patch::Clear) => Ok(Patch::Clear),
            (Patch::Keep, Patch::Keep) => Ok(Patch::Keep),
        }
    }
}
