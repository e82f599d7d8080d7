//! Shapes, and the way to the source.

use std::io::{Read, Write};
use std::net::TcpListener;

use secrecy::SecretString;

use super::element::Element;
use super::kinds::{DOCUMENTS, KINDS, Kind, POSITION};
use super::shapes::{complete, name, steps};
use super::source::{Source, SourceError};
use crate::config::fixture::settings;
use crate::operations::within;

fn kind(name: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.name == name).unwrap()
}

fn element(xml: &str) -> Element {
    within::read(&settings(), xml, Element::of).unwrap()
}

#[test]
fn each_kind_comes_after_what_it_names() {
    for (at, kind) in KINDS.iter().enumerate() {
        for need in kind.needs {
            // Positions come with their orders.
            let named = kind.names(need).map(|named| if named == POSITION { "order" } else { named }).unwrap();
            let there = KINDS.iter().position(|other| other.name == named).unwrap();
            assert!(there <= at, "{} needs {named}", kind.name);
        }
    }
}

#[test]
fn a_record_that_only_has_another_stamp_is_the_same() {
    let record = |stamp: &str| element(&format!("<item><item_id>1</item_id><last_changed>{stamp}</last_changed></item>")).digest();
    assert_eq!(record("2026-01-01"), record("2026-01-02"));
    assert_ne!(element("<item><item_id>1</item_id></item>").digest(), element("<item><item_id>2</item_id></item>").digest());
}

#[test]
fn an_order_that_does_not_count_pieces_says_by_its_status_where_they_are() {
    let order = |status: &str, pieces: &str| {
        let mut order = element(&format!(
            "<order><order_id>1</order_id><order_status_identifier>{status}</order_status_identifier><items><order_item><order_item_id>1</order_item_id>\
             <quantity>3</quantity>{pieces}</order_item></items></order>"
        ));
        complete(kind("order"), &mut order, 2, "2026-01-31T12:00:00Z");
        let position = order.child("order_items").unwrap().children[0].clone();
        let number = |name: &str| position.number(name).unwrap();
        (number("cancelled_quantity"), number("shipped_quantity"), order.number("complete_status").unwrap(), order.number("mandator_id"))
    };
    assert_eq!(order("New order", ""), (0, 0, 1, Some(2)));
    assert_eq!(order("Shipped/Done", ""), (0, 3, 2, Some(2)));
    assert_eq!(order("Cancelled", ""), (3, 0, 2, Some(2)));
    let counted = "<cancelled_quantity>1</cancelled_quantity><shipped_quantity>1</shipped_quantity>";
    assert_eq!(order("Paid/Shipping", counted), (1, 1, 1, Some(2)), "what is counted counts");
}

#[test]
fn offers_are_understood_in_other_words() {
    for (said, word, wanted) in [("Online", "running", "true"), ("beendet", "ended", "false"), ("planned", "prepared", "false")] {
        let mut offer = element(&format!("<offer><offer_id>1</offer_id><offer_state>{said}</offer_state></offer>"));
        complete(kind("offer"), &mut offer, 1, "2026-01-31T12:00:00Z");
        assert_eq!((offer.get("offer_status"), offer.get("wanted")), (Some(word), Some(wanted)));
    }
}

#[test]
fn values_whose_numbers_follow_each_other_come_together_and_others_alone() {
    let value = |id: i32| {
        format!(
            "<attribute_value><attribute_value_id>{id}</attribute_value_id><attribute_value_identifier>v{id}</attribute_value_identifier></attribute_value>"
        )
    };
    let values: String = [4, 5, 9].into_iter().map(value).collect();
    let record = element(&format!(
        "<attribute><attribute_id>1</attribute_id><attribute_identifier>Colour</attribute_identifier><attribute_values>{values}</attribute_values></attribute>"
    ));
    let steps = steps(kind("attribute"), &record, None);
    let wishes: Vec<Vec<i32>> = steps.iter().map(|step| step.wishes.iter().map(|(_, id)| *id).collect()).collect();
    assert_eq!(wishes, [vec![], vec![4], vec![9]]);
    let sent = |at: usize| steps[at].record.child("attribute_values").unwrap().children.len();
    assert_eq!((sent(0), sent(1), sent(2)), (0, 2, 1));
    assert!(!steps[1].record.xml().contains("<attribute_value_id>"), "a new value has no number yet");
}

