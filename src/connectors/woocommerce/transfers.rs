//! Customers and coupons. A customer is updated, never created: those who buy as guests are none for the shop. A coupon that has the code
//! already is taken over, so that a repeat after a lost answer creates no second.
//!
//! A customer of WooCommerce has one delivery address, and no group: its name is kept in the customer's data, where plug-ins find it. A
//! coupon has no first day, so it is sent on that day.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::addresses::{Place, deliveries, filled};
use super::super::rule::{Failure, rule_or_error};
use super::super::{ChannelError, CouponRecord, CustomerRecord, Outcome, Record, Transfer, lock};
use super::WooCommerce;
use super::api::outcome_of;
use super::found::{Id, Meta};
use super::inputs::{add_meta, said};
use super::shop::ShopSettings;
use super::values::plain;
use crate::domain::coupon::CouponKind;
use crate::domain::message::{Message, channel};
use crate::domain::{Currency, Decimal};

/// Of a customer: his group.
const GROUP: &str = "_kontor_customer_group";
/// The end of a coupon that does not count.
const LONG_AGO: &str = "2000-01-01T00:00:00Z";

#[derive(Debug, Deserialize)]
struct Known {
    id: i64,
    #[serde(default)]
    shipping: Map<String, Value>,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

impl WooCommerce {
    pub(super) fn push_transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        let result = match &transfer.record {
            Record::Customer(customer) => self.update_customer(customer),
            Record::Coupon(coupon) => self.put_coupon(transfer.external_number.as_deref(), coupon, Utc::now()),
            Record::Message(_) | Record::Dispute(_) => return Err(ChannelError::unsupported("messages and disputes")),
        };
        match result {
            // A key that lacks this right alone must not stop everything else of the account.
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) if self.shop_anew().is_ok() => {
                Ok(Outcome::Refused(channel::right_missing()))
            }
            result => result.or_else(|failure| rule_or_error(failure, outcome_of)),
        }
    }

    fn shop_anew(&self) -> Result<ShopSettings, ChannelError> {
        *lock(&self.shop) = None;
        self.shop()
    }

    fn update_customer(&self, sent: &CustomerRecord) -> Result<Outcome, Failure> {
        let Some(known) = self.customer(&sent.key)? else {
            return Ok(Outcome::Refused(channel::customer_unknown(&sent.key)));
        };
        self.api.put(&["customers", &known.id.to_string()], &customer_input(sent, &known))?;
        Ok(Outcome::Done { external_number: Some(known.id.to_string()), url: None, messages: Vec::new() })
    }

    fn customer(&self, key: &str) -> Result<Option<Known>, Failure> {
        if key.contains('@') {
            let found: Vec<Known> = self.api.list(&["customers"], &[("email", key), ("role", "all")])?;
            return Ok(found.into_iter().next());
        }
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        match self.api.get(&["customers", key], &[]) {
            Ok(reply) => Ok(Some(reply.part("")?)),
            Err(Failure::Rule(rule)) if rule.code.ends_with("_invalid_id") => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn put_coupon(&self, known: Option<&str>, sent: &CouponRecord, now: DateTime<Utc>) -> Result<Outcome, Failure> {
        let input = match coupon_input(sent, &self.shop()?) {
            Ok(input) => input,
            Err(message) => return Ok(Outcome::Refused(message)),
        };
        let found = self.coupon(known, &sent.code)?;
        if let Some(wait) = sent.from.and_then(|from| from.signed_duration_since(now).to_std().ok()).filter(|wait| !wait.is_zero()) {
            if let Some(id) = found {
                self.api.put(&["coupons", &id.to_string()], &json!({ "date_expires": LONG_AGO }))?;
            }
            return Ok(Outcome::Later { after: Some(wait), reason: format!("the coupon {} is sent on its first day", sent.code) });
        }
        let id = match found {
            Some(id) => {
                self.api.put(&["coupons", &id.to_string()], &input)?;
                id
            }
            None => self.api.post(&["coupons"], &input)?.part::<Id>("")?.id,
        };
        Ok(Outcome::Done { external_number: Some(id.to_string()), url: None, messages: Vec::new() })
    }

    /// The shop keeps codes in lower case.
    fn coupon(&self, known: Option<&str>, code: &str) -> Result<Option<i64>, Failure> {
        if let Some(id) = known.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())) {
            match self.api.get(&["coupons", id], &[("_fields", "id")]) {
                Ok(reply) => return Ok(Some(reply.part::<Id>("")?.id)),
                Err(Failure::Rule(rule)) if rule.code.ends_with("_invalid_id") => {}
                Err(failure) => return Err(failure),
            }
        }
        let found: Vec<Id> = self.api.list(&["coupons"], &[("code", &code.to_lowercase()), ("_fields", "id")])?;
        Ok(found.first().map(|coupon| coupon.id))
    }
}

