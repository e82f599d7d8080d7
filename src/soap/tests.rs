use super::{Meta, Reply, Version, fixture, wsdl};
use crate::domain::{Place, Reader};
use crate::operations::Face;
use crate::xml::{Document, Limits};

const WSA: &str = "http://www.w3.org/2005/08/addressing";
const LIMITS: Limits = Limits { depth: 20, attributes: 20, name_bytes: 100, elements: 100, entries: usize::MAX };

fn call(face: Face, text: &str) -> Reply {
    call_with(face, text, &Meta::default())
}

fn call_with(face: Face, text: &str, meta: &Meta) -> Reply {
    let user = fixture::user("erp", "x");
    let reply = fixture::handle(&fixture::settings(), face, &user, text, meta);
    if let Err(failure) = Document::parse(&reply.body, &LIMITS) {
        panic!("the answer is not XML: {failure}: {}", reply.body);
    }
    reply
}

fn envelope(uri: &str, headers: &str, body: &str) -> String {
    format!("<e:Envelope xmlns:e='{uri}'><e:Header>{headers}</e:Header><e:Body>{body}</e:Body></e:Envelope>")
}

fn v11(body: &str) -> String {
    envelope("http://schemas.xmlsoap.org/soap/envelope/", "", body)
}

fn v12(body: &str) -> String {
    envelope("http://www.w3.org/2003/05/soap-envelope", "", body)
}

#[test]
fn a_compat_call_gets_its_inner_document_back_escaped() {
    for body in [
        "<k:echo xmlns:k='urn:kontor:connect'><requestData>&lt;request a=\"1\"&gt;&amp;amp;ü&lt;/request&gt;</requestData></k:echo>",
        "<k:echo xmlns:k='urn:kontor:connect'><k:argRequestData><![CDATA[<request a=\"1\">&amp;ü</request>]]></k:argRequestData></k:echo>",
        "<echo xmlns='urn:kontor:connect'>\n <requestData>\n<request a=\"1\">&amp;ü</request> </requestData></echo>",
    ] {
        let reply = call(Face::Compat, &v11(body));
        assert_eq!(
            reply.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
             <ns:echoResponse xmlns:ns=\"urn:kontor:connect\"><return>&lt;request a=&quot;1&quot;&gt;&amp;amp;ü&lt;/request&gt;</return>\
             </ns:echoResponse></soap:Body></soap:Envelope>",
            "{body}"
        );
        assert_eq!((reply.status, reply.content_type), (200, "text/xml; charset=utf-8"));
        assert_eq!((reply.operation, reply.error_code), ("echo", None));
    }
}

#[test]
fn a_compat_answer_stands_in_the_namespace_of_the_request() {
    let wrapper = |body: &str| call(Face::Compat, &v11(body)).body;
    assert!(wrapper("<echo xmlns='urn:other'><requestData/></echo>").contains("echoResponse xmlns:ns=\"urn:other\"><return></"));
    assert!(wrapper("<echo><requestData/></echo>").contains("echoResponse xmlns:ns=\"urn:kontor:connect\""));
}

#[test]
fn unescaped_input_takes_its_outer_prefixes_along() {
    let body = "<echo xmlns:x='urn:x'><requestData><request><x:block/></request></requestData></echo>";
    let reply = call(Face::Compat, &v11(body));
    assert!(reply.body.contains("&lt;request xmlns:x=&quot;urn:x&quot;&gt;&lt;x:block/&gt;"), "{}", reply.body);
}

#[test]
fn a_typed_call_is_answered_in_the_one_namespace_and_in_its_soap_version() {
    let body = "<k:echo xmlns:k='urn:kontor:v1'><k:request><k:text>x</k:text></k:request></k:echo>";
    let reply = call(Face::Typed, &v12(body));
    assert_eq!(
        reply.body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Body>\
         <echoResponse xmlns=\"urn:kontor:v1\"><result>1</result></echoResponse></soap:Body></soap:Envelope>"
    );
    assert_eq!((reply.status, reply.content_type), (200, "application/soap+xml; charset=utf-8"));
}

