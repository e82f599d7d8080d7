//! The console from outside, as a browser uses it: cookies, forms, links.

use serde_json::json;

use crate::config::Config;
use crate::erp::{Erp, everywhere};
use crate::raw::Line;
use crate::words::ACCOUNT;
use crate::world::{Database, Reply, World, databases, eventually};
use kontor::operations::Face;

/// Somebody with a browser.
struct Person<'w> {
    world: &'w World,
    cookie: String,
}

/// What a form sends, as a browser encodes it.
fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The value of a hidden field, in the first form that has it.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let start = format!("name=\"{name}\" value=\"");
    page.split_once(&start).and_then(|(_, rest)| rest.split_once('"')).map_or_else(|| panic!("no {name} in {page}"), |(value, _)| value)
}

impl<'w> Person<'w> {
    fn logged_in(world: &'w World, user: &str) -> Person<'w> {
        let mut person = Person { world, cookie: String::new() };
        let reply = person.ask("POST", "/console/login", Some(&encoded(&[("user", user), ("password", "demo"), ("next", "/stuck")])), "");
        assert_eq!((reply.status, reply.header("location")), (303, Some("/console/stuck")), "{}", reply.body);
        let cookie = reply.header("set-cookie").expect("a session");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/console"), "{cookie}");
        person.cookie = cookie.split(';').next().expect("a cookie").to_owned();
        person
    }

    fn ask(&self, method: &str, path: &str, form: Option<&str>, more: &str) -> Reply {
        let mut line = Line::open(self.world);
        let cookie = if self.cookie.is_empty() { String::new() } else { format!("Cookie: {}\r\n", self.cookie) };
        let body = form.unwrap_or_default();
        let kind = if form.is_some() { "Content-Type: application/x-www-form-urlencoded\r\n" } else { "" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: kontor\r\nConnection: close\r\n{cookie}{kind}{more}Content-Length: {}\r\n\r\n",
            body.len()
        );
        line.send(format!("{head}{body}").as_bytes());
        let mut reply = line.answer();
        reply.body = reply.body.replace("&#x2f;", "/");
        reply
    }

    /// A page that is there.
    fn page(&self, path: &str) -> String {
        let reply = self.ask("GET", &format!("/console{path}"), None, "");
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        assert!(reply.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
        reply.body
    }

    /// Sends a form of a page, and follows to where it leads.
    fn act(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> String {
        self.act_once(page, hidden(page, "once"), action, fields)
    }

    fn act_once(&self, page: &str, once: &str, action: &str, fields: &[(&str, &str)]) -> String {
        let own = [("token", hidden(page, "token")), ("once", once)];
        let form = encoded(&own.iter().chain(fields).copied().collect::<Vec<_>>());
        let reply = self.ask("POST", &format!("/console/do/{action}"), Some(&form), "Sec-Fetch-Site: same-origin\r\n");
        assert_eq!(reply.status, 303, "{action}: {}", reply.body);
        let next = reply.header("location").and_then(|next| next.strip_prefix("/console")).expect("a way back").to_owned();
        self.page(&next)
    }
}

#[test]
fn who_is_not_logged_in_sees_the_login_and_a_wrong_password_says_so() {
    for database in databases() {
        let world = World::demo(database);
        let stranger = Person { world: &world, cookie: String::new() };
        let reply = stranger.ask("GET", "/console/orders", None, "");
        assert_eq!((reply.status, reply.header("location")), (303, Some("/console/login?next=%2Forders")));
        assert!(stranger.page("/login?next=/orders").contains("value=\"/orders\""));
        assert_eq!(stranger.ask("GET", "/console/style.css", None, "").status, 200);
        let wrong = stranger.ask("POST", "/console/login", Some("user=admin&password=wrong"), "");
        assert!(wrong.status == 403 && wrong.header("set-cookie").is_none() && wrong.body.contains("role=\"alert\""), "{}", wrong.body);
        // What failed is kept, but no name that nobody has: it may be a password.
        stranger.ask("POST", "/console/login", Some("user=s3cret&password=wrong"), "");
        let audit = Person::logged_in(&world, "admin").page("/audit");
        assert!(audit.contains("not done. unauthenticated") && audit.contains("unknown user") && !audit.contains("s3cret"), "{audit}");
        // Another site's form does not log a browser in.
        let foreign = stranger.ask("POST", "/console/login", Some("user=admin&password=demo"), "Sec-Fetch-Site: cross-site\r\n");
        assert_eq!(foreign.status, 403, "{}", foreign.body);
        let made_up = Person { world: &world, cookie: "kontor_session=made-up".to_owned() };
        assert_eq!(made_up.ask("GET", "/console", None, "").status, 303);
    }
}

#[test]
fn an_order_is_found_shipped_and_its_history_read() {
    for database in databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Typed);
        erp.list("MUG &amp; CO", "9.90", 5);
        world.sandbox("/orders", &json!({"lines": [{"sku": "MUG & CO", "quantity": 2}], "paid": true}));
        erp.sync();
        let order = erp.all_orders().pop().expect("an order");
        let person = Person::logged_in(&world, "admin");
        let found = person.ask("GET", &format!("/console/find?{}", encoded(&[("q", order.marketplace_order_id.as_str())])), None, "");
        let place = format!("/orders/{}", order.order_id);
        assert_eq!(found.header("location"), Some(format!("/console{place}").as_str()), "{}", found.body);
        let page = person.page(&place);
        assert!(page.contains("MUG &amp; CO") && page.contains("Collected by Kontor"), "{page}");
        let id = order.order_id.to_string();
        let fields = [("order", id.as_str()), ("mandator", "1"), ("back", place.as_str()), ("carrier", "DHL"), ("tracking", "JJD1")];
        let after = person.act(&page, "shipped", &fields);
        assert!(after.contains("notice good") && after.contains("JJD1"), "{after}");
        // A person did it, so the ERP still has to fetch it.
        assert!(after.contains("not fetched by the ERP yet") && after.contains("admin, in the console"), "{after}");
        assert!(!after.contains("Fetched by the ERP") && !erp.order(order.order_id).exported, "{after}");
        // The same form again, as a double click sends it: one package.
        person.act(&page, "shipped", &fields);
        let again = person.page(&place);
        assert_eq!(again.matches("<li>DHL JJD1").count(), 1, "{again}");
        eventually("the shop knows", || {
            let shown = world.sandbox_get("/orders").to_string();
            if shown.contains("JJD1") { Ok(()) } else { Err(shown) }
        });
        // What does not work is said, and kept like what does.
        let nothing_open = [("order", id.as_str()), ("mandator", "1"), ("back", place.as_str())];
        let refused = person.act_once(&page, "another", "canceled", &nothing_open);
        let audit = person.page("/audit");
        assert!(
            refused.contains("notice bad") && !audit.contains("notice") && audit.matches(">Ship what is open<").count() == 2,
            "{refused}{audit}"
        );
        let item = person.page(&format!("/items/{}", erp_item(&person, "MUG & CO")));
        assert!(item.contains("9.90") && item.contains("Reserved"), "{item}");
    }
}

/// The number of an article, as the search finds it.
fn erp_item(person: &Person<'_>, number: &str) -> String {
    let found = person.ask("GET", &format!("/console/find?{}", encoded(&[("q", number)])), None, "");
    found.header("location").and_then(|place| place.strip_prefix("/console/items/")).map_or_else(|| panic!("{}", found.body), str::to_owned)
}

#[test]
fn what_is_stuck_is_grouped_with_its_remedy_and_goes_again_by_a_button() {
    for database in databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Typed);
        for number in ["A", "B"] {
            erp.list(number, "9.90", 5);
        }
        let refusals: Vec<_> = ["A", "B"].map(|sku| json!({"sku": sku, "code": "PRICE_BAND", "text": "too <dear>"})).into();
        world.sandbox("/faults", &json!({ "refuse": refusals }));
        erp.price("A", "99.00");
        erp.price("B", "99.00");
        let person = Person::logged_in(&world, "admin");
        let page = eventually("two parked changes", || {
            let page = person.page("/stuck");
            if page.contains("2 × PRICE_BAND") { Ok(page) } else { Err(page) }
        });
        assert!(page.contains("too &lt;dear&gt;") && !page.contains("<dear>"), "{page}");
        world.sandbox("/faults", &json!({ "refuse": [] }));
        let account = ACCOUNT.to_string();
        let after = person.act(&page, "retry", &[("account", &account), ("changes", hidden(&page, "changes")), ("back", "/stuck")]);
        assert!(after.contains("notice good"), "{after}");
        eventually("nothing is stuck", || {
            let page = person.page("/stuck");
            if page.contains("Nothing is stuck") { Ok(()) } else { Err(page) }
        });
    }
}

