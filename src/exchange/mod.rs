//! Documents of the platform independent XML exchange, which we write and a partner reads. `platform-offer-xml.md`.
//!
//! This is the one place of yaserde: the structures are the documents. What comes from the network is read by
//! [`crate::xml`] instead, which has limits and positions.

mod document;
mod gather;
#[cfg(test)]
mod tests;

pub(crate) use document::Offers;
pub(crate) use gather::offers_of;

use yaserde::ser::{Config, to_string_with_config};

/// The document as text, indented, with the XML declaration.
///
/// # Errors
/// One line: the character that XML cannot hold.
pub(crate) fn to_xml(offers: &Offers) -> Result<String, String> {
    let config = Config { perform_indent: true, write_document_declaration: true, indent_string: None };
    let mut text = to_string_with_config(offers, &config).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}
