//! The articles of a call of `updateStockCount`, and their stock as it is going to be.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::record::{StockBooking, StockItemKey, StockRecord};
use crate::config::Settings;
use crate::domain::{AnyOf, Failure, FieldName, ItemId, MandatorId, Place, Quote, WarehouseId, code};
use crate::operations::Work;
use crate::operations::items::check_stock_value;
use crate::store::outbox::{self, Topic};
use crate::store::stock::{self as store, Counted, Shelved};
use crate::store::{Conn, items, orders, sets};

pub(super) struct Ledger {
    articles: Vec<Article>,
    /// Where each article is among them.
    by_id: HashMap<ItemId, usize>,
    /// What the numbers of the records stand for, in their order.
    named: std::vec::IntoIter<Named>,
}

/// An article that a record names.
#[derive(Default)]
struct Article {
    item_id: ItemId,
    mandator_id: MandatorId,
    /// Its number where a record names its id.
    number: Option<String>,
    /// It is composed of others.
    is_set: bool,
    stock: BTreeMap<WarehouseId, Stand>,
    /// Safety and minimum stock, where a record of the call names one.
    values: Option<items::StockValues>,
    revalued: bool,
}

/// Stock in a warehouse.
#[derive(Default)]
struct Stand {
    /// None was counted before.
    count: Option<i32>,
    /// A record of the call counts it.
    booked: bool,
    /// The count changed.
    changed: bool,
}

/// What the number of a record stands for.
#[derive(Clone, Default)]
enum Named {
    #[default]
    Nothing,
    One(usize),
    Several(BTreeSet<usize>),
}

impl Named {
    fn also(&mut self, index: usize) {
        match self {
            Named::Nothing => *self = Named::One(index),
            Named::One(known) if *known == index => {}
            Named::One(known) => *self = Named::Several(BTreeSet::from([*known, index])),
            Named::Several(all) => drop(all.insert(index)),
        }
    }
}

impl Article {
    fn take_values(&mut self, record: &StockRecord) {
        let Some(values) = &mut self.values else { return };
        let before = *values;
        record.safety_stock.clone().onto(&mut values.safety_stock);
        record.minimum_stock.clone().onto(&mut values.minimum_stock);
        self.revalued |= *values != before;
    }

    fn counted(&self) -> impl Iterator<Item = Counted> {
        let Article { item_id, mandator_id, .. } = *self;
        let changed = self.stock.iter().filter(|(_, stand)| stand.changed);
        changed.filter_map(move |(warehouse_id, stand)| {
            Some(Counted { item_id, warehouse_id: *warehouse_id, mandator_id, stock_count: stand.count? })
        })
    }
}