#[test]
fn a_form_without_its_token_or_of_another_site_does_nothing() {
    for database in databases() {
        let world = World::demo(database);
        let person = Person::logged_in(&world, "admin");
        let fields = format!("account={ACCOUNT}");
        let without = person.ask("POST", "/console/do/poll", Some(&fields), "");
        assert_eq!((without.status, without.header("location")), (303, Some("/console?old_form=1")));
        assert!(person.page("?old_form=1").contains("Nothing was done"));
        let page = person.page("");
        let token = hidden(&page, "token");
        let foreign = person.ask("POST", "/console/do/poll", Some(&format!("{fields}&token={token}")), "Origin: https://evil.example\r\n");
        assert_eq!(foreign.status, 403);
        assert!(!person.page("/audit").contains("Collect orders now"), "nothing was done");
        person.ask("POST", "/console/logout", Some(""), "");
        assert_eq!(person.ask("GET", "/console", None, "").status, 200, "a form without its token ends no session");
        person.ask("POST", "/console/logout", Some(&encoded(&[("token", token)])), "");
        assert_eq!(person.ask("GET", "/console", None, "").status, 303, "the session has ended");
    }
}

#[test]
fn a_user_sees_what_he_may_see_and_does_what_he_may_do() {
    for database in databases() {
        let world = World::configured(database, &Config::default().text());
        let erp = Person::logged_in(&world, "erp");
        for path in ["/audit", "/settings", "/calls", "/calls/1"] {
            assert_eq!(erp.ask("GET", &format!("/console{path}"), None, "").status, 403, "{path}");
        }
        assert_eq!(erp.ask("GET", "/console/orders/99", None, "").status, 404);
        assert_eq!(erp.ask("GET", "/console/orders/x", None, "").status, 404);
        for path in [
            "",
            "/find",
            "/find?q=nothing",
            "/stuck",
            "/orders",
            "/orders?show=open",
            "/orders?show=not_fetched&page=7",
            "/items",
            "/offers",
            "/offers?show=running&account=1000",
            "/messages",
        ] {
            erp.page(path);
        }
        let admin = Person::logged_in(&world, "admin");
        let settings = admin.page("/settings");
        assert!(settings.contains("sandbox") && !settings.contains("$argon2"), "{settings}");
        let german = admin.ask("GET", "/console?days=7&language=de", None, "");
        assert_eq!(german.header("location"), Some("/console?days=7"));
        assert!(german.status == 303 && german.header("set-cookie").is_some_and(|cookie| cookie.starts_with("kontor_language=de")));
        let person = Person { world: &world, cookie: format!("{}; kontor_language=de", admin.cookie) };
        assert!(person.page("").contains("Alles in Ordnung") || person.page("").contains("Aufmerksamkeit"));
    }
}

