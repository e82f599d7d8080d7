//! The sections about the process itself: listener, database, limits, replay, dispatcher.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::Checker;
use crate::config::database::{self, DEFAULT_FILE};
use crate::config::given::Overrides;
use crate::config::raw::{RawCalls, RawDatabase, RawDispatch, RawLimits, RawReplay, RawServer};
use crate::config::{Calls, DEFAULT_LISTEN, Dispatch, Limits, Replay, Server};
use crate::domain::Patience;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

pub(super) fn server(c: &mut Checker<'_>, raw: RawServer, over: &Overrides) -> Server {
    let written = raw.listen.map_or(DEFAULT_LISTEN, |text| {
        text.parse().unwrap_or_else(|_| {
            c.fault("server.listen", format!("\"{text}\" is not an IP address with a port; write one such as 127.0.0.1:8080 or [::]:8080"));
            DEFAULT_LISTEN
        })
    });
    let listen = over.listen.unwrap_or(written);
    let public_url = match raw.public_url {
        Some(text) => {
            if let Err(fault) = absolute_http(&text) {
                c.fault("server.public_url", format!("\"{text}\" {fault}"));
            }
            text
        }
        None if listen.ip().is_unspecified() => {
            // Clients follow soap:address; 0.0.0.0 would send them to themselves.
            c.missing(
                "server.public_url",
                &format!("the address clients use, because they cannot call {listen}; such as https://kontor.example.com"),
            );
            String::new()
        }
        None => format!("http://{listen}"),
    };
    if !listen.ip().is_loopback() && public_url.starts_with("http://") {
        c.warn(
            "server.public_url",
            format!(
                "\"{public_url}\" is not encrypted, and {listen} can be reached from other machines; passwords travel \
                 in clear text. Put a TLS proxy in front and write its https address here"
            ),
        );
    }
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let workers = c.size("server.workers", raw.workers, processors.min(512), 1..=512);
    let trusted_proxies = proxies(c, raw.trusted_proxies.unwrap_or_default());
    let proxy_header = raw.proxy_header.unwrap_or_default();
    if raw.proxy_header.is_some() && trusted_proxies.is_empty() {
        c.warn("server.proxy_header", "is not looked at, because server.trusted_proxies names no proxy; add its address");
    }
    Server { listen, public_url, workers, trusted_proxies, proxy_header }
}

fn proxies(c: &mut Checker<'_>, texts: Vec<String>) -> Vec<IpNet> {
    let path = "server.trusted_proxies";
    let mut networks = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let one = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
        match one.or_else(|_| text.parse::<IpNet>()) {
            Ok(network) => networks.push(network),
            Err(_) => {
                let place = format!("{path}[{}]", index + 1);
                c.fault_at(&place, path, format!("\"{text}\" is no address; write one such as 127.0.0.1, or a network such as 10.0.0.0/8"));
            }
        }
    }
    networks
}

