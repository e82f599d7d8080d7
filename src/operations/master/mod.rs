//! What articles and orders name beside themselves: manufacturers, suppliers, branches (`item-calls.md` 15; the forms are
//! inferred).

mod branches;
mod manufacturers;
mod suppliers;

pub(crate) use branches::{FetchBranches, UpdateBranches};
pub(crate) use manufacturers::{FetchManufacturers, UpdateManufacturers};
pub(crate) use suppliers::FetchSuppliers;
