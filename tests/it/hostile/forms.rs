//! Odd and broken forms of messages: read as they are meant, or refused as a whole. Nothing is left undone without a word.

use kontor::operations::Face;

use crate::erp::{Erp, FACES, everywhere};
use crate::raw::{ERP, Line, head};
use crate::world::{World, eventually, inner_answer};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// All that mandator 1 has.
const ALL: (&str, &str) = (
    "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
    "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
);

/// The names of the articles, by number.
fn names(erp: &Erp<'_>) -> Vec<(String, String)> {
    let answer = erp.read(&erp.send(&erp.document("fetchItems", ALL.0, ALL.1), &[]));
    let items = answer.having("internal_item_number").into_iter();
    items.map(|item| (item.must("internal_item_number").to_owned(), item.must("identifier").to_owned())).collect()
}

/// What stands in the Body of an envelope.
fn body_of(envelope: &str) -> &str {
    let (_, rest) = envelope.split_once("<soap:Body>").expect("a body");
    rest.split_once("</soap:Body>").expect("its end").0
}

#[test]
fn several_calls_in_one_body_are_refused_and_none_is_carried_out() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let (first, second) = (erp.item_document("A-1", "One"), erp.item_document("A-2", "Two"));
        let both = first.replace("</soap:Body>", &format!("{}</soap:Body>", body_of(&second)));
        let reply = erp.send(&both, &[]);
        assert!(reply.status == 500 && reply.body.contains("KONTOR-2012"), "{}", reply.body);
        let bodies = first.replace("</soap:Body>", &format!("</soap:Body><soap:Body>{}</soap:Body>", body_of(&second)));
        let reply = erp.send(&bodies, &[]);
        assert!(reply.status == 500 && reply.body.contains("KONTOR-3012"), "{}", reply.body);
        assert_eq!(names(&erp), []);
    });
}

/// As Axis 1 sends it with `style="rpc" use="encoded"`, its default.
#[test]
fn an_rpc_encoded_call_is_refused_with_what_to_set() {
    let item = "<significantKey xsi:type=\"xsd:string\">INTERNAL_ITEM_NUMBER</significantKey><mandatorId href=\"#id2\"/><identifier xsi:type=\"xsd:string\">Mug</identifier>";
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let argument = if face == Face::Typed { "request" } else { "requestData" };
        let envelope = format!(
            "<soapenv:Envelope xmlns:soapenv=\"{SOAP_11}\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><updateItems soapenv:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><{argument} href=\"#id0\"/></updateItems><multiRef id=\"id0\"><items soapenc:arrayType=\"ns1:Item[1]\" xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\"><item href=\"#id1\"/></items></multiRef><multiRef id=\"id1\">{item}</multiRef><multiRef id=\"id2\" xsi:type=\"xsd:int\">1</multiRef></soapenv:Body></soapenv:Envelope>"
        );
        let reply = erp.send(&envelope, &[]);
        assert!(reply.status == 500 && reply.body.contains("KONTOR-2013"), "{}", reply.body);
        for words in ["style=&quot;wrapped&quot; use=&quot;literal&quot; in Axis 1", "NuSOAP", "soLiteralParams"] {
            assert!(reply.body.contains(words), "{}", reply.body);
        }
    });
}

#[test]
fn a_typed_call_of_another_contract_is_refused() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let own = erp.item_document("A-1", "One");
        let other = own.replace("urn:kontor:v1", "urn:kontor:v2").replace("urn:kontor:connect", "urn:other");
        // The operation is of this contract, and something below it is not.
        let below = ["<request>", "<item>", "<identifier>"].map(|tag| own.replacen(tag, &tag.replace('>', " xmlns=\"urn:kontor:v2\">"), 1));
        for document in [other].iter().chain(&below) {
            let reply = erp.send(document, &[]);
            let refused = reply.status == 500 && reply.body.contains("KONTOR-2014") && reply.body.contains("urn:kontor:v1");
            match face {
                Face::Typed => assert!(refused, "{document}: {}", reply.body),
                Face::Compat => assert!(erp.accepted(&reply), "{}", reply.body),
            }
        }
        assert_eq!(names(&erp).len(), usize::from(face == Face::Compat));
        let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Item\"";
        for bare in ["<request xmlns=\"\">".to_owned(), format!("<request {xsi}>")] {
            erp.sent(&own.replace("<request>", &bare));
        }
        assert_eq!(names(&erp).len(), 1);
    });
}

/// What Kontor keeps as XML is of any namespace, also where it is not sent as text.
#[test]
fn kept_xml_of_a_typed_call_may_be_of_any_namespace() {
    let item = "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><identifier>One</identifier><internalItemNumber>A-1</internalItemNumber><taxTypeId>3</taxTypeId><specificItemData><x:ebay_item_data xmlns:x=\"urn:x\"><x:note>kept</x:note></x:ebay_item_data></specificItemData></item></items>";
    for database in crate::world::databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Typed);
        erp.sent(&erp.document("updateItems", "", item));
        let answer = erp.send(&erp.document("fetchItems", ALL.0, ALL.1), &[]).body;
        assert!(answer.contains("&lt;x:note>kept") || answer.contains("&lt;x:note&gt;kept"), "{answer}");
    }
}

