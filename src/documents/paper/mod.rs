//! The papers that Kontor makes: what is where on them.

mod delivery;
mod invoice;
mod sheet;

pub(crate) use delivery::DeliveryNote;

use super::{cii, pdf};
use crate::domain::Failure;
use crate::domain::invoice::Invoice;

/// The PDF of an invoice or credit note, with the same as data in it.
///
/// # Errors
/// `INTERNAL`.
pub(crate) fn invoice(invoice: &Invoice) -> Result<Vec<u8>, Failure> {
    let enclosure = pdf::Enclosure { name: cii::FILE_NAME, content: cii::write(invoice) };
    let pages = self::invoice::pages(invoice);
    pdf::write(&sheet::about(&invoice.number, &invoice.seller.name, invoice.language(), invoice.issued), &pages, Some(&enclosure))
}

/// The PDF of a delivery note.
///
/// # Errors
/// `INTERNAL`.
pub(crate) fn delivery_note(note: &DeliveryNote) -> Result<Vec<u8>, Failure> {
    let pages = delivery::pages(note);
    pdf::write(&sheet::about(&note.number, &note.seller.name, note.language, note.issued), &pages, None)
}

#[cfg(test)]
mod tests;
