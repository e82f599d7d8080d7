//! `_action/sync`: all records of a request are written, or none. A fault names the operation, the row and the field.

use serde_json::{Value, json};

use super::super::ids::is_id;
use super::super::shop::{SYSTEM_CURRENCY, SYSTEM_LANGUAGE};
use super::defs::{Def, Kind, Link, def};
use super::{Call, Reply, Shop, error};

/// What a record was before.
type Before = (&'static str, String, Option<Value>);

/// A record that a request wrote, and where in the request.
struct Written {
    of: &'static Def,
    key: String,
    pointer: String,
    is_new: bool,
    /// Its SKU is another one than before.
    renamed: bool,
}

fn violation(pointer: &str, text: &str) -> Reply {
    let errors = json!([{ "code": "FRAMEWORK__WRITE_CONSTRAINT_VIOLATION", "status": "400", "title": "Bad Request", "detail": text, "source": { "pointer": pointer } }]);
    (400, json!({ "errors": errors }))
}

/// By which a row is known: its number, or those of both sides.
pub(super) fn key_of(of: &Def, record: &Value) -> Option<String> {
    let id = |field: &str| record[field].as_str().filter(|id| is_id(id)).map(str::to_owned);
    match of.fields {
        [(one, _), (other, _)] if *one != "id" => Some(format!("{} {}", id(one)?, id(other)?)),
        _ => id("id"),
    }
}

impl Shop {
    pub(super) fn sync(&mut self, call: &Call) -> Reply {
        if call.headers.get("indexing-behavior").map(String::as_str) != Some("use-queue-indexing") {
            return error(400, "DOUBLE", "Kontor always leaves indexing to the queue");
        }
        let mut undo: Vec<Before> = Vec::new();
        match self.write_all(&call.body, &mut undo) {
            Ok(()) => (200, json!({ "data": {}, "notFound": [], "deleted": [] })),
            Err(reply) => {
                for (entity, key, before) in undo.into_iter().rev() {
                    let table = self.tables.entry(entity).or_default();
                    match before {
                        Some(record) => drop(table.insert(key, record)),
                        None => drop(table.remove(&key)),
                    }
                }
                reply
            }
        }
    }

    fn write_all(&mut self, operations: &Value, undo: &mut Vec<Before>) -> Result<(), Reply> {
        let operations = operations.as_array().ok_or_else(|| violation("/", "operations are no list"))?;
        let mut written = Vec::new();
        for (at, operation) in operations.iter().enumerate() {
            if operation.as_object().unwrap().keys().any(|key| !matches!(key.as_str(), "action" | "entity" | "payload")) {
                return Err(violation(&format!("/{at}"), "an operation has no such field"));
            }
            let entity = operation["entity"].as_str().unwrap_or_default();
            let of = def(entity).ok_or_else(|| violation(&format!("/{at}/entity"), &format!("no entity {entity}")))?;
            let rows = operation["payload"].as_array().filter(|rows| !rows.is_empty());
            let rows = rows.ok_or_else(|| violation(&format!("/{at}/payload"), "the payload is no list of records"))?;
            for (row, record) in rows.iter().enumerate() {
                let pointer = format!("/{at}/{row}");
                match operation["action"].as_str() {
                    Some("upsert") => self.upsert(of, record, &pointer, undo, &mut written)?,
                    Some("delete") => self.delete(of, record, &pointer, undo)?,
                    _ => return Err(violation(&pointer, "an action is upsert or delete")),
                }
            }
        }
        written.iter().try_for_each(|written| self.check(written))
    }

    fn put(&mut self, of: &'static Def, key: &str, record: Value, undo: &mut Vec<Before>) {
        let table = self.tables.entry(of.entity).or_default();
        let before = table.insert(key.to_owned(), record);
        undo.push((of.entity, key.to_owned(), before));
    }

    fn delete(&mut self, of: &'static Def, record: &Value, pointer: &str, undo: &mut Vec<Before>) -> Result<(), Reply> {
        let key = key_of(of, record).ok_or_else(|| violation(pointer, "the key is incomplete"))?;
        if record.as_object().unwrap().keys().any(|field| of.kind(field) != Some(Kind::Id)) {
            return Err(violation(pointer, "more than a key"));
        }
        if let Some(before) = self.tables.get_mut(of.entity).and_then(|table| table.remove(&key)) {
            // A picture that is gone is no cover.
            if of.entity == "product_media" {
                for product in self.tables.entry("product").or_default().values_mut().filter(|product| product["coverId"] == key.as_str()) {
                    product["coverId"] = Value::Null;
                }
            }
            undo.push((of.entity, key, Some(before)));
        }
        Ok(())
    }

    fn upsert(
        &mut self,
        of: &'static Def,
        record: &Value,
        pointer: &str,
        undo: &mut Vec<Before>,
        written: &mut Vec<Written>,
    ) -> Result<(), Reply> {
        let fields = record.as_object().ok_or_else(|| violation(pointer, "a record is an object"))?;
        let key = key_of(of, record).ok_or_else(|| violation(&format!("{pointer}/id"), "This is no valid number of a record."))?;
        let known = self.tables.get(of.entity).and_then(|table| table.get(&key)).cloned();
        let is_new = known.is_none();
        let before = known.as_ref().map(|row| row["productNumber"].clone());
        let mut row = known.unwrap_or_else(|| self.blank(of));
        for (name, value) in fields {
            let place = format!("{pointer}/{name}");
            match (of.kind(name), of.link(name)) {
                (Some(Kind::Own), _) => return Err(violation(&place, "This field is write-protected.")),
                (Some(kind), _) if !kind.takes(value) => return Err(violation(&place, "This value is of another type.")),
                (Some(_), _) if name == "customFields" => merge(&mut row[name], value),
                (Some(_), _) if name == "translations" => merge_languages(&mut row, value),
                (Some(_), _) if name == "ean" && value == "" => row[name] = Value::Null,
                (Some(_), _) => row[name] = value.clone(),
                (None, Some(link)) => self.nested(&key, link, value, &place, undo, written)?,
                (None, None) => return Err(violation(&place, &format!("the entity {} has no such field", of.entity))),
            }
        }
        if of.entity == "product" {
            row["availableStock"] = row["stock"].clone();
        }
        row["updatedAt"] = json!(self.stamp());
        let renamed = before.as_ref() != Some(&row["productNumber"]);
        self.put(of, &key, row, undo);
        written.push(Written { of, key, pointer: pointer.to_owned(), is_new, renamed });
        Ok(())
    }

    fn blank(&mut self, of: &Def) -> Value {
        let mut row = json!({});
        for (field, _) in of.fields {
            row[field] = Value::Null;
        }
        row["createdAt"] = json!(self.stamp());
        if of.kind("autoIncrement").is_some() {
            row["autoIncrement"] = json!(self.next());
        }
        row
    }

    /// Records inside a record: they belong to it.
    fn nested(
        &mut self,
        key: &str,
        link: Link,
        value: &Value,
        place: &str,
        undo: &mut Vec<Before>,
        written: &mut Vec<Written>,
    ) -> Result<(), Reply> {
        let rows = value.as_array().ok_or_else(|| violation(place, "This is a list."))?;
        for (at, row) in rows.iter().enumerate() {
            let place = format!("{place}/{at}");
            match link {
                Link::One { .. } => return Err(violation(&place, "the double takes no record here")),
                Link::Many { entity, key: field } => {
                    let mut row = row.clone();
                    row[field] = json!(key);
                    self.upsert(def(entity).unwrap(), &row, &place, undo, written)?;
                }
                Link::Through { table, own, other, .. } => {
                    if row.as_object().is_none_or(|row| row.keys().any(|field| field != "id")) {
                        return Err(violation(&place, "only numbers of records that are there"));
                    }
                    let link = json!({ own: key, other: row["id"] });
                    self.upsert(def(table).unwrap(), &link, &place, undo, written)?;
                }
            }
        }
        Ok(())
    }

    /// What has to be true once all is written.
    fn check(&self, written: &Written) -> Result<(), Reply> {
        let Written { of, key, pointer, is_new, renamed } = written;
        let Some(record) = self.tables[of.entity].get(key) else { return Ok(()) };
        let is_variant = of.entity == "product" && !record["parentId"].is_null();
        // A variant has the rest from its parent.
        let inherits = |field: &&str| is_variant && matches!(*field, "taxId" | "price" | "name");
        if *is_new && let Some(field) = of.required.iter().filter(|field| !inherits(field)).find(|field| record[**field].is_null()) {
            return Err(violation(&format!("{pointer}/{field}"), "This value should not be blank."));
        }
        for (field, entity) in references(of) {
            let id = &record[field];
            if !id.is_null() && self.tables.get(entity).is_none_or(|table| !table.contains_key(id.as_str().unwrap_or_default())) {
                return Err(violation(&format!("{pointer}/{field}"), &format!("there is no {entity} of this number")));
            }
        }
        if of.entity == "product" { self.check_product(record, key, pointer, *renamed) } else { Ok(()) }
    }

    fn check_product(&self, record: &Value, key: &str, pointer: &str, renamed: bool) -> Result<(), Reply> {
        let number = record["productNumber"].as_str().unwrap_or_default();
        if number.chars().count() > 64 {
            return Err(violation(&format!("{pointer}/productNumber"), "This value is too long. It should have 64 characters or less."));
        }
        if record["name"].as_str().is_some_and(|name| name.chars().count() > 255) {
            return Err(violation(&format!("{pointer}/name"), "This value is too long. It should have 255 characters or less."));
        }
        let same = |other: &Value| other["productNumber"].as_str().is_some_and(|other| other.to_lowercase() == number.to_lowercase());
        if renamed && self.tables["product"].iter().any(|(id, other)| id != key && same(other)) {
            let text = format!("Product with number \"{number}\" already exists.");
            return Err(error(400, "CONTENT__DUPLICATE_PRODUCT_NUMBER", &text));
        }
        let Some(prices) = record["price"].as_array() else { return Ok(()) };
        let whole = |entry: &Value| {
            entry["gross"].is_number() && entry["net"].is_number() && entry["linked"].is_boolean() && entry["currencyId"].is_string()
        };
        if !prices.iter().all(whole) || !prices.iter().any(|entry| entry["currencyId"] == SYSTEM_CURRENCY) {
            return Err(violation(&format!("{pointer}/price"), "No price for default currency defined"));
        }
        if prices.iter().any(|entry| entry["gross"].as_f64() < Some(0.0)) {
            return Err(violation(&format!("{pointer}/price"), "This value should be greater than or equal to 0."));
        }
        Ok(())
    }
}

/// Fields that name other records.
fn references(of: &Def) -> impl Iterator<Item = (&'static str, &'static str)> {
    let own: &[(&str, &str)] = match of.entity {
        "product_visibility" => &[("productId", "product"), ("salesChannelId", "sales_channel")],
        "product_media" => &[("productId", "product"), ("mediaId", "media")],
        "product_configurator_setting" => &[("productId", "product"), ("optionId", "property_group_option")],
        "product_price" => &[("productId", "product"), ("ruleId", "rule")],
        "product_category" => &[("productId", "product"), ("categoryId", "category")],
        "product_option" | "product_property" => &[("productId", "product"), ("optionId", "property_group_option")],
        "property_group_option" => &[("groupId", "property_group")],
        "product" => &[("taxId", "tax"), ("parentId", "product"), ("coverId", "product_media"), ("manufacturerId", "product_manufacturer")],
        _ => &[],
    };
    own.iter().copied()
}

/// Entries by key: those that are not named stay.
fn merge(there: &mut Value, given: &Value) {
    if !there.is_object() {
        *there = json!({});
    }
    for (key, value) in given.as_object().into_iter().flatten() {
        there[key] = value.clone();
    }
}

fn merge_languages(row: &mut Value, given: &Value) {
    for (language, texts) in given.as_object().into_iter().flatten() {
        if language == SYSTEM_LANGUAGE {
            for (key, text) in texts.as_object().into_iter().flatten() {
                row[key] = text.clone();
            }
        } else {
            if !row["translations"].is_object() {
                row["translations"] = json!({});
            }
            merge(&mut row["translations"][language], texts);
        }
    }
}
