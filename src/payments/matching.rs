//! To which order a payment belongs: a score, and the decision whether it is sure (`docs/PAYMENTS.md` lists the points). A pure
//! function; money is compared to the smallest unit.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::numbers::{Found, Haystack, Number};
use crate::domain::payment::{Candidate, Entry, Grounds, PaymentKind, Reason};
use crate::domain::{Decimal, OrderId};

/// The least score at which Kontor assigns a payment automatically, and the lead before the next candidate.
const SURE: i32 = 120;
const LEAD: i32 = 20;
/// The least score of a candidate that is shown although nothing names its order, and how many are shown.
const LIKELY: i32 = 50;
const MOST_CANDIDATES: usize = 5;
/// Days after an order on which its payment is expected.
const EXPECTED_DAYS: i64 = 60;
/// How alike two names must be, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.9;

/// Whether money is expected for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Yes,
    /// It counts as paid.
    Paid,
    /// It is cancelled.
    Cancelled,
}

/// What matching needs to know of an order.
#[derive(Debug, Clone)]
pub(crate) struct Debt {
    pub(crate) order_id: OrderId,
    /// Everything that the order is called by.
    pub(crate) numbers: Vec<Number>,
    pub(crate) transactions: Vec<String>,
    pub(crate) customer_id: Option<i32>,
    pub(crate) names: Vec<String>,
    /// What is not paid yet, by payments that Kontor knows.
    pub(crate) open: Decimal,
    pub(crate) untouched: bool,
    pub(crate) currency: String,
    pub(crate) ordered: Option<NaiveDate>,
    pub(crate) expected: Expected,
}

/// What is to be done with a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Assign(Vec<(OrderId, Decimal, Grounds)>),
    Wait(Vec<Candidate>),
}

/// `customers`: those whose payments came from the same IBAN before. `doubts`: why nobody but a person may assign it.
pub(crate) fn judge(entry: &Entry, debts: &[&Debt], customers: &BTreeSet<i32>, doubts: &[Reason]) -> Verdict {
    if entry.kind != PaymentKind::Received {
        return Verdict::Wait(Vec::new());
    }
    let haystack = Haystack::of(entry);
    let mut found: Vec<(&Debt, Vec<Reason>)> =
        debts.iter().filter_map(|debt| Some((*debt, reasons(entry, debt, &haystack, customers)?))).collect();
    amounts_of_others(entry, &mut found);
    let mut candidates: Vec<(&Debt, Candidate)> = found.into_iter().map(|(debt, reasons)| (debt, scored(debt.order_id, reasons))).collect();
    candidates.sort_by_key(|(debt, candidate)| (std::cmp::Reverse(candidate.score), debt.order_id));
    if doubts.is_empty() {
        if let Some(split) = split(entry, &candidates) {
            return Verdict::Assign(split);
        }
        if let Some(sure) = sure(entry, &candidates) {
            return Verdict::Assign(vec![sure]);
        }
    }
    candidates.truncate(MOST_CANDIDATES);
    let several = candidates.iter().filter(|(_, candidate)| names_it(candidate)).count() > 1;
    let explained = candidates.into_iter().map(|(debt, mut candidate)| {
        candidate.reasons.extend(reservations(entry, debt));
        candidate.reasons.extend(several.then_some(Reason::SeveralOrders).filter(|_| names_it(&candidate)));
        candidate.reasons.extend_from_slice(doubts);
        candidate
    });
    Verdict::Wait(explained.collect())
}

/// The orders that an entry names which is no money of a buyer.
pub(crate) fn named(entry: &Entry, debts: &[&Debt]) -> Vec<Candidate> {
    let haystack = Haystack::of(entry);
    let found = debts.iter().filter_map(|debt| Some(scored(debt.order_id, reasons(entry, debt, &haystack, &BTreeSet::new())?)));
    let mut candidates: Vec<Candidate> = found.filter(names_it).collect();
    candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.order_id));
    candidates.truncate(MOST_CANDIDATES);
    candidates
}

fn scored(order_id: OrderId, reasons: Vec<Reason>) -> Candidate {
    Candidate { order_id, score: reasons.iter().map(|reason| reason.points()).sum(), reasons }
}

