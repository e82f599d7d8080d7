use super::*;
use crate::domain::MandatorId;
use crate::operations::categories::{CategoryRecord, UpdateCategories, UpdateCategoriesRequest};
use crate::operations::wire::{Between, Flag, Match, Time};

fn null<T>(null: bool) -> Option<Match<T>> {
    Some(Match { any_of: None, null: Some(null), allow_null: false })
}

/// Articles A, B and C: A in a group with the number `cups`, B in a group without a number, C in none.
fn shelf(test: impl Fn(&Store)) {
    on_stores(|store| {
        let group = |external_id: Option<&str>| CategoryRecord {
            mandator_id: MandatorId(1),
            identifier: Some("Group".into()),
            external_id: external_id.map(str::to_owned),
            ..CategoryRecord::default()
        };
        let nameless = store
            .write(|tx| {
                // Calls cannot make a group without a number, but there may be such.
                let row = crate::store::categories::CategoryRow {
                    category_id: 99,
                    mandator_id: MandatorId(1),
                    identifier: "Nameless".into(),
                    external_id: None,
                    parent_id: None,
                    created_at: 0,
                    created_by: "test".into(),
                    last_changed: 0,
                    last_changed_by: "test".into(),
                    data: Default::default(),
                };
                crate::store::categories::save(tx, &[row])?;
                Ok(99)
            })
            .unwrap();
        let request = UpdateCategoriesRequest { categories: records("category", [group(Some("cups"))]), ..Default::default() };
        call::<UpdateCategories>(store, request);
        let items = [
            ItemRecord {
                external_category_id: Patch::Set("cups".into()),
                ean_code: Patch::Set("40".into()),
                active: Patch::Set(true),
                ..new("A")
            },
            ItemRecord { category_id: Patch::Set(nameless), active: Patch::Set(false), ..new("B") },
            new("C"),
        ];
        assert_eq!(codes(store, items), [0, 0, 0]);
        test(store);
    });
}

#[test]
fn conditions_on_the_number_of_a_group_know_set_and_not_set() {
    shelf(|store| {
        let with = |external_category_id| numbers(store, ItemFilterRecord { external_category_id, ..ItemFilterRecord::default() });
        assert_eq!(with(is("cups".to_owned())), ["A"]);
        assert_eq!(with(is("nowhere".to_owned())), [""; 0]);
        assert_eq!(with(null(true)), ["B", "C"]);
        assert_eq!(with(null(false)), ["A"]);
        let or_none = Match { any_of: Some(vec!["cups".to_owned()]), null: None, allow_null: true };
        assert_eq!(with(Some(or_none)), ["A", "B", "C"]);
        let both = ItemFilterRecord { external_category_id: is("cups".into()), category_id: is(99), ..ItemFilterRecord::default() };
        assert_eq!(numbers(store, both), [""; 0], "both conditions have to hold");
    });
}

#[test]
fn conditions_hold_together_and_filters_add_up() {
    shelf(|store| {
        let active = |value, allow_null| Some(Flag { value: Some(value), allow_null });
        assert_eq!(numbers(store, ItemFilterRecord { active: active(true, true), ..Default::default() }), ["A", "C"]);
        assert_eq!(numbers(store, ItemFilterRecord { active: active(true, false), ean_code: null(true), ..Default::default() }), [""; 0]);
        assert_eq!(numbers(store, ItemFilterRecord { ean_code: null(true), ..Default::default() }), ["B", "C"]);
        let by = |number: &str| ItemFilterRecord {
            mandator_id: is(MandatorId(1)),
            internal_item_number: is(number.to_owned()),
            ..Default::default()
        };
        let request = FetchItemsRequest { filters: vec![by("B"), by("A"), by("B")], ..Default::default() };
        let result = fetch::<FetchItems>(store, request);
        assert_eq!(result.report.total_records, Some(2), "an article that passes two filters comes once");
    });
}

#[test]
fn pages_cut_the_articles_in_order() {
    shelf(|store| {
        let page = |page| {
            let filters = vec![ItemFilterRecord { mandator_id: is(MandatorId(1)), ..Default::default() }];
            let request = FetchItemsRequest { filters, items_per_page: Some(2), page: Some(page), ..Default::default() };
            let result = fetch::<FetchItems>(store, request);
            let numbers: Vec<String> = result.items.into_iter().filter_map(|item| item.internal_item_number).collect();
            (numbers, result.report.total_records)
        };
        assert_eq!(page(1), (vec!["A".into(), "B".into()], Some(3)));
        assert_eq!(page(2), (vec!["C".into()], Some(3)));
        assert_eq!(page(3), (Vec::new(), Some(3)));
    });
}

#[test]
fn changes_are_found_under_both_names_of_the_field() {
    shelf(|store| {
        let since = Stamp(store.write(|tx| Ok(tx.stamp.0)).unwrap());
        taken(store, ItemRecord { match_code: Patch::Set("new".into()), ..item("B") });
        let window = || Some(Between { from: Some(Time::of(since, chrono_tz::UTC)), ..Between::default() });
        assert_eq!(numbers(store, ItemFilterRecord { last_changed: window(), ..Default::default() }), ["B"]);
        assert_eq!(numbers(store, ItemFilterRecord { last_changed_at: window(), ..Default::default() }), ["B"]);
        let by_nobody = ItemFilterRecord { last_changed_by: among(["nobody".to_owned()]), ..Default::default() };
        assert_eq!(numbers(store, by_nobody), [""; 0]);
    });
}
