//! A WooCommerce that keeps what it is sent: status, shape and traps of its answers are those that 9.4.3 gave when it was recorded. It is
//! stricter in one thing: a field or parameter that it does not know is refused, where the shop ignores it.

mod customers;
mod orders;
mod products;
mod server;
mod tracking;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use reqwest::Url;
use serde_json::{Value, json};

use super::super::http::Method;
use super::super::oauth1::signature;

pub(super) const KEY: &str = "ck_double";
pub(super) const SECRET: &str = "cs_double";
/// The address that the shop is configured with; it is reached under another one.
pub(super) const HOME: &str = "http://shop.example";
/// The category of articles that have none.
pub(super) const UNCATEGORIZED: i64 = 15;

/// One request as the shop reads it.
pub(super) struct Call {
    pub method: Method,
    /// Below `/wp-json`.
    pub path: Vec<String>,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    /// The body is labelled as JSON; else the shop reads nothing of it.
    pub is_json: bool,
    /// The client asks for JSON; else the shop is free to write warnings before it.
    pub wants_json: bool,
}

/// Status and body of an answer.
pub(super) type Reply = (u16, Value);

#[derive(Default)]
pub(super) struct Shop {
    pub products: BTreeMap<i64, Value>,
    /// By their number, with that of their product.
    pub variations: BTreeMap<i64, (i64, Value)>,
    pub orders: BTreeMap<i64, Value>,
    pub notes: BTreeMap<i64, Vec<Value>>,
    pub refunds: BTreeMap<i64, Vec<Value>>,
    pub customers: BTreeMap<i64, Value>,
    pub coupons: BTreeMap<i64, Value>,
    /// What the plug-in for tracking numbers has of orders; `None`: it is not installed.
    pub trackings: Option<BTreeMap<i64, Vec<Value>>>,
    /// Fulfilments of orders; `None`: they are switched off.
    pub fulfillments: Option<BTreeMap<i64, Vec<Value>>>,
    /// Pieces are not counted.
    pub counts_no_stock: bool,
    /// The permission of the key: it may not read, it may not write.
    pub no_reads: bool,
    pub no_writes: bool,
    /// Lists that the user of the key may not see, such as `coupons`.
    pub hidden: Vec<&'static str>,
    /// SKUs that a look-up does not find, though products have them.
    pub unfound: Vec<String>,
    /// SKUs that differ in case only are the same, as for most databases.
    pub compares_without_case: bool,
    last: i64,
    nonces: BTreeSet<String>,
    /// Minutes by which the shop's clock is off.
    pub off: i32,
}

pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    (status, json!({ "code": code, "message": message, "data": { "status": status } }))
}

pub(super) fn invalid(param: &str, why: &str) -> Reply {
    (
        400,
        json!({ "code": "rest_invalid_param", "message": format!("Invalid parameter(s): {param}"), "data": { "status": 400, "params": { param: why } } }),
    )
}

pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}

impl Shop {
    pub(super) fn open() -> Arc<Mutex<Shop>> {
        Arc::new(Mutex::new(Shop { last: 30, ..Shop::default() }))
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        Utc::now() + Duration::minutes(i64::from(self.off))
    }

