//! What accounts call an attribute and its values.

use serde::{Deserialize, Serialize};

use crate::domain::document::Part;
use crate::domain::{AccountId, MandatorId};

/// An attribute in one account. Fields beside those that Kontor uses are kept and given back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AttributeAccount {
    /// In an update: the account says nothing about it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mandator_id: Option<MandatorId>,
    pub(crate) account_id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shop_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attribute_type: Option<String>,
    /// The channel's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_column: Option<String>,
    /// `false`: the account does not get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<MappedValue>,
}

/// The channel's word for a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MappedValue {
    pub(crate) attribute_value_identifier: String,
    pub(crate) channel_value: String,
}

impl AttributeAccount {
    /// The channel's word for a value, where it has one of its own.
    pub(crate) fn word(&self, value: &str) -> Option<&str> {
        self.values.iter().find(|mapped| mapped.attribute_value_identifier == value).map(|mapped| mapped.channel_value.as_str())
    }
}

/// A set in one account; kept and given back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SetAccount {
    /// In an update: the account says nothing about it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delete: Option<bool>,
    pub(crate) account_id: AccountId,
    /// The channel's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shopware_attribute_set_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comparable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sort_mode: Option<SetSorting>,
}

/// How a shop sorts a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SetSorting {
    #[default]
    AlphaNumeric,
    Position,
    Numeric,
    Quantity,
}

/// One account each; what is sent replaces what was stored for its account.
macro_rules! by_account {
    ($entry:ident) => {
        impl Part for Vec<$entry> {
            type Update = Vec<$entry>;

            fn take(&mut self, newer: Vec<$entry>) {
                for mut entry in newer {
                    let removed = entry.delete.take() == Some(true);
                    match self.iter_mut().find(|kept| kept.account_id == entry.account_id) {
                        Some(_) if removed => self.retain(|kept| kept.account_id != entry.account_id),
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
    };
}

by_account!(AttributeAccount);
by_account!(SetAccount);
