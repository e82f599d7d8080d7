//! The connector with the double, beyond what the conformance suite asks of every channel.

use std::time::Duration;

use serde_json::json;

use super::super::super::suite::Stage;
use super::super::super::tests::account;
use super::super::super::{
    Connector, Fact, MissingRight, OfferChange, OfferContent, Outcome, Price, Quantity, Sibling, VariantContent, Word, build, feeds,
};
use super::super::stage::Double;
use super::amount;
use crate::domain::offer::Wanted;
use crate::domain::order::{Content, FactKind, Packet};
use crate::domain::{Currency, Money, OfferId};

fn connector(double: &Double, more: &str) -> Box<dyn Connector> {
    build(&account("magento", &format!("{}{more}", double.settings_of(false))), Duration::from_secs(30)).unwrap()
}

fn price(text: &str) -> Option<Price> {
    Some(Price { money: Money::new(amount(text), Currency::EUR), gross: true })
}

fn offer(number: i32, sku: &str) -> OfferChange {
    OfferChange {
        offer_id: OfferId(number),
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(OfferContent { title: format!("Lampe {sku}"), ..OfferContent::default() }),
        price: price("19.90"),
        quantity: Some(Quantity { offered: 12, reserved_here: 0 }),
    }
}

fn bare(change: &OfferChange, number: Option<String>) -> OfferChange {
    OfferChange { content: None, price: None, quantity: None, external_number: number, ..change.clone() }
}

/// All rows are done; gives their numbers.
fn done(connector: &dyn Connector, changes: &[OfferChange]) -> Vec<Option<String>> {
    let rows = connector.submit(changes).unwrap();
    changes
        .iter()
        .map(|change| match &rows.iter().find(|row| row.offer_id == change.offer_id).unwrap().outcome {
            Outcome::Done { external_number, .. } => external_number.clone(),
            other => panic!("{}: {other:?}", change.sku),
        })
        .collect()
}

#[test]
fn a_renamed_article_keeps_its_quantity_and_its_special_price() {
    let double = Double::new();
    let connector = connector(&double, "");
    let old = offer(1, "OLD");
    let number = done(&*connector, std::slice::from_ref(&old)).remove(0);
    let id: i64 = number.as_ref().unwrap().parse().unwrap();
    let special = json!({ "special_price": "15.000000", "special_from_date": "2026-01-01 00:00:00" });
    let own = double.shop().products[&id]["custom_attributes"].clone();
    let mut both = own.as_object().unwrap().clone();
    both.extend(special.as_object().unwrap().clone());
    double.shop().products.get_mut(&id).unwrap()["custom_attributes"] = json!(both);
    done(&*connector, &[OfferChange { sku: "NEW".to_owned(), known_as: vec!["OLD".to_owned()], ..bare(&old, number) }]);
    let shown = double.offers("NEW").remove(0);
    assert_eq!((shown.quantity, shown.price), (12, amount("19.90")));
    assert_eq!(double.shop().products[&id]["custom_attributes"]["special_from_date"], "2026-01-01 00:00:00");
}

#[test]
fn an_article_with_the_old_number_of_another_one_gets_an_address_of_its_own() {
    let double = Double::new();
    let connector = connector(&double, "");
    let old = offer(1, "A");
    let number = done(&*connector, std::slice::from_ref(&old)).remove(0);
    done(&*connector, &[OfferChange { sku: "B".to_owned(), known_as: vec!["A".to_owned()], ..bare(&old, number) }]);
    done(&*connector, &[offer(2, "A")]);
    assert_eq!((double.offers("A").len(), double.offers("B").len()), (1, 1));
}

#[test]
fn a_record_of_another_kind_is_not_overwritten() {
    let double = Double::new();
    let connector = connector(&double, "");
    double.lists_by_hand("BUNDLE", "Vom Händler");
    let id = double.shop().by_sku("BUNDLE").unwrap();
    double.shop().products.get_mut(&id).unwrap()["type_id"] = json!("bundle");
    // The shop compares numbers without regard to case.
    for sku in ["BUNDLE", "bundle"] {
        let rows = connector.submit(&[offer(1, sku)]).unwrap();
        assert!(matches!(&rows[0].outcome, Outcome::Refused(message) if message.code() == "SKU_TAKEN"), "{rows:?}");
    }
    assert_eq!(double.shop().products[&id]["name"], "Vom Händler");
}

