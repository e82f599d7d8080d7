//! Orders as WooCommerce reports them, read into orders as Kontor knows them. Pure.
//!
//! Lines are net to two places, with their tax to six: an amount with tax is the sum of both, rounded once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::found::Meta;
use super::refunded::Refund;
use super::values::{money, pieces, plain, sum, time};
use crate::domain::order::{Address, Buyer, ChannelOrder, ChannelRefund, Coupon, Delivery, OrderLine, TaxShare, Totals, Workflow};
use crate::domain::{Currency, Decimal};

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Order {
    pub id: i64,
    number: Option<String>,
    pub status: String,
    pub currency: String,
    #[serde(deserialize_with = "time")]
    date_created_gmt: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time")]
    date_modified_gmt: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time")]
    pub date_paid_gmt: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "money")]
    pub total: Decimal,
    #[serde(deserialize_with = "money")]
    shipping_total: Decimal,
    #[serde(deserialize_with = "money")]
    shipping_tax: Decimal,
    #[serde(default)]
    customer_id: i64,
    #[serde(default)]
    customer_note: String,
    billing: Contact,
    shipping: Contact,
    #[serde(default)]
    pub payment_method: String,
    #[serde(default)]
    pub transaction_id: String,
    #[serde(default)]
    pub line_items: Vec<Line>,
    #[serde(default)]
    tax_lines: Vec<TaxLine>,
    #[serde(default)]
    shipping_lines: Vec<Charge>,
    #[serde(default)]
    fee_lines: Vec<Charge>,
    #[serde(default)]
    coupon_lines: Vec<CouponLine>,
    #[serde(default)]
    pub refunds: Vec<RefundLine>,
    /// The same with their lines, where they were asked for.
    #[serde(skip)]
    pub refunds_in_full: Vec<Refund>,
    #[serde(default)]
    pub meta_data: Vec<Meta>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Contact {
    first_name: String,
    last_name: String,
    company: String,
    address_1: String,
    address_2: String,
    city: String,
    state: String,
    postcode: String,
    country: String,
    email: String,
    phone: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Line {
    pub id: i64,
    name: String,
    product_id: i64,
    #[serde(default)]
    variation_id: i64,
    #[serde(deserialize_with = "pieces")]
    pub quantity: i32,
    #[serde(deserialize_with = "money")]
    subtotal: Decimal,
    #[serde(default)]
    pub taxes: Vec<Tax>,
    #[serde(deserialize_with = "money")]
    pub total: Decimal,
    #[serde(default)]
    sku: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tax {
    pub id: i64,
    #[serde(default, deserialize_with = "money")]
    pub total: Decimal,
    #[serde(default, deserialize_with = "money")]
    subtotal: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
struct TaxLine {
    rate_id: i64,
    #[serde(deserialize_with = "money")]
    tax_total: Decimal,
    #[serde(deserialize_with = "money")]
    shipping_tax_total: Decimal,
    #[serde(default, deserialize_with = "money")]
    rate_percent: Decimal,
}

/// Shipping or a fee.
#[derive(Debug, Clone, Deserialize)]
struct Charge {
    #[serde(default)]
    method_title: String,
    #[serde(deserialize_with = "money")]
    total: Decimal,
    #[serde(deserialize_with = "money")]
    total_tax: Decimal,
    #[serde(default)]
    taxes: Vec<Tax>,
}

#[derive(Debug, Clone, Deserialize)]
struct CouponLine {
    code: String,
    #[serde(deserialize_with = "money")]
    discount: Decimal,
    #[serde(deserialize_with = "money")]
    discount_tax: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RefundLine {
    pub id: i64,
    #[serde(default)]
    pub reason: Option<String>,
    /// Below zero.
    #[serde(deserialize_with = "money")]
    pub total: Decimal,
}

fn filled(text: &str) -> Option<String> {
    Some(plain(text.trim())).filter(|text| !text.is_empty())
}

impl Contact {
    fn read(&self, email: &str) -> Address {
        Address {
            firm: filled(&self.company),
            first_name: filled(&self.first_name),
            last_name: filled(&self.last_name),
            street: filled(&self.address_1),
            street_addition: filled(&self.address_2),
            postal_code: filled(&self.postcode),
            city: filled(&self.city),
            region: filled(&self.state),
            country_code_iso: filled(&self.country),
            phone: filled(&self.phone),
            email: filled(email),
            ..Address::default()
        }
    }

    fn is_empty(&self) -> bool {
        self.address_1.trim().is_empty() && self.last_name.trim().is_empty() && self.company.trim().is_empty()
    }
}

impl Line {
    fn number(&self) -> Option<String> {
        match (self.product_id, self.variation_id) {
            (0, _) => None,
            (product, 0) => Some(product.to_string()),
            (product, variation) => Some(format!("{product}/{variation}")),
        }
    }

    /// With tax, before discounts.
    fn gross(&self, decimals: u32) -> Decimal {
        sum(self.taxes.iter().map(|tax| tax.subtotal).chain([self.subtotal])).rounded(decimals)
    }

    fn read(&self, rates: &BTreeMap<i64, Decimal>, cancelled: bool, decimals: u32) -> OrderLine {
        let gross = self.gross(decimals);
        let unit_price = if self.quantity == 0 { gross } else { Decimal(gross.0 / i64::from(self.quantity)).rounded(decimals) };
        let rate = sum(self.taxes.iter().filter_map(|tax| rates.get(&tax.id)).copied());
        OrderLine {
            line_id: self.id.to_string(),
            sku: self.sku.as_deref().and_then(filled),
            external_number: self.number(),
            title: plain(&self.name),
            quantity: self.quantity,
            cancelled: if cancelled { self.quantity } else { 0 },
            unit_price,
            tax_rate: Some(rate),
            total_amount: Some(gross),
            tax_amount: Some(sum(self.taxes.iter().map(|tax| tax.subtotal)).rounded(decimals)),
            ..OrderLine::default()
        }
    }
}

impl Order {
    /// Somebody placed it, and the merchant did not throw it away.
    pub(super) fn is_placed(&self) -> bool {
        !matches!(self.status.as_str(), "checkout-draft" | "auto-draft" | "trash")
    }

    pub(super) fn modified_at(&self) -> DateTime<Utc> {
        self.date_modified_gmt.or(self.date_created_gmt).unwrap_or_default()
    }

    pub(super) fn created_at(&self) -> DateTime<Utc> {
        self.date_created_gmt.unwrap_or_default()
    }

    fn decimals(&self) -> u32 {
        Currency::parse(&self.currency).map_or(2, Currency::decimals)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.status == "cancelled"
    }

    pub(super) fn is_paid(&self) -> bool {
        self.date_paid_gmt.is_some()
    }

    /// Money that went back.
    pub(super) fn refunded(&self) -> Decimal {
        Decimal(sum(self.refunds.iter().map(|refund| refund.total)).0.saturating_neg())
    }

    pub(super) fn read(&self, cash_on_delivery_methods: &[String]) -> ChannelOrder {
        let decimals = self.decimals();
        let rates: BTreeMap<i64, Decimal> = self.tax_lines.iter().map(|line| (line.rate_id, line.rate_percent)).collect();
        let at_the_door = cash_on_delivery_methods.contains(&self.payment_method);
        let email = self.billing.email.as_str();
        let delivery = if self.shipping.is_empty() { &self.billing } else { &self.shipping };
        let fees = sum(self.fee_lines.iter().flat_map(|fee| [fee.total, fee.total_tax]));
        let coupons: Vec<Coupon> = self.coupon_lines.iter().map(CouponLine::read).collect();
        ChannelOrder {
            order_id: self.id.to_string(),
            order_id_2: self.number.clone().filter(|number| *number != self.id.to_string()),
            ordered_at: self.created_at(),
            currency: self.currency.clone(),
            paid: self.is_paid(),
            cancelled: self.is_cancelled(),
            workflow: if at_the_door { Workflow::CashOnDelivery } else { Workflow::Prepayment },
            payment_method: filled(&self.payment_method),
            transaction_id: filled(&self.transaction_id),
            buyer: Buyer { email: filled(email), id: (self.customer_id != 0).then(|| self.customer_id.to_string()), ..Buyer::default() },
            invoice_address: self.billing.read(email),
            delivery_address: delivery.read(email),
            lines: self.line_items.iter().map(|line| line.read(&rates, self.is_cancelled(), decimals)).collect(),
            shipping_charge: sum([self.shipping_total, self.shipping_tax]),
            cash_on_delivery_charge: if at_the_door { fees } else { Decimal::ZERO },
            payment_method_charge: if at_the_door { Decimal::ZERO } else { fees },
            coupon_amount: sum(coupons.iter().map(|coupon| coupon.amount)),
            note: Some(self.customer_note.trim().to_owned()).filter(|note| !note.is_empty()),
            totals: Totals {
                total_amount: Some(self.total),
                shipping_tax_amount: Some(self.shipping_tax).filter(|tax| *tax != Decimal::ZERO),
                taxes: self.taxes(),
                coupons,
                ..Totals::default()
            },
            delivery: Delivery {
                dispatch_type_identifier: self.shipping_lines.iter().find_map(|line| filled(&line.method_title)),
                ..Delivery::default()
            },
            refunds: self.refunds.iter().map(|refund| refund.read(&self.refunds_in_full)).collect(),
            ..ChannelOrder::default()
        }
    }

    /// What is taxed at each rate, discounts taken off.
    fn taxes(&self) -> Vec<TaxShare> {
        let lines = self.line_items.iter().map(|line| (&line.taxes, line.total));
        let charges = self.shipping_lines.iter().chain(&self.fee_lines).map(|charge| (&charge.taxes, charge.total));
        let taxed: Vec<(&Vec<Tax>, Decimal)> = lines.chain(charges).collect();
        let share = |line: &TaxLine| {
            let at = |taxes: &&Vec<Tax>| taxes.iter().any(|tax| tax.id == line.rate_id && tax.total != Decimal::ZERO);
            TaxShare {
                tax_rate: line.rate_percent,
                net_amount: Some(sum(taxed.iter().filter(|(taxes, _)| at(taxes)).map(|(_, net)| *net))),
                tax_amount: sum([line.tax_total, line.shipping_tax_total]),
            }
        };
        self.tax_lines.iter().map(share).collect()
    }
}

impl CouponLine {
    fn read(&self) -> Coupon {
        let amount = sum([self.discount, self.discount_tax]);
        Coupon { code: Some(self.code.clone()), amount, tax_amount: Some(self.discount_tax) }
    }
}

impl RefundLine {
    fn read(&self, in_full: &[Refund]) -> ChannelRefund {
        let whole = in_full.iter().find(|refund| refund.id == self.id);
        ChannelRefund {
            refund_id: self.id.to_string(),
            refunded_at: whole.and_then(|refund| refund.date_created_gmt),
            amount: Decimal(self.total.0.saturating_neg()),
            reason: self.reason.clone().filter(|reason| !reason.is_empty()),
            positions: whole.map(Refund::positions).unwrap_or_default(),
        }
    }
}
