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

#[test]
fn a_button_sets_a_fault_for_an_article_that_is_on_sale_and_another_clears_it() {
    let world = World::with_offer("A & B", 3);
    let shown = page(&world);
    let fault =
        "{&quot;refuse&quot;:[{&quot;sku&quot;:&quot;A &amp; B&quot;,&quot;code&quot;:&quot;E1&quot;,&quot;text&quot;:&quot;no&quot;}]}";
    assert!(shown.contains(&format!("name=\"fault\" value=\"{fault}\"")), "{shown}");
    let press = |path: &str, form: &str| {
        let reply = world.reply("POST", &format!("/sandbox/1000{path}"), "", form.as_bytes());
        assert_eq!(reply.seen(), Some("/sandbox/1000"), "{form}");
    };
    press("/faults", "token=x&by=page&fault=%7B%22down%22%3Atrue%7D");
    assert!(page(&world).contains("misbehaving"));
    press("/faults", "token=x&by=page");
    assert!(!page(&world).contains("misbehaving"));
}
