//! `updateAccountCategories`: a whole tree in one call, parents and children in any order, and the item groups whose
//! articles belong to its categories.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountCategoryKey, AccountCategoryKeys, AccountCategoryRecord, MappedCategory, unknown};
use crate::domain::{Failure, FieldName, code};
use crate::operations::common::ReportAction;
use crate::operations::wire::{Patch, Records};
use crate::operations::{Work, WriteOperation};
use crate::store::account_categories::{self as store, AccountCategoryRow, GroupMappingRow};
use crate::store::lookups::{BY_CALL, BY_CONFIGURATION};
use crate::store::outbox::{self, Topic};
use crate::store::{categories, free_id, next_ids};
use crate::{reports, write_request};

write_request! {
    /// Categories of accounts to create or update.
    UpdateAccountCatsRequest {
        /// The categories, in any order.
        account_categories: Records<AccountCategoryRecord> [flat("account_category")],
    }
}

reports! { UpdateAccountCatsResult, AccountCategoryReport, account_category: AccountCategoryKeys }

pub struct UpdateAccountCategories;

impl WriteOperation for UpdateAccountCategories {
    const NAME: &'static str = "updateAccountCategories";
    const DOC: &'static str = "Creates and updates categories of accounts, and maps item groups to them.";
    type Request = UpdateAccountCatsRequest;
    type Result = UpdateAccountCatsResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateAccountCatsRequest) -> Result<UpdateAccountCatsResult, Failure> {
        let records: Vec<&AccountCategoryRecord> =
            request.account_categories.list.iter().filter_map(|r| r.content.as_deref().ok()).collect();
        let mut tree = Tree::read(work, &records)?;
        let mut outcomes = tree.take(work, &records)?.into_iter();
        let settings = work.settings;
        let reports = work.each(
            request.account_categories,
            |record| settings.account(record.account_id).map_or(0, |account| account.mandator_id),
            |_, record| {
                let keys = AccountCategoryKeys { account_category_id: record.account_category_id, external_id: record.external_id };
                match outcomes.next() {
                    Some(Ok((action, row))) => Ok((
                        Some(action),
                        AccountCategoryKeys { account_category_id: Some(row.account_category_id), external_id: Some(row.external_id) },
                    )),
                    Some(Err(failure)) => Err((failure, Some(keys))),
                    None => Err((Failure::new(code::INTERNAL, ["a category was not worked on"]), Some(keys))),
                }
            },
        )?;
        tree.store(work)?;
        Ok(UpdateAccountCatsResult::of(reports))
    }
}

type Outcome = Result<(ReportAction, AccountCategoryRow), Failure>;

/// The trees of the accounts concerned, as they will be.
struct Tree {
    rows: BTreeMap<i32, AccountCategoryRow>,
    before: BTreeMap<i32, AccountCategoryRow>,
    /// By account and the group's external id.
    mapping: BTreeMap<(i32, String), GroupMappingRow>,
    mapped: Vec<GroupMappingRow>,
    emptied: Vec<i32>,
    touched: BTreeSet<i32>,
    /// Accounts whose offers may show something else now.
    accounts: BTreeSet<i32>,
    next_id: i32,
    created: usize,
}

impl Tree {
    fn read(work: &mut Work<'_, '_>, records: &[&AccountCategoryRecord]) -> Result<Tree, Failure> {
        let accounts: BTreeSet<i32> = records.iter().map(|record| record.account_id).collect();
        let accounts: Vec<i32> = accounts.into_iter().collect();
        let rows: BTreeMap<i32, AccountCategoryRow> =
            store::of_accounts(&mut work.tx.conn, &accounts)?.into_iter().map(|row| (row.account_category_id, row)).collect();
        let mapping = store::mapped_groups(&mut work.tx.conn, &accounts)?;
        Ok(Tree {
            before: rows.clone(),
            rows,
            mapping: mapping.into_iter().map(|row| ((row.account_id, row.external_category_id.clone()), row)).collect(),
            mapped: Vec::new(),
            emptied: Vec::new(),
            touched: BTreeSet::new(),
            accounts: BTreeSet::new(),
            next_id: free_id(work.tx, "account category")?,
            created: 0,
        })
    }

    fn by_external(&self, account_id: i32, external_id: &str) -> Option<&AccountCategoryRow> {
        self.rows.values().find(|row| row.account_id == account_id && row.external_id == external_id)
    }

