//! Reports of PayPal: the activity as CSV, the transaction search as JSON, the settlement report (STL) as CSV
//! (`payments-shipping-documents.md` 3). The columns of the CSV and the rules for its rows are from other readers of it, the JSON
//! from PayPal's OpenAPI document, the settlement report from its public description.

mod activity;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

use activity::Said;
pub(super) use activity::{activity, looks_like_activity};

use super::statement::{Fault, Statement, amount, day};
use crate::domain::layout::short;
use crate::domain::payment::{Entry, PaymentKind};
use crate::domain::{Currency, Decimal};

/// One row of any report.
#[derive(Debug, Clone, Default)]
struct Row {
    day: NaiveDate,
    /// By which rows of one process are found.
    moment: String,
    id: String,
    /// Empty in the activity.
    event: String,
    /// What the activity says instead; `None`: nothing that is known.
    said: Option<Said>,
    /// Fully undone since.
    reversed: bool,
    amount: Decimal,
    currency: String,
    fee: Decimal,
    original: Option<String>,
    invoice: Option<String>,
    custom: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

/// What a row is about, and whether that is sure. `None`: it moves no money.
fn kind_of(row: &Row, exchanged: &BTreeSet<(String, String)>) -> Option<(PaymentKind, bool)> {
    let incoming = row.amount.0 > 0;
    if row.event.is_empty() {
        return of_words(row, exchanged);
    }
    let sure = |kind| Some((kind, true));
    match (row.event.as_str(), row.event.get(..3).unwrap_or_default()) {
        // Authorisations, holds and reserves are no money.
        (_, "T13" | "T15" | "T21") | ("T1110" | "T1111", _) => None,
        ("T1107", _) if !incoming => sure(PaymentKind::Refund),
        ("T1106" | "T1201", _) if !incoming => sure(PaymentKind::Returned),
        // A reversal that was taken back: the money of a buyer again, but of which payment?
        ("T1106", _) | (_, "T12") if incoming => Some((PaymentKind::Received, false)),
        (_, "T00") if incoming => Some((PaymentKind::Received, !row.reversed)),
        (_, "T00") => sure(PaymentKind::Outgoing),
        _ => sure(PaymentKind::Other),
    }
}

/// The activity has texts instead of codes. They change, so where one is not known, sign and reference decide, and what refers to
/// something else waits for a person.
///
/// A capture refers to its authorisation, so a payment may refer to something, too.
fn of_words(row: &Row, exchanged: &BTreeSet<(String, String)>) -> Option<(PaymentKind, bool)> {
    let incoming = row.amount.0 > 0;
    let of_exchange = |original: &String| exchanged.contains(&(original.clone(), row.moment.clone()));
    Some(match (row.said, &row.original) {
        (Some(Said::NoMoney), _) => return None,
        (Some(Said::Own), None) if !incoming => (PaymentKind::Outgoing, true),
        (Some(Said::Own), _) => (PaymentKind::Other, true),
        (Some(Said::Refund), _) if !incoming => (PaymentKind::Refund, true),
        (Some(Said::Reversal), _) if !incoming => (PaymentKind::Returned, true),
        (Some(Said::Payment), _) | (None, None) if incoming => (PaymentKind::Received, true),
        (Some(Said::Payment) | None, None) => (PaymentKind::Outgoing, true),
        (None, Some(original)) if of_exchange(original) => (PaymentKind::Other, true),
        _ if incoming => (PaymentKind::Received, false),
        _ => (PaymentKind::Refund, false),
    })
}

fn statement(account: Option<String>, rows: Vec<Row>, mut left_out: usize) -> Statement {
    // One currency went and another came, both for the same transaction at the same moment.
    let moved = |sign: i64| -> BTreeSet<(String, String)> {
        let rows = rows.iter().filter(|row| row.amount.0.signum() == sign && row.said.is_none());
        rows.filter_map(|row| Some((row.original.clone()?, row.moment.clone()))).collect()
    };
    let exchanged: BTreeSet<(String, String)> = moved(1).intersection(&moved(-1)).cloned().collect();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let Some((kind, sure)) = kind_of(&row, &exchanged) else {
            left_out += 1;
            continue;
        };
        entries.push(Entry {
            kind,
            unclear: !sure,
            booked: row.day,
            amount: row.amount,
            currency: row.currency,
            fee: Decimal(row.fee.0.saturating_abs()),
            references: row.invoice.into_iter().collect(),
            depositor: row.name,
            email: row.email,
            purpose: row.custom.into_iter().collect(),
            transaction_id: Some(row.id),
            original_transaction: row.original,
            ..Entry::default()
        });
    }
    Statement { account, entries, left_out, ..Statement::default() }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[derive(Deserialize)]
struct Page {
    transaction_details: Vec<Detail>,
    account_number: Option<String>,
}

#[derive(Deserialize)]
struct Detail {
    transaction_info: Info,
    payer_info: Option<Payer>,
}

#[derive(Deserialize)]
struct Info {
    transaction_id: String,
    transaction_event_code: String,
    transaction_initiation_date: String,
    transaction_amount: Money,
    transaction_status: Option<String>,
    fee_amount: Option<Money>,
    paypal_reference_id: Option<String>,
    invoice_id: Option<String>,
    custom_field: Option<String>,
}

#[derive(Deserialize)]
struct Money {
    currency_code: String,
    value: String,
}

#[derive(Deserialize)]
struct Payer {
    email_address: Option<String>,
    payer_name: Option<PayerName>,
}

#[derive(Deserialize)]
struct PayerName {
    alternate_full_name: Option<String>,
}

/// A page of the transaction search.
pub(super) fn transactions(text: &str) -> Result<Statement, Fault> {
    let page: Page = serde_json::from_str(text).map_err(|error| Fault::at(0, format!("not a transaction report: {error}")))?;
    let mut rows = Vec::with_capacity(page.transaction_details.len());
    let mut left_out = 0;
    for Detail { transaction_info: info, payer_info } in page.transaction_details {
        // Pending and denied ones are no money.
        if matches!(info.transaction_status.as_deref(), Some("P" | "D")) {
            left_out += 1;
            continue;
        }
        let named = |error: Fault| Fault { text: format!("transaction {}: {}", info.transaction_id, error.text), ..error };
        let money = |money: &Money| amount(&money.value, &money.currency_code, 0).map_err(named);
        let (email, name) = payer_info.map(|payer| (payer.email_address, payer.payer_name)).unwrap_or_default();
        rows.push(Row {
            day: day(&info.transaction_initiation_date, 0).map_err(named)?,
            amount: money(&info.transaction_amount)?,
            fee: info.fee_amount.as_ref().map(money).transpose()?.unwrap_or_default(),
            moment: info.transaction_initiation_date.clone(),
            event: info.transaction_event_code.clone(),
            said: None,
            reversed: info.transaction_status.as_deref() == Some("V"),
            currency: info.transaction_amount.currency_code.clone(),
            original: info.paypal_reference_id.as_deref().and_then(filled),
            invoice: info.invoice_id.as_deref().and_then(filled),
            custom: info.custom_field.as_deref().and_then(filled),
            name: name.and_then(|name| name.alternate_full_name),
            email,
            id: info.transaction_id,
        });
    }
    Ok(statement(page.account_number, rows, left_out))
}

/// Whether a text may be a settlement report.
pub(super) fn looks_like_settlement(text: &str) -> bool {
    text.starts_with("\"RH\",") || text.starts_with("RH,")
}

/// The settlement report: amounts in the smallest unit, their direction in a column of its own.
pub(super) fn settlement(text: &str) -> Result<Statement, Fault> {
    let mut records = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut account = None;
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    let mut announced = None;
    for (record, line) in records.records().zip(1..) {
        let record = record.map_err(|error| Fault::at(line, error.to_string()))?;
        match record.get(0).unwrap_or_default() {
            "SH" => account = record.get(3).and_then(filled),
            "CH" => names = record.iter().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()).collect(),
            "SB" => rows.push(settled(&names, &record, line)?),
            "FF" => announced = record.get(1).and_then(|count| count.trim().parse::<usize>().ok()),
            _ => {}
        }
    }
    match announced {
        Some(count) if count == rows.len() => Ok(statement(account, rows, 0)),
        Some(count) => Err(Fault::at(0, format!("the report announces {count} rows, but has {}; download it again", rows.len()))),
        None => Err(Fault::at(0, "the report has no last row (FF); the file is cut off")),
    }
}