#[test]
fn a_variant_joins_the_family_that_the_merchant_made() {
    let double = Double::new();
    let connector = connector(&double, "");
    double.lists_by_hand("SHIRT-RED", "Hemd Rot");
    double.lists_by_hand("SHIRT", "Hemd");
    let child = double.shop().by_sku("SHIRT-RED").unwrap();
    let parent = double.shop().by_sku("SHIRT").unwrap();
    {
        let mut shop = double.shop();
        shop.products.get_mut(&child).unwrap()["custom_attributes"]["farbe"] = json!("8");
        let record = shop.products.get_mut(&parent).unwrap();
        record["type_id"] = json!("configurable");
        record["options_of"] = json!([{ "attribute_id": "138", "values": [{ "value_index": 8 }] }]);
        shop.links.insert(parent, vec![child]);
    }
    let variant = |number: i32, sku: &str, colour: &str, sibling: Sibling| {
        let mut change = offer(number, sku);
        change.content.as_mut().unwrap().variant = Some(VariantContent {
            // The ERP has another number of the parent than the shop.
            parent_sku: "4711".to_owned(),
            parent_title: "Hemd".to_owned(),
            options: vec![(Word::from("Farbe"), Word::from(colour))],
            siblings: vec![sibling],
            ..VariantContent::default()
        });
        change
    };
    let sibling =
        |sku: &str, number: Option<i64>| Sibling { sku: sku.to_owned(), external_number: number.map(|number| number.to_string()) };
    done(&*connector, &[variant(1, "SHIRT-BLUE", "Blau", sibling("SHIRT-RED", Some(child)))]);
    let blue = double.shop().by_sku("SHIRT-BLUE").unwrap();
    assert_eq!(double.shop().links[&parent], [child, blue]);
    done(&*connector, &[variant(2, "SHIRT-RED", "Rot", sibling("SHIRT-BLUE", Some(blue)))]);
    let shop = double.shop();
    assert_eq!((shop.links.len(), shop.links[&parent].len()), (1, 2));
    let red = &shop.products[&child];
    assert_eq!(
        (&red["visibility"], red["custom_attributes"]["url_key"].as_str().unwrap().starts_with("by-hand")),
        (&json!(4), true),
        "what the merchant chose stays"
    );
}

#[test]
fn a_package_leaves_although_the_source_has_been_emptied_before() {
    let double = Double::new();
    let connector = connector(&double, "");
    let change = offer(1, "A");
    let number = done(&*connector, std::slice::from_ref(&change)).remove(0);
    let order_id = double.buys(&[("A", 2)]);
    let line = double.shop().orders[&order_id.parse().unwrap()]["items"][0]["item_id"].to_string();
    // The pieces are booked out at the ERP: nothing is offered, nothing reserved.
    done(&*connector, &[OfferChange { quantity: Some(Quantity { offered: 0, reserved_here: 0 }), ..bare(&change, number) }]);
    let contents = vec![Content { line_id: Some(line), sku: None, quantity: 2, so_far: 2 }];
    let packet = Packet { packet_id: 1, tracking_number: Some("T1".to_owned()), contents, ..Packet::default() };
    let kind = FactKind::Shipped { packets: vec![packet], together: Vec::new() };
    let fact = Fact { key: "f1".to_owned(), order_id: order_id.clone(), order_id_2: None, kind, task: None };
    assert!(matches!(connector.push_fact(&fact).unwrap(), Outcome::Done { .. }));
    assert_eq!((double.order(&order_id).lines[0].shipped, double.shop().salable("A")), (2, 0));
}

