//! What the suite does not ask of every channel, against the double.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::super::tests::account;
use super::super::{
    Attribute, ChannelError, Connector, Fact, OfferChange, OfferContent, Outcome, Price, Quantity, VariantContent, Word, check_settings,
};
use super::double::{self, Shop, id};
use super::orders::Order;
use super::shop::SYSTEM_CURRENCY;
use super::stage::{connector, is_on_sale};
use crate::domain::offer::Wanted;
use crate::domain::order::{AttachedFile, DocumentKind, FactKind, PriceType};
use crate::domain::{Currency, Decimal, Money, OfferId};

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn open(more: &str) -> (Arc<Mutex<Shop>>, Box<dyn Connector>) {
    let shop = Shop::open();
    let url = format!("http://{}", double::serve(&shop));
    (shop, connector(&url, more))
}

fn at<T>(shop: &Arc<Mutex<Shop>>, look: impl FnOnce(&mut Shop) -> T) -> T {
    look(&mut shop.lock().unwrap_or_else(PoisonError::into_inner))
}

fn change(sku: &str) -> OfferChange {
    OfferChange {
        offer_id: OfferId(i32::try_from(sku.bytes().fold(7_u32, |hash, byte| (hash * 31 + u32::from(byte)) % 1_000_000)).unwrap()),
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(OfferContent { title: format!("Lampe {sku}"), language: "de".to_owned(), ..OfferContent::default() }),
        price: Some(Price { money: Money::new(amount("19.90"), Currency::EUR), gross: true }),
        quantity: Some(Quantity { offered: 12, reserved_here: 0 }),
    }
}

fn of(change: OfferChange, edit: impl FnOnce(&mut OfferContent)) -> OfferChange {
    let mut change = change;
    edit(change.content.as_mut().unwrap());
    change
}

fn outcome(shop: &dyn Connector, change: &OfferChange) -> Outcome {
    shop.submit(std::slice::from_ref(change)).unwrap().remove(0).outcome
}

fn done(shop: &dyn Connector, change: &OfferChange) -> String {
    match outcome(shop, change) {
        Outcome::Done { external_number: Some(number), messages, .. } if messages.is_empty() => number,
        other => panic!("{other:?}"),
    }
}

