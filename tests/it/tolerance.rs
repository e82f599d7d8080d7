//! What real SOAP stacks send is understood (rules M1 to M13 of the interoperability notes).

use std::io::Write;

use encoding_rs::{ISO_8859_15, WINDOWS_1252};
use kontor::operations::Face;

use crate::element::Element;
use crate::erp::{Erp, FACES};
use crate::raw::{Line, chunked, head, with_length};
use crate::world::{Database, World, databases, escape, inner_answer};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const WSA: &str = "http://www.w3.org/2005/08/addressing";
const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

const LATIN: &str = "Größe ÄÖÜß é ñ ¿ § nein";
const LATIN_9: &str = "Größe 5 € œuvre Šž";
const WINDOWS: &str = "Größe „XL“ 5 € ™ œuvre …";
const WORLD: &str = "Größe Čapek 東京 Ω 𝄞 ﷽";

/// Stores an article with this name, the document encoded by `encode`, and gives the name back as stored.
fn name_through(erp: &Erp<'_>, declaration: &str, headers: &[(&str, &str)], name: &str, encode: impl Fn(&str) -> Vec<u8>) -> String {
    let document = erp.document(
        "updateItems",
        &format!(
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>{name}</identifier><internal_item_number>U-1</internal_item_number><tax_type_id>3</tax_type_id></item>"
        ),
        &format!(
            "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><identifier>{name}</identifier><internalItemNumber>U-1</internalItemNumber><taxTypeId>3</taxTypeId></item></items>"
        ),
    );
    let reply = erp.world.post_bytes(erp.path(), encode(&format!("{declaration}{document}")), headers);
    assert!(reply.status == 200 && erp.accepted(&reply), "{declaration} {headers:?}: {}", reply.body);
    assert_eq!(reply.header("content-type"), Some("text/xml; charset=utf-8"));
    let fetched = erp.send(
        &erp.document(
            "fetchItems",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><internal_item_number filter_method=\"=\" filter_value=\"U-1\"/></filter>",
            "<filters><item><mandatorId><value>1</value></mandatorId><internalItemNumber><value>U-1</value></internalItemNumber></item></filters>",
        ),
        &[],
    );
    assert!(!fetched.body.starts_with('\u{feff}'), "no mark before the answer");
    erp.read(&fetched).having("identifier").first().map(|item| item.must("identifier").to_owned()).unwrap_or_default()
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn single_byte(text: &str) -> Vec<u8> {
    let (bytes, _, lost) = WINDOWS_1252.encode(text);
    assert!(!lost, "{text}");
    bytes.into_owned()
}

fn marked(text: &str) -> String {
    format!("\u{feff}{text}")
}

#[test]
fn umlauts_survive_every_encoding() {
    type Encode = fn(&str) -> Vec<u8>;
    let ways: &[(&str, &str, &str, Encode)] = &[
        ("text/xml; charset=utf-8", "", WORLD, |t| t.as_bytes().to_vec()),
        ("text/xml; charset=\"UTF-8\"", "<?xml version=\"1.0\" encoding=\"utf-8\"?>", WORLD, |t| t.as_bytes().to_vec()),
        ("text/xml", "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\r\n", WORLD, |t| t.as_bytes().to_vec()),
        ("text/xml", "", WORLD, |t| t.as_bytes().to_vec()),
        ("text/xml; charset=utf-8", "<?xml version=\"1.0\" encoding=\"utf-8\"?>", WORLD, |t| marked(t).into_bytes()),
        ("text/xml", "", WORLD, |t| marked(t).into_bytes()),
        ("text/xml", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", WORLD, |t| utf_16(&marked(t), u16::to_le_bytes)),
        ("text/xml; charset=utf-16", "", WORLD, |t| utf_16(&marked(t), u16::to_be_bytes)),
        ("text/xml; charset=utf-16", "", WORLD, |t| utf_16(t, u16::to_le_bytes)),
        ("text/xml; charset=UTF-16LE", "", WORLD, |t| utf_16(t, u16::to_le_bytes)),
        ("text/xml; charset=utf-16be", "", WORLD, |t| utf_16(t, u16::to_be_bytes)),
        ("text/xml; charset=ISO-8859-1", "", LATIN, single_byte),
        ("text/xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>", LATIN, single_byte),
        ("text/xml; charset=windows-1252", "", WINDOWS, single_byte),
        ("text/xml", "<?xml version='1.0' encoding='Windows-1252'?>", WINDOWS, single_byte),
        ("text/xml; charset=ISO-8859-15", "", LATIN_9, |t| ISO_8859_15.encode(t).0.into_owned()),
        ("text/xml", "<?xml version=\"1.0\" encoding=\"iso-8859-15\"?>", LATIN_9, |t| ISO_8859_15.encode(t).0.into_owned()),
        ("text/xml; charset=us-ascii", "", "Gr&#246;&#xDF;e &#8364;", |t| t.as_bytes().to_vec()),
    ];
    for database in databases() {
        let world = World::demo(database);
        for face in FACES {
            let erp = Erp::on(&world, face);
            for (number, (content_type, declaration, name, encode)) in ways.iter().enumerate() {
                // On the compat face the references stand in a document in a text, and are escaped once more there.
                let sent = format!("{name} {number}");
                let shown = sent.replace("&#246;", "ö").replace("&#xDF;", "ß").replace("&#8364;", "€");
                let stored = name_through(&erp, declaration, &[("Content-Type", content_type)], &sent, encode);
                assert_eq!(stored, shown, "{database:?} {face:?} {content_type} {declaration}");
            }
        }
    }
}

fn mandators(face: Face) -> (&'static str, &'static str) {
    match face {
        Face::Compat => ("urn:kontor:connect", "<request method=\"fetchMandators\" version=\"1.0.0\"/>"),
        Face::Typed => ("urn:kontor:v1", ""),
    }
}

/// Envelopes around `fetchMandators`, all of which say the same.
fn envelopes(face: Face, soap: &str) -> Vec<String> {
    let (namespace, inner) = mandators(face);
    let escaped = escape(inner);
    let (plain, blocks): (String, Vec<String>) = match face {
        Face::Compat => (
            format!("<requestData>{escaped}</requestData>"),
            vec![
                format!("<requestData><![CDATA[{inner}]]></requestData>"),
                format!("<argRequestData>{escaped}</argRequestData>"),
                format!("<requestData>{}{escaped}</requestData>", escape("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n")),
                format!("<requestData><![CDATA[<?xml version=\"1.0\"?>]]>{escaped}<!-- end --></requestData>"),
                format!("<requestData>\n  {}\n</requestData>", escape("<!-- from the ERP --><request/>")),
                format!("<requestData>{inner}</requestData>"),
                format!(
                    "<requestData xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xsi:type=\"xsd:string\">{escaped}</requestData>"
                ),
            ],
        ),
        Face::Typed => (
            "<request/>".to_owned(),
            vec![
                "<request></request>".to_owned(),
                "<request>\n  <!-- nothing -->\n</request>".to_owned(),
                "<x:request xmlns:x=\"urn:kontor:v1\"/>".to_owned(),
                "<request xmlns=\"\"/>".to_owned(),
                "<request xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:n=\"urn:kontor:v1\" xsi:type=\"n:FetchMandatorsRequest\"/>"
                    .to_owned(),
            ],
        ),
    };
    let mut all: Vec<String> = blocks
        .iter()
        .map(|block| {
            format!(
                "<e:Envelope xmlns:e=\"{soap}\"><e:Body><fetchMandators xmlns=\"{namespace}\">{block}</fetchMandators></e:Body></e:Envelope>"
            )
        })
        .collect();
    all.extend([
        // Default namespace on the envelope, none on the operation.
        format!("<Envelope xmlns=\"{soap}\"><Body><fetchMandators xmlns=\"\">{plain}</fetchMandators></Body></Envelope>"),
        // SAP
        format!(
            "<soap-env:Envelope xmlns:soap-env=\"{soap}\"><soap-env:Header/><soap-env:Body><n0:fetchMandators xmlns:n0=\"{namespace}\">{plain}</n0:fetchMandators></soap-env:Body></soap-env:Envelope>"
        ),
        // Axis, SOAP::Lite: encodingStyle, unused declarations
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{soap}\" xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" soapenv:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:x x.xsd\"><soapenv:Body><ns1:fetchMandators xmlns:ns1=\"{namespace}\" soapenv:encodingStyle=\"\">{plain}</ns1:fetchMandators></soapenv:Body></soapenv:Envelope>"
        ),
        // Indented, with comments and a processing instruction
        format!(
            "<?xml version=\"1.0\"?>\n<!-- made by hand -->\n<s:Envelope xmlns:s=\"{soap}\">\n\t<s:Header>\n\t</s:Header>\n\t<s:Body>\n\t\t<!-- the call -->\n\t\t<?hint x?>\n\t\t<fetchMandators xmlns='{namespace}'>\n\t\t\t{plain}\n\t\t</fetchMandators>\n\t</s:Body>\n</s:Envelope>\n"
        ),
    ]);
    if face == Face::Compat {
        // Another WSDL's namespace, and the names that stacks give an argument which they do not know.
        let other = |block: &str| {
            format!(
                "<S:Envelope xmlns:S=\"{soap}\"><S:Body><k:fetchMandators xmlns:k=\"http://connect.example/api\">{block}</k:fetchMandators></S:Body></S:Envelope>"
            )
        };
        all.push(other(&plain));
        all.extend(["arg0", "param0", "in0"].map(|name| other(&plain.replace("requestData", name))));
        let declared = escape(&format!("<?xml version=\"1.0\"?>{inner}"));
        all.extend(
            ["\n", " \r\n\t", "\u{feff}", "\n\u{feff}"].map(|before| other(&format!("<requestData>{before}{declared}</requestData>"))),
        );
    }
    all
}

#[test]
fn an_envelope_may_be_written_in_any_way() {
    for database in databases() {
        let world = World::demo(database);
        for face in FACES {
            let erp = Erp::on(&world, face);
            for (soap, content_type) in [(SOAP_11, "text/xml; charset=utf-8"), (SOAP_12, "application/soap+xml; charset=utf-8")] {
                for envelope in envelopes(face, soap) {
                    let reply = erp.send(&envelope, &[("Content-Type", content_type)]);
                    assert_eq!(reply.status, 200, "{envelope}: {}", reply.body);
                    assert_eq!(reply.header("content-type"), Some(content_type), "{envelope}");
                    assert!(reply.body.contains(soap), "{envelope}: {}", reply.body);
                    let answer = erp.read(&reply);
                    assert_eq!(answer.having("identifier").len(), 1, "{envelope}: {}", reply.body);
                    assert_eq!(answer.having("identifier")[0].must("identifier"), "Demo");
                }
            }
        }
    }
}

#[test]
fn values_may_carry_types_nil_and_unknown_neighbours() {
    let noise = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";
    let typed = format!(
        "<items {noise} xsi:schemaLocation=\"urn:kontor:v1 x.xsd\"><item id=\"i1\"><significantKey xsi:type=\"xsd:string\">INTERNAL_ITEM_NUMBER</significantKey><mandatorId xsi:type=\"xsd:int\"> 1 </mandatorId><identifier xsi:type=\"xsd:string\">Mug</identifier><internalItemNumber>M-1</internalItemNumber><vendorItemNumber xsi:nil=\"true\"/><eanCode xsi:nil=\"1\"></eanCode><listPrice xsi:type=\"xsd:decimal\">19.989999771118164</listPrice><taxTypeId>3</taxTypeId><active>1</active><unknownField><deep/></unknownField></item></items>"
    );
    let compat = format!(
        "<item {noise} significant_key=\"internal_item_number\" extra=\"x\"><mandator_id xsi:type=\"xsd:int\">1</mandator_id><tax_type_id>3</tax_type_id><unknown_field>x</unknown_field><internal_item_number>M-1</internal_item_number><identifier><![CDATA[Mug]]></identifier><vendor_item_number xsi:nil=\"true\"/><list_price>19.989999771118164</list_price><active>1</active></item>"
    );
    for database in databases() {
        for face in FACES {
            let world = World::demo(database);
            let erp = Erp::on(&world, face);
            let reply = erp.send(&erp.document("updateItems", &compat, &typed), &[]);
            assert!(reply.status == 200 && erp.accepted(&reply), "{}", reply.body);
            let fetched = erp.send(
                &erp.document(
                    "fetchItems",
                    "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
                    "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
                ),
                &[],
            );
            let answer = erp.read(&fetched);
            let item = answer.having("internal_item_number")[0];
            assert_eq!((item.must("identifier"), item.must("active"), item.get("vendor_item_number")), ("Mug", "true", None));
            assert!(item.must("list_price").starts_with("19.99"), "surplus decimals are rounded: {}", fetched.body);
        }
    }
}

#[test]
fn the_soap_action_decides_nothing() {
    let world = World::demo(Database::Sqlite);
    for face in FACES {
        let envelope = &envelopes(face, SOAP_11)[0];
        let erp = Erp::on(&world, face);
        for action in
            ["\"urn:kontor:v1/fetchMandators\"", "urn:kontor:v1/fetchMandators", "\"\"", "", "\"urn:kontor:v1/deleteItems\"", "''"]
        {
            let reply = erp.send(envelope, &[("SOAPAction", action)]);
            assert!(reply.status == 200 && reply.body.contains("fetchMandatorsResponse"), "{action}: {}", reply.body);
        }
        let with_action = format!("application/soap+xml; charset=utf-8; action=\"urn:{}\"", "x".repeat(300));
        let reply = erp.send(&envelopes(face, SOAP_12)[0], &[("Content-Type", &with_action)]);
        assert_eq!(reply.status, 200, "{}", reply.body);
        // A SOAP 1.1 envelope under the content type of 1.2, and the other way round: the envelope counts.
        let reply = erp.send(envelope, &[("Content-Type", "application/soap+xml")]);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/xml; charset=utf-8")));
        let reply = erp.send(&envelopes(face, SOAP_12)[0], &[("Content-Type", "text/xml")]);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/soap+xml; charset=utf-8")));
        let reply = erp.send(envelope, &[("Content-Type", "application/xml")]);
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

#[test]
fn bodies_may_be_compressed_chunked_or_announced() {
    let world = World::demo(Database::Sqlite);
    for face in FACES {
        let path = kontor::soap::path(face);
        let envelope = envelopes(face, SOAP_11).remove(0);
        let understood = |reply: crate::world::Reply, way: &str| {
            assert!(reply.status == 200 && reply.body.contains("Demo"), "{way}: {} {}", reply.status, reply.body);
        };
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        zipped.write_all(envelope.as_bytes()).unwrap();
        let zipped = zipped.finish().unwrap();
        for name in ["gzip", "GZIP", "x-gzip"] {
            understood(world.post_bytes(path, zipped.clone(), &[("Content-Encoding", name)]), name);
        }

        let mut line = Line::open(&world);
        let transfer = "Transfer-Encoding: chunked\r\n";
        for size in [7, 100_000] {
            line.send(head(path, "HTTP/1.1", transfer).as_bytes());
            line.send(&chunked(envelope.as_bytes(), size));
            understood(line.answer(), "chunked, on a kept connection");
        }
        line.send(head(path, "HTTP/1.1", &format!("{transfer}Content-Encoding: gzip\r\n")).as_bytes());
        line.send(&chunked(&zipped, 50));
        understood(line.answer(), "chunked gzip");

        line.send(head(path, "HTTP/1.1", &format!("Expect: 100-continue\r\nContent-Length: {}\r\n", envelope.len())).as_bytes());
        assert_eq!(line.answer().status, 100, "asks for the body");
        line.send(envelope.as_bytes());
        understood(line.answer(), "after 100");

        line.send(&with_length(path, "HTTP/1.1", "Expect: 100-continue\r\nConnection: close\r\n", envelope.as_bytes()));
        let mut reply = line.answer();
        if reply.status == 100 {
            reply = line.answer();
        }
        assert_eq!(reply.header("connection").map(str::to_lowercase).as_deref(), Some("close"));
        understood(reply, "Expect without waiting");
        assert!(line.is_closed());

        let mut old = Line::open(&world);
        old.send(&with_length(path, "HTTP/1.0", "", envelope.as_bytes()));
        understood(old.answer(), "HTTP/1.0");
        assert!(old.is_closed());
        let mut old = Line::open(&world);
        for _ in 0..2 {
            old.send(&with_length(path, "HTTP/1.0", "Connection: keep-alive\r\n", envelope.as_bytes()));
            understood(old.answer(), "HTTP/1.0 kept alive");
        }
    }
}

#[test]
fn headers_that_have_to_be_understood_are_understood_or_refused() {
    let world = World::demo(Database::Sqlite);
    for face in FACES {
        let erp = Erp::on(&world, face);
        for soap in [SOAP_11, SOAP_12] {
            let must = if soap == SOAP_11 { "e:mustUnderstand=\"1\"" } else { "e:mustUnderstand=\"true\"" };
            let with = |headers: &str| {
                let envelope = envelopes(face, soap).remove(0);
                erp.send(&envelope.replace("<e:Body>", &format!("<e:Header>{headers}</e:Header><e:Body>")), &[])
            };
            let reply = with(&format!(
                "<a:Action {must} xmlns:a=\"{WSA}\">urn:kontor:v1/fetchMandators</a:Action><a:MessageID xmlns:a=\"{WSA}\">urn:uuid:7</a:MessageID><a:ReplyTo xmlns:a=\"{WSA}\"><a:Address>{WSA}/anonymous</a:Address></a:ReplyTo><a:To {must} xmlns:a=\"{WSA}\">http://kontor/ws/v1</a:To>"
            ));
            assert_eq!(reply.status, 200, "WCF's addressing: {}", reply.body);
            let answer = Element::parse(&reply.body);
            let header = answer.having("relates_to");
            assert_eq!(header[0].must("relates_to"), "urn:uuid:7", "{}", reply.body);
            assert_eq!(header[0].must("action"), "urn:kontor:v1/fetchMandatorsResponse");

            let reply = with(&format!(
                "<o:Security {must} xmlns:o=\"{WSSE}\"><o:UsernameToken><o:Username>erp</o:Username><o:Password>demo</o:Password></o:UsernameToken></o:Security>"
            ));
            assert!(reply.status == 200 && !reply.body.contains("Header>"), "{}", reply.body);

            let reply = with(&format!("<t:Transaction {must} xmlns:t=\"urn:tx\">5</t:Transaction>"));
            assert_eq!(reply.status, 500, "{}", reply.body);
            assert!(reply.body.contains("soap:MustUnderstand") && reply.body.contains("KONTOR-2006"), "{}", reply.body);
            assert_eq!(reply.body.contains("NotUnderstood qname=\"h:Transaction\""), soap == SOAP_12, "{}", reply.body);
            assert_eq!(with("<t:Transaction xmlns:t=\"urn:tx\">5</t:Transaction>").status, 200, "unmarked is ignored");
        }
    }
}

#[test]
fn white_space_and_markup_in_values_come_back_as_sent() {
    let name = "  a  &lt;b&gt; &amp;amp; \"c\"  ]]&gt; ";
    for database in databases() {
        let world = World::demo(database);
        for face in FACES {
            let stored = name_through(&Erp::on(&world, face), "", &[], name, |text| text.as_bytes().to_vec());
            assert_eq!(stored, "  a  <b> &amp; \"c\"  ]]> ", "{face:?}");
        }
    }
}

#[test]
fn the_echo_gives_back_what_it_got() {
    let world = World::demo(Database::Sqlite);
    for text in [WORLD, "<request method=\"echo\"><text>ä</text></request>", "not XML at all <", ""] {
        let reply = world.post("/ws/connect", &crate::world::compat_envelope("echo", text), &[]);
        assert_eq!((reply.status, inner_answer(&reply.body).as_str()), (200, text), "{}", reply.body);
    }
}
