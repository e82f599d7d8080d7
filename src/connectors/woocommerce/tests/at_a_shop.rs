//! What the suite has no scenarios for, at the double.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};

use super::super::double::{self, HOME, KEY, SECRET, Shop, entry};
use super::{amount, change};
use crate::connectors::tests::account;
use crate::connectors::{
    Attribute, Connector, CouponRecord, CustomerRecord, Fact, OfferChange, OfferContent, OfferKey, Outcome, Record, Transfer,
    VariantContent, build,
};
use crate::domain::OfferId;
use crate::domain::coupon::{Coupon, CouponKind};
use crate::domain::customer::{Customer, CustomerAddress};
use crate::domain::order::{Content, FactKind, Packet};
use crate::domain::price::Sale;

struct Trial {
    shop: Arc<Mutex<Shop>>,
    connector: Box<dyn Connector>,
}

fn trial(more: &str, set: impl FnOnce(&mut Shop)) -> Trial {
    let shop = Shop::open();
    set(&mut shop.lock().unwrap());
    let address = double::serve(&shop);
    let settings = format!("url = 'http://{address}'\nhome_url = '{HOME}'\nconsumer_key = '{KEY}'\nconsumer_secret = '{SECRET}'\n{more}");
    Trial { connector: build(&account("woocommerce", &settings), Duration::from_secs(10)).unwrap(), shop }
}

impl Trial {
    fn shop(&self) -> MutexGuard<'_, Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submit(&self, changes: &[OfferChange]) -> Vec<Outcome> {
        let mut results = self.connector.submit(changes).unwrap();
        results.sort_by_key(|row| row.offer_id);
        results.into_iter().map(|row| row.outcome).collect()
    }

    fn done(&self, change: &OfferChange) -> String {
        match self.submit(std::slice::from_ref(change)).remove(0) {
            Outcome::Done { external_number: Some(number), .. } => number,
            other => panic!("{other:?}"),
        }
    }

    fn product(&self, number: &str) -> Value {
        self.shop().products[&number.parse::<i64>().unwrap()].clone()
    }

    /// Lists an article and sells so many pieces of it; the numbers of the order and of its line.
    fn sells(&self, pieces: i64) -> (String, String) {
        let number = self.done(&change("A"));
        let mut shop = self.shop();
        let order = shop.place(&[(number.parse().unwrap(), 0, pieces)]);
        let paid = shop.put_order(order, &json!({ "status": "processing" }));
        (order.to_string(), paid.1["line_items"][0]["id"].to_string())
    }

    fn tells(&self, key: &str, order_id: &str, kind: FactKind) -> Outcome {
        let fact = Fact { key: key.to_owned(), order_id: order_id.to_owned(), order_id_2: None, kind, task: None };
        self.connector.push_fact(&fact).unwrap()
    }

    fn sends(&self, number: Option<&str>, record: Record) -> Outcome {
        self.connector.transfer(&Transfer { external_number: number.map(str::to_owned), record }).unwrap()
    }
}

fn is_done(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Done { external_number, .. } => external_number.as_deref(),
        other => panic!("{other:?}"),
    }
}

fn pieces(line_id: &str, quantity: i32) -> Vec<Content> {
    vec![Content { line_id: Some(line_id.to_owned()), sku: None, quantity, so_far: quantity }]
}

fn packet(packet_id: i32, number: &str, carrier: &str, contents: Vec<Content>) -> FactKind {
    let packet = Packet {
        packet_id,
        tracking_number: Some(number.to_owned()),
        carrier: Some(carrier.to_owned()),
        again: contents.is_empty(),
        contents,
        ..Packet::default()
    };
    FactKind::Shipped { packets: vec![packet], together: Vec::new() }
}

// ---- offers -----------------------------------------------------------------------------------------------------------------------

#[test]
fn a_sale_comes_and_goes_with_its_article_and_one_of_the_merchant_stays() {
    let trial = trial("", |_| {});
    let sale = Some(Sale { price: amount("5"), from: Some("2026-12-01".parse().unwrap()), to: None });
    let on_sale = OfferChange { content: Some(OfferContent { title: "A".into(), sale, ..OfferContent::default() }), ..change("A") };
    let number = trial.done(&on_sale);
    let product = trial.product(&number);
    assert_eq!((&product["sale_price"], &product["date_on_sale_from"]), (&json!("5.00"), &json!("2026-12-01T00:00:00")));
    trial.done(&change("A"));
    let product = trial.product(&number);
    assert_eq!((&product["sale_price"], &product["date_on_sale_from"]), (&json!(""), &Value::Null));
    trial.shop().products.get_mut(&number.parse().unwrap()).unwrap()["sale_price"] = json!("3.00");
    trial.done(&change("A"));
    assert_eq!(trial.product(&number)["sale_price"], "3.00");
}

