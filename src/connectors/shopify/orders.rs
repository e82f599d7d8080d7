//! Orders as Shopify reports them, read into orders as Kontor knows them. Pure. Amounts are in the currency of the shop, not in that in
//! which the buyer paid; whether prices contain the tax says each order.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de::Error};

use super::api::number;
use super::found::Nodes;
use super::shop::PageInfo;
use crate::domain::Decimal;
use crate::domain::order::{
    Address, Buyer, ChannelOrder, ChannelRefund, Coupon, Delivery, LinePieces, OrderLine, PriceType, TaxShare, Totals, Workflow,
};

macro_rules! position {
    () => {
        "fragment Position on LineItem { id sku title variantTitle quantity currentQuantity variant { id }
  originalUnitPriceSet { shopMoney { amount } } taxLines { ratePercentage priceSet { shopMoney { amount } } }
  discountAllocations { allocatedAmountSet { shopMoney { amount } } } }"
    };
}

/// The fields that `Order` needs. `$lines` is a variable of each query that has it.
pub(super) const FIELDS: &str = concat!("fragment Bought on Order { id name createdAt updatedAt cancelledAt displayFinancialStatus taxesIncluded currencyCode
  email phone note paymentGatewayNames discountCodes
  currentTotalPriceSet { shopMoney { amount } }
  currentTaxLines { ratePercentage priceSet { shopMoney { amount } } }
  shippingAddress { ...Place } billingAddress { ...Place }
  shippingLines(first: 5) { nodes { title code originalPriceSet { shopMoney { amount } } discountedPriceSet { shopMoney { amount } }
    taxLines { priceSet { shopMoney { amount } } } } }
  transactions(first: 10) { kind status gateway paymentId }
  refunds(first: 20) { id createdAt note totalRefundedSet { shopMoney { amount } }
    refundLineItems(first: 50) { nodes { quantity restockType lineItem { id } subtotalSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } } } } }
  lineItems(first: $lines) { nodes { ...Position } pageInfo { hasNextPage endCursor } } }
  fragment Place on MailingAddress { firstName lastName company address1 address2 zip city provinceCode countryCodeV2 phone } ", position!());
/// Those of a line.
pub(super) const LINE: &str = position!();

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub id: String,
    name: String,
    created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    cancelled_at: Option<DateTime<Utc>>,
    display_financial_status: Option<String>,
    taxes_included: bool,
    currency_code: String,
    email: Option<String>,
    phone: Option<String>,
    note: Option<String>,
    #[serde(default)]
    payment_gateway_names: Vec<String>,
    #[serde(default)]
    discount_codes: Vec<String>,
    current_total_price_set: Bag,
    #[serde(default)]
    current_tax_lines: Vec<TaxLine>,
    shipping_address: Option<Place>,
    billing_address: Option<Place>,
    shipping_lines: Nodes<ShippingLine>,
    #[serde(default)]
    transactions: Vec<Transaction>,
    #[serde(default)]
    refunds: Vec<Refund>,
    line_items: Lines,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lines {
    nodes: Vec<Line>,
    page_info: PageInfo,
}

/// An amount in the currencies of the shop and of the buyer.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bag {
    pub shop_money: Amount,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Amount {
    #[serde(deserialize_with = "money")]
    pub amount: Decimal,
}

