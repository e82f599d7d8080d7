//! What the ERP defines about the attributes of articles: central attributes (features) and the sets they are grouped in,
//! and the properties that distinguish variants (`item-calls.md` 12 and 13).

mod account;
mod set;
mod values;

pub(crate) use account::{AttributeAccount, MappedValue, SetAccount, SetSorting};
pub(crate) use set::{AttributeSet, AttributeSetUpdate, SetAttribute, attribute_set_fields};
pub(crate) use values::{FormerNames, ListValue, ValueUpdate, fit, value_of};

use serde::{Deserialize, Serialize};

use super::document::{Scalar, Shown};
use super::item::Translation;
use super::{AccountId, Decimal};

/// What the values of a central attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DataType {
    #[default]
    String,
    MultilanguageString,
    Integer,
    Decimal,
    Boolean,
    Date,
}

impl Scalar for DataType {
    fn shown(&self) -> Option<Shown<'_>> {
        None
    }
}

impl DataType {
    /// Whether a text is such a value.
    pub(crate) fn takes(self, text: &str) -> bool {
        let text = text.trim();
        match self {
            DataType::String | DataType::MultilanguageString => true,
            DataType::Integer => text.parse::<i64>().is_ok(),
            DataType::Decimal => Decimal::parse(text).is_some(),
            DataType::Boolean => ["true", "false", "1", "0"].iter().any(|word| text.eq_ignore_ascii_case(word)),
            DataType::Date => text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok(),
        }
    }

    /// The word for it on both faces.
    pub(crate) fn name(self) -> &'static str {
        match self {
            DataType::String => "STRING",
            DataType::MultilanguageString => "MULTILANGUAGE_STRING",
            DataType::Integer => "INTEGER",
            DataType::Decimal => "DECIMAL",
            DataType::Boolean => "BOOLEAN",
            DataType::Date => "DATE",
        }
    }
}

crate::document! {
    ($)
    /// A central attribute. Its name and number are columns.
    Attribute, AttributeUpdate, attribute_fields {
        attribute_data_type: Option<DataType>,
        /// The only unit that its values may have.
        value_unit: Option<String>,
        former_names: FormerNames,
        translations: Vec<Translation>,
        /// Where there are any, no others are allowed.
        attribute_values: Vec<ListValue>,
        specific_attribute_data: Vec<AttributeAccount>,
    }
}

impl Attribute {
    /// What an account says about it.
    pub(crate) fn at(&self, account_id: AccountId) -> Option<&AttributeAccount> {
        self.specific_attribute_data.iter().find(|account| account.account_id == account_id)
    }
}

crate::document! {
    ($)
    /// A property that distinguishes variants, such as colour.
    VariantProperty, VariantPropertyUpdate, variant_property_fields {
        sort: Option<i32>,
        former_names: FormerNames,
        multilingual_data: Vec<Translation>,
        variant_attribute_values: Vec<ListValue>,
    }
}