#[test]
fn an_sku_that_a_look_up_does_not_find_is_found_by_the_shops_no() {
    let trial = trial("", |_| {});
    let number = trial.done(&change("A"));
    trial.shop().unfound = vec!["A".to_owned()];
    assert_eq!(trial.done(&change("A")), number);
    assert_eq!(trial.shop().products.len(), 1);
}

#[test]
fn an_sku_that_differs_in_its_case_only_is_another_article() {
    let trial = trial("", |_| {});
    let number = trial.done(&change("A"));
    // As the database of a real shop compares them.
    trial.shop().compares_without_case = true;
    assert!(matches!(trial.submit(&[change("a")]).remove(0), Outcome::Refused(_)));
    assert_eq!(trial.product(&number)["sku"], "A");
}

#[test]
fn a_shop_that_counts_no_pieces_is_told_whether_there_are_some() {
    let trial = trial("backorders = 'notify'", |shop| shop.counts_no_stock = true);
    let number = trial.done(&change("A"));
    assert_eq!(trial.product(&number)["stock_status"], "outofstock");
    let key = OfferKey { offer_id: OfferId(1), sku: "A".into(), known_as: Vec::new(), external_number: Some(number.clone()) };
    assert_eq!(trial.connector.find_offers(std::slice::from_ref(&key)).unwrap()[0].1.quantity, Some(0));
    let mut more = OfferChange { content: None, price: None, ..change("A") };
    more.quantity.as_mut().unwrap().offered = 3;
    trial.done(&more);
    assert_eq!(trial.product(&number)["stock_status"], "instock");
    assert_eq!(trial.connector.find_offers(&[key]).unwrap()[0].1.quantity, None);
}

#[test]
fn back_orders_are_the_merchants_unless_the_account_says_so() {
    let own = trial("", |_| {});
    let number = own.done(&change("A"));
    assert_eq!(own.product(&number)["backorders"], "no");
    let told = trial("backorders = 'notify'", |_| {});
    let number = told.done(&change("A"));
    assert_eq!(told.product(&number)["backorders"], "notify");
}

#[test]
fn a_family_shows_the_attributes_of_its_variants() {
    let trial = trial("attributes = ['Material']", |_| {});
    let variant = |id: i32, sku: &str, colour: &str, material: &[&str]| {
        let options = vec![("Farbe".into(), colour.into())];
        let variant = VariantContent { parent_sku: "P".into(), parent_title: "Parent".into(), options, ..VariantContent::default() };
        let values = material.iter().map(|name| (*name).into()).collect();
        let attributes = if material.is_empty() { Vec::new() } else { vec![Attribute { name: "Material".into(), values }] };
        let content = OfferContent { title: sku.into(), variant: Some(variant), attributes, ..OfferContent::default() };
        OfferChange { offer_id: OfferId(id), content: Some(content), ..change(sku) }
    };
    let shown = || {
        let shop = trial.shop();
        let product = shop.products.values().find(|product| product["type"] == "variable").unwrap();
        let material = product["attributes"].as_array().unwrap().iter().find(|attribute| attribute["name"] == "Material");
        material.map(|attribute| (attribute["options"].clone(), attribute["variation"].clone()))
    };
    trial.submit(&[variant(1, "V1", "Rot", &["Holz"]), variant(2, "V2", "Blau", &["Glas", "Holz"])]);
    assert_eq!(shown(), Some((json!(["Holz", "Glas"]), json!(false))));
    trial.submit(&[variant(1, "V1", "Rot", &["Stahl"])]);
    assert_eq!(shown(), Some((json!(["Stahl", "Glas", "Holz"]), json!(false))), "the other one's are known");
    trial.submit(&[variant(1, "V1", "Rot", &[]), variant(2, "V2", "Blau", &[])]);
    assert_eq!(shown(), None);
}

// ---- orders -----------------------------------------------------------------------------------------------------------------------

#[test]
fn the_plug_in_gets_each_number_once_and_no_note_is_written() {
    let trial = trial("", |shop| shop.trackings = Some(Default::default()));
    let (order, line) = trial.sells(2);
    for _ in 0..2 {
        is_done(&trial.tells("f1", &order, packet(1, "T1", "dhl", pieces(&line, 1))));
    }
    is_done(&trial.tells("f2", &order, packet(2, "T2", "Rabe", pieces(&line, 1))));
    let shop = trial.shop();
    let all = &shop.trackings.as_ref().unwrap()[&order.parse().unwrap()];
    let told: Vec<(&Value, &Value)> = all.iter().map(|one| (&one["tracking_number"], &one["tracking_provider"])).collect();
    assert_eq!(told, [(&json!("T1"), &json!("dhl")), (&json!("T2"), &json!("Rabe"))]);
    assert!(shop.notes.is_empty());
    assert_eq!(shop.orders[&order.parse().unwrap()]["status"], "completed");
}

