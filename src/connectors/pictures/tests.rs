use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use super::{Bounds, Fetched, Kind, Miss, Pictures, Wrong};

const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";

fn pictures(hosts: &[&str]) -> Pictures {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    Pictures::new(&hosts, Bounds { bytes: 1000, time: Duration::from_secs(5) }).unwrap()
}

/// A server that gives these answers, one per connection; its address.
fn server(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&answer);
        }
    });
    url
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

fn miss(answer: Vec<u8>) -> Miss {
    pictures(&["127.0.0.1"]).fetch(&server(vec![answer]), false).unwrap_err()
}

#[test]
fn the_kind_is_read_from_the_bytes_whatever_the_address_and_the_server_say() {
    let url = server(vec![ok(GIF)]);
    let picture = pictures(&["127.0.0.1"]).fetch(&format!("{url}/a.png"), false).unwrap();
    assert_eq!((picture.kind, picture.bytes.as_slice(), picture.digest.len()), (Kind::Gif, GIF, 64));
}

#[test]
fn what_is_no_picture_or_too_large_is_refused_and_what_may_come_later_is_not() {
    assert_eq!(miss(ok(b"<html><body>not found</body></html>")), Miss::Wrong(Wrong::NoPicture));
    assert_eq!(miss(ok(b"")), Miss::Wrong(Wrong::NoPicture));
    assert_eq!(miss(status("404 Not Found")), Miss::Wrong(Wrong::Status(404)));
    assert_eq!(miss(status("403 Forbidden")), Miss::Wrong(Wrong::Status(403)));
    assert_eq!(miss(status("503 Service Unavailable")), Miss::Later("HTTP 503".to_owned()));
    let said = b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n".to_vec();
    assert_eq!(miss(said), Miss::Wrong(Wrong::TooLarge(1000)), "before a byte of it is read");
    let unsaid = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_slice(), GIF, &[0; 5000]].concat();
    assert_eq!(miss(unsaid), Miss::Wrong(Wrong::TooLarge(1000)));
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nGIF89a".to_vec();
    assert!(matches!(miss(cut), Miss::Later(_)));
    assert!(matches!(pictures(&["127.0.0.1"]).fetch("http://127.0.0.1:9/a.png", false), Err(Miss::Later(_))));
    for address in ["ftp://example.com/a.png", "a.png", "file:///etc/passwd", "data:image/gif;base64,R0lGODlh"] {
        assert_eq!(pictures(&[]).fetch(address, false).unwrap_err(), Miss::Wrong(Wrong::Address), "{address}");
    }
}

#[test]
fn a_private_address_is_out_of_reach_also_behind_a_redirect_or_a_name() {
    let refused = |hosts: &[&str], url: &str| match pictures(hosts).fetch(url, false).unwrap_err() {
        Miss::Wrong(Wrong::Private(host)) => host,
        other => panic!("{url}: {other:?}"),
    };
    assert_eq!(refused(&[], "http://127.0.0.1:9/a.png"), "127.0.0.1");
    assert_eq!(refused(&[], "http://[::1]:9/a.png"), "[::1]");
    assert_eq!(refused(&[], "http://0x7f000001/a.png"), "127.0.0.1", "another spelling");
    assert_eq!(refused(&[], "http://localhost:9/a.png"), "localhost");
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n".to_vec();
    assert_eq!(refused(&["127.0.0.1"], &server(vec![redirect])), "169.254.169.254");
    let to_name = b"HTTP/1.1 302 Found\r\nLocation: http://localhost:9/a.png\r\nContent-Length: 0\r\n\r\n".to_vec();
    let url = server(vec![to_name]);
    match pictures(&[]).fetch(&url, true).unwrap_err() {
        Miss::Wrong(Wrong::Private(host)) => assert_eq!(host, "localhost", "only the address itself is trusted"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_named_host_and_kontor_itself_may_be_private() {
    let url = server(vec![ok(GIF), ok(GIF)]);
    assert!(pictures(&[]).fetch(&url, true).is_ok());
    assert!(pictures(&[url.trim_start_matches("http://")]).fetch(&url, false).is_ok(), "by host and port");
    let next = server(vec![ok(GIF)]);
    let moved = format!("HTTP/1.1 301 Moved\r\nLocation: {next}/b.gif\r\nContent-Length: 0\r\n\r\n").into_bytes();
    assert!(pictures(&["127.0.0.1"]).fetch(&server(vec![moved]), false).is_ok(), "redirects are followed");
    let circle = b"HTTP/1.1 301 Moved\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n".to_vec();
    let url = server(vec![circle; 10]);
    assert_eq!(pictures(&["127.0.0.1"]).fetch(&url, false).unwrap_err(), Miss::Wrong(Wrong::Redirects));
}

/// A server that gives these answers, one per connection, and what it was asked.
fn recorded(answers: Vec<Vec<u8>>) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a.gif", listener.local_addr().unwrap());
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap();
            tell.send(String::from_utf8_lossy(&head[..read]).to_lowercase()).unwrap();
            let _ = stream.write_all(&answer);
        }
    });
    (url, told)
}

fn with(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn digest(fetched: Fetched) -> (bool, String) {
    match fetched {
        Fetched::Same(digest) => (false, digest),
        Fetched::New(picture) => (true, picture.digest),
    }
}

#[test]
fn a_picture_that_has_not_changed_is_not_downloaded_again() {
    let other = [GIF, b"2"].concat();
    let (url, asked) = recorded(vec![
        with("ETag: \"v1\"\r\n", GIF),
        status("304 Not Modified"),
        with("ETag: \"v2\"\r\n", &other),
        with("ETag: \"v2\"\r\n", &other),
    ]);
    let pictures = pictures(&["127.0.0.1"]);
    let ask = || digest(pictures.fetch_if_changed(&url, false).unwrap());
    let (first, again, changed) = (ask(), ask(), ask());
    assert!(first.0 && !again.0 && first.1 == again.1, "the server says that it is the same");
    assert!(changed.0 && changed.1 != first.1, "what changed under the same address comes");
    pictures.fetch(&url, false).unwrap();
    let asked: Vec<bool> = asked.iter().take(4).map(|head| head.contains("if-none-match")).collect();
    assert_eq!(asked, [false, true, true, false], "and who needs the bytes gets them");
}

#[test]
fn only_what_a_server_can_be_relied_on_for_is_asked_again() {
    let time = |modified: &str| format!("Date: Mon, 03 Nov 2025 12:00:30 GMT\r\nLast-Modified: {modified}\r\n");
    for (headers, asks) in [
        (time("Mon, 03 Nov 2025 11:00:00 GMT"), true),
        (time("Mon, 03 Nov 2025 12:00:30 GMT"), false),
        ("Last-Modified: Mon, 03 Nov 2025 11:00:00 GMT\r\n".to_owned(), false),
        (format!("ETag: \"{}\"\r\n", "x".repeat(501)), false),
        (String::new(), false),
    ] {
        let (url, asked) = recorded(vec![with(&headers, GIF), with(&headers, GIF)]);
        let pictures = pictures(&["127.0.0.1"]);
        for _ in 0..2 {
            assert!(digest(pictures.fetch_if_changed(&url, false).unwrap()).0);
        }
        assert_eq!(asked.iter().nth(1).unwrap().contains("if-modified-since"), asks, "{headers}");
    }
}
