use std::time::Duration;

use super::*;
use crate::carriers::{Said, build, check};
use crate::config::{CarrierAccount, fixture};
use crate::domain::label::Size;
use crate::domain::order::Address;

fn account(more: &str) -> CarrierAccount {
    let settings = format!("export_folder = \"/srv/out\"\nimport_folder = \"/srv/in\"\n{more}");
    CarrierAccount { settings: toml::from_str(&settings).expect("TOML"), ..fixture::carrier("file") }
}

fn exchange(more: &str) -> Box<dyn Exchange> {
    build(&account(more), Duration::from_secs(1)).expect("an exchange").exchanged()
}

fn shipment() -> Shipment {
    let text = |text: &str| Some(text.to_owned());
    let to = Address {
        firm: text("Muster; Söhne"),
        first_name: text("Jörg"),
        last_name: text("Beispiel"),
        street: text("Probegasse"),
        house_number: text("7a"),
        postal_code: text("01234"),
        city: text("Beispiel\nburg"),
        country_code_iso: text("DE"),
        ..Address::default()
    };
    let size = Some(Size { length: 300, width: 200, height: 150 });
    Shipment { to, size, order_number: "1000017".into(), weight_grams: 1_250, ..Shipment::default() }
}

const GERMAN: &str = "charset = \"windows-1252\"\nanswer_reference = \"Referenz\"\nanswer_tracking_number = \"Sendungsnummer\"\n\
    answer_status = \"Status\"\nanswer_message = \"Meldung\"\nvoid_words = [\"Storno\"]\n\
    columns = [{ name = \"Referenz\", field = \"reference\" }, { name = \"Größe\", field = \"length_cm\" }, { name = \"Name\", field = \"name1\" },\n\
    { name = \"Ort\", field = \"city\" }, { name = \"Gewicht\", field = \"weight_kg\" }, { name = \"Produkt\", text = \"V01PAK\" }]";

fn written(exchange: &dyn Exchange, shipment: &Shipment) -> Vec<u8> {
    exchange.file(&[exchange.row("K1-000001", shipment).expect("a row")]).expect("a file")
}

#[test]
fn a_parcel_is_a_row_of_the_columns_that_the_software_has() {
    let bytes = written(&*exchange(""), &shipment());
    assert_eq!(
        String::from_utf8(bytes).expect("UTF-8"),
        "reference;order_number;name1;name2;street;house_number;street_addition;postal_code;city;country;phone;weight_kg;service\r\n\
         K1-000001;1000017;\"Muster; Söhne\";Jörg Beispiel;Probegasse;7a;;01234;Beispiel burg;DE;;1,250;\r\n"
    );
    let bytes = written(&*exchange(GERMAN), &shipment());
    let (text, _, broken) = encoding_rs::WINDOWS_1252.decode(&bytes);
    assert!(!broken && std::str::from_utf8(&bytes).is_err());
    assert_eq!(text, "Referenz;Größe;Name;Ort;Gewicht;Produkt\r\nK1-000001;30;\"Muster; Söhne\";Beispiel burg;1,250;V01PAK\r\n");
}

