//! The shop's HTTP face: its page, and a small API with which buyers, merchants and tests do things to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::super::{Face, FaceReply, FaceRequest};
use super::can::Can;
use super::fault_list::FAULTS;
use super::faults::FaultScript;
use super::offers::{ByHand, no_offer};
use super::page;
use super::shared::SharedShop;
use super::shop::{Problem, Shop, ShopCoupon};
use super::wishes::{Afterwards, Change, NewLine, NewOrder};
use crate::domain::contact::ContactKind;

/// The face of one shop.
pub(super) struct ShopFace {
    pub shop: Arc<SharedShop>,
    pub can: Can,
}

impl Face for ShopFace {
    fn answer(&self, request: &FaceRequest<'_>) -> FaceReply {
        let FaceRequest { method, path, query, body, token } = *request;
        let place = format!("{method} {path}");
        let segments = path.split('/').filter(|segment| !segment.is_empty()).skip(2);
        let rest: Vec<_> = segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy()).collect();
        let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
        let reply = self.shop.work(|shop| {
            if let ("GET", []) = (method, rest.as_slice()) {
                return FaceReply {
                    status: 200,
                    content_type: "text/html; charset=utf-8",
                    body: page::page(shop, &self.can, token, query).into_bytes(),
                };
            }
            let routed = match rest.as_slice() {
                [what @ ("messages" | "disputes" | "feedback"), more @ ..] => said(shop, method, what, more, body, Utc::now()),
                rest => route(shop, method, rest, query, body, Utc::now()),
            };
            routed.unwrap_or_else(|problem| match problem {
                Problem::Bad(text) => FaceReply::error(400, format!("{place}: {text}")),
                Problem::Missing(text) => FaceReply::error(404, format!("{place}: {text}")),
                Problem::Conflict(text) => FaceReply::error(409, format!("{place}: {text}")),
            })
        });
        reply.unwrap_or_else(|error| FaceReply::error(500, error.to_string()))
    }

    fn style(&self) -> &'static str {
        page::STYLE
    }
}

