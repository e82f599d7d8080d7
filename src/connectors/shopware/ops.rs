//! What one call of the sync route writes.

use serde_json::{Value, json};

/// Records to be written, by their kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ops(Vec<(&'static str, &'static str, Vec<Value>)>);

impl Ops {
    pub(super) fn put(&mut self, entity: &'static str, record: Value) {
        self.add("upsert", entity, record);
    }

    pub(super) fn delete(&mut self, entity: &'static str, key: Value) {
        self.add("delete", entity, key);
    }

    fn add(&mut self, action: &'static str, entity: &'static str, record: Value) {
        match self.0.iter_mut().find(|(known, of, _)| *known == action && *of == entity) {
            Some((_, _, records)) => records.push(record),
            None => self.0.push((action, entity, vec![record])),
        }
    }

    pub(super) fn extend(&mut self, other: &Ops) {
        for (action, entity, records) in &other.0 {
            let (action, entity) = (*action, *entity);
            for record in records {
                self.add(action, entity, record.clone());
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As the shop takes them. Links are cut before records are put.
    pub(super) fn written(&self) -> Value {
        let (cut, put): (Vec<_>, Vec<_>) = self.0.iter().partition(|(action, _, _)| *action == "delete");
        let operations = cut.into_iter().chain(put);
        operations.map(|(action, entity, payload)| json!({ "action": action, "entity": entity, "payload": payload })).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Ops;

    #[test]
    fn records_of_one_kind_are_one_operation_and_links_are_cut_first() {
        let mut ops = Ops::default();
        ops.put("product", json!({ "id": "1" }));
        ops.delete("product_visibility", json!({ "id": "2" }));
        let mut more = Ops::default();
        more.put("product", json!({ "id": "3" }));
        ops.extend(&more);
        let written = json!([
            { "action": "delete", "entity": "product_visibility", "payload": [{ "id": "2" }] },
            { "action": "upsert", "entity": "product", "payload": [{ "id": "1" }, { "id": "3" }] },
        ]);
        assert_eq!(ops.written(), written);
    }
}
