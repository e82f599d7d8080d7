//! Pure rules and values: no I/O, no clock, no XML, no SQL.

pub mod category;
pub mod decimal;
pub mod digest;
pub mod document;
pub mod failure;
pub mod hex;
mod ids;
pub mod item;
pub mod language;
pub mod layout;
pub mod limits;
pub mod lookup;
pub mod message;
pub mod money;
pub mod names;
mod numbered;
pub mod offer;
pub mod order;
pub mod outbox;
mod patch;
pub mod patience;
pub mod price;
pub mod rate;
pub mod stock;
pub mod template;
pub mod time;
pub mod wording;

pub use decimal::{Decimal, Unread};
pub use failure::{Code, Failure, code};
pub use ids::{ItemId, OrderId, OrderItemId};
pub use language::Language;
pub use money::{Currency, Money};
pub use patch::{Bundle, Patch};
pub use patience::Patience;
pub use time::Stamp;
pub use wording::{AllOf, AnyOf, Face, FieldName, Place, Quote, Reader, Worded};
