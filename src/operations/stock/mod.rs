//! Stock: `updateStockCount`, `fetchStockCount`, `fetchStockReservations`. `item-calls.md` sections 4 to 6.

mod conditions;
mod fetch;
mod reservations;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use fetch::FetchStockCount;
pub(crate) use reservations::FetchStockReservations;
pub(crate) use update::UpdateStockCount;
#[cfg(test)]
pub(crate) use update::{StockBooking, StockRecord, UpdateStockCountRequest};
