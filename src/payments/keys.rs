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
    /// The bank or the payment service named the entry: whatever statement it is in, it is the same.
    pub(crate) named: bool,
}

/// The keys of a statement's entries, in order. Equal entries of one statement are different payments, so each has its number
/// among them in its key.
pub(crate) fn of(statement: &Statement) -> Vec<EntryKey> {
    let own = statement.account.as_deref().unwrap_or_default();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut keys = Vec::with_capacity(statement.entries.len());
    for entry in &statement.entries {
        let (digest, named) = content(own, entry);
        let times = seen.entry(digest.clone()).or_default();
        *times += 1;
        keys.push(EntryKey { key: format!("{digest}-{times}"), named });
    }
    keys
}

/// The key of what the ERP reports under a number of its own.
pub(crate) fn of_report(external_id: &str) -> EntryKey {
    EntryKey { key: digest(["report", external_id]), named: true }
}

/// The key of a transaction of a payment service, whoever reports it.
pub(crate) fn of_transaction(entry: &Entry) -> EntryKey {
    let (digest, named) = content("", entry);
    EntryKey { key: format!("{digest}-1"), named }
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

fn content(own: &str, entry: &Entry) -> (String, bool) {
    let amount = entry.amount.to_string();
    let part = entry.part.to_string();
    if let Some(id) = &entry.transaction_id {
        // The same transaction is in each kind of report, and an authorisation under its id moves no money.
        return (digest(["transaction", id, &amount, &entry.currency]), true);
    }
    if let Some(reference) = &entry.bank_reference {
        // The same reference can occur again, so never it alone.
        return (digest(["bank reference", own, reference, &part, &amount, &entry.currency]), true);
    }
    let booked = entry.booked.to_string();
    let valued = entry.valued.map(|day| day.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let purpose: String = entry.purpose.concat().split_whitespace().collect();
    let (reference, iban, name) = (text(&entry.end_to_end_id), text(&entry.iban), text(&entry.depositor));
    (digest(["content", own, &booked, &valued, &amount, &entry.currency, &part, &reference, &iban, &name, &purpose]), false)
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
    use super::{Entry, Statement, of, of_content, of_report};
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
        assert_eq!(keys.iter().map(|key| key.named).collect::<Vec<_>>(), [false, false, true, true]);
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
