//! Searches: conditions, order, pages, and what hangs at what was found.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::defs::{Def, Link, def};
use super::{Reply, Shop, error};

/// Rows of a page as the shop is delivered.
const MOST: usize = 500;

type Filter = Box<dyn Fn(&Value) -> bool>;
/// Rows of a table by what one of their fields says.
type Index<'s> = BTreeMap<(&'static str, &'static str), BTreeMap<&'s str, Vec<&'s Value>>>;

fn invalid(text: &str) -> Reply {
    error(400, "FRAMEWORK__INVALID_CRITERIA", text)
}

/// Texts are compared as the database does: whatever their case.
fn folded(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}

fn known(def: &Def, field: &str) -> Result<(), Reply> {
    match def.kind(field) {
        Some(_) => Ok(()),
        None => Err(error(400, "FRAMEWORK__UNMAPPED_FIELD", &format!("Field \"{field}\" in entity \"{}\" was not found.", def.entity))),
    }
}

fn filter(def: &'static Def, query: &Value) -> Result<Filter, Reply> {
    let text = |key: &str| query[key].as_str().map(str::to_owned).ok_or_else(|| invalid(&format!("a filter lacks {key}")));
    let kind = text("type")?;
    let allowed: &[&str] = match kind.as_str() {
        "multi" => &["type", "operator", "queries"],
        "range" => &["type", "field", "parameters"],
        _ => &["type", "field", "value"],
    };
    if let Some(key) = query.as_object().unwrap().keys().find(|key| !allowed.contains(&key.as_str())) {
        return Err(invalid(&format!("a filter has no {key}")));
    }
    if kind == "multi" {
        let queries = query["queries"].as_array().ok_or_else(|| invalid("queries is no list"))?;
        let queries: Vec<Filter> = queries.iter().map(|query| filter(def, query)).collect::<Result<_, _>>()?;
        return match text("operator")?.as_str() {
            "and" => Ok(Box::new(move |record| queries.iter().all(|query| query(record)))),
            "or" => Ok(Box::new(move |record| queries.iter().any(|query| query(record)))),
            other => Err(invalid(&format!("the double knows no operator {other}"))),
        };
    }
    let field = text("field")?;
    known(def, &field)?;
    match kind.as_str() {
        "equals" => {
            let wanted = folded(&query["value"]);
            Ok(Box::new(move |record| folded(&record[&field]) == wanted))
        }
        "equalsAny" => {
            let wanted: BTreeSet<String> = match &query["value"] {
                Value::String(list) => list.split('|').map(str::to_lowercase).collect(),
                Value::Array(list) => list.iter().map(folded).collect(),
                _ => return Err(invalid("equalsAny has no values")),
            };
            if wanted.is_empty() {
                return Err(invalid("The value for filter \"value\" must not be blank."));
            }
            Ok(Box::new(move |record| wanted.contains(&folded(&record[&field]))))
        }
        "contains" => {
            let wanted = text("value")?.to_lowercase();
            Ok(Box::new(move |record| folded(&record[&field]).contains(&wanted)))
        }
        "range" => {
            let bounds = query["parameters"].as_object().ok_or_else(|| invalid("parameters is no object"))?.clone();
            if bounds.keys().any(|bound| !matches!(bound.as_str(), "gt" | "gte" | "lt" | "lte")) {
                return Err(invalid("a range has no such bound"));
            }
            Ok(Box::new(move |record| bounds.iter().all(|(bound, limit)| within(&record[&field], bound, limit))))
        }
        other => Err(invalid(&format!("the double knows no filter {other}"))),
    }
}

/// Times in requests have no zone, those in answers do.
fn instant(text: &str) -> String {
    text.replace('T', " ").trim_end_matches("+00:00").to_owned()
}

fn within(value: &Value, bound: &str, limit: &Value) -> bool {
    let order = match (value, limit) {
        (Value::Number(value), Value::Number(limit)) => value.as_f64().partial_cmp(&limit.as_f64()),
        (Value::String(value), Value::String(limit)) => Some(instant(value).cmp(&instant(limit))),
        _ => None,
    };
    order.is_some_and(|order| match bound {
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "lt" => order.is_lt(),
        _ => order.is_le(),
    })
}

