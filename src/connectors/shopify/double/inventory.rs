//! Pieces by location.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::api::number;
use super::{Shop, fault};

fn id_of(value: &Value) -> i64 {
    value.as_str().and_then(|id| number(id).parse().ok()).unwrap_or_default()
}

impl Shop {
    pub(super) fn resolve_item(&self, of: &Value, name: &str, given: &Value) -> Option<Value> {
        let level = |location: &str, level: &Value| json!({ "__typename": "InventoryLevel", "id": format!("gid://shopify/InventoryLevel/{}?{location}", of["variant"]), "updatedAt": level["updatedAt"], "pieces": level });
        Some(match (of["__typename"].as_str()?, name) {
            ("InventoryItem", "inventoryLevel") => {
                let location = given["locationId"].as_str()?;
                let known = self.variants[&of["variant"].as_i64()?]["levels"].get(location).cloned();
                known.map_or(Value::Null, |known| level(location, &known))
            }
            ("InventoryItem", "inventoryLevels") => {
                let levels = self.variants[&of["variant"].as_i64()?]["levels"].as_object()?.clone();
                levels.iter().map(|(location, known)| level(location, known)).collect()
            }
            ("InventoryLevel", "quantities") => given["names"]
                .as_array()?
                .iter()
                .map(|name| json!({ "name": name, "quantity": of["pieces"][name.as_str().unwrap()] }))
                .collect(),
            _ => return None,
        })
    }

    /// All rows or none.
    pub(super) fn quantities_set(&mut self, input: &Value) -> Value {
        assert!(matches!(input["name"].as_str(), Some("available")), "the connector sets what is available");
        let rows = input["quantities"].as_array().unwrap();
        let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
        if input["reason"] != "correction" {
            faults.push(fault(&["input", "reason"], "INVALID_REASON", "The specified reason is invalid"));
        }
        for (at, row) in rows.iter().enumerate() {
            let place = at.to_string();
            let mut no = |field: &str, code: &str, text: &str| faults.push(fault(&["input", "quantities", &place, field], code, text));
            let id = id_of(&row["inventoryItemId"]);
            if !seen.insert((id, row["locationId"].to_string())) {
                no("inventoryItemId", "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "Each item once");
            }
            let Some(variant) = self.variants.get(&id) else {
                no("inventoryItemId", "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found");
                continue;
            };
            if variant["bundle"] == true {
                no("inventoryItemId", "NON_MUTABLE_INVENTORY_ITEM", "The specified inventory item is not allowed to be adjusted via API");
            }
            let Some(level) = variant["levels"].get(row["locationId"].as_str().unwrap()) else {
                no("locationId", "INVALID_LOCATION", "The item is not stocked at the location");
                continue;
            };
            if row["quantity"].as_i64().unwrap() < 0 {
                no("quantity", "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative");
            }
            match row.get("changeFromQuantity") {
                None => no("changeFromQuantity", "COMPARE_QUANTITY_REQUIRED", "changeFromQuantity must be given, or null"),
                Some(from) if !from.is_null() && *from != level["available"] => {
                    no("changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE", "The quantity has changed");
                }
                Some(_) => {}
            }
        }
        if faults.is_empty() {
            let stamp = self.tick();
            for row in rows {
                let level =
                    &mut self.variants.get_mut(&id_of(&row["inventoryItemId"])).unwrap()["levels"][row["locationId"].as_str().unwrap()];
                level["available"] = row["quantity"].clone();
                level["updatedAt"] = json!(stamp);
            }
        }
        json!({ "userErrors": faults })
    }

    pub(super) fn activate(&mut self, given: &Value) -> Value {
        let stamp = self.tick();
        let location = given["locationId"].as_str().unwrap();
        let Some(variant) = self.variants.get_mut(&id_of(&given["inventoryItemId"])) else {
            return json!({ "userErrors": [{ "field": ["inventoryItemId"], "message": "The inventory item could not be found" }] });
        };
        if variant["levels"].get(location).is_none() {
            variant["levels"][location] = json!({ "available": given["available"], "committed": 0, "updatedAt": stamp });
        }
        json!({ "userErrors": [] })
    }

    /// A stamp that is never the same twice.
    fn tick(&mut self) -> String {
        format!("{} {}", self.stamp(), self.next_id())
    }

    /// Pieces move between what is available and what is committed; `shipped` ones leave.
    pub(super) fn book(&mut self, variant: i64, location: &str, available: i64, committed: i64) {
        let stamp = self.tick();
        let Some(record) = self.variants.get_mut(&variant) else { return };
        let Some(level) = record["levels"].get_mut(location) else { return };
        level["available"] = json!(level["available"].as_i64().unwrap() + available);
        level["committed"] = json!(level["committed"].as_i64().unwrap() + committed);
        level["updatedAt"] = json!(stamp);
    }
}