#[test]
fn a_paid_order_is_cancelled_by_giving_everything_back() {
    let double = Double::new();
    let connector = connector(&double, "");
    done(&*connector, &[offer(1, "A")]);
    let order_id = double.buys(&[("A", 1)]);
    let fact = |key: &str, kind: FactKind| Fact { key: key.to_owned(), order_id: order_id.clone(), order_id_2: None, kind, task: None };
    connector.push_fact(&fact("f1", FactKind::Paid { transaction_id: None })).unwrap();
    let cancelled = connector.push_fact(&fact("f2", FactKind::Cancelled { reason: None })).unwrap();
    assert!(matches!(&cancelled, Outcome::Refused(message) if message.code() == "ORDER_PAID"), "{cancelled:?}");
    let kind = FactKind::Refunded {
        credit_number: "CR-1".to_owned(),
        amount: amount("24.80"),
        currency: "EUR".to_owned(),
        positions: Vec::new(),
        reason: None,
    };
    connector.push_fact(&fact("f3", kind)).unwrap();
    let shop = double.shop();
    assert_eq!((&shop.orders[&order_id.parse().unwrap()]["state"], shop.salable("A")), (&json!("closed"), 12));
}

#[test]
fn a_check_names_each_right_that_is_missing_and_what_the_settings_name_wrongly() {
    let double = Double::new();
    let look = |more: &str| connector(&double, more).check();
    let all = look("").unwrap();
    assert_eq!(all.missing, []);
    assert!(all.found.contains("Magento 2.4 (Community), website base at http://shop.example/: gross prices in EUR"), "{}", all.found);
    double.shop().off = 5;
    assert!(look("").unwrap().found.contains("clock is 3") || look("").unwrap().found.contains("clock is 29"));
    double.shop().off = 0;
    double.shop().denied.extend(["Magento_Sales::ship", "Magento_InventoryApi::stock_source_item_assign"]);
    let rights: Vec<String> = look("").unwrap().missing.into_iter().map(|missing| missing.right).collect();
    assert_eq!(rights, ["Magento_InventoryApi::stock_source_item_assign", "Magento_Sales::ship"]);
    double.shop().denied.clear();
    let missing: Vec<MissingRight> = look("source = 'gone'\n").unwrap().missing;
    assert_eq!(missing.iter().map(|missing| missing.right.as_str()).collect::<Vec<_>>(), ["inventory source gone"]);
    let text = look("website = 'gone'\n").unwrap_err().to_string();
    assert!(text.contains("set website in [accounts.settings] to one of base"), "{text}");
}

#[test]
fn a_token_is_renewed_and_nothing_of_it_is_noted() {
    let double = Double::new();
    let admin = build(&account("magento", &double.settings_of(true)), Duration::from_secs(30)).unwrap();
    let (orders, noted) = feeds::noting(|| admin.pull_orders(None, &[]));
    orders.unwrap();
    assert!(!noted.is_empty());
    let all = format!("{noted:?}");
    assert!(!all.contains("token-") && !all.contains("admin-secret"), "{all}");
    double.shop().forgets_tokens();
    admin.pull_orders(None, &[]).unwrap();
}

/// The figure of `docs/CHANNELS.md`.
#[test]
fn ten_thousand_changes_of_price_and_quantity_take_three_calls_for_each_two_hundred() {
    let double = Double::new();
    let connector = connector(&double, "");
    let batch = connector.capabilities().batch_size;
    let new: Vec<OfferChange> = (0..batch).map(|number| offer(i32::try_from(number).unwrap(), &format!("A-{number}"))).collect();
    let numbers = done(&*connector, &new);
    let changed: Vec<OfferChange> = new
        .iter()
        .zip(numbers)
        .map(|(change, number)| OfferChange {
            price: price("7.05"),
            quantity: Some(Quantity { offered: 3, reserved_here: 1 }),
            ..bare(change, number)
        })
        .collect();
    double.shop().requests = 0;
    done(&*connector, &changed);
    assert_eq!((batch, double.shop().requests), (200, 3));
    assert_eq!(10_000 / batch * 3, 150);
    assert_eq!(double.offers("A-7").remove(0).price, amount("7.05"));
}
