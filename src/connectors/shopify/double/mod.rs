//! A Shopify shop in the memory of a test, filled from the vendor's schema and documentation. It is as strict as the shop: what the schema
//! does not have, a missing key of a repeat and a token that ended are refused; and it misbehaves as the shop does: rows that fail inside a
//! success, lists that are replaced as a whole, points that are spent, cancellations that take their time.

mod graphql;
mod inventory;
mod orders;
mod products;
mod sdl;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use apollo_compiler::ast::Selection;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::api::{VERSION, number};
pub(super) use graphql::schema;
use graphql::{No, Parsed, arguments, directive, key, parse};
pub(super) use server::serve;

pub(super) const CLIENT: &str = "client";
pub(super) const SECRET: &str = "shpss_1";
pub(super) const LOCATION: &str = "gid://shopify/Location/1";
pub(super) const SECOND: &str = "gid://shopify/Location/2";
const PUBLICATION: &str = "gid://shopify/Publication/1";
/// Mutations that the shop takes only with a key.
const KEYED: [&str; 3] = ["inventorySetQuantities", "inventoryActivate", "refundCreate"];

/// A request on its way.
pub(super) struct Call {
    pub method: String,
    pub path: String,
    pub token: Option<String>,
    pub json: bool,
    pub body: Value,
}

pub(super) struct Shop {
    pub products: BTreeMap<i64, Value>,
    pub variants: BTreeMap<i64, Value>,
    pub files: BTreeMap<i64, Value>,
    pub orders: BTreeMap<i64, Value>,
    /// Orders that are being cancelled, and the calls that it still takes.
    pub jobs: BTreeMap<i64, (i64, u32)>,
    /// What was answered to a key.
    keys: BTreeMap<String, (String, Value)>,
    pub tokens: BTreeSet<String>,
    /// The one that is good for one use.
    pub refresh: String,
    pub scopes: Vec<String>,
    pub version: &'static str,
    /// Points that are left, and how many come back per second; `None`: as many as anybody wants.
    pub points: Option<(f64, f64)>,
    /// Minutes by which the shop's clock is off.
    pub off: i32,
    /// Requests so far.
    pub requests: usize,
    last: i64,
}

impl Shop {
    pub(super) fn open() -> Arc<Mutex<Shop>> {
        let scopes = [
            "write_products",
            "write_inventory",
            "read_locations",
            "write_publications",
            "write_orders",
            "write_merchant_managed_fulfillment_orders",
            "write_files",
        ];
        Arc::new(Mutex::new(Shop {
            products: BTreeMap::new(),
            variants: BTreeMap::new(),
            files: BTreeMap::new(),
            orders: BTreeMap::new(),
            jobs: BTreeMap::new(),
            keys: BTreeMap::new(),
            tokens: BTreeSet::new(),
            refresh: "shprt_0".to_owned(),
            scopes: scopes.map(str::to_owned).into(),
            version: VERSION,
            points: None,
            off: 0,
            requests: 0,
            last: 1000,
        }))
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        Utc::now() + Duration::minutes(i64::from(self.off))
    }

