//! Documents of orders: the papers that Kontor makes itself.

mod cii;
pub(crate) mod label;
mod paper;
mod pdf;
mod words;

pub(crate) use paper::{DeliveryNote, delivery_note, invoice};
