//! Orders for more than is there, while another warehouse of their account gets the pieces. On every database and face.

use serde_json::json;

use crate::config::{Config, Shop};
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{Database, World, eventually};

/// Account 1000 sells from both warehouses, account 1001 from the second one only.
fn world(database: Database) -> World {
    let config = Config { shops: &[Shop::FIRST, Shop::SECOND], ..Config::default() };
    let text = config.text() + "\n[[warehouses]]\nwarehouse_id = 3\nmandator_id = 1\ncode = \"back\"\nidentifier = \"Back\"\n";
    let both = text.replacen("warehouses = [\"standard\"]", "warehouses = [\"standard\", \"back\"]", 1);
    World::configured(database, &both.replacen("warehouses = [\"standard\"]", "warehouses = [\"back\"]", 1))
}

fn book(erp: &Erp<'_>, sku: &str, warehouse: &str, count: i32) {
    erp.must("updateStockCount", &format!("<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>{sku}</internal_item_number><stock_items><stock_item><warehouse_code>{warehouse}</warehouse_code><stock_count>{count}</stock_count><absolute>true</absolute></stock_item></stock_items></item>"));
}

/// Stock and reserved pieces of an article by warehouse.
fn stock(erp: &Erp<'_>, sku: &str) -> Vec<(String, i32, i32)> {
    let answer = erp.ask("fetchStockCount", &format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><internal_item_number filter_method=\"=\" filter_value=\"{sku}\"/></filter>"));
    let row = |row: &Element| (row.must("warehouse_code").to_owned(), row.number("stock_count"), row.number("reserved_count"));
    answer.having("reserved_count").into_iter().map(row).collect()
}

fn there(found: &[(String, i32, i32)]) -> Vec<(&str, i32, i32)> {
    found.iter().map(|(warehouse, count, reserved)| (warehouse.as_str(), *count, *reserved)).collect()
}

fn order(number: &str, more: &str) -> String {
    format!(
        "<order significant_key=\"marketplace_order_id\"><mandator_id>1</mandator_id><account_id>1000</account_id><marketplace_order_id>{number}</marketplace_order_id>{more}</order>"
    )
}

#[test]
fn a_piece_that_comes_to_another_warehouse_belongs_to_the_order_that_waits_for_it() {
    everywhere(|database, face| {
        let world = world(database);
        let erp = Erp::on(&world, face);
        let buy = |sku: &str| {
            let wish = json!({"lines": [{"sku": sku, "quantity": 1}], "unchecked": true});
            world.sandbox("/orders", &wish)["order_id"].as_str().expect("a number").to_owned()
        };
        // An article that is known, and one that is created later, without stock at first.
        erp.item("SHORT", "Short");
        let numbers = [buy("SHORT"), buy("LATE")];
        erp.sync();
        erp.item("LATE", "Late");
        for (sku, number) in ["SHORT", "LATE"].into_iter().zip(&numbers) {
            erp.price(sku, "5.00");
            let prepared = erp.must("prepareOffers", &format!("<sandbox_offer><mandator_id>1</mandator_id><account_id>1001</account_id><internal_item_number>{sku}</internal_item_number></sandbox_offer>"));
            let offer_id = prepared.having("offer_id")[0].number("offer_id");
            erp.ask("uploadOffers", &format!("<offers><offer_id>{offer_id}</offer_id></offers>"));
            assert_eq!(there(&stock(&erp, sku)), [("standard", 0, 1)], "{sku}: a shortage of the first warehouse");

            book(&erp, sku, "back", 1);
            assert_eq!(there(&stock(&erp, sku)), [("standard", 0, 0), ("back", 1, 1)], "{sku}");
            book(&erp, sku, "back", 2);
            eventually("the other account offers what is left", || {
                let offers = world.shop_get(1001, "/offers")["offers"].clone();
                let shown =
                    offers.as_array().expect("offers").iter().find(|offer| offer["sku"] == *sku).map(|offer| offer["quantity"].clone());
                if shown == Some(json!(1)) { Ok(()) } else { Err(offers.to_string()) }
            });

            erp.must("updateOrderStatus", &order(number, "<status>SHIPPED</status>"));
            assert_eq!(there(&stock(&erp, sku)), [("standard", 0, 0), ("back", 1, 0)], "{sku} leaves the warehouse where it is");
        }
    });
}

#[test]
fn a_piece_that_another_order_gives_back_belongs_to_the_order_that_waits_for_it() {
    everywhere(|database, face| {
        let world = world(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        book(&erp, "MUG", "back", 1);
        let buy = |quantity: i32| {
            let wish = json!({"lines": [{"sku": "MUG", "quantity": quantity}], "unchecked": true});
            world.sandbox("/orders", &wish)["order_id"].as_str().expect("a number").to_owned()
        };
        let (first, second) = (buy(1), buy(1));
        erp.sync();
        assert_eq!(there(&stock(&erp, "MUG")), [("standard", 0, 1), ("back", 1, 1)], "the second one waits");
        let cursor = |since: &str| {
            let asked =
                format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter><changed_since>{since}</changed_since>");
            let answer = erp.ask("fetchOrders", &asked);
            let changed = answer.having("marketplace_order_id").iter().map(|order| order.must("marketplace_order_id").to_owned()).collect();
            (answer.having("next_changed_since")[0].must("next_changed_since").to_owned(), changed)
        };
        let (seen, _): (_, Vec<String>) = cursor("");
        erp.must("updateOrderStatus", &order(&first, "<status>CANCELED</status>"));
        assert_eq!(there(&stock(&erp, "MUG")), [("standard", 0, 0), ("back", 1, 1)]);
        let (_, changed) = cursor(&seen);
        assert!(changed.contains(&second), "the ERP sees from where it ships now: {changed:?}");
    });
}
