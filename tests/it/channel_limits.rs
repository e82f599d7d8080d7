//! What a channel refuses whatever is sent, named before anything is sent; and item numbers with everything that shops and
//! addresses find hard.

use std::process::Command;

use serde_json::{Value, json};

use crate::config::{Config, Shop};
use crate::erp::{Erp, everywhere, one_item};
use crate::world::{World, eventually};

/// An offer by its SKU, without an address in which it would have to be written.
fn shown(world: &World, sku: &str) -> Option<Value> {
    let all = world.sandbox_get("/offers");
    all["offers"].as_array().expect("offers").iter().find(|offer| offer["sku"] == *sku).cloned()
}

fn shows(world: &World, sku: &str, quantity: i32) {
    eventually(&format!("{sku} shows {quantity}"), || match shown(world, sku) {
        Some(offer) if offer["quantity"] == quantity => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

#[test]
fn an_item_number_of_100_characters_or_with_odd_ones_goes_all_the_way_to_the_shop_and_back() {
    let longest = "x/+% Ä".chars().cycle().take(99).chain(['9']).collect::<String>();
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        for sku in ["A/B", "A+B", "50%25", "A B", "Größe Ü", &longest] {
            let offer_id = erp.list(sku, "9.90", 5);
            shows(&world, sku, 5);
            let bought = world.sandbox("/orders", &json!({"lines": [{"sku": sku, "quantity": 2}]}));
            let number = bought["order_id"].as_str().expect("a number");
            erp.sync();
            let order = erp.all_orders().into_iter().find(|order| order.marketplace_order_id == number).expect("the order");
            assert_eq!(erp.stock_of(sku), (5, 2), "{sku}: the order found its article");
            erp.stock(sku, 9, true);
            shows(&world, sku, 7);
            erp.number_order(order.order_id, number);
            erp.status(number, "SHIPPED", Some("JJD1"));
            assert_eq!(erp.stock_of(sku), (7, 0), "{sku}");
            let (compat, typed) = one_item(sku);
            let offers = erp.done("fetchItems", &compat, &typed);
            assert_eq!(offers.having("internal_item_number")[0].must("internal_item_number"), sku);
            erp.done(
                "endOffers",
                &format!("<offers><offer_id>{offer_id}</offer_id></offers><process_synchronous>true</process_synchronous>"),
                &format!("<offerIds><item>{offer_id}</item></offerIds><processSynchronous>true</processSynchronous>"),
            );
            assert_eq!(shown(&world, sku).expect("the ended offer")["running"], false, "{sku}");
        }
        let too_long = format!("{longest}0");
        let compat = format!(
            "<item><mandator_id>1</mandator_id><identifier>A</identifier><internal_item_number>{too_long}</internal_item_number><tax_type_id>3</tax_type_id></item>"
        );
        let typed = format!(
            "<items><item><mandatorId>1</mandatorId><identifier>A</identifier><internalItemNumber>{too_long}</internalItemNumber><taxTypeId>3</taxTypeId></item></items>"
        );
        let refused = erp.call("updateItems", &compat, &typed);
        assert_eq!(refused.having("return_code")[0].must("return_code"), "-3008");
    });
}

/// Takes francs only; the price list is in euros.
const FRANCS: Shop = Shop { tables: "currencies = [\"CHF\"]", ..Shop::FIRST };
const SHORT: Shop = Shop { tables: "longest_sku = 4", ..Shop::FIRST };

#[test]
fn explain_offer_names_what_the_channel_refuses() {
    for (shop, number, part, word) in [(FRANCS, "MUG", "price", "CHF"), (SHORT, "MUG-BLUE", "internal_item_number", "4")] {
        everywhere(|database, face| {
            let shops: &'static [Shop] = if shop.tables == FRANCS.tables { &[FRANCS] } else { &[SHORT] };
            let world = World::configured(database, &Config { shops, ..Config::default() }.text());
            let erp = Erp::on(&world, face);
            erp.item(number, "Mug");
            erp.price(number, "9.90");
            let answer = erp.done(
                "explainOffer",
                &format!("<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>{number}</internal_item_number>"),
                &format!("<mandatorId>1</mandatorId><accountId>1000</accountId><internalItemNumber>{number}</internalItemNumber>"),
            );
            let blocking: Vec<_> = answer.having("blocking").into_iter().filter(|missing| missing.must("blocking") == "true").collect();
            assert_eq!(blocking.len(), 1, "{answer:?}");
            assert_eq!(blocking[0].must("name"), part);
            assert!(blocking[0].must("reason").contains(word) && !blocking[0].must("remedy").is_empty(), "{blocking:?}");
        });
    }
}

/// What `kontor check` complains of.
fn complaints(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kontor.toml");
    std::fs::write(&path, text.replace("{folder}", &folder.path().display().to_string())).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_kontor")).arg("check").arg("--config").arg(&path).output().expect("the program runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat();
    assert_eq!(output.status.success(), said.contains("no faults"), "{said}");
    said
}

#[test]
fn check_names_files_that_two_accounts_share_and_folders_in_place_of_files() {
    let config = Config { shops: &[Shop::FIRST, Shop::SECOND], ..Config::default() }.text();
    let with = |path: &str| {
        let second = config.replace("{folder}/shop-1001.json", path);
        complaints(&second)
    };
    let fine = with("{folder}/other.json");
    assert!(fine.contains("no faults"), "{fine}");
    for same in ["{folder}/shop-1000.json", "{folder}/./shop-1000.json", "{folder}/none/../shop-1000.json"] {
        let said = with(same);
        assert!(said.contains("accounts[2].settings.state_path") && said.contains("is already taken"), "{same}: {said}");
    }
    let folder = with("{folder}");
    assert!(folder.contains("state_path") && folder.contains("is a folder; name a file in it"), "{folder}");
}

#[test]
fn check_names_accounts_whose_channel_refuses_every_price() {
    let config = |tables: &'static str| {
        let shops: &'static [Shop] = Box::leak(Box::new([Shop { tables, ..Shop::FIRST }]));
        complaints(&Config { shops, ..Config::default() }.text())
    };
    assert!(config("prices = \"both\"").contains("no faults"));
    for (tables, word) in [("prices = \"net\"", "the price is gross"), ("currencies = [\"CHF\"]", "CHF")] {
        let said = config(tables);
        assert!(said.contains("account 1000") && said.contains("refuses every offer") && said.contains(word), "{tables}: {said}");
        assert!(said.contains("price list \"default\""), "{said}");
    }
}