fn text(value: Option<&String>) -> &str {
    filled(value).unwrap_or_default()
}

fn customer_input(sent: &CustomerRecord, known: &Known) -> Value {
    let customer = &sent.customer;
    let mut input = Map::new();
    input.insert("first_name".to_owned(), json!(text(customer.first_name.as_ref())));
    input.insert("last_name".to_owned(), json!(text(customer.last_name.as_ref())));
    let email = filled(sent.email.as_ref());
    // It is the login: an empty one would lock the customer out.
    if let Some(email) = email {
        input.insert("email".to_owned(), json!(email));
    }
    if let Some(mut billing) = address_input(&customer.into()) {
        if let Some(email) = email {
            billing.insert("email".to_owned(), json!(email));
        }
        if filled(customer.phone.as_ref()).is_none() {
            billing.insert("phone".to_owned(), json!(text(customer.mobile_phone.as_ref())));
        }
        input.insert("billing".to_owned(), Value::Object(billing));
    }
    // There is one place: it is filled, or what Kontor put there is replaced; an address that the customer entered stays.
    let is_there = known.shipping.get("address_1").and_then(Value::as_str).is_some_and(|street| !street.trim().is_empty());
    let there: Vec<&Map<String, Value>> = is_there.then_some(&known.shipping).into_iter().collect();
    let lacking = deliveries(sent, &there, address_input, |known, wanted| same_address(known, wanted), |_| false);
    if let Some((_, shipping)) = lacking.into_iter().find(|(stale, _)| stale.is_some() == is_there) {
        input.insert("shipping".to_owned(), Value::Object(shipping));
    }
    let group = sent.group.as_deref().unwrap_or_default();
    if said(&known.meta_data, GROUP) != group {
        add_meta(&mut input, GROUP, json!(group));
    }
    Value::Object(input)
}

/// An address; `None` without a street or a country.
fn address_input(place: &Place<'_>) -> Option<Map<String, Value>> {
    let text = |value: Option<&str>| json!(value.unwrap_or_default());
    let mut input = Map::new();
    input.insert("address_1".to_owned(), json!(place.street_line()?));
    input.insert("country".to_owned(), json!(place.country_code_iso?.to_uppercase()));
    for (field, value) in [
        ("first_name", place.first_name),
        ("last_name", place.last_name),
        ("company", place.firm),
        ("address_2", place.street_addition),
        ("city", place.city),
        ("state", place.region),
        ("postcode", place.postal_code),
        ("phone", place.phone),
    ] {
        input.insert(field.to_owned(), text(value));
    }
    Some(input)
}

/// Whether an address of the shop says what one of ours does.
fn same_address(known: &Map<String, Value>, input: &Map<String, Value>) -> bool {
    let text = |value: Option<&Value>| plain(value.and_then(Value::as_str).unwrap_or_default().trim()).to_lowercase();
    input.iter().all(|(field, value)| text(Some(value)) == text(known.get(field)))
}

/// What creates a coupon and updates it, or why the shop cannot have it.
fn coupon_input(sent: &CouponRecord, shop: &ShopSettings) -> Result<Value, Message> {
    let coupon = &sent.coupon;
    let money = |amount: Decimal| {
        let currency = coupon.currency_code_iso.as_deref().unwrap_or_default();
        if Currency::parse(currency) != Some(shop.currency) {
            return Err(channel::coupon_currency(&sent.code, currency, shop.currency.code()));
        }
        Ok(amount.to_string())
    };
    let value = coupon.value.unwrap_or(Decimal::ZERO);
    let (kind, amount) = match coupon.kind {
        Some(CouponKind::Percent) => ("percent", value.to_string()),
        Some(CouponKind::Amount) => ("fixed_cart", money(value)?),
        Some(CouponKind::FreeShipping) => ("fixed_cart", "0".to_owned()),
        None => return Err(channel::value_unknown("KIND", "the coupon does not say what it gives")),
    };
    let least = coupon.minimum_order_value.map(money).transpose()?.unwrap_or_default();
    // The status of a coupon is new; an end in the past every version knows.
    let until = match (coupon.active, sent.until) {
        (Some(false), _) => LONG_AGO.to_owned(),
        (_, Some(until)) => until.to_rfc3339_opts(SecondsFormat::Secs, true),
        (_, None) => String::new(),
    };
    Ok(json!({
        "code": sent.code,
        "description": coupon.name.as_deref().unwrap_or_default(),
        "discount_type": kind,
        "amount": amount,
        "free_shipping": coupon.kind == Some(CouponKind::FreeShipping),
        "date_expires": until,
        "minimum_amount": least,
        // Zero is no limit.
        "usage_limit": coupon.usage_limit.unwrap_or_default(),
        "usage_limit_per_user": coupon.usage_limit_per_customer.unwrap_or_default(),
    }))
}
