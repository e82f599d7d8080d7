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
        let rows: String =
            dates.iter().zip(1..).map(|(date, id)| format!("{date},1,X,T,EUR,\"1,234.56\",0,\"1,234.56\",T{id}\n")).collect();
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

/// Amount, kind and doubt of each row, and how many were left out. Rows are type, gross, id and what it refers to.
fn rows(rows: &[(&str, &str, &str, &str)]) -> (Vec<(String, PaymentKind, bool)>, usize) {
    let head = HEAD.replace("Transaction ID", "Transaction ID,Reference Txn ID,Balance Impact");
    let line = |(kind, gross, id, original): &(&str, &str, &str, &str)| {
        format!("2026-12-01,{id},X,{kind},EUR,{gross},0,{gross},{id},{original},Credit\n")
    };
    let statement = activity(&(head + &rows.iter().map(line).collect::<String>())).unwrap();
    let entries = statement.entries.into_iter().map(|entry| (entry.transaction_id.unwrap(), entry.kind, entry.unclear));
    (entries.collect(), statement.left_out)
}

#[test]
fn the_text_of_a_row_says_what_it_is_in_english_and_german() {
    use PaymentKind::{Other, Outgoing, Received, Refund, Returned};
    for left in [
        "General Authorization",
        "Payment Hold",
        "Payment Release",
        "Reversal of General Account Hold",
        "Allgemeine Autorisierung",
        "Einbehaltene Zahlung",
        "Freigabe einer Zahlung",
    ] {
        assert_eq!(rows(&[(left, "12.90", "A1", "")]), (Vec::new(), 1), "{left}");
    }
    for (text, gross, original, kind, unclear) in [
        ("Express Checkout Payment", "12.90", "AUTH1", Received, false),
        ("PayPal Express-Zahlung", "12.90", "AUTH1", Received, false),
        ("Payment Refund", "-5.00", "T1", Refund, false),
        ("Rückzahlung", "-5.00", "T1", Refund, false),
        ("Payment Reversal", "-25.80", "T1", Returned, false),
        ("Chargeback", "-25.80", "T1", Returned, false),
        ("Rückbuchung", "-25.80", "T1", Returned, false),
        ("Chargeback Reversal", "25.80", "T1", Received, true),
        ("General Withdrawal", "-25.80", "", Outgoing, false),
        ("Currency Conversion", "-25.80", "T1", Other, false),
        ("Something new", "25.80", "", Received, false),
        ("Something new", "-25.80", "", Outgoing, false),
        ("Something new", "25.80", "T1", Received, true),
        ("Something new", "-25.80", "T1", Refund, true),
    ] {
        assert_eq!(rows(&[(text, gross, "A1", original)]).0, [("A1".to_owned(), kind, unclear)], "{text} {gross}");
    }
}

#[test]
fn a_row_that_does_not_touch_the_balance_is_left_out() {
    let head = HEAD.replace("Transaction ID", "Transaction ID,Balance Impact");
    let statement = activity(&format!("{head}2026-12-01,1,X,Anything,EUR,5,0,5,T1,Memo\n")).unwrap();
    assert_eq!((statement.entries.len(), statement.left_out), (0, 1));
}

#[test]
fn marks_of_thousands_and_decimals_are_told_apart_by_the_number() {
    let german = HEAD.replace("Gross", "Brutto").replace("Fee", "Gebühr").replace("Net,", "Netto,");
    let read = |head: &str, gross: &str, currency: &str| {
        let entries =
            activity(&format!("{head}2026-12-01,1,X,T,{currency},\"{gross}\",0,\"{gross}\",T1\n")).map(|statement| statement.entries);
        entries.map(|entries| entries[0].amount.to_string()).map_err(|fault| fault.line)
    };
    for (gross, english, in_german) in [
        ("12,90", Ok("12.90"), Ok("12.90")),
        ("69.78", Ok("69.78"), Ok("69.78")),
        ("1,234.56", Ok("1234.56"), Ok("1234.56")),
        ("1.234,56", Ok("1234.56"), Ok("1234.56")),
        ("-1.234.567,8", Ok("-1234567.80"), Ok("-1234567.80")),
        ("1,234", Ok("1234.00"), Err(2)),
        ("1.234", Err(2), Ok("1234.00")),
        ("1.234.567", Ok("1234567.00"), Ok("1234567.00")),
        ("12,34,567", Err(2), Err(2)),
        ("1234,567.00", Err(2), Err(2)),
        ("12.90x", Err(2), Err(2)),
        ("1 234,50", Ok("1234.50"), Ok("1234.50")),
        ("-,50", Err(2), Err(2)),
    ] {
        assert_eq!(read(HEAD, gross, "EUR").as_deref(), english.as_deref(), "{gross}");
        assert_eq!(read(&german, gross, "EUR").as_deref(), in_german.as_deref(), "{gross}");
    }
    assert_eq!(read(HEAD, "1.234", "KWD").as_deref(), Ok("1.234"), "a currency with three decimals");
}

#[test]
fn net_has_to_be_gross_and_fee() {
    let row = |net: &str| activity(&format!("{HEAD}2026-12-01,1,X,T,EUR,12.90,-0.50,{net},T1\n"));
    assert!(row("12.40").is_ok() && row("").is_ok());
    let fault = row("12.90").unwrap_err();
    assert!(fault.line == 2 && fault.text.contains("do not make the net amount 12.90"), "{fault}");
}

#[test]
fn what_was_fully_reversed_waits_for_a_person() {
    let text = std::str::from_utf8(TRANSACTIONS).unwrap().replacen("\"S\"", "\"V\"", 1);
    let first = transactions(&text).unwrap().entries.remove(0);
    assert_eq!((first.kind, first.unclear), (PaymentKind::Received, true));
}
