//! By what an entry is recognised when it comes again (`payments-shipping-documents.md` 1.4).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::statement::Statement;
use crate::domain::hex;
use crate::domain::payment::Entry;

/// The key of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntryKey {
    pub(crate) key: String,
    pub(crate) by: KeyedBy,
}

/// What tells an entry from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyedBy {
    /// The id of a payment service, or the ERP's number: whatever it is in, it is the same.
    Id,
    /// The bank's reference. In another statement it is the same entry, if what else is known agrees: banks use references again.
    Reference,
    /// Everything it says. In another statement it may be the same entry, or another that looks like it.
    Content,
}

impl EntryKey {
    /// Under the same key is the same payment, whatever else is said of it.
    pub(crate) fn is_id(&self) -> bool {
        self.by == KeyedBy::Id
    }
}

/// The keys of a statement's entries, in order. Equal entries of one statement are different payments, so each has its number
/// among them in its key; a transaction is one, however often a report lists it.
pub(crate) fn of(statement: &Statement) -> Vec<EntryKey> {
    let own = statement.account.as_deref().unwrap_or_default();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut keys = Vec::with_capacity(statement.entries.len());
    for entry in &statement.entries {
        let (digest, by) = content(own, entry);
        let times = seen.entry(digest.clone()).or_default();
        *times += usize::from(by != KeyedBy::Id || *times == 0);
        keys.push(EntryKey { key: format!("{digest}-{times}"), by });
    }
    keys
}

/// The key of what the ERP reports under a number of its own.
pub(crate) fn of_report(external_id: &str) -> EntryKey {
    EntryKey { key: digest(["report", external_id]), by: KeyedBy::Id }
}

/// The key of a transaction of a payment service, whoever reports it.
pub(crate) fn of_transaction(entry: &Entry) -> EntryKey {
    let (digest, by) = content("", entry);
    EntryKey { key: format!("{digest}-1"), by }
}

/// The key of an entry of an account that is brought along; `times`: its number among equal ones.
pub(crate) fn of_entry(account: Option<&str>, entry: &Entry, times: usize) -> EntryKey {
    let (digest, by) = content(account.unwrap_or_default(), entry);
    EntryKey { key: format!("{digest}-{times}"), by }
}

/// The key of an entry whose own is taken by another: with what it says beside.
pub(super) fn beside(key: &EntryKey, entry: &Entry) -> String {
    format!("{}~{}", key.key, digest(said(entry).iter().map(String::as_str)))
}

/// Whether two entries under one reference of a bank may be the same, also if they are of statements in different formats:
/// nothing of what both name contradicts.
pub(super) fn agree(one: &Entry, other: &Entry) -> bool {
    said(one).iter().zip(&said(other)).all(|(one, other)| one.contains(other.as_str()) || other.contains(one.as_str()))
}

/// End-to-end id, IBAN, payer and text of an entry, as formats write them alike.
fn said(entry: &Entry) -> [String; 4] {
    let plain = |text: &str| -> String { text.chars().filter(|c| c.is_ascii_alphanumeric()).flat_map(char::to_uppercase).collect() };
    let some = |text: &Option<String>| text.as_deref().map(plain).unwrap_or_default();
    [some(&entry.end_to_end_id), some(&entry.iban), some(&entry.depositor), plain(&entry.purpose.concat())]
}

/// The key of a statement; empty: its bank does not number them.
pub(crate) fn of_statement(statement: &Statement) -> String {
    let numbered = |number: &str| digest(["statement", statement.account.as_deref().unwrap_or_default(), number]);
    statement.number.as_deref().map(numbered).unwrap_or_default()
}

/// What a statement says, to see whether one under a known number says something else.
pub(crate) fn of_content(statement: &Statement) -> String {
    let keys: Vec<String> = of(statement).into_iter().map(|key| key.key).collect();
    let balance = |amount: Option<crate::domain::Decimal>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let (opening, closing) = (balance(statement.opening), balance(statement.closing));
    digest([opening.as_str(), closing.as_str()].into_iter().chain(keys.iter().map(String::as_str)))
}

