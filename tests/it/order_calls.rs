//! `cancelOrders` and `adjustOrders` against a channel that loses answers, is down, or cancels itself, and over kills.

use serde_json::{Value, json};

use kontor::operations::Face;

use crate::config::{Config, Shop};
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{Database, World, databases, eventually};

fn world(database: Database) -> World {
    let shops = &[Shop::FIRST, Shop::SECOND];
    World::configured(database, &Config { dispatch: "wait_ms = 100\nsynchronous_wait_seconds = 20", shops, ..Config::default() }.text())
}

/// Somebody orders pieces of an article; gives the channel's number.
fn buy(world: &World, sku: &str, quantity: i32) -> String {
    let order = world.sandbox("/orders", &json!({"lines": [{"sku": sku, "quantity": quantity}]}));
    order["order_id"].as_str().expect("a number").to_owned()
}

fn order(world: &World, number: &str) -> Value {
    world.sandbox_get(&format!("/orders/{number}"))
}

/// Cancelled pieces of the first line, and how many reports of cancellations the channel carried out.
fn cancelled(world: &World, number: &str) -> (Value, usize) {
    let order = order(world, number);
    let facts = order["facts"].as_array().expect("facts").clone();
    let cancellations =
        facts.iter().filter(|fact| fact["applied"] == true && fact["kind"].as_str().unwrap_or_default().contains("cancelled"));
    (order["lines"][0]["cancelled"].clone(), cancellations.count())
}

/// `cancelOrders` or `adjustOrders` for one order under the name of a platform; gives the report.
fn call(erp: &Erp<'_>, operation: &str, platform: &str, number: &str, synchronous: bool) -> Element {
    let compat = format!(
        "<{platform}_order significant_key=\"marketplace_order_id\"><mandator_id>1</mandator_id><account_id>1000</account_id>\
         <marketplace_order_id>{number}</marketplace_order_id></{platform}_order><process_synchronous>{synchronous}</process_synchronous>"
    );
    let typed = format!(
        "<orders><item><significantKey>MARKETPLACE_ORDER_ID</significantKey><platform>{platform}</platform><mandatorId>1</mandatorId>\
         <accountId>1000</accountId><marketplaceOrderId>{number}</marketplaceOrderId></item></orders><processSynchronous>{synchronous}</processSynchronous>"
    );
    let reply = erp.send(&erp.document(operation, &compat, &typed), &[]);
    assert_eq!(reply.status, 200, "{}", reply.body);
    erp.read(&reply).having("return_code")[0].clone()
}

fn code(report: &Element) -> i32 {
    report.number("return_code")
}

/// So many pieces of the order are cancelled, in Kontor only.
fn cancel_in_kontor(erp: &Erp<'_>, number: &str, so_far: i32) {
    let compat = format!(
        "<order significant_key=\"marketplace_order_id\"><mandator_id>1</mandator_id><marketplace_order_id>{number}</marketplace_order_id>\
         <order_items><order_item><marketplace_order_item_id>{number}-1</marketplace_order_item_id><cancelled_quantity>{so_far}</cancelled_quantity>\
         </order_item></order_items></order>"
    );
    let typed = format!(
        "<orders><item><significantKey>MARKETPLACE_ORDER_ID</significantKey><mandatorId>1</mandatorId><marketplaceOrderId>{number}</marketplaceOrderId>\
         <orderItems><item><marketplaceOrderItemId>{number}-1</marketplaceOrderItemId><cancelledQuantity>{so_far}</cancelledQuantity></item></orderItems></item></orders>"
    );
    erp.sent(&erp.document("updateOrders", &compat, &typed));
}

fn wait_for(world: &World, number: &str, pieces: i32) {
    eventually(&format!("{pieces} pieces of {number} are cancelled"), || {
        let found = cancelled(world, number).0;
        if found == pieces { Ok(()) } else { Err(found.to_string()) }
    });
}

#[test]
fn what_the_erp_cancels_reaches_the_channel_once_whatever_happens_to_the_answer() {
    everywhere(|database, face| {
        let world = world(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 20);
        let (whole, part, gone) = (buy(&world, "MUG", 2), buy(&world, "MUG", 3), buy(&world, "MUG", 1));
        erp.sync();
        assert_eq!(erp.stock_of("MUG"), (20, 6));

        world.sandbox("/faults", &json!({"die": {"calls": 1}}));
        assert_eq!(code(&call(&erp, "cancelOrders", "sandbox", &whole, true)), 0);
        wait_for(&world, &whole, 2);
        assert_eq!(code(&call(&erp, "cancelOrders", "sandbox", &whole, true)), 0, "a repeat is recorded");
        assert_eq!(cancelled(&world, &whole), (json!(2), 1));

        cancel_in_kontor(&erp, &part, 1);
        assert_eq!(cancelled(&world, &part), (json!(0), 0), "the channel is not informed");
        assert_eq!(code(&call(&erp, "adjustOrders", "sandbox", &part, true)), 0);
        assert_eq!(cancelled(&world, &part), (json!(1), 1), "the answer came after the channel's");
        for _ in 0..2 {
            assert_eq!(code(&call(&erp, "adjustOrders", "sandbox", &part, true)), 0);
        }
        assert_eq!(cancelled(&world, &part), (json!(1), 1), "nothing is transmitted twice");
        assert_eq!(code(&call(&erp, "adjustOrders", "ottomarket", &part, true)), -5030);

        world.sandbox(&format!("/orders/{gone}/cancel"), &json!({}));
        erp.sync();
        assert_eq!(code(&call(&erp, "cancelOrders", "sandbox", &gone, true)), 0, "the channel was first");
        assert_eq!(cancelled(&world, &gone), (json!(1), 0), "and is not told what it said");
        assert_eq!(erp.stock_of("MUG"), (20, 2), "{database:?} {face:?}");
    });
}

