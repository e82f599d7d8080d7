//! Stock: `updateStockCount`, `fetchStockCount`. `item-calls.md` sections 4 and 5.

mod fetch;
mod update;

pub use fetch::FetchStockCount;
pub use update::UpdateStockCount;
