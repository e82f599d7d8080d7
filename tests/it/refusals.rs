//! What cannot be answered is refused by a fault with the right code, status and content type; nothing brings the
//! gateway down. None of this reaches the database, so one is enough.

use std::io::Write;

use kontor::operations::Face;

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, FACES};
use crate::raw::{ERP, Line, chunked, head, with_length};
use crate::world::{Database, Reply, World, compat_envelope, inner_answer, typed_envelope};

const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// A fault of one of the SOAP versions, with one of our codes.
fn assert_fault(reply: &Reply, twelve: bool, status: u16, who: &str, code: &str) {
    assert_eq!(reply.status, status, "{code}: {}", reply.body);
    let (content_type, soap) = if twelve { ("application/soap+xml; charset=utf-8", SOAP_12) } else { ("text/xml; charset=utf-8", SOAP_11) };
    assert_eq!(reply.header("content-type"), Some(content_type), "{code}");
    assert!(reply.body.contains(soap) && reply.body.contains(code), "{code}: {}", reply.body);
    let fault = Element::parse(&reply.body);
    let said = match twelve {
        true => fault.having("value").first().map(|value| value.must("value").to_owned()),
        false => fault.having("faultcode").first().map(|fault| fault.must("faultcode").to_owned()),
    };
    assert_eq!(said, Some(format!("soap:{who}")), "{}", reply.body);
    if who != "MustUnderstand" && who != "VersionMismatch" {
        assert_eq!(fault.having("error_code")[0].must("error_code"), code, "the typed detail: {}", reply.body);
    }
}

fn twelve(envelope: &str) -> String {
    envelope.replace(SOAP_11, SOAP_12)
}

const IN_SOAP_12: (&str, &str) = ("Content-Type", "application/soap+xml; charset=utf-8");

#[test]
fn what_the_client_got_wrong_is_a_client_fault_in_its_soap_version() {
    let world = World::demo(Database::Sqlite);
    for face in FACES {
        let path = kontor::soap::path(face);
        let own = |operation: &str, inner: &str| match face {
            Face::Compat => compat_envelope(operation, inner),
            Face::Typed => typed_envelope(operation, inner),
        };
        let other = |operation: &str| match face {
            Face::Compat => typed_envelope(operation, ""),
            Face::Typed => compat_envelope(operation, "<request/>"),
        };
        let namespace = if face == Face::Compat { "urn:kontor:connect" } else { "urn:kontor:v1" };
        let around = |body: &str| format!("<s:Envelope xmlns:s=\"{SOAP_11}\"><s:Body>{body}</s:Body></s:Envelope>");
        for (document, code) in [
            (own("fetchEverything", "<request/>"), "KONTOR-2008"),
            (other("fetchMandators"), "KONTOR-2009"),
            (around(&format!("<fetchMandators xmlns=\"{namespace}\"/>")), "KONTOR-2010"),
            (around(""), "KONTOR-2007"),
            (format!("<s:Envelope xmlns:s=\"{SOAP_11}\"/>"), "KONTOR-2007"),
            (around("<a><b></a>"), "KONTOR-2001"),
            (own("fetchMandators", "<request/>").replace("</soap:Body>", ""), "KONTOR-2001"),
            (own("fetchMandators", "<request/>") + "<more/>", "KONTOR-2001"),
            (own("fetchMandators", "<request/>").replace("Body>", "Body attribute>"), "KONTOR-2001"),
            (around("<a>&undeclared;</a>"), "KONTOR-2001"),
            (around("<a>\u{1}</a>"), "KONTOR-2001"),
        ] {
            assert_fault(&world.post(path, &document, &[]), false, 500, "Client", code);
            assert_fault(&world.post(path, &twelve(&document), &[IN_SOAP_12]), true, 400, "Sender", code);
        }
        for (document, code) in [("", "KONTOR-2001"), ("{\"json\": true}", "KONTOR-2001"), ("<html><body/></html>", "KONTOR-2004")] {
            assert_fault(&world.post(path, document, &[]), false, 500, "Client", code);
            assert_fault(&world.post(path, document, &[IN_SOAP_12]), true, 400, "Sender", code);
        }
        let unknown = own("fetchMandators", "").replace(SOAP_11, "http://www.w3.org/2001/12/soap-envelope");
        assert_fault(&world.post(path, &unknown, &[IN_SOAP_12]), false, 500, "VersionMismatch", "KONTOR-2005");
    }
    let broken = world.connect("fetchMandators", "<request><open></request>");
    assert!(broken.contains("return_code=\"-2001\""), "a broken inner document is a report: {broken}");
}