#[test]
fn the_input_must_have_the_form_of_the_face() {
    for (face, body, number, words) in [
        (Face::Compat, "<echo/>", 2010, "lacks its input \"requestData\""),
        (Face::Compat, "<echo>text</echo>", 2010, "requestData"),
        (Face::Typed, "<echo/>", 2010, "\"request\""),
        (
            Face::Compat,
            "<echo><request/></echo>",
            2009,
            "https://gate.example/ws/v1, or use the form described at https://gate.example/ws/connect?wsdl",
        ),
        (
            Face::Typed,
            "<echo><requestData>x</requestData></echo>",
            2009,
            "https://gate.example/ws/connect, or use the form described at https://gate.example/ws/v1?wsdl",
        ),
        (Face::Typed, "<echo><argRequestData/></echo>", 2009, "https://gate.example/ws/connect"),
        (Face::Typed, "<echo><request/><request/></echo>", 3012, "request"),
        (Face::Compat, "<echo><requestData/><requestData/></echo>", 3012, "requestData"),
        (Face::Compat, "<nothing><requestData/></nothing>", 2008, "\"nothing\" does not exist here; https://gate.example/ws/connect?wsdl"),
        (Face::Typed, "<ECHO><request/></ECHO>", 2008, "https://gate.example/ws/v1?wsdl"),
        (Face::Typed, "", 2007, "empty"),
    ] {
        let reply = call(face, &v11(body));
        assert_eq!(reply.error_code, Some(number), "{body}: {}", reply.body);
        assert!(reply.body.contains(&words.replace('"', "&quot;")), "{body}: {}", reply.body);
        assert_eq!(reply.status, 500);
    }
}

#[test]
fn a_call_is_one_element_in_one_body() {
    let uri = "http://schemas.xmlsoap.org/soap/envelope/";
    let second = "<echo xmlns='urn:kontor:v1'><request/></echo>";
    for (text, number, words) in [
        (v11(&format!("{second}{second}")), 2012, "2 elements (\"echo\", \"echo\")"),
        (v11(&format!("{second}<other/><more/>")), 2012, "3 elements (\"echo\", \"other\")"),
        (format!("<e:Envelope xmlns:e='{uri}'><e:Body>{second}</e:Body><e:Body>{second}</e:Body></e:Envelope>"), 3012, "Body"),
        (format!("<e:Envelope xmlns:e='{uri}'><e:Header/><e:Header/><e:Body>{second}</e:Body></e:Envelope>"), 3012, "Header"),
    ] {
        let reply = call(Face::Typed, &text);
        assert_eq!(reply.error_code, Some(number), "{text}: {}", reply.body);
        assert!(reply.body.contains(&words.replace('"', "&quot;")), "{text}: {}", reply.body);
    }
}

#[test]
fn rpc_encoded_messages_are_refused_with_what_to_set() {
    let encoding = "http://schemas.xmlsoap.org/soap/encoding/";
    let declared = format!(
        "xmlns:c='{encoding}' xmlns:d='http://www.w3.org/2003/05/soap-encoding' xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'"
    );
    let style = format!("e:encodingStyle='{encoding}'");
    for (body, sign) in [
        ("<echo><request href='#id0'/></echo><multiRef id='id0'><text>x</text></multiRef>".to_owned(), "multiRef"),
        ("<echo><request href='#id0'/></echo><q:Request xmlns:q='urn:q' id='id0'/>".to_owned(), "Request"),
        ("<echo><request href='#id0'/></echo>".to_owned(), "href"),
        ("<echo><requestData href='#id0'/></echo>".to_owned(), "href"),
        (format!("<echo {declared}><request><items c:arrayType='x:Item[1]'><item/></items></request></echo>"), "arrayType"),
        (format!("<echo {declared}><request><items d:itemType='x:Item' d:arraySize='1'><item/></items></request></echo>"), "itemType"),
        (format!("<echo {declared} {style}><request><item href='#ref1'/></request></echo>"), "href"),
    ] {
        let reply = call(Face::Typed, &v11(&body));
        assert_eq!(reply.error_code, Some(2013), "{body}: {}", reply.body);
        let words =
            format!("RPC-encoded ({sign}), only document/literal is read; set style=&quot;wrapped&quot; use=&quot;literal&quot; in Axis 1");
        assert!(reply.body.contains(&words), "{body}: {}", reply.body);
    }
    for literal in [
        format!("<echo {declared} {style}><request><item href='#top'>x</item></request></echo>"),
        "<echo><request><item href='#top'/></request></echo>".to_owned(),
        "<echo><request><item arrayType='x'/></request></echo>".to_owned(),
        // Only so many namespaces are looked up.
        format!("<echo {declared}><request>{}<item d:ref='y'/></request></echo>", "<item ref='x'/>".repeat(16)),
    ] {
        assert_eq!(call(Face::Typed, &v11(&literal)).error_code, None, "{literal}");
    }
}