fn refused(shop: &dyn Connector, change: &OfferChange) -> String {
    match outcome(shop, change) {
        Outcome::Refused(message) => message.code().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn product(shop: &Arc<Mutex<Shop>>, number: &str) -> Value {
    at(shop, |shop| shop.tables["product"][number].clone())
}

#[test]
fn settings_are_checked_with_a_remedy() {
    let access = "client_id = 'a'\nclient_secret = 'b'\nsales_channel = 'S'\n";
    for (text, expected) in [
        (format!("url = 'https://shop.example.com/api'\n{access}"), "is not the address of a shop"),
        ("url = 'https://shop.example.com'\nclient_id = 'a'\nclient_secret = 'b'".to_owned(), "sales_channel: is missing"),
        (format!("url = 'https://shop.example.com'\ncurrency = 'EURO'\n{access}"), "is no currency"),
        (format!("url = 'https://shop.example.com'\ncustom_fields = ['Care']\n{access}"), "names no attribute with a field"),
    ] {
        let text = check_settings(&account("shopware", &text)).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_price_of_the_account_leaves_those_of_other_currencies_and_rules_alone() {
    let (shop, euro) = open("");
    let number = done(&*euro, &change("A"));
    let net = |gross: &str, net: f64| json!({ "currencyId": SYSTEM_CURRENCY, "gross": gross.parse::<f64>().unwrap(), "net": net, "linked": true });
    assert_eq!(product(&shop, &number)["price"], json!([net("19.90", 16.7227)]));
    // A list price that the merchant set stays.
    at(&shop, |shop| {
        shop.tables.get_mut("product").unwrap().get_mut(&number).unwrap()["price"][0]["listPrice"] =
            json!({ "gross": 25, "net": 21, "linked": true })
    });
    let address = double::serve(&shop);
    let dollar = connector(&format!("http://{address}"), "currency = 'USD'\n");
    let usd = Price { money: Money::new(amount("21.00"), Currency::parse("USD").unwrap()), gross: true };
    done(&*dollar, &OfferChange { price: Some(usd), content: None, ..change("A") });
    let prices = product(&shop, &number)["price"].clone();
    assert_eq!(
        (prices[0]["gross"].as_f64(), &prices[0]["listPrice"]["gross"], prices[1]["gross"].as_f64()),
        (Some(19.9), &json!(25), Some(21.0))
    );
    let dealers = connector(&format!("http://{address}"), "price_rule = 'Dealers'\n");
    for price in ["15.00", "14.00"] {
        let price = Price { money: Money::new(amount(price), Currency::EUR), gross: true };
        done(&*dealers, &OfferChange { price: Some(price), content: None, ..change("A") });
    }
    let rules: Vec<Value> = at(&shop, |shop| shop.tables["product_price"].values().cloned().collect());
    assert_eq!((rules.len(), rules[0]["price"][0]["gross"].as_f64(), rules[0]["quantityStart"].as_i64()), (1, Some(14.0), Some(1)));
    assert_eq!(product(&shop, &number)["price"], prices, "the standard prices stay");
    // A product needs a standard price first; and prices are of the kind and currency of the sales channel.
    assert_eq!(refused(&*dealers, &change("B")), "CURRENCY");
    assert_eq!(refused(&*dollar, &OfferChange { price: Some(usd), ..change("B") }), "CURRENCY");
    assert_eq!(refused(&*euro, &OfferChange { price: Some(usd), ..change("B") }), "CURRENCY");
    let price = Price { money: Money::new(amount("1"), Currency::EUR), gross: false };
    assert_eq!(refused(&*euro, &OfferChange { price: Some(price), ..change("B") }), "PRICE_KIND");
}

#[test]
fn an_offer_ends_in_its_own_sales_channel_and_is_not_switched_on_in_others() {
    let (shop, connector) = open("");
    let number = done(&*connector, &change("A"));
    let elsewhere = json!({ "id": id("elsewhere"), "productId": number, "salesChannelId": id("other"), "visibility": 10 });
    at(&shop, |shop| shop.record("product_visibility", elsewhere));
    let bare = OfferChange { content: None, price: None, quantity: None, ..change("A") };
    done(&*connector, &OfferChange { wanted: Wanted::Ended, ..bare.clone() });
    let shown = |shop: &mut Shop| (is_on_sale(shop, &shop.tables["product"][&number]), shop.tables["product_visibility"].len());
    assert_eq!(at(&shop, shown), (false, 1));
    assert_eq!(product(&shop, &number)["active"], true, "it stays on sale elsewhere");
    done(&*connector, &bare);
    assert_eq!(at(&shop, shown), (true, 2));
    at(&shop, |shop| shop.tables.get_mut("product").unwrap().get_mut(&number).unwrap()["active"] = json!(false));
    assert_eq!(refused(&*connector, &bare), "SWITCHED_OFF");
}

fn variant(parent: &str, sku: &str, colour: &str) -> OfferChange {
    of(change(sku), |content| {
        let options = vec![(Word::from("Farbe"), Word::from(colour))];
        content.variant =
            Some(VariantContent { parent_sku: parent.to_owned(), parent_title: "Lampen".to_owned(), options, ..VariantContent::default() });
    })
}

#[test]
fn a_variant_that_inherits_its_visibility_gets_its_own_when_it_ends_here() {
    let (shop, connector) = open("");
    let number = done(&*connector, &variant("P", "P-1", "Rot"));
    let parent = product(&shop, &number)["parentId"].as_str().unwrap().to_owned();
    at(&shop, |shop| {
        shop.tables.get_mut("product_visibility").unwrap().retain(|_, row| row["productId"] == parent.as_str());
        shop.record("product_visibility", json!({ "id": id("x"), "productId": parent, "salesChannelId": id("other"), "visibility": 30 }));
    });
    let bare = OfferChange { content: None, price: None, quantity: None, ..change("P-1") };
    done(&*connector, &OfferChange { wanted: Wanted::Ended, ..bare.clone() });
    let own = |shop: &mut Shop| -> Vec<Value> {
        shop.tables["product_visibility"]
            .values()
            .filter(|row| row["productId"] == number.as_str())
            .map(|row| row["salesChannelId"].clone())
            .collect()
    };
    assert_eq!((at(&shop, own), product(&shop, &number)["active"].clone()), (vec![json!(id("other"))], json!(true)));
    done(&*connector, &bare);
    assert_eq!(at(&shop, own).len(), 2);
}

#[test]
fn values_that_are_there_are_used_and_a_changed_choice_replaces_the_old_one() {
    let (shop, connector) = open("attributes = ['Material']\ncustom_fields = ['Pflege = custom_care', 'Größe = custom_size']\n");
    at(&shop, |shop| {
        shop.record("property_group", json!({ "id": id("colours"), "name": "farbe" }));
        shop.record("property_group_option", json!({ "id": id("red"), "groupId": id("colours"), "name": "Rot" }));
    });
    let number = done(&*connector, &variant("P", "P-1", "Rot"));
    let options = |shop: &mut Shop| -> Vec<Value> { shop.tables["product_option"].values().map(|row| row["optionId"].clone()).collect() };
    assert_eq!(at(&shop, options), [json!(id("red"))]);
    done(&*connector, &OfferChange { external_number: Some(number), ..variant("P", "P-1", "Blau") });
    let now = at(&shop, options);
    assert!(now.len() == 1 && now[0] != id("red").as_str(), "{now:?}");
    assert_eq!(at(&shop, |shop| shop.tables["property_group"].len()), 1);
    let attribute = |name: &str, value: &str| Attribute { name: name.to_owned(), values: vec![Word::from(value)] };
    let with = of(change("A"), |content| content.attributes = vec![attribute("Pflege", "Nur abwischen"), attribute("Größe", "XL")]);
    match outcome(&*connector, &with) {
        Outcome::Done { external_number: Some(number), messages, .. } => {
            assert_eq!(product(&shop, &number)["customFields"]["custom_care"], "Nur abwischen");
            assert_eq!(messages.iter().map(|message| message.code()).collect::<Vec<_>>(), ["FIELD"], "the shop has no custom_size");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn texts_go_to_the_language_of_the_offer_and_a_new_product_has_them_in_that_of_the_shop_too() {
    let (shop, connector) = open("");
    let number = done(&*connector, &of(change("A"), |content| content.language = "en".to_owned()));
    let names = |product: &Value| (product["name"].clone(), product["translations"][id("en")]["name"].clone());
    assert_eq!(names(&product(&shop, &number)), (json!("Lampe A"), json!("Lampe A")));
    let english = of(change("A"), |content| {
        content.language = "en".to_owned();
        content.title = "Lamp".to_owned();
    });
    done(&*connector, &english);
    assert_eq!(names(&product(&shop, &number)), (json!("Lampe A"), json!("Lamp")));
    assert_eq!(refused(&*connector, &of(change("A"), |content| content.language = "fr".to_owned())), "LANGUAGE");
}

#[test]
fn a_picture_that_cannot_be_had_leaves_the_offer_on_sale_and_is_tried_again() {
    let (shop, connector) = open("");
    let with =
        |names: &[&str]| of(change("A"), |content| content.images = names.iter().map(|name| format!("http://p/{name}.png")).collect());
    match outcome(&*connector, &with(&["red", "none"])) {
        Outcome::DoneInPart { messages, external_number: Some(number), .. } => {
            assert_eq!(messages[0].code(), "PICTURE");
            assert!(product(&shop, &number)["coverId"].is_string());
        }
        other => panic!("{other:?}"),
    }
    done(&*connector, &with(&["red"]));
    at(&shop, |shop| shop.calls.clear());
    done(&*connector, &with(&["red"]));
    assert!(at(&shop, |shop| shop.calls.iter().all(|path| !path.contains("upload"))), "it is there");
}

#[test]
fn an_article_that_takes_the_number_of_a_renamed_one_is_another_product() {
    let (_, connector) = open("");
    let first = done(&*connector, &change("A"));
    let renamed = OfferChange { external_number: Some(first.clone()), known_as: vec!["A".to_owned()], ..change("B") };
    assert_eq!(done(&*connector, &renamed), first);
    let second = done(&*connector, &change("A"));
    assert_ne!(second, first);
    assert_eq!(done(&*connector, &change("A")), second);
}

#[test]
fn a_token_is_kept_while_it_is_good_and_renewed_before_its_end() {
    let (shop, connector) = open("");
    let tokens = |shop: &mut Shop| shop.calls.iter().filter(|path| *path == "oauth/token").count();
    for _ in 0..3 {
        connector.list_offers(None).unwrap();
    }
    assert_eq!(at(&shop, tokens), 1);
    let address = double::serve(&shop);
    at(&shop, |shop| {
        shop.calls.clear();
        shop.expires = 20;
    });
    let short = super::stage::connector(&format!("http://{address}"), "");
    short.list_offers(None).unwrap();
    let (calls, tokens) = at(&shop, |shop| (shop.calls.len(), tokens(shop)));
    assert_eq!(tokens * 2, calls, "a token that ends within half a minute is good for one call");
    let wrong = super::super::build(
        &account("shopware", &format!("url = 'http://{address}'\nclient_id = 'x'\nclient_secret = 'wrong-secret'\nsales_channel = 'S'")),
        std::time::Duration::from_secs(5),
    );
    match wrong.unwrap().list_offers(None) {
        Err(ChannelError::Unauthorized { reason }) => assert!(!reason.contains("wrong-secret"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_check_names_each_missing_right_the_version_and_the_clock() {
    let (shop, connector) = open("");
    at(&shop, |shop| shop.off = 10);
    let all = connector.check().unwrap();
    assert!(all.missing.is_empty(), "{all:?}");
    for part in ["Shopware 6.7.10.1", "\"Storefront\"", "gross prices in EUR", "s fast"] {
        assert!(all.found.contains(part), "{}", all.found);
    }
    // A role with everything but two rights.
    let reads = super::check::rights().filter(|right| right != "document:read" && right != "product_media:delete");
    let roles = ["integration:read", "acl_role:read"].map(str::to_owned);
    let few: Vec<String> = reads.chain(roles).collect();
    at(&shop, |shop| shop.privileges = Some(few.clone()));
    let missing: Vec<String> = connector.check().unwrap().missing.into_iter().map(|right| right.right).collect();
    assert_eq!(missing, ["document:read", "product_media:delete"]);
    // It may not read the sales channel, or its own roles.
    at(&shop, |shop| {
        shop.privileges =
            Some(few.iter().filter(|right| !matches!(right.as_str(), "sales_channel:read" | "integration:read")).cloned().collect())
    });
    let checkup = connector.check().unwrap();
    let missing: Vec<(&str, bool)> = checkup.missing.iter().map(|right| (right.right.as_str(), right.optional)).collect();
    assert_eq!(missing, [("sales_channel:read", false), ("document:read", false), ("integration:read, acl_role:read", true)]);
    at(&shop, |shop| {
        shop.privileges = None;
        shop.version = "6.5.8.14";
    });
    assert!(connector.check().unwrap_err().to_string().contains("needs 6.6 or newer"));
}

#[test]
fn a_document_of_the_erp_is_attached_with_its_file_once() {
    let (shop, connector) = open("");
    let number = done(&*connector, &change("A"));
    let order = at(&shop, |shop| shop.place(&[(number, 1)]));
    let file = AttachedFile {
        name: "Rechnung.PDF".to_owned(),
        media_type: "application/pdf".to_owned(),
        content: b"%PDF".to_vec(),
        ..AttachedFile::default()
    };
    let kind =
        |number: &str| FactKind::DocumentAttached { number: number.to_owned(), document: DocumentKind::Invoice, file: Some(file.clone()) };
    let fact = |number: &str, order: &str| Fact {
        key: "f".to_owned(),
        order_id: order.to_owned(),
        order_id_2: None,
        kind: kind(number),
        task: None,
    };
    for _ in 0..2 {
        assert!(matches!(connector.push_fact(&fact("INV-1", &order)).unwrap(), Outcome::Done { .. }));
    }
    let documents: Vec<Value> = at(&shop, |shop| shop.tables["document"].values().cloned().collect());
    assert_eq!(documents.len(), 1);
    assert!(documents[0]["documentMediaFileId"].is_string() && documents[0]["static"] == true);
    // Another order cannot have the same number: the shop says so inside a success.
    let number = done(&*connector, &change("A"));
    let other = at(&shop, |shop| shop.place(&[(number, 1)]));
    assert!(matches!(connector.push_fact(&fact("INV-1", &other)).unwrap(), Outcome::Refused(_)));
}

#[test]
fn an_order_in_a_state_that_leads_nowhere_is_refused_with_the_ways_out() {
    let (shop, connector) = open("");
    let number = done(&*connector, &change("A"));
    let order = at(&shop, |shop| {
        let order = shop.place(&[(number, 1)]);
        let payment = shop.part("order_transaction", &order)["id"].as_str().unwrap().to_owned();
        shop.transition("order_transaction", &payment, "cancel");
        order
    });
    let paid = Fact { key: "f".to_owned(), order_id: order, order_id_2: None, kind: FactKind::Paid { transaction_id: None }, task: None };
    match connector.push_fact(&paid).unwrap() {
        Outcome::Refused(message) => assert!(message.line().contains("possible there: reopen"), "{}", message.line()),
        other => panic!("{other:?}"),
    }
}

/// `docs/channels/shopware.md` names this figure, for 10 000 changes.
#[test]
fn two_thousand_changes_of_price_and_stock_take_twenty_calls() {
    let (shop, connector) = open("");
    let skus: Vec<String> = (0..2_000).map(|number| format!("N-{number:05}")).collect();
    at(&shop, |shop| {
        for sku in &skus {
            let product = json!({
                "id": super::ids::product(sku, 1), "productNumber": sku, "name": "N", "active": true, "stock": 1, "availableStock": 1, "parentId": null,
                "taxId": id("19"), "price": [{ "currencyId": SYSTEM_CURRENCY, "gross": 1.0, "net": 0.84, "linked": true }],
            });
            shop.record("product", product);
            let number = super::ids::product(sku, 1);
            shop.record("product_visibility", json!({ "id": super::ids::visibility(&number, &id("channel")), "productId": number, "salesChannelId": id("channel"), "visibility": 30 }));
        }
    });
    connector.list_offers(None).unwrap();
    at(&shop, |shop| shop.calls.clear());
    let batch = connector.capabilities().batch_size;
    for (at, part) in skus.chunks(batch).enumerate() {
        let row = |(row, sku): (usize, &String)| OfferChange {
            offer_id: OfferId(i32::try_from(at * batch + row + 1).unwrap()),
            external_number: Some(super::ids::product(sku, 1)),
            content: None,
            ..change(sku)
        };
        let rows: Vec<OfferChange> = part.iter().enumerate().map(row).collect();
        let results = connector.submit(&rows).unwrap();
        assert!(results.len() == part.len() && results.iter().all(|row| matches!(row.outcome, Outcome::Done { .. })));
    }
    assert_eq!(at(&shop, |shop| shop.calls.len()), 20);
}

/// As a shop answers it: net prices, two rates of tax, a voucher, an article of a plug-in with its parts, and a second delivery.
fn order() -> Value {
    let price = |unit: f64, total: f64, rate: i32, tax: f64| json!({ "unitPrice": unit, "totalPrice": total, "quantity": 1, "calculatedTaxes": [{ "tax": tax, "taxRate": rate, "price": total }] });
    let state = |name: &str| json!({ "technicalName": name });
    let line = |id: &str, kind: &str, quantity: i32, price: Value| json!({ "id": id, "type": kind, "label": id, "quantity": quantity, "price": price, "payload": [], "productId": null, "parentId": null });
    let mut bag = line("bag", "customized-products", 1, price(10.0, 10.0, 19, 1.9));
    bag["payload"] = json!({ "productNumber": "BAG" });
    let mut print = line("print", "product", 1, price(2.0, 2.0, 19, 0.38));
    print["parentId"] = json!("bag");
    let mut voucher = line("voucher", "promotion", 1, price(-1.0, -1.0, 19, -0.19));
    voucher["payload"] = json!({ "code": "ZEHN" });
    json!({
        "id": "0".repeat(32), "orderNumber": "10001", "createdAt": "2026-11-03T12:00:00.123+00:00", "orderDateTime": "2026-11-03T11:59:59.000+00:00",
        "price": { "totalPrice": 26.29, "taxStatus": "net", "calculatedTaxes": [{ "tax": 2.47, "taxRate": 19, "price": 13 }, { "tax": 0.7, "taxRate": 7, "price": 10 }] },
        "shippingCosts": price(4.0, 4.0, 19, 0.76), "customFields": [], "currency": { "isoCode": "EUR" }, "stateMachineState": state("open"),
        "orderCustomer": { "email": "e@example.com", "customerNumber": "10000", "vatIds": ["DE123"] },
        "billingAddress": { "firstName": "Erika", "lastName": "Muster", "additionalAddressLine1": "Hof", "country": { "iso": "AT" }, "salutation": { "salutationKey": "mrs" } },
        "lineItems": [bag, print, line("book", "product", 2, price(5.0, 10.0, 7, 0.7)), voucher],
        "deliveries": [
            { "id": "1", "trackingCodes": null, "stateMachineState": state("open"), "shippingCosts": price(-4.0, -4.0, 19, -0.76) },
            { "id": "2", "trackingCodes": [], "stateMachineState": state("open"), "shippingCosts": price(4.0, 4.0, 19, 0.76), "shippingMethod": { "name": "Paket" } },
        ],
        "transactions": [
            { "id": "1", "createdAt": "2026-11-03T12:00:00.000+00:00", "stateMachineState": state("failed") },
            { "id": "2", "createdAt": "2026-11-03T12:01:00.000+00:00", "stateMachineState": state("paid"), "paymentMethod": { "technicalName": "payment_cashpayment", "name": "Nachnahme" } },
            { "id": "3", "createdAt": "2026-11-03T12:02:00.000+00:00", "stateMachineState": state("cancelled") },
        ],
    })
}

#[test]
fn an_order_is_read_with_its_vouchers_its_tax_and_the_payment_that_counts() {
    let order: Order = serde_json::from_value(order()).unwrap();
    assert_eq!(order.delivery().map(|delivery| delivery.id.as_str()), Some("2"));
    let order = order.read(&["payment_cashpayment".to_owned()]);
    assert_eq!((order.price_type, order.paid, order.order_id_2.as_deref()), (PriceType::Net, true, Some("10001")));
    let lines: Vec<(&str, i32, Decimal)> = order.lines.iter().map(|line| (line.line_id.as_str(), line.quantity, line.unit_price)).collect();
    assert_eq!(lines, [("bag", 1, amount("10")), ("book", 2, amount("5"))], "parts of an article are not articles of their own");
    assert_eq!(
        (order.coupon_amount, order.totals.coupons[0].code.as_deref(), order.shipping_charge),
        (amount("1"), Some("ZEHN"), amount("4"))
    );
    assert_eq!((order.totals.taxes[1].net_amount, order.totals.taxes[1].tax_amount), (Some(amount("10")), amount("0.7")));
    assert_eq!(order.payment_method.as_deref(), Some("payment_cashpayment"));
    assert_eq!((order.invoice_address.salutation_id, order.invoice_address.street_addition.as_deref()), (Some(2), Some("Hof")));
    assert_eq!(order.delivery_address.country_code_iso.as_deref(), Some("AT"), "without another one, that of the bill");
    assert_eq!((order.lines[0].sku.as_deref(), order.buyer.tax_identification_number.as_deref()), (Some("BAG"), Some("DE123")));
}
