//! What one account says about a set of attributes, as the original has it for Shopware (`item-calls.md` 12.4).

use crate::domain::attribute::SetSorting;
use crate::domain::{AccountId, MandatorId};
use crate::{wire, wire_enum};

wire_enum! {
    /// Which field identifies a set of attributes.
    AttributeSetKey {
        /// The name.
        Identifier = "attribute_set_identifier",
        /// Kontor's number.
        Id = "attribute_set_id",
    }

    /// How a shop sorts the attributes of a set.
    SetSorting (domain) {
        /// By their names.
        AlphaNumeric = "ALPHA_NUMERIC",
        /// By their sort numbers.
        Position = "POSITION",
        /// By their values as numbers.
        Numeric = "NUMERIC",
        /// By how often they occur.
        Quantity = "QUANTITY",
    }
}

wire! {
    /// What one account says about a set that is there.
    ShopwareSetRecord {
        /// Accepted; set_id finds the set.
        significant_key: Option<AttributeSetKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The set by number.
        set_id: i32,
        /// The account.
        account_id: AccountId,
        /// Used for this account.
        active: Option<bool>,
        /// Usable for the comparison of products.
        comparable: Option<bool>,
        /// The name of the set in the shop.
        identifier: Option<String> [max(255), key],
        /// Sort number.
        position: Option<i32>,
        /// How the shop sorts the set.
        sort_mode: Option<SetSorting>,
    }

    /// The keys of what an account says about a set, on its report.
    ShopwareSetKeys {
        /// The set by number.
        shopware_set_id: i32,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// The name of the set in the shop.
        identifier: Option<String>,
    }
}
