//! The documents of the platform independent XML exchange: OfferExport and OrderExport, which we write, and OrderImport, which we
//! read (`platform-offer-xml.md`, `platform-order-xml.md`). `docs/channels/exchange.md` lists their elements.
//!
//! This is the one place of yaserde: the structures are the documents that we write. What somebody else wrote is read by
//! [`crate::xml`] instead, which has limits and positions.

mod addresses;
mod fields;
mod offers;
mod order_export;
mod order_import;
#[cfg(test)]
mod tests;

pub(crate) use fields::Fault;
pub(crate) use offers::{Attribute, Attributes, Images, Offer, Offers, Pricelist, Prices};
pub(crate) use order_export::{CreditEntries, CreditEntry, Document, Documents, Items, Order, OrderItem, Orders, Packet, Packets};
pub(crate) use order_import::{ImportedOrder, KEYS, Keys, Reading, read_orders};

use yaserde::YaSerialize;
use yaserde::ser::{Config, to_string_with_config};

use crate::domain::limits::is_xml_char;

/// A whole document as text, indented, with the XML declaration.
///
/// # Errors
/// One line: the character that XML cannot hold.
pub(crate) fn to_xml(document: &impl YaSerialize) -> Result<String, String> {
    write(document, true)
}

/// One entry of a document that is written entry by entry: without the declaration.
///
/// # Errors
/// As [`to_xml`].
pub(crate) fn entry(document: &impl YaSerialize) -> Result<String, String> {
    write(document, false)
}

fn write(document: &impl YaSerialize, whole: bool) -> Result<String, String> {
    let config = Config { perform_indent: true, write_document_declaration: whole, indent_string: None };
    let mut text = to_string_with_config(document, &config).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}

/// Without the characters that XML forbids.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| is_xml_char(*c)).collect()
}
