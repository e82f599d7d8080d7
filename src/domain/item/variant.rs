//! What makes an article a variant, beside its parent, which is a column.

use serde::{Deserialize, Serialize};

use super::{Translation, Word, filled, in_any_language, in_language};
use crate::domain::Patch;
use crate::domain::document::{Part, Shown};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variant {
    /// This variant is preselected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_standard: Option<bool>,
    /// What distinguishes it from its siblings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<VariantAttribute>,
}

/// What an update says about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VariantUpdate {
    pub variant_standard: Patch<bool>,
    /// Replace the stored ones, where there are any.
    pub attributes: Vec<VariantAttribute>,
}

/// One distinguishing property with its value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VariantAttribute {
    pub property: NamedValue,
    pub value: NamedValue,
}

/// A name with translations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NamedValue {
    pub identifier: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

impl Part for Option<Variant> {
    type Update = Option<VariantUpdate>;

    fn take(&mut self, newer: Option<VariantUpdate>) {
        let Some(newer) = newer else { return };
        let variant = self.get_or_insert_default();
        newer.variant_standard.onto(&mut variant.variant_standard);
        if !newer.attributes.is_empty() {
            variant.attributes = newer.attributes;
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn shown(&self) -> Option<Shown<'_>> {
        self.as_ref().and_then(|variant| serde_json::to_value(variant).ok()).map(Shown::Tree)
    }
}

impl NamedValue {
    /// In a language, else as it is, else in any.
    pub fn word(&self, language: &str) -> Option<Word> {
        let own = filled(Some(&self.identifier));
        let name = in_language(&self.translations, language).or(own).or_else(|| in_any_language(&self.translations))?;
        Some(Word { key: own.or_else(|| in_any_language(&self.translations)).unwrap_or(name).to_owned(), name: name.to_owned() })
    }
}
