//! A Magento that keeps what it is sent: status, shape and traps of its answers are those that 2.4.7 gave when it was recorded; messages have
//! other words. A field that it does not know is refused.

mod catalogue;
mod criteria;
mod orders;
mod products;
#[cfg(test)]
mod recorded;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use reqwest::Url;
use serde_json::{Value, json};

use super::super::http::Method;
use super::super::oauth1::signature;

pub(super) const CONSUMER: (&str, &str) = ("consumer-key", "consumer-secret");
pub(super) const TOKEN: (&str, &str) = ("access-token", "access-token-secret");
pub(super) const ADMIN: (&str, &str) = ("admin", "admin-secret");
/// The address that the shop is configured with; it is reached under another one.
pub(super) const HOME: &str = "http://shop.example/";

/// One request as the shop reads it.
pub(super) struct Call {
    pub method: Method,
    pub path: Vec<String>,
    pub query: BTreeMap<String, String>,
    pub url: Url,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

/// Status and body of an answer.
pub(super) type Reply = (u16, Value);

#[derive(Default)]
pub(super) struct Shop {
    /// By their number; custom attributes are a map here.
    pub products: BTreeMap<i64, Value>,
    /// The children of configurable products.
    pub links: BTreeMap<i64, Vec<i64>>,
    /// Quantity by SKU and source.
    pub sources: BTreeMap<(String, String), f64>,
    /// Pieces of open orders, by SKU.
    pub reserved: BTreeMap<String, i64>,
    /// Options by the code of their attribute.
    pub options: BTreeMap<String, Vec<(i64, String)>>,
    pub orders: BTreeMap<i64, Value>,
    pub shipments: BTreeMap<i64, Value>,
    pub memos: BTreeMap<i64, Value>,
    tokens: BTreeSet<String>,
    nonces: BTreeSet<String>,
    /// Rights that the integration and the admin lack.
    pub denied: BTreeSet<&'static str>,
    last: i64,
    /// Minutes by which the shop's clock is off.
    pub off: i32,
    /// Requests since somebody set it to zero.
    pub requests: usize,
}

pub(super) fn error(status: u16, text: &str) -> Reply {
    (status, json!({ "message": text }))
}

fn with(status: u16, text: &str, parameters: Value) -> Reply {
    (status, json!({ "message": text, "parameters": parameters }))
}

pub(super) fn no_route() -> Reply {
    error(404, "No route matches the request.")
}

pub(super) fn unknown_field(field: &str) -> Reply {
    error(400, &format!("Property \"{field}\" has no accessor method."))
}

pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The first field that is not among these.
pub(super) fn strange(value: &Value, known: &[&str]) -> Option<Reply> {
    let Some(fields) = value.as_object() else { return Some(error(400, "Decoding error.")) };
    fields.keys().find(|key| !known.contains(&key.as_str())).map(|key| unknown_field(key))
}

/// The right that a call needs, from the shop's `webapi.xml`.
fn right(method: Method, path: &[&str]) -> &'static str {
    match (method, path) {
        (_, ["products", "attribute-sets", ..]) => "Magento_Catalog::sets",
        (_, ["products", "attributes", ..]) => "Magento_Catalog::attributes_attributes",
        (_, ["products", _, "media", ..]) => "Magento_Catalog::catalog",
        (_, ["products" | "configurable-products", ..]) => "Magento_Catalog::products",
        (_, ["categories", ..]) => "Magento_Catalog::categories",
        (_, ["taxClasses", ..]) => "Magento_Tax::manage_tax",
        (Method::Post, ["inventory", "source-items"]) => "Magento_InventoryApi::stock_source_item_assign",
        (_, ["inventory", "stocks" | "export-stock-salable-qty", ..]) => "Magento_InventoryApi::stock",
        (_, ["inventory", ..]) => "Magento_InventoryApi::source",
        (Method::Post, ["orders", _, "cancel"]) => "Magento_Sales::cancel",
        (_, ["orders", ..]) => "Magento_Sales::actions_view",
        (_, ["order", _, "invoice"]) => "Magento_Sales::invoice",
        (_, ["order", _, "ship"]) => "Magento_Sales::ship",
        (_, ["order", _, "refund"]) => "Magento_Sales::creditmemo",
        (_, ["creditmemos"]) => "Magento_Sales::sales_creditmemo",
        (_, ["shipments" | "shipment", ..]) => "Magento_Sales::shipment",
        _ => "Magento_Backend::store",
    }
}

impl Shop {
    pub(super) fn open() -> Arc<Mutex<Shop>> {
        Arc::new(Mutex::new(Shop::filled()))
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        Utc::now() + Duration::minutes(i64::from(self.off))
    }

