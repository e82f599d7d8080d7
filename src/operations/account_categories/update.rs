//! `updateAccountCategories`: a whole tree of an account in one call, in any order, and the item groups whose articles
//! belong to its categories.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountCategoryKey, AccountCategoryKeys, AccountCategoryRecord, MappedCategory, unknown};
use crate::domain::{AccountId, Failure, MandatorId, Stamp, code};
use crate::operations::tree::{Branch, Grown, Growth, Position, Tree};
use crate::operations::wire::Records;
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

pub(crate) struct UpdateAccountCategories;

impl WriteOperation for UpdateAccountCategories {
    const NAME: &'static str = "updateAccountCategories";
    const DOC: &'static str = "Creates and updates categories of accounts, and maps item groups to them.";
    type Request = UpdateAccountCatsRequest;
    type Result = UpdateAccountCatsResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateAccountCatsRequest) -> Result<UpdateAccountCatsResult, Failure> {
        let records: Vec<&AccountCategoryRecord> =
            request.account_categories.list.iter().filter_map(|record| record.content.as_deref().ok()).collect();
        let accounts: Vec<AccountId> = records.iter().map(|record| record.account_id).collect::<BTreeSet<_>>().into_iter().collect();
        let mut mapping = Mapping::read(work, &accounts)?;
        let mut groups = Vec::with_capacity(records.len());
        for record in &records {
            groups.push(groups_of(work, record)?);
        }
        let checked = records.iter().zip(&groups).map(|(record, groups)| {
            work.account(record.account_id, record.mandator_id)?;
            Ok(Leaf { record, groups, mapping: &mapping, now: work.tx.stamp })
        });
        let checked: Vec<Result<Leaf<'_>, Failure>> = checked.collect();
        let rows = store::of_accounts(&mut work.tx.conn, &accounts)?;
        let tree = Tree::new(rows, free_id(work.tx, COUNTER)?).grow(checked);
        for ((record, groups), outcome) in records.iter().zip(&groups).zip(&tree.outcomes) {
            if let (Ok(groups), Ok((_, id))) = (groups, outcome) {
                mapping.map(record, *id, groups);
            }
        }
        keep(work, &tree, mapping)?;
        let settings = work.settings;
        let mut outcomes = tree.outcomes.iter().cloned();
        let reports = work.each(
            request.account_categories,
            |record| settings.account(record.account_id).map_or(MandatorId(0), |account| account.mandator_id),
            |_, record| {
                let sent = AccountCategoryKeys { account_category_id: record.account_category_id, external_id: record.external_id };
                match outcomes.next() {
                    Some(Ok((action, id))) => {
                        let external_id = tree.row(id).map(|row| row.external_id.clone());
                        Ok((Some(action), AccountCategoryKeys { account_category_id: Some(id), external_id }))
                    }
                    Some(Err(failure)) => Err((failure, Some(sent))),
                    None => Err((Failure::new(code::INTERNAL, ["a category was not worked on"]), Some(sent))),
                }
            },
        )?;
        Ok(UpdateAccountCatsResult::of(reports))
    }
}

/// The counter of their numbers.
const COUNTER: &str = "account category";

/// Stores the tree and the mapping, and marks the offers of the accounts that may show something else now.
fn keep(work: &mut Work<'_, '_>, tree: &Grown<AccountCategoryRow>, mapping: Mapping) -> Result<(), Failure> {
    next_ids(work.tx, COUNTER, tree.created)?;
    for (id, external_id) in &tree.renamed {
        store::rename(work.tx, *id, external_id)?;
    }
    store::save(work.tx, &tree.parents_first())?;
    store::touch(work.tx, &tree.below_renamed())?;
    let mut accounts = mapping.keep(work)?;
    for row in tree.rows() {
        let shows = |row: &AccountCategoryRow| (row.external_id.clone(), row.active);
        if tree.before(row.account_category_id).is_some_and(|before| shows(before) != shows(row)) {
            accounts.insert(row.account_id);
        }
    }
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    outbox::mark_accounts(work.tx, &accounts, &[Topic::Content])?;
    work.concerns(accounts);
    Ok(())
}

/// A record with the external ids of the item groups that it maps.
struct Leaf<'r> {
    record: &'r AccountCategoryRecord,
    groups: &'r Result<Vec<String>, Failure>,
    mapping: &'r Mapping,
    now: Stamp,
}

impl Growth for Leaf<'_> {
    type Branch = AccountCategoryRow;

    fn position(&self) -> Position<'_> {
        let record = self.record;
        Position {
            owner: record.account_id.0,
            by_id: record.significant_key == Some(AccountCategoryKey::Id),
            id: record.account_category_id,
            external_id: record.external_id.as_deref(),
            parent_id: &record.parent_id,
            external_parent_id: &record.external_parent_id,
        }
    }

    fn insert(&self, id: i32) -> Result<AccountCategoryRow, Failure> {
        Ok(AccountCategoryRow {
            account_category_id: id,
            account_id: self.record.account_id,
            identifier: self.record.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?,
            external_id: String::new(),
            parent_id: None,
            active: true,
            created_at: self.now.0,
            last_changed: self.now.0,
        })
    }

    fn change(&self, row: &mut AccountCategoryRow) -> Result<(), Failure> {
        if let Some(identifier) = &self.record.identifier {
            row.identifier.clone_from(identifier);
        }
        row.active = self.record.active.unwrap_or(row.active);
        row.last_changed = self.now.0;
        let groups = self.groups.as_ref().map_err(Failure::clone);
        groups.and_then(|groups| self.mapping.allows(row, groups)).map_err(|failure| failure.within("mapped_categories"))
    }
}

