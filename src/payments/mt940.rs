//! Statements in SWIFT MT940, as SWIFT writes them and as German banks structure `:86:`
//! (`payments-shipping-documents.md` 2, from the grammars of two libraries; lengths and practice are from experience).

use chrono::{Datelike, NaiveDate};

use super::statement::{Fault, Statement, account, all_digits, amount, reference};
use crate::domain::Decimal;
use crate::domain::layout::short;
use crate::domain::payment::{Entry, PaymentKind};

/// Business transaction codes of German banks (GVC) of what came back.
const RETURNS: [&str; 3] = ["108", "109", "159"];

/// Characters of a subfield that its bank did not cut: 27 are usual, some cut sooner.
const SHORT: usize = 20;

/// A field with the lines that belong to it.
struct Field<'t> {
    line: usize,
    tag: &'t str,
    lines: Vec<&'t str>,
}

impl Field<'_> {
    fn first(&self) -> &str {
        self.lines.first().copied().unwrap_or_default()
    }
}

/// Whether a text may be one: the first field of a message is in it.
pub(super) fn looks_like(text: &str) -> bool {
    text.lines().take(20).any(|line| line.trim_start().starts_with(":20:") || line.contains("{4:"))
}

pub(super) fn read(text: &str) -> Result<Vec<Statement>, Fault> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut reading: Option<Reading> = None;
    let mut field: Option<Field<'_>> = None;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim_end_matches('\r');
        // SWIFT's blocks around a message.
        let line = if line.starts_with('{') { line.rsplit_once("{4:").map_or("", |(_, rest)| rest) } else { line };
        if line.is_empty() || line == "-" || line.starts_with("-}") {
            continue;
        }
        let Some((tag, rest)) = line.strip_prefix(':').and_then(|rest| rest.split_once(':')).filter(|(tag, _)| is_tag(tag)) else {
            if let Some(field) = &mut field {
                field.lines.push(line);
            }
            continue;
        };
        if let Some(field) = field.replace(Field { line: number, tag, lines: vec![rest] }) {
            reading.get_or_insert_with(|| Reading::at(field.line)).take(&field)?;
        }
        if tag == "20"
            && let Some(reading) = reading.replace(Reading::at(number))
        {
            add(&mut statements, reading)?;
        }
    }
    if let Some(field) = field {
        reading.get_or_insert_with(|| Reading::at(field.line)).take(&field)?;
    }
    if let Some(reading) = reading {
        add(&mut statements, reading)?;
    }
    if statements.is_empty() {
        return Err(Fault::at(0, "there is no statement in it: no :20: with a :25: behind it"));
    }
    statements.iter().try_for_each(Statement::check_balances)?;
    Ok(statements)
}

/// Adds a statement, if it is one. Its bank tells pages apart by their numbers; where it does not, a further page belongs to the
/// one before.
fn add(statements: &mut Vec<Statement>, reading: Reading) -> Result<(), Fault> {
    if reading.statement.account.is_none() {
        return Ok(());
    }
    let (statement, continues) = reading.finish()?;
    match statements.last_mut() {
        Some(before) if continues && statement.number.is_none() && before.number.is_none() && before.account == statement.account => {
            before.entries.extend(statement.entries);
            before.closing = statement.closing;
        }
        _ => statements.push(statement),
    }
    Ok(())
}

fn is_tag(tag: &str) -> bool {
    let digits = tag.trim_end_matches(|c: char| c.is_ascii_uppercase());
    digits.len() == 2 && all_digits(digits) && tag.len() <= 3
}

#[derive(Default)]
struct Reading {
    statement: Statement,
    currency: String,
    closed: Option<NaiveDate>,
    /// Continues a page.
    continues: bool,
    /// An entry waits for its `:86:`.
    open: Option<(Entry, String)>,
}

impl Reading {
    fn at(line: usize) -> Reading {
        Reading { statement: Statement { line, ..Statement::default() }, ..Reading::default() }
    }

