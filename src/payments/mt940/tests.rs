use super::super::file;
use super::{Decimal, PaymentKind, keyword, read};

const GERMAN: &[u8] = include_bytes!("../../../tests/data/payments/dk-structured.sta");
const SWIFT: &[u8] = include_bytes!("../../../tests/data/payments/swift-yearend-reversal.sta");

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// A statement with one booking and its explanation.
fn with(booking: &str, explanation: &str, closing: &str) -> String {
    format!(
        ":20:S\r\n:25:DE65999900010000123456EUR\r\n:28C:7/1\r\n:60F:C260212EUR100,\r\n:61:{booking}\r\n:86:{explanation}\r\n:62F:{closing}\r\n-\r\n"
    )
}

#[test]
fn the_german_form_is_read_across_its_cut_lines() {
    let statements = file::read(GERMAN).unwrap();
    let [statement] = statements.as_slice() else { panic!("{}", statements.len()) };
    assert_eq!(statement.account.as_deref(), Some("DE65999900010000123456"), "bank code and account are an IBAN");
    assert_eq!(statement.number.as_deref(), Some("2026|31/1|EUR"));
    let [paid, rate, returned] = statement.entries.as_slice() else { panic!("{}", statement.entries.len()) };
    assert_eq!(paid.purpose, ["Bestellung 1004711 danke"]);
    assert_eq!((paid.amount, paid.end_to_end_id.as_deref(), paid.bank_reference.as_deref()), (amount("49.90"), None, Some("EXB0001")));
    assert_eq!((paid.depositor.as_deref(), paid.iban.as_deref()), (Some("JOERG MUESSIGGAENGER"), Some("DE58999900020000777701")));
    assert_eq!((rate.amount, rate.end_to_end_id.as_deref(), rate.bank_reference.as_deref()), (amount("80"), Some("ORD-1004712"), None));
    assert_eq!((rate.purpose.concat(), rate.references.concat()), ("ORD-1004712 erste Rate".to_owned(), "7788".to_owned()));
    assert_eq!(rate.depositor.as_deref(), Some("ERIKA PROBE UND SOHN"));
    assert_eq!((returned.kind, returned.amount, returned.charges), (PaymentKind::Returned, amount("-55.61"), amount("5.66")));
    assert_eq!((returned.purpose.concat().as_str(), returned.return_reason.as_deref()), ("Retoure", Some("914")));
}

#[test]
fn numbered_pages_are_told_apart_and_reversals_have_the_effect_that_they_say() {
    let statements = file::read(SWIFT).unwrap();
    let [first, second] = statements.as_slice() else { panic!("{}", statements.len()) };
    let entries: Vec<_> =
        first.entries.iter().chain(&second.entries).map(|entry| (entry.kind, entry.amount.to_string(), entry.booked.to_string())).collect();
    let expected = [
        (PaymentKind::Received, "100.00", "2027-01-02"),
        (PaymentKind::Returned, "-10.00", "2027-01-02"),
        (PaymentKind::Other, "7.00", "2027-01-02"),
        (PaymentKind::Received, "5.55", "2027-01-02"),
    ];
    assert_eq!(entries, expected.map(|(kind, amount, day)| (kind, amount.to_owned(), day.to_owned())));
    assert_eq!(first.entries[0].purpose, ["ORD-1004730 MUSTERMANN"]);
    assert_eq!((first.opening, second.closing), (Some(amount("-25.50")), Some(amount("77.05"))));
    assert_eq!([first, second].map(|page| page.number.as_deref().unwrap()), ["2027|366/1|EUR", "2027|366/2|EUR"]);
    let unnumbered = String::from_utf8(SWIFT.to_vec()).unwrap().replace(":28C:366/", ":28C:00000/00");
    let [whole] = &*read(&unnumbered).unwrap() else { panic!() };
    assert_eq!((whole.number.as_deref(), whole.entries.len(), whole.closing), (None, 4, Some(amount("77.05"))));
}

#[test]
fn marks_and_funds_codes_are_told_apart() {
    for (booking, closing, value) in [
        ("260213C1,NTRFNONREF", "C260213EUR101,", "1"),
        ("260213CR1,NTRFNONREF", "C260213EUR101,", "1"),
        ("260213DR1,5NTRFNONREF", "C260213EUR98,5", "-1.50"),
        ("260213RC1,NTRFNONREF", "C260213EUR99,", "-1"),
        ("260213RDR1,NTRFNONREF", "C260213EUR101,", "1"),
        ("260213    CR1,00NTRFA VERY LONG REFERENCE OF THE PAYER//AND OF THE BANK TOO", "C260213EUR101,", "1"),
    ] {
        let statement = read(&with(booking, "x", closing)).unwrap().remove(0);
        assert_eq!(statement.entries[0].amount, amount(value), "{booking}");
        assert_eq!(statement.account.as_deref(), Some("DE65999900010000123456"), "without the currency");
    }
}

