//! The connector against a running shop. Start one with `tests/vendure/shop`, then
//! `KONTOR_TEST_VENDURE=http://127.0.0.1:3100 cargo test --lib vendure::live -- --ignored`.

mod after_sale;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::http::Http;
use super::super::tests::account;
use super::super::{ChannelError, Connector, Fact, OfferChange, OfferContent, Outcome, Price, Quantity, VariantContent, lock};
use super::{Vendure, inputs};
use crate::domain::offer::Wanted;
use crate::domain::order::{ChannelOrder, Content, FactKind, Packet};
use crate::domain::{Currency, Decimal, Money, OfferId};

const TIMEOUT: Duration = Duration::from_secs(30);

fn url() -> String {
    std::env::var("KONTOR_TEST_VENDURE").expect("KONTOR_TEST_VENDURE holds the address of a Vendure shop")
}

fn connector(more: &str) -> Vendure {
    let settings = format!("url = '{}'\nusername = 'kontor@example.com'\npassword = 'kontor-secret'\n{more}", url());
    Vendure::new(&account("vendure", &settings), TIMEOUT).unwrap()
}

/// Who may do everything in the shop.
fn merchant() -> Vendure {
    let settings = format!("url = '{}'\nusername = 'superadmin'\npassword = 'superadmin'", url());
    Vendure::new(&account("vendure", &settings), TIMEOUT).unwrap()
}

/// A name that no earlier run used.
fn unique(word: &str) -> String {
    format!("{word}-{}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros())
}

fn offer(offer_id: OfferId, sku: &str, price: &str, offered: i32) -> OfferChange {
    OfferChange {
        offer_id,
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(OfferContent {
            title: format!("Lampe {sku}"),
            description: "<p>Hell</p>".to_owned(),
            language: "de".to_owned(),
            ean: None,
            images: Vec::new(),
            category: None,
            tax_type_id: 1,
            weight_in_gram: None,
            variant: None,
            attributes: Vec::new(),
            ..OfferContent::default()
        }),
        price: Some(Price { money: Money::new(Decimal::parse(price).unwrap(), Currency::EUR), gross: true }),
        quantity: Some(Quantity { offered, reserved_here: 0 }),
    }
}

fn variant_of(parent: &str, colour: &str, mut change: OfferChange) -> OfferChange {
    if let Some(content) = &mut change.content {
        let options = vec![("Farbe".to_owned(), colour.to_owned()), ("Größe".to_owned(), "1/2".to_owned())];
        content.variant = Some(VariantContent { parent_sku: parent.to_owned(), parent_title: "Lampe".to_owned(), options });
    }
    change
}

fn numbers(shop: &Vendure, changes: &[OfferChange]) -> Vec<String> {
    let mut rows = shop.submit(changes).unwrap();
    rows.sort_by_key(|row| row.offer_id);
    rows.into_iter()
        .map(|row| match row.outcome {
            Outcome::Done { external_number: Some(number), messages, .. } if messages.is_empty() => number,
            other => panic!("{}: {other:?}", row.offer_id),
        })
        .collect()
}

fn variants(shop: &Vendure, sku: &str) -> Vec<Value> {
    let query = "query ($sku: String!) { productVariants(options: {filter: {sku: {eq: $sku}}}) { items { id name enabled priceWithTax taxCategory { id } options { name }
      stockLevels { stockOnHand stockAllocated } product { id name slug description enabled } } } }";
    shop.api.call(query, json!({ "sku": sku })).unwrap()["productVariants"]["items"].as_array().unwrap().clone()
}

fn saleable(shop: &Vendure, sku: &str) -> i64 {
    let level = &variants(shop, sku)[0]["stockLevels"][0];
    level["stockOnHand"].as_i64().unwrap() - level["stockAllocated"].as_i64().unwrap()
}

fn state(shop: &Vendure, code: &str) -> Value {
    let query = "query ($code: String!) { orders(options: {filter: {code: {eq: $code}}}) { items { state fulfillments { state method trackingCode } } } }";
    shop.api.call(query, json!({ "code": code })).unwrap()["orders"]["items"][0].clone()
}

