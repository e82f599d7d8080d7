//! Pure rules and values: no I/O, no clock, no XML, no SQL.

pub(crate) mod attribute;
pub(crate) mod catalogue;
pub(crate) mod category;
pub mod contact;
pub(crate) mod coupon;
pub(crate) mod customer;
pub(crate) mod decimal;
mod deleted;
pub(crate) mod digest;
pub(crate) mod document;
pub(crate) mod epa;
pub mod failure;
pub(crate) mod hex;
mod ids;
pub(crate) mod invoice;
pub(crate) mod item;
pub(crate) mod label;
pub(crate) mod language;
pub(crate) mod layout;
pub(crate) mod limits;
pub(crate) mod lookup;
pub(crate) mod mail;
pub(crate) mod media;
pub mod message;
pub(crate) mod money;
pub(crate) mod names;
mod numbered;
pub(crate) mod offer;
pub(crate) mod order;
pub(crate) mod order_document;
pub(crate) mod outbox;
mod patch;
pub(crate) mod patience;
pub(crate) mod payment;
pub(crate) mod picture;
pub(crate) mod platform;
pub(crate) mod price;
pub(crate) mod rate;
pub(crate) mod set;
pub(crate) mod stock;
pub(crate) mod template;
pub(crate) mod time;
pub mod transfer;
pub(crate) mod wording;

pub use decimal::{Decimal, Unread};
pub(crate) use deleted::Deleted;
pub use failure::{Code, Failure, code};
pub use ids::{
    AccountId, DocumentId, ItemId, LabelId, MandatorId, MediaId, OfferId, OrderId, OrderItemId, PaymentId, PricelistId, TaskId, WarehouseId,
};
pub use language::Language;
pub use money::{Currency, Money};
pub use patch::{Bundle, Patch};
pub use patience::Patience;
pub use time::Stamp;
pub use wording::{AllOf, AnyOf, Face, FieldName, Place, Quote, Reader, Worded};
