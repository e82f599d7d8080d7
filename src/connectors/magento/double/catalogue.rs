//! What products are made of: attributes and their options, categories, tax classes; and where they lie: sources.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::super::http::Method;
use super::criteria::{found, missing, page};
use super::{Call, HOME, Reply, Shop, error, no_route, strange, with};

pub(super) const SET: i64 = 4;
const SOURCES: &[&str] = &["default", "outlet"];

/// Number, code, label, input and whether variants can be chosen by it.
const ATTRIBUTES: &[(i64, &str, &str, &str)] = &[
    (73, "name", "Product Name", "text"),
    (138, "farbe", "Farbe", "select"),
    (139, "groesse", "Größe", "select"),
    (140, "material", "Material", "text"),
    (141, "ean", "EAN", "text"),
    (142, "kontor_category", "Kontor", "text"),
];

/// Number, parent, name, level, path of words.
const CATEGORIES: &[(i64, i64, &str, i64, &str)] = &[
    (1, 0, "Root Catalog", 0, ""),
    (2, 1, "Default Category", 1, ""),
    (5, 2, "Lampen", 2, "lampen"),
    (6, 5, "Leuchten", 3, "lampen/leuchten"),
];

pub(super) fn has_category(id: i64) -> bool {
    CATEGORIES.iter().any(|category| category.0 == id)
}

pub(super) fn attribute(code: &str) -> Option<(i64, &'static str)> {
    ATTRIBUTES.iter().find(|attribute| attribute.1 == code).map(|attribute| (attribute.0, attribute.2))
}

pub(in crate::connectors::magento) fn label_of(code: &str) -> String {
    attribute(code).unwrap().1.to_owned()
}

pub(in crate::connectors::magento) fn code_of(id: i64) -> Option<&'static str> {
    ATTRIBUTES.iter().find(|attribute| attribute.0 == id).map(|attribute| attribute.1)
}

impl Shop {
    pub(super) fn filled() -> Shop {
        let options = |first: i64, labels: &[&str]| labels.iter().zip(first..).map(|(label, id)| (id, (*label).to_owned())).collect();
        let options = [("farbe".to_owned(), options(8, &["Rot", "Grün"])), ("groesse".to_owned(), options(20, &["S"]))];
        Shop { last: 30, options: BTreeMap::from(options), ..Shop::default() }
    }

