//! What the channel says of an order: what it amounts to, what it changes, what buyers ask for, and what comes back. On every
//! database and face.

use serde_json::{Value, json};

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::words::ACCOUNT;
use crate::world::{Database, World, eventually};

/// The shop survives a restart.
fn shop(database: Database) -> World {
    World::configured(database, &Config::default().text())
}

fn buy(world: &World, wish: &Value) -> String {
    world.sandbox("/orders", wish)["order_id"].as_str().expect("an order").to_owned()
}

/// Something happens to an order in the shop; it is said twice, and Kontor restarts in between.
fn happens(world: &mut World, number: &str, what: &str, body: &Value) {
    world.sandbox(&format!("/orders/{number}/{what}"), body);
    world.kill();
    world.start();
}

/// Has the sandbox's orders collected; after a kill, the lease of the dead process comes first.
fn collect(erp: &Erp<'_>) {
    eventually("the orders are collected", || {
        let answer = erp.call(
            "syncPlatformOrders",
            &format!("<accounts><account_id>{ACCOUNT}</account_id></accounts><process_synchronous>true</process_synchronous>"),
            &format!("<accountIds><item>{ACCOUNT}</item></accountIds><processSynchronous>true</processSynchronous>"),
        );
        if answer.having("pending_changes").is_empty() { Ok(()) } else { Err(format!("{answer:?}")) }
    });
}

/// The only order, as `fetchOrders` gives it.
fn order(erp: &Erp<'_>) -> Element {
    collect(erp);
    let answer = erp.done(
        "fetchOrders",
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
        "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
    );
    let orders = answer.having("order_status_id");
    assert_eq!(orders.len(), 1, "{answer:?}");
    orders[0].clone()
}

/// A value of the first element at any depth that has it.
fn first(order: &Element, name: &str) -> String {
    order.having(name).first().unwrap_or_else(|| panic!("no {name} in {order:?}")).must(name).to_owned()
}

fn all(order: &Element, having: &str, name: &str) -> Vec<String> {
    order.having(having).into_iter().map(|element| element.must(name).to_owned()).collect()
}

/// The changes that the ERP has to accept: field, old and new value.
fn changes(order: &Element) -> Vec<(String, String, String)> {
    let changes = order.having("order_change_id").into_iter();
    let text = |change: &Element, name: &str| change.get(name).unwrap_or_default().to_owned();
    changes.map(|change| (change.must("what").to_owned(), text(change, "old_value"), text(change, "new_value"))).collect()
}

fn change(what: &str, old: &str, new: &str) -> (String, String, String) {
    (what.to_owned(), old.to_owned(), new.to_owned())
}

/// Changes the only order; gives the answer.
fn update(erp: &Erp<'_>, order_id: &str, compat: &str, typed: &str) -> Element {
    erp.call(
        "updateOrders",
        &format!("<order significant_key=\"order_id\"><mandator_id>1</mandator_id><order_id>{order_id}</order_id>{compat}</order>"),
        &format!("<orders><item><significantKey>ORDER_ID</significantKey><mandatorId>1</mandatorId><orderId>{order_id}</orderId>{typed}</item></orders>"),
    )
}

/// Reports a status of the only order; `pieces` of its first position, or everything.
fn report(erp: &Erp<'_>, status: &str, pieces: Option<i32>) {
    let known = order(erp);
    let (order_id, position) = (known.must("order_id"), first(&known, "order_item_id"));
    let (mut compat, mut typed) = (String::new(), String::new());
    if let Some(pieces) = pieces {
        compat = format!("<order_item_id>{position}</order_item_id><quantity>{pieces}</quantity>");
        typed = format!("<item><orderItemId>{position}</orderItemId><quantity>{pieces}</quantity></item>");
        if status == "SHIPPED" {
            let number = format!("P-{pieces}");
            compat = format!(
                "<shipping_informations><shipping_information><tracking_number>{number}</tracking_number><contents><content>{compat}</content></contents></shipping_information></shipping_informations>"
            );
            typed = format!(
                "<shippingInformations><item><trackingNumber>{number}</trackingNumber><contents>{typed}</contents></item></shippingInformations>"
            );
        } else {
            compat = format!("<order_items><order_item>{compat}</order_item></order_items>");
            typed = format!("<orderItems>{typed}</orderItems>");
        }
    }
    erp.done(
        "updateOrderStatus",
        &format!("<order significant_key=\"order_id\"><mandator_id>1</mandator_id><order_id>{order_id}</order_id><status>{status}</status>{compat}</order>"),
        &format!("<orders><item><significantKey>ORDER_ID</significantKey><mandatorId>1</mandatorId><orderId>{order_id}</orderId><status>{status}</status>{typed}</item></orders>"),
    );
}

