//! A server of pictures: each name is a picture of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

/// One pixel whose colour follows from the name.
pub(crate) fn png(name: &str) -> Vec<u8> {
    let colour = name.bytes().fold([0_u8; 3], |[red, green, blue], byte| [green, blue, red.wrapping_mul(31).wrapping_add(byte)]);
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
    pixels.write_all(&[0, colour[0], colour[1], colour[2]]).unwrap();
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [
        (b"IHDR", [&1_u32.to_be_bytes()[..], &1_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()),
        (b"IDAT", pixels.finish().unwrap()),
        (b"IEND", Vec::new()),
    ] {
        let body = [&kind[..], &data].concat();
        let mut sum = Crc::new();
        sum.update(&body);
        picture.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        picture.extend(&body);
        picture.extend(sum.sum().to_be_bytes());
    }
    picture
}

/// Serves `/{name}.png` until the test ends.
pub(crate) fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(stream).ok();
        }
    });
    address
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = [0; 8192];
    let read = stream.read(&mut request)?;
    let line = String::from_utf8_lossy(&request[..read]).into_owned();
    let name = line.split(['/', '.']).nth(1).unwrap_or_default().to_owned();
    let picture = png(&name);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", picture.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(&picture)
}
