//! The invoice of an order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::split::{base_of, net_of, settle, shares, tax_of};
use super::{Extra, ExtraKind, Invoice, Line, TaxCategory, TaxGroup};
use crate::domain::{Decimal, OrderItemId};

/// Pieces to be billed.
#[derive(Debug, Clone)]
pub(crate) struct Goods {
    pub(crate) order_item_id: OrderItemId,
    pub(crate) item_number: Option<String>,
    pub(crate) name: String,
    pub(crate) quantity: i32,
    pub(crate) price: Decimal,
    pub(crate) tax_rate: Option<Decimal>,
}

/// What is charged beside them, or what lowers the sum. Amounts are positive.
#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub(crate) kind: ExtraKind,
    pub(crate) code: Option<String>,
    pub(crate) amount: Decimal,
    /// Where nobody says it, that of the goods with the highest rate.
    pub(crate) tax_rate: Option<Decimal>,
}

/// What an invoice is drawn from.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    /// The invoice without positions and amounts.
    pub(crate) head: Invoice,
    pub(crate) goods: Vec<Goods>,
    pub(crate) charges: Vec<Charge>,
    /// What the buyer pays, as the channel says it.
    pub(crate) total: Option<Decimal>,
    /// What Kontor expects the buyer to pay, if the channel does not say it.
    pub(crate) expected: Decimal,
}

/// Why there is no invoice or credit note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The rate of this position is not known; 0: of a charge.
    NoTaxRate(usize),
    /// Without the day of delivery nothing proves that the goods left the country.
    NoDelivery,
    Nothing,
    TooLarge,
    /// What the positions come to, and what the order says.
    Total(i64, i64),
    /// What is left of the invoice.
    TooMuch(i64),
    /// The invoice does not have so many pieces of this position any more.
    NotBilled(OrderItemId),
}

/// EU members, by ISO 3166 alpha-2.
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL",
    "PT", "RO", "SE", "SI", "SK",
];

/// # Errors
/// Why there can be no invoice.
pub(crate) fn draw(bill: Bill) -> Result<Invoice, Cause> {
    let Bill { mut head, goods, charges, total, expected } = bill;
    let usual = goods.iter().filter_map(|part| part.tax_rate).max();
    for (part, number) in goods.into_iter().zip(1..).filter(|(part, _)| part.quantity > 0) {
        let amount = part.price.checked_mul_whole(part.quantity).ok_or(Cause::TooLarge)?;
        head.lines.push(Line {
            order_item_id: Some(part.order_item_id),
            item_number: part.item_number,
            name: part.name,
            quantity: part.quantity,
            price: part.price,
            amount: units(amount, head.decimals)?,
            net: 0,
            tax_rate: part.tax_rate.ok_or(Cause::NoTaxRate(number))?,
        });
    }
    if head.lines.is_empty() {
        return Err(Cause::Nothing);
    }
    let (vouchers, charges): (Vec<Charge>, Vec<Charge>) = charges.into_iter().partition(|charge| charge.kind == ExtraKind::Voucher);
    for charge in charges.into_iter().filter(|charge| charge.amount != Decimal::ZERO) {
        let tax_rate = charge.tax_rate.or(usual).ok_or(Cause::NoTaxRate(0))?;
        head.extras.push(Extra { kind: charge.kind, code: None, amount: units(charge.amount, head.decimals)?, net: 0, tax_rate });
    }
    let sums = sums_by_rate(&head);
    for voucher in vouchers {
        // A discount lowers what is taxed at each rate.
        let weights: Vec<i64> = sums.values().copied().collect();
        let amount = units(voucher.amount, head.decimals)?.saturating_neg();
        for (Reverse(tax_rate), share) in sums.keys().zip(shares(amount, &weights)).filter(|(_, share)| *share != 0) {
            head.extras.push(Extra { kind: ExtraKind::Voucher, code: voucher.code.clone(), amount: share, net: 0, tax_rate: *tax_rate });
        }
    }
    let wanted = total.map(|total| units(total, head.decimals)).transpose()?;
    let expected = units(expected, head.decimals)?;
    assemble(head, wanted.map_or(Wanted::Perhaps(expected), Wanted::Exactly))
}

