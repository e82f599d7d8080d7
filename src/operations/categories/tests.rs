//! The groups Kitchen > Cups, an article in Cups, and its variant; both are on offer in account 101.

use super::fetch::{CategoryFilter, FetchCategoriesRequest};
use super::update::UpdateCategoriesRequest;
use super::*;
use crate::domain::MandatorId;
use crate::domain::item::{TextModule as Text, Translation};
use crate::operations::items::{ItemRecord, UpdateItems, UpdateItemsRequest, VariantRecord};
use crate::operations::testing::{all_sent, call, fetch, is, records, waiting};
use crate::store::Store;
use crate::store::outbox::Topic;
use crate::store::testing::{item, offer, on_stores};

fn named(external_id: &str) -> CategoryRecord {
    CategoryRecord { mandator_id: MandatorId(1), external_id: Some(external_id.into()), ..CategoryRecord::default() }
}

fn group(external_id: &str, parent: &str) -> CategoryRecord {
    let parent = if parent.is_empty() { Patch::Clear } else { Patch::Set(parent.to_owned()) };
    CategoryRecord { identifier: Some(external_id.to_uppercase()), external_parent_id: parent, ..named(external_id) }
}

fn text(text: &str) -> Bundle<TextModule> {
    let translation = Translation { language_code_iso: "de".into(), text: Patch::Set(text.into()) };
    vec![Text { text_module_type: 15, translations: vec![translation] }].into()
}

/// Sends groups; gives the return codes of the reports.
fn send<const N: usize>(store: &Store, groups: [CategoryRecord; N]) -> Vec<i32> {
    let request = UpdateCategoriesRequest { categories: records("category", groups), ..Default::default() };
    call::<UpdateCategories>(store, request).result.reports.iter().map(|report| report.return_code).collect()
}

/// All groups as `external id < external id of the parent`.
fn tree(store: &Store) -> Vec<String> {
    let filters = vec![CategoryFilter { mandator_id: is(MandatorId(1)), ..CategoryFilter::default() }];
    let mut groups: Vec<String> = fetch::<FetchCategories>(store, FetchCategoriesRequest { filters, ..Default::default() })
        .categories
        .into_iter()
        .map(|group| {
            let parent = group.external_parent_id.as_ref().cloned();
            group.external_id.unwrap_or_default() + &parent.map(|parent| format!(" < {parent}")).unwrap_or_default()
        })
        .collect();
    groups.sort();
    groups
}

fn world(test: impl Fn(&Store)) {
    on_stores(|store| {
        assert_eq!(send(store, [group("cups", "kitchen"), group("kitchen", "")]), [0, 0]);
        store
            .write(|tx| {
                for number in ["A-1", "A-1-BLUE"] {
                    let item = item(tx, MandatorId(1), number, &[])?;
                    offer(tx, 1, 101, item, None)?;
                }
                Ok(())
            })
            .unwrap();
        let of =
            |number: &str| ItemRecord { mandator_id: MandatorId(1), internal_item_number: Some(number.into()), ..ItemRecord::default() };
        let variant = VariantRecord { external_variant_parent_id: Some("A-1".into()), ..VariantRecord::default() };
        let items = [
            ItemRecord { external_category_id: Patch::Set("cups".into()), ..of("A-1") },
            ItemRecord { variant: Some(variant), ..of("A-1-BLUE") },
        ];
        let request = UpdateItemsRequest { items: records("item", items), ..Default::default() };
        let done = call::<UpdateItems>(store, request).result;
        assert!(done.reports.iter().all(|report| report.return_code == 0));
        all_sent(store);
        test(store);
    });
}

#[test]
fn what_a_group_shows_is_sent_for_articles_below_it_and_their_variants() {
    world(|store| {
        send(store, [CategoryRecord { text_modules: text("For the kitchen"), ..named("kitchen") }]);
        assert_eq!(waiting(store, Topic::Content), [101, 101]);
        all_sent(store);
        send(store, [CategoryRecord { text_modules: text("For the kitchen"), ..named("kitchen") }]);
        assert!(waiting(store, Topic::Content).is_empty(), "the same text again");
        send(store, [CategoryRecord { identifier: Some("Kitchen and more".into()), ..named("kitchen") }]);
        assert!(waiting(store, Topic::Content).is_empty(), "no channel shows the name");
        assert_eq!(send(store, [group("garden", "")]), [0]);
        assert!(waiting(store, Topic::Content).is_empty(), "a group without articles");
    });
}

