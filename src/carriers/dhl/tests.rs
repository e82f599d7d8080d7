//! Against a double that keeps what it made, checks every field by the OpenAPI description, and has bad days.

mod double;

use std::time::Duration;

use double::{Double, Fault};

use super::*;
use crate::carriers::{build, check};
use crate::config::fixture;
use crate::domain::label::Size;
use crate::domain::order::Address;
use crate::domain::order_document::DocumentType;

fn account(url: &str) -> CarrierAccount {
    let settings = format!(
        "url = \"{url}\"\napi_key = \"key\"\nuser = \"user\"\npassword = \"secret\"\ndefault_service = \"parcel\"\n\
         return_billing_number = \"33333333330702\"\n[services]\nparcel = \"V01PAK 33333333330102\"\nsmall = \"V62KP 33333333336201\"\n"
    );
    CarrierAccount { settings: toml::from_str(&settings).expect("TOML"), ..fixture::carrier("dhl") }
}

fn address(last_name: &str, street: &str) -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        first_name: text("Jörg"),
        last_name: text(last_name),
        street: text(street),
        house_number: text("7a"),
        postal_code: text("54321"),
        city: text("Beispielburg"),
        country_code_iso: text("DE"),
        ..Address::default()
    }
}

fn shipment() -> Shipment {
    Shipment {
        from: address("Händler", "Musterweg"),
        to: address("Müßiggänger", "Probegasse"),
        weight_grams: 1_250,
        size: Some(Size { length: 300, width: 200, height: 150 }),
        ..Shipment::default()
    }
}

fn carrier(double: &Double) -> Box<dyn Carrier> {
    build(&account(&double.url()), Duration::from_secs(5)).expect("a carrier").called()
}

#[test]
fn a_label_is_made_and_given_back() {
    let double = Double::start();
    let carrier = carrier(&double);
    let Ok(Made::Label(label)) = carrier.make("K1-000001", &Shipment { with_return: true, ..shipment() }) else { panic!("no label") };
    let kinds: Vec<DocumentType> = label.papers.iter().map(|paper| paper.document_type).collect();
    assert_eq!(kinds, [DocumentType::ShippingLabel, DocumentType::ReturnLabel]);
    assert!(label.return_number.is_some());
    assert_eq!(double.made(), [("K1-000001".to_owned(), label.tracking_number.clone())]);
    assert_eq!(carrier.cancel("K1-000001", &label.tracking_number), Ok(None));
    assert!(double.made().is_empty());
    let again = carrier.cancel("K1-000001", &label.tracking_number).expect("an answer");
    assert!(again.is_some_and(|why| why.contains("unknown")));
}

#[test]
fn an_address_that_dhl_refuses_is_named() {
    let double = Double::start();
    let bad = Shipment { to: address("Muster", "REFUSE"), ..shipment() };
    let refused = carrier(&double).make("K1-000001", &bad);
    assert_eq!(refused, Ok(Made::Refused("consignee.addressStreet: unknown street".to_owned())));
}

#[test]
fn what_does_not_fit_is_refused_before_dhl_is_called() {
    let double = Double::start();
    let carrier = carrier(&double);
    let with = |change: fn(&mut Shipment)| {
        let mut shipment = shipment();
        change(&mut shipment);
        match carrier.make("K1-000001", &shipment) {
            Ok(Made::Refused(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    for (why, words) in [
        (with(|shipment| shipment.to.city = Some("x".repeat(41))), "city"),
        (with(|shipment| shipment.to.country_code_iso = Some("XX".into())), "\"XX\" is not known"),
        (with(|shipment| shipment.weight_grams = 31_501), "too heavy"),
        (with(|shipment| shipment.service = Some("express".into())), "express is not configured"),
        (with(|shipment| shipment.to.street = Some("Packstation 118".into())), "needs the buyer's post_number"),
        (with(|shipment| shipment.to.street = Some("Packstation".into())), "no number of three digits"),
        (with(|shipment| shipment.to.street = Some("Postfiliale 118".into())), "there is no"),
    ] {
        assert!(why.contains(words), "{why}");
    }
    assert_eq!(double.calls(), 0);
}

#[test]
fn a_parcel_locker_is_found_where_buyers_write_it() {
    let double = Double::start();
    let carrier = carrier(&double);
    for (street, company, pickup, post_number) in [
        ("Packstation 118", Some("1234567"), None, None),
        ("Hauptstraße", None, Some("Packstation 118"), Some("1234567")),
        ("Postfiliale 501", None, None, Some("1234567")),
    ] {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let to = Address { firm: text(company), house_number: None, ..address("Muster", street) };
        let shipment =
            Shipment { to, pickup_point: text(pickup), post_number: text(post_number), service: Some("SMALL".into()), ..shipment() };
        assert!(matches!(carrier.make("K1-000001", &shipment), Ok(Made::Label(_))), "{street}");
    }
    let last = double.last();
    assert_eq!((last["consignee"]["retailID"].as_i64(), last["consignee"]["postNumber"].as_str()), (Some(501), Some("1234567")));
    assert_eq!(last["product"], "V62KP");
}

#[test]
fn what_may_have_been_made_is_never_said_to_be_absent() {
    for (fault, unclear, made) in [
        (Fault::Status(429), false, 0),
        (Fault::Status(401), false, 0),
        (Fault::Status(503), true, 0),
        (Fault::LostAnswer, true, 1),
        (Fault::NoJson, true, 1),
    ] {
        let double = Double::start();
        double.strikes(fault);
        let error = carrier(&double).make("K1-000001", &shipment()).expect_err("a bad day");
        assert_eq!(matches!(error, CarrierError::Unclear(_)), unclear, "{fault:?}: {error}");
        assert_eq!(double.made().len(), made, "{fault:?}");
    }
    let nobody = build(&account("http://127.0.0.1:9"), Duration::from_secs(5)).expect("a carrier").called();
    assert!(matches!(nobody.make("K1-000001", &shipment()), Err(CarrierError::NotReached(_))));
    assert_eq!(nobody.find("K1-000001"), Ok(Found::Unknown), "nothing there finds a parcel by its reference");
}

#[test]
fn settings_are_checked() {
    let with = |key: &str, value: &str| {
        let mut account = account("http://127.0.0.1:9");
        account.settings.insert(key.to_owned(), toml::Value::String(value.to_owned()));
        check(&account).expect_err(key).to_string()
    };
    assert!(check(&account("https://example.com")).is_ok());
    assert!(with("url", "http://example.com").contains("https://"));
    assert!(with("apikey", "x").contains("is not a setting"));
    assert!(with("default_service", "x").contains("not one of services"));
    let mut bad = account("https://example.com");
    bad.settings.insert("services".into(), toml::Value::Table(toml::from_str("parcel = \"V01PAK\"").expect("TOML")));
    assert!(check(&bad).expect_err("no number").to_string().contains("billing number"));
}
