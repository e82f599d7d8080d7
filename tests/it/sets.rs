//! Sets from outside: what a shop shows of them, and what its orders do with the components.

use serde_json::json;

use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

fn bill(components: &[(&str, i32)]) -> String {
    let component = |(number, quantity): &(&str, i32)| {
        format!("<component><internal_item_number>{number}</internal_item_number><quantity>{quantity}</quantity></component>")
    };
    let components: String = components.iter().map(component).collect();
    format!(
        "<epa_bom significant_key=\"external_id\"><mandator_id>1</mandator_id><external_id>B-1</external_id><identifier>Breakfast</identifier>\
         <internal_item_number>BREAKFAST</internal_item_number><components delete=\"true\">{components}</components></epa_bom>"
    )
}

/// The shop shows these quantities of the articles.
fn shows(world: &World, expected: &[(&str, i64)]) {
    eventually("the quantities in the shop", || {
        let shown: Vec<_> = expected.iter().map(|(sku, _)| world.sandbox_get(&format!("/offers/{sku}"))["quantity"].as_i64()).collect();
        if shown.iter().zip(expected).all(|(shown, (_, quantity))| *shown == Some(*quantity)) { Ok(()) } else { Err(format!("{shown:?}")) }
    });
}

#[test]
fn a_shop_sells_sets_and_their_components_from_one_stock() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("CUP", "4.90", 9);
        erp.list("PLATE", "5.90", 4);
        erp.list("BREAKFAST", "12.90", 1);
        erp.must("updateEpaBoms", &bill(&[("CUP", 2), ("PLATE", 1)]));
        shows(&world, &[("CUP", 9), ("PLATE", 4), ("BREAKFAST", 4)]);
        world.sandbox("/orders", &json!({"lines": [{"sku": "BREAKFAST", "quantity": 1}, {"sku": "CUP", "quantity": 3}]}));
        erp.sync();
        shows(&world, &[("CUP", 4), ("PLATE", 3), ("BREAKFAST", 2)]);
        assert_eq!((erp.stock_of("CUP"), erp.stock_of("PLATE")), ((9, 5), (4, 1)), "the set reserves its components");
        let order = erp.new_orders().remove(0).order_id;
        erp.number_order(order, "E-1");
        erp.must("updateEpaBoms", &bill(&[("PLATE", 3)]));
        shows(&world, &[("BREAKFAST", 1)]);
        erp.status("E-1", "SHIPPED", None);
        assert_eq!((erp.stock_of("CUP"), erp.stock_of("PLATE")), ((4, 0), (3, 0)), "what was sold is shipped, whatever the set is now");
        erp.stock("PLATE", 7, true);
        shows(&world, &[("PLATE", 7), ("BREAKFAST", 2)]);
        assert_eq!(erp.stock_of("BREAKFAST"), (2, 0), "a set has what its components allow");
    });
}
