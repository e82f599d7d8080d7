//! Reading by cursor what is around items, offers and orders: what is said at channels, documents, categories of accounts.

use serde_json::json;

use crate::changes::{answer, next_of, read_on};
use crate::config::Config;
use crate::contacts;
use crate::documents::{create, item, sale, wanted};
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};
use crate::{labels, media};

#[test]
fn a_reader_of_messages_sees_what_becomes_of_an_answer() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        let (order, _) = contacts::asked(&world, &erp);
        world.sandbox("/messages", &json!({ "order_id": order, "text": "And when?" }));
        let page = [("messages_per_page", "1")];
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        eventually("both messages", || {
            let (more, next) = read_on(&erp, "fetchMessages", &page, "message_id", cursor.clone());
            cursor = next;
            seen.extend(more);
            seen.sort();
            seen.dedup();
            if seen.len() == 2 { Ok(()) } else { Err(format!("{seen:?}")) }
        });
        let sent = contacts::answer(&erp, seen[0].parse().expect("a number"), "A-1", "Tomorrow");
        assert_eq!(sent.having("return_code")[0].number("return_code"), 0, "{sent:?}");
        let mut fates = Vec::new();
        eventually("that the shop has the answer", || {
            let answer = answer(&erp, "fetchMessages", &[], &cursor);
            cursor = next_of(&answer);
            let own = |message: &&Element| message.get("external_id") == Some("A-1");
            fates.extend(answer.having("message_id").into_iter().filter(own).map(|message| message.must("transmission").to_lowercase()));
            if fates.last().is_some_and(|fate| fate == "transmitted") { Ok(()) } else { Err(format!("{fates:?}")) }
        });
    });
}

#[test]
fn disputes_and_feedback_are_read_by_cursor() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        let orders: Vec<serde_json::Value> =
            (0..2).map(|_| world.sandbox("/orders", &json!({ "lines": [{ "sku": "MUG", "quantity": 1 }] }))["order_id"].clone()).collect();
        for (what, operation, key) in [("disputes", "fetchDisputes", "dispute_id"), ("feedback", "fetchFeedback", "feedback_id")] {
            let say = |order: &serde_json::Value| {
                let said = if what == "feedback" {
                    json!({ "order_id": order, "stars": 1 })
                } else {
                    json!({ "order_id": order, "text": "Broken" })
                };
                world.sandbox(&format!("/{what}"), &said);
            };
            let page = [(if what == "feedback" { "feedback_per_page" } else { "disputes_per_page" }, "1")];
            let mut cursor = String::new();
            let mut hear = |count: usize| {
                let mut seen = Vec::new();
                eventually(what, || {
                    let (more, next) = read_on(&erp, operation, &page, key, cursor.clone());
                    cursor = next;
                    seen.extend(more);
                    if seen.len() >= count { Ok(()) } else { Err(format!("{seen:?}")) }
                });
                seen
            };
            say(&orders[0]);
            let first = hear(1);
            say(&orders[1]);
            let second = hear(1);
            assert!(first.iter().all(|id| !second.contains(id)), "{what}: each once, {first:?} {second:?}");
        }
    });
}

#[test]
fn documents_are_read_by_cursor_with_their_orders() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        for number in ["A-1", "A-2"] {
            sale(&world, number, "DE", &format!("<order_items>{}</order_items>", item("Mug", 1, "9.90", "19")));
            let answer = create(&world, number, &(wanted("delivery note", "") + &wanted("invoice", "")));
            assert!(answer.contains("return_code=\"0\""), "{answer}");
        }
        let page = [("orders_per_page", "1")];
        let (seen, cursor) = read_on(&erp, "fetchOrderDocuments", &page, "document_id", String::new());
        assert_eq!(seen, ["1", "2", "3", "4"], "one at a time");
        sale(&world, "A-3", "DE", &format!("<order_items>{}</order_items>", item("Mug", 1, "9.90", "19")));
        create(&world, "A-3", &wanted("delivery note", ""));
        let answer = answer(&erp, "fetchOrderDocuments", &[], &cursor);
        let orders: Vec<&str> =
            answer.having("external_order_number_1").into_iter().map(|order| order.must("external_order_number_1")).collect();
        assert_eq!((orders, answer.having("document_id").len()), (vec!["A-3"], 1), "only what is new: {answer:?}");
        assert!(read_on(&erp, "fetchOrderDocuments", &[], "document_id", next_of(&answer)).0.is_empty());
    });
}

