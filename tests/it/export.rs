//! `kontor export offers`, from outside, while the gateway runs.

use std::process::{Command, Output};

use crate::config::Config;
use crate::world::{Database, World, databases};

fn export(world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.args(["export", "offers", "--demo"]).args(arguments).current_dir(world.folder()).env("KONTOR_LOG", "error");
    command.output().expect("the program runs")
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

fn request(operation: &str, records: &str) -> String {
    format!("<request method=\"{operation}\" version=\"1.0.0\">{records}</request>")
}

/// A group, a parent, a variant of it with everything the document can show, and a plain article; two price lists.
fn fill(world: &World) {
    let call = |operation: &str, records: &str| {
        let answer = world.connect(operation, &request(operation, records));
        assert!(answer.contains("return_code=\"0\"") && !answer.contains("return_code=\"-"), "{answer}");
        answer
    };
    call(
        "updateCategories",
        "<category significant_key=\"external_id\"><mandator_id>1</mandator_id><identifier>Mugs &amp; cups</identifier><external_id>G1</external_id></category>",
    );
    let item = |number: &str, name: &str, more: &str| {
        format!(
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>{name}</identifier><internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id>{more}</item>"
        )
    };
    let variant = "<ean_code>4006381333931</ean_code><match_code>mug</match_code><upc_code>036000291452</upc_code><isbn>9783161484100</isbn>\
        <external_category_id>G1</external_category_id><delivery_time_identifier>1-2 days</delivery_time_identifier>\
        <external_delivery_charge_category_id>Parcel</external_delivery_charge_category_id>\
        <variant><external_variant_parent_id>MUG</external_variant_parent_id></variant>";
    let parent = item("MUG", "Mug", "<ean_code>4006381333900</ean_code><match_code>mugs</match_code>");
    call("updateItems", &format!("{parent}{}{}", item("MUG-BL", "Mug blue", variant), item("CUP", "Cup", "")));
    let list = |keys: &str, price: &str| {
        format!(
            "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id>{keys}<full_import>false</full_import><iso_currency>EUR</iso_currency><rounding_id>1</rounding_id><validities><validity><prices><entry item_nr=\"MUG-BL\" price=\"{price}\"/></prices></validity></validities></pricelist>"
        )
    };
    let lists =
        list("<identifier>default</identifier>", "12.904") + &list("<external_id>P2</external_id><identifier>Dealers</identifier>", "9.90");
    call("updatePricelist", &lists);
    call(
        "updateStockCount",
        "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG-BL</internal_item_number><stock_items><stock_item><warehouse_code>standard</warehouse_code><stock_count>3</stock_count><absolute>true</absolute></stock_item></stock_items></item>",
    );
    let offer = |number: &str| {
        format!(
            "<offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>{number}</internal_item_number></offer>"
        )
    };
    call("prepareOffers", &(offer("MUG-BL") + &offer("CUP")));
    let ended = call("uploadOffers", "<offers><offer_id>1</offer_id></offers><process_synchronous>true</process_synchronous>");
    assert!(!ended.contains("pending_changes"), "{ended}");
}

const EXPECTED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<offers>
  <offer>
    <title>Mug blue</title>
    <item_identifier>Mug blue</item_identifier>
    <item_internal_number>MUG-BL</item_internal_number>
    <item_match_code>mug</item_match_code>
    <item_ean_code>4006381333931</item_ean_code>
    <item_upc_code>036000291452</item_upc_code>
    <item_isbn>9783161484100</item_isbn>
    <account_name>Sandbox</account_name>
    <price>12.90</price>
    <account_price>12.90</account_price>
    <prices>
      <pricelist identifier="default" external_id="" price="12.90" />
      <pricelist identifier="Dealers" external_id="P2" price="9.90" />
    </prices>
    <offer_state>ACTIVE</offer_state>
    <offer_pending_state>ACTIVE</offer_pending_state>
    <delivery_time_identifier>1-2 days</delivery_time_identifier>
    <delivery_time_in_days></delivery_time_in_days>
    <variant_parent_identifier>Mug</variant_parent_identifier>
    <variant_parent_internal_item_number>MUG</variant_parent_internal_item_number>
    <variant_parent_match_code>mugs</variant_parent_match_code>
    <variant_parent_ean>4006381333900</variant_parent_ean>
    <variant_parent_upc></variant_parent_upc>
    <variant_parent_isbn></variant_parent_isbn>
    <product_group_external_id>G1</product_group_external_id>
    <product_group_identifier>Mugs &amp; cups</product_group_identifier>
    <delivery_charge_category_external_id>Parcel</delivery_charge_category_external_id>
    <delivery_charge_category_identifier></delivery_charge_category_identifier>
  </offer>
  <offer>
    <title>Cup</title>
    <item_identifier>Cup</item_identifier>
    <item_internal_number>CUP</item_internal_number>
    <item_match_code></item_match_code>
    <item_ean_code></item_ean_code>
    <item_upc_code></item_upc_code>
    <item_isbn></item_isbn>
    <account_name>Sandbox</account_name>
    <price></price>
    <account_price></account_price>
    <prices />
    <offer_state>INACTIVE</offer_state>
    <offer_pending_state>INACTIVE</offer_pending_state>
    <delivery_time_identifier></delivery_time_identifier>
    <delivery_time_in_days></delivery_time_in_days>
    <variant_parent_identifier></variant_parent_identifier>
    <variant_parent_internal_item_number></variant_parent_internal_item_number>
    <variant_parent_match_code></variant_parent_match_code>
    <variant_parent_ean></variant_parent_ean>
    <variant_parent_upc></variant_parent_upc>
    <variant_parent_isbn></variant_parent_isbn>
    <product_group_external_id></product_group_external_id>
    <product_group_identifier></product_group_identifier>
    <delivery_charge_category_external_id></delivery_charge_category_external_id>
    <delivery_charge_category_identifier></delivery_charge_category_identifier>
  </offer>
</offers>
"#;

#[test]
fn offers_are_written_with_all_that_is_known_of_their_articles() {
    for database in databases() {
        let world = World::demo(database);
        fill(&world);
        let done = export(&world, &["--account", "1000", "--database", world.database()]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        assert_eq!(text(&done.stdout), EXPECTED, "{database:?}");
        let done = export(&world, &["--account", "1000", "--database", world.database(), "--output", "offers.xml"]);
        assert!(done.status.success() && done.stdout.is_empty(), "{}", text(&done.stderr));
        assert_eq!(std::fs::read_to_string(world.folder().join("offers.xml")).unwrap(), EXPECTED);
        assert!(!world.folder().join("offers.xml.part").exists());
    }
}

#[test]
fn a_wrong_account_or_database_is_named() {
    let world = World::demo(Database::Sqlite);
    let done = export(&world, &["--account", "7", "--database", world.database()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("account 7 is not in the configuration; there are: 1000"), "{}", text(&done.stderr));
    let done = export(&world, &["--account", "1000", "--database", "nowhere.sqlite"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("\"nowhere.sqlite\" does not exist"), "{}", text(&done.stderr));
    assert!(!world.folder().join("nowhere.sqlite").exists(), "looking creates nothing");
}

/// The document's prices of the article of this number.
fn prices_of<'d>(document: &'d str, number: &str) -> Vec<&'d str> {
    let (_, rest) = document.split_once(&format!("<item_internal_number>{number}<")).unwrap_or_else(|| panic!("no {number} in {document}"));
    let offer = rest.split("</offer>").next().unwrap();
    offer
        .lines()
        .map(str::trim)
        .filter(|line| ["<price>", "<account_price>", "<pricelist "].iter().any(|start| line.starts_with(start)))
        .collect()
}

#[test]
fn the_price_is_the_one_that_the_account_shows() {
    for database in databases() {
        let lists = "pricelist = \"default\"\nfurther_pricelists = [\"clearance\"]";
        let seed = "[[pricelists]]\nmandator_id = 1\nidentifier = \"clearance\"\ncurrency = \"EUR\"\n[[sub_channels]]";
        let config = Config::default().text().replace("pricelist = \"default\"", lists).replace("[[sub_channels]]", seed);
        let world = World::configured(database, &config);
        let call = |operation: &str, records: &str| {
            let answer = world.connect(operation, &request(operation, records));
            assert!(answer.contains("return_code=\"0\"") && !answer.contains("return_code=\"-"), "{answer}");
        };
        let block = "<specific_item_data><ebay_item_data><account_specific_data><account_specific><account_id>1000</account_id><standard_price>5.555</standard_price></account_specific></account_specific_data></ebay_item_data></specific_item_data>";
        let item = |number: &str, more: &str| {
            format!(
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>{number}</identifier><internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id>{more}</item>"
            )
        };
        call("updateItems", &(item("A", "") + &item("B", "") + &item("C", block) + &item("D", "")));
        let list = |name: &str, currency: &str, rounding: i32, prices: &[(&str, &str)]| {
            let entries: String = prices.iter().map(|(number, price)| format!("<entry item_nr=\"{number}\" price=\"{price}\"/>")).collect();
            format!(
                "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>{name}</identifier><full_import>false</full_import><iso_currency>{currency}</iso_currency><rounding_id>{rounding}</rounding_id><validities><validity><prices>{entries}</prices></validity></validities></pricelist>"
            )
        };
        let default = list("default", "EUR", 1, &[("A", "12.504"), ("C", "7.00")]);
        let clearance = list("clearance", "EUR", 2, &[("A", "3.00"), ("B", "7.10")]);
        call("updatePricelist", &(default + &clearance + &list("Tokyo", "JPY", 2, &[("A", "1250.5"), ("D", "980")])));
        let offers = ["A", "B", "C", "D"].map(|number| {
            format!(
                "<offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>{number}</internal_item_number></offer>"
            )
        });
        call("prepareOffers", &offers.concat());
        let config = world.folder().join("kontor.toml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.args(["export", "offers", "--account", "1000", "--database", world.database(), "--config"]).arg(config);
        let done = command.output().expect("the program runs");
        assert!(done.status.success(), "{}", text(&done.stderr));
        let document = String::from_utf8(done.stdout).unwrap();
        let account = |price: &str| [format!("<price>{price}</price>"), format!("<account_price>{price}</account_price>")];
        let row = |list: &str, price: &str| format!("<pricelist identifier=\"{list}\" external_id=\"\" price=\"{price}\" />");
        let no_price = ["<price></price>".to_owned(), "<account_price></account_price>".to_owned()];
        for (number, price, lists) in [
            ("A", account("12.50"), vec![row("default", "12.50"), row("clearance", "3.99"), row("Tokyo", "1251.00")]),
            ("B", account("7.99"), vec![row("clearance", "7.99")]),
            ("C", account("5.56"), vec![row("default", "7.00")]),
            ("D", no_price, vec![row("Tokyo", "980.00")]),
        ] {
            assert_eq!(prices_of(&document, number), [price.to_vec(), lists].concat(), "{number} on {database:?}");
        }
    }
}
