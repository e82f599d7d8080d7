//! Documents of orders: their files, and the papers that Kontor makes itself.

mod cii;
mod folder;
mod paper;
mod pdf;
mod words;

pub(crate) use folder::{Folder, checksum, sweep};
pub(crate) use paper::{DeliveryNote, delivery_note, invoice};
