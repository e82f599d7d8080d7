//! Requests to the handlers, without a network.

mod hooks;
mod limits;
mod pace;
mod server;

use std::io::Read;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};

use super::{Edge, Live, Machinery, Page, nowhere, routes};
use crate::config::{Role, Settings, User};
use crate::domain::{Failure, MandatorId, code};
use crate::metrics::Levels;
use crate::operations::Face;
use crate::soap::{Handled, Meta, fixture};

const ERP: &str = "Basic ZXJwOnBhc3M6d29yZA==";
const ECHO: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><echo xmlns='urn:kontor:connect'>\
                    <requestData>Grüße</requestData></echo></e:Body></e:Envelope>";

struct Said {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Said {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn ask_at(edge: web::Data<Edge>, request: TestRequest) -> Said {
    ask_live(Arc::new(Live::of(edge.into_inner())), request).await
}

async fn ask_live(live: Arc<Live>, request: TestRequest) -> Said {
    let app = App::new().configure(|config| routes(config, &live)).default_service(web::to(nowhere));
    let response = call_service(&init_service(app).await, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    Said { status, headers, body: read_body(response).await.to_vec() }
}

async fn ask(request: TestRequest) -> Said {
    ask_at(edge(fixture::settings()), request).await
}

fn edge(settings: Settings) -> web::Data<Edge> {
    web::Data::new(echoing(settings))
}

fn echoing(settings: Settings) -> Edge {
    let settings = Arc::new(settings);
    let own = Arc::clone(&settings);
    let answer = move |face: Face, user: &User, text: &str, meta: &Meta| Handled::Done(fixture::handle(&own, face, user, text, meta));
    let machinery = Machinery::new(&settings).expect("threads");
    Edge::new(settings, Box::new(answer), || true, machinery)
}

fn post() -> TestRequest {
    let request = TestRequest::post().uri("/ws/connect").insert_header((header::AUTHORIZATION, ERP));
    request.insert_header((header::CONTENT_TYPE, "text/xml; charset=utf-8")).set_payload(ECHO)
}

#[actix_web::test]
async fn a_call_with_credentials_is_answered() {
    let said = ask(post()).await;
    assert_eq!((said.status, said.header("content-type")), (StatusCode::OK, "text/xml; charset=utf-8"));
    assert!(said.text().contains("<return>Grüße</return>"), "{}", said.text());
    assert!(said.headers.get("x-replayed").is_none() && said.headers.get("x-kontor-pending").is_none());
}

#[actix_web::test]
async fn the_headers_tell_of_replay_pending_changes_and_readiness() {
    let said = ask(post().set_payload(ECHO.replace("Grüße", "replayed and pending"))).await;
    assert_eq!((said.header("x-replayed"), said.header("x-kontor-pending")), ("1", "3"));
    let settings = Arc::new(fixture::settings());
    let machinery = Machinery::new(&settings).expect("threads");
    let broken = Edge::new(settings, Box::new(|_, _, _, _| panic!("an operation broke down")), || false, machinery);
    let broken = web::Data::new(broken);
    for uri in ["/health", "/ready"] {
        let ready = ask_at(broken.clone(), TestRequest::get().uri(uri)).await;
        assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{uri}");
    }
    let live = ask_at(broken.clone(), TestRequest::get().uri("/live")).await;
    assert_eq!(live.status, StatusCode::OK, "a restart would mend nothing");
    let said = ask_at(broken.clone(), post()).await;
    assert!(said.status.as_u16() == 500 && said.text().contains("KONTOR-9001"), "{}", said.text());
    assert_eq!((broken.calls.taken(), broken.budget.used()), (0, 0));
}

#[actix_web::test]
async fn a_call_without_the_right_credentials_is_a_fault_with_a_challenge() {
    for (authorization, content_type, fault) in [
        ("", "text/xml", "<faultcode>soap:Client</faultcode><faultstring>KONTOR-1001: "),
        ("Basic ZXJwOng=", "text/xml", "<faultcode>soap:Client</faultcode>"),
        ("Bearer x", "application/soap+xml", "<soap:Value>soap:Sender</soap:Value>"),
    ] {
        let request = TestRequest::post().uri("/ws/v1").insert_header((header::AUTHORIZATION, authorization));
        let said = ask(request.insert_header((header::CONTENT_TYPE, content_type)).set_payload(ECHO)).await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED);
        assert_eq!(said.header("www-authenticate"), "Basic realm=\"Kontor\", charset=\"UTF-8\"");
        assert!(said.text().contains(fault), "{}", said.text());
        assert!(said.header("content-type").starts_with(content_type));
    }
}

/// A page that greets its user, in a gateway whose one user is an administrator or not.
fn paged(role: Role, mandators: &[i32]) -> web::Data<Edge> {
    let mut settings = fixture::settings();
    let ids: Vec<MandatorId> = mandators.iter().copied().map(MandatorId).collect();
    settings.users.iter_mut().for_each(|user| (user.role, user.mandators) = (role, ids.clone()));
    let page = |path, roles, of_all_mandators, body: fn(&User) -> Result<String, Failure>| {
        let body = Box::new(body);
        Page { path, content_type: "text/html", roles, of_all_mandators, body }
    };
    let pages = vec![
        page("/status", &[Role::Admin], false, |user| Ok(format!("hello {}", user.name))),
        page("/metrics", &[Role::Read, Role::Admin], true, |_| Err(Failure::new(code::DATABASE, ["gone"]))),
    ];
    web::Data::new(Edge { pages, ..echoing(settings) })
}

#[actix_web::test]
async fn pages_are_for_those_with_the_right_role() {
    let ask = |role, path: &str, authorization: &str| {
        ask_at(paged(role, &[]), TestRequest::get().uri(path).insert_header((header::AUTHORIZATION, authorization)))
    };
    let said = ask(Role::Admin, "/status", "").await;
    assert_eq!((said.status, said.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Basic realm=\"Kontor\", charset=\"UTF-8\""));
    let said = ask(Role::Erp, "/status", ERP).await;
    assert_eq!(said.status, StatusCode::FORBIDDEN);
    assert!(said.text().contains("/status is for users with the role admin"), "{}", said.text());
    let said = ask(Role::Erp, "/metrics", ERP).await;
    assert!(said.text().contains("the role read or admin"), "{}", said.text());
    let said = ask(Role::Admin, "/status", ERP).await;
    assert_eq!((said.status, said.text().as_str()), (StatusCode::OK, "hello erp"));
    assert_eq!((said.header("cache-control"), said.header("content-type")), ("no-store", "text/html"));
    assert!(said.header("content-security-policy").contains("default-src 'none'"));
    let said = ask(Role::Read, "/metrics", ERP).await;
    assert_eq!(said.status, StatusCode::SERVICE_UNAVAILABLE);
    let with = |method| TestRequest::with_uri("/status").method(method).insert_header((header::AUTHORIZATION, ERP));
    for (method, status) in [(Method::HEAD, StatusCode::OK), (Method::POST, StatusCode::METHOD_NOT_ALLOWED)] {
        let said = ask_at(paged(Role::Admin, &[]), with(method.clone())).await;
        assert_eq!(said.status, status, "{method}");
    }
    for (path, status) in [("/status", StatusCode::OK), ("/metrics", StatusCode::FORBIDDEN)] {
        let limited = paged(Role::Admin, &[1]);
        let said = ask_at(limited, TestRequest::get().uri(path).insert_header((header::AUTHORIZATION, ERP))).await;
        assert_eq!(said.status, status, "{path}");
    }
}

#[actix_web::test]
async fn calls_are_counted_by_what_became_of_them() {
    let edge = edge(fixture::settings());
    ask_at(edge.clone(), post()).await;
    ask_at(edge.clone(), TestRequest::post().uri("/ws/v1").set_payload(ECHO)).await;
    let text = edge.metrics.text(&Levels::default());
    for line in [
        "kontor_soap_calls_total{face=\"compat\",operation=\"echo\",outcome=\"ok\"} 1",
        "kontor_soap_calls_total{face=\"typed\",operation=\"none\",outcome=\"fault\"} 1",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[actix_web::test]
async fn a_soap_11_envelope_under_a_soap_12_content_type_is_answered_as_soap_11() {
    let said = ask(post().insert_header((header::CONTENT_TYPE, "application/soap+xml"))).await;
    assert_eq!((said.status, said.header("content-type")), (StatusCode::OK, "text/xml; charset=utf-8"));
}

#[actix_web::test]
async fn bodies_that_cannot_be_read_are_faults() {
    for (name, value, body, status, code) in [
        ("content-type", "application/json", ECHO.as_bytes(), 415, "KONTOR-1006"),
        ("content-type", "multipart/related; type=x", ECHO.as_bytes(), 500, "KONTOR-1015"),
        ("content-type", "multipart/related; start-info=\"application/soap+xml\"", ECHO.as_bytes(), 400, "KONTOR-1015"),
        ("content-type", "multipart/form-data; boundary=x", ECHO.as_bytes(), 415, "KONTOR-1006"),
        ("content-type", "text/xml; charset=koi8-r", ECHO.as_bytes(), 415, "KONTOR-1007"),
        ("content-encoding", "br", ECHO.as_bytes(), 415, "KONTOR-1007"),
        ("content-encoding", "gzip", ECHO.as_bytes(), 500, "KONTOR-1008"),
        ("content-type", "text/xml", b"<a>\xFF</a>", 500, "KONTOR-1008"),
        ("content-type", "application/soap+xml", b"<a>\xFF</a>", 400, "KONTOR-1008"),
        ("content-type", "text/xml", b"", 500, "KONTOR-2001"),
        ("content-type", "text/xml", &[b' '; 100_001], 413, "KONTOR-1004"),
    ] {
        let said = ask(post().insert_header((name, value)).set_payload(body.to_vec())).await;
        assert_eq!(said.status.as_u16(), status, "{name}: {value}: {}", said.text());
        assert!(said.text().contains(code), "{name}: {value}: {}", said.text());
        assert!(said.text().contains("soap:Envelope"));
    }
}

const MTOM: &str = "multipart/related; boundary=\"b;b\"; type=\"application/xop+xml\"; start=\"<root>\"; start-info=\"text/xml\"";

/// An envelope as the root of a message in parts, behind one attachment.
fn in_parts(envelope: &str, root_type: &str) -> Vec<u8> {
    let attachment = b"--b;b\r\nContent-ID: <picture@erp>\r\nContent-Transfer-Encoding: binary\r\n\r\n\xFF\x00\r\n--\r\n";
    let root = format!("--b;b\r\nContent-ID: <root>\r\nContent-Type: {root_type}\r\n\r\n{envelope}\r\n--b;b--\r\n");
    [&attachment[..], root.as_bytes()].concat()
}

#[actix_web::test]
async fn a_message_in_parts_is_answered_in_parts() {
    let include = "<i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' href='cid:picture%40erp'/>";
    let envelope = ECHO.replace("Grüße", &format!("<request><data>{include}</data></request>"));
    let xop = "application/xop+xml; charset=utf-8; type=\"text/xml\"";
    for (envelope, words) in [(&*envelope, "&lt;data&gt;/wANCi0t&lt;/data&gt;"), (ECHO, "<return>Grüße</return>")] {
        let said = ask(post().insert_header((header::CONTENT_TYPE, MTOM)).set_payload(in_parts(envelope, xop))).await;
        assert_eq!(said.status, StatusCode::OK, "{}", said.text());
        assert!(said.header("content-type").starts_with("multipart/related; type=\"application/xop+xml\"; boundary="));
        let boundary = super::multipart::parameter(said.header("content-type"), "boundary").expect("a boundary");
        let text = said.text();
        assert!(text.starts_with(&format!("--{boundary}\r\nContent-Type: application/xop+xml")), "{text}");
        assert!(text.contains(words) && text.ends_with(&format!("\r\n--{boundary}--\r\n")), "{text}");
    }
    let missing = in_parts(&envelope.replace("picture", "nothing"), xop);
    let said = ask(post().insert_header((header::CONTENT_TYPE, MTOM)).set_payload(missing)).await;
    assert!(said.status.as_u16() == 500 && said.text().contains("KONTOR-1015") && said.text().contains("nothing@erp"), "{}", said.text());
}

#[actix_web::test]
async fn attachments_beside_a_plain_envelope_are_left_aside() {
    let said = ask(post().insert_header((header::CONTENT_TYPE, MTOM)).set_payload(in_parts(ECHO, "text/xml; charset=utf-8"))).await;
    assert_eq!((said.status, said.header("content-type")), (StatusCode::OK, "text/xml; charset=utf-8"));
    let said = ask(post().insert_header((header::CONTENT_TYPE, MTOM)).set_payload(in_parts(ECHO, "image/png"))).await;
    assert!(said.status.as_u16() == 415 && said.text().contains("image/png"), "{}", said.text());
}

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// A typed call without HTTP credentials.
fn with_token(token: &str) -> TestRequest {
    let envelope = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Header><s:Security xmlns:s='{WSSE}' e:mustUnderstand='1'>\
         {token}</s:Security></e:Header><e:Body><echo xmlns='urn:kontor:v1'><request/></echo></e:Body></e:Envelope>"
    );
    TestRequest::post().uri("/ws/v1").insert_header((header::CONTENT_TYPE, "text/xml")).set_payload(envelope)
}

fn username_token(user: &str, password: &str) -> String {
    format!("<s:UsernameToken><s:Username>{user}</s:Username><s:Password>{password}</s:Password></s:UsernameToken>")
}

fn with_token_users() -> web::Data<Edge> {
    let mut settings = fixture::settings();
    settings.users[0].ws_security = Some(crate::config::WsSecurity::Text);
    edge(settings)
}

#[actix_web::test]
async fn a_username_token_opens_the_typed_face_where_it_is_configured() {
    let edge = with_token_users();
    let said = ask_at(edge.clone(), with_token(&username_token("erp", "pass:word"))).await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text());
    for (token, status, words) in [
        (username_token("erp", "x"), 500, "wss:FailedAuthentication</faultcode><faultstring>KONTOR-1011"),
        (username_token("müller", "süß"), 500, "wss:FailedAuthentication</faultcode><faultstring>KONTOR-1011"),
        ("<s:UsernameToken/>".to_owned(), 500, "wss:InvalidSecurity</faultcode><faultstring>KONTOR-1013"),
        (String::new(), 401, "KONTOR-1001"),
        ("<d:Signature xmlns:d='urn:d'/>".to_owned(), 500, "soap:MustUnderstand</faultcode>"),
        ("<u:Timestamp xmlns:u='urn:u'/>".to_owned(), 500, "soap:MustUnderstand</faultcode>"),
    ] {
        let said = ask_at(edge.clone(), with_token(&token)).await;
        assert_eq!(said.status.as_u16(), status, "{token}: {}", said.text());
        assert!(said.text().contains(words), "{token}: {}", said.text());
        assert_eq!(said.header("www-authenticate").is_empty(), status != 401);
    }
    let plain = edge.gate.check(super::auth::Credentials::from_header(ERP), [127, 0, 0, 1].into()).await;
    assert!(plain.is_ok(), "HTTP Basic works as before");
    let said = ask_at(edge.clone(), with_token(&username_token("nobody", "x")).insert_header((header::AUTHORIZATION, ERP))).await;
    assert_eq!(said.status, StatusCode::OK, "HTTP credentials go first: {}", said.text());
    let said = ask_at(edge, with_token(&username_token("erp", "pass:word")).uri("/ws/connect")).await;
    assert_eq!(said.status, StatusCode::UNAUTHORIZED, "not on the compat face");
    let said = ask(with_token(&username_token("erp", "pass:word"))).await;
    assert_eq!(said.status, StatusCode::UNAUTHORIZED, "nobody has it switched on");
}

#[actix_web::test]
async fn a_refused_token_is_told_in_the_soap_version_of_the_message() {
    let twelve = |request: &str| request.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    let envelope = twelve(&format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Header><s:Security xmlns:s='{WSSE}'>{}</s:Security></e:Header>\
         <e:Body><echo xmlns='urn:kontor:v1'><request/></echo></e:Body></e:Envelope>",
        username_token("erp", "wrong")
    ));
    let request = TestRequest::post().uri("/ws/v1").insert_header((header::CONTENT_TYPE, "text/xml")).set_payload(envelope);
    let said = ask_at(with_token_users(), request).await;
    assert_eq!((said.status.as_u16(), said.header("content-type")), (400, "application/soap+xml; charset=utf-8"));
    let code =
        format!("<soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:wss=\"{WSSE}\">wss:FailedAuthentication</soap:Value>");
    assert!(said.text().contains(&code), "{}", said.text());
}

#[actix_web::test]
async fn a_body_at_the_limit_is_taken() {
    let body = format!("{ECHO}{}", " ".repeat(100_000 - ECHO.len()));
    assert_eq!(ask(post().set_payload(body)).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn gzip_works_both_ways() {
    let long = ECHO.replace("Grüße", &"Grüße ".repeat(1000));
    let zipped = super::gzip::compress(&long).expect("long enough");
    let request = post().insert_header((header::CONTENT_ENCODING, "gzip")).set_payload(zipped);
    let said = ask(request.insert_header((header::ACCEPT_ENCODING, "gzip, deflate"))).await;
    assert_eq!((said.status, said.header("content-encoding")), (StatusCode::OK, "gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*said.body).read_to_string(&mut text).expect("gzip");
    assert!(text.contains("Grüße Grüße"));
    let said = ask(post().insert_header((header::ACCEPT_ENCODING, "gzip"))).await;
    assert_eq!(said.header("content-encoding"), "", "a short answer stays plain");
    assert_eq!(ask(post().set_payload(long)).await.header("content-encoding"), "", "nothing was offered");
}

#[actix_web::test]
async fn descriptions_need_no_credentials() {
    for (uri, status, words) in [
        ("/ws/connect?wsdl", 200, "https://gate.example/ws/connect"),
        ("/ws/v1?WSDL", 200, "https://gate.example/ws/v1"),
        ("/ws/v1?wsdl=soap12", 200, "wsdl/soap12/"),
        ("/ws/v1?x=y&wsdl", 200, "targetNamespace"),
        ("/ws/v1?wsdl=sap", 200, "HttpsToken"),
        ("/ws/v1?WSDL&OPS=echo%2CfetchMandators", 200, "FetchMandatorsRequest"),
        ("/ws/connect?wsdl&ops=echo", 200, "echoResponse"),
        ("/ws/v1?wsdl&ops=echo&ops=nothing", 404, "no operation: nothing."),
        ("/ws/v1?wsdl=soap13", 404, "/ws/v1?wsdl=soap12"),
        ("/ws/connect?wsdl=soap12", 404, "There is /ws/connect?wsdl."),
        ("/ws/v1", 405, "GET /ws/v1?wsdl"),
        ("/health", 200, "{\"status\":\"ok\"}"),
        ("/ready", 200, "{\"status\":\"ok\"}"),
        ("/live", 200, "{\"status\":\"ok\"}"),
        ("/", 404, "POST /ws/v1, described at /ws/v1?wsdl"),
        ("/ws/v2", 404, "POST /ws/connect, described at /ws/connect?wsdl"),
        ("/ws/v1/", 405, "GET /ws/v1?wsdl"),
        ("/ws/v1/?wsdl=soap12", 200, "wsdl/soap12/"),
        ("/ws/connect?singleWsdl", 200, "https://gate.example/ws/connect"),
    ] {
        let said = ask(TestRequest::get().uri(uri)).await;
        assert_eq!(said.status.as_u16(), status, "{uri}");
        assert!(said.text().contains(words), "{uri}: {}", said.text());
    }
}

#[actix_web::test]
async fn other_methods_are_refused_with_a_fault() {
    let said = ask(TestRequest::put().uri("/ws/v1").set_payload("x")).await;
    assert_eq!((said.status, said.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST"));
    assert!(said.text().contains("KONTOR-1005: HTTP method PUT"), "{}", said.text());
}
