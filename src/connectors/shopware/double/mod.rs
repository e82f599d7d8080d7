//! A Shopware that keeps what it is sent. It is as strict as the shop, and in some things stricter: a field, condition, association or header
//! that it does not know is refused. Where the vendor's contract is installed, each request is checked by it, too.

mod contract;
mod defs;
mod orders;
mod search;
mod server;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chrono::{Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::super::http::Method;
use super::ids;
use super::shop::{SYSTEM_CURRENCY, SYSTEM_LANGUAGE};
pub(super) use orders::cents;
pub(super) use server::serve;

pub(super) const CLIENT: &str = "SWIADOUBLE";
pub(super) const SECRET: &str = "double-secret";
pub(super) const CHANNEL: &str = "Storefront";

/// One request as the shop reads it.
pub(super) struct Call {
    pub method: Method,
    /// Below `/api`.
    pub path: Vec<String>,
    pub query: BTreeMap<String, String>,
    /// By names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    /// A file that is no JSON.
    pub file: Vec<u8>,
}

/// Status and body of an answer.
pub(super) type Reply = (u16, Value);

pub(super) struct Shop {
    /// Records by kind and number.
    pub tables: BTreeMap<&'static str, BTreeMap<String, Value>>,
    tokens: BTreeSet<String>,
    last: i64,
    /// Minutes by which the shop's clock is off.
    pub off: i32,
    /// What the integration may; `None`: everything.
    pub privileges: Option<Vec<String>>,
    /// Seconds for which a token is good.
    pub expires: u64,
    /// Requests that it got: their paths.
    pub calls: Vec<String>,
    pub version: &'static str,
}

pub(super) fn error(status: u16, code: &str, text: &str) -> Reply {
    (
        status,
        json!({ "errors": [{ "code": code, "status": status.to_string(), "title": "Error", "detail": text, "meta": { "parameters": [] } }] }),
    )
}

/// A number that is the same at each run.
pub(super) fn id(word: &str) -> String {
    ids::product(word, 0)
}

impl Shop {
    pub(super) fn open() -> Arc<Mutex<Shop>> {
        let mut shop = Shop {
            tables: BTreeMap::new(),
            tokens: BTreeSet::new(),
            last: 0,
            off: 0,
            privileges: None,
            expires: 600,
            calls: Vec::new(),
            version: "6.7.10.1",
        };
        shop.furnish();
        Arc::new(Mutex::new(shop))
    }

    pub(super) fn record(&mut self, entity: &'static str, record: Value) -> String {
        let key = write::key_of(defs::def(entity).unwrap_or(&defs::DEFS[0]), &record).unwrap_or_else(|| format!("row {}", self.next()));
        self.tables.entry(entity).or_default().insert(key.clone(), record);
        key
    }

    fn furnish(&mut self) {
        let (channel, group, locale) = (id("channel"), id("gross"), id("de-DE"));
        self.record("locale", json!({ "id": locale, "code": "de-DE" }));
        self.record("locale", json!({ "id": id("en-GB"), "code": "en-GB" }));
        self.record("language", json!({ "id": SYSTEM_LANGUAGE, "localeId": locale }));
        self.record("language", json!({ "id": id("en"), "localeId": id("en-GB") }));
        self.record("currency", json!({ "id": SYSTEM_CURRENCY, "isoCode": "EUR" }));
        self.record("currency", json!({ "id": id("USD"), "isoCode": "USD" }));
        self.record("customer_group", json!({ "id": group, "displayGross": true }));
        self.record("tax", json!({ "id": id("19"), "name": "Standard rate", "taxRate": 19 }));
        self.record("tax", json!({ "id": id("7"), "name": "Reduced rate", "taxRate": 7 }));
        self.record("rule", json!({ "id": id("dealers"), "name": "Dealers" }));
        self.record("custom_field", json!({ "id": id("care"), "name": "custom_care", "type": "text" }));
        for (name, word) in [(CHANNEL, "channel"), ("Other", "other")] {
            let root = id(&format!("root {word}"));
            self.record(
                "sales_channel",
                json!({ "id": id(word), "name": name, "navigationCategoryId": root, "currencyId": SYSTEM_CURRENCY, "customerGroupId": group }),
            );
            self.category(&root, None, name);
        }
        for currency in [SYSTEM_CURRENCY, &id("USD")] {
            self.record("sales_channel_currency", json!({ "salesChannelId": channel, "currencyId": currency }));
        }
        for language in [SYSTEM_LANGUAGE, &id("en")] {
            self.record("sales_channel_language", json!({ "salesChannelId": channel, "languageId": language }));
        }
        self.record("sales_channel_domain", json!({ "id": id("domain"), "salesChannelId": channel, "url": "https://shop.example" }));
        let root = id("root channel");
        self.category(&id("lampen"), Some(&root), "Lampen");
        self.category(&id("leuchten"), Some(&root), "Leuchten");
        self.record("integration", json!({ "id": id("integration"), "accessKey": CLIENT, "admin": false }));
        self.record("integration_role", json!({ "integrationId": id("integration"), "aclRoleId": id("role") }));
        self.record("country", json!({ "id": id("DE"), "iso": "DE" }));
        self.record("salutation", json!({ "id": id("mr"), "salutationKey": "mr" }));
        self.record("shipping_method", json!({ "id": id("parcel"), "name": "Paket" }));
        self.record("payment_method", json!({ "id": id("invoice"), "technicalName": "payment_prepayment", "name": "Vorkasse" }));
        for kind in ["invoice", "credit_note", "delivery_note"] {
            self.record("document_type", json!({ "id": id(kind), "technicalName": kind }));
        }
        self.furnish_states();
    }

