//! The orders that payments may be for, as matching wants them.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::matching::{Debt, Expected};
use super::numbers::{Number, pieces, texts};
use super::statement::all_digits;
use crate::domain::order::{Address, OrderStatus, PaymentStatus, charged};
use crate::domain::payment::Entry;
use crate::domain::{Currency, Decimal, Failure, MandatorId, OrderId, Stamp};
use crate::store::Conn;
use crate::store::payments::{self, Payable};

/// Open orders that are looked at for amounts and names, the newest.
const MOST_OPEN: i64 = 5_000;
/// Orders under one number in the text of a payment.
const MOST_NAMED: i64 = 20;
/// Words of a text that are looked up.
const MOST_WORDS: usize = 200;

/// The orders of a mandator that payments may be for.
pub(crate) struct Debts {
    mandator_id: MandatorId,
    zone: Tz,
    by_order: BTreeMap<OrderId, Debt>,
}

impl Debts {
    /// Those of which something is expected.
    pub(crate) fn open(conn: &mut Conn<'_>, mandator_id: MandatorId, zone: Tz) -> Result<Debts, Failure> {
        let mut debts = Debts { mandator_id, zone, by_order: BTreeMap::new() };
        let ids = payments::open_orders(conn, mandator_id, MOST_OPEN)?;
        debts.load(conn, &ids)?;
        Ok(debts)
    }

    /// All of these and those that a payment names, paid and cancelled ones too.
    pub(super) fn with_named(&mut self, conn: &mut Conn<'_>, entry: &Entry) -> Result<Vec<&Debt>, Failure> {
        let (texts, numbers) = words(entry);
        let named = payments::orders_named(conn, self.mandator_id, &texts, &numbers, MOST_NAMED)?;
        let unknown: Vec<OrderId> = named.into_iter().filter(|id| !self.by_order.contains_key(id)).collect();
        self.load(conn, &unknown)?;
        Ok(self.by_order.values().collect())
    }

    /// What is known of an order is not true any more.
    pub(super) fn refresh(&mut self, conn: &mut Conn<'_>, order_id: OrderId) -> Result<(), Failure> {
        self.load(conn, &[order_id])
    }

    fn load(&mut self, conn: &mut Conn<'_>, ids: &[OrderId]) -> Result<(), Failure> {
        self.by_order.extend(debts_of(conn, self.zone, ids)?);
        Ok(())
    }
}

/// What is known of these orders.
pub(super) fn debts_of(conn: &mut Conn<'_>, zone: Tz, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Debt>, Failure> {
    let payables = payments::payables(conn, ids)?;
    Ok(payables.into_iter().map(|payable| (payable.order.order_id, debt_of(payable, zone))).collect())
}

/// What is not paid of an order, by the payments that are assigned to it.
pub(super) fn open_of(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Decimal, Failure> {
    let payable = payments::payables(conn, &[order_id])?.pop();
    Ok(payable.as_ref().map(open_amount).unwrap_or_default())
}

/// What the buyer has to pay, as the channel says it or as Kontor comes to it, less what is assigned.
fn open_amount(payable: &Payable) -> Decimal {
    let data = &payable.order.data;
    let decimals = data.currency_code_iso.as_deref().and_then(Currency::parse).unwrap_or(Currency::EUR).decimals();
    let total = data.totals.total_amount.unwrap_or_else(|| charged(&payable.sold, data).rounded(decimals));
    payable.assigned.iter().fold(total, |open, amount| Decimal(open.0.saturating_sub(amount.0)))
}

fn debt_of(payable: Payable, zone: Tz) -> Debt {
    let open = open_amount(&payable);
    let untouched = payable.assigned.is_empty();
    let order = payable.order;
    let number = order.order_number.to_string();
    let prefixed = order.order_number_prefix.map(|prefix| format!("{prefix}{number}"));
    let others = [
        order.external_order_number_1,
        order.external_order_number_2,
        order.marketplace_order_id,
        order.marketplace_order_id_2,
        order.invoice_number,
    ];
    let addresses = [&order.data.invoice_address, &order.data.delivery_address];
    let expected = match (order.order_status_id, order.data.payment_status_id) {
        (OrderStatus::Cancelled, _) => Expected::Cancelled,
        (_, Some(PaymentStatus::Paid)) => Expected::Paid,
        _ => Expected::Yes,
    };
    Debt {
        order_id: order.order_id,
        numbers: others.into_iter().chain([prefixed, Some(number)]).flatten().map(|number| Number::new(&number)).collect(),
        transactions: [order.transaction_id_1, order.transaction_id_2].into_iter().flatten().collect(),
        customer_id: order.customer_id,
        names: addresses.into_iter().flatten().flat_map(names).collect(),
        open,
        untouched,
        currency: order.data.currency_code_iso.unwrap_or_else(|| Currency::EUR.code().to_owned()),
        ordered: Some(Stamp(order.order_date.unwrap_or(order.created_at)).day_in(zone)),
        expected,
    }
}

fn names(address: &Address) -> Vec<String> {
    let person: Vec<&str> = [&address.first_name, &address.last_name].into_iter().flatten().map(String::as_str).collect();
    let person = Some(person.join(" ")).filter(|name| !name.is_empty());
    [person, address.firm.clone()].into_iter().flatten().collect()
}

/// The words of a payment that may be numbers of orders, and the whole numbers in them, the first ones.
fn words(entry: &Entry) -> (Vec<String>, Vec<i32>) {
    let fields = entry.references.iter().chain(&entry.end_to_end_id).chain(&entry.transaction_id);
    let mut words: Vec<String> = fields.cloned().collect();
    let written = texts(&entry.purpose);
    for word in written.iter().flat_map(|text| text.split_whitespace()) {
        words.push(word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
    }
    let parts: Vec<String> = words.iter().flat_map(|word| pieces(word)).map(str::to_owned).collect();
    words.extend(parts);
    let squeezed = written.iter().map(|text| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>());
    let runs = words.iter().cloned().chain(squeezed).flat_map(|text| {
        let runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= 5 && all_digits(run));
        runs.filter_map(|run| run.parse().ok()).collect::<Vec<i32>>()
    });
    let numbers = first(runs);
    (first(words.into_iter().filter(|text| text.chars().any(|c| c.is_ascii_digit()))), numbers)
}

/// Each once, and not too many.
fn first<T: Ord + Clone>(found: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    found.filter(|one| seen.insert(one.clone())).take(MOST_WORDS).collect()
}