#[test]
fn a_typed_call_stands_in_the_namespace_of_the_contract_or_in_none() {
    for namespace in ["urn:kontor:v1", ""] {
        assert_eq!(call(Face::Typed, &v11(&format!("<echo xmlns='{namespace}'><request/></echo>"))).status, 200);
    }
    for namespace in ["urn:kontor:v2", "urn:kontor:connect", "URN:KONTOR:V1"] {
        let reply = call(Face::Typed, &v11(&format!("<echo xmlns='{namespace}'><request/></echo>")));
        assert_eq!(reply.error_code, Some(2014), "{namespace}: {}", reply.body);
        let words =
            format!("{namespace}&quot;, which is not served here; send it in urn:kontor:v1, as https://gate.example/ws/v1?wsdl describes");
        assert!(reply.body.contains(&words), "{}", reply.body);
    }
    assert_eq!(call(Face::Compat, &v11("<echo xmlns='urn:other'><requestData/></echo>")).status, 200);
}

#[test]
fn the_string_has_the_name_that_the_stack_gives_it() {
    for name in ["requestData", "argRequestData", "arg0", "param0", "in0"] {
        let reply = call(Face::Compat, &v11(&format!("<echo><{name}>Text</{name}></echo>")));
        assert!(reply.body.contains("<return>Text</return>"), "{name}: {}", reply.body);
    }
    assert_eq!(call(Face::Compat, &v11("<echo><arg0/><in0/></echo>")).error_code, Some(3012));
    assert_eq!(call(Face::Compat, &v11("<echo><arg1>Text</arg1></echo>")).error_code, Some(2010));
}

#[test]
fn a_forbidden_character_is_told_with_its_record() {
    let item = |number: &str, name: &str| {
        format!(
            "<item><significantKey>INTERNAL_ITEM_NUMBER</significantKey>\n<identifier>{name}</identifier><internalItemNumber>{number}</internalItemNumber></item>"
        )
    };
    let typed = |bad: &str| {
        let items = [item("A-1", "good"), item("A-2", bad), item("A-3", "good")].concat();
        call(Face::Typed, &v11(&format!("<echo><request><items>{items}</items></request></echo>")))
    };
    let place = "<field>items, item 2 (A-2, line 2), identifier</field>";
    for bad in ["\u{b}", "&#11;", "&#xD83D;", "R&D", "&nbsp;", "x<![CDATA[\u{1}]]>"] {
        let reply = typed(bad);
        assert_eq!(reply.error_code, Some(2001));
        assert!(reply.body.contains(place), "{bad:?}: {}", reply.body);
    }
    // The document in a text of the envelope.
    let inner = "<request>\n<item significant_key=\"item_id\"><item_id>7</item_id><text>\u{1}</text></item></request>";
    let mut escaped = String::new();
    crate::xml::write::escape_into(&mut escaped, &inner.replace('\u{1}', "|"));
    for form in [escaped.replace('|', "\u{1}"), format!("<![CDATA[{inner}]]>"), escaped.replace('|', "&#1;")] {
        let reply = call(Face::Compat, &v11(&format!("<echo><requestData>{form}</requestData></echo>")));
        let place = "<field>item 1 (7, line 2), text</field>";
        assert!(reply.body.contains(place), "{form:?}: {}", reply.body);
    }
    // What is wrong elsewhere names no record.
    for text in ["<a><b></a>", "<a>\u{1}</b>", "\u{1}"] {
        assert!(call(Face::Typed, text).body.contains("<fields/>"), "{text:?}");
    }
}

#[test]
fn a_soap_11_fault_has_code_text_and_detail() {
    let reply = call(Face::Typed, "<a><b></a>");
    assert_eq!(
        reply.body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <soap:Fault><faultcode>soap:Client</faultcode><faultstring>KONTOR-2001: not well-formed XML at line 1, column 7: \
         expected &lt;/b&gt;, found &lt;/a&gt;; send one well-formed document</faultstring><detail><gatewayFault xmlns=\"urn:kontor:v1\">\
         <errorCode>KONTOR-2001</errorCode><errorText>not well-formed XML at line 1, column 7: expected &lt;/b&gt;, found &lt;/a&gt;; \
         send one well-formed document</errorText><fields/></gatewayFault></detail></soap:Fault></soap:Body></soap:Envelope>"
    );
    assert_eq!((reply.status, reply.error_code), (500, Some(2001)));
}

