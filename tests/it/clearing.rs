//! Clearing what an update may clear, on both faces: texts by an empty element, numbers, times and lists on the typed face by name.

use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::World;

fn update(erp: &Erp, compat: &str, typed: &str) -> Element {
    let key = "<external_order_number_1>E-1</external_order_number_1>";
    erp.call(
        "updateOrders",
        &format!("<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id>{key}{compat}</order>"),
        &format!(
            "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>E-1</externalOrderNumber1>{typed}</item></orders>"
        ),
    )
}

fn code(answer: &Element) -> &str {
    answer.having("return_code")[0].must("return_code")
}

fn shown(erp: &Erp) -> Element {
    let answer = erp.done(
        "fetchOrders",
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
        "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
    );
    answer.having("order_status_id")[0].clone()
}

#[test]
fn a_time_a_number_and_a_list_are_cleared_on_both_faces() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let sale = update(
            &erp,
            "<sub_channel_id>4100</sub_channel_id><currency_code_iso>EUR</currency_code_iso><shipping_charge>4.90</shipping_charge><export_date>2026-01-02T03:04:05Z</export_date><coupons><coupon><coupon_code>SAVE5</coupon_code><coupon_amount>5</coupon_amount></coupon></coupons><customer><email>ada@example.org</email></customer><order_items><order_item><identifier>Service</identifier><quantity>1</quantity><price>10</price></order_item></order_items>",
            "<exportDate>2026-01-02T03:04:05Z</exportDate><shippingCharge>4.90</shippingCharge><coupons><item><couponCode>SAVE5</couponCode><couponAmount>5</couponAmount></item></coupons><currencyCodeIso>EUR</currencyCodeIso><subChannelId>4100</subChannelId><customer><email>ada@example.org</email></customer><orderItems><item><identifier>Service</identifier><quantity>1</quantity><price>10</price></item></orderItems>",
        );
        assert_eq!(code(&sale), "0", "{sale:?}");
        let values = || {
            let order = shown(&erp);
            (order.get("export_date").is_some(), order.get("shipping_charge").map(str::to_owned), order.having("coupon_code").len())
        };
        // A client that writes empty elements for what it never set clears nothing on the typed face.
        update(&erp, "<note/>", "<note/><exportDate/><shippingCharge/><coupons/>");
        assert_eq!(values(), (true, Some("4.90".to_owned()), 1));
        let cleared = update(
            &erp,
            "<export_date/><shipping_charge/><coupons/>",
            "<clearFields><item>exportDate</item><item>shippingCharge</item><item>coupons</item></clearFields>",
        );
        assert_eq!((code(&cleared), values()), ("0", (false, None, 0)), "{cleared:?}");
    });
}

#[test]
fn a_name_that_cannot_be_cleared_or_has_a_value_is_refused() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        for (compat, typed, expected) in [
            ("<clear_fields><field>order_id</field></clear_fields>", "<clearFields><item>orderId</item></clearFields>", "-3007"),
            (
                "<note>x</note><clear_fields><field>note</field></clear_fields>",
                "<note>x</note><clearFields><item>note</item></clearFields>",
                "-3044",
            ),
        ] {
            let answer = update(&erp, compat, typed);
            assert_eq!(code(&answer), expected, "{answer:?}");
        }
    });
}