fn content(own: &str, entry: &Entry) -> (String, KeyedBy) {
    let amount = entry.amount.to_string();
    let part = entry.part.to_string();
    if let Some(id) = &entry.transaction_id {
        // The same transaction is in each kind of report, and an authorisation under its id moves no money.
        return (digest(["transaction", id, &amount, &entry.currency]), KeyedBy::Id);
    }
    let booked = entry.booked.to_string();
    if let Some(reference) = &entry.bank_reference {
        // The same reference can occur again, so never it alone.
        return (digest(["bank reference", own, &booked, reference, &part, &amount, &entry.currency]), KeyedBy::Reference);
    }
    let valued = entry.valued.map(|day| day.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let purpose: String = entry.purpose.concat().split_whitespace().collect();
    let (reference, iban, name) = (text(&entry.end_to_end_id), text(&entry.iban), text(&entry.depositor));
    let parts = ["content", own, &booked, &valued, &amount, &entry.currency, &part, &reference, &iban, &name, &purpose];
    (digest(parts), KeyedBy::Content)
}

/// Each part with its length, so that no two lists of parts look alike.
fn digest<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::hex(hash.finalize().get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Entry, KeyedBy, Statement, agree, beside, of, of_content, of_report};
    use crate::domain::Decimal;

    fn statement(entries: Vec<Entry>) -> Statement {
        Statement { account: Some("DE65999900010000123456".into()), entries, ..Statement::default() }
    }

    fn entry(reference: Option<&str>, amount: i64) -> Entry {
        Entry { amount: Decimal(amount), currency: "EUR".into(), bank_reference: reference.map(str::to_owned), ..Entry::default() }
    }

    #[test]
    fn two_equal_entries_of_a_statement_are_two_payments_and_the_same_next_time() {
        let twice = statement(vec![entry(None, 1), entry(None, 1), entry(Some("A"), 1), entry(Some("A"), 2)]);
        let keys = of(&twice);
        let mut different: Vec<&str> = keys.iter().map(|key| key.key.as_str()).collect();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 4);
        assert_eq!(keys, of(&twice.clone()));
        let by: Vec<KeyedBy> = keys.iter().map(|key| key.by).collect();
        assert_eq!(by, [KeyedBy::Content, KeyedBy::Content, KeyedBy::Reference, KeyedBy::Reference]);
    }

    #[test]
    fn a_transaction_that_a_report_lists_twice_is_one() {
        let row = || Entry { transaction_id: Some("T6".into()), ..entry(None, 1) };
        let keys = of(&statement(vec![row(), row()]));
        assert_eq!(keys[0], keys[1]);
    }

    #[test]
    fn a_reference_that_a_bank_uses_again_is_another_payment_on_another_day_or_with_another_text() {
        let of_day = |day: u32, text: &str| Entry {
            booked: chrono::NaiveDate::from_ymd_opt(2026, 12, day).unwrap(),
            purpose: vec![text.to_owned()],
            ..entry(Some("POS"), 1)
        };
        let key = |entry: Entry| of(&statement(vec![entry])).remove(0);
        assert_ne!(key(of_day(1, "order A")), key(of_day(2, "order A")));
        assert_eq!(key(of_day(1, "order A")), key(of_day(1, "order B")), "so what they say is compared");
        assert!(agree(&of_day(1, "Bestellung 1 danke"), &of_day(1, "BESTELLUNG 1")), "another format says less");
        assert!(!agree(&of_day(1, "order A"), &of_day(1, "order B")));
        let from = |iban: &str| Entry { iban: Some(iban.into()), ..of_day(1, "order A") };
        assert!(agree(&from("DE1"), &of_day(1, "order A")) && !agree(&from("DE1"), &from("DE2")));
        let key = key(of_day(1, "order A"));
        assert_ne!(beside(&key, &of_day(1, "order A")), beside(&key, &of_day(1, "order B")));
    }

    #[test]
    fn a_transaction_is_the_same_in_each_report_and_an_entry_in_its_own_account_only() {
        let transaction = |account: &str| {
            let paid = Entry { transaction_id: Some("T1".into()), ..entry(None, 1) };
            of(&Statement { account: Some(account.into()), ..statement(vec![paid]) })
        };
        assert_eq!(transaction("a"), transaction("b"));
        let booked = |account: &str| of(&Statement { account: Some(account.into()), ..statement(vec![entry(Some("A"), 1)]) });
        assert_ne!(booked("a"), booked("b"));
        assert_ne!(of_report("1"), of_report("2"));
    }

    #[test]
    fn other_content_shows_in_the_digest_of_a_statement() {
        let one = statement(vec![entry(Some("A"), 1)]);
        assert_eq!(of_content(&one), of_content(&one.clone()));
        assert_ne!(of_content(&one), of_content(&statement(vec![entry(Some("A"), 2)])));
        assert_ne!(of_content(&one), of_content(&Statement { closing: Some(Decimal(1)), ..one.clone() }));
    }
}
