//! Customers and coupons.

use serde_json::{Value, json};

use super::super::super::http::Method;
use super::{Call, Reply, Shop, error, invalid, merge_meta};

const OF_COUPON: &[&str] = &[
    "code",
    "description",
    "discount_type",
    "amount",
    "free_shipping",
    "date_expires",
    "minimum_amount",
    "usage_limit",
    "usage_limit_per_user",
];

fn unknown(record: &str) -> Reply {
    error(404, &format!("woocommerce_rest_{record}_invalid_id"), "Invalid ID.")
}

impl Shop {
    /// A buyer makes himself known to the shop.
    pub(in crate::connectors::woocommerce) fn registers(&mut self, email: &str) -> i64 {
        let id = self.next_id();
        let none = json!({ "first_name": "", "last_name": "", "company": "", "address_1": "", "address_2": "", "city": "", "state": "",
            "postcode": "", "country": "", "phone": "" });
        let mut billing = none.clone();
        billing["email"] = json!(email);
        let customer = json!({ "id": id, "email": email, "first_name": "", "last_name": "", "role": "customer", "billing": billing,
            "shipping": none, "meta_data": [] });
        self.customers.insert(id, customer);
        id
    }

    pub(super) fn customers_route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        let id = path.first().and_then(|id| id.parse::<i64>().ok());
        match (method, path) {
            (Method::Get, []) => {
                let email = call.query.get("email");
                (200, self.customers.values().filter(|one| email.is_none_or(|email| one["email"] == **email)).cloned().collect())
            }
            (Method::Post, ["batch"]) => (200, json!([])),
            (Method::Get, [_]) => id.and_then(|id| self.customers.get(&id)).map_or_else(|| unknown("customer"), |one| (200, one.clone())),
            (Method::Put, [_]) => {
                let taken = self
                    .customers
                    .values()
                    .any(|other| Some(&other["id"]) != id.map(|id| json!(id)).as_ref() && other["email"] == call.body["email"]);
                let Some(customer) = id.and_then(|id| self.customers.get_mut(&id)) else { return unknown("customer") };
                if taken {
                    return error(400, "woocommerce_rest_customer_invalid_email", "Invalid email address.");
                }
                for (key, value) in call.body.as_object().unwrap() {
                    match key.as_str() {
                        "first_name" | "last_name" | "email" => customer[key] = value.clone(),
                        "billing" | "shipping" => {
                            for (field, text) in value.as_object().unwrap() {
                                assert!(customer[key].get(field).is_some() && text.is_string(), "{key} has no field {field}");
                                customer[key][field] = text.clone();
                            }
                        }
                        "meta_data" => merge_meta(customer, value),
                        _ => panic!("the double has no field {key}"),
                    }
                }
                (200, customer.clone())
            }
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    pub(super) fn coupons_route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        let id = path.first().and_then(|id| id.parse::<i64>().ok());
        match (method, path) {
            (Method::Get, []) => {
                let code = call.query.get("code");
                (200, self.coupons.values().filter(|one| code.is_none_or(|code| one["code"] == **code)).cloned().collect())
            }
            (Method::Post, ["batch"]) => (200, json!([])),
            (Method::Get, [_]) => id.and_then(|id| self.coupons.get(&id)).map_or_else(|| unknown("shop_coupon"), |one| (200, one.clone())),
            (Method::Post, []) => {
                let code = call.body["code"].as_str().unwrap().to_lowercase();
                if self.coupons.values().any(|known| known["code"] == *code) {
                    return error(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists");
                }
                let id = self.next_id();
                self.put_coupon(id, &call.body)
            }
            (Method::Put, [_]) => match id.filter(|id| self.coupons.contains_key(id)) {
                None => unknown("shop_coupon"),
                Some(id) => self.put_coupon(id, &call.body),
            },
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    fn put_coupon(&mut self, id: i64, body: &Value) -> Reply {
        for text in ["amount", "minimum_amount"] {
            if body.get(text).is_some_and(|value| !value.is_string()) {
                return invalid(text, &format!("{text} is not of type string."));
            }
        }
        let coupon = self.coupons.entry(id).or_insert_with(|| json!({ "id": id }));
        for (key, value) in body.as_object().unwrap() {
            assert!(OF_COUPON.contains(&key.as_str()), "the double has no field {key}");
            coupon[key] = match key.as_str() {
                "code" => json!(value.as_str().unwrap().to_lowercase()),
                "date_expires" if value == "" => Value::Null,
                "usage_limit" | "usage_limit_per_user" if value == 0 => Value::Null,
                _ => value.clone(),
            };
        }
        (201, coupon.clone())
    }
}
