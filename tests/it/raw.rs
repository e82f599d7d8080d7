//! HTTP spoken byte by byte, as old and odd clients do.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::world::{Reply, World};

/// `erp:demo`
pub(crate) const ERP: &str = "Authorization: Basic ZXJwOmRlbW8=\r\n";

/// One connection.
pub(crate) struct Line(pub TcpStream);

impl Line {
    pub(crate) fn open(world: &World) -> Line {
        Line::to(world.base.trim_start_matches("http://"))
    }

    pub(crate) fn to(address: impl ToSocketAddrs) -> Line {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out");
        stream.set_write_timeout(Some(Duration::from_secs(30))).expect("a time-out");
        Line(stream)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("sent");
    }

    /// Sends what a server that has had enough may not read any more.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// Reads one answer; one to `Expect` has no body.
    pub(crate) fn answer(&mut self) -> Reply {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            assert_eq!(self.0.read(&mut byte).expect("a head"), 1, "closed after {:?}", String::from_utf8_lossy(&head));
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("a head in ASCII");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).expect("a status");
        let headers: Vec<(String, String)> =
            lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        let mut reply = Reply { status, headers, body: String::new() };
        let length = reply.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        reply.body = String::from_utf8(body).expect("UTF-8");
        reply
    }

    /// Ends the connection at once.
    pub(crate) fn reset(self) {
        socket2::SockRef::from(&self.0).set_linger(Some(Duration::ZERO)).expect("a reset");
    }

    /// The server closes; what it still had to say is dropped.
    pub(crate) fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        // A reset is an end too: the server did not want to read everything.
        match self.0.read_to_end(&mut rest) {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}

/// The head of a POST with the demo's credentials; `more` are whole lines.
pub(crate) fn head(path: &str, version: &str, more: &str) -> String {
    format!("POST {path} {version}\r\nHost: kontor\r\nContent-Type: text/xml; charset=utf-8\r\n{ERP}{more}\r\n")
}

pub(crate) fn with_length(path: &str, version: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let mut request = head(path, version, &format!("Content-Length: {}\r\n{more}", body.len())).into_bytes();
    request.extend_from_slice(body);
    request
}

/// A body in chunks of a few bytes, with an extension and a trailer as the standard allows.
pub(crate) fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(size) {
        out.extend_from_slice(format!("{:X};part=1\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}
