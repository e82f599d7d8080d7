//! The whole loop: an article goes to the channel, an order comes back, and the channel hears what the ERP did with it.

use serde_json::json;

use crate::erp::{Erp, Order, everywhere};
use crate::world::{World, eventually};

const NEW: i32 = 100;
const CONFIRMED_OPEN: i32 = 110;
const CONFIRMED_SHIPPING: i32 = 115;
const PAID_SHIPPING: i32 = 120;
const SHIPPED_OPEN: i32 = 130;
const SHIPPED_DONE: i32 = 140;
const PAID_DONE: i32 = 150;
const COLLECTED: i32 = 160;
const CANCELLED: i32 = 200;

/// What the buyer sees of an offer: price and quantity.
fn shown(world: &World, sku: &str) -> (String, i64) {
    let offer = world.sandbox_get(&format!("/offers/{sku}"));
    (offer["price"].as_str().unwrap_or_default().to_owned(), offer["quantity"].as_i64().unwrap_or(-1))
}

fn wait_for_quantity(world: &World, sku: &str, quantity: i64) {
    eventually(&format!("{sku} shows {quantity}"), || match shown(world, sku).1 {
        seen if seen == quantity => Ok(()),
        seen => Err(seen.to_string()),
    });
}

fn buy(world: &World, wish: serde_json::Value) -> String {
    world.sandbox("/orders", &wish)["order_id"].as_str().expect("an order").to_owned()
}

/// The order in Kontor under the channel's number.
fn order_of(erp: &Erp<'_>, number: &str) -> Order {
    let mut orders = erp.all_orders();
    orders.retain(|order| order.marketplace_order_id == number);
    assert_eq!(orders.len(), 1, "{number} is there once: {orders:?}");
    orders.remove(0)
}

fn wait_for_shop(world: &World, number: &str, status: &str) -> serde_json::Value {
    eventually(&format!("{number} is {status} in the shop"), || {
        let order = world.sandbox_get(&format!("/orders/{number}"));
        if order["status"] == status { Ok(order) } else { Err(order["status"].to_string()) }
    })
}

fn kinds(order: &serde_json::Value) -> Vec<&str> {
    order["facts"].as_array().expect("facts").iter().map(|fact| fact["kind"].as_str().unwrap_or_default()).collect()
}

/// Status, complete and what lies in stock and is reserved of it, after a report was repeated.
fn report(erp: &Erp<'_>, own: &str, status: &str, tracking: Option<&str>) {
    let document = erp.status_document(own, status, tracking);
    for time in 0..3 {
        // A key of its own each time: repeated on purpose, not after a time-out.
        let key = format!("{own} {status} {time}");
        let reply = erp.send(&document, &[("Idempotency-Key", &key)]);
        assert!(reply.status == 200 && erp.accepted(&reply), "{status}, time {time}: {}", reply.body);
        assert_eq!(reply.header("x-replayed"), None);
    }
}

#[test]
fn an_article_is_sold_shipped_and_booked_off() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let offer = erp.list("MUG", "19.90", 12);
        assert_eq!(shown(&world, "MUG"), ("19.90".to_owned(), 12));
        assert_eq!(erp.offer(offer), ("RUNNING".into(), "19.90".into(), "12".into(), false));

        let number = buy(&world, json!({"lines": [{"sku": "MUG", "quantity": 2}]}));
        erp.sync();
        let new = erp.new_orders();
        assert_eq!(new.len(), 1, "{new:?}");
        assert_eq!((new[0].marketplace_order_id.as_str(), new[0].status, new[0].complete), (number.as_str(), NEW, false));
        assert_eq!(erp.stock_of("MUG"), (12, 2), "two are reserved, none has left");
        wait_for_quantity(&world, "MUG", 10);

        let id = new[0].order_id;
        erp.number_order(id, "ERP-1");
        assert_eq!(erp.order(id).external_order_number_1.as_deref(), Some("ERP-1"));
        assert_eq!(erp.new_orders().len(), 1, "writing a number takes nothing over");
        report(&erp, "ERP-1", "FETCHED", None);
        assert_eq!(erp.new_orders(), [], "taken over");
        report(&erp, "ERP-1", "ACKNOWLEDGED", None);
        assert_eq!(erp.order(id).status, CONFIRMED_OPEN);
        report(&erp, "ERP-1", "PAID", None);
        assert_eq!((erp.order(id).status, erp.stock_of("MUG")), (PAID_SHIPPING, (12, 2)));
        report(&erp, "ERP-1", "SHIPPED", Some("00340434161094042557"));
        let order = erp.order(id);
        assert_eq!((order.status, order.complete), (SHIPPED_DONE, true));
        assert_eq!(erp.stock_of("MUG"), (10, 0), "booked off once");

        let seen = wait_for_shop(&world, &number, "shipped");
        assert_eq!(seen["packets"].as_array().map(Vec::len), Some(1), "{seen}");
        assert_eq!(seen["packets"][0]["tracking_number"], "00340434161094042557");
        assert_eq!(seen["packets"][0]["carrier"], "dhl", "the channel's word for the carrier");
        assert_eq!(kinds(&seen), ["acknowledged", "paid", "shipped"], "in order, each once");
        let refused = erp.send(&erp.status_document("ERP-1", "CANCELED", None), &[]);
        assert!(refused.body.contains("-5003"), "what has left cannot be cancelled: {}", refused.body);
        wait_for_quantity(&world, "MUG", 10);

        erp.price("MUG", "17.50");
        erp.stock("MUG", 3, true);
        eventually("price and quantity follow", || match shown(&world, "MUG") {
            (price, 3) if price == "17.50" => Ok(()),
            seen => Err(format!("{seen:?}")),
        });
    });
}

