use super::*;
use crate::domain::MandatorId;
use crate::operations::common::ReportAction;

#[test]
fn fields_are_set_kept_and_cleared() {
    world(|store, _| {
        let full = ItemRecord {
            vendor_item_number: Patch::Set("V-1".into()),
            ean_code: Patch::Set("4006381333931".into()),
            list_price: Patch::Set(Decimal::from_whole(12)),
            weight: Patch::Set(Decimal::from_whole(300)),
            delivery_time_identifier: Patch::Set("1-2 days".into()),
            active: Patch::Set(true),
            safety_stock: Patch::Set(2),
            ..item("A-1")
        };
        taken(store, full);
        taken(store, ItemRecord { vendor_item_number: Patch::Clear, weight: Patch::Clear, safety_stock: Patch::Clear, ..item("A-1") });
        let kept = only(store, "A-1");
        assert!(kept.vendor_item_number.is_keep() && kept.weight.is_keep() && kept.safety_stock.is_keep(), "cleared");
        assert_eq!(kept.ean_code.as_ref().map(String::as_str), Some("4006381333931"));
        assert_eq!(kept.list_price.as_ref(), Some(&Decimal::from_whole(12)));
        assert_eq!(kept.delivery_time_identifier.as_ref().map(String::as_str), Some("1-2 days"));
        assert_eq!((kept.active.as_ref(), kept.identifier.as_deref()), (Some(&true), Some("Item A-1")));
    });
}

#[test]
fn lists_are_merged_in_part_or_replaced() {
    world(|store, _| {
        let modules = |entries: Vec<TextModule>, replace| ItemRecord { text_modules: Bundle { entries, replace }, ..item("A-1") };
        taken(store, modules(vec![text(1, "de", "Becher"), text(1, "EN", "Mug"), text(15, "de", "Ein Becher")], false));
        taken(store, modules(vec![text(1, "en", "Cup"), text(15, "de", "")], false));
        assert_eq!(texts(&only(store, "A-1")), ["1 de: Becher", "1 en: Cup"], "one language changed, one kind removed");
        taken(store, modules(vec![text(15, "en", "A mug")], true));
        assert_eq!(texts(&only(store, "A-1")), ["15 en: A mug"]);
        let picture =
            |slot, url: &str| ImageModule { image_module_type_id: slot, image_url: Patch::Set(url.into()), ..ImageModule::default() };
        let pictures = |entries: Vec<ImageModule>| ItemRecord { image_modules: entries.into(), ..item("A-1") };
        taken(store, pictures(vec![picture(1, "https://i.example/1.jpg"), picture(2, "https://i.example/2.jpg")]));
        taken(store, pictures(vec![ImageModule { image_url: Patch::Clear, ..picture(1, "") }, picture(3, "https://i.example/3.jpg")]));
        let slots: Vec<i32> = only(store, "A-1").image_modules.entries.iter().map(|image| image.image_module_type_id).collect();
        assert_eq!(slots, [2, 3], "only the named slots changed");
        let attribute = |name: &str, value: &str| ItemAttribute {
            attribute_identifier: Some(name.into()),
            item_attribute_values: vec![ItemAttributeValue { attribute_value_identifier: Some(value.into()), ..Default::default() }],
            ..ItemAttribute::default()
        };
        let attributes = |entries: Vec<ItemAttribute>| ItemRecord { item_attributes: entries.into(), ..item("A-1") };
        taken(store, attributes(vec![attribute("Colour", "blue"), attribute("Material", "clay")]));
        taken(store, attributes(vec![ItemAttribute { delete: Some(true), ..attribute("Colour", "") }, attribute("Material", "glass")]));
        let kept = only(store, "A-1").item_attributes.entries;
        let values: Vec<_> = kept.iter().map(|a| (a.attribute_identifier.as_deref(), a.item_attribute_values.len())).collect();
        assert_eq!(values, [(Some("Material"), 1)]);
    });
}

#[test]
fn several_records_about_an_article_add_up() {
    on_stores(|store| {
        let by_ean = ItemRecord {
            significant_key: Some(ItemKey::Ean),
            internal_item_number: None,
            ean_code: Patch::Set("40".into()),
            match_code: Patch::Set("mug".into()),
            ..item("")
        };
        let first = ItemRecord { ean_code: Patch::Set("40".into()), text_modules: vec![text(1, "de", "Becher")].into(), ..new("A-1") };
        let last = ItemRecord { text_modules: vec![text(1, "en", "Mug")].into(), ..item("A-1") };
        let reports = send(store, [first, by_ean, last]);
        let actions: Vec<_> = reports.iter().map(|report| report.action).collect();
        assert_eq!(actions, [Some(ReportAction::Insert), Some(ReportAction::Update), Some(ReportAction::Update)]);
        let kept = only(store, "A-1");
        assert_eq!(texts(&kept), ["1 de: Becher", "1 en: Mug"]);
        assert_eq!(kept.match_code.as_ref().map(String::as_str), Some("mug"));
    });
}

