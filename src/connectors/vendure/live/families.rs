//! Variants at a running shop: options, texts and pictures of the family, other languages and other numbers.

use serde_json::{Value, json};

use super::gallery::Gallery;
use super::{beside, connector, connector_in, merchant, numbers, offer, unique, variants};
use crate::connectors::vendure::Vendure;
use crate::connectors::{Connector, OfferChange, Outcome, VariantContent, Word};

fn word(key: &str, name: &str) -> Word {
    Word { key: key.to_owned(), name: name.to_owned() }
}

fn member(parent: &str, sku: &str, options: &[(Word, Word)]) -> OfferChange {
    let mut change = offer(1, sku, "5.00", 3);
    if let Some(content) = &mut change.content {
        content.variant = Some(VariantContent {
            parent_sku: parent.to_owned(),
            parent_title: "Hemd".to_owned(),
            options: options.to_vec(),
            ..VariantContent::default()
        });
    }
    change
}

fn edited(change: &OfferChange, edit: impl FnOnce(&mut VariantContent)) -> OfferChange {
    let mut change = change.clone();
    edit(change.content.as_mut().unwrap().variant.as_mut().unwrap());
    change
}

fn english(change: &OfferChange, title: &str, options: &[(Word, Word)]) -> OfferChange {
    let mut change = edited(change, |variant| {
        variant.parent_title = "Shirt".to_owned();
        variant.options = options.to_vec();
    });
    let content = change.content.as_mut().unwrap();
    (content.language, content.title) = ("en".to_owned(), title.to_owned());
    change
}

fn all(shop: &Vendure, changes: &[OfferChange]) -> Vec<String> {
    let numbered: Vec<OfferChange> =
        changes.iter().zip(1..).map(|(change, id)| OfferChange { offer_id: crate::domain::OfferId(id), ..change.clone() }).collect();
    numbers(shop, &numbered)
}

/// Groups of the product of a variant with their options, as the merchant sees them.
fn groups(sku: &str, language: &str) -> Vec<(String, Vec<String>)> {
    let shop = connector_in(language, "");
    let query = "query ($sku: String!) { productVariants(options: {filter: {sku: {eq: $sku}}}) { items { product { optionGroups { name options { name } } } } } }";
    let found = shop.api.call(query, json!({ "sku": sku })).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let groups = found["productVariants"]["items"][0]["product"]["optionGroups"].as_array().unwrap().clone();
    groups.iter().map(|group| (name(group), group["options"].as_array().unwrap().iter().map(name).collect())).collect()
}

fn options(sku: &str) -> Vec<String> {
    let options = variants(&merchant(), sku)[0]["options"].as_array().unwrap().clone();
    let mut names: Vec<String> = options.iter().map(|option| option["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
#[ignore = "needs a running shop"]
fn an_option_is_renamed_exchanged_and_translated() {
    let parent = unique("F");
    let (blue, red) = (format!("{parent}-B"), format!("{parent}-R"));
    let colour = word("COL", "Farbe");
    let shop = connector("");
    let first =
        [member(&parent, &blue, &[(colour.clone(), word("BL", "Blau"))]), member(&parent, &red, &[(colour.clone(), word("RD", "Rot"))])];
    let ids = all(&shop, &first);
    // Renamed in the ERP: still the same option.
    let sky = edited(&first[0], |variant| variant.options = vec![(word("COL", "Farbton"), word("BL", "Himmelblau"))]);
    assert_eq!(all(&connector(""), std::slice::from_ref(&sky)), ids[..1]);
    assert_eq!(groups(&blue, "de"), [("Farbton".to_owned(), vec!["Himmelblau".to_owned(), "Rot".to_owned()])]);
    // In another language the words are translated, and no second group appears.
    let shirts = [
        english(&first[0], "Shirt blue", &[(word("COL", "Colour"), word("BL", "Blue"))]),
        english(&first[1], "Shirt red", &[(word("COL", "Colour"), word("RD", "Red"))]),
        beside(
            &first[0],
            english(&member(&parent, &format!("{parent}-G"), &[]), "Shirt green", &[(word("COL", "Colour"), word("GN", "Green"))]),
        ),
    ];
    assert_eq!(all(&connector_in("en", ""), &shirts)[..2], ids);
    assert_eq!(groups(&blue, "en"), [("Colour".to_owned(), ["Blue", "Red", "Green"].map(str::to_owned).to_vec())]);
    assert_eq!(groups(&blue, "de")[0].1[..2], ["Himmelblau".to_owned(), "Rot".to_owned()]);
    let query = "query ($sku: String!) { productVariants(options: {filter: {sku: {eq: $sku}}}) { items { translations { languageCode name }
      product { translations { languageCode name } } } } }";
    let names = merchant().api.call(query, json!({ "sku": blue })).unwrap()["productVariants"]["items"][0].clone();
    assert_eq!(
        (names["translations"].as_array().unwrap().len(), names["product"]["translations"].as_array().unwrap().len()),
        (2, 2),
        "{names}"
    );
    // Another colour: what no variant has any more goes.
    let black = edited(&first[1], |variant| variant.options = vec![(word("COL", "Farbton"), word("BK", "Schwarz"))]);
    assert_eq!(all(&shop, std::slice::from_ref(&black)), ids[1..]);
    assert_eq!(options(&red), ["Schwarz"]);
    assert!(!groups(&blue, "de")[0].1.contains(&"Rot".to_owned()));
}

