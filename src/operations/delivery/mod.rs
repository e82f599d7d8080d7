//! What items say about delivery: `fetchDeliveryTimes`, `updateDeliveryTimes`, `fetchDeliveryChargeCategories`,
//! `updateDeliveryChargeCategories`, and the shipping groups of accounts. `item-calls.md` 15; the forms are inferred.

mod charges;
mod shipping_groups;
mod times;

pub(crate) use charges::{FetchDeliveryCharges, UpdateDeliveryCharges};
pub(crate) use shipping_groups::FetchShippingGroups;
pub(crate) use times::{FetchDeliveryTimes, UpdateDeliveryTimes};