impl Ledger {
    pub(super) fn read<'r>(conn: &mut Conn<'_>, records: impl Iterator<Item = &'r StockRecord>) -> Result<Ledger, Failure> {
        // With the place of the record among all.
        let mut numbers: BTreeMap<MandatorId, (Vec<&str>, Vec<usize>)> = BTreeMap::new();
        let mut ids: Vec<ItemId> = Vec::new();
        let (mut names_values, mut count) = (false, 0);
        for (place, record) in records.enumerate() {
            count = place + 1;
            names_values |= !(record.safety_stock.is_keep() && record.minimum_stock.is_keep());
            match (record.significant_key.unwrap_or_default(), record.internal_item_number.as_deref(), record.item_id) {
                (StockItemKey::Number, Some(number), _) => {
                    let (of_mandator, places) = numbers.entry(record.mandator_id).or_default();
                    of_mandator.push(number);
                    places.push(place);
                }
                (StockItemKey::Id, _, Some(item_id)) => ids.push(item_id),
                _ => {}
            }
        }
        let mut ledger =
            Ledger { articles: Vec::with_capacity(count), by_id: HashMap::with_capacity(count), named: Vec::new().into_iter() };
        let mut named = vec![Named::default(); count];
        for (mandator_id, (numbers, places)) in &numbers {
            for row in store::shelved(conn, *mandator_id, numbers)? {
                let index = ledger.add(&row, None);
                let place = usize::try_from(row.place).ok().and_then(|place| places.get(place));
                if let Some(named) = place.and_then(|place| named.get_mut(*place)) {
                    named.also(index);
                }
            }
        }
        if !ids.is_empty() {
            for (row, number) in store::shelved_by_id(conn, &ids)? {
                ledger.add(&row, Some(number));
            }
        }
        if names_values {
            ledger.read_values(conn)?;
        }
        ledger.named = named.into_iter();
        Ok(ledger)
    }

    fn read_values(&mut self, conn: &mut Conn<'_>) -> Result<(), Failure> {
        let ids: Vec<ItemId> = self.articles.iter().map(|article| article.item_id).collect();
        let mut values = items::stock_values(conn, &ids)?;
        for article in &mut self.articles {
            article.values = values.remove(&article.item_id);
        }
        Ok(())
    }

    /// The same row may come several times.
    fn add(&mut self, row: &Shelved, number: Option<String>) -> usize {
        let new = self.articles.len();
        let index = *self.by_id.entry(row.item_id).or_insert(new);
        if index == new {
            self.articles.push(Article { item_id: row.item_id, mandator_id: row.mandator_id, is_set: row.is_set, ..Article::default() });
        }
        if let Some(article) = self.articles.get_mut(index) {
            article.number = article.number.take().or(number);
            if let (Some(warehouse_id), Some(count)) = (row.warehouse_id, row.stock_count) {
                article.stock.entry(warehouse_id).or_default().count = Some(count);
            }
        }
        index
    }

    /// The article of the next record.
    fn next_article(&mut self, record: &StockRecord) -> Result<&mut Article, Failure> {
        let named = self.named.next().unwrap_or_default();
        let unknown =
            |field: &'static str, value: &dyn Quote| Failure::quoting(code::UNKNOWN_ITEM, [&FieldName(field), value, &record.mandator_id]);
        match record.significant_key.unwrap_or_default() {
            StockItemKey::Number => {
                let number = record.internal_item_number.as_deref().ok_or_else(|| Failure::missing("internal_item_number"))?;
                match named {
                    Named::Nothing => Err(unknown("internal_item_number", &number)),
                    Named::One(index) => self.articles.get_mut(index).ok_or_else(|| unknown("internal_item_number", &number)),
                    Named::Several(several) => Err(Failure::quoting(
                        code::AMBIGUOUS,
                        [&several.len(), &FieldName("internal_item_number"), &number, &FieldName("item_id")],
                    )),
                }
            }
            StockItemKey::Id => {
                let item_id = record.item_id.ok_or_else(|| Failure::missing("item_id"))?;
                let index = self.by_id.get(&item_id).copied().unwrap_or(usize::MAX);
                let article = self.articles.get_mut(index).filter(|article| article.mandator_id == record.mandator_id);
                article.ok_or_else(|| unknown("item_id", &item_id))
            }
        }
    }

    /// Books all bookings of the next record, or none. Gives its article, and the number of one that it names by id.
    pub(super) fn book(&mut self, work: &mut Work<'_, '_>, record: &StockRecord) -> Result<(ItemId, Option<&str>), Failure> {
        let article = self.next_article(record);
        work.mandator(record.mandator_id)?;
        let article = article?;
        for (field, value) in [("safety_stock", &record.safety_stock), ("minimum_stock", &record.minimum_stock)] {
            check_stock_value(field, value.as_ref().copied())?;
        }
        let after = counts_after(work, article, record)?;
        let mut again = false;
        for ((warehouse, count), booking) in after.into_iter().zip(&record.stock_items) {
            let stand = article.stock.entry(warehouse).or_default();
            stand.changed |= stand.count != Some(count);
            stand.count = Some(count);
            again |= stand.booked && booking.absolute;
            stand.booked = true;
            if count < 0 {
                let code = work.settings.warehouse_by_id(warehouse).map(|warehouse| warehouse.code.as_str()).unwrap_or_default();
                work.advice.add(Failure::quoting(code::STOCK_NEGATIVE, [&code, &count]).within("stock_items"));
            }
        }
        if again {
            work.advice.add(Failure::new(code::SENT_TWICE, []));
        }
        if article.is_set && !record.stock_items.is_empty() {
            let number = article.number.as_ref().or(record.internal_item_number.as_ref()).cloned().unwrap_or_default();
            work.advice.add(Failure::quoting(code::STOCK_OF_SET, [&number]));
        }
        article.take_values(record);
        Ok((article.item_id, article.number.as_deref()))
    }

    pub(super) fn store(mut self, work: &mut Work<'_, '_>) -> Result<(), Failure> {
        self.articles.sort_unstable_by_key(|article| article.item_id);
        for article in self.articles.iter().filter(|article| article.revalued) {
            items::set_stock_values(work.tx, article.item_id, article.values.unwrap_or_default(), &work.user.name)?;
        }
        let is_counted = |article: &&Article| article.stock.values().any(|stand| stand.changed);
        let counted: Vec<ItemId> = self.articles.iter().filter(is_counted).map(|article| article.item_id).collect();
        let changed = self.articles.iter().filter(|article| article.revalued || is_counted(article));
        let changed: Vec<ItemId> = changed.map(|article| article.item_id).collect();
        store::save(work.tx, self.articles.iter().flat_map(Article::counted).collect())?;
        let sets = sets::touch(work.tx, &counted)?;
        let changed = orders::cover_shortages(work.tx, &changed, work.settings)?;
        let accounts = match changed == counted {
            true => outbox::mark_items_and_sets(work.tx, &changed, &sets, &[Topic::Quantity])?,
            false => outbox::mark_items(work.tx, &changed, &[Topic::Quantity])?,
        };
        work.concerns(accounts);
        Ok(())
    }
}

/// The counts that the bookings of a record make, in their order.
fn counts_after(work: &Work<'_, '_>, article: &Article, record: &StockRecord) -> Result<Vec<(WarehouseId, i32)>, Failure> {
    let mut after: Vec<(WarehouseId, i32)> = Vec::with_capacity(record.stock_items.len());
    for (index, booking) in record.stock_items.iter().enumerate() {
        let place = |failure: Failure| failure.within(Place::entry("stock_item", index + 1));
        let mandator_id = booking.mandator_id.unwrap_or(record.mandator_id);
        work.mandator(mandator_id).map_err(place)?;
        let warehouse = warehouse_of(work.settings, mandator_id, booking).map_err(place)?;
        let before = after.iter().rev().find(|(id, _)| *id == warehouse).map(|(_, count)| *count);
        let before = before.or_else(|| article.stock.get(&warehouse).and_then(|stand| stand.count)).unwrap_or_default();
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
    Ok(after)
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
