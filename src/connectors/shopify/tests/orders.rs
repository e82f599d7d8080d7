//! Orders and facts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::double::{LOCATION, SECOND};
use super::super::stage::Double;
use super::{amount, available, change, fact, is_done, submit};
use crate::connectors::suite::{Edit, Stage};
use crate::connectors::{Fact, OfferChange, Outcome, ReadBack};
use crate::domain::order::{Content, FactKind, Packet};

#[test]
fn a_package_with_pieces_of_two_locations_becomes_two_fulfilments_with_its_number() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let id = shop.numbers("A")[0];
    shop.shop().variants.get_mut(&id).unwrap()["levels"][SECOND] = json!({ "available": 9, "committed": 0, "updatedAt": "" });
    let order = shop.shop().place(&[(id, 5)], &[LOCATION, SECOND]);
    let pulled = connector.pull_orders(None, &[]).unwrap();
    let line = pulled.orders.iter().find(|one| one.order_id == order.to_string()).unwrap().lines[0].line_id.clone();
    let contents = vec![Content { line_id: Some(line), sku: None, quantity: 5, so_far: 5 }];
    let packet = Packet { packet_id: 1, tracking_number: Some("JJD1".to_owned()), contents, ..Packet::default() };
    let shipped = fact(order, FactKind::Shipped { packets: vec![packet], together: Vec::new() });
    is_done(&connector.push_fact(&shipped).unwrap());
    is_done(&connector.push_fact(&shipped).unwrap());
    let shown = shop.order(&order.to_string());
    let pieces: Vec<i32> = shown.packages.iter().map(|package| package.contents[0].1).collect();
    assert_eq!((pieces, shown.lines[0].shipped), (vec![2, 3], 5));
    assert!(shown.packages.iter().all(|package| package.tracking == ["JJD1"]));
}

#[test]
fn a_corrected_number_replaces_that_of_the_only_package() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let order: i64 = shop.buys(&[("A", 1)]).parse().unwrap();
    let packet = |number: &str, again: bool| Packet { packet_id: 1, again, tracking_number: Some(number.to_owned()), ..Packet::default() };
    is_done(&connector.push_fact(&fact(order, FactKind::Shipped { packets: vec![packet("WRONG", false)], together: Vec::new() })).unwrap());
    is_done(&connector.push_fact(&fact(order, FactKind::Shipped { packets: vec![packet("RIGHT", true)], together: Vec::new() })).unwrap());
    let shown = shop.order(&order.to_string());
    assert_eq!((shown.packages.len(), shown.packages[0].tracking.as_slice()), (1, &["RIGHT".to_owned()][..]));
}

#[test]
fn pieces_on_hold_are_not_reported_as_shipped() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let order: i64 = shop.buys(&[("A", 1)]).parse().unwrap();
    shop.shop().orders.get_mut(&order).unwrap()["fulfillmentOrders"][0]["status"] = json!("ON_HOLD");
    let packet = Packet { packet_id: 1, ..Packet::default() };
    let outcome = connector.push_fact(&fact(order, FactKind::Shipped { packets: vec![packet], together: Vec::new() })).unwrap();
    assert!(matches!(&outcome, Outcome::Refused(said) if said.line().contains("ON_HOLD")), "{outcome:?}");
    assert!(shop.order(&order.to_string()).packages.is_empty());
}

#[test]
fn a_cancellation_is_a_job_that_is_asked_about() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let order: i64 = shop.buys(&[("A", 3)]).parse().unwrap();
    let cancelled = fact(order, FactKind::Cancelled { reason: Some("sold out".to_owned()) });
    let Outcome::Accepted(accepted) = connector.push_fact(&cancelled).unwrap() else { panic!("it takes its time") };
    let asked = Fact { task: Some(accepted.task), ..cancelled.clone() };
    assert!(matches!(connector.read_back(&asked).unwrap(), ReadBack::Working { .. }));
    assert!(matches!(connector.read_back(&asked).unwrap(), ReadBack::Arrived));
    assert_eq!((shop.order(&order.to_string()).cancelled, available(&shop, "A")), (true, 12));
    let forgotten = Fact { task: Some("gid://shopify/Job/1".to_owned()), ..fact(9, FactKind::Cancelled { reason: None }) };
    assert!(matches!(connector.read_back(&forgotten).unwrap(), ReadBack::Absent));
}