#[test]
fn a_link_from_the_erp_opens_its_page_once_and_only_to_read() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 5);
        let item = "<mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number>";
        let answer = erp.ask("openItemOnClient", item);
        let url = answer.having("url").first().map(|result| result.must("url").to_owned()).expect("a link");
        assert!(answer.having("valid_until").len() == 1);
        let link = url.find("/console/link/").map(|start| url[start..].to_owned()).unwrap_or_else(|| panic!("{url}"));
        let stranger = Person { world: &world, cookie: String::new() };
        // Who only looks whether it is there does not use it up.
        for (method, status) in [("HEAD", 200), ("OPTIONS", 405), ("POST", 405)] {
            assert_eq!(stranger.ask(method, &link, None, "").status, status, "{method}");
        }
        let opened = stranger.ask("GET", &link, None, "Sec-Fetch-Site: cross-site\r\n");
        assert!(opened.status == 200 && opened.body.contains("url=/console/items/"), "{}", opened.body);
        let cookie = opened.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned();
        let reader = Person { world: &world, cookie };
        let place = opened.body.split_once("url=/console").and_then(|(_, rest)| rest.split_once('"')).expect("a page").0;
        let page = reader.page(place);
        assert!(page.contains("MUG") && !page.contains("<form") && !page.contains("/console/offers/"), "{page}");
        // What its user did elsewhere is not for who came by a link.
        let elsewhere = Person::logged_in(&world, "erp").page("?done=1");
        assert!(elsewhere.contains("role=\"status\""), "{elsewhere}");
        assert!(!reader.page(&format!("{place}?done=1")).contains("role=\"status\""));
        // Other pages, and doing something, need a login.
        assert_eq!(reader.ask("GET", "/console/stuck", None, "").status, 403);
        let form = format!("account={ACCOUNT}&token=any");
        assert_ne!(reader.ask("POST", "/console/do/poll", Some(&form), "").status, 200);
        // It opens once; a changed one never.
        assert_eq!(stranger.ask("GET", &link, None, "").status, 410);
        assert_eq!(stranger.ask("GET", &format!("{link}x"), None, "").status, 410);
        // Who is logged in keeps his session.
        let admin = Person::logged_in(&world, "admin");
        let again = erp.ask("openItemOnClient", item);
        let url = again.having("url").first().map(|result| result.must("url").to_owned()).expect("a link");
        let link = url.find("/console/link/").map(|start| url[start..].to_owned()).expect("a link");
        let opened = admin.ask("GET", &link, None, "");
        assert!(opened.status == 200 && opened.header("set-cookie").is_none());
        assert_eq!(admin.page("/audit").matches(">Open a link<").count(), 2, "both are kept");
        assert_eq!(admin.ask("GET", &link, None, "").status, 410, "it opens once");
        // What is not there has no page.
        assert_eq!(erp.codes("openItemOnClient", "<mandator_id>1</mandator_id><internal_item_number>CUP</internal_item_number>"), [-4001]);
        assert_eq!(erp.codes("openOrderOnClient", "<mandator_id>1</mandator_id><order_id>99</order_id>"), [-4008]);
        assert_eq!(erp.codes("openItemOnClient", "<mandator_id>99</mandator_id><item_id>1</item_id>"), [-4005]);
    });
}