#[test]
fn a_soap_12_fault_says_sender_and_its_language() {
    let reply = call(Face::Typed, &v12("<nothing/>"));
    assert_eq!((reply.status, reply.content_type), (400, "application/soap+xml; charset=utf-8"));
    for part in [
        "<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang=\"en\">KONTOR-2008: ",
        "</soap:Text></soap:Reason><soap:Detail><gatewayFault xmlns=\"urn:kontor:v1\"><errorCode>KONTOR-2008</errorCode>",
    ] {
        assert!(reply.body.contains(part), "{}", reply.body);
    }
    let unreadable = Meta { version: Version::Soap12, ..Meta::default() };
    assert_eq!(call_with(Face::Typed, "", &unreadable).status, 400);
}

#[test]
fn a_fault_names_the_field_when_it_knows_a_place() {
    let failure = crate::domain::Failure::missing("tax_type_id").within("variant").within(Place::entry("item", 3));
    let reply = super::refuse(&failure, Version::Soap11, Reader::on(Face::Typed));
    let fields = "<errorText>item 3, variant: a value is missing; send taxTypeId</errorText>\
                  <fields><item><field>item 3, variant</field><text>a value is missing; send taxTypeId</text></item></fields>";
    assert!(reply.body.contains(fields), "{}", reply.body);
}

#[test]
fn the_status_of_a_fault_tells_who_has_to_act() {
    use crate::domain::{Failure, code};
    for (failure, v11, v12) in [
        (Failure::new(code::UNAUTHENTICATED, []), 401, 401),
        (Failure::new(code::TOKEN_REFUSED, []), 500, 400),
        (Failure::new(code::TOO_LARGE, ["1", "body_bytes"]), 413, 413),
        (Failure::new(code::METHOD_NOT_ALLOWED, ["PUT"]), 405, 405),
        (Failure::new(code::UNSUPPORTED_MEDIA, ["a/b"]), 415, 415),
        (Failure::new(code::UNSUPPORTED_ENCODING, ["br"]), 415, 415),
        (Failure::new(code::OVERLOADED, []), 503, 503),
        (Failure::new(code::INTERNAL, ["x"]), 500, 500),
        (Failure::new(code::EMPTY_BODY, []), 500, 400),
    ] {
        assert_eq!(super::refuse(&failure, Version::Soap11, Reader::ADMIN).status, v11, "{failure}");
        assert_eq!(super::refuse(&failure, Version::Soap12, Reader::ADMIN).status, v12, "{failure}");
    }
}

#[test]
fn what_is_no_envelope_of_a_known_version_is_refused() {
    let reply = call(Face::Typed, "<html/>");
    assert_eq!((reply.status, reply.error_code), (500, Some(2004)));
    let meta = Meta { version: Version::Soap12, ..Meta::default() };
    for text in ["<Envelope/>", "<Envelope xmlns='urn:soap'><Body><echo/></Body></Envelope>"] {
        let reply = call_with(Face::Typed, text, &meta);
        assert_eq!((reply.status, reply.error_code, reply.content_type), (500, Some(2005), "text/xml; charset=utf-8"));
        assert!(reply.body.contains("<faultcode>soap:VersionMismatch</faultcode>"), "{}", reply.body);
        assert!(reply.body.contains("<env:SupportedEnvelope qname=\"env:Envelope\"/>"), "{}", reply.body);
        assert!(!reply.body.contains("<detail>"));
    }
}

#[test]
fn headers_that_must_be_understood_are_known_or_refused() {
    let next = "e:actor='http://schemas.xmlsoap.org/soap/actor/next'";
    let other = "e:actor='urn:someone'";
    for (header, number) in [
        ("<x:a xmlns:x='urn:x'/>", None),
        ("<x:a xmlns:x='urn:x' e:mustUnderstand='0'/>", None),
        ("<x:a xmlns:x='urn:x' mustUnderstand='1'/>", None),
        ("<x:a xmlns:x='urn:x' e:mustUnderstand='1'/>", Some(2006)),
        ("<a e:mustUnderstand='true'/>", Some(2006)),
        (&format!("<x:a xmlns:x='urn:x' e:mustUnderstand='1' {next}/>"), Some(2006)),
        (&format!("<x:a xmlns:x='urn:x' e:mustUnderstand='1' {other}/>"), None),
        (&format!("<w:Action xmlns:w='{WSA}' e:mustUnderstand='1'>a</w:Action>"), None),
        (&format!("<w:ReplyTo xmlns:w='{WSA}' e:mustUnderstand='1'><w:Address>{WSA}/anonymous</w:Address></w:ReplyTo>"), None),
        (&format!("<w:ReplyTo xmlns:w='{WSA}' e:mustUnderstand='1'><w:Address>http://x/</w:Address></w:ReplyTo>"), Some(2006)),
        (
            "<s:Security e:mustUnderstand='1' xmlns:s='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'/>",
            None,
        ),
        (
            "<s:Security e:mustUnderstand='1' xmlns:s='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'>\
             <s:UsernameToken/><d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#'/></s:Security>",
            Some(2006),
        ),
    ] {
        let text = envelope("http://schemas.xmlsoap.org/soap/envelope/", header, "<echo><request/></echo>");
        assert_eq!(call(Face::Typed, &text).error_code, number, "{header}");
    }
}

