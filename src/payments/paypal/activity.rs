//! The activity: a CSV that a merchant downloads, in English or German. Its columns, and the texts that say what a row is, are
//! from other readers and from experience, not from a description of PayPal's.

use chrono::NaiveDate;

use super::super::statement::{Fault, Statement, all_digits, amount};
use super::{Row, filled, statement};
use crate::domain::Decimal;
use crate::domain::layout::short;

/// What the text of a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Authorised, held back or released: nobody got anything.
    NoMoney,
    /// Exchange, fees, and transfers between PayPal and a bank.
    Own,
    Refund,
    /// Taken back by PayPal or the buyer's bank.
    Reversal,
    Payment,
}

/// Parts of the texts. The first that occurs counts: the reversal of a hold is a hold, and a refund is no payment.
const WORDS: [(Said, &[&str]); 5] = [
    (
        Said::NoMoney,
        &["authoriz", "authoris", "autorisierung", "hold", "release", "reserve", "einbehalt", "freigabe", "freigegeben", "rücklage"],
    ),
    (
        Said::Own,
        &[
            "conversion",
            "umrechnung",
            "withdraw",
            "abbuchung",
            "auszahlung",
            "deposit",
            "einzahlung",
            "bankgutschrift",
            "transfer to bank",
            "transfer from bank",
            "gebühr",
            "fee",
        ],
    ),
    (Said::Refund, &["refund", "rückzahlung", "rückerstattung", "erstattung"]),
    (Said::Reversal, &["reversal", "chargeback", "rückbuchung", "rücklastschrift", "stornierung", "storno", "rückgängig"]),
    (Said::Payment, &["payment", "zahlung", "checkout", "purchase", "kauf"]),
];

fn said(text: &str) -> Option<Said> {
    let text = text.to_lowercase();
    WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(said, _)| *said)
}

/// The columns that are read, with their names in English and German.
const COLUMNS: [(&str, &[&str]); 16] = [
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
    ("impact", &["balance impact", "auswirkung auf guthaben"]),
];
/// Of these, those without which a file is refused.
const NEEDED: usize = 9;

/// Whether a text may be the activity: its first line names the columns.
pub(in crate::payments) fn looks_like_activity(text: &str) -> bool {
    let head = text.lines().next().unwrap_or_default().to_lowercase();
    ["transaktionscode", "transaction id"].iter().any(|name| head.contains(name))
}

pub(in crate::payments) fn activity(text: &str) -> Result<Statement, Fault> {
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
        let said = said(field("type"));
        if said == Some(Said::NoMoney) || field("impact").trim().eq_ignore_ascii_case("memo") {
            left_out += 1;
            continue;
        }
        let currency = field("currency").trim();
        let money = |wanted: &str| written(field(wanted), german, currency, line);
        let (gross, fee) = (money("gross")?, money("fee")?);
        if !field("net").trim().is_empty() && gross.checked_add(fee) != Some(money("net")?) {
            let text = format!("gross {gross} and fee {fee} do not make the net amount {}", short(field("net").trim(), 30));
            return Err(Fault::at(line, text));
        }
        dates.push((field("date").trim().to_owned(), line));
        rows.push(Row {
            said,
            moment: format!("{} {}", field("date"), field("time")),
            id: filled(field("id")).ok_or_else(|| Fault::at(line, "the row has no transaction id"))?,
            amount: gross,
            fee,
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

/// `-1.234,56` or `-1,234.56`. Files come with either marks under either names of columns, so the number itself has to show
/// which is which: the last mark parts the decimals, unless exactly three digits follow it, and marks of thousands have three
/// digits behind each. Where three digits follow the only mark, the language of the columns decides.
fn written(text: &str, german: bool, currency: &str, line: usize) -> Result<Decimal, Fault> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let bad = || Fault::at(line, format!("\"{}\" is not an amount such as 1,234.56 or 1.234,56", short(&text, 30)));
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let thousands = if german { '.' } else { ',' };
    let plain = match (digits.rfind('.'), digits.rfind(',')) {
        (None, None) => digits.to_owned(),
        (Some(dot), Some(comma)) => {
            let (mark, at) = if dot < comma { ('.', comma) } else { (',', dot) };
            let (whole, decimals) = digits.split_at_checked(at).ok_or_else(bad)?;
            format!("{}.{}", grouped(whole, mark).ok_or_else(bad)?, decimals.get(1..).unwrap_or_default())
        }
        (dot, Some(at)) | (dot @ Some(at), None) => {
            let mark = if dot.is_some() { '.' } else { ',' };
            let (whole, decimals) =
                digits.split_at_checked(at).map(|(whole, rest)| (whole, rest.get(1..).unwrap_or_default())).ok_or_else(bad)?;
            let several = whole.contains(mark);
            match several || (decimals.len() == 3 && mark == thousands) {
                true => grouped(digits, mark).ok_or_else(bad)?,
                false => format!("{whole}.{decimals}"),
            }
        }
    };
    amount(&format!("{sign}{plain}"), currency, line)
}

/// Digits in groups of three, without their marks.
fn grouped(text: &str, mark: char) -> Option<String> {
    let mut groups = text.split(mark);
    let first = groups.next().filter(|first| all_digits(first))?;
    let mut rest = groups.peekable();
    let fits = rest.peek().is_none() || first.len() <= 3;
    (fits && rest.all(|group| group.len() == 3 && all_digits(group))).then(|| text.replace(mark, ""))
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