#[test]
fn a_cancelled_order_gives_its_pieces_back() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "19.90", 12);
        let by_erp = buy(&world, json!({"lines": [{"sku": "MUG", "quantity": 5}], "paid": true}));
        let by_buyer = buy(&world, json!({"lines": [{"sku": "MUG", "quantity": 3}]}));
        erp.sync();
        assert_eq!(erp.stock_of("MUG"), (12, 8));
        wait_for_quantity(&world, "MUG", 4);
        assert_eq!(order_of(&erp, &by_erp).status, PAID_SHIPPING, "the channel has the money");

        erp.number_order(order_of(&erp, &by_erp).order_id, "ERP-2");
        report(&erp, "ERP-2", "CANCELED", None);
        let seen = wait_for_shop(&world, &by_erp, "cancelled");
        assert_eq!(kinds(&seen), ["cancelled"]);
        assert_eq!(erp.stock_of("MUG"), (12, 3));
        wait_for_quantity(&world, "MUG", 9);

        world.sandbox(&format!("/orders/{by_buyer}/cancel"), &json!({}));
        erp.sync();
        let order = order_of(&erp, &by_buyer);
        assert_eq!((order.status, order.complete), (CANCELLED, true));
        assert_eq!(erp.stock_of("MUG"), (12, 0));
        wait_for_quantity(&world, "MUG", 12);
        erp.number_order(order.order_id, "ERP-3");
        report(&erp, "ERP-3", "FETCHED", None);
        report(&erp, "ERP-3", "CANCELED", None);
        erp.sync();
        assert_eq!(
            kinds(&world.sandbox_get(&format!("/orders/{by_buyer}"))),
            Vec::<&str>::new(),
            "the channel knows it, nothing is echoed"
        );
        assert_eq!(world.sandbox_get("/state")["counters"]["fact_calls"], 1);
        assert_eq!(erp.stock_of("MUG"), (12, 0));
    });
}

#[test]
fn cash_on_delivery_is_paid_after_shipping_and_collection_needs_no_shipping() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "19.90", 12);
        let on_delivery = buy(&world, json!({"lines": [{"sku": "MUG", "quantity": 2}], "payment": "cash on delivery"}));
        let collected = buy(&world, json!({"lines": [{"sku": "MUG", "quantity": 1}], "payment": "collection"}));
        erp.sync();
        let id = order_of(&erp, &on_delivery).order_id;
        erp.number_order(id, "COD");
        for (status, tracking, expected, complete) in [
            ("FETCHED", None, NEW, false),
            ("ACKNOWLEDGED", None, CONFIRMED_SHIPPING, false),
            ("SHIPPED", Some("N-1"), SHIPPED_OPEN, false),
            ("PAID", None, PAID_DONE, true),
        ] {
            report(&erp, "COD", status, tracking);
            let order = erp.order(id);
            assert_eq!((order.status, order.complete), (expected, complete), "{status}");
        }
        let id = order_of(&erp, &collected).order_id;
        erp.number_order(id, "COLLECT");
        report(&erp, "COLLECT", "ACKNOWLEDGED", None);
        assert_eq!(erp.order(id).status, CONFIRMED_SHIPPING);
        report(&erp, "COLLECT", "PAID", None);
        assert_eq!(erp.order(id).status, CONFIRMED_SHIPPING, "recorded, no step");
        report(&erp, "COLLECT", "SHIPPED", None);
        assert_eq!((erp.order(id).status, erp.order(id).complete), (COLLECTED, true));
        assert_eq!(erp.stock_of("MUG"), (9, 0));
        assert_eq!(kinds(&wait_for_shop(&world, &collected, "shipped")), ["acknowledged", "paid", "shipped"]);
        eventually("the payment after the delivery is told", || {
            let order = world.sandbox_get(&format!("/orders/{on_delivery}"));
            if kinds(&order) == ["acknowledged", "shipped", "paid"] { Ok(()) } else { Err(order.to_string()) }
        });
    });
}
