//! The world of the tests: articles A and B on offer in the accounts 101 and 102, which sell at the price list `standard`.

mod update_list;
mod update_prices;

use super::fetch_list::{FetchPricelistRequest, PricelistFilterRecord};
use super::update_list::{PricelistReport, UpdatePricelistRequest};
use super::*;
use crate::domain::MandatorId;
use crate::operations::testing::{all_sent, call, fetch, is, records, waiting};
use crate::store::Store;
use crate::store::outbox::Topic;
use crate::store::testing::{item, offer, on_stores};

fn list(identifier: &str) -> PricelistRecord {
    PricelistRecord { mandator_id: MandatorId(1), identifier: Some(identifier.into()), ..PricelistRecord::default() }
}

fn priced(identifier: &str, validities: Vec<Validity>) -> PricelistRecord {
    PricelistRecord { validities, ..list(identifier) }
}

/// A period: no name is the unlimited one, else the days are `from..to`.
fn period(name: &str, days: &str, prices: &[(&str, i32)]) -> Validity {
    let day = |text: &str| Some(Day(text.parse().unwrap()));
    let (valid_from, valid_to) = days.split_once("..").map_or((None, None), |(from, to)| (day(from), day(to)));
    let entry = |(number, price): &(&str, i32)| PriceEntry { item_nr: (*number).to_owned(), price: Decimal::from_whole(*price) };
    Validity {
        identifier: Some(name.to_owned()).filter(|name| !name.is_empty()),
        valid_from,
        valid_to,
        prices: records("entry", prices.iter().map(entry)),
    }
}

fn send(store: &Store, list: PricelistRecord) -> PricelistReport {
    let request = UpdatePricelistRequest { pricelists: records("pricelist", [list]), ..Default::default() };
    call::<UpdatePricelist>(store, request).result.reports.remove(0)
}

fn code(store: &Store, list: PricelistRecord) -> i32 {
    send(store, list).return_code
}

/// A list as lines: `name currency gross rounding`, then `period days: number price, …`.
fn shown(store: &Store, identifier: &str) -> Vec<String> {
    let filters =
        vec![PricelistFilterRecord { mandator_id: is(MandatorId(1)), identifier: is(identifier.to_owned()), ..Default::default() }];
    let lists = fetch::<FetchPricelist>(store, FetchPricelistRequest { filters, ..Default::default() }).pricelists;
    let mut lines = Vec::new();
    for list in lists {
        lines.push(format!("{} {}", list.identifier.unwrap(), list.iso_currency.unwrap()));
        for validity in list.validities {
            let day = |day: Option<Day>| day.map(|day| day.0.to_string()).unwrap_or_default();
            let prices = validity.prices.list.into_iter().filter_map(|entry| entry.content.ok());
            let prices: Vec<String> = prices.map(|entry| format!("{} {}", entry.item_nr, entry.price)).collect();
            let name = validity.identifier.unwrap_or_default();
            lines.push(format!("{name} {}..{}: {}", day(validity.valid_from), day(validity.valid_to), prices.join(", ")));
        }
    }
    lines
}

fn world(test: impl Fn(&Store)) {
    on_stores(|store| {
        store
            .write(|tx| {
                for number in ["A", "B"] {
                    let item = item(tx, MandatorId(1), number, &[])?;
                    offer(tx, 1, 101, item, None)?;
                    offer(tx, 1, 102, item, None)?;
                }
                Ok(())
            })
            .unwrap();
        let first =
            PricelistRecord { iso_currency: Some("EUR".into()), ..priced("standard", vec![period("", "", &[("A", 10), ("B", 20)])]) };
        assert_eq!(code(store, first), 0);
        all_sent(store);
        test(store);
    });
}
