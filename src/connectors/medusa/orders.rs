//! Orders as Medusa reports them, read into orders as Kontor knows them. Pure.

mod totals;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Number;

use super::found::{amount, list};
use crate::domain::order::{Address, Buyer, ChannelOrder, ChannelRefund, Delivery, OrderLine, Workflow};
use crate::domain::{Currency, Decimal};

/// The fields that [`Order`] needs.
pub(super) const FIELDS: &str = "id,display_id,status,version,created_at,updated_at,email,currency_code,total,customer_id,\
    *shipping_address,*billing_address,*items,*items.detail,items.tax_lines.rate,items.adjustments.code,items.adjustments.*,\
    *shipping_methods,shipping_methods.tax_lines.rate,shipping_methods.adjustments.*,\
    payment_collections.amount,payment_collections.created_at,payment_collections.payments.*,payment_collections.payments.refunds.*,payment_collections.payments.captures.amount,\
    credit_lines.amount,credit_lines.reference";
/// The reference of credit lines that stand for refunds: they lower the order's total, but not what the buyer owed.
const REFUND: &str = "payment_collection";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Order {
    pub id: String,
    display_id: Option<Number>,
    pub status: String,
    #[serde(default)]
    pub version: u32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    email: Option<String>,
    currency_code: String,
    #[serde(deserialize_with = "money")]
    total: Decimal,
    customer_id: Option<String>,
    shipping_address: Option<OrderAddress>,
    billing_address: Option<OrderAddress>,
    #[serde(default, deserialize_with = "list")]
    pub items: Vec<Item>,
    #[serde(default, deserialize_with = "list")]
    shipping_methods: Vec<ShippingMethod>,
    #[serde(default, deserialize_with = "list")]
    payment_collections: Vec<Collection>,
    #[serde(default, deserialize_with = "list")]
    credit_lines: Vec<CreditLine>,
}

#[derive(Debug, Clone, Deserialize)]
struct OrderAddress {
    first_name: Option<String>,
    last_name: Option<String>,
    company: Option<String>,
    address_1: Option<String>,
    address_2: Option<String>,
    city: Option<String>,
    province: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
    phone: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub id: String,
    variant_id: Option<String>,
    variant_sku: Option<String>,
    variant_title: Option<String>,
    product_title: Option<String>,
    title: Option<String>,
    #[serde(deserialize_with = "pieces")]
    pub quantity: i32,
    #[serde(deserialize_with = "money")]
    unit_price: Decimal,
    #[serde(default)]
    is_tax_inclusive: bool,
    /// Both before discounts.
    #[serde(deserialize_with = "money")]
    original_total: Decimal,
    #[serde(deserialize_with = "money")]
    original_tax_total: Decimal,
    #[serde(deserialize_with = "money")]
    total: Decimal,
    #[serde(deserialize_with = "money")]
    tax_total: Decimal,
    #[serde(default, deserialize_with = "list")]
    tax_lines: Vec<TaxLine>,
    #[serde(default, deserialize_with = "list")]
    adjustments: Vec<Adjustment>,
    detail: Option<Detail>,
}

#[derive(Debug, Clone, Deserialize)]
struct Detail {
    #[serde(default, deserialize_with = "pieces")]
    return_received_quantity: i32,
}

#[derive(Debug, Clone, Deserialize)]
struct TaxLine {
    #[serde(deserialize_with = "money")]
    rate: Decimal,
}

