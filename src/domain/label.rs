//! Shipping labels: what is ordered of a carrier, and what became of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::document::Version;
use super::numbered::numbered;
use super::order::Address;
use super::{DocumentId, OrderItemId};

numbered! {
    /// What became of a label.
    #[derive(Default)]
    pub(crate) enum LabelState {
        /// The carrier is asked for it next.
        #[default]
        Waiting = 1, "waiting";
        /// The carrier is being asked.
        Asking = 2, "asking";
        /// It is made.
        Made = 3, "made";
        /// The carrier does not make it.
        Refused = 4, "refused";
        /// The carrier may have made it: a person has to look.
        Unclear = 5, "unclear";
        /// The parcel is on its way.
        Confirmed = 6, "confirmed";
        /// It is to be given back.
        Cancelling = 7, "cancelling";
        /// It was given back, or nobody wants it any more.
        Cancelled = 8, "cancelled";
        /// It is with the shipping software, whose answer is awaited.
        Exported = 9, "exported";
    }
}

/// What is in a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Enclosed {
    pub(crate) order_item_id: OrderItemId,
    pub(crate) quantity: i32,
}

/// Length, width and height in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size {
    pub(crate) length: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

/// A parcel as it is ordered. It does not change with the order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Shipment {
    pub(crate) from: Address,
    pub(crate) to: Address,
    /// As the buyer knows the order.
    pub(crate) order_number: String,
    pub(crate) weight_grams: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<Size>,
    /// The carrier's service, as the ERP or the configuration calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    /// Parcel locker, post office or shop, as the channel names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pickup_point: Option<String>,
    /// The buyer's number there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) post_number: Option<String>,
    /// With a label for the return.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) with_return: bool,
    /// None: everything that is open when it is confirmed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) contents: Vec<Enclosed>,
}

/// Everything of a label that has no column of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LabelDocument {
    pub(crate) version: Version<1>,
    pub(crate) shipment: Shipment,
    /// What the carrier says beside the label, or why there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) messages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_number: Option<String>,
    /// The file in which it went to the shipping software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exported_as: Option<String>,
    /// Numbers that the shipping software took back: an answer that says one of them again is an old one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) taken_back: BTreeSet<String>,
    /// A parcel of it was taken back: a row that names no number may be that one again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) was_taken_back: bool,
    /// A number that is not its own, because another label has its package or its pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unbooked: Option<String>,
    /// The files: label, return label, papers for the customs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) documents: Vec<DocumentId>,
}

/// Pieces of an item that a parcel would have, although other parcels have them, too, or they are not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Overlap<'l> {
    pub(crate) wanted: i32,
    pub(crate) open: i32,
    pub(crate) elsewhere: i32,
    /// The labels that have them.
    pub(crate) references: Vec<&'l str>,
}

/// The first item of which there are too few pieces for a parcel beside the others, which have a reference each.
pub(crate) fn overlap<'l>(
    open: &[(OrderItemId, i32)],
    contents: &[Enclosed],
    others: &'l [(String, Vec<Enclosed>)],
) -> Option<Overlap<'l>> {
    open.iter().find_map(|(item, open)| {
        let pieces = |parts: &[Enclosed]| {
            let of_item = parts.iter().filter(|part| part.order_item_id == *item);
            of_item.map(|part| part.quantity).fold(0, i32::saturating_add)
        };
        let wanted = pieces(contents);
        let with = others.iter().filter(|(_, parts)| pieces(parts) > 0);
        let elsewhere = with.clone().map(|(_, parts)| pieces(parts)).fold(0, i32::saturating_add);
        let references = with.map(|(reference, _)| reference.as_str()).collect();
        (wanted > 0 && wanted.saturating_add(elsewhere) > *open).then_some(Overlap { wanted, open: *open, elsewhere, references })
    })
}
