//! How the gateway is reached, and what its clients may cost.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use serde::Deserialize;

#[derive(Debug, Clone)]
pub struct Server {
    pub listen: SocketAddr,
    /// What clients see: scheme, host, port, without a trailing slash. `soap:address` is built from it.
    pub public_url: String,
    /// Threads that serve HTTP.
    pub workers: usize,
    /// Proxies whose header says which address a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    pub proxy_header: ProxyHeader,
}

impl Server {
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }
}

/// Where a proxy says whom it speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyHeader {
    /// RFC 7239.
    Forwarded,
    #[default]
    XForwardedFor,
}

#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a body as sent. Default 64 MiB.
    pub body_bytes: usize,
    /// Bytes of a body after gzip. Default 256 MiB.
    pub inflated_bytes: usize,
    /// Bytes that each byte of a gzip body may inflate to, beyond the first MiB. Default 200.
    pub inflated_ratio: usize,
    /// Bytes of an answer, before it is compressed. Default 128 MiB.
    pub answer_bytes: usize,
    /// Nesting of elements. Default 64.
    pub xml_depth: usize,
    /// Attributes of one element. Default 64.
    pub xml_attributes: usize,
    /// Bytes of a name with its prefix, four times as many for a namespace. Default 256.
    pub xml_name_bytes: usize,
    /// Elements of one document. Default 5 000 000.
    pub xml_elements: usize,
    /// Records of one call, and entries of one list inside a record. Default 100 000.
    pub records: usize,
    /// Seconds a client may take to send its request. Default 60.
    pub request_seconds: u64,
    /// Calls that may be received, carried out and answered at the same time; more are refused. Default 1 000.
    pub waiting_calls: usize,
    /// Bytes that all calls together may take in the memory. Default: a quarter of what the process may use.
    pub memory_bytes: Option<usize>,
    /// In so many seconds a client has to send or to take `slow_bytes`. Default 20.
    pub slow_seconds: u64,
    /// Default 8 KiB.
    pub slow_bytes: usize,
    /// Open connections of clients. Default 2 000.
    pub connections: usize,
}