#[test]
fn files_of_the_merchant_are_read_by_cursor_and_so_is_their_end() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        ["one", "two", "three"].iter().for_each(|name| drop(erp.must("updateMedia", &media::file(name, &media::text(name)))));
        let (seen, cursor) = read_on(&erp, "fetchMedia", &[("media_per_page", "2")], "identifier", String::new());
        assert_eq!(seen, ["one", "two", "three"]);
        erp.must("updateMedia", &media::file("one", &media::text("other")));
        erp.must("updateMedia", &media::deleted("two"));
        let answer = answer(&erp, "fetchMedia", &[], &cursor);
        let found: Vec<(i32, bool)> =
            answer.having("media_id").into_iter().map(|file| (file.number("media_id"), file.get("deleted_at").is_some())).collect();
        assert_eq!(found, [(1, false), (2, true)]);
    });
}

#[test]
fn a_reader_of_labels_sees_what_the_carrier_says() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        labels::sale(&world, "GOOD", "Bamberg");
        labels::sale(&world, "BAD", "REFUSE");
        labels::create(&world, &["GOOD", "BAD"].map(labels::label).concat());
        let (mut fates, mut cursor) = (std::collections::BTreeMap::new(), String::new());
        eventually("both labels", || {
            let answer = answer(&erp, "fetchShippingLabels", &[("labels_per_page", "1")], &cursor);
            cursor = next_of(&answer);
            for label in answer.having("label_status") {
                fates.insert(label.number("label_id"), label.must("label_status").to_lowercase());
            }
            if fates.values().eq(["made", "refused"]) { Ok(()) } else { Err(format!("{fates:?}")) }
        });
    });
}

#[test]
fn a_reader_of_account_categories_sees_new_names_of_parents_and_new_groups() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let category = |key: (&str, &str), number: &str, more: (&str, &str)| {
            let (word, id) = key;
            let own = if id.is_empty() {
                (String::new(), String::new())
            } else {
                (format!("<account_category_id>{id}</account_category_id>"), format!("<accountCategoryId>{id}</accountCategoryId>"))
            };
            erp.done(
                "updateAccountCategories",
                &format!(
                    "<account_category significant_key=\"{word}\"><mandator_id>1</mandator_id><account_id>1000</account_id>{}<identifier>{number}</identifier><external_id>{number}</external_id>{}</account_category>",
                    own.0, more.0
                ),
                &format!(
                    "<accountCategories><item><significantKey>{}</significantKey>{}<mandatorId>1</mandatorId><accountId>1000</accountId><identifier>{number}</identifier><externalId>{number}</externalId>{}</item></accountCategories>",
                    word.to_uppercase(), own.1, more.1
                ),
            );
        };
        category(("external_id", ""), "P", ("", ""));
        let group = (
            "<external_parent_id>P</external_parent_id><mapped_categories><category><external_category_id>mugs</external_category_id></category></mapped_categories>",
            "<externalParentId>P</externalParentId><mappedCategories><item><externalCategoryId>mugs</externalCategoryId></item></mappedCategories>",
        );
        category(("external_id", ""), "C", group);
        category(("external_id", ""), "D", ("", ""));
        let read = |cursor: String| read_on(&erp, "fetchAccountCategories", &[("account_categories_per_page", "1")], "external_id", cursor);
        let (seen, cursor) = read(String::new());
        assert_eq!(seen, ["P", "C", "D"]);

        category(("account_category_id", "1"), "Q", ("", ""));
        let (seen, cursor) = read(cursor);
        assert_eq!(seen, ["Q", "C"], "the child shows the number of its parent");

        let moved = (
            "<mapped_categories><category><external_category_id>mugs</external_category_id></category></mapped_categories>",
            "<mappedCategories><item><externalCategoryId>mugs</externalCategoryId></item></mappedCategories>",
        );
        category(("external_id", ""), "D", moved);
        let (seen, cursor) = read(cursor);
        assert_eq!(seen, ["C", "D"], "one lost the group, one got it");

        erp.done(
            "updateCategories",
            "<category significant_key=\"external_id\"><mandator_id>1</mandator_id><identifier>Mugs</identifier><external_id>mugs</external_id></category>",
            "<categories><item><mandatorId>1</mandatorId><identifier>Mugs</identifier><externalId>mugs</externalId></item></categories>",
        );
        assert_eq!(read(cursor).0, ["D"], "the group has a number in Kontor now");
    });
}
