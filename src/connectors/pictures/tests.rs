use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener};
use std::time::Duration;

use super::{Bounds, Kind, Miss, Pictures, Wrong, is_public};

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
fn the_kind_is_read_from_the_bytes_and_the_digest_names_the_picture() {
    let url = server(vec![ok(GIF)]);
    let picture = pictures(&["127.0.0.1"]).fetch(&format!("{url}/a.png"), false).unwrap();
    assert_eq!((picture.kind, picture.bytes.as_slice(), picture.digest.len()), (Kind::Gif, GIF, 64));
    for (bytes, kind) in [
        (&b"\x89PNG\r\n\x1a\n"[..], Some(Kind::Png)),
        (b"\xFF\xD8\xFF\xE0", Some(Kind::Jpeg)),
        (b"RIFF\0\0\0\0WEBPVP8 ", Some(Kind::Webp)),
        (b"\0\0\0\x1cftypavif", Some(Kind::Avif)),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ] {
        assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
    }
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

#[test]
fn addresses_of_special_networks_are_not_public() {
    for address in [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "fd00::1",
        "fe80::1",
        "ff02::1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:db8::1",
    ] {
        assert!(!is_public(address.parse::<IpAddr>().unwrap()), "{address}");
    }
    for address in ["93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"] {
        assert!(is_public(address.parse::<IpAddr>().unwrap()), "{address}");
    }
}
