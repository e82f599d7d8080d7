//! A call that an ERP repeats with its key changes nothing, and gets the same answer.

use std::sync::Barrier;

use kontor::operations::Face;

use crate::config::Config;
use crate::erp::{Erp, FACES, everywhere};
use crate::world::{Database, Reply, World, databases};

const WSA: &str = "http://www.w3.org/2005/08/addressing";

pub(crate) fn replayed(reply: &Reply) -> bool {
    reply.header("x-replayed") == Some("1")
}

/// The answer without the mark of a repeat.
pub(crate) fn unmarked(reply: &Reply) -> String {
    let marks = [" replayed=\"true\"", " replayed=&quot;true&quot;", "<replayed>true</replayed>"];
    let marked = marks.iter().filter(|mark| reply.body.contains(**mark)).count();
    assert_eq!(marked, usize::from(replayed(reply)), "{}", reply.body);
    marks.iter().fold(reply.body.clone(), |body, mark| body.replacen(mark, "", 1))
}

/// The answer to a repeat is the same to the byte, but for its mark.
pub(crate) fn assert_same(first: &Reply, second: &Reply) {
    assert_eq!((first.status, second.status), (200, 200), "{}", second.body);
    assert!(!replayed(first) && replayed(second), "{:?}", second.headers);
    assert_eq!(unmarked(first), unmarked(second));
}

fn addressed(document: &str, message_id: &str) -> String {
    let header = format!(
        "<soap:Header><a:MessageID xmlns:a=\"{WSA}\">{message_id}</a:MessageID><a:Action xmlns:a=\"{WSA}\">urn:book</a:Action></soap:Header><soap:Body>"
    );
    document.replace("<soap:Body>", &header)
}

#[test]
fn keys_tell_repeats_from_new_bookings() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        let document = erp.stock_document("MUG", 5, false);
        let with_key = |key: &str| erp.send(&document, &[("Idempotency-Key", key)]);
        let first = with_key("a");
        assert_same(&first, &with_key("a"));
        let other = with_key("b");
        assert!(!replayed(&other), "the same booking under another key is another booking");
        assert_eq!(erp.stock_of("MUG").0, 10);
        assert_same(&first, &with_key(" a "));

        let with_id = |id: &str| erp.send(&addressed(&document, id), &[]);
        let first = with_id("urn:uuid:1");
        assert!(first.body.contains("urn:uuid:1"), "{}", first.body);
        assert_same(&first, &with_id("urn:uuid:1"));
        assert!(!replayed(&with_id("urn:uuid:2")));
        assert_eq!(erp.stock_of("MUG").0, 20);

        // The header goes before the message id.
        let both = erp.send(&addressed(&document, "urn:uuid:3"), &[("Idempotency-Key", "a")]);
        assert!(replayed(&both), "{:?}", both.headers);
        let long = "k".repeat(5_000);
        assert!(!replayed(&with_key(&long)) && replayed(&with_key(&long)));
        assert!(!replayed(&with_key(&format!("{long}2"))), "long keys differ in their end too");
        assert_eq!(erp.stock_of("MUG").0, 30, "{database:?} {face:?}");
    });
}

#[test]
fn a_key_belongs_to_one_document() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        let key = [("Idempotency-Key", "once")];
        let first = erp.send(&erp.stock_document("MUG", 5, false), &key);
        let other = erp.send(&erp.stock_document("MUG", 6, false), &key);
        assert!(other.status == 200 && !replayed(&other) && other.body.contains("-1010"), "{}", other.body);
        assert_same(&first, &erp.send(&erp.stock_document("MUG", 5, false), &key));
        assert_eq!(erp.stock_of("MUG").0, 5, "{database:?} {face:?}");
    });
}

#[test]
fn a_value_that_comes_back_is_set_again() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        for count in [5, 7, 5] {
            assert!(!replayed(&erp.stock("MUG", count, true)), "{count}");
            assert_eq!(erp.stock_of("MUG").0, count, "{database:?} {face:?}");
        }
    });
}

#[test]
fn both_faces_and_all_users_have_keys_of_their_own() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    let erp = Erp::on(&world, Face::Compat);
    erp.item("MUG", "Mug");
    let repeating = ("Authorization", "Basic cmVwZWF0aW5nOmRlbW8=");
    let document = erp.stock_document("MUG", 5, false);
    assert!(!replayed(&erp.send(&document, &[("Idempotency-Key", "1")])));
    assert!(!replayed(&erp.send(&document, &[("Idempotency-Key", "1"), repeating])), "another user's key");
    assert_eq!(erp.stock_of("MUG").0, 10);
    let typed = Erp::on(&world, Face::Typed);
    let reply = typed.send(&typed.stock_document("MUG", 5, false), &[("Idempotency-Key", "1")]);
    assert!(reply.body.contains("-1010"), "the form of the answer belongs to the call: {}", reply.body);
}

