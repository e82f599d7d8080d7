//! `updatePricelist`: creates and updates price lists. Good prices are stored even where others name unknown articles.

use std::collections::{BTreeSet, HashMap};

use super::{PriceEntry, PricelistKey, PricelistKeys, PricelistRecord, Validity};
use crate::config::{Account, Settings};
use crate::domain::{AccountId, Currency, Failure, FieldName, ItemId, MandatorId, PricelistId, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::wire::Records;
use crate::operations::{Work, WriteOperation, listing};
use crate::store::filter::Cond;
use crate::store::outbox::{self, Topic};
use crate::store::prices::{self as store, PriceRow, PricelistFilter, PricelistRow, ValidityRow};
use crate::store::{items, next_id};
use crate::{reports, write_request};

write_request! {
    /// Price lists to create or update.
    UpdatePricelistRequest {
        /// The lists.
        pricelists: Records<PricelistRecord> [flat("pricelist")],
    }
}

reports! { UpdatePricelistResult, PricelistReport, pricelist: PricelistKeys }

pub(crate) struct UpdatePricelist;

impl WriteOperation for UpdatePricelist {
    const NAME: &'static str = "updatePricelist";
    const DOC: &'static str = "Creates and updates price lists with prices per article, optionally limited to periods.";
    type Request = UpdatePricelistRequest;
    type Result = UpdatePricelistResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdatePricelistRequest) -> Result<UpdatePricelistResult, Failure> {
        let reports = work.each(
            request.pricelists,
            |record| record.mandator_id,
            |work, record| {
                let mut keys =
                    PricelistKeys { pricelist_id: None, identifier: record.identifier.clone(), external_id: record.external_id.clone() };
                match take(work, record, &mut keys) {
                    Ok(action) => Ok((Some(action), keys)),
                    Err(failure) => Err((failure, Some(keys))),
                }
            },
        )?;
        Ok(UpdatePricelistResult::of(reports))
    }
}

fn take(work: &mut Work<'_, '_>, record: PricelistRecord, keys: &mut PricelistKeys) -> Result<ReportAction, Failure> {
    work.mandator(record.mandator_id)?;
    record.validities.iter().try_for_each(check_period)?;
    if let Some(rounding @ (..=0 | 3..)) = record.rounding_id {
        return Err(Failure::new(code::NOT_IN_LIST, [&rounding.to_string(), "1, 2"]).within("rounding_id"));
    }
    let currency = record.iso_currency.as_deref().map(currency_of).transpose()?;
    let (action, before, list) = list_of(work, &record, currency)?;
    (keys.pricelist_id, keys.identifier, keys.external_id) =
        (Some(list.pricelist_id), Some(list.identifier.clone()), list.external_id.clone());
    match action {
        ReportAction::Insert => store::insert(work.tx, &list)?,
        _ => store::update(work.tx, &list)?,
    }
    let mut touched: BTreeSet<ItemId> = BTreeSet::new();
    let shows = |list: &PricelistRow| (list.identifier.clone(), list.iso_currency.clone(), list.rounding_id, list.gross);
    if before.as_ref().is_some_and(|before| shows(before) != shows(&list)) {
        touched.extend(store::items_in(&mut work.tx.conn, list.pricelist_id)?);
    }
    if record.full_import == Some(true) {
        touched.extend(store::clear(work.tx, list.pricelist_id)?);
    }
    let mut faults = Faults::default();
    for validity in record.validities {
        take_validity(work, &list, validity, &mut touched, &mut faults)?;
    }
    let names = before.into_iter().map(|before| before.identifier).chain([list.identifier.clone()]).collect();
    tell_channels(work, list.mandator_id, &names, touched)?;
    faults.outcome().map(|()| action)
}

fn currency_of(text: &str) -> Result<Currency, Failure> {
    let code = text.trim().to_ascii_uppercase();
    Currency::read(&code).map_err(|failure| failure.within("iso_currency"))
}

/// A limited period needs its name and both days (`item-calls.md` 8).
fn check_period(validity: &Validity) -> Result<(), Failure> {
    let missing = match (&validity.identifier, validity.valid_from, validity.valid_to) {
        (_, None, None) => return Ok(()),
        (Some(_), Some(from), Some(to)) if from <= to => return Ok(()),
        (_, Some(from), Some(to)) if from > to => {
            let failure = Failure::quoting(code::OUT_OF_RANGE, [&to.0.to_string(), &Worded::at_least(from.0)]);
            return Err(failure.within("valid_to").within("validity"));
        }
        (None, Some(_), Some(_)) => "identifier",
        (_, None, Some(_)) => "valid_from",
        _ => "valid_to",
    };
    Err(Failure::quoting(code::PERIOD_INCOMPLETE, [&FieldName(missing)]).within("validity"))
}

