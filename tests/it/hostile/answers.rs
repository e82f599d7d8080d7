//! Answers that would grow without bound: repeated headers, long texts, too many records, pages and pictures.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kontor::operations::Face;

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, FACES, everywhere};
use crate::world::{Database, World};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
/// clerk:demo and strict:demo
const CLERK: (&str, &str) = ("Authorization", "Basic Y2xlcms6ZGVtbw==");
const STRICT: (&str, &str) = ("Authorization", "Basic c3RyaWN0OmRlbW8=");
const SMALL: Config = Config { limits: "answer_bytes = 65536\nrecords = 1000", replay: "", dispatch: "", database: "", shops: &[] };

/// The code of the first report.
fn code(erp: &Erp<'_>, reply: &crate::world::Reply) -> i32 {
    assert_eq!(reply.status, 200, "{}", reply.body);
    erp.read(reply).having("return_code")[0].number("return_code")
}

/// `updateItems` with so many articles.
fn items(erp: &Erp<'_>, numbers: std::ops::Range<usize>) -> String {
    let (mut compat, mut typed) = (String::new(), String::new());
    for number in numbers {
        compat += &format!(
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Mug</identifier><internal_item_number>H-{number}</internal_item_number><tax_type_id>3</tax_type_id></item>"
        );
        typed += &format!(
            "<item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><identifier>Mug</identifier><internalItemNumber>H-{number}</internalItemNumber><taxTypeId>3</taxTypeId></item>"
        );
    }
    erp.document("updateItems", &compat, &format!("<items>{typed}</items>"))
}

fn fetch(erp: &Erp<'_>, compat: &str, typed: &str) -> String {
    erp.document(
        "fetchItems",
        &format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>{compat}"),
        &format!("<filters><item><mandatorId><value>1</value></mandatorId></item></filters>{typed}"),
    )
}

#[test]
fn headers_that_are_not_understood_are_counted_and_not_repeated() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    let namespace = "urn:x".repeat(200);
    for face in FACES {
        let erp = Erp::on(&world, face);
        for (uri, media) in [(SOAP_11, "text/xml"), (SOAP_12, "application/soap+xml")] {
            let headers = "<x:a soap:mustUnderstand=\"1\"/>".repeat(5_000);
            let headers = format!("<soap:Header xmlns:x=\"{namespace}\">{headers}</soap:Header><soap:Body>");
            let envelope = erp.document("fetchMandators", "", "").replace("<soap:Body>", &headers).replace(SOAP_11, uri);
            let reply = erp.send(&envelope, &[CLERK, ("Content-Type", media)]);
            assert!(reply.body.len() < 20_000, "{} bytes", reply.body.len());
            assert!(reply.body.contains("KONTOR-2006") && reply.body.contains("(+4999)"), "{}", reply.body);
            let blocks = reply.body.matches("NotUnderstood ").count();
            assert_eq!(blocks, if uri == SOAP_12 { 10 } else { 0 });
        }
    }
}

#[test]
fn a_text_that_the_answer_would_repeat_is_refused_if_it_is_long() {
    const WSA: &str = "http://www.w3.org/2005/08/addressing";
    let world = World::demo(Database::Sqlite);
    let long = "x".repeat(5_000);
    for face in FACES {
        let erp = Erp::on(&world, face);
        let document = erp.document("fetchMandators", "", "");
        let with_header = |name: &str| {
            let header = format!("<soap:Header><w:{name} xmlns:w=\"{WSA}\">{long}</w:{name}></soap:Header><soap:Body>");
            document.replace("<soap:Body>", &header)
        };
        let own = if face == Face::Compat { "urn:kontor:connect" } else { "urn:kontor:v1" };
        for (envelope, words) in [
            (with_header("MessageID"), "KONTOR-3008: MessageID: the text has 5000 characters"),
            (with_header("Action"), "KONTOR-3008: Action: the text has 5000 characters"),
            (document.replace(own, &long), "KONTOR-2003"),
            (document.replace("fetchMandators", &long), "KONTOR-2003"),
            (document.replace(SOAP_11, &"y".repeat(900)), "KONTOR-2005"),
        ] {
            let reply = erp.send(&envelope, &[]);
            assert!(reply.status != 200 && reply.body.contains(words), "{words}: {}", reply.body);
            assert!(reply.body.len() < 2_000, "{words}: {} bytes", reply.body.len());
        }
    }
}