#[test]
fn bodies_that_cannot_be_read_name_what_can() {
    let world = World::demo(Database::Sqlite);
    let envelope = typed_envelope("fetchMandators", "");
    for (headers, body, status, code) in [
        (vec![("Content-Type", "application/json")], envelope.clone().into_bytes(), 415, "KONTOR-1006"),
        (vec![("Content-Type", "text/plain")], envelope.clone().into_bytes(), 415, "KONTOR-1006"),
        (vec![("Content-Type", "application/x-www-form-urlencoded")], envelope.clone().into_bytes(), 415, "KONTOR-1006"),
        (vec![("Content-Type", "text/xml; charset=ebcdic")], envelope.clone().into_bytes(), 415, "KONTOR-1007"),
        (vec![("Content-Encoding", "br")], envelope.clone().into_bytes(), 415, "KONTOR-1007"),
        (vec![("Content-Encoding", "gzip")], envelope.clone().into_bytes(), 500, "KONTOR-1008"),
        (vec![("Content-Type", "text/xml; charset=utf-8")], b"<a>Gr\xF6\xDFe</a>".to_vec(), 500, "KONTOR-1008"),
        (vec![("Content-Type", "text/xml; charset=utf-16")], b"\xFE\xFF\0<\0a\0".to_vec(), 500, "KONTOR-1008"),
    ] {
        assert_fault(&world.post_bytes("/ws/v1", body, &headers), false, status, "Client", code);
    }
}

#[test]
fn wrong_credentials_get_a_challenge_and_keep_the_connection() {
    let world = World::demo(Database::Sqlite);
    for face in FACES {
        let path = kontor::soap::path(face);
        let envelope = match face {
            Face::Compat => compat_envelope("fetchMandators", "<request/>"),
            Face::Typed => typed_envelope("fetchMandators", ""),
        };
        for (soap, document) in [(false, envelope.clone()), (true, twelve(&envelope))] {
            let content_type = if soap { "application/soap+xml" } else { "text/xml" };
            for authorization in ["", "Basic ZXJwOndyb25n", "Basic bm9ib2R5OmRlbW8=", "Basic !!", "Bearer demo", "Negotiate x"] {
                let reply = world.post(path, &document, &[("Authorization", authorization), ("Content-Type", content_type)]);
                assert_fault(&reply, soap, 401, if soap { "Sender" } else { "Client" }, "KONTOR-1001");
                assert_eq!(reply.header("www-authenticate"), Some("Basic realm=\"Kontor\", charset=\"UTF-8\""));
            }
        }
        // As .NET does it: the whole body first without credentials, then with them on the same connection.
        let mut line = Line::open(&world);
        for _ in 0..2 {
            let plain = String::from_utf8(with_length(path, "HTTP/1.1", "", envelope.as_bytes())).unwrap().replace(ERP, "");
            line.send(plain.as_bytes());
            let refused = line.answer();
            assert_eq!((refused.status, refused.header("connection")), (401, None), "{}", refused.body);
            line.send(&with_length(path, "HTTP/1.1", "", envelope.as_bytes()));
            assert_eq!(line.answer().status, 200);
        }
    }
    assert_eq!(world.get("/ws/v1?wsdl").status, 200, "descriptions need no credentials");
    assert_eq!(world.get("/ws/connect?wsdl").status, 200);
}

