//! The double as an HTTP server on 127.0.0.1, one request per connection.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use reqwest::Url;
use serde_json::Value;

use super::super::super::http::Method;
use super::{Call, Shop};

pub(in crate::connectors::magento) fn serve(shop: &Arc<Mutex<Shop>>) -> SocketAddr {
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
    let mut buffer = [0; 16_384];
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
        .filter_map(|line| line.split_once(':').map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => bytes.extend(&buffer[..read]),
        }
    }
    let (status, json, date) = {
        // A panic of the double is reported to the client, and to nobody else.
        let mut shop = shop.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (status, json) = shop.answer(&read(&text, headers, &bytes[head..]));
        (status, json, shop.now().to_rfc2822().replace("+0000", "GMT"))
    };
    // Only the version is a page of text.
    let (kind, body) = match &json {
        Value::String(text) if text.starts_with("Magento/") => ("text/html; charset=UTF-8", text.clone()),
        json => ("application/json; charset=utf-8", json.to_string()),
    };
    let answer = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nDate: {date}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes())
}

fn read(head: &str, headers: BTreeMap<String, String>, body: &[u8]) -> Call {
    let mut words = head.lines().next().unwrap().split(' ');
    let method = match words.next().unwrap() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        other => panic!("the double knows no {other}"),
    };
    let host = headers.get("host").map_or("x", String::as_str);
    let url = Url::parse(&format!("http://{host}")).unwrap().join(words.next().unwrap()).unwrap();
    let decoded = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8().unwrap().into_owned();
    Call {
        method,
        path: url.path().trim_matches('/').split('/').map(decoded).collect(),
        query: url.query_pairs().into_owned().collect(),
        url,
        headers,
        body: if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap_or(Value::String("broken".to_owned())) },
    }
}