fn compare(one: &Value, other: &Value, fields: &[String]) -> std::cmp::Ordering {
    let key = |value: &Value, field: &String| match &value[field] {
        Value::Number(number) => format!("{:020}", number.as_i64().unwrap_or_default()),
        value => folded(value),
    };
    fields.iter().map(|field| key(one, field).cmp(&key(other, field))).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

impl Shop {
    pub(super) fn search(&self, entity: &str, criteria: &Value) -> Reply {
        let entity = entity.replace('-', "_");
        let Some(of) = def(&entity) else { return error(404, "FRAMEWORK__DEFINITION_NOT_FOUND", &format!("no entity {entity}")) };
        self.find(of, criteria).unwrap_or_else(|reply| reply)
    }

    fn find(&self, of: &'static Def, criteria: &Value) -> Result<Reply, Reply> {
        let keys = ["page", "limit", "filter", "sort", "associations", "includes", "total-count-mode"];
        let fields = criteria.as_object().ok_or_else(|| invalid("criteria are no object"))?;
        if let Some(key) = fields.keys().find(|key| !keys.contains(&key.as_str())) {
            return Err(invalid(&format!("criteria have no {key}")));
        }
        let whole = |key: &str| {
            fields.get(key).map(|value| value.as_u64().and_then(|number| usize::try_from(number).ok()).filter(|number| *number > 0))
        };
        let limit = whole("limit")
            .unwrap_or(Some(MOST))
            .ok_or_else(|| error(400, "FRAMEWORK__INVALID_LIMIT_QUERY", "The limit must be a positive integer."))?;
        if limit > MOST {
            let text = format!("The limit must be lower than or equal to MAX_LIMIT(={MOST}). Given: {limit}");
            return Err(error(400, "FRAMEWORK__QUERY_LIMIT_EXCEEDED", &text));
        }
        let page = whole("page")
            .unwrap_or(Some(1))
            .ok_or_else(|| error(400, "FRAMEWORK__INVALID_PAGE_QUERY", "The page parameter must be a positive integer."))?;
        let filters: Vec<Filter> =
            criteria["filter"].as_array().into_iter().flatten().map(|query| filter(of, query)).collect::<Result<_, _>>()?;
        let mut sort = Vec::new();
        for by in criteria["sort"].as_array().into_iter().flatten() {
            let field = by["field"].as_str().ok_or_else(|| invalid("a sorting has no field"))?;
            known(of, field)?;
            if by["order"] != "ASC" {
                return Err(invalid("the double only sorts upwards"));
            }
            sort.push(field.to_owned());
        }
        let empty = Default::default();
        let table = self.tables.get(of.entity).unwrap_or(&empty);
        let mut found: Vec<&Value> = table.values().filter(|record| filters.iter().all(|filter| filter(record))).collect();
        found.sort_by(|one, other| compare(one, other, &sort));
        let rows: Vec<&Value> = found.iter().copied().skip((page - 1) * limit).take(limit).collect();
        let total = if criteria["total-count-mode"] == 1 { found.len() } else { rows.len() };
        let empty = json!({});
        let associations = criteria.get("associations").unwrap_or(&empty);
        let mut index = Index::new();
        let rows: Vec<Value> = rows.into_iter().map(|row| self.with(of, row, associations, &mut index)).collect::<Result<_, _>>()?;
        let rows: Vec<Value> = rows.into_iter().map(|row| included(of, row, criteria.get("includes"))).collect();
        Ok((200, json!({ "total": total, "data": rows, "aggregations": [] })))
    }

    /// A record with what hangs at it, as far as that was asked for.
    fn with<'s>(&'s self, of: &'static Def, record: &Value, associations: &Value, index: &mut Index<'s>) -> Result<Value, Reply> {
        let mut record = record.clone();
        for (name, inner) in associations.as_object().ok_or_else(|| invalid("associations are no object"))? {
            let Some(link) = of.link(name) else {
                let text = format!("Can not find association by name {name} in {}", of.entity);
                return Err(error(500, "FRAMEWORK__ASSOCIATION_NOT_FOUND", &text));
            };
            let (entity, rows) = self.linked(&record, link, index);
            let other = def(entity).unwrap();
            let empty = json!({});
            let nested = inner.get("associations").unwrap_or(&empty);
            let rows: Vec<Value> = rows.into_iter().map(|row| self.with(other, row, nested, index)).collect::<Result<_, _>>()?;
            let single = matches!(link, Link::One { .. }) || name == "orderCustomer";
            record[name] = if single { rows.into_iter().next().unwrap_or_default() } else { json!(rows) };
        }
        Ok(record)
    }

    fn linked<'s>(&'s self, record: &Value, link: Link, index: &mut Index<'s>) -> (&'static str, Vec<&'s Value>) {
        let own = record["id"].as_str().unwrap_or_default().to_owned();
        let mut rows_of = |table: &'static str, key: &'static str| -> Vec<&'s Value> {
            let of_key = index.entry((table, key)).or_insert_with(|| {
                let mut rows: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
                for row in self.tables.get(table).into_iter().flat_map(|table| table.values()) {
                    rows.entry(row[key].as_str().unwrap_or_default()).or_default().push(row);
                }
                rows
            });
            of_key.get(own.as_str()).cloned().unwrap_or_default()
        };
        match link {
            Link::One { entity, key } => {
                (entity, record[key].as_str().and_then(|id| self.tables.get(entity)?.get(id)).into_iter().collect())
            }
            Link::Many { entity, key } => (entity, rows_of(entity, key)),
            Link::Through { table, own, other, entity } => {
                let rows = rows_of(table, own);
                let ids = rows.iter().filter_map(|row| row[other].as_str());
                (entity, ids.filter_map(|id| self.tables.get(entity)?.get(id)).collect())
            }
        }
    }
}