/// Waits until the shop has heard of as many facts; gives the kinds of all.
fn heard(world: &World, number: &str, facts: usize) -> Vec<String> {
    eventually("the facts", || {
        let order = world.sandbox_get(&format!("/orders/{number}"));
        let known = order["facts"].as_array().expect("facts");
        let kinds: Vec<String> = known.iter().map(|fact| fact["kind"].as_str().unwrap_or_default().to_owned()).collect();
        assert!(known.iter().all(|fact| fact["applied"] == true && fact["out_of_order"] == false), "{order}");
        if kinds.len() >= facts { Ok(kinds) } else { Err(order.to_string()) }
    })
}

#[test]
fn an_order_comes_with_two_tax_rates_vouchers_and_delivery_and_a_cent_too_much_is_shown() {
    everywhere(|database, face| {
        let world = shop(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "11.90", 10);
        erp.list("BOOK", "10.70", 10);
        world.sandbox("/faults", &json!({"total_off": "0.01"}));
        buy(
            &world,
            &json!({
                "lines": [{"sku": "MUG", "quantity": 2, "tax_rate": "19"}, {"sku": "BOOK", "tax_rate": "7"}],
                "shipping": "4.90", "coupons": [{"code": "SAVE5", "amount": "5.00"}, {"code": "MORE", "amount": "1.50"}],
                "delivery": {
                    "pickup_point": "Packstation 118", "post_number": "87654321", "gift_message": "Alles Gute",
                    "dispatch_type_identifier": "express", "deliver_by_date": "2030-11-05T12:00:00Z"
                },
            }),
        );
        let order = order(&erp);
        for (name, value) in [
            ("total_amount", "32.91"),
            ("calculated_amount", "32.90"),
            ("total_difference", "0.01"),
            ("coupon_amount", "6.50"),
            ("shipping_tax_amount", "0.78"),
            ("pickup_point", "Packstation 118"),
            ("post_number", "87654321"),
            ("gift_message", "Alles Gute"),
            ("dispatch_type_identifier", "express"),
        ] {
            assert_eq!(order.must(name), value, "{name}, {database:?} {face:?}");
        }
        assert!(order.must("deliver_by_date").starts_with("2030-11-05T"), "{order:?}");
        assert_eq!(all(&order, "coupon_code", "coupon_code"), ["SAVE5", "MORE"]);
        assert_eq!(all(&order, "net_amount", "tax_rate"), ["7.00", "19.00"]);
        assert_eq!(all(&order, "net_amount", "tax_amount"), ["0.70", "3.54"]);
        assert_eq!(all(&order, "order_item_id", "total_amount"), ["23.80", "10.70"]);
    });
}