fn settled(names: &[String], record: &csv::StringRecord, line: usize) -> Result<Row, Fault> {
    let field = |wanted: &str| {
        let place = names.iter().position(|name| name == wanted);
        place.and_then(|place| record.get(place)).unwrap_or_default().trim()
    };
    let needed = |wanted: &str| {
        Some(field(wanted)).filter(|text| !text.is_empty()).ok_or_else(|| Fault::at(line, format!("the row has no {wanted}")))
    };
    let money = |amount: &str, direction: &str, currency: &str| -> Result<Decimal, Fault> {
        let (units, code) = (field(amount), field(currency));
        if units.is_empty() {
            return Ok(Decimal::ZERO);
        }
        let bad = || Fault::at(line, format!("\"{}\" {} is not an amount in the smallest unit", short(units, 30), short(code, 10)));
        let decimals = Currency::parse(code).ok_or_else(bad)?.decimals();
        let value =
            units.parse::<i64>().ok().filter(|units| *units >= 0).and_then(|units| Decimal::from_units(units, decimals)).ok_or_else(bad)?;
        match field(direction) {
            "CR" => Ok(value),
            "DR" => Ok(Decimal(-value.0)),
            _ => Err(Fault::at(line, format!("{direction} is \"{}\"; expected CR or DR", short(field(direction), 10)))),
        }
    };
    let moment = needed("transaction initiation date")?.to_owned();
    Ok(Row {
        day: day(&moment.replace('/', "-"), line)?,
        id: needed("transaction id")?.to_owned(),
        event: needed("transaction event code")?.to_owned(),
        amount: money("gross transaction amount", "transaction debit or credit", "gross transaction currency")?,
        currency: needed("gross transaction currency")?.to_owned(),
        fee: money("fee amount", "fee debit or credit", "fee currency")?,
        original: filled(field("paypal reference id")),
        invoice: filled(field("invoice id")),
        custom: filled(field("custom field")),
        moment,
        ..Row::default()
    })
}

#[cfg(test)]
mod tests;
