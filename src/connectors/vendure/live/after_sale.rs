//! Money that goes back, customers and coupons, at a running shop.

use serde_json::{Value, json};

use super::super::super::{Connector, CouponRecord, CustomerRecord, Fact, Outcome, Record, Transfer};
use super::super::Vendure;
use super::{buy, connector, merchant, numbers, offer, pulled, tell, told, unique};
use crate::domain::Decimal;
use crate::domain::coupon::{Coupon, CouponKind};
use crate::domain::customer::{Customer, CustomerAddress};
use crate::domain::order::{Content, FactKind};

/// A paid order of two pieces for 19.90 each; gives its code and the id of its line.
fn paid_order(shop: &Vendure) -> (String, String) {
    let number = numbers(shop, &[offer(1, &unique("R"), "19.90", 9)]).remove(0);
    let code = buy(&number, 2);
    told(shop, &code, FactKind::Paid { transaction_id: None });
    let line_id = pulled(shop, None, &code).lines[0].line_id.clone();
    (code, line_id)
}

fn refunds(code: &str) -> Vec<(i64, String)> {
    let query =
        "query ($code: String!) { orders(options: {filter: {code: {eq: $code}}}) { items { payments { refunds { total reason } } } } }";
    let data = merchant().api.call(query, json!({ "code": code })).unwrap();
    let refunds = data["orders"]["items"][0]["payments"][0]["refunds"].as_array().unwrap().clone();
    refunds.iter().map(|refund| (refund["total"].as_i64().unwrap(), refund["reason"].as_str().unwrap_or_default().to_owned())).collect()
}

/// The merchant confirms that the money has gone back: until then a refund of a prepayment is pending.
fn settle_refunds(code: &str) {
    let pending =
        "query ($code: String!) { orders(options: {filter: {code: {eq: $code}}}) { items { payments { refunds { id state } } } } }";
    let data = merchant().api.call(pending, json!({ "code": code })).unwrap();
    for refund in data["orders"]["items"][0]["payments"][0]["refunds"].as_array().unwrap() {
        if refund["state"] == "Pending" {
            let settle = "mutation ($i: SettleRefundInput!) { settleRefund(input: $i) { ... on Refund { state } ... on ErrorResult { errorCode } } }";
            let settled = merchant().api.call(settle, json!({ "i": { "id": refund["id"], "transactionId": "R" } })).unwrap();
            assert_eq!(settled["settleRefund"]["state"], "Settled", "{settled}");
        }
    }
}

fn credit(number: &str, amount: &str, positions: Vec<Content>) -> FactKind {
    let (amount, reason) = (Decimal::parse(amount).unwrap(), Some("broken".to_owned()));
    FactKind::Refunded { credit_number: number.to_owned(), amount, currency: "EUR".to_owned(), positions, reason }
}

#[test]
#[ignore = "needs a running shop"]
fn money_goes_back_once_for_pieces_and_by_amount() {
    let shop = connector("");
    let (code, line_id) = paid_order(&shop);
    let piece = Content { line_id: Some(line_id.clone()), sku: None, quantity: 1, so_far: 1 };
    // Each one twice, as after a lost answer.
    for _ in 0..2 {
        told(&shop, &code, credit("CR-1", "19.90", vec![piece.clone()]));
    }
    assert_eq!(refunds(&code), [(1990, "CR-1: broken".to_owned())]);
    for _ in 0..2 {
        told(&shop, &code, credit("CR-2", "4.90", Vec::new()));
    }
    assert_eq!(refunds(&code).len(), 2);
    let refused = tell(&shop, &code, credit("CR-3", "99.00", Vec::new()));
    assert!(matches!(&refused, Outcome::Refused(message) if message.code() == "REFUND_NOT_EXACT"), "{refused:?}");
    settle_refunds(&code);
    let order = pulled(&shop, None, &code);
    assert_eq!(order.refunded_amount(), Decimal::parse("24.80"));
    assert_eq!(order.refunded_pieces().get(line_id.as_str()), Some(&1));
}

#[test]
#[ignore = "needs a running shop"]
fn money_that_the_shop_gives_back_after_the_order_is_complete_is_seen() {
    let shop = connector("");
    let (code, _) = paid_order(&shop);
    told(&shop, &code, FactKind::Shipped { packets: Vec::new(), together: Vec::new() });
    let mut cursor = shop.pull_orders(None, &[]).unwrap().cursor;
    told(&shop, &code, credit("by hand", "5.00", Vec::new()));
    settle_refunds(&code);
    // Nobody asks for the order any more: it is read again in its turn.
    let seen = (0..50).any(|_| {
        let pulled = shop.pull_orders(Some(&cursor), &[]).unwrap();
        cursor = pulled.cursor;
        pulled.orders.iter().any(|order| order.order_id == code && order.refunded_amount() == Decimal::parse("5.00"))
    });
    assert!(seen, "{cursor}");
}

