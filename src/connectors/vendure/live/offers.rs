//! Offers at a running shop.

use serde_json::json;

use super::{TIMEOUT, beside, buy, connector, merchant, numbers, offer, unique, url, variant_of, variants};
use crate::connectors::tests::account;
use crate::connectors::vendure::{Vendure, inputs};
use crate::connectors::{ChannelError, Connector, ListedOffer, OfferChange, OfferContent, Outcome, Price, Quantity, lock};
use crate::domain::offer::Wanted;
use crate::domain::{Currency, Decimal, Money};

#[test]
#[ignore = "needs a running shop"]
fn the_shop_answers_a_check_and_bad_settings_are_told() {
    assert!(connector("").check().unwrap().found.contains("gross prices in EUR"));
    let wrong = connector("stock_location_id = '99'").check().unwrap_err().to_string();
    assert!(wrong.contains("stock_location_id: \"99\" does not exist in the shop; it has: 1 (Default Stock Location)"), "{wrong}");
    let settings = format!("url = '{}'\nusername = 'nobody'\npassword = 'x'", url());
    let stranger = Vendure::new(&account("vendure", &settings), TIMEOUT).unwrap();
    assert!(matches!(stranger.check(), Err(ChannelError::Unauthorized { .. })));
}

#[test]
#[ignore = "needs a running shop"]
fn an_offer_is_created_once_and_then_updated() {
    let shop = connector("");
    let (single, parent) = (unique("L/1 ä"), unique("P"));
    let (blue, red) = (format!("{parent}-B"), format!("{parent}-R"));
    let rows = [
        offer(1, &single, "19.90", 12),
        variant_of(&parent, "Blau", offer(2, &blue, "5.00", 3)),
        variant_of(&parent, "Rot", offer(3, &red, "6.00", 4)),
    ];
    let first = numbers(&shop, &rows);
    // The answer got lost, a new process repeats: nothing is created twice.
    assert_eq!(numbers(&connector(""), &rows), first);
    for sku in [&single, &blue, &red] {
        assert_eq!(variants(&shop, sku).len(), 1, "{sku}");
    }
    let (one, two) = (&variants(&shop, &blue)[0], &variants(&shop, &red)[0]);
    assert_eq!(one["product"]["id"], two["product"]["id"]);
    assert_eq!((&one["product"]["name"], &one["name"]), (&json!("Lampe"), &json!(format!("Lampe {blue}"))));
    assert_eq!(one["options"].as_array().unwrap().len(), 2);
    let late = beside(&rows[1], variant_of(&parent, "Grün", offer(4, &format!("{parent}-G"), "7.00", 1)));
    numbers(&shop, std::slice::from_ref(&late));
    assert_eq!(variants(&shop, &late.sku)[0]["product"]["id"], one["product"]["id"]);
    // An earlier attempt broke off when the product was there and its variant was not.
    let broken = offer(5, &unique("B"), "8.00", 1);
    let input = inputs::create_product(broken.content.as_ref().unwrap(), &broken.sku);
    let left = shop
        .api
        .call("mutation ($input: CreateProductInput!) { r: createProduct(input: $input) { id } }", json!({ "input": input }))
        .unwrap();
    numbers(&shop, std::slice::from_ref(&broken));
    assert_eq!(variants(&shop, &broken.sku)[0]["product"]["id"], left["r"]["id"]);

    // A tax class that the account maps, then one that the shop does not have.
    let (category, name) = shop.shop().unwrap().tax_categories.last().unwrap().clone();
    let taxed = |class: &str| {
        let content = OfferContent { tax_class: Some(class.to_owned()), ..rows[0].content.clone().unwrap() };
        OfferChange { content: Some(content), ..rows[0].clone() }
    };
    numbers(&shop, &[taxed(&name)]);
    assert_eq!(variants(&shop, &single)[0]["taxCategory"]["id"], json!(category));
    let outcome = shop.submit(&[taxed("Unknown")]).unwrap().remove(0).outcome;
    assert!(matches!(&outcome, Outcome::Refused(message) if message.code() == "TAX_CATEGORY"), "{outcome:?}");
    // The merchant follows the remedy, and has it tried again.
    let create = "mutation ($name: String!) { r: createTaxCategory(input: {name: $name}) { id } }";
    let new = unique("Books");
    let made = merchant().api.call(create, json!({ "name": new })).unwrap();
    numbers(&shop, &[taxed(&new)]);
    assert_eq!(variants(&shop, &single)[0]["taxCategory"]["id"], made["r"]["id"]);

    // The session ran out meanwhile.
    *lock(&shop.api.token) = Some("gone".to_owned());
    let change = OfferChange { content: None, price: None, quantity: Some(Quantity { offered: 7, reserved_here: 2 }), ..rows[0].clone() };
    numbers(&shop, &[change]);
    let variant = &variants(&shop, &single)[0];
    assert_eq!((&variant["stockLevels"][0]["stockOnHand"], &variant["priceWithTax"]), (&json!(9), &json!(1990)));
    assert_eq!(variant["product"]["description"], "<p>Hell</p>");
}