impl Bag {
    pub(super) fn amount(self) -> Decimal {
        self.shop_money.amount
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaxLine {
    #[serde(default, deserialize_with = "rate")]
    rate_percentage: Decimal,
    price_set: Bag,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    first_name: Option<String>,
    last_name: Option<String>,
    company: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
    zip: Option<String>,
    city: Option<String>,
    province_code: Option<String>,
    country_code_v2: Option<String>,
    phone: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShippingLine {
    title: String,
    code: Option<String>,
    original_price_set: Bag,
    discounted_price_set: Bag,
    #[serde(default)]
    tax_lines: Vec<TaxLine>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    kind: String,
    status: String,
    gateway: Option<String>,
    payment_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refund {
    id: String,
    created_at: Option<DateTime<Utc>>,
    note: Option<String>,
    total_refunded_set: Bag,
    refund_line_items: Nodes<RefundLine>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundLine {
    quantity: i32,
    restock_type: String,
    line_item: Id,
    subtotal_set: Bag,
    total_tax_set: Bag,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Id {
    pub id: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    sku: Option<String>,
    title: String,
    variant_title: Option<String>,
    quantity: i32,
    current_quantity: i32,
    variant: Option<Id>,
    original_unit_price_set: Bag,
    #[serde(default)]
    tax_lines: Vec<TaxLine>,
    #[serde(default)]
    discount_allocations: Vec<Allocation>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Allocation {
    allocated_amount_set: Bag,
}

/// Amounts are texts.
fn money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(deserializer)?;
    Decimal::parse(&text).ok_or_else(|| D::Error::custom(format!("{text} is no amount")))
}

/// Rates are numbers, and may be missing.
fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = Option::<serde_json::Number>::deserialize(deserializer)?;
    Ok(number.and_then(|number| Decimal::parse(&number.to_string())).unwrap_or(Decimal::ZERO))
}

pub(super) fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Decimal {
    Decimal(amounts.into_iter().fold(0, |sum, amount| sum.saturating_add(amount.0)))
}

fn less(amount: Decimal, other: Decimal) -> Decimal {
    Decimal(amount.0.saturating_sub(other.0))
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Lines {
    pub(super) fn next(&self) -> Option<String> {
        self.page_info.clone().next()
    }
}

impl Place {
    fn read(&self, email: Option<&String>) -> Address {
        Address {
            firm: filled(self.company.as_ref()),
            first_name: filled(self.first_name.as_ref()),
            last_name: filled(self.last_name.as_ref()),
            street: filled(self.address1.as_ref()),
            street_addition: filled(self.address2.as_ref()),
            postal_code: filled(self.zip.as_ref()),
            city: filled(self.city.as_ref()),
            region: filled(self.province_code.as_ref()),
            country_code_iso: filled(self.country_code_v2.as_ref()),
            phone: filled(self.phone.as_ref()),
            email: filled(email),
            ..Address::default()
        }
    }
}

impl Order {
    /// Where its lines go on that were not read yet.
    pub(super) fn more_lines(&self) -> Option<String> {
        self.line_items.next()
    }

    pub(super) fn add_lines(&mut self, lines: Lines) {
        self.line_items.nodes.extend(lines.nodes);
        self.line_items.page_info = lines.page_info;
    }

    fn paid(&self) -> bool {
        matches!(self.display_financial_status.as_deref(), Some("PAID" | "PARTIALLY_REFUNDED" | "REFUNDED"))
    }

    /// Pieces of refunds of a line, by what became of them.
    fn refunded(&self, line_id: &str, counts: impl Fn(&str) -> bool) -> i32 {
        let lines = self.refunds.iter().flat_map(|refund| &refund.refund_line_items.nodes);
        let of_line = lines.filter(|line| line.line_item.id == line_id && counts(&line.restock_type));
        of_line.fold(0, |sum, line| sum.saturating_add(line.quantity))
    }

    pub(super) fn read(&self, cash_on_delivery_methods: &[String]) -> ChannelOrder {
        let cancelled = self.cancelled_at.is_some();
        let payment = self.payment_gateway_names.last();
        let at_the_door = payment.is_some_and(|name| cash_on_delivery_methods.iter().any(|method| method.eq_ignore_ascii_case(name)));
        let delivery = self.shipping_address.as_ref().or(self.billing_address.as_ref());
        let invoice = self.billing_address.as_ref().or(self.shipping_address.as_ref());
        let email = self.email.as_ref();
        let read = |place: Option<&Place>| {
            place.map_or_else(
                || Address { email: filled(email), phone: filled(self.phone.as_ref()), ..Address::default() },
                |place| place.read(email),
            )
        };
        let shipping = &self.shipping_lines.nodes;
        let coupons = self.coupons();
        let taken = self
            .transactions
            .iter()
            .rfind(|one| one.status == "SUCCESS" && matches!(one.kind.as_str(), "SALE" | "CAPTURE" | "AUTHORIZATION"));
        ChannelOrder {
            order_id: number(&self.id).to_owned(),
            order_id_2: Some(self.name.clone()),
            ordered_at: self.created_at,
            currency: self.currency_code.clone(),
            paid: self.paid(),
            cancelled,
            workflow: if at_the_door { Workflow::CashOnDelivery } else { Workflow::Prepayment },
            payment_method: payment.cloned().or_else(|| taken.and_then(|one| one.gateway.clone())),
            transaction_id: taken.and_then(|one| filled(one.payment_id.as_ref())),
            buyer: Buyer { email: filled(email), ..Buyer::default() },
            invoice_address: read(invoice),
            delivery_address: read(delivery),
            lines: self.line_items.nodes.iter().map(|line| self.line(line, cancelled)).collect(),
            // Before discounts, which are in the coupons.
            shipping_charge: sum(shipping.iter().map(|line| line.original_price_set.amount())),
            coupon_amount: sum(coupons.iter().map(|coupon| coupon.amount)),
            note: filled(self.note.as_ref()),
            price_type: if self.taxes_included { PriceType::Gross } else { PriceType::Net },
            totals: self.totals(coupons),
            delivery: Delivery {
                dispatch_type_identifier: shipping.first().map(|line| line.code.clone().unwrap_or_else(|| line.title.clone())),
                ..Delivery::default()
            },
            refunds: self.refunds.iter().filter(|refund| refund.total_refunded_set.amount() > Decimal::ZERO).map(Refund::read).collect(),
            ..ChannelOrder::default()
        }
    }

    fn line(&self, line: &Line, cancelled: bool) -> OrderLine {
        // Pieces leave a line by a refund, whatever it is for, or when the merchant edits the order.
        let refunded = self.refunded(&line.id, |kind| kind != "CANCEL");
        let gone = line.quantity.saturating_sub(line.current_quantity).saturating_sub(refunded).max(0);
        let title = line.variant_title.as_ref().filter(|title| !title.is_empty() && *title != "Default Title");
        let tax = sum(line.tax_lines.iter().map(|tax| tax.price_set.amount()));
        let total = line.original_unit_price_set.amount().checked_mul_whole(line.quantity);
        OrderLine {
            line_id: number(&line.id).to_owned(),
            sku: filled(line.sku.as_ref()),
            external_number: line.variant.as_ref().map(|variant| number(&variant.id).to_owned()),
            title: title.map_or_else(|| line.title.clone(), |title| format!("{} {title}", line.title)),
            quantity: line.quantity,
            cancelled: if cancelled { line.quantity } else { gone },
            returned: self.refunded(&line.id, |kind| kind == "RETURN"),
            unit_price: line.original_unit_price_set.amount(),
            tax_rate: Some(sum(line.tax_lines.iter().map(|tax| tax.rate_percentage))),
            total_amount: total,
            // That of a line with discounts is the tax on what is left of it.
            tax_amount: line.discount_allocations.is_empty().then_some(tax),
        }
    }

    /// All discounts: those that the shop spread over the lines, and those on shipping.
    fn coupons(&self) -> Vec<Coupon> {
        let lines = self.line_items.nodes.iter().flat_map(|line| &line.discount_allocations).map(|one| one.allocated_amount_set.amount());
        let shipping =
            self.shipping_lines.nodes.iter().map(|line| less(line.original_price_set.amount(), line.discounted_price_set.amount()));
        let amount = sum(lines.chain(shipping));
        let code = Some(self.discount_codes.join(", ")).filter(|codes| !codes.is_empty());
        if amount == Decimal::ZERO { Vec::new() } else { vec![Coupon { code, amount, tax_amount: None }] }
    }

    fn totals(&self, coupons: Vec<Coupon>) -> Totals {
        let mut taxes: BTreeMap<Decimal, Decimal> = BTreeMap::new();
        for line in &self.current_tax_lines {
            let at = taxes.entry(line.rate_percentage).or_insert(Decimal::ZERO);
            *at = sum([*at, line.price_set.amount()]);
        }
        let shipping_tax = sum(self.shipping_lines.nodes.iter().flat_map(|line| &line.tax_lines).map(|tax| tax.price_set.amount()));
        // What was paid back is off the shop's current total, but was bought all the same.
        let lines = self.refunds.iter().flat_map(|refund| &refund.refund_line_items.nodes);
        let bought = lines.filter(|line| line.restock_type != "CANCEL").map(|line| {
            let tax = if self.taxes_included { Decimal::ZERO } else { line.total_tax_set.amount() };
            sum([line.subtotal_set.amount(), tax])
        });
        Totals {
            total_amount: Some(sum(bought.chain([self.current_total_price_set.amount()]))),
            shipping_tax_amount: Some(shipping_tax).filter(|tax| *tax != Decimal::ZERO),
            taxes: taxes.into_iter().map(|(tax_rate, tax_amount)| TaxShare { tax_rate, net_amount: None, tax_amount }).collect(),
            coupons,
            ..Totals::default()
        }
    }
}

impl Refund {
    fn read(&self) -> ChannelRefund {
        let pieces = |line: &RefundLine| LinePieces { line_id: number(&line.line_item.id).to_owned(), quantity: line.quantity };
        ChannelRefund {
            refund_id: number(&self.id).to_owned(),
            refunded_at: self.created_at,
            amount: self.total_refunded_set.amount(),
            reason: filled(self.note.as_ref()),
            positions: self.refund_line_items.nodes.iter().filter(|line| line.restock_type != "CANCEL").map(pieces).collect(),
        }
    }
}
