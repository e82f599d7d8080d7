use super::super::delete::{DeleteItemRecord, DeleteItemsRequest};
use super::*;
use crate::domain::MandatorId;

fn delete<const N: usize>(store: &Store, numbers: [&str; N]) -> Vec<(i32, String)> {
    let record =
        |number: &str| DeleteItemRecord { mandator_id: MandatorId(1), internal_item_number: Some(number.into()), ..Default::default() };
    let items = records("item", numbers.map(record));
    let reports = call::<DeleteItems>(store, DeleteItemsRequest { items, ..Default::default() }).result.reports;
    reports.into_iter().map(|report| (report.return_code, report.error_description.unwrap_or_default())).collect()
}

#[test]
fn an_article_that_nothing_depends_on_is_deleted_once() {
    world(|store, _| {
        taken(store, new("B-1"));
        let codes: Vec<i32> = delete(store, ["B-1", "B-1", "nowhere"]).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, [0, -4001, -4001]);
        assert_eq!(numbers(store, ItemFilterRecord::default()), ["A-1"]);
        taken(store, new("B-1"));
    });
}

#[test]
fn what_depends_on_an_article_is_named() {
    world(|store, _| {
        let variant = VariantRecord { external_variant_parent_id: Some("A-1".into()), ..VariantRecord::default() };
        taken(store, ItemRecord { variant: Some(variant), ..new("A-1-BLUE") });
        let refused = delete(store, ["A-1"]).remove(0);
        assert_eq!(refused.0, -5001);
        assert!(refused.1.contains("variants: 1, running offers: 2 (endOffers ends them)"), "{}", refused.1);
        let codes: Vec<i32> = delete(store, ["A-1-BLUE", "A-1"]).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, [0, -5001], "the offers still run");
    });
}
