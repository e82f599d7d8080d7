//! The double as an HTTP server on 127.0.0.1, one request per connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use reqwest::Url;
use serde_json::Value;

use super::super::super::http::Method;
use super::{Call, Shop};

pub(in crate::connectors::woocommerce) fn serve(shop: &Arc<Mutex<Shop>>) -> SocketAddr {
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
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    while bytes.len() < head + length.unwrap_or(0) {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => bytes.extend(&buffer[..read]),
        }
    }
    let (status, json, date) = {
        // A panic of the double is reported to the client, and to nobody else.
        let mut shop = shop.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let call = read(&text, &bytes[head..]);
        let warned = !call.wants_json;
        let (status, json) = shop.answer(call);
        // A plug-in warns, and PHP writes it before the answer, but for those who ask for JSON.
        let json = if warned { format!("<br />\n<b>Warning</b>: something in a plug-in<br />\n{json}") } else { json.to_string() };
        (status, json, shop.now().to_rfc2822().replace("+0000", "GMT"))
    };
    let body = json;
    let answer = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=UTF-8\r\nDate: {date}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes())
}

fn read(head: &str, body: &[u8]) -> Call {
    let mut words = head.lines().next().unwrap().split(' ');
    let method = match words.next().unwrap() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        other => panic!("the double knows no {other}"),
    };
    let url = Url::parse("http://x").unwrap().join(words.next().unwrap()).unwrap();
    let header = |name: &str| {
        let found = head.lines().filter_map(|line| line.split_once(':')).find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let path = url.path().trim_start_matches("/wp-json").trim_start_matches('/');
    Call {
        method,
        path: path.split('/').map(str::to_owned).collect(),
        query: url.query_pairs().into_owned().collect(),
        body: if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() },
        is_json: header("content-type").is_some_and(|kind| kind.starts_with("application/json")),
        wants_json: header("accept").is_some_and(|kind| kind == "application/json"),
    }
}