/// A guest buys; answers with the order's code.
fn buy(variant_id: &str, quantity: i32) -> String {
    let http = Http::new(TIMEOUT).unwrap();
    let mut token: Option<String> = None;
    let mut ask = |query: &str, variables: Value| -> Value {
        let mut request = http.post(&format!("{}/shop-api", url())).json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &token {
            request = request.bearer_auth(token);
        }
        let answer = http.send(request).unwrap();
        token = answer.header("vendure-auth-token").map(str::to_owned).or(token.take());
        let answer = answer.json().unwrap();
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    };
    let error = "... on ErrorResult { errorCode message }";
    let added = ask(
        &format!(
            "mutation ($id: ID!, $n: Int!) {{ r: addItemToOrder(productVariantId: $id, quantity: $n) {{ ... on Order {{ code }} {error} }} }}"
        ),
        json!({ "id": variant_id, "n": quantity }),
    );
    assert!(added["r"]["code"].is_string(), "{added}");
    let customer = json!({ "firstName": "Erika", "lastName": "von Müßtermann", "emailAddress": "erika@example.com", "title": "Frau" });
    ask(
        &format!("mutation ($i: CreateCustomerInput!) {{ setCustomerForOrder(input: $i) {{ ... on Order {{ code }} {error} }} }}"),
        json!({ "i": customer }),
    );
    let address = json!({ "fullName": "Erika von Müßtermann", "streetLine1": "Große Straße 12", "city": "Köln", "postalCode": "50667", "countryCode": "DE" });
    ask(
        &format!("mutation ($i: CreateAddressInput!) {{ setOrderShippingAddress(input: $i) {{ ... on Order {{ code }} {error} }} }}"),
        json!({ "i": address }),
    );
    let methods = ask("{ eligibleShippingMethods { id } }", json!({}));
    ask(
        &format!("mutation ($id: [ID!]!) {{ setOrderShippingMethod(shippingMethodId: $id) {{ ... on Order {{ code }} {error} }} }}"),
        json!({ "id": [methods["eligibleShippingMethods"][0]["id"]] }),
    );
    ask("mutation { transitionOrderToState(state: \"ArrangingPayment\") { ... on Order { code } } }", json!({}));
    let placed = ask(
        &format!(
            "mutation {{ r: addPaymentToOrder(input: {{method: \"prepayment\", metadata: {{}}}}) {{ ... on Order {{ code }} {error} }} }}"
        ),
        json!({}),
    );
    placed["r"]["code"].as_str().unwrap_or_else(|| panic!("{placed}")).to_owned()
}

fn tell(shop: &Vendure, code: &str, kind: FactKind) -> Outcome {
    shop.push_fact(&Fact { key: "k".to_owned(), order_id: code.to_owned(), order_id_2: None, kind, task: None }).unwrap()
}

fn told(shop: &Vendure, code: &str, kind: FactKind) {
    match tell(shop, code, kind) {
        Outcome::Done { messages, .. } if messages.is_empty() => {}
        other => panic!("{other:?}"),
    }
}

fn pulled(shop: &Vendure, cursor: Option<&str>, code: &str) -> ChannelOrder {
    let pulled = shop.pull_orders(cursor, &[code.to_owned()]).unwrap();
    let mut same: Vec<ChannelOrder> = pulled.orders.into_iter().filter(|order| order.order_id == code).collect();
    assert_eq!(same.len(), 1);
    same.remove(0)
}

