//! Customers from outside: what becomes of the buyer of an order when he orders again, and when the ERP changes him.

use kontor::operations::Face;
use serde_json::json;

use crate::config::{Config, Shop};
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, databases, eventually};

const BOTH: &[Shop] = &[Shop::FIRST, Shop::SECOND];

/// Somebody buys a mug in a shop; gives the customer of the order once the order is there.
pub(crate) fn buy(world: &World, erp: &Erp, account: i32, city: &str) -> Element {
    buy_as(world, erp, account, city, "Ada@example.org")
}

fn buy_as(world: &World, erp: &Erp, account: i32, city: &str, email: &str) -> Element {
    let order = json!({ "lines": [{"sku": "MUG", "quantity": 1}], "email": email,
        "address": {"last_name": "Lovelace", "city": city, "country_code_iso": "DE"} });
    let bought = world.post(&format!("/sandbox/{account}/orders"), &order.to_string(), &[]);
    assert!(bought.status < 300, "{}", bought.body);
    let bought: serde_json::Value = serde_json::from_str(&bought.body).unwrap();
    let number = bought["order_id"].as_str().unwrap();
    let compat = format!(
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><marketplace_order_id_1 filter_method=\"=\" filter_value=\"{number}\"/><account_id filter_method=\"=\" filter_value=\"{account}\"/></filter>"
    );
    let typed = format!(
        "<filters><item><mandatorId><value>1</value></mandatorId><marketplaceOrderId><value>{number}</value></marketplaceOrderId><accountId><value>{account}</value></accountId></item></filters>"
    );
    let customer = eventually("the order", || {
        let orders = erp.call("fetchOrders", &compat, &typed);
        let customer = orders.having("customer_id").first().map(|customer| customer.number("customer_id"));
        customer.ok_or_else(|| format!("{orders:?}"))
    });
    fetch(erp, customer)
}

/// One customer, as `fetchCustomers` returns it.
fn fetch(erp: &Erp, customer_id: i32) -> Element {
    let compat = format!(
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><customer_ids filter_method=\"=\" filter_value=\"{customer_id}\"/></filter>"
    );
    let typed = format!(
        "<filters><item><mandatorId><value>1</value></mandatorId><customerIds><value>{customer_id}</value></customerIds></item></filters>"
    );
    let found = erp.call("fetchCustomers", &compat, &typed);
    found.having("customer_number")[0].clone()
}

/// A request for one customer, without the end of the record.
pub(crate) fn update(erp: &Erp, customer_id: i32, compat: &str, typed: &str) {
    let compat = format!(
        "<customer significant_key=\"customer_id\"><mandator_id>1</mandator_id><customer_id>{customer_id}</customer_id>{compat}</customer>"
    );
    let typed = format!(
        "<customers><item><significantKey>CUSTOMER_ID</significantKey><customerId>{customer_id}</customerId><mandatorId>1</mandatorId>{typed}</item></customers>"
    );
    let answer = erp.call("updateCustomers", &compat, &typed);
    assert_eq!(answer.having("return_code")[0].must("return_code"), "0", "{answer:?}");
}

#[test]
fn a_customer_follows_his_orders_until_the_erp_changes_him() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config { shops: BOTH, ..Config::default() }.text());
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        let first = buy(&world, &erp, 1000, "Bonn");
        let id = first.number("customer_id");
        assert_eq!((first.must("city"), first.must("email"), first.must("account_id")), ("Bonn", "Ada@example.org", "1000"));
        let moved = buy(&world, &erp, 1000, "London");
        assert_eq!((moved.number("customer_id"), moved.must("city")), (id, "London"));
        update(&erp, id, "<city>Paris</city><password>secret</password>", "<city>Paris</city>");
        let kept = buy(&world, &erp, 1000, "Rome");
        assert_eq!((kept.number("customer_id"), kept.must("city"), kept.must("last_name")), (id, "Paris", "Lovelace"));
        assert_eq!(kept.get("password"), None, "{kept:?}");
        assert!(!format!("{kept:?}").contains("secret"));
    });
}

#[test]
fn buyers_of_two_accounts_with_one_e_mail_address_are_two_customers() {
    for database in databases() {
        let world = World::configured(database, &Config { shops: BOTH, ..Config::default() }.text());
        let erp = Erp::on(&world, Face::Compat);
        erp.list("MUG", "9.90", 9);
        let prepared = world.connect("prepareOffers", "<request method=\"prepareOffers\" version=\"1.0.0\"><offer><mandator_id>1</mandator_id><account_id>1001</account_id><internal_item_number>MUG</internal_item_number></offer></request>");
        erp.upload(Element::parse(&prepared).having("offer_id")[0].number("offer_id"), true);
        let (one, other) = (buy(&world, &erp, 1000, "Bonn"), buy(&world, &erp, 1001, "Rome"));
        assert_ne!(one.must("customer_number"), other.must("customer_number"));
        assert_eq!((one.must("city"), other.must("city")), ("Bonn", "Rome"));
    }
}

