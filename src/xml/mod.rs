//! XML with limits: a small read-only tree over the text, and escaping for writing. Knows neither SOAP nor operations.

mod pretty;
mod read;
pub(crate) mod write;

pub(crate) use pretty::pretty;
#[cfg(test)]
pub(crate) use read::steps;
pub use read::{Document, Limits, Node, joined, marked};