#[test]
fn a_channel_that_is_down_hears_of_it_later_and_a_kill_in_between_changes_nothing() {
    for database in databases() {
        let mut world = world(database);
        let erp = Erp::on(&world, Face::Typed);
        erp.list("MUG", "9.90", 20);
        let (whole, part) = (buy(&world, "MUG", 2), buy(&world, "MUG", 3));
        erp.sync();
        world.sandbox("/faults", &json!({"down": true}));
        cancel_in_kontor(&erp, &part, 2);
        assert_eq!(code(&call(&erp, "adjustOrders", "sandbox", &part, false)), 0, "it is accepted");
        assert_eq!(code(&call(&erp, "cancelOrders", "sandbox", &whole, false)), 0);
        world.kill();
        world.start();
        let erp = Erp::on(&world, Face::Compat);
        assert_eq!((cancelled(&world, &part).1, cancelled(&world, &whole).1), (0, 0), "the shop is still down");
        world.sandbox("/faults", &json!({"down": false}));
        wait_for(&world, &part, 2);
        wait_for(&world, &whole, 2);
        assert_eq!(code(&call(&erp, "adjustOrders", "sandbox", &part, true)), 0);
        assert_eq!((cancelled(&world, &part).1, cancelled(&world, &whole).1), (1, 1), "{database:?}");
    }
}

/// A credit entry for a piece of the first line, or for an amount; gives the report.
fn credit(erp: &Erp<'_>, order: &str, number: &str, amount: Option<&str>, synchronous: bool) -> Element {
    let compat = match amount {
        Some(amount) => format!("<credit_amount>{amount}</credit_amount><currency_code_iso>EUR</currency_code_iso>"),
        None => format!(
            "<order_items><order_item><marketplace_order_item_id>{order}-1</marketplace_order_item_id><quantity>1</quantity></order_item></order_items>"
        ),
    };
    let typed = match amount {
        Some(amount) => format!("<creditAmount>{amount}</creditAmount><currencyCodeIso>EUR</currencyCodeIso>"),
        None => format!(
            "<orderItems><item><marketplaceOrderItemId>{order}-1</marketplaceOrderItemId><quantity>1</quantity></item></orderItems>"
        ),
    };
    let compat = format!(
        "<credit_entry significant_key=\"marketplace_order_id\"><mandator_id>1</mandator_id><marketplace_order_id>{order}</marketplace_order_id>\
         <external_credit_number>{number}</external_credit_number>{compat}</credit_entry><process_synchronous>{synchronous}</process_synchronous>"
    );
    let typed = format!(
        "<creditEntries><item><significantKey>MARKETPLACE_ORDER_ID</significantKey><mandatorId>1</mandatorId><marketplaceOrderId>{order}</marketplaceOrderId>\
         <externalCreditNumber>{number}</externalCreditNumber>{typed}</item></creditEntries><processSynchronous>{synchronous}</processSynchronous>"
    );
    let reply = erp.send(&erp.document("createCreditEntry", &compat, &typed), &[]);
    assert_eq!(reply.status, 200, "{}", reply.body);
    erp.read(&reply).having("return_code")[0].clone()
}

/// The amounts that the shop gave back, in order.
fn refunds(world: &World, number: &str) -> Vec<String> {
    let refunds = order(world, number)["refunds"].as_array().expect("refunds").clone();
    refunds.iter().map(|refund| refund["amount"].as_str().expect("an amount").to_owned()).collect()
}

#[test]
fn money_goes_back_once_under_one_number_whatever_happens_in_between() {
    everywhere(|database, face| {
        let mut world = world(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 20);
        let number = world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 2}], "paid": true}));
        let number = number["order_id"].as_str().expect("a number").to_owned();
        let unpaid = buy(&world, "MUG", 1);
        erp.sync();

        world.sandbox("/faults", &json!({"die": {"calls": 1}}));
        for _ in 0..2 {
            assert_eq!(code(&credit(&erp, &number, "CR-1", None, true)), 0);
        }
        eventually("the refund", || if refunds(&world, &number).is_empty() { Err("none".to_owned()) } else { Ok(()) });
        assert_eq!(refunds(&world, &number), ["9.90"], "the answer was lost, the money went back once");
        assert_eq!(code(&credit(&erp, &number, "CR-1", Some("1.00"), true)), -5032);
        assert_eq!(code(&credit(&erp, &number, "CR-2", Some("9.91"), true)), -5034);
        assert_eq!(code(&credit(&erp, &unpaid, "CR-2", Some("1.00"), true)), -5036);

        world.sandbox("/faults", &json!({"down": true}));
        assert_eq!(code(&credit(&erp, &number, "CR-2", Some("0.40"), false)), 0, "it is accepted");
        world.kill();
        world.start();
        let erp = Erp::on(&world, face);
        world.sandbox("/faults", &json!({"down": false}));
        eventually("the second refund", || if refunds(&world, &number).len() < 2 { Err("one".to_owned()) } else { Ok(()) });
        assert_eq!(code(&credit(&erp, &number, "CR-2", Some("0.40"), true)), 0);
        erp.sync();
        assert_eq!(refunds(&world, &number), ["9.90", "0.40"], "{database:?} {face:?}");
    });
}