#[test]
fn xml_has_an_element_for_each_column() {
    let columns = "format = \"xml\"\ncolumns = [{ name = \"ref\", field = \"reference\" }, { name = \"name\", field = \"name1\" }]";
    let with = |firm: &str| {
        let mut shipment = shipment();
        shipment.to.firm = Some(firm.to_owned());
        String::from_utf8(written(&*exchange(columns), &shipment)).expect("UTF-8")
    };
    assert_eq!(
        with("A & <B>"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<shipments>\n  <shipment>\n    <ref>K1-000001</ref>\n    <name>A &amp; &lt;B&gt;</name>\n  \
         </shipment>\n</shipments>\n"
    );
}

#[test]
fn characters_that_the_software_cannot_read_are_refused_with_their_column() {
    let mut shipment = shipment();
    shipment.to.city = Some("Łódź".into());
    let why = exchange(GERMAN).row("K1-000001", &shipment).expect_err("no Ł in windows-1252");
    assert!(why.starts_with("Ort: \"Łódź\" has characters that windows-1252 lacks"), "{why}");
    assert!(exchange("").row("K1-000001", &shipment).is_ok());
}

#[test]
fn each_row_of_an_answer_says_what_became_of_a_parcel() {
    let text = "Referenz;Sendungsnummer;Status;Meldung\r\nK1-000001; 0034 0001 ;ok;\r\nK1-000002;;FEHLER;Straße unbekannt\r\n\
                K1-000003;77;storno;\r\n;78;OK;\r\nK1-000004;3,4E+19;OK;\r\nK1-000005\r\nK1-000006;;STORNO;\r\nK1-000007;3,4E+19;STORNO;\r\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let rows = exchange(GERMAN).answer(&bytes).expect("rows");
    let said: Vec<_> = rows.iter().map(|row| (row.line, row.reference.as_str(), row.said.clone())).collect();
    let broken = |text: &str| Said::Broken(text.to_owned());
    assert_eq!(
        said,
        [
            (2, "K1-000001", Said::Made("00340001".into())),
            (3, "K1-000002", Said::Refused("FEHLER: Straße unbekannt".into())),
            (4, "K1-000003", Said::Void(Some("77".into()))),
            (5, "", broken("there is no Referenz, by which the label is found (answer_reference names it)")),
            (6, "K1-000004", broken("Sendungsnummer: \"3,4E+19\" is not a tracking number; keep spreadsheets from changing it")),
            (7, "K1-000005", broken("Sendungsnummer: is empty")),
            (8, "K1-000006", Said::Void(None)),
            (9, "K1-000007", broken("Sendungsnummer: \"3,4E+19\" is not a tracking number; keep spreadsheets from changing it")),
        ]
    );
    let xml = exchange("format = \"xml\"")
        .answer(b"<r><p><reference>K1-000001</reference><tracking_number>1</tracking_number></p>\n<p reference=\"K1-000002\" status=\"NO\"/></r>")
        .expect("rows");
    assert_eq!(
        xml.into_iter().map(|row| (row.line, row.said)).collect::<Vec<_>>(),
        [(1, Said::Made("1".into())), (2, Said::Refused("NO: no reason given".into()))]
    );
}

#[test]
fn a_file_that_is_no_answer_is_refused_with_the_reason() {
    let of = |more: &str, bytes: &[u8]| exchange(more).answer(bytes).expect_err("no answer");
    assert!(of("", b"a;b\r\n1;2\r\n").contains("line 1: there is no column \"reference\", but: a, b; have the admin set answer_reference"));
    assert!(of("", b"reference;tracking_number\r\n").contains("no parcel"));
    assert!(of("", b"").contains("line 1: there is no column \"reference\", but: none, the line is empty"));
    assert!(of("format = \"xml\"", b"<r><p>").contains("1"));
    assert!(of("format = \"xml\"", b"<!DOCTYPE r><r/>").contains("DOCTYPE"));
    assert!(of("", &vec![b'x'; MOST_BYTES + 1]).contains("split it"));
    let rows = "K1-000001;1\n".repeat(MOST_ROWS + 5);
    assert!(of("", format!("reference;tracking_number\n{rows}").as_bytes()).contains("at most 20000"));
}

#[test]
fn settings_are_checked() {
    let with = |more: &str| check(&account(more)).expect_err(more).to_string();
    assert!(check(&account("")).is_ok() && check(&account(GERMAN)).is_ok());
    for (more, words) in [
        ("formt = \"csv\"", "is not a setting"),
        ("format = \"json\"", "use csv or xml"),
        ("format = \"xml\"\ncharset = \"windows-1252\"", "XML is written in utf-8"),
        ("separator = \"x\"", "is unknown"),
        ("columns = []", "write a list such as"),
        ("columns = [{ name = \"a\", field = \"b\" }]", "\"b\" is unknown"),
        ("columns = [{ name = \"a\", text = \"b\" }]", "no column holds reference"),
        ("columns = [{ name = \"a\", field = \"reference\" }, { name = \"a\", text = \"b\" }]", "there twice"),
        ("format = \"xml\"\ncolumns = [{ name = \"a b\", field = \"reference\" }]", "not the name of an XML element"),
        ("good_words = \"OK\"", "no list of texts"),
    ] {
        assert!(with(more).contains(words), "{more}: {}", with(more));
    }
    let folders = |out: &str, into: &str| {
        let mut account = account("");
        account.settings.insert("export_folder".into(), out.into());
        account.settings.insert("import_folder".into(), into.into());
        check(&account).expect_err(out).to_string()
    };
    assert!(folders("out", "/in").contains("not a whole path"));
    assert!(folders("/same", "/same").contains("is export_folder"));
}
