//! Stock calls, from outside.

use crate::world::{World, databases, typed_envelope};

const ITEM: &str = "<request method=\"updateItems\" version=\"1.0.0\"><item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Mug</identifier><internal_item_number>MUG</internal_item_number><tax_type_id>3</tax_type_id></item></request>";

fn booking(count: i32, absolute: bool) -> String {
    format!(
        "<request method=\"updateStockCount\" version=\"1.0.0\"><item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><stock_items><stock_item><mandator_id>1</mandator_id><warehouse_code>STANDARD</warehouse_code><stock_count>{count}</stock_count><absolute>{absolute}</absolute></stock_item></stock_items></item></request>"
    )
}

fn stock(world: &World) -> String {
    let answer = world.connect(
        "fetchStockCount",
        "<request method=\"fetchStockCount\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter></request>",
    );
    let (_, rest) = answer.split_once("<stock_count>").unwrap_or_else(|| panic!("{answer}"));
    rest.split_once('<').unwrap().0.to_owned()
}

#[test]
fn absolute_sets_and_relative_adds() {
    for database in databases() {
        let world = World::demo(database);
        world.connect("updateItems", ITEM);
        world.connect("updateStockCount", &booking(12, true));
        world.connect("updateStockCount", &booking(-5, false));
        assert_eq!(stock(&world), "7", "{database:?}");
    }
}

#[test]
fn stock_that_goes_back_to_an_earlier_value_is_booked_again() {
    for database in databases() {
        let world = World::demo(database);
        world.connect("updateItems", ITEM);
        for count in [5, 7, 5] {
            world.connect("updateStockCount", &booking(count, true));
            assert_eq!(stock(&world), count.to_string(), "{database:?}");
        }
    }
}

#[test]
fn a_booking_that_is_out_of_range_changes_nothing_and_says_why() {
    let world = World::demo(crate::world::Database::Sqlite);
    world.connect("updateItems", ITEM);
    world.connect("updateStockCount", &booking(i32::MAX, true));
    let answer = world.connect("updateStockCount", &booking(1, false));
    assert!(answer.contains("return_code=\"-5006\"") && answer.contains("2147483648"), "{answer}");
    assert_eq!(stock(&world), i32::MAX.to_string());
}

#[test]
fn the_typed_face_says_the_same() {
    let world = World::demo(crate::world::Database::Sqlite);
    world.connect("updateItems", ITEM);
    let request = "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><referenceId>r</referenceId><mandatorId>1</mandatorId><internalItemNumber>MUG</internalItemNumber><stockItems><item><warehouseCode>standard</warehouseCode><stockCount>3</stockCount><absolute>true</absolute></item></stockItems></item></items>";
    let reply = world.post("/ws/v1", &typed_envelope("updateStockCount", request), &[]);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.body.contains("<returnCode>0</returnCode><referenceId>r</referenceId><action>UPDATE</action>"), "{}", reply.body);
    assert_eq!(stock(&world), "3");
}