/// What `includes` names of each kind of records.
fn included(of: &'static Def, record: Value, includes: Option<&Value>) -> Value {
    let Value::Object(fields) = record else { return record };
    let wanted: Option<Vec<&str>> =
        includes.and_then(|includes| includes[of.entity].as_array()).map(|list| list.iter().filter_map(Value::as_str).collect());
    let kept = fields.into_iter().filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(&name.as_str())));
    let kept = kept.map(|(name, value)| {
        let other = of.link(&name).map(|link| match link {
            Link::One { entity, .. } | Link::Many { entity, .. } | Link::Through { entity, .. } => def(entity).unwrap(),
        });
        let value = match (other, value) {
            (Some(other), Value::Array(rows)) => rows.into_iter().map(|row| included(other, row, includes)).collect(),
            (Some(other), row @ Value::Object(_)) => included(other, row, includes),
            (_, value) => value,
        };
        (name, value)
    });
    Value::Object(kept.collect::<Map<String, Value>>())
}

#[cfg(test)]
mod tests {
    use super::super::Shop;
    use serde_json::json;

    #[test]
    fn criteria_that_the_shop_does_not_know_are_refused() {
        let shop = Shop::open();
        let shop = shop.lock().unwrap();
        for (criteria, code) in [
            (json!({ "limit": 501 }), "FRAMEWORK__QUERY_LIMIT_EXCEEDED"),
            (json!({ "limit": 0 }), "FRAMEWORK__INVALID_LIMIT_QUERY"),
            (json!({ "filters": [] }), "FRAMEWORK__INVALID_CRITERIA"),
            (json!({ "filter": [{ "type": "equals", "field": "sku", "value": "A" }] }), "FRAMEWORK__UNMAPPED_FIELD"),
            (json!({ "associations": { "variants": {} }, "filter": [] }), "FRAMEWORK__ASSOCIATION_NOT_FOUND"),
        ] {
            let entity = if code == "FRAMEWORK__ASSOCIATION_NOT_FOUND" { "sales-channel" } else { "product" };
            assert_eq!(shop.search(entity, &criteria).1["errors"][0]["code"], code, "{criteria}");
        }
    }
}
