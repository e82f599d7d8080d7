//! `cargo bench --bench hostile`: what hostile input costs the built gateway, in processor time and memory, beside what
//! is promised for it. Each input meets a gateway of its own that has just started.
//!
//! Prints figures; asserts none. docs/RELIABILITY.md says what came out. Needs /proc, so it runs on Linux only.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a bench ends at the first thing that goes wrong"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::blocking::Client;

/// Argon2id of `demo`.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$mnALCTjaNq+jr2BqxcKxdg$lNr0m6n0rx6titvhqwpJb9Z9TSmuUEwM0gYxcnYiBKM";
const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// Who sends.
#[derive(Clone, Copy)]
enum Sender {
    Erp,
    Strict,
    /// Nobody knows him: the message holds what he claims to be.
    Unknown,
}

struct Input {
    name: &'static str,
    sender: Sender,
    path: &'static str,
    media: &'static str,
    zipped: bool,
    body: Vec<u8>,
    /// What it may cost is measured by the bytes that it inflates to: it is gzip of a user who has logged in, and taken.
    inflated: Option<usize>,
}

fn main() {
    // The client of this bench brings no TLS provider. An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    println!("| hostile input | sent | processor time | promised | memory | promised | answer |");
    println!("| --- | --: | --: | --: | --: | --: | --- |");
    for input in inputs() {
        let sent = input.body.len();
        let (millis, kib, answer) = measure(input.sender, &input);
        let counted = input.inflated.unwrap_or(sent) as f64;
        let shown = |bytes: usize| match bytes as f64 / 1e3 {
            kb if kb < 1e3 => format!("{kb:.1} kB"),
            kb => format!("{:.1} MB", kb / 1e3),
        };
        println!(
            "| {} | {}{} | {millis:.0} ms | {:.0} ms | {:.1} MiB | {:.1} MiB | {answer} |",
            input.name,
            shown(sent),
            input.inflated.map(|inflated| format!(" → {}", shown(inflated))).unwrap_or_default(),
            5.0 + counted / 1e4,
            kib as f64 / 1024.0,
            8.0 + 20.0 * counted / f64::from(1 << 20),
        );
    }
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn typed(operation: &str, request: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"{SOAP_11}\"><soap:Body><{operation} xmlns=\"urn:kontor:v1\"><request>{request}</request></{operation}></soap:Body></soap:Envelope>"
    )
}

fn compat(operation: &str, request: &str) -> String {
    let inner = format!("<request>{request}</request>").replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<soap:Envelope xmlns:soap=\"{SOAP_11}\"><soap:Body><{operation} xmlns=\"urn:kontor:connect\"><requestData>{inner}</requestData></{operation}></soap:Body></soap:Envelope>"
    )
}

fn claimed(header: &str, body: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"{SOAP_11}\"><soap:Header><o:Security xmlns:o=\"{WSSE}\"><o:UsernameToken><o:Username>token</o:Username><o:Password>wrong</o:Password></o:UsernameToken></o:Security>{header}</soap:Header>{body}"
    )
}

/// Elements full of attributes inside each other, `inside` in the innermost.
fn wide_and_deep(inside: &str) -> String {
    let attributes: String = (0..60).map(|number| format!(" a{number}=''")).collect();
    format!("{}{inside}{}", format!("<n{attributes}>").repeat(50), "</n>".repeat(50))
}

