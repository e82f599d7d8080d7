//! A server with pictures, for the tests.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::connectors::lock;

type Answers = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Its answers by path. It ends with the process.
pub(crate) struct Gallery {
    address: String,
    answers: Answers,
}

impl Gallery {
    pub(crate) fn open() -> Gallery {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answers = Answers::default();
        let known = answers.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut request = [0; 4096];
                let read = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let answer = lock(&known).get(path).cloned().unwrap_or_else(|| status("404 Not Found"));
                let _ = stream.write_all(&answer);
            }
        });
        Gallery { address, answers }
    }

    /// Hangs a picture with this number; its address.
    pub(crate) fn hang(&self, path: &str, number: u8) -> String {
        self.answer(path, body(&[b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".as_slice(), &[number; 20], self.address.as_bytes()].concat()))
    }

    pub(crate) fn answer(&self, path: &str, answer: Vec<u8>) -> String {
        lock(&self.answers).insert(path.to_owned(), answer);
        format!("{}{path}", self.address)
    }
}

pub(crate) fn body(content: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", content.len());
    [head.as_bytes(), content].concat()
}

pub(crate) fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}