#[test]
fn who_may_only_read_sees_no_buttons_and_is_refused() {
    for database in databases() {
        let world = World::configured(database, &Config::default().text());
        let reader = Person::logged_in(&world, "clerk");
        let page = reader.page("");
        assert!(!page.contains("/console/do/"), "{page}");
        let form = encoded(&[("token", hidden(&page, "token")), ("account", &ACCOUNT.to_string())]);
        assert_eq!(reader.ask("POST", "/console/do/poll", Some(&form), "").status, 403);
        let audit = Person::logged_in(&world, "admin").page("/audit");
        assert!(audit.contains(">clerk<") && audit.contains("may not do that"), "{audit}");
    }
}

#[test]
fn an_offer_has_its_page_also_for_who_sees_two_mandators_and_an_order_has_one_form_per_action() {
    let config = Config { dispatch: "keep_feeds_days = 1", ..Config::default() }.text();
    for database in databases() {
        let world = World::configured(database, &config);
        let erp = Erp::on(&world, Face::Typed);
        let offer_id = erp.list("MUG", "9.90", 9);
        let admin = Person::logged_in(&world, "admin");
        assert!(admin.page(&format!("/offers/{offer_id}")).contains("Calls to the channel"));
        assert!(admin.page("/offers?account=1000").contains("MUG"));
        world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 1}]}));
        erp.sync();
        let order = erp.all_orders().pop().expect("an order");
        let (id, place) = (order.order_id.to_string(), format!("/orders/{}", order.order_id));
        let page = admin.page(&place);
        let fields = [("order", id.as_str()), ("mandator", "1"), ("back", place.as_str())];
        for action in ["acknowledged", "paid", "canceled"] {
            let after = admin.act(&page, action, &fields);
            assert!(after.contains("notice good"), "{action}: {after}");
        }
    }
}

