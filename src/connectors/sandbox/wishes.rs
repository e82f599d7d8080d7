//! What buyers send.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::decimal_text;
use super::shop::{Coupon, Problem};
use crate::domain::Decimal;
use crate::domain::order::{Address, Delivery, Workflow};

/// An order. Everything but the lines has a default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    pub(crate) email: Option<String>,
    pub(crate) payment: Option<String>,
    pub(crate) paid: Option<bool>,
    pub(crate) lines: Vec<NewLine>,
    pub(crate) address: Option<Address>,
    #[serde(default)]
    pub(crate) shipping: Option<Amount>,
    #[serde(default)]
    pub(crate) cash_on_delivery_charge: Option<Amount>,
    #[serde(default)]
    pub(crate) payment_charge: Option<Amount>,
    /// A voucher without a code.
    #[serde(default)]
    pub(crate) coupon: Option<Amount>,
    #[serde(default)]
    pub(crate) coupons: Vec<Coupon>,
    /// Prices, charges and vouchers are without tax.
    #[serde(default)]
    pub(crate) net: bool,
    pub(crate) tax_identification_number: Option<String>,
    #[serde(default)]
    pub(crate) delivery: Delivery,
    pub(crate) note: Option<String>,
    /// When it was placed, by the shop's clock.
    pub(crate) ordered_at: Option<DateTime<Utc>>,
    /// Also what no running offer has: an unknown SKU, an offer that has ended, more than there is.
    #[serde(default)]
    pub(crate) unchecked: bool,
}

/// What a buyer, or the shop for him, changes about an order. What is missing stays.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Change {
    /// Lines with the pieces that are ordered now.
    pub(crate) lines: Vec<NamedLine>,
    /// Lines that come in addition.
    pub(crate) add: Vec<NewLine>,
    pub(crate) coupons: Option<Vec<Coupon>>,
    pub(crate) shipping: Option<Amount>,
    pub(crate) payment_charge: Option<Amount>,
    pub(crate) tax_identification_number: Option<String>,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) address: Option<Address>,
    pub(crate) email: Option<String>,
    pub(crate) note: Option<String>,
}

/// What a request, a return or a refund is about.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Afterwards {
    pub(crate) lines: Vec<NamedLine>,
    pub(crate) amount: Option<Amount>,
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Amount(#[serde(with = "decimal_text")] pub Decimal);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLine {
    pub(crate) sku: String,
    #[serde(default = "one")]
    pub(crate) quantity: i32,
    #[serde(default)]
    pub(crate) tax_rate: Option<Amount>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedLine {
    pub(crate) line_id: String,
    #[serde(default = "one")]
    pub(crate) quantity: i32,
}

fn one() -> i32 {
    1
}

pub(crate) fn amount(amount: &Option<Amount>) -> Decimal {
    amount.as_ref().map_or(Decimal::ZERO, |amount| amount.0)
}

/// A buyer who did not say who he is. All data are invented.
pub(crate) fn sample_address() -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        first_name: text("Erika"),
        last_name: text("Mustermann"),
        street: text("Heidestraße"),
        house_number: text("17"),
        postal_code: text("51147"),
        city: text("Köln"),
        country_code_iso: text("DE"),
        ..Address::default()
    }
}

pub(crate) fn payment(word: Option<&str>) -> Result<(Workflow, &'static str), Problem> {
    let plain = word.unwrap_or("prepayment").trim().to_lowercase().replace(['_', '-'], " ");
    match plain.as_str() {
        "prepayment" => Ok((Workflow::Prepayment, "prepayment")),
        "cash on delivery" => Ok((Workflow::CashOnDelivery, "cash on delivery")),
        "collection" => Ok((Workflow::Collection, "collection")),
        _ => Err(Problem::Bad(format!("payment: \"{plain}\" is unknown; use prepayment, cash on delivery or collection"))),
    }
}
