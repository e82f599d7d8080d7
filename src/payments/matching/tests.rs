use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Debt, Expected, Number, Verdict, are_alike, judge, named, renewed};
use crate::domain::payment::{Candidate, Entry, PaymentKind, Reason};
use crate::domain::{Decimal, OrderId};

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, day).unwrap()
}

/// An order of the 10th for 49.90, by Jörg Müßiggänger.
fn debt(order_id: i32, number: &str) -> Debt {
    Debt {
        order_id: OrderId(order_id),
        numbers: vec![Number::new(number)],
        transactions: Vec::new(),
        customer_id: Some(order_id),
        names: vec!["Jörg Müßiggänger".into()],
        open: amount("49.90"),
        untouched: true,
        currency: "EUR".into(),
        ordered: Some(day(10)),
        expected: Expected::Yes,
    }
}

/// Money that came on the 13th.
fn paid(value: &str, text: &str) -> Entry {
    Entry { amount: amount(value), currency: "EUR".into(), purpose: vec![text.to_owned()], booked: day(13), ..Entry::default() }
}

fn verdict(entry: &Entry, debts: &[Debt]) -> Verdict {
    judge(entry, &debts.iter().collect::<Vec<_>>(), &BTreeSet::new(), &[])
}

/// What was assigned: orders and amounts.
fn assigned(entry: &Entry, debts: &[Debt]) -> Vec<(i32, String)> {
    match verdict(entry, debts) {
        Verdict::Assign(shares) => shares.into_iter().map(|(order_id, amount, _)| (order_id.0, amount.to_string())).collect(),
        Verdict::Wait(_) => Vec::new(),
    }
}

fn waiting(entry: &Entry, debts: &[Debt]) -> Vec<Candidate> {
    match verdict(entry, debts) {
        Verdict::Wait(candidates) => candidates,
        Verdict::Assign(shares) => panic!("assigned: {shares:?}"),
    }
}

#[test]
fn the_number_and_the_amount_are_sure() {
    let debts = [debt(1, "1004711"), debt(2, "1004712")];
    assert_eq!(assigned(&paid("49.90", "Bestellung 1004711"), &debts), [(1, "49.90".into())]);
    let Verdict::Assign(shares) = verdict(&paid("49.90", "Bestellung 1004711"), &debts) else { panic!() };
    assert_eq!((shares[0].2.score, &*shares[0].2.reasons), (130, &[Reason::Number, Reason::Amount, Reason::Date][..]));
    let reference = Entry { end_to_end_id: Some("1004711".into()), ..paid("49.90", "") };
    assert_eq!(assigned(&reference, &debts), [(1, "49.90".into())]);
}

#[test]
fn nothing_but_amount_name_and_iban_is_only_likely() {
    let entry = Entry { depositor: Some("MUESSIGGAENGER JOERG".into()), ..paid("49.90", "danke") };
    let debts = [debt(1, "1004711")];
    let Verdict::Wait(candidates) = judge(&entry, &[&debts[0]], &BTreeSet::from([1]), &[]) else { panic!() };
    assert_eq!((candidates[0].score, &*candidates[0].reasons), (90, &[Reason::Amount, Reason::Iban, Reason::Name, Reason::Date][..]));
    assert_eq!(waiting(&paid("49.90", "danke"), &debts), [], "an amount alone says nothing");
}

#[test]
fn less_and_more_than_open_wait_and_say_so() {
    let debts = [debt(1, "1004711")];
    for (value, reason) in [("49.89", Reason::Short), ("49.91", Reason::Over)] {
        let candidates = waiting(&paid(value, "1004711"), &debts);
        assert!(candidates[0].reasons.contains(&reason), "{value}: {candidates:?}");
    }
}

#[test]
fn what_the_bank_took_of_the_sum_is_tolerated() {
    let entry = Entry { charges: amount("1.80"), ..paid("48.10", "1004711") };
    assert_eq!(assigned(&entry, &[debt(1, "1004711")]), [(1, "48.10".into())]);
}

