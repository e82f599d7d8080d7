//! Offers: what the ERP says of them is what buyers see, once.

use super::super::play::{Play, amount, bare, fresh, is_done, offer, pieces, price, variant, with};
use super::super::stage::Shown;
use super::*;
use crate::connectors::{Attribute, OfferChange, Outcome, Quantity, Sibling, Word};
use crate::domain::offer::Wanted;

pub(super) const ALL: &[Scenario] = &[
    Scenario { id: "create", promise: "A new offer shows title, description, price and quantity", needs: &[], run: create },
    Scenario { id: "once", promise: "An offer that is sent twice is listed once", needs: &[], run: once },
    Scenario { id: "twice_in_a_call", promise: "Two rows with one SKU in one call make one offer", needs: &[], run: twice_in_a_call },
    Scenario { id: "batch", promise: "A full batch is carried out, with a result for each row", needs: &[], run: batch },
    Scenario { id: "content", promise: "A new title or description leaves price and quantity alone", needs: &[], run: changed_content },
    Scenario { id: "price", promise: "A new price leaves content and quantity alone", needs: &[], run: changed_price },
    Scenario { id: "quantity", promise: "A new quantity leaves content and price alone, and may be 0", needs: &[], run: changed_quantity },
    Scenario { id: "reserved", promise: "Pieces that are ordered are not offered again", needs: &[], run: reserved },
    Scenario { id: "pictures", promise: "Pictures are shown in their order, replaced, and removed", needs: &[PICTURES], run: pictures },
    Scenario { id: "ean", promise: "The EAN is shown, changed, and removed", needs: &[EAN], run: ean },
    Scenario { id: "weight", promise: "The weight is shown, changed, and removed", needs: &[WEIGHT], run: weight },
    Scenario { id: "category", promise: "An offer is in its category, and moves to another one", needs: &[CATEGORIES], run: category },
    Scenario { id: "attributes", promise: "Attributes are shown, changed, and removed", needs: &[ATTRIBUTES], run: attributes },
    Scenario { id: "variants", promise: "Variants of one article are one family with options", needs: &[VARIANTS], run: variants },
    Scenario { id: "variant_late", promise: "A variant that comes later joins its family", needs: &[VARIANTS], run: variant_late },
    Scenario {
        id: "variant_of_renamed",
        promise: "A variant joins its family after the parent got another number",
        needs: &[VARIANTS],
        run: variant_of_renamed,
    },
    Scenario { id: "variant_ends", promise: "One variant ends, the others stay on sale", needs: &[VARIANTS], run: variant_ends },
];

fn create(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    let shown = play.shows(&change.sku);
    let expected = Shown {
        external_number: change.external_number.unwrap(),
        sku: change.sku.clone(),
        title: format!("Lampe {}", change.sku),
        description: "<p>Hell &amp; warm</p>".to_owned(),
        price: amount("19.90"),
        quantity: 12,
        running: true,
        family: shown.family.clone(),
        ..Shown::default()
    };
    assert_eq!(shown, expected);
}

fn once(play: &mut Play<'_>) {
    let change = offer(&fresh("A"));
    let first = play.lists(&change).external_number;
    play.restarts();
    assert_eq!(play.done(&change), first, "the same number");
    let known = OfferChange { external_number: first.clone(), ..change };
    assert_eq!(play.done(&known), first);
    play.shows(&known.sku);
}

fn twice_in_a_call(play: &mut Play<'_>) {
    let (one, two) = (fresh("A"), fresh("B"));
    let rows = [offer(&one), offer(&two), offer(&one)];
    if play.can.batch_size < rows.len() {
        return;
    }
    let outcomes = play.submit(&rows);
    is_done(&outcomes[0]);
    is_done(&outcomes[1]);
    // The third one is the first one, or comes with the next call.
    match (&outcomes[0], &outcomes[2]) {
        (Outcome::Done { external_number: first, .. }, Outcome::Done { external_number: third, .. }) => assert_eq!(first, third),
        (_, outcome) => assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}"),
    }
    play.shows(&one);
    play.shows(&two);
}

fn batch(play: &mut Play<'_>) {
    let name = fresh("N");
    let rows: Vec<OfferChange> = (0..play.can.batch_size.min(200)).map(|number| offer(&format!("{name}-{number:03}"))).collect();
    let outcomes = play.submit(&rows);
    outcomes.iter().for_each(is_done);
    for row in [&rows[0], &rows[rows.len() / 2], &rows[rows.len() - 1]] {
        assert_eq!(play.shows(&row.sku).quantity, 12);
    }
}

/// What is shown after one more change, with what it may have changed put back.
fn after(play: &Play<'_>, change: &OfferChange, put_back: impl FnOnce(&mut Shown)) -> (Shown, Shown) {
    let before = play.shows(&change.sku);
    play.done(change);
    let after = play.shows(&change.sku);
    let mut same = after.clone();
    put_back(&mut same);
    assert_eq!(before, same, "nothing else changes");
    (before, after)
}

