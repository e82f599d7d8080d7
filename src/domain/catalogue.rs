//! How a channel sorts its offers: its tree of categories, and the attributes that offers of a category have. Kontor reads it,
//! and never changes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Stamp;
use super::item::Attribute;

/// A category of the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelCategory {
    /// What the content of an offer names.
    pub id: String,
    pub parent_id: Option<String>,
    pub name: String,
    /// Offers can be placed in it.
    pub takes_offers: bool,
}

/// An attribute that offers of a category may or must have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelAttribute {
    /// What the content of an offer names.
    pub name: String,
    pub required: bool,
    /// An offer may have several values.
    pub several: bool,
    /// The values to choose from. Empty: any text.
    pub values: Vec<String>,
}

/// A tree is read again after so long, and so are the attributes of its categories.
pub(crate) const REFRESHED_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// Of a tree with more categories that take offers, only those that the account uses have their attributes read.
pub(crate) const MOST_UNUSED: usize = 200;
/// Categories of one account; what comes behind them is not read.
pub(crate) const MOST_CATEGORIES: i64 = 100_000;
/// Attributes of one category, and values of one attribute, that are kept.
pub(crate) const MOST_ATTRIBUTES: usize = 500;
pub(crate) const MOST_VALUES: usize = 5_000;

/// How far the reading of a tree is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// When the reading under way began; 0: none is.
    pub pass: i64,
    /// Where its next page starts.
    pub cursor: Option<String>,
    /// When a whole tree was last read.
    pub read_at: Option<i64>,
}

/// What to read next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Page { pass: i64, cursor: Option<String> },
    Attributes(String),
    Rest,
}

/// `without_attributes`: a category whose attributes are to be read.
pub(crate) fn next_step(reading: &Reading, without_attributes: Option<String>, now: Stamp) -> Step {
    if reading.pass != 0 {
        return Step::Page { pass: reading.pass, cursor: reading.cursor.clone() };
    }
    if reading.read_at.is_none_or(|read_at| read_at <= outdated(now)) {
        return Step::Page { pass: now.0, cursor: None };
    }
    without_attributes.map_or(Step::Rest, Step::Attributes)
}

/// What was read at this time is to be read again now.
pub(crate) fn outdated(now: Stamp) -> i64 {
    now.0.saturating_sub(i64::try_from(REFRESHED_EVERY.as_micros()).unwrap_or(i64::MAX))
}

/// What an offer lacks in its category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanting {
    /// There is no value of this attribute.
    Attribute(String),
    /// The attribute cannot have this value.
    Value { attribute: String, value: String },
}

/// What a category wants and an offer with these attributes has not. Names and values are compared without case.
pub(crate) fn wanting(category: &[ChannelAttribute], offer: &[Attribute]) -> Vec<Wanting> {
    let mut found = Vec::new();
    for wanted in category {
        let same = |text: &str, other: &str| text.trim().to_lowercase() == other.trim().to_lowercase();
        let mut values =
            offer.iter().filter(|attribute| same(&attribute.name, &wanted.name)).flat_map(|attribute| &attribute.values).peekable();
        if values.peek().is_none() {
            found.extend(wanted.required.then(|| Wanting::Attribute(wanted.name.clone())));
        }
        let listed = |value: &str| wanted.values.is_empty() || wanted.values.iter().any(|listed| same(listed, value));
        let odd = values.filter(|value| !listed(&value.name));
        found.extend(odd.map(|value| Wanting::Value { attribute: wanted.name.clone(), value: value.name.clone() }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::item::Word;

    fn wanted(name: &str, required: bool, values: &[&str]) -> ChannelAttribute {
        ChannelAttribute { name: name.into(), required, several: true, values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    fn has(name: &str, values: &[&str]) -> Attribute {
        Attribute { name: name.into(), values: values.iter().map(|value| Word::from(*value)).collect() }
    }

    #[test]
    fn an_offer_lacks_what_its_category_requires_and_values_that_it_does_not_know() {
        let category = [wanted("Size", true, &["S", "M"]), wanted("Colour", true, &[]), wanted("Material", false, &["Glass"])];
        let offer = [has("size", &["m ", "XXL"]), has("Weight", &["5"])];
        let expected = [Wanting::Value { attribute: "Size".into(), value: "XXL".into() }, Wanting::Attribute("Colour".into())];
        assert_eq!(wanting(&category, &offer), expected);
        assert_eq!(wanting(&category, &[has("Size", &["S"]), has("Colour", &["any"])]), []);
        assert_eq!(wanting(&category, &[has("Size", &[]), has("Colour", &["any"])]), [Wanting::Attribute("Size".into())]);
    }

    #[test]
    fn a_reading_under_way_goes_on_and_a_new_one_begins_a_day_later() {
        let day = i64::try_from(REFRESHED_EVERY.as_micros()).unwrap();
        let idle = |read_at| Reading { read_at, ..Reading::default() };
        let under_way = Reading { pass: 5, cursor: Some("2".into()), read_at: Some(1) };
        assert_eq!(next_step(&under_way, None, Stamp(9)), Step::Page { pass: 5, cursor: Some("2".into()) });
        assert_eq!(next_step(&idle(None), Some("a".into()), Stamp(9)), Step::Page { pass: 9, cursor: None });
        assert_eq!(next_step(&idle(Some(10)), Some("a".into()), Stamp(9 + day)), Step::Attributes("a".into()));
        assert_eq!(next_step(&idle(Some(10)), None, Stamp(9 + day)), Step::Rest);
        assert_eq!(next_step(&idle(Some(10)), None, Stamp(10 + day)), Step::Page { pass: 10 + day, cursor: None });
    }
}
