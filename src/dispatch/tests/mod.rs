//! The dispatcher against a scripted channel, on every database at hand. Workers are stepped, nothing sleeps.

mod begun;
mod catalogue;
mod failures;
mod hints;
mod housekeeping;
mod labels;
mod late_answers;
mod leases;
mod left_behind;
mod left_out;
mod limits;
mod offers;
mod orders;
mod parts;
mod reconcile;
mod renames;
pub(crate) mod script;
mod shipping_software;
mod silence;
mod stock;
mod support;
mod tasks;
mod transfers;
pub(crate) mod world;