#[test]
fn an_amount_beyond_the_contract_is_said_to_be_too_large() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("A-1", "One");
        for (price, code, words) in [
            ("999999999999999", "-3010", "999999999999999 is outside -99999999999.9999 to 99999999999.9999"),
            ("100000000000.00", "-3010", "is outside -99999999999.9999 to 99999999999.9999"),
            ("1e30", "-3010", "1e30 is outside"),
            ("12,90", "-3003", "\"12,90\" is not a decimal number"),
        ] {
            let answer = erp.read(&erp.send(&erp.price_document("A-1", price), &[]));
            let report = answer.having("return_code")[0];
            assert_eq!(report.must("return_code"), code, "{price}: {answer:?}");
            assert!(report.must("error_description").contains(words), "{price}: {answer:?}");
        }
        erp.price("A-1", "99999999999.9999");
    });
}

#[test]
fn halves_of_a_character_are_read_as_one_wherever_they_stand() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        for (sent, number) in [("&#xD83D;&#xDE00;", "A-1"), ("&#55357;&#xde00;", "A-2")] {
            let document = erp.item_document(number, "MARK");
            // On the compat face once in the inner document, once in the text that it stands in.
            let escaped = sent.replace('&', "&amp;");
            let forms = if face == Face::Compat { vec![sent, escaped.as_str()] } else { vec![sent] };
            for form in forms {
                erp.sent(&document.replace("MARK", &format!("Smile {form}")));
                let found = names(&erp);
                assert!(found.contains(&(number.to_owned(), "Smile 😀".to_owned())), "{form}: {found:?}");
            }
        }
        let reply = erp.send(&erp.item_document("A-3", "MARK").replace("MARK", "&#xD83D;"), &[]);
        assert!(reply.status == 500 && reply.body.contains("KONTOR-2001"), "{}", reply.body);
    });
}

/// What is kept as XML comes back so that every parser reads it.
#[test]
fn kept_xml_comes_back_well_formed() {
    let block = "<x:ebay_item_data><account_specific_data><note>&#xD83D;&#xDE00;</note></account_specific_data></x:ebay_item_data>";
    let item = format!(
        "<item xmlns:x=\"urn:x\" significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>One</identifier><internal_item_number>A-1</internal_item_number><tax_type_id>3</tax_type_id><specific_item_data>{block}</specific_item_data></item>"
    );
    for database in crate::world::databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Compat);
        erp.sent(&erp.document("updateItems", &item, ""));
        let inner = inner_answer(&erp.send(&erp.document("fetchItems", ALL.0, ALL.1), &[]).body);
        assert!(inner.contains("<note>😀</note>") && inner.contains("xmlns:x=\"urn:x\""), "{inner}");
    }
}

#[test]
fn a_forbidden_character_in_one_record_of_a_thousand_is_found_and_nothing_is_stored() {
    let compat = |number: usize, name: &str| {
        format!(
            "\n<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>{name}</identifier><internal_item_number>N-{number}</internal_item_number><tax_type_id>3</tax_type_id></item>"
        )
    };
    let typed = |number: usize, name: &str| {
        format!(
            "\n<item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><identifier>{name}</identifier><internalItemNumber>N-{number}</internalItemNumber><taxTypeId>3</taxTypeId></item>"
        )
    };
    type Record<'a> = &'a dyn Fn(usize, &str) -> String;
    let all = |record: Record<'_>| (1..=1000).map(|number| record(number, if number == 700 { "MARK" } else { "Mug" })).collect::<String>();
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let document = erp.document("updateItems", &all(&compat), &format!("<items>{}</items>", all(&typed)));
        let place = match face {
            Face::Compat => "item 700 (N-700, line 701), identifier: ",
            Face::Typed => "items, item 700 (N-700, line 701), identifier: ",
        };
        // Halves of a character that something separates are no character.
        let mut forms = vec!["\u{b}", "&#11;", "]]>", "&#xD83D;<![CDATA[]]>&#xDE00;", "&#xD83D;<!-- -->&#xDE00;", "&#xDE00;&#xD83D;"];
        if face == Face::Compat {
            // In the inner document, where it is escaped once more.
            forms.extend(["&amp;#11;", "]]&gt;", "&amp;#xD83D;&lt;!-- --&gt;&amp;#xDE00;"]);
        }
        for bad in forms {
            let reply = erp.send(&document.replace("MARK", bad), &[]);
            let body = reply.body.replace("&amp;quot;", "\"").replace("&quot;", "\"");
            assert!(body.contains("2001") && body.contains(place), "{bad:?}: {body}");
            assert_eq!(names(&erp), [], "nothing is stored");
        }
    });
}

