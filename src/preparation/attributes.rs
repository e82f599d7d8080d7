//! Central attributes and the properties of variants as an account gets them, and what is wrong with them.
//!
//! An attribute that the ERP has not defined is sent as the article says it. Of a defined one only values are sent that fit:
//! of its list, its type and its unit. Those that don't are named by [`Lack::AttributeValue`], and a set can make an attribute
//! necessary ([`Lack::AttributeMissing`]).

use std::collections::BTreeMap;

use super::definitions::Definition;
use super::lack::ValueFault;
use super::subject::Subject;
use super::{Frame, Lack, load};
use crate::domain::attribute::{self, AttributeSet, ListValue, VariantProperty, value_of};
use crate::domain::item::{
    Attribute, AttributeValueKey, ItemAttribute, ItemAttributeValue, NamedValue, ReferenceKind, Translation, Word, filled, in_language,
};
use crate::domain::{Failure, ItemId};
use crate::store::{Conn, references};

/// What is shown, and what is wrong.
#[derive(Debug, Clone)]
pub(super) struct Checked<T> {
    pub shown: Vec<T>,
    pub lacks: Vec<Lack>,
}

impl<T> Default for Checked<T> {
    fn default() -> Self {
        Checked { shown: Vec::new(), lacks: Vec::new() }
    }
}

impl Subject<'_> {
    /// The central attributes.
    pub(crate) fn attributes(&self) -> Checked<Attribute> {
        let mut found = Checked::default();
        // Of the defined attributes those that have a value.
        let mut filled = Vec::new();
        for attribute in &self.document.item_attributes {
            let Some(definition) = self.known.attributes.find(attribute.number(), attribute.attribute_identifier.as_deref()) else {
                found.shown.extend(attribute.shown(&self.frame.account.language));
                continue;
            };
            let values = self.fitting(attribute, definition, &mut found.lacks);
            if values.is_empty() {
                continue;
            }
            filled.push(definition.id);
            let account = definition.document.at(self.account_id());
            if account.is_some_and(|account| account.active == Some(false)) {
                continue;
            }
            let unit = definition.document.value_unit.as_deref().or(attribute.value_unit.as_deref());
            let of_account = account.and_then(|account| account.identifier.clone());
            let name = of_account.unwrap_or_else(|| self.named(&definition.document.translations, &definition.identifier));
            found.shown.push(Attribute { name, values: values.into_iter().map(|value| value.in_unit(unit)).collect() });
        }
        found.lacks.extend(self.missing(&filled));
        found
    }

    /// A name in the account's language, else as the ERP defined it.
    fn named(&self, translations: &[Translation], name: &str) -> String {
        in_language(translations, &self.frame.account.language).unwrap_or(name).to_owned()
    }

    /// The values that the attribute may have, in the account's words.
    fn fitting(&self, attribute: &ItemAttribute, definition: &Definition<attribute::Attribute>, lacks: &mut Vec<Lack>) -> Vec<Word> {
        let document = &definition.document;
        let lack = |value: String, fault| Lack::AttributeValue { attribute: definition.identifier.clone(), value, fault };
        if let (Some(expected), Some(unit)) = (&document.value_unit, &attribute.value_unit)
            && unit.trim() != expected
        {
            lacks.push(lack(unit.clone(), ValueFault::Unit(expected.clone())));
            return Vec::new();
        }
        let account = document.at(self.account_id());
        let mut values = Vec::new();
        for value in &attribute.item_attribute_values {
            let Some(word) = value.word(&self.frame.account.language) else { continue };
            if document.attribute_values.is_empty() {
                match document.attribute_data_type {
                    Some(kind) if !kind.takes(&word.name) => lacks.push(lack(word.name, ValueFault::Type(kind))),
                    _ => {
                        let of_account = account.and_then(|account| account.word(&word.key)).map(str::to_owned);
                        values.push(Word { name: of_account.unwrap_or(word.name), ..word });
                    }
                }
                continue;
            }
            match listed(&document.attribute_values, value) {
                Some(found) => {
                    let of_account = account.and_then(|account| account.word(&found.identifier)).map(str::to_owned);
                    let name = of_account.unwrap_or_else(|| self.named(&found.translations, &found.identifier));
                    values.push(Word { key: found.identifier.clone(), name });
                }
                None => lacks.push(lack(word.name, ValueFault::NotListed)),
            }
        }
        values
    }

    /// What the article's set wants and `filled` does not have.
    fn missing(&self, filled: &[i32]) -> Vec<Lack> {
        let (id, name) = (self.document.attribute_set_id, self.document.attribute_set_identifier.as_deref());
        let name = if id.is_some() { None } else { self::filled(name) };
        let unknown = |field, value| vec![Lack::LookUp { field, value }];
        let set: &Definition<AttributeSet> = match (self.known.attribute_sets.find(id, name), id, name) {
            (Some(set), ..) => set,
            (None, Some(id), _) => return unknown("attribute_set_id", id.to_string()),
            (None, None, Some(name)) => return unknown("attribute_set_identifier", name.to_owned()),
            (None, None, None) => return Vec::new(),
        };
        let wanted = set.document.attributes.iter().filter(|entry| entry.mandatory == Some(true));
        let missing = wanted.filter_map(|entry| entry.attribute_id).filter(|id| !filled.contains(id));
        missing
            .filter_map(|id| self.known.attributes.find(Some(id), None))
            .map(|attribute| Lack::AttributeMissing { attribute: attribute.identifier.clone(), set: set.identifier.clone() })
            .collect()
    }

    /// The properties that make it a variant, with their values.
    pub(crate) fn options(&self) -> Checked<(Word, Word)> {
        let mut found = Checked::default();
        for attribute in self.document.variant.iter().flat_map(|variant| &variant.attributes) {
            let definition: Option<&Definition<VariantProperty>> =
                self.known.variant_properties.find(None, Some(&attribute.property.identifier));
            let values = definition.map_or(&[][..], |definition| &definition.document.variant_attribute_values);
            let value = value_of(values, None, Some(&attribute.value.identifier));
            if let (Some(definition), None, false) = (definition, value, values.is_empty()) {
                let (property, value) = (definition.identifier.clone(), attribute.value.identifier.clone());
                found.lacks.push(Lack::OptionNotListed { property, value });
            }
            let property = definition.map(|definition| (&definition.document.multilingual_data, &definition.identifier));
            let value = value.map(|value| (&value.translations, &value.identifier));
            let (property, value) = (self.word_for(&attribute.property, property), self.word_for(&attribute.value, value));
            found.shown.extend(property.zip(value));
        }
        found
    }

    /// In the account's language as the article says it, then as it is defined; else the name. Known by the name of today, so
    /// that articles which say one of before mean the same.
    fn word_for(&self, said: &NamedValue, defined: Option<(&Vec<Translation>, &String)>) -> Option<Word> {
        let language = &self.frame.account.language;
        let Some((translations, identifier)) = defined else { return said.word(language) };
        let own = in_language(&said.translations, language);
        let name = own.or_else(|| in_language(translations, language)).unwrap_or(identifier);
        Some(Word { key: identifier.clone(), name: name.to_owned() })
    }
}

