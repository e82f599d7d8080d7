//! Delivery notes: what is in a package, or what left in all.

use chrono::NaiveDate;

use super::sheet::{Column, Head, Sheet, known, written};
use crate::documents::pdf::Page;
use crate::documents::words;
use crate::domain::Language;
use crate::domain::invoice::Seller;
use crate::domain::order::Address;
use crate::domain::order_document::DeliveryLine;

/// What is on a delivery note.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryNote {
    pub(crate) number: String,
    pub(crate) issued: NaiveDate,
    pub(crate) language: Language,
    pub(crate) seller: Seller,
    pub(crate) address: Address,
    pub(crate) order_number: String,
    pub(crate) ordered: Option<NaiveDate>,
    pub(crate) customer_number: Option<i32>,
    pub(crate) tracking_numbers: Vec<String>,
    pub(crate) lines: Vec<DeliveryLine>,
}

pub(super) fn pages(note: &DeliveryNote) -> Vec<Page> {
    let words = words::of(note.language);
    let facts = known(vec![
        (words.number, Some(note.number.clone())),
        (words.date, written(Some(note.issued), note.language)),
        (words.order, Some(note.order_number.clone())),
        (words.ordered, written(note.ordered, note.language)),
        (words.customer, note.customer_number.map(|number| number.to_string())),
    ]);
    let address = words::envelope(&note.address, &note.seller.country);
    let title = format!("{} {}", words.delivery_note, note.number);
    let mut sheet = Sheet::new(&Head { seller: &note.seller, address, title, facts });
    let columns = [
        Column { title: words.position, at: 25.0, right: false },
        Column { title: words.item, at: 34.0, right: false },
        Column { title: words.quantity, at: 190.0, right: true },
    ];
    let rows = note.lines.iter().zip(1..).map(|(line, number)| {
        let name = line.item_number.as_ref().map_or_else(|| line.name.clone(), |item| format!("{}\n{item}", line.name));
        vec![number.to_string(), name, line.quantity.to_string()]
    });
    sheet.table(&columns, (1, 130.0), &rows.collect::<Vec<_>>());
    if !note.tracking_numbers.is_empty() {
        sheet.paragraph(&format!("{}: {}", words.tracking, note.tracking_numbers.join(", ")));
    }
    sheet.finish(&note.seller, words)
}
