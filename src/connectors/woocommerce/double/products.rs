//! Products, their variations, and batches of both.

use serde_json::{Map, Value, json};

use super::super::super::http::Method;
use super::{Call, HOME, Reply, Shop, UNCATEGORIZED, error, invalid, merge_meta, numbers, page, stamp};

const STATUSES: &[&str] = &["draft", "pending", "private", "publish", "future", "auto-draft", "trash"];
const OF_PRODUCT: &[&str] = &[
    "id",
    "name",
    "slug",
    "type",
    "status",
    "description",
    "sku",
    "regular_price",
    "sale_price",
    "date_on_sale_from",
    "date_on_sale_to",
    "manage_stock",
    "stock_quantity",
    "stock_status",
    "backorders",
    "global_unique_id",
    "weight",
    "tax_class",
    "categories",
    "images",
    "attributes",
    "meta_data",
];
const OF_VARIATION: &[&str] = &[
    "id",
    "status",
    "description",
    "sku",
    "regular_price",
    "sale_price",
    "date_on_sale_from",
    "date_on_sale_to",
    "manage_stock",
    "stock_quantity",
    "stock_status",
    "backorders",
    "global_unique_id",
    "weight",
    "tax_class",
    "image",
    "attributes",
    "meta_data",
];

/// What WordPress makes of a text: without tags, encoded octets and outer blanks.
fn cleaned(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '%']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let octet = from.get(1..3).is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
        rest = match from.find('>') {
            Some(end) if from.starts_with('<') => &from[end + 1..],
            _ if from.starts_with('%') && octet => &from[3..],
            _ => {
                out.push_str(&from[..1]);
                &from[1..]
            }
        };
    }
    out.push_str(rest);
    out.trim().to_owned()
}