fn names_it(candidate: &Candidate) -> bool {
    candidate.reasons.iter().any(|reason| reason.names_the_order())
}

/// What speaks for an order, and against it; `None`: too little.
fn reasons(entry: &Entry, debt: &Debt, haystack: &Haystack, customers: &BTreeSet<i32>) -> Option<Vec<Reason>> {
    let mut reasons = Vec::new();
    if entry.transaction_id.as_ref().is_some_and(|id| debt.transactions.contains(id)) {
        reasons.push(Reason::TransactionId);
    }
    let numbers = &debt.numbers;
    reasons.extend(of_numbers(numbers, haystack));
    let named = reasons.iter().any(|reason| reason.names_the_order());
    let same_currency = entry.currency == debt.currency;
    let exact = same_currency && entry.amount == debt.open;
    let with_charges = same_currency && entry.charges.0 > 0 && entry.amount.checked_add(entry.charges) == Some(debt.open);
    // Names and mistyped numbers cost the most to compare, and mean nothing without the amount.
    if !named && !exact && !with_charges {
        return None;
    }
    reasons.extend(exact.then_some(Reason::Amount).or(with_charges.then_some(Reason::AmountWithCharges)));
    reasons.extend(debt.customer_id.filter(|id| customers.contains(id)).map(|_| Reason::Iban));
    let payers = || entry.depositor.iter().chain(&entry.ultimate_depositor);
    let alike = payers().any(|payer| debt.names.iter().any(|name| are_alike(payer, name)));
    reasons.extend(alike.then_some(Reason::Name));
    if !named && exact && alike && numbers.iter().any(|number| haystack.has_mistyped(number)) {
        reasons.push(Reason::NumberMistyped);
    }
    if let Some(ordered) = debt.ordered {
        match (entry.booked - ordered).num_days() {
            ..0 => reasons.push(Reason::BeforeTheOrder),
            0..=EXPECTED_DAYS => reasons.push(Reason::Date),
            _ => {}
        }
    }
    let score: i32 = reasons.iter().map(|reason| reason.points()).sum();
    (named || (score >= LIKELY && debt.expected == Expected::Yes)).then_some(reasons)
}

/// The best that the text says of an order's numbers.
fn of_numbers(numbers: &[Number], haystack: &Haystack) -> Option<Reason> {
    let in_field = |distinct: bool| numbers.iter().any(|number| number.is_distinct() == distinct && haystack.has_reference(number));
    if in_field(true) {
        return Some(Reason::Reference);
    }
    let found: Vec<Found> = numbers.iter().filter_map(|number| haystack.find(number)).collect();
    match found.as_slice() {
        found if found.contains(&Found::Whole) => Some(Reason::Number),
        [] => in_field(false).then_some(Reason::ShortReference),
        _ => Some(Reason::NumberJoined),
    }
}

/// Of the orders that are named, one whose sum is not paid while another's is exactly.
fn amounts_of_others(entry: &Entry, found: &mut [(&Debt, Vec<Reason>)]) {
    let named = |reasons: &[Reason]| reasons.iter().any(|reason| reason.names_the_order());
    let exact = |debt: &Debt| debt.open == entry.amount && debt.currency == entry.currency;
    if found.iter().any(|(debt, reasons)| named(reasons) && exact(debt)) {
        for (debt, reasons) in found.iter_mut() {
            if named(reasons) && !exact(debt) {
                reasons.push(Reason::AmountOfAnother);
            }
        }
    }
}

/// The one order that it is for, without a doubt.
fn sure(entry: &Entry, candidates: &[(&Debt, Candidate)]) -> Option<(OrderId, Decimal, Grounds)> {
    let (debt, first) = candidates.first()?;
    let lead = candidates.get(1).is_none_or(|(_, second)| first.score - second.score > LEAD);
    let has = |reason: Reason| first.reasons.contains(&reason);
    let fits = has(Reason::Amount) || has(Reason::AmountWithCharges);
    // The channel said that it is paid, and this is the transaction that it meant.
    let expected = debt.expected == Expected::Yes || (debt.expected == Expected::Paid && debt.untouched && has(Reason::TransactionId));
    let sure = lead && fits && expected && names_it(first) && first.score >= SURE && debt.open.0 > 0;
    sure.then(|| (debt.order_id, entry.amount, Grounds { score: first.score, reasons: first.reasons.clone(), ..Grounds::default() }))
}

