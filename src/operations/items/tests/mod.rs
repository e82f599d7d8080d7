//! The world of the tests: articles of mandator 1, some on offer in the accounts 101 and 102.

mod advice;
mod delete;
mod fetch;
mod same_sku;
mod update;

use super::update::ItemReport;
use super::*;
use crate::domain::{ItemId, MandatorId, Stamp};
use crate::operations::testing::{all_sent, among, call, fetch, is, records, waiting};
use crate::store::outbox::Topic;
use crate::store::testing::{offer, on_stores};
use crate::store::{Store, Tx};

/// A record by item number, which keeps everything.
fn item(number: &str) -> ItemRecord {
    ItemRecord { mandator_id: MandatorId(1), internal_item_number: Some(number.into()), ..ItemRecord::default() }
}

/// A record with what a new article needs.
fn new(number: &str) -> ItemRecord {
    ItemRecord { identifier: Some(format!("Item {number}")), tax_type_id: Some(3), ..item(number) }
}

/// A record by number of Kontor.
fn numbered(item_id: ItemId) -> ItemRecord {
    ItemRecord { significant_key: Some(ItemKey::Id), mandator_id: MandatorId(1), item_id: Some(item_id), ..ItemRecord::default() }
}

fn send<const N: usize>(store: &Store, items: [ItemRecord; N]) -> Vec<ItemReport> {
    call::<UpdateItems>(store, UpdateItemsRequest { items: records("item", items), ..Default::default() }).result.reports
}

fn codes<const N: usize>(store: &Store, items: [ItemRecord; N]) -> Vec<i32> {
    send(store, items).iter().map(|report| report.return_code).collect()
}

/// Sends an article that has to be taken; gives its number.
fn taken(store: &Store, record: ItemRecord) -> ItemId {
    let report = send(store, [record]).remove(0);
    assert_eq!(report.return_code, 0, "{:?}", report.error_description);
    report.item.unwrap().item_id.unwrap()
}

/// The articles that pass a filter.
fn found(store: &Store, filter: ItemFilterRecord) -> Vec<ItemRecord> {
    let filters = vec![ItemFilterRecord { mandator_id: is(MandatorId(1)), ..filter }];
    fetch::<FetchItems>(store, FetchItemsRequest { filters, ..Default::default() }).items
}

fn numbers(store: &Store, filter: ItemFilterRecord) -> Vec<String> {
    found(store, filter).into_iter().filter_map(|item| item.internal_item_number).collect()
}

fn only(store: &Store, number: &str) -> ItemRecord {
    let mut items = found(store, ItemFilterRecord { internal_item_number: is(number.to_owned()), ..ItemFilterRecord::default() });
    assert_eq!(items.len(), 1, "{number}");
    items.remove(0)
}

/// Runs with article A-1, which is on offer in both accounts and has nothing to be sent.
fn world(test: impl Fn(&Store, ItemId)) {
    on_stores(|store| {
        let item_id = taken(store, new("A-1"));
        store
            .write(move |tx: &mut Tx<'_>| {
                offer(tx, 1, 101, item_id, None)?;
                offer(tx, 1, 102, item_id, None).map(|_| ())
            })
            .unwrap();
        all_sent(store);
        test(store, item_id);
    });
}

fn text(kind: i32, language: &str, text: &str) -> TextModule {
    let text = if text.is_empty() { Patch::Clear } else { Patch::Set(text.to_owned()) };
    TextModule { text_module_type: kind, translations: vec![Translation { language_code_iso: language.into(), text }] }
}

/// The texts of an article as `kind language: text`.
fn texts(record: &ItemRecord) -> Vec<String> {
    let lines = record.text_modules.entries.iter().flat_map(|module| {
        module.translations.iter().map(|t| {
            let text = t.text.as_ref().cloned().unwrap_or_default();
            format!("{} {}: {text}", module.text_module_type, t.language_code_iso)
        })
    });
    lines.collect()
}
