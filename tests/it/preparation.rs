//! Channel preparation, from outside: what an account shows of an item, by which rule, and that `explainOffer` says so.

use std::process::Command;

use crate::config::{Config, Shop};
use crate::world::{Database, World, databases, eventually};

fn call(world: &World, operation: &str, inner: &str) -> String {
    world.connect(operation, &format!("<request method=\"{operation}\" version=\"1.0.0\">{inner}</request>"))
}

/// A call that must work.
fn ok(world: &World, operation: &str, inner: &str) -> String {
    let answer = call(world, operation, inner);
    assert!(answer.contains("return_code=\"0\"") && !answer.contains("return_code=\"-"), "{operation}: {answer}");
    answer
}

fn value(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split_once('<').unwrap().0.to_owned()
}

fn item(world: &World, number: &str, more: &str) {
    ok(
        world,
        "updateItems",
        &format!(
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Mug</identifier><internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id>{more}</item>"
        ),
    );
}

fn block(inner: &str) -> String {
    format!(
        "<specific_item_data><ebay_item_data><account_specific_data><account_specific><account_id>1000</account_id>{inner}<odd kept=\"1\"/></account_specific></account_specific_data></ebay_item_data></specific_item_data>"
    )
}

/// A mug in the group `cups` of `kitchen`, which has a text and a picture; listed in the sandbox.
fn open_shop(world: &World) {
    let image = "<image_modules><image_module><image_module_type_id>1</image_module_type_id><image_url>https://i.example/k.jpg</image_url></image_module></image_modules>";
    ok(
        world,
        "updateCategories",
        &format!(
            "<category significant_key=\"external_id\"><mandator_id>1</mandator_id><identifier>Cups</identifier><external_id>cups</external_id><external_parent_id>kitchen</external_parent_id></category><category significant_key=\"external_id\"><mandator_id>1</mandator_id><identifier>Kitchen</identifier><external_id>kitchen</external_id><text_modules><text_module><text_module_type>15</text_module_type><translation><language_code_iso>de</language_code_iso><text>For the kitchen</text></translation></text_module></text_modules>{image}</category>"
        ),
    );
    item(world, "MUG", "<external_category_id>cups</external_category_id>");
    ok(
        world,
        "updatePricelist",
        "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><full_import>false</full_import><iso_currency>EUR</iso_currency><rounding_id>1</rounding_id><validities><validity><prices><entry item_nr=\"MUG\" price=\"12.50\"/></prices></validity></validities></pricelist>",
    );
    ok(
        world,
        "updateStockCount",
        "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><stock_items><stock_item><mandator_id>1</mandator_id><warehouse_code>standard</warehouse_code><stock_count>10</stock_count><absolute>true</absolute></stock_item></stock_items></item>",
    );
    let prepared = ok(
        world,
        "prepareOffers",
        "<offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number></offer>",
    );
    let offer = value(&prepared, "offer_id");
    ok(world, "uploadOffers", &format!("<offers><offer_id>{offer}</offer_id></offers><process_synchronous>true</process_synchronous>"));
}

fn explain(world: &World) -> String {
    ok(world, "explainOffer", "<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number>")
}

/// Value and reason that `explainOffer` gives for the first value of this name.
fn explained(world: &World, name: &str) -> (String, String) {
    let answer = explain(world);
    let (_, rest) = answer.split_once(&format!("<name>{name}</name>")).unwrap_or_else(|| panic!("no {name} in {answer}"));
    (value(rest, "value"), value(rest, "reason").replace("&quot;", "\""))
}

/// The sandbox shows this, and `explainOffer` agrees and says why.
fn shows(world: &World, part: &str, expected: &str, reason: &str) {
    let look = |offer: &serde_json::Value| match part {
        "image" => offer["images"][0].as_str().map(str::to_owned),
        _ => offer[part].as_str().map(str::to_owned),
    };
    eventually(&format!("{part} {expected}"), || {
        let offer = world.sandbox_get("/offers/MUG");
        if look(&offer).as_deref() == Some(expected) { Ok(()) } else { Err(offer.to_string()) }
    });
    assert_eq!(explained(world, part), (expected.to_owned(), reason.to_owned()));
}