#[test]
#[ignore = "needs a running shop"]
fn one_bad_row_is_refused_and_its_neighbours_are_taken() {
    let shop = connector("");
    let name = unique("N");
    let mut rows: Vec<OfferChange> = (0..8).map(|number| offer(number, &format!("{name}-{number}"), "1.00", 1)).collect();
    numbers(&shop, &rows);
    if let Some(content) = &mut rows[5].content {
        content.language = "xx".to_owned();
    }
    rows[2].price = Some(Price { money: Money::new(Decimal::from_whole(1), Currency::parse("USD").unwrap()), gross: true });
    for row in &mut rows {
        row.quantity = Some(Quantity { offered: 5, reserved_here: 0 });
    }
    for result in shop.submit(&rows).unwrap() {
        match (result.offer_id.0, result.outcome) {
            (2, Outcome::Refused(message)) => assert_eq!(message.code(), "CURRENCY"),
            (5, Outcome::Refused(message)) => assert!(message.line().contains("LanguageCode"), "{message:?}"),
            (_, Outcome::Done { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    let on_hand: Vec<i64> =
        rows.iter().map(|row| variants(&shop, &row.sku)[0]["stockLevels"][0]["stockOnHand"].as_i64().unwrap()).collect();
    assert_eq!(on_hand, [5, 5, 1, 5, 5, 1, 5, 5]);
}

#[test]
#[ignore = "needs a running shop"]
fn an_ended_offer_disappears_and_comes_back() {
    let shop = connector("");
    let sku = unique("E");
    numbers(&shop, &[offer(1, &sku, "2.00", 1)]);
    let change = |wanted| OfferChange { wanted, content: None, price: None, quantity: None, ..offer(1, &sku, "2.00", 1) };
    for (wanted, enabled) in [(Wanted::Ended, false), (Wanted::Ended, false), (Wanted::Running, true)] {
        numbers(&shop, &[change(wanted)]);
        let variant = &variants(&shop, &sku)[0];
        assert_eq!((&variant["enabled"], &variant["product"]["enabled"]), (&json!(enabled), &json!(enabled)));
    }
}

#[test]
#[ignore = "needs a running shop"]
fn the_shops_offers_are_listed_with_what_buyers_may_order() {
    let shop = connector("");
    let sku = unique("R");
    let number = numbers(&shop, &[offer(1, &sku, "19.90", 12)]).remove(0);
    let name = unique("M");
    let many: Vec<OfferChange> = (0..120).map(|number| offer(number, &format!("{name}-{number:03}"), "1.00", 1)).collect();
    for batch in many.chunks(40) {
        numbers(&shop, batch);
    }
    buy(&number, 2);
    let listed = || {
        let (mut cursor, mut all) = (None, Vec::new());
        loop {
            let page = shop.list_offers(cursor.as_deref()).unwrap();
            all.extend(page.offers);
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    };
    let all = listed();
    for change in &many {
        assert!(all.iter().any(|listed| listed.sku.as_ref() == Some(&change.sku)), "{}", change.sku);
    }
    let find = |all: &[ListedOffer]| all.iter().find(|listed| listed.sku.as_ref() == Some(&sku)).unwrap().clone();
    let one = find(&all);
    assert_eq!((one.external_number.as_ref(), one.quantity, one.running), (Some(&number), Some(10), true));
    assert_eq!(one.price, Some(Money::new(Decimal(199_000), Currency::EUR)));
    numbers(&shop, &[OfferChange { wanted: Wanted::Ended, content: None, price: None, quantity: None, ..offer(1, &sku, "1", 1) }]);
    assert!(!find(&listed()).running);
}
