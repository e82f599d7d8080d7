//! Orders as Shopware reports them, read into orders as Kontor knows them. Pure.
//!
//! Lines of an order are articles, vouchers (`promotion`), credits and what plug-ins add. Prices are gross, or net where the customer group
//! shows net prices; the order says which.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::addresses::{Named, PostalAddress, filled};
use super::found::decimal;
use crate::domain::order::{Buyer, ChannelOrder, ChannelRefund, Coupon, Delivery, OrderLine, PriceType, TaxShare, Totals, Workflow};
use crate::domain::{Currency, Decimal};

/// In the custom fields of an order: what Kontor gave back.
pub(super) const REFUNDS: &str = "kontor_refunds";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub id: String,
    order_number: Option<String>,
    pub created_at: DateTime<Utc>,
    order_date_time: Option<DateTime<Utc>>,
    pub price: OrderPrice,
    shipping_costs: Price,
    customer_comment: Option<String>,
    #[serde(default)]
    pub custom_fields: Value,
    currency: Iso,
    pub state_machine_state: State,
    order_customer: Option<Customer>,
    billing_address: Option<PostalAddress>,
    primary_order_delivery_id: Option<String>,
    primary_order_transaction_id: Option<String>,
    #[serde(default, deserialize_with = "some")]
    pub line_items: Vec<Line>,
    #[serde(default, deserialize_with = "some")]
    deliveries: Vec<DeliveryOf>,
    #[serde(default, deserialize_with = "some")]
    transactions: Vec<Transaction>,
    #[serde(default, deserialize_with = "some")]
    pub documents: Vec<Document>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Iso {
    iso_code: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    pub technical_name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderPrice {
    #[serde(deserialize_with = "decimal")]
    pub total_price: Decimal,
    tax_status: String,
    #[serde(default)]
    calculated_taxes: Vec<Tax>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Price {
    #[serde(deserialize_with = "decimal")]
    unit_price: Decimal,
    #[serde(deserialize_with = "decimal")]
    pub total_price: Decimal,
    #[serde(default)]
    calculated_taxes: Vec<Tax>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tax {
    #[serde(deserialize_with = "decimal")]
    tax_rate: Decimal,
    #[serde(deserialize_with = "decimal")]
    tax: Decimal,
    /// What is taxed: with the tax in a gross order.
    #[serde(deserialize_with = "decimal")]
    price: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub id: String,
    parent_id: Option<String>,
    product_id: Option<String>,
    referenced_id: Option<String>,
    label: String,
    pub quantity: i32,
    #[serde(rename = "type")]
    kind: Option<String>,
    price: Option<Price>,
    #[serde(default)]
    payload: Value,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customer {
    email: Option<String>,
    customer_id: Option<String>,
    customer_number: Option<String>,
    vat_ids: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveryOf {
    pub id: String,
    #[serde(default, deserialize_with = "some")]
    pub tracking_codes: Vec<String>,
    #[serde(default)]
    pub custom_fields: Value,
    pub state_machine_state: State,
    shipping_costs: Option<Price>,
    shipping_method: Option<Named>,
    shipping_order_address: Option<PostalAddress>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    pub id: String,
    created_at: Option<DateTime<Utc>>,
    pub state_machine_state: State,
    payment_method: Option<Method>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Method {
    technical_name: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub id: String,
    pub document_number: Option<String>,
    pub document_media_file_id: Option<String>,
    #[serde(default)]
    pub config: Value,
    document_type: Option<DocumentType>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentType {
    technical_name: Option<String>,
}

/// A list that may be missing.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Decimal {
    Decimal(amounts.into_iter().fold(0, |sum, amount| sum.saturating_add(amount.0)))
}

fn negated(amount: Decimal) -> Decimal {
    Decimal(amount.0.saturating_neg())
}

impl Price {
    fn tax(&self) -> Decimal {
        sum(self.calculated_taxes.iter().map(|tax| tax.tax))
    }

    /// `None`: several rates, such as those of a voucher over articles of both.
    fn rate(&self) -> Option<Decimal> {
        match self.calculated_taxes.as_slice() {
            [] => Some(Decimal::ZERO),
            [tax] => Some(tax.tax_rate),
            _ => None,
        }
    }
}

impl Line {
    /// What lies in a package. The parts of an article that a plug-in put together belong to it.
    pub(super) fn is_goods(&self) -> bool {
        self.parent_id.is_none() && !self.is_voucher()
    }

    fn is_voucher(&self) -> bool {
        let below_zero = self.price.as_ref().is_some_and(|price| price.total_price < Decimal::ZERO);
        self.parent_id.is_none() && (below_zero || matches!(self.kind.as_deref(), Some("promotion" | "discount" | "credit")))
    }

    fn read(&self, cancelled: bool) -> OrderLine {
        let sku = self.payload.get("productNumber").and_then(Value::as_str).filter(|sku| !sku.is_empty());
        OrderLine {
            line_id: self.id.clone(),
            sku: sku.map(str::to_owned),
            external_number: self.product_id.clone().or_else(|| self.referenced_id.clone()),
            title: self.label.clone(),
            quantity: self.quantity,
            cancelled: if cancelled { self.quantity } else { 0 },
            unit_price: self.price.as_ref().map_or(Decimal::ZERO, |price| price.unit_price),
            tax_rate: self.price.as_ref().and_then(Price::rate),
            total_amount: self.price.as_ref().map(|price| price.total_price),
            tax_amount: self.price.as_ref().map(Price::tax),
            ..OrderLine::default()
        }
    }

    /// Its amount is of the kind of the order's prices.
    fn voucher(&self, is_gross: bool) -> Coupon {
        let code = self.payload.get("code").and_then(Value::as_str).filter(|code| !code.is_empty());
        let amount = self.price.as_ref().map_or(Decimal::ZERO, |price| price.total_price);
        let tax = self.price.as_ref().map_or(Decimal::ZERO, Price::tax);
        Coupon { code: code.map(str::to_owned), amount: negated(amount), tax_amount: is_gross.then(|| negated(tax)) }
    }
}

impl Order {
    pub(super) fn currency(&self) -> &str {
        &self.currency.iso_code
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.state_machine_state.technical_name == "cancelled"
    }

    /// Tax-free orders have no tax in their prices: either way is right.
    fn is_gross(&self) -> bool {
        self.price.tax_status != "net"
    }

    /// The one with the goods: a plug-in or a voucher on postage may add another one, which costs nothing or less.
    pub(super) fn delivery(&self) -> Option<&DeliveryOf> {
        let primary = self.deliveries.iter().find(|delivery| Some(&delivery.id) == self.primary_order_delivery_id.as_ref());
        let costs = |delivery: &&DeliveryOf| delivery.shipping_costs.as_ref().map_or(0, |price| price.total_price.0);
        primary.or_else(|| self.deliveries.iter().rev().max_by_key(costs))
    }

    /// The payment that counts: the last one that nobody gave up.
    pub(super) fn transaction(&self) -> Option<&Transaction> {
        let primary = self.transactions.iter().find(|payment| Some(&payment.id) == self.primary_order_transaction_id.as_ref());
        let given_up = |payment: &&Transaction| !matches!(payment.state_machine_state.technical_name.as_str(), "cancelled" | "failed");
        let last = || self.transactions.iter().filter(given_up).max_by_key(|payment| payment.created_at);
        primary.or_else(last).or_else(|| self.transactions.iter().max_by_key(|payment| payment.created_at))
    }

    pub(super) fn is_paid(&self) -> bool {
        let state = self.transaction().map(|payment| payment.state_machine_state.technical_name.as_str());
        matches!(state, Some("paid" | "refunded" | "refunded_partially"))
    }

    pub(super) fn refunds(&self) -> Vec<ChannelRefund> {
        let list = self.custom_fields.get(REFUNDS).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let read = |entry: &Value| {
            let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
            let refunded_at = text("date").and_then(|date| date.parse().ok());
            let amount = Decimal::parse(&text("amount")?)?;
            Some(ChannelRefund { refund_id: text("number")?, refunded_at, amount, reason: text("reason"), positions: Vec::new() })
        };
        list.iter().filter_map(read).collect()
    }

    pub(super) fn read(&self, cash_on_delivery_methods: &[String]) -> ChannelOrder {
        let email = self.order_customer.as_ref().and_then(|customer| filled(customer.email.as_ref()));
        let method = self.transaction().and_then(|payment| payment.payment_method.as_ref());
        let technical = method.and_then(|method| filled(method.technical_name.as_ref()));
        let at_the_door = technical.as_ref().is_some_and(|name| cash_on_delivery_methods.contains(name));
        let billing = self.billing_address.clone().unwrap_or_default();
        let delivery = self.delivery();
        let shipping = delivery.and_then(|delivery| delivery.shipping_order_address.as_ref()).unwrap_or(&billing);
        let (cancelled, is_gross) = (self.is_cancelled(), self.is_gross());
        let coupons: Vec<Coupon> = self.line_items.iter().filter(|line| line.is_voucher()).map(|line| line.voucher(is_gross)).collect();
        let customer = self.order_customer.as_ref();
        ChannelOrder {
            order_id: self.id.clone(),
            order_id_2: self.order_number.clone(),
            ordered_at: self.order_date_time.unwrap_or(self.created_at),
            currency: self.currency().to_owned(),
            price_type: if is_gross { PriceType::Gross } else { PriceType::Net },
            paid: self.is_paid(),
            cancelled,
            workflow: if at_the_door { Workflow::CashOnDelivery } else { Workflow::Prepayment },
            payment_method: technical.or_else(|| filled(method?.name.as_ref())),
            buyer: Buyer {
                email: email.clone(),
                id: customer.and_then(|customer| filled(customer.customer_number.as_ref()).or_else(|| customer.customer_id.clone())),
                tax_identification_number: customer.and_then(|customer| filled(customer.vat_ids.as_ref()?.first())),
            },
            invoice_address: billing.read(email.as_ref()),
            delivery_address: shipping.read(email.as_ref()),
            lines: self.line_items.iter().filter(|line| line.is_goods()).map(|line| line.read(cancelled)).collect(),
            shipping_charge: self.shipping_costs.total_price,
            coupon_amount: sum(coupons.iter().map(|coupon| coupon.amount)),
            note: filled(self.customer_comment.as_ref()),
            totals: Totals {
                total_amount: Some(self.price.total_price),
                shipping_tax_rate: self.shipping_costs.rate(),
                shipping_tax_amount: Some(self.shipping_costs.tax()),
                taxes: self.price.calculated_taxes.iter().map(|tax| tax.share(is_gross)).collect(),
                coupons,
                ..Totals::default()
            },
            delivery: Delivery {
                dispatch_type_identifier: delivery.and_then(|of| filled(of.shipping_method.as_ref()?.name.as_ref())),
                ..Delivery::default()
            },
            refunds: self.refunds(),
            ..ChannelOrder::default()
        }
    }

    pub(super) fn decimals(&self) -> u32 {
        Currency::parse(self.currency()).map_or(2, Currency::decimals)
    }
}

impl Tax {
    fn share(&self, is_gross: bool) -> TaxShare {
        let net = if is_gross { sum([self.price, negated(self.tax)]) } else { self.price };
        TaxShare { tax_rate: self.tax_rate, net_amount: Some(net), tax_amount: self.tax }
    }
}

impl Document {
    pub(super) fn number(&self) -> Option<&str> {
        self.document_number.as_deref().or_else(|| self.config.get("documentNumber").and_then(Value::as_str))
    }

    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.document_type.as_ref().is_some_and(|of| of.technical_name.as_deref() == Some(kind))
    }
}
