//! The double as an HTTP server on 127.0.0.1, one request per connection.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use reqwest::Url;
use serde_json::Value;

use super::super::super::http::Method;
use super::{Call, Shop};

pub(in crate::connectors::shopware) fn serve(shop: &Arc<Mutex<Shop>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let shop = Arc::clone(shop);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let shop = Arc::clone(&shop);
            std::thread::spawn(move || talk(stream, &shop).ok());
        }
    });
    address
}

fn talk(mut stream: TcpStream, shop: &Mutex<Shop>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 65_536];
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => bytes.extend(&buffer[..read]),
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let headers: BTreeMap<String, String> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => bytes.extend(&buffer[..read]),
        }
    }
    let call = read(&text, headers, &bytes[head..]);
    let (status, json, date) = {
        // A panic of the double is reported to the client, and to nobody else.
        let mut shop = shop.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (status, json) = shop.answer(&call);
        (status, json, chrono::DateTime::parse_from_rfc3339(&shop.stamp()).unwrap().to_rfc2822().replace("+0000", "GMT"))
    };
    let body = if json.is_null() { String::new() } else { json.to_string() };
    let answer = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nDate: {date}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes())
}

fn read(head: &str, headers: BTreeMap<String, String>, body: &[u8]) -> Call {
    let mut words = head.lines().next().unwrap().split(' ');
    let method = match words.next().unwrap() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        other => panic!("the double knows no {other}"),
    };
    let url = Url::parse("http://x").unwrap().join(words.next().unwrap()).unwrap();
    let path = url.path().trim_start_matches("/api/");
    let is_json = headers.get("content-type").is_some_and(|kind| kind == "application/json");
    Call {
        method,
        path: path.split('/').map(str::to_owned).collect(),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body: if is_json { serde_json::from_slice(body).unwrap() } else { Value::Null },
        file: if is_json { Vec::new() } else { body.to_vec() },
    }
}
