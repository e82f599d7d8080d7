//! What items show by which rule.

mod prices;

use std::collections::BTreeMap;

use super::explain::quantity;
use super::{Effective, Frame, Known, Lack, Source, effective};
use crate::config::{Account, Preparation, fixture};
use crate::domain::item::Item;
use crate::domain::stock::Figures;
use crate::domain::{AccountId, Decimal, ItemId, Language, MandatorId, Reader};
use crate::store::account_categories::AccountCategoryRow;
use crate::store::categories::CategoryRow;
use crate::store::lookups::LookUpRow;
use crate::store::offers::ItemForOffer;
use prices::priced;

const TODAY: &str = "2026-11-25";

fn look(account: &Account, known: &Known, item: &ItemForOffer) -> Effective {
    let frame = Frame { account, public_url: "https://k", today: TODAY.parse().unwrap() };
    effective(&frame, known, item).unwrap()
}

fn content(account: &Account, item: &ItemForOffer, parent: Option<&ItemForOffer>) -> crate::connectors::OfferContent {
    let mut known = Known::default();
    let mut item = item.clone();
    if let Some(parent) = parent {
        item.variant_parent_id = Some(parent.item_id);
        known.items.insert(parent.item_id, parent.clone());
    }
    look(account, &known, &item).content().unwrap()
}

fn item(data: &str) -> ItemForOffer {
    let document: Item = serde_json::from_str(data).unwrap_or_default();
    ItemForOffer {
        item_id: ItemId(1),
        internal_item_number: "MUG-BL".into(),
        identifier: "Mug blue".into(),
        vendor_item_number: None,
        ean_code: Some("4006381333931".into()),
        match_code: None,
        list_price: None,
        tax_type_id: 1,
        category_id: None,
        active: Some(true),
        variant_parent_id: None,
        data: data.into(),
        delivery_time_id: document.delivery_time_id,
        delivery_time_identifier: document.delivery_time_identifier,
        delivery_charge_category_id: document.delivery_charge_category_id,
        external_delivery_charge_category_id: document.external_delivery_charge_category_id,
    }
}

fn account() -> Account {
    Account { title_text_module: Some(1), description_text_module: Some(15), language: "de".into(), ..fixture::account(101, 1) }
}

#[test]
fn texts_come_in_the_accounts_language() {
    let item = item(
        r#"{"text_modules": [
        {"text_module_type": 1, "translations": [{"language_code_iso": "en", "text": "Mug"}, {"language_code_iso": "DE", "text": "Becher"}]},
        {"text_module_type": 15, "translations": [{"language_code_iso": "en", "text": "A mug."}, {"language_code_iso": "de", "text": null}]}]}"#,
    );
    let content = content(&account(), &item, None);
    assert_eq!(content.title, "Becher");
    assert_eq!(content.description, "A mug.", "any language before none");
}

#[test]
fn without_texts_the_items_name_is_the_title() {
    let content = content(&account(), &item("{}"), None);
    assert_eq!((content.title.as_str(), content.description.as_str()), ("Mug blue", ""));
    assert_eq!(content.ean.as_deref(), Some("4006381333931"));
}

#[test]
fn pictures_are_absolute_addresses_in_the_order_of_their_slots() {
    let item = item(
        r#"{"image_modules": [
        {"image_module_type_id": 3, "image_digest": "abc"},
        {"image_module_type_id": 2, "image_url": "pictures/b.jpg"},
        {"image_module_type_id": 4, "image_url": ""},
        {"image_module_type_id": 1, "image_url": "https://img.example/a.jpg"}]}"#,
    );
    let content = content(&account(), &item, None);
    assert_eq!(content.images, ["https://img.example/a.jpg", "https://k/images/abc"]);
}

