//! The values of an attribute, each with a number of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::document::Part;
use crate::domain::item::Translation;
use crate::domain::{Bundle, Failure, FieldName, Patch, code};

/// Values of one attribute.
pub(crate) const MOST_VALUES: usize = 2_000;
/// Names of before that are remembered.
const MOST_FORMER: usize = 10;

/// Names that a record had before. Articles that still say them mean it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct FormerNames(pub(crate) Vec<String>);

impl FormerNames {
    /// Remembers a name, and forgets the one that is in use now.
    pub(crate) fn note(&mut self, before: &str, now: &str) {
        self.0.retain(|name| name != before && name != now);
        self.0.push(before.to_owned());
        let surplus = self.0.len().saturating_sub(MOST_FORMER);
        self.0.drain(..surplus);
    }

    /// Names of before that are brought along, the oldest first.
    pub(crate) fn of(names: &[String], now: &str) -> FormerNames {
        let mut former = FormerNames::default();
        names.iter().filter(|name| !name.is_empty() && *name != now).for_each(|name| former.note(name, now));
        former
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|former| former == name)
    }
}

/// Kontor keeps them itself.
impl Part for FormerNames {
    type Update = ();
    fn take(&mut self, (): ()) {}
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

/// A value that an attribute may have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListValue {
    pub(crate) id: i32,
    pub(crate) identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sort: Option<i32>,
    #[serde(skip_serializing_if = "Part::is_absent")]
    pub(crate) former_names: FormerNames,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) translations: Vec<Translation>,
}

/// What an update says about a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ValueUpdate {
    pub(crate) delete: bool,
    pub(crate) id: Option<i32>,
    pub(crate) identifier: Option<String>,
    pub(crate) sort: Patch<i32>,
    pub(crate) translations: Vec<Translation>,
}

/// By number; [`fit`] has found the numbers. A list that replaces keeps the numbers of the values that it names.
impl Part for Vec<ListValue> {
    type Update = Bundle<ValueUpdate>;

    fn take(&mut self, newer: Bundle<ValueUpdate>) {
        let mut before = if newer.replace { std::mem::take(self) } else { Vec::new() };
        for update in newer.entries {
            let Some(id) = update.id else { continue };
            if update.delete {
                self.retain(|value| value.id != id);
                continue;
            }
            let at = self.iter().position(|value| value.id == id).unwrap_or_else(|| {
                let known = before.iter().position(|value| value.id == id).map(|at| before.swap_remove(at));
                self.push(known.unwrap_or(ListValue { id, ..ListValue::default() }));
                self.len().saturating_sub(1)
            });
            let Some(value) = self.get_mut(at) else { continue };
            if let Some(name) = update.identifier.filter(|name| *name != value.identifier) {
                let former = std::mem::replace(&mut value.identifier, name);
                if !former.is_empty() {
                    value.former_names.note(&former, &value.identifier);
                }
            }
            update.sort.onto(&mut value.sort);
            value.translations.take(update.translations);
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Gives each entry of an update the number of its value, and new values the next free ones.
///
/// # Errors
/// A number that the attribute does not have, a name that another value has, a new value without a name, too many values.
pub(crate) fn fit(
    stored: &[ListValue],
    newer: &mut Bundle<ValueUpdate>,
    next: &mut i32,
    (id, name): (&'static str, &'static str),
) -> Result<(), Failure> {
    let mut names: BTreeMap<String, i32> = stored.iter().map(|value| (value.identifier.clone(), value.id)).collect();
    let mut by_id: BTreeMap<i32, String> = stored.iter().map(|value| (value.id, value.identifier.clone())).collect();
    let mut named = 0_usize;
    for entry in &mut newer.entries {
        entry.identifier = entry.identifier.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let by_name = entry.identifier.as_ref().and_then(|name| names.get(name).copied());
        let found = match entry.id {
            Some(number) if by_id.contains_key(&number) => Some(number),
            // Removed twice, as by a repeated call.
            Some(_) if entry.delete => None,
            Some(number) => return Err(Failure::quoting(code::UNKNOWN_KEY, [&FieldName(id), &number])),
            None => by_name,
        };
        let wanted = entry.identifier.as_ref();
        match (found, entry.delete) {
            (Some(number), true) => {
                by_id.remove(&number).and_then(|name| names.remove(&name));
            }
            (None, true) => {}
            (Some(number), false) => {
                if let Some(text) = wanted {
                    if by_name.is_some_and(|other| other != number) {
                        return Err(Failure::quoting(code::TAKEN, [&(FieldName(name), text.as_str())]));
                    }
                    by_id.insert(number, text.clone()).and_then(|before| names.remove(&before));
                    names.insert(text.clone(), number);
                }
                named += 1;
            }
            (None, false) => {
                let text = wanted.ok_or_else(|| Failure::missing(name))?;
                names.insert(text.clone(), *next);
                by_id.insert(*next, text.clone());
                named += 1;
            }
        }
        entry.id = found;
        if found.is_none() && !entry.delete {
            entry.id = Some(*next);
            *next = next.saturating_add(1);
        }
    }
    let count = if newer.replace { named } else { names.len() };
    if count > MOST_VALUES {
        return Err(Failure::quoting(code::TOO_MANY_VALUES, [&count, &MOST_VALUES]));
    }
    Ok(())
}

/// The value that a number or a name means: the number wins, and a name of today over one of before.
pub(crate) fn value_of<'v>(values: &'v [ListValue], id: Option<i32>, name: Option<&str>) -> Option<&'v ListValue> {
    if let Some(id) = id {
        return values.iter().find(|value| value.id == id);
    }
    let name = name?.trim();
    let today = values.iter().find(|value| value.identifier == name);
    today.or_else(|| values.iter().find(|value| value.former_names.has(name)))
}

#[cfg(test)]
mod tests {
    use super::{ListValue, MOST_VALUES, ValueUpdate, fit, value_of};
    use crate::domain::document::Part;
    use crate::domain::{Bundle, Failure};

