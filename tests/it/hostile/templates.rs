//! Templates that once ended the process: by a call, or by what an older version had stored.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::config::Config;
use crate::erp::{Erp, everywhere};
use crate::words::ACCOUNT;
use crate::world::{World, escape, eventually};

const MEMORY_BOMB: &str =
    "{% set ns=namespace(a=[1]) %}{% for i in range(40) %}{% set ns.a=ns.a|chain(ns.a) %}{% endfor %}{{ ns.a|length }}";

/// Sends a template as a record of its own between two good ones; gives the return codes.
fn send(erp: &Erp<'_>, content: &str) -> Vec<String> {
    let (good, content) = ("{{ item.identifier }}", escape(content));
    let compat = |name: &str, content: &str| {
        format!(
            "<template significant_key=\"template_identifier\"><mandator_id>1</mandator_id><template_identifier>{name}</template_identifier><content>{content}</content></template>"
        )
    };
    let typed = |name: &str, content: &str| {
        format!(
            "<item><significantKey>TEMPLATE_IDENTIFIER</significantKey><mandatorId>1</mandatorId><templateIdentifier>{name}</templateIdentifier><content>{content}</content></item>"
        )
    };
    let document = erp.document(
        "updateTemplates",
        &[compat("one", good), compat("page", &content), compat("two", good)].concat(),
        &format!("<templates>{}</templates>", [typed("one", good), typed("page", &content), typed("two", good)].concat()),
    );
    let reply = erp.send(&document, &[]);
    assert_eq!(reply.status, 200, "{}", reply.body);
    erp.read(&reply).having("return_code").into_iter().map(|report| report.must("return_code").to_owned()).collect()
}

#[test]
fn a_template_that_would_end_the_process_is_refused_and_the_others_of_the_call_are_stored() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        for content in [
            format!("{{{{ {}1 }}}}", "-".repeat(4_859)),
            format!("{{{{ a{} }}}}", "+a".repeat(20_000)),
            format!("{{{{ a{} }}}}", ".a".repeat(20_000)),
            format!("{{{{ a{} }}}}", "|e".repeat(20_000)),
            format!("{{{{ a{} }}}}", "()".repeat(20_000)),
            format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(5_000)),
            MEMORY_BOMB.to_owned(),
        ] {
            let start: String = content.chars().take(60).collect();
            assert_eq!(send(&erp, &content), ["0", "-3020", "0"], "{start}");
        }
        assert_eq!(world.get("/health").status, 200);
    });
}

#[test]
fn a_stored_template_that_is_refused_now_holds_back_its_offer_only() {
    everywhere(|database, face| {
        let mut world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        assert_eq!(send(&erp, "{{ item.identifier }}"), ["0", "0", "0"]);
        let (mug, bowl) = (erp.list("MUG", "12.50", 5), erp.list("BOWL", "9.90", 5));
        let block = format!(
            "<specific_item_data><ebay_item_data><account_specific_data><account_specific><account_id>{ACCOUNT}</account_id><description_template><template_identifier>page</template_identifier></description_template></account_specific></account_specific_data></ebay_item_data></specific_item_data>"
        );
        world.connect(
            "updateItems",
            &format!(
                "<request method=\"updateItems\" version=\"1.0.0\"><item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number>{block}</item></request>"
            ),
        );
        let description = |world: &World| world.sandbox_get("/offers/MUG")["description"].as_str().map(str::to_owned);
        eventually("the description", || match description(&world) {
            Some(text) if text == "Article MUG" => Ok(()),
            other => Err(format!("{other:?}")),
        });
        world.stop();

        // As an older version would have left it: the template, and the content of both offers to be sent.
        let content = serde_json::json!({ "content": MEMORY_BOMB }).to_string().replace('\'', "''");
        let dirty = |offer: i32| {
            format!(
                "INSERT INTO outbox_states (offer_id, topic, account_id, version, status, due_at, attempts) VALUES ({offer}, 1, {ACCOUNT}, 1, 0, 1, 0);"
            )
        };
        let sql = format!("UPDATE templates SET data = '{content}' WHERE identifier = 'page';{}{}", dirty(mug), dirty(bowl));
        let url = world.database();
        if url.starts_with("postgres") {
            PgConnection::establish(url).unwrap().batch_execute(&sql).unwrap();
        } else {
            SqliteConnection::establish(url).unwrap().batch_execute(&sql).unwrap();
        }

        world.start();
        let erp = Erp::on(&world, face);
        let item = erp.item("MUG", "Article MUG");
        let told = eventually("the message", || {
            let messages = erp.messages(item);
            messages.last().map(|message| format!("{message:?}")).ok_or_else(|| "no message".to_owned())
        });
        assert!(told.contains("namespace") && told.contains("page") && told.contains("updateTemplates"), "{told}");
        eventually("the other offer", || {
            let (.., pending) = erp.offer(bowl);
            if pending { Err("pending".to_owned()) } else { Ok(()) }
        });
        assert_eq!(description(&world).as_deref(), Some("Article MUG"), "the channel shows what it did");

        // The remedy that the message names.
        assert_eq!(send(&erp, "mended {{ item.identifier }}"), ["0", "0", "0"]);
        eventually("the mended description", || match description(&world) {
            Some(text) if text == "mended Article MUG" => Ok(()),
            other => Err(format!("{other:?}")),
        });
    });
}