fn route(shop: &mut Shop, method: &str, rest: &[&str], query: &str, body: &[u8], now: DateTime<Utc>) -> Result<FaceReply, Problem> {
    match (method, rest) {
        ("GET", ["offers"]) => Ok(FaceReply::json(200, &json!({ "offers": shop.listings.values().collect::<Vec<_>>() }))),
        ("GET", ["offers", sku]) => match shop.listings.get(*sku) {
            Some(listing) => Ok(FaceReply::json(200, listing)),
            None => Err(no_offer(sku)),
        },
        ("POST", ["offers", sku]) => {
            let hand: ByHand = parse(body, r#"{"price":"4.90","quantity":3}"#)?;
            shop.by_hand(sku, hand).map(|listing| FaceReply::json(200, listing))
        }
        ("DELETE", ["offers", sku]) => {
            shop.delete_by_hand(sku)?;
            Ok(FaceReply::json(200, &json!({ "deleted": sku })))
        }
        ("GET", ["orders"]) => Ok(FaceReply::json(200, &json!({ "orders": shop.orders.values().collect::<Vec<_>>() }))),
        ("POST", ["orders"]) => bought(shop, query, body, now),
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
        ("GET", [what @ ("customers" | "coupons")]) => Ok(transferred(shop, what)),
        ("GET", ["faults"]) => Ok(FaceReply::json(200, &shop.faults)),
        ("POST", ["faults"]) if is_form(body) => pressed(shop, body),
        ("POST", ["faults"]) => misbehave(shop, body),
        ("DELETE", ["faults"]) => {
            shop.faults = Default::default();
            shop.changed();
            Ok(FaceReply::json(200, &shop.faults))
        }
        ("GET", ["state"]) => Ok(FaceReply::json(200, shop)),
        (
            _,
            []
            | ["state" | "offers" | "orders" | "customers" | "coupons" | "faults"]
            | ["offers" | "orders", _]
            | ["orders", _, "cancel" | "pay" | "change" | "requests" | "returns" | "refunds"]
            | ["orders", _, "requests", _, "withdraw"],
        ) => Ok(FaceReply::error(405, format!("{method} is not possible here; the page GET /sandbox/{} shows what is", shop.account_id))),
        _ => Err(Problem::Missing(format!("nothing lives here; the page GET /sandbox/{} shows what does", shop.account_id))),
    }
}

fn misbehave(shop: &mut Shop, body: &[u8]) -> Result<FaceReply, Problem> {
    let script: FaultScript = parse(body, example_of(body))?;
    script.check()?;
    shop.faults.apply(script);
    shop.changed();
    Ok(FaceReply::json(200, &shop.faults))
}

fn bought(shop: &mut Shop, query: &str, body: &[u8], now: DateTime<Utc>) -> Result<FaceReply, Problem> {
    let wish = wish(query, body)?;
    let base = format!("/sandbox/{}", shop.account_id);
    shop.buy(wish, now).map(|order| match is_form(body) {
        true => FaceReply::see(format!("{base}?bought={}", order.order_id)),
        false => FaceReply::json(201, order),
    })
}

/// Whether a page of ours sent it: its forms have a token.
fn is_form(body: &[u8]) -> bool {
    url::form_urlencoded::parse(body).any(|(name, value)| name == "by" && value == "page")
}

/// A button of the page: a fault, or none any more.
fn pressed(shop: &mut Shop, body: &[u8]) -> Result<FaceReply, Problem> {
    let fault = url::form_urlencoded::parse(body).find(|(name, _)| name == "fault").map(|(_, fault)| fault.into_owned());
    match fault {
        Some(fault) => drop(misbehave(shop, fault.as_bytes())?),
        None => {
            shop.faults = Default::default();
            shop.changed();
        }
    }
    Ok(FaceReply::see(format!("/sandbox/{}", shop.account_id)))
}

/// How the first fault that a body names is written.
fn example_of(body: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(body);
    let named = FAULTS.iter().filter_map(|(line, _)| Some((text.find(line.split(':').next()?.trim_start_matches('{'))?, *line)));
    let throttle = r#"{"throttle":{"calls":3,"retry_after_seconds":1}}"#;
    named.min_by_key(|(place, _)| *place).map_or(throttle, |(_, line)| line)
}

/// What Kontor transferred to the shop.
fn transferred(shop: &Shop, what: &str) -> FaceReply {
    match what {
        "customers" => FaceReply::json(200, &json!({ "customers": shop.customers })),
        _ => FaceReply::json(200, &json!({ "coupons": shop.coupons.values().map(ShopCoupon::shown).collect::<Vec<_>>() })),
    }
}

/// What buyers say, and how it goes on.
fn said(shop: &mut Shop, method: &str, what: &str, rest: &[&str], body: &[u8], now: DateTime<Utc>) -> Result<FaceReply, Problem> {
    let kind = ContactKind::ALL.into_iter().find(|kind| kind.word() == what).unwrap_or(ContactKind::Message);
    let made = match (method, what, rest) {
        ("GET", _, []) => return Ok(FaceReply::json(200, &json!({ what: shop.contacts_of(kind) }))),
        ("POST", "messages", []) => shop.write_message(parse(body, r#"{"order_id":"S-100001","text":"Where is it?"}"#)?, now)?,
        ("POST", "disputes", []) => shop.open_dispute(parse(body, r#"{"order_id":"S-100001","reason":"ItemNotReceived"}"#)?, now)?,
        ("POST", "disputes", [number]) => shop.change_dispute(number, parse(body, r#"{"state":"Closed"}"#)?)?,
        ("POST", "feedback", []) => shop.give_feedback(parse(body, r#"{"order_id":"S-100001","stars":5}"#)?, now)?,
        _ => {
            let text = format!("{method} is not possible here; the page GET /sandbox/{} shows what is", shop.account_id);
            return Ok(FaceReply::error(405, text));
        }
    };
    Ok(FaceReply::json(201, made))
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

fn order(shop: &Shop, order_id: &str) -> Result<FaceReply, Problem> {
    match shop.order(order_id) {
        Some(order) => Ok(FaceReply::json(200, order)),
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
