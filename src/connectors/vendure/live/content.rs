//! Pictures, fields, category and attributes at a running shop.

use serde_json::{Value, json};

use super::gallery::{Gallery, body, status};
use super::{connector, merchant, numbers, offer, unique};
use crate::connectors::Connector;
use crate::connectors::vendure::Vendure;
use crate::connectors::{Attribute, OfferChange, OfferContent, Outcome, Word};
use crate::domain::Decimal;
use crate::domain::message::Message;

/// The same offer with other content.
fn with(change: &OfferChange, edit: impl FnOnce(&mut OfferContent)) -> OfferChange {
    let mut change = change.clone();
    edit(change.content.as_mut().unwrap());
    change
}

fn pictured(change: &OfferChange, images: &[&String]) -> OfferChange {
    with(change, |content| content.images = images.iter().map(|image| (*image).clone()).collect())
}

/// What the merchant sees of a variant.
fn seen(sku: &str) -> Value {
    let query = "query ($sku: String!) { productVariants(options: {filter: {sku: {eq: $sku}}}) { items { id customFields { ean grams kilograms shelf }
      facetValues { id code name facet { code } } product { id featuredAsset { id } assets { id tags { value } } } } } }";
    merchant().api.call(query, json!({ "sku": sku })).unwrap()["productVariants"]["items"][0].clone()
}

fn assets(sku: &str) -> Vec<String> {
    let assets = seen(sku)["product"]["assets"].as_array().unwrap().clone();
    assets.iter().map(|asset| asset["id"].as_str().unwrap().to_owned()).collect()
}

fn featured(sku: &str) -> Option<String> {
    seen(sku)["product"]["featuredAsset"]["id"].as_str().map(str::to_owned)
}

fn one(shop: &Vendure, change: &OfferChange) -> Outcome {
    shop.submit(std::slice::from_ref(change)).unwrap().remove(0).outcome
}

fn messages(outcome: Outcome) -> Vec<Message> {
    match outcome {
        Outcome::Done { messages, .. } => messages,
        other => panic!("{other:?}"),
    }
}

