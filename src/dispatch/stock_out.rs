//! The messages when stock control ends an offer, or does not list it.

use crate::domain::message::{Message, own};
use crate::domain::stock::Figures;

/// The message, with the numbers that decided (`channel-calls.md` 3, rule 5).
pub(crate) fn message(figures: &Figures) -> Message {
    own::out_of_stock(figures.available().to_string(), figures.safety.to_string(), figures.minimum.to_string(), figures.primary)
}
