//! Outside the demo a sandbox is for administrators, and not for the pages of other sites.

use crate::config::Config;
use crate::world::{Database, World, post_to};

const ORDER: &str = "{\"lines\":[{\"sku\":\"MUG\",\"quantity\":1}]}";

#[test]
fn a_sandbox_outside_the_demo_needs_an_administrator() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    for (path, body) in [("/sandbox/1000/faults", "{}"), ("/sandbox/1000/orders", ORDER)] {
        let reply = post_to(&world.base, path, body, &[("Authorization", "")]).expect("an answer");
        assert_eq!(reply.status, 401, "{path}: {}", reply.body);
        let erp = post_to(&world.base, path, body, &[("Authorization", "Basic ZXJwOmRlbW8=")]).expect("an answer");
        assert_eq!(erp.status, 403, "{path}: {}", erp.body);
    }
    for (headers, status) in [
        (&[][..], 200),
        (&[("Origin", "http://evil.example")], 403),
        (&[("Sec-Fetch-Site", "cross-site")], 403),
        (&[("Sec-Fetch-Site", "same-origin"), ("X-Kontor-Request", "1")], 200),
    ] {
        let reply = post_to(&world.base, "/sandbox/1000/faults", "{}", headers).expect("an answer");
        assert_eq!(reply.status, status, "{headers:?}: {}", reply.body);
    }
    let page = world.get("/sandbox/1000");
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(page.status == 200 && policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
}

#[test]
fn the_demo_shop_is_open_to_those_who_stand_before_it() {
    let world = World::demo(Database::Sqlite);
    assert_eq!(world.get("/sandbox/1000").status, 200);
    let reply = post_to(&world.base, "/sandbox/1000/faults", "{}", &[("Authorization", "")]).expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.body);
    let reply = post_to(&world.base, "/sandbox/1000/faults", "{}", &[("Origin", "http://evil.example")]).expect("an answer");
    assert_eq!(reply.status, 403, "{}", reply.body);
}
