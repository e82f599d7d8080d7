//! Reports of PayPal: the activity as CSV, the transaction search as JSON, the settlement report (STL) as CSV
//! (`payments-shipping-documents.md` 3). The columns of the CSV and the rules for its rows are from other readers of it, the JSON
//! from PayPal's OpenAPI document, the settlement report from its public description.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

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
    amount: Decimal,
    currency: String,
    fee: Decimal,
    original: Option<String>,
    invoice: Option<String>,
    custom: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

/// What a row is about. Event codes say it; without them its sign and what it refers to do, because the texts change.
fn kind_of(row: &Row, exchanged: &BTreeSet<(String, String)>) -> Option<PaymentKind> {
    let incoming = row.amount.0 > 0;
    let group = row.event.get(..3).unwrap_or_default();
    match (row.event.as_str(), group) {
        ("", _) => Some(match &row.original {
            None if incoming => PaymentKind::Received,
            None => PaymentKind::Outgoing,
            // The exchange of a foreign payment, or money from the bank for it.
            Some(original) if incoming || exchanged.contains(&(original.clone(), row.moment.clone())) => PaymentKind::Other,
            Some(_) => PaymentKind::Refund,
        }),
        // Authorisations, holds and reserves are no money.
        (_, "T13" | "T15" | "T21") | ("T1110" | "T1111", _) => None,
        ("T1107", _) if !incoming => Some(PaymentKind::Refund),
        ("T1106" | "T1201", _) if !incoming => Some(PaymentKind::Returned),
        (_, "T00") if incoming => Some(PaymentKind::Received),
        (_, "T00") => Some(PaymentKind::Outgoing),
        _ => Some(PaymentKind::Other),
    }
}

fn statement(account: Option<String>, rows: Vec<Row>, mut left_out: usize) -> Statement {
    let exchanged: BTreeSet<(String, String)> =
        rows.iter().filter(|row| row.amount.0 > 0).filter_map(|row| Some((row.original.clone()?, row.moment.clone()))).collect();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(kind) = kind_of(&row, &exchanged) else {
            left_out += 1;
            continue;
        };
        entries.push(Entry {
            kind,
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

/// The columns that are read, with their names in English and German.
const COLUMNS: [(&str, &[&str]); 15] = [
    ("date", &["date", "datum"]),
    ("time", &["time", "uhrzeit"]),
    ("zone", &["timezone", "time zone", "zeitzone"]),
    ("type", &["type", "description", "typ", "beschreibung"]),
    ("currency", &["currency", "währung"]),
    ("gross", &["gross", "brutto"]),
    ("fee", &["fee", "gebühr", "entgelt"]),
    ("net", &["net", "netto"]),
    ("id", &["transaction id", "transaktionscode"]),
    ("status", &["status"]),
    ("reference", &["reference txn id", "zugehöriger transaktionscode"]),
    ("invoice", &["invoice number", "rechnungsnummer"]),
    ("custom", &["custom number", "zollnummer"]),
    ("name", &["name"]),
    ("from", &["from email address", "absender e-mail-adresse"]),
];
/// Of these, those without which a file is refused.
const NEEDED: usize = 9;

/// Whether a text may be the activity: its first line names the columns.
pub(super) fn looks_like_activity(text: &str) -> bool {
    let head = text.lines().next().unwrap_or_default().to_lowercase();
    ["transaktionscode", "transaction id"].iter().any(|name| head.contains(name))
}

pub(super) fn activity(text: &str) -> Result<Statement, Fault> {
    let mut records = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = records.headers().map_err(|error| Fault::at(1, error.to_string()))?.clone();
    let column = |names: &[&str]| head.iter().position(|name| names.contains(&name.trim().to_lowercase().as_str()));
    let places: Vec<Option<usize>> = COLUMNS.iter().map(|(_, names)| column(names)).collect();
    if let Some((_, (_, names))) = places.iter().zip(&COLUMNS).take(NEEDED).find(|(place, _)| place.is_none()) {
        return Err(Fault::at(1, format!("there is no column {}; choose all columns for the download", names.join(", "))));
    }
    let german = head.iter().any(|name| name.trim().eq_ignore_ascii_case("Brutto"));
    let mut rows = Vec::new();
    let mut dates = Vec::new();
    let mut left_out = 0;
    for (record, number) in records.records().zip(2..) {
        let record = record.map_err(|error| Fault::at(number, error.to_string()))?;
        let line = record.position().and_then(|place| usize::try_from(place.line()).ok()).unwrap_or(number);
        let field = |wanted: &str| {
            let place = COLUMNS.iter().zip(&places).find(|((name, _), _)| *name == wanted).and_then(|(_, place)| *place);
            place.and_then(|place| record.get(place)).unwrap_or_default()
        };
        if !["", "abgeschlossen", "completed"].contains(&field("status").trim().to_lowercase().as_str()) {
            left_out += 1;
            continue;
        }
        let currency = field("currency").trim();
        let money = |wanted: &str| written(field(wanted), german, currency, line);
        dates.push((field("date").trim().to_owned(), line));
        rows.push(Row {
            moment: format!("{} {}", field("date"), field("time")),
            id: filled(field("id")).ok_or_else(|| Fault::at(line, "the row has no transaction id"))?,
            amount: money("gross")?,
            fee: money("fee")?,
            currency: currency.to_owned(),
            original: filled(field("reference")),
            invoice: filled(field("invoice")),
            custom: filled(field("custom")),
            name: filled(field("name")),
            email: filled(field("from")),
            ..Row::default()
        });
    }
    for (row, day) in rows.iter_mut().zip(days(&dates)?) {
        row.day = day;
    }
    Ok(statement(None, rows, left_out))
}

/// `-1.234,56` or `-1,234.56`
fn written(text: &str, german: bool, currency: &str, line: usize) -> Result<Decimal, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let plain: String = if german { text.replace('.', "").replace(',', ".") } else { text.replace(',', "") };
    amount(&plain, currency, line)
}

/// `13.02.2026`, `2026-02-13`, or with slashes, where the whole file has to show which number is the month.
fn days(dates: &[(String, usize)]) -> Result<Vec<NaiveDate>, Fault> {
    let slashed: Vec<(u32, u32)> = dates
        .iter()
        .filter_map(|(text, _)| {
            let mut parts = text.split('/');
            Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
        })
        .collect();
    let (day_first, month_first) = (slashed.iter().any(|(first, _)| *first > 12), slashed.iter().any(|(_, second)| *second > 12));
    // The same in either reading.
    let equal = slashed.iter().all(|(first, second)| first == second);
    let one = |(text, line): &(String, usize)| {
        let format = match text.as_str() {
            text if text.contains('.') => "%d.%m.%Y",
            text if !text.contains('/') => "%Y-%m-%d",
            _ if day_first != month_first => match day_first {
                true => "%d/%m/%Y",
                false => "%m/%d/%Y",
            },
            _ if equal => "%d/%m/%Y",
            _ => {
                let text = format!("\"{text}\": nothing in the file shows which number is the month; download a longer period");
                return Err(Fault::at(*line, text));
            }
        };
        NaiveDate::parse_from_str(text, format).map_err(|_| Fault::at(*line, format!("\"{}\" is not a date", short(text, 30))))
    };
    dates.iter().map(one).collect()
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
    let page: Page = serde_json::from_str(text).map_err(|error| Fault::at(error.line(), format!("not a transaction report: {error}")))?;
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