fn refusal(outcome: Outcome) -> Message {
    match outcome {
        Outcome::Refused(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs a running shop"]
fn a_picture_is_uploaded_once_and_follows_its_article() {
    let gallery = Gallery::open();
    let shop = || connector("picture_hosts = ['127.0.0.1']");
    let change = offer(1, &unique("IMG"), "5.00", 1);
    let [a, b, c] = [("/a.gif", 1), ("/b.gif", 2), ("/c.gif", 3)].map(|(path, number)| gallery.hang(path, number));
    numbers(&shop(), &[pictured(&change, &[&a, &b])]);
    let first = assets(&change.sku);
    assert_eq!((first.len(), featured(&change.sku).as_ref()), (2, first.first()));
    // The answer got lost, a new process repeats; another article shows the same picture under another address.
    let again = gallery.hang("/copy-of-a.gif", 1);
    let other = offer(2, &unique("IMG"), "5.00", 1);
    numbers(&shop(), &[pictured(&change, &[&a, &b]), pictured(&other, &[&again])]);
    assert_eq!((assets(&change.sku), assets(&other.sku)), (first.clone(), vec![first[0].clone()]));
    // Another order; one replaced; one removed; all removed.
    numbers(&shop(), &[pictured(&change, &[&b, &a])]);
    assert_eq!((assets(&change.sku), featured(&change.sku)), (vec![first[1].clone(), first[0].clone()], Some(first[1].clone())));
    gallery.hang("/a.gif", 9);
    numbers(&shop(), &[pictured(&change, &[&a, &c])]);
    let replaced = assets(&change.sku);
    assert!(replaced.len() == 2 && !replaced.contains(&first[0]) && !replaced.contains(&first[1]), "{replaced:?} {first:?}");
    numbers(&shop(), &[pictured(&change, &[&c])]);
    assert_eq!(assets(&change.sku), [replaced[1].clone()]);
    numbers(&shop(), &[pictured(&change, &[])]);
    assert_eq!((assets(&change.sku).len(), featured(&change.sku)), (0, None));
    assert_eq!(assets(&other.sku), [first[0].clone()], "the other article keeps it");
    numbers(&connector("pictures = false"), &[pictured(&change, &[&a])]);
    assert!(assets(&change.sku).is_empty(), "the settings say that pictures are the merchant's");
}

#[test]
#[ignore = "needs a running shop"]
fn the_merchants_own_pictures_stay() {
    let gallery = Gallery::open();
    let shop = connector("picture_hosts = ['127.0.0.1']");
    let (change, donor) = (offer(1, &unique("OWN"), "5.00", 1), offer(2, &unique("OWN"), "5.00", 1));
    let [a, b, m] = [("/a.gif", 11), ("/b.gif", 12), ("/m.gif", 13)].map(|(path, number)| gallery.hang(path, number));
    numbers(&shop, &[pictured(&change, &[&a]), pictured(&donor, &[&m])]);
    // The merchant takes a picture of his own, and makes it the first one.
    let own = assets(&donor.sku).remove(0);
    let tag = "mutation ($id: ID!) { updateAsset(input: {id: $id, tags: [\"summer\"]}) { id } }";
    merchant().api.call(tag, json!({ "id": own })).unwrap();
    let kontors = assets(&change.sku).remove(0);
    let set =
        "mutation ($id: ID!, $ids: [ID!], $first: ID) { updateProduct(input: {id: $id, assetIds: $ids, featuredAssetId: $first}) { id } }";
    let product = seen(&change.sku)["product"]["id"].clone();
    merchant().api.call(set, json!({ "id": product, "ids": [own, kontors], "first": own })).unwrap();
    numbers(&shop, &[pictured(&change, &[&b, &a])]);
    let now = assets(&change.sku);
    assert_eq!((now.len(), &now[0], &now[2]), (3, &own, &kontors));
    assert_eq!(featured(&change.sku), Some(own.clone()));
    numbers(&shop, &[pictured(&change, &[])]);
    assert_eq!(assets(&change.sku), [own]);
}

#[test]
#[ignore = "needs a running shop"]
fn a_picture_that_cannot_be_had_is_reported_and_takes_nothing_away() {
    let gallery = Gallery::open();
    let shop = connector("picture_hosts = ['127.0.0.1']");
    let change = offer(1, &unique("BAD"), "5.00", 1);
    let good = gallery.hang("/good.gif", 21);
    numbers(&shop, &[pictured(&change, &[&good])]);
    let before = assets(&change.sku);
    let page = gallery.answer("/page.gif", body(b"<html><body>moved</body></html>"));
    let huge = gallery.answer("/huge.gif", b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\nConnection: close\r\n\r\nGIF89a".to_vec());
    let inside =
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let inside = gallery.answer("/inside.gif", inside);
    let nowhere = good.replace("/good.gif", "/nowhere.gif");
    let unnamed = good.replace("127.0.0.1", "localhost");
    let said = messages(one(&shop, &pictured(&change, &[&nowhere, &page, &huge, &inside, &unnamed])));
    let texts: Vec<String> = said.iter().map(Message::line).collect();
    for (text, expected) in texts.iter().zip([
        "HTTP 404",
        "is no picture",
        "more than",
        "169.254.169.254 is in a private network",
        "localhost is in a private network",
    ]) {
        assert!(text.starts_with("PICTURE: ") && text.contains(expected), "{text}");
    }
    assert_eq!((texts.len(), assets(&change.sku)), (5, before.clone()));
    // It may come later: everything else is in the shop, and the content goes again.
    let tired = gallery.answer("/tired.gif", status("503 Service Unavailable"));
    let renamed = with(&pictured(&change, &[&tired]), |content| content.ean = Some("1".to_owned()));
    assert!(matches!(one(&shop, &renamed), Outcome::DoneInPart { reason, .. } if reason.contains("HTTP 503")));
    assert_eq!(assets(&change.sku), before);
    gallery.hang("/tired.gif", 22);
    numbers(&shop, &[pictured(&change, &[&tired])]);
    assert!(assets(&change.sku).len() == 1 && assets(&change.sku) != before);
}

#[test]
#[ignore = "needs a running shop"]
fn ean_and_weight_reach_the_merchants_fields() {
    let settings = "ean_field = 'ean'\nweight_field = 'grams'";
    let shop = connector(settings);
    assert!(!shop.check().unwrap().found.contains("EAN"), "nothing is left out");
    assert!(connector("").check().unwrap().found.contains("not sent: EAN (no ean_field), weight (no weight_field)"));
    let wrong = connector("ean_field = 'gtin'").check().unwrap_err().to_string();
    assert!(
        wrong.contains("[accounts.settings] ean_field: the shop's variants have no custom field \"gtin\"; they have: ean, grams"),
        "{wrong}"
    );
    let change = offer(1, &unique("EAN"), "5.00", 1);
    let filled = |ean: Option<&str>, gram: Option<&str>| {
        with(&change, |content| {
            content.ean = ean.map(str::to_owned);
            content.weight_in_gram = gram.map(|gram| Decimal::parse(gram).unwrap());
        })
    };
    numbers(&shop, &[filled(Some("0400638133393"), Some("120"))]);
    let by_hand = "mutation ($id: ID!) { updateProductVariants(input: [{id: $id, customFields: {shelf: \"A-7\"}}]) { id } }";
    merchant().api.call(by_hand, json!({ "id": seen(&change.sku)["id"] })).unwrap();
    let fields = |ean: Value, grams: Value| json!({ "ean": ean, "grams": grams, "kilograms": null, "shelf": "A-7" });
    assert_eq!(seen(&change.sku)["customFields"], fields(json!("0400638133393"), json!(120)));
    let said = messages(one(&shop, &filled(Some("0400638133409"), Some("12.5"))));
    assert_eq!((said[0].code(), said.len()), ("WEIGHT", 1));
    assert_eq!(seen(&change.sku)["customFields"], fields(json!("0400638133409"), json!(120)), "and what was exact stays");
    let listed = |shop: &Vendure| {
        let key =
            crate::connectors::OfferKey { offer_id: change.offer_id, sku: change.sku.clone(), known_as: Vec::new(), external_number: None };
        shop.find_offers(&[key]).unwrap().remove(0).1
    };
    assert_eq!((listed(&shop).ean.as_deref(), listed(&connector("")).ean), (Some("0400638133409"), None));
    numbers(&shop, &[filled(None, None)]);
    assert_eq!(seen(&change.sku)["customFields"], fields(Value::Null, Value::Null));
}

/// A facet with some values, as the merchant makes it; its code.
fn facet(values: &[&str]) -> (String, String) {
    let code = unique("facet").to_lowercase();
    let value = |name: &&str| json!({ "code": name.to_lowercase(), "translations": [{ "languageCode": "de", "name": name }] });
    let values: Vec<Value> = values.iter().map(value).collect();
    let input = json!({ "code": code, "isPrivate": false, "translations": [{ "languageCode": "de", "name": code }], "values": values });
    let made = merchant().api.call("mutation ($i: CreateFacetInput!) { r: createFacet(input: $i) { id } }", json!({ "i": input })).unwrap();
    (code, made["r"]["id"].as_str().unwrap().to_owned())
}

fn values(sku: &str, facet: &str) -> Vec<String> {
    let values = seen(sku)["facetValues"].as_array().unwrap().clone();
    let mut names: Vec<String> =
        values.iter().filter(|value| value["facet"]["code"] == facet).map(|value| value["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn count(facet_id: &str) -> Value {
    let query = "query ($id: String!) { facetValues(options: {filter: {facetId: {eq: $id}}}) { totalItems } }";
    merchant().api.call(query, json!({ "id": facet_id })).unwrap()["facetValues"]["totalItems"].clone()
}

#[test]
#[ignore = "needs a running shop"]
fn the_category_is_a_value_of_the_merchants_facet() {
    let (code, id) = facet(&["Lampen", "Leuchten"]);
    let shop = connector(&format!("category_facet = '{code}'"));
    let change = offer(1, &unique("CAT"), "5.00", 1);
    let placed = |category: Option<&str>| with(&change, |content| content.category = category.map(str::to_owned));
    let no = refusal(one(&shop, &placed(Some("Möbel"))));
    assert_eq!(no.line(), format!("FACET_VALUE: the facet \"{code}\" of the shop has no value \"Möbel\"; it has: Lampen, Leuchten"));
    numbers(&shop, &[placed(Some("lampen"))]);
    assert_eq!(values(&change.sku, &code), ["Lampen"]);
    // Another facet of the merchant stays, whatever becomes of the category.
    let (own, _) = facet(&["Sommer"]);
    let query = "query ($code: String!) { facets(options: {filter: {code: {eq: $code}}}) { items { values { id } } } }";
    let summer = merchant().api.call(query, json!({ "code": own })).unwrap()["facets"]["items"][0]["values"][0]["id"].clone();
    let now = seen(&change.sku);
    let by_hand = "mutation ($id: ID!, $values: [ID!]) { updateProductVariants(input: [{id: $id, facetValueIds: $values}]) { id } }";
    merchant().api.call(by_hand, json!({ "id": now["id"], "values": [now["facetValues"][0]["id"], summer] })).unwrap();
    for (category, expected) in [(Some("Leuchten"), vec!["Leuchten"]), (None, vec![])] {
        numbers(&shop, &[placed(category)]);
        assert_eq!(
            (values(&change.sku, &code), values(&change.sku, &own)),
            (expected.iter().map(|name| (*name).to_owned()).collect(), vec!["Sommer".to_owned()])
        );
    }
    // The setting allows what is missing: made once for two articles, by two processes.
    let open = || connector(&format!("category_facet = '{code}'\ncreate_facet_values = ['{code}']"));
    let other = OfferChange { offer_id: crate::domain::OfferId(2), sku: unique("CAT"), ..placed(Some("Möbel > Tische")) };
    numbers(&open(), &[placed(Some("Möbel > Tische")), other.clone()]);
    numbers(&open(), &[placed(Some("Möbel > Tische"))]);
    assert_eq!(
        (values(&change.sku, &code), values(&other.sku, &code), count(&id)),
        (vec!["Möbel > Tische".to_owned()], vec!["Möbel > Tische".to_owned()], json!(3))
    );
    let page = open().categories(None).unwrap();
    assert!(page.categories.iter().any(|category| category.name == "Lampen" && category.takes_offers));
    let gone = connector("category_facet = 'nowhere'").check().unwrap_err().to_string();
    assert!(gone.contains("category_facet: the channel __default_channel__ has no facet with the code \"nowhere\""), "{gone}");
}

#[test]
#[ignore = "needs a running shop"]
fn attributes_are_values_of_facets_and_a_second_language_adds_no_second_value() {
    let (code, id) = facet(&["Holz"]);
    let settings = format!("attribute_facets = ['Material = {code}']\ncreate_facet_values = ['{code}']");
    let shop = connector(&settings);
    let change = offer(1, &unique("ATT"), "5.00", 1);
    let made_of = |values: &[(&str, &str)]| {
        let values = values.iter().map(|(key, name)| Word { key: (*key).to_owned(), name: (*name).to_owned() }).collect();
        let unsent = Attribute { name: "Farbton".to_owned(), values: vec![Word::from("warm")] };
        with(&change, |content| content.attributes = vec![Attribute { name: "material".to_owned(), values }, unsent])
    };
    numbers(&shop, &[made_of(&[("Holz", "Holz"), ("Met", "Metall")])]);
    assert_eq!((values(&change.sku, &code), count(&id)), (vec!["Holz".to_owned(), "Metall".to_owned()], json!(2)));
    // The name of a value is corrected, then one value goes.
    numbers(&shop, &[made_of(&[("Holz", "Holz"), ("Met", "Edelmetall")])]);
    assert_eq!((values(&change.sku, &code), count(&id)), (vec!["Edelmetall".to_owned(), "Holz".to_owned()], json!(2)));
    let english = super::connector_in("en", &settings);
    numbers(&english, &[with(&made_of(&[("Met", "Metal")]), |content| content.language = "en".to_owned())]);
    assert_eq!((values(&change.sku, &code), count(&id)), (vec!["Edelmetall".to_owned()], json!(2)), "as the German page shows it");
    let attributes = shop.attributes("").unwrap();
    assert_eq!((attributes[0].name.as_str(), attributes[0].several), ("Material", true));
}
