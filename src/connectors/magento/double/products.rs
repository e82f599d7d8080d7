//! Products, their pictures and links, and base prices.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::super::http::Method;
use super::catalogue::{self, SET};
use super::criteria::{found, missing, page};
use super::{Call, Reply, Shop, error, no_route, stamp, strange, with};
use crate::domain::picture::Kind;

const OF_PRODUCT: &[&str] = &[
    "id",
    "sku",
    "name",
    "attribute_set_id",
    "price",
    "status",
    "visibility",
    "type_id",
    "weight",
    "extension_attributes",
    "custom_attributes",
];
const OF_EXTENSION: &[&str] = &["website_ids", "category_links", "stock_item", "configurable_product_options"];
/// Attributes that every product has.
const OWN: &[&str] =
    &["url_key", "tax_class_id", "description", "short_description", "special_price", "special_from_date", "special_to_date"];
const SKU: usize = 64;

fn not_there() -> Reply {
    error(404, "The product is not there. Look at it and try again.")
}

/// As the shop makes the address of a product from its name.
fn address_of(name: &str) -> String {
    let letters = name.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect::<String>();
    letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

impl Shop {
    /// As the database compares them.
    pub(in crate::connectors::magento) fn by_sku(&self, sku: &str) -> Option<i64> {
        let exactly = self.products.iter().find(|(_, product)| product["sku"] == sku);
        let folded = || {
            let sku = sku.trim().to_lowercase();
            self.products.iter().find(|(_, product)| product["sku"].as_str().unwrap().to_lowercase() == sku)
        };
        exactly.or_else(folded).map(|(id, _)| *id)
    }

    /// A product as the shop shows it.
    pub(in crate::connectors::magento) fn product(&self, id: i64) -> Value {
        let mut product = self.products[&id].clone();
        let fields = product.as_object_mut().unwrap();
        let categories = fields.remove("category_ids").unwrap();
        let options = fields.remove("options_of").unwrap();
        let mut custom: Vec<Value> = fields["custom_attributes"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(code, value)| json!({ "attribute_code": code, "value": value }))
            .collect();
        custom.push(json!({ "attribute_code": "category_ids", "value": categories }));
        fields.insert("custom_attributes".to_owned(), json!(custom));
        if fields["type_id"] == "configurable" {
            let links = self.links.get(&id).cloned().unwrap_or_default();
            let extension = fields["extension_attributes"].as_object_mut().unwrap();
            extension.insert("configurable_product_options".to_owned(), options);
            extension.insert("configurable_product_links".to_owned(), json!(links));
        }
        product
    }

    pub(super) fn products_route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (Method::Get, ["products"]) => {
                let fields = BTreeMap::from([("entity_id", "/id"), ("sku", "/sku"), ("type_id", "/type_id"), ("url_key", "/url_key")]);
                // Only what is asked for is written out.
                let row = |(id, product): (&i64, &Value)| json!({ "id": id, "sku": product["sku"], "type_id": product["type_id"], "url_key": product["custom_attributes"]["url_key"] });
                let (status, mut body) = page(self.products.iter().map(row), call, &fields, 400);
                for row in body.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
                    *row = self.product(row["id"].as_i64().unwrap());
                }
                (status, body)
            }
            (Method::Post, ["products"]) => self.save(&call.body, None),
            (Method::Put, ["products", sku]) => self.save(&call.body, Some(sku)),
            (Method::Get, ["products", sku]) => self.by_sku(sku).map_or_else(not_there, |id| (200, self.product(id))),
            (Method::Post, ["products", "base-prices"]) => self.base_prices(&call.body),
            (_, ["products", sku, "media", rest @ ..]) => match self.by_sku(sku) {
                Some(id) => self.media(method, id, rest, &call.body),
                None => not_there(),
            },
            (_, ["configurable-products", sku, rest]) => match self.by_sku(sku).filter(|id| self.products[id]["type_id"] == "configurable")
            {
                Some(id) => self.children_route(method, id, rest, &call.body),
                None => not_there(),
            },
            _ => no_route(),
        }
    }

    /// Makes a product, or changes the one with that number, else that SKU.
    fn save(&mut self, body: &Value, path_sku: Option<&str>) -> Reply {
        let given = &body["product"];
        if let Some(no) = strange(body, &["product"]).or_else(|| strange(given, OF_PRODUCT)) {
            return no;
        }
        let Some(sku) = path_sku.or_else(|| given["sku"].as_str()).map(str::to_owned) else {
            return error(500, "An error has happened.");
        };
        let numbered = given["id"].as_i64().filter(|id| self.products.contains_key(id));
        let known = numbered.or_else(|| self.by_sku(&sku));
        if self.by_sku(&sku).is_some_and(|other| known != Some(other)) || sku.chars().count() > SKU {
            return error(400, "The SKU is taken or too long.");
        }
        if known.is_none() && given["name"].as_str().is_none_or(str::is_empty) || given["name"] == "" {
            return error(400, "The \"Product Name\" is empty.");
        }
        let mut product = known.map_or_else(
            || {
                json!({ "id": 0, "sku": "", "name": "", "attribute_set_id": SET, "price": 0, "status": 1, "visibility": 4, "type_id": "simple", "weight": null,
                    "created_at": stamp(self.now()), "updated_at": stamp(self.now()), "extension_attributes": { "website_ids": [1] },
                    "media_gallery_entries": [], "custom_attributes": {}, "category_ids": [], "options_of": [] })
            },
            |id| self.products[&id].clone(),
        );
        if let Err(no) = self.apply(&mut product, given) {
            return no;
        }
        product["sku"] = json!(sku);
        let id = known.unwrap_or_else(|| self.next_id());
        product["id"] = json!(id);
        if product["custom_attributes"]["url_key"].is_null() {
            product["custom_attributes"]["url_key"] = json!(address_of(product["name"].as_str().unwrap()));
        }
        let key = product["custom_attributes"]["url_key"].clone();
        if self.products.iter().any(|(other, one)| *other != id && one["custom_attributes"]["url_key"] == key) {
            return error(400, "The URL key of the store is taken.");
        }
        product["updated_at"] = json!(stamp(self.now()));
        self.products.insert(id, product);
        (200, self.product(id))
    }

    fn apply(&self, product: &mut Value, given: &Value) -> Result<(), Reply> {
        for (key, value) in given.as_object().unwrap() {
            match key.as_str() {
                "id" | "sku" => {}
                "attribute_set_id" if *value != SET => return Err(with(400, "Invalid product data: %1", json!(["attribute set"]))),
                "price" => {
                    let price = value.as_f64().or_else(|| value.as_str()?.parse().ok());
                    let price = price.ok_or_else(|| error(400, "The \"price\" is no float."))?;
                    if price < 0.0 {
                        return Err(error(400, "A number of 0 or more, please."));
                    }
                    product["price"] = json!(price);
                }
                "weight" if !value.is_null() => product["weight"] = json!(value.as_f64().unwrap()),
                "status" | "visibility" => product[key] = json!(value.as_i64().unwrap()),
                "extension_attributes" => self.extend(product, value)?,
                "custom_attributes" => custom(product, value),
                // What is null is passed over.
                _ if value.is_null() => {}
                _ => product[key] = value.clone(),
            }
        }
        // Saved without its first day, a special price begins today.
        let says_from =
            given["custom_attributes"].as_array().is_some_and(|all| all.iter().any(|one| one["attribute_code"] == "special_from_date"));
        if !product["custom_attributes"]["special_price"].is_null() && !says_from {
            product["custom_attributes"]["special_from_date"] = json!(self.now().format("%Y-%m-%d 00:00:00").to_string());
        }
        Ok(())
    }

    fn extend(&self, product: &mut Value, given: &Value) -> Result<(), Reply> {
        if let Some(no) = strange(given, OF_EXTENSION) {
            return Err(no);
        }
        for (key, value) in given.as_object().unwrap() {
            match key.as_str() {
                "category_links" => {
                    let ids = value.as_array().unwrap().iter().map(|link| link["category_id"].as_str().unwrap().to_owned());
                    // One that is not there is passed over.
                    let ids: Vec<String> = ids.filter(|id| catalogue::has_category(id.parse().unwrap())).collect();
                    product["category_ids"] = json!(ids);
                }
                "configurable_product_options" => {
                    for option in value.as_array().unwrap() {
                        let code = option["attribute_id"].as_str().and_then(|id| catalogue::code_of(id.parse().ok()?));
                        let known = code.is_some_and(|code| self.options.contains_key(code));
                        if !known || option["values"].as_array().is_none_or(Vec::is_empty) {
                            return Err(error(400, "The option cannot be saved."));
                        }
                    }
                    product["options_of"] = value.clone();
                }
                "stock_item" => {}
                _ => product["extension_attributes"][key] = value.clone(),
            }
        }
        Ok(())
    }

    fn base_prices(&mut self, body: &Value) -> Reply {
        if let Some(no) = strange(body, &["prices"]) {
            return no;
        }
        let mut errors = Vec::new();
        for row in body["prices"].as_array().unwrap() {
            if let Some(no) = strange(row, &["sku", "price", "store_id"]) {
                return no;
            }
            let wrong = |what: &str, value: String| json!({ "message": "Wrong %fieldName: %fieldValue.", "parameters": [what, value] });
            let sku = row["sku"].as_str().unwrap();
            let price = row["price"].as_f64().unwrap();
            match self.by_sku(sku) {
                None => errors.push(wrong("SKU", sku.to_owned())),
                Some(_) if price < 0.0 => errors.push(wrong("Price", price.to_string())),
                Some(id) => self.products.get_mut(&id).unwrap()["price"] = json!(price),
            }
        }
        found(errors)
    }

    fn media(&mut self, method: Method, id: i64, path: &[&str], body: &Value) -> Reply {
        let entry = &body["entry"];
        let number = path.first().and_then(|number| number.parse::<i64>().ok());
        let at = self.products[&id]["media_gallery_entries"]
            .as_array()
            .unwrap()
            .iter()
            .position(|known| Some(known["id"].as_i64().unwrap()) == number);
        match (method, path, at) {
            (Method::Post, [], _) => {
                if let Some(no) = strange(entry, &["media_type", "label", "position", "disabled", "types", "content"]) {
                    return no;
                }
                let content = &entry["content"];
                let bytes = STANDARD.decode(content["base64_encoded_data"].as_str().unwrap()).unwrap_or_default();
                if !matches!(Kind::of(&bytes), Some(Kind::Png | Kind::Jpeg | Kind::Gif)) {
                    return error(400, "The content of the picture is no Base64 of one.");
                }
                let number = self.next_id();
                let name = content["name"].as_str().unwrap();
                assert!(name.len() <= 90, "the shop takes no longer names");
                let (stem, extension) = name.rsplit_once('.').unwrap();
                // Another product may have a file of that name.
                let file = format!("/{}/{}/{stem}_{number}.{extension}", &name[..1], &name[1..2]);
                let new = json!({ "id": number, "media_type": entry["media_type"], "label": entry["label"], "position": entry["position"],
                    "disabled": entry["disabled"], "types": entry["types"], "file": file });
                self.give_roles(id, number, &entry["types"]);
                self.products.get_mut(&id).unwrap()["media_gallery_entries"].as_array_mut().unwrap().push(new);
                (200, json!(number.to_string()))
            }
            (Method::Put, [_], Some(at)) => {
                if let Some(no) = strange(entry, &["id", "media_type", "label", "position", "disabled", "types", "file"]) {
                    return no;
                }
                self.give_roles(id, number.unwrap(), &entry["types"]);
                let known = &mut self.products.get_mut(&id).unwrap()["media_gallery_entries"][at];
                for key in ["label", "position", "disabled", "types"] {
                    known[key] = entry[key].clone();
                }
                (200, json!(true))
            }
            (Method::Delete, [_], Some(at)) => {
                self.products.get_mut(&id).unwrap()["media_gallery_entries"].as_array_mut().unwrap().remove(at);
                (200, json!(true))
            }
            (Method::Put | Method::Delete, [_], None) => error(404, "There is no picture with that number."),
            _ => no_route(),
        }
    }

    /// A role belongs to one picture of a product.
    fn give_roles(&mut self, id: i64, number: i64, roles: &Value) {
        for entry in self.products.get_mut(&id).unwrap()["media_gallery_entries"].as_array_mut().unwrap() {
            if entry["id"] != number {
                entry["types"].as_array_mut().unwrap().retain(|role| !roles.as_array().unwrap().contains(role));
            }
        }
    }

    fn children_route(&mut self, method: Method, id: i64, rest: &str, body: &Value) -> Reply {
        match (method, rest) {
            (Method::Get, "children") => found(self.links.get(&id).into_iter().flatten().map(|child| self.product(*child)).collect()),
            (Method::Post, "child") => {
                let Some(child) = body["childSku"].as_str().and_then(|sku| self.by_sku(sku)) else { return not_there() };
                let codes: Vec<&str> = self.products[&id]["options_of"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|option| catalogue::code_of(option["attribute_id"].as_str().unwrap().parse().unwrap()).unwrap())
                    .collect();
                let chosen = |product: i64| -> Vec<Value> {
                    codes.iter().map(|code| self.products[&product]["custom_attributes"][code].clone()).collect()
                };
                let own = chosen(child);
                if own.iter().any(Value::is_null) {
                    return with(400, "The child has no value of \"%1\".", json!([codes.join(", ")]));
                }
                let links = self.links.get(&id).cloned().unwrap_or_default();
                if links.contains(&child) {
                    return error(400, "The product is a child of it.");
                }
                if links.iter().any(|other| chosen(*other) == own) {
                    return error(400, "Two products have the same values.");
                }
                self.links.entry(id).or_default().push(child);
                (200, json!(true))
            }
            _ => missing(),
        }
    }

    /// The merchant deletes a product. Its source items stay, as the shop is delivered.
    pub(in crate::connectors::magento) fn delete(&mut self, id: i64) {
        self.products.remove(&id);
        self.links.remove(&id);
        self.links.values_mut().for_each(|children| children.retain(|child| *child != id));
    }
}

/// Values of attributes. One of an attribute that the set does not have is passed over; an empty text empties a list.
fn custom(product: &mut Value, given: &Value) {
    let known: &mut Map<String, Value> = product["custom_attributes"].as_object_mut().unwrap();
    for attribute in given.as_array().unwrap() {
        let code = attribute["attribute_code"].as_str().unwrap();
        let value = &attribute["value"];
        if !OWN.contains(&code) && catalogue::attribute(code).is_none() {
            continue;
        }
        match (code, value.as_str()) {
            ("special_price", Some("")) => drop(known.insert(code.to_owned(), json!("0.000000"))),
            ("farbe" | "groesse", Some("")) => drop(known.remove(code)),
            _ => drop(known.insert(code.to_owned(), value.clone())),
        }
    }
}
