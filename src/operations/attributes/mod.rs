//! Attributes: central ones with their sets, and the properties that distinguish variants (`item-calls.md` 12 and 13; most
//! forms are inferred).

mod central;
mod sets;
mod shopware;
mod taken;
mod value;
mod variant_values;
mod variants;

pub(crate) use central::{FetchAttributes, UpdateAttributes};
pub(crate) use sets::{FetchAttributeSets, UpdateAttributeSets};
pub(crate) use taken::remember;
pub(crate) use variant_values::UpdateVariantAttributeValues;
pub(crate) use variants::{FetchVariantAttributes, UpdateVariantAttributes};

use crate::domain::attribute::FormerNames;
use crate::operations::wire::Convert;

/// Read only.
impl Convert<()> for Vec<String> {
    fn convert(self) {}
}

impl Convert<Vec<String>> for FormerNames {
    fn convert(self) -> Vec<String> {
        self.0
    }
}
