//! Shipping labels: `createShippingLabels`, `confirmShippingLabels`, `fetchShippingLabels`,
//! `doShippingSoftwareExport` (`order-calls.md` 11: of the last three nothing could be read, so they are ours).

mod confirm;
mod create;
mod export;
mod fetch;
mod request;
mod shipment;
mod taken;
#[cfg(test)]
mod tests;

pub(crate) use confirm::ConfirmShippingLabels;
pub(crate) use create::CreateShippingLabels;
pub(crate) use export::DoShippingSoftwareExport;
pub(crate) use fetch::FetchShippingLabels;
pub(crate) use taken::take_over as take_label_over;

use super::{OrderKeys, OrderSignificantKey};
use crate::domain::{LabelId, MandatorId};
use crate::store::labels::LabelRow;
use crate::{wire, wire_enum};

wire_enum! {
    /// What became of a label.
    LabelProgress {
        /// The carrier is asked for it next.
        Waiting = "waiting",
        /// The carrier is being asked.
        Asking = "asking",
        /// It is made: fetchShippingLabels has the file.
        Made = "made",
        /// The carrier does not make it; label_messages says why. Correct the order, then RETRY.
        Refused = "refused",
        /// The answer was lost, and the carrier cannot say whether it made the label. Look there, then RETRY or CANCEL.
        Unclear = "unclear",
        /// The parcel is on its way.
        Confirmed = "confirmed",
        /// It is to be given back.
        Cancelling = "cancelling",
        /// It was given back, or nobody wants it any more.
        Cancelled = "cancelled",
        /// It is with the shipping software, whose answer is awaited.
        Exported = "exported",
    }
}

macro_rules! same_words {
    ($($value:ident),+) => {
        impl From<crate::domain::label::LabelState> for LabelProgress {
            fn from(state: crate::domain::label::LabelState) -> LabelProgress {
                match state {
                    $( crate::domain::label::LabelState::$value => LabelProgress::$value, )+
                }
            }
        }
    };
}

same_words!(Waiting, Asking, Made, Refused, Unclear, Confirmed, Cancelling, Cancelled, Exported);

wire! {
    /// The keys of a label.
    LabelKeys {
        /// Kontor's own id.
        label_id: Option<LabelId>,
        /// The mandator.
        mandator_id: Option<MandatorId>,
        /// The ERP's own number.
        external_label_number: Option<String>,
        /// By which the carrier knows it.
        label_reference: Option<String>,
        /// What became of it.
        label_status: Option<LabelProgress>,
        /// Tracking number.
        tracking_number: Option<String>,
    }
}

impl LabelKeys {
    fn of(row: &LabelRow) -> LabelKeys {
        LabelKeys {
            label_id: Some(row.label_id),
            mandator_id: Some(row.mandator_id),
            external_label_number: row.external_label_number.clone(),
            label_reference: Some(row.reference.clone()),
            label_status: Some(row.state.into()),
            tracking_number: row.tracking_number.clone(),
        }
    }
}
