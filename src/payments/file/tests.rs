use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Cursor, bounded, read};

const V08: &[u8] = include_bytes!("../../../tests/data/payments/camt-v08.xml");
const STA: &[u8] = include_bytes!("../../../tests/data/payments/dk-structured.sta");

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn archives_are_recognised_by_their_content_and_read_to_a_depth() {
    let both = zipped(&[("a.bin", V08), ("b", STA)]);
    assert_eq!(read(&both).unwrap().len(), 3);
    assert_eq!(read(&gzipped(V08)).unwrap().len(), 2);
    let nested = zipped(&[("inner.zip", &both)]);
    assert_eq!(read(&nested).unwrap().len(), 3);
    let fault = read(&zipped(&[("outer.zip", &nested)])).unwrap_err();
    assert!(fault.text.contains("archives in each other"), "{fault}");
    let fault = read(&zipped(&[("good.xml", V08), ("bad.txt", b"hello")])).unwrap_err();
    assert!(fault.text.starts_with("bad.txt: not a known format"), "{fault}");
}

#[test]
fn an_archive_is_not_unpacked_beyond_its_room() {
    let bomb = gzipped(&vec![b' '; 100_000]);
    let mut room = 50_000;
    assert!(bounded(flate2::read::MultiGzDecoder::new(&bomb[..]), &mut room).unwrap_err().text.contains("unpacks to more"));
    let mut room = 100_000;
    assert_eq!(bounded(flate2::read::MultiGzDecoder::new(&bomb[..]), &mut room).unwrap().len(), 100_000);
    assert!(read(&bomb[..bomb.len() / 2]).is_err(), "cut off");
}

#[test]
fn characters_are_those_of_the_mark_then_of_the_declaration_then_what_the_bytes_are() {
    let text = String::from_utf8(V08.to_vec()).unwrap();
    let name = |bytes: &[u8]| read(bytes).unwrap()[0].entries[0].depositor.clone().unwrap();
    assert_eq!(name(V08), "Muster & Söhne KG");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(name(&utf16), "Muster & Söhne KG", "a mark wins over the declaration");
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(name(&latin), "Muster & Söhne KG", "declared as UTF-8, but it is not");
    let declared =
        [text.replace("\"UTF-8\"", "\"iso-8859-1\"").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>()].concat();
    assert_eq!(name(&declared), "Muster & Söhne KG");
    let old: Vec<u8> = String::from_utf8(STA.to_vec())
        .unwrap()
        .replace("JOER\r\nG", "J\u{f6}R\r\nG")
        .replace("JOER\nG", "J\u{f6}R\nG")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    assert!(name(&old).starts_with("JöRG"), "{}", name(&old));
}

#[test]
fn what_is_no_statement_is_refused() {
    for bytes in [&b""[..], b"hello", b"<a/>", b"{}", b"PK\x03\x04", b"\x1f\x8b", b"\"RH\",1", b"Date,Transaction ID", b"\xff\xfe\x00"] {
        assert!(read(bytes).is_err(), "{bytes:?}");
    }
}