#[test]
fn a_soap_12_header_that_was_not_understood_is_named() {
    let uri = "http://www.w3.org/2003/05/soap-envelope";
    let header = |role: &str| format!("<x:a xmlns:x='urn:x&amp;y' e:mustUnderstand='true' e:role='{uri}/role/{role}'/>");
    let reply = call(Face::Typed, &envelope(uri, &header("ultimateReceiver"), "<echo><request/></echo>"));
    assert_eq!((reply.status, reply.error_code), (500, Some(2006)));
    let block = "<soap:Header><soap:NotUnderstood qname=\"h:a\" xmlns:h=\"urn:x&amp;y\"/></soap:Header>";
    assert!(reply.body.contains(block), "{}", reply.body);
    assert!(reply.body.contains("<soap:Value>soap:MustUnderstand</soap:Value>"));
    let elsewhere = envelope(uri, &header("none"), "<echo><request/></echo>");
    assert_eq!(call(Face::Typed, &elsewhere).error_code, None);
}

#[test]
fn a_stamped_request_gets_a_stamped_answer() {
    let uri = "http://schemas.xmlsoap.org/soap/envelope/";
    let stamp = "<s:Security xmlns:s='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'>\
                 <u:Timestamp xmlns:u='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'/></s:Security>";
    for body in ["<echo><request/></echo>", "<nothing/>"] {
        let stamped = call(Face::Typed, &envelope(uri, stamp, body)).body;
        assert!(stamped.contains("<soap:Header><wsse:Security ") && stamped.contains("</wsu:Created><wsu:Expires>"), "{stamped}");
        for plain in ["", &stamp.replace("Timestamp", "UsernameToken"), &stamp.replace("<s:Security ", "<s:Security e:actor='urn:x' ")] {
            assert!(!call(Face::Typed, &envelope(uri, plain, body)).body.contains("Header"), "{plain}");
        }
    }
}

#[test]
fn an_inner_document_in_base64_is_answered_in_base64() {
    let ask = |data: &str| call(Face::Compat, &v11(&format!("<echo><requestData>{data}</requestData></echo>"))).body;
    // <request>ä&amp;</request>
    let encoded = "PHJlcXVlc3Q+w6QmYW1wOzwvcmVxdWVzdD4=";
    assert!(ask(encoded).contains(&format!("<return>{encoded}</return>")));
    assert!(ask(&format!("\n {}\r\n{} ", &encoded[..10], &encoded[10..])).contains(&format!("<return>{encoded}</return>")));
    // The same behind a byte order mark, which is no part of the document.
    assert!(ask("77u/PHJlcXVlc3Q+w6QmYW1wOzwvcmVxdWVzdD4=").contains(&format!("<return>{encoded}</return>")));
    for text in ["", "P", "Plain words", "PHJlcXVlc3Q", "UHVyZSB0ZXh0", "PP9i", "7"] {
        assert!(ask(text).contains(&format!("<return>{text}</return>")), "{text:?} is no document in Base64");
    }
}

#[test]
fn an_addressed_request_gets_an_addressed_answer() {
    for uri in [WSA, "http://schemas.xmlsoap.org/ws/2004/08/addressing"] {
        let headers = format!("<w:MessageID xmlns:w='{uri}'> urn:uuid:1 </w:MessageID><w:Action xmlns:w='{uri}'>urn:do</w:Action>");
        let ask = |body: &str| call(Face::Typed, &envelope("http://schemas.xmlsoap.org/soap/envelope/", &headers, body)).body;
        let answer = ask("<echo><request/></echo>");
        for part in [
            format!("<soap:Header><wsa:RelatesTo xmlns:wsa=\"{uri}\">urn:uuid:1</wsa:RelatesTo>"),
            format!("<wsa:Action xmlns:wsa=\"{uri}\">urn:doResponse</wsa:Action>"),
            format!("<wsa:MessageID xmlns:wsa=\"{uri}\">urn:uuid:"),
        ] {
            assert!(answer.contains(&part), "{answer}");
        }
        assert_eq!(answer, ask("<echo><request/></echo>"), "a repeated answer is the same to the byte");
        let fault = ask("<nothing/>");
        assert!(fault.contains("RelatesTo") && fault.contains("/fault</wsa:Action>"), "{fault}");
    }
}

