//! What reading costs: nobody makes the gateway do more than his bytes are worth, least of all without an account.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use kontor::operations::Face;

use crate::config::Config;
use crate::erp::Erp;
use crate::raw::Line;
use crate::world::{Database, Reply, World, typed_envelope};

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const ZIPPED: (&str, &str) = ("Content-Encoding", "gzip");
const NOBODY: (&str, &str) = ("Authorization", "");

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An envelope with a token, `more` beside it in the Header, and `behind` instead of what follows the Header.
fn with_token(password: &str, more: &str, behind: Option<&str>) -> String {
    let token = format!(
        "<soap:Header><o:Security xmlns:o=\"{WSSE}\"><o:UsernameToken><o:Username>token</o:Username><o:Password>{password}</o:Password></o:UsernameToken></o:Security>{more}</soap:Header>"
    );
    let whole = typed_envelope("fetchMandators", "").replace("<soap:Body>", &format!("{token}<soap:Body>"));
    match behind {
        Some(behind) => format!("{}</soap:Header>{behind}", whole.split_once("</soap:Header>").unwrap().0),
        None => whole,
    }
}

fn world() -> World {
    let limits = "body_bytes = 1000000\ninflated_bytes = 2000000";
    World::configured(Database::Sqlite, &Config { limits, ..Config::default() }.text())
}

fn code(reply: &Reply) -> String {
    let (_, rest) = reply.body.split_once("KONTOR-").unwrap_or_else(|| panic!("{}: {}", reply.status, reply.body));
    rest.chars().take(4).collect()
}

#[test]
fn nothing_behind_the_header_is_read_before_the_sender_is_known() {
    let world = world();
    let post = |body: Vec<u8>, headers: &[(&str, &str)]| world.post_bytes("/ws/v1", body, &[&[NOBODY], headers].concat());
    // What is broken behind the Header is found only by those who may send something.
    for (password, expected) in [("wrong", "1011"), ("demo", "2001")] {
        let broken = with_token(password, "", Some("<soap:Body><<<"));
        assert_eq!(code(&post(broken.clone().into_bytes(), &[])), expected);
        assert_eq!(code(&post(zip(broken.as_bytes()), &[ZIPPED])), expected);
    }
    // So is a gzip stream that goes wrong, and one that inflates to more than it is worth.
    for (password, expected) in [("wrong", "1011"), ("demo", "1008")] {
        let far = format!("{}{}", with_token(password, "", Some("<soap:Body>")), " ".repeat(100_000));
        let broken = [zip(far.as_bytes()), b"no member".to_vec()].concat();
        assert_eq!(code(&post(broken, &[ZIPPED])), expected);
    }
    for (password, expected) in [("wrong", "1011"), ("demo", "1023")] {
        let mut bomb = with_token(password, "", Some("<soap:Body>")).into_bytes();
        bomb.resize(3_000_000, b' ');
        assert_eq!(code(&post(zip(&bomb), &[ZIPPED])), expected);
    }
    assert_eq!(post(with_token("demo", "", None).into_bytes(), &[]).status, 200);
    assert_eq!(post(zip(with_token("demo", "", None).as_bytes()), &[ZIPPED]).status, 200);
}

#[test]
fn a_header_has_to_end_within_64_kib() {
    let world = world();
    let post = |body: &str, zipped: bool| match zipped {
        true => world.post_bytes("/ws/v1", zip(body.as_bytes()), &[NOBODY, ZIPPED]),
        false => world.post("/ws/v1", body, &[NOBODY]),
    };
    for zipped in [false, true] {
        for filling in [" ", "<a/>", "<!-- -->", "x"] {
            let long = with_token("demo", &filling.repeat(70_000 / filling.len()), None);
            let reply = post(&long, zipped);
            assert_eq!(code(&reply), "1013", "{}", reply.body);
            assert!(reply.body.contains("65536 bytes"), "{}", reply.body);
            let fits = with_token("demo", &filling.repeat(60_000 / filling.len()), None);
            assert_eq!(post(&fits, zipped).status, 200, "{filling:?}");
        }
    }
}

