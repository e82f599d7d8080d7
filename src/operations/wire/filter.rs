//! The conditions of fetch calls. Compat: attributes `filter_method`, `filter_value`, `from_date` …; typed: fields.

#[cfg(test)]
mod tests;

use super::{Field, FieldSpec, FieldType, Occurs, Source, Time, Types, Value, Writer};
use chrono_tz::Tz;

use crate::domain::{AnyOf, Failure, MandatorId, code};
use crate::operations::Face;
use crate::store::filter::{Cond, Window};
use crate::xml::Node;

static METHOD: FieldSpec = FieldSpec::new("filter_method", "");
static FILTER_VALUE: FieldSpec = FieldSpec::new("filter_value", "The value that must match.").typed("value").key();
static IS: FieldSpec = FieldSpec::new("is", "The value that must match.").typed("value");
static VALUES: FieldSpec =
    FieldSpec::new("filter_values", "Several values, one of which must match.").each("filter_value").typed("values").key();
static IS_NULL: FieldSpec = FieldSpec::new("is_null", "true: only records whose value is not set; false: only those whose value is set.");
static ALLOW_NULL: FieldSpec = FieldSpec::new("allow_null", "true: records whose value is not set match too. Default false.");
static FROM: FieldSpec = FieldSpec::new("from_date", "Earliest time, inclusive.").typed("from");
static TO: FieldSpec = FieldSpec::new("to_date", "Latest time, inclusive.").typed("to");

/// Most values of one `IN` list: the number of variables an SQLite statement can bind, less some.
const MOST_VALUES: usize = 30_000;

/// One value, a list of values, or a test for "not set".
#[derive(Debug, Clone, Default)]
pub struct Match<T> {
    /// Any of these, where given.
    pub any_of: Option<Vec<T>>,
    /// `Some(true)`: only unset; `Some(false)`: only set.
    pub null: Option<bool>,
    pub allow_null: bool,
}

/// A window of time; both ends are inclusive.
#[derive(Debug, Clone, Default)]
pub struct Between {
    pub from: Option<Time>,
    pub to: Option<Time>,
    pub null: Option<bool>,
    pub allow_null: bool,
}

/// A truth value.
#[derive(Debug, Clone, Default)]
pub struct Flag {
    pub value: Option<bool>,
    pub allow_null: bool,
}

/// What a condition of this type may hold beside the fields of its published type: the words of the compat face.
pub(super) fn condition_words(type_name: &str) -> &'static [&'static str] {
    match type_name {
        "NumberFilter" | "TextFilter" => &["filter_method", "filter_value", "filter_values", "is", "allow_null"],
        "TimeFilter" => &["filter_method", "filter_value", "from_date", "to_date", "allow_null"],
        "FlagFilter" => &["filter_method", "filter_value", "is", "allow_null"],
        _ => &[],
    }
}

/// What a condition may say on a face.
fn sayings(face: Face, window: bool) -> AnyOf {
    match (face, window) {
        (Face::Compat, false) => AnyOf(&["=", "IN", "IS", "IS NOT"]),
        (Face::Compat, true) => AnyOf(&["from_date", "to_date", "IS", "IS NOT"]),
        (Face::Typed, false) => AnyOf(&["value", "values", "is_null"]),
        (Face::Typed, true) => AnyOf(&["from", "to", "is_null"]),
    }
}

