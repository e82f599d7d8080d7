//! Lists: filters, order and pages of `searchCriteria`, and the part of an answer that `fields` asks for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Call, Reply, error, with};

struct Filter {
    field: String,
    condition: String,
    value: String,
}

fn filters(call: &Call) -> Vec<Filter> {
    let part = |at: usize, name: &str| call.query.get(&format!("searchCriteria[filterGroups][{at}][filters][0][{name}]")).cloned();
    (0..)
        .map_while(|at| {
            Some(Filter {
                field: part(at, "field")?,
                condition: part(at, "conditionType").unwrap_or("eq".to_owned()),
                value: part(at, "value")?,
            })
        })
        .collect()
}

fn order(call: &Call) -> Vec<String> {
    (0..).map_while(|at| call.query.get(&format!("searchCriteria[sortOrders][{at}][field]")).cloned()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Numbers by their size, texts as the database compares them.
fn compare(one: &Value, other: &str) -> std::cmp::Ordering {
    match (one.as_i64(), other.parse::<i64>()) {
        (Some(one), Ok(other)) => one.cmp(&other),
        _ => text(one).to_lowercase().cmp(&other.to_lowercase()),
    }
}

fn fits(value: &Value, filter: &Filter) -> bool {
    let order = compare(value, &filter.value);
    match filter.condition.as_str() {
        "eq" => order.is_eq(),
        "gt" => order.is_gt(),
        "gteq" => order.is_ge(),
        "lteq" => order.is_le(),
        "in" => filter.value.split(',').any(|one| compare(value, one).is_eq()),
        // A condition that the shop does not know finds nothing, without a word.
        _ => false,
    }
}

/// A page of a list. `fields`: what can be filtered and sorted by, and where a row has it.
pub(super) fn page(rows: impl Iterator<Item = Value>, call: &Call, fields: &BTreeMap<&str, &str>, unknown: u16) -> Reply {
    for name in call.query.keys() {
        assert!(name.starts_with("searchCriteria") || name == "fields", "the double has no parameter {name}");
    }
    if !call.query.keys().any(|name| name.starts_with("searchCriteria")) {
        return with(400, "\"%fieldName\" is missing.", json!({ "fieldName": "searchCriteria" }));
    }
    let (filters, order) = (filters(call), order(call));
    let asked = filters.iter().map(|filter| &filter.field).chain(&order);
    if let Some(field) = asked.clone().find(|field| !fields.contains_key(field.as_str())) {
        // Products say which one; orders break.
        return if unknown == 500 { error(500, "Internal Error.") } else { with(unknown, "There is no attribute %1.", json!([field])) };
    }
    let at = |row: &Value, field: &str| row.pointer(fields[field]).cloned().unwrap_or_default();
    let mut found: Vec<Value> = rows.filter(|row| filters.iter().all(|filter| fits(&at(row, &filter.field), filter))).collect();
    for field in order.iter().rev() {
        found.sort_by(|one, other| compare(&at(one, field), &text(&at(other, field))));
    }
    let number = |name: &str, or: usize| call.query.get(&format!("searchCriteria[{name}]")).map_or(or, |text| text.parse().unwrap());
    let (size, number) = (number("pageSize", usize::MAX), number("currentPage", 1).max(1));
    // Merchants may switch limits on.
    if size > 300 && size != usize::MAX {
        return with(400, "At most %max rows per page.", json!({ "max": 300 }));
    }
    let total = found.len();
    let items: Vec<Value> = found.into_iter().skip(size.saturating_mul(number - 1)).take(size).collect();
    (200, json!({ "items": items, "search_criteria": {}, "total_count": total }))
}

/// A name with the names below it.
fn parts(fields: &str) -> Vec<(&str, Option<&str>)> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, letter) in fields.char_indices().chain([(fields.len(), ',')]) {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth == 0 => {
                let part = &fields[start..at];
                parts.push(match part.split_once('[') {
                    Some((name, below)) => (name, Some(below.strip_suffix(']').unwrap())),
                    None => (part, None),
                });
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

/// The fields that were asked for; an empty list becomes `null` by it.
pub(super) fn only(value: &Value, fields: &str) -> Value {
    match value {
        Value::Array(rows) if rows.is_empty() => Value::Null,
        Value::Array(rows) => rows.iter().map(|row| only(row, fields)).collect(),
        Value::Object(object) => {
            let kept = parts(fields).into_iter().filter_map(|(name, below)| {
                let value = object.get(name)?;
                Some((name.to_owned(), below.map_or_else(|| value.clone(), |below| only(value, below))))
            });
            Value::Object(kept.collect::<Map<String, Value>>())
        }
        other => other.clone(),
    }
}

/// A list that is not one of pages.
pub(super) fn found(rows: Vec<Value>) -> Reply {
    (200, json!(rows))
}

pub(super) fn missing() -> Reply {
    error(404, "There is no such record.")
}
