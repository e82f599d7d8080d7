//! Credit notes: an invoice never changes, what is wrong with it is given back on a document of its own.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::draw::{Cause, Wanted, assemble, sums_by_rate, units};
use super::split::{base_of, shares, tax_of};
use super::{Corrected, Extra, ExtraKind, Invoice, InvoiceKind, Line};
use crate::domain::{Decimal, OrderItemId};

/// What of an invoice is given back.
#[derive(Debug, Clone)]
pub(crate) enum Credited {
    /// All that earlier credit notes left.
    Rest,
    /// An amount, for pieces or for nothing in particular.
    Part { pieces: Vec<(OrderItemId, i32)>, amount: Decimal },
}

/// A credit note to an invoice with such earlier ones. Its number is given later.
///
/// # Errors
/// Why there can be none.
pub(crate) fn correction(
    invoice: &Invoice,
    earlier: &[&Invoice],
    credited: Credited,
    issued: NaiveDate,
    reason: Option<String>,
) -> Result<Invoice, Cause> {
    let left = earlier.iter().fold(invoice.total, |left, note| left.saturating_sub(note.total));
    let head = Invoice {
        kind: InvoiceKind::CreditNote,
        number: String::new(),
        issued,
        due: None,
        paid: false,
        corrects: Some(Corrected { number: invoice.number.clone(), issued: invoice.issued, reason }),
        ..invoice.clone()
    };
    let bare = Invoice { lines: Vec::new(), extras: Vec::new(), taxes: Vec::new(), rounding: 0, total: 0, ..head.clone() };
    match credited {
        Credited::Rest if left <= 0 => Err(Cause::TooMuch(left)),
        Credited::Rest if earlier.is_empty() => Ok(head),
        Credited::Rest => by_rate(bare, &gross_left(invoice, earlier), left),
        Credited::Part { pieces, amount } => {
            let amount = units(amount, invoice.decimals)?;
            if amount > left {
                return Err(Cause::TooMuch(left));
            }
            match pieces.is_empty() {
                true => by_rate(bare, &gross_left(invoice, earlier), amount),
                false => by_pieces(bare, invoice, earlier, &pieces, amount),
            }
        }
    }
}

type ByRate = BTreeMap<Reverse<Decimal>, i64>;

/// With tax, what earlier credit notes left of each rate.
fn gross_left(invoice: &Invoice, earlier: &[&Invoice]) -> ByRate {
    let gross = |invoice: &Invoice| -> Vec<(Decimal, i64)> {
        invoice.taxes.iter().map(|group| (group.tax_rate, group.base.saturating_add(group.tax))).collect()
    };
    let mut left: ByRate = gross(invoice).into_iter().map(|(rate, amount)| (Reverse(rate), amount)).collect();
    for (rate, amount) in earlier.iter().flat_map(|note| gross(note)) {
        let of_rate = left.entry(Reverse(rate)).or_default();
        *of_rate = of_rate.saturating_sub(amount).max(0);
    }
    left
}

/// A line for each rate, by what is left of it.
fn by_rate(mut note: Invoice, left: &ByRate, amount: i64) -> Result<Invoice, Cause> {
    let weights: Vec<i64> = left.values().copied().collect();
    let number = note.corrects.as_ref().map(|corrected| corrected.number.clone()).unwrap_or_default();
    let name = match note.german {
        true => format!("Gutschrift zu Rechnung {number}"),
        false => format!("Credit for invoice {number}"),
    };
    for (Reverse(tax_rate), share) in left.keys().zip(shares(amount, &weights)).filter(|(_, share)| *share != 0) {
        let amount = if note.net { base_of(share, *tax_rate) } else { share };
        note.lines.push(Line {
            order_item_id: None,
            item_number: None,
            name: name.clone(),
            quantity: 1,
            price: note.amount(amount),
            amount,
            net: 0,
            tax_rate: *tax_rate,
        });
    }
    assemble(note, Wanted::Exactly(amount))
}

/// The pieces at their price, and what the amount is more or less than that.
fn by_pieces(
    mut note: Invoice,
    invoice: &Invoice,
    earlier: &[&Invoice],
    pieces: &[(OrderItemId, i32)],
    amount: i64,
) -> Result<Invoice, Cause> {
    for (order_item_id, quantity) in pieces {
        let of_position = |line: &&Line| line.order_item_id == Some(*order_item_id);
        let line = invoice.lines.iter().find(of_position).ok_or(Cause::NotBilled(*order_item_id))?;
        let given = earlier.iter().flat_map(|note| &note.lines).chain(&note.lines).filter(of_position);
        let given = given.fold(0_i32, |sum, line| sum.saturating_add(line.quantity));
        if *quantity > line.quantity.saturating_sub(given) {
            return Err(Cause::NotBilled(*order_item_id));
        }
        let value = line.price.checked_mul_whole(*quantity).ok_or(Cause::TooLarge)?;
        let amount = units(value, note.decimals)?;
        note.lines.push(Line { quantity: *quantity, amount, net: 0, ..line.clone() });
    }
    let sums = sums_by_rate(&note);
    let gross = |rate: Decimal, sum: i64| if note.net { sum.saturating_add(tax_of(sum, rate)) } else { sum };
    let weights: Vec<i64> = sums.iter().map(|(Reverse(rate), sum)| gross(*rate, *sum)).collect();
    let together = weights.iter().fold(0_i64, |sum, weight| sum.saturating_add(*weight));
    if together != amount {
        for ((Reverse(tax_rate), sum), share) in sums.iter().zip(shares(amount, &weights)) {
            let wanted = if note.net { base_of(share, *tax_rate) } else { share };
            let amount = wanted.saturating_sub(*sum);
            if amount != 0 {
                note.extras.push(Extra { kind: ExtraKind::Difference, code: None, amount, net: 0, tax_rate: *tax_rate });
            }
        }
    }
    assemble(note, Wanted::Exactly(amount))
}
