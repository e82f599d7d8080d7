//! `deleteItems`: removes articles that nothing depends on. The wire form is inferred from its siblings (`item-calls.md` 3).

use super::{ItemKey, ItemKeys, ItemReference, KnownItems};
use crate::domain::{Failure, ItemId, MandatorId, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::wire::Records;
use crate::operations::{Work, WriteOperation};
use crate::store::items::{self as store, Uses};
use crate::{reports, wire, write_request};

write_request! {
    /// Articles to delete.
    DeleteItemsRequest {
        /// The articles.
        items: Records<DeleteItemRecord> [flat("item")],
    }
}

wire! {
    /// An article to delete.
    DeleteItemRecord {
        /// Which field identifies the article. Default INTERNAL_ITEM_NUMBER.
        significant_key: Option<ItemKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Number that Kontor gave the article.
        item_id: Option<ItemId>,
        /// The merchant's own item number.
        internal_item_number: Option<String> [max(100), key],
        /// EAN or GTIN.
        ean_code: Option<String> [max(30), key],
    }
}

reports! { DeleteItemsResult, DeleteItemReport, item: ItemKeys }

pub(crate) struct DeleteItems;

fn reference(record: &DeleteItemRecord) -> ItemReference<'_> {
    ItemReference {
        key: record.significant_key.unwrap_or_default(),
        mandator_id: record.mandator_id,
        item_id: record.item_id,
        internal_item_number: record.internal_item_number.as_deref(),
        ean_code: record.ean_code.as_deref(),
    }
}

impl WriteOperation for DeleteItems {
    const NAME: &'static str = "deleteItems";
    const DOC: &'static str =
        "Deletes articles. Refused while offers run, open orders or sets contain the article, or variants hang on it.";
    type Request = DeleteItemsRequest;
    type Result = DeleteItemsResult;

    fn handle(work: &mut Work<'_, '_>, request: DeleteItemsRequest) -> Result<DeleteItemsResult, Failure> {
        let mut gone = std::collections::BTreeSet::new();
        let records = request.items.list.iter().filter_map(|record| record.content.as_deref().ok());
        let known = KnownItems::read(&mut work.tx.conn, records.map(reference))?;
        let reports = work.each(
            request.items,
            |record| record.mandator_id,
            |work, record| {
                let mut keys = ItemKeys { item_id: record.item_id, internal_item_number: record.internal_item_number.clone() };
                let outcome = (|| {
                    work.mandator(record.mandator_id)?;
                    let item = known.find(&reference(&record))?.filter(|item| !gone.contains(&item.item_id));
                    let item = item.ok_or_else(|| reference(&record).unknown())?;
                    let uses = store::uses(&mut work.tx.conn, item.item_id)?;
                    if uses != Uses::default() {
                        return Err(Failure::quoting(code::ITEM_IN_USE, [&uses_in_words(uses)]));
                    }
                    store::delete(work.tx, item.item_id)?;
                    Ok(item)
                })();
                match outcome {
                    Ok(item) => {
                        gone.insert(item.item_id);
                        keys = ItemKeys { item_id: Some(item.item_id), internal_item_number: Some(item.internal_item_number.clone()) };
                        Ok((Some(ReportAction::Delete), keys))
                    }
                    Err(failure) => Err((failure, Some(keys))),
                }
            },
        )?;
        Ok(DeleteItemsResult::of(reports))
    }
}

/// What depends on an article, for the error text.
fn uses_in_words(uses: Uses) -> Worded {
    let all = [
        (uses.variants, "variants: ", "", "Varianten: ", ""),
        (uses.running_offers, "running offers: ", " (endOffers ends them)", "laufende Angebote: ", " (endOffers beendet sie)"),
        (uses.open_orders, "open orders: ", "", "offene Aufträge: ", ""),
        (uses.sets, "sets that contain it: ", "", "Sets, die ihn enthalten: ", ""),
    ];
    let used = || all.iter().filter(|(count, ..)| *count > 0);
    let en: Vec<String> = used().map(|(count, before, after, ..)| format!("{before}{count}{after}")).collect();
    let de: Vec<String> = used().map(|(count, _, _, before, after)| format!("{before}{count}{after}")).collect();
    Worded::of(en.join(", "), de.join(", "))
}