fn listed<'v>(values: &'v [ListValue], said: &ItemAttributeValue) -> Option<&'v ListValue> {
    let by_name = said.significant_key == Some(AttributeValueKey::Identifier) && said.attribute_value_identifier.is_some();
    value_of(values, said.attribute_value_id.filter(|_| !by_name), said.attribute_value_identifier.as_deref())
}

/// What is wrong with the attributes of these items in an account; items without a fault are left out.
pub(crate) fn attribute_lacks(conn: &mut Conn<'_>, frame: &Frame<'_>, item_ids: &[ItemId]) -> Result<BTreeMap<ItemId, Vec<Lack>>, Failure> {
    let kinds = references::kinds_of(conn, item_ids)?;
    if kinds.iter().all(|kind| *kind == ReferenceKind::Manufacturer) {
        return Ok(BTreeMap::new());
    }
    let known = load(conn, frame.account, item_ids)?;
    let lacks = item_ids.iter().filter_map(|id| {
        let subject = Subject::new(frame, &known, known.items.get(id)?).ok()?;
        let mut lacks: Vec<Lack> = subject.attributes().lacks.into_iter().chain(subject.options().lacks).collect();
        lacks.sort_by_key(|lack| !lack.blocks());
        (!lacks.is_empty()).then_some((*id, lacks))
    });
    Ok(lacks.collect())
}
