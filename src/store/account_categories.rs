//! The category trees of accounts, and what is assigned to their categories: items, and the merchant's item groups.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::filter::Cond;
use super::lookups::{BY_CALL, BY_CONFIGURATION};
use super::schema::{account_categories, group_account_categories, item_account_categories, shipping_groups};
use super::{Conn, MOST_VARIABLES, Tx, next_id, next_ids};
use crate::domain::catalogue::ChannelCategory;
use crate::domain::{AccountId, Failure, ItemId};
use crate::{conditions, on};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_categories, treat_none_as_default_value = false)]
pub struct AccountCategoryRow {
    pub account_category_id: i32,
    pub account_id: AccountId,
    pub identifier: String,
    /// The channel's own id.
    pub external_id: String,
    pub parent_id: Option<i32>,
    pub active: bool,
    pub created_at: i64,
    pub last_changed: i64,
}

/// An item group's category in an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = group_account_categories, treat_none_as_default_value = false)]
pub struct GroupMappingRow {
    pub account_id: AccountId,
    /// The group by the ERP's own number.
    pub external_category_id: String,
    pub account_category_id: i32,
    /// [`BY_CALL`] or [`BY_CONFIGURATION`].
    pub origin: i32,
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchAccountCategories.
    AccountCategoryConditions, account_category_conditions {
        account_category_id: Cond<i32> = account_categories::account_category_id,
        external_id: Cond<String> = account_categories::external_id,
        active: Cond<bool> = account_categories::active,
    } beside {
        accounts: Vec<AccountId>,
    }
}

pub(crate) fn matching(conn: &mut Conn<'_>, filter: &AccountCategoryConditions) -> Result<Vec<AccountCategoryRow>, Failure> {
    Ok(on!(conn, c => {
        let mut query = account_categories::table
            .filter(account_categories::account_id.eq_any(&filter.accounts))
            .order(account_categories::account_category_id)
            .select(AccountCategoryRow::as_select())
            .into_boxed();
        account_category_conditions!(narrow query, filter);
        query.load(c)
    })?)
}

pub(crate) fn of_accounts(conn: &mut Conn<'_>, accounts: &[AccountId]) -> Result<Vec<AccountCategoryRow>, Failure> {
    matching(conn, &AccountCategoryConditions { accounts: accounts.to_vec(), ..AccountCategoryConditions::default() })
}

/// Gives a category another id of the channel.
pub(crate) fn rename(tx: &mut Tx<'_>, account_category_id: i32, external_id: &str) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(account_categories::table.find(account_category_id))
        .set(account_categories::external_id.eq(external_id))
        .execute(c))?;
    Ok(())
}

/// Something that their records show is kept elsewhere and has changed.
pub(crate) fn touch(tx: &mut Tx<'_>, ids: &[i32]) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for chunk in ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(account_categories::table.filter(account_categories::account_category_id.eq_any(chunk)))
            .set(account_categories::last_changed.eq(stamp))
            .execute(c))?;
    }
    Ok(())
}

/// Item groups of these numbers are new, or got another number: the categories that they are mapped to show it.
pub(crate) fn touch_groups(tx: &mut Tx<'_>, accounts: &[AccountId], external_ids: &[String]) -> Result<(), Failure> {
    let mut touched = BTreeSet::new();
    for chunk in external_ids.chunks(MOST_VARIABLES) {
        touched.extend(on!(&mut tx.conn, c => group_account_categories::table
            .filter(group_account_categories::account_id.eq_any(accounts))
            .filter(group_account_categories::external_category_id.eq_any(chunk))
            .select(group_account_categories::account_category_id)
            .load::<i32>(c))?);
    }
    touch(tx, &touched.into_iter().collect::<Vec<_>>())
}