/// Whether the list is new, what it was, and what it will be.
fn list_of(
    work: &mut Work<'_, '_>,
    record: &PricelistRecord,
    currency: Option<Currency>,
) -> Result<(ReportAction, Option<PricelistRow>, PricelistRow), Failure> {
    let mut filter = PricelistFilter { mandator_id: record.mandator_id, ..PricelistFilter::default() };
    match record.significant_key.unwrap_or_default() {
        PricelistKey::Identifier => filter.identifier = Cond::one(record.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?),
        PricelistKey::External => {
            filter.external_id = Cond::one(record.external_id.clone().ok_or_else(|| Failure::missing("external_id"))?)
        }
    }
    let found = store::matching(&mut work.tx.conn, &filter)?.into_iter().next();
    let before = found.clone();
    let stamp = work.tx.stamp.0;
    let (action, mut list) = match found {
        Some(list) => (ReportAction::Update, list),
        None => {
            let list = PricelistRow {
                pricelist_id: PricelistId(next_id(work.tx, "pricelist")?),
                mandator_id: record.mandator_id,
                identifier: record.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?,
                external_id: None,
                iso_currency: currency.ok_or_else(|| Failure::missing("iso_currency"))?.code().to_owned(),
                rounding_id: 1,
                gross: true,
                created_at: stamp,
                created_by: work.user.name.clone(),
                last_changed: stamp,
                last_changed_by: String::new(),
            };
            (ReportAction::Insert, list)
        }
    };
    if let Some(currency) = currency.map(Currency::code)
        && currency != list.iso_currency
    {
        if let Some(account) = accounts_with(work.settings, &list).next() {
            return Err(
                Failure::new(code::CURRENCY_FIXED, [&list.iso_currency, &account.account_id.to_string(), currency]).within("iso_currency")
            );
        }
        list.iso_currency = currency.to_owned();
    }
    if let Some(identifier) = &record.identifier {
        list.identifier.clone_from(identifier);
    }
    list.external_id = record.external_id.clone().or(list.external_id);
    refuse_taken_names(work, &list)?;
    list.rounding_id = record.rounding_id.unwrap_or(list.rounding_id);
    list.gross = record.gross.unwrap_or(list.gross);
    list.last_changed = stamp;
    list.last_changed_by.clone_from(&work.user.name);
    Ok((action, before, list))
}

fn refuse_taken_names(work: &mut Work<'_, '_>, list: &PricelistRow) -> Result<(), Failure> {
    let mut by_name = PricelistFilter { mandator_id: list.mandator_id, ..PricelistFilter::default() };
    by_name.identifier = Cond::one(list.identifier.clone());
    let mut by_external = PricelistFilter { mandator_id: list.mandator_id, ..PricelistFilter::default() };
    by_external.external_id = list.external_id.clone().map_or(Cond::Null, Cond::one);
    for (filter, field, value) in [(by_name, "identifier", Some(&list.identifier)), (by_external, "external_id", list.external_id.as_ref())]
    {
        let Some(value) = value else { continue };
        let others = store::matching(&mut work.tx.conn, &filter)?;
        if others.iter().any(|other| other.pricelist_id != list.pricelist_id) {
            return Err(Failure::quoting(code::TAKEN, [&(FieldName(field), value.as_str())]).within(field));
        }
    }
    Ok(())
}

/// What was wrong with single prices of a list.
#[derive(Default)]
struct Faults {
    unknown: Vec<String>,
    first: Option<Failure>,
}

impl Faults {
    fn outcome(self) -> Result<(), Failure> {
        /// Numbers named in the text; more would only make it long.
        const NAMED: usize = 20;
        if let Some(failure) = self.first {
            return Err(failure);
        }
        if self.unknown.is_empty() {
            return Ok(());
        }
        let mut named = self.unknown.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if self.unknown.len() > NAMED {
            named.push_str(", …");
        }
        Err(Failure::new(code::UNKNOWN_ITEMS_LISTED, [&self.unknown.len().to_string(), &named]))
    }
}