fn sent(shop: &Vendure, external_number: Option<&str>, record: Record) -> Outcome {
    shop.transfer(&Transfer { external_number: external_number.map(str::to_owned), record }).unwrap()
}

fn number(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done { external_number: Some(number), .. } => number,
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs a running shop"]
fn a_coupon_becomes_one_promotion_that_follows_it() {
    let shop = connector("");
    let code = unique("SAVE");
    let coupon = |code: &str, active: bool, currency: &str| {
        let coupon = Coupon {
            kind: Some(CouponKind::Amount),
            value: Some(Decimal(50_000)),
            minimum_order_value: Some(Decimal(250_000)),
            currency_code_iso: Some(currency.into()),
            usage_limit: Some(100),
            active: Some(active),
            ..Coupon::default()
        };
        let until = Some("2999-05-31T22:00:00Z".parse().unwrap());
        Record::Coupon(CouponRecord { code: code.to_owned(), coupon, from: None, until, language: "de".to_owned() })
    };
    let first = number(sent(&shop, None, coupon(&code, true, "EUR")));
    // The answer got lost, a new process repeats.
    assert_eq!(number(sent(&connector(""), None, coupon(&code, true, "EUR"))), first);
    let renamed = format!("{code}-2");
    assert_eq!(number(sent(&shop, Some(&first), coupon(&renamed, false, "EUR"))), first);
    let query = "query ($id: ID!) { promotion(id: $id) { enabled couponCode endsAt usageLimit actions { code args { name value } } conditions { code } } }";
    let promotion = merchant().api.call(query, json!({ "id": first })).unwrap()["promotion"].clone();
    assert_eq!((&promotion["enabled"], &promotion["couponCode"], &promotion["usageLimit"]), (&json!(false), &json!(renamed), &json!(100)));
    assert_eq!(promotion["actions"][0]["args"][0], json!({ "name": "discount", "value": "500" }));
    assert_eq!(promotion["conditions"][0]["code"], "minimum_order_amount");
    // The merchant deleted it: it comes back as a new one.
    merchant().api.call("mutation ($id: ID!) { deletePromotion(id: $id) { result } }", json!({ "id": first })).unwrap();
    assert_ne!(number(sent(&shop, Some(&first), coupon(&renamed, true, "EUR"))), first);
    let refused = sent(&shop, None, coupon(&unique("USD"), true, "USD"));
    assert!(matches!(&refused, Outcome::Refused(message) if message.code() == "CURRENCY"), "{refused:?}");
}

#[test]
#[ignore = "needs a running shop"]
fn a_customer_gets_name_address_and_group_and_keeps_the_shops_own_groups() {
    let shop = connector("");
    let (code, _) = paid_order(&shop);
    let key = pulled(&shop, None, &code).buyer.id.unwrap();
    let (trade, retail) = (unique("trade"), unique("retail"));
    let record = |group: &str, other: &str, city: &str| {
        let customer = Customer {
            first_name: Some("Ada".into()),
            last_name: Some("King".into()),
            street: Some("Main Road".into()),
            house_number: Some("5".into()),
            city: Some(city.into()),
            country_code_iso: Some("DE".into()),
            ..Customer::default()
        };
        let (group, other_groups) = (Some(group.to_owned()), vec![other.to_owned()]);
        Record::Customer(Box::new(CustomerRecord { key: key.clone(), customer, group, other_groups, ..CustomerRecord::default() }))
    };
    let own = unique("newsletter");
    let create = "mutation ($name: String!, $ids: [ID!]) { createCustomerGroup(input: {name: $name, customerIds: $ids}) { id } }";
    merchant().api.call(create, json!({ "name": own, "ids": [key] })).unwrap();
    let show = || {
        let query =
            "query ($id: ID!) { customer(id: $id) { lastName groups { name } addresses { city streetLine1 defaultBillingAddress } } }";
        merchant().api.call(query, json!({ "id": key })).unwrap()["customer"].clone()
    };
    let before = show()["addresses"].as_array().map_or(0, Vec::len);
    for _ in 0..2 {
        assert_eq!(number(sent(&shop, None, record(&trade, &retail, "Bonn"))), key);
    }
    assert_eq!(number(sent(&shop, Some(&key), record(&retail, &trade, "Rome"))), key);
    let after = show();
    let names: Vec<&Value> = after["groups"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
    assert!(names.contains(&&json!(own)) && names.contains(&&json!(retail)) && !names.contains(&&json!(trade)), "{after}");
    let billing: Vec<&Value> =
        after["addresses"].as_array().unwrap().iter().filter(|address| address["defaultBillingAddress"] == true).collect();
    assert!(billing.len() == 1 && billing[0]["city"] == "Rome" && billing[0]["streetLine1"] == "Main Road 5", "{after}");
    assert!(after["addresses"].as_array().unwrap().len() <= before + 1, "{after}");
    assert_eq!(after["lastName"], "King");
    let gone = Record::Customer(Box::new(CustomerRecord { key: "999999".into(), ..CustomerRecord::default() }));
    let refused = sent(&shop, None, gone);
    assert!(matches!(&refused, Outcome::Refused(message) if message.code() == "CUSTOMER_UNKNOWN"), "{refused:?}");
}

#[test]
#[ignore = "needs a running shop"]
fn a_renamed_group_and_a_changed_delivery_address_are_changed_and_not_made_again() {
    let shop = connector("");
    let (code, _) = paid_order(&shop);
    let key = pulled(&shop, None, &code).buyer.id.unwrap();
    let (gold, platinum) = (unique("gold"), unique("platinum"));
    let address = |city: &str| CustomerAddress {
        last_name: Some("King".into()),
        street: Some("Harbour".into()),
        city: Some(city.into()),
        country_code_iso: Some("DE".into()),
        ..CustomerAddress::default()
    };
    let record = |group: &str, before: Option<&str>, city: &str, city_before: Option<&str>| {
        Record::Customer(Box::new(CustomerRecord {
            key: key.clone(),
            group: Some(group.to_owned()),
            group_before: before.map(str::to_owned),
            addresses: vec![(1, address(city))],
            addresses_before: city_before.map(|city| (1, address(city))).into_iter().collect(),
            ..CustomerRecord::default()
        }))
    };
    let show = || {
        let query = "query ($id: ID!) { customer(id: $id) { groups { id name } addresses { city streetLine1 } } }";
        let customer = merchant().api.call(query, json!({ "id": key })).unwrap()["customer"].clone();
        let texts = |list: &Value, field: &str| -> Vec<String> {
            list.as_array().unwrap().iter().map(|entry| entry[field].as_str().unwrap_or_default().to_owned()).collect()
        };
        let at_harbour: Vec<Value> =
            customer["addresses"].as_array().unwrap().iter().filter(|address| address["streetLine1"] == "Harbour").cloned().collect();
        let groups: Vec<Value> = customer["groups"].as_array().unwrap().clone();
        let ours: Vec<Value> = groups.into_iter().filter(|group| [json!(gold), json!(platinum)].contains(&group["name"])).collect();
        (texts(&json!(ours), "id"), texts(&json!(ours), "name"), texts(&json!(at_harbour), "city"))
    };
    for _ in 0..2 {
        number(sent(&shop, None, record(&gold, None, "Bonn", None)));
    }
    let before = show();
    assert_eq!((before.1, before.2), (vec![gold.clone()], vec!["Bonn".to_owned()]), "sent twice, there once");
    for _ in 0..2 {
        number(sent(&shop, Some(&key), record(&platinum, Some(&gold), "Rome", Some("Bonn"))));
    }
    let after = show();
    assert_eq!((after.0, after.1, after.2), (before.0, vec![platinum.clone()], vec!["Rome".to_owned()]), "the same group");
}

#[test]
#[ignore = "needs a running shop"]
fn a_right_that_is_missing_stops_nothing_else() {
    let settings = format!("url = '{}'\nusername = '{}'\npassword = 'secret'", super::url(), restricted());
    let shop = Vendure::new(&super::account("vendure", &settings), super::TIMEOUT).unwrap();
    let coupon = Coupon { kind: Some(CouponKind::FreeShipping), ..Coupon::default() };
    let record = CouponRecord { code: unique("FREE"), coupon, from: None, until: None, language: "de".to_owned() };
    let refused = sent(&shop, None, Record::Coupon(record));
    assert!(matches!(&refused, Outcome::Refused(message) if message.code() == "RIGHT_MISSING"), "{refused:?}");
    shop.push_fact(&Fact { key: "k".into(), order_id: "NONE".into(), order_id_2: None, kind: FactKind::Acknowledged, task: None }).unwrap();
}

/// An administrator who may do nothing with promotions; gives the login.
fn restricted() -> String {
    let login = format!("{}@example.com", unique("restricted"));
    let role = "mutation ($code: String!) { createRole(input: {code: $code, description: \"orders\", permissions: [ReadCatalog, ReadOrder, UpdateOrder, ReadSettings, ReadStockLocation]}) { id } }";
    let role = merchant().api.call(role, json!({ "code": unique("role") })).unwrap()["createRole"]["id"].clone();
    let create = "mutation ($login: String!, $role: ID!) { createAdministrator(input: {firstName: \"A\", lastName: \"B\", emailAddress: $login, password: \"secret\", roleIds: [$role]}) { id } }";
    merchant().api.call(create, json!({ "login": login, "role": role })).unwrap();
    login
}
