//! Orders as Vendure reports them, read into orders as Kontor knows them. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de::Error};

use super::MONEY_DECIMALS;
use crate::domain::Decimal;
use crate::domain::order::{
    Address, Buyer, ChannelOrder, ChannelRefund, Coupon, Delivery, LinePieces, OrderLine, TaxShare, Totals, Workflow,
};

/// The fields that `Order` needs, for every query of orders.
pub(crate) const FIELDS: &str = "id code state orderPlacedAt currencyCode totalWithTax
  customer { id title firstName lastName emailAddress phoneNumber }
  shippingAddress { fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber }
  billingAddress { fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber }
  lines { id quantity orderPlacedQuantity unitPriceWithTax linePrice linePriceWithTax taxRate productVariant { id sku name } }
  shippingLines { price priceWithTax shippingMethod { code } } discounts { adjustmentSource amount amountWithTax }
  surcharges { price priceWithTax } taxSummary { taxRate taxBase taxTotal } promotions { id couponCode }
  payments { state method amount transactionId refunds { id createdAt state total reason lines { orderLineId quantity } } }";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    id: String,
    pub code: String,
    state: String,
    /// Missing while the customer has not ordered yet; such orders are not pulled.
    pub order_placed_at: Option<DateTime<Utc>>,
    currency_code: String,
    #[serde(deserialize_with = "money")]
    total_with_tax: Decimal,
    customer: Option<Customer>,
    shipping_address: Option<OrderAddress>,
    billing_address: Option<OrderAddress>,
    lines: Vec<Line>,
    shipping_lines: Vec<ShippingLine>,
    discounts: Vec<Discount>,
    surcharges: Vec<Charge>,
    tax_summary: Vec<TaxSummary>,
    promotions: Vec<Promotion>,
    payments: Option<Vec<Payment>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customer {
    id: String,
    title: Option<String>,
    first_name: String,
    last_name: String,
    email_address: String,
    phone_number: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderAddress {
    full_name: Option<String>,
    company: Option<String>,
    street_line1: Option<String>,
    street_line2: Option<String>,
    city: Option<String>,
    province: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
    phone_number: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    quantity: i32,
    order_placed_quantity: i32,
    #[serde(deserialize_with = "money")]
    unit_price_with_tax: Decimal,
    /// Both before discounts.
    #[serde(deserialize_with = "money")]
    line_price: Decimal,
    #[serde(deserialize_with = "money")]
    line_price_with_tax: Decimal,
    #[serde(deserialize_with = "number")]
    tax_rate: Decimal,
    product_variant: Variant,
}

#[derive(Debug, Deserialize)]
struct Variant {
    id: String,
    sku: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Charge {
    #[serde(deserialize_with = "money")]
    price: Decimal,
    #[serde(deserialize_with = "money")]
    price_with_tax: Decimal,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShippingLine {
    #[serde(flatten)]
    charge: Charge,
    shipping_method: Option<Code>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaxSummary {
    #[serde(deserialize_with = "number")]
    tax_rate: Decimal,
    #[serde(deserialize_with = "money")]
    tax_base: Decimal,
    #[serde(deserialize_with = "money")]
    tax_total: Decimal,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Promotion {
    id: String,
    coupon_code: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refund {
    id: String,
    created_at: DateTime<Utc>,
    state: String,
    #[serde(deserialize_with = "money")]
    total: Decimal,
    reason: Option<String>,
    lines: Vec<RefundLine>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundLine {
    order_line_id: String,
    quantity: i32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Discount {
    adjustment_source: String,
    #[serde(deserialize_with = "money")]
    amount: Decimal,
    #[serde(deserialize_with = "money")]
    amount_with_tax: Decimal,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    state: String,
    method: String,
    #[serde(deserialize_with = "money")]
    amount: Decimal,
    transaction_id: Option<String>,
    refunds: Vec<Refund>,
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    Decimal::parse(&number.to_string()).ok_or_else(|| D::Error::custom(format!("{number} is out of range")))
}

/// Vendure's scalar Money.
fn money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    number(deserializer).map(|units| Decimal(units.0 / 10_i64.pow(MONEY_DECIMALS)))
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    Decimal(amounts.fold(0, |sum, amount| sum.saturating_add(amount.0)))
}

fn less(amount: Decimal, other: Decimal) -> Decimal {
    Decimal(amount.0.saturating_sub(other.0))
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl OrderAddress {
    fn is_empty(&self) -> bool {
        [&self.full_name, &self.company, &self.street_line1, &self.city]
            .iter()
            .all(|text| text.as_deref().unwrap_or_default().trim().is_empty())
    }

    fn read(&self, customer: Option<&Customer>) -> Address {
        let full_name = filled(self.full_name.clone());
        // Vendure keeps one name per address. Where it is that of the customer, the customer's two parts are better
        // than a guess; else the last word is taken for the last name.
        let (first_name, last_name) = match (&full_name, customer) {
            (None, Some(customer)) => (filled(Some(customer.first_name.clone())), filled(Some(customer.last_name.clone()))),
            (Some(name), Some(customer)) if *name == format!("{} {}", customer.first_name, customer.last_name).trim() => {
                (filled(Some(customer.first_name.clone())), filled(Some(customer.last_name.clone())))
            }
            (Some(name), _) => match name.rsplit_once(' ') {
                Some((first, last)) => (filled(Some(first.to_owned())), filled(Some(last.to_owned()))),
                None => (None, Some(name.clone())),
            },
            (None, None) => (None, None),
        };
        let of_customer = customer.filter(|customer| last_name.as_deref() == Some(customer.last_name.trim()));
        Address {
            firm: filled(self.company.clone()),
            title: of_customer.and_then(|customer| filled(customer.title.clone())),
            first_name,
            last_name,
            street: filled(self.street_line1.clone()),
            house_number: None,
            street_addition: filled(self.street_line2.clone()),
            postal_code: filled(self.postal_code.clone()),
            city: filled(self.city.clone()),
            region: filled(self.province.clone()),
            country_code_iso: filled(self.country_code.clone()),
            phone: filled(self.phone_number.clone()).or_else(|| customer.and_then(|customer| filled(customer.phone_number.clone()))),
            email: customer.map(|customer| customer.email_address.clone()),
            ..Address::default()
        }
    }
}

impl Order {
    /// The money is there. While an order is being changed in the shop its state says nothing about that, but the
    /// payments do.
    fn paid(&self) -> bool {
        match self.state.as_str() {
            "PaymentSettled" | "PartiallyShipped" | "Shipped" | "PartiallyDelivered" | "Delivered" => true,
            "Modifying" | "ArrangingAdditionalPayment" => {
                let settled =
                    sum(self.payments.iter().flatten().filter(|payment| payment.state == "Settled").map(|payment| payment.amount));
                settled > Decimal::ZERO && settled >= self.total_with_tax
            }
            _ => false,
        }
    }

    /// `None` for an order that the customer has not placed yet.
    pub(crate) fn read(&self, cash_on_delivery_methods: &[String]) -> Option<ChannelOrder> {
        let ordered_at = self.order_placed_at?;
        let paid = self.paid();
        let cancelled = self.state == "Cancelled";
        let customer = self.customer.as_ref();
        let delivery = self.shipping_address.as_ref().filter(|address| !address.is_empty());
        let invoice = self.billing_address.as_ref().filter(|address| !address.is_empty());
        let read = |address: Option<&OrderAddress>| address.map(|address| address.read(customer)).unwrap_or_default();
        let payments = self.payments.as_deref().unwrap_or_default();
        // Declined and cancelled attempts stay in the list; the last one that counts is the payment of the order.
        let payment = payments.iter().rev().find(|payment| matches!(payment.state.as_str(), "Authorized" | "Settled")).or(payments.last());
        let at_the_door =
            payment.is_some_and(|payment| cash_on_delivery_methods.iter().any(|method| method.eq_ignore_ascii_case(&payment.method)));
        // A cancellation takes pieces off the quantity. An order that is modified later may have more than were placed.
        let quantity = |line: &Line| line.order_placed_quantity.max(line.quantity);
        let lines = self.lines.iter().filter(|line| quantity(line) > 0).map(|line| OrderLine {
            line_id: line.id.clone(),
            sku: Some(line.product_variant.sku.clone()),
            external_number: Some(line.product_variant.id.clone()),
            title: line.product_variant.name.clone(),
            quantity: quantity(line),
            cancelled: if cancelled { quantity(line) } else { quantity(line).saturating_sub(line.quantity) },
            unit_price: line.unit_price_with_tax,
            tax_rate: Some(line.tax_rate),
            total_amount: Some(line.line_price_with_tax),
            tax_amount: Some(less(line.line_price_with_tax, line.line_price)),
            ..OrderLine::default()
        });
        let totals = self.totals();
        Some(ChannelOrder {
            order_id: self.code.clone(),
            order_id_2: Some(self.id.clone()),
            ordered_at,
            currency: self.currency_code.clone(),
            paid,
            cancelled,
            workflow: if at_the_door { Workflow::CashOnDelivery } else { Workflow::Prepayment },
            payment_method: payment.map(|payment| payment.method.clone()),
            transaction_id: payment.and_then(|payment| filled(payment.transaction_id.clone())),
            buyer: Buyer {
                email: customer.map(|customer| customer.email_address.clone()),
                id: customer.map(|customer| customer.id.clone()),
                ..Buyer::default()
            },
            invoice_address: read(invoice.or(delivery)),
            delivery_address: read(delivery.or(invoice)),
            lines: lines.collect(),
            // Before discounts, because those on shipping are in `discounts`, too.
            shipping_charge: sum(self.shipping_lines.iter().map(|line| line.charge.price_with_tax)),
            cash_on_delivery_charge: Decimal::ZERO,
            // Surcharges are meant for such as payment methods (Vendure's own description of the field).
            payment_method_charge: sum(self.charges().map(|charge| charge.price_with_tax)),
            coupon_amount: sum(totals.coupons.iter().map(|coupon| coupon.amount)),
            totals,
            delivery: Delivery { dispatch_type_identifier: self.dispatch_type(), ..Delivery::default() },
            refunds: payments
                .iter()
                .flat_map(|payment| &payment.refunds)
                .filter(|refund| refund.state == "Settled")
                .map(Refund::read)
                .collect(),
            ..ChannelOrder::default()
        })
    }

    fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.surcharges.iter().filter(|charge| charge.price_with_tax >= Decimal::ZERO)
    }

    fn dispatch_type(&self) -> Option<String> {
        self.shipping_lines.iter().find_map(|line| line.shipping_method.as_ref()).map(|method| method.code.clone())
    }

    fn totals(&self) -> Totals {
        let tax = |charges: &mut dyn Iterator<Item = &Charge>| {
            Some(sum(charges.map(|charge| less(charge.price_with_tax, charge.price)))).filter(|tax| *tax != Decimal::ZERO)
        };
        let taxes =
            self.tax_summary.iter().map(|at| TaxShare { tax_rate: at.tax_rate, net_amount: Some(at.tax_base), tax_amount: at.tax_total });
        Totals {
            total_amount: Some(self.total_with_tax),
            shipping_tax_amount: tax(&mut self.shipping_lines.iter().map(|line| &line.charge)),
            payment_method_tax_amount: tax(&mut self.charges()),
            taxes: taxes.collect(),
            coupons: self.coupons(),
            ..Totals::default()
        }
    }

    /// Discounts, each with the code of its promotion, where that has one, and surcharges that lower the total.
    fn coupons(&self) -> Vec<Coupon> {
        let code = |source: &str| {
            let promotion = self.promotions.iter().find(|promotion| source.strip_prefix("PROMOTION:") == Some(&*promotion.id))?;
            filled(promotion.coupon_code.clone())
        };
        // The cancellation of the shipping charge is reported as a discount, but is none.
        let discounts = self.discounts.iter().filter(|discount| discount.adjustment_source != "CANCEL_ORDER");
        let discounts = discounts.map(|discount| (code(&discount.adjustment_source), discount.amount, discount.amount_with_tax));
        let reductions = self.surcharges.iter().filter(|charge| charge.price_with_tax < Decimal::ZERO);
        let reductions = reductions.map(|charge| (None, charge.price, charge.price_with_tax));
        let coupon = |(code, amount, with_tax): (Option<String>, Decimal, Decimal)| Coupon {
            code,
            amount: less(Decimal::ZERO, with_tax),
            tax_amount: Some(less(amount, with_tax)),
        };
        discounts.chain(reductions).map(coupon).collect()
    }
}

impl Refund {
    fn read(&self) -> ChannelRefund {
        let pieces = self.lines.iter().map(|line| LinePieces { line_id: line.order_line_id.clone(), quantity: line.quantity });
        ChannelRefund {
            refund_id: self.id.clone(),
            refunded_at: Some(self.created_at),
            amount: self.total,
            reason: filled(self.reason.clone()),
            positions: pieces.collect(),
        }
    }
}
