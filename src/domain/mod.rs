//! Pure rules and values: no I/O, no clock, no XML, no SQL.

pub mod decimal;
pub mod failure;
pub mod language;
pub mod message;
mod numbered;
pub mod offer;
pub mod order;
pub mod outbox;
pub mod patience;
pub mod price;
pub mod rate;
pub mod stock;
pub mod template;
pub mod text;
pub mod time;

pub use decimal::{Decimal, Unread};
pub use failure::{Code, Failure, code};
pub use language::Language;
pub use patience::Patience;
pub use time::Stamp;