    fn stamp(&self) -> String {
        self.now().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    pub(super) fn next_id(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// What the shop says to a request.
    pub(super) fn answer(&mut self, call: &Call) -> (u16, Value) {
        self.requests += 1;
        match (call.method.as_str(), call.path.as_str()) {
            ("POST", "/admin/oauth/access_token") => self.grant(&call.body),
            ("POST", path) if path == format!("/admin/api/{VERSION}/graphql.json") => {
                if !call.token.as_ref().is_some_and(|token| self.tokens.contains(token)) {
                    return (401, json!({ "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)" }));
                }
                if !call.json {
                    return (400, json!({ "errors": "expected application/json" }));
                }
                (200, self.run(&call.body))
            }
            _ => (404, json!({ "errors": "Not Found" })),
        }
    }

    fn grant(&mut self, body: &Value) -> (u16, Value) {
        if body["client_id"] != CLIENT || body["client_secret"] != SECRET {
            return (400, json!({ "error": "invalid_client" }));
        }
        let id = self.next_id();
        let token = format!("shpat_{id}");
        match body["grant_type"].as_str() {
            Some("client_credentials") => {
                self.tokens.insert(token.clone());
                (200, json!({ "access_token": token, "scope": self.scopes.join(","), "expires_in": 86_399 }))
            }
            Some("refresh_token") if body["refresh_token"] == self.refresh.as_str() => {
                self.tokens.insert(token.clone());
                self.refresh = format!("shprt_{id}");
                (
                    200,
                    json!({ "access_token": token, "expires_in": 3600, "refresh_token": self.refresh, "refresh_token_expires_in": 7_776_000 }),
                )
            }
            Some("refresh_token") => (400, json!({ "error": "invalid_grant", "error_description": "the refresh token was used" })),
            _ => (400, json!({ "error": "unsupported_grant_type" })),
        }
    }

    fn run(&mut self, body: &Value) -> Value {
        let no = |(code, text): No| json!({ "errors": [{ "message": text, "extensions": { "code": code } }] });
        let (Some(query), Some(variables)) = (body["query"].as_str(), body.get("variables")) else {
            return no(("BAD_REQUEST", "no query".to_owned()));
        };
        let parsed = match parse(query).and_then(|parsed| parsed.check(variables).map(|()| parsed)) {
            Ok(parsed) => parsed,
            Err(fault) => return no(fault),
        };
        let requested = if parsed.mutation { 10.0 * f64::from(u32::try_from(parsed.fields.len()).unwrap()) } else { 12.0 };
        let cost = |available: f64, rate: f64| json!({ "requestedQueryCost": requested, "throttleStatus": { "maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": rate } });
        if let Some((available, rate)) = self.points
            && available < requested
        {
            // By the time that the caller asks again they are back.
            self.points = Some((2000.0, rate));
            return json!({ "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }], "extensions": { "cost": cost(available, rate) } });
        }
        self.work();
        let mut data = Map::new();
        for one in &parsed.fields {
            let Selection::Field(field) = one else { return no(("PARSE", "fragments at the top".to_owned())) };
            match self.field(field, &parsed, variables) {
                Ok(value) => drop(data.insert(key(field), value)),
                Err(fault) => return no(fault),
            }
        }
        json!({ "data": data, "extensions": { "cost": cost(1900.0, 100.0) } })
    }

    fn field(&mut self, field: &apollo_compiler::ast::Field, parsed: &Parsed, variables: &Value) -> Result<Value, No> {
        let given = arguments(field, variables);
        let found = if parsed.mutation {
            let idempotent = directive(field, "idempotent", "key", variables);
            self.keyed(field.name.as_str(), &given, idempotent.as_ref().and_then(Value::as_str))?
        } else {
            self.query(field.name.as_str(), &given)?
        };
        // A list at the top is a list of pages, as any other.
        let holder = json!({ field.name.as_str(): found });
        let taken =
            self.select(&holder, std::slice::from_ref(&Selection::Field(apollo_compiler::Node::new(field.clone()))), parsed, variables)?;
        Ok(taken[key(field)].clone())
    }

    fn keyed(&mut self, name: &str, given: &Value, key: Option<&str>) -> Result<Value, No> {
        if !KEYED.contains(&name) {
            return if key.is_some() { Err(("BAD_REQUEST", format!("{name} takes no key"))) } else { self.mutate(name, given) };
        }
        let key = key.filter(|key| !key.trim().is_empty()).ok_or(("BAD_REQUEST", format!("{name} needs @idempotent")))?;
        let body = format!("{name} {given}");
        if let Some((known, answer)) = self.keys.get(key) {
            return Ok(if *known == body {
                answer.clone()
            } else {
                json!({ "userErrors": [{ "field": null, "code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "message": "The same key cannot be used with other parameters" }] })
            });
        }
        let answer = self.mutate(name, given)?;
        self.keys.insert(key.to_owned(), (body, answer.clone()));
        Ok(answer)
    }

    fn mutate(&mut self, name: &str, given: &Value) -> Result<Value, No> {
        match name {
            "productSet" => Ok(self.product_set(given)),
            "productUpdate" => Ok(self.product_update(&given["product"])),
            "productVariantsBulkUpdate" => Ok(self.variants_update(given)),
            "productVariantsBulkCreate" => Ok(self.variants_create(given)),
            "publishablePublish" => Ok(self.publish(given, true)),
            "publishableUnpublish" => Ok(self.publish(given, false)),
            "metafieldsDelete" => Ok(self.metafields_delete(&given["metafields"])),
            "fileCreate" => Ok(self.file_create(&given["files"])),
            "inventorySetQuantities" => Ok(self.quantities_set(&given["input"])),
            "inventoryActivate" => Ok(self.activate(given)),
            _ => self.mutate_order(name, given),
        }
    }

    fn query(&mut self, name: &str, given: &Value) -> Result<Value, No> {
        let id_of = |value: &Value| value.as_str().and_then(|id| number(id).parse::<i64>().ok());
        Ok(match name {
            "shop" => {
                json!({ "id": "gid://shopify/Shop/1", "name": "Double", "myshopifyDomain": "double.myshopify.com", "currencyCode": "EUR", "taxesIncluded": true })
            }
            "currentAppInstallation" => {
                json!({ "accessScopes": self.scopes.iter().map(|scope| json!({ "handle": scope })).collect::<Vec<_>>() })
            }
            "publicApiVersions" => json!([{ "handle": VERSION, "supported": true, "displayName": VERSION }]),
            "locations" => {
                json!([{ "id": LOCATION, "name": "Hauptlager", "isActive": true }, { "id": SECOND, "name": "Filiale", "isActive": true }])
            }
            "publications" => {
                if !self.scopes.iter().any(|scope| scope.ends_with("_publications")) {
                    return Err((
                        "ACCESS_DENIED",
                        "Access denied for publications field. Required access: `read_publications` access scope.".to_owned(),
                    ));
                }
                json!([{ "id": PUBLICATION, "name": "Online Store" }, { "id": "gid://shopify/Publication/2", "name": "Point of Sale" }])
            }
            "collections" => json!(collections()),
            "collectionByIdentifier" => {
                collections().into_iter().find(|one| one["handle"] == given["identifier"]["handle"]).unwrap_or(Value::Null)
            }
            "nodes" => given["ids"].as_array().unwrap().iter().map(|id| self.node(id.as_str().unwrap())).collect(),
            "productByIdentifier" => {
                self.products.values().find(|one| one["handle"] == given["identifier"]["handle"]).cloned().unwrap_or(Value::Null)
            }
            "productVariants" => self.search_variants(given),
            "orders" => self.search_orders(given),
            "order" => id_of(&given["id"]).and_then(|id| self.orders.get(&id)).cloned().unwrap_or(Value::Null),
            "job" => id_of(&given["id"])
                .and_then(|id| self.jobs.get(&id).map(|(_, left)| json!({ "id": given["id"], "done": *left == 0 })))
                .unwrap_or(Value::Null),
            _ => return Err(("undefinedField", format!("Field '{name}' doesn't exist on type 'QueryRoot'"))),
        })
    }

    fn node(&self, id: &str) -> Value {
        let of = number(id).parse::<i64>().unwrap_or_default();
        let all = match id.rsplit('/').nth(1) {
            Some("ProductVariant") => &self.variants,
            Some("Product") => &self.products,
            Some("MediaImage") => &self.files,
            _ => return Value::Null,
        };
        all.get(&of).cloned().unwrap_or(Value::Null)
    }

    /// A field of a record.
    fn resolve(&self, of: &Value, name: &str, given: &Value) -> Result<Value, No> {
        if name == "__typename" {
            return Ok(of["__typename"].clone());
        }
        if name == "metafield" {
            let field = format!("{}.{}", given["namespace"].as_str().unwrap_or("custom"), given["key"].as_str().unwrap());
            let value = of["metafields"].get(&field);
            return Ok(value.map_or(Value::Null, |value| json!({ "value": value })));
        }
        if name == "publishedOnPublication" {
            return Ok(json!(of["published"] == true && given["publicationId"] == PUBLICATION));
        }
        let special = match of["__typename"].as_str() {
            Some("Product" | "ProductVariant") => self.resolve_product(of, name),
            Some("InventoryItem" | "InventoryLevel") => self.resolve_item(of, name, given),
            Some("LineItem") if name == "variant" => {
                let id = of["variantId"].as_i64().filter(|id| self.variants.contains_key(id));
                Some(id.map_or(Value::Null, |id| json!({ "id": format!("gid://shopify/ProductVariant/{id}") })))
            }
            _ => None,
        };
        if let Some(found) = special {
            return Ok(found);
        }
        of.get(name).cloned().ok_or_else(|| ("undefinedField", format!("Field '{name}' doesn't exist on {of}")))
    }
}

/// The records that a page is made of, and one more.
fn portion<'r>(records: impl Iterator<Item = &'r Value>, given: &Value) -> Value {
    let after = given["after"].as_str().unwrap_or_default();
    let first = usize::try_from(given["first"].as_u64().unwrap_or(250)).unwrap();
    records.filter(|one| one["__place"].as_str().unwrap() > after).take(first + 1).cloned().collect()
}

fn collections() -> Vec<Value> {
    let collection = |id: i64, handle: &str, title: &str, rules: Value| json!({ "__typename": "Collection", "id": format!("gid://shopify/Collection/{id}"), "handle": handle, "title": title, "ruleSet": rules });
    vec![
        collection(1, "lampen", "Lampen", Value::Null),
        collection(2, "leuchten", "Leuchten", Value::Null),
        collection(3, "neu", "Neu", json!({ "appliedDisjunctively": false })),
    ]
}

/// What a mutation found wrong.
fn fault(field: &[&str], code: &str, message: &str) -> Value {
    json!({ "field": field, "code": code, "message": message })
}