    fn category(&mut self, own: &str, parent: Option<&str>, name: &str) {
        let number = self.next();
        let path = parent.map(|parent| format!("|{parent}|"));
        self.record(
            "category",
            json!({ "id": own, "parentId": parent, "name": name, "type": "page", "path": path, "autoIncrement": number }),
        );
    }

    pub(super) fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    pub(super) fn stamp(&self) -> String {
        (Utc::now() + Duration::minutes(i64::from(self.off))).to_rfc3339_opts(SecondsFormat::Millis, false)
    }

    /// The token of a request is good for nothing any more.
    pub(super) fn forget(&mut self, authorization: &str) {
        self.tokens.remove(authorization.trim_start_matches("Bearer "));
    }

    pub(super) fn answer(&mut self, call: &Call) -> Reply {
        self.calls.push(call.path.join("/"));
        if let Err(text) = contract::check(call) {
            return error(400, "CONTRACT", &text);
        }
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        if let (Method::Post, ["oauth", "token"]) = (call.method, path.as_slice()) {
            return self.token(&call.body);
        }
        let known = call
            .headers
            .get("authorization")
            .and_then(|text| text.strip_prefix("Bearer "))
            .is_some_and(|token| self.tokens.contains(token));
        if !known {
            return error(401, "9", "Access token could not be verified.");
        }
        self.route(call, &path)
    }

    fn token(&mut self, body: &Value) -> Reply {
        if body["grant_type"] != "client_credentials" || body["client_id"] != CLIENT || body["client_secret"] != SECRET {
            return error(401, "10", "Client authentication failed");
        }
        let token = format!("token-{}", self.next());
        self.tokens.insert(token.clone());
        (200, json!({ "token_type": "Bearer", "expires_in": self.expires, "access_token": token }))
    }

    fn route(&mut self, call: &Call, path: &[&str]) -> Reply {
        match (call.method, path) {
            (Method::Get, ["_info", "version"]) => (200, json!({ "version": self.version })),
            (Method::Get, ["_action", "system-config"]) if call.query.get("domain").is_some_and(|domain| domain == "core.tax") => {
                (200, json!({ "core.tax.defaultTaxRate": id("19") }))
            }
            (Method::Post, ["search", entity]) => match self.lacks(entity, &call.body) {
                Some(no) => no,
                None => {
                    self.show_roles();
                    self.search(entity, &call.body)
                }
            },
            (Method::Post, ["_action", "sync"]) => self.sync(call),
            (Method::Post, ["_action", "media", media, "upload"]) => self.fetch(media, call),
            (Method::Get, ["_action", "state-machine", machine, of, "state"]) => self.ways(machine, of),
            (Method::Post, ["_action", machine, of, "state", action]) => self.transition(machine, of, action),
            (Method::Post, ["_action", "order", "document", kind, "create"]) => self.document(kind, &call.body),
            (Method::Post, ["_action", "document", document, "upload"]) => self.keep_file(document, call),
            _ => error(404, "0", "No route found"),
        }
    }

    /// The roles of the integration are what the test gave it.
    fn show_roles(&mut self) {
        let privileges = self.privileges.clone();
        self.record("acl_role", json!({ "id": id("role"), "name": "Kontor", "privileges": privileges.clone().unwrap_or_default() }));
        if let Some(integration) = self.tables.get_mut("integration").and_then(|table| table.get_mut(&id("integration"))) {
            integration["admin"] = json!(privileges.is_none());
        }
    }

    /// The privilege that is missing for reading something and what hangs at it.
    fn lacks(&self, entity: &str, criteria: &Value) -> Option<Reply> {
        let privileges = self.privileges.as_ref()?;
        let entity = entity.replace('-', "_");
        let wanted = format!("{entity}:read");
        if !privileges.contains(&wanted) {
            let detail = json!({ "message": "Missing privilege", "missingPrivileges": [wanted] }).to_string();
            return Some(error(403, "FRAMEWORK__MISSING_PRIVILEGE_ERROR", &detail));
        }
        let of = defs::def(&entity)?;
        criteria["associations"].as_object()?.iter().find_map(|(name, inner)| {
            let (defs::Link::One { entity, .. } | defs::Link::Many { entity, .. } | defs::Link::Through { entity, .. }) = of.link(name)?;
            self.lacks(entity, inner)
        })
    }

    /// The shop fetches a file itself.
    fn fetch(&mut self, media: &str, call: &Call) -> Reply {
        let url = call.body["url"].as_str().unwrap_or_default().to_owned();
        if !call.query.contains_key("extension") {
            return error(400, "CONTENT__MEDIA_MISSING_FILE_EXTENSION", "No file extension provided.");
        }
        if url.rsplit('/').next().unwrap_or_default().starts_with("none") {
            return error(
                400,
                "CONTENT__MEDIA_CANNOT_OPEN_SOURCE_STREAM_TO_READ",
                &format!("Cannot open source stream to read from {url}."),
            );
        }
        match self.tables.get_mut("media").and_then(|table| table.get_mut(media)) {
            None => error(404, "CONTENT__MEDIA_NOT_FOUND", &format!("Media for id {media} not found.")),
            Some(record) => {
                record["hasFile"] = json!(true);
                record["url"] = json!(url);
                (204, Value::Null)
            }
        }
    }
}
