//! Account 101 with the categories Household > Mugs, an article of the item group `cups`, on offer in 101 and 102.

use super::fetch::{AccountCategoryFilter, FetchAccountCatsRequest};
use super::update::UpdateAccountCatsRequest;
use super::*;
use crate::domain::{AccountId, MandatorId};
use crate::operations::categories::{CategoryRecord, UpdateCategories, UpdateCategoriesRequest};
use crate::operations::testing::{all_sent, call, fetch, is, records, waiting};
use crate::store::Store;
use crate::store::outbox::Topic;
use crate::store::testing::{item, offer, on_stores};

fn named(external_id: &str) -> AccountCategoryRecord {
    AccountCategoryRecord { account_id: AccountId(101), external_id: Some(external_id.into()), ..AccountCategoryRecord::default() }
}

fn category(external_id: &str, parent: &str) -> AccountCategoryRecord {
    let parent = if parent.is_empty() { Patch::Clear } else { Patch::Set(parent.to_owned()) };
    AccountCategoryRecord { identifier: Some(external_id.to_uppercase()), external_parent_id: parent, ..named(external_id) }
}

fn mapping(groups: &[&str], replace: bool) -> Bundle<MappedCategory> {
    let entry = |group: &&str| MappedCategory { external_category_id: Some((*group).to_owned()), ..MappedCategory::default() };
    Bundle { entries: groups.iter().map(entry).collect(), replace }
}

/// Sends categories; gives the return codes of the reports.
fn send<const N: usize>(store: &Store, categories: [AccountCategoryRecord; N]) -> Vec<i32> {
    let request = UpdateAccountCatsRequest { account_categories: records("account_category", categories), ..Default::default() };
    call::<UpdateAccountCategories>(store, request).result.reports.iter().map(|report| report.return_code).collect()
}

/// The categories of account 101 as `external id < external id of the parent: groups`.
fn tree(store: &Store) -> Vec<String> {
    let filters =
        vec![AccountCategoryFilter { mandator_id: is(MandatorId(1)), account_id: is(AccountId(101)), ..AccountCategoryFilter::default() }];
    let found = fetch::<FetchAccountCategories>(store, FetchAccountCatsRequest { filters, ..Default::default() });
    let mut lines: Vec<String> = found
        .account_categories
        .into_iter()
        .map(|category| {
            let parent = category.external_parent_id.as_ref().map(|parent| format!(" < {parent}")).unwrap_or_default();
            let groups: Vec<String> =
                category.mapped_categories.entries.into_iter().filter_map(|entry| entry.external_category_id).collect();
            let groups = if groups.is_empty() { String::new() } else { format!(": {}", groups.join(" ")) };
            category.external_id.unwrap_or_default() + &parent + &groups
        })
        .collect();
    lines.sort();
    lines
}

fn world(test: impl Fn(&Store)) {
    on_stores(|store| {
        store
            .write(|tx| {
                let item = item(tx, MandatorId(1), "A-1", &[])?;
                offer(tx, 1, 101, item, None)?;
                offer(tx, 1, 102, item, None).map(|_| ())
            })
            .unwrap();
        assert_eq!(send(store, [category("mugs", "household"), category("household", "")]), [0, 0]);
        all_sent(store);
        test(store);
    });
}

#[test]
fn a_tree_comes_in_any_order_and_is_moved_and_renamed() {
    world(|store| {
        assert_eq!(tree(store), ["household", "mugs < household"]);
        assert_eq!(send(store, [category("household", "mugs"), category("mugs", "")]), [0, 0], "the two change places");
        assert_eq!(tree(store), ["household < mugs", "mugs"]);
        let renamed = AccountCategoryRecord {
            significant_key: Some(AccountCategoryKey::Id),
            account_category_id: Some(1),
            external_parent_id: Patch::Set("mugs".into()),
            ..named("old mugs")
        };
        assert_eq!(send(store, [renamed, category("mugs", "")]), [0, 0], "a new one takes the number of the old one");
        assert_eq!(tree(store), ["household < old mugs", "mugs", "old mugs < mugs"]);
    });
}

