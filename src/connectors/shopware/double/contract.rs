//! Each request of the connector against the OpenAPI of the shop's Admin API, which comes with the npm package `@shopware/api-client`.
//!
//! What the contract says otherwise than the shop does is put right here: it knows no empty values, wants of each change what a new record
//! needs, and has words for `total-count-mode` that shops before 6.7 read as "do not count".

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};

use super::super::super::http::Method;
use super::super::ids::is_id;
use super::Call;
use super::defs::DEFS;

const REQUESTS: &str = "https://kontor.test/requests.json";
const ENTITIES: &str = "https://kontor.test/entities.json";

/// Links between two kinds of records have no schema of their own.
const LINKS: &[&str] = &["product_category", "product_option", "product_property"];

/// Paths to which the connector sends JSON.
const POSTS: &[&str] = &[
    "/oauth/token",
    "/_action/sync",
    "/_action/media/{mediaId}/upload",
    "/_action/order/{orderId}/state/{transition}",
    "/_action/order_delivery/{orderDeliveryId}/state/{transition}",
    "/_action/order_transaction/{orderTransactionId}/state/{transition}",
    "/_action/order/document/{documentTypeName}/create",
];
/// Records that the connector sends inside others.
const NESTED: &[&str] = &["Price", "ProductMedia", "ProductConfiguratorSetting", "Category", "PropertyGroupOption"];

struct Contract {
    paths: Value,
    schemas: Schemas,
    /// By path, or by the kind of records.
    known: BTreeMap<String, SchemaIndex>,
}

/// The vendor's file, where it is installed.
fn file() -> Option<PathBuf> {
    let setup =
        std::env::var_os("KONTOR_SETUP_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".setup"), PathBuf::from);
    Some(setup.join("node/node_modules/@shopware/api-client/api-types/adminApiSchema.json")).filter(|file| file.is_file())
}

fn contract() -> Option<&'static Contract> {
    static CONTRACT: OnceLock<Option<Contract>> = OnceLock::new();
    let read = || {
        let Some(file) = file() else {
            println!(
                "left out: requests to Shopware against its contract, because the npm package @shopware/api-client is not installed (tests/setup/install)"
            );
            return None;
        };
        Some(Contract::read(&std::fs::read(file).unwrap()))
    };
    CONTRACT.get_or_init(read).as_ref()
}

/// Nothing beside what is named.
fn close(schema: &mut Value) {
    if schema["properties"].is_object() && schema.get("additionalProperties").is_none() {
        schema["additionalProperties"] = json!(false);
    }
}

/// A change names some fields, and may empty them.
fn loosened(schema: &Value) -> Value {
    let mut schema = schema.clone();
    close(&mut schema);
    let Some(fields) = schema.as_object_mut() else { return schema };
    fields.remove("required");
    let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) else { return schema };
    for (name, property) in properties.iter_mut() {
        let refers =
            property["$ref"].as_str().or_else(|| property["items"]["$ref"].as_str()).map(|to| to.rsplit('/').next().unwrap().to_owned());
        if matches!(name.as_str(), "customFields" | "config") {
            // Of any shape.
            *property = json!({});
        } else if refers.is_some_and(|to| !NESTED.contains(&to.as_str())) || name == "extensions" {
            *property = json!(false);
        } else if let Some(kind) = property["type"].as_str().map(str::to_owned) {
            property["type"] = json!([kind, "null"]);
        }
    }
    // In each language; the contract leaves it out.
    properties.entry("translations").or_insert(json!({ "type": "object" }));
    schema
}

fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D")
}

/// As the contract names the schema of a kind of records.
fn schema_of(entity: &str) -> String {
    let capital = |word: &str| {
        word.chars().enumerate().map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter }).collect::<String>()
    };
    entity.split('_').map(capital).collect()
}

impl Contract {
    fn read(file: &[u8]) -> Contract {
        let mut document: Value = serde_json::from_slice(file).unwrap();
        let schemas = &mut document["components"]["schemas"];
        schemas["Criteria"]["properties"]["total-count-mode"] = json!({ "enum": [0, 1, 2] });
        close(&mut schemas["Criteria"]);
        let kinds: Vec<String> = DEFS.iter().map(|def| schema_of(def.entity)).filter(|kind| !schemas[kind].is_null()).collect();
        let entities = kinds.iter().map(String::as_str).chain(NESTED.iter().copied());
        let entities: Map<String, Value> = entities.map(|kind| (kind.to_owned(), loosened(&schemas[kind]))).collect();
        let (mut compiler, mut compiled, mut known) = (Compiler::new(), Schemas::new(), BTreeMap::new());
        compiler.add_resource(ENTITIES, json!({ "components": { "schemas": entities } })).unwrap();
        for kind in kinds {
            let index = compiler.compile(&format!("{ENTITIES}#/components/schemas/{kind}"), &mut compiled).unwrap();
            known.insert(kind, index);
        }
        let paths = document["paths"].clone();
        compiler.add_resource(REQUESTS, document).unwrap();
        for path in POSTS {
            let pointer = format!("{REQUESTS}#/paths/{}/post/requestBody/content/application~1json/schema", escaped(path));
            known.insert((*path).to_owned(), compiler.compile(&pointer, &mut compiled).unwrap());
        }
        let criteria = compiler.compile(&format!("{REQUESTS}#/components/schemas/Criteria"), &mut compiled).unwrap();
        let searches = paths.as_object().unwrap().keys().filter(|path| path.starts_with("/search/"));
        known.extend(searches.map(|path| (path.clone(), criteria)));
        Contract { paths, schemas: compiled, known }
    }