/// The element of a condition. A bare value is refused: it would be ignored, and the answer would hold too much.
fn element(source: Source<'_>, known: AnyOf) -> Result<Node<'_>, Failure> {
    match source {
        Source::Element(node) if node.text().trim().is_empty() => Ok(node),
        _ => Err(Failure::quoting(code::FILTER_METHOD, [&source.text().trim(), &known])),
    }
}

/// The null test of either face: `filter_method="IS" filter_value="NULL"` or `isNull`.
fn null_test(node: Node<'_>, method: Option<&str>, face: Face) -> Result<Option<bool>, Failure> {
    match method {
        Some("IS") => Ok(Some(true)),
        Some("IS NOT") => Ok(Some(false)),
        _ => Option::<bool>::read_field(node, &IS_NULL, face),
    }
}

fn method(node: Node<'_>, face: Face, known: AnyOf) -> Result<Option<String>, Failure> {
    let method = Option::<String>::read_field(node, &METHOD, face)?.map(|m| m.trim().to_ascii_uppercase());
    match method.as_deref() {
        None | Some("=" | "IN" | "IS" | "IS NOT") => Ok(method),
        Some(other) => Err(Failure::quoting(code::FILTER_METHOD, [&other, &known])),
    }
}

impl<T: Value + FilterName> Value for Match<T> {
    const EMPTY_COUNTS: bool = true;

    fn read(source: Source<'_>, _spec: &FieldSpec, face: Face) -> Result<Self, Failure> {
        let known = sayings(face, false);
        let node = element(source, known)?;
        let method = method(node, face, known)?;
        let null = null_test(node, method.as_deref(), face)?;
        let allow_null = Option::<bool>::read_field(node, &ALLOW_NULL, face)?.unwrap_or_default();
        if null.is_some() {
            return Ok(Match { any_of: None, null, allow_null });
        }
        let mut values = Vec::<T>::read_field(node, &VALUES, face)?;
        if let Some(one) = Option::<T>::read_field(node, &FILTER_VALUE, face)? {
            values.push(one);
        }
        if values.len() > MOST_VALUES {
            return Err(Failure::new(code::TOO_MANY_RECORDS, [&values.len().to_string(), &MOST_VALUES.to_string()]));
        }
        // An empty value is no condition, but an empty string asked for on purpose (order_number_prefix) selects unset ones.
        let null = (values.is_empty() && method.as_deref() == Some("=") && T::EMPTY_MEANS_UNSET).then_some(true);
        let asked = !values.is_empty() || method.as_deref() == Some("IN");
        Ok(Match { any_of: asked.then_some(values), null, allow_null })
    }

    fn write(&self, out: &mut Writer, name: &str) {
        out.start(name);
        match (out.face(), &self.any_of, self.null) {
            (Face::Compat, _, Some(null)) => {
                out.attribute("filter_method", if null { "IS" } else { "IS NOT" });
                out.attribute("filter_value", "NULL");
            }
            (Face::Compat, Some(values), _) => match values.as_slice() {
                [one] => {
                    out.attribute("filter_method", "=");
                    out.attribute("filter_value", &one.text(Face::Compat).unwrap_or_default());
                }
                _ => out.attribute("filter_method", "IN"),
            },
            _ => {}
        }
        if out.face() == Face::Compat && self.allow_null {
            out.attribute("allow_null", "true");
        }
        out.content();
        match (out.face(), &self.any_of) {
            (Face::Compat, Some(values)) if values.len() != 1 => values.write_field(out, &VALUES),
            (Face::Typed, Some(values)) => match values.as_slice() {
                [one] => one.write_field(out, &FILTER_VALUE),
                _ => values.write_field(out, &VALUES),
            },
            _ => {}
        }
        if out.face() == Face::Typed {
            self.null.write_field(out, &IS_NULL);
            self.allow_null.then_some(true).write_field(out, &ALLOW_NULL);
        }
        out.end(name);
    }

    fn type_name(_spec: &FieldSpec, types: &mut Types) -> String {
        types.structure(T::FILTER, module_path!(), "A condition: one value, one of several, or set / not set.", |types| {
            vec![
                Option::<T>::describe(&FILTER_VALUE, types),
                Vec::<T>::describe(&VALUES, types),
                Option::<bool>::describe(&IS_NULL, types),
                Option::<bool>::describe(&ALLOW_NULL, types),
            ]
        })
    }
}

/// Names of the filter types on the typed face.
pub trait FilterName {
    const FILTER: &'static str;
    const EMPTY_MEANS_UNSET: bool;
}

impl FilterName for i32 {
    const FILTER: &'static str = "NumberFilter";
    const EMPTY_MEANS_UNSET: bool = false;
}

impl FilterName for String {
    const FILTER: &'static str = "TextFilter";
    const EMPTY_MEANS_UNSET: bool = true;
}

impl Value for Between {
    const EMPTY_COUNTS: bool = true;

    fn read(source: Source<'_>, _spec: &FieldSpec, face: Face) -> Result<Self, Failure> {
        let known = sayings(face, true);
        let node = element(source, known)?;
        let method = method(node, face, known)?;
        if let Some(other @ ("=" | "IN")) = method.as_deref() {
            return Err(Failure::quoting(code::FILTER_METHOD, [&other, &known]));
        }
        Ok(Between {
            from: Option::<Time>::read_field(node, &FROM, face)?,
            to: Option::<Time>::read_field(node, &TO, face)?,
            null: null_test(node, method.as_deref(), face)?,
            allow_null: Option::<bool>::read_field(node, &ALLOW_NULL, face)?.unwrap_or_default(),
        })
    }

    fn write(&self, out: &mut Writer, name: &str) {
        out.start(name);
        if out.face() == Face::Compat {
            if let Some(null) = self.null {
                out.attribute("filter_method", if null { "IS" } else { "IS NOT" });
                out.attribute("filter_value", "NULL");
            }
            self.from.write_attribute(out, &FROM);
            self.to.write_attribute(out, &TO);
            if self.allow_null {
                out.attribute("allow_null", "true");
            }
        }
        out.content();
        if out.face() == Face::Typed {
            self.from.write_field(out, &FROM);
            self.to.write_field(out, &TO);
            self.null.write_field(out, &IS_NULL);
            self.allow_null.then_some(true).write_field(out, &ALLOW_NULL);
        }
        out.end(name);
    }

    fn type_name(_spec: &FieldSpec, types: &mut Types) -> String {
        types.structure("TimeFilter", module_path!(), "A window of time, both ends inclusive, or set / not set.", |types| {
            vec![
                Option::<Time>::describe(&FROM, types),
                Option::<Time>::describe(&TO, types),
                Option::<bool>::describe(&IS_NULL, types),
                Option::<bool>::describe(&ALLOW_NULL, types),
            ]
        })
    }
}

impl Value for Flag {
    const EMPTY_COUNTS: bool = true;

    fn read(source: Source<'_>, _spec: &FieldSpec, face: Face) -> Result<Self, Failure> {
        let node = element(source, sayings(face, false))?;
        let value = match Option::<bool>::read_field(node, &FILTER_VALUE, face)? {
            Some(value) => Some(value),
            None => Option::<bool>::read_field(node, &IS, face)?,
        };
        Ok(Flag { value, allow_null: Option::<bool>::read_field(node, &ALLOW_NULL, face)?.unwrap_or_default() })
    }

    fn write(&self, out: &mut Writer, name: &str) {
        out.start(name);
        if out.face() == Face::Compat {
            self.value.write_attribute(out, &FILTER_VALUE);
            if self.allow_null {
                out.attribute("allow_null", "true");
            }
        }
        out.content();
        if out.face() == Face::Typed {
            self.value.write_field(out, &FILTER_VALUE);
            self.allow_null.then_some(true).write_field(out, &ALLOW_NULL);
        }
        out.end(name);
    }

    fn type_name(_spec: &FieldSpec, types: &mut Types) -> String {
        types.structure("FlagFilter", module_path!(), "A truth value that must match.", |types| {
            vec![
                FieldType { occurs: Occurs::Optional, ..bool::describe(&FILTER_VALUE, types) },
                Option::<bool>::describe(&ALLOW_NULL, types),
            ]
        })
    }
}

impl<T: Clone> Match<T> {
    /// As the database understands it.
    pub fn cond(&self) -> Cond<T> {
        match (&self.any_of, self.null) {
            (_, Some(true)) => Cond::Null,
            (_, Some(false)) => Cond::NotNull,
            (Some(values), None) => Cond::In { values: values.clone(), or_null: self.allow_null },
            (None, None) => Cond::All,
        }
    }
}

impl<T: Copy> Match<T> {
    /// The only value, as `mandator_id` needs it.
    pub fn single(&self) -> Option<T> {
        match self.any_of.as_deref() {
            Some([value]) => Some(*value),
            _ => None,
        }
    }
}

impl Between {
    /// As the database understands it; times without offset are local in `zone`.
    pub fn window(&self, zone: Tz) -> Window {
        Window {
            from: self.from.map(|time| time.stamp(zone).0),
            // Written times have whole milliseconds or seconds; the inclusive end takes the rest of its unit with it.
            to: self.to.map(|time| end_of_unit(time.stamp(zone).0)),
            null: self.null,
            or_null: self.allow_null,
        }
    }
}

/// Whole seconds mean the whole second, whole milliseconds the whole millisecond: answers show stamps cut off there.
fn end_of_unit(micros: i64) -> i64 {
    if micros.rem_euclid(1_000_000) == 0 {
        micros.saturating_add(999_999)
    } else if micros.rem_euclid(1_000) == 0 {
        micros.saturating_add(999)
    } else {
        micros
    }
}

impl Flag {
    /// As the database understands it.
    pub fn cond(&self) -> Cond<bool> {
        match self.value {
            Some(value) => Cond::In { values: vec![value], or_null: self.allow_null },
            None => Cond::All,
        }
    }
}

/// A condition of a filter as the database understands it; an absent one lets everything pass.
pub trait Ask<C> {
    fn ask(&self, zone: Tz) -> C;
}

impl<T: Clone> Ask<Cond<T>> for Option<Match<T>> {
    fn ask(&self, _zone: Tz) -> Cond<T> {
        cond_of(self.as_ref())
    }
}

impl Ask<Window> for Option<Between> {
    fn ask(&self, zone: Tz) -> Window {
        window_of(self.as_ref(), zone)
    }
}

impl Ask<Cond<bool>> for Option<Flag> {
    fn ask(&self, _zone: Tz) -> Cond<bool> {
        self.as_ref().map(Flag::cond).unwrap_or_default()
    }
}

/// Takes the conditions of a filter over that the store's filter has under the same name:
/// `item_conditions!(ask, filter, ItemFilterRecord, mandator, { mandator_id })`. The fields in braces are the business of
/// the caller. A field that is neither there nor in the store's filter does not compile: a condition that nobody
/// looks at would give more than was asked for.
#[macro_export]
macro_rules! ask {
    ($record:ident, $wire:ident, $mandator:ident, { $($own:ident)* }; $name:ident $($field:ident)*) => {{
        let $wire { $($own: _,)* $($field: _,)* } = $record;
        #[allow(clippy::needless_update, reason = "a filter may have no further conditions")]
        let asked =
            $name { $( $field: $crate::operations::wire::Ask::ask(&$record.$field, $mandator.time_zone), )* ..$name::default() };
        asked
    }};
}

/// An absent condition lets everything pass.
pub fn cond_of<T: Clone>(condition: Option<&Match<T>>) -> Cond<T> {
    condition.map(Match::cond).unwrap_or_default()
}

/// An absent window lets everything pass.
pub fn window_of(window: Option<&Between>, zone: Tz) -> Window {
    window.map(|w| w.window(zone)).unwrap_or_default()
}

/// A condition whose values are words. One that means nothing is refused: finding nothing for it would say that there is
/// nothing.
pub(crate) fn words_of<T: Copy>(field: &'static str, condition: Option<&Match<String>>, words: &[(&str, T)]) -> Result<Cond<T>, Failure> {
    cond_of(condition).try_map(|value| {
        let meant = words.iter().find(|(word, _)| value.trim().eq_ignore_ascii_case(word));
        meant.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Failure::new(code::NOT_IN_LIST, [&value, &known.join(", ")]).within(field)
        })
    })
}

/// The mandator of a filter, which every filter needs.
pub fn mandator_of(condition: Option<&Match<MandatorId>>) -> Result<MandatorId, Failure> {
    condition.and_then(Match::single).ok_or_else(|| Failure::new(code::FILTER_REQUIRED, []))
}
