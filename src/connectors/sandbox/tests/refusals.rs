//! What no shop takes.

use serde_json::json;

use super::{World, new_offer};
use crate::connectors::{CouponRecord, Outcome, Record, Transfer};
use crate::domain::Decimal;
use crate::domain::coupon::{Coupon, CouponKind};

fn refused(world: &World, path: &str, body: &str, word: &str) {
    let (status, answer) = world.ask("POST", path, body);
    assert_eq!(status, 400, "{path} {body}: {answer}");
    assert!(answer.to_string().contains(word), "{path} {body}: {answer}");
}

#[test]
fn nobody_lists_by_hand_what_no_buyer_could_buy() {
    let world = World::new("");
    world.submit(&new_offer("A", 5));
    let (_, before) = world.ask("GET", "/offers/A", "");
    for (body, word) in [
        (r#"{"sku":""}"#, "sku"),
        (r#"{"price":"-1"}"#, "price"),
        (r#"{"price":"0"}"#, "price"),
        (r#"{"price":"1.005"}"#, "2 decimals"),
        (r#"{"quantity":-5}"#, "quantity"),
        (r#"{"title":" "}"#, "title"),
    ] {
        refused(&world, "/offers/A", body, word);
    }
    assert_eq!(world.ask("GET", "/offers/A", "").1, before, "nothing changed");
    refused(&world, "/orders", r#"{"lines":[{"sku":"A","quantity":-1}],"unchecked":true}"#, "quantity");
}

#[test]
fn a_fault_that_says_nothing_or_means_nothing_is_refused_with_an_example_of_that_fault() {
    let world = World::new("");
    refused(&world, "/faults", r#"{"forbid":["nothing:here"]}"#, "orders:write");
    refused(&world, "/faults", r#"{"tasks":{}}"#, "polls");
    refused(&world, "/faults", r#"{"html":{"call":1}}"#, r#"{\"html\":{\"calls\":1}}"#);
    refused(&world, "/faults", r#"{"expire":{"rows":"x"},"die":{}}"#, r#"{\"expire\":"#);
    refused(&world, "/faults", "nonsense", r#"{\"throttle\":"#);
    assert_eq!(world.ask("GET", "/faults", "").1["forbid"], json!([]));
}

fn coupon(currency: Option<&str>) -> Transfer {
    let coupon = Coupon {
        kind: Some(CouponKind::Amount),
        value: Decimal::parse("5.00"),
        currency_code_iso: currency.map(str::to_owned),
        ..Coupon::default()
    };
    Transfer {
        external_number: None,
        record: Record::Coupon(CouponRecord { code: "SAVE5".to_owned(), coupon, from: None, until: None, language: "en".to_owned() }),
    }
}

#[test]
fn a_coupon_in_a_currency_that_the_shop_does_not_sell_for_is_refused_and_amounts_are_written_as_people_do() {
    let world = World::new("currencies = [\"EUR\"]");
    let Outcome::Refused(message) = world.connector.transfer(&coupon(Some("CHF"))).unwrap() else { panic!("taken") };
    assert_eq!(message.code(), "CURRENCY");
    assert!(matches!(world.connector.transfer(&coupon(Some("EUR"))).unwrap(), Outcome::Done { .. }));
    let (_, answer) = world.ask("GET", "/coupons", "");
    assert_eq!((answer["coupons"][0]["code"].as_str(), answer["coupons"][0]["coupon"]["value"].as_str()), (Some("SAVE5"), Some("5.00")));
}