/// Inserts new categories and replaces known ones. Parents must come before their children.
pub(crate) fn save(tx: &mut Tx<'_>, rows: &[AccountCategoryRow]) -> Result<(), Failure> {
    for chunk in rows.chunks(500) {
        on!(&mut tx.conn, c => diesel::insert_into(account_categories::table)
            .values(chunk)
            .on_conflict(account_categories::account_category_id)
            .do_update()
            .set((
                account_categories::identifier.eq(excluded(account_categories::identifier)),
                account_categories::external_id.eq(excluded(account_categories::external_id)),
                account_categories::parent_id.eq(excluded(account_categories::parent_id)),
                account_categories::active.eq(excluded(account_categories::active)),
                account_categories::last_changed.eq(excluded(account_categories::last_changed)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// The item groups that have a category in these accounts.
pub(crate) fn mapped_groups(conn: &mut Conn<'_>, accounts: &[AccountId]) -> Result<Vec<GroupMappingRow>, Failure> {
    Ok(on!(conn, c => group_account_categories::table
        .filter(group_account_categories::account_id.eq_any(accounts))
        .order((group_account_categories::account_id, group_account_categories::external_category_id))
        .select(GroupMappingRow::as_select())
        .load(c))?)
}

/// Gives item groups their category, in place of the one they had.
pub(crate) fn map_groups(tx: &mut Tx<'_>, rows: &[GroupMappingRow]) -> Result<(), Failure> {
    for chunk in rows.chunks(500) {
        on!(&mut tx.conn, c => diesel::insert_into(group_account_categories::table)
            .values(chunk)
            .on_conflict((group_account_categories::account_id, group_account_categories::external_category_id))
            .do_update()
            .set((
                group_account_categories::account_category_id.eq(excluded(group_account_categories::account_category_id)),
                group_account_categories::origin.eq(excluded(group_account_categories::origin)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Takes item groups out of a category; what the configuration says stays.
pub(crate) fn unmap_groups(tx: &mut Tx<'_>, account_category_id: i32) -> Result<usize, Failure> {
    Ok(on!(&mut tx.conn, c => diesel::delete(group_account_categories::table
        .filter(group_account_categories::account_category_id.eq(account_category_id))
        .filter(group_account_categories::origin.eq(BY_CALL)))
        .execute(c))?)
}

/// Takes the mapping of the configuration over: `(external group id, channel's category id)`. Categories that do not
/// exist yet are made, named as their id.
pub(crate) fn map_by_configuration(tx: &mut Tx<'_>, account_id: AccountId, mapping: &BTreeMap<String, String>) -> Result<(), Failure> {
    let before: BTreeSet<GroupMappingRow> = mapped_groups(&mut tx.conn, &[account_id])?.into_iter().collect();
    on!(&mut tx.conn, c => diesel::delete(group_account_categories::table
        .filter(group_account_categories::account_id.eq(account_id))
        .filter(group_account_categories::origin.eq(BY_CONFIGURATION)))
        .execute(c))?;
    let stamp = tx.stamp.0;
    let mut known: BTreeMap<String, i32> =
        of_accounts(&mut tx.conn, &[account_id])?.into_iter().map(|row| (row.external_id, row.account_category_id)).collect();
    let mut rows = Vec::new();
    for (group, external_id) in mapping {
        let account_category_id = match known.get(external_id) {
            Some(id) => *id,
            None => {
                let account_category_id = next_id(tx, "account category")?;
                let row = AccountCategoryRow {
                    account_category_id,
                    account_id,
                    identifier: external_id.clone(),
                    external_id: external_id.clone(),
                    parent_id: None,
                    active: true,
                    created_at: stamp,
                    last_changed: stamp,
                };
                save(tx, &[row])?;
                known.insert(external_id.clone(), account_category_id);
                account_category_id
            }
        };
        rows.push(GroupMappingRow { account_id, external_category_id: group.clone(), account_category_id, origin: BY_CONFIGURATION });
    }
    map_groups(tx, &rows)?;
    let after: BTreeSet<GroupMappingRow> = mapped_groups(&mut tx.conn, &[account_id])?.into_iter().collect();
    let touched: BTreeSet<i32> = before.symmetric_difference(&after).map(|row| row.account_category_id).collect();
    touch(tx, &touched.into_iter().collect::<Vec<_>>())
}

/// Makes the channel's categories those of the account, as far as it has none with their id; others stay as they are. Gives how many are
/// new. Nothing is sent because of that: no item group is in one of them yet.
pub(crate) fn take_over(tx: &mut Tx<'_>, account_id: AccountId, tree: &BTreeMap<String, ChannelCategory>) -> Result<usize, Failure> {
    let stamp = tx.stamp.0;
    let mut known: BTreeMap<String, i32> =
        of_accounts(&mut tx.conn, &[account_id])?.into_iter().map(|row| (row.external_id, row.account_category_id)).collect();
    let mut rows = Vec::new();
    for category in tree.values() {
        // Parents before their children; a circle ends where it began.
        let mut line = Vec::new();
        let mut at = Some(category);
        while let Some(here) = at.filter(|here| !known.contains_key(&here.id) && !line.contains(here)) {
            line.push(here);
            at = here.parent_id.as_ref().and_then(|parent| tree.get(parent));
        }
        for category in line.into_iter().rev() {
            let account_category_id = next_id(tx, "account category")?;
            known.insert(category.id.clone(), account_category_id);
            rows.push(AccountCategoryRow {
                account_category_id,
                account_id,
                identifier: category.name.clone(),
                external_id: category.id.clone(),
                parent_id: category.parent_id.as_ref().and_then(|parent| known.get(parent)).copied(),
                active: category.takes_offers,
                created_at: stamp,
                last_changed: stamp,
            });
        }
    }
    save(tx, &rows)?;
    Ok(rows.len())
}

/// The account's categories of item groups, by the groups' external ids.
pub(crate) fn of_groups(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    external: &[&str],
) -> Result<BTreeMap<String, AccountCategoryRow>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in external.chunks(MOST_VARIABLES) {
        let rows: Vec<(String, AccountCategoryRow)> = on!(conn, c => group_account_categories::table
            .inner_join(account_categories::table)
            .filter(group_account_categories::account_id.eq(account_id))
            .filter(group_account_categories::external_category_id.eq_any(chunk))
            .select((group_account_categories::external_category_id, AccountCategoryRow::as_select()))
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The categories of items in an account, the main one first.
pub(crate) fn of_items(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    item_ids: &[ItemId],
) -> Result<BTreeMap<ItemId, Vec<AccountCategoryRow>>, Failure> {
    let mut found: BTreeMap<ItemId, Vec<AccountCategoryRow>> = BTreeMap::new();
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(ItemId, AccountCategoryRow)> = on!(conn, c => item_account_categories::table
            .inner_join(account_categories::table)
            .filter(item_account_categories::account_id.eq(account_id))
            .filter(item_account_categories::item_id.eq_any(chunk))
            .order((item_account_categories::item_id, item_account_categories::position))
            .select((item_account_categories::item_id, AccountCategoryRow::as_select()))
            .load(c))?;
        for (item_id, row) in rows {
            found.entry(item_id).or_default().push(row);
        }
    }
    Ok(found)
}

/// Sets the categories of an item in an account; none takes it out of all.
pub(crate) fn assign(tx: &mut Tx<'_>, account_id: AccountId, item_id: ItemId, categories: &[i32]) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(item_account_categories::table
        .filter(item_account_categories::account_id.eq(account_id))
        .filter(item_account_categories::item_id.eq(item_id)))
        .execute(c))?;
    let rows: Vec<_> = categories
        .iter()
        .zip(0_i32..)
        .map(|(category, position)| {
            (
                item_account_categories::item_id.eq(item_id),
                item_account_categories::account_id.eq(account_id),
                item_account_categories::position.eq(position),
                item_account_categories::account_category_id.eq(*category),
            )
        })
        .collect();
    if !rows.is_empty() {
        on!(&mut tx.conn, c => diesel::insert_into(item_account_categories::table).values(&rows).execute(c))?;
    }
    Ok(())
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = shipping_groups, treat_none_as_default_value = false)]
pub struct ShippingGroupRow {
    pub shipping_group_id: i32,
    pub account_id: AccountId,
    pub identifier: String,
    /// The configuration still names it; its number is kept in any case.
    pub active: bool,
}

pub(crate) fn shipping_groups_of(conn: &mut Conn<'_>, accounts: &[AccountId]) -> Result<Vec<ShippingGroupRow>, Failure> {
    Ok(on!(conn, c => shipping_groups::table
        .filter(shipping_groups::account_id.eq_any(accounts))
        .order(shipping_groups::shipping_group_id)
        .select(ShippingGroupRow::as_select())
        .load(c))?)
}

/// Takes the shipping groups of the configuration over.
pub(crate) fn set_shipping_groups(tx: &mut Tx<'_>, account_id: AccountId, names: &[String]) -> Result<(), Failure> {
    let known = shipping_groups_of(&mut tx.conn, &[account_id])?;
    on!(&mut tx.conn, c => diesel::update(shipping_groups::table.filter(shipping_groups::account_id.eq(account_id)))
        .set(shipping_groups::active.eq(shipping_groups::identifier.eq_any(names)))
        .execute(c))?;
    let new: Vec<&String> = names.iter().filter(|name| !known.iter().any(|row| row.identifier == **name)).collect();
    let first = next_ids(tx, "shipping group", new.len())?;
    let rows: Vec<ShippingGroupRow> = new
        .into_iter()
        .zip(first..)
        .map(|(name, shipping_group_id)| ShippingGroupRow { shipping_group_id, account_id, identifier: name.clone(), active: true })
        .collect();
    if !rows.is_empty() {
        on!(&mut tx.conn, c => diesel::insert_into(shipping_groups::table).values(&rows).execute(c))?;
    }
    Ok(())
}
