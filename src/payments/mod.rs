//! Payments: reading statements and reports of payment services, recognising what was imported before, and finding the orders
//! that were paid. `docs/PAYMENTS.md` describes the rules.
//!
//! `file`, `camt`, `mt940` and `paypal` read, `keys`, `numbers` and `matching` decide; none of them touches a database.
//! `book` stores, and moves orders on.

mod again;
mod assign;
mod book;
mod camt;
mod file;
mod folder;
mod import;
mod keys;
mod matching;
mod mt940;
mod numbers;
mod orders;
mod paypal;
mod returns;
mod share;
mod statement;

pub(crate) use again::{look_again, renew};
pub(crate) use assign::{assign, of_currency, set_apart, take_back};
pub(crate) use book::{Booked, Booking, book, settle};
pub(crate) use file::{MOST_BYTES, read};
pub(crate) use folder::Folder;
pub(crate) use import::{Import, ImportError, Imported, import};
pub(crate) use keys::{of_entry, of_report, of_transaction};
pub(crate) use numbers::iban_fault;
pub(crate) use orders::Debts;