#[test]
fn a_net_order_with_a_vat_id_and_a_voucher_that_changes_after_the_export() {
    everywhere(|database, face| {
        let mut world = shop(database);
        Erp::on(&world, face).list("MUG", "10.00", 10);
        let wish = json!({"lines": [{"sku": "MUG", "quantity": 3}], "net": true, "tax_identification_number": "DE136695976"});
        let number = buy(&world, &wish);
        let known = order(&Erp::on(&world, face));
        let values = ["total_amount", "price_type_id", "tax_identification_number"].map(|name| known.must(name).to_owned());
        assert_eq!((values, known.get("total_difference")), (["35.70", "2", "DE136695976"].map(str::to_owned), None));
        report(&Erp::on(&world, face), "FETCHED", None);
        happens(&mut world, &number, "change", &json!({"coupons": [{"code": "SAVE5", "amount": "5.00"}]}));
        let erp = Erp::on(&world, face);
        let known = order(&erp);
        let expected = [
            change("coupon_amount", "0.00", "5.00"),
            change("total_amount", "35.70", "29.75"),
            change("coupons/coupon", "", ""),
            change("taxes/tax", "", ""),
        ];
        assert_eq!(changes(&known), expected, "{database:?} {face:?}");
        let of = |what: &str| known.having("what").into_iter().find(|change| change.must("what") == what).unwrap().clone();
        let (coupons, taxes) = (of("coupons/coupon"), of("taxes/tax"));
        assert_eq!(all(&coupons, "coupon_code", "coupon_code"), ["SAVE5"]);
        assert_eq!(
            (all(&coupons, "coupon_amount", "tax_amount"), all(&taxes, "tax_rate", "tax_amount")),
            (vec!["0.95".to_owned()], vec!["5.70".to_owned(), "4.75".to_owned()])
        );
        assert_eq!(changes(&order(&erp)), expected, "said again, it is no news");
        let (order_id, ids) = (known.must("order_id"), all(&known, "order_change_id", "order_change_id"));
        let accept = |name: &str| ids.iter().map(|id| format!("<{name}>{id}</{name}>")).collect::<String>();
        update(&erp, order_id, &accept("accepted_change_id"), &format!("<acceptedChangeIds>{}</acceptedChangeIds>", accept("item")));
        assert_eq!(changes(&order(&erp)), []);
        let refused = update(&erp, order_id, "<currency_code_iso>CHF</currency_code_iso>", "<currencyCodeIso>CHF</currencyCodeIso>");
        let text = first(&refused, "error_description");
        assert_eq!(first(&refused, "return_code"), "-5016");
        assert!(text.contains("\"CHF\"") && text.contains("EUR"), "{text}");
        let same = update(&erp, order_id, "<currency_code_iso>EUR</currency_code_iso>", "<currencyCodeIso>EUR</currencyCodeIso>");
        assert_eq!(first(&same, "return_code"), "0");
    });
}

#[test]
fn a_request_to_cancel_is_accepted_declined_or_withdrawn() {
    everywhere(|database, face| {
        let mut world = shop(database);
        Erp::on(&world, face).list("MUG", "10.00", 10);
        let number = buy(&world, &json!({"paid": true, "lines": [{"sku": "MUG", "quantity": 3}]}));
        report(&Erp::on(&world, face), "FETCHED", None);
        let line = format!("{number}-1");
        let ask = |pieces: i32| json!({"lines": [{"line_id": line, "quantity": pieces}], "reason": "too large"});
        happens(&mut world, &number, "requests", &ask(1));
        world.sandbox(&format!("/orders/{number}/requests"), &ask(2));
        let erp = Erp::on(&world, face);
        let states =
            |order: &Element| all(order, "marketplace_request_id", "state").iter().map(|state| state.to_lowercase()).collect::<Vec<_>>();
        let known = order(&erp);
        assert_eq!((states(&known), first(&known, "open_quantity")), (vec!["open".to_owned(); 2], "3".to_owned()), "nothing is cancelled");
        let listed: Vec<String> = changes(&known).into_iter().map(|(what, _, _)| what).collect();
        assert_eq!(listed, ["cancellation_request"; 2]);
        happens(&mut world, &number, &format!("requests/{number}-C2/withdraw"), &json!({}));
        let erp = Erp::on(&world, face);
        assert_eq!(states(&order(&erp)), ["open", "withdrawn"]);
        report(&erp, "CANCELED", Some(1));
        assert_eq!(states(&order(&erp)), ["accepted", "withdrawn"]);
        assert_eq!(heard(&world, &number, 2), ["cancellation_accepted", "positions_cancelled"]);
        happens(&mut world, &number, "requests", &ask(2));
        let erp = Erp::on(&world, face);
        order(&erp);
        report(&erp, "SHIPPED", Some(2));
        let kinds = heard(&world, &number, 4);
        assert_eq!(kinds[2..], ["cancellation_declined", "shipped"], "{database:?} {face:?}");
        let known = order(&erp);
        assert_eq!(states(&known), ["accepted", "withdrawn", "declined"]);
        let shop = world.sandbox_get(&format!("/orders/{number}"));
        let line = &shop["lines"][0];
        assert_eq!((&line["cancelled"], &line["shipped"], &shop["status"]), (&json!(1), &json!(2), &json!("shipped")));
        assert_eq!((first(&known, "cancelled_quantity"), first(&known, "shipped_quantity")), ("1".to_owned(), "2".to_owned()));
    });
}