#[test]
fn delivery_addresses_are_added_once_changed_and_removed() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let compat = "<customer significant_key=\"external_customer_id_1\"><mandator_id>1</mandator_id><external_customer_id_1>D-1</external_customer_id_1><last_name>Hopper</last_name><shipping_addresses><address><city>Bonn</city></address><address><city>Rome</city></address><address><city>Bonn</city></address></shipping_addresses></customer>";
        let typed = "<customers><item><significantKey>EXTERNAL_CUSTOMER_ID_1</significantKey><mandatorId>1</mandatorId><externalCustomerId1>D-1</externalCustomerId1><lastName>Hopper</lastName><shippingAddresses><item><city>Bonn</city></item><item><city>Rome</city></item><item><city>Bonn</city></item></shippingAddresses></item></customers>";
        let mut id = 0;
        for _ in 0..2 {
            let answer = erp.call("updateCustomers", compat, typed);
            id = answer.having("customer_id")[0].number("customer_id");
        }
        let addresses = |erp: &Erp| -> Vec<(i32, String)> {
            let customer = fetch(erp, id);
            customer
                .having("address_id")
                .into_iter()
                .map(|address| (address.number("address_id"), address.must("city").to_owned()))
                .collect()
        };
        let [(bonn, _), (rome, _)] = addresses(&erp)[..] else { panic!("{:?}", addresses(&erp)) };
        let compat = format!(
            "<shipping_addresses><address><address_id>{bonn}</address_id><city>Paris</city></address><address delete=\"true\"><address_id>{rome}</address_id></address></shipping_addresses>"
        );
        let typed = format!(
            "<shippingAddresses><item><addressId>{bonn}</addressId><city>Paris</city></item><item><remove>true</remove><addressId>{rome}</addressId></item></shippingAddresses>"
        );
        for _ in 0..2 {
            update(&erp, id, &compat, &typed);
        }
        assert_eq!(addresses(&erp), [(bonn, "Paris".to_owned())]);
    });
}

/// Customers that changed behind a cursor, and the next cursor.
fn changed(erp: &Erp, cursor: &str) -> (Vec<String>, String) {
    let compat = format!(
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter><customers_per_page>1</customers_per_page><changed_since>{cursor}</changed_since>"
    );
    let typed = format!(
        "<filters><item><mandatorId><value>1</value></mandatorId></item></filters><customersPerPage>1</customersPerPage><changedSince>{cursor}</changedSince>"
    );
    let found = erp.call("fetchCustomers", &compat, &typed);
    let names = found.having("last_name").into_iter().map(|customer| customer.must("last_name").to_owned()).collect();
    (names, found.having("next_changed_since")[0].must("next_changed_since").to_owned())
}

#[test]
fn a_cursor_reads_every_customer_once_and_again_when_he_changes() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let customer = |number: i32, name: &str| {
            let compat = format!(
                "<customer significant_key=\"customer_number\"><mandator_id>1</mandator_id><customer_number>{number}</customer_number><last_name>{name}</last_name></customer>"
            );
            let typed = format!(
                "<customers><item><significantKey>CUSTOMER_NUMBER</significantKey><mandatorId>1</mandatorId><customerNumber>{number}</customerNumber><lastName>{name}</lastName></item></customers>"
            );
            erp.call("updateCustomers", &compat, &typed);
        };
        customer(1, "Ada");
        customer(2, "Grace");
        let (first, cursor) = changed(&erp, "");
        let (second, cursor) = changed(&erp, &cursor);
        let (end, cursor) = changed(&erp, &cursor);
        assert_eq!((first, second, end), (vec!["Ada".to_owned()], vec!["Grace".to_owned()], Vec::new()));
        // What is sent again unchanged is no change.
        customer(2, "Grace");
        customer(1, "Augusta");
        let (again, cursor) = changed(&erp, &cursor);
        assert_eq!(again, ["Augusta"]);
        assert_eq!(changed(&erp, &cursor).0, Vec::<String>::new());
    });
}

#[test]
fn a_buyer_with_an_endless_e_mail_address_is_a_customer_like_others() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        // Nothing that an index could compress.
        let mut state = 1_u64;
        let mut letter = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap())
        };
        let email: String = (0..9_000).map(|_| letter()).collect::<String>() + "@example.org";
        let first = buy_as(&world, &erp, 1000, "Bonn", &email);
        let again = buy_as(&world, &erp, 1000, "Rome", &email);
        assert_eq!(first.must("customer_number"), again.must("customer_number"));
        let shown = again.must("email");
        assert!(shown.chars().count() == 255 && shown.ends_with('…'), "{shown}");
    });
}
