//! OrderImport: orders as the platform delivers them (`platform-order-xml.md` 1). One bad order does not hold up the others.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::addresses::address;
use super::fields::{Fault, Fields};
use crate::domain::order::{Buyer, ChannelOrder, ChannelRefund, Delivery, LinePieces, OrderLine, PriceType, Totals, Workflow};
use crate::domain::{Currency, Decimal, Reader};
use crate::xml::{Document, Limits, Node};

const LIMITS: Limits = Limits { depth: 16, attributes: 16, name_bytes: 256, elements: 2_000_000, entries: usize::MAX };
/// Positions of one order.
const MOST_LINES: usize = 1000;

/// The fields by which an order can be recognised, with their longest values.
pub(crate) const KEYS: [(&str, usize); 6] = [
    ("marketplace_order_id_1", 50),
    ("marketplace_order_id_2", 50),
    ("external_order_number_1", 100),
    ("external_order_number_2", 100),
    ("transaction_id_1", 70),
    ("transaction_id_2", 70),
];

/// The values of [`KEYS`], in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Keys([Option<String>; KEYS.len()]);

impl Keys {
    pub(crate) fn get(&self, name: &str) -> Option<&String> {
        let at = KEYS.iter().position(|(key, _)| *key == name)?;
        self.0.get(at)?.as_ref()
    }
}

/// How an account reads its orders.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// One of [`KEYS`]: the number of the order.
    pub key: &'static str,
    /// Of orders that name none.
    pub currency: Option<Currency>,
    /// Payment methods that the carrier collects.
    pub cash_on_delivery: Vec<String>,
}

/// An order with everything by which the platform may know it.
#[derive(Debug, Clone)]
pub(crate) struct ImportedOrder {
    pub keys: Keys,
    pub order: ChannelOrder,
}

/// The orders of a document, in their order, and what is wrong with the others.
///
/// # Errors
/// It is no such document.
pub(crate) fn read_orders(text: &str, how: &Reading) -> Result<(Vec<ImportedOrder>, Vec<Fault>), Fault> {
    let document = Document::parse(text, &LIMITS).map_err(|failure| Fault { line: 0, text: failure.text(Reader::ADMIN) })?;
    let root = document.root();
    if root.name() != "orders" {
        return Err(Fault { line: root.line(), text: format!("<{}> is no OrderImport; expected <orders>", root.name()) });
    }
    let (mut orders, mut faults) = (Vec::new(), Vec::new());
    for node in root.children().filter(|node| node.name() == "order") {
        match order(node, how) {
            Ok(order) => orders.push(order),
            Err(fault) => faults.push(named(fault, node, how)),
        }
    }
    if orders.is_empty() && faults.is_empty() {
        return Err(Fault { line: root.line(), text: "there is no <order> in it".to_owned() });
    }
    Ok((orders, faults))
}

/// A fault with the number of its order, as far as it has one.
fn named(fault: Fault, node: Node<'_>, how: &Reading) -> Fault {
    match Fields(node).text(how.key, usize::MAX) {
        Ok(Some(number)) => Fault { text: format!("order {}: {}", crate::domain::layout::short(&number, 60), fault.text), ..fault },
        _ => fault,
    }
}

fn order(node: Node<'_>, how: &Reading) -> Result<ImportedOrder, Fault> {
    let fields = Fields(node);
    let mut keys = Keys::default();
    for (slot, (name, most)) in keys.0.iter_mut().zip(KEYS) {
        *slot = fields.text(name, most)?;
    }
    let order_id = keys.get(how.key).cloned().ok_or_else(|| fields.fault(how.key, "is missing or empty"))?;
    let second = how.key.strip_suffix("_1").and_then(|word| keys.get(&format!("{word}_2")).cloned());
    let invoice_address = address(fields, "invoice")?;
    let delivery_address = address(fields, "delivery")?.filled().unwrap_or_else(|| invoice_address.clone());
    let payment_method = fields.text("payment_method_identifier", 100)?;
    let by_cash =
        payment_method.as_deref().is_some_and(|method| how.cash_on_delivery.iter().any(|known| known.eq_ignore_ascii_case(method)));
    let email = fields.text("customer_email_address", 200)?.or_else(|| invoice_address.email.clone());
    let order = ChannelOrder {
        order_id,
        order_id_2: second,
        ordered_at: fields.time("order_date")?.ok_or_else(|| fields.fault("order_date", "is missing or empty"))?,
        currency: currency(fields, how)?,
        paid: fields.word("payment_status_identifier", &["unpaid", "paid"])? == Some(1),
        cancelled: fields.word("order_status_identifier", &["open", "cancelled"])? == Some(1),
        workflow: if by_cash { Workflow::CashOnDelivery } else { Workflow::Prepayment },
        payment_method,
        transaction_id: keys.get("transaction_id_1").cloned(),
        buyer: Buyer {
            email,
            id: fields.text("customer_external_id_1", 50)?,
            tax_identification_number: fields.text("customer_tax_identification_number", 50)?,
        },
        invoice_address,
        delivery_address,
        lines: lines(fields)?,
        shipping_charge: fields.charge("shipping_charge")?,
        cash_on_delivery_charge: fields.charge("cash_on_delivery_charge")?,
        payment_method_charge: fields.charge("payment_method_charge")?,
        coupon_amount: fields.charge("coupon_amount")?,
        note: fields.text("note", 4000)?,
        price_type: match fields.word("price_type_identifier", &["gross", "net"])? {
            Some(1) => PriceType::Net,
            _ => PriceType::Gross,
        },
        totals: Totals { total_amount: fields.amount("total_amount")?, ..Totals::default() },
        delivery: delivery(fields)?,
        cancellation_requests: Vec::new(),
        refunds: refunds(fields)?,
    };
    known_lines(fields, &order)?;
    Ok(ImportedOrder { keys, order })
}

