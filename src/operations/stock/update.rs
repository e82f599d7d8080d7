//! `updateStockCount`: books stock, absolute or as a delta. All bookings of a call are worked out first and stored in a
//! few statements; an article whose bookings are not all good is left as it was.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::config::Settings;
use crate::domain::{AnyOf, Failure, FieldName, ItemId, MandatorId, Place, Quote, WarehouseId, code};
use crate::operations::common::ReportAction;
use crate::operations::items::{ItemKeys, check_stock_value};
use crate::operations::wire::{Patch, Records};
use crate::operations::{Work, WriteOperation};
use crate::store::outbox::{self, Topic};
use crate::store::stock::{self as store, Counted, Shelf, Shelved};
use crate::store::{Conn, items, orders, sets};
use crate::{reports, wire, wire_enum, write_request};

wire_enum! {
    /// Which field identifies the article of a booking.
    StockItemKey {
        /// The ERP's number of the article.
        Number = "internal_item_number",
        /// Kontor's number of the article.
        Id = "item_id",
    }
}

write_request! {
    /// Bookings of stock.
    UpdateStockCountRequest {
        /// The articles with their bookings.
        items: Records<StockRecord> [flat("item")],
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
                    Ok(item_id) => {
                        relative |= record.stock_items.iter().any(|booking| !booking.absolute);
                        keys.item_id = Some(item_id);
                        keys.internal_item_number = keys.internal_item_number.or_else(|| ledger.names.get(&item_id).cloned());
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

/// The stock of the articles concerned, as it will be.
struct Ledger {
    /// (mandator, number) → articles.
    numbers: HashMap<(MandatorId, String), Vec<ItemId>>,
    /// Article → mandator.
    owners: BTreeMap<ItemId, MandatorId>,
    /// Numbers of the articles that were named by id, for their reports.
    names: BTreeMap<ItemId, String>,
    stock: HashMap<(ItemId, WarehouseId), i32>,
    /// Stock that a record of the call counts.
    booked: BTreeSet<(ItemId, WarehouseId)>,
    /// Stock whose count changed.
    counted: BTreeSet<(ItemId, WarehouseId)>,
    /// Those of the articles that are composed of others.
    sets: BTreeSet<ItemId>,
    /// Safety and minimum stock, where a record of the call names one.
    values: BTreeMap<ItemId, items::StockValues>,
    /// Articles whose safety or minimum stock changed.
    revalued: BTreeSet<ItemId>,
    /// Articles whose stock or stock values changed.
    changed: BTreeSet<ItemId>,
}

impl Ledger {
    fn read<'r>(conn: &mut Conn<'_>, records: impl Iterator<Item = &'r StockRecord>) -> Result<Ledger, Failure> {
        let mut numbers: BTreeMap<MandatorId, Vec<&str>> = BTreeMap::new();
        let mut ids: Vec<ItemId> = Vec::new();
        let mut names_values = false;
        for record in records {
            names_values |= !(record.safety_stock.is_keep() && record.minimum_stock.is_keep());
            match record.significant_key.unwrap_or_default() {
                StockItemKey::Number => numbers.entry(record.mandator_id).or_default().extend(record.internal_item_number.as_deref()),
                StockItemKey::Id => ids.extend(record.item_id),
            }
        }
        let mut ledger = Ledger {
            numbers: HashMap::new(),
            owners: BTreeMap::new(),
            names: BTreeMap::new(),
            stock: HashMap::new(),
            booked: BTreeSet::new(),
            counted: BTreeSet::new(),
            sets: BTreeSet::new(),
            values: BTreeMap::new(),
            revalued: BTreeSet::new(),
            changed: BTreeSet::new(),
        };
        for (mandator_id, numbers) in &numbers {
            for row in store::shelved(conn, Shelf::Numbers(*mandator_id, numbers))? {
                let known = ledger.numbers.entry((*mandator_id, row.internal_item_number.clone())).or_default();
                if !known.contains(&row.item_id) {
                    known.push(row.item_id);
                }
                ledger.add(&row);
            }
        }
        if !ids.is_empty() {
            for row in store::shelved(conn, Shelf::Ids(&ids))? {
                ledger.add(&row);
                ledger.names.insert(row.item_id, row.internal_item_number);
            }
        }
        let ids: Vec<ItemId> = ledger.owners.keys().copied().collect();
        if names_values {
            ledger.values = items::stock_values(conn, &ids)?;
        }
        Ok(ledger)
    }

    fn add(&mut self, row: &Shelved) {
        self.owners.insert(row.item_id, row.mandator_id);
        if let (Some(warehouse_id), Some(count)) = (row.warehouse_id, row.stock_count) {
            self.stock.insert((row.item_id, warehouse_id), count);
        }
        if row.is_set {
            self.sets.insert(row.item_id);
        }
    }

    fn item_of(&self, record: &StockRecord) -> Result<ItemId, Failure> {
        let unknown =
            |field: &'static str, value: &dyn Quote| Failure::quoting(code::UNKNOWN_ITEM, [&FieldName(field), value, &record.mandator_id]);
        match record.significant_key.unwrap_or_default() {
            StockItemKey::Number => {
                let number = record.internal_item_number.as_deref().ok_or_else(|| Failure::missing("internal_item_number"))?;
                match self.numbers.get(&(record.mandator_id, number.to_owned())).map(Vec::as_slice) {
                    None | Some([]) => Err(unknown("internal_item_number", &number)),
                    Some([item_id]) => Ok(*item_id),
                    Some(several) => Err(Failure::quoting(
                        code::AMBIGUOUS,
                        [&several.len(), &FieldName("internal_item_number"), &number, &FieldName("item_id")],
                    )),
                }
            }
            StockItemKey::Id => {
                let item_id = record.item_id.ok_or_else(|| Failure::missing("item_id"))?;
                match self.owners.get(&item_id) {
                    Some(owner) if *owner == record.mandator_id => Ok(item_id),
                    _ => Err(unknown("item_id", &item_id)),
                }
            }
        }
    }

    /// Books all of an article's bookings, or none.
    fn book(&mut self, work: &mut Work<'_, '_>, record: &StockRecord) -> Result<ItemId, Failure> {
        work.mandator(record.mandator_id)?;
        let item_id = self.item_of(record)?;
        for (field, value) in [("safety_stock", &record.safety_stock), ("minimum_stock", &record.minimum_stock)] {
            check_stock_value(field, value.as_ref().copied())?;
        }
        let mut after: Vec<(WarehouseId, i32)> = Vec::with_capacity(record.stock_items.len());
        for (index, booking) in record.stock_items.iter().enumerate() {
            let place = |failure: Failure| failure.within(Place::entry("stock_item", index + 1));
            let mandator_id = booking.mandator_id.unwrap_or(record.mandator_id);
            work.mandator(mandator_id).map_err(place)?;
            let warehouse = warehouse_of(work.settings, mandator_id, booking).map_err(place)?;
            let before = after.iter().rev().find(|(id, _)| *id == warehouse).map(|(_, count)| *count);
            let before = before.or_else(|| self.stock.get(&(item_id, warehouse)).copied()).unwrap_or_default();
            let count = if booking.absolute {
                booking.stock_count
            } else {
                before.checked_add(booking.stock_count).ok_or_else(|| {
                    let sum = i64::from(before) + i64::from(booking.stock_count);
                    place(Failure::new(code::STOCK_OVERFLOW, [&sum.to_string()]).within("stock_count"))
                })?
            };
            after.push((warehouse, count));
        }
        let mut again = false;
        for ((warehouse, count), booking) in after.into_iter().zip(&record.stock_items) {
            if self.stock.insert((item_id, warehouse), count) != Some(count) {
                self.changed.insert(item_id);
                self.counted.insert((item_id, warehouse));
            }
            again |= !self.booked.insert((item_id, warehouse)) && booking.absolute;
            if count < 0 {
                let code = work.settings.warehouse_by_id(warehouse).map(|warehouse| warehouse.code.as_str()).unwrap_or_default();
                work.advice.add(Failure::quoting(code::STOCK_NEGATIVE, [&code, &count]).within("stock_items"));
            }
        }
        if again {
            work.advice.add(Failure::new(code::SENT_TWICE, []));
        }
        if self.sets.contains(&item_id) && !record.stock_items.is_empty() {
            let number = self.names.get(&item_id).or(record.internal_item_number.as_ref()).cloned().unwrap_or_default();
            work.advice.add(Failure::quoting(code::STOCK_OF_SET, [&number]));
        }
        self.take_values(item_id, record);
        Ok(item_id)
    }

    fn take_values(&mut self, item_id: ItemId, record: &StockRecord) {
        let Some(values) = self.values.get_mut(&item_id) else { return };
        let before = *values;
        record.safety_stock.clone().onto(&mut values.safety_stock);
        record.minimum_stock.clone().onto(&mut values.minimum_stock);
        if *values != before {
            self.revalued.insert(item_id);
            self.changed.insert(item_id);
        }
    }

    fn store(self, work: &mut Work<'_, '_>) -> Result<(), Failure> {
        for item_id in &self.revalued {
            let values = self.values.get(item_id).copied().unwrap_or_default();
            items::set_stock_values(work.tx, *item_id, values, &work.user.name)?;
        }
        let counted = self.counted.iter().filter_map(|(item_id, warehouse_id)| {
            let mandator_id = *self.owners.get(item_id)?;
            let stock_count = *self.stock.get(&(*item_id, *warehouse_id))?;
            Some(Counted { item_id: *item_id, warehouse_id: *warehouse_id, mandator_id, stock_count })
        });
        store::save(work.tx, counted.collect())?;
        let counted = Vec::from_iter(self.counted.iter().map(|(item_id, _)| *item_id).collect::<BTreeSet<_>>());
        let sets = sets::touch(work.tx, &counted)?;
        let changed = orders::cover_shortages(work.tx, &Vec::from_iter(self.changed), work.settings)?;
        let accounts = match changed == counted {
            true => outbox::mark_items_and_sets(work.tx, &changed, &sets, &[Topic::Quantity])?,
            false => outbox::mark_items(work.tx, &changed, &[Topic::Quantity])?,
        };
        work.concerns(accounts);
        Ok(())
    }
}

fn warehouse_of(settings: &Settings, mandator_id: MandatorId, booking: &StockBooking) -> Result<WarehouseId, Failure> {
    let unknown = |name: &str| Failure::new(code::UNKNOWN_WAREHOUSE, [name, &mandator_id.to_string()]);
    match (booking.warehouse_id, booking.warehouse_code.as_deref()) {
        (Some(id), _) => {
            let warehouse = settings.warehouse_by_id(id).filter(|warehouse| warehouse.mandator_id == mandator_id);
            warehouse.map(|w| w.warehouse_id).ok_or_else(|| unknown(&id.to_string()).within("warehouse_id"))
        }
        (None, Some(code)) => {
            let warehouse = settings.warehouse_by_code(mandator_id, code.trim());
            warehouse.map(|w| w.warehouse_id).ok_or_else(|| unknown(code).within("warehouse_code"))
        }
        (None, None) => Err(Failure::quoting(code::MISSING, [&AnyOf(&["warehouse_code", "warehouse_id"])])),
    }
}
