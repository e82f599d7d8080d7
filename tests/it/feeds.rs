//! What Kontor and a channel say to each other, kept for the days that the admin sets, and the calls that need a screen.

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

fn feeds(erp: &Erp, more: &str) -> Element {
    erp.ask("fetchFeeds", &format!("<feed_filter><mandator_id filter_method=\"=\" filter_value=\"1\"/>{more}</feed_filter>"))
}

#[test]
fn what_went_to_a_channel_and_came_back_can_be_read_and_failures_found() {
    let config = Config { dispatch: "keep_feeds_days = 1", ..Config::default() }.text();
    everywhere(|database, face| {
        let world = World::configured(database, &config);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        eventually("the feed of the listing", || {
            let found = feeds(&erp, "<feed_type filter_method=\"=\" filter_value=\"submit\"/>");
            let said = found.having("feed_id").into_iter().any(|feed| {
                feed.get("request").is_some_and(|text| text.contains("MUG")) && feed.get("answer").is_some_and(|text| text.contains("Done"))
            });
            if said { Ok(()) } else { Err(format!("{found:?}")) }
        });
        let failed = "<failure filter_method=\"IS NOT\" filter_value=\"NULL\"/>";
        assert_eq!(feeds(&erp, failed).having("feed_id").len(), 0);
        world.sandbox("/faults", &serde_json::json!({"down": true}));
        erp.stock("MUG", 5, true);
        eventually("the feed of the failure", || {
            let found = feeds(&erp, failed);
            let said = found.having("feed_id").into_iter().any(|feed| feed.must("failure").contains("down"));
            if said { Ok(()) } else { Err(format!("{found:?}")) }
        });
        let other = feeds(&erp, "<account_id filter_method=\"=\" filter_value=\"4711\"/>");
        assert_eq!(other.having("feed_id").len(), 0);
    });
}

#[test]
fn nothing_is_kept_unless_the_admin_says_so() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        assert_eq!(erp.codes("fetchFeeds", "<feed_filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></feed_filter>"), [-5090]);
    });
}

#[test]
fn calls_that_need_a_screen_are_refused_with_a_reason() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let item = "<mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number>";
        assert_eq!(erp.codes("openItemOnClient", item), [-5091]);
        assert_eq!(erp.codes("openOrderOnClient", "<mandator_id>1</mandator_id><order_id>1</order_id>"), [-5091]);
        assert_eq!(erp.codes("openItemOnClient", "<mandator_id>99</mandator_id><item_id>1</item_id>"), [-4005]);
    });
}
