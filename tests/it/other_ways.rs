//! Ways of calling that some stacks prefer: attachments, Base64 around the inner document, a UsernameToken. None of them
//! depends on the database.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::config::Config;
use crate::element::Element;
use crate::world::{Database, Reply, World, typed_envelope};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// The envelope in an answer of one part.
fn only_part(reply: &Reply) -> Element {
    let (_, rest) = reply.body.split_once("\r\n\r\n").expect("headers of the part");
    let (envelope, _) = rest.split_once("\r\n--").expect("the end of the part");
    Element::parse(envelope)
}

#[test]
fn a_picture_may_come_as_an_attachment() {
    let world = World::demo(Database::Sqlite);
    let picture = BASE64_STANDARD.decode(PNG).unwrap();
    for (soap, media) in [(SOAP_11, "text/xml"), (SOAP_12, "application/soap+xml")] {
        let content_type =
            format!("multipart/related; boundary=\"uuid:7\"; type=\"application/xop+xml\"; start=\"<root@erp>\"; start-info=\"{media}\"");
        let send = |operation: &str, request: &str, attachment: &[u8]| {
            let envelope = typed_envelope(operation, request).replace(SOAP_11, soap);
            let head = format!(
                "--uuid:7\r\nContent-ID: <root@erp>\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"{media}\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{envelope}\r\n--uuid:7\r\nContent-ID: <a@b>\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            );
            let body = [head.as_bytes(), attachment, b"\r\n--uuid:7--"].concat();
            let reply = world.post_bytes("/ws/v1", body, &[("Content-Type", &content_type)]);
            assert_eq!(reply.status, 200, "{}", reply.body);
            assert!(reply.header("content-type").unwrap_or_default().starts_with("multipart/related;"), "{:?}", reply.headers);
            assert!(reply.body.contains(&format!("type=\"{media}\"")) && reply.body.contains(soap), "{}", reply.body);
            only_part(&reply)
        };
        let include = "<inc:Include xmlns:inc=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:a%40b\"/>";
        let stored = send(
            "updateItems",
            &format!(
                "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><identifier>Mug</identifier><internalItemNumber>M-{}</internalItemNumber><taxTypeId>3</taxTypeId><imageModules><item><imageModuleTypeId>2</imageModuleTypeId><imageBase64>{include}</imageBase64></item></imageModules></item></items>",
                media.len()
            ),
            &picture,
        );
        assert_eq!(stored.having("return_code")[0].must("return_code"), "0", "{stored:?}");
        // A call without binary data comes in parts, too.
        let fetched = send(
            "fetchItems",
            &format!(
                "<filters><item><mandatorId><value>1</value></mandatorId><internalItemNumber><value>M-{}</value></internalItemNumber></item></filters><imagesAsBase64>true</imagesAsBase64>",
                media.len()
            ),
            b"",
        );
        assert_eq!(fetched.having("image_base_64")[0].must("image_base_64"), PNG, "{fetched:?}");
    }
}

#[test]
fn an_inner_document_in_base64_is_answered_so() {
    let world = World::demo(Database::Sqlite);
    let document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<request method=\"fetchMandators\" version=\"1.0.0\"/>";
    let plain = world.connect("fetchMandators", document);
    let encoded = world.connect("fetchMandators", &BASE64_STANDARD.encode(document));
    assert_eq!(String::from_utf8(BASE64_STANDARD.decode(&encoded).unwrap()).unwrap(), plain);
    let broken = world.connect("fetchMandators", &BASE64_STANDARD.encode("<request"));
    let broken = String::from_utf8(BASE64_STANDARD.decode(&broken).unwrap()).unwrap();
    assert!(broken.contains("return_code=\"-2001\""), "{broken}");
    assert!(world.connect("fetchMandators", "Tm8gWE1M").contains("return_code=\"-2001\""), "Base64 of something else is no document");
}

#[test]
fn a_username_token_is_as_good_as_http_basic_where_it_is_set() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    let ask = |user: &str, password: &str, more: &str, stamp: &str| {
        let header = format!(
            "<soap:Header><o:Security xmlns:o=\"{WSSE}\" xmlns:u=\"{WSU}\" soap:mustUnderstand=\"1\">{stamp}<o:UsernameToken><o:Username>{user}</o:Username><o:Password Type=\"x#PasswordText\">{password}</o:Password>{more}</o:UsernameToken></o:Security></soap:Header><soap:Body>"
        );
        let envelope = typed_envelope("fetchMandators", "").replace("<soap:Body>", &header);
        let reply = world.post("/ws/v1", &envelope, &[("Authorization", "")]);
        let fault = Element::parse(&reply.body).having("faultcode").first().map(|fault| fault.must("faultcode").to_owned());
        (reply.status, fault.unwrap_or_default(), reply.body)
    };
    let now = chrono::Utc::now();
    let time = |minutes: i64| (now + chrono::TimeDelta::minutes(minutes)).to_rfc3339();
    let stamp = |to: i64| format!("<u:Timestamp><u:Created>{}</u:Created><u:Expires>{}</u:Expires></u:Timestamp>", time(-20), time(to));
    let (status, _, body) = ask("token", "demo", "", "");
    assert!(status == 200 && body.contains("First") && !body.contains("Header"), "{body}");
    let (status, _, body) = ask("token", "demo", "", &stamp(5));
    assert!(status == 200 && body.contains("wsu:Timestamp"), "the answer to a stamped request is stamped: {body}");
    let nonce = format!("<o:Nonce>AAAA</o:Nonce><u:Created>{}</u:Created>", time(0));
    assert_eq!(ask("token", "demo", &nonce, "").0, 200);
    for (user, password, more, stamp, code, number) in [
        ("token", "wrong", String::new(), String::new(), "wss:FailedAuthentication", "KONTOR-1011"),
        ("erp", "demo", String::new(), String::new(), "wss:FailedAuthentication", "KONTOR-1011"),
        ("nobody", "demo", String::new(), String::new(), "wss:FailedAuthentication", "KONTOR-1011"),
        ("token", "demo", nonce.clone(), String::new(), "wss:FailedAuthentication", "KONTOR-1014"),
        ("token", "demo", format!("<u:Created>{}</u:Created>", time(-10)), String::new(), "wss:MessageExpired", "KONTOR-1012"),
        ("token", "demo", String::new(), stamp(-10), "wss:MessageExpired", "KONTOR-1012"),
        ("token", "demo", "<u:Created>now</u:Created>".to_owned(), String::new(), "wss:InvalidSecurity", "KONTOR-1013"),
    ] {
        let (status, fault, body) = ask(user, password, &more, &stamp);
        assert_eq!((status, fault.as_str()), (500, code), "{body}");
        assert!(body.contains(number), "{body}");
    }
}