#[test]
fn moving_a_group_sends_its_articles_and_leaves_the_rest_where_it_is() {
    world(|store| {
        assert_eq!(
            send(store, [CategoryRecord { external_parent_id: Patch::Set("garden".into()), ..named("cups") }, group("garden", "")]),
            [0, 0]
        );
        assert_eq!(tree(store), ["cups < garden", "garden", "kitchen"]);
        assert_eq!(waiting(store, Topic::Content), [101, 101]);
        all_sent(store);
        send(store, [CategoryRecord { external_parent_id: Patch::Clear, ..named("cups") }]);
        assert_eq!(tree(store), ["cups", "garden", "kitchen"]);
        send(store, [named("cups")]);
        assert_eq!(tree(store), ["cups", "garden", "kitchen"], "omitted keeps the parent");
        // Cups above Kitchen, and back: the parent of the one is the child of the other.
        assert_eq!(send(store, [group("kitchen", "cups")]), [0]);
        assert_eq!(send(store, [group("cups", "kitchen"), group("kitchen", "")]), [0, 0]);
        assert_eq!(tree(store), ["cups < kitchen", "garden", "kitchen"]);
    });
}

#[test]
fn a_group_gets_another_number_and_the_old_one_is_free() {
    world(|store| {
        let by_number = |id: i32, external_id: &str| CategoryRecord {
            significant_key: Some(CategoryKey::Id),
            category_id: Some(id),
            ..named(external_id)
        };
        // Cups was the first of the call, Kitchen the second. A new group takes the old number of the one, and the old
        // one goes below it.
        let below_new = CategoryRecord { external_parent_id: Patch::Set("kitchen".into()), ..by_number(2, "old kitchen") };
        assert_eq!(send(store, [below_new, group("kitchen", "")]), [0, 0]);
        assert_eq!(tree(store), ["cups < old kitchen", "kitchen", "old kitchen < kitchen"]);
        let codes = send(store, [by_number(1, "kitchen"), by_number(9, "nobody"), group("kitchen", "")]);
        assert_eq!(codes, [-5019, -4011, 0], "a number of another group, an unknown group, a good one");
        assert_eq!(tree(store), ["cups < old kitchen", "kitchen", "old kitchen < kitchen"]);
    });
}

#[test]
fn a_refused_group_leaves_nothing_behind() {
    world(|store| {
        let lost = CategoryRecord { text_modules: text("lost"), ..group("kitchen", "nowhere") };
        assert_eq!(send(store, [lost, group("new", "nowhere"), group("below", "new"), group("good", "")]), [-4004, -4004, -4004, 0]);
        assert_eq!(tree(store), ["cups < kitchen", "good", "kitchen"]);
        assert!(waiting(store, Topic::Content).is_empty());
        assert_eq!(send(store, [group("kitchen", "cups"), named("unnamed")]), [-3013, -3001], "a circle, a new group without a name");
        assert_eq!(tree(store), ["cups < kitchen", "good", "kitchen"]);
    });
}

#[test]
fn groups_of_two_mandators_do_not_see_each_other() {
    world(|store| {
        let theirs = CategoryRecord { mandator_id: MandatorId(2), ..group("kitchen", "") };
        let stolen = CategoryRecord { mandator_id: MandatorId(2), ..group("theirs", "cups") };
        let by_number = CategoryRecord { mandator_id: MandatorId(2), parent_id: Patch::Set(1), ..group("theirs", "") };
        assert_eq!(send(store, [theirs, stolen, by_number, group("ours", "kitchen")]), [0, -4004, -4004, 0]);
        assert_eq!(tree(store), ["cups < kitchen", "kitchen", "ours < kitchen"]);
    });
}
