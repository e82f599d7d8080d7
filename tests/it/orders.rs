//! Order calls, from outside: a buyer buys in the sandbox, the ERP works with the order on both faces.

use crate::world::{Database, World, databases, eventually};

/// Puts ten mugs on offer in the sandbox.
pub(crate) fn open_shop(world: &World) {
    world.connect("updateItems", "<request method=\"updateItems\" version=\"1.0.0\"><item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Mug</identifier><internal_item_number>MUG</internal_item_number><tax_type_id>3</tax_type_id></item></request>");
    world.connect("updatePricelist", "<request method=\"updatePricelist\" version=\"1.0.0\"><pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><full_import>false</full_import><iso_currency>EUR</iso_currency><rounding_id>1</rounding_id><validities><validity><prices><entry item_nr=\"MUG\" price=\"12.50\"/></prices></validity></validities></pricelist></request>");
    world.connect("updateStockCount", "<request method=\"updateStockCount\" version=\"1.0.0\"><item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><stock_items><stock_item><mandator_id>1</mandator_id><warehouse_code>standard</warehouse_code><stock_count>10</stock_count><absolute>true</absolute></stock_item></stock_items></item></request>");
    let prepared = world.connect("prepareOffers", "<request method=\"prepareOffers\" version=\"1.0.0\"><offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number></offer></request>");
    let offer = value(&prepared, "offer_id");
    let uploaded = world.connect("uploadOffers", &format!("<request method=\"uploadOffers\" version=\"1.0.0\"><offers><offer_id>{offer}</offer_id></offers><process_synchronous>true</process_synchronous></request>"));
    assert!(uploaded.contains("return_code=\"0\"") && !uploaded.contains("return_code=\"-"), "{uploaded}");
    eventually("the listing", || shown(world, 10));
}

fn shown(world: &World, pieces: i64) -> Result<(), String> {
    let offer = world.sandbox_get("/offers/MUG");
    if offer["quantity"] == pieces { Ok(()) } else { Err(offer.to_string()) }
}

pub(crate) fn buy(world: &World, pieces: i32) -> String {
    let order = world.sandbox(
        "/orders",
        &serde_json::json!({
            "email": "ada@example.org", "lines": [{"sku": "MUG", "quantity": pieces}],
            "address": {"first_name": "Ada", "last_name": "Lovelace", "city": "Bonn", "country_code_iso": "DE"}
        }),
    );
    order["order_id"].as_str().unwrap().to_owned()
}

pub(crate) fn sync(world: &World) {
    let answer = world.connect("syncPlatformOrders", "<request method=\"syncPlatformOrders\" version=\"1.0.0\"><accounts><account_id>1000</account_id></accounts><process_synchronous>true</process_synchronous></request>");
    assert!(answer.contains("return_code=\"0\"") && !answer.contains("pending_changes"), "{answer}");
}

fn fetch(world: &World, conditions: &str) -> String {
    world.connect("fetchOrders", &format!("<request method=\"fetchOrders\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/>{conditions}</filter><use_modification_context_filter>false</use_modification_context_filter><orders_per_page>20</orders_per_page><page>1</page></request>"))
}

const NOT_EXPORTED: &str = "<export_date filter_method=\"IS\" filter_value=\"NULL\"/>";

/// The text of the first element of this name.
fn value(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split_once('<').unwrap().0.to_owned()
}

fn status(world: &World, inner: &str) -> String {
    world.connect("updateOrderStatus", &format!("<request method=\"updateOrderStatus\" version=\"1.0.0\">{inner}</request>"))
}

fn stock(world: &World) -> String {
    let answer = world.connect("fetchStockCount", "<request method=\"fetchStockCount\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter></request>");
    value(&answer, "stock_count")
}