#[test]
fn a_paid_or_cancelled_order_and_another_currency_are_for_a_person() {
    let cases = [
        (Debt { expected: Expected::Paid, untouched: false, ..debt(1, "1004711") }, Reason::AlreadyPaid),
        (Debt { expected: Expected::Paid, ..debt(1, "1004711") }, Reason::AlreadyPaid),
        (Debt { expected: Expected::Cancelled, ..debt(1, "1004711") }, Reason::OrderCancelled),
        (Debt { currency: "CHF".into(), ..debt(1, "1004711") }, Reason::OtherCurrency),
    ];
    for (debt, reason) in cases {
        let candidates = waiting(&paid("49.90", "1004711"), &[debt]);
        assert!(candidates[0].reasons.contains(&reason), "{candidates:?}");
    }
}

#[test]
fn the_transaction_that_the_channel_named_is_sure_also_if_the_channel_said_paid() {
    let known = Debt { expected: Expected::Paid, transactions: vec!["T1".into()], ..debt(1, "1004711") };
    let entry = Entry { transaction_id: Some("T1".into()), ..paid("49.90", "") };
    assert_eq!(assigned(&entry, std::slice::from_ref(&known)), [(1, "49.90".into())]);
    assert_eq!(waiting(&entry, &[Debt { untouched: false, ..known }]).len(), 1, "but not twice");
}

#[test]
fn one_transfer_for_two_orders_is_split_where_the_sums_add_up() {
    let debts = [debt(1, "1004711"), Debt { open: amount("20"), ..debt(2, "1004712") }, debt(3, "1004713")];
    let text = "1004711 und 1004712";
    assert_eq!(assigned(&paid("69.90", text), &debts), [(1, "49.90".into()), (2, "20.00".into())]);
    let candidates = waiting(&paid("69.89", text), &debts);
    assert!(candidates.len() == 2 && candidates.iter().all(|candidate| candidate.reasons.contains(&Reason::SeveralOrders)));
    let cancelled = Debt { expected: Expected::Cancelled, ..debts[1].clone() };
    assert_eq!(assigned(&paid("69.90", text), &[debts[0].clone(), cancelled]), [], "money for a cancelled one is not split");
}

#[test]
fn of_two_orders_in_the_text_the_one_with_the_amount_is_meant() {
    let debts = [debt(1, "1004711"), Debt { open: amount("20"), ..debt(2, "1004712") }];
    assert_eq!(assigned(&paid("20", "1004712 nicht 1004711"), &debts), [(2, "20.00".into())]);
    let equal = [debt(1, "1004711"), debt(2, "1004712")];
    assert_eq!(waiting(&paid("49.90", "1004711 1004712"), &equal).len(), 2, "both could be");
}

#[test]
fn money_before_the_order_is_not_sure_and_late_money_is() {
    let debts = [debt(1, "1004711")];
    let early = Entry { booked: day(9), ..paid("49.90", "1004711") };
    assert!(waiting(&early, &debts)[0].reasons.contains(&Reason::BeforeTheOrder));
    let late = Entry { booked: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(), ..paid("49.90", "1004711") };
    assert_eq!(assigned(&late, &debts), [(1, "49.90".into())]);
}

#[test]
fn a_mistyped_number_is_only_suggested() {
    let entry = Entry { depositor: Some("Jörg Müßiggänger".into()), ..paid("49.90", "1004771") };
    let candidates = waiting(&entry, &[debt(1, "1004711")]);
    assert_eq!((candidates[0].score, candidates[0].reasons.contains(&Reason::NumberMistyped)), (100, true));
    assert_eq!(waiting(&Entry { depositor: None, ..entry }, &[debt(1, "1004711")]), []);
}

#[test]
fn what_may_have_been_imported_before_waits() {
    let debt = debt(1, "1004711");
    let Verdict::Wait(candidates) = judge(&paid("49.90", "1004711"), &[&debt], &BTreeSet::new(), &[Reason::PossiblyTheSame]) else {
        panic!()
    };
    assert!(candidates[0].reasons.contains(&Reason::PossiblyTheSame));
}

