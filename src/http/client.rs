//! The address that a request comes from: that of the connection, or behind a trusted proxy what its header says.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};

use super::reply::header_text;
use crate::config::{ProxyHeader, Server};

/// The client of a request. Anybody may send the headers of a proxy, so they count only where one that is trusted
/// added to them, and only up to the first address that is not trusted, from the right.
pub(super) fn address(peer: Option<SocketAddr>, headers: &HeaderMap, server: &Server) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let header = match server.proxy_header {
        ProxyHeader::Forwarded => "forwarded",
        ProxyHeader::XForwardedFor => "x-forwarded-for",
    };
    behind(peer, &header_text(headers, HeaderName::from_static(header)), server)
}

fn behind(peer: IpAddr, header: &str, server: &Server) -> IpAddr {
    let mut client = peer.to_canonical();
    for hop in header.rsplit(',') {
        if !server.trusts(client) {
            break;
        }
        let node = match server.proxy_header {
            ProxyHeader::Forwarded => forwarded_for(hop),
            ProxyHeader::XForwardedFor => Some(hop),
        };
        // Where a proxy hides the address, the last one that is known stands for it.
        let Some(before) = node.and_then(ip_of) else { break };
        client = before.to_canonical();
    }
    client
}

/// The parameter `for` of one element of `Forwarded` (RFC 7239).
fn forwarded_for(element: &str) -> Option<&str> {
    let parameters = element.split(';').filter_map(|parameter| parameter.split_once('='));
    parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, value)| value).next()
}

/// An address with or without port, quotes and brackets.
fn ip_of(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"').trim();
    let bare = node.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(node, |(inside, _)| inside);
    bare.parse().ok().or_else(|| bare.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::fixture;

    fn seen(trusted: &[&str], proxy_header: ProxyHeader, peer: &str, header: &str) -> String {
        let mut server = fixture::settings().server;
        server.trusted_proxies = trusted.iter().map(|network| network.parse().expect("a network")).collect();
        server.proxy_header = proxy_header;
        behind(peer.parse().expect("an address"), header, &server).to_string()
    }

    #[test]
    fn the_header_counts_only_behind_a_trusted_proxy() {
        let seen = |trusted: &[&str], peer, header| seen(trusted, ProxyHeader::XForwardedFor, peer, header);
        for (trusted, peer, header, client) in [
            (&[][..], "127.0.0.1", "203.0.113.7", "127.0.0.1"),
            (&["127.0.0.1/32"], "127.0.0.1", "203.0.113.7", "203.0.113.7"),
            (&["127.0.0.1/32"], "127.0.0.1", "", "127.0.0.1"),
            (&["127.0.0.1/32"], "198.51.100.1", "203.0.113.7", "198.51.100.1"),
            (&["127.0.0.1/32"], "::ffff:127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
            (&["127.0.0.1/32"], "127.0.0.1", "10.9.9.9, 203.0.113.7", "203.0.113.7"),
            (&["127.0.0.1/32", "10.0.0.0/8"], "127.0.0.1", "192.0.2.1, 203.0.113.7, 10.0.0.5", "203.0.113.7"),
            (&["10.0.0.0/8"], "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            (&["10.0.0.0/8"], "10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
        ] {
            assert_eq!(seen(trusted, peer, header), client, "{peer} with {header:?}");
        }
    }

    #[test]
    fn the_standard_header_is_read_in_all_its_forms() {
        let seen = |header| seen(&["127.0.0.1/32"], ProxyHeader::Forwarded, "127.0.0.1", header);
        for (header, client) in [
            ("for=203.0.113.7", "203.0.113.7"),
            ("proto=https; For=\"203.0.113.7:4711\"; by=10.0.0.1", "203.0.113.7"),
            ("for=192.0.2.1, for=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("for=\"[2001:db8::7]\"", "2001:db8::7"),
            ("for=_hidden", "127.0.0.1"),
            ("by=10.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(seen(header), client, "{header:?}");
        }
    }
}