fn inputs() -> Vec<Input> {
    const MILLION: usize = 1_000_000;
    let text = |name, sender, path, body: String| Input {
        name,
        sender,
        path,
        media: "text/xml",
        zipped: false,
        body: body.into_bytes(),
        inflated: None,
    };
    let gzip = |input: Input| Input { zipped: true, body: zip(&input.body), ..input };
    let taken = |input: Input| Input { inflated: Some(input.body.len()), ..gzip(input) };
    let (v1, connect) = ("/ws/v1", "/ws/connect");
    let headers = format!(
        "<e:Envelope xmlns:e='{SOAP_12}'><e:Header xmlns:x='{}'>{}</e:Header><e:Body/></e:Envelope>",
        "urn:x".repeat(200),
        "<x:a e:mustUnderstand='1'/>".repeat(5_000)
    );
    let includes = wide_and_deep(&"<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include'/>".repeat(MILLION / 5));
    let in_parts = |envelope: &str| format!("--b\r\nContent-Type: application/xop+xml\r\n\r\n{envelope}\r\n--b--\r\n");
    let parts = |input: Input| Input { media: "multipart/related; boundary=b", ..input };
    let items = "<items><odd/>".to_owned() + &"<item/>".repeat(MILLION + MILLION / 2) + "</items>";
    let prefixes: String = (0..60).map(|number| format!(" xmlns:p{number}='u'")).collect();
    let alternating = format!("<r{prefixes}>{}</r>", "<p0:a/><p1:a/>".repeat(MILLION / 2));
    let attributes: String = (0..64).map(|number| format!(" a{number}=''")).collect();
    // An ERP that sets all its stock to zero.
    let stock: String = (0..MILLION / 10)
        .map(|n| {
            format!("<item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><internalItemNumber>A{n}</internalItemNumber><stockItems><item><warehouseCode>standard</warehouseCode><stockCount>0</stockCount><absolute>true</absolute></item></stockItems></item>")
        })
        .collect();
    // Compresses just well enough to be taken.
    let numbered: String = (0..3 * MILLION).map(|n| if n % 180 == 0 { format!("<b{n}/>") } else { "<a/>".to_owned() }).collect();
    vec![
        gzip(text("5 000 unknown header blocks, gzip", Sender::Erp, v1, headers)),
        text("1.5 M empty records beside an odd element", Sender::Erp, v1, typed("updateItems", &items)),
        text("1 M unknown elements, strict user", Sender::Strict, v1, typed("updateItems", &"<unknown/>".repeat(MILLION))),
        text(
            "1 M unknown elements in one record",
            Sender::Erp,
            v1,
            typed("updateItems", &format!("<items><item>{}</item></items>", "<x/>".repeat(MILLION))),
        ),
        text("3 M elements, broken at the end", Sender::Erp, v1, typed("updateItems", &"<a/>".repeat(3 * MILLION)) + "<"),
        text("the same in the compat document", Sender::Erp, connect, compat("updateItems", &("<a/>".repeat(MILLION) + "<"))),
        text("elements with 64 attributes each", Sender::Erp, v1, typed("updateItems", &format!("<a{attributes}/>").repeat(20_000)) + "<"),
        text("changing prefixes", Sender::Erp, v1, typed("updateItems", &alternating) + "<"),
        text("12 M line ends", Sender::Erp, v1, typed("updateItems", &"\n".repeat(12 * MILLION)) + "<"),
        text("3 M character references", Sender::Erp, v1, typed("updateItems", &"&lt;".repeat(3 * MILLION)) + "<"),
        parts(text("200 000 includes below 3 000 attributes", Sender::Erp, v1, in_parts(&typed("updateItems", &includes)))),
        Input { body: zip(b"").repeat(MILLION), ..gzip(text("1 M empty gzip members", Sender::Erp, v1, String::new())) },
        taken(text("100 000 honest stock records, gzip", Sender::Erp, v1, typed("updateStockCount", &format!("<items>{stock}</items>")))),
        taken(text("elements that compress as well as is allowed, gzip", Sender::Erp, v1, typed("updateItems", &numbered))),
        gzip(text("300 MB of blanks, gzip", Sender::Erp, v1, " ".repeat(300 * MILLION))),
        gzip(text("300 MB of blanks in the Header, gzip, unknown sender", Sender::Unknown, v1, claimed(&" ".repeat(300 * MILLION), ""))),
        gzip(parts(text("200 000 includes, gzip, unknown sender", Sender::Unknown, v1, in_parts(&claimed(&includes, ""))))),
        gzip(text("3 M elements behind the Header, gzip, unknown sender", Sender::Unknown, v1, claimed("", &"<a/>".repeat(3 * MILLION)))),
        text("12 MB behind the Header, unknown sender", Sender::Unknown, v1, claimed("", &"<a/>".repeat(3 * MILLION))),
    ]
}

