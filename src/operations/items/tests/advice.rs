//! What is taken over, and warned of because no channel will take it.

use super::*;
use crate::operations::items::VariantRecord;
use crate::operations::stock::{StockBooking, StockRecord, UpdateStockCount, UpdateStockCountRequest};
use crate::operations::wire::Bytes;

/// The warnings about articles that must be taken.
fn advice<const N: usize>(store: &Store, items: [ItemRecord; N]) -> Vec<String> {
    let called = call::<UpdateItems>(store, UpdateItemsRequest { items: records("item", items), ..Default::default() });
    assert!(called.result.reports.iter().all(|report| report.return_code == 0), "{:?}", called.result.reports);
    called.advice
}

fn picture(slot: i32, url: Option<&str>, content: Option<&[u8]>) -> ImageModule {
    ImageModule {
        image_module_type_id: slot,
        image_url: url.map_or(Patch::Keep, |url| Patch::Set(url.to_owned())),
        image_base64: content.map(|content| Bytes(content.to_vec())),
        ..ImageModule::default()
    }
}

fn variant(number: &str, parent: &str, values: &[(&str, &str)]) -> ItemRecord {
    let named = |name: &&str| NamedValue { identifier: (*name).to_owned(), translations: Vec::new() };
    let attributes = values.iter().map(|(property, value)| VariantAttribute { property: named(property), value: named(value) });
    let variant =
        VariantRecord { external_variant_parent_id: Some(parent.to_owned()), attributes: attributes.collect(), ..VariantRecord::default() };
    ItemRecord { variant: Some(variant), ..new(number) }
}

#[test]
fn numbers_and_pictures_that_channels_refuse_are_warned_of() {
    on_stores(|store| {
        let good = b"\x89PNG\r\n\x1a\n....\0\0\0\0IEND\xAE\x42\x60\x82";
        let record = ItemRecord {
            ean_code: Patch::Set("4006381333932".into()),
            image_modules: vec![
                picture(1, Some("mug.jpg"), None),
                picture(2, None, Some(b"no picture")),
                picture(3, None, Some(&good[..16])),
                picture(4, Some("https://img.example/mug.jpg"), None),
                picture(5, None, Some(good)),
            ]
            .into(),
            ..new("MUG")
        };
        let warnings = advice(store, [new("CUP"), record]);
        assert_eq!(warnings.len(), 4, "{warnings:#?}");
        assert!(warnings[0].starts_with("item 2, image_modules, image_module_type_id 1, image_url: \"mug.jpg\""), "{warnings:#?}");
        assert!(warnings[1].contains("slot 2") && warnings[2].contains("slot 3"), "{warnings:#?}");
        assert!(warnings[3].starts_with("item 2, ean_code: \"4006381333932\""), "{warnings:#?}");
        let refused = ItemRecord { ean_code: Patch::Set("1".into()), tax_type_id: Some(9), ..new("BAD") };
        let request = UpdateItemsRequest { items: records("item", [refused]), ..Default::default() };
        assert!(call::<UpdateItems>(store, request).advice.is_empty(), "a refused record has its report");
    });
}

#[test]
fn slots_and_kinds_of_texts_count_as_unknown_where_some_are_defined() {
    use crate::operations::module_types::{UpdateImageModuleTypes, UpdateTextModuleTypes};
    on_stores(|store| {
        let with_both = |number: &str| ItemRecord {
            text_modules: vec![text(99, "de", "Text")].into(),
            image_modules: vec![picture(7, Some("https://img.example/mug.jpg"), None)].into(),
            ..new(number)
        };
        assert!(advice(store, [with_both("A")]).is_empty(), "ERPs use numbers of their own");
        let images = crate::operations::testing::request::<UpdateImageModuleTypes>(
            "<request><image_module_type significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>Front</identifier></image_module_type></request>",
        );
        call::<UpdateImageModuleTypes>(store, images);
        let texts = crate::operations::testing::request::<UpdateTextModuleTypes>(
            "<request><text_module_type significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>Title</identifier></text_module_type></request>",
        );
        call::<UpdateTextModuleTypes>(store, texts);
        let warnings = advice(store, [with_both("B")]);
        assert_eq!(warnings.len(), 2, "{warnings:#?}");
        assert!(warnings[0].contains("text type 99") && warnings[1].contains("picture slot 7"), "{warnings:#?}");
    });
}

#[test]
fn variants_that_buyers_cannot_tell_apart_are_warned_of() {
    on_stores(|store| {
        let blue = [("Colour", "Blue"), ("Size", "M")];
        let warnings = advice(store, [new("P"), variant("P-1", "P", &blue), variant("P-2", "P", &[("size", "m "), ("COLOUR", "blue")])]);
        assert_eq!(warnings.len(), 1, "{warnings:#?}");
        assert!(warnings[0].starts_with("item 3, variant: variant \"P-1\" of the same parent"), "{warnings:#?}");
        assert!(advice(store, [variant("P-2", "P", &[("Colour", "Red"), ("Size", "M")])]).is_empty(), "told apart again");
        assert!(advice(store, [variant("P-1", "P", &blue)]).is_empty(), "the same as before");
        let warnings = advice(store, [variant("P-3", "P", &blue), variant("P-1-XL", "P-1", &[("Size", "XL")])]);
        assert!(warnings[0].contains("\"P-1\" of the same parent"), "{warnings:#?}");
        assert!(warnings[1].starts_with("item 2, variant: \"P-1\" is a variant itself"), "{warnings:#?}");
    });
}

#[test]
fn a_key_that_is_sent_twice_is_warned_of() {
    on_stores(|store| {
        let warnings = advice(store, [new("A"), new("B"), ItemRecord { active: Patch::Set(false), ..item("A") }]);
        assert_eq!(warnings.len(), 1, "{warnings:#?}");
        assert!(warnings[0].starts_with("item 3: an earlier record of this call is about the same"), "{warnings:#?}");
    });
}

#[test]
fn stock_below_zero_is_booked_and_warned_of() {
    on_stores(|store| {
        taken(store, new("A"));
        let booking = |(count, absolute): (i32, bool)| StockRecord {
            mandator_id: MandatorId(1),
            internal_item_number: Some("A".into()),
            stock_items: vec![StockBooking {
                warehouse_code: Some(" Standard ".into()),
                stock_count: count,
                absolute,
                ..StockBooking::default()
            }],
            ..StockRecord::default()
        };
        let advice = |bookings: [(i32, bool); 2]| {
            let request = UpdateStockCountRequest { items: records("item", bookings.map(booking)), ..Default::default() };
            call::<UpdateStockCount>(store, request).advice
        };
        let warnings = advice([(5, false), (-7, false)]);
        assert_eq!(warnings.len(), 1, "two sales may be in one call: {warnings:#?}");
        assert!(warnings[0].starts_with("item 2, stock_items: the stock of warehouse \"standard\" is now -2"), "{warnings:#?}");
        let warnings = advice([(1, false), (3, true)]);
        assert!(warnings[0].contains("is now -1") && warnings[1].starts_with("item 2: an earlier record"), "{warnings:#?}");
        assert_eq!((warnings.len(), advice([(1, false), (1, false)]).len()), (2, 0));
    });
}
