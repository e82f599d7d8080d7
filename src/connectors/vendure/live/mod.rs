//! The connector against a running shop. Start one with `tests/vendure/shop`, then
//! `KONTOR_TEST_VENDURE=http://127.0.0.1:3100 cargo test --lib vendure::live -- --ignored`.

mod after_sale;
mod channels;
mod content;
mod families;
mod gallery;
mod offers;
mod orders;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::http::Http;
use super::super::tests::account;
use super::super::{Connector, Fact, OfferChange, OfferContent, Outcome, Price, Quantity, Sibling, VariantContent, Word};
use super::Vendure;
use crate::config::Account;
use crate::domain::offer::Wanted;
use crate::domain::order::{ChannelOrder, FactKind, Packet};
use crate::domain::{Currency, Decimal, Money, OfferId};

const TIMEOUT: Duration = Duration::from_secs(30);

fn url() -> String {
    std::env::var("KONTOR_TEST_VENDURE").expect("KONTOR_TEST_VENDURE holds the address of a Vendure shop")
}

fn connector(more: &str) -> Vendure {
    connector_in("de", more)
}

/// That of an account in this language.
fn connector_in(language: &str, more: &str) -> Vendure {
    let settings = format!("url = '{}'\nusername = 'kontor@example.com'\npassword = 'kontor-secret'\n{more}", url());
    let account = Account { language: language.to_owned(), ..account("vendure", &settings) };
    Vendure::new(&account, TIMEOUT).unwrap()
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

fn offer(offer_id: i32, sku: &str, price: &str, offered: i32) -> OfferChange {
    OfferChange {
        offer_id: OfferId(offer_id),
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
        let options = vec![(Word::from("Farbe"), Word::from(colour)), (Word::from("Größe"), Word::from("1/2"))];
        content.variant =
            Some(VariantContent { parent_sku: parent.to_owned(), parent_title: "Lampe".to_owned(), options, ..VariantContent::default() });
    }
    change
}

/// A variant that knows another one of its family.
fn beside(other: &OfferChange, mut change: OfferChange) -> OfferChange {
    if let Some(variant) = change.content.as_mut().and_then(|content| content.variant.as_mut()) {
        variant.siblings = vec![Sibling { sku: other.sku.clone(), external_number: None }];
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
    // An address of its own for each order: guests with one address are one customer, and tests run side by side.
    let mail = format!("{}@example.com", unique("erika"));
    let customer = json!({ "firstName": "Erika", "lastName": "von Müßtermann", "emailAddress": mail, "title": "Frau" });
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
