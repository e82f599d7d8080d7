//! Tags, shipping providers and dispatch types: only listed tags are set, and each channel gets its own word.

use kontor::operations::Face;

use crate::config::{Config, Shop};
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, databases, eventually};

/// The answer of an operation whose request is given in both styles.
fn call(world: &World, face: Face, operation: &str, compat: &str, typed: &str) -> Element {
    Element::parse(&match face {
        Face::Compat => world.connect(operation, &format!("<request method=\"{operation}\" version=\"1.0.0\">{compat}</request>")),
        Face::Typed => world.typed(operation, typed),
    })
}

/// A phone sale of one piece under the ERP's number, with these fields.
fn sell(world: &World, face: Face, number: &str, compat: &str, typed: &str) {
    let compat = format!(
        "<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id><external_order_number_1>{number}</external_order_number_1>{compat}<sub_channel_id>4100</sub_channel_id><order_items><order_item><identifier>Service</identifier><quantity>1</quantity><price>10</price></order_item></order_items></order>"
    );
    let typed = format!(
        "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>{number}</externalOrderNumber1>{typed}<subChannelId>4100</subChannelId><orderItems><item><identifier>Service</identifier><quantity>1</quantity><price>10</price></item></orderItems></item></orders>"
    );
    let answer = call(world, face, "updateOrders", &compat, &typed);
    assert_eq!(answer.having("return_code")[0].must("return_code"), "0", "{answer:?}");
}

/// Sets or removes a tag of an order; gives the report.
fn tag(world: &World, face: Face, number: &str, name: &str, delete: bool) -> Element {
    let compat = format!(
        "<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id><external_order_number_1>{number}</external_order_number_1><sub_channel_id>4100</sub_channel_id><order_tags><order_tag delete=\"{delete}\"><tag_identifier>{name}</tag_identifier></order_tag></order_tags></order>"
    );
    let typed = format!(
        "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>{number}</externalOrderNumber1><subChannelId>4100</subChannelId><orderTags><item><remove>{delete}</remove><tagIdentifier>{name}</tagIdentifier></item></orderTags></item></orders>"
    );
    call(world, face, "updateOrders", &compat, &typed)
}

/// Tags of the orders that have this tag.
fn tags(world: &World, face: Face, name: &str) -> Vec<String> {
    let compat = format!(
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><order_tags filter_method=\"IN\"><filter_values><filter_value>{name}</filter_value></filter_values></order_tags></filter>"
    );
    let typed =
        format!("<filters><item><mandatorId><value>1</value></mandatorId><orderTags><value>{name}</value></orderTags></item></filters>");
    let found = call(world, face, "fetchOrders", &compat, &typed);
    found.having("tag_identifier").into_iter().map(|tag| tag.must("tag_identifier").to_owned()).collect()
}

fn known_tags(world: &World, face: Face) -> Vec<String> {
    let filter = (
        "<filter><custom_tag filter_value=\"true\" allow_null=\"false\"/></filter>",
        "<filters><item><customTag><value>true</value></customTag></item></filters>",
    );
    let found = call(world, face, "fetchOrderTags", filter.0, filter.1);
    found.having("tag_id").into_iter().map(|tag| tag.must("tag_identifier").to_owned()).collect()
}

#[test]
fn an_order_names_its_shipping_provider_by_id_or_by_any_word() {
    everywhere(|database, face| {
        let world = World::configured(database, &(Config::default().text() + LISTS));
        for (compat, typed, id, name) in [
            ("<shipping_provider>1</shipping_provider>", "<shippingProvider>1</shippingProvider>", Some("1"), "DHL"),
            (
                "<shipping_provider_identifier>DHL_ext</shipping_provider_identifier>",
                "<shippingProviderIdentifier>DHL_ext</shippingProviderIdentifier>",
                Some("1"),
                "DHL",
            ),
            (
                "<shipping_provider_identifier>Bike</shipping_provider_identifier>",
                "<shippingProviderIdentifier>Bike</shippingProviderIdentifier>",
                None,
                "Bike",
            ),
        ] {
            let key = format!("{name} {}", compat.len());
            sell(&world, face, &key, compat, typed);
            let compat = format!(
                "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><external_order_number_1 filter_method=\"=\" filter_value=\"{key}\"/></filter>"
            );
            let typed = format!(
                "<filters><item><mandatorId><value>1</value></mandatorId><externalOrderNumber1><value>{key}</value></externalOrderNumber1></item></filters>"
            );
            let found = call(&world, face, "fetchOrders", &compat, &typed);
            let order = found.having("shipping_provider_identifier")[0];
            assert_eq!((order.get("shipping_provider"), order.must("shipping_provider_identifier")), (id, name), "{order:?}");
        }
    });
}

const TAGS: &str =
    "[[order_tags]]\ntag_id = 100\nidentifier = \"Gift\"\n[[order_tags]]\ntag_id = 101\nidentifier = \"Fair\"\nmandator_id = 2\n";

