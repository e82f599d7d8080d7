//! What the ERP defines about attributes, by number and by name.

use std::collections::{BTreeMap, HashMap};

use crate::domain::Failure;
use crate::domain::attribute::{Attribute, AttributeSet, FormerNames, VariantProperty};
use crate::store::lookups::{Listed, LookUpRow};

/// What may have had another name before.
pub(crate) trait Renamed {
    fn former_names(&self) -> &FormerNames;
}

macro_rules! renamed {
    ($($document:ident),+) => { $(
        impl Renamed for $document {
            fn former_names(&self) -> &FormerNames {
                &self.former_names
            }
        }
    )+ };
}

renamed!(Attribute, AttributeSet, VariantProperty);

/// One definition.
#[derive(Debug, Clone)]
pub(crate) struct Definition<D> {
    pub id: i32,
    pub identifier: String,
    pub document: D,
}

/// All definitions of a kind in a mandator.
#[derive(Debug, Clone)]
pub(crate) struct Definitions<D> {
    by_id: BTreeMap<i32, Definition<D>>,
    by_name: HashMap<String, i32>,
}

impl<D> Default for Definitions<D> {
    fn default() -> Self {
        Definitions { by_id: BTreeMap::new(), by_name: HashMap::new() }
    }
}

impl<D: Listed + Renamed> Definitions<D> {
    pub(crate) fn of(rows: Vec<LookUpRow<D>>) -> Result<Definitions<D>, Failure> {
        let mut definitions = Definitions::default();
        for row in rows {
            let document = row.document()?;
            for name in &document.former_names().0 {
                definitions.by_name.insert(name.clone(), row.id);
            }
            definitions.by_id.insert(row.id, Definition { id: row.id, identifier: row.identifier, document });
        }
        // A name of today over one of before.
        let today = definitions.by_id.values().map(|definition| (definition.identifier.clone(), definition.id));
        definitions.by_name.extend(today);
        Ok(definitions)
    }
}

impl<D> Definitions<D> {
    /// The one that a number or a name means; the number wins.
    pub(crate) fn find(&self, id: Option<i32>, name: Option<&str>) -> Option<&Definition<D>> {
        let id = id.or_else(|| self.by_name.get(name?.trim()).copied())?;
        self.by_id.get(&id)
    }
}
