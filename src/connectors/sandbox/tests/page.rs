//! What the shop's page says.

use super::World;

fn page(world: &World) -> String {
    String::from_utf8(world.reply("GET", "/sandbox/1000", "", b"").body).unwrap()
}

#[test]
fn the_page_names_the_faults_in_force_and_what_the_shop_lacks() {
    let world = World::new("lacks = [\"renames\", \"pictures\"]");
    let calm = page(&world);
    assert!(!calm.contains("misbehaving on purpose") && calm.contains("pictures, renames"), "{calm}");
    assert!(calm.contains("clock_off_seconds") && calm.contains("change_between_pages"), "the list of all faults");
    for fault in [r#"{"ignore":[{"sku":"A<B"}]}"#, r#"{"tasks":{"polls":2}}"#, r#"{"clock_off_seconds":300}"#] {
        assert_eq!(world.ask("POST", "/faults", fault).0, 200);
    }
    let warned = page(&world);
    for said in ["misbehaving on purpose", "<code>ignore</code>", "A&lt;B", "<code>tasks</code>", "<code>clock_off_seconds</code> 300"] {
        assert!(warned.contains(said), "{said}: {warned}");
    }
    assert_eq!(world.ask("DELETE", "/faults", "").0, 200);
    assert!(!page(&world).contains("misbehaving"));
}
