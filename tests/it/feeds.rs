//! What Kontor and a channel say to each other, kept for the days that the admin sets.

use kontor::operations::Face;

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
                feed.get("request").is_some_and(|text| text.contains("MUG"))
                    && feed.get("answer").is_some_and(|text| text.contains("\"done\""))
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
        let named = |element: &str, more: &str| {
            erp.codes("fetchFeeds", &format!("<{element}><mandator_id filter_method=\"=\" filter_value=\"1\"/>{more}</{element}>"))
        };
        for element in ["feed_filter", "filter", "sandbox_feed_filter"] {
            assert_eq!(named(element, ""), [0], "{element}");
        }
        assert_eq!(named("amazon_feed_filter", ""), [-4047], "no account is at Amazon");
        assert_eq!(named("feed_filter", "<account_id filter_method=\"=\" filter_value=\"4711\"/>"), [-4006]);
        assert_eq!(named("feed_filter", "<feed_type filter_method=\"=\" filter_value=\"nonsense\"/>"), [-3007]);
        if face == Face::Compat {
            assert!(named("feed_filter", "<colour filter_method=\"=\" filter_value=\"red\"/>")[0] < 0, "a condition that nobody knows");
        }
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
fn elements_of_a_platform_without_an_account_are_refused_and_those_with_one_mean_only_it() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        let offer = |name: &str| {
            format!(
                "<{name}><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number></{name}>"
            )
        };
        for (name, code) in [("offer", 0), ("sandbox_offer", 0), ("ebay_offer", -5085)] {
            assert_eq!(erp.codes("prepareOffers", &offer(name)), [code], "{name}");
        }
        let filter = |name: &str| format!("<{name}><mandator_id filter_method=\"=\" filter_value=\"1\"/></{name}>");
        for (call, name, code) in [
            ("fetchDisputes", "filter", 0),
            ("fetchDisputes", "sandbox_dispute_filter", 0),
            ("fetchDisputes", "ebay_dispute_filter", -4047),
            ("fetchMessages", "filter", 0),
            ("fetchMessages", "sandbox_message_filter", 0),
            ("fetchMessages", "ebay_message_filter", -4047),
        ] {
            assert_eq!(erp.codes(call, &filter(name)), [code], "{call} {name}");
        }
        let message =
            "<ebay_message significant_key=\"message_id\"><mandator_id>1</mandator_id><message_id>4711</message_id></ebay_message>";
        assert_eq!(erp.codes("updateMessages", message), [-4050], "an element that is named after its platform is read");
    });
}
