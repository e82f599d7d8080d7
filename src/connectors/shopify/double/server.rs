//! The double as an HTTP server on 127.0.0.1, one request per connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::{Call, Shop};

pub(in crate::connectors::shopify) fn serve(shop: &Arc<Mutex<Shop>>) -> SocketAddr {
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
    let mut buffer = [0; 65_536];
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
    let header = |name: &str| {
        text.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length = header("content-length").map_or(0, |length| length.parse::<usize>().unwrap());
    while bytes.len() < head + length {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => bytes.extend(&buffer[..read]),
        }
    }
    let mut words = text.lines().next().unwrap().split(' ');
    let call = Call {
        method: words.next().unwrap().to_owned(),
        path: words.next().unwrap().to_owned(),
        token: header("x-shopify-access-token"),
        json: header("content-type").is_some_and(|kind| kind.starts_with("application/json")),
        body: serde_json::from_slice(&bytes[head..]).unwrap_or(Value::Null),
    };
    let (status, body, date, version) = {
        // A panic of the double is reported to the client, and to nobody else.
        let mut shop = shop.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, json) = shop.answer(&call);
        (status, json.to_string(), shop.now().to_rfc2822().replace("+0000", "GMT"), shop.version)
    };
    let answer = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=utf-8\r\nDate: {date}\r\nX-Shopify-API-Version: {version}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes())
}