#[test]
fn texts_pictures_and_categories_come_from_item_groups_until_the_item_says_otherwise() {
    for database in databases() {
        let world = World::demo(database);
        open_shop(&world);
        shows(&world, "title", "Mug", "identifier of the item");
        shows(&world, "price", "12.50", "price list default, unlimited validity");
        shows(&world, "description", "For the kitchen", "text module 15, de, inherited from item group \"Kitchen\"");
        shows(&world, "image", "https://i.example/k.jpg", "image module 1, inherited from item group \"Kitchen\"");
        let answer = explain(&world);
        assert!(answer.contains("<name>category</name><blocking>false</blocking>"), "{answer}");

        // A category of the account, and the item group whose articles belong there.
        ok(
            &world,
            "updateAccountCategories",
            "<account_category significant_key=\"external_id\"><account_id>1000</account_id><identifier>Mugs</identifier><external_id>43</external_id><external_parent_id>42</external_parent_id></account_category><account_category significant_key=\"external_id\" reference_id=\"k\"><account_id>1000</account_id><identifier>Household</identifier><external_id>42</external_id><mapped_categories><category><external_category_id>kitchen</external_category_id></category></mapped_categories></account_category>",
        );
        shows(&world, "category", "42", "item group \"Cups\" inherited from \"Kitchen\", mapped to \"Household\"");
        let tree = ok(
            &world,
            "fetchAccountCategories",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><account_id filter_method=\"=\" filter_value=\"1000\"/></filter>",
        );
        assert!(tree.contains("total_records=\"2\"") && tree.contains("<external_parent_id>42</external_parent_id>"), "{tree}");
        assert!(tree.contains("<external_category_id>kitchen</external_category_id><configured>false</configured>"), "{tree}");

        ok(
            &world,
            "updateItemAccountCategoryMapping",
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><account_id>1000</account_id><account_categories><account_category><external_id>43</external_id></account_category></account_categories></item>",
        );
        shows(&world, "category", "43", "the item's own account category \"Mugs\"");
        ok(
            &world,
            "updateAccountCategories",
            "<account_category significant_key=\"external_id\"><account_id>1000</account_id><external_id>43</external_id><active>false</active></account_category>",
        );
        shows(&world, "category", "42", "item group \"Cups\" inherited from \"Kitchen\", mapped to \"Household\"");

        item(
            &world,
            "MUG",
            "<text_modules><text_module><text_module_type>15</text_module_type><translation><language_code_iso>de</language_code_iso><text>Own</text></translation></text_module></text_modules>",
        );
        shows(&world, "description", "Own", "text module 15, de");
    }
}

#[test]
fn the_items_block_for_the_account_wins_and_reaches_the_channel_unchanged() {
    for database in databases() {
        let world = World::demo(database);
        open_shop(&world);
        item(
            &world,
            "MUG",
            &block(
                "<title>Best mug</title><shop_price>9.99</shop_price><shop_categories><shop_category><id>c7</id></shop_category></shop_categories>",
            ),
        );
        shows(&world, "title", "Best mug", "specific_item_data of account 1000, title");
        shows(&world, "price", "9.99", "specific_item_data of account 1000, shop_price");
        shows(&world, "category", "c7", "specific_item_data of account 1000, shop_categories/shop_category/id");
        let data = world.sandbox_get("/offers/MUG")["platform_data"].as_str().unwrap().to_owned();
        assert!(data.starts_with("<ebay_item_data>") && data.contains("<odd kept=\"1\"/>"), "{data}");

        item(&world, "MUG", &block("<shop_price>9,99</shop_price>"));
        let answer = explain(&world);
        assert!(answer.contains("<name>price</name><blocking>true</blocking>") && answer.contains("updatePrices"), "{answer}");
    }
}

fn template(world: &World, name: &str, content: &str) -> String {
    let content = content.replace('&', "&amp;").replace('<', "&lt;");
    call(
        world,
        "updateTemplates",
        &format!(
            "<template significant_key=\"template_identifier\" reference_id=\"t\"><mandator_id>1</mandator_id><template_identifier>{name}</template_identifier><content>{content}</content></template>"
        ),
    )
}

