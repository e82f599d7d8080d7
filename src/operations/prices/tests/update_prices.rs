use super::super::update_prices::{ItemPriceRecord, UpdatePricesRequest};
use super::*;
use crate::domain::MandatorId;
use crate::operations::items::{FetchItems, FetchItemsRequest, ItemFilterRecord, ItemKey, ItemRecord, UpdateItems, UpdateItemsRequest};
use crate::operations::wire::{Patch, Xml};

fn send(store: &Store, price: ItemPriceRecord) -> i32 {
    let request = UpdatePricesRequest { items: records("item", [price]), ..Default::default() };
    call::<UpdatePrices>(store, request).result.reports.remove(0).return_code
}

fn of(number: &str) -> ItemPriceRecord {
    ItemPriceRecord { mandator_id: MandatorId(1), internal_item_number: Some(number.into()), ..ItemPriceRecord::default() }
}

fn article(store: &Store, number: &str) -> ItemRecord {
    let filters =
        vec![ItemFilterRecord { mandator_id: is(MandatorId(1)), internal_item_number: is(number.to_owned()), ..Default::default() }];
    let request = FetchItemsRequest { filters, ..Default::default() };
    fetch::<FetchItems>(store, request).items.remove(0)
}

#[test]
fn prices_change_and_nothing_else_of_the_article() {
    world(|store| {
        let full = ItemRecord {
            mandator_id: MandatorId(1),
            internal_item_number: Some("A".into()),
            ean_code: Patch::Set("40".into()),
            match_code: Patch::Set("mug".into()),
            ..ItemRecord::default()
        };
        call::<UpdateItems>(store, UpdateItemsRequest { items: records("item", [full]), ..Default::default() });
        all_sent(store);
        let price = ItemPriceRecord {
            list_price: Patch::Set(Decimal::from_whole(15)),
            delivery_charge_category_id: Patch::Set(7),
            ean_code: Some("41".into()),
            ..of("A")
        };
        assert_eq!(send(store, price), 0);
        let kept = article(store, "A");
        assert_eq!(kept.list_price.as_ref(), Some(&Decimal::from_whole(15)));
        assert_eq!(kept.delivery_charge_category_id.as_ref(), Some(&7));
        assert_eq!(kept.ean_code.as_ref().map(String::as_str), Some("40"), "a number beside the key renames nothing");
        assert_eq!(kept.match_code.as_ref().map(String::as_str), Some("mug"));
        assert_eq!(waiting(store, Topic::Price), [101, 102]);
        assert_eq!(send(store, ItemPriceRecord { list_price: Patch::Clear, ..of("A") }), 0);
        assert!(article(store, "A").list_price.is_keep());
    });
}

#[test]
fn channel_prices_leave_the_rest_of_what_the_account_has() {
    world(|store| {
        let block = |inner: &str| {
            let account = format!("<account_specific><account_id>101</account_id>{inner}</account_specific>");
            Patch::Set(Xml(format!("<ebay_item_data><account_specific_data>{account}</account_specific_data></ebay_item_data>")))
        };
        let full = ItemRecord {
            mandator_id: MandatorId(1),
            internal_item_number: Some("A".into()),
            specific_item_data: block("<title>Mug</title><price>1</price>"),
            ..ItemRecord::default()
        };
        call::<UpdateItems>(store, UpdateItemsRequest { items: records("item", [full]), ..Default::default() });
        assert_eq!(send(store, ItemPriceRecord { specific_item_data: block("<price>2</price>").as_ref().cloned(), ..of("A") }), 0);
        assert_eq!(article(store, "A").specific_item_data.as_ref(), block("<price>2</price><title>Mug</title>").as_ref());
    });
}

#[test]
fn an_article_is_found_by_each_key_and_never_made() {
    world(|store| {
        let id = article(store, "A").item_id;
        let by_id =
            ItemPriceRecord { significant_key: Some(ItemKey::Id), item_id: id, list_price: Patch::Set(Decimal::from_whole(9)), ..of("B") };
        assert_eq!(send(store, by_id), 0);
        assert_eq!(article(store, "A").list_price.as_ref(), Some(&Decimal::from_whole(9)));
        assert!(article(store, "B").list_price.is_keep(), "the number beside the key means nothing");
        assert_eq!(send(store, of("nowhere")), -4001);
    });
}
