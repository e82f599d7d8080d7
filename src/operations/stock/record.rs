//! The records of `updateStockCount`.

use crate::domain::{ItemId, MandatorId, WarehouseId};
use crate::operations::wire::Patch;
use crate::{wire, wire_enum};

wire_enum! {
    /// Which field identifies the article of a booking.
    StockItemKey {
        /// The ERP's number of the article.
        Number = "internal_item_number",
        /// Kontor's number of the article.
        Id = "item_id",
    }
}

wire! {
    /// The bookings of one article.
    StockRecord {
        /// Which field identifies the article. Default INTERNAL_ITEM_NUMBER.
        significant_key: Option<StockItemKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the article.
        item_id: Option<ItemId>,
        /// The mandator of the article.
        mandator_id: MandatorId,
        /// The merchant's own item number.
        internal_item_number: Option<String> [max(100), key],
        /// Safety stock: when no more than this is available, the offers of all but the article's primary account end.
        safety_stock: Patch<i32>,
        /// Minimum stock: never offered; when no more than this is available, the offers of the primary account end too.
        minimum_stock: Patch<i32>,
        /// One booking per warehouse.
        stock_items: Vec<StockBooking> [each("stock_item")],
    }

    /// One booking in one warehouse.
    StockBooking {
        /// The mandator of the warehouse. Default: that of the article.
        mandator_id: Option<MandatorId>,
        /// The warehouse by number; wins over warehouse_code.
        warehouse_id: Option<WarehouseId>,
        /// The warehouse by code, without regard to case; fetchWarehouses lists them.
        warehouse_code: Option<String> [max(100), key],
        /// The quantity, or the change of it; negative changes subtract.
        stock_count: i32,
        /// true: the stock becomes this quantity; false: the quantity is added. Send each added quantity with an
        /// `Idempotency-Key`. Without one, an equal document within ten minutes (`replay.window_seconds`) is a repeat,
        /// and not booked again, as long as the answer to the first was not handed over to the connection; after that
        /// it is booked. So equal sales each count, but an answer that is lost behind the connection, such as in a
        /// proxy, makes a repeat count twice. To a client that closes its sending side before it has the answer, none
        /// counts as handed over: without keys, its equal sales count once.
        absolute: bool,
    }
}