#[test]
fn pieces_and_money_come_back_in_part_and_nothing_is_said_back() {
    everywhere(|database, face| {
        let mut world = shop(database);
        Erp::on(&world, face).list("MUG", "10.00", 10);
        let number = buy(&world, &json!({"paid": true, "lines": [{"sku": "MUG", "quantity": 3}]}));
        report(&Erp::on(&world, face), "FETCHED", None);
        report(&Erp::on(&world, face), "SHIPPED", Some(3));
        heard(&world, &number, 1);
        let line = format!("{number}-1");
        let two = json!({"lines": [{"line_id": line, "quantity": 2}]});
        happens(&mut world, &number, "returns", &two);
        happens(&mut world, &number, "refunds", &two);
        happens(&mut world, &number, "refunds", &json!({"amount": "3.50", "reason": "scratched"}));
        let erp = Erp::on(&world, face);
        for _ in 0..2 {
            let known = order(&erp);
            let numbers = ["returned_quantity", "refunded_quantity", "open_quantity"].map(|name| first(&known, name));
            assert_eq!((numbers, known.must("refunded_amount")), (["2", "2", "0"].map(str::to_owned), "23.50"));
            assert_eq!(all(&known, "marketplace_refund_id", "refund_amount"), ["20.00", "3.50"]);
            assert_eq!(known.must("order_status_identifier"), "Shipped/Done");
            let all_changes = changes(&known);
            assert_eq!(all_changes[0], change("returned_quantity", "0", "2"), "{all_changes:?}");
            assert!(all_changes.contains(&change("refunded_quantity", "0", "2")), "{all_changes:?}");
        }
        assert_eq!(erp.stock_of("MUG"), (7, 0), "what came back is booked by the ERP");
        let known = order(&erp);
        let position = first(&known, "order_item_id");
        let compat = format!(
            "<order_items><order_item><order_item_id>{position}</order_item_id><returned_quantity>2</returned_quantity><restock>true</restock></order_item></order_items>"
        );
        let typed = format!(
            "<orderItems><item><orderItemId>{position}</orderItemId><returnedQuantity>2</returnedQuantity><restock>true</restock></item></orderItems>"
        );
        for _ in 0..2 {
            assert_eq!(first(&update(&erp, known.must("order_id"), &compat, &typed), "return_code"), "0");
            assert_eq!(erp.stock_of("MUG"), (9, 0), "once, {database:?} {face:?}");
        }
        assert_eq!(heard(&world, &number, 1), ["shipped"], "the channel hears nothing of what it said");
    });
}

/// A credit entry for the only order, sent synchronously; gives its return code.
fn credit(erp: &Erp<'_>, order_id: &str, number: &str, compat: &str, typed: &str) -> String {
    let answer = erp.call(
        "createCreditEntry",
        &format!(
            "<credit_entry significant_key=\"order_id\"><mandator_id>1</mandator_id><order_id>{order_id}</order_id><external_credit_number>{number}</external_credit_number>{compat}</credit_entry><process_synchronous>true</process_synchronous>"
        ),
        &format!(
            "<creditEntries><item><significantKey>ORDER_ID</significantKey><mandatorId>1</mandatorId><orderId>{order_id}</orderId><externalCreditNumber>{number}</externalCreditNumber>{typed}</item></creditEntries><processSynchronous>true</processSynchronous>"
        ),
    );
    first(&answer, "return_code")
}

fn credit_amount(erp: &Erp<'_>, order_id: &str, number: &str, amount: &str) -> String {
    let compat = format!("<credit_amount>{amount}</credit_amount><currency_code_iso>EUR</currency_code_iso>");
    let typed = format!("<creditAmount>{amount}</creditAmount><currencyCodeIso>EUR</currencyCodeIso>");
    credit(erp, order_id, number, &compat, &typed)
}

#[test]
fn a_credit_entry_that_the_shop_refuses_hides_none_of_its_refunds() {
    everywhere(|database, face| {
        let world = shop(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "10.00", 10);
        let number = buy(&world, &json!({"paid": true, "lines": [{"sku": "MUG", "quantity": 3}]}));
        report(&erp, "FETCHED", None);
        let order_id = order(&erp).must("order_id").to_owned();
        world.sandbox(&format!("/orders/{number}/refunds"), &json!({"amount": "20.00"}));
        assert_eq!(credit_amount(&erp, &order_id, "CR-1", "15.00"), "-6001", "10.00 are left");
        let known = order(&erp);
        assert_eq!((known.must("refunded_amount"), changes(&known)), ("20.00", vec![change("refunded_amount", "", "20.00")]));
        assert_eq!(credit_amount(&erp, &order_id, "CR-2", "8.00"), "0", "{database:?} {face:?}");
        assert_eq!(order(&erp).must("refunded_amount"), "28.00");
    });
}

