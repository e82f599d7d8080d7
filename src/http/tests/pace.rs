//! Clients that send and read slowly, on a real server.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::server::{Running, head, read_answer};
use super::{ECHO, ERP};
use crate::config::Settings;
use crate::soap::fixture;

/// Of the user müller.
const OTHER: &str = "Basic bcO8bGxlcjpzw7zDnw==";

fn settings_with(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = fixture::settings();
    settings.limits.request_seconds = 60;
    change(&mut settings);
    settings
}

fn call(user: &str, text: &str) -> Vec<u8> {
    let more = format!("Authorization: {user}\r\nContent-Length: {}\r\n", text.len());
    format!("{}{text}", head("HTTP/1.1", &more)).into_bytes()
}

/// A call of which all but the last byte was sent.
fn unfinished(server: &Running, user: &str) -> TcpStream {
    let mut stream = server.connect();
    let call = call(user, ECHO);
    stream.write_all(&call[..call.len() - 1]).expect("sent");
    stream
}

#[test]
fn slow_senders_of_one_user_leave_a_quarter_of_the_places_to_others() {
    let server = Running::with(settings_with(|settings| settings.limits.waiting_calls = 4));
    // A login that is known takes no time, so the calls take their places in order.
    assert!(server.ask(&call(ERP, ECHO)).starts_with("http/1.1 200"));
    let mut slow: Vec<TcpStream> = (0..3).map(|_| unfinished(&server, ERP)).collect();
    assert!(server.ask(&call(ERP, ECHO)).starts_with("http/1.1 503"));
    assert!(server.ask(&call(OTHER, ECHO)).starts_with("http/1.1 200"));
    for stream in &mut slow {
        stream.write_all(b">").expect("sent");
        assert!(read_answer(stream).starts_with("http/1.1 200"));
    }
    assert!(server.ask(&call(ERP, ECHO)).starts_with("http/1.1 200"), "their places came free");
}

#[test]
fn a_body_that_comes_too_slowly_is_given_up() {
    let server = Running::with(settings_with(|settings| (settings.limits.slow_seconds, settings.limits.slow_bytes) = (1, 1024)));
    let mut stream = unfinished(&server, ERP);
    let answer = read_answer(&mut stream);
    assert!(answer.starts_with("http/1.1 500") && answer.contains("limits.slow_bytes") && answer.contains("connection: close"), "{answer}");
}

#[test]
fn whoever_does_not_read_an_answer_loses_the_connection_and_the_place() {
    let server = Running::with(settings_with(|settings| {
        let limits = &mut settings.limits;
        (limits.body_bytes, limits.inflated_bytes) = (1 << 26, 1 << 26);
        (limits.waiting_calls, limits.slow_seconds, limits.slow_bytes) = (1, 5, 1024);
    }));
    let length = 16 << 20;
    let mut stream = server.connect();
    stream.write_all(&call(ERP, &ECHO.replace("Grüße", &"x".repeat(length)))).expect("sent");
    let mut first = [0; 12];
    stream.read_exact(&mut first).expect("the answer begins");
    assert_eq!(&first, b"HTTP/1.1 200");
    assert!(server.ask(&call(ERP, ECHO)).starts_with("http/1.1 503"), "the answer that is not read holds the one place");
    while !server.ask(&call(ERP, ECHO)).starts_with("http/1.1 200") {
        std::thread::yield_now();
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.len() < length, "the answer was cut off");
}

#[test]
fn one_address_may_have_as_many_connections_as_it_leaves_free() {
    let server = Running::with(settings_with(|settings| settings.limits.connections = 4));
    let kept: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&call(ERP, ECHO)).expect("sent");
            assert!(read_answer(&mut stream).starts_with("http/1.1 200"));
            stream
        })
        .collect();
    let mut refused = server.connect();
    let mut answer = Vec::new();
    let _ = refused.write_all(&call(ERP, ECHO)).and_then(|()| refused.read_to_end(&mut answer));
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    drop(kept);
    let again = || {
        let mut stream = server.connect();
        let mut first = [0; 12];
        stream.write_all(&call(ERP, ECHO)).and_then(|()| stream.read_exact(&mut first)).is_ok()
    };
    while !again() {
        std::thread::yield_now();
    }
}