    fn named(name: &str) -> ValueUpdate {
        ValueUpdate { identifier: Some(name.to_owned()), ..ValueUpdate::default() }
    }

    fn change(values: &mut Vec<ListValue>, entries: Vec<ValueUpdate>, replace: bool, next: &mut i32) -> Result<(), Failure> {
        let mut newer = Bundle { entries, replace };
        fit(values, &mut newer, next, ("attribute_value_id", "attribute_value_identifier"))?;
        values.take(newer);
        Ok(())
    }

    fn shown(values: &[ListValue]) -> Vec<(i32, &str)> {
        values.iter().map(|value| (value.id, value.identifier.as_str())).collect()
    }

    #[test]
    fn a_value_keeps_its_number_whatever_is_sent_around_it() {
        let (mut values, mut next) = (Vec::new(), 1);
        change(&mut values, vec![named("red"), named(" blue "), named("red")], false, &mut next).unwrap();
        assert_eq!(shown(&values), [(1, "red"), (2, "blue")]);
        change(&mut values, vec![named("green"), named("blue")], true, &mut next).unwrap();
        assert_eq!(shown(&values), [(3, "green"), (2, "blue")]);
        change(&mut values, vec![ValueUpdate { id: Some(2), ..named("navy") }], false, &mut next).unwrap();
        assert_eq!(value_of(&values, None, Some("blue")).map(|value| value.id), Some(2), "by its name of before");
        change(&mut values, vec![named("blue")], false, &mut next).unwrap();
        assert_eq!(value_of(&values, None, Some("blue")).map(|value| value.id), Some(4), "a name of today wins");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (mut values, mut next) = (Vec::new(), 1);
        change(&mut values, vec![named("red"), named("blue")], false, &mut next).unwrap();
        let mut refused =
            |entry: ValueUpdate| change(&mut values, vec![entry], false, &mut next).err().map_or(0, |failure| failure.code.number);
        assert_eq!(refused(ValueUpdate { id: Some(9), ..named("x") }), 4011);
        assert_eq!(refused(ValueUpdate { id: Some(1), ..named("blue") }), 5019);
        assert_eq!(refused(named("  ")), 3001);
        assert_eq!(refused(ValueUpdate { id: Some(9), delete: true, ..ValueUpdate::default() }), 0, "removed already");
    }

    #[test]
    fn a_list_has_an_end() {
        let entries = |count: usize| (0..count).map(|number| named(&number.to_string())).collect::<Vec<_>>();
        let (mut values, mut next) = (Vec::new(), 1);
        assert!(change(&mut values, entries(MOST_VALUES), false, &mut next).is_ok());
        let failure = change(&mut values, vec![named("more")], false, &mut next).unwrap_err();
        assert_eq!(failure.code.name, "TOO_MANY_VALUES");
        assert!(change(&mut values, entries(MOST_VALUES), true, &mut next).is_ok());
        assert_eq!(values.len(), MOST_VALUES);
    }
}
