//! Central attributes (features).

use serde::{Deserialize, Serialize};

use super::{Translation, Word, filled, in_any_language, in_language};
use crate::domain::Bundle;
use crate::domain::document::Part;

/// How a central attribute is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum AttributeKey {
    #[default]
    Id,
    Identifier,
}

/// How a value of a central attribute is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum AttributeValueKey {
    #[default]
    Id,
    Identifier,
}

/// A central attribute as channels get it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub values: Vec<Word>,
}

impl Attribute {
    /// Its values in one line.
    pub fn text(&self) -> String {
        self.values.iter().map(|value| value.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// One central attribute of an article.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ItemAttribute {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub significant_key: Option<AttributeKey>,
    /// In an update: the attribute is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_identifier: Option<String>,
    /// Such as STRING or MULTILANGUAGE_STRING.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_data_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_unit: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub item_attribute_values: Vec<ItemAttributeValue>,
}

/// One value of a central attribute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ItemAttributeValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub significant_key: Option<AttributeValueKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_value_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_value_identifier: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

/// By number or name of the attribute; `delete` removes it.
impl Part for Vec<ItemAttribute> {
    type Update = Bundle<ItemAttribute>;

    fn take(&mut self, newer: Bundle<ItemAttribute>) {
        if newer.replace {
            self.clear();
        }
        for attribute in newer.entries {
            let at = self.iter().position(|kept| kept.is_the_same(&attribute));
            match (at, attribute.delete) {
                (Some(at), Some(true)) => {
                    self.remove(at);
                }
                (None, Some(true)) => {}
                (Some(at), _) => {
                    if let Some(kept) = self.get_mut(at) {
                        *kept = attribute;
                    }
                }
                (None, _) => self.push(attribute),
            }
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl ItemAttribute {
    fn is_the_same(&self, other: &ItemAttribute) -> bool {
        (other.attribute_id.is_some() && self.attribute_id == other.attribute_id)
            || (other.attribute_identifier.is_some() && self.attribute_identifier == other.attribute_identifier)
    }

    /// Its number, unless it is to be found by its name.
    pub(crate) fn number(&self) -> Option<i32> {
        self.attribute_id.filter(|_| self.significant_key != Some(AttributeKey::Identifier) || self.attribute_identifier.is_none())
    }

    /// Its name, and its values in a language. `None` where there is nothing to show.
    pub(crate) fn shown(&self, language: &str) -> Option<Attribute> {
        let name = filled(self.attribute_identifier.as_deref()).map(str::to_owned);
        let name = name.or_else(|| self.attribute_id.map(|id| id.to_string()))?;
        let unit = filled(self.value_unit.as_deref());
        let values = self.item_attribute_values.iter().filter_map(|value| value.word(language));
        let values: Vec<Word> = values.map(|value| value.in_unit(unit)).collect();
        (!values.is_empty()).then_some(Attribute { name, values })
    }
}

impl ItemAttributeValue {
    pub(crate) fn word(&self, language: &str) -> Option<Word> {
        let identifier = filled(self.attribute_value_identifier.as_deref());
        let id = self.attribute_value_id.map(|id| id.to_string());
        let any = in_any_language(&self.translations);
        let name = in_language(&self.translations, language).or(identifier).or(any).or(id.as_deref())?;
        let key = identifier.or(id.as_deref()).or(any).unwrap_or(name);
        Some(Word { key: key.to_owned(), name: name.to_owned() })
    }
}