impl Branch for AccountCategoryRow {
    const ID: &'static str = "account_category_id";

    fn id(&self) -> i32 {
        self.account_category_id
    }

    fn owner(&self) -> i32 {
        self.account_id.0
    }

    fn identifier(&self) -> &str {
        &self.identifier
    }

    fn external_id(&self) -> Option<&str> {
        Some(&self.external_id)
    }

    fn parent_id(&self) -> Option<i32> {
        self.parent_id
    }

    fn set_external_id(&mut self, external_id: &str) {
        self.external_id = external_id.to_owned();
    }

    fn set_parent_id(&mut self, parent_id: Option<i32>) {
        self.parent_id = parent_id;
    }

    fn unknown(name: &str, owner: i32) -> Failure {
        unknown(name, AccountId(owner))
    }
}

/// Which item groups belong to which categories.
struct Mapping {
    /// By account and the group's external id.
    now: BTreeMap<(AccountId, String), GroupMappingRow>,
    /// The groups that calls mapped, by category.
    by_call: BTreeMap<i32, BTreeSet<String>>,
    mapped: Vec<GroupMappingRow>,
    emptied: Vec<i32>,
    /// Categories that got or lost a group.
    touched: BTreeSet<i32>,
    /// Accounts whose mapping changed.
    accounts: BTreeSet<AccountId>,
}

impl Mapping {
    fn read(work: &mut Work<'_, '_>, accounts: &[AccountId]) -> Result<Mapping, Failure> {
        let mut mapping = Mapping {
            now: BTreeMap::new(),
            by_call: BTreeMap::new(),
            mapped: Vec::new(),
            emptied: Vec::new(),
            touched: BTreeSet::new(),
            accounts: BTreeSet::new(),
        };
        for row in store::mapped_groups(&mut work.tx.conn, accounts)? {
            if row.origin == BY_CALL {
                mapping.by_call.entry(row.account_category_id).or_default().insert(row.external_category_id.clone());
            }
            mapping.now.insert((row.account_id, row.external_category_id.clone()), row);
        }
        Ok(mapping)
    }

    /// The configuration's mapping of this group.
    fn configured(&self, account_id: AccountId, group: &str) -> Option<&GroupMappingRow> {
        self.now.get(&(account_id, group.to_owned())).filter(|row| row.origin == BY_CONFIGURATION)
    }

    /// Refuses groups that the configuration maps to another category.
    fn allows(&self, row: &AccountCategoryRow, groups: &[String]) -> Result<(), Failure> {
        let elsewhere = |group: &&String| {
            let configured = self.configured(row.account_id, group);
            configured.is_some_and(|other| other.account_category_id != row.account_category_id)
        };
        match groups.iter().find(elsewhere) {
            Some(group) => Err(Failure::new(code::SET_IN_CONFIGURATION, [&format!("accounts.category_mapping.{group}")])),
            None => Ok(()),
        }
    }

    fn map(&mut self, record: &AccountCategoryRecord, id: i32, groups: &[String]) {
        let account_id = record.account_id;
        if record.mapped_categories.replace {
            self.emptied.push(id);
            for group in self.by_call.remove(&id).unwrap_or_default() {
                if !groups.contains(&group) {
                    self.now.remove(&(account_id, group));
                    self.accounts.insert(account_id);
                    self.touched.insert(id);
                }
            }
        }
        for group in groups {
            if self.configured(account_id, group).is_some() {
                continue;
            }
            let row = GroupMappingRow { account_id, external_category_id: group.clone(), account_category_id: id, origin: BY_CALL };
            let known = self.now.insert((account_id, group.clone()), row.clone());
            if known.as_ref() != Some(&row) {
                self.accounts.insert(account_id);
                self.touched.insert(id);
                self.touched.extend(known.as_ref().map(|known| known.account_category_id));
            }
            if let Some(left) = known.and_then(|known| self.by_call.get_mut(&known.account_category_id)) {
                left.remove(group);
            }
            self.by_call.entry(id).or_default().insert(group.clone());
            self.mapped.push(row);
        }
    }

    fn keep(self, work: &mut Work<'_, '_>) -> Result<BTreeSet<AccountId>, Failure> {
        for id in &self.emptied {
            store::unmap_groups(work.tx, *id)?;
        }
        // The last word on a group counts, also within one request.
        let last: BTreeMap<(AccountId, String), GroupMappingRow> =
            self.mapped.into_iter().map(|row| ((row.account_id, row.external_category_id.clone()), row)).collect();
        store::map_groups(work.tx, &last.into_values().collect::<Vec<_>>())?;
        store::touch(work.tx, &self.touched.into_iter().collect::<Vec<_>>())?;
        Ok(self.accounts)
    }
}

/// The external ids of the item groups that a record maps to its category, or why one of them cannot be mapped.
fn groups_of(work: &mut Work<'_, '_>, record: &AccountCategoryRecord) -> Result<Result<Vec<String>, Failure>, Failure> {
    let mandator_id = work.settings.account(record.account_id).map_or(MandatorId(0), |account| account.mandator_id);
    let mut names = Vec::new();
    for entry in &record.mapped_categories.entries {
        match group_of(work, mandator_id, entry)? {
            Ok(name) => names.push(name),
            Err(failure) => return Ok(Err(failure)),
        }
    }
    Ok(Ok(names))
}

/// The external id of the group that an entry means. It may name a group that does not exist yet: ERPs send
/// trees in any order, and the configuration does the same.
fn group_of(work: &mut Work<'_, '_>, mandator_id: MandatorId, entry: &MappedCategory) -> Result<Result<String, Failure>, Failure> {
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
