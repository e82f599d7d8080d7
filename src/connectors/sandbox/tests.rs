mod after_sale;
mod page;
mod refusals;

use std::time::Duration;

use serde_json::{Value, json};

use super::super::tests::account;
use super::super::{
    ChannelError, Connector, FaceReply, FaceRequest, Faces, Fact, OfferChange, OfferContent, Outcome, Price, Quantity, Token, build,
};
use crate::domain::offer::Wanted;
use crate::domain::order::{Content, FactKind, Packet};
use crate::domain::{AccountId, Currency, Decimal, Money, OfferId};

const TOKEN: Token<'_> = Token { field: "token", value: "of the page" };

struct World {
    faces: Faces,
    connector: Box<dyn Connector>,
}

impl World {
    fn new(settings: &str) -> World {
        let connector = build(&account("sandbox", settings), Duration::from_millis(50)).unwrap();
        let of = [(AccountId(1000), connector.face().unwrap())].into();
        World { faces: Faces { name: "sandbox", of }, connector }
    }

    fn with_offer(sku: &str, offered: i32) -> World {
        let world = World::new("overlap = 0");
        assert!(matches!(world.submit(&new_offer(sku, offered)), Outcome::Done { .. }));
        world
    }

    fn submit(&self, change: &OfferChange) -> Outcome {
        self.connector.submit(std::slice::from_ref(change)).unwrap().remove(0).outcome
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let reply = self.reply(method, &format!("/sandbox/1000{path}"), query, body.as_bytes());
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }

    fn reply(&self, method: &str, path: &str, query: &str, body: &[u8]) -> FaceReply {
        self.faces.answer(&FaceRequest { method, path, query, body, token: TOKEN })
    }

    fn fact(&self, key: &str, kind: FactKind) -> Outcome {
        self.connector
            .push_fact(&Fact { key: key.to_owned(), order_id: "S-100001".to_owned(), order_id_2: None, kind, task: None })
            .unwrap()
    }
}

fn content(title: &str) -> OfferContent {
    OfferContent {
        title: title.to_owned(),
        description: "<p>Good</p>".to_owned(),
        language: "de".to_owned(),
        ean: None,
        images: Vec::new(),
        category: None,
        tax_type_id: 1,
        variant: None,
        attributes: Vec::new(),
        ..OfferContent::default()
    }
}

fn new_offer(sku: &str, offered: i32) -> OfferChange {
    OfferChange {
        content: Some(content("Lamp")),
        price: Some(Price { money: Money::new(Decimal::parse("19.90").unwrap(), Currency::EUR), gross: true }),
        ..quantity(sku, offered)
    }
}

fn quantity(sku: &str, offered: i32) -> OfferChange {
    OfferChange {
        offer_id: OfferId(7),
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: None,
        price: None,
        quantity: Some(Quantity { offered, reserved_here: 0 }),
    }
}