    pub(super) fn next_id(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// All admin users are logged out.
    pub(super) fn forgets_tokens(&mut self) {
        self.tokens.clear();
    }

    /// What the shop says to a request that it may read.
    pub(super) fn answer(&mut self, call: &Call) -> Reply {
        self.requests += 1;
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let path = match path.as_slice() {
            ["magento_version"] => return (200, json!("Magento/2.4 (Community)")),
            ["rest", "V1", rest @ ..] | ["rest", "all", "V1", rest @ ..] => rest.to_vec(),
            ["rest", _, "V1", ..] => return error(400, "The request cannot be processed."),
            _ => return no_route(),
        };
        if path == ["integration", "admin", "token"] {
            return self.log_in(call);
        }
        if !matches!(call.method, Method::Get | Method::Delete)
            && !call.body.is_null()
            && call.headers.get("content-type").is_none_or(|kind| !kind.starts_with("application/json"))
        {
            return error(400, "The Content-Type is not understood.");
        }
        if call.headers.get("accept").is_none_or(|kind| kind != "application/json") {
            return error(500, "The Accept header allows no JSON.");
        }
        let right = right(call.method, &path);
        let denied = || with(401, "%resources is not allowed to the consumer.", json!({ "resources": right }));
        match self.refuses(call) {
            Some(no) => return no,
            None if self.denied.contains(right) => return denied(),
            None => {}
        }
        let (status, body) = self.route(call.method, &path, call);
        match call.query.get("fields") {
            Some(fields) if status == 200 => (status, criteria::only(&body, fields)),
            _ => (status, body),
        }
    }

    fn log_in(&mut self, call: &Call) -> Reply {
        if call.body != json!({ "username": ADMIN.0, "password": ADMIN.1 }) {
            return error(401, "The sign-in was incorrect, or the account is locked.");
        }
        let token = format!("token-{}", self.next_id());
        self.tokens.insert(token.clone());
        (200, json!(token))
    }

    fn refuses(&mut self, call: &Call) -> Option<Reply> {
        let path: Vec<&str> = call.path.iter().map(String::as_str).skip_while(|part| *part != "V1").skip(1).collect();
        let refused = || Some(with(401, "%resources is not allowed to the consumer.", json!({ "resources": right(call.method, &path) })));
        let Some(header) = call.headers.get("authorization") else { return refused() };
        if let Some(token) = header.strip_prefix("Bearer ") {
            return if self.tokens.contains(token) { None } else { refused() };
        }
        let Some(sent) = header.strip_prefix("OAuth ") else { return refused() };
        let mut parameters: BTreeMap<String, String> = sent
            .split(", ")
            .filter_map(|part| {
                let (name, value) = part.split_once('=')?;
                let value = percent_encoding::percent_decode_str(value.trim_matches('"')).decode_utf8().ok()?;
                Some((name.to_owned(), value.into_owned()))
            })
            .collect();
        let sent = parameters.remove("oauth_signature").unwrap_or_default();
        let of = |name: &str| parameters.get(name).cloned().unwrap_or_default();
        match (of("oauth_signature_method").as_str(), of("oauth_consumer_key").as_str(), of("oauth_token").as_str()) {
            ("HMAC-SHA256", key, token) if key == CONSUMER.0 && token == TOKEN.0 => {}
            ("HMAC-SHA256", key, _) if key == CONSUMER.0 => return Some(error(401, "The token does not exist.")),
            ("HMAC-SHA256", ..) => return Some(error(401, "There is no consumer with this key.")),
            (other, ..) => return Some(with(400, "The method %1 is not supported.", json!([other]))),
        }
        // One from the past is taken, one from ahead is not.
        if of("oauth_timestamp").parse::<i64>().unwrap_or(i64::MAX) > self.now().timestamp() + 600 {
            return Some(error(401, "The nonce cannot be validated."));
        }
        if !self.nonces.insert(of("oauth_nonce")) {
            return Some(with(401, "The nonce is in use by the consumer %1.", json!(["1"])));
        }
        // The shop signs the address that was called, whatever it is configured with.
        let pairs = call.query.clone().into_iter().chain(parameters).collect();
        let wanted = signature(call.method, &call.url, pairs, (CONSUMER.1, TOKEN.1)).unwrap();
        (wanted != sent).then(|| error(401, "The signature is wrong."))
    }

    pub(super) fn route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (_, ["store" | "taxClasses" | "categories" | "inventory", ..] | ["products", "attributes" | "attribute-sets", ..]) => {
                self.catalogue_route(method, path, call)
            }
            (_, ["products" | "configurable-products", ..]) => self.products_route(method, path, call),
            (_, ["orders" | "order" | "shipments" | "shipment" | "creditmemos", ..]) => self.orders_route(method, path, call),
            _ => no_route(),
        }
    }
}

pub(super) use catalogue::{code_of, label_of};
pub(super) use server::serve;
