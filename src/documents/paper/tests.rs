use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::*;
use crate::documents::cii;
use crate::documents::pdf::{Mark, Page};
use crate::domain::invoice::{Bill, Charge, ExtraKind, Goods, InvoiceKind, Seller, draw};
use crate::domain::order::Address;
use crate::domain::{Decimal, Language, OrderItemId};

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).expect("an amount")
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// An invoice of so many positions, with postage and a voucher.
fn invoice_of(positions: i32) -> Invoice {
    let day = NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day");
    let head = Invoice {
        version: Default::default(),
        kind: InvoiceKind::Invoice,
        number: "RE-2026-1".into(),
        issued: day,
        delivered: Some(day),
        due: Some(day),
        german: true,
        currency: "EUR".into(),
        decimals: 2,
        order_number: "S-1 & <2>".into(),
        ordered: Some(day),
        customer_number: Some(10_000),
        seller: Seller { name: "Händler GmbH".into(), country: "DE".into(), vat_id: some("DE1"), iban: some("DE02"), ..Seller::default() },
        buyer: Address { last_name: some("Müßiggänger"), country_code_iso: some("de"), ..Address::default() },
        buyer_email: None,
        delivery: None,
        buyer_vat_id: None,
        net: false,
        lines: Vec::new(),
        extras: Vec::new(),
        taxes: Vec::new(),
        rounding: 0,
        total: 0,
        paid: false,
        payment_method: None,
        corrects: None,
    };
    let goods = (1..=positions).map(|id| Goods {
        order_item_id: OrderItemId(id),
        item_number: some("MUG-BL"),
        name: format!("Becher {id} mit einem Namen, der länger ist als die Spalte, in der er steht"),
        quantity: 2,
        price: amount("1029.95"),
        tax_rate: Some(amount(if id % 2 == 0 { "7" } else { "19" })),
    });
    let charge = |kind, text: &str| Charge { kind, code: some("SOMMER"), amount: amount(text), tax_rate: None };
    let charges = vec![charge(ExtraKind::Postage, "4.90"), charge(ExtraKind::Voucher, "10")];
    draw(Bill { head, goods: goods.collect(), charges, total: None, expected: Decimal::ZERO }).expect("an invoice")
}

fn texts(pages: &[Page]) -> Vec<&str> {
    let marks = pages.iter().flat_map(|page| &page.marks);
    marks.filter_map(|mark| if let Mark::Text { text, .. } = mark { Some(text.as_str()) } else { None }).collect()
}

#[test]
fn an_invoice_shows_its_sums_and_goes_on_over_pages() {
    let invoice = invoice_of(60);
    let pages = super::invoice::pages(&invoice);
    assert!(pages.len() > 2, "{}", pages.len());
    let texts = texts(&pages);
    for expected in
        ["Rechnung RE-2026-1", "1.029,95", "2.059,90", "Gutschein SOMMER", "Zahlbar bis 30.11.2026 ohne Abzug.", "Seite 1/5", "Müßiggänger"]
    {
        assert!(texts.contains(&expected), "{expected} is not in {texts:?}");
    }
    let total = crate::documents::words::money(invoice.amount(invoice.total), 2, Language::De);
    assert!(texts.contains(&format!("{total} EUR").as_str()), "{total}");
    assert_eq!(texts.iter().filter(|text| **text == "Einzelpreis").count(), pages.len(), "each page has the titles of the table");
}

#[test]
fn nothing_is_outside_the_page() {
    for page in super::invoice::pages(&invoice_of(60)) {
        for mark in page.marks {
            let (Mark::Text { x, y, .. } | Mark::Line { to: (x, y), .. } | Mark::Box { x, y, .. }) = mark;
            assert!((50.0..560.0).contains(&x) && (20.0..830.0).contains(&y), "{x} {y}");
        }
    }
}

#[test]
fn the_same_invoice_gives_the_same_file_with_its_data_in_it() {
    let invoice = invoice_of(2);
    let file = super::invoice(&invoice).expect("a PDF");
    assert_eq!(super::invoice(&invoice).expect("a PDF"), file);
    let text = String::from_utf8_lossy(&file);
    for expected in ["%PDF-1.7", "<fx:DocumentFileName>factur-x.xml<", "<pdfaid:part>3<", "/AFRelationship/Alternative", "/Prev "] {
        assert!(text.contains(expected), "{expected}");
    }
    assert!(text.trim_end().ends_with("%%EOF"));
    let data = cii::write(&invoice);
    assert!(data.contains("<ram:IssuerAssignedID>S-1 &amp; &lt;2&gt;<") && data.contains("<ram:CountryID>DE<"), "{data}");
}

/// What is open is closed, in order.
#[test]
fn the_data_are_well_formed() {
    let data = cii::write(&invoice_of(3));
    let limits = crate::xml::Limits { depth: 20, attributes: 10, name_bytes: 100, elements: 10_000, entries: usize::MAX };
    let document = crate::xml::Document::parse(&data, &limits).expect("XML");
    let names: BTreeSet<&str> = document.nodes().map(|node| node.name()).collect();
    assert!(names.contains("GrandTotalAmount") && names.contains("SpecifiedTradeAllowanceCharge"), "{names:?}");
}

#[test]
fn a_delivery_note_has_no_prices() {
    let invoice = invoice_of(1);
    let note = DeliveryNote {
        number: "LS-1".into(),
        issued: invoice.issued,
        language: Language::En,
        seller: invoice.seller.clone(),
        address: invoice.buyer.clone(),
        order_number: "1".into(),
        ordered: None,
        customer_number: None,
        tracking_numbers: vec!["0034".into()],
        lines: vec![crate::domain::order_document::DeliveryLine { item_number: None, name: "Mug".into(), quantity: 7 }],
    };
    let pages = super::delivery::pages(&note);
    let texts = texts(&pages);
    assert!(texts.contains(&"Delivery note LS-1") && texts.contains(&"7") && texts.contains(&"Tracking number: 0034"), "{texts:?}");
    assert!(super::delivery_note(&note).expect("a PDF").starts_with(b"%PDF-"));
}