fn not_found() -> Reply {
    error(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
}

/// A single call is checked against the schema, a row of a batch is not.
fn check(body: &Value) -> Option<Reply> {
    for price in ["regular_price", "weight", "global_unique_id", "sku"] {
        if body.get(price).is_some_and(|value| !value.is_string()) {
            return Some(invalid(price, &format!("{price} is not of type string.")));
        }
    }
    if body.get("stock_quantity").is_some_and(|value| !value.is_i64()) {
        return Some(invalid("stock_quantity", "stock_quantity is not of type integer."));
    }
    if body.get("status").is_some_and(|value| !STATUSES.contains(&value.as_str().unwrap_or_default())) {
        return Some(invalid("status", &format!("status is not one of {}.", STATUSES.join(", "))));
    }
    None
}

impl Shop {
    pub(super) fn products(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (Method::Get, []) => self.list_products(call),
            (Method::Post, []) => check(&call.body).unwrap_or_else(|| self.put_product(None, &call.body)),
            (Method::Post, ["batch"]) => self.batch(call, |shop, id, row| shop.put_product(id, row)),
            (Method::Get, [id]) => self.product(id).map_or_else(not_found, |product| (200, product)),
            (Method::Put, [id]) => match self.product(id) {
                None => not_found(),
                Some(product) => check(&call.body).unwrap_or_else(|| self.put_product(product["id"].as_i64(), &call.body)),
            },
            (method, [id, "variations", rest @ ..]) => match self.product(id).and_then(|product| product["id"].as_i64()) {
                None => error(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID."),
                Some(product) => self.variations_route(method, product, rest, call),
            },
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    fn variations_route(&mut self, method: Method, product: i64, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (Method::Get, []) => {
                let of = self.variations.values().filter(|(parent, _)| *parent == product).map(|(_, variation)| variation.clone());
                page(&of.collect::<Vec<_>>(), call)
            }
            (Method::Post, ["batch"]) => self.batch(call, |shop, id, row| shop.put_variation(product, id, row)),
            (Method::Get, [id]) => match self.variations.get(&id.parse().unwrap()).filter(|(parent, _)| *parent == product) {
                Some((_, variation)) => (200, variation.clone()),
                None => error(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID."),
            },
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    fn product(&self, id: &str) -> Option<Value> {
        let mut product = self.products.get(&id.parse().ok()?)?.clone();
        let own = |(number, (parent, _)): (&i64, &(i64, Value))| (product["id"] == *parent).then_some(*number);
        let variations: Vec<i64> = self.variations.iter().filter_map(own).collect();
        product["variations"] = json!(variations);
        Some(product)
    }

    fn list_products(&self, call: &Call) -> Reply {
        let given = |name: &str| call.query.get(name);
        for name in call.query.keys() {
            let known = ["status", "include", "sku", "slug", "orderby", "order", "per_page", "page", "offset", "_fields"];
            assert!(known.contains(&name.as_str()), "the double has no filter {name}");
        }
        let all = self.products.keys().filter_map(|id| self.product(&id.to_string())).filter(|product| product["status"] != "trash");
        let found: Vec<Value> = match (given("include"), given("sku"), given("slug")) {
            (Some(ids), _, _) => all.filter(|product| numbers(ids).any(|id| product["id"] == id)).collect(),
            (_, Some(skus), _) => {
                let wanted =
                    |sku: &Value| sku.as_str().is_some_and(|sku| !sku.is_empty() && (sku == skus || skus.split(',').any(|one| one == sku)));
                let variations = self.variations.values().map(|(parent, variation)| {
                    let mut variation = variation.clone();
                    variation["type"] = json!("variation");
                    variation["name"] = json!("T-Shirt - Rot");
                    variation["parent_id"] = json!(parent);
                    // The product list shows the picture of a variation as a list, and what it is in its own way.
                    variation.as_object_mut().unwrap().retain(|key, _| key != "image" && key != "attributes");
                    variation
                });
                let found = |sku: &Value| wanted(sku) && !self.unfound.iter().any(|unfound| sku == unfound);
                all.chain(variations).filter(|product| found(&product["sku"])).collect()
            }
            (_, _, Some(slug)) => all.filter(|product| product["slug"] == *slug).collect(),
            _ => all.collect(),
        };
        page(&found, call)
    }

    /// Rows one after the other; each has its own result inside a 200.
    fn batch(&mut self, call: &Call, put: impl Fn(&mut Shop, Option<i64>, &Value) -> Reply) -> Reply {
        let kinds = call.body.as_object().unwrap();
        let rows: usize = kinds.values().map(|rows| rows.as_array().unwrap().len()).sum();
        if rows > 100 {
            return error(413, "woocommerce_rest_request_entity_too_large", "Unable to accept more than 100 items for this request.");
        }
        let mut answer = Map::new();
        for (kind, rows) in kinds {
            let mut result = |row: &Value| -> Value {
                let id = (kind == "update").then(|| row["id"].as_i64().unwrap());
                match put(self, id, row) {
                    (200 | 201, record) => record,
                    (_, mut no) => {
                        no["data"]["status"] = json!(400);
                        json!({ "id": id.unwrap_or(0), "error": no })
                    }
                }
            };
            answer.insert(kind.clone(), rows.as_array().unwrap().iter().map(&mut result).collect());
        }
        (200, Value::Object(answer))
    }

    fn put_product(&mut self, id: Option<i64>, body: &Value) -> Reply {
        let new = id.is_none();
        let mut product = match id {
            Some(id) => match self.products.get(&id) {
                Some(product) => product.clone(),
                None => return not_found(),
            },
            None => json!({
                "id": 0, "name": "Product", "slug": "", "type": "simple", "status": "publish", "description": "", "sku": "", "regular_price": "",
                "price": "", "manage_stock": false, "stock_quantity": null, "global_unique_id": "", "weight": "", "tax_class": "", "parent_id": 0,
                "categories": [{ "id": UNCATEGORIZED }], "images": [], "attributes": [], "meta_data": [], "variations": [], "permalink": HOME,
                "sale_price": "", "date_on_sale_from": null, "date_on_sale_to": null, "stock_status": "instock", "backorders": "no",
            }),
        };
        // Without a name, and with a label that is not that of JSON, it becomes a product all the same.
        if let Err(no) = self.apply(&mut product, body, OF_PRODUCT) {
            return no;
        }
        if new {
            let id = self.next_id();
            product["id"] = json!(id);
            if product["slug"] == "" {
                product["slug"] = json!(format!("product-{id}"));
            }
        }
        // Attributes of a product come with the names of their global ones.
        for attribute in product["attributes"].as_array_mut().unwrap() {
            if attribute["id"] == 1 {
                attribute["name"] = json!("Farbe");
            }
        }
        let id = product["id"].as_i64().unwrap();
        self.products.insert(id, product);
        (if new { 201 } else { 200 }, self.product(&id.to_string()).unwrap())
    }

    fn put_variation(&mut self, product: i64, id: Option<i64>, body: &Value) -> Reply {
        let mut variation = match id {
            Some(id) => match self.variations.get(&id) {
                Some((parent, variation)) if *parent == product => variation.clone(),
                _ => return error(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID."),
            },
            None => json!({
                "id": 0, "type": "variation", "status": "publish", "description": "", "sku": "", "regular_price": "", "price": "", "manage_stock": false,
                "stock_quantity": null, "global_unique_id": "", "weight": "", "tax_class": "parent", "image": null, "attributes": [], "meta_data": [],
                "permalink": HOME, "sale_price": "", "date_on_sale_from": null, "date_on_sale_to": null, "stock_status": "instock",
                "backorders": "no",
            }),
        };
        let offered = self.products[&product]["attributes"].as_array().unwrap();
        for choice in body["attributes"].as_array().into_iter().flatten() {
            let known = offered.iter().filter(|attribute| attribute["variation"] == true).any(|attribute| {
                let named = attribute["id"] != 0 && attribute["id"] == choice["id"] || attribute["name"] == choice["name"];
                named && attribute["options"].as_array().unwrap().contains(&choice["option"])
            });
            assert!(known, "the product does not offer {choice}");
        }
        if let Err(no) = self.apply(&mut variation, body, OF_VARIATION) {
            return no;
        }
        for choice in variation["attributes"].as_array_mut().unwrap() {
            if choice["id"] == 1 {
                choice["name"] = json!("Farbe");
            }
        }
        if id.is_none() {
            variation["id"] = json!(self.next_id());
        }
        self.variations.insert(variation["id"].as_i64().unwrap(), (product, variation.clone()));
        (200, variation)
    }

    fn apply(&mut self, record: &mut Value, body: &Value, known: &[&str]) -> Result<(), Reply> {
        let id = record["id"].as_i64().unwrap();
        for (key, value) in body.as_object().unwrap() {
            assert!(known.contains(&key.as_str()), "the double has no field {key}");
            match key.as_str() {
                "id" => {}
                "sku" => {
                    let sku = cleaned(value.as_str().unwrap());
                    self.free_sku(id, &sku)?;
                    record["sku"] = json!(sku);
                }
                "global_unique_id" => {
                    let ean: String = value.as_str().unwrap().chars().filter(|letter| letter.is_ascii_digit() || *letter == '-').collect();
                    self.free_ean(id, &ean)?;
                    record["global_unique_id"] = json!(ean);
                }
                "regular_price" => {
                    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.replace(',', "."));
                    let price = if text.parse::<f64>().is_ok() { text } else { String::new() };
                    record["regular_price"] = json!(price);
                    record["price"] = json!(price);
                }
                // Null leaves a date alone, an empty text takes it back.
                "date_on_sale_from" | "date_on_sale_to" if value.is_null() => {}
                "date_on_sale_from" | "date_on_sale_to" => record[key] = if value == "" { Value::Null } else { value.clone() },
                "manage_stock" | "stock_quantity" | "backorders" if self.counts_no_stock => {}
                "stock_quantity" => record["stock_quantity"] = json!(value.as_i64().unwrap_or_default()),
                "status" => {
                    record["status"] = json!(if STATUSES.contains(&value.as_str().unwrap()) { value.clone() } else { json!("draft") })
                }
                "categories" => {
                    let mut ids: Vec<i64> = value
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|category| category["id"].as_i64().unwrap())
                        .filter(|id| (15..=17).contains(id))
                        .collect();
                    if ids.is_empty() {
                        ids.push(UNCATEGORIZED);
                    }
                    record["categories"] = ids.iter().map(|id| json!({ "id": id })).collect();
                }
                "images" => {
                    let images: Result<Vec<Value>, Reply> =
                        value.as_array().unwrap().iter().map(|image| self.image(image, &record["images"])).collect();
                    record["images"] = json!(images?);
                }
                "image" => record["image"] = if value["id"] == 0 { Value::Null } else { self.image(value, &json!([record["image"]]))? },
                "attributes" => {
                    record["attributes"] = value
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|attribute| {
                            let mut attribute = attribute.clone();
                            let id = attribute["id"].as_i64().unwrap_or(0);
                            attribute["id"] = json!(id);
                            attribute
                        })
                        .collect();
                }
                "meta_data" => merge_meta(record, value),
                _ => record[key] = value.clone(),
            }
        }
        record["date_modified_gmt"] = json!(stamp(self.now()));
        Ok(())
    }

    /// A picture that is there, or one that the shop fetches: it keeps the name that is given, and in a field of the double the file's.
    fn image(&mut self, given: &Value, there: &Value) -> Result<Value, Reply> {
        if let Some(id) = given["id"].as_i64() {
            let known = there.as_array().unwrap().iter().find(|image| image["id"] == id);
            return known.cloned().ok_or_else(|| error(400, "woocommerce_product_invalid_image_id", "Invalid image ID."));
        }
        let src = given["src"].as_str().unwrap();
        let file = src.rsplit('/').next().unwrap();
        if file.starts_with("none") {
            let text = format!("Error getting remote image {src}. Error: Not Found");
            return Err(error(400, "woocommerce_product_image_upload_error", &text));
        }
        let name = given["name"].as_str().unwrap_or(file);
        Ok(json!({ "id": self.next_id(), "src": format!("{HOME}/wp-content/uploads/{file}"), "name": name, "alt": "" }))
    }

    fn everything(&self) -> impl Iterator<Item = &Value> {
        self.products.values().chain(self.variations.values().map(|(_, variation)| variation))
    }

    fn free_sku(&self, id: i64, sku: &str) -> Result<(), Reply> {
        let same = |other: &Value| match (self.compares_without_case, other.as_str().unwrap_or_default()) {
            (true, other) => other.eq_ignore_ascii_case(sku),
            (false, other) => other == sku,
        };
        let Some(other) = self.everything().find(|other| !sku.is_empty() && same(&other["sku"]) && other["id"] != id) else {
            return Ok(());
        };
        if other["status"] == "trash" {
            let text = format!("The SKU ({sku}) you are trying to insert is already under processing");
            return Err(error(400, "woocommerce_rest_product_not_created", &text));
        }
        let data = json!({ "status": 400, "resource_id": other["id"], "unique_sku": format!("{sku}-1") });
        Err((400, json!({ "code": "product_invalid_sku", "message": "Invalid or duplicated SKU.", "data": data })))
    }

    fn free_ean(&self, id: i64, ean: &str) -> Result<(), Reply> {
        match self.everything().find(|other| !ean.is_empty() && other["global_unique_id"] == ean && other["id"] != id) {
            None => Ok(()),
            Some(_) => Err(error(400, "product_invalid_global_unique_id", "Invalid or duplicated GTIN, UPC, EAN or ISBN.")),
        }
    }
}