/// Processor time in milliseconds, growth of the memory in KiB, and what was answered.
fn measure(sender: Sender, input: &Input) -> (f64, u64, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = format!("{}\n{}", CONFIG, users());
    let path = folder.path().join("kontor.toml");
    fs::write(&path, config).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.arg("serve").arg("--config").arg(&path).args(["--listen", "127.0.0.1:0"]).current_dir(folder.path());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the gateway starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a log")).lines().map_while(Result::ok);
    let base = lines.find_map(|line| line.split_once("listening on ").map(|(_, base)| base.trim().to_owned())).expect("an address");
    let log = std::thread::spawn(move || lines.for_each(drop));

    let client = Client::builder().timeout(Duration::from_secs(120)).build().expect("a client");
    let send = |input: &Input| {
        let mut request = client.post(format!("{base}{}", input.path)).header("Content-Type", input.media).body(input.body.clone());
        request = match sender {
            Sender::Erp => request.basic_auth("erp", Some("demo")),
            Sender::Strict => request.basic_auth("strict", Some("demo")),
            Sender::Unknown => request,
        };
        if input.zipped {
            request = request.header("Content-Encoding", "gzip");
        }
        request.send().map(|response| (response.status(), response.text().unwrap_or_default()))
    };
    // The password has a limit of its own: its verdict is known before.
    let small = match sender {
        Sender::Unknown => claimed("", "<soap:Body/></soap:Envelope>"),
        _ => typed("fetchMandators", ""),
    };
    let small = Input { name: "", sender, path: "/ws/v1", media: "text/xml", zipped: false, body: small.into_bytes(), inflated: None };
    for _ in 0..3 {
        send(&small).expect("an answer");
    }
    let process = child.id();
    fs::write(format!("/proc/{process}/clear_refs"), "5").expect("the peak is set back");
    let (memory, time) = (status(process, "VmRSS"), processor(process));
    let answer = match send(input) {
        Ok((status, body)) => format!("{}, {}", status.as_u16(), code(&body)),
        Err(_) => "the connection was closed".to_owned(),
    };
    let used = processor(process) - time;
    let grown = status(process, "VmHWM").saturating_sub(memory);
    end(&mut child);
    let _ = log.join();
    (used, grown, answer)
}

fn end(child: &mut Child) {
    child.kill().expect("ended");
    child.wait().expect("ended");
}

/// The first code in an answer.
fn code(body: &str) -> String {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    let fault = body.split_once("KONTOR-").map(|(_, rest)| format!("KONTOR-{}", digits(rest)));
    let report = ["returnCode>-", "return_code=&quot;-"].iter().find_map(|mark| body.split_once(mark));
    fault.or_else(|| report.map(|(_, rest)| format!("-{}", digits(rest)))).unwrap_or_else(|| "good".to_owned())
}

/// KiB of a line in the process's status.
fn status(process: u32, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).expect("a status");
    let line = text.lines().find(|line| line.starts_with(name)).expect("the line");
    line.split_ascii_whitespace().nth(1).and_then(|value| value.parse().ok()).expect("a number")
}

/// Milliseconds that its threads ran.
fn processor(process: u32) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("threads");
    let nanos = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().next()?.parse::<f64>().ok()
    });
    nanos.sum::<f64>() / 1e6
}

const CONFIG: &str = r#"
[server]
public_url = "http://127.0.0.1:0"
workers = 1
[database]
url = "kontor.sqlite"
[[mandators]]
mandator_id = 1
identifier = "First"
language = "en"
time_zone = "Europe/Berlin"
[[warehouses]]
warehouse_id = 1
mandator_id = 1
code = "standard"
[[pricelists]]
mandator_id = 1
identifier = "default"
currency = "EUR"
"#;

fn users() -> String {
    let user = |name: &str, more: &str| format!("[[users]]\nname = \"{name}\"\npassword_hash = \"{HASH}\"\nrole = \"erp\"\n{more}\n");
    [user("erp", ""), user("strict", "strict = true"), user("token", "ws_security = \"text\"")].concat()
}