/// A channel knows nothing of the contract: names may be longer and amounts larger than it allows, and texts may hold what
/// no XML can.
#[test]
fn what_a_channel_tells_is_answered_within_the_contract() {
    let address = serde_json::json!({
        "firm": "f".repeat(300), "title": "t".repeat(300), "first_name": "ä".repeat(300), "last_name": "M\u{0}", "street": "s".repeat(300),
        "postal_code": "1", "city": "Ort\u{b}", "country_code_iso": "DE",
    });
    let buy = serde_json::json!({
        "lines": [{"sku": "A-1", "quantity": 1}], "paid": true, "shipping": "123456789012.3456", "note": "a\u{0}b", "address": address,
    });
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("A-1", "12.90", 5);
        world.sandbox("/orders", &buy);
        let answer = eventually("the order", || {
            let reply = erp.send(&erp.document("fetchOrders", ALL.0, ALL.1), &[]);
            let answer = erp.read(&reply);
            if answer.having("shipping_charge").is_empty() { Err(reply.body) } else { Ok(answer) }
        });
        assert_eq!(answer.having("shipping_charge")[0].must("shipping_charge"), "123456789012.346");
        assert_eq!(answer.having("note")[0].must("note"), "ab");
        let address = answer.having("first_name")[0];
        for (field, length) in [("firm", 200), ("title", 100), ("first_name", 100), ("last_name", 1), ("street", 200), ("city", 3)] {
            assert_eq!(address.must(field).chars().count(), length, "{field}: {address:?}");
        }
        let messages = erp.read(&erp.send(&erp.document("fetchUploadMessages", ALL.0, ALL.1), &[]));
        let said: Vec<_> = messages.having("remedy").into_iter().filter(|said| said.must("code") == "ORDER_VALUES_CHANGED").collect();
        assert_eq!(said.len(), 1, "{messages:?}");
    });
}

#[test]
fn times_come_in_more_forms_than_one() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("A-1", "One");
        for (to, found) in [("2000-01-01T24:00:00", 0), ("9999-12-30T24:00:00+0100", 1), ("9999-12-31T10:00:00+01", 1)] {
            let compat = format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><last_changed to_date=\"{to}\"/></filter>");
            let typed = format!(
                "<filters><item><mandatorId><value>1</value></mandatorId><lastChanged><to>{to}</to></lastChanged></item></filters>"
            );
            let answer = erp.read(&erp.send(&erp.document("fetchItems", &compat, &typed), &[]));
            assert_eq!(answer.having("internal_item_number").len(), found, "{to}: {answer:?}");
        }
    });
}

#[test]
fn an_endpoint_may_end_in_a_slash_and_be_asked_for_a_single_wsdl() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let path = format!("{}/", erp.path());
        let reply = world.post(&path, &erp.item_document("A-1", "One"), &[]);
        assert!(reply.status == 200 && erp.accepted(&reply), "{}", reply.body);
        let plain = world.get(&format!("{}?wsdl", erp.path())).body;
        for address in [format!("{path}?wsdl"), format!("{}?singleWsdl", erp.path()), format!("{path}?SINGLEWSDL")] {
            assert!(world.get(&address).body == plain, "{address}");
        }
    });
}

/// The client waits with its body; it gets the refusal and never has to send it.
#[test]
fn a_client_that_asks_first_is_refused_before_its_body() {
    let world = World::demo(crate::world::Database::Sqlite);
    let wrong = "Authorization: Basic ZXJwOndyb25n\r\n";
    for face in FACES {
        let path = kontor::soap::path(face);
        for (path, credentials, length, status, code) in [
            (path.to_owned(), wrong, 5_000_000_u64, 401, "KONTOR-1001"),
            (path.to_owned(), "", 5_000_000, 401, "KONTOR-1001"),
            (format!("{path}/"), "Authorization: Bearer x\r\n", 10, 401, "KONTOR-1001"),
            (path.to_owned(), ERP, 5_000_000_000, 413, "KONTOR-1004"),
        ] {
            let ask = head(&path, "HTTP/1.1", &format!("Expect: 100-continue\r\nContent-Length: {length}\r\n")).replace(ERP, credentials);
            let mut line = Line::open(&world);
            line.send(ask.as_bytes());
            let reply = line.answer();
            assert!(reply.status == status && reply.body.contains(code), "{credentials} {length}: {} {}", reply.status, reply.body);
            assert_eq!(reply.header("connection").map(str::to_lowercase).as_deref(), Some("close"));
            assert_eq!(reply.header("www-authenticate").is_some(), status == 401);
            assert!(line.is_closed());
            // One that does not wait for the answer gets to see it, too.
            let mut line = Line::open(&world);
            line.send(ask.as_bytes());
            line.try_send(&[b' '; 10_000]);
            assert_eq!(line.answer().status, status);
        }
    }
}
