//! A channel that takes whole shipments only. On every database and face.

use serde_json::{Value, json};

use crate::config::{Config, Shop};
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

const WHOLE: Shop = Shop { tables: "lacks = [\"ships_in_part\"]", ..Shop::FIRST };
const WHOLE_WITHOUT_CANCELLING: Shop = Shop { tables: "lacks = [\"ships_in_part\", \"positions_cancelled\"]", ..Shop::FIRST };

fn order(number: &str, more: &str) -> String {
    format!(
        "<order significant_key=\"marketplace_order_id\"><mandator_id>1</mandator_id><marketplace_order_id>{number}</marketplace_order_id>{more}</order>"
    )
}

/// The tracking numbers that the shop knows, and which facts it got.
fn known(world: &World, number: &str) -> (Value, Vec<String>, Vec<String>) {
    let order = world.sandbox_get(&format!("/orders/{number}"));
    let list = |name: &str, field: &str| -> Vec<String> {
        order[name].as_array().expect(name).iter().map(|entry| entry[field].as_str().unwrap_or_default().to_owned()).collect()
    };
    (order["status"].clone(), list("packets", "tracking_number"), list("facts", "kind"))
}

fn by_platform(erp: &Erp<'_>, operation: &str, number: &str) {
    let compat = order(number, "").replace("order significant", "sandbox_order significant").replace("</order>", "</sandbox_order>");
    let typed = format!(
        "<orders><item><significantKey>MARKETPLACE_ORDER_ID</significantKey><platform>sandbox</platform><mandatorId>1</mandatorId><marketplaceOrderId>{number}</marketplaceOrderId></item></orders>"
    );
    erp.done(operation, &compat, &typed);
}

/// How the rest of an order ends.
#[derive(Debug, Clone, Copy)]
enum Rest {
    Shipped,
    CanceledByStatus,
    CancelledByPlatform,
    CancelledInKontor,
    LoweredByTheChannel,
    ShippedByStatusId,
}

fn end(world: &World, erp: &Erp<'_>, number: &str, rest: Rest) {
    let line = format!("{number}-1");
    match rest {
        Rest::Shipped => drop(erp.must("updateOrderStatus", &order(number, "<status>SHIPPED</status><shipping_informations><shipping_information><tracking_number>T2</tracking_number></shipping_information></shipping_informations>"))),
        Rest::CanceledByStatus => drop(erp.must("updateOrderStatus", &order(number, "<status>CANCELED</status>"))),
        Rest::CancelledByPlatform => by_platform(erp, "cancelOrders", number),
        Rest::CancelledInKontor => drop(erp.must("updateOrders", &order(number, &format!("<order_items><order_item><marketplace_order_item_id>{line}</marketplace_order_item_id><cancelled_quantity>1</cancelled_quantity></order_item></order_items>")))),
        Rest::LoweredByTheChannel => {
            world.sandbox(&format!("/orders/{number}/change"), &json!({"lines": [{"line_id": line, "quantity": 1}]}));
            erp.sync();
        }
        Rest::ShippedByStatusId => drop(erp.must("updateOrders", &order(number, "<order_status_id>140</order_status_id>"))),
    }
}

#[test]
fn a_part_that_left_is_reported_once_the_rest_is_shipped_or_cancelled_by_whomever() {
    everywhere(|database, face| {
        for shop in [WHOLE, WHOLE_WITHOUT_CANCELLING] {
            let shops: &'static [Shop] = if shop.tables == WHOLE.tables { &[WHOLE] } else { &[WHOLE_WITHOUT_CANCELLING] };
            let mut world = World::configured(database, &Config { shops, ..Config::default() }.text());
            let ways = [
                Rest::Shipped,
                Rest::CanceledByStatus,
                Rest::CancelledByPlatform,
                Rest::CancelledInKontor,
                Rest::LoweredByTheChannel,
                Rest::ShippedByStatusId,
            ];
            let erp = Erp::on(&world, face);
            erp.list("MUG", "9.90", 50);
            let buy = || {
                world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 2}]}))["order_id"]
                    .as_str()
                    .expect("a number")
                    .to_owned()
            };
            let numbers: Vec<String> = ways.iter().map(|_| buy()).collect();
            erp.sync();
            for number in &numbers {
                erp.must("updateOrderStatus", &order(number, &format!("<status>SHIPPED</status><shipping_informations><shipping_information><tracking_number>T1</tracking_number><contents><content><marketplace_order_item_id>{number}-1</marketplace_order_item_id><quantity>1</quantity></content></contents></shipping_information></shipping_informations>")));
            }
            world.kill();
            world.start();
            let erp = Erp::on(&world, face);
            let nothing_waits = || {
                let pending = erp.ask("fetchPendingChanges", "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><status filter_method=\"=\" filter_value=\"pending\"/></filter>");
                if pending.having("change_id").is_empty() { Ok(()) } else { Err(format!("{pending:?}")) }
            };
            eventually("the facts are settled", nothing_waits);
            for number in &numbers {
                assert!(known(&world, number).1.is_empty(), "the package waits");
            }
            for (number, rest) in numbers.iter().zip(ways) {
                end(&world, &erp, number, rest);
                if matches!(rest, Rest::CancelledInKontor) && shop.tables == WHOLE.tables {
                    eventually("the fact waits again", nothing_waits);
                    assert!(known(&world, number).1.is_empty(), "the shop would count the cancelled piece as shipped");
                    by_platform(&erp, "adjustOrders", number);
                }
                let expected = if matches!(rest, Rest::Shipped) { vec!["T1", "T2"] } else { vec!["T1"] };
                eventually("the shop knows the package", || {
                    let (status, mut packets, facts) = known(&world, number);
                    packets.retain(|tracking| !tracking.is_empty());
                    let shipped = facts.iter().filter(|kind| *kind == "shipped").count();
                    if status == "shipped" && packets == expected && shipped == 1 {
                        Ok(())
                    } else {
                        Err(format!("{rest:?} {status} {packets:?} {facts:?}"))
                    }
                });
            }
            eventually("nothing is left to be said", nothing_waits);
            for (number, rest) in numbers.iter().zip(ways) {
                let facts = known(&world, number).2;
                assert_eq!(facts.iter().filter(|kind| *kind == "shipped").count(), 1, "{rest:?} {facts:?}");
            }
        }
    });
}
