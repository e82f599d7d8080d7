//! The connector against its double, where no scenario of the suite looks.

mod orders;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::tests::account;
use super::super::{
    ChannelError, Connector, Fact, OfferChange, OfferContent, Outcome, Price, Quantity, Sibling, VariantContent, Word, build,
    check_settings,
};
use super::api::pause;
use super::check::{missing_rights, said_of_version};
use super::double::{self, CLIENT, LOCATION, SECRET, schema};
use super::inputs;
use super::settings::Settings;
use super::stage::Double;
use super::stock::key;
use crate::connectors::suite::Stage;
use crate::domain::offer::Wanted;
use crate::domain::order::FactKind;
use crate::domain::{Currency, Decimal, Money, OfferId};

const BASE: &str = "url = 'https://my-shop.myshopify.com'\nclient_id = 'c'\nclient_secret = 's'\n";

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn change(number: i32, sku: &str) -> OfferChange {
    OfferChange {
        offer_id: OfferId(number),
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(OfferContent { title: sku.to_owned(), ..OfferContent::default() }),
        price: Some(Price { money: Money::new(amount("19.90"), Currency::EUR), gross: true }),
        quantity: Some(Quantity { offered: 12, reserved_here: 0 }),
    }
}

fn of_family(number: i32, sku: &str, colour: &str) -> OfferChange {
    let options = vec![(Word::from("Farbe"), Word::from(colour))];
    let variant = VariantContent { parent_sku: "P".to_owned(), parent_title: "Lampen".to_owned(), options, ..VariantContent::default() };
    let mut change = change(number, sku);
    change.content.as_mut().unwrap().variant = Some(variant);
    change
}

fn stock_only(change: &OfferChange, offered: i32) -> OfferChange {
    OfferChange { content: None, price: None, quantity: Some(Quantity { offered, reserved_here: 0 }), ..change.clone() }
}

fn submit(connector: &dyn Connector, changes: &[OfferChange]) -> Vec<Outcome> {
    let results = connector.submit(changes).unwrap();
    changes.iter().map(|change| results.iter().find(|row| row.offer_id == change.offer_id).unwrap().outcome.clone()).collect()
}

fn is_done(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
}

fn fact(order: i64, kind: FactKind) -> Fact {
    Fact { key: format!("f-{order}"), order_id: order.to_string(), order_id_2: None, kind, task: None }
}

fn available(shop: &Double, sku: &str) -> i64 {
    let id = shop.numbers(sku)[0];
    shop.shop().variants[&id]["levels"][LOCATION]["available"].as_i64().unwrap()
}