#[test]
fn a_template_makes_the_description_and_a_broken_one_holds_back_nothing_else() {
    let world = World::demo(Database::Sqlite);
    open_shop(&world);
    let answer = template(&world, "page", "a\n{% if %}");
    assert!(answer.contains("return_code=\"-3020\"") && answer.contains("line 2"), "{answer}");
    let answer = template(&world, "page", "<h1>{{ item.identifier }}</h1>{{ texts[15] }} {{ price.amount }}");
    assert!(answer.contains("return_code=\"0\" reference_id=\"t\" action=\"insert\""), "{answer}");
    let id = value(&answer, "template_id");
    item(&world, "MUG", &block(&format!("<description_template><template_id>{id}</template_id></description_template>")));
    let reason = "template \"page\", chosen by the item's specific_item_data";
    eventually("the page", || match world.sandbox_get("/offers/MUG")["description"].as_str() {
        Some("<h1>Mug</h1>For the kitchen 12.50") => Ok(()),
        other => Err(format!("{other:?}")),
    });
    assert_eq!(explained(&world, "description").1, reason);

    // The page shows the price, so it follows the price.
    ok(
        &world,
        "updatePricelist",
        "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><full_import>false</full_import><iso_currency>EUR</iso_currency><rounding_id>1</rounding_id><validities><validity><prices><entry item_nr=\"MUG\" price=\"13.00\"/></prices></validity></validities></pricelist>",
    );
    eventually("the new price on the page", || match world.sandbox_get("/offers/MUG")["description"].as_str() {
        Some("<h1>Mug</h1>For the kitchen 13.00") => Ok(()),
        other => Err(format!("{other:?}")),
    });

    let endless = "{% for a in range(90000) %}{% for b in range(90000) %}x{% endfor %}{% endfor %}";
    let answer = template(&world, "page", endless);
    assert!(answer.contains("action=\"update\""), "{answer}");
    let messages = eventually("the upload message", || {
        let answer = ok(&world, "fetchUploadMessages", "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>");
        if answer.contains("fails in line 1") { Ok(answer) } else { Err(answer) }
    });
    assert!(messages.contains("updateTemplates"), "the remedy: {messages}");
    let answer = explain(&world);
    assert!(answer.contains("<name>description</name><blocking>true</blocking>"), "{answer}");
    item(&world, "OTHER", "");
    ok(
        &world,
        "updateStockCount",
        "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><stock_items><stock_item><mandator_id>1</mandator_id><warehouse_code>standard</warehouse_code><stock_count>3</stock_count><absolute>true</absolute></stock_item></stock_items></item>",
    );
    eventually("the quantity", || {
        let offer = world.sandbox_get("/offers/MUG");
        if offer["quantity"] == 3 { Ok(()) } else { Err(offer.to_string()) }
    });
    template(&world, "page", "mended");
    eventually("the mended page", || match world.sandbox_get("/offers/MUG")["description"].as_str() {
        Some("mended") => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

#[test]
fn kinds_of_texts_limit_what_items_say() {
    for database in databases() {
        let world = World::demo(database);
        let kind = |inner: &str| {
            ok(
                &world,
                "updateTextModuleTypes",
                &format!(
                    "<text_module_type significant_key=\"identifier\" reference_id=\"r\"><mandator_id>1</mandator_id><identifier>Short</identifier>{inner}</text_module_type>"
                ),
            )
        };
        let answer = kind("<max_length>10</max_length><is_html>false</is_html>");
        assert!(answer.contains("return_code=\"0\" reference_id=\"r\" action=\"insert\""), "{answer}");
        let id = value(&answer, "text_module_type_id");
        assert!(answer.contains(&format!("<text_module_type><text_module_type_id>{id}</text_module_type_id><mandator_id>1</mandator_id><identifier>Short</identifier><is_html>false</is_html><max_length>10</max_length></text_module_type>")), "{answer}");
        let send = |kind: &str, text: &str| {
            call(
                &world,
                "updateItems",
                &format!(
                    "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Mug</identifier><internal_item_number>MUG</internal_item_number><tax_type_id>3</tax_type_id><text_modules><text_module><text_module_type>{kind}</text_module_type><translation><language_code_iso>de</language_code_iso><text>{text}</text></translation></text_module></text_modules></item>"
                ),
            )
        };
        let answer = send(&id, "much too long");
        assert!(
            answer.contains("return_code=\"-3008\"")
                && answer.contains("at most 10")
                && answer.contains(&format!("text_module_type {id}, language_code_iso de: ")),
            "{answer}"
        );
        assert!(send(&id, "&lt;b>x&lt;/b>").contains("return_code=\"-3019\""));
        assert!(send(&id, "3 &lt; 5").contains("return_code=\"0\""));
        assert!(send("4711", "&lt;b>unknown kinds allow all&lt;/b>").contains("return_code=\"0\""));
        assert!(kind("<max_length>100</max_length>").contains("action=\"update\""));
        assert!(send(&id, "not too long now").contains("return_code=\"0\""));
    }
}

#[test]
fn look_up_lists_are_kept_by_number_name_and_external_id() {
    for database in databases() {
        let world = World::demo(database);
        let answer = ok(
            &world,
            "updateDeliveryTimes",
            "<delivery_time reference_id=\"a\"><mandator_id>1</mandator_id><identifier>1-2 days</identifier><delivery_time_in_days>2</delivery_time_in_days></delivery_time><delivery_time reference_id=\"b\"><mandator_id>1</mandator_id><identifier>a week</identifier></delivery_time>",
        );
        let id = value(&answer, "delivery_time_id");
        let answer = call(
            &world,
            "updateDeliveryTimes",
            &format!(
                "<delivery_time significant_key=\"delivery_time_id\"><mandator_id>1</mandator_id><delivery_time_id>{id}</delivery_time_id><identifier>a week</identifier></delivery_time><delivery_time significant_key=\"delivery_time_id\"><mandator_id>1</mandator_id><delivery_time_id>{id}</delivery_time_id><identifier>2 days</identifier></delivery_time>"
            ),
        );
        assert!(answer.contains("return_code=\"-5019\"") && answer.contains("action=\"update\""), "{answer}");
        let answer = ok(
            &world,
            "fetchDeliveryTimes",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter><delivery_times_per_page>1</delivery_times_per_page>",
        );
        assert!(
            answer.contains("total_records=\"2\"")
                && answer.contains("<identifier>2 days</identifier><delivery_time_in_days>2</delivery_time_in_days>"),
            "{answer}"
        );
        assert!(!answer.contains("a week"), "one per page: {answer}");

        ok(
            &world,
            "updateDeliveryChargeCategories",
            "<delivery_charge_category significant_key=\"external_id\"><mandator_id>1</mandator_id><external_id>parcel</external_id><identifier>Parcel</identifier></delivery_charge_category>",
        );
        let answer = ok(
            &world,
            "fetchDeliveryChargeCategories",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><external_id filter_method=\"=\" filter_value=\"parcel\"/></filter>",
        );
        assert!(answer.contains("<external_id>parcel</external_id><identifier>Parcel</identifier>"), "{answer}");

        let typed = world.typed(
            "updateImageModuleTypes",
            "<imageModuleTypes><item><mandatorId>1</mandatorId><identifier>Front</identifier></item></imageModuleTypes>",
        );
        assert!(typed.contains("<action>INSERT</action>") && typed.contains("<identifier>Front</identifier>"), "{typed}");
        let typed = world.typed("fetchImageModuleTypes", "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>");
        assert!(typed.contains("<identifier>Front</identifier>"), "{typed}");
    }
}

/// Rules that the admin writes.
const RULES: Config = Config {
    database: "",
    limits: "",
    replay: "",
    dispatch: "",
    shops: &[Shop {
        keys: r#"
description_text_module = 15
title_rule = "{{ item.identifier }} ({{ item.internal_item_number }})"
image_order = [2]
shipping_groups = ["Standard", "Express"]
"#,
        tables: r#"
[accounts.category_mapping]
kitchen = "99"
[accounts.delivery_times]
"1-2 days" = "FAST"
"#,
        ..Shop::FIRST
    }],
};

#[test]
fn what_the_admin_writes_holds_and_is_shown_to_the_erp() {
    for database in databases() {
        let world = World::configured(database, &RULES.text());
        open_shop(&world);
        shows(&world, "title", "Mug (MUG)", "title_rule of account 1000");
        shows(&world, "category", "99", "item group \"Cups\" inherited from \"Kitchen\", mapped to \"99\"");
        item(
            &world,
            "MUG",
            "<delivery_time_identifier>1-2 days</delivery_time_identifier><image_modules><image_module><image_module_type_id>2</image_module_type_id><image_url>https://i.example/2.jpg</image_url></image_module></image_modules>",
        );
        shows(&world, "delivery_time", "FAST", "\"1-2 days\" of the item, translated by delivery_times of the account");
        shows(&world, "image", "https://i.example/2.jpg", "image module 2");

        let times = ok(&world, "fetchDeliveryTimes", "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>");
        assert!(times.contains("<identifier>1-2 days</identifier>"), "{times}");
        let groups = ok(&world, "fetchShippingGroups", "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>");
        assert!(
            groups.contains("total_records=\"2\"") && groups.contains("<shipping_group_identifier>Express</shipping_group_identifier>"),
            "{groups}"
        );
        let answer = call(
            &world,
            "updateAccountCategories",
            "<account_category significant_key=\"external_id\"><account_id>1000</account_id><identifier>Mine</identifier><external_id>7</external_id><mapped_categories><category><external_category_id>kitchen</external_category_id></category></mapped_categories></account_category>",
        );
        assert!(answer.contains("return_code=\"-5020\"") && answer.contains("category_mapping.kitchen"), "{answer}");

        let shown = Command::new(env!("CARGO_BIN_EXE_kontor"))
            .args(["offer", "explain", "--account", "1000", "--item", "MUG", "--config"])
            .arg(world.folder().join("kontor.toml"))
            .args(["--database", world.database()])
            .output()
            .unwrap();
        let table = String::from_utf8(shown.stdout).unwrap();
        assert!(
            table.contains("title_rule of account 1000") && table.contains("FAST"),
            "{table}{}",
            String::from_utf8_lossy(&shown.stderr)
        );
    }
}

#[test]
fn a_rule_that_the_admin_changes_reaches_running_offers() {
    let mut world = World::configured(Database::Sqlite, &RULES.text());
    open_shop(&world);
    shows(&world, "title", "Mug (MUG)", "title_rule of account 1000");
    world.kill();
    world.reconfigure(|text| text.replace("({{ item.internal_item_number }})", "new").replace("kitchen = \"99\"", "kitchen = \"100\""));
    world.start();
    shows(&world, "title", "Mug new", "title_rule of account 1000");
    shows(&world, "category", "100", "item group \"Cups\" inherited from \"Kitchen\", mapped to \"100\"");
}

#[test]
fn a_further_price_list_counts_where_the_first_has_no_price() {
    for database in databases() {
        let lists = "pricelist = \"default\"\nfurther_pricelists = [\"clearance\"]";
        let seed = "[[pricelists]]\nmandator_id = 1\nidentifier = \"clearance\"\ncurrency = \"EUR\"\n[[sub_channels]]";
        let text = Config::default().text().replace("pricelist = \"default\"", lists).replace("[[sub_channels]]", seed);
        let world = World::configured(database, &text);
        let price = |list: &str, currency: &str, price: &str| {
            call(
                &world,
                "updatePricelist",
                &format!(
                    "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>{list}</identifier><full_import>true</full_import><iso_currency>{currency}</iso_currency><validities><validity><prices>{price}</prices></validity></validities></pricelist>"
                ),
            )
        };
        let entry = |amount: &str| format!("<entry item_nr=\"MUG\" price=\"{amount}\"/>");
        let shown = |amount: &str| {
            eventually(&format!("a price of {amount}"), || {
                let offer = world.sandbox_get("/offers/MUG");
                if offer["price"].as_str() == Some(amount) { Ok(()) } else { Err(offer.to_string()) }
            });
        };
        open_shop(&world);
        shown("12.50");
        price("clearance", "EUR", &entry("7.90"));
        assert!(explain(&world).contains("price list default, unlimited validity"), "the first list counts");
        price("default", "EUR", "");
        shown("7.90");
        assert!(explain(&world).contains("price list clearance, unlimited validity"));
        let exported = Command::new(env!("CARGO_BIN_EXE_kontor"))
            .args(["export", "offers", "--account", "1000", "--config"])
            .arg(world.folder().join("kontor.toml"))
            .args(["--database", world.database()])
            .output()
            .unwrap();
        let document = String::from_utf8(exported.stdout).unwrap();
        assert!(document.contains("<price>7.90</price>\n    <account_price>7.90</account_price>"), "{document}");
        price("clearance", "EUR", &entry("6.90"));
        shown("6.90");
        let refused = price("clearance", "USD", &entry("5.90"));
        assert!(refused.contains("return_code=\"-5002\""), "the account sells in one currency: {refused}");
        price("default", "EUR", &entry("13.00"));
        shown("13.00");
    }
}
