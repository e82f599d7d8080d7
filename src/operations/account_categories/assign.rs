//! `updateItemAccountCategoryMapping`: the categories of an article in an account. What is sent replaces what was.

use std::collections::{BTreeMap, BTreeSet};

use super::unknown;
use crate::domain::{AccountId, Failure, ItemId, MandatorId};
use crate::operations::common::ReportAction;
use crate::operations::items::{ItemKey, ItemKeys, ItemReference, KnownItems};
use crate::operations::wire::Records;
use crate::operations::{Work, WriteOperation};
use crate::store::account_categories::{self as store, AccountCategoryRow};
use crate::store::items;
use crate::store::outbox::{self, Topic};
use crate::{reports, wire, write_request};

write_request! {
    /// Articles to assign to categories of accounts.
    UpdateItemMappingRequest {
        /// The articles.
        items: Records<ItemMappingRecord> [flat("item")],
    }
}

wire! {
    /// The categories of an article in an account.
    ItemMappingRecord {
        /// Which field identifies the article. Default INTERNAL_ITEM_NUMBER.
        significant_key: Option<ItemKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the article.
        item_id: Option<ItemId>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The merchant's own item number.
        internal_item_number: Option<String> [max(100), key],
        /// EAN or GTIN.
        ean_code: Option<String> [max(30), key],
        /// The account.
        account_id: AccountId,
        /// Its categories, the main one first. None: the article has no category of its own in the account.
        account_categories: Vec<AccountCategoryRef> [each("account_category")],
    }

    /// A category of an account, by number or by the channel's own id.
    AccountCategoryRef {
        /// Number that Kontor gave the category; wins over external_id.
        account_category_id: Option<i32>,
        /// The channel's own id.
        external_id: Option<String> [max(255), key],
    }
}

reports! { UpdateItemMappingResult, ItemMappingReport, item: ItemKeys }

pub(crate) struct UpdateItemAccountCategoryMapping;

fn reference(record: &ItemMappingRecord) -> ItemReference<'_> {
    ItemReference {
        key: record.significant_key.unwrap_or_default(),
        mandator_id: record.mandator_id,
        item_id: record.item_id,
        internal_item_number: record.internal_item_number.as_deref(),
        ean_code: record.ean_code.as_deref(),
    }
}

/// The ids of the categories a record names, each once.
fn categories_of(record: &ItemMappingRecord, known: &[AccountCategoryRow]) -> Result<Vec<i32>, Failure> {
    let mut ids = Vec::new();
    for entry in &record.account_categories {
        let mut own = known.iter().filter(|row| row.account_id == record.account_id);
        let (found, name) = match (entry.account_category_id, &entry.external_id) {
            (Some(id), _) => (own.find(|row| row.account_category_id == id), id.to_string()),
            (None, Some(external_id)) => (own.find(|row| row.external_id == *external_id), external_id.clone()),
            (None, None) => return Err(Failure::missing("external_id").within("account_categories")),
        };
        let id = found.ok_or_else(|| unknown(&name, record.account_id).within("account_categories"))?.account_category_id;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

impl WriteOperation for UpdateItemAccountCategoryMapping {
    const NAME: &'static str = "updateItemAccountCategoryMapping";
    const DOC: &'static str = "Assigns articles to categories of accounts; what is sent replaces what was assigned in that account.";
    type Request = UpdateItemMappingRequest;
    type Result = UpdateItemMappingResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateItemMappingRequest) -> Result<UpdateItemMappingResult, Failure> {
        let records = || request.items.list.iter().filter_map(|record| record.content.as_deref().ok());
        let items = KnownItems::read(&mut work.tx.conn, records().map(reference))?;
        let accounts: BTreeSet<AccountId> = records().map(|record| record.account_id).collect();
        let categories = store::of_accounts(&mut work.tx.conn, &accounts.into_iter().collect::<Vec<_>>())?;
        let mut changed: BTreeMap<AccountId, Vec<ItemId>> = BTreeMap::new();
        let reports = work.each(
            request.items,
            |record| record.mandator_id,
            |work, record| {
                let keys = ItemKeys { item_id: record.item_id, internal_item_number: record.internal_item_number.clone() };
                let outcome = (|| {
                    work.mandator(record.mandator_id)?;
                    let account = work.account(record.account_id, Some(record.mandator_id))?;
                    let item = items.find(&reference(&record))?.ok_or_else(|| reference(&record).unknown())?;
                    let ids = categories_of(&record, &categories)?;
                    store::assign(work.tx, account.account_id, item.item_id, &ids)?;
                    changed.entry(account.account_id).or_default().push(item.item_id);
                    Ok(ItemKeys { item_id: Some(item.item_id), internal_item_number: Some(item.internal_item_number.clone()) })
                })();
                outcome.map(|keys| (Some(ReportAction::Update), keys)).map_err(|failure| (failure, Some(keys)))
            },
        )?;
        for (account_id, mut ids) in changed {
            ids.extend(items::variants_of(&mut work.tx.conn, &ids)?);
            let accounts = outbox::mark_items_of_accounts(work.tx, &ids, &[Topic::Content], &[account_id])?;
            work.concerns(accounts);
        }
        Ok(UpdateItemMappingResult::of(reports))
    }
}