#[test]
fn packages_are_fulfilments_where_the_shop_has_them() {
    let trial = trial("", |shop| shop.fulfillments = Some(Default::default()));
    let (order, line) = trial.sells(3);
    for _ in 0..2 {
        is_done(&trial.tells("f1", &order, packet(1, "T1", "dhl", pieces(&line, 2))));
    }
    is_done(&trial.tells("f2", &order, packet(2, "T2", "dhl", pieces(&line, 1))));
    // A number that comes later joins its package.
    is_done(&trial.tells("f3", &order, packet(1, "T3", "dhl", Vec::new())));
    let shop = trial.shop();
    let all = &shop.fulfillments.as_ref().unwrap()[&order.parse().unwrap()];
    let told: Vec<(Value, Value)> =
        all.iter().map(|one| (entry(one, "_tracking_number"), entry(one, "_items")[0]["qty"].clone())).collect();
    assert_eq!(told, [(json!("T1, T3"), json!(2)), (json!("T2"), json!(1))]);
    assert!(shop.notes.is_empty());
}

#[test]
fn a_refund_names_its_lines_and_comes_back_with_them() {
    let trial = trial("", |_| {});
    let (order, line) = trial.sells(2);
    let refund = |number: &str, amount_text: &str| FactKind::Refunded {
        credit_number: number.into(),
        amount: amount(amount_text),
        currency: "EUR".into(),
        positions: pieces(&line, 1),
        reason: None,
    };
    for _ in 0..2 {
        is_done(&trial.tells("r1", &order, refund("CR-1", "7.05")));
    }
    // Less than the piece costs.
    is_done(&trial.tells("r2", &order, refund("CR-2", "2.00")));
    let pulled = trial.connector.pull_orders(None, &[]).unwrap();
    let refunds = &pulled.orders[0].refunds;
    let mut said: Vec<_> =
        refunds.iter().map(|refund| (refund.amount, refund.positions[0].quantity, &refund.positions[0].line_id)).collect();
    said.sort_by_key(|refund| refund.0);
    assert_eq!(said, [(amount("2.00"), 1, &line), (amount("7.05"), 1, &line)]);
    assert!(refunds.iter().all(|refund| refund.refunded_at.is_some()));
}

// ---- customers and coupons --------------------------------------------------------------------------------------------------------

#[test]
fn a_customer_of_the_shop_is_updated_and_a_guest_is_none() {
    let trial = trial("", |_| {});
    let id = trial.shop().registers("ada@example.org");
    let home = CustomerAddress { street: Some("Home".into()), country_code_iso: Some("de".into()), ..CustomerAddress::default() };
    let customer = Customer {
        first_name: Some("Ada".into()),
        street: Some("Main Road".into()),
        house_number: Some("5".into()),
        country_code_iso: Some("GB".into()),
        ..Customer::default()
    };
    let record = |key: &str, address: &CustomerAddress, before: &[CustomerAddress]| {
        Record::Customer(Box::new(CustomerRecord {
            key: key.into(),
            email: Some("ada@example.org".into()),
            customer: customer.clone(),
            group: Some("Dealers".into()),
            addresses: vec![(1, address.clone())],
            addresses_before: before.iter().map(|address| (1, address.clone())).collect(),
            ..CustomerRecord::default()
        }))
    };
    let outcome = trial.sends(None, record("ada@example.org", &home, &[]));
    assert_eq!(is_done(&outcome), Some(id.to_string().as_str()));
    let shown = || trial.shop().customers[&id].clone();
    let customer = shown();
    assert_eq!((&customer["first_name"], &customer["billing"]["address_1"]), (&json!("Ada"), &json!("Main Road 5")));
    assert_eq!((&customer["billing"]["country"], &customer["shipping"]["address_1"]), (&json!("GB"), &json!("Home")));
    assert_eq!(entry(&customer, "_kontor_customer_group"), "Dealers");
    // What Kontor put there is replaced, what the customer entered is not.
    let moved = CustomerAddress { street: Some("New home".into()), ..home.clone() };
    is_done(&trial.sends(None, record(&id.to_string(), &moved, std::slice::from_ref(&home))));
    assert_eq!(shown()["shipping"]["address_1"], "New home");
    trial.shop().customers.get_mut(&id).unwrap()["shipping"]["address_1"] = json!("By hand");
    is_done(&trial.sends(None, record(&id.to_string(), &home, std::slice::from_ref(&moved))));
    assert_eq!(shown()["shipping"]["address_1"], "By hand");
    for key in ["guest@example.org", "4711"] {
        assert!(matches!(trial.sends(None, record(key, &home, &[])), Outcome::Refused(message) if message.code() == "CUSTOMER_UNKNOWN"));
    }
}