    pub(super) fn catalogue_route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (Method::Get, ["store", "websites"]) => (
                200,
                json!([{ "id": 0, "code": "admin", "name": "Admin", "default_group_id": 0 }, { "id": 1, "code": "base", "name": "Main Website", "default_group_id": 1 }]),
            ),
            (Method::Get, ["store", "storeConfigs"]) => (
                200,
                json!([{ "id": 1, "code": "default", "website_id": 1, "base_currency_code": "EUR", "weight_unit": "kgs", "base_url": HOME }]),
            ),
            (Method::Get, ["taxClasses", "search"]) => {
                let class = |id: i64, name: &str, kind: &str| json!({ "class_id": id, "class_name": name, "class_type": kind });
                let all = [class(2, "Taxable Goods", "PRODUCT"), class(3, "Retail Customer", "CUSTOMER"), class(4, "Ermäßigt", "PRODUCT")];
                page(all.into_iter(), call, &BTreeMap::from([("class_id", "/class_id")]), 400)
            }
            (Method::Get, ["categories", "list"]) => {
                let category = |(id, parent, name, level, path): &(i64, i64, &str, i64, &str)| json!({ "id": id, "parent_id": parent, "name": name, "level": level, "custom_attributes": [{ "attribute_code": "url_path", "value": path }] });
                page(CATEGORIES.iter().map(category), call, &BTreeMap::from([("entity_id", "/id")]), 500)
            }
            (_, ["categories", id, "products", rest @ ..]) => self.category_link(method, id, rest, call),
            (Method::Get, ["products", "attribute-sets", "sets", "list"]) => {
                let set = json!({ "attribute_set_id": SET, "attribute_set_name": "Default", "sort_order": 1, "entity_type_id": 4 });
                page(std::iter::once(set), call, &BTreeMap::from([("attribute_set_id", "/attribute_set_id")]), 400)
            }
            (Method::Get, ["products", "attribute-sets", set, "attributes"]) if *set == SET.to_string() => {
                found(ATTRIBUTES.iter().map(|attribute| self.attribute(attribute)).collect())
            }
            (Method::Get, ["products", "attributes"]) => {
                page(ATTRIBUTES.iter().map(|attribute| self.attribute(attribute)), call, &BTreeMap::new(), 400)
            }
            (_, ["products", "attributes", code, "options"]) => self.options_route(method, code, call),
            (_, ["inventory", rest @ ..]) => self.inventory(method, rest, call),
            _ => no_route(),
        }
    }

    fn attribute(&self, (id, code, label, input): &(i64, &str, &str, &str)) -> Value {
        json!({ "attribute_id": id, "attribute_code": code, "default_frontend_label": label, "frontend_input": input, "scope": "global",
            "is_user_defined": *id > 100, "options": self.choices(code) })
    }

    /// The first one is empty.
    fn choices(&self, code: &str) -> Vec<Value> {
        let Some(options) = self.options.get(code) else { return Vec::new() };
        let own = options.iter().map(|(id, label)| json!({ "label": label, "value": id.to_string() }));
        std::iter::once(json!({ "label": " ", "value": "" })).chain(own).collect()
    }

    fn options_route(&mut self, method: Method, code: &str, call: &Call) -> Reply {
        if !self.options.contains_key(code) {
            return missing();
        }
        match method {
            Method::Get => found(self.choices(code)),
            Method::Post => {
                let option = &call.body["option"];
                if let Some(no) = strange(&call.body, &["option"]).or_else(|| strange(option, &["label"])) {
                    return no;
                }
                let label = option["label"].as_str().unwrap().to_owned();
                if self.options[code].iter().any(|(_, known)| *known == label) {
                    return with(400, "There is an option \"%1\".", json!([label]));
                }
                let id = self.next_id();
                self.options.get_mut(code).unwrap().push((id, label));
                (200, json!(id.to_string()))
            }
            _ => no_route(),
        }
    }

    fn category_link(&mut self, method: Method, id: &str, path: &[&str], call: &Call) -> Reply {
        let Some(id) = id.parse::<i64>().ok().filter(|id| has_category(*id)) else { return missing() };
        let sku = match (method, path) {
            (Method::Post, []) => {
                let link = &call.body["productLink"];
                if let Some(no) = strange(&call.body, &["productLink"]).or_else(|| strange(link, &["sku", "position", "category_id"])) {
                    return no;
                }
                link["sku"].as_str().unwrap().to_owned()
            }
            (Method::Delete, [sku]) => (*sku).to_owned(),
            _ => return no_route(),
        };
        let Some(product) = self.by_sku(&sku) else { return missing() };
        let product = self.products.get_mut(&product).unwrap();
        let list = product["category_ids"].as_array_mut().unwrap();
        let there = list.iter().position(|known| known == &json!(id.to_string()));
        match (method, there) {
            (Method::Post, None) => list.push(json!(id.to_string())),
            (Method::Delete, Some(at)) => drop(list.remove(at)),
            (Method::Delete, None) => return error(400, "The category does not contain the product."),
            _ => {}
        }
        (200, json!(true))
    }

    fn inventory(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (Method::Get, ["sources", code]) if SOURCES.contains(code) => (200, json!({ "source_code": code, "enabled": true })),
            (Method::Get, ["sources", _]) => missing(),
            (Method::Get, ["stocks"]) => page(std::iter::once(json!({ "stock_id": 1 })), call, &BTreeMap::new(), 400),
            (Method::Get, ["source-items"]) => {
                let row = |((sku, source), quantity): (&(String, String), &f64)| json!({ "sku": sku, "source_code": source, "quantity": quantity, "status": 1 });
                page(self.sources.iter().map(row), call, &BTreeMap::from([("sku", "/sku"), ("source_code", "/source_code")]), 400)
            }
            (Method::Post, ["source-items"]) => self.put_source_items(&call.body),
            (Method::Get, ["export-stock-salable-qty", "website", "base"]) => {
                let known: BTreeSet<&str> = self.sources.keys().map(|(sku, _)| sku.as_str()).collect();
                let skus = self.products.values().map(|product| &product["sku"]).filter(|sku| known.contains(sku.as_str().unwrap()));
                let (status, mut body) = page(skus.map(|sku| json!({ "sku": sku })), call, &BTreeMap::from([("sku", "/sku")]), 400);
                for row in body.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
                    let pieces = self.salable(row["sku"].as_str().unwrap());
                    row["qty"] = json!(pieces);
                    row["is_salable"] = json!(pieces > 0);
                }
                (status, body)
            }
            _ => no_route(),
        }
    }

    /// What buyers may still order: what the sources have, less what is reserved.
    pub(in crate::connectors::magento) fn salable(&self, sku: &str) -> i64 {
        #[allow(clippy::cast_possible_truncation)]
        let lying: i64 = self.sources.iter().filter(|((known, _), _)| known == sku).map(|(_, quantity)| *quantity as i64).sum();
        lying - self.reserved.get(sku).copied().unwrap_or(0)
    }

    /// SKUs are not looked at; one source that is not there refuses all rows.
    fn put_source_items(&mut self, body: &Value) -> Reply {
        if let Some(no) = strange(body, &["sourceItems"]) {
            return no;
        }
        let rows = body["sourceItems"].as_array().unwrap();
        if rows.is_empty() {
            return error(400, "There is no input data.");
        }
        if let Some(no) = rows.iter().find_map(|row| strange(row, &["sku", "source_code", "quantity", "status"])) {
            return no;
        }
        if rows.iter().any(|row| !SOURCES.contains(&row["source_code"].as_str().unwrap())) {
            return error(400, "The source item could not be saved.");
        }
        for row in rows {
            assert_eq!(row["status"], 1, "a quantity of another status is not salable");
            let key = (row["sku"].as_str().unwrap().to_owned(), row["source_code"].as_str().unwrap().to_owned());
            self.sources.insert(key, row["quantity"].as_f64().unwrap());
        }
        (200, json!([]))
    }
}
