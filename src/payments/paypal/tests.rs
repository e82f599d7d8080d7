use super::super::file;
use super::super::statement::Statement;
use super::{Decimal, PaymentKind, activity, settlement, transactions};

const ACTIVITY: &[u8] = include_bytes!("../../../tests/data/payments/paypal-activity-de.csv");
const SETTLEMENT: &[u8] = include_bytes!("../../../tests/data/payments/paypal-settlement.csv");
const TRANSACTIONS: &[u8] = include_bytes!("../../../tests/data/payments/paypal-transactions.json");

fn one(bytes: &[u8]) -> Statement {
    let mut statements = file::read(bytes).unwrap();
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

fn kinds(statement: &Statement) -> Vec<(&str, PaymentKind, String)> {
    let entries = statement.entries.iter();
    entries.map(|entry| (entry.transaction_id.as_deref().unwrap(), entry.kind, format!("{} {}", entry.amount, entry.currency))).collect()
}

#[test]
fn the_german_activity_says_by_sign_and_reference_what_a_row_is() {
    let statement = one(ACTIVITY);
    let expected = [
        ("0EX00000000000001", PaymentKind::Received, "69.78 EUR"),
        ("0EX00000000000002", PaymentKind::Received, "50.00 CHF"),
        ("0EX00000000000003", PaymentKind::Other, "-48.20 CHF"),
        ("0EX00000000000004", PaymentKind::Other, "50.11 EUR"),
        ("0EX00000000000005", PaymentKind::Refund, "-14.98 EUR"),
        ("0EX00000000000007", PaymentKind::Outgoing, "-1000.00 EUR"),
    ];
    assert_eq!(kinds(&statement), expected.map(|(id, kind, amount)| (id, kind, amount.to_owned())));
    assert_eq!(statement.left_out, 1, "pending");
    let first = &statement.entries[0];
    assert_eq!((first.references.concat().as_str(), first.fee), ("ORD-1004721", Decimal(20_900)));
    assert_eq!((first.depositor.as_deref(), first.booked.to_string().as_str()), (Some("Jörg Müßiggänger"), "2026-03-02"));
    assert_eq!(statement.entries[4].original_transaction.as_deref(), Some("0EX00000000000001"));
}

#[test]
fn the_search_and_the_settlement_say_the_same_of_the_same_transactions() {
    let search = one(TRANSACTIONS);
    let expected = [
        ("0EX00000000000001", PaymentKind::Received, "69.78 EUR"),
        ("0EX00000000000005", PaymentKind::Refund, "-14.98 EUR"),
        ("0EX00000000000002", PaymentKind::Received, "50.00 CHF"),
        ("0EX00000000000003", PaymentKind::Other, "-48.20 CHF"),
        ("0EX00000000000004", PaymentKind::Other, "50.11 EUR"),
    ];
    assert_eq!(kinds(&search), expected.map(|(id, kind, amount)| (id, kind, amount.to_owned())));
    let settled = one(SETTLEMENT);
    assert_eq!(kinds(&settled), kinds(&search)[..2]);
    assert_eq!((settled.account.as_deref(), search.account.as_deref()), (Some("EXAMPLE000001"), Some("EXAMPLE000001")));
    let key = |statement: &Statement| super::super::keys::of(statement)[0].clone();
    assert_eq!(key(&search), key(&settled));
    assert_eq!(key(&search), key(&one(ACTIVITY)), "imported from one report, it is known in the others");
}

#[test]
fn holds_and_authorisations_are_no_money() {
    let text = std::str::from_utf8(TRANSACTIONS).unwrap();
    for (code, left) in [("T1300", 1), ("T1503", 1), ("T2101", 1), ("T0007", 0), ("T0400", 0)] {
        let statement = transactions(&text.replacen("T0006", code, 1)).unwrap();
        assert_eq!(statement.left_out, left, "{code}");
    }
    for status in ["P", "D"] {
        assert_eq!(transactions(&text.replacen("\"S\"", &format!("\"{status}\""), 1)).unwrap().left_out, 1);
    }
    assert_eq!(transactions(&text.replacen("T1107", "T1201", 1)).unwrap().entries[1].kind, PaymentKind::Returned);
}

const HEAD: &str = "Date,Time,TimeZone,Type,Currency,Gross,Fee,Net,Transaction ID\n";

#[test]
fn months_and_days_in_english_dates_have_to_be_told_apart_by_the_file() {
    let days = |dates: &[&str]| {
        let rows: String = dates.iter().zip(1..).map(|(date, id)| format!("{date},1,X,T,EUR,\"1,234.56\",0,0,T{id}\n")).collect();
        let entries = activity(&format!("{HEAD}{rows}")).map(|statement| statement.entries);
        entries.map(|entries| entries.into_iter().map(|entry| entry.booked.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(days(&["03/04/2026", "03/13/2026"]).unwrap(), ["2026-03-04", "2026-03-13"]);
    assert_eq!(days(&["03/04/2026", "13/04/2026"]).unwrap(), ["2026-04-03", "2026-04-13"]);
    assert_eq!(days(&["04/04/2026"]).unwrap(), ["2026-04-04"]);
    assert_eq!(days(&["2026-04-03"]).unwrap(), ["2026-04-03"]);
    assert!(days(&["03/04/2026"]).unwrap_err().text.contains("which number is the month"));
    assert!(days(&["13/04/2026", "04/13/2026"]).is_err(), "both at once");
}

#[test]
fn a_report_without_a_needed_column_or_row_is_refused() {
    let fault = activity(&HEAD.replace(",Fee", "")).unwrap_err();
    assert!(fault.text.contains("fee, gebühr, entgelt"), "{fault}");
    let fault = activity(&format!("{HEAD}2026-01-01,1,X,T,EUR,x,0,0,T1\n")).unwrap_err();
    assert!(fault.line == 2 && fault.text.contains("is not an amount"), "{fault}");
    let text = std::str::from_utf8(SETTLEMENT).unwrap();
    let cut: String = text.lines().take(6).map(|line| format!("{line}\n")).collect();
    assert!(settlement(&cut).unwrap_err().text.contains("cut off"));
    assert!(settlement(&text.replace("\"FF\",2", "\"FF\",3")).unwrap_err().text.contains("announces 3"));
    assert!(settlement(&text.replace("\"CR\",6978", "\"CR\",69.78")).unwrap_err().text.contains("smallest unit"));
    assert!(transactions("{\"transaction_details\": 1}").is_err());
}