#[test]
fn what_is_open_of_an_order_that_left_in_part_is_taken_out() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let order: i64 = shop.buys(&[("A", 3)]).parse().unwrap();
    let line = connector.pull_orders(None, &[]).unwrap().orders[0].lines[0].line_id.clone();
    let contents = vec![Content { line_id: Some(line), sku: None, quantity: 1, so_far: 1 }];
    let packet = Packet { packet_id: 1, contents, ..Packet::default() };
    is_done(&connector.push_fact(&fact(order, FactKind::Shipped { packets: vec![packet], together: Vec::new() })).unwrap());
    is_done(&connector.push_fact(&fact(order, FactKind::Cancelled { reason: None })).unwrap());
    let shown = shop.order(&order.to_string());
    assert_eq!((shown.cancelled, shown.lines[0].cancelled, shown.lines[0].shipped, available(&shop, "A")), (false, 2, 1, 11));
}

#[test]
fn authorized_money_is_captured() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let order: i64 = shop.buys(&[("A", 1)]).parse().unwrap();
    shop.shop().authorizes(order);
    let paid = fact(order, FactKind::Paid { transaction_id: None });
    is_done(&connector.push_fact(&paid).unwrap());
    is_done(&connector.push_fact(&paid).unwrap());
    let kinds: Vec<Value> = shop.shop().orders[&order]["transactions"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["AUTHORIZATION", "CAPTURE"]);
}

#[test]
fn refunded_pieces_go_back_into_stock_where_the_settings_say_so() {
    for (settings, expected) in [("", 11), ("restock_refunds = true\n", 12)] {
        let shop = Double::new();
        let connector = shop.build(settings);
        is_done(&submit(&*connector, &[change(1, "A")])[0]);
        let order: i64 = shop.buys(&[("A", 1)]).parse().unwrap();
        shop.shop().pays(order);
        let line = connector.pull_orders(None, &[]).unwrap().orders[0].lines[0].line_id.clone();
        let credit = FactKind::Refunded {
            credit_number: "CR-1".to_owned(),
            amount: amount("19.90"),
            currency: "EUR".to_owned(),
            positions: vec![Content { line_id: Some(line), sku: None, quantity: 1, so_far: 1 }],
            reason: None,
        };
        let credit = fact(order, credit);
        is_done(&connector.push_fact(&credit).unwrap());
        is_done(&connector.push_fact(&credit).unwrap());
        assert_eq!((available(&shop, "A"), shop.order(&order.to_string()).refunded), (expected, amount("19.90")));
    }
}

#[test]
fn an_order_of_a_deleted_article_arrives_with_title_and_sku() {
    let shop = Double::new();
    let connector = shop.connector();
    shop.lists_by_hand("M", "Vom Händler");
    let order = shop.buys(&[("M", 2)]);
    shop.edits("M", &Edit::Deletes);
    let pulled = connector.pull_orders(None, &[]).unwrap();
    let read = pulled.orders.iter().find(|one| one.order_id == order).unwrap();
    let line = &read.lines[0];
    assert_eq!((line.sku.as_deref(), line.external_number.as_deref(), line.quantity), (Some("M"), None, 2));
    assert_eq!((line.title.as_str(), read.order_id_2.as_deref()), ("Vom Händler", Some(format!("#{order}").as_str())));
}

#[test]
fn an_order_with_many_lines_arrives_whole() {
    let shop = Double::new();
    let connector = shop.connector();
    let rows: Vec<OfferChange> = (0..40).map(|number| change(number, &format!("A-{number:02}"))).collect();
    submit(&*connector, &rows).iter().for_each(is_done);
    let lines: Vec<(&str, i32)> = rows.iter().map(|row| (row.sku.as_str(), 1)).collect();
    shop.buys(&lines);
    let orders = connector.pull_orders(None, &[]).unwrap().orders;
    let skus: BTreeSet<&str> = orders[0].lines.iter().filter_map(|line| line.sku.as_deref()).collect();
    assert_eq!((orders[0].lines.len(), skus.len()), (40, 40));
}