    fn take(&mut self, field: &Field<'_>) -> Result<(), Fault> {
        match field.tag {
            "25" => self.statement.account = Some(account(field.first())),
            "28C" | "28" => {
                let (number, page) = field.first().split_once('/').unwrap_or((field.first(), ""));
                let [number, page] = [number, page].map(|text| text.trim().trim_start_matches('0'));
                self.statement.number = (!number.is_empty()).then(|| format!("{number}/{page}"));
            }
            "60F" | "60M" => {
                self.statement.opening = Some(self.balance(field)?);
                self.continues = field.tag == "60M";
            }
            "62F" | "62M" => {
                self.close()?;
                self.statement.closing = Some(self.balance(field)?);
            }
            "61" => {
                self.close()?;
                self.open = Some(self.booking(field)?);
            }
            "86" => {
                if let Some((entry, code)) = self.open.take() {
                    self.statement.entries.push(explained(entry, &code, &field.lines, field.line)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// An entry without `:86:`.
    fn close(&mut self) -> Result<(), Fault> {
        if let Some((entry, code)) = self.open.take() {
            self.statement.entries.push(explained(entry, &code, &[], 0)?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Statement, bool), Fault> {
        self.close()?;
        let mut statement = self.statement;
        if statement.closing.is_none() {
            return Err(Fault::at(statement.line, "the statement has no closing balance (:62F:); the file may be cut off"));
        }
        if let Some(currency) = statement.account.as_ref().and_then(|own| own.strip_suffix(&self.currency)) {
            statement.account = Some(currency.to_owned());
        }
        let year = self.closed.map_or(0, |day| day.year());
        // The parts of an account in several currencies are numbered each.
        statement.number = statement.number.map(|number| format!("{year}|{number}|{}", self.currency));
        statement.currency = self.currency;
        Ok((statement, self.continues))
    }

    /// `C260212EUR1000,00`
    fn balance(&mut self, field: &Field<'_>) -> Result<Decimal, Fault> {
        let text = field.first();
        let bad = || Fault::at(field.line, format!("\"{}\" is not a balance such as C260212EUR1000,00", short(text, 40)));
        let (sign, rest) = text.split_at_checked(1).ok_or_else(bad)?;
        let (date, rest) = rest.split_at_checked(6).ok_or_else(bad)?;
        let (currency, value) = rest.split_at_checked(3).ok_or_else(bad)?;
        self.closed = Some(day(date).ok_or_else(bad)?);
        self.currency = currency.to_owned();
        let value = comma_amount(value, currency, field.line)?;
        match sign {
            "C" => Ok(value),
            "D" => Ok(Decimal(-value.0)),
            _ => Err(bad()),
        }
    }

    /// `2602130213CR49,90NTRFNONREF//EXB0001`, and the code of its type.
    fn booking(&self, field: &Field<'_>) -> Result<(Entry, String), Fault> {
        let text = field.first();
        let bad = || Fault::at(field.line, format!("\"{}\" is not a booking such as 2602130213C49,90NTRFNONREF", short(text, 60)));
        let (date, rest) = text.split_at_checked(6).ok_or_else(bad)?;
        let valued = day(date).ok_or_else(bad)?;
        let (booked, rest) = match rest.split_at_checked(4) {
            Some((date, rest)) if all_digits(date) => (near(date, valued).ok_or_else(bad)?, rest),
            Some((date, rest)) if date.trim().is_empty() => (valued, rest),
            _ => (valued, rest),
        };
        // The reversals first: in `CR49,90` the R is a letter of the currency.
        let marks = [("RC", -1), ("RD", 1), ("C", 1), ("D", -1)];
        let (mark, sign, rest) = marks.iter().find_map(|(mark, sign)| Some((*mark, *sign, rest.strip_prefix(mark)?))).ok_or_else(bad)?;
        let rest = rest.strip_prefix(|letter: char| letter.is_ascii_uppercase()).unwrap_or(rest);
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(rest.len());
        let (value, rest) = rest.split_at_checked(end).ok_or_else(bad)?;
        let value = comma_amount(value, &self.currency, field.line)?;
        let (code, references) = rest.split_at_checked(4).ok_or_else(bad)?;
        let (customer, bank) = references.split_once("//").map_or((references, None), |(customer, bank)| (customer, Some(bank)));
        let further = field.lines.get(1..).unwrap_or_default().concat();
        let kind = match mark {
            "RC" => PaymentKind::Returned,
            "RD" => PaymentKind::Other,
            "C" => PaymentKind::Received,
            _ => PaymentKind::Outgoing,
        };
        let charges = further.split_once("/CHGS/").and_then(|(_, rest)| rest.split('/').next()).and_then(|text| text.get(3..));
        let charges = charges.map(|text| comma_amount(text, &self.currency, field.line)).transpose()?;
        let entry = Entry {
            kind,
            booked,
            valued: Some(valued),
            amount: Decimal(value.0.saturating_mul(sign)),
            currency: self.currency.clone(),
            charges: charges.unwrap_or_default(),
            bank_reference: bank.and_then(reference),
            references: reference(customer).into_iter().collect(),
            ..Entry::default()
        };
        Ok((entry, code.to_owned()))
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    let year: i32 = text.get(..2)?.parse().ok()?;
    NaiveDate::from_ymd_opt(2000 + year, text.get(2..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?)
}

/// The day without a year that is nearest to another.
fn near(text: &str, other: NaiveDate) -> Option<NaiveDate> {
    let (month, day) = (text.get(..2)?.parse().ok()?, text.get(2..4)?.parse().ok()?);
    let years = [other.year(), other.year() - 1, other.year() + 1];
    let days = years.into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
    days.min_by_key(|day| (*day - other).num_days().abs())
}

/// The comma is needed, also without decimals; there is no mark for thousands.
fn comma_amount(text: &str, currency: &str, line: usize) -> Result<Decimal, Fault> {
    match text.split_once(',') {
        Some((whole, decimals)) if all_digits(whole) && (decimals.is_empty() || all_digits(decimals)) => {
            amount(&format!("{whole}.{decimals}0"), currency, line)
        }
        _ => Err(Fault::at(line, format!("\"{}\" is not an amount such as 49,90", short(text, 30)))),
    }
}

/// Takes over what `:86:` says of a booking. `code`: the type in `:61:`.
fn explained(entry: Entry, code: &str, lines: &[&str], line: usize) -> Result<Entry, Fault> {
    // Lines are cut at 65 characters, wherever that is.
    let text = lines.concat();
    let structured = text.split_at_checked(3).filter(|(gvc, rest)| all_digits(gvc) && begins_subfields(rest));
    let (gvc, mut entry) = match structured {
        Some((gvc, rest)) => (gvc.to_owned(), subfields(entry, rest, line)?),
        None => {
            let purpose = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| (*line).to_owned()).collect();
            (String::new(), Entry { purpose, ..entry })
        }
    };
    let came_back = RETURNS.contains(&gvc.as_str()) || code == "NRTI";
    entry.kind = match entry.kind {
        PaymentKind::Received if gvc.starts_with('8') || came_back || code == "NCHG" => PaymentKind::Other,
        PaymentKind::Received if gvc == "194" => PaymentKind::Sum,
        PaymentKind::Outgoing if came_back => PaymentKind::Returned,
        PaymentKind::Outgoing if gvc.starts_with('8') || code == "NCHG" => PaymentKind::Other,
        kind => kind,
    };
    Ok(entry)
}

/// Numbers of subfields.
const SUBFIELDS: [&str; 21] =
    ["00", "10", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "60", "61", "62", "63"];

/// Whether three digits and this are the structured form, and not a text that begins with a number.
fn begins_subfields(text: &str) -> bool {
    let mut chars = text.chars();
    let separator = chars.next().is_some_and(|c| c.is_ascii_punctuation() && !"/-.,:;()'\"+=_&".contains(c));
    separator && chars.as_str().get(..2).is_some_and(|number| SUBFIELDS.contains(&number))
}

/// `?00GUTSCHRIFT?20EREF+…`: the first character parts the subfields, whichever it is.
fn subfields(mut entry: Entry, text: &str, line: usize) -> Result<Entry, Fault> {
    let Some(separator) = text.chars().next() else { return Ok(entry) };
    let mut parts = Words::default();
    let (mut name, mut account_text) = (String::new(), String::new());
    for subfield in text.split(separator).skip(1) {
        let Some((number, value)) = subfield.split_at_checked(2).filter(|(number, _)| SUBFIELDS.contains(number)) else {
            // The separator was part of the text.
            parts.go_on(&format!("{separator}{subfield}"));
            continue;
        };
        match number.parse().unwrap_or(0_u8) {
            20..=29 | 60..=63 => parts.subfield(value),
            30 => entry.bic = Some(value.trim().to_owned()).filter(|bic| !bic.is_empty()),
            31 => account_text = account(value),
            32 | 33 => name.push_str(value),
            34 => entry.return_reason = Some(value.trim().to_owned()).filter(|reason| !reason.is_empty()),
            _ => {}
        }
    }
    entry.depositor = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    entry.iban = Some(account_text).filter(|account| !account.is_empty());
    entry.end_to_end_id = parts.of("EREF").and_then(|text| reference(&text));
    entry.references.extend(parts.of("KREF").and_then(|text| reference(&text)).filter(|_| entry.references.is_empty()));
    entry.ultimate_depositor = parts.of("ABWA").or_else(|| parts.of("ABWE"));
    if let Some(fee) = parts.of("COAM") {
        entry.charges = comma_amount(fee.trim(), &entry.currency.clone(), line)?;
    }
    entry.purpose = parts.of("SVWZ").or_else(|| parts.of("")).into_iter().collect();
    Ok(entry)
}

/// Keywords of the purpose. Those at the start of a subfield count; the amounts of a return may be in the middle of one.
const KEYWORDS: [&str; 13] = ["EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "PURP", "IBAN", "BIC"];

/// The purpose by its keywords; what is before the first has none. Then the length of the last subfield.
#[derive(Default)]
struct Words(Vec<(&'static str, String)>, usize);

impl Words {
    fn subfield(&mut self, value: &str) {
        match keyword(value.trim_start()) {
            Some((word, rest)) => self.begin(word, rest),
            None => {
                // What is much shorter than banks cut ended there, and its number with it.
                let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
                let ended = self.1 < SHORT && self.0.last().is_some_and(|(_, text)| digit(text.chars().next_back()));
                if ended && digit(value.chars().next()) {
                    self.go_on(" ");
                }
                self.go_on(value);
            }
        }
        self.1 = value.chars().count();
    }

    fn begin(&mut self, word: &'static str, rest: &str) {
        self.0.push((word, String::new()));
        self.go_on(rest);
    }

    fn go_on(&mut self, value: &str) {
        let inner = [" OAMT+", " COAM+"].iter().filter_map(|word| value.find(word)).min();
        let (text, rest) = inner.and_then(|at| value.split_at_checked(at)).unwrap_or((value, ""));
        match self.0.last_mut() {
            Some((_, last)) => last.push_str(text),
            None => self.0.push(("", text.to_owned())),
        }
        if let Some((word, rest)) = keyword(rest.trim_start()) {
            self.begin(word, rest);
        }
    }

    fn of(&self, word: &str) -> Option<String> {
        let found = self.0.iter().find(|(known, _)| *known == word).map(|(_, text)| text.trim().to_owned());
        found.filter(|text| !text.is_empty())
    }
}

/// `EREF+…`, also as `EREF: …`.
fn keyword(text: &str) -> Option<(&'static str, &str)> {
    KEYWORDS.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        Some((*word, rest.strip_prefix('+').or_else(|| rest.strip_prefix(": "))?))
    })
}

#[cfg(test)]
mod tests;