fn packets(codes: &[&str]) -> Vec<Packet> {
    codes
        .iter()
        .map(|code| Packet { tracking_number: Some((*code).to_owned()), carrier: Some("dhl".to_owned()), ..Packet::default() })
        .collect()
}

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
        offer(OfferId(1), &single, "19.90", 12),
        variant_of(&parent, "Blau", offer(OfferId(2), &blue, "5.00", 3)),
        variant_of(&parent, "Rot", offer(OfferId(3), &red, "6.00", 4)),
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
    let late = variant_of(&parent, "Grün", offer(OfferId(4), &format!("{parent}-G"), "7.00", 1));
    numbers(&shop, std::slice::from_ref(&late));
    assert_eq!(variants(&shop, &late.sku)[0]["product"]["id"], one["product"]["id"]);
    // An earlier attempt broke off when the product was there and its variant was not.
    let broken = offer(OfferId(5), &unique("B"), "8.00", 1);
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
    let mut rows: Vec<OfferChange> = (0..8).map(|number| offer(OfferId(number), &format!("{name}-{number}"), "1.00", 1)).collect();
    numbers(&shop, &rows);
    if let Some(content) = &mut rows[5].content {
        content.language = "xx".to_owned();
    }
    rows[2].price = Some(Price { money: Money::new(Decimal::from_whole(1), Currency::parse("USD").unwrap()), gross: true });
    for row in &mut rows {
        row.quantity = Some(Quantity { offered: 5, reserved_here: 0 });
    }
    for result in shop.submit(&rows).unwrap() {
        match (result.offer_id, result.outcome) {
            (OfferId(2), Outcome::Refused(message)) => assert_eq!(message.code(), "CURRENCY"),
            (OfferId(5), Outcome::Refused(message)) => assert!(message.line().contains("LanguageCode"), "{message:?}"),
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
    numbers(&shop, &[offer(OfferId(1), &sku, "2.00", 1)]);
    let change = |wanted| OfferChange { wanted, content: None, price: None, quantity: None, ..offer(OfferId(1), &sku, "2.00", 1) };
    for (wanted, enabled) in [(Wanted::Ended, false), (Wanted::Ended, false), (Wanted::Running, true)] {
        numbers(&shop, &[change(wanted)]);
        let variant = &variants(&shop, &sku)[0];
        assert_eq!((&variant["enabled"], &variant["product"]["enabled"]), (&json!(enabled), &json!(enabled)));
    }
}

#[test]
#[ignore = "needs a running shop"]
fn an_order_goes_its_way_from_cart_to_parcel() {
    let shop = connector("");
    let sku = unique("O");
    let number = numbers(&shop, &[offer(OfferId(1), &sku, "19.90", 12)]).remove(0);
    let cursor = shop.pull_orders(None, &[]).unwrap().cursor;
    let code = buy(&number, 2);
    let order = pulled(&shop, Some(&cursor), &code);
    assert_eq!((order.paid, order.cancelled, order.currency.as_str()), (false, false, "EUR"));
    assert_eq!(
        (order.lines[0].sku.as_deref(), order.lines[0].quantity, order.lines[0].unit_price.to_string().as_str()),
        (Some(sku.as_str()), 2, "19.90")
    );
    assert_eq!(order.lines[0].tax_rate, Some(Decimal::from_whole(19)));
    assert_eq!((order.shipping_charge.to_string().as_str(), order.coupon_amount), ("4.90", Decimal::ZERO));
    assert_eq!(order.delivery_address.last_name.as_deref(), Some("von Müßtermann"));
    assert_eq!(order.invoice_address.city.as_deref(), Some("Köln"));
    assert!(order.transaction_id.is_some() && order.buyer.email.as_deref() == Some("erika@example.com"));

    told(&shop, &code, FactKind::Acknowledged);
    for _ in 0..2 {
        told(&shop, &code, FactKind::Paid { transaction_id: None });
    }
    assert!(pulled(&shop, Some(&cursor), &code).paid);
    for _ in 0..2 {
        told(&shop, &code, FactKind::Shipped { packets: packets(&["JJD1", "JJD2"]), together: Vec::new() });
    }
    assert_eq!(
        state(&shop, &code),
        json!({ "state": "Shipped", "fulfillments": [{ "state": "Shipped", "method": "dhl", "trackingCode": "JJD1, JJD2" }] })
    );
    assert_eq!(saleable(&shop, &sku), 10);
    match tell(&shop, &code, FactKind::Shipped { packets: packets(&["JJD9"]), together: Vec::new() }) {
        Outcome::Done { messages, .. } => assert_eq!(messages[0].code(), "ALREADY_SHIPPED"),
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs a running shop"]
fn an_order_is_shipped_before_it_is_paid_even_when_the_stock_was_booked_out() {
    let shop = connector("cash_on_delivery_methods = ['prepayment']");
    let sku = unique("C");
    let number = numbers(&shop, &[offer(OfferId(1), &sku, "19.90", 2)]).remove(0);
    let code = buy(&number, 2);
    assert_eq!(pulled(&shop, None, &code).workflow.id(), 2);
    let gone = OfferChange {
        content: None,
        price: None,
        quantity: Some(Quantity { offered: 0, reserved_here: 0 }),
        ..offer(OfferId(1), &sku, "19.90", 0)
    };
    numbers(&shop, &[gone]);
    told(&shop, &code, FactKind::Shipped { packets: Vec::new(), together: Vec::new() });
    assert_eq!(saleable(&shop, &sku), 0);
    assert_eq!(state(&shop, &code)["state"], "PaymentAuthorized");
    told(&shop, &code, FactKind::Paid { transaction_id: None });
    assert_eq!(state(&shop, &code)["state"], "Shipped");
}

#[test]
#[ignore = "needs a running shop"]
fn an_order_is_cancelled_once() {
    let shop = connector("");
    let sku = unique("X");
    let number = numbers(&shop, &[offer(OfferId(1), &sku, "19.90", 5)]).remove(0);
    let code = buy(&number, 3);
    assert_eq!(saleable(&shop, &sku), 2);
    for _ in 0..2 {
        told(&shop, &code, FactKind::Cancelled { reason: Some("sold out".to_owned()) });
    }
    let order = pulled(&shop, None, &code);
    assert_eq!((order.cancelled, order.lines[0].quantity, order.coupon_amount), (true, 3, Decimal::ZERO));
    assert_eq!(saleable(&shop, &sku), 5);
    assert!(
        matches!(tell(&shop, &code, FactKind::Shipped { packets: Vec::new(), together: Vec::new() }), Outcome::Refused(message) if message.code() == "ORDER_CANCELLED")
    );
    assert!(
        matches!(tell(&shop, "NOSUCHORDER", FactKind::Paid { transaction_id: None }), Outcome::Refused(message) if message.code() == "ORDER_UNKNOWN")
    );
}

#[test]
#[ignore = "needs a running shop"]
fn an_order_is_shipped_and_cancelled_in_parts() {
    let shop = connector("");
    let sku = unique("T");
    let number = numbers(&shop, &[offer(OfferId(1), &sku, "19.90", 9)]).remove(0);
    let code = buy(&number, 5);
    let line_id = pulled(&shop, None, &code).lines[0].line_id.clone();
    let pieces = |quantity: i32, so_far: i32| Content { line_id: Some(line_id.clone()), sku: None, quantity, so_far };
    let package = |packet_id: i32, tracking: Option<&str>, contents: Content| FactKind::Shipped {
        packets: vec![Packet { packet_id, tracking_number: tracking.map(str::to_owned), contents: vec![contents], ..Packet::default() }],
        together: Vec::new(),
    };
    told(&shop, &code, FactKind::Paid { transaction_id: None });
    // Each one twice, as after a lost answer; the first has no number by which the shop could know it again.
    for _ in 0..2 {
        told(&shop, &code, package(1, None, pieces(2, 2)));
    }
    assert_eq!(state(&shop, &code)["state"], "PartiallyShipped");
    assert_eq!(state(&shop, &code)["fulfillments"].as_array().unwrap().len(), 1);
    for _ in 0..2 {
        match tell(&shop, &code, FactKind::PositionsCancelled { positions: vec![pieces(1, 1)], reason: None }) {
            Outcome::Done { messages, .. } => assert_eq!(messages[0].code(), "REFUND_OPEN"),
            other => panic!("{other:?}"),
        }
    }
    let order = pulled(&shop, None, &code);
    assert_eq!((order.lines[0].quantity, order.lines[0].cancelled, order.cancelled), (5, 1, false));
    for _ in 0..2 {
        told(&shop, &code, package(2, Some("JJD3"), pieces(2, 4)));
    }
    let after = state(&shop, &code);
    assert_eq!((&after["state"], after["fulfillments"].as_array().unwrap().len()), (&json!("Shipped"), 2));
    // Vendure books a piece of a line that is fulfilled in part back twice; the quantity that Kontor sends after each fact
    // that moves stock sets that right.
    assert!(FactKind::PositionsCancelled { positions: Vec::new(), reason: None }.moves_stock());
    let again = OfferChange {
        content: None,
        price: None,
        quantity: Some(Quantity { offered: 5, reserved_here: 0 }),
        ..offer(OfferId(1), &sku, "19.90", 0)
    };
    numbers(&shop, &[again]);
    assert_eq!(saleable(&shop, &sku), 5, "four of nine left");
}

#[test]
#[ignore = "needs a running shop"]
fn the_shops_offers_are_listed_with_what_buyers_may_order() {
    let shop = connector("");
    let sku = unique("R");
    let number = numbers(&shop, &[offer(OfferId(1), &sku, "19.90", 12)]).remove(0);
    let name = unique("M");
    let many: Vec<OfferChange> = (0..120).map(|number| offer(OfferId(number), &format!("{name}-{number:03}"), "1.00", 1)).collect();
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
    let find = |all: &[super::super::ListedOffer]| all.iter().find(|listed| listed.sku.as_ref() == Some(&sku)).unwrap().clone();
    let one = find(&all);
    assert_eq!((one.external_number.as_ref(), one.quantity, one.running), (Some(&number), Some(10), true));
    assert_eq!(one.price, Some(Money::new(Decimal(199_000), Currency::EUR)));
    numbers(&shop, &[OfferChange { wanted: Wanted::Ended, content: None, price: None, quantity: None, ..offer(OfferId(1), &sku, "1", 1) }]);
    assert!(!find(&listed()).running);
}