#[test]
fn a_variant_names_its_parent_and_what_sets_it_apart() {
    let child = item(
        r#"{"variant": {"variant_standard": true, "attributes": [
        {"property": {"identifier": "Colour"}, "value": {"identifier": "blue", "translations": [{"language_code_iso": "de", "text": "Blau"}]}},
        {"property": {"identifier": "Size"}, "value": {"identifier": "L"}}]}}"#,
    );
    let family = item(
        r#"{"text_modules": [{"text_module_type": 15, "translations": [{"language_code_iso": "de", "text": "Tassen"}]}],
        "image_modules": [{"image_module_type_id": 1, "image_url": "https://img.example/all.jpg"}]}"#,
    );
    let parent = ItemForOffer { item_id: ItemId(2), internal_item_number: "MUG".into(), identifier: "Mug".into(), ..family };
    let content = content(&account(), &child, Some(&parent));
    let variant = content.variant.clone().unwrap();
    assert_eq!((variant.parent_sku.as_str(), variant.parent_title.as_str()), ("MUG", "Mug"));
    let shown: Vec<[&str; 2]> = variant.options.iter().map(|(property, value)| [property.name.as_str(), &value.name]).collect();
    assert_eq!(shown, [["Colour", "Blau"], ["Size", "L"]]);
    let keys: Vec<&str> = variant.options.iter().map(|(_, value)| value.key.as_str()).collect();
    assert_eq!(keys, ["blue", "L"], "in another language they are the same");
    assert_eq!((variant.parent_description.as_str(), variant.parent_images), ("Tassen", vec!["https://img.example/all.jpg".to_owned()]));
    assert_eq!((content.images.len(), content.own_address.as_str()), (0, "https://k"), "the variant has none of its own");
}

#[test]
fn attributes_with_several_values_are_one_text() {
    let item = item(
        r#"{"item_attributes": [
        {"attribute_identifier": "Material", "item_attribute_values": [{"attribute_value_identifier": "Clay",
            "translations": [{"language_code_iso": "de", "text": "Ton"}]}, {"attribute_value_id": 7}]},
        {"attribute_id": 9, "item_attribute_values": []}]}"#,
    );
    let content = content(&account(), &item, None);
    let attributes: Vec<(&str, String)> = content.attributes.iter().map(|attribute| (attribute.name.as_str(), attribute.text())).collect();
    assert_eq!(attributes, [("Material", "Ton, 7".to_owned())]);
    let keys: Vec<&str> = content.attributes[0].values.iter().map(|value| value.key.as_str()).collect();
    assert_eq!(keys, ["Clay", "7"]);
}