#[test]
fn only_money_of_buyers_is_assigned() {
    let debts = [debt(1, "1004711")];
    for kind in [PaymentKind::Outgoing, PaymentKind::Returned, PaymentKind::Refund, PaymentKind::Sum, PaymentKind::Other] {
        assert_eq!(waiting(&Entry { kind, ..paid("49.90", "1004711") }, &debts), []);
    }
    let returned = Entry { kind: PaymentKind::Returned, ..paid("-49.90", "1004711") };
    assert_eq!(named(&returned, &[&debts[0]])[0].order_id, OrderId(1));
}

#[test]
fn the_result_does_not_depend_on_the_order_of_the_orders() {
    let debts = [debt(1, "1004711"), debt(2, "1004712"), debt(3, "1004713")];
    let mut other = debts.to_vec();
    other.reverse();
    for text in ["1004711", "1004711 1004712", "1004711 1004712 1004713", "x"] {
        for value in ["49.90", "99.80", "149.70", "1"] {
            let entry = Entry { depositor: Some("Joerg Muessiggaenger".into()), ..paid(value, text) };
            let (one, two) = (verdict(&entry, &debts), verdict(&entry, &other));
            let sorted = |verdict| match verdict {
                Verdict::Assign(mut shares) => {
                    shares.sort_by_key(|(order_id, ..)| *order_id);
                    Verdict::Assign(shares)
                }
                wait => wait,
            };
            assert_eq!(sorted(one), sorted(two), "{value} {text}");
        }
    }
}

#[test]
fn names_are_compared_without_their_form() {
    for (one, other, alike) in [
        ("Jörg Müßiggänger", "MUESSIGGAENGER, JOERG", true),
        ("Muster & Söhne KG", "Muster Soehne", true),
        ("Erika Probe", "Karl Muster", false),
        ("GmbH", "GmbH", false),
        ("", "", false),
    ] {
        assert_eq!(are_alike(one, other), alike, "{one} {other}");
    }
}

#[test]
fn digits_that_something_parts_need_a_name_or_an_iban() {
    let debts = [debt(1, "1000014")];
    let entry = paid("49.90", "Rechnung 10000 14 Teile");
    assert_eq!(waiting(&Entry { depositor: Some("Karl Fremd".into()), ..entry.clone() }, &debts)[0].score, 100);
    assert_eq!(assigned(&Entry { depositor: Some("Joerg Muessiggaenger".into()), ..entry }, &debts), [(1, "49.90".into())]);
}

#[test]
fn a_transfer_is_not_split_where_each_part_alone_would_wait() {
    let debts = [debt(1, "1004711"), Debt { open: amount("20"), ..debt(2, "1004712") }];
    let early = Entry { booked: day(9), ..paid("69.90", "1004711 und 1004712") };
    let candidates = waiting(&early, &debts);
    assert!(candidates.len() == 2 && candidates.iter().all(|candidate| candidate.reasons.contains(&Reason::BeforeTheOrder)));
    for text in ["1004711/1004712", "1004711,1004712", "1004711+1004712", "1004711-1004712", "1004711;1004712"] {
        assert_eq!(assigned(&paid("69.90", text), &debts).len(), 2, "{text}");
    }
}

#[test]
fn a_short_number_in_a_field_is_only_suggested() {
    let entry = Entry { end_to_end_id: Some("123".into()), depositor: Some("Jörg Müßiggänger".into()), ..paid("49.90", "") };
    let candidates = waiting(&entry, &[debt(1, "123")]);
    assert!(candidates[0].reasons.contains(&Reason::ShortReference), "{candidates:?}");
}

#[test]
fn a_candidate_says_what_its_order_is_now() {
    let entry = paid("49.89", "1004711");
    let candidate = waiting(&entry, &[debt(1, "1004711")]).remove(0);
    let cancelled = Debt { expected: Expected::Cancelled, open: amount("49.89"), ..debt(1, "1004711") };
    let now = renewed(&entry, &cancelled, &candidate);
    assert!(candidate.reasons.contains(&Reason::Short) && !now.reasons.contains(&Reason::Short), "{now:?}");
    assert!(now.reasons.contains(&Reason::OrderCancelled) && now.score == candidate.score);
}
