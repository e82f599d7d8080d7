//! The shop's categories and their attributes: a small tree, always the same.

use super::super::{CategoryPage, ChannelAttribute, ChannelCategory};

/// Id, parent, name, whether offers can be placed in it.
const CATEGORIES: &[(&str, Option<&str>, &str, bool)] = &[
    ("home", None, "Home", false),
    ("home-kitchen", Some("home"), "Kitchen", true),
    ("home-light", Some("home"), "Lamps", true),
    ("clothing", None, "Clothing", false),
    ("clothing-shirts", Some("clothing"), "Shirts", true),
];

/// Category, name, required, several values, the values to choose from.
type Attribute = (&'static str, &'static str, bool, bool, &'static [&'static str]);

const ATTRIBUTES: &[Attribute] = &[
    ("home-kitchen", "Material", false, true, &["Ceramic", "Glass", "Steel"]),
    ("home-light", "Socket", true, false, &["E14", "E27", "GU10"]),
    ("clothing-shirts", "Size", true, false, &["S", "M", "L", "XL"]),
    ("clothing-shirts", "Colour", true, false, &[]),
];

/// Categories of one page: fewer than there are, so that callers have to turn it.
const PAGE: usize = 3;

pub(super) fn categories(cursor: Option<&str>) -> CategoryPage {
    let start = cursor.and_then(|cursor| cursor.parse::<usize>().ok()).unwrap_or(0);
    let page = CATEGORIES.iter().skip(start).take(PAGE).map(|(id, parent, name, takes_offers)| ChannelCategory {
        id: (*id).to_owned(),
        parent_id: parent.map(str::to_owned),
        name: (*name).to_owned(),
        takes_offers: *takes_offers,
    });
    let next = start.saturating_add(PAGE);
    CategoryPage { categories: page.collect(), next: (next < CATEGORIES.len()).then(|| next.to_string()) }
}

pub(super) fn attributes(category: &str) -> Vec<ChannelAttribute> {
    let of_category = ATTRIBUTES.iter().filter(|(of, ..)| *of == category);
    let attribute = |(_, name, required, several, values): &Attribute| ChannelAttribute {
        name: (*name).to_owned(),
        required: *required,
        several: *several,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    of_category.map(attribute).collect()
}