    /// First all categories are found or made, then parents are set: so a child may stand before its parent.
    fn take(&mut self, work: &mut Work<'_, '_>, records: &[&AccountCategoryRecord]) -> Result<Vec<Outcome>, Failure> {
        let mut steps: Vec<Outcome> = Vec::with_capacity(records.len());
        let mut groups: Vec<Vec<String>> = Vec::with_capacity(records.len());
        for record in records {
            let mut names = Vec::new();
            let mut step = self.step(work, record);
            if let Ok((_, row)) = &step {
                match self.groups_of(work, record, row.account_category_id)? {
                    Ok(found) => {
                        names = found;
                        self.rows.insert(row.account_category_id, row.clone());
                    }
                    Err(failure) => step = Err(failure.within("mapped_categories")),
                }
            }
            groups.push(names);
            steps.push(step);
        }
        // A category that cannot be kept takes those down that hang on it; so again until nothing changes.
        let mut failed = true;
        while failed {
            failed = false;
            for (step, record) in steps.iter_mut().zip(records) {
                let Ok((_, row)) = step else { continue };
                let id = row.account_category_id;
                let outcome = self.parent_of(record, row).and_then(|parent| self.set_parent(id, parent));
                if let Err(failure) = outcome {
                    match self.before.get(&id) {
                        Some(old) => self.rows.insert(id, old.clone()),
                        None => self.rows.remove(&id),
                    };
                    *step = Err(failure);
                    failed = true;
                }
            }
        }
        for ((step, record), names) in steps.iter_mut().zip(records).zip(groups) {
            let Ok((_, row)) = step else { continue };
            let Some(kept) = self.rows.get(&row.account_category_id).cloned() else { continue };
            *row = kept;
            self.touched.insert(row.account_category_id);
            self.map(record, row.account_category_id, names);
        }
        Ok(steps)
    }

