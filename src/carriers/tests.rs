use std::time::Duration;

use super::registry::names;
use super::*;
use crate::config::fixture;
use crate::domain::order::Address;

fn shipment(city: &str) -> Shipment {
    let to = Address { last_name: Some("Muster".into()), city: Some(city.into()), ..Address::default() };
    Shipment { to, weight_grams: 500, with_return: true, ..Shipment::default() }
}

fn sandbox() -> Box<dyn Carrier> {
    build(&fixture::carrier("sandbox"), Duration::from_secs(1)).expect("a carrier").called()
}

#[test]
fn an_unknown_carrier_is_answered_with_the_known_ones() {
    let fault = check(&fixture::carrier("ups")).expect_err("unknown").to_string();
    assert!(fault.contains("\"ups\" is unknown") && names().iter().all(|name| fault.contains(name)), "{fault}");
}

#[test]
fn a_reference_has_one_label_however_often_it_is_asked_for() {
    let carrier = sandbox();
    let Ok(Made::Label(label)) = carrier.make("K1-000001", &shipment("Köln")) else { panic!("no label") };
    assert_eq!(carrier.find("K1-000001"), Ok(Found::Label(label.clone())));
    assert_eq!(label.papers.len(), 2, "label and return label");
    assert_ne!(Some(&label.tracking_number), label.return_number.as_ref());
    assert_eq!(carrier.find("K1-000002"), Ok(Found::Nothing));
    assert_eq!(carrier.cancel("K1-000001", &label.tracking_number), Ok(None));
    assert_eq!(carrier.find("K1-000001"), Ok(Found::Nothing));
}

#[test]
fn bad_days_are_in_the_address() {
    let carrier = sandbox();
    assert!(matches!(carrier.make("A", &shipment("Refuse")), Ok(Made::Refused(_))));
    assert!(matches!(carrier.make("B", &shipment("Down")), Err(CarrierError::NotReached(_))));
    assert!(matches!(carrier.make("B", &shipment("Down")), Ok(Made::Label(_))));
    assert!(matches!(carrier.make("C", &shipment("Lose")), Err(CarrierError::Unclear(_))));
    assert!(matches!(carrier.find("C"), Ok(Found::Label(_))), "the answer was lost, not the label");
}