/// One transfer for several orders: all that it names are open, their sums add up to it, and each would be sure alone.
fn split(entry: &Entry, candidates: &[(&Debt, Candidate)]) -> Option<Vec<(OrderId, Decimal, Grounds)>> {
    let named: Vec<&(&Debt, Candidate)> = candidates.iter().filter(|(_, candidate)| names_it(candidate)).collect();
    let is_sure = |(debt, candidate): &&(&Debt, Candidate)| {
        let open = debt.expected == Expected::Yes && debt.currency == entry.currency && debt.open.0 > 0;
        open && candidate.score + Reason::AddsUp.points() >= SURE
    };
    if named.len() < 2 || !named.iter().all(is_sure) {
        return None;
    }
    let sum = named.iter().try_fold(Decimal::ZERO, |sum, (debt, _)| sum.checked_add(debt.open))?;
    (sum == entry.amount).then(|| {
        let part = |(debt, candidate): &&(&Debt, Candidate)| {
            let mut reasons = candidate.reasons.clone();
            reasons.push(Reason::AddsUp);
            (debt.order_id, debt.open, Grounds { score: candidate.score + Reason::AddsUp.points(), reasons, ..Grounds::default() })
        };
        named.iter().map(part).collect()
    })
}

/// A candidate as it is now: orders change while a payment waits.
pub(crate) fn renewed(entry: &Entry, debt: &Debt, candidate: &Candidate) -> Candidate {
    let kept = candidate.reasons.iter().filter(|reason| !RESERVATIONS.contains(reason)).copied();
    let reasons = match entry.kind {
        PaymentKind::Received => kept.chain(reservations(entry, debt)).collect(),
        _ => kept.collect(),
    };
    Candidate { reasons, ..candidate.clone() }
}

/// Whether an order may be one of those that a payment is for.
pub(crate) fn concerns(entry: &Entry, debts: &[&Debt]) -> bool {
    let haystack = Haystack::of(entry);
    debts.iter().any(|debt| reasons(entry, debt, &haystack, &BTreeSet::new()).is_some())
}

const RESERVATIONS: [Reason; 5] = [Reason::Short, Reason::Over, Reason::OtherCurrency, Reason::AlreadyPaid, Reason::OrderCancelled];

/// Why a person has to look, by what the order is now.
fn reservations(entry: &Entry, debt: &Debt) -> Vec<Reason> {
    let mut doubts = Vec::new();
    if entry.currency != debt.currency {
        doubts.push(Reason::OtherCurrency);
    } else if entry.amount < debt.open {
        doubts.push(Reason::Short);
    } else if entry.amount > debt.open {
        doubts.push(Reason::Over);
    }
    match debt.expected {
        Expected::Yes => {}
        Expected::Paid => doubts.push(Reason::AlreadyPaid),
        Expected::Cancelled => doubts.push(Reason::OrderCancelled),
    }
    doubts
}

/// Words that say what a company is, not which.
const LEGAL_FORMS: [&str; 14] =
    ["gmbh", "mbh", "co", "kg", "ag", "ohg", "ug", "ek", "gbr", "ltd", "inc", "und", "haftungsbeschraenkt", "ev"];

/// A name as it is compared: small letters, umlauts as two, no legal forms, words in order.
fn plain(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => text.push_str("ae"),
            'ö' => text.push_str("oe"),
            'ü' => text.push_str("ue"),
            'ß' => text.push_str("ss"),
            '.' => {}
            c if c.is_alphanumeric() => text.push(c),
            _ => text.push(' '),
        }
    }
    let mut words: Vec<&str> = text.split_whitespace().filter(|word| !LEGAL_FORMS.contains(word)).collect();
    words.sort_unstable();
    words.join(" ")
}

fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    !one.is_empty() && !other.is_empty() && strsim::jaro_winkler(&one, &other) >= ALIKE
}

#[cfg(test)]
mod tests;
