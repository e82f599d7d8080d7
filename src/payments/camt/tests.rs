use super::super::file;
use super::super::statement::Statement;
use super::{Decimal, Entry, PaymentKind, read};

const V02: &[u8] = include_bytes!("../../../tests/data/payments/camt-v02-latin1.xml");
const V08: &[u8] = include_bytes!("../../../tests/data/payments/camt-v08.xml");

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// A statement of version 02 with these entries, which lead from 100 to the closing balance.
fn with(entries: &str, closing: &str) -> String {
    format!(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt><Id>1</Id>\
         <Acct><Id><IBAN>DE65999900010000123456</IBAN></Id></Acct>\
         <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>100</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\
         <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\
         {entries}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn entry(value: &str, sign: &str, inner: &str) -> String {
    format!(
        "<Ntry><Amt Ccy='EUR'>{value}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-02-13</Dt></BookgDt>{inner}</Ntry>"
    )
}

fn one(text: &str) -> Statement {
    let mut statements = read(text).unwrap();
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

#[test]
fn a_statement_of_version_02_gives_its_booked_entries_and_the_parts_of_its_batch() {
    let statements = file::read(V02).unwrap();
    let [statement] = statements.as_slice() else { panic!("{}", statements.len()) };
    assert_eq!(statement.account.as_deref(), Some("DE65999900010000123456"));
    assert_eq!(statement.left_out, 1, "pending");
    let [single, first, second, returned] = statement.entries.as_slice() else { panic!("{}", statement.entries.len()) };
    assert_eq!(single.depositor.as_deref(), Some("Jörg Müßiggänger"), "ISO-8859-1 as declared");
    assert_eq!((single.end_to_end_id.as_deref(), single.kind), (None, PaymentKind::Received), "NOTPROVIDED is nothing");
    assert_eq!(single.purpose, ["Bestellung 100", "4711 danke"]);
    for (part, value, number, reference) in [(first, "80", 1, "ORD-1004712"), (second, "50", 2, "ORD-1004713")] {
        assert_eq!((part.amount, part.part, part.end_to_end_id.as_deref()), (amount(value), number, Some(reference)));
        assert_eq!((part.kind, part.bank_reference.as_deref()), (PaymentKind::Received, Some("EXB0002")));
    }
    assert_eq!((returned.kind, returned.amount, returned.charges), (PaymentKind::Returned, amount("-55.61"), amount("5.66")));
    assert_eq!(returned.return_reason.as_deref(), Some("MD06"));
    assert_eq!(returned.depositor.as_deref(), Some("Petra Beispiel"), "the other side is the debtor here");
}

#[test]
fn a_file_of_version_08_gives_each_statement_with_structured_texts_and_charges() {
    let statements = file::read(V08).unwrap();
    let [first, second] = statements.as_slice() else { panic!("{}", statements.len()) };
    assert_ne!(first.number, second.number);
    let instant = &first.entries[0];
    assert_eq!(instant.references, ["RF18539007547034", "RE-2026-0815"]);
    assert_eq!(instant.depositor.as_deref(), Some("Muster & Söhne KG"));
    assert_eq!(instant.ultimate_depositor.as_deref(), Some("Anna Söhne"));
    let charged = &second.entries[0];
    assert_eq!((charged.amount, charged.charges), (amount("98.20"), amount("1.80")), "booked, not instructed");
    assert_eq!((charged.depositor.as_deref(), charged.bic.as_deref()), (None, Some("EXAMDEFFXXX")));
    assert_eq!(charged.booked.to_string(), "2026-03-02", "of a time");
}

#[test]
fn a_batch_whose_parts_do_not_add_up_stays_one_sum() {
    let part = |value: &str| format!("<TxDtls><AmtDtls><InstdAmt><Amt Ccy='EUR'>{value}</Amt></InstdAmt></AmtDtls></TxDtls>");
    let booked = |value: &str| format!("<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{value}</Amt></TxAmt></AmtDtls></TxDtls>");
    let batches = [
        format!("<NtryDtls>{}{}</NtryDtls>", part("20"), part("30")),
        format!("<NtryDtls>{}{}</NtryDtls>", booked("20"), booked("29")),
        "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch></NtryDtls>".to_owned(),
    ];
    for batch in batches {
        let statement = one(&with(&entry("50", "CRDT", &batch), "150"));
        assert_eq!(
            statement.entries.iter().map(|entry| (entry.kind, entry.amount)).collect::<Vec<_>>(),
            [(PaymentKind::Sum, amount("50"))]
        );
    }
    let split = format!("<NtryDtls>{}</NtryDtls><NtryDtls>{}</NtryDtls>", booked("20"), booked("30"));
    assert_eq!(one(&with(&entry("50", "CRDT", &split), "150")).entries.len(), 2, "details of a batch may be in several places");
}

#[test]
fn a_reversal_keeps_its_direction() {
    let kinds = |sign: &str, closing: &str| {
        let reversal = entry("10", sign, "<RvslInd>true</RvslInd>");
        let Entry { kind, amount, .. } = one(&with(&reversal, closing)).entries.remove(0);
        (kind, amount)
    };
    assert_eq!(kinds("DBIT", "90"), (PaymentKind::Returned, amount("-10")));
    assert_eq!(kinds("CRDT", "110"), (PaymentKind::Other, amount("10")));
}

#[test]
fn a_copy_is_recognised_and_what_is_expected_is_left_out() {
    let copy = with("", "100").replace("<Acct>", "<CpyDplctInd>DUPL</CpyDplctInd><Acct>");
    assert!(one(&copy).is_copy);
    for status in ["PDNG", "INFO", "<Cd>FUTR</Cd>"] {
        let entry = entry("1", "CRDT", "").replace("<Sts>BOOK</Sts>", &format!("<Sts>{status}</Sts>"));
        let statement = one(&with(&entry, "100"));
        assert_eq!((statement.entries.len(), statement.left_out), (0, 1), "{status}");
    }
}

#[test]
fn our_own_iban_is_never_the_other_side() {
    let swapped = "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Beispielhandel GmbH</Nm></Dbtr><DbtrAcct><Id><IBAN>DE65 9999 0001 0000 1234 56</IBAN>\
        </Id></DbtrAcct><Cdtr><Nm>Erika Probe</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>";
    assert_eq!(one(&with(&entry("1", "CRDT", swapped), "101")).entries[0].depositor.as_deref(), Some("Erika Probe"));
}

#[test]
fn a_broken_statement_is_refused_with_its_line_and_reason() {
    let faults = [
        (with(&entry("10", "CRDT", ""), "100"), "closing balance"),
        (with(&entry("10", "CREDIT", ""), "110"), "CRDT or DBIT"),
        (with(&entry("-10", "CRDT", ""), "90"), "has a sign"),
        (with(&entry("1,50", "CRDT", ""), "101.50"), "is not an amount"),
        (with(&entry("10", "CRDT", "").replace("2026-02-13", "13.02.2026"), "110"), "is not a date"),
        (with("", "100").replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"), "expected camt.053"),
        (with("", "100").replace("<Stmt>", "<Stmt><Ntry>"), ""),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>".to_owned(), ""),
    ];
    for (text, reason) in faults {
        let fault = read(&text).unwrap_err();
        assert!(fault.to_string().contains(reason), "{fault}");
    }
}