#[test]
fn a_message_that_comes_in_small_pieces_is_read_like_any_other() {
    let world = world();
    let body = with_token("demo", &" ".repeat(9_000), None);
    let head =
        format!("POST /ws/v1 HTTP/1.1\r\nHost: kontor\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut line = Line::open(&world);
    line.send(head.as_bytes());
    for piece in body.as_bytes().chunks(700) {
        line.send(piece);
    }
    assert_eq!(line.answer().status, 200);
    // The connection goes on, after a refusal too.
    let wrong = body.replace("demo", "nope");
    line.send(head.as_bytes());
    line.send(wrong.as_bytes());
    assert_eq!(code(&line.answer()), "1011");
    line.send(head.as_bytes());
    line.send(body.as_bytes());
    assert_eq!(line.answer().status, 200);
}

#[test]
fn a_gzip_body_of_very_many_members_is_refused() {
    let world = World::demo(Database::Sqlite);
    let erp = Erp::on(&world, Face::Typed);
    let document = erp.document("fetchMandators", "", "");
    let members = |count: usize| [zip(b"").repeat(count), zip(document.as_bytes())].concat();
    assert_eq!(world.post_bytes(erp.path(), members(4_000), &[ZIPPED]).status, 200);
    let refused = world.post_bytes(erp.path(), members(100_000), &[ZIPPED]);
    assert_eq!(code(&refused), "1008");
    assert!(refused.body.contains("more than 4096 members"), "{}", refused.body);
}

/// A document with ten thousand stock records.
fn ten_thousand(erp: &Erp<'_>, face: Face) -> String {
    let one = erp.stock_document("G-1", 777, true);
    let (from, to) = match face {
        Face::Compat => ("&lt;item ", "&lt;/request"),
        Face::Typed => ("<item>", "</items>"),
    };
    let (start, end) = (one.find(from).unwrap(), one.rfind(to).unwrap());
    let records: String = (0..10_000).map(|number| one[start..end].replace("777", &(number % 500).to_string())).collect();
    format!("{}{records}{}", &one[..start], &one[end..])
}

#[test]
fn ten_thousand_records_that_compress_well_are_taken() {
    let world = World::demo(Database::Sqlite);
    for face in [Face::Compat, Face::Typed] {
        let erp = Erp::on(&world, face);
        erp.item("G-1", "Mug");
        let many = ten_thousand(&erp, face);
        let zipped = zip(many.as_bytes());
        assert!(many.len() / zipped.len() > 50, "{} times", many.len() / zipped.len());
        let reply = world.post_bytes(erp.path(), zipped, &[ZIPPED]);
        assert!(reply.status == 200 && erp.accepted(&reply), "{:.500}", reply.body);
        assert_eq!(erp.read(&reply).having("return_code").len(), 10_000);
    }
}

/// What compresses a thousand times is no document of an ERP. Who sends it all the same learns from the text how it is taken.
#[test]
fn gzip_that_inflates_to_more_than_it_is_worth_is_refused_and_taken_without_gzip() {
    let world = World::demo(Database::Sqlite);
    for face in [Face::Compat, Face::Typed] {
        let erp = Erp::on(&world, face);
        erp.item("G-1", "Mug");
        let blanks = format!("<soap:Body>{}", " ".repeat(3_000_000));
        let hollow = erp.stock_document("G-1", 5, true).replace("<soap:Body>", &blanks);
        let refused = world.post_bytes(erp.path(), zip(hollow.as_bytes()), &[ZIPPED]);
        assert!(refused.status == 413 && code(&refused) == "1023", "{:.500}", refused.body);
        for words in ["200 times", "without gzip", "1048576 bytes", "limits.inflated_ratio"] {
            assert!(refused.body.contains(words), "{}", refused.body);
        }
        assert!(erp.accepted(&world.post_bytes(erp.path(), hollow.into_bytes(), &[])));
    }
}

#[test]
fn includes_without_attachments_are_refused_at_the_first() {
    let world = World::demo(Database::Sqlite);
    let attributes: String = (0..60).map(|number| format!(" a{number}=''")).collect();
    let (open, close) = (format!("<n{attributes}>").repeat(50), "</n>".repeat(50));
    let includes = format!("{open}{}{close}", "<x:Include/>".repeat(100_000));
    let envelope =
        typed_envelope("fetchMandators", &includes).replace("<request>", "<request xmlns:x='http://www.w3.org/2004/08/xop/include'>");
    let body = format!("--b\r\nContent-Type: application/xop+xml\r\n\r\n{envelope}\r\n--b--\r\n");
    let reply = world.post_bytes("/ws/v1", zip(body.as_bytes()), &[ZIPPED, ("Content-Type", "multipart/related; boundary=b")]);
    assert_eq!(code(&reply), "1015");
}