/// A discount, with its tax in the total and without in the subtotal.
#[derive(Debug, Clone, Deserialize)]
struct Adjustment {
    code: Option<String>,
    #[serde(deserialize_with = "money")]
    total: Decimal,
    #[serde(deserialize_with = "money")]
    subtotal: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
struct ShippingMethod {
    name: Option<String>,
    #[serde(deserialize_with = "money")]
    original_total: Decimal,
    #[serde(deserialize_with = "money")]
    original_tax_total: Decimal,
    #[serde(deserialize_with = "money")]
    total: Decimal,
    #[serde(deserialize_with = "money")]
    tax_total: Decimal,
    #[serde(default, deserialize_with = "list")]
    tax_lines: Vec<TaxLine>,
    #[serde(default, deserialize_with = "list")]
    adjustments: Vec<Adjustment>,
}

#[derive(Debug, Clone, Deserialize)]
struct Collection {
    #[serde(deserialize_with = "money")]
    amount: Decimal,
    created_at: DateTime<Utc>,
    #[serde(default, deserialize_with = "list")]
    payments: Vec<Payment>,
}

#[derive(Debug, Clone, Deserialize)]
struct Payment {
    id: String,
    provider_id: String,
    canceled_at: Option<DateTime<Utc>>,
    #[serde(default)]
    data: serde_json::Value,
    #[serde(default, deserialize_with = "list")]
    captures: Vec<Capture>,
    #[serde(default, deserialize_with = "list")]
    refunds: Vec<Refund>,
}

#[derive(Debug, Clone, Deserialize)]
struct Capture {
    #[serde(deserialize_with = "money")]
    amount: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
struct Refund {
    id: String,
    created_at: DateTime<Utc>,
    #[serde(deserialize_with = "money")]
    amount: Decimal,
    note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct CreditLine {
    #[serde(deserialize_with = "money")]
    amount: Decimal,
    reference: Option<String>,
}

/// To four places, as Kontor counts. Medusa adds floating point numbers up: 4.8999999999999995 is 4.90.
fn money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = Number::deserialize(deserializer)?;
    amount(&number).ok_or_else(|| D::Error::custom(format!("{number} is out of range")))
}

fn pieces<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let whole = super::found::whole(deserializer)?;
    i32::try_from(whole).map_err(|_| D::Error::custom(format!("{whole} is out of range")))
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    Decimal(amounts.fold(0, |sum, amount| sum.saturating_add(amount.0)))
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn rate(lines: &[TaxLine]) -> Decimal {
    sum(lines.iter().map(|line| line.rate))
}

impl OrderAddress {
    fn read(&self, email: Option<&String>) -> Address {
        Address {
            firm: filled(self.company.as_ref()),
            first_name: filled(self.first_name.as_ref()),
            last_name: filled(self.last_name.as_ref()),
            street: filled(self.address_1.as_ref()),
            street_addition: filled(self.address_2.as_ref()),
            postal_code: filled(self.postal_code.as_ref()),
            city: filled(self.city.as_ref()),
            region: filled(self.province.as_ref()),
            country_code_iso: filled(self.country_code.as_ref()).map(|code| code.to_uppercase()),
            phone: filled(self.phone.as_ref()),
            email: email.cloned(),
            ..Address::default()
        }
    }
}

impl Item {
    /// With tax, per piece. A shop with net prices says only what all pieces cost with it.
    fn unit_price(&self) -> Decimal {
        if self.is_tax_inclusive || self.quantity == 0 {
            return self.unit_price;
        }
        Decimal(self.original_total.0 / i64::from(self.quantity))
    }

    /// A line of which so many pieces were ordered and so many are left.
    fn read(&self, ordered: i32, left: i32, cancelled: bool) -> OrderLine {
        // The sums are those of the pieces that `self` has.
        let gone = left == 0 && !cancelled;
        let (total, tax) = if gone { (Decimal::ZERO, Decimal::ZERO) } else { (self.original_total, self.original_tax_total) };
        let names = [&self.variant_title, &self.title, &self.product_title];
        OrderLine {
            line_id: self.id.clone(),
            sku: filled(self.variant_sku.as_ref()),
            external_number: self.variant_id.clone(),
            title: names.into_iter().find_map(|name| filled(name.as_ref())).unwrap_or_default(),
            quantity: ordered,
            cancelled: if cancelled { ordered } else { ordered.saturating_sub(left) },
            returned: self.detail.as_ref().map_or(0, |detail| detail.return_received_quantity),
            unit_price: self.unit_price(),
            tax_rate: Some(rate(&self.tax_lines)),
            total_amount: Some(total),
            tax_amount: Some(tax),
        }
    }
}

impl Order {
    /// A draft that nobody has placed yet.
    pub(super) fn is_draft(&self) -> bool {
        self.status == "draft"
    }

    fn decimals(&self) -> u32 {
        Currency::parse(&self.currency_code.to_uppercase()).map_or(2, Currency::decimals)
    }

    fn cancelled(&self) -> bool {
        self.status == "canceled"
    }

    fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payment_collections.iter().flat_map(|collection| &collection.payments)
    }

    /// What the buyer owes, whatever went back since.
    fn owed(&self) -> Decimal {
        let refunded = self.credit_lines.iter().filter(|line| line.reference.as_deref() == Some(REFUND)).map(|line| line.amount);
        Decimal(self.total.0.saturating_add(sum(refunded).0))
    }