#[test]
fn a_record_with_a_long_reference_is_refused_and_the_others_are_taken() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let reference = |text: &str, document: String| match face {
            Face::Compat => document.replacen("&lt;item ", &format!("&lt;item reference_id=&quot;{text}&quot; "), 1),
            Face::Typed => document.replacen("<item>", &format!("<item><referenceId>{text}</referenceId>"), 1),
        };
        let reply = erp.send(&reference(&"r".repeat(1_001), items(&erp, 0..2)), &[]);
        let answer = erp.read(&reply);
        let codes: Vec<i32> = answer.having("return_code").iter().map(|report| report.number("return_code")).collect();
        assert_eq!(codes, [-3008, 0], "{}", reply.body);
        assert!(!reply.body.contains("rrr"), "{}", reply.body);
        let reply = erp.sent(&reference(&"r".repeat(1_000), items(&erp, 0..1)));
        assert!(reply.body.contains(&"r".repeat(1_000)));
    });
}

#[test]
fn a_writing_call_whose_answer_does_not_fit_stores_nothing() {
    everywhere(|database, face| {
        let world = World::configured(database, &SMALL.text());
        let erp = Erp::on(&world, face);
        let refused = erp.send(&items(&erp, 0..900), &[]);
        assert_eq!(code(&erp, &refused), -3029);
        assert!(refused.body.len() < 2_000 && refused.body.contains("answer_bytes"), "{}", refused.body);
        // Repeated, it is not taken for done.
        assert_eq!(code(&erp, &erp.send(&items(&erp, 0..900), &[])), -3029);
        let empty = erp.read(&erp.send(&fetch(&erp, "", ""), &[]));
        assert_eq!(empty.having("total_records")[0].number("total_records"), 0);
        erp.sent(&items(&erp, 0..50));
        let some = erp.read(&erp.send(&fetch(&erp, "<items_per_page>1</items_per_page>", "<itemsPerPage>1</itemsPerPage>"), &[]));
        assert_eq!(some.having("total_records")[0].number("total_records"), 50);
    });
}

#[test]
fn a_fetch_whose_answer_does_not_fit_says_what_to_ask_for() {
    everywhere(|database, face| {
        let world = World::configured(database, &SMALL.text());
        let erp = Erp::on(&world, face);
        for from in [0, 50, 100, 150] {
            erp.sent(&items(&erp, from..from + 50));
        }
        let refused = erp.send(&fetch(&erp, "", ""), &[]);
        assert_eq!(code(&erp, &refused), -3029, "{}", refused.body);
        assert!(refused.body.contains("_per_page") && refused.body.len() < 2_000, "{}", refused.body);
        let page = erp.send(&fetch(&erp, "<items_per_page>20</items_per_page>", "<itemsPerPage>20</itemsPerPage>"), &[]);
        assert_eq!(erp.read(&page).having("internal_item_number").len(), 20);
    });
}

#[test]
fn pictures_count_as_they_are_written() {
    everywhere(|database, face| {
        let world = World::configured(database, &SMALL.text());
        let erp = Erp::on(&world, face);
        let picture = BASE64_STANDARD.encode(vec![7; 50_000]);
        let (compat, typed) = (
            format!(
                "<image_modules><image_module><image_module_type_id>1</image_module_type_id><image_base64>{picture}</image_base64></image_module></image_modules>"
            ),
            format!(
                "<imageModules><item><imageModuleTypeId>1</imageModuleTypeId><imageBase64>{picture}</imageBase64></item></imageModules>"
            ),
        );
        let one = items(&erp, 0..1);
        let types = erp.document(
            "updateImageModuleTypes",
            "<image_module_type significant_key=\"image_module_type_id\"><mandator_id>1</mandator_id><image_module_type_id>1</image_module_type_id><identifier>Main</identifier></image_module_type>",
            "<imageModuleTypes><item><significantKey>IMAGE_MODULE_TYPE_ID</significantKey><mandatorId>1</mandatorId><imageModuleTypeId>1</imageModuleTypeId><identifier>Main</identifier></item></imageModuleTypes>",
        );
        let _ = erp.send(&types, &[]);
        let escaped = compat.replace('<', "&lt;").replace('>', "&gt;");
        erp.sent(&match face {
            Face::Compat => one.replace("&lt;/item&gt;", &format!("{escaped}&lt;/item&gt;")),
            Face::Typed => one.replace("</item></items>", &format!("{typed}</item></items>")),
        });
        let inline = ("<images_as_base64>true</images_as_base64>", "<imagesAsBase64>true</imagesAsBase64>");
        assert_eq!(code(&erp, &erp.send(&fetch(&erp, inline.0, inline.1), &[])), -3029);
        assert_eq!(code(&erp, &erp.send(&fetch(&erp, "", ""), &[])), 0);
    });
}