    pub(super) fn next_id(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// What the shop says to a request that it may read.
    pub(super) fn answer(&mut self, mut call: Call) -> Reply {
        let path: Vec<String> = call.path.clone();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if path.is_empty() || path == [""] {
            let mut namespaces = vec!["wc/v3"];
            namespaces.extend(self.trackings.as_ref().map(|_| "wc-shipment-tracking/v3"));
            return (200, json!({ "name": "Double", "home": HOME, "namespaces": namespaces }));
        }
        if let Some(no) = self.refuses(&mut call) {
            return no;
        }
        if !call.is_json {
            call.body = json!({});
        }
        match (call.method, path.as_slice()) {
            (method, ["wc", "v3", rest @ ..]) => self.route(method, rest, &call),
            (method, ["wc-shipment-tracking", "v3", "orders", id, "shipment-trackings", rest @ ..]) => {
                self.plug_in(method, id, rest, &call)
            }
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    fn route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (_, [list, ..]) if self.hidden.iter().any(|hidden| hidden == list) => {
                error(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
            }
            (Method::Get, ["settings", group]) => self.settings(group),
            (Method::Get, ["taxes", "classes"]) => {
                (200, json!([{ "slug": "standard", "name": "Standard" }, { "slug": "reduced-rate", "name": "Reduced rate" }]))
            }
            (Method::Get, ["system_status"]) => (200, json!({ "environment": { "version": "9.4.3" } })),
            (Method::Get, ["payment_gateways"]) => (200, json!([])),
            (Method::Get, ["payment_gateways", "bacs"]) => (200, json!({ "id": "bacs", "method_supports": ["products"] })),
            (Method::Get, ["products", "attributes"]) => (200, json!([{ "id": 1, "name": "Farbe", "slug": "pa_farbe", "type": "select" }])),
            (Method::Get, ["products", "categories"]) => self.categories(call),
            (_, ["products", rest @ ..]) => self.products(method, rest, call),
            (_, ["orders", rest @ ..]) => self.orders_route(method, rest, call),
            (_, ["customers", rest @ ..]) => self.customers_route(method, rest, call),
            (_, ["coupons", rest @ ..]) => self.coupons_route(method, rest, call),
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    /// One-legged OAuth 1.0a: key, time, nonce, signature over the configured address.
    fn refuses(&mut self, call: &mut Call) -> Option<Reply> {
        let no = |text: &str| Some(error(401, "woocommerce_rest_authentication_error", text));
        let mut take = |name: &str| call.query.remove(name);
        let Some(key) = take("oauth_consumer_key") else {
            return Some(error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources."));
        };
        let parts = ["oauth_nonce", "oauth_timestamp", "oauth_signature_method", "oauth_signature"].map(take);
        let [Some(nonce), Some(time), Some(method), Some(sent)] = parts else {
            return Some(error(401, "woocommerce_rest_authentication_missing_parameter", "Missing OAuth parameter"));
        };
        if key != KEY {
            return no("Consumer key is invalid.");
        }
        let mut url = Url::parse(HOME).unwrap();
        url.set_path(&call.path.iter().fold("/wp-json".to_owned(), |path, part| format!("{path}/{part}")));
        let mut pairs: Vec<(String, String)> = call.query.clone().into_iter().collect();
        pairs.extend(
            [("oauth_consumer_key", &key), ("oauth_nonce", &nonce), ("oauth_timestamp", &time), ("oauth_signature_method", &method)]
                .map(|(name, value)| (name.to_owned(), value.clone())),
        );
        if signature(call.method, &url, pairs, (SECRET, "")).unwrap() != sent {
            return no("Invalid signature - provided signature does not match.");
        }
        // The shop takes a quarter of an hour either way.
        if (self.now().timestamp() - time.parse::<i64>().unwrap()).abs() > 900 {
            return no("Invalid timestamp.");
        }
        if !self.nonces.insert(format!("{time} {nonce}")) {
            return no("Invalid nonce - nonce has already been used.");
        }
        match call.method {
            Method::Get if self.no_reads => no("The API key provided does not have read permissions."),
            Method::Post | Method::Put | Method::Delete if self.no_writes => no("The API key provided does not have write permissions."),
            _ => None,
        }
    }

    fn categories(&self, call: &Call) -> Reply {
        let category = |id: i64, name: &str, slug: &str, parent: i64| json!({ "id": id, "name": name, "slug": slug, "parent": parent });
        let all = [
            category(UNCATEGORIZED, "Uncategorized", "uncategorized", 0),
            category(16, "Lampen", "lampen", 0),
            category(17, "Leuchten", "leuchten", 16),
        ];
        page(&all, call)
    }
}

/// A part of a list, as `per_page`, `page` and `offset` say.
pub(super) fn page(all: &[Value], call: &Call) -> Reply {
    let number = |name: &str, or: usize| call.query.get(name).map_or(or, |text| text.parse().unwrap());
    let per_page = number("per_page", 10);
    if !(1..=100).contains(&per_page) {
        return invalid("per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)");
    }
    let skip = number("offset", (number("page", 1) - 1) * per_page);
    (200, all.iter().skip(skip).take(per_page).cloned().collect())
}

/// A list of numbers, as filters have it.
pub(super) fn numbers(list: &str) -> impl Iterator<Item = i64> {
    list.split(',').map(|number| number.parse().unwrap())
}

impl Shop {
    fn settings(&self, group: &str) -> Reply {
        let values: &[(&str, &str)] = match group {
            "general" => &[("woocommerce_currency", "EUR"), ("woocommerce_calc_taxes", "yes")],
            "tax" => &[("woocommerce_prices_include_tax", "yes")],
            "products" if self.counts_no_stock => &[("woocommerce_weight_unit", "kg"), ("woocommerce_manage_stock", "no")],
            "products" => &[("woocommerce_weight_unit", "kg"), ("woocommerce_manage_stock", "yes")],
            _ => return error(404, "rest_setting_setting_group_invalid", "Invalid setting group."),
        };
        // Some settings have other values than texts.
        let own = values.iter().map(|(id, value)| json!({ "id": id, "value": value }));
        (200, own.chain([json!({ "id": "woocommerce_specific_allowed_countries", "value": [] })]).collect())
    }
}

/// Metadata by key: an entry that is there is replaced.
pub(super) fn merge_meta(record: &mut Value, given: &Value) {
    let list = record["meta_data"].as_array_mut().unwrap();
    for entry in given.as_array().unwrap() {
        let (key, value) = (entry["key"].as_str().unwrap(), entry["value"].clone());
        match list.iter_mut().find(|known| known["key"] == key) {
            Some(known) => known["value"] = value,
            None => list.push(json!({ "id": list.len() + 1, "key": key, "value": value })),
        }
    }
}

pub(super) use server::serve;
pub(super) use tracking::entry;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::{Call, Method, Reply, Shop};

    fn call(method: Method, path: &[&str], query: &[(&str, &str)], body: Value) -> Call {
        let query: BTreeMap<String, String> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Call { method, path: path.iter().map(|part| (*part).to_owned()).collect(), query, body, is_json: true, wants_json: true }
    }

    fn ask(shop: &mut Shop, method: Method, path: &[&str], query: &[(&str, &str)], body: Value) -> Reply {
        shop.route(method, path, &call(method, path, query, body))
    }

    /// What a real shop answered, where the recordings are there.
    fn recorded(name: &str) -> Option<Value> {
        let folder = PathBuf::from(std::env::var_os("KONTOR_RECORDINGS")?).join("woocommerce");
        Some(serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap())
    }

    /// Status and shape of the double's answers are those of the real shop: each field that it gives, the shop gives, too, in that type.
    #[test]
    fn the_double_answers_as_the_recorded_shop_did() {
        let mut looked_at = 0;
        let mut shop = Shop { last: 30, ..Shop::default() };
        let create = |sku: &str| json!({ "name": "A", "sku": sku, "regular_price": "5.00", "manage_stock": true, "stock_quantity": 7 });
        let mut same = |name: &str, (status, body): &Reply| {
            let Some(recording) = recorded(name) else {
                println!("left out: {name}, because KONTOR_RECORDINGS names no folder");
                return;
            };
            let answer = &recording["response"];
            assert_eq!(answer["status"], *status, "{name}");
            within(name, &answer["body"], body);
            looked_at += 1;
        };
        let created = ask(&mut shop, Method::Post, &["products"], &[], create("A"));
        same("030-product-create-simple", &created);
        same("031-product-duplicate-sku", &ask(&mut shop, Method::Post, &["products"], &[], create("A")));
        same(
            "040-product-image-404",
            &ask(&mut shop, Method::Post, &["products"], &[], json!({ "images": [{ "src": "http://p/none.jpg" }] })),
        );
        let id = created.1["id"].to_string();
        same("047-product-update-stock", &ask(&mut shop, Method::Put, &["products", &id], &[], json!({ "stock_quantity": 12 })));
        same("054-product-by-sku", &ask(&mut shop, Method::Get, &["products"], &[("sku", "A")], Value::Null));
        let rows: Vec<Value> = (0..101).map(|_| json!({ "id": 31 })).collect();
        same("074-batch-101-rows", &ask(&mut shop, Method::Post, &["products", "batch"], &[], json!({ "update": rows })));
        let order = shop.place(&[(id.parse().unwrap(), 0, 2)]).to_string();
        same("132-order-set-paid-on-hold", &ask(&mut shop, Method::Put, &["orders", &order], &[], json!({ "set_paid": true })));
        same("133-order-processing", &ask(&mut shop, Method::Put, &["orders", &order], &[], json!({ "status": "processing" })));
        same("144-order-status-unknown", &ask(&mut shop, Method::Put, &["orders", &order], &[], json!({ "status": "shipped" })));
        let refund = |amount: &str| json!({ "amount": amount, "reason": "x", "api_refund": false });
        same("156-refund-amount-only-partial", &ask(&mut shop, Method::Post, &["orders", &order, "refunds"], &[], refund("1.00")));
        let line = shop.orders[&order.parse().unwrap()]["line_items"][0]["id"].clone();
        let lines = json!([{ "id": line, "quantity": 1, "refund_total": 4.2, "refund_tax": [{ "id": 1, "refund_total": 0.8 }] }]);
        let of_lines = json!({ "amount": "5.00", "reason": "y", "api_refund": false, "line_items": lines });
        same("150-refund-partial-lines-restock", &ask(&mut shop, Method::Post, &["orders", &order, "refunds"], &[], of_lines));
        same("160-refund-list", &ask(&mut shop, Method::Get, &["orders", &order, "refunds"], &[], Value::Null));
        same("152-refund-too-much", &ask(&mut shop, Method::Post, &["orders", &order, "refunds"], &[], refund("100.00")));
        same("139-order-cancelled", &ask(&mut shop, Method::Put, &["orders", &order], &[], json!({ "status": "cancelled" })));
        same("078-product-gtin-letters", &ask(&mut shop, Method::Post, &["products"], &[], json!({ "global_unique_id": "ABC-XYZ" })));
        ask(&mut shop, Method::Put, &["products", &id], &[], json!({ "status": "trash" }));
        same("063-product-create-sku-of-trashed", &ask(&mut shop, Method::Post, &["products"], &[], create("A")));
        assert!(looked_at == 0 || looked_at == 16);
    }

    fn within(what: &str, real: &Value, ours: &Value) {
        match (real, ours) {
            (Value::Object(real), Value::Object(ours)) => {
                for (key, value) in ours {
                    let known = real.get(key).unwrap_or_else(|| panic!("{what}: the shop gives no {key}"));
                    within(&format!("{what}.{key}"), known, value);
                }
            }
            (Value::Array(real), Value::Array(ours)) => {
                if let (Some(real), Some(ours)) = (real.first(), ours.first()) {
                    within(&format!("{what}[0]"), real, ours);
                }
            }
            // The recordings cut what is long.
            (Value::String(cut), _) if cut.starts_with('…') => {}
            (Value::Null, _) | (_, Value::Null) => {}
            (real, ours) => assert_eq!(std::mem::discriminant(real), std::mem::discriminant(ours), "{what}: {real} and {ours}"),
        }
    }
}