#[test]
fn a_coupon_is_made_once_changed_switched_off_and_sent_on_its_first_day() {
    let trial = trial("", |_| {});
    let coupon = |coupon: Coupon| CouponRecord { code: "ZEHN".into(), coupon, from: None, until: None, language: "de".into() };
    let percent = Coupon { kind: Some(CouponKind::Percent), value: Some(amount("10")), usage_limit: Some(3), ..Coupon::default() };
    let outcome = trial.sends(None, Record::Coupon(coupon(percent.clone())));
    let number = is_done(&outcome).unwrap().to_owned();
    // The answer was lost.
    is_done(&trial.sends(None, Record::Coupon(coupon(percent.clone()))));
    let shown = || {
        let shop = trial.shop();
        assert_eq!(shop.coupons.len(), 1);
        shop.coupons[&number.parse().unwrap()].clone()
    };
    assert_eq!((&shown()["code"], &shown()["amount"], &shown()["usage_limit"]), (&json!("zehn"), &json!("10.00"), &json!(3)));
    let until = Some("2026-12-31T23:00:00Z".parse().unwrap());
    let fixed =
        Coupon { kind: Some(CouponKind::Amount), value: Some(amount("5")), currency_code_iso: Some("EUR".into()), ..Coupon::default() };
    is_done(&trial.sends(Some(&number), Record::Coupon(CouponRecord { until, ..coupon(fixed.clone()) })));
    assert_eq!((&shown()["discount_type"], &shown()["date_expires"]), (&json!("fixed_cart"), &json!("2026-12-31T23:00:00Z")));
    assert_eq!(shown()["usage_limit"], Value::Null);
    let off = Coupon { active: Some(false), ..fixed.clone() };
    is_done(&trial.sends(Some(&number), Record::Coupon(coupon(off))));
    assert_eq!(shown()["date_expires"], "2000-01-01T00:00:00Z");
    is_done(&trial.sends(Some(&number), Record::Coupon(coupon(fixed.clone()))));
    assert_eq!(shown()["date_expires"], Value::Null);
    let later = CouponRecord { from: Some(Utc::now() + chrono::Duration::days(2)), ..coupon(fixed.clone()) };
    match trial.sends(Some(&number), Record::Coupon(later)) {
        Outcome::Later { after: Some(after), .. } => assert!(after > Duration::from_secs(47 * 3600)),
        other => panic!("{other:?}"),
    }
    assert_eq!(shown()["date_expires"], "2000-01-01T00:00:00Z", "until then it does not count");
    let dollars = Coupon { currency_code_iso: Some("USD".into()), ..fixed };
    assert!(matches!(trial.sends(None, Record::Coupon(coupon(dollars))), Outcome::Refused(message) if message.code() == "CURRENCY"));
}

#[test]
fn a_key_that_may_not_see_coupons_goes_on_with_everything_else() {
    let trial = trial("", |shop| shop.hidden = vec!["coupons"]);
    let percent = Coupon { kind: Some(CouponKind::Percent), value: Some(amount("10")), ..Coupon::default() };
    let record = CouponRecord { code: "ZEHN".into(), coupon: percent, from: None, until: None, language: "de".into() };
    assert!(matches!(trial.sends(None, Record::Coupon(record)), Outcome::Refused(message) if message.code() == "RIGHT_MISSING"));
}

// ---- the look -----------------------------------------------------------------------------------------------------------------------

#[test]
fn the_look_names_version_clock_and_each_missing_right() {
    let looked = |set: fn(&mut Shop)| {
        let checkup = trial("", set).connector.check().unwrap();
        let rights: Vec<String> = checkup.missing.iter().map(|missing| missing.right.clone()).collect();
        (checkup.found, rights.join(", "))
    };
    let (found, rights) = looked(|_| {});
    assert_eq!(
        (found.as_str(), rights.as_str()),
        ("WooCommerce 9.4.3 \"Double\" at http://shop.example: gross prices in EUR; its clock is right", "")
    );
    let (found, rights) = looked(|shop| (shop.no_writes, shop.off) = (true, 5));
    assert!(found.contains("; its clock is 29") && found.ends_with(" s fast") || found.ends_with("300 s fast"), "{found}");
    assert_eq!(rights, "write");
    assert_eq!(looked(|shop| shop.no_reads = true).1, "read");
    assert_eq!(looked(|shop| shop.hidden = vec!["coupons", "orders"]).1, "read orders, read coupons, write orders, write coupons");
    let error = trial("", |shop| (shop.no_reads, shop.no_writes) = (true, true)).connector.check().unwrap_err();
    assert!(error.to_string().contains("consumer_secret"), "{error}");
}