#[test]
fn an_echo_is_no_longer_than_other_answers() {
    let world = World::configured(Database::Sqlite, &SMALL.text());
    let long = world.connect("echo", &"\"".repeat(12_000));
    assert!(long.contains("limits.answer_bytes") && long.len() < 1_000, "{long}");
    assert_eq!(world.connect("echo", &"\"".repeat(9_000)).len(), 9_000);
}

#[test]
fn records_are_counted_in_the_list_that_is_read() {
    const TEN: Config = Config { limits: "records = 10", replay: "", dispatch: "", database: "", shops: &[] };
    everywhere(|database, face| {
        let world = World::configured(database, &TEN.text());
        let erp = Erp::on(&world, face);
        // Something odd stands beside the records.
        let odd = |document: String| match face {
            Face::Compat => {
                document.replacen("&lt;item ", "&lt;odd/&gt;&lt;item ", 1).replacen("&lt;/request", "&lt;odd/&gt;&lt;/request", 1)
            }
            Face::Typed => document.replacen("<items>", "<odd/><items><odd/>", 1).replacen("</items>", "<odd/></items>", 1),
        };
        let refused = erp.send(&odd(items(&erp, 0..11)), &[]);
        assert_eq!(code(&erp, &refused), -3015);
        assert!(refused.body.contains("11 entries") && erp.read(&refused).having("return_code").len() == 1, "{}", refused.body);
        erp.sent(&odd(items(&erp, 0..10)));
        let offer = "<sandbox_offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>H-1</internal_item_number></sandbox_offer>";
        let offers = |count: usize| erp.document("prepareOffers", &offer.repeat(count), &offer.repeat(count));
        assert_eq!(code(&erp, &erp.send(&offers(11), &[])), -3015);
        assert_eq!(code(&erp, &erp.send(&offers(10), &[])), 0);
        // A long list inside one record is that record's own matter.
        let mut inner = (String::new(), String::new());
        for number in 0..11 {
            inner.0 += &format!("<item_attribute><name>n{number}</name><value>v</value></item_attribute>");
            inner.1 += &format!("<item><name>n{number}</name><value>v</value></item>");
        }
        let (compat, typed) =
            (format!("<item_attributes>{}</item_attributes>", inner.0), format!("<itemAttributes>{}</itemAttributes>", inner.1));
        let escaped = compat.replace('<', "&lt;").replace('>', "&gt;");
        let document = match face {
            Face::Compat => items(&erp, 0..2).replacen("&lt;/item&gt;", &format!("{escaped}&lt;/item&gt;"), 1),
            Face::Typed => items(&erp, 0..2).replacen("</item>", &format!("{typed}</item>"), 1),
        };
        let answer: Element = erp.read(&erp.send(&document, &[]));
        let codes: Vec<i32> = answer.having("return_code").iter().map(|report| report.number("return_code")).collect();
        assert_eq!(codes, [-3015, 0], "{answer:?}");
    });
}

#[test]
fn a_strict_user_is_told_the_first_hundred_and_the_count() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    for face in FACES {
        let erp = Erp::on(&world, face);
        let unknown = format!("<{}/>", "u".repeat(200)).repeat(5_000);
        // A call of nothing but unknown elements is refused as a whole.
        let (compat, typed) = (format!("<item/>{unknown}"), format!("<items><item/></items>{unknown}"));
        let reply = erp.send(&erp.document("updateItems", &compat, &typed), &[STRICT]);
        assert_eq!(reply.status, 200);
        assert!(reply.body.contains("4900 further"), "{} bytes", reply.body.len());
        assert!(reply.body.len() < 50_000, "{} bytes", reply.body.len());
    }
}