fn changed_content(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    let new = with(OfferChange { content: change.content.clone(), ..bare(&change) }, |content| {
        content.title = "Leuchte".to_owned();
        content.description = "<p>Dunkel</p>".to_owned();
    });
    let (_, after) = after(play, &new, |shown| {
        shown.title = format!("Lampe {}", change.sku);
        shown.description = "<p>Hell &amp; warm</p>".to_owned();
    });
    assert_eq!((after.title.as_str(), after.description.as_str()), ("Leuchte", "<p>Dunkel</p>"));
}

fn changed_price(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    let new = OfferChange { price: Some(price("7.05")), ..bare(&change) };
    let (before, after) = after(play, &new, |shown| shown.price = amount("19.90"));
    assert_eq!((before.price, after.price), (amount("19.90"), amount("7.05")));
}

fn changed_quantity(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    for offered in [3, 0, 250] {
        let new = OfferChange { quantity: Some(pieces(offered)), ..bare(&change) };
        let before = play.shows(&change.sku).quantity;
        let (_, after) = after(play, &new, |shown| shown.quantity = before);
        assert_eq!(after.quantity, offered);
    }
}

fn reserved(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    play.stage.buys(&[(&change.sku, 5)]);
    assert_eq!(play.shows(&change.sku).quantity, 7);
    // Kontor has collected the order: five are reserved, seven are left to offer.
    let quantity = Quantity { offered: 7, reserved_here: 5 };
    play.done(&OfferChange { quantity: Some(quantity), ..bare(&change) });
    assert_eq!(play.shows(&change.sku).quantity, 7);
}

fn pictures(play: &mut Play<'_>) {
    let addresses = |names: &[&str]| -> Vec<String> { names.iter().map(|name| play.stage.picture(name)).collect() };
    let change = play.lists(&with(offer(&fresh("A")), |content| content.images = addresses(&["red"])));
    assert_eq!(play.shows(&change.sku).pictures, ["red"]);
    let most = play.can.pictures;
    for names in [&["red", "green", "blue"][..], &["blue", "red"], &["blue", "red"], &["green"], &[]] {
        let names = &names[..names.len().min(most)];
        play.restarts();
        let new = with(OfferChange { content: change.content.clone(), ..bare(&change) }, |content| content.images = addresses(names));
        play.done(&new);
        assert_eq!(play.shows(&change.sku).pictures, names, "after {names:?}");
    }
}

fn category(play: &mut Play<'_>) {
    let page = play.connector().categories(None).unwrap();
    let fit: Vec<String> = page.categories.into_iter().filter(|category| category.takes_offers).map(|category| category.id).collect();
    assert!(fit.len() > 1, "a stage has two categories that take offers");
    let change = play.lists(&with(offer(&fresh("A")), |content| content.category = Some(fit[0].clone())));
    assert_eq!(play.shows(&change.sku).category, Some(fit[0].clone()));
    for category in [Some(fit[1].clone()), None] {
        let new = with(OfferChange { content: change.content.clone(), ..bare(&change) }, |content| content.category.clone_from(&category));
        play.done(&new);
        assert_eq!(play.shows(&change.sku).category, category);
    }
}

fn attributes(play: &mut Play<'_>) {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let sent = |pairs: &[(String, String)]| -> Vec<Attribute> {
        pairs.iter().map(|(name, value)| Attribute { name: name.clone(), values: vec![Word::from(value.as_str())] }).collect()
    };
    let first = pairs(&[("Farbe", "Rot"), ("Material", "Holz & Stahl")]);
    let change = play.lists(&with(offer(&fresh("A")), |content| content.attributes = sent(&first)));
    assert_eq!(sorted(play.shows(&change.sku).attributes), first);
    for next in [pairs(&[("Farbe", "Blau"), ("Material", "Holz & Stahl")]), pairs(&[("Farbe", "Blau")]), Vec::new()] {
        let new = with(OfferChange { content: change.content.clone(), ..bare(&change) }, |content| content.attributes = sent(&next));
        play.done(&new);
        assert_eq!(sorted(play.shows(&change.sku).attributes), next);
    }
}

fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.sort();
    pairs
}

/// With another variant of the parent, whose number Kontor does not know yet.
fn beside(sibling: &str, change: OfferChange) -> OfferChange {
    let siblings = vec![Sibling { sku: sibling.to_owned(), external_number: None }];
    with(change, |content| content.variant.iter_mut().for_each(|variant| variant.siblings = siblings.clone()))
}

