//! Answers that no shop gives of its own will, such as those of a web server or a proxy before it. None may be taken for an empty list,
//! and none for a success.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::super::super::tests::account;
use super::super::super::{ChannelError, build};

const KEYS: &str = "consumer_key = 'ck_secret'\nconsumer_secret = 'cs_secret'\n";

/// What becomes of a poll that is answered so.
fn poll(answer: &str) -> ChannelError {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("url = 'http://{}'\n{KEYS}", listener.local_addr().unwrap());
    let answer = answer.to_owned();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8192]);
        stream.write_all(answer.as_bytes()).unwrap();
        // The client hangs up.
        let _ = stream.read(&mut [0; 1]);
    });
    let connector = build(&account("woocommerce", &url), Duration::from_millis(500)).unwrap();
    let error = connector.pull_orders(None, &[]).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    error
}

fn whole(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_page_of_a_proxy_is_an_outage() {
    let page = "<html><h1>502 Bad Gateway</h1>";
    assert!(matches!(
        poll(&whole("502 Bad Gateway\r\nContent-Type: text/html", page)),
        ChannelError::Unavailable { retry_after: None, .. }
    ));
    match poll(&whole("503 Service Unavailable\r\nRetry-After: 600\r\nContent-Type: text/html", page)) {
        ChannelError::Unavailable { retry_after, .. } => assert_eq!(retry_after, Some(Duration::from_secs(600))),
        other => panic!("{other}"),
    }
    assert!(matches!(poll(&whole("500 No\r\nContent-Type: text/html", "<b>Fatal error</b>")), ChannelError::Unavailable { .. }));
}

#[test]
fn the_same_as_json_is_one_too() {
    let fatal = r#"{"code":"internal_server_error","message":"critical","data":{"status":500}}"#;
    assert!(matches!(poll(&whole("500 No\r\nContent-Type: application/json", fatal)), ChannelError::Unavailable { .. }));
    let update = r#"{"code":"wp_die","message":"Briefly unavailable","data":{"status":503}}"#;
    assert!(matches!(poll(&whole("503 No\r\nContent-Type: application/json", update)), ChannelError::Unavailable { .. }));
}

#[test]
fn a_redirect_is_not_followed() {
    let redirect = whole("302 Found\r\nLocation: http://127.0.0.1:1/maintenance?oauth_consumer_key=ck_secret", "");
    match poll(&redirect) {
        ChannelError::Protocol { reason } => assert!(reason.contains("enter the final address"), "{reason}"),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_no_list_is_no_empty_list() {
    for body in ["", "<br />\n<b>Warning</b>: x<br />\n[]", "{\"orders\":[]}", "null", "[{\"id\":1}]", "<!doctype html><p>The shop"] {
        let error = poll(&whole("200 OK\r\nContent-Type: application/json", body));
        assert!(matches!(error, ChannelError::Protocol { .. }), "{body}: {error}");
    }
}

#[test]
fn an_answer_that_does_not_come_is_given_up() {
    let begun = Instant::now();
    assert!(matches!(poll(""), ChannelError::Unavailable { .. }));
    assert!(matches!(poll("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n["), ChannelError::Unavailable { .. }));
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_key_that_was_taken_back_is_an_alarm() {
    let no = r#"{"code":"woocommerce_rest_authentication_error","message":"Consumer key is invalid.","data":{"status":401}}"#;
    assert!(matches!(poll(&whole("401 No\r\nContent-Type: application/json", no)), ChannelError::Unauthorized { .. }));
}
