//! Stock: `updateStockCount`, `fetchStockCount`, `fetchStockReservations`. `item-calls.md` sections 4 to 6.

mod conditions;
mod fetch;
mod reservations;
mod update;

pub use fetch::FetchStockCount;
pub use reservations::FetchStockReservations;
pub use update::UpdateStockCount;
