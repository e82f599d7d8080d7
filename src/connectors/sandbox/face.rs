//! The shop's HTTP face as plain functions: `http` mounts them under `/sandbox/{account_id}`.

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Sandboxes;
use super::faults::FaultScript;
use super::offers::{ByHand, no_offer};
use super::page::{self, Token};
use super::shop::{Problem, Shop};
use super::wishes::{Afterwards, Change, NewLine, NewOrder};

/// Bytes of a request's body.
const MOST_BODY: usize = 1 << 20;

/// What goes back to the browser or the test.
#[derive(Debug, Clone)]
pub struct HttpReply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl HttpReply {
    fn json(status: u16, value: &impl Serialize) -> HttpReply {
        match serde_json::to_vec(value) {
            Ok(body) => HttpReply { status, content_type: "application/json", body },
            Err(error) => HttpReply { status: 500, content_type: "text/plain; charset=utf-8", body: error.to_string().into_bytes() },
        }
    }

    fn error(status: u16, text: impl Into<String>) -> HttpReply {
        HttpReply::json(status, &json!({ "error": text.into() }))
    }
}

impl Sandboxes {
    /// Answers one request. `path` and `query` as they came over the wire, still percent-encoded; `path` from
    /// `/sandbox` on, `query` without the question mark.
    pub fn handle(&self, method: &str, path: &str, query: &str, body: &[u8], token: Token<'_>) -> HttpReply {
        self.handle_at(method, path, query, body, token, Utc::now())
    }

    pub(super) fn handle_at(&self, method: &str, path: &str, query: &str, body: &[u8], token: Token<'_>, now: DateTime<Utc>) -> HttpReply {
        let place = format!("{method} {path}");
        if body.len() > MOST_BODY {
            return HttpReply::error(413, format!("{place}: the body has {} bytes, at most {MOST_BODY} are taken; send less", body.len()));
        }
        let mut segments =
            path.split('/').filter(|segment| !segment.is_empty()).map(|segment| percent_decode_str(segment).decode_utf8_lossy());
        let account = match (segments.next(), segments.next()) {
            (Some(sandbox), Some(account)) if sandbox == "sandbox" => account,
            _ => return HttpReply::error(404, format!("{place}: expected /sandbox/{{account_id}}; {}", self.open_ones())),
        };
        let Some(shop) = account.parse().ok().and_then(|account| self.shop(account)) else {
            return HttpReply::error(404, format!("{place}: no sandbox account has the number \"{account}\"; {}", self.open_ones()));
        };
        let rest: Vec<_> = segments.collect();
        let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
        let reply = shop.work(|shop| {
            if let ("GET", []) = (method, rest.as_slice()) {
                return HttpReply { status: 200, content_type: "text/html; charset=utf-8", body: page::page(shop, token).into_bytes() };
            }
            route(shop, method, &rest, query, body, now).unwrap_or_else(|problem| match problem {
                Problem::Bad(text) => HttpReply::error(400, format!("{place}: {text}")),
                Problem::Missing(text) => HttpReply::error(404, format!("{place}: {text}")),
                Problem::Conflict(text) => HttpReply::error(409, format!("{place}: {text}")),
            })
        });
        reply.unwrap_or_else(|error| HttpReply::error(500, error.to_string()))
    }

    fn open_ones(&self) -> String {
        let accounts: Vec<String> = self.accounts().iter().map(ToString::to_string).collect();
        if accounts.is_empty() {
            "no account uses the connector sandbox, add one to the configuration".to_owned()
        } else {
            format!("accounts with a sandbox: {}", accounts.join(", "))
        }
    }
}

