//! Warnings of what strangers know or can find out, and the proxies that are believed.

use super::*;
use crate::config::password;

const OPEN: &str = "0.0.0.0:8080\"\npublic_url = \"https://erp.example.com\"";

fn warnings(text: &str) -> String {
    lines(&try_load(text).unwrap_or_else(|faults| panic!("{}", lines(&faults))).warnings)
}

#[test]
fn a_published_password_and_a_sandbox_are_warned_of_where_others_can_reach_them() {
    assert_eq!(warnings(SOUND), "", "on this machine alone they do no harm");
    let open = warnings(&spoiled("127.0.0.1:8080\"", OPEN));
    for expected in ["users[1].password_hash: \"erp\" has the published password \"demo\"", "accounts[1].connector: account"] {
        assert!(open.contains(expected), "{expected}:\n{open}");
    }
    let own = password::hash("of nobody else").unwrap();
    let text = spoiled("127.0.0.1:8080\"", OPEN)
        .replace("$argon2id$v=19$m=19456,t=2,p=1$mnALCTjaNq+jr2BqxcKxdg$lNr0m6n0rx6titvhqwpJb9Z9TSmuUEwM0gYxcnYiBKM", &own);
    assert!(!warnings(&text).contains("published"));
    let example = password::hash("example").unwrap();
    assert!(warnings(&text.replace(&own, &example)).contains("the published password \"example\""));
}

#[test]
fn a_hash_that_costs_less_than_others_is_warned_of() {
    let cheap = "$argon2id$v=19$m=64,t=1,p=1$c2FsdCBvZiB0aGUgdGVzdA$lNr0m6n0rx6titvhqwpJb9Z9TSmuUEwM0gYxcnYiBKM";
    let second = format!("[[users]]\nname = \"second\"\npassword_hash = \"{cheap}\"\nrole = \"erp\"\n[[mandators]]");
    let warnings = warnings(&SOUND.replacen("[[mandators]]", &second, 1));
    assert!(warnings.contains("users[2].password_hash: the hash of \"second\" is cheaper"), "{warnings}");
    assert_eq!(warnings.lines().count(), 1, "{warnings}");
}

#[test]
fn trusted_proxies_are_addresses_or_networks() {
    let with = |line: &str| SOUND.replacen("[server]\n", &format!("[server]\n{line}\n"), 1);
    let server = settings(&with("trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\", \"::1\"]\nproxy_header = \"forwarded\"")).server;
    assert_eq!(server.proxy_header, ProxyHeader::Forwarded);
    for (address, trusted) in [("127.0.0.1", true), ("127.0.0.2", false), ("10.9.8.7", true), ("::1", true), ("::2", false)] {
        assert_eq!(server.trusts(address.parse().unwrap()), trusted, "{address}");
    }
    let faults = faults(&with("trusted_proxies = [\"proxy.example.com\"]"));
    assert!(faults.contains("server.trusted_proxies: \"proxy.example.com\" is no address"), "{faults}");
    assert!(warnings(&with("proxy_header = \"forwarded\"")).contains("server.proxy_header: is not looked at"));
}
