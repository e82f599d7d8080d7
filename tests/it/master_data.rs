//! Manufacturers, suppliers and branches from outside.

use serde_json::json;

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

const ALL: &str = "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>";

fn explained(erp: &Erp, number: &str) -> Element {
    erp.ask(
        "explainOffer",
        &format!("<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>{number}</internal_item_number>"),
    )
}

fn manufacturer(erp: &Erp, name: &str) {
    erp.must("updateManufacturers", &format!("<manufacturer significant_key=\"external_id\"><mandator_id>1</mandator_id><external_id>H-1</external_id><identifier>{name}</identifier></manufacturer>"));
}

#[test]
fn a_channel_gets_the_name_of_the_manufacturer_and_follows_when_it_changes() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        erp.must("updateItems", "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><external_vendor_id>H-1</external_vendor_id></item>");
        let lacks = explained(&erp, "MUG");
        assert!(lacks.having("blocking").iter().any(|lack| lack.must("reason").contains("H-1")), "{lacks:?}");
        for name in ["Weber", "Weber Ltd"] {
            manufacturer(&erp, name);
            eventually("the name in the shop", || {
                let offer = world.sandbox_get("/offers/MUG");
                if offer["manufacturer"] == name { Ok(()) } else { Err(offer.to_string()) }
            });
        }
        let updates = |world: &World| world.sandbox_get("/offers/MUG")["updates"].as_u64();
        let before = updates(&world);
        manufacturer(&erp, "Weber Ltd");
        erp.sync();
        assert_eq!(updates(&world), before, "what did not change is not sent");
    });
}

#[test]
fn suppliers_come_from_the_configuration() {
    let config =
        Config::default().text() + "\n[[suppliers]]\nsupplier_id = 7\nmandator_id = 1\nidentifier = \"North\"\nexternal_id = \"70001\"\n";
    everywhere(|database, face| {
        let world = World::configured(database, &config);
        let erp = Erp::on(&world, face);
        let found = erp.ask("fetchSuppliers", ALL);
        let supplier = found.having("supplier_id")[0];
        assert_eq!((supplier.number("supplier_id"), supplier.must("identifier"), supplier.must("external_id")), (7, "North", "70001"));
        let other = erp.ask(
            "fetchSuppliers",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><external_id filter_method=\"=\" filter_value=\"1\"/></filter>",
        );
        assert_eq!(other.having("supplier_id").len(), 0);
    });
}

/// A second warehouse, which is a branch's.
fn with_branch() -> String {
    let text = Config::default().text() + "\n[[warehouses]]\nwarehouse_id = 3\nmandator_id = 1\ncode = \"shop\"\nidentifier = \"Shop\"\n";
    text.replace("warehouses = [\"standard\"]", "warehouses = [\"standard\", \"shop\"]")
}

#[test]
fn an_order_that_is_picked_up_in_a_branch_takes_its_pieces_from_there() {
    everywhere(|database, face| {
        let world = World::configured(database, &with_branch());
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        erp.must("updateStockCount", "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><stock_items><stock_item><mandator_id>1</mandator_id><warehouse_code>shop</warehouse_code><stock_count>2</stock_count><absolute>true</absolute></stock_item></stock_items></item>");
        let branch = |external: &str, name: &str, more: &str| {
            format!(
                "<branch significant_key=\"external_id\"><mandator_id>1</mandator_id><external_id>{external}</external_id><identifier>{name}</identifier>{more}</branch>"
            )
        };
        let mitte = "<warehouse_code>SHOP</warehouse_code><in_store_pickup>true</in_store_pickup>";
        erp.must("updateBranches", &(branch("F-1", "Mitte", mitte) + &branch("F-2", "Bonn", "")));
        let refused = erp.codes(
            "updateBranches",
            &(branch("F-3", "Kiel", "<warehouse_code>none</warehouse_code>")
                + &branch("F-2", "Bonn", "<in_store_pickup>true</in_store_pickup>")),
        );
        assert_eq!(refused, [-4003, -3001], "an unknown warehouse; pick-up without a warehouse");
        for point in [Some("F-1"), None] {
            let order = json!({"lines": [{"sku": "MUG", "quantity": 1}], "delivery": {"pickup_point": point}});
            world.sandbox("/orders", &order);
        }
        erp.sync();
        // Phone sales alike.
        erp.must("updateOrders", "<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id><external_order_number_1>T-1</external_order_number_1><sub_channel_id>4100</sub_channel_id><pickup_point>F-1</pickup_point><order_items><order_item><internal_item_number>MUG</internal_item_number><quantity>2</quantity><price>9.90</price></order_item></order_items></order>");
        let stock = |answer: &Element| -> Vec<(i32, i32, i32)> {
            let all = answer.having("available_count");
            all.into_iter().map(|s| (s.number("stock_count"), s.number("reserved_count"), s.number("available_count"))).collect()
        };
        let asked = format!("{ALL}<stock_items><stock_item><internal_item_number>MUG</internal_item_number></stock_item></stock_items>");
        eventually("the reservations", || {
            let found = stock(&erp.ask("fetchBranches", &asked));
            // The second piece of the phone sale is carried there.
            if found == [(2, 2, 0)] { Ok(()) } else { Err(format!("{found:?}")) }
        });
        assert_eq!(erp.stock_of("MUG"), (9, 2), "the standard warehouse has what the branch had not, and the other order");
        let unknown = erp.ask(
            "fetchBranches",
            &format!("{ALL}<stock_items><stock_item><internal_item_number>NONE</internal_item_number></stock_item></stock_items>"),
        );
        assert_eq!(unknown.having("return_code")[0].number("return_code"), -4001);
    });
}
