//! `updateStockCount`: books stock, absolute or as a delta. All bookings of a call are worked out first and stored in a
//! few statements; an article whose bookings are not all good is left as it was.

use super::ledger::Ledger;
use super::record::StockRecord;
use crate::domain::Failure;
use crate::operations::common::ReportAction;
use crate::operations::items::ItemKeys;
use crate::operations::wire::Records;
use crate::operations::{Work, WriteOperation};
use crate::{reports, write_request};

write_request! {
    /// Bookings of stock.
    UpdateStockCountRequest {
        /// The articles with their bookings.
        items: Records<StockRecord> [flat("item")],
    }
}

reports! { UpdateStockCountResult, StockReport, item: ItemKeys }

pub(crate) struct UpdateStockCount;

impl WriteOperation for UpdateStockCount {
    const NAME: &'static str = "updateStockCount";
    const DOC: &'static str = "Books stock of articles into warehouses, absolute or as a change. Running offers follow automatically.";
    type Request = UpdateStockCountRequest;
    type Result = UpdateStockCountResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateStockCountRequest) -> Result<UpdateStockCountResult, Failure> {
        let records = || request.items.list.iter().filter_map(|record| record.content.as_deref().ok());
        let mut ledger = Ledger::read(&mut work.tx.conn, records())?;
        let mut relative = false;
        let reports = work.each(
            request.items,
            |record| record.mandator_id,
            |work, record| {
                let mut keys = ItemKeys { item_id: record.item_id, internal_item_number: record.internal_item_number.clone() };
                match ledger.book(work, &record) {
                    Ok((item_id, number)) => {
                        relative |= record.stock_items.iter().any(|booking| !booking.absolute);
                        keys.item_id = Some(item_id);
                        keys.internal_item_number = keys.internal_item_number.or_else(|| number.map(str::to_owned));
                        Ok((Some(ReportAction::Update), keys))
                    }
                    Err(failure) => Err((failure, Some(keys))),
                }
            },
        )?;
        work.additive = relative;
        ledger.store(work)?;
        Ok(UpdateStockCountResult::of(reports))
    }
}
