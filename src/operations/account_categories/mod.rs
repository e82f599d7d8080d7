//! The category trees of accounts and what is assigned to them: `fetchAccountCategories`, `updateAccountCategories`,
//! `updateItemAccountCategoryMapping`. `channel-calls.md` 14; the forms are inferred, the mapping of item groups is ours.

mod assign;
mod fetch;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use assign::UpdateItemAccountCategoryMapping;
pub(crate) use fetch::FetchAccountCategories;
pub(crate) use update::UpdateAccountCategories;

use super::Reading;
use super::wire::{Bundle, Patch};
use crate::domain::{AccountId, Failure, MandatorId, code};
use crate::{wire, wire_enum};

wire_enum! {
    /// Which field identifies a category of an account.
    AccountCategoryKey {
        /// The channel's own number of the category.
        External = "external_id",
        /// Kontor's number of the category.
        Id = "account_category_id",
    }
}

wire! {
    /// A category of an account.
    AccountCategoryRecord {
        /// Which field identifies the category. Default EXTERNAL_ID.
        significant_key: Option<AccountCategoryKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the category.
        account_category_id: Option<i32>,
        /// The mandator of the account.
        mandator_id: Option<MandatorId>,
        /// The account.
        account_id: AccountId,
        /// Name. Needed for a new category.
        identifier: Option<String> [max(255)],
        /// The channel's own id. Needed for a new category.
        external_id: Option<String> [max(255), key],
        /// Parent by number; wins over external_parent_id. Empty: top level.
        parent_id: Patch<i32>,
        /// Parent by the channel's own id. Empty: top level.
        external_parent_id: Patch<String> [max(255), key],
        /// Switched on. A category that is not counts as if nothing were assigned to it. Default true.
        active: Option<bool>,
        /// Item groups whose articles belong here, with those of their sub groups that are not mapped themselves.
        mapped_categories: Bundle<MappedCategory> [each("category")],
    }

    /// An item group that is mapped to a category of an account.
    MappedCategory {
        /// The group by number.
        category_id: Option<i32>,
        /// The group by the ERP's own number.
        external_category_id: Option<String> [max(50), key],
        /// The configuration says so (read only).
        configured: Option<bool>,
    }

    /// The keys of a category, on its report.
    AccountCategoryKeys {
        /// Number that Kontor gave the category.
        account_category_id: Option<i32>,
        /// The channel's own id.
        external_id: Option<String>,
    }
}

/// The accounts of a mandator.
fn accounts_of(reading: &Reading<'_>, mandator_id: MandatorId) -> Vec<AccountId> {
    reading.settings.accounts.iter().filter(|account| account.mandator_id == mandator_id).map(|account| account.account_id).collect()
}

fn unknown(name: &str, account_id: AccountId) -> Failure {
    Failure::new(code::UNKNOWN_ACCOUNT_CATEGORY, [name, &account_id.to_string()])
}