#[test]
fn orders_get_listed_tags_only_and_lose_also_those_that_left_the_list() {
    everywhere(|database, face| {
        let mut world = World::configured(database, &(Config::default().text() + TAGS));
        assert_eq!(known_tags(&world, face), ["Gift", "Fair"]);
        sell(&world, face, "T-1", "", "");
        sell(&world, face, "T-2", "", "");
        for name in ["gift", "priority"] {
            assert_eq!(tag(&world, face, "T-1", name, false).having("return_code")[0].must("return_code"), "0");
        }
        // A slip, and a tag of another company.
        for name in ["PRIORTY", "Fair"] {
            let refused = tag(&world, face, "T-2", name, false);
            let report = refused.having("return_code")[0];
            assert_eq!(report.must("return_code"), "-3007", "{refused:?}");
            let text = report.must("error_description");
            assert!(text.contains(name) && text.contains("PRIORITY") && text.contains("Gift"), "{text}");
            assert_eq!(text.matches("Fair").count(), usize::from(name == "Fair"), "{text}");
        }
        assert_eq!(tags(&world, face, "Gift"), ["Gift", "PRIORITY"]);
        world.stop();
        world.reconfigure(|text| text.replace(TAGS, ""));
        world.start();
        assert!(known_tags(&world, face).is_empty());
        assert_eq!(tags(&world, face, "Gift"), ["Gift", "PRIORITY"], "the order keeps it");
        assert_eq!(tag(&world, face, "T-1", "Gift", true).having("return_code")[0].must("return_code"), "0");
        assert_eq!(tags(&world, face, "PRIORITY"), ["PRIORITY"]);
    });
}

const LISTS: &str = "[[shipping_carriers]]\nshipping_provider_id = 1\nidentifier = \"DHL\"\nexternal_id = \"dhl_ext\"\n[[dispatch_types]]\ndispatch_type_id = 4\nidentifier = \"EXPRESS\"\nexternal_id = \"x\"\n";
const SHOP: Shop = Shop { tables: "[accounts.dispatch_types]\nx = \"overnight\"\n", ..Shop::FIRST };

#[test]
fn a_channel_gets_its_own_word_for_a_provider_and_a_word_that_is_not_listed_is_passed_on_with_a_warning() {
    for database in databases() {
        let world = World::configured(database, &(Config { shops: &[SHOP], ..Config::default() }.text() + LISTS));
        Erp::on(&world, Face::Compat).list("MUG", "9.90", 5);
        let bought = world.sandbox("/orders", &serde_json::json!({ "lines": [{"sku": "MUG", "quantity": 2}], "payment": "prepayment" }));
        let bought = bought["order_id"].as_str().unwrap().to_owned();
        let key = format!(
            "<order significant_key=\"marketplace_order_id_1\"><mandator_id>1</mandator_id><marketplace_order_id_1>{bought}</marketplace_order_id_1>"
        );
        let filter = "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>";
        let orders = || call(&world, Face::Compat, "fetchOrders", filter, "");
        let position = eventually("the order", || {
            let found = orders();
            let position = found.having("order_item_id").first().map(|item| item.number("order_item_id"));
            position.ok_or_else(|| format!("{found:?}"))
        });
        let ship = |tracking: &str, words: &str| {
            let inner = format!(
                "{key}<status>SHIPPED</status><shipping_informations><shipping_information><tracking_number>{tracking}</tracking_number>{words}<contents><content><order_item_id>{position}</order_item_id><quantity>1</quantity></content></contents></shipping_information></shipping_informations></order>"
            );
            let answer = call(&world, Face::Compat, "updateOrderStatus", &inner, "");
            assert_eq!(answer.having("return_code")[0].must("return_code"), "0", "{answer:?}");
        };
        ship(
            "A1",
            "<shipping_provider_external_id>DHL_EXT</shipping_provider_external_id><dispatch_type_identifier>express</dispatch_type_identifier>",
        );
        ship("A2", "<shipping_provider_identifier>Bike</shipping_provider_identifier>");
        let packets = eventually("both shipments", || {
            let order = world.sandbox_get(&format!("/orders/{bought}"));
            if order["packets"].as_array().is_some_and(|packets| packets.len() == 2) {
                Ok(order["packets"].clone())
            } else {
                Err(order.to_string())
            }
        });
        assert_eq!((&packets[0]["carrier"], &packets[0]["dispatch_type"]), (&"dhl".into(), &"overnight".into()), "{packets}");
        assert_eq!(packets[1]["carrier"], "Bike", "{packets}");
        let found = orders();
        let words = found.having("tracking_number").into_iter().map(|packet| {
            (packet.get("shipping_provider_identifier").map(str::to_owned), packet.get("shipping_provider_external_id").map(str::to_owned))
        });
        let words: Vec<_> = words.collect();
        assert_eq!(words, [(Some("DHL".into()), Some("dhl_ext".into())), (Some("Bike".into()), None)]);
        let said = eventually("the warning", || {
            let messages = call(&world, Face::Compat, "fetchUploadMessages", filter, "");
            let text = format!("{messages:?}");
            if text.contains("SHIPPING_WORD_UNKNOWN") { Ok(text) } else { Err(text) }
        });
        assert_eq!(said.matches("SHIPPING_WORD_UNKNOWN").count(), 1, "{said}");
        assert!(said.contains("Bike"), "{said}");
    }
}