#[test]
fn an_article_gets_another_number_and_the_old_one_is_free() {
    world(|store, item_id| {
        let renamed = ItemRecord { internal_item_number: Some("A-2".into()), ..numbered(item_id) };
        assert_eq!(codes(store, [renamed, new("A-1")]), [0, 0]);
        assert_eq!(only(store, "A-2").item_id, Some(item_id));
        assert_ne!(only(store, "A-1").item_id, Some(item_id), "a new article");
        assert_eq!(waiting(store, Topic::Content), [101, 102], "the offers go with the article");
    });
}

#[test]
fn a_key_that_means_two_articles_or_none_is_refused() {
    world(|store, _| {
        let ean = |number: &str| ItemRecord { ean_code: Patch::Set("40".into()), ..new(number) };
        assert_eq!(codes(store, [ean("B-1"), ean("B-2")]), [0, 0]);
        let by_ean = |code: &str| ItemRecord {
            significant_key: Some(ItemKey::Ean),
            internal_item_number: None,
            ean_code: Patch::Set(code.into()),
            ..item("")
        };
        let no_key = ItemRecord { internal_item_number: None, ..new("") };
        assert_eq!(codes(store, [by_ean("40"), numbered(ItemId(999)), no_key, item("C-1")]), [-4002, -4011, -3001, -3001]);
    });
}

#[test]
fn a_refused_article_changes_nothing_and_the_others_are_taken() {
    world(|store, _| {
        let bad = |record: ItemRecord| ItemRecord { match_code: Patch::Set("lost".into()), ..record };
        let codes = codes(
            store,
            [
                bad(ItemRecord { tax_type_id: Some(4), ..item("A-1") }),
                bad(ItemRecord { safety_stock: Patch::Set(-1), ..item("A-1") }),
                bad(ItemRecord { external_category_id: Patch::Set("nowhere".into()), ..item("A-1") }),
                bad(ItemRecord { mandator_id: MandatorId(3), ..item("A-1") }),
                ItemRecord { vendor_item_number: Patch::Set("V-1".into()), ..item("A-1") },
            ],
        );
        assert_eq!(codes, [-3007, -3010, -4004, -4005, 0]);
        let kept = only(store, "A-1");
        assert!(kept.match_code.is_keep() && kept.vendor_item_number.as_ref().is_some());
    });
}

#[test]
fn a_variant_comes_after_its_parent_and_hangs_on_another_article() {
    world(|store, item_id| {
        let below = |number: &str, parent: &str| ItemRecord {
            variant: Some(VariantRecord { external_variant_parent_id: Some(parent.into()), ..VariantRecord::default() }),
            ..new(number)
        };
        let codes = codes(store, [below("B-1", "B"), new("B"), below("B-2", "B"), below("A-1", "A-1")]);
        assert_eq!(codes, [-4007, 0, 0, -3013]);
        assert_eq!(only(store, "B-2").variant.unwrap().external_variant_parent_id.as_deref(), Some("B"));
        assert_eq!(self::codes(store, [below("B", "B-2")]), [-3013], "a parent does not hang on its own variant");
        assert_eq!(self::codes(store, [below("B-3", "B-2"), below("B", "B-3")]), [0, -3013], "nor on one further below");
        assert_eq!(self::codes(store, [below("B", "B-3")]), [-3013], "nor when that was stored before");
        // The parent wins by number, and stays when only an attribute is sent.
        let moved = VariantRecord { variant_parent_id: Some(item_id), external_variant_parent_id: Some("B".into()), ..Default::default() };
        taken(store, ItemRecord { variant: Some(moved), ..item("B-2") });
        taken(
            store,
            ItemRecord { variant: Some(VariantRecord { variant_standard: Patch::Set(true), ..Default::default() }), ..item("B-2") },
        );
        assert_eq!(only(store, "B-2").variant.unwrap().variant_parent_id, Some(item_id));
        // An element without content says nothing.
        taken(store, ItemRecord { variant: Some(VariantRecord::default()), ..new("C") });
        assert!(only(store, "C").variant.is_none());
    });
}

#[test]
fn only_what_a_channel_shows_differently_is_sent() {
    world(|store, _| {
        taken(store, ItemRecord { minimum_stock: Patch::Set(3), ..item("A-1") });
        assert_eq!(waiting(store, Topic::Quantity), [101, 102]);
        all_sent(store);
        taken(store, ItemRecord { text_modules: vec![text(1, "de", "Becher")].into(), ..item("A-1") });
        assert_eq!(waiting(store, Topic::Content), [101, 102]);
        assert!(waiting(store, Topic::Quantity).is_empty() && waiting(store, Topic::Price).is_empty());
    });
}

#[test]
fn articles_of_two_mandators_do_not_see_each_other() {
    world(|store, item_id| {
        let theirs = ItemRecord { mandator_id: MandatorId(2), ..new("A-1") };
        let stolen = ItemRecord { mandator_id: MandatorId(2), ..numbered(item_id) };
        assert_eq!(codes(store, [theirs, stolen]), [0, -4011]);
        assert_eq!(only(store, "A-1").item_id, Some(item_id));
        assert!(waiting(store, Topic::Content).is_empty(), "the offers of mandator 1 have nothing to show");
    });
}