#[test]
fn users_do_only_what_they_may() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    let as_user = |name: &str| format!("Basic {}", base64(&format!("{name}:demo")));
    for face in FACES {
        let erp = Erp::on(&world, face);
        let booking = erp.stock_document("X", 1, true);
        let clerk = as_user("clerk");
        assert_fault(&erp.send(&booking, &[("Authorization", &clerk)]), false, 500, "Client", "KONTOR-1002");
        let envelope = erp.document(
            "fetchItems",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
            "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
        );
        let read = |user: &str| {
            let reply = erp.send(&envelope, &[("Authorization", &as_user(user))]);
            assert_eq!(reply.status, 200, "{}", reply.body);
            erp.read(&reply).having("return_code")[0].number("return_code")
        };
        assert_eq!((read("clerk"), read("second"), read("erp")), (0, -1003, 0));
        let reply = erp.send(&booking, &[("Authorization", &as_user("second"))]);
        assert!(reply.status == 200 && reply.body.contains("-1003"), "{}", reply.body);
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

const SMALL: &str = "body_bytes = 70000\ninflated_bytes = 90000\nxml_depth = 20\nxml_attributes = 10\nxml_elements = 1000\nxml_name_bytes = 64\nrequest_seconds = 1";

fn small_world() -> World {
    World::configured(Database::Sqlite, &Config { limits: SMALL, ..Config::default() }.text())
}

#[test]
fn too_much_is_refused_and_the_client_sees_why() {
    let world = small_world();
    for face in FACES {
        let path = kontor::soap::path(face);
        let padding = format!("<!--{}-->", "x".repeat(80_000));
        let reply = world.post(path, &padding, &[]);
        assert_fault(&reply, false, 413, "Client", "KONTOR-1004");
        assert!(reply.body.contains("limits.body_bytes"), "{}", reply.body);
        assert_fault(&world.post(path, &padding, &[IN_SOAP_12]), true, 413, "Sender", "KONTOR-1004");

        let mut line = Line::open(&world);
        line.send(&with_length(path, "HTTP/1.1", "", &[b' '; 80_000]));
        assert_fault(&line.answer(), false, 413, "Client", "KONTOR-1004");

        let mut line = Line::open(&world);
        line.send(head(path, "HTTP/1.1", "Transfer-Encoding: chunked\r\n").as_bytes());
        line.send(&chunked(&[b' '; 80_000], 1_000));
        assert_fault(&line.answer(), false, 413, "Client", "KONTOR-1004");

        // Ten megabytes of blanks in a few kilobytes.
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        bomb.write_all(&vec![b' '; 10_000_000]).unwrap();
        let reply = world.post_bytes(path, bomb.finish().unwrap(), &[("Content-Encoding", "gzip")]);
        assert_fault(&reply, false, 413, "Client", "KONTOR-1004");
        assert!(reply.body.contains("limits.inflated_bytes"), "{}", reply.body);
    }
}

#[test]
fn a_body_without_end_is_answered_and_cut_off() {
    let world = small_world();
    let mut silent = Line::open(&world);
    silent.send(head("/ws/v1", "HTTP/1.1", "Content-Length: 100\r\n").as_bytes());
    silent.send(b"<soap:Env");
    let mut headless = Line::open(&world);
    headless.send(b"POST /ws/v1 HTTP/1.1\r\nHost: kontor\r\n");
    let mut endless = Line::open(&world);
    endless.send(head("/ws/connect", "HTTP/1.1", "Transfer-Encoding: chunked\r\n").as_bytes());
    let block = [b"4000\r\n".as_slice(), &[b' '; 0x4000], b"\r\n"].concat();
    (0..20).for_each(|_| endless.send(&block));
    assert_fault(&endless.answer(), false, 413, "Client", "KONTOR-1004");
    // A client that goes on all the same is cut off.
    let cut = (0..600).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        !endless.try_send(b"1\r\n \r\n")
    });
    assert!(cut, "a body without end was read without end");

    let reply = silent.answer();
    assert_fault(&reply, false, 500, "Client", "KONTOR-1009");
    assert!(reply.body.contains("limits.request_seconds"), "{}", reply.body);
    assert!(silent.is_closed());
    assert_eq!(headless.answer().status, 408);
    assert!(headless.is_closed());
    assert_eq!(world.post("/ws/v1", &typed_envelope("fetchMandators", ""), &[]).status, 200, "others go on");
}

