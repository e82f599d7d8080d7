//! Products, their variants, pictures and metafields.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::api::number;
use super::{LOCATION, Shop, fault, portion};
use crate::domain::Decimal;

fn gid(kind: &str, id: i64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

fn id_of(value: &Value) -> i64 {
    value.as_str().and_then(|id| number(id).parse().ok()).unwrap_or_default()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn title_fault(title: &Value, place: &[&str]) -> Option<Value> {
    match title.as_str().map(|title| title.chars().count()) {
        Some(0) => Some(fault(place, "BLANK", "Title can't be blank")),
        Some(256..) => Some(fault(place, "TOO_LONG", "Title is too long (maximum is 255 characters)")),
        _ => None,
    }
}

fn price_fault(price: &Value) -> Option<(&'static str, &'static str)> {
    let amount = price.as_str().map(|text| Decimal::parse(text).unwrap());
    amount.is_some_and(|amount| amount < Decimal::ZERO).then_some(("GREATER_THAN_OR_EQUAL_TO", "Price must be greater than or equal to 0"))
}

fn merge_metafields(record: &mut Value, given: &Value) {
    for field in list(given) {
        let place = format!("{}.{}", field["namespace"].as_str().unwrap(), field["key"].as_str().unwrap());
        let value = field["value"].as_str().unwrap();
        assert!(!value.is_empty() && field["type"].is_string(), "a metafield has a type and a value: {field}");
        record["metafields"][place] = json!(value);
    }
}

impl Shop {
    pub(in crate::connectors::shopify) fn members(&self, product: i64) -> Vec<Value> {
        self.variants.values().filter(|variant| variant["productId"] == product).cloned().collect()
    }

    pub(super) fn resolve_product(&self, of: &Value, name: &str) -> Option<Value> {
        let id = id_of(&of["id"]);
        Some(match (of["__typename"].as_str()?, name) {
            ("Product", "variants") => json!(self.members(id)),
            ("Product", "media") => list(&of["media"]).iter().filter_map(|file| self.files.get(&id_of(file))).cloned().collect(),
            ("Product", "hasOnlyDefaultVariant") => json!(of["options"][0]["name"] == "Title"),
            ("ProductVariant", "product") => self.products[&of["productId"].as_i64()?].clone(),
            ("ProductVariant", "inventoryItem") => {
                json!({ "__typename": "InventoryItem", "id": gid("InventoryItem", id), "tracked": of["tracked"], "sku": of["sku"], "variant": id })
            }
            _ => return None,
        })
    }

    /// The search ignores case, and takes a phrase in quotes.
    pub(super) fn search_variants(&self, given: &Value) -> Value {
        let Some(query) = given["query"].as_str() else { return portion(self.variants.values(), given) };
        let wanted: BTreeSet<String> = query
            .split(" OR sku:")
            .map(|part| {
                let phrase = part.trim_start_matches("sku:").strip_prefix('"').unwrap().strip_suffix('"').unwrap();
                phrase.replace("\\\"", "\"").replace("\\\\", "\\").to_lowercase()
            })
            .collect();
        self.variants.values().filter(|one| one["sku"].as_str().is_some_and(|sku| wanted.contains(&sku.to_lowercase()))).cloned().collect()
    }

    /// All lists that are given are replaced.
    pub(super) fn product_set(&mut self, given: &Value) -> Value {
        let input = &given["input"];
        let no = |faults: Vec<Value>| json!({ "product": null, "userErrors": faults });
        let known = match (given["identifier"]["id"].as_str(), given["identifier"]["handle"].as_str()) {
            (Some(id), _) => match self.products.get(&id_of(&json!(id))) {
                Some(product) => Some(product.clone()),
                None => return no(vec![fault(&["identifier", "id"], "PRODUCT_DOES_NOT_EXIST", "Product does not exist")]),
            },
            (None, Some(handle)) => self.products.values().find(|one| one["handle"] == handle).cloned(),
            (None, None) => None,
        };
        if let Some(fault) = title_fault(&input["title"], &["input", "title"]) {
            return no(vec![fault]);
        }
        match (input["productOptions"].is_array(), input["variants"].is_array()) {
            (true, false) => return no(vec![fault(&["input", "variants"], "VARIANTS_INPUT_MISSING", "Variants input is required")]),
            (false, true) => {
                return no(vec![fault(&["input", "productOptions"], "PRODUCT_OPTIONS_INPUT_MISSING", "Options input is required")]);
            }
            _ => {}
        }
        let mut product = known.unwrap_or_else(|| {
            let id = self.next_id();
            json!({ "__typename": "Product", "__id": id, "id": gid("Product", id), "handle": input["handle"], "status": "ACTIVE", "published": false, "title": "",
                "descriptionHtml": "", "vendor": "", "metafields": {}, "media": [], "collections": [], "options": [], "onlineStoreUrl": null })
        });
        let id = product["__id"].as_i64().unwrap();
        for field in ["title", "descriptionHtml", "status", "vendor", "collections"] {
            if let Some(value) = input.get(field) {
                product[field] = value.clone();
            }
        }
        if input["metafields"].is_array() {
            product["metafields"] = json!({});
            merge_metafields(&mut product, &input["metafields"]);
        }
        if input["files"].is_array() {
            let files = list(&input["files"]);
            if let Some(unknown) = files.iter().position(|file| !self.files.contains_key(&id_of(&file["id"]))) {
                return no(vec![fault(&["input", "files", &unknown.to_string(), "id"], "INVALID_INPUT", "File does not exist")]);
            }
            product["media"] = files.iter().map(|file| file["id"].clone()).collect();
        }
        if let (Some(options), Some(variants)) = (input["productOptions"].as_array(), input["variants"].as_array()) {
            if options.len() > 3 {
                return no(vec![fault(&["input", "productOptions"], "OPTIONS_OVER_LIMIT", "At most 3 options")]);
            }
            product["options"] = json!(options);
            let mut made = Vec::new();
            let mut seen = BTreeSet::new();
            for (at, variant) in variants.iter().enumerate() {
                let place = at.to_string();
                match self.variant_of(&product, variant, true) {
                    Ok(record) if seen.insert(record["selectedOptions"].to_string()) => made.push(record),
                    Ok(_) => return no(vec![fault(&["input", "variants", &place], "INVALID_VARIANT", "The variant already exists")]),
                    Err((field, code, text)) => return no(vec![fault(&["input", "variants", &place, field], code, text)]),
                }
            }
            // What is not named any more is deleted.
            let old = self.members(id);
            self.variants.retain(|_, variant| variant["productId"] != id);
            for mut record in made {
                let same = old.iter().find(|one| one["selectedOptions"] == record["selectedOptions"]).and_then(|one| one["__id"].as_i64());
                let own = same.unwrap_or_else(|| self.next_id());
                self.number(&mut record, own, id);
                self.variants.insert(own, record);
            }
        }
        self.products.insert(id, product.clone());
        json!({ "product": product, "userErrors": [] })
    }

    fn number(&self, record: &mut Value, id: i64, product: i64) {
        record["__id"] = json!(id);
        record["__place"] = json!(format!("{id:012}"));
        record["id"] = json!(gid("ProductVariant", id));
        record["productId"] = json!(product);
    }

    /// A new variant from its input.
    fn variant_of(&self, product: &Value, input: &Value, set: bool) -> Result<Value, (&'static str, &'static str, &'static str)> {
        let mut record = json!({ "__typename": "ProductVariant", "sku": "", "barcode": null, "price": "0.00", "published": true, "metafields": {},
            "selectedOptions": [], "taxable": true, "tracked": false, "weight": 0.0, "mediaId": null, "inventoryPolicy": "DENY", "levels": {} });
        self.put(product, &mut record, input)?;
        if list(&record["selectedOptions"]).len() != list(&product["options"]).len() {
            return Err(("optionValues", "NEED_TO_ADD_OPTION_VALUES", "Every option needs a value"));
        }
        for level in list(&input["inventoryQuantities"]) {
            let pieces = if set { &level["quantity"] } else { &level["availableQuantity"] };
            assert!(!set || level["name"] == "available");
            record["levels"][level["locationId"].as_str().unwrap()] =
                json!({ "available": pieces, "committed": 0, "updatedAt": self.stamp() });
        }
        Ok(record)
    }

    fn put(&self, product: &Value, record: &mut Value, input: &Value) -> Result<(), (&'static str, &'static str, &'static str)> {
        if let Some((code, text)) = price_fault(&input["price"]) {
            return Err(("price", code, text));
        }
        for field in ["price", "barcode", "taxable", "inventoryPolicy", "sku"] {
            if let Some(value) = input.get(field) {
                record[field] = value.clone();
            }
        }
        let item = &input["inventoryItem"];
        if let Some(sku) = item.get("sku") {
            record["sku"] = sku.clone();
        }
        if let Some(tracked) = item.get("tracked") {
            record["tracked"] = tracked.clone();
        }
        if let Some(weight) = item.pointer("/measurement/weight") {
            assert_eq!(weight["unit"], "GRAMS");
            record["weight"] = weight["value"].clone();
        }
        if let Some(media) = input.get("mediaId").or_else(|| input.pointer("/file/id")) {
            record["mediaId"] = media.clone();
        }
        merge_metafields(record, &input["metafields"]);
        if input["optionValues"].is_array() {
            let options = list(&product["options"]);
            let values = list(&input["optionValues"]);
            if values.iter().any(|value| options.iter().all(|option| option["name"] != value["optionName"])) {
                return Err(("optionValues", "OPTION_DOES_NOT_EXIST", "Option does not exist"));
            }
            let chosen = options.iter().filter_map(|option| values.iter().find(|value| value["optionName"] == option["name"]));
            record["selectedOptions"] = chosen.map(|value| json!({ "name": value["optionName"], "value": value["name"] })).collect();
        }
        Ok(())
    }

    pub(super) fn product_update(&mut self, input: &Value) -> Value {
        let no = |fault: Value| json!({ "userErrors": [fault] });
        let Some(mut product) = self.products.get(&id_of(&input["id"])).cloned() else {
            return no(json!({ "field": ["id"], "message": "Product does not exist" }));
        };
        if let Some(fault) = title_fault(&input["title"], &["title"]) {
            return no(fault);
        }
        for field in ["title", "descriptionHtml", "status", "vendor"] {
            if let Some(value) = input.get(field) {
                product[field] = value.clone();
            }
        }
        let leave = list(&input["collectionsToLeave"]);
        let mut collections: Vec<Value> = list(&product["collections"]).into_iter().filter(|one| !leave.contains(one)).collect();
        collections.extend(list(&input["collectionsToJoin"]));
        product["collections"] = json!(collections);
        merge_metafields(&mut product, &input["metafields"]);
        self.products.insert(product["__id"].as_i64().unwrap(), product);
        json!({ "userErrors": [] })
    }

    pub(super) fn variants_update(&mut self, given: &Value) -> Value {
        let id = id_of(&given["productId"]);
        let Some(product) = self.products.get(&id).cloned() else {
            return json!({ "userErrors": [fault(&["productId"], "PRODUCT_DOES_NOT_EXIST", "Product does not exist")] });
        };
        let mut faults = Vec::new();
        for (at, input) in list(&given["variants"]).iter().enumerate() {
            let place = at.to_string();
            let own = id_of(&input["id"]);
            let Some(mut record) = self.variants.get(&own).filter(|one| one["productId"] == id).cloned() else {
                faults.push(fault(&["variants", &place, "id"], "PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist"));
                continue;
            };
            if input.get("inventoryQuantities").is_some() {
                faults.push(fault(
                    &["variants", &place],
                    "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE",
                    "Quantities only when a variant is created",
                ));
                continue;
            }
            match self.put(&product, &mut record, input) {
                Ok(()) => drop(self.variants.insert(own, record)),
                Err((field, code, text)) => faults.push(fault(&["variants", &place, field], code, text)),
            }
        }
        if given["allowPartialUpdates"] != true {
            assert!(faults.is_empty(), "the double does not take back what it did");
        }
        json!({ "userErrors": faults })
    }

    pub(super) fn variants_create(&mut self, given: &Value) -> Value {
        let id = id_of(&given["productId"]);
        let Some(product) = self.products.get(&id).cloned() else {
            return json!({ "productVariants": null, "userErrors": [fault(&["productId"], "PRODUCT_DOES_NOT_EXIST", "Product does not exist")] });
        };
        let (mut faults, mut made) = (Vec::new(), Vec::new());
        let mut taken: BTreeSet<String> = self.members(id).iter().map(|one| one["selectedOptions"].to_string()).collect();
        for (at, input) in list(&given["variants"]).iter().enumerate() {
            let place = at.to_string();
            match self.variant_of(&product, input, false) {
                Ok(record) if taken.insert(record["selectedOptions"].to_string()) => made.push(record),
                Ok(_) => faults.push(fault(&["variants", &place], "VARIANT_ALREADY_EXISTS", "The variant already exists")),
                Err((field, code, text)) => faults.push(fault(&["variants", &place, field], code, text)),
            }
        }
        if !faults.is_empty() {
            return json!({ "productVariants": null, "userErrors": faults });
        }
        for record in &mut made {
            let own = self.next_id();
            self.number(record, own, id);
            self.variants.insert(own, record.clone());
        }
        json!({ "productVariants": made, "userErrors": [] })
    }

    pub(super) fn publish(&mut self, given: &Value, published: bool) -> Value {
        let id = id_of(&given["id"]);
        let is_variant = given["id"].as_str().is_some_and(|id| id.contains("/ProductVariant/"));
        let record = if is_variant { self.variants.get_mut(&id) } else { self.products.get_mut(&id) };
        match record {
            Some(record) => {
                record["published"] = json!(published);
                if !is_variant {
                    record["onlineStoreUrl"] = json!(format!("https://shop.example/products/{}", record["handle"].as_str().unwrap()));
                }
                json!({ "userErrors": [] })
            }
            None => json!({ "userErrors": [{ "field": ["id"], "message": "Resource does not exist" }] }),
        }
    }

    pub(super) fn metafields_delete(&mut self, given: &Value) -> Value {
        for field in list(given) {
            let id = id_of(&field["ownerId"]);
            let is_variant = field["ownerId"].as_str().unwrap().contains("/ProductVariant/");
            let record = if is_variant { self.variants.get_mut(&id) } else { self.products.get_mut(&id) };
            if let Some(fields) = record.and_then(|record| record["metafields"].as_object_mut()) {
                fields.remove(&format!("{}.{}", field["namespace"].as_str().unwrap(), field["key"].as_str().unwrap()));
            }
        }
        json!({ "userErrors": [] })
    }

    pub(super) fn file_create(&mut self, given: &Value) -> Value {
        let files = list(given);
        let bad = |file: &Value| !file["originalSource"].as_str().unwrap().starts_with("http");
        let faults: Vec<Value> = files
            .iter()
            .enumerate()
            .filter(|(_, file)| bad(file))
            .map(|(at, _)| fault(&["files", &at.to_string(), "originalSource"], "INVALID_IMAGE_SOURCE_URL", "Image URL is invalid"))
            .collect();
        if !faults.is_empty() {
            return json!({ "files": null, "userErrors": faults });
        }
        let made: Vec<Value> = files
            .iter()
            .map(|file| {
                let same = self
                    .files
                    .iter()
                    .find(|(_, one)| one["filename"].is_string() && one["filename"] == file["filename"])
                    .map(|(id, _)| *id);
                let id = same.filter(|_| file["duplicateResolutionMode"] == "REPLACE").unwrap_or_else(|| self.next_id());
                let record = json!({ "__typename": "MediaImage", "id": gid("MediaImage", id), "status": "READY", "fileStatus": "UPLOADED",
                "filename": file["filename"], "source": file["originalSource"] });
                self.files.insert(id, record.clone());
                record
            })
            .collect();
        json!({ "files": made, "userErrors": [] })
    }

    /// Somebody lists an article by hand.
    pub(in crate::connectors::shopify) fn list_by_hand(&mut self, sku: &str, title: &str) {
        let handle = format!("hand-{}", self.next_id());
        let input = json!({
            "title": title, "handle": handle, "productOptions": [{ "name": "Title", "values": [{ "name": "Default Title" }] }],
            "variants": [{ "sku": sku, "price": "5.00", "optionValues": [{ "optionName": "Title", "name": "Default Title" }],
                "inventoryItem": { "tracked": true }, "inventoryQuantities": [{ "name": "available", "locationId": LOCATION, "quantity": 10 }] }],
        });
        let made = self.product_set(&json!({ "identifier": { "handle": handle }, "input": input }));
        self.publish(&json!({ "id": made["product"]["id"] }), true);
    }

    pub(in crate::connectors::shopify) fn delete_product(&mut self, id: i64) {
        self.products.remove(&id);
        self.variants.retain(|_, variant| variant["productId"] != id);
    }

    pub(in crate::connectors::shopify) fn fields(record: &Value) -> Map<String, Value> {
        record["metafields"].as_object().cloned().unwrap_or_default()
    }
}
