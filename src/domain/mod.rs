//! Pure rules and values: no I/O, no clock, no XML, no SQL.

pub(crate) mod category;
pub(crate) mod decimal;
pub(crate) mod digest;
pub(crate) mod document;
pub mod failure;
pub(crate) mod hex;
mod ids;
pub(crate) mod item;
pub(crate) mod language;
pub(crate) mod layout;
pub(crate) mod limits;
pub(crate) mod lookup;
pub mod message;
pub(crate) mod money;
pub(crate) mod names;
mod numbered;
pub(crate) mod offer;
pub(crate) mod order;
pub(crate) mod outbox;
mod patch;
pub(crate) mod patience;
pub(crate) mod price;
pub(crate) mod rate;
pub(crate) mod stock;
pub(crate) mod template;
pub(crate) mod time;
pub(crate) mod wording;

pub use decimal::{Decimal, Unread};
pub use failure::{Code, Failure, code};
pub use ids::{ItemId, OrderId, OrderItemId};
pub use language::Language;
pub use money::{Currency, Money};
pub use patch::{Bundle, Patch};
pub use patience::Patience;
pub use time::Stamp;
pub use wording::{AllOf, AnyOf, Face, FieldName, Place, Quote, Reader, Worded};