#[test]
fn both_kinds_of_trees_refuse_alike() {
    world(|store| {
        let stolen =
            AccountCategoryRecord { significant_key: Some(AccountCategoryKey::Id), account_category_id: Some(1), ..named("household") };
        let circle = category("household", "mugs");
        let unnamed = named("unnamed");
        let elsewhere = AccountCategoryRecord { account_id: AccountId(102), ..category("elsewhere", "mugs") };
        let codes = send(store, [stolen, circle, unnamed, elsewhere, category("lost", "nowhere"), category("below", "lost")]);
        assert_eq!(codes, [-5019, -3013, -3001, -4020, -4020, -4020]);
        assert_eq!(tree(store), ["household", "mugs < household"]);
    });
}

#[test]
fn mapped_groups_move_between_categories_and_the_last_word_counts() {
    world(|store| {
        let maps =
            |name: &str, groups: &[&str], replace| AccountCategoryRecord { mapped_categories: mapping(groups, replace), ..named(name) };
        assert_eq!(send(store, [maps("mugs", &["cups", "glasses"], false)]), [0]);
        assert_eq!(waiting(store, Topic::Content), [101], "only this account");
        all_sent(store);
        send(store, [maps("mugs", &["glasses", "cups"], true), maps("household", &[], false)]);
        assert!(waiting(store, Topic::Content).is_empty(), "the same mapping again");
        send(store, [maps("household", &["cups"], false)]);
        assert_eq!(tree(store), ["household: cups", "mugs < household: glasses"]);
        send(store, [maps("mugs", &["plates"], true), maps("household", &["plates"], false)]);
        assert_eq!(tree(store), ["household: cups plates", "mugs < household"]);
        assert_eq!(waiting(store, Topic::Content), [101]);
    });
}

#[test]
fn a_refused_category_maps_nothing() {
    world(|store| {
        let lost = AccountCategoryRecord { mapped_categories: mapping(&["cups"], true), ..category("mugs", "nowhere") };
        assert_eq!(send(store, [lost]), [-4020]);
        let unknown = MappedCategory { category_id: Some(99), ..MappedCategory::default() };
        let unknown = AccountCategoryRecord { mapped_categories: vec![unknown].into(), ..category("new", "") };
        assert_eq!(send(store, [unknown]), [-4004]);
        assert_eq!(tree(store), ["household", "mugs < household"]);
        assert!(waiting(store, Topic::Content).is_empty());
    });
}

#[test]
fn switching_a_category_off_is_sent() {
    world(|store| {
        send(store, [AccountCategoryRecord { active: Some(true), ..named("mugs") }]);
        assert!(waiting(store, Topic::Content).is_empty(), "it was on");
        send(store, [AccountCategoryRecord { active: Some(false), ..named("mugs") }]);
        assert_eq!(waiting(store, Topic::Content), [101]);
    });
}

#[test]
fn groups_are_mapped_by_number_too_but_only_those_of_the_mandator() {
    world(|store| {
        let group = |mandator_id| CategoryRecord {
            mandator_id,
            identifier: Some("Cups".into()),
            external_id: Some("cups".into()),
            ..CategoryRecord::default()
        };
        let request =
            UpdateCategoriesRequest { categories: records("category", [group(MandatorId(1)), group(MandatorId(2))]), ..Default::default() };
        call::<UpdateCategories>(store, request);
        let by_number = |id| AccountCategoryRecord {
            mapped_categories: vec![MappedCategory { category_id: Some(id), ..MappedCategory::default() }].into(),
            ..named("mugs")
        };
        assert_eq!(send(store, [by_number(1), by_number(2)]), [0, -4004]);
        assert_eq!(tree(store), ["household", "mugs < household: cups"]);
    });
}