fn take_validity(
    work: &mut Work<'_, '_>,
    list: &PricelistRow,
    validity: Validity,
    touched: &mut BTreeSet<ItemId>,
    faults: &mut Faults,
) -> Result<(), Failure> {
    let validity_id = validity_of(work, list, &validity, touched)?;
    let mut good: Vec<PriceEntry> = Vec::with_capacity(validity.prices.list.len());
    for entry in validity.prices.list {
        match entry.content {
            Ok(price) if price.price.0 < 0 => {
                let failure = Failure::quoting(code::OUT_OF_RANGE, [&price.price.to_string(), &Worded::at_least(0)]).within("price");
                faults.first.get_or_insert(failure.within(entry.place));
            }
            Ok(price) => good.push(*price),
            Err(failure) => {
                faults.first.get_or_insert(failure.within(entry.place));
            }
        }
    }
    let numbers: Vec<&str> = good.iter().map(|entry| entry.item_nr.as_str()).collect();
    let mut known: HashMap<String, Vec<ItemId>> = HashMap::new();
    for (number, item_id) in items::ids_by_number(&mut work.tx.conn, list.mandator_id, &numbers)? {
        known.entry(number).or_default().push(item_id);
    }
    let mut rows: HashMap<ItemId, PriceRow> = HashMap::with_capacity(good.len());
    for entry in &good {
        match known.get(&entry.item_nr) {
            Some(ids) => {
                rows.extend(ids.iter().map(|item_id| (*item_id, PriceRow { validity_id, item_id: *item_id, price: entry.price.0 })))
            }
            None => faults.unknown.push(entry.item_nr.clone()),
        }
    }
    touched.extend(rows.keys());
    store::save(work.tx, rows.into_values().collect())
}

/// The stored period that a sent one means: the unlimited one, or the limited one of that name.
/// All prices of a period count on other days when its days change.
fn validity_of(work: &mut Work<'_, '_>, list: &PricelistRow, sent: &Validity, touched: &mut BTreeSet<ItemId>) -> Result<i32, Failure> {
    let stored = store::validities(&mut work.tx.conn, list.pricelist_id)?;
    let days = sent.valid_from.zip(sent.valid_to).map(|(from, to)| (from.0.to_string(), to.0.to_string()));
    let same = stored.iter().find(|row| match &days {
        None => row.valid_from.is_none(),
        Some(_) => row.valid_from.is_some() && row.identifier == sent.identifier,
    });
    match (same, days) {
        (Some(row), None) => Ok(row.validity_id),
        (Some(row), Some((from, to))) => {
            if row.valid_from.as_ref() != Some(&from) || row.valid_to.as_ref() != Some(&to) {
                store::set_days(work.tx, row.validity_id, &from, &to)?;
                touched.extend(store::items_of_validity(&mut work.tx.conn, row.validity_id)?);
            }
            Ok(row.validity_id)
        }
        (None, days) => {
            let (valid_from, valid_to) = days.unzip();
            let row =
                ValidityRow { validity_id: 0, pricelist_id: list.pricelist_id, identifier: sent.identifier.clone(), valid_from, valid_to };
            store::add_validity(work.tx, row)
        }
    }
}

/// The accounts that the list is assigned to.
fn accounts_with<'s>(settings: &'s Settings, list: &PricelistRow) -> impl Iterator<Item = &'s Account> {
    settings.accounts.iter().filter(|account| account.mandator_id == list.mandator_id && account.pricelists.contains(&list.identifier))
}

/// Marks the prices of these articles in the accounts that have a list of one of these names.
fn tell_channels(
    work: &mut Work<'_, '_>,
    mandator_id: MandatorId,
    names: &BTreeSet<String>,
    touched: BTreeSet<ItemId>,
) -> Result<(), Failure> {
    let touched: Vec<ItemId> = touched.into_iter().collect();
    let of_mandator = work.settings.accounts.iter().filter(|account| account.mandator_id == mandator_id);
    let with_list = of_mandator.filter(|account| account.pricelists.iter().any(|name| names.contains(name)));
    let accounts: Vec<AccountId> = with_list.map(|account| account.account_id).collect();
    if accounts.is_empty() {
        return Ok(());
    }
    let concerned = outbox::mark_items_of_accounts(work.tx, &touched, &[Topic::Price], &accounts)?;
    work.concerns(concerned);
    listing::follow_listing_rules(work, mandator_id, &touched)
}
