//! Two articles with one number cannot both be offered in one account.

use super::*;
use crate::domain::AccountId;
use crate::operations::offers::{PrepareOffers, preparing};
use crate::store::offers::same_sku;

fn prepared(store: &Store, account_id: i32, item_id: ItemId) -> i32 {
    call::<PrepareOffers>(store, preparing(AccountId(account_id), item_id)).result.reports.remove(0).return_code
}

/// A second article; it gets this number, too, while nothing of it is on offer.
fn second(store: &Store, number: &str) -> ItemId {
    let item_id = taken(store, new("B-1"));
    taken(store, ItemRecord { internal_item_number: Some(number.to_owned()), ..numbered(item_id) })
}

/// `SKU_TAKEN`.
const REFUSED: i32 = -5021;

#[test]
fn a_second_article_is_not_prepared_under_a_number_that_is_offered() {
    world(|store, first| {
        let twin = second(store, "A-1");
        assert_eq!((prepared(store, 101, twin), prepared(store, 101, first)), (REFUSED, 0));
        let taken = store.read(|conn| same_sku(conn, AccountId(101), twin, "A-1")).unwrap();
        assert_eq!(taken, Some(first));
    });
}

#[test]
fn an_article_on_offer_does_not_get_the_number_of_another_one() {
    world(|store, first| {
        let other = second(store, "C-1");
        assert_eq!(prepared(store, 101, other), 0);
        let rename = |item_id, number: &str| ItemRecord { internal_item_number: Some(number.to_owned()), ..numbered(item_id) };
        assert_eq!(codes(store, [rename(other, "A-1")]), [REFUSED]);
        // A third number lets them swap, in one call.
        assert_eq!(codes(store, [rename(first, "T"), rename(other, "A-1"), rename(first, "C-1")]), [0, 0, 0]);
        assert_eq!(codes(store, [rename(first, "X"), rename(other, "X")]), [0, REFUSED], "records of the same call count, too");
        assert_eq!(numbers(store, ItemFilterRecord { item_id: is(other), ..ItemFilterRecord::default() }), ["A-1"]);
    });
}