#[test]
fn settings_are_checked_with_a_remedy() {
    for (text, expected) in [
        ("url = 'https://shop.example/admin'\nclient_id = 'c'\nclient_secret = 's'", "is not the address of a shop"),
        ("url = 'http://shop.example'\nclient_id = 'c'\nclient_secret = 's'", "is not the address of a shop"),
        ("url = 'https://x.myshopify.com'\nclient_id = 'c'", "client_secret: is missing"),
        (&format!("{BASE}attributes = ['Material']"), "names no metafield"),
    ] {
        let said = check_settings(&account("shopify", text)).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
    assert!(check_settings(&account("shopify", BASE)).is_ok());
}

#[test]
fn every_call_is_checked_by_the_schema_of_the_vendor() {
    match schema() {
        Some(schema) => assert!(schema.types.len() > 3000),
        None => println!("left out: the schema of Shopify is not installed (tests/setup/install)"),
    }
}

#[test]
fn the_pause_for_points_is_what_they_take_to_come_back() {
    let cost = json!({ "requestedQueryCost": 250, "throttleStatus": { "maximumAvailable": 2000.0, "currentlyAvailable": 50.0, "restoreRate": 100.0 } });
    assert_eq!(pause(Some(&cost)), Duration::from_secs(2));
    assert!(pause(None) > Duration::ZERO);
}

#[test]
fn spent_points_are_waited_for_and_a_long_wait_is_left_to_the_dispatcher() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    shop.shop().points = Some((0.0, 100.0));
    let begun = Instant::now();
    is_done(&submit(&*connector, &[stock_only(&change(1, "A"), 3)])[0]);
    assert!(begun.elapsed() > Duration::from_millis(50) && available(&shop, "A") == 3);
    shop.shop().points = Some((0.0, 0.01));
    match connector.submit(&[stock_only(&change(1, "A"), 4)]) {
        Err(ChannelError::Unavailable { retry_after: Some(after), .. }) => assert_eq!(after, Duration::from_secs(1200)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refresh_token_is_used_once_and_the_next_one_is_on_disk() {
    let shop = Double::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    std::fs::write(&path, json!({ "refresh_token": "shprt_0" }).to_string()).unwrap();
    let settings = format!("token_path = '{}'\n", path.display());
    let connector = shop.build(&settings);
    assert!(connector.shop().is_ok());
    let kept = || -> Value { serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap() };
    let first = kept();
    assert_eq!(first["refresh_token"], shop.shop().refresh.as_str());
    // Another process takes the token from the file, and asks for none.
    assert!(shop.build(&settings).shop().is_ok());
    assert_eq!(kept(), first);
    // The shop ends it before its time.
    shop.shop().tokens.clear();
    assert!(connector.shop().is_ok());
    assert_ne!(kept()["access_token"], first["access_token"]);
    shop.shop().refresh = "used elsewhere".to_owned();
    shop.shop().tokens.clear();
    match connector.shop() {
        Err(ChannelError::Unauthorized { reason }) => assert!(reason.contains("refresh token") && !reason.contains("shprt"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_of_an_app_in_the_shop_is_used_as_it_is() {
    let shop = Double::new();
    shop.shop().tokens.insert("shpat_old".to_owned());
    assert!(shop.build("access_token = 'shpat_old'\n").shop().is_ok());
    assert!(matches!(shop.build("access_token = 'shpat_wrong'\n").shop(), Err(ChannelError::Unauthorized { .. })));
}

#[test]
fn a_variant_that_comes_later_leaves_its_family_as_it_is() {
    let shop = Double::new();
    let connector = shop.connector();
    submit(&*connector, &[of_family(1, "P-1", "Blau"), of_family(2, "P-2", "Rot")]).iter().for_each(is_done);
    let before = (shop.numbers("P-1"), shop.numbers("P-2"));
    // The merchant adds one that Kontor knows nothing of.
    let by_hand = {
        let mut shop = shop.shop();
        let mut record = shop.variants[&before.0[0]].clone();
        let id = shop.next_id();
        record["id"] = json!(format!("gid://shopify/ProductVariant/{id}"));
        record["__id"] = json!(id);
        record["sku"] = json!("BY-HAND");
        record["selectedOptions"] = json!([{ "name": "Farbe", "value": "Gold" }]);
        shop.variants.insert(id, record);
        id
    };
    let mut late = of_family(3, "P-3", "Grün");
    let variant = late.content.as_mut().and_then(|content| content.variant.as_mut()).unwrap();
    variant.siblings = vec![Sibling { sku: "P-1".to_owned(), external_number: Some(before.0[0].to_string()) }];
    is_done(&submit(&*connector, &[late])[0]);
    assert_eq!((shop.numbers("P-1"), shop.numbers("P-2"), shop.numbers("BY-HAND")), (before.0, before.1, vec![by_hand]));
    assert_eq!(shop.offers("P-3")[0].family, shop.offers("P-1")[0].family);
}

#[test]
fn a_bad_variant_is_taken_out_and_the_rest_of_its_new_family_is_made() {
    let shop = Double::new();
    let connector = shop.connector();
    let rows = [of_family(1, "P-1", "Blau"), of_family(2, "P-2", "Blau"), of_family(3, "P-3", "Rot")];
    let outcomes = submit(&*connector, &rows);
    assert!(matches!(&outcomes[1], Outcome::Refused(said) if said.code() == "INVALID_VARIANT"), "{:?}", outcomes[1]);
    is_done(&outcomes[0]);
    is_done(&outcomes[2]);
    assert_eq!((shop.numbers("P-1").len(), shop.numbers("P-2").len(), shop.numbers("P-3").len()), (1, 0, 1));
}

#[test]
fn a_bundle_is_taken_out_of_the_quantities_and_the_others_are_set() {
    let shop = Double::new();
    let connector = shop.connector();
    let rows = [change(1, "A"), change(2, "B"), change(3, "C")];
    submit(&*connector, &rows).iter().for_each(is_done);
    let bundle = shop.numbers("B")[0];
    shop.shop().variants.get_mut(&bundle).unwrap()["bundle"] = json!(true);
    let rows: Vec<OfferChange> = rows.iter().map(|row| stock_only(row, 5)).collect();
    let outcomes = submit(&*connector, &rows);
    is_done(&outcomes[0]);
    is_done(&outcomes[2]);
    assert!(matches!(&outcomes[1], Outcome::Refused(_)), "{:?}", outcomes[1]);
    assert_eq!((available(&shop, "A"), available(&shop, "B"), available(&shop, "C")), (5, 12, 5));
}

#[test]
fn what_is_sold_while_quantities_are_sent_is_read_again() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let id = shop.numbers("A")[0];
    let actor = shop.actor();
    // Settings are known, so the search comes first and then the quantities.
    shop.meanwhile(Box::new(move || drop(actor.buys(&[("A", 2)]))), 1);
    is_done(&submit(&*connector, &[stock_only(&change(1, "A"), 8)])[0]);
    assert!(shop.clears());
    let level = shop.shop().variants[&id]["levels"][LOCATION].clone();
    assert_eq!(
        (level["available"].as_i64(), level["committed"].as_i64()),
        (Some(6), Some(2)),
        "the two that Kontor has not collected yet count"
    );
}

#[test]
fn an_article_that_the_location_does_not_have_is_activated_there() {
    let shop = Double::new();
    let connector = shop.connector();
    is_done(&submit(&*connector, &[change(1, "A")])[0]);
    let id = shop.numbers("A")[0];
    shop.shop().variants.get_mut(&id).unwrap()["levels"] = json!({});
    is_done(&submit(&*connector, &[stock_only(&change(1, "A"), 8)])[0]);
    assert_eq!(available(&shop, "A"), 8);
}

#[test]
fn ordered_pieces_that_kontor_has_not_collected_are_not_offered() {
    assert_eq!(inputs::available(7, 5, 5), 7);
    assert_eq!(inputs::available(7, 0, 2), 5, "two were ordered and not collected yet");
    assert_eq!(inputs::available(1, 0, 2), 0);
    assert_eq!(inputs::available(-3, 5, 5), 0);
}

#[test]
fn the_key_of_a_change_is_that_of_its_repeat_only() {
    assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
    assert_ne!(key(&["a", "b"]), key(&["ab"]));
    assert!(key(&["a"]).len() < 255);
}

#[test]
fn the_look_names_each_missing_right_and_the_version() {
    let shop = Double::new();
    shop.shop().scopes = vec!["write_products".to_owned(), "read_orders".to_owned()];
    let checkup = shop.connector().check().unwrap();
    let missing: Vec<&str> = checkup.missing.iter().filter(|right| !right.optional).map(|right| right.right.as_str()).collect();
    assert!(
        missing.contains(&"write_orders") && missing.contains(&"write_publications") && !missing.contains(&"write_products"),
        "{missing:?}"
    );
    let shop = Double::new();
    shop.shop().off = 5;
    let checkup = shop.connector().check().unwrap();
    for expected in ["gross prices in EUR", "Hauptlager", "Online Store", "API version 2026-10", "fast"] {
        assert!(checkup.found.contains(expected), "{}", checkup.found);
    }
    assert!(checkup.missing.iter().all(|right| right.optional), "{:?}", checkup.missing);
    shop.shop().version = "2027-01";
    assert!(shop.connector().check().unwrap().found.contains("2027-01: update Kontor"));
}

#[test]
fn the_end_of_a_version_is_said_early() {
    let day = |text: &str| text.parse().unwrap();
    assert!(said_of_version(Some("2026-10"), true, day("2026-12-01")).contains("until 2027-10-01"));
    assert!(said_of_version(None, true, day("2027-09-01")).contains("may end on"));
    assert!(said_of_version(None, false, day("2026-12-01")).contains("does not list"));
}

#[test]
fn a_right_to_write_says_the_one_to_read_and_pictures_need_one_of_their_own() {
    let settings = |more: &str| Settings::read(&account("shopify", &format!("{BASE}{more}"))).unwrap();
    let all = ["products", "inventory", "locations", "publications", "orders", "merchant_managed_fulfillment_orders"];
    let scopes: BTreeSet<String> = all.iter().map(|what| format!("write_{what}")).collect();
    let needed = |settings: &Settings| -> Vec<String> {
        missing_rights(&scopes, settings).into_iter().filter(|right| !right.optional).map(|right| right.right).collect()
    };
    assert_eq!(needed(&settings("")), ["write_files"]);
    assert!(needed(&settings("pictures = false\n")).is_empty());
}

/// What `docs/CHANNELS.md` says of the speed.
#[test]
fn changes_of_price_and_stock_take_few_calls() {
    let shop = Double::new();
    let connector = shop.connector();
    let rows: Vec<OfferChange> = (0..100).map(|number| change(number, &format!("A-{number:03}"))).collect();
    let outcomes = submit(&*connector, &rows);
    let changed: Vec<OfferChange> = rows
        .iter()
        .zip(outcomes)
        .map(|(row, outcome)| {
            let Outcome::Done { external_number, .. } = outcome else { panic!("{outcome:?}") };
            let price = Some(Price { money: Money::new(amount("7.05"), Currency::EUR), gross: true });
            OfferChange { external_number, content: None, price, quantity: Some(Quantity { offered: 3, reserved_here: 0 }), ..row.clone() }
        })
        .collect();
    let before = shop.shop().requests;
    submit(&*connector, &changed).iter().for_each(is_done);
    // Two to read, three for prices, one for quantities.
    assert_eq!(shop.shop().requests - before, 6);
}

#[test]
fn the_double_refuses_what_the_shop_refuses() {
    let shop = Double::new();
    shop.shop().tokens.insert("t".to_owned());
    let ask = |query: &str, variables: Value| {
        let call = double::Call {
            method: "POST".to_owned(),
            path: "/admin/api/2026-10/graphql.json".to_owned(),
            token: Some("t".to_owned()),
            json: true,
            body: json!({ "query": query, "variables": variables }),
        };
        shop.shop().answer(&call).1
    };
    let without_key = "mutation M($i: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $i) { userErrors { message } } }";
    let input = json!({ "name": "available", "reason": "correction", "quantities": [] });
    assert!(ask(without_key, json!({ "i": input })).to_string().contains("@idempotent"));
    assert!(ask("query { productVariants { nodes { id } } }", json!({})).to_string().contains("first"));
    if schema().is_some() {
        assert!(ask("query { shop { colour } }", json!({})).to_string().contains("colour"));
        let wrong = json!({ "i": { "name": "available", "reason": "correction", "quantities": [], "compareQuantity": 1 } });
        assert!(ask(without_key, wrong).to_string().contains("INVALID_VARIABLE"));
    }
    let strange = double::Call {
        method: "POST".to_owned(),
        path: "/admin/api/2026-10/graphql.json".to_owned(),
        token: None,
        json: true,
        body: json!({}),
    };
    assert_eq!(shop.shop().answer(&strange).0, 401);
    let grant = json!({ "client_id": CLIENT, "client_secret": SECRET, "grant_type": "password" });
    let grant =
        double::Call { method: "POST".to_owned(), path: "/admin/oauth/access_token".to_owned(), token: None, json: true, body: grant };
    assert_eq!(shop.shop().answer(&grant).0, 400);
    assert!(build(&account("shopify", BASE), Duration::from_secs(1)).is_ok());
}