fn variants(play: &mut Play<'_>) {
    let parent = fresh("P");
    let (blue, red) = (format!("{parent}-B"), format!("{parent}-R"));
    let rows = [
        beside(&red, variant(&parent, &blue, &[("Farbe", "Blau"), ("Größe", "1/2")])),
        OfferChange { price: Some(price("24.50")), ..beside(&blue, variant(&parent, &red, &[("Farbe", "Rot"), ("Größe", "1/2")])) },
    ];
    for row in &rows {
        is_done(&play.outcome(row));
    }
    let (one, two) = (play.shows(&blue), play.shows(&red));
    assert!(one.family.is_some() && one.family == two.family, "{:?} and {:?}", one.family, two.family);
    assert_eq!((one.price, two.price), (amount("19.90"), amount("24.50")));
    let options = |value: &str| vec![("Farbe".to_owned(), value.to_owned()), ("Größe".to_owned(), "1/2".to_owned())];
    assert_eq!((sorted(one.options), sorted(two.options)), (options("Blau"), options("Rot")));
}

fn variant_late(play: &mut Play<'_>) {
    let parent = fresh("P");
    let (first, late) = (format!("{parent}-1"), format!("{parent}-2"));
    play.lists(&variant(&parent, &first, &[("Farbe", "Blau")]));
    play.restarts();
    play.lists(&beside(&first, variant(&parent, &late, &[("Farbe", "Grün")])));
    assert_eq!(play.shows(&first).family, play.shows(&late).family);
}

fn variant_of_renamed(play: &mut Play<'_>) {
    let (parent, renamed) = (fresh("P"), fresh("Q"));
    let (first, late) = (format!("{parent}-1"), format!("{parent}-2"));
    let listed = play.lists(&variant(&parent, &first, &[("Farbe", "Blau")]));
    play.restarts();
    let with_sibling = |change: OfferChange, sibling: Sibling| {
        with(change, |content| content.variant.iter_mut().for_each(|variant| variant.siblings = vec![sibling.clone()]))
    };
    let known = Sibling { sku: first.clone(), external_number: listed.external_number.clone() };
    let second = play.lists(&with_sibling(variant(&renamed, &late, &[("Farbe", "Grün")]), known));
    // The content of the others goes as well, because that of their parent changed.
    let known = Sibling { sku: late.clone(), external_number: second.external_number };
    let content = with_sibling(variant(&renamed, &first, &[("Farbe", "Blau")]), known).content;
    play.done(&OfferChange { content, ..bare(&listed) });
    let (one, two) = (play.shows(&first), play.shows(&late));
    assert!(one.family.is_some() && one.family == two.family, "{:?} and {:?}", one.family, two.family);
    // Another parent with the number that is free now is another family.
    let other = format!("{parent}-3");
    play.lists(&variant(&parent, &other, &[("Farbe", "Rot")]));
    assert_ne!(play.shows(&other).family, one.family);
}

fn variant_ends(play: &mut Play<'_>) {
    let parent = fresh("P");
    let skus = [format!("{parent}-1"), format!("{parent}-2")];
    let first = play.lists(&beside(&skus[1], variant(&parent, &skus[0], &[("Farbe", "Blau")])));
    let second = play.lists(&beside(&skus[0], variant(&parent, &skus[1], &[("Farbe", "Rot")])));
    play.done(&OfferChange { wanted: Wanted::Ended, ..bare(&first) });
    assert_eq!((play.running(&skus[0]).len(), play.running(&skus[1]).len()), (0, 1));
    // With the last one the whole family goes, and comes back with any of them.
    play.done(&OfferChange { wanted: Wanted::Ended, ..bare(&second) });
    assert_eq!(play.running(&skus[1]).len(), 0);
    play.done(&OfferChange { content: first.content.clone(), ..bare(&first) });
    assert_eq!((play.running(&skus[0]).len(), play.running(&skus[1]).len()), (1, 0));
}

fn ean(play: &mut Play<'_>) {
    let change = play.lists(&with(offer(&fresh("A")), |content| content.ean = Some("4006381333931".to_owned())));
    assert_eq!(play.shows(&change.sku).ean.as_deref(), Some("4006381333931"));
    // With zeros in front, as a text.
    for ean in [Some("0012345678905"), None] {
        let new = with(OfferChange { content: change.content.clone(), ..bare(&change) }, |content| content.ean = ean.map(str::to_owned));
        play.done(&new);
        assert_eq!(play.shows(&change.sku).ean.as_deref(), ean);
    }
}

fn weight(play: &mut Play<'_>) {
    let change = play.lists(&with(offer(&fresh("A")), |content| content.weight_in_gram = Some(amount("1250"))));
    assert_eq!(play.shows(&change.sku).weight_in_gram, Some(amount("1250")));
    for weight in [Some(amount("80")), None] {
        let new = with(OfferChange { content: change.content.clone(), ..bare(&change) }, |content| content.weight_in_gram = weight);
        play.done(&new);
        assert_eq!(play.shows(&change.sku).weight_in_gram, weight);
    }
}
