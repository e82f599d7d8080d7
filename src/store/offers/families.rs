//! Articles with the same parent, as an account offers them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::{AccountId, Failure, ItemId};
use crate::on;
use crate::store::schema::{items, offers};
use crate::store::{Conn, MOST_VARIABLES};

/// An article of a family by number, and the channel's number of its offer.
pub(crate) type Member = (ItemId, String, Option<String>);

/// The articles of these parents, those first to which the channel of an account has given a number. Another account may have
/// listed the others in the same shop.
pub(crate) fn families(conn: &mut Conn<'_>, account_id: AccountId, parents: &[ItemId]) -> Result<BTreeMap<ItemId, Vec<Member>>, Failure> {
    let mut found: BTreeMap<ItemId, Vec<Member>> = BTreeMap::new();
    for chunk in parents.chunks(MOST_VARIABLES) {
        let rows: Vec<(Option<ItemId>, ItemId, String, Option<String>)> = on!(conn, c => items::table
            .left_join(offers::table.on(offers::item_id.eq(items::item_id).and(offers::account_id.eq(account_id))))
            .filter(items::variant_parent_id.eq_any(chunk))
            .select((
                items::variant_parent_id,
                items::item_id,
                items::internal_item_number,
                offers::external_offer_number.nullable(),
            ))
            .load(c))?;
        for (parent, item_id, sku, number) in rows {
            if let Some(parent) = parent {
                found.entry(parent).or_default().push((item_id, sku, number));
            }
        }
    }
    found.values_mut().for_each(|members| members.sort_by_key(|(item_id, _, number)| (number.is_none(), *item_id)));
    Ok(found)
}