    fn validate(&self, what: &str, value: &Value) -> Result<(), String> {
        let index = self.known.get(what).ok_or_else(|| format!("the connector sends nothing to {what}"))?;
        self.schemas.validate(value, *index).map_err(|error| format!("{what}: {error:#}"))
    }

    /// The path of the contract that a request means.
    fn path(&self, path: &[String]) -> Option<String> {
        let paths = self.paths.as_object()?;
        let fits = |known: &&String| {
            let parts: Vec<&str> = known.trim_start_matches('/').split('/').collect();
            parts.len() == path.len() && parts.iter().zip(path).all(|(known, part)| known.starts_with('{') || known == part)
        };
        let variables = |known: &&String| known.matches('{').count();
        paths.keys().filter(fits).min_by_key(variables).cloned()
    }

    fn check(&self, call: &Call) -> Result<(), String> {
        let path = self.path(&call.path).ok_or_else(|| format!("the contract has no path /{}", call.path.join("/")))?;
        let method = if call.method == Method::Get { "get" } else { "post" };
        let operation = &self.paths[&path][method];
        if operation.is_null() {
            return Err(format!("the contract has no {method} {path}"));
        }
        let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
        let in_query = |name: &str| parameters.iter().any(|known| known["in"] == "query" && known["name"] == name);
        if let Some(name) = call.query.keys().find(|name| !in_query(name)) {
            return Err(format!("{method} {path} has no parameter {name}"));
        }
        let lacking = parameters
            .iter()
            .find(|known| known["in"] == "query" && known["required"] == true && !call.query.contains_key(known["name"].as_str().unwrap()));
        if let Some(lacking) = lacking {
            return Err(format!("{method} {path} lacks the parameter {}", lacking["name"]));
        }
        for (part, value) in path.trim_start_matches('/').split('/').zip(&call.path) {
            let of = parameters.iter().find(|known| known["in"] == "path" && part == format!("{{{}}}", known["name"].as_str().unwrap()));
            let by_number = of.is_some_and(|of| of["schema"]["pattern"] == "^[0-9a-f]{32}$");
            if by_number && !is_id(value) {
                return Err(format!("{value} in {path} is no number of a record"));
            }
        }
        if !call.body.is_null() {
            self.validate(&path, &call.body)?;
        }
        if path == "/_action/sync" { self.records(&call.body) } else { Ok(()) }
    }

    /// Each record of a bulk write against the schema of its kind.
    fn records(&self, operations: &Value) -> Result<(), String> {
        for operation in operations.as_array().into_iter().flatten() {
            let entity = operation["entity"].as_str().unwrap_or_default();
            if LINKS.contains(&entity) {
                continue;
            }
            for record in operation["payload"].as_array().into_iter().flatten() {
                self.validate(&schema_of(entity), record).map_err(|error| format!("{error} {record}"))?;
            }
        }
        Ok(())
    }
}

pub(super) fn check(call: &Call) -> Result<(), String> {
    match contract() {
        None => Ok(()),
        Some(contract) => contract.check(call),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::super::super::super::http::Method;
    use super::{Call, check, contract};

    fn call(method: Method, path: &str, body: Value) -> Call {
        let path = path.split('/').map(str::to_owned).collect();
        Call { method, path, query: BTreeMap::new(), headers: BTreeMap::new(), body, file: Vec::new() }
    }

    #[test]
    fn requests_that_the_contract_does_not_have_are_found() {
        if contract().is_none() {
            return;
        }
        let id = "0123456789abcdef0123456789abcdef";
        let sync =
            |record: Value| call(Method::Post, "_action/sync", json!([{ "action": "upsert", "entity": "product", "payload": [record] }]));
        check(&sync(json!({ "id": id, "stock": 5, "ean": null, "price": [{ "currencyId": id, "gross": 1.5, "net": 1, "linked": true }] })))
            .unwrap();
        check(&call(
            Method::Post,
            "search/order",
            json!({ "limit": 5, "total-count-mode": 1, "filter": [{ "type": "equals", "field": "id", "value": id }] }),
        ))
        .unwrap();
        for wrong in [
            sync(json!({ "id": id, "stock": "5" })),
            sync(json!({ "id": id, "stok": 5 })),
            sync(json!({ "id": "7" })),
            sync(json!({ "id": id, "price": [{ "currencyId": id, "gross": "1.5", "net": 1, "linked": true }] })),
            call(Method::Post, "_action/sync", json!([{ "action": "replace", "entity": "product", "payload": [] }])),
            call(Method::Post, "_action/sync", json!([{ "action": "upsert", "entity": "products", "payload": [{ "id": id }] }])),
            call(Method::Post, "search/order", json!({ "limits": 5 })),
            call(Method::Post, "search/order", json!({ "filter": [{ "type": "equals", "value": id }] })),
            call(Method::Post, "_action/order/7/state/process", json!({})),
            call(Method::Post, "_action/media/0123456789abcdef0123456789abcdef/upload", json!({ "url": "https://p/x.png" })),
            call(Method::Get, "orders", Value::Null),
        ] {
            assert!(check(&wrong).is_err(), "{} {}", wrong.path.join("/"), wrong.body);
        }
    }
}