#[test]
fn the_header_key_goes_before_the_message_id_and_long_keys_are_digested() {
    let long = "k".repeat(500);
    let key = |header: Option<&str>, id: Option<&str>| {
        let meta = Meta { idempotency_key: header.map(str::to_owned), ..Meta::default() };
        super::key(&meta, id).map(|key| key.into_owned())
    };
    assert_eq!(key(Some(" a "), Some("b")).as_deref(), Some("a"));
    assert_eq!(key(Some(" "), Some("b")).as_deref(), Some("b"));
    assert_eq!(key(None, None), None);
    assert!(key(None, Some(&long)).is_some_and(|key| key.starts_with("sha256:") && key.len() == 71));
}

#[test]
fn the_description_holds_the_public_address() {
    for (face, word) in [(Face::Typed, ""), (Face::Typed, "soap12"), (Face::Typed, "sap"), (Face::Compat, "")] {
        let text = wsdl(face, word, &[], "https://gate.example/a&b").expect("wsdl");
        assert!(text.contains(&format!("location=\"https://gate.example/a&amp;b{}\"", super::path(face))), "{text}");
        assert!(!text.contains("kontor.invalid"));
    }
}

#[test]
fn a_description_is_found_by_its_word() {
    let ask = |face, word| wsdl(face, word, &[], "https://gate.example");
    assert!(ask(Face::Typed, "SOAP12").is_ok_and(|text| text.contains("wsdl/soap12/")));
    assert!(ask(Face::Typed, "Sap").is_ok_and(|text| text.contains("HttpBasicAuthentication")));
    assert!(!ask(Face::Typed, "").is_ok_and(|text| text.contains("policy")));
    for (face, word, there) in [
        (Face::Compat, "soap12", "There is /ws/connect?wsdl."),
        (Face::Typed, "soap13", "There is /ws/v1?wsdl, /ws/v1?wsdl=soap12, /ws/v1?wsdl=sap."),
    ] {
        assert!(ask(face, word).is_err_and(|why| why.to_string().ends_with(there)));
    }
}

#[test]
fn a_description_may_be_cut_down_to_some_operations() {
    let ask = |ops: &[&str]| {
        let ops: Vec<String> = ops.iter().map(|&list| list.to_owned()).collect();
        wsdl(Face::Typed, "", &ops, "x").map_err(|why| why.to_string())
    };
    let text = ask(&["fetchMandators"]).expect("wsdl");
    assert!(text.contains("\"FetchMandatorsRequest\"") && !text.contains("echo") && !text.contains("Item"));
    let both = ask(&["echo,fetchMandators"]);
    assert_eq!(ask(&["fetchMandators", " echo , echo,"]), both, "order, repeats and blanks change nothing");
    assert_ne!(both, Ok(text));
    for (ops, words) in [
        (&["fetchMandators,fetchEverything, x"][..], "no operation: fetchEverything, x. Send"),
        (&["FETCHMANDATORS"], "no operation: FETCHMANDATORS"),
        (&[""], "ops names no operation. Send names"),
        (&["x"], ", fetchMandators,"),
    ] {
        assert!(ask(ops).is_err_and(|why| why.contains(words)), "{ops:?}");
    }
}

#[test]
fn many_cut_down_descriptions_do_not_pile_up() {
    for first in crate::operations::CATALOGUE {
        assert!(wsdl(Face::Compat, "", &[first.name.to_owned()], "x").is_ok());
    }
    assert!(super::wsdl::kept() <= 16);
}

#[test]
fn the_operation_gets_the_key() {
    let headers = format!("<w:MessageID xmlns:w='{WSA}'>urn:uuid:1</w:MessageID>");
    let text = envelope("http://schemas.xmlsoap.org/soap/envelope/", &headers, "<echo><request/></echo>");
    assert_eq!(call(Face::Typed, &text).records, "urn:uuid:1".len());
    let meta = Meta { idempotency_key: Some(String::from("key")), ..Meta::default() };
    assert_eq!(call_with(Face::Typed, &text, &meta).records, "key".len());
}
