//! What the readers of files give: statements with their entries, in one form for all formats.

use chrono::NaiveDate;
use thiserror::Error;

use crate::domain::payment::Entry;
use crate::domain::{Currency, Decimal};

/// Why a file, or a statement in it, cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{text}", place(*.line))]
pub(crate) struct Fault {
    /// 0: no line in particular.
    pub(crate) line: usize,
    pub(crate) text: String,
}

fn place(line: usize) -> String {
    if line == 0 { String::new() } else { format!("line {line}: ") }
}

impl Fault {
    pub(super) fn at(line: usize, text: impl Into<String>) -> Fault {
        Fault { line, text: text.into() }
    }
}

/// The statement of an account, or a report of a payment service.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Statement {
    /// Where it begins in its file.
    pub(crate) line: usize,
    /// Our own account: an IBAN, or what the payment service calls it.
    pub(crate) account: Option<String>,
    /// By what the bank tells its statements of an account apart; `None`: nothing does.
    pub(crate) number: Option<String>,
    /// A copy of a statement that was sent before.
    pub(crate) is_copy: bool,
    /// Of its balances; empty: it has none.
    pub(crate) currency: String,
    pub(crate) opening: Option<Decimal>,
    pub(crate) closing: Option<Decimal>,
    pub(crate) entries: Vec<Entry>,
    /// Entries that are not booked, or move no money: how many.
    pub(crate) left_out: usize,
}

impl Statement {
    /// The balances have to agree with the entries: a file that was cut off, or a sign that was misread, shows there.
    pub(super) fn check_balances(&self) -> Result<(), Fault> {
        let (Some(opening), Some(closing)) = (self.opening, self.closing) else { return Ok(()) };
        if let Some(entry) = self.entries.iter().find(|entry| entry.currency != self.currency) {
            let text =
                format!("an entry is in {}, the account in {}; fetch the statement from the bank again", entry.currency, self.currency);
            return Err(Fault::at(self.line, text));
        }
        let sum = self.entries.iter().fold(opening.0, |sum, entry| sum.saturating_add(entry.amount.0));
        if sum == closing.0 {
            return Ok(());
        }
        let text = format!(
            "the entries do not lead from the opening balance {opening} to the closing balance {closing}, but to {}; fetch the \
             statement from the bank again",
            Decimal(sum)
        );
        Err(Fault::at(self.line, text))
    }
}

/// What a bank writes where there is no reference.
pub(super) fn reference(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let none = ["", "NOTPROVIDED", "NONREF", "NOTAVAILABLE", "NOREF"].contains(&bare.as_str());
    (!none).then(|| text.trim().to_owned())
}

/// An amount as ISO 4217 allows it in this currency.
pub(super) fn amount(text: &str, currency: &str, line: usize) -> Result<Decimal, Fault> {
    let known = Currency::parse(currency)
        .ok_or_else(|| Fault::at(line, format!("\"{currency}\" is not a currency; expected a code of ISO 4217 such as EUR")))?;
    let read = exact(text.trim()).and_then(Decimal::parse).filter(|amount| amount.to_units(known.decimals()).is_some());
    read.ok_or_else(|| Fault::at(line, format!("\"{}\" is not an amount in {currency}", crate::domain::layout::short(text, 30))))
}

/// Digits with at most four behind the dot, beside zeros: nothing of it would be rounded.
fn exact(text: &str) -> Option<&str> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let written = all_digits(whole) && (decimals.is_empty() || all_digits(decimals));
    (written && decimals.trim_end_matches('0').len() <= 4).then_some(text)
}

pub(super) fn day(text: &str, line: usize) -> Result<NaiveDate, Fault> {
    let day = text.trim().get(..10).unwrap_or_default();
    let read = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok();
    read.ok_or_else(|| Fault::at(line, format!("\"{}\" is not a date such as 2026-02-13", crate::domain::layout::short(text, 30))))
}

/// An IBAN without blanks, in capitals. A bank code and account of Germany make one.
pub(super) fn account(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    match bare.split_once('/') {
        Some((bank, number)) if bank.len() == 8 && number.len() <= 10 && all_digits(bank) && all_digits(number) => {
            german_iban(bank, number)
        }
        _ => bare,
    }
}

pub(super) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn german_iban(bank: &str, number: &str) -> String {
    let inner = format!("{bank}{number:0>10}");
    // ISO 7064: "DE00" behind the number, D = 13 and E = 14.
    let check = 98 - remainder(&format!("{inner}131400"));
    format!("DE{check:02}{inner}")
}

/// Modulo 97 of a number of any length.
fn remainder(digits: &str) -> u32 {
    digits.bytes().fold(0, |rest, byte| (rest * 10 + u32::from(byte.saturating_sub(b'0'))) % 97)
}

/// Whether a text in capitals is right by ISO 7064 as IBANs and creditor references are: the first four characters go to the end.
pub(super) fn checks_out(text: &str) -> bool {
    let Some((head, tail)) = text.split_at_checked(4) else { return false };
    let digits: Option<String> =
        tail.chars().chain(head.chars()).map(|c| c.to_digit(36).filter(|_| c.is_ascii()).map(|digit| digit.to_string())).collect();
    digits.is_some_and(|digits| remainder(&digits) == 1)
}

#[cfg(test)]
mod tests {
    use super::{account, amount, checks_out, reference};
    use crate::domain::Decimal;

    #[test]
    fn a_german_bank_code_and_account_are_an_iban() {
        assert_eq!(account("99990001/0000123456"), "DE65999900010000123456");
        assert_eq!(account("99990001/123456"), "DE65999900010000123456");
        assert_eq!(account("de65 9999 0001 0000 1234 56"), "DE65999900010000123456");
        assert!(checks_out("DE65999900010000123456") && !checks_out("DE66999900010000123456"));
        assert!(checks_out("RF18539007547034") && !checks_out("RF") && !checks_out("äöü€"));
    }

    #[test]
    fn placeholders_are_no_references() {
        for text in ["NOTPROVIDED", "NOT PROVIDED", "NONREF", "nonref ", "", " "] {
            assert_eq!(reference(text), None, "{text}");
        }
        assert_eq!(reference(" ORD-1 ").as_deref(), Some("ORD-1"));
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        assert_eq!(amount("49.90", "EUR", 1), Ok(Decimal(499_000)));
        assert_eq!(amount("49.900000", "EUR", 1), Ok(Decimal(499_000)));
        for (text, currency) in [
            ("1E2", "EUR"),
            ("49.90004", "EUR"),
            (".", "EUR"),
            ("49.905", "EUR"),
            ("10.5", "JPY"),
            ("4,5", "EUR"),
            ("1", "EURO"),
            ("99999999999999999999", "EUR"),
        ] {
            assert!(amount(text, currency, 7).is_err_and(|fault| fault.line == 7), "{text} {currency}");
        }
    }
}
