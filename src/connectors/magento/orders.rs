//! Orders as Magento reports them, read into orders as Kontor knows them. Pure.
//!
//! Amounts with tax are taken from the shop's own. What it says without tax is wrong for lines with a coupon in a shop with gross prices
//! (seen with 2.4.7). A line of a configurable product is followed by one of its child, which has no price.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use super::api::list;
use crate::domain::order::{Address, Buyer, ChannelOrder, ChannelRefund, Coupon, Delivery, OrderLine, TaxShare, Totals, Workflow};
use crate::domain::{Currency, Decimal};

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Order {
    pub entity_id: i64,
    #[serde(default)]
    increment_id: Option<String>,
    pub state: String,
    #[serde(rename = "order_currency_code")]
    pub currency: String,
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime<Utc>,
    #[serde(deserialize_with = "time")]
    pub updated_at: DateTime<Utc>,
    #[serde(default, deserialize_with = "money")]
    pub grand_total: Decimal,
    #[serde(default, deserialize_with = "money")]
    pub total_paid: Decimal,
    #[serde(default, deserialize_with = "money")]
    pub total_refunded: Decimal,
    #[serde(default, deserialize_with = "money")]
    shipping_amount: Decimal,
    #[serde(default, deserialize_with = "money")]
    shipping_incl_tax: Decimal,
    #[serde(default, deserialize_with = "money")]
    shipping_tax_amount: Decimal,
    #[serde(default, deserialize_with = "money")]
    shipping_discount_amount: Decimal,
    #[serde(default)]
    shipping_description: Option<String>,
    #[serde(default)]
    coupon_code: Option<String>,
    #[serde(default)]
    customer_id: Option<i64>,
    #[serde(default)]
    customer_email: Option<String>,
    #[serde(default)]
    customer_taxvat: Option<String>,
    #[serde(default)]
    customer_note: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub items: Vec<Line>,
    #[serde(default)]
    billing_address: Option<Contact>,
    #[serde(default)]
    payment: Option<Payment>,
    #[serde(default)]
    extension_attributes: Extension,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Contact {
    firstname: Option<String>,
    middlename: Option<String>,
    lastname: Option<String>,
    company: Option<String>,
    #[serde(deserialize_with = "list")]
    street: Vec<String>,
    postcode: Option<String>,
    city: Option<String>,
    region: Option<String>,
    country_id: Option<String>,
    telephone: Option<String>,
    fax: Option<String>,
    email: Option<String>,
    vat_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Payment {
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    last_trans_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Line {
    pub item_id: i64,
    #[serde(default)]
    parent_item_id: Option<i64>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    product_id: Option<i64>,
    #[serde(default)]
    pub sku: Option<String>,
    #[serde(default, deserialize_with = "pieces")]
    pub qty_ordered: i32,
    #[serde(default, deserialize_with = "pieces")]
    qty_canceled: i32,
    #[serde(default, deserialize_with = "pieces")]
    pub qty_shipped: i32,
    #[serde(default, deserialize_with = "pieces")]
    pub qty_refunded: i32,
    #[serde(default, deserialize_with = "money")]
    price_incl_tax: Decimal,
    #[serde(default, deserialize_with = "money")]
    row_total_incl_tax: Decimal,
    #[serde(default, deserialize_with = "money")]
    discount_amount: Decimal,
    #[serde(default, deserialize_with = "money")]
    discount_tax_compensation_amount: Decimal,
    #[serde(default, deserialize_with = "money")]
    tax_amount: Decimal,
    #[serde(default, deserialize_with = "money")]
    tax_percent: Decimal,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Extension {
    #[serde(deserialize_with = "list")]
    shipping_assignments: Vec<Assignment>,
    #[serde(deserialize_with = "list")]
    applied_taxes: Vec<Tax>,
    #[serde(deserialize_with = "list")]
    item_applied_taxes: Vec<ItemTax>,
}

#[derive(Debug, Clone, Deserialize)]
struct Assignment {
    #[serde(default)]
    shipping: Shipping,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Shipping {
    address: Option<Contact>,
}

#[derive(Debug, Clone, Deserialize)]
struct Tax {
    #[serde(default, deserialize_with = "money")]
    percent: Decimal,
    #[serde(default, deserialize_with = "money")]
    amount: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
struct ItemTax {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default, deserialize_with = "list")]
    applied_taxes: Vec<Tax>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CreditMemo {
    pub entity_id: i64,
    pub order_id: i64,
    #[serde(deserialize_with = "time")]
    created_at: DateTime<Utc>,
    #[serde(deserialize_with = "money")]
    pub grand_total: Decimal,
    #[serde(default, deserialize_with = "list")]
    pub comments: Vec<Comment>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Comment {
    #[serde(default)]
    pub comment: Option<String>,
}

/// A number, or a text with one.
fn money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(Decimal::ZERO),
        Value::String(text) if text.is_empty() => return Ok(Decimal::ZERO),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        other => return Err(D::Error::custom(format!("{other} is no amount"))),
    };
    Decimal::parse(&text).ok_or_else(|| D::Error::custom(format!("{text} is no amount")))
}

/// Products can be sold by weight; a part of a piece cannot be sold here.
pub(super) fn pieces<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let pieces = money(deserializer)?;
    i32::try_from(pieces.0.div_euclid(Decimal::ONE)).map_err(D::Error::custom)
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").map(|time| time.and_utc()).map_err(D::Error::custom)
}

fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Decimal {
    Decimal(amounts.into_iter().fold(0, |sum, amount| sum.saturating_add(amount.0)))
}

fn less(one: Decimal, other: Decimal) -> Decimal {
    Decimal(one.0.saturating_sub(other.0))
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Contact {
    fn read(&self, email: Option<&String>) -> Address {
        let mut street = self.street.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let first_line = street.next().map(str::to_owned);
        let rest: Vec<&str> = street.collect();
        let names: Vec<String> = [&self.firstname, &self.middlename].into_iter().filter_map(|name| filled(name.as_ref())).collect();
        Address {
            firm: filled(self.company.as_ref()),
            first_name: Some(names.join(" ")).filter(|names| !names.is_empty()),
            last_name: filled(self.lastname.as_ref()),
            street: first_line,
            street_addition: Some(rest.join(", ")).filter(|rest| !rest.is_empty()),
            postal_code: filled(self.postcode.as_ref()),
            city: filled(self.city.as_ref()),
            region: filled(self.region.as_ref()),
            country_code_iso: filled(self.country_id.as_ref()),
            phone: filled(self.telephone.as_ref()),
            fax: filled(self.fax.as_ref()),
            email: filled(self.email.as_ref()).or_else(|| filled(email)),
            ..Address::default()
        }
    }
}

impl Line {
    /// The shop takes a discount off with or without the tax of it, as its prices are: only the former has a share of tax hidden in it.
    fn discount(&self, decimals: u32) -> Decimal {
        if self.discount_tax_compensation_amount != Decimal::ZERO || self.discount_amount == Decimal::ZERO {
            return self.discount_amount;
        }
        let tax = i128::from(self.discount_amount.0) * i128::from(self.tax_percent.0) / (100 * i128::from(Decimal::ONE));
        sum([self.discount_amount, Decimal(i64::try_from(tax).unwrap_or_default()).rounded(decimals)])
    }

    /// With tax, before discounts.
    fn gross(&self, decimals: u32) -> Decimal {
        sum([self.row_total_incl_tax, self.discount(decimals)])
    }

    fn tax(&self, decimals: u32) -> Decimal {
        let hidden = match self.discount_tax_compensation_amount {
            Decimal::ZERO => less(self.discount(decimals), self.discount_amount),
            hidden => hidden,
        };
        sum([self.tax_amount, hidden])
    }

    /// Pieces that can still leave.
    pub(super) fn open(&self) -> i32 {
        // What was given back may have been shipped before.
        self.qty_ordered.saturating_sub(self.qty_canceled).saturating_sub(self.qty_shipped.max(self.qty_refunded)).max(0)
    }

    fn read(&self, child: Option<&Line>, decimals: u32) -> OrderLine {
        let article = child.unwrap_or(self);
        OrderLine {
            line_id: self.item_id.to_string(),
            sku: filled(article.sku.as_ref()),
            external_number: article.product_id.map(|id| id.to_string()),
            title: article.name.clone(),
            quantity: self.qty_ordered,
            cancelled: self.qty_canceled,
            unit_price: self.price_incl_tax,
            tax_rate: Some(self.tax_percent),
            total_amount: Some(self.gross(decimals)),
            tax_amount: Some(self.tax(decimals)),
            ..OrderLine::default()
        }
    }
}

impl Order {
    /// Lines that somebody bought.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.items.iter().filter(|line| line.parent_item_id.is_none())
    }

    fn decimals(&self) -> u32 {
        Currency::parse(&self.currency).map_or(2, Currency::decimals)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.state == "canceled"
    }

    /// Everything is invoiced.
    pub(super) fn is_paid(&self) -> bool {
        self.total_paid >= self.grand_total
    }

    pub(super) fn has_refunds(&self) -> bool {
        self.total_refunded > Decimal::ZERO
    }

    pub(super) fn read(&self, memos: &[CreditMemo], cash_on_delivery_methods: &[String]) -> ChannelOrder {
        let decimals = self.decimals();
        let billing = self.billing_address.clone().unwrap_or_default();
        let delivery = self.extension_attributes.shipping_assignments.first().and_then(|assignment| assignment.shipping.address.clone());
        let method = self.payment.as_ref().and_then(|payment| filled(payment.method.as_ref()));
        let at_the_door = method.as_ref().is_some_and(|method| cash_on_delivery_methods.contains(method));
        let coupon = self.coupon(decimals);
        let child = |line: &Line| self.items.iter().find(|other| other.parent_item_id == Some(line.item_id));
        let is_configurable = |line: &Line| self.items.iter().filter(|other| other.parent_item_id == Some(line.item_id)).count() == 1;
        ChannelOrder {
            order_id: self.entity_id.to_string(),
            order_id_2: filled(self.increment_id.as_ref()),
            ordered_at: self.created_at,
            currency: self.currency.clone(),
            paid: self.is_paid(),
            cancelled: self.is_cancelled(),
            workflow: if at_the_door { Workflow::CashOnDelivery } else { Workflow::Prepayment },
            payment_method: method,
            transaction_id: self.payment.as_ref().and_then(|payment| filled(payment.last_trans_id.as_ref())),
            buyer: Buyer {
                email: filled(self.customer_email.as_ref()),
                id: self.customer_id.map(|id| id.to_string()),
                tax_identification_number: filled(billing.vat_id.as_ref()).or_else(|| filled(self.customer_taxvat.as_ref())),
            },
            invoice_address: billing.read(self.customer_email.as_ref()),
            delivery_address: delivery.unwrap_or(billing).read(self.customer_email.as_ref()),
            // A bundle stays one line.
            lines: self.lines().map(|line| line.read(child(line).filter(|_| is_configurable(line)), decimals)).collect(),
            shipping_charge: self.shipping_incl_tax,
            coupon_amount: coupon,
            note: filled(self.customer_note.as_ref()),
            totals: self.totals(coupon, decimals),
            delivery: Delivery { dispatch_type_identifier: filled(self.shipping_description.as_ref()), ..Delivery::default() },
            refunds: memos.iter().map(CreditMemo::read).collect(),
            ..ChannelOrder::default()
        }
    }

    /// With tax, as far as lines and shipping say.
    fn coupon(&self, decimals: u32) -> Decimal {
        sum(self.lines().map(|line| line.discount(decimals)).chain([self.shipping_discount_amount]))
    }

    fn totals(&self, coupon: Decimal, decimals: u32) -> Totals {
        let hidden = sum(self.lines().map(|line| less(line.tax(decimals), line.tax_amount)));
        let coupons = (coupon != Decimal::ZERO).then(|| Coupon {
            code: filled(self.coupon_code.as_ref()),
            amount: coupon,
            tax_amount: (self.shipping_discount_amount == Decimal::ZERO).then_some(hidden),
        });
        Totals {
            total_amount: Some(self.grand_total),
            shipping_tax_rate: self.shipping_rate(),
            shipping_tax_amount: Some(self.shipping_tax_amount).filter(|tax| *tax != Decimal::ZERO),
            taxes: self.extension_attributes.applied_taxes.iter().map(|tax| self.share(tax)).collect(),
            coupons: coupons.into_iter().collect(),
            ..Totals::default()
        }
    }

    fn shipping_rate(&self) -> Option<Decimal> {
        let taxes = self.extension_attributes.item_applied_taxes.iter().find(|taxes| taxes.kind == "shipping")?;
        taxes.applied_taxes.first().map(|tax| tax.percent)
    }

    fn share(&self, tax: &Tax) -> TaxShare {
        let lines = self.lines().filter(|line| line.tax_percent == tax.percent);
        let lines = lines.map(|line| less(line.row_total_incl_tax, line.tax_amount));
        let shipping = (self.shipping_rate() == Some(tax.percent)).then_some(self.shipping_amount);
        TaxShare { tax_rate: tax.percent, net_amount: Some(sum(lines.chain(shipping))), tax_amount: tax.amount }
    }
}

impl CreditMemo {
    fn read(&self) -> ChannelRefund {
        ChannelRefund {
            refund_id: self.entity_id.to_string(),
            refunded_at: Some(self.created_at),
            amount: self.grand_total,
            reason: self.comments.iter().find_map(|comment| filled(comment.comment.as_ref())),
            positions: Vec::new(),
        }
    }
}
