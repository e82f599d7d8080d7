//! How what a reconciliation found is counted and worded.

use super::compare::Difference;
use crate::connectors::ListedOffer;
use crate::dispatch::report::Report;
use crate::domain::message::{Message, own};

/// Adds a difference to the counts.
pub(crate) fn count(report: &mut Report, difference: &Difference) {
    let counter = match difference {
        Difference::Missing => &mut report.missing,
        Difference::Unwanted => &mut report.unwanted,
        Difference::Unconfirmed => &mut report.unconfirmed,
        Difference::Price { .. } => &mut report.price,
        Difference::Quantity { .. } => &mut report.quantity,
        Difference::Sku { .. } => &mut report.sku,
    };
    *counter = counter.saturating_add(1);
}

/// The message for the merchant about a difference of the offer of an article.
pub(crate) fn difference(difference: &Difference, item: &str, repaired: bool) -> Message {
    match (difference, repaired) {
        (Difference::Missing, false) => own::offer_missing(item),
        (Difference::Missing, true) => own::offer_missing_repaired(item),
        (Difference::Unwanted, false) => own::offer_unwanted(item),
        (Difference::Unwanted, true) => own::offer_unwanted_repaired(item),
        (Difference::Unconfirmed, false) => own::offer_unconfirmed(item),
        (Difference::Unconfirmed, true) => own::offer_unconfirmed_repaired(item),
        (Difference::Price { known, shown }, false) => own::offer_price_differs(item, shown.to_string(), known.to_string()),
        (Difference::Price { known, shown }, true) => own::offer_price_differs_repaired(item, shown.to_string(), known.to_string()),
        (Difference::Sku { known, shown }, false) => own::offer_sku_differs(item, shown, known),
        (Difference::Sku { known, shown }, true) => own::offer_sku_differs_repaired(item, shown, known),
        (Difference::Quantity { known, shown }, false) => own::offer_quantity_differs(item, shown.to_string(), known.to_string()),
        (Difference::Quantity { known, shown }, true) => own::offer_quantity_differs_repaired(item, shown.to_string(), known.to_string()),
    }
}

fn named(listed: &ListedOffer) -> String {
    let mut name = format!("\"{}\"", listed.title);
    for (word, value) in [("number", &listed.external_number), ("SKU", &listed.sku), ("EAN", &listed.ean)] {
        if let Some(value) = value {
            name.push_str(&format!(", {word} {value}"));
        }
    }
    name
}

/// A listing that the offer of an article has left.
pub(crate) fn left_behind(listed: &ListedOffer, item: &str, repaired: bool) -> Message {
    match repaired {
        false => own::offer_left_behind(item, named(listed)),
        true => own::offer_left_behind_repaired(item, named(listed)),
    }
}

/// Why a running offer of the channel belongs to none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// Its article is here: it can be imported.
    Importable,
    NoArticle,
    SeveralArticles,
    /// The article's offer is another one of the channel.
    Second,
}

pub(crate) fn unknown(listed: &ListedOffer, why: Stranger) -> Message {
    let offer = named(listed);
    match why {
        Stranger::Importable => own::offer_unknown_importable(offer),
        Stranger::NoArticle => own::offer_unknown_without_item(offer),
        Stranger::SeveralArticles => own::offer_unknown_with_several_items(offer),
        Stranger::Second => own::offer_unknown_second(offer),
    }
}

pub(crate) fn imported(listed: &ListedOffer) -> Message {
    own::offer_imported(named(listed))
}
