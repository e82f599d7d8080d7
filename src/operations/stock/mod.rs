//! Stock: `updateStockCount`, `fetchStockCount`, `fetchStockReservations`. `item-calls.md` sections 4 to 6.

mod conditions;
mod fetch;
mod ledger;
mod record;
mod reservations;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use fetch::FetchStockCount;
#[cfg(test)]
pub(crate) use record::{StockBooking, StockRecord};
pub(crate) use reservations::FetchStockReservations;
pub(crate) use update::UpdateStockCount;
#[cfg(test)]
pub(crate) use update::UpdateStockCountRequest;