#[test]
fn a_separator_may_be_another_one_and_keywords_may_be_missing_or_differ() {
    let of = |explanation: &str| read(&with("260213C1,NTRFNONREF", explanation, "C260213EUR101,")).unwrap().remove(0).entries.remove(0);
    let entry = of("166>20EREF: E-1>21SVWZ+one>22 two>32NAME");
    assert_eq!((entry.end_to_end_id.as_deref(), entry.purpose.concat().as_str()), (Some("E-1"), "one two"));
    assert_eq!(of("166?20no keyword at?21 all?60 and more").purpose, ["no keyword at all and more"]);
    assert_eq!(of("166?20SVWZ+what?").purpose, ["what?"], "a separator in the text");
    assert_eq!(of("194?20SVWZ+x").kind, PaymentKind::Sum);
    assert_eq!(of("835?20SVWZ+x").kind, PaymentKind::Other);
    assert_eq!(keyword("EREFX"), None);
}

#[test]
fn a_text_that_begins_with_a_number_is_a_text() {
    let of = |explanation: &str| read(&with("260213C1,NTRFNONREF", explanation, "C260213EUR101,")).unwrap().remove(0).entries.remove(0);
    for text in ["850 order 1000067 thanks", "100/1000068/x", "166-20 pieces", "166?", "166?99 pieces"] {
        let entry = of(text);
        assert_eq!((entry.kind, entry.purpose.concat().as_str()), (PaymentKind::Received, text));
    }
    assert_eq!(of("166?20SVWZ+what?12 pieces?99").purpose, ["what?12 pieces?99"], "no subfields, so a part of the text");
    assert_eq!(of("166?20SVWZ+Kd 100001?215 Tassen").purpose, ["Kd 100001 5 Tassen"], "not cut there");
}

#[test]
fn parts_of_an_account_in_several_currencies_are_numbered_each() {
    let of = |currency: &str| with("260213C1,NTRFNONREF", "x", "C260213EUR101,").replace("EUR", currency);
    let [euros, dollars] = ["EUR", "USD"].map(|currency| read(&of(currency)).unwrap().remove(0));
    assert_eq!(euros.account, dollars.account);
    assert_ne!(euros.number, dollars.number);
}

#[test]
fn blocks_of_swift_and_texts_behind_the_balance_disturb_nothing() {
    let plain = with("260213C1,NTRFNONREF", "x", "C260213EUR101,");
    let wrapped = format!("{{1:F01EXAMDEFFXXXX}}{{2:I940}}{{4:\r\n{}:86:of the statement\r\n-}}\r\n", plain.trim_end_matches("-\r\n"));
    assert_eq!(read(&wrapped).unwrap()[0].entries, read(&plain).unwrap()[0].entries);
    let unnumbered = plain.replace(":28C:7/1", ":28C:00000/001");
    assert_eq!(read(&unnumbered).unwrap()[0].number, None);
}

#[test]
fn a_broken_statement_is_refused_with_its_line_and_reason() {
    let sound = with("260213C1,NTRFNONREF", "x", "C260213EUR101,");
    for (text, line, reason) in [
        (with("260213C1,NTRFNONREF", "x", "C260213EUR100,"), 1, "closing balance"),
        (with("260213X1,NTRFNONREF", "x", "C260213EUR101,"), 5, "not a booking"),
        (with("261313C1,NTRFNONREF", "x", "C260213EUR101,"), 5, "not a booking"),
        (with("260213C1NTRFNONREF", "x", "C260213EUR101,"), 5, "such as 49,90"),
        (with("260213Ö1,NTRFNONREF", "x", "C260213EUR101,"), 5, "not a booking"),
        (sound.replace("EUR101", "EURO101"), 7, "not an amount"),
        (sound.split(":62F:").next().unwrap().to_owned(), 1, "cut off"),
        (":20:x\n".to_owned(), 0, "no statement"),
    ] {
        let fault = read(&text).unwrap_err();
        assert!(fault.line == line && fault.text.contains(reason), "{fault}");
    }
}