fn currency(fields: Fields<'_>, how: &Reading) -> Result<String, Fault> {
    match (fields.text("currency_code_iso", 3)?, how.currency) {
        (Some(code), _) => match Currency::parse(&code.to_ascii_uppercase()) {
            Some(currency) => Ok(currency.code().to_owned()),
            None => Err(fields.fault("currency_code_iso", format_args!("\"{code}\" is no currency of ISO 4217"))),
        },
        (None, Some(currency)) => Ok(currency.code().to_owned()),
        (None, None) => Err(fields.fault("currency_code_iso", "is missing or empty, and the account has no currency set")),
    }
}

/// The identifier and the external id of the provider are alternatives.
fn delivery(fields: Fields<'_>) -> Result<Delivery, Fault> {
    let identifier = fields.text("dispatch_provider_identifier", 100)?;
    let external = fields.text("dispatch_provider_external_id", 100)?;
    Ok(Delivery { dispatch_type_identifier: identifier.or(external), ..Delivery::default() })
}

fn lines(order: Fields<'_>) -> Result<Vec<OrderLine>, Fault> {
    let (mut lines, mut ids) = (Vec::new(), BTreeSet::new());
    for item in order.entries("order_items", "order_item") {
        let line = line(item)?;
        if !ids.insert(line.line_id.clone()) {
            let reason = format!("\"{}\" is in the order twice; give each position an id of its own", line.line_id);
            return Err(item.fault("marketplace_order_item_id", reason));
        }
        lines.push(line);
        if lines.len() > MOST_LINES {
            return Err(order.fault("order_items", format_args!("has more than {MOST_LINES} positions")));
        }
    }
    if lines.is_empty() {
        return Err(order.fault("order_items", "has no <order_item>"));
    }
    Ok(lines)
}

fn line(item: Fields<'_>) -> Result<OrderLine, Fault> {
    let sku = item.required("item_internal_number", 100)?;
    let quantity = item.pieces("quantity")?.filter(|pieces| *pieces > 0);
    let quantity = quantity.ok_or_else(|| item.fault("quantity", "is missing or zero; write what was ordered, and cancelled_quantity"))?;
    let at_most = |name: &str| match item.pieces(name)?.unwrap_or(0) {
        pieces if pieces > quantity => Err(item.fault(name, format_args!("{pieces} is more than the {quantity} that were ordered"))),
        pieces => Ok(pieces),
    };
    let tax_rate = item.amount("tax_rate")?;
    if tax_rate.is_some_and(|rate| !(Decimal::ZERO..=Decimal::from_whole(100)).contains(&rate)) {
        return Err(item.fault("tax_rate", "is no percentage from 0 to 100"));
    }
    Ok(OrderLine {
        // Positions without an id are known by their article.
        line_id: item.text("marketplace_order_item_id", 100)?.unwrap_or_else(|| sku.clone()),
        external_number: Some(sku.clone()),
        title: item.text("item_title", 255)?.unwrap_or_else(|| sku.clone()),
        sku: Some(sku),
        quantity,
        cancelled: at_most("cancelled_quantity")?,
        returned: at_most("returned_quantity")?,
        unit_price: match item.amount("price")? {
            Some(price) if price >= Decimal::ZERO => price,
            Some(price) => return Err(item.fault("price", format_args!("{price} is below zero"))),
            None => return Err(item.fault("price", "is missing or empty")),
        },
        tax_rate,
        ..OrderLine::default()
    })
}

fn refunds(order: Fields<'_>) -> Result<Vec<ChannelRefund>, Fault> {
    let refund = |entry: Fields<'_>| {
        let pieces = |item: Fields<'_>| {
            let number = item.text("marketplace_order_item_id", 100)?;
            let line_id = number.map_or_else(|| item.required("item_internal_number", 100), Ok)?;
            Ok(LinePieces { line_id, quantity: item.pieces("quantity")?.unwrap_or(0) })
        };
        Ok(ChannelRefund {
            refund_id: entry.required("credit_entry_number", 100)?,
            refunded_at: entry.time("credit_entry_date")?,
            amount: entry.charge("amount")?,
            reason: entry.text("reason", 255)?,
            positions: entry.entries("order_items", "order_item").map(pieces).collect::<Result<_, Fault>>()?,
        })
    };
    order.entries("credit_entries", "credit_entry").map(refund).collect()
}

fn known_lines(fields: Fields<'_>, order: &ChannelOrder) -> Result<(), Fault> {
    let mut positions = order.refunds.iter().flat_map(|refund| &refund.positions);
    match positions.find(|position| order.line(&position.line_id).is_none()) {
        Some(position) => Err(fields.fault("credit_entries", format_args!("the order has no position \"{}\"", position.line_id))),
        None => Ok(()),
    }
}
