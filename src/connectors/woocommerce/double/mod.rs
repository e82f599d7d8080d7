//! A WooCommerce that keeps what it is sent: status, shape and traps of its answers are those that 9.4.3 gave when it was recorded. It is
//! stricter in one thing: a field or parameter that it does not know is refused, where the shop ignores it.

mod orders;
mod products;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use reqwest::Url;
use serde_json::{Value, json};

use super::super::http::Method;
use super::api::signature;

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
            return (200, json!({ "name": "Double", "home": HOME, "namespaces": ["wc/v3"] }));
        }
        if let Some(no) = self.refuses(&mut call) {
            return no;
        }
        match (call.method, path.as_slice()) {
            (method, ["wc", "v3", rest @ ..]) => self.route(method, rest, &call),
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    fn route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        match (method, path) {
            (Method::Get, ["settings", _, id]) => setting(id),
            (Method::Get, ["taxes", "classes"]) => {
                (200, json!([{ "slug": "standard", "name": "Standard" }, { "slug": "reduced-rate", "name": "Reduced rate" }]))
            }
            (Method::Get, ["system_status"]) => (200, json!({ "environment": { "version": "9.4.3" } })),
            (Method::Get, ["payment_gateways", "bacs"]) => (200, json!({ "id": "bacs", "method_supports": ["products"] })),
            (Method::Get, ["products", "attributes"]) => (200, json!([{ "id": 1, "name": "Farbe", "slug": "pa_farbe", "type": "select" }])),
            (Method::Get, ["products", "categories"]) => self.categories(call),
            (_, ["products", rest @ ..]) => self.products(method, rest, call),
            (_, ["orders", rest @ ..]) => self.orders_route(method, rest, call),
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
        if signature(call.method, &url, pairs, SECRET).unwrap() != sent {
            return no("Invalid signature - provided signature does not match.");
        }
        // The shop takes a quarter of an hour either way.
        if (self.now().timestamp() - time.parse::<i64>().unwrap()).abs() > 900 {
            return no("Invalid timestamp.");
        }
        if !self.nonces.insert(format!("{time} {nonce}")) {
            return no("Invalid nonce - nonce has already been used.");
        }
        None
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

fn setting(id: &str) -> Reply {
    let value = match id {
        "woocommerce_currency" => "EUR",
        "woocommerce_calc_taxes" | "woocommerce_prices_include_tax" => "yes",
        "woocommerce_weight_unit" => "kg",
        _ => return error(404, "rest_setting_setting_invalid", "Invalid setting."),
    };
    (200, json!({ "id": id, "value": value }))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::{Call, Method, Reply, Shop};

    fn call(method: Method, path: &[&str], query: &[(&str, &str)], body: Value) -> Call {
        let query: BTreeMap<String, String> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Call { method, path: path.iter().map(|part| (*part).to_owned()).collect(), query, body }
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
        same("152-refund-too-much", &ask(&mut shop, Method::Post, &["orders", &order, "refunds"], &[], refund("100.00")));
        same("139-order-cancelled", &ask(&mut shop, Method::Put, &["orders", &order], &[], json!({ "status": "cancelled" })));
        assert!(looked_at == 0 || looked_at == 12);
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