#[test]
fn a_user_may_switch_the_recognition_by_content_off() {
    for database in databases() {
        let world = World::configured(database, &Config::default().text());
        for face in FACES {
            let erp = Erp::on(&world, face);
            erp.item("MUG", "Mug");
            erp.stock("MUG", 0, true);
            let document = erp.stock_document("MUG", 5, false);
            // repeating:demo
            let user = ("Authorization", "Basic cmVwZWF0aW5nOmRlbW8=");
            for _ in 0..3 {
                assert!(!replayed(&erp.send(&document, &[user])));
            }
            assert_eq!(erp.stock_of("MUG").0, 15, "{database:?} {face:?}");
            let key = ("Idempotency-Key", if face == Face::Compat { "c" } else { "t" });
            assert!(!replayed(&erp.send(&document, &[user, key])) && replayed(&erp.send(&document, &[user, key])), "keys still count");
            assert_eq!(erp.stock_of("MUG").0, 20);
        }
    }
}

#[test]
fn without_a_window_only_keys_count() {
    for database in databases() {
        let world = World::configured(database, &Config { replay: "window_seconds = 0", ..Config::default() }.text());
        let erp = Erp::on(&world, Face::Typed);
        erp.item("MUG", "Mug");
        let document = erp.stock_document("MUG", 5, false);
        assert!(!replayed(&erp.send(&document, &[])) && !replayed(&erp.send(&document, &[])));
        assert_eq!(erp.stock_of("MUG").0, 10, "{database:?}");
        assert!(!replayed(&erp.send(&document, &[("Idempotency-Key", "k")])));
        assert!(replayed(&erp.send(&document, &[("Idempotency-Key", "k")])));
    }
}

#[test]
fn repeats_are_known_after_a_power_cut() {
    for database in databases() {
        let mut world = World::demo(database);
        let mut before = Vec::new();
        for face in FACES {
            let erp = Erp::on(&world, face);
            erp.item("MUG", "Mug");
            let document = erp.stock_document("MUG", 5, false);
            let key = format!("{face:?}");
            before.push((face, erp.send(&document, &[("Idempotency-Key", &key)])));
        }
        world.kill();
        world.start();
        for (face, by_key) in &before {
            let erp = Erp::on(&world, *face);
            let document = erp.stock_document("MUG", 5, false);
            assert_same(by_key, &erp.send(&document, &[("Idempotency-Key", &format!("{face:?}"))]));
        }
        assert_eq!(Erp::on(&world, Face::Compat).stock_of("MUG").0, 10, "{database:?}");
    }
}

#[test]
fn an_answer_with_pending_changes_is_repeated_as_it_was() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config { dispatch: "wait_ms = 50", ..Config::default() }.text());
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 3);
        world.sandbox("/faults", &serde_json::json!({"down": true}));
        let document = erp.stock_document("MUG", 5, false);
        let key = [("Idempotency-Key", "pending")];
        let first = erp.send(&document, &key);
        assert_eq!(first.header("x-kontor-pending"), Some("1"), "{}", first.body);
        let second = erp.send(&document, &key);
        assert_same(&first, &second);
        assert_eq!(erp.stock_of("MUG").0, 8);
    });
}

#[test]
fn callers_at_the_same_time_with_one_key_book_once() {
    const CALLERS: usize = 16;
    for database in databases() {
        let world = World::demo(database);
        for face in FACES {
            let erp = Erp::on(&world, face);
            erp.item("MUG", "Mug");
            erp.stock("MUG", 100, true);
            let document = erp.stock_document("MUG", 5, false);
            let key = format!("all {face:?}");
            let together = Barrier::new(CALLERS);
            let replies: Vec<Reply> = std::thread::scope(|scope| {
                let callers: Vec<_> = (0..CALLERS)
                    .map(|_| {
                        scope.spawn(|| {
                            together.wait();
                            erp.send(&document, &[("Idempotency-Key", &key)])
                        })
                    })
                    .collect();
                callers.into_iter().map(|caller| caller.join().unwrap()).collect()
            });
            assert_eq!(replies.iter().filter(|reply| !replayed(reply)).count(), 1, "one was the first");
            assert!(replies.iter().all(|reply| reply.status == 200 && unmarked(reply) == unmarked(&replies[0])));
            assert_eq!(erp.stock_of("MUG").0, 105, "{database:?} {face:?}");
        }
    }
}
