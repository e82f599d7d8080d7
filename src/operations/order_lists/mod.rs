//! What calls about orders name, as the configuration defines it: `fetchOrderTags` (`order-calls.md` 7),
//! `fetchPaymentMethods`, `fetchPaymentInstructions`, `fetchShippingCarriers`, `fetchDispatchTypes` (9.3 and 11.2; the forms are
//! inferred).
//!
//! Decided here: a call without a filter gets everything that the user may see, because most lists belong to no mandator.

mod payment_instructions;
mod payment_methods;
mod shipping;
mod tags;

pub(crate) use payment_instructions::FetchPaymentInstructions;
pub(crate) use payment_methods::FetchPaymentMethods;
pub(crate) use shipping::{FetchDispatchTypes, FetchShippingCarriers};
pub(crate) use tags::FetchOrderTags;

use super::Reading;
use super::wire::{Match, cond_of};
use crate::domain::{Failure, MandatorId};
use crate::store::filter::Cond;

/// The mandators that a filter names, which the user must be allowed to use.
fn mandators(reading: &Reading<'_>, condition: Option<&Match<MandatorId>>) -> Result<Cond<MandatorId>, Failure> {
    let cond = cond_of(condition);
    if let Cond::In { values, .. } = &cond {
        for mandator_id in values {
            reading.mandator(*mandator_id)?;
        }
    }
    Ok(cond)
}

/// A condition on names, which are compared without case.
fn names(condition: Option<&Match<String>>) -> Cond<String> {
    cond_of(condition).filter_map(|name| Some(name.trim().to_lowercase()))
}

fn has_name(cond: &Cond<String>, name: &str) -> bool {
    cond.passes(&name.trim().to_lowercase())
}

/// Something passes where there is no filter, or one of them lets it pass.
fn passes<F>(filters: &[F], passes: impl Fn(&F) -> bool) -> bool {
    filters.is_empty() || filters.iter().any(passes)
}