#[test]
fn news_begins_where_the_erp_left_off() {
    everywhere(|database, face| {
        let world = shop(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "10.00", 10);
        let number = buy(&world, &json!({"paid": true, "lines": [{"sku": "MUG", "quantity": 3}]}));
        report(&erp, "FETCHED", None);
        let known = order(&erp);
        let (order_id, position) = (known.must("order_id"), first(&known, "order_item_id"));
        let compat =
            format!("<order_items><order_item><order_item_id>{position}</order_item_id><quantity>1</quantity></order_item></order_items>");
        let typed = format!("<orderItems><item><orderItemId>{position}</orderItemId><quantity>1</quantity></item></orderItems>");
        assert_eq!(credit(&erp, order_id, "CR-1", &compat, &typed), "0");
        let one = json!({"lines": [{"line_id": format!("{number}-1"), "quantity": 1}]});
        world.sandbox(&format!("/orders/{number}/refunds"), &one);
        let expected = [change("refunded_quantity", "1", "2"), change("refunded_amount", "10.00", "20.00")];
        assert_eq!(changes(&order(&erp)), expected, "{database:?} {face:?}");
    });
}

#[test]
fn an_order_that_was_over_is_open_again_when_the_channel_adds_pieces() {
    everywhere(|database, face| {
        let world = shop(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "10.00", 10);
        erp.list("CUP", "5.00", 10);
        let number = buy(&world, &json!({"paid": true, "lines": [{"sku": "MUG"}]}));
        order(&erp);
        // Whoever ships an order has taken it over.
        report(&erp, "SHIPPED", None);
        heard(&world, &number, 1);
        world.sandbox(&format!("/orders/{number}/change"), &json!({"add": [{"sku": "CUP", "quantity": 2}]}));
        let known = order(&erp);
        assert_eq!((known.must("order_status_identifier"), known.must("complete_status")), ("Paid/Shipping", "1"), "{database:?} {face:?}");
        assert!(changes(&known).contains(&change("order_item", "", "2")), "{:?}", changes(&known));
        assert_eq!(erp.stock_of("CUP"), (10, 2));
        report(&erp, "SHIPPED", None);
        assert_eq!(order(&erp).must("order_status_identifier"), "Shipped/Done");
        assert_eq!(erp.stock_of("CUP"), (8, 0));
        heard(&world, &number, 2);
    });
}

#[test]
fn no_more_pieces_are_cancelled_than_the_buyer_left() {
    everywhere(|database, face| {
        let world = shop(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "10.00", 10);
        let number = buy(&world, &json!({"paid": true, "lines": [{"sku": "MUG", "quantity": 3}]}));
        order(&erp);
        report(&erp, "FETCHED", None);
        // Nobody at the ERP has seen that the buyer takes one piece only; the shop refuses to cancel two.
        let known = order(&erp);
        let position = first(&known, "order_item_id");
        world.sandbox("/faults", &json!({"down": true}));
        let compat = format!(
            "<order_items><order_item><order_item_id>{position}</order_item_id><cancelled_quantity>2</cancelled_quantity></order_item></order_items>"
        );
        let typed =
            format!("<orderItems><item><orderItemId>{position}</orderItemId><cancelledQuantity>2</cancelledQuantity></item></orderItems>");
        assert_eq!(first(&update(&erp, known.must("order_id"), &compat, &typed), "return_code"), "0");
        world.sandbox("/faults", &json!({"down": false}));
        world.sandbox(&format!("/orders/{number}/change"), &json!({"lines": [{"line_id": format!("{number}-1"), "quantity": 1}]}));
        let known = order(&erp);
        let pieces = ["quantity", "cancelled_quantity", "open_quantity"].map(|name| first(&known, name));
        assert_eq!(pieces, ["1", "0", "1"], "{database:?} {face:?}");
        assert!(changes(&known).contains(&change("cancelled_quantity", "2", "0")), "{:?}", changes(&known));
        assert_eq!(erp.stock_of("MUG"), (10, 1));
    });
}
