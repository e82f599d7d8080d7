//! Sets of central attributes: what articles of a kind say about themselves, and what they must say.

use serde::{Deserialize, Serialize};

use super::account::SetAccount;
use super::values::FormerNames;
use crate::domain::Bundle;
use crate::domain::document::Part;
use crate::domain::item::Translation;

/// An attribute in a set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SetAttribute {
    /// In an update: the attribute leaves the set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delete: Option<bool>,
    /// Kontor's number of the attribute; always there in what is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attribute_id: Option<i32>,
    /// Its name; only on the wire, where it is the name of today.
    #[serde(skip)]
    pub(crate) attribute_identifier: Option<String>,
    /// Articles of the set must have a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mandatory: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sort: Option<i32>,
}

/// By number of the attribute, which is known by then.
impl Part for Vec<SetAttribute> {
    type Update = Bundle<SetAttribute>;

    fn take(&mut self, newer: Bundle<SetAttribute>) {
        if newer.replace {
            self.clear();
        }
        for mut entry in newer.entries {
            entry.attribute_identifier = None;
            let removed = entry.delete.take() == Some(true);
            match self.iter_mut().find(|kept| kept.attribute_id == entry.attribute_id) {
                Some(_) if removed => self.retain(|kept| kept.attribute_id != entry.attribute_id),
                Some(kept) => *kept = entry,
                None if removed => {}
                None => self.push(entry),
            }
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

crate::document! {
    ($)
    /// A set of central attributes.
    AttributeSet, AttributeSetUpdate, attribute_set_fields {
        former_names: FormerNames,
        translations: Vec<Translation>,
        attributes: Vec<SetAttribute>,
        specific_attribute_set_data: Vec<SetAccount>,
    }
}