/// What the buyer pays, or gets.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Exactly(i64),
    /// If it is what the positions come to, up to rounding.
    Perhaps(i64),
}

/// Amounts at each rate, the highest rate first.
pub(super) fn sums_by_rate(invoice: &Invoice) -> BTreeMap<Reverse<Decimal>, i64> {
    let lines = invoice.lines.iter().map(|line| (line.tax_rate, line.amount));
    let extras = invoice.extras.iter().map(|extra| (extra.tax_rate, extra.amount));
    let mut sums = BTreeMap::new();
    for (rate, amount) in lines.chain(extras) {
        let sum: &mut i64 = sums.entry(Reverse(rate)).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums
}

/// Adds nets, taxes and the total to an invoice with positions and extras.
pub(super) fn assemble(mut invoice: Invoice, wanted: Wanted) -> Result<Invoice, Cause> {
    let sums = sums_by_rate(&invoice);
    let mut gross = 0_i64;
    invoice.taxes.clear();
    for (Reverse(tax_rate), sum) in sums {
        let base = if invoice.net { sum } else { base_of(sum, tax_rate) };
        let tax = tax_of(base, tax_rate);
        gross = gross.saturating_add(if invoice.net { base.saturating_add(tax) } else { sum });
        let lines = invoice.lines.iter_mut().filter(|line| line.tax_rate == tax_rate);
        let mut nets: Vec<&mut i64> = lines
            .map(|line| {
                line.net = if invoice.net { line.amount } else { net_of(line.amount, tax_rate) };
                &mut line.net
            })
            .collect();
        let without_lines = nets.is_empty();
        let mut extras: Vec<&mut i64> = Vec::new();
        for extra in invoice.extras.iter_mut().filter(|extra| extra.tax_rate == tax_rate) {
            extra.net = if invoice.net { extra.amount } else { net_of(extra.amount, tax_rate) };
            extras.push(&mut extra.net);
        }
        if without_lines {
            settle(&mut extras, base);
        } else {
            let beside = extras.iter().fold(0_i64, |sum, net| sum.saturating_add(**net));
            settle(&mut nets, base.saturating_sub(beside));
        }
        let category = category_of(&invoice, tax_rate);
        invoice.taxes.push(TaxGroup { tax_rate, category, base, tax });
    }
    if invoice.taxes.iter().any(|group| group.category == TaxCategory::K) && invoice.delivered.is_none() {
        return Err(Cause::NoDelivery);
    }
    let ours = invoice.base().saturating_add(invoice.tax());
    // Each sum may have been rounded once at the channel.
    let parts = [invoice.lines.len(), invoice.extras.len(), invoice.taxes.len()].into_iter().sum::<usize>();
    let tolerance = u64::try_from(parts).unwrap_or(u64::MAX);
    invoice.total = match wanted {
        Wanted::Exactly(total) if total.abs_diff(gross) > tolerance => return Err(Cause::Total(gross, total)),
        Wanted::Exactly(total) => total,
        Wanted::Perhaps(total) if total.abs_diff(gross) <= tolerance => total,
        Wanted::Perhaps(_) => gross,
    };
    invoice.rounding = invoice.total.saturating_sub(ours);
    Ok(invoice)
}

fn category_of(invoice: &Invoice, tax_rate: Decimal) -> TaxCategory {
    if tax_rate != Decimal::ZERO {
        return TaxCategory::S;
    }
    let to = invoice.delivery.as_ref().unwrap_or(&invoice.buyer).country_code_iso.as_deref().unwrap_or(&invoice.seller.country);
    let (to, from) = (to.to_ascii_uppercase(), invoice.seller.country.to_ascii_uppercase());
    if to != from && !EU.contains(&to.as_str()) {
        TaxCategory::G
    } else if to != from && invoice.buyer_vat_id.is_some() {
        TaxCategory::K
    } else if invoice.seller.tax_exemption.is_some() {
        TaxCategory::E
    } else {
        TaxCategory::Z
    }
}

pub(super) fn units(amount: Decimal, decimals: u32) -> Result<i64, Cause> {
    if amount.0.unsigned_abs() > Decimal::LARGEST_AMOUNT.0.unsigned_abs() {
        return Err(Cause::TooLarge);
    }
    amount.rounded(decimals).to_units(decimals).ok_or(Cause::TooLarge)
}
