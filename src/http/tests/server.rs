//! A real server, spoken to byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::{ECHO, ERP, echoing};
use crate::config::Settings;
use crate::http::{Live, Stopper, serve};
use crate::operations::Face;
use crate::soap::{self, fixture};

/// A server with its own port, stopped at the end of the test.
pub(super) struct Running {
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<thread::JoinHandle<std::io::Result<()>>>,
}

impl Running {
    fn start() -> Running {
        Running::with(fixture::settings())
    }

    pub(super) fn with(settings: Settings) -> Running {
        let (tell, told) = mpsc::channel();
        let live = Arc::new(Live::of(Arc::new(echoing(settings))));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let thread = thread::spawn(move || {
            serve(&live, listener, |bound| tell.send((bound.address, bound.stopper())).expect("the test waits"), || ())
        });
        let (address, stopper) = told.recv_timeout(Duration::from_secs(20)).expect("bound");
        Running { address, stopper, thread: Some(thread) }
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("connect");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("time-out");
        stream
    }

    /// What comes back until the server closes.
    fn say(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer and the end");
        answer
    }

    /// The one answer, without waiting for the end of the connection.
    pub(super) fn ask(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).expect("sent");
        read_answer(&mut stream)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok_and(|served| served.is_ok()));
        }
    }
}

pub(super) fn head(version: &str, more: &str) -> String {
    format!("POST /ws/connect {version}\r\nHost: x\r\nContent-Type: text/xml\r\n{more}\r\n")
}

/// One answer with a Content-Length.
pub(super) fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("a head") == 1 {
        answer.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&answer).to_lowercase();
    let length = text
        .split_once("content-length: ")
        .map_or(0, |(_, rest)| rest.split("\r\n").next().and_then(|number| number.parse().ok()).unwrap_or(0));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    text + &String::from_utf8_lossy(&body)
}

#[test]
fn a_real_server_speaks_http_as_old_and_odd_clients_do() {
    let server = Running::start();
    let length = format!("Content-Length: {}\r\n", ECHO.len());
    let auth = format!("Authorization: {ERP}\r\n");

    let old = server.say(format!("{}{ECHO}", head("HTTP/1.0", &format!("{length}{auth}"))).as_bytes());
    assert!(old.starts_with("HTTP/1.0 200") && old.contains("<return>Grüße</return>"), "{old}");

    let closing = server.say(format!("{}{ECHO}", head("HTTP/1.1", &format!("{length}{auth}Connection: close\r\n"))).as_bytes());
    assert!(closing.starts_with("HTTP/1.1 200") && closing.to_lowercase().contains("connection: close"), "{closing}");

    let (left, right) = ECHO.split_at(30);
    let chunks = format!("{:x}\r\n{left}\r\n{:x}\r\n{right}\r\n0\r\n\r\n", left.len(), right.len());
    let more = format!("{auth}Transfer-Encoding: chunked\r\nConnection: close\r\n");
    let chunked = server.say(format!("{}{chunks}", head("HTTP/1.1", &more)).as_bytes());
    assert!(chunked.contains("<return>Grüße</return>"), "{chunked}");

    let picture = server.say(b"GET /images/0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(picture.ends_with("\r\n\r\nThere is no such picture.\n"), "{picture}");

    let head_only = server.say(b"HEAD /ws/v1?wsdl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(head_only.starts_with("HTTP/1.1 200") && head_only.ends_with("\r\n\r\n"), "{head_only}");
}

#[test]
fn a_refused_login_keeps_the_connection_for_the_next_try() {
    let server = Running::start();
    let mut stream = server.connect();
    let length = format!("Content-Length: {}\r\n", ECHO.len());
    stream.write_all(format!("{}{ECHO}", head("HTTP/1.1", &length)).as_bytes()).expect("sent");
    assert!(read_answer(&mut stream).starts_with("http/1.1 401"));
    let more = format!("{length}Authorization: {ERP}\r\nExpect: 100-continue\r\n");
    stream.write_all(head("HTTP/1.1", &more).as_bytes()).expect("sent");
    assert!(read_answer(&mut stream).starts_with("http/1.1 100"));
    stream.write_all(ECHO.as_bytes()).expect("sent");
    let answer = read_answer(&mut stream);
    assert!(answer.starts_with("http/1.1 200") && answer.contains("Grüße"), "{answer}");
}

#[test]
fn a_body_that_is_too_large_is_refused_and_the_client_sees_it() {
    let server = Running::start();
    let auth = format!("Authorization: {ERP}\r\n");
    let mut request = head("HTTP/1.1", &format!("{auth}Content-Length: 5000000\r\n")).into_bytes();
    request.resize(request.len() + 5_000_000, b' ');
    let answer = server.ask(&request);
    assert!(answer.starts_with("http/1.1 413") && answer.contains("KONTOR-1004"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");

    let mut request = head("HTTP/1.1", &format!("{auth}Transfer-Encoding: chunked\r\n")).into_bytes();
    for _ in 0..50 {
        request.extend_from_slice(b"4000\r\n");
        request.resize(request.len() + 0x4000, b' ');
        request.extend_from_slice(b"\r\n");
    }
    let answer = server.ask(&request);
    assert!(answer.starts_with("http/1.1 413"), "{answer}");
}

#[test]
fn a_client_that_stops_sending_is_refused_after_the_configured_time() {
    let server = Running::start();
    let auth = format!("Authorization: {ERP}\r\n");
    let answer = server.ask(head("HTTP/1.1", &format!("{auth}Content-Length: 10\r\n")).as_bytes());
    assert!(answer.starts_with("http/1.1 500") && answer.contains("KONTOR-1009"), "{answer}");
    let answer = server.ask(b"POST /ws/connect HTTP/1.1\r\nHost: x\r\n");
    assert!(answer.starts_with("http/1.1 408"), "{answer}");
}

#[test]
fn the_paths_of_the_faces_stay_as_published() {
    assert_eq!((soap::path(Face::Compat), soap::path(Face::Typed)), ("/ws/connect", "/ws/v1"));
}