#[test]
fn an_administrator_reloads_the_configuration_and_sees_what_the_check_says() {
    let world = World::configured(databases()[0], &Config::default().text());
    let person = Person::logged_in(&world, "admin");
    let page = person.page("/settings");
    assert!(page.contains("has no faults"), "{page}");
    let path = world.folder().join("kontor.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, good.replace("connector = \"sandbox\"", "connector = \"sandbx\"")).unwrap();
    let faulty = person.page("/settings");
    assert!(faulty.contains("has faults") && faulty.contains("sandbx") && !faulty.contains("/do/reload"), "{faulty}");
    // The button of the page before the fault: it is refused, and says why.
    let refused = person.act(&page, "reload", &[("back", "/settings")]);
    assert!(refused.contains("notice bad") && refused.contains("sandbx"), "{refused}");
    std::fs::write(&path, good.replace("identifier = \"Sandbox\"", "identifier = \"Renamed shop\"")).unwrap();
    let page = person.page("/settings");
    let done = person.act(&page, "reload", &[("back", "/settings")]);
    assert!(done.contains("notice good") && done.contains("Renamed shop"), "{done}");
}

#[test]
fn the_journal_says_who_called_what_and_a_kept_call_can_be_rehearsed() {
    for database in databases() {
        // The demo keeps what was said.
        let world = World::demo(database);
        let item = "<request method=\"updateItems\" version=\"1.0.0\"><item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id>\
                    <identifier>Mug</identifier><internal_item_number>MUG</internal_item_number><tax_type_id>3</tax_type_id></item>\
                    <item><mandator_id>1</mandator_id><internal_item_number>BOWL</internal_item_number></item></request>";
        world.connect("updateItems", item);
        world.typed("fetchMandators", "");
        let wrong = crate::world::post_to(&world.base, "/ws/v1", "<x/>", &[("Authorization", "Basic ZXJwOm5vcGU=")]);
        assert_eq!(wrong.expect("an answer").status, 401);
        let admin = Person::logged_in(&world, "admin");
        let list = eventually("both calls in the journal", || {
            let list = admin.page("/calls");
            if list.contains(">updateItems</td>") && list.contains(">fetchMandators</td>") { Ok(list) } else { Err(list) }
        });
        assert_eq!(list.matches("href=\"/console/calls/").count(), 2, "who is not known is not in it: {list}");
        let failed = admin.page("/calls?failed=1&user=erp");
        assert!(failed.contains(">updateItems</td>") && !failed.contains(">fetchMandators</td>"), "{failed}");
        assert!(!admin.page("/calls?from=2020-01-01T02:13").contains("/console/calls/"), "only ten minutes");
        assert!(admin.page("/calls?from=2020-01-01T02:13&until=2100-01-01T00:00").contains(">updateItems</td>"));
        let (_, rest) = failed.split_once("href=\"/console/calls/").expect("a call");
        let id = rest.split_once('"').expect("its number").0.to_owned();
        let call = admin.page(&format!("/calls/{id}"));
        assert!(call.contains("&lt;internal_item_number&gt;MUG&lt;") && call.contains("return_code=&quot;-3001&quot;"), "{call}");

        let form = encoded(&[("token", hidden(&call, "token")), ("once", hidden(&call, "once")), ("call", &id)]);
        let rehearsed = admin.ask("POST", "/console/do/rehearse", Some(&form), "Sec-Fetch-Site: same-origin\r\n");
        assert_eq!(rehearsed.status, 200, "{}", rehearsed.body);
        // The article is there now, so it would be changed.
        assert!(
            rehearsed.body.contains("dry_run=&quot;true&quot;") && rehearsed.body.contains("action=&quot;update&quot;"),
            "{}",
            rehearsed.body
        );
        assert!(admin.page("/audit").contains("Rehearse"));
        let page = admin.page("/calls");
        assert_eq!(page.matches("href=\"/console/calls/").count(), 2, "a rehearsal is no call: {page}");
    }
}

