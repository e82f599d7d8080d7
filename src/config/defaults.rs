//! The numbers that hold where the file names none. kontor.example.toml repeats them, and a test compares.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::{Dispatch, Limits, Replay, SubChannel};

/// Only this machine: whoever opens the gateway to others must say so.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

const MIB: usize = 1024 * 1024;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 64 * MIB,
            inflated_bytes: 256 * MIB,
            inflated_ratio: 200,
            answer_bytes: 128 * MIB,
            xml_depth: 64,
            xml_attributes: 64,
            xml_name_bytes: 256,
            xml_elements: 5_000_000,
            records: 100_000,
            request_seconds: 60,
            waiting_calls: 1000,
            memory_bytes: None,
            slow_seconds: 20,
            slow_bytes: 8192,
            connections: 2000,
        }
    }
}

impl Default for Replay {
    fn default() -> Self {
        Replay { window: Duration::from_secs(600), keyed: Duration::from_secs(7 * DAY) }
    }
}

impl Default for Dispatch {
    fn default() -> Self {
        Dispatch {
            wait: Duration::from_millis(1000),
            synchronous_wait: Duration::from_secs(30),
            lease: Duration::from_secs(30),
            retry_ladder: [5, 30, 120, 600, 1800, HOUR, 3 * HOUR].map(Duration::from_secs).to_vec(),
            jitter: 0.2,
            give_up_after: Duration::from_secs(72 * HOUR),
            keep_messages: Duration::from_secs(30 * DAY),
            keep_feeds: Duration::ZERO,
            channel_timeout: Duration::from_secs(30),
        }
    }
}

impl SubChannel {
    /// The built-in sub channel of orders that an ERP creates itself.
    pub fn phone_sales() -> Self {
        SubChannel { sub_channel_id: super::PHONE_SALES, identifier: "Telefonverkauf".to_owned(), channel: "Manual Sales".to_owned() }
    }
}