fn refusal(outcome: Outcome) -> String {
    match outcome {
        Outcome::Refused(message) => message.code().to_owned(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_new_offer_gets_a_number_and_shows_at_the_face() {
    let world = World::new("");
    match world.submit(&new_offer("A/1 ü", 5)) {
        Outcome::Done { external_number, .. } => assert_eq!(external_number.as_deref(), Some("SBX-1000-1")),
        other => panic!("{other:?}"),
    }
    let (status, offer) = world.ask("GET", "/offers/A%2F1%20%C3%BC", "");
    assert_eq!((status, &offer["price"], &offer["quantity"], &offer["running"]), (200, &json!("19.90"), &json!(5), &json!(true)));
}

#[test]
fn an_offer_without_title_or_price_is_refused_with_a_code() {
    let world = World::new("");
    assert_eq!(refusal(world.submit(&quantity("A", 5))), "TITLE_MISSING");
    assert_eq!(refusal(world.submit(&OfferChange { price: None, ..new_offer("A", 5) })), "PRICE_MISSING");
    assert_eq!(refusal(world.submit(&OfferChange { content: Some(content(" ")), ..new_offer("A", 5) })), "TITLE_MISSING");
    let free = Price { money: Money::new(Decimal::ZERO, Currency::EUR), gross: true };
    assert_eq!(refusal(world.submit(&OfferChange { price: Some(free), ..new_offer("A", 5) })), "PRICE_INVALID");
    assert_eq!(world.ask("GET", "/offers", "").1["offers"], json!([]));
}

#[test]
fn a_change_of_one_part_leaves_the_others() {
    let world = World::with_offer("A", 5);
    world.submit(&quantity("A", 9));
    let offer = world.ask("GET", "/offers/A", "").1;
    assert_eq!((&offer["title"], &offer["quantity"], &offer["updates"]), (&json!("Lamp"), &json!(9), &json!(2)));
}

#[test]
fn an_ended_offer_is_not_buyable_and_comes_back_under_its_number() {
    let world = World::with_offer("A", 5);
    world.submit(&OfferChange { wanted: Wanted::Ended, quantity: None, ..quantity("A", 0) });
    let (status, answer) = world.ask("POST", "/orders?sku=A", "");
    assert_eq!(status, 409);
    assert!(answer["error"].as_str().unwrap().contains("no running offer"));
    world.submit(&quantity("A", 5));
    assert_eq!(world.ask("POST", "/orders?sku=A", "").0, 201);
    assert_eq!(world.ask("GET", "/offers/A", "").1["external_number"], "SBX-1000-1");
}

#[test]
fn a_buyer_takes_pieces_off_the_offer_and_cannot_take_more_than_there_are() {
    let world = World::with_offer("A", 5);
    let (status, order) = world.ask("POST", "/orders", r#"{"lines":[{"sku":"A","quantity":3}]}"#);
    assert_eq!((status, &order["order_id"], &order["lines"][0]["unit_price"]), (201, &json!("S-100001"), &json!("19.90")));
    let (status, answer) = world.ask("POST", "/orders", r#"{"lines":[{"sku":"A","quantity":2},{"sku":"A","quantity":1}]}"#);
    assert_eq!(status, 409);
    assert_eq!(answer["error"], "POST /sandbox/1000/orders: lines[1] (A), quantity: 3 wanted, 2 left; order fewer");
    assert_eq!(world.ask("GET", "/offers/A", "").1["quantity"], 2);
}

#[test]
fn an_order_is_pulled_as_the_buyer_placed_it() {
    let world = World::with_offer("A", 5);
    let body = r#"{"email":"b@example.com","payment":"Cash_on_Delivery","lines":[{"sku":"A","quantity":2}],"shipping":4.9,"ordered_at":"2025-11-03T12:00:00Z",
        "address":{"first_name":"Ada","city":"Bonn","country_code_iso":"DE"}}"#;
    assert_eq!(world.ask("POST", "/orders", body).0, 201);
    let pulled = world.connector.pull_orders(None, &[]).unwrap();
    let order = &pulled.orders[0];
    assert_eq!((order.ordered_at.to_rfc3339().as_str(), order.paid, order.workflow.id()), ("2025-11-03T12:00:00+00:00", false, 2));
    assert_eq!((order.shipping_charge.to_string().as_str(), order.lines[0].quantity), ("4.90", 2));
    assert_eq!(order.delivery_address.city.as_deref(), Some("Bonn"));
}

#[test]
fn pulling_goes_on_at_the_cursor_and_repeats_the_overlap() {
    let world = World::new("overlap = 2");
    world.submit(&new_offer("A", 1000));
    for _ in 0..150 {
        assert_eq!(world.ask("POST", "/orders?sku=A", "").0, 201);
    }
    let first = world.connector.pull_orders(None, &[]).unwrap();
    assert_eq!((first.orders.len(), first.more), (100, true));
    let second = world.connector.pull_orders(Some(&first.cursor), &[]).unwrap();
    assert_eq!((second.orders.len(), second.more), (52, false));
    assert_eq!(second.orders[0].order_id, "S-100099");
    let third = world.connector.pull_orders(Some(&second.cursor), &[]).unwrap();
    assert_eq!((third.orders.len(), &third.cursor), (2, &second.cursor));
}

#[test]
fn a_cursor_of_another_shop_starts_from_the_beginning() {
    let world = World::with_offer("A", 5);
    world.ask("POST", "/orders?sku=A", "");
    for cursor in ["999999", "{\"placed_after\":\"x\"}"] {
        assert_eq!(world.connector.pull_orders(Some(cursor), &[]).unwrap().orders.len(), 1, "{cursor}");
    }
}

#[test]
fn what_the_buyer_does_later_is_pulled_again() {
    let world = World::with_offer("A", 5);
    world.ask("POST", "/orders?sku=A&quantity=2", "");
    let cursor = world.connector.pull_orders(None, &[]).unwrap().cursor;
    assert_eq!(world.ask("POST", "/orders/S-100001/pay", "").1["paid"], true);
    let pulled = world.connector.pull_orders(Some(&cursor), &[]).unwrap();
    assert!(pulled.orders[0].paid && pulled.orders[0].transaction_id.is_some());
    assert_eq!(world.ask("POST", "/orders/S-100001/cancel", "").1["status"], "cancelled");
    assert!(world.connector.pull_orders(Some(&pulled.cursor), &[]).unwrap().orders[0].cancelled);
    assert_eq!(world.ask("GET", "/offers/A", "").1["quantity"], 5);
}

#[test]
fn facts_move_the_order_and_a_repeated_key_changes_nothing() {
    let world = World::with_offer("A", 5);
    world.ask("POST", "/orders?sku=A", "");
    world.fact("k1", FactKind::Acknowledged);
    world.fact("k2", FactKind::Paid { transaction_id: Some("T".to_owned()) });
    let packets = vec![Packet { tracking_number: Some("JJD1".to_owned()), ..Packet::default() }];
    for _ in 0..2 {
        assert!(matches!(world.fact("k3", shipped(packets.clone())), Outcome::Done { .. }));
    }
    let order = world.ask("GET", "/orders/S-100001", "").1;
    assert_eq!(
        (&order["status"], &order["packets"].as_array().unwrap().len(), order["facts"].as_array().unwrap().len()),
        (&json!("shipped"), &1, 3)
    );
    assert_eq!(world.ask("GET", "/state", "").1["counters"]["duplicate_facts"], 1);
}

fn shipped(packets: Vec<Packet>) -> FactKind {
    FactKind::Shipped { packets, together: Vec::new() }
}

#[test]
fn facts_in_the_wrong_order_are_recorded() {
    let world = World::with_offer("A", 5);
    world.ask("POST", "/orders?sku=A", "");
    world.fact("k2", shipped(Vec::new()));
    world.fact("k1", FactKind::Acknowledged);
    assert_eq!(world.ask("GET", "/orders/S-100001", "").1["facts"][1]["out_of_order"], true);
    assert_eq!(world.ask("GET", "/state", "").1["counters"]["out_of_order_facts"], 1);
}

#[test]
fn an_order_is_shipped_and_cancelled_in_parts() {
    let world = World::with_offer("A", 5);
    world.ask("POST", "/orders?sku=A&quantity=3", "");
    let line_id = world.ask("GET", "/orders/S-100001", "").1["lines"][0]["line_id"].as_str().unwrap().to_owned();
    let pieces = |quantity: i32| Content { line_id: Some(line_id.clone()), sku: None, quantity, so_far: 0 };
    let cancel = |quantity: i32| FactKind::PositionsCancelled { positions: vec![pieces(quantity)], reason: None };
    let package =
        |number: i32, quantity: i32| shipped(vec![Packet { packet_id: number, contents: vec![pieces(quantity)], ..Packet::default() }]);
    world.fact("k1", package(1, 1));
    assert_eq!(world.ask("GET", "/orders/S-100001", "").1["status"], "new", "two are open");
    assert_eq!(refusal(world.fact("k2", cancel(3))), "ORDER_STATE");
    world.fact("k3", cancel(1));
    world.fact("k4", package(2, 1));
    let order = world.ask("GET", "/orders/S-100001", "").1;
    let line = &order["lines"][0];
    assert_eq!((&order["status"], &line["shipped"], &line["cancelled"]), (&json!("shipped"), &json!(2), &json!(1)));
    assert_eq!(world.ask("GET", "/state", "").1["counters"]["out_of_order_facts"], 0);
}

#[test]
fn a_shipped_order_cannot_be_cancelled_and_an_unknown_one_not_be_paid() {
    let world = World::with_offer("A", 5);
    assert_eq!(refusal(world.fact("k0", FactKind::Paid { transaction_id: None })), "ORDER_UNKNOWN");
    world.ask("POST", "/orders?sku=A", "");
    world.fact("k1", shipped(Vec::new()));
    assert_eq!(refusal(world.fact("k2", FactKind::Cancelled { reason: None })), "ORDER_STATE");
    assert_eq!(world.ask("POST", "/orders/S-100001/cancel", "").0, 409);
}

#[test]
fn a_scripted_row_fails_while_its_neighbours_succeed() {
    let world = World::new("");
    let script =
        r#"{"refuse":[{"sku":"B","code":"21916","text":"no such category"}],"partial":[{"sku":"C","calls":1,"retry_after_seconds":9}]}"#;
    assert_eq!(world.ask("POST", "/faults", script).0, 200);
    let rows = [new_offer("A", 1), new_offer("B", 1), new_offer("C", 1)];
    let outcomes: Vec<Outcome> = world.connector.submit(&rows).unwrap().into_iter().map(|row| row.outcome).collect();
    assert!(matches!(&outcomes[0], Outcome::Done { .. }));
    assert!(matches!(&outcomes[1], Outcome::Refused(message) if message.line() == "21916: no such category"));
    assert!(matches!(&outcomes[2], Outcome::Later { after: Some(after), .. } if after.as_secs() == 9));
    assert!(matches!(world.submit(&rows[2]), Outcome::Done { .. }));
    world.ask("DELETE", "/faults", "");
    assert!(matches!(world.submit(&rows[1]), Outcome::Done { .. }));
}

#[test]
fn a_throttled_shop_names_the_time_to_wait_and_then_answers_again() {
    let world = World::with_offer("A", 1);
    world.ask("POST", "/faults", r#"{"throttle":{"calls":1,"retry_after_seconds":2}}"#);
    match world.connector.submit(&[quantity("A", 2)]) {
        Err(ChannelError::Unavailable { retry_after, .. }) => assert_eq!(retry_after, Some(Duration::from_secs(2))),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.ask("GET", "/offers/A", "").1["quantity"], 1);
    assert!(world.connector.submit(&[quantity("A", 2)]).is_ok());
    assert_eq!(world.ask("GET", "/state", "").1["counters"]["calls_turned_away"], 1);
}

#[test]
fn a_lost_answer_leaves_the_change_behind() {
    let world = World::with_offer("A", 1);
    world.ask("POST", "/faults", r#"{"die":{"calls":1}}"#);
    assert!(matches!(world.connector.submit(&[quantity("A", 2)]), Err(ChannelError::Unavailable { .. })));
    assert_eq!(world.ask("GET", "/offers/A", "").1["quantity"], 2);
    world.ask("POST", "/faults", r#"{"delay_ms":60}"#);
    assert!(matches!(world.connector.submit(&[quantity("A", 3)]), Err(ChannelError::Unavailable { .. })));
    let state = world.ask("GET", "/state", "").1;
    assert_eq!((&state["listings"]["A"]["quantity"], &state["counters"]["answers_lost"]), (&json!(3), &json!(2)));
}

#[test]
fn a_shop_that_is_down_answers_nothing_until_it_is_up() {
    let world = World::with_offer("A", 1);
    world.ask("POST", "/faults", r#"{"down":true}"#);
    assert!(world.connector.check().is_err() && world.connector.pull_orders(None, &[]).is_err());
    world.ask("POST", "/faults", r#"{"down":false}"#);
    assert!(world.connector.check().unwrap().found.contains("1 offers, 0 orders"));
}

#[test]
fn a_batch_above_the_limit_is_refused_as_a_whole() {
    let world = World::new("batch_size = 2");
    assert_eq!(world.connector.capabilities().batch_size, 2);
    assert!(matches!(world.connector.submit(&[quantity("A", 1), quantity("B", 1), quantity("C", 1)]), Err(ChannelError::Protocol { .. })));
}

#[test]
fn the_state_path_keeps_the_shop_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.json");
    let settings = format!("state_path = '{}'", file.display());
    let before = {
        let world = World::new(&settings);
        world.submit(&new_offer("A", 5));
        world.ask("POST", "/orders?sku=A&quantity=2", "");
        world.ask("GET", "/state", "").1
    };
    let world = World::new(&settings);
    assert_eq!(world.ask("GET", "/state", "").1, before);
    let mut foreign = account("sandbox", &settings);
    foreign.account_id = AccountId(1001);
    let text = build(&foreign, Duration::from_secs(1)).err().unwrap().to_string();
    assert!(text.contains("belongs to account 1000"), "{text}");
    std::fs::write(&file, "no json").unwrap();
    let text = build(&account("sandbox", &settings), Duration::from_secs(1)).err().unwrap().to_string();
    assert!(text.contains("[accounts.settings] state_path") && text.contains("move it away"), "{text}");
}

#[test]
fn processes_with_the_same_state_path_work_on_one_shop() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("overlap = 0\nstate_path = '{}'", folder.path().join("shop.json").display());
    let (one, other) = (World::new(&settings), World::new(&settings));
    one.submit(&new_offer("A", 100));
    other.submit(&new_offer("B", 100));
    std::thread::scope(|scope| {
        for (world, sku) in [(&one, "A"), (&other, "A"), (&one, "B"), (&other, "B")] {
            scope.spawn(move || {
                for _ in 0..20 {
                    assert_eq!(world.ask("POST", &format!("/orders?sku={sku}&quantity=2"), "").0, 201);
                }
            });
        }
    });
    for world in [&one, &other] {
        assert_eq!(world.ask("GET", "/offers/A", "").1["quantity"], 20, "no order of the other one is lost");
        assert_eq!(world.ask("GET", "/offers/B", "").1["quantity"], 20);
        assert_eq!(world.ask("GET", "/state", "").1["orders_made"], 80, "each has a number of its own");
    }
    one.ask("POST", "/faults", r#"{"throttle":{"calls":1}}"#);
    assert!(matches!(other.connector.pull_orders(None, &[]), Err(ChannelError::Unavailable { .. })));
    assert!(one.connector.pull_orders(None, &[]).is_ok(), "the other one has used the fault up");
}

#[test]
fn bad_input_is_answered_with_place_and_remedy() {
    let world = World::with_offer("A", 5);
    for (method, path, body, status, expected) in [
        ("POST", "/orders", "{", 400, "POST /sandbox/1000/orders: body: EOF while parsing"),
        ("POST", "/orders", r#"{"lines":[]}"#, 400, "send at least one"),
        ("POST", "/orders", r#"{"lines":[{"sku":"A","quantity":0}]}"#, 400, "quantity: 0 is outside 1 to 1000000"),
        ("POST", "/orders", r#"{"lines":[{"sku":"A"}],"payment":"gold"}"#, 400, "use prepayment, cash on delivery or collection"),
        ("POST", "/orders", r#"{"lines":[{"sku":"A"}],"colour":"red"}"#, 400, "unknown field `colour`"),
        ("POST", "/orders?sku=A&quantity=x", "", 400, "\"x\" is not a whole number"),
        ("POST", "/faults", r#"{"explode":true}"#, 400, "unknown field `explode`"),
        ("GET", "/orders/S-1", "", 404, "GET /orders lists them"),
        ("GET", "/orders/S-99999999999999999999", "", 404, "does not exist"),
        ("GET", "/nowhere", "", 404, "nothing lives here"),
        ("PUT", "/offers", "", 405, "PUT is not possible here"),
    ] {
        let (got, answer) = world.ask(method, path, body);
        assert_eq!(got, status, "{path} {answer}");
        assert!(answer["error"].as_str().unwrap().contains(expected), "{answer}");
    }
    let reply = world.reply("GET", "/sandbox/7", "", b"");
    assert_eq!(reply.status, 404);
    assert!(String::from_utf8(reply.body).unwrap().contains("accounts with a sandbox: 1000"));
    assert_eq!(world.reply("POST", "/sandbox/1000/orders", "", &vec![b' '; (1 << 20) + 1]).status, 413);
}

#[test]
fn the_page_shows_offers_and_orders_and_escapes_them() {
    let world = World::new("");
    world.submit(&OfferChange { content: Some(content("<script>alert(1)</script>")), ..new_offer("A\"1", 5) });
    world.ask("POST", "/orders?sku=A%221", "");
    let reply = world.reply("GET", "/sandbox/1000", "", b"");
    let page = String::from_utf8(reply.body).unwrap();
    assert_eq!(reply.content_type, "text/html; charset=utf-8");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
    assert!(page.contains("S-100001") && page.contains("A&quot;1") && page.contains("sku=A%221"));
    assert!(page.contains("name=\"token\" value=\"of the page\""), "{page}");
}

#[test]
fn all_offers_are_listed_page_by_page_running_or_not() {
    let world = World::new("batch_size = 1000");
    let rows: Vec<OfferChange> =
        (0..205).map(|number| OfferChange { offer_id: OfferId(number), ..new_offer(&format!("A-{number:03}"), 5) }).collect();
    world.connector.submit(&rows).unwrap();
    world.submit(&OfferChange { wanted: Wanted::Ended, ..quantity("A-001", 0) });
    let (mut cursor, mut sizes, mut listed) = (None, Vec::new(), Vec::new());
    loop {
        let page = world.connector.list_offers(cursor.as_deref()).unwrap();
        sizes.push(page.offers.len());
        listed.extend(page.offers);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [100, 100, 5]);
    let skus: Vec<&str> = listed.iter().filter_map(|offer| offer.sku.as_deref()).collect();
    assert!(skus.windows(2).all(|pair| pair[0] < pair[1]), "each once, in their order");
    assert_eq!(
        (listed[0].quantity, listed[0].price, listed[0].running),
        (Some(5), Some(Money::new(Decimal(199_000), Currency::EUR)), true)
    );
    assert!(!listed[1].running);
}

#[test]
fn offers_are_changed_added_and_deleted_by_hand() {
    let world = World::with_offer("A-1", 5);
    let (status, offer) = world.ask("POST", "/offers/A-1", r#"{"price":"1.50","quantity":9}"#);
    assert_eq!((status, &offer["price"], &offer["quantity"], &offer["title"]), (200, &json!("1.50"), &json!(9), &json!("Lamp")));
    let (status, offer) = world.ask("POST", "/offers/B-1", r#"{"title":"Vase","price":"3.00","quantity":2,"ean":"4006381333931"}"#);
    assert_eq!((status, &offer["external_number"], &offer["running"]), (200, &json!("SBX-1000-2"), &json!(true)));
    assert_eq!(world.ask("POST", "/offers/C-1", "{}").0, 400, "a new offer needs a price");
    assert_eq!(world.ask("POST", "/offers/A-1", r#"{"price":"dear"}"#).0, 400);
    assert_eq!(world.ask("DELETE", "/offers/A-1", "").0, 200);
    assert_eq!(world.ask("DELETE", "/offers/A-1", "").0, 404);
    assert_eq!(world.connector.list_offers(None).unwrap().offers.len(), 1);
}