    fn step(&mut self, work: &Work<'_, '_>, record: &AccountCategoryRecord) -> Outcome {
        let account = work.account(record.account_id, record.mandator_id)?;
        let found = match record.significant_key.unwrap_or_default() {
            AccountCategoryKey::External => {
                let external_id = record.external_id.as_ref().ok_or_else(|| Failure::missing("external_id"))?;
                self.by_external(account.account_id, external_id)
            }
            AccountCategoryKey::Id => {
                let id = record.account_category_id.ok_or_else(|| Failure::missing("account_category_id"))?;
                let row = self.rows.get(&id).filter(|row| row.account_id == account.account_id);
                Some(row.ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName("account_category_id"), &id]))?)
            }
        };
        let stamp = work.tx.stamp.0;
        let (action, mut row) = match found {
            Some(row) => (ReportAction::Update, row.clone()),
            None => {
                let account_category_id = self.next_id;
                let row = AccountCategoryRow {
                    account_category_id,
                    account_id: account.account_id,
                    identifier: record.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?,
                    external_id: record.external_id.clone().ok_or_else(|| Failure::missing("external_id"))?,
                    parent_id: None,
                    active: true,
                    created_at: stamp,
                    last_changed: stamp,
                };
                self.next_id = self.next_id.saturating_add(1);
                self.created += 1;
                (ReportAction::Insert, row)
            }
        };
        if let Some(external_id) = &record.external_id {
            let owner = self.by_external(account.account_id, external_id);
            if owner.is_some_and(|owner| owner.account_category_id != row.account_category_id) {
                return Err(Failure::quoting(code::REPEATED, [&(FieldName("external_id"), external_id.as_str())]));
            }
            row.external_id.clone_from(external_id);
        }
        if let Some(identifier) = &record.identifier {
            row.identifier.clone_from(identifier);
        }
        row.active = record.active.unwrap_or(row.active);
        row.last_changed = stamp;
        Ok((action, row))
    }

    fn parent_of(&self, record: &AccountCategoryRecord, row: &AccountCategoryRow) -> Result<Option<i32>, Failure> {
        match (&record.parent_id, &record.external_parent_id) {
            (Patch::Set(id), _) => match self.rows.get(id) {
                Some(parent) if parent.account_id == row.account_id => Ok(Some(*id)),
                _ => Err(unknown(&id.to_string(), row.account_id).within("parent_id")),
            },
            (_, Patch::Set(external_id)) => match self.by_external(row.account_id, external_id) {
                Some(parent) => Ok(Some(parent.account_category_id)),
                None => Err(unknown(external_id, row.account_id).within("external_parent_id")),
            },
            (Patch::Keep, Patch::Keep) => Ok(row.parent_id),
            _ => Ok(None),
        }
    }

    fn set_parent(&mut self, id: i32, parent: Option<i32>) -> Result<(), Failure> {
        let mut at = parent;
        let mut steps = 0_usize;
        while let Some(ancestor) = at {
            steps += 1;
            if ancestor == id || steps > self.rows.len() {
                let name = self.rows.get(&id).map_or("", |row| row.identifier.as_str());
                return Err(Failure::new(code::CYCLE, [name]).within("external_parent_id"));
            }
            at = self.rows.get(&ancestor).and_then(|row| row.parent_id);
        }
        if let Some(row) = self.rows.get_mut(&id) {
            row.parent_id = parent;
        }
        Ok(())
    }

    /// The external ids of the item groups that a record maps to its category, or why one of them cannot be.
    fn groups_of(&self, work: &mut Work<'_, '_>, record: &AccountCategoryRecord, id: i32) -> Result<Result<Vec<String>, Failure>, Failure> {
        let mandator_id = work.settings.account(record.account_id).map_or(0, |account| account.mandator_id);
        let mut names = Vec::new();
        for entry in &record.mapped_categories.entries {
            let name = match group_of(work, mandator_id, entry)? {
                Ok(name) => name,
                Err(failure) => return Ok(Err(failure)),
            };
            let known = self.mapping.get(&(record.account_id, name.clone()));
            match known.filter(|row| row.origin == BY_CONFIGURATION) {
                Some(row) if row.account_category_id == id => {}
                Some(_) => {
                    let what = format!("accounts.category_mapping.{name}");
                    return Ok(Err(Failure::new(code::SET_IN_CONFIGURATION, [&what])));
                }
                None => names.push(name),
            }
        }
        Ok(Ok(names))
    }

    fn map(&mut self, record: &AccountCategoryRecord, id: i32, names: Vec<String>) {
        let account_id = record.account_id;
        let mapped = |tree: &Tree| tree.mapping.values().filter(|row| row.account_category_id == id).count();
        let before = mapped(self);
        if record.mapped_categories.replace {
            self.emptied.push(id);
            self.mapping.retain(|_, row| row.account_category_id != id || row.origin == BY_CONFIGURATION);
        }
        for name in names {
            let row = GroupMappingRow { account_id, external_category_id: name.clone(), account_category_id: id, origin: BY_CALL };
            let known = self.mapping.insert((account_id, name), row.clone());
            if known.as_ref() != Some(&row) {
                self.accounts.insert(account_id);
            }
            self.mapped.push(row);
        }
        if mapped(self) != before {
            self.accounts.insert(account_id);
        }
    }

    fn store(mut self, work: &mut Work<'_, '_>) -> Result<(), Failure> {
        if self.created > 0 {
            next_ids(work.tx, "account category", self.created)?;
        }
        let depth = |id: i32| {
            let mut depth = 0_usize;
            let mut at = self.rows.get(&id).and_then(|row| row.parent_id);
            while let Some(parent) = at.filter(|_| depth <= self.rows.len()) {
                depth += 1;
                at = self.rows.get(&parent).and_then(|row| row.parent_id);
            }
            depth
        };
        let mut ids: Vec<(usize, i32)> = self.touched.iter().map(|id| (depth(*id), *id)).collect();
        ids.sort_unstable();
        let rows: Vec<AccountCategoryRow> = ids.iter().filter_map(|(_, id)| self.rows.get(id)).cloned().collect();
        store::save(work.tx, &rows)?;
        for id in &self.emptied {
            store::unmap_groups(work.tx, *id)?;
        }
        // The last word on a group counts, also within one request.
        let last: BTreeMap<(i32, String), GroupMappingRow> =
            std::mem::take(&mut self.mapped).into_iter().map(|row| ((row.account_id, row.external_category_id.clone()), row)).collect();
        store::map_groups(work.tx, &last.into_values().collect::<Vec<_>>())?;
        for row in &rows {
            let shows = |row: &AccountCategoryRow| (row.external_id.clone(), row.active);
            if self.before.get(&row.account_category_id).is_some_and(|old| shows(old) != shows(row)) {
                self.accounts.insert(row.account_id);
            }
        }
        let accounts: Vec<i32> = self.accounts.into_iter().collect();
        outbox::mark_accounts(work.tx, &accounts, &[Topic::Content])?;
        work.concerns(accounts);
        Ok(())
    }
}

/// The external id of the group that an entry means. A group that is not there yet may be named by it: ERPs send trees
/// in any order, and the configuration does the same.
fn group_of(work: &mut Work<'_, '_>, mandator_id: i32, entry: &MappedCategory) -> Result<Result<String, Failure>, Failure> {
    match (entry.category_id, &entry.external_category_id) {
        (Some(id), _) => {
            let owner = categories::mandators(&mut work.tx.conn, &[id])?.get(&id).copied();
            let external = categories::external_ids(&mut work.tx.conn, std::iter::once(id))?.remove(&id);
            let unknown = || Failure::new(code::UNKNOWN_CATEGORY, [&id.to_string(), &mandator_id.to_string()]);
            Ok(external.filter(|_| owner == Some(mandator_id)).ok_or_else(unknown))
        }
        (None, Some(external)) => Ok(Ok(external.clone())),
        (None, None) => Ok(Err(Failure::missing("external_category_id"))),
    }
}