#[test]
fn weights_are_told_in_gram_where_the_unit_is_known() {
    for (unit, gram) in [("400", Some(15_000)), ("405", Some(15_000_000)), ("1", None)] {
        let item = item(&format!(r#"{{"weight": 15000, "weight_unit_id": {unit}}}"#));
        let content = content(&account(), &item, None);
        assert_eq!(content.weight_in_gram, gram.map(Decimal));
    }
}

fn prepared(preparation: Preparation) -> Account {
    Account { preparation, ..account() }
}

fn group(category_id: i32, name: &str, parent_id: Option<i32>, data: &str) -> (i32, CategoryRow) {
    let row = CategoryRow {
        category_id,
        mandator_id: MandatorId(1),
        identifier: name.into(),
        external_id: Some(name.into()),
        parent_id,
        created_at: 0,
        created_by: String::new(),
        last_changed: 0,
        last_changed_by: String::new(),
        data: data.into(),
    };
    (category_id, row)
}

fn category(external_id: &str, active: bool) -> AccountCategoryRow {
    AccountCategoryRow {
        account_category_id: 1,
        account_id: AccountId(101),
        identifier: format!("Category {external_id}"),
        external_id: external_id.into(),
        parent_id: None,
        active,
        created_at: 0,
        last_changed: 0,
    }
}

fn row<D>(id: i32, identifier: &str, data: &str) -> LookUpRow<D> {
    LookUpRow {
        id,
        mandator_id: MandatorId(1),
        identifier: identifier.into(),
        external_id: None,
        origin: 0,
        created_at: 0,
        last_changed: 0,
        data: data.into(),
    }
}

fn in_group(data: &str) -> ItemForOffer {
    ItemForOffer { category_id: Some(3), ..item(data) }
}

/// A blue cup in the group "cups" of "kitchen" of "home".
fn family() -> Known {
    let texts = |module: i32, text: &str| {
        format!(r#"{{"text_module_type": {module}, "translations": [{{"language_code_iso": "de", "text": "{text}"}}]}}"#)
    };
    let home = format!(
        r#"{{"text_modules": [{}, {}], "image_modules": [{{"image_module_type_id": 1, "image_url": "https://i/home1.jpg"}}, {{"image_module_type_id": 2, "image_url": "https://i/home2.jpg"}}]}}"#,
        texts(15, "Home"),
        texts(16, "Care")
    );
    let kitchen = format!(r#"{{"text_modules": [{}]}}"#, texts(15, "Kitchen"));
    Known {
        groups: BTreeMap::from([group(1, "home", None, &home), group(2, "kitchen", Some(1), &kitchen), group(3, "cups", Some(2), "{}")]),
        ..Known::default()
    }
}

fn block(inner: &str) -> String {
    let xml = format!(
        "<ebay_item_data><account_specific_data><account_specific><account_id>101</account_id>{inner}</account_specific></account_specific_data></ebay_item_data>"
    );
    serde_json::json!({ "specific_item_data": xml }).to_string()
}

#[test]
fn texts_and_pictures_are_inherited_type_by_type_and_slot_by_slot() {
    let item = in_group(r#"{"image_modules": [{"image_module_type_id": 1, "image_url": "https://i/own.jpg"}]}"#);
    let seen = look(&account(), &family(), &item);
    let description = seen.description.unwrap();
    assert_eq!(description.value, "Kitchen");
    assert_eq!(description.source.sentence(Reader::ADMIN), "text module 15, de, inherited from item group \"kitchen\"");
    let images: Vec<(&str, String)> = seen.images.iter().map(|i| (i.value.as_str(), i.source.sentence(Reader::ADMIN))).collect();
    assert_eq!(images[0], ("https://i/own.jpg", "image module 1".to_owned()));
    assert_eq!(images[1], ("https://i/home2.jpg", "image module 2, inherited from item group \"home\"".to_owned()));
    let reordered = prepared(Preparation { image_order: vec![2], ..Preparation::default() });
    assert_eq!(look(&reordered, &family(), &item).images[0].value, "https://i/home2.jpg");
}

#[test]
fn an_own_text_hides_the_inherited_one_in_every_language() {
    let item = in_group(r#"{"text_modules": [{"text_module_type": 15, "translations": [{"language_code_iso": "en", "text": "Own"}]}]}"#);
    let description = look(&account(), &family(), &item).description.unwrap();
    assert_eq!((description.value.as_str(), description.source.word()), ("Own", "text_module"));
}

#[test]
fn the_title_comes_from_the_block_then_the_rule_then_the_module_then_the_name() {
    let rule = Preparation { title_rule: Some("{{ item.identifier }} {{ attributes.Material }}\n".into()), ..Preparation::default() };
    let ruled = prepared(rule);
    let attributes =
        r#""item_attributes": [{"attribute_identifier": "Material", "item_attribute_values": [{"attribute_value_identifier": "Clay"}]}]"#;
    let module = r#""text_modules": [{"text_module_type": 1, "translations": [{"language_code_iso": "de", "text": "Becher"}]}]"#;
    for (account, data, title, word) in [
        (&ruled, block("<title>Block</title>"), "Block", "specific_item_data"),
        (&ruled, format!("{{{attributes}, {module}}}"), "Mug blue Clay", "title_rule"),
        (&account(), format!("{{{attributes}, {module}}}"), "Becher", "text_module"),
        (&account(), "{}".to_owned(), "Mug blue", "item"),
    ] {
        let seen = look(account, &Known::default(), &item(&data)).title.unwrap();
        assert_eq!((seen.value.as_str(), seen.source.word()), (title, word));
    }
}

#[test]
fn a_block_of_another_account_says_nothing() {
    let data = block("<title>Block</title><shop_price>1</shop_price>").replace("101", "999");
    let seen = look(&account(), &Known::default(), &item(&data));
    assert_eq!((seen.title.unwrap().value.as_str(), seen.platform_data), ("Mug blue", None));
}

#[test]
fn the_items_own_category_wins_over_its_groups() {
    let mut known = family();
    let with_default = Account { default_category: Some("default".into()), ..account() };
    let seen = |known: &Known, data: &str| {
        let seen = look(&with_default, known, &in_group(data)).category.unwrap();
        (seen.value, seen.source.sentence(Reader::ADMIN))
    };
    assert_eq!(seen(&known, "{}"), ("default".into(), "default_category of account 101".into()));
    known.group_categories.insert("home".into(), category("c-home", true));
    assert_eq!(seen(&known, "{}"), ("c-home".into(), "item group \"cups\" inherited from \"home\", mapped to \"Category c-home\"".into()));
    known.group_categories.insert("cups".into(), category("c-cups", false));
    assert_eq!(seen(&known, "{}").0, "c-home", "what is switched off does not count");
    known.group_categories.insert("cups".into(), category("c-cups", true));
    assert_eq!(seen(&known, "{}"), ("c-cups".into(), "item group \"cups\", mapped to \"Category c-cups\"".into()));
    let block = block("<shop_categories><shop_category><id>c-block</id></shop_category></shop_categories>");
    assert_eq!(seen(&known, &block).0, "c-block");
    known.item_categories.insert(ItemId(1), vec![category("c-item", true)]);
    assert_eq!(seen(&known, &block), ("c-item".into(), "the item's own account category \"Category c-item\"".into()));
}

#[test]
fn a_variant_stands_where_its_family_stands() {
    let mut known = family();
    known.group_categories.insert("kitchen".into(), category("c-kitchen", true));
    known.items.insert(ItemId(2), ItemForOffer { item_id: ItemId(2), internal_item_number: "MUG".into(), ..in_group("{}") });
    let child = ItemForOffer { variant_parent_id: Some(ItemId(2)), ..item("{}") };
    assert_eq!(look(&account(), &known, &child).category.unwrap().value, "c-kitchen");
    known.item_categories.insert(ItemId(2), vec![category("c-mug", true)]);
    let seen = look(&account(), &known, &child).category.unwrap();
    assert_eq!((seen.value.as_str(), seen.source.word()), ("c-mug", "variant_parent"));
}

#[test]
fn templates_see_the_item_and_escape_what_is_not_html() {
    let template = "<h1>{{ item.identifier }}</h1>{{ texts[15] }}{{ texts.Plain }}{{ images[0] }} {{ price.amount }} {{ item.weight }} {{ texts[99] }}";
    let mut known = priced();
    known.templates = vec![
        row(118, "plain page", &serde_json::json!({ "content": template }).to_string()),
        row(119, "broken", r#"{"content": "a\n{{ x|nosuch }}"}"#),
    ];
    known.text_types = vec![row(16, "Plain", r#"{"is_html": false}"#)];
    let data = r#"{"weight": 15000, "text_modules": [
        {"text_module_type": 15, "translations": [{"language_code_iso": "de", "text": "<b>fett</b>"}]},
        {"text_module_type": 16, "translations": [{"language_code_iso": "de", "text": "a < b"}]}],
        "image_modules": [{"image_module_type_id": 1, "image_url": "https://i/a.jpg"}]}"#;
    let with = |name: &str| prepared(Preparation { description_template: Some(name.into()), ..Preparation::default() });
    let cup = ItemForOffer { identifier: "Cup & <saucer>".into(), ..item(data) };
    let seen = look(&with("plain page"), &known, &cup);
    let description = seen.description.unwrap();
    assert_eq!(description.value, "<h1>Cup &amp; &lt;saucer&gt;</h1><b>fett</b>a &lt; bhttps:&#x2f;&#x2f;i&#x2f;a.jpg 7.99 1.50 ");
    assert_eq!(description.source.sentence(Reader::ADMIN), "template \"plain page\", description_template of the account");
    assert!(seen.shows_price);

    let broken = look(&with("broken"), &known, &cup);
    let Lack::Template { name, line, .. } = broken.content().unwrap_err() else { panic!() };
    assert_eq!((name.as_str(), line), ("broken", 2));
    assert!(broken.price.is_ok(), "only the content is held back");
    assert_eq!(look(&with("nowhere"), &known, &cup).content().unwrap_err(), Lack::NoTemplate("nowhere".into()));

    let chosen =
        look(&with("broken"), &known, &item(&block("<description_template><template_id>118</template_id></description_template>")));
    assert_eq!(chosen.description.unwrap().source, Source::Template { name: "plain page".into(), by_item: true });
}

#[test]
fn delivery_is_told_in_the_accounts_words() {
    let words = |from: &str, to: &str| BTreeMap::from([(from.to_owned(), to.to_owned())]);
    let account = prepared(Preparation {
        delivery_times: words("1-2 days", "FAST"),
        delivery_charges: words("parcel", "DHL"),
        ..Preparation::default()
    });
    let known = Known {
        delivery_times: vec![row(4, "1-2 days", "{}")],
        delivery_charges: vec![LookUpRow { external_id: Some("parcel".into()), ..row(5, "Parcel", "{}") }],
        ..Known::default()
    };
    let seen = look(&account, &known, &item(r#"{"delivery_time_id": 4, "external_delivery_charge_category_id": "parcel"}"#));
    assert_eq!((seen.delivery_time.unwrap().value.as_str(), seen.delivery_charge.unwrap().value.as_str()), ("FAST", "DHL"));
    let seen = look(&account, &known, &item(r#"{"delivery_time_identifier": "a week", "delivery_charge_category_id": 9}"#));
    assert_eq!(seen.delivery_time.unwrap().value, "a week");
    assert!(seen.hints.contains(&Lack::LookUp { field: "delivery_charge_category_id", value: "9".into() }));
}

#[test]
fn a_tax_type_is_told_in_the_channels_word_where_the_account_has_one() {
    let account = prepared(Preparation { tax_classes: BTreeMap::from([(1, "Reduced Tax".to_owned())]), ..Preparation::default() });
    let seen = look(&account, &Known::default(), &item("{}"));
    let class = seen.tax_class.unwrap();
    assert_eq!(
        (class.value.as_str(), class.source.sentence(Reader::ADMIN)),
        ("Reduced Tax", "\"tax type 1\" of the item, translated by tax_classes of the account".into())
    );
    assert_eq!(look(&account, &Known::default(), &ItemForOffer { tax_type_id: 3, ..item("{}") }).tax_class, None);
}

#[test]
fn the_quantity_is_explained_with_the_numbers_of_stock_control() {
    let told = |figures: Figures| {
        let line = quantity(&figures, Language::En);
        (line.value, line.reason)
    };
    let wanted = Figures { stock: 37, reserved: 1, minimum: 30, placing: Some(10), ..Figures::default() };
    assert_eq!(told(wanted), ("6".into(), "stock 37, reserved 1, minimum stock 30, placing_count 10".into()));
    let (value, reason) = told(Figures { stock: 30, ..wanted });
    assert_eq!((value.as_str(), reason.contains("the available stock 29 is not above the minimum stock")), ("0", true), "{reason}");
    let safe = Figures { stock: 5, safety: 5, ..Figures::default() };
    let (value, reason) = told(safe);
    assert_eq!((value.as_str(), reason.contains("only the primary account offers the available stock 5")), ("0", true), "{reason}");
    assert_eq!(told(Figures { primary: true, ..safe }).0, "5");
    let (value, reason) = told(Figures { placing: Some(0), ..wanted });
    assert_eq!((value.as_str(), reason.ends_with("placing_count 0: nothing is offered")), ("0", true), "{reason}");
}