/// Documents that were made to hurt, and the code that refuses them.
fn bombs() -> Vec<(String, &'static str)> {
    let entities = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">]>";
    let external = "<!DOCTYPE x [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
    let body = "<request><text>&lol2;</text></request>";
    vec![
        (format!("{entities}{body}"), "2002"),
        (format!("<?xml version=\"1.0\"?>\n{external}<request>&file;</request>"), "2002"),
        ("<!DOCTYPE request SYSTEM \"http://127.0.0.1:9/x.dtd\"><request/>".to_owned(), "2002"),
        (format!("<request>{}{}</request>", "<a>".repeat(100_000), "</a>".repeat(100_000)), "2003"),
        ("<a>".repeat(100_000), "2003"),
        (format!("<request{}/>", (0..100_000).map(|n| format!(" a{n}=\"\"")).collect::<String>()), "2003"),
        (format!("<request{}/>", (0..1_000).map(|n| format!(" xmlns:n{n}=\"urn:{n}\"")).collect::<String>()), "2003"),
        (format!("<request><{}/></request>", "n".repeat(10_000)), "2003"),
        ("<request>&#x110000;</request>".to_owned(), "2001"),
        ("<request>&#0;</request>".to_owned(), "2001"),
        ("<request a=\"1\" a=\"2\"/>".to_owned(), "2001"),
        ("<request><![CDATA[".to_owned(), "2001"),
        ("<request><!-- a -- b --></request>".to_owned(), "2001"),
    ]
}

#[test]
fn documents_that_were_made_to_hurt_are_refused_inside_and_outside() {
    let world = World::demo(Database::Sqlite);
    for (bomb, code) in bombs() {
        let whole = match bomb.find("<request") {
            Some(at) => format!(
                "{}<s:Envelope xmlns:s=\"{SOAP_11}\"><s:Body><fetchMandators xmlns=\"urn:kontor:v1\">{}</fetchMandators></s:Body></s:Envelope>",
                &bomb[..at],
                &bomb[at..]
            ),
            None => bomb.clone(),
        };
        for face in FACES {
            let reply = world.post(kontor::soap::path(face), &whole, &[]);
            assert_fault(&reply, false, 500, "Client", &format!("KONTOR-{code}"));
            assert!(!reply.body.contains("root:"), "no file was read");
        }
        let reply = world.post("/ws/connect", &compat_envelope("fetchMandators", &bomb), &[]);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let answer = inner_answer(&reply.body);
        assert!(answer.contains(&format!("return_code=\"-{code}\"")), "{}…: {answer}", &bomb[..bomb.len().min(80)]);
    }
    let many = format!("<request>{}</request>", "<a/>".repeat(1_100));
    let small = small_world();
    let reply = small.post("/ws/connect", &compat_envelope("fetchMandators", &many), &[]);
    assert!(reply.body.contains("-2003"), "{}", reply.body);
    assert_fault(&small.post("/ws/v1", &typed_envelope("fetchMandators", &many), &[]), false, 500, "Client", "KONTOR-2003");
}

#[test]
fn unknown_paths_and_methods_say_where_the_calls_are() {
    let world = World::demo(Database::Sqlite);
    for path in ["/", "/ws", "/ws/v2", "/ws/connect//", "/ws/connect/x", "/%2e%2e/etc/passwd", "/sandbox"] {
        // The demo has a page there.
        assert_eq!(world.get(path).status, if path == "/" { 200 } else { 404 }, "{path}");
        let reply = world.post(path, &typed_envelope("fetchMandators", ""), &[]);
        assert_eq!(reply.status, 404, "{path}");
        assert!(!reply.body.contains("<html"), "{path}: {}", reply.body);
    }
    assert!(world.get("/ws").body.contains("/ws/connect?wsdl"));
    let reply = world.get("/ws/v1");
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD, POST")));
    let mut line = Line::open(&world);
    for method in ["PUT", "DELETE", "PATCH"] {
        line.send(
            format!("{method} /ws/v1 HTTP/1.1\r\nHost: kontor\r\nContent-Type: text/xml\r\nContent-Length: 2\r\n\r\n{{}}").as_bytes(),
        );
        assert_fault(&line.answer(), false, 405, "Client", "KONTOR-1005");
    }
}