#[test]
fn what_the_source_does_not_say_any_more_is_cleared() {
    let record = element("<item><item_id>1</item_id><identifier>Mug</identifier><text_modules/></item>");
    let step = steps(kind("item"), &record, Some("identifier ean_code text_modules")).remove(0);
    assert!(step.record.xml().contains("<ean_code></ean_code>"), "{}", step.record.xml());
    assert!(step.record.xml().contains("<text_modules delete=\"true\">"), "{}", step.record.xml());
}

#[test]
fn documents_come_one_by_one_with_their_numbers() {
    let document = |id: i32| {
        format!(
            "<document><document_id>{id}</document_id><document_type>other</document_type><media_type>application/pdf</media_type></document>"
        )
    };
    let record = element(&format!("<order><order_id>3</order_id><documents>{}{}</documents></order>", document(5), document(8)));
    let steps = steps(kind(DOCUMENTS), &record, None);
    let wishes: Vec<i32> = steps.iter().flat_map(|step| step.wishes.iter().map(|(_, id)| *id)).collect();
    assert_eq!((steps.len(), wishes), (2, vec![5, 8]));
    assert!(!steps[0].record.xml().contains("media_type"));
}

#[test]
fn a_new_record_is_named_by_the_first_key_that_it_has() {
    let mut record = element("<manufacturer><manufacturer_id>7</manufacturer_id><identifier>Weber</identifier></manufacturer>");
    name(kind("manufacturer"), &mut record, None).unwrap();
    assert_eq!(record.xml(), "<manufacturer significant_key=\"identifier\"><identifier>Weber</identifier></manufacturer>");
    name(kind("manufacturer"), &mut record, Some(12)).unwrap();
    assert!(record.xml().contains("<manufacturer_id>12<") && record.xml().contains("significant_key=\"manufacturer_id\""));
    assert_eq!(name(kind("category"), &mut element("<category/>"), None), Err("external_id"));
}

/// A source that gives one answer.
fn answered(answer: String) -> Result<usize, SourceError> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/ws", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8192]);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let source = Source::new(&url, "u", SecretString::from("p")).unwrap();
    let page = source.page(kind("item"), 1, 100, 1);
    server.join().unwrap();
    page.map(|page| page.records.len())
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn an_answer_is_found_wherever_the_source_puts_it() {
    let inner = "<response><report return_code=\"0\"/><items><item><item_id>1</item_id></item></items></response>";
    let escaped = inner.replace('<', "&lt;");
    let envelope = |content: &str| format!("<e:Envelope xmlns:e=\"x\"><e:Body><r><return>{content}</return></r></e:Body></e:Envelope>");
    assert_eq!(answered(ok(&envelope(&escaped))), Ok(1));
    assert_eq!(answered(ok(&envelope(inner))), Ok(1));
    assert_eq!(answered(ok(&envelope(&format!("<![CDATA[{inner}]]>")))), Ok(1));
}

#[test]
fn what_the_source_refuses_is_said_in_its_words_and_credentials_in_ours() {
    let refused = "<response><report return_code=\"-12\"><error_description>no right</error_description></report></response>";
    let envelope = format!("<E><B><return>{}</return></B></E>", refused.replace('<', "&lt;"));
    assert_eq!(answered(ok(&envelope)), Err(SourceError::Refused("fetchItems: -12 no right".into())));
    let fault = "<E><B><Fault><faultstring>unknown operation</faultstring></Fault></B></E>";
    let answer = ok(fault).replace("200 OK", "500 Internal Server Error");
    assert_eq!(answered(answer), Err(SourceError::Refused("fetchItems: unknown operation".into())));
    let lost = |answer: &str| match answered(answer.to_owned()) {
        Err(SourceError::Lost(text)) => text,
        other => panic!("{other:?}"),
    };
    assert!(lost("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n").contains("refuses the user or the password"));
    assert!(lost("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n").contains("--from"));
    let too_long = "<E><return>&lt;response>&lt;report return_code=\"-3029\"/>&lt;/response></return></E>";
    assert!(matches!(answered(ok(too_long)), Err(SourceError::TooLong(_))));
}

#[test]
fn an_address_that_is_none_or_holds_credentials_is_refused() {
    for url in ["ftp://host/ws", "host/ws", "http://u:p@host/ws"] {
        assert!(Source::new(url, "u", SecretString::from("p")).is_err(), "{url}");
    }
}