#[test]
fn without_payloads_the_journal_has_calls_only() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    world.connect("echo", "<request method=\"echo\"><text>s3cret</text></request>");
    let admin = Person::logged_in(&world, "admin");
    let list = eventually("the call", || {
        let list = admin.page("/calls");
        if list.contains(">echo</td>") { Ok(list) } else { Err(list) }
    });
    let id = list.split_once("href=\"/console/calls/").and_then(|(_, rest)| rest.split_once('"')).expect("a call").0;
    let call = admin.page(&format!("/calls/{id}"));
    assert!(call.contains("calls.payload_days") && !call.contains("s3cret") && !call.contains("/do/rehearse"), "{call}");
}

#[test]
fn the_tour_goes_from_an_empty_shop_to_a_shipped_order() {
    for database in databases() {
        let world = World::demo(database);
        let visitor = Person { world: &world, cookie: String::new() };
        let tour = || {
            let reply = visitor.ask("GET", "/", None, "");
            assert_eq!(reply.status, 200, "{}", reply.body);
            reply.body
        };
        let press = |page: &str, step: &str, more: &[(&str, &str)]| {
            let own = [("token", hidden(page, "token")), ("once", hidden(page, "once"))];
            let form = encoded(&own.iter().chain(more).copied().collect::<Vec<_>>());
            let reply = visitor.ask("POST", &format!("/tour/{step}"), Some(&form), "Sec-Fetch-Site: same-origin\r\n");
            assert_eq!(reply.status, 303, "{step}: {}", reply.body);
            let page = visitor.ask("GET", reply.header("location").expect("a way back"), None, "").body;
            assert!(page.contains("notice good"), "{step}: {page}");
        };
        let page = tour();
        assert!(page.contains("Load the sample catalogue") && !page.contains("Ship what is open</button>"), "{page}");
        press(&page, "load", &[]);
        let shop = eventually("a hundred offers with pictures in the shop", || {
            let shop = world.get("/sandbox/1000").body;
            if shop.matches("<img src=\"/images/").count() == 100 { Ok(shop) } else { Err(format!("{} bytes", shop.len())) }
        });
        let picture = shop.split_once("<img src=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a picture").0;
        assert_eq!(world.get(picture).header("content-type"), Some("image/png"));

        let buy = format!("by=page&token={}", hidden(&shop, "token"));
        let bought =
            visitor.ask("POST", "/sandbox/1000/orders?sku=MUG-SKY&quantity=1&paid=true", Some(&buy), "Sec-Fetch-Site: same-origin\r\n");
        assert_eq!((bought.status, bought.header("location")), (303, Some("/sandbox/1000?bought=S-100001")), "{}", bought.body);
        let page = eventually("the order in the tour", || {
            let page = tour();
            if page.contains("Ship what is open</button>") { Ok(page) } else { Err(page) }
        });
        assert!(!page.contains("/tour/load"), "it is loaded: {page}");
        let shipped = [("order", hidden(&page, "order")), ("mandator", "1"), ("carrier", "DHL"), ("tracking", "00340434161091000000")];
        press(&page, "shipped", &shipped);
        eventually("the tracking number in the shop", || {
            let order = world.sandbox_get("/orders/S-100001").to_string();
            if order.contains("00340434161091000000") { Ok(()) } else { Err(order) }
        });
        assert_eq!(visitor.ask("POST", "/tour/load", Some("token=wrong"), "Sec-Fetch-Site: same-origin\r\n").status, 403);
    }
}

#[test]
fn outside_the_demo_the_start_page_leads_to_the_console() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    let stranger = Person { world: &world, cookie: String::new() };
    let reply = stranger.ask("GET", "/", None, "");
    assert_eq!((reply.status, reply.header("location")), (303, Some("/console")));
    assert_eq!(stranger.ask("POST", "/tour/load", Some(""), "").status, 404);
}