    /// What the buyer owes is what he owed when he placed the order, so its lines are those of today: then there is no need to ask for
    /// its first version. (Only edits that make up for each other to the cent are taken for none.)
    pub(super) fn owes_the_same(&self) -> bool {
        let first = self.payment_collections.iter().min_by_key(|collection| collection.created_at);
        let same = first.is_some_and(|first| first.amount.rounded(self.decimals()) == self.owed().rounded(self.decimals()));
        self.version <= 1 || same
    }

    fn paid(&self) -> bool {
        let captured = sum(self.payments().flat_map(|payment| &payment.captures).map(|capture| capture.amount));
        captured > Decimal::ZERO && captured >= self.owed().rounded(self.decimals())
    }

    /// The lines: those that were placed with what is left of them, and those that came later. A line of which everything was
    /// cancelled is missing in the order of today.
    fn lines(&self, placed: &[Item]) -> Vec<OrderLine> {
        let now = |id: &str| self.items.iter().find(|item| item.id == id);
        let cancelled = self.cancelled();
        let mut lines: Vec<OrderLine> = Vec::new();
        for item in placed {
            let line = match now(&item.id) {
                Some(today) => today.read(item.quantity.max(today.quantity), today.quantity, cancelled),
                None => item.read(item.quantity, 0, cancelled),
            };
            lines.push(line);
        }
        let later = self.items.iter().filter(|item| placed.iter().all(|known| known.id != item.id));
        lines.extend(later.map(|item| item.read(item.quantity, item.quantity, cancelled)));
        lines
    }

    /// `placed`: the lines of the order's first version.
    pub(super) fn read(&self, placed: &[Item], cash_on_delivery_providers: &[String]) -> ChannelOrder {
        let lines = self.lines(placed);
        let gone = !lines.is_empty() && lines.iter().all(|line| line.cancelled >= line.quantity);
        let payment = self.payments().filter(|payment| payment.canceled_at.is_none()).last().or(self.payments().last());
        let at_the_door =
            payment.is_some_and(|payment| cash_on_delivery_providers.iter().any(|id| id.eq_ignore_ascii_case(&payment.provider_id)));
        let email = self.email.as_ref();
        let (delivery, invoice) = (self.shipping_address.as_ref(), self.billing_address.as_ref());
        let read = |address: Option<&OrderAddress>| address.map(|address| address.read(email)).unwrap_or_default();
        let totals = self.totals();
        ChannelOrder {
            order_id: self.id.clone(),
            order_id_2: self.display_id.as_ref().map(Number::to_string),
            ordered_at: self.created_at,
            currency: self.currency_code.to_uppercase(),
            paid: self.paid(),
            cancelled: self.cancelled() || gone,
            workflow: if at_the_door { Workflow::CashOnDelivery } else { Workflow::Prepayment },
            payment_method: payment.map(|payment| payment.provider_id.clone()),
            transaction_id: payment.map(Payment::transaction_id),
            buyer: Buyer { email: email.cloned(), id: self.customer_id.clone(), ..Buyer::default() },
            invoice_address: read(invoice.or(delivery)),
            delivery_address: read(delivery.or(invoice)),
            lines,
            // Before discounts, because those on shipping are among the coupons, too.
            shipping_charge: sum(self.shipping_methods.iter().map(|method| method.original_total)),
            coupon_amount: sum(totals.coupons.iter().map(|coupon| coupon.amount)),
            totals,
            delivery: Delivery { dispatch_type_identifier: self.dispatch_type(), ..Delivery::default() },
            refunds: self.payments().flat_map(|payment| &payment.refunds).map(Refund::read).collect(),
            ..ChannelOrder::default()
        }
    }

    fn dispatch_type(&self) -> Option<String> {
        self.shipping_methods.iter().find_map(|method| filled(method.name.as_ref()))
    }
}

impl Payment {
    /// That of the provider where it has one, such as Stripe's `pi_…`.
    fn transaction_id(&self) -> String {
        self.data.get("id").and_then(serde_json::Value::as_str).unwrap_or(&self.id).to_owned()
    }
}

impl Refund {
    fn read(&self) -> ChannelRefund {
        ChannelRefund {
            refund_id: self.id.clone(),
            refunded_at: Some(self.created_at),
            amount: self.amount,
            reason: filled(self.note.as_ref()),
            positions: Vec::new(),
        }
    }
}