#[test]
fn an_order_goes_from_the_buyer_to_the_erp_and_its_shipment_back() {
    for database in databases() {
        let world = World::demo(database);
        open_shop(&world);
        let bought = buy(&world, 2);
        sync(&world);
        let found = fetch(&world, NOT_EXPORTED);
        assert!(found.contains("total_records=\"1\""), "{database:?}: {found}");
        assert_eq!(value(&found, "marketplace_order_id"), bought);
        assert_eq!(value(&found, "internal_item_number"), "MUG");
        assert_eq!(value(&found, "order_number_prefix"), "SB-");
        let number = value(&found, "order_number");
        let answer = world.connect("updateOrders", &format!("<request method=\"updateOrders\" version=\"1.0.0\"><order significant_key=\"order_number_and_prefix\" reference_id=\"r1\"><mandator_id>1</mandator_id><order_number_prefix>SB-</order_number_prefix><order_number>{number}</order_number><external_order_number_1>ERP-1</external_order_number_1><marketplace_order_id></marketplace_order_id><order_notices><order_notice delete=\"false\"><text>gift</text><notice_type>10</notice_type></order_notice></order_notices><order_tags><order_tag><tag_identifier>B2B</tag_identifier></order_tag></order_tags></order></request>"));
        assert!(
            answer.contains("return_code=\"0\"") && answer.contains("reference_id=\"r1\"") && answer.contains("action=\"update\""),
            "{answer}"
        );
        assert_eq!(value(&answer, "marketplace_order_id"), bought);
        let key = "<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id><external_order_number_1>ERP-1</external_order_number_1>";
        for event in ["FETCHED", "PAID"] {
            let answer = status(&world, &format!("{key}<status>{event}</status></order>"));
            assert!(answer.contains("return_code=\"0\""), "{answer}");
        }
        assert!(fetch(&world, NOT_EXPORTED).contains("total_records=\"0\""));
        let packet = "<shipping_informations><shipping_information><tracking_number>JJD1</tracking_number><shipping_provider_identifier>DHL</shipping_provider_identifier><shipping_date>2020-11-27T10:00:00</shipping_date></shipping_information></shipping_informations>";
        let shipment = format!("{key}<status>SHIPPED</status>{packet}</order>");
        status(&world, &shipment);
        assert_eq!(stock(&world), "8");
        let told = eventually("the shipment", || {
            let order = world.sandbox_get(&format!("/orders/{bought}"));
            if order["status"] == "shipped" { Ok(order) } else { Err(order.to_string()) }
        });
        assert_eq!(told["packets"][0]["tracking_number"], "JJD1", "{told}");
        assert_eq!(told["packets"][0]["carrier"], "dhl", "mapped by the dispatcher: {told}");
        eventually("the quantity", || shown(&world, 8));
        // What the ERP repeats after a time-out, and what the channel repeats, changes nothing.
        status(&world, &shipment);
        sync(&world);
        let done =
            fetch(&world, "<order_tags filter_method=\"IN\"><filter_values><filter_value>B2B</filter_value></filter_values></order_tags>");
        assert_eq!(value(&done, "order_status_identifier"), "Shipped/Done");
        assert_eq!(done.matches("<packet>").count(), 1, "{done}");
        assert_eq!(done.matches("<order_notice>").count(), 1, "{done}");
        assert!(done.contains("<shipping_date>2020-11-27T10:00:00.000+01:00</shipping_date>"), "{done}");
        assert_eq!(stock(&world), "8");
    }
}

#[test]
fn a_poll_is_asked_for_again_by_the_same_document() {
    let world = World::demo(Database::Sqlite);
    open_shop(&world);
    for _ in 0..2 {
        let bought = buy(&world, 1);
        sync(&world);
        assert!(fetch(&world, "").contains(&bought));
    }
}

#[test]
fn the_typed_face_fetches_updates_and_sells() {
    let world = World::demo(Database::Sqlite);
    open_shop(&world);
    let sale = "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>T-1</externalOrderNumber1><currencyCodeIso>EUR</currencyCodeIso><subChannelId>4100</subChannelId><paymentMethodId>8</paymentMethodId><customer><email>ada@example.org</email></customer><deliveryAddress><city>Bonn</city></deliveryAddress><orderItems><item><internalItemNumber>MUG</internalItemNumber><quantity>3</quantity><price>12.5</price></item></orderItems></item></orders>";
    let answer = world.typed("updateOrders", sale);
    assert!(answer.contains("<returnCode>0</returnCode>") && answer.contains("<action>INSERT</action>"), "{answer}");
    eventually("the reservation", || shown(&world, 7));
    let answer = world.typed("updateOrderStatus", "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>T-1</externalOrderNumber1><status>CANCELED</status></item></orders>");
    assert!(answer.contains("<returnCode>0</returnCode>"), "{answer}");
    eventually("the release", || shown(&world, 10));
    let filters = "<filters><item><mandatorId><value>1</value></mandatorId><externalOrderNumber1><values><item>T-1</item><item>T-2</item></values></externalOrderNumber1><lastChanged><from>2020-01-01T00:00:00Z</from></lastChanged></item></filters>";
    let found = world.typed("fetchOrders", filters);
    for part in [
        "<totalRecords>1</totalRecords>",
        "<workflow>CASH_ON_DELIVERY</workflow>",
        "<orderStatusIdentifier>Cancelled</orderStatusIdentifier>",
        "<subChannelIdentifier>Telefonverkauf</subChannelIdentifier>",
        "<city>Bonn</city>",
        "<price>12.50</price>",
    ] {
        assert!(found.contains(part), "{part}: {found}");
    }
    let refused = world.typed("updateOrderStatus", "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>T-1</externalOrderNumber1><status>SHIPPED</status></item></orders>");
    assert!(refused.contains("<returnCode>-5003</returnCode>") && refused.contains("Cancelled"), "{refused}");
}