#[test]
#[ignore = "needs a running shop"]
fn a_family_has_the_texts_and_pictures_of_its_parent_and_each_variant_its_own() {
    let gallery = Gallery::open();
    let shop = connector("picture_hosts = ['127.0.0.1']");
    let parent = unique("F");
    let skus = [format!("{parent}-S"), format!("{parent}-L")];
    let size = word("SIZE", "Größe");
    let pictures = [gallery.hang("/s.gif", 31), gallery.hang("/l.gif", 32), gallery.hang("/all.gif", 33)];
    let changes: Vec<OfferChange> = skus
        .iter()
        .zip(&pictures)
        .map(|(sku, picture)| {
            let mut change = member(&parent, sku, &[(size.clone(), Word::from(&sku[parent.len()..]))]);
            let content = change.content.as_mut().unwrap();
            content.images = vec![picture.clone()];
            content.description = format!("Text of {sku}");
            let variant = content.variant.as_mut().unwrap();
            variant.parent_description = "The shirt".to_owned();
            variant.parent_images = vec![pictures[2].clone()];
            change
        })
        .collect();
    let query = "query ($sku: String!) { productVariants(options: {filter: {sku: {eq: $sku}}}) { items { assets { id } product { description assets { id } } } } }";
    let look = |sku: &str| merchant().api.call(query, json!({ "sku": sku })).unwrap()["productVariants"]["items"][0].clone();
    for _ in 0..2 {
        all(&shop, &changes);
        let [small, large] = [look(&skus[0]), look(&skus[1])];
        assert_eq!(small["product"], large["product"]);
        assert_eq!((&small["product"]["description"], small["product"]["assets"].as_array().unwrap().len()), (&json!("The shirt"), 1));
        assert!(small["assets"] != large["assets"] && small["assets"] != small["product"]["assets"]);
    }
    // The parent lost its texts and pictures: the product keeps what it has, because each variant says something else.
    let plain = edited(&changes[0], |variant| (variant.parent_description, variant.parent_images) = (String::new(), Vec::new()));
    all(&shop, &[plain]);
    assert_eq!(
        (&look(&skus[0])["product"]["description"], look(&skus[0])["product"]["assets"].as_array().unwrap().len()),
        (&json!("The shirt"), 1)
    );
}

#[test]
#[ignore = "needs a running shop"]
fn a_renamed_article_is_renamed_in_the_shop() {
    let shop = connector("");
    let (old, new) = (unique("OLD"), unique("NEW/ +%ä"));
    let id = numbers(&shop, &[offer(1, &old, "5.00", 3)]).remove(0);
    let renamed = OfferChange {
        known_as: vec![old.clone()],
        external_number: Some(id.clone()),
        content: None,
        price: None,
        ..offer(1, &new, "5.00", 3)
    };
    for _ in 0..2 {
        assert_eq!(numbers(&shop, std::slice::from_ref(&renamed)), std::slice::from_ref(&id));
    }
    assert_eq!((variants(&shop, &old).len(), variants(&shop, &new).len()), (0, 1));
    // Without a number, by the name it had.
    let back = OfferChange { known_as: vec![new.clone()], external_number: None, ..offer(1, &old, "6.00", 3) };
    assert_eq!(numbers(&shop, &[back]), [id]);
    assert_eq!((variants(&shop, &old)[0]["priceWithTax"].clone(), variants(&shop, &new).len()), (json!(600), 0));
}

#[test]
#[ignore = "needs a running shop"]
fn a_variant_that_moves_to_another_family_is_refused_with_a_report() {
    let shop = connector("");
    let (here, there) = (unique("F"), unique("F"));
    let size = word("SIZE", "Größe");
    let [a, b] = [&here, &there].map(|parent| member(parent, &format!("{parent}-S"), &[(size.clone(), word("S", "S"))]));
    all(&shop, &[a.clone(), b.clone()]);
    let moved = beside(&b, edited(&a, |variant| variant.parent_sku.clone_from(&there)));
    let outcome = shop.submit(&[moved]).unwrap().remove(0).outcome;
    assert!(matches!(&outcome, Outcome::Refused(message) if message.code() == "OTHER_PRODUCT"), "{outcome:?}");
    assert_eq!(variants(&shop, &a.sku)[0]["product"]["name"], "Hemd");
}