fn absolute_http(text: &str) -> Result<(), String> {
    let example = "write one such as https://kontor.example.com";
    let url = url::Url::parse(text).map_err(|e| format!("is not an absolute address ({e}); {example}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(format!("does not start with http:// or https:// and a host; {example}"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(format!("has more than scheme, host, port and path; {example}"));
    }
    if text.ends_with('/') {
        return Err(format!("ends with a slash; write {}", text.trim_end_matches('/')));
    }
    Ok(())
}

pub(super) fn database(c: &mut Checker<'_>, raw: RawDatabase, over: &Overrides) -> String {
    if let Some(url) = &over.database {
        // Instead of the file's, whose secret may well be missing on this machine.
        return url.clone();
    }
    let given = [raw.url, raw.url_env, raw.url_file];
    let named = given.iter().any(Option::is_some);
    let (url, path) = match c.secret("database", "url", given) {
        Some(found) => found,
        None if named => return String::new(),
        None => (DEFAULT_FILE.to_owned(), "database.url".to_owned()),
    };
    database::address(c.secrets.folder, &url).unwrap_or_else(|fault| {
        c.fault(&path, fault);
        String::new()
    })
}

pub(super) fn patience(c: &mut Checker<'_>, raw: &RawDatabase) -> Patience {
    let d = Patience::default();
    let mut time = |key: &str, value, default: Duration, most| {
        Duration::from_secs(c.number(&format!("database.{key}"), value, default.as_secs(), 1..=most))
    };
    Patience {
        connect: time("connect_seconds", raw.connect_seconds, d.connect, 120),
        lock: time("lock_seconds", raw.lock_seconds, d.lock, 600),
        statement: time("statement_seconds", raw.statement_seconds, d.statement, 3600),
        turn: time("turn_seconds", raw.turn_seconds, d.turn, 3600),
    }
}

const MIB: u64 = 1024 * 1024;

pub(super) fn limits(c: &mut Checker<'_>, raw: RawLimits) -> Limits {
    let d = Limits::default();
    let limits = Limits {
        body_bytes: c.size("limits.body_bytes", raw.body_bytes, d.body_bytes, 65_536..=2047 * MIB),
        inflated_bytes: c.size("limits.inflated_bytes", raw.inflated_bytes, d.inflated_bytes, 65_536..=4095 * MIB),
        inflated_ratio: c.size("limits.inflated_ratio", raw.inflated_ratio, d.inflated_ratio, 20..=1032),
        answer_bytes: c.size("limits.answer_bytes", raw.answer_bytes, d.answer_bytes, 65_536..=2047 * MIB),
        xml_depth: c.size("limits.xml_depth", raw.xml_depth, d.xml_depth, 16..=1024),
        xml_attributes: c.size("limits.xml_attributes", raw.xml_attributes, d.xml_attributes, 8..=4096),
        xml_name_bytes: c.size("limits.xml_name_bytes", raw.xml_name_bytes, d.xml_name_bytes, 64..=65_536),
        xml_elements: c.size("limits.xml_elements", raw.xml_elements, d.xml_elements, 1000..=1_000_000_000),
        records: c.size("limits.records", raw.records, d.records, 1..=10_000_000),
        request_seconds: c.number("limits.request_seconds", raw.request_seconds, d.request_seconds, 1..=3600),
        waiting_calls: c.size("limits.waiting_calls", raw.waiting_calls, d.waiting_calls, 1..=100_000),
        memory_bytes: raw.memory_bytes.map(|bytes| c.size("limits.memory_bytes", Some(bytes), 0, 1_048_576..=1 << 46)),
        slow_seconds: c.number("limits.slow_seconds", raw.slow_seconds, d.slow_seconds, 1..=3600),
        slow_bytes: c.size("limits.slow_bytes", raw.slow_bytes, d.slow_bytes, 1..=1_048_576),
        connections: c.size("limits.connections", raw.connections, d.connections, 1..=1_000_000),
    };
    if limits.inflated_bytes < limits.body_bytes {
        let (inflated, body) = (limits.inflated_bytes, limits.body_bytes);
        // Where only body_bytes is written, the fault belongs there.
        let path = match raw.inflated_bytes {
            Some(_) => "limits.inflated_bytes",
            None => "limits.body_bytes",
        };
        c.fault(path, format!("inflated_bytes ({inflated}) is below body_bytes ({body}); set inflated_bytes to {body} or more"));
    }
    limits
}

pub(super) fn replay(c: &mut Checker<'_>, raw: &RawReplay) -> Replay {
    let d = Replay::default();
    let window = c.number("replay.window_seconds", raw.window_seconds, d.window.as_secs(), 0..=86_400);
    let days = c.number("replay.keyed_days", raw.keyed_days, d.keyed.as_secs() / DAY, 1..=365);
    Replay { window: Duration::from_secs(window), keyed: Duration::from_secs(days * DAY) }
}

pub(super) fn calls(c: &mut Checker<'_>, raw: &RawCalls) -> Calls {
    let d = Calls::default();
    let mut days = |key: &str, value, default: Duration, most| {
        Duration::from_secs(c.number(&format!("calls.{key}"), value, default.as_secs() / DAY, 0..=most) * DAY)
    };
    let (keep, payloads) = (days("keep_days", raw.keep_days, d.keep, 3650), days("payload_days", raw.payload_days, d.payloads, 90));
    if payloads > keep {
        let text = "is longer than calls.keep_days, after which the calls themselves go; set that to as many days, or this to fewer";
        c.fault("calls.payload_days", text);
    }
    Calls {
        keep,
        most: c.size("calls.most", raw.most, d.most, 1_000..=100_000_000),
        payloads,
        payload_bytes: c.size("calls.payload_bytes", raw.payload_bytes, d.payload_bytes, 1_024..=MIB),
    }
}

pub(super) fn dispatch(c: &mut Checker<'_>, raw: RawDispatch) -> Dispatch {
    let d = Dispatch::default();
    let default_wait = u64::try_from(d.wait.as_millis()).unwrap_or(u64::MAX);
    let wait = c.number("dispatch.wait_ms", raw.wait_ms, default_wait, 0..=60_000);
    // `unit` is the seconds in what the key counts.
    let mut time = |key: &str, value, default: Duration, unit: u64, range| {
        let count = c.number(&format!("dispatch.{key}"), value, default.as_secs() / unit, range);
        Duration::from_secs(count * unit)
    };
    Dispatch {
        wait: Duration::from_millis(wait),
        synchronous_wait: time("synchronous_wait_seconds", raw.synchronous_wait_seconds, d.synchronous_wait, 1, 0..=600),
        lease: time("lease_seconds", raw.lease_seconds, d.lease, 1, 5..=3600),
        give_up_after: time("give_up_after_hours", raw.give_up_after_hours, d.give_up_after, HOUR, 1..=8760),
        keep_feeds: time("keep_feeds_days", raw.keep_feeds_days, d.keep_feeds, DAY, 0..=90),
        keep_messages: time("keep_messages_days", raw.keep_messages_days, d.keep_messages, DAY, 1..=3650),
        channel_timeout: time("channel_timeout_seconds", raw.channel_timeout_seconds, d.channel_timeout, 1, 1..=600),
        retry_ladder: raw.retry_ladder_seconds.map_or(d.retry_ladder, |steps| ladder(c, steps)),
        jitter: raw.jitter.map_or(d.jitter, |fraction| jitter(c, fraction)),
    }
}

fn ladder(c: &mut Checker<'_>, steps: Vec<i64>) -> Vec<Duration> {
    let path = "dispatch.retry_ladder_seconds";
    if steps.is_empty() {
        c.fault(path, "the list is empty; write at least one pause in seconds, such as [5, 30, 120]");
    }
    for (index, step) in steps.iter().enumerate().filter(|(_, s)| !(1..=604_800).contains(*s)) {
        let place = format!("{path}[{}]", index + 1);
        c.fault_at(&place, path, format!("{step} is out of range; expected pauses of 1 to 604800 seconds"));
    }
    steps.into_iter().filter_map(|s| u64::try_from(s).ok()).map(Duration::from_secs).collect()
}

fn jitter(c: &mut Checker<'_>, fraction: f64) -> f64 {
    // Written so that NaN, which TOML can say, is refused as well.
    if !(0.0..=1.0).contains(&fraction) {
        c.fault("dispatch.jitter", format!("{fraction} is out of range; expected a fraction from 0 to 1, default 0.2"));
    }
    fraction
}
