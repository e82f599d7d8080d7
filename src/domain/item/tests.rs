use super::*;
use crate::domain::{Bundle, Patch};

fn text(language: &str, text: Patch<String>) -> Translation {
    Translation { language_code_iso: language.to_owned(), text }
}

fn set(language: &str, words: &str) -> Translation {
    text(language, Patch::Set(words.to_owned()))
}

fn module_of(text_module_type: i32, translations: Vec<Translation>) -> TextModule {
    TextModule { text_module_type, translations }
}

fn texts(entries: Vec<TextModule>) -> ItemUpdate {
    ItemUpdate { text_modules: entries.into(), ..ItemUpdate::default() }
}

fn picture(slot: i32, url: &str) -> Picture {
    Picture { image_module_type_id: slot, image_url: Some(url.to_owned()), ..Picture::default() }
}

fn slot(slot: i32, picture: Patch<Picture>) -> PictureUpdate {
    PictureUpdate { slot, picture }
}

fn attribute(id: Option<i32>, name: &str, value: &str) -> ItemAttribute {
    ItemAttribute {
        attribute_id: id,
        attribute_identifier: Some(name.to_owned()),
        item_attribute_values: vec![ItemAttributeValue {
            attribute_value_identifier: Some(value.to_owned()),
            ..ItemAttributeValue::default()
        }],
        ..ItemAttribute::default()
    }
}

#[test]
fn an_update_that_says_nothing_changes_nothing() {
    let mut item = Item { weight: Some(Decimal(1)), isbn: Some("978".to_owned()), ..Item::default() };
    item.text_modules = vec![module_of(15, vec![set("de", "a")])];
    item.variant = Some(Variant { variant_standard: Some(true), attributes: Vec::new() });
    let before = item.clone();
    item.merge(ItemUpdate::default());
    assert_eq!(item, before);
}

#[test]
fn values_are_set_and_cleared_one_by_one() {
    let mut item = Item { weight: Some(Decimal(1)), isbn: Some("978".to_owned()), ..Item::default() };
    item.merge(ItemUpdate { isbn: Patch::Clear, vendor_id: Patch::Set(9), ..ItemUpdate::default() });
    assert_eq!(item, Item { weight: Some(Decimal(1)), vendor_id: Some(9), ..Item::default() });
}

#[test]
fn texts_are_taken_over_by_type_and_language() {
    let mut item = Item::default();
    item.merge(texts(vec![module_of(15, vec![set("DE", "alt"), set("en", "old")]), module_of(16, vec![set("de", "b")])]));
    item.merge(texts(vec![module_of(15, vec![set("de", "neu")])]));
    let modules = vec![module_of(15, vec![set("en", "old"), set("de", "neu")]), module_of(16, vec![set("de", "b")])];
    assert_eq!(item.text_modules, modules, "a language is known by its code in any case");
}

#[test]
fn a_language_with_a_region_is_kept_as_given_and_read_as_the_language() {
    let mut item = Item::default();
    item.merge(texts(vec![module_of(15, vec![set("de-AT", "Jänner"), set("en-GB", "lift")])]));
    item.merge(texts(vec![module_of(15, vec![set("DE-at", "Jänner 2")])]));
    let found = |item: &Item, language| module(&item.text_modules, 15).and_then(|texts| in_language(texts, language)).map(str::to_owned);
    assert_eq!(found(&item, "de").as_deref(), Some("Jänner 2"));
    assert_eq!(found(&item, "e"), None);
    assert_eq!(item.text_modules, [module_of(15, vec![set("en-GB", "lift"), set("DE-at", "Jänner 2")])]);
    item.merge(texts(vec![module_of(15, vec![set("DE", "Januar")])]));
    assert_eq!(found(&item, "de").as_deref(), Some("Januar"), "one without a region counts more");
}

#[test]
fn an_empty_text_removes_the_stored_one_and_the_last_one_its_type() {
    let mut item = Item::default();
    item.merge(texts(vec![module_of(15, vec![set("de", "a"), set("en", "b")])]));
    item.merge(texts(vec![module_of(15, vec![text("en", Patch::Clear)])]));
    assert_eq!(item.text_modules, [module_of(15, vec![set("de", "a")])]);
    item.merge(texts(vec![module_of(15, vec![text("de", Patch::Keep)])]));
    assert_eq!(item.text_modules, []);
}

