//! What buyers and merchant say to each other, from outside: the shop has buyers who write, and loses answers.

use serde_json::{Value, json};

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

fn messages(erp: &Erp, more: (&str, &str)) -> Element {
    erp.call(
        "fetchMessages",
        &format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/>{}</filter>", more.0),
        &format!("<filters><item><mandatorId><value>1</value></mandatorId>{}</item></filters>", more.1),
    )
}

/// The message of a buyer about a new order, once Kontor has read it; gives the number of the order and the message's id.
pub(crate) fn asked(world: &World, erp: &Erp) -> (String, i32) {
    erp.list("MUG", "9.90", 9);
    let order = world.sandbox("/orders", &json!({ "lines": [{ "sku": "MUG", "quantity": 1 }] }))["order_id"].as_str().unwrap().to_owned();
    world.sandbox("/messages", &json!({ "order_id": order, "text": "Where is it?" }));
    let id = eventually("the message", || {
        let found = messages(erp, ("", ""));
        found.having("message_id").first().map(|message| message.number("message_id")).ok_or_else(|| format!("{found:?}"))
    });
    (order, id)
}

pub(crate) fn answer(erp: &Erp, message_id: i32, own: &str, text: &str) -> Element {
    erp.call(
        "sendMessages",
        &format!(
            "<message><mandator_id>1</mandator_id><external_id>{own}</external_id><answered_message_id>{message_id}</answered_message_id><text>{text}</text></message>"
        ),
        &format!(
            "<messages><item><mandatorId>1</mandatorId><externalId>{own}</externalId><answeredMessageId>{message_id}</answeredMessageId><text>{text}</text></item></messages>"
        ),
    )
}

/// The messages in the shop: text, who wrote it (2: the merchant), whether it was read.
fn there(world: &World) -> Vec<(Value, Value, Value)> {
    let all = world.sandbox_get("/messages");
    let of = |contact: &Value| {
        let message = &contact["content"]["message"];
        (message["text"].clone(), message["direction"].clone(), message["read"].clone())
    };
    all["messages"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn an_answer_reaches_the_buyer_once_although_answers_of_the_shop_are_lost() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        let (_, id) = asked(&world, &erp);
        world.sandbox("/faults", &json!({ "die": { "calls": 3 } }));
        for _ in 0..2 {
            let sent = answer(&erp, id, "A-1", "Tomorrow");
            assert_eq!(sent.having("return_code")[0].number("return_code"), 0, "{sent:?}");
        }
        let wanted = [(json!("Where is it?"), json!(1), json!(false)), (json!("Tomorrow"), json!(2), json!(true))];
        eventually("the answer in the shop, and that Kontor knows it", || {
            let shown = there(&world);
            let known = messages(&erp, ("", ""));
            let sent = known.having("external_id").iter().any(|message| message.must("transmission").eq_ignore_ascii_case("transmitted"));
            if shown == wanted && sent { Ok(()) } else { Err(format!("{shown:?} {known:?}")) }
        });
        assert_eq!(messages(&erp, ("", "")).having("message_id").len(), 2, "what the shop shows of it is no further message");
        let other = answer(&erp, id, "A-1", "Never");
        assert_eq!(other.having("return_code")[0].number("return_code"), -5060, "{other:?}");
    });
}

#[test]
fn the_shop_hears_that_a_message_was_read_after_it_was_down() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        let (_, id) = asked(&world, &erp);
        world.sandbox("/faults", &json!({ "down": true }));
        erp.done(
            "updateMessages",
            &format!("<message><mandator_id>1</mandator_id><message_id>{id}</message_id><read>true</read></message>"),
            &format!("<messages><item><mandatorId>1</mandatorId><messageId>{id}</messageId><read>true</read></item></messages>"),
        );
        let unread = ("<read is=\"false\"/>", "<read><value>false</value></read>");
        assert!(messages(&erp, unread).having("message_id").is_empty(), "here it counts at once");
        world.sandbox("/faults", &json!({ "down": false }));
        eventually("the shop's word", || {
            let shown = there(&world);
            if shown[0].2 == json!(true) { Ok(()) } else { Err(format!("{shown:?}")) }
        });
        assert!(messages(&erp, unread).having("message_id").is_empty());
    });
}