fn route(shop: &mut Shop, method: &str, rest: &[&str], query: &str, body: &[u8], now: DateTime<Utc>) -> Result<HttpReply, Problem> {
    match (method, rest) {
        ("GET", ["offers"]) => Ok(HttpReply::json(200, &json!({ "offers": shop.listings.values().collect::<Vec<_>>() }))),
        ("GET", ["offers", sku]) => match shop.listings.get(*sku) {
            Some(listing) => Ok(HttpReply::json(200, listing)),
            None => Err(no_offer(sku)),
        },
        ("POST", ["offers", sku]) => {
            let hand: ByHand = parse(body, r#"{"price":"4.90","quantity":3}"#)?;
            shop.by_hand(sku, hand).map(|listing| HttpReply::json(200, listing))
        }
        ("DELETE", ["offers", sku]) => {
            shop.delete_by_hand(sku)?;
            Ok(HttpReply::json(200, &json!({ "deleted": sku })))
        }
        ("GET", ["orders"]) => Ok(HttpReply::json(200, &json!({ "orders": shop.orders.values().collect::<Vec<_>>() }))),
        ("POST", ["orders"]) => {
            let wish = wish(query, body)?;
            shop.buy(wish, now).map(|order| HttpReply::json(201, order))
        }
        ("GET", ["orders", order_id]) => order(shop, order_id),
        ("POST", ["orders", order_id, "cancel"]) => {
            shop.cancel(order_id, Some("cancelled by the buyer".to_owned()))?;
            order(shop, order_id)
        }
        ("POST", ["orders", order_id, "pay"]) => {
            shop.pay(order_id, None)?;
            order(shop, order_id)
        }
        ("POST", ["orders", order_id, what @ ("change" | "requests" | "returns" | "refunds")]) => {
            afterwards(shop, order_id, what, body, now)?;
            order(shop, order_id)
        }
        ("POST", ["orders", order_id, "requests", request_id, "withdraw"]) => {
            shop.withdraw(order_id, request_id)?;
            order(shop, order_id)
        }
        ("GET", ["faults"]) => Ok(HttpReply::json(200, &shop.faults)),
        ("POST", ["faults"]) => {
            let script: FaultScript = parse(body, r#"{"throttle":{"calls":3,"retry_after_seconds":1}}"#)?;
            shop.faults.apply(script);
            shop.changed();
            Ok(HttpReply::json(200, &shop.faults))
        }
        ("DELETE", ["faults"]) => {
            shop.faults = Default::default();
            shop.changed();
            Ok(HttpReply::json(200, &shop.faults))
        }
        ("GET", ["state"]) => Ok(HttpReply::json(200, shop)),
        (
            _,
            []
            | ["state" | "offers" | "orders" | "faults"]
            | ["offers" | "orders", _]
            | ["orders", _, "cancel" | "pay" | "change" | "requests" | "returns" | "refunds"]
            | ["orders", _, "requests", _, "withdraw"],
        ) => Ok(HttpReply::error(405, format!("{method} is not possible here; the page GET /sandbox/{} shows what is", shop.account_id))),
        _ => Err(Problem::Missing(format!("nothing lives here; the page GET /sandbox/{} shows what does", shop.account_id))),
    }
}

/// What happens to an order after it was placed.
fn afterwards(shop: &mut Shop, order_id: &str, what: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), Problem> {
    if what == "change" {
        let change: Change =
            parse(body, r#"{"lines":[{"line_id":"S-100001-1","quantity":1}],"coupons":[{"code":"SAVE5","amount":"5.00"}]}"#)?;
        return shop.change(order_id, change);
    }
    let wish: Afterwards = parse(body, r#"{"lines":[{"line_id":"S-100001-1","quantity":1}],"reason":"too large"}"#)?;
    match what {
        "requests" => shop.request(order_id, wish).map(drop),
        "returns" => shop.returned(order_id, &wish),
        _ => shop.refund(order_id, wish, now),
    }
}

fn order(shop: &Shop, order_id: &str) -> Result<HttpReply, Problem> {
    match shop.order(order_id) {
        Some(order) => Ok(HttpReply::json(200, order)),
        None => Err(Problem::Missing(format!("order \"{order_id}\" does not exist; GET /orders lists them"))),
    }
}

/// An order as JSON body, or for the hand as `?sku=A-1&quantity=2`.
fn wish(query: &str, body: &[u8]) -> Result<NewOrder, Problem> {
    const EXAMPLE: &str = r#"{"lines":[{"sku":"A-1","quantity":1}]}"#;
    if query.is_empty() {
        return parse(body, EXAMPLE);
    }
    let mut url = reqwest::Url::parse("http://sandbox.invalid/").map_err(|error| Problem::Bad(error.to_string()))?;
    url.set_query(Some(query));
    let (mut sku, mut quantity, mut wish) = (None, 1, NewOrder::default());
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "sku" => sku = Some(value.into_owned()),
            "quantity" => {
                quantity =
                    value.parse().map_err(|_| Problem::Bad(format!("quantity: \"{value}\" is not a whole number; send whole pieces")))?;
            }
            "payment" => wish.payment = Some(value.into_owned()),
            "paid" => wish.paid = Some(matches!(value.as_ref(), "true" | "1")),
            other => {
                return Err(Problem::Bad(format!(
                    "query: \"{other}\" is unknown; use sku, quantity, payment and paid, or a JSON body such as {EXAMPLE}"
                )));
            }
        }
    }
    let sku = sku.ok_or_else(|| Problem::Bad("query: sku is missing; send ?sku=A-1&quantity=1".to_owned()))?;
    wish.lines = vec![NewLine { sku, quantity, tax_rate: None }];
    Ok(wish)
}

fn parse<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::Bad(format!("body: {error}; send JSON such as {example}")))
}