#[test]
fn a_list_that_replaces_removes_what_it_does_not_name() {
    let mut item = Item::default();
    item.merge(texts(vec![module_of(15, vec![set("de", "a")])]));
    let entries = vec![module_of(16, vec![set("de", "b")])];
    item.merge(ItemUpdate { text_modules: Bundle { entries, replace: true }, ..ItemUpdate::default() });
    assert_eq!(item.text_modules, [module_of(16, vec![set("de", "b")])]);
}

#[test]
fn pictures_are_taken_over_by_slot() {
    let mut item = Item { image_modules: vec![picture(1, "a"), picture(2, "b")], ..Item::default() };
    let entries =
        vec![slot(1, Patch::Set(picture(1, "c"))), slot(2, Patch::Clear), slot(3, Patch::Set(picture(3, "d"))), slot(4, Patch::Keep)];
    item.merge(ItemUpdate { image_modules: entries.into(), ..ItemUpdate::default() });
    assert_eq!(item.image_modules, [picture(1, "c"), picture(3, "d")]);
}

#[test]
fn attributes_are_found_by_number_or_name() {
    let mut item = Item { item_attributes: vec![attribute(Some(1), "a", "x"), attribute(None, "b", "y")], ..Item::default() };
    let removed = ItemAttribute { delete: Some(true), ..attribute(None, "b", "y") };
    let entries = vec![attribute(Some(1), "renamed", "z"), removed, attribute(None, "c", "w")];
    item.merge(ItemUpdate { item_attributes: entries.into(), ..ItemUpdate::default() });
    assert_eq!(item.item_attributes, [attribute(Some(1), "renamed", "z"), attribute(None, "c", "w")]);
}

#[test]
fn a_variant_keeps_its_properties_where_none_are_sent() {
    let property = VariantAttribute {
        property: NamedValue { identifier: "Farbe".to_owned(), ..NamedValue::default() },
        ..VariantAttribute::default()
    };
    let mut item = Item::default();
    let update = VariantUpdate { variant_standard: Patch::Set(true), attributes: vec![property.clone()] };
    item.merge(ItemUpdate { variant: Some(update), ..ItemUpdate::default() });
    item.merge(ItemUpdate {
        variant: Some(VariantUpdate { variant_standard: Patch::Clear, attributes: Vec::new() }),
        ..ItemUpdate::default()
    });
    assert_eq!(item.variant, Some(Variant { variant_standard: None, attributes: vec![property] }));
}

#[test]
fn a_document_of_version_0_1_is_read_and_stored_without_loss() {
    let old = r#"{"mandator_id":0,"weight":15000,"weight_unit_id":405,"variant":{"variant_standard":true,"attributes":[{"property":{"identifier":"Farbe","translations":[{"language_code_iso":"en","text":"Colour"}]},"value":{"identifier":"Blau"}}]},"text_modules":[{"text_module_type":14,"translations":[{"language_code_iso":"de","text":"a"}]}],"image_modules":[{"image_module_type_id":2,"is_local":true,"image_digest":"d2"}],"item_attributes":[{"significant_key":"Identifier","delete":false,"attribute_identifier":"Material","item_attribute_values":[{"significant_key":"Id","attribute_value_id":7}]}],"specific_item_data":"<a/>"}"#;
    let item: Item = serde_json::from_str(old).unwrap();
    let written = serde_json::to_string(&item).unwrap();
    assert_eq!(written, old.replace(r#""mandator_id":0"#, r#""version":1"#));
    assert_eq!(serde_json::from_str::<Item>(&written).unwrap(), item);
}

#[test]
fn what_a_part_holds_beside_what_is_known_is_refused() {
    for part in [
        r#"{"text_modules":[{"text_module_type":1,"colour":"red"}]}"#,
        r#"{"image_modules":[{"image_module_type_id":1,"alt":"x"}]}"#,
        r#"{"variant":{"variant_parent_id":3}}"#,
        r#"{"item_attributes":[{"item_attribute_values":[{"unit":"kg"}]}]}"#,
    ] {
        assert!(serde_json::from_str::<Item>(part).is_err(), "{part}");
    }
}

#[test]
fn a_weight_is_known_in_gram_where_its_unit_is() {
    let weighing = |weight_unit_id| Item { weight: Some(Decimal(15_000)), weight_unit_id, ..Item::default() }.weight_in_gram();
    assert_eq!(weighing(Some(400)), Some(Decimal(15_000)));
    assert_eq!(weighing(Some(405)), Some(Decimal(15_000_000)));
    assert_eq!((weighing(Some(1)), weighing(None)), (None, None));
}
