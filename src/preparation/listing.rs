//! What an item's platform blocks say about the accounts it is listed in: the columns that are written with the document.
//!
//! `specific_item_data/<platform>/account_specific_data/account_specific` holds an `account_id` and `listing_settings`
//! {`primary`, `placing_count`, `refill_count`} (`channel-calls.md` 3 and 16.1).

use std::collections::BTreeSet;

use super::platform::{self, LIMITS, accounts_of, is_of};
use super::references::references_of;
use crate::domain::item::Item;
use crate::domain::{AccountId, Failure, ItemId};
use crate::store::items::{self, ItemRow};
use crate::store::listings::{self, ListingRow};
use crate::store::references;
use crate::store::{Store, Tx, counter, set_counter};
use crate::xml::{Document, Node};

/// How far [`fill_columns`] is: the last article it has done. Another name than before has it begin again: there is more to fill.
const PROGRESS: &str = "item columns 2";
/// Articles of one transaction.
const AT_ONCE: i64 = 500;

/// What an item says about each account. What cannot be read counts as not set: the blocks are kept as they came, and a
/// number with a slip must not stop an offer. Of settings that are printed twice the first ones count (the vendor's own
/// sample has such a block).
pub(crate) fn listings_of(item_id: ItemId, item: &Item) -> Vec<ListingRow> {
    let Some(blocks) = item.blocks() else { return Vec::new() };
    let wrapped = format!("<x>{blocks}</x>");
    let Ok(document) = Document::parse(&wrapped, &LIMITS) else { return Vec::new() };
    let ids = document.root().children().flat_map(accounts_of).filter_map(|account| number(account, "account_id"));
    let ids: BTreeSet<i32> = ids.collect();
    let rows = ids.into_iter().map(|account_id| listing_of(&document, item_id, AccountId(account_id)));
    rows.filter(|row| *row != ListingRow { item_id, account_id: row.account_id, ..ListingRow::default() }).collect()
}

fn listing_of(document: &Document<'_>, item_id: ItemId, account_id: AccountId) -> ListingRow {
    let mut accounts = document.root().children().flat_map(accounts_of).filter(|account| is_of(*account, account_id));
    let template = platform::template_of(document, account_id);
    let row =
        ListingRow { item_id, account_id, template_id: template.id, template_identifier: template.identifier, ..ListingRow::default() };
    let Some(settings) = accounts.find_map(|account| account.child("listing_settings")) else { return row };
    ListingRow {
        is_primary: settings.child("primary").is_some_and(|primary| matches!(primary.text().trim(), "1" | "true")),
        placing_count: number(settings, "placing_count").filter(|count| *count >= 0),
        refill_count: number(settings, "refill_count").filter(|count| *count >= 0),
        ..row
    }
}

fn number(parent: Node<'_>, name: &str) -> Option<i32> {
    parent.child(name).and_then(|child| child.text().trim().parse().ok())
}

/// Fills the columns that repeat parts of the documents, for articles that a program without these columns stored. It goes
/// on where it was interrupted, and costs nothing once it is done.
///
/// # Errors
/// The database does not answer, or holds a document that cannot be read.
pub(crate) fn fill_columns(store: &Store) -> Result<(), Failure> {
    while store.read(|conn| counter(conn, PROGRESS))? != Some(i32::MAX) {
        store.write(fill_next)?;
    }
    Ok(())
}

fn fill_next(tx: &mut Tx<'_>) -> Result<(), Failure> {
    let after = counter(&mut tx.conn, PROGRESS)?.unwrap_or_default();
    let mut rows: Vec<ItemRow> = items::after(&mut tx.conn, ItemId(after), AT_ONCE)?;
    let (mut columns, mut names) = (Vec::new(), Vec::new());
    for row in &mut rows {
        let document = row.document()?;
        row.keep(&document)?;
        columns.extend(listings_of(row.item_id, &document));
        names.extend(references_of(row.item_id, &document));
    }
    items::save(tx, &rows)?;
    let ids: Vec<ItemId> = rows.iter().map(|row| row.item_id).collect();
    listings::replace(tx, &ids, &columns)?;
    references::replace(tx, &ids, &names)?;
    set_counter(tx, PROGRESS, ids.last().map_or(i32::MAX, |item| item.0))
}

#[cfg(test)]
mod tests {
    use crate::domain::{AccountId, MandatorId};
    use diesel::prelude::*;

    use super::{PROGRESS, fill_columns, listings_of};
    use crate::domain::ItemId;
    use crate::domain::item::{Blocks, Item};
    use crate::on;
    use crate::store::listings::{self, ListingRow};
    use crate::store::schema::items;
    use crate::store::testing::{item, on_stores};
    use crate::store::{counter, set_counter};

    fn listing(blocks: &str, account_id: AccountId) -> Option<ListingRow> {
        let item = Item { specific_item_data: Some(Blocks(blocks.to_owned())), ..Item::default() };
        listings_of(ItemId(7), &item).into_iter().find(|row| row.account_id == account_id)
    }

    fn account(id: i32, settings: &str) -> String {
        format!(
            "<account_specific_data><account_specific><account_id>{id}</account_id><title>t</title>{settings}</account_specific></account_specific_data>"
        )
    }

    const SAMPLE: &str =
        "<listing_settings><primary>0</primary><placing_count>15</placing_count><refill_count>5</refill_count></listing_settings>";

    #[test]
    fn the_settings_of_each_account_are_found_in_any_platform_block() {
        let primary = SAMPLE.replace("<primary>0", "<primary>1");
        let blocks = format!(
            "<amazon_listing_item_data>{}</amazon_listing_item_data><shopware6_item_data>{}</shopware6_item_data>",
            account(73706, SAMPLE),
            account(2008522, &primary)
        );
        let expected = |account_id, is_primary| ListingRow {
            item_id: ItemId(7),
            account_id,
            is_primary,
            placing_count: Some(15),
            refill_count: Some(5),
            ..ListingRow::default()
        };
        assert_eq!(listing(&blocks, AccountId(73706)), Some(expected(AccountId(73706), false)));
        assert_eq!(listing(&blocks, AccountId(2008522)), Some(expected(AccountId(2008522), true)));
        assert_eq!(listing(&blocks, AccountId(1)), None);
    }

    #[test]
    fn of_a_block_that_is_printed_twice_the_first_counts() {
        let twice = format!("{SAMPLE}{}", SAMPLE.replace("15", "10"));
        let blocks = format!("<amazon_listing_item_data>{}</amazon_listing_item_data>", account(1, &twice));
        assert_eq!(listing(&blocks, AccountId(1)).unwrap().placing_count, Some(15));
    }

    #[test]
    fn the_template_is_named_by_number_or_by_name() {
        let by_id = format!(
            "<x_item_data>{}</x_item_data>",
            account(1, "<description_template><template_id>118</template_id></description_template>")
        );
        assert_eq!(listing(&by_id, AccountId(1)).unwrap().template_id, Some(118));
        let by_name = format!("<x_item_data>{}</x_item_data>", account(1, "<template_identifier>shop page</template_identifier>"));
        assert_eq!(listing(&by_name, AccountId(1)).unwrap().template_identifier.as_deref(), Some("shop page"));
    }

    #[test]
    fn what_cannot_be_read_is_not_set() {
        let slips = "<listing_settings><primary/><placing_count>many</placing_count><refill_count>-1</refill_count></listing_settings>";
        for blocks in [format!("<x_item_data>{}</x_item_data>", account(1, slips)), "<broken>".to_owned(), String::new()] {
            assert_eq!(listing(&blocks, AccountId(1)), None, "{blocks}");
        }
    }

    #[test]
    fn columns_are_filled_from_the_documents_and_an_interrupted_run_goes_on() {
        let blocks = format!("<x_item_data>{}</x_item_data>", account(1, SAMPLE));
        let data = serde_json::json!({ "mandator_id": 0, "delivery_time_id": 3, "specific_item_data": blocks }).to_string();
        on_stores(|store| {
            let data = data.clone();
            let ids = store.write(move |tx| {
                let ids = [item(tx, MandatorId(1), "A", &[])?, item(tx, MandatorId(1), "B", &[])?];
                on!(&mut tx.conn, c => diesel::update(items::table).set(items::data.eq(&data)).execute(c))?;
                set_counter(tx, PROGRESS, ids[0].0)?;
                Ok(ids)
            });
            let [done, left] = ids.unwrap();
            fill_columns(store).unwrap();
            let filled = store.read(|conn| listings::of_account(conn, AccountId(1), &[done, left])).unwrap();
            assert_eq!(filled.keys().copied().collect::<Vec<_>>(), [left]);
            assert_eq!(filled[&left].placing_count, Some(15));
            let rows = store.read(|conn| crate::store::items::by_ids(conn, &[left])).unwrap();
            assert_eq!(rows[0].delivery_time_id, Some(3));
            assert_eq!(store.read(|conn| counter(conn, PROGRESS)).unwrap(), Some(i32::MAX), "the next start has nothing to do");
        });
    }
}
