//! What clients of the original do without a second thought, on the compat face.

use kontor::operations::Face;

use crate::config::Config;
use crate::element::Element;
use crate::erp::Erp;
use crate::labels::sale;
use crate::world::{World, databases, eventually};

/// A condition of a filter.
fn is(name: &str, value: impl std::fmt::Display) -> String {
    format!("<{name} filter_method=\"=\" filter_value=\"{value}\"/>")
}

fn filter(conditions: &str) -> String {
    format!("<filter>{}{conditions}</filter>", is("mandator_id", 1))
}

fn each(test: impl Fn(&World, &Erp)) {
    for database in databases() {
        let world = World::demo(database);
        test(&world, &Erp::on(&world, Face::Compat));
    }
}

fn warnings(answer: &Element) -> Vec<String> {
    answer.texts("warnings").into_iter().map(str::to_owned).collect()
}

#[test]
fn a_condition_counts_wherever_there_is_a_filter() {
    each(|_, erp| {
        let found = |call: &str, conditions: &str| {
            erp.ask(call, &format!("<filter>{conditions}</filter>")).having("total_records")[0].must("total_records").to_owned()
        };
        assert_eq!(found("fetchMandators", &is("mandator_id", 1)), "1");
        assert_eq!(found("fetchMandators", &is("mandator_id", 99)), "0");
        assert_eq!(found("fetchSubChannels", &is("sub_channel_id", 4100)), "1");
        assert_eq!(found("fetchSubChannels", &is("sub_channel_identifier", "none")), "0");
        assert_eq!(found("fetchSubChannels", &is("mandator_id", 1)), "1", "phone sales have no account");
        assert_eq!(erp.codes("fetchOrders", &filter(&is("order_status_id", 120))), [0]);
        assert_eq!(erp.codes("fetchOrders", &filter(&is("order_status_id", 4711))), [-3007], "it would find nothing");
        for (name, code) in [("filter", 0), ("sandbox_feedback_filter", 0), ("sandbox_filter", 0), ("ebay_feedback_filter", -4047)] {
            let asked = format!("<{name}>{}</{name}>", is("mandator_id", 1));
            assert_eq!(erp.codes("fetchFeedbackSummaries", &asked), [code], "{name}");
        }
    });
}

#[test]
fn a_call_of_which_nothing_is_read_is_no_success() {
    each(|_, erp| {
        assert_eq!(erp.codes("updateItems", "<article><mandator_id>1</mandator_id></article>"), [-3122]);
        assert_eq!(erp.codes("updateItems", ""), Vec::<i32>::new(), "a call with nothing to do is fine");
        let order = "<order significant_key=\"order_id\"><mandator_id>1</mandator_id><order_id>4711</order_id><documents><document>\
                     <document_type>invoice</document_type></document></documents></order>";
        let unknown = erp.codes("createOrderDocuments", &format!("<orders>{order}</orders>"));
        assert!(unknown.len() == 1 && unknown[0] < 0);
        assert_eq!(erp.codes("createOrderDocuments", order), unknown, "without the list around it");
    });
}

#[test]
fn empty_elements_of_generated_clients_say_nothing() {
    each(|_, erp| {
        let item = |more: &str| {
            format!(
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>ROPE</internal_item_number>\
                 <identifier>Rope</identifier><tax_type_id>3</tax_type_id>{more}</item>"
            )
        };
        let block = "<p_item_data><account_specific_data><account_specific><account_id>1000</account_id><title>A rope</title></account_specific>\
                     </account_specific_data></p_item_data>";
        let variants =
            ["<variant/>", "<variant><external_variant_parent_id/><variant_standard>false</variant_standard><attributes/></variant>"];
        for variant in variants {
            assert_eq!(erp.codes("updateItems", &item(variant)), [0], "{variant}");
        }
        assert_eq!(erp.codes("updateItems", &item("<variant><variant_standard>true</variant_standard></variant>")), [-3001]);
        erp.must("updateItems", &item(&format!("<specific_item_data>{block}</specific_item_data>")));
        for empty in ["<specific_item_data/>", "<specific_item_data><p_item_data/></specific_item_data>"] {
            let prices = format!(
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>ROPE</internal_item_number>\
                 <list_price>5</list_price>{empty}</item>"
            );
            erp.must("updatePrices", &prices);
            let items = erp.ask("fetchItems", &filter(""));
            assert!(format!("{items:?}").contains("A rope"), "{empty}: {items:?}");
        }
    });
}

#[test]
fn reports_and_messages_name_what_they_are_about() {
    each(|world, erp| {
        let offer = erp.list("MUG", "9.90", 9);
        let again = world.connect(
            "uploadOffers",
            &format!("<request method=\"uploadOffers\" version=\"1.0.0\"><offers><offer_id>{offer}</offer_id><offer_id>4711</offer_id></offers></request>"),
        );
        assert!(again.contains(&format!("<taken_offers><offer_id>{offer}</offer_id></taken_offers>")), "{again}");
        assert!(again.contains("<failed_offers><offer_id>4711</offer_id></failed_offers>"), "{again}");
        erp.item("CUP", "A cup");
        let incomplete = erp.prepare("CUP");
        erp.upload(incomplete, true);
        let messages = eventually("the message about the offer", || {
            let messages = erp.ask("fetchUploadMessages", &filter(""));
            if messages.having("message_id").is_empty() { Err(format!("{messages:?}")) } else { Ok(messages) }
        });
        assert!(messages.having("message_id").iter().all(|message| message.must("internal_item_number") == "CUP"), "{messages:?}");
    });
}

#[test]
fn a_parcel_of_the_future_and_a_wrong_iban_are_warned_of() {
    each(|world, erp| {
        sale(world, "S-1", "Bamberg");
        let shipped = |date: &str| {
            let answer = erp.ask(
                "updateOrderStatus",
                &format!(
                    "<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id><external_order_number_1>S-1</external_order_number_1>\
                     <status>SHIPPED</status><shipping_informations><shipping_information><tracking_number>T-1</tracking_number>\
                     <shipping_date>{date}</shipping_date></shipping_information></shipping_informations></order>"
                ),
            );
            warnings(&answer)
        };
        let said = shipped("2099-01-31T12:00:00");
        assert!(said.len() == 1 && said[0].contains("2099-01-31") && said[0].contains("shipping_information 1"), "{said:?}");
        assert_eq!(shipped("2026-01-31T12:00:00"), Vec::<String>::new());
        let paid = |number: &str, iban: &str| {
            let answer = erp.ask(
                "updatePayments",
                &format!(
                    "<payment><mandator_id>1</mandator_id><external_id>{number}</external_id><payment_date>2026-01-31</payment_date>\
                     <payment_amount>5.00</payment_amount><currency_code_iso>EUR</currency_code_iso><iban>{iban}</iban></payment>"
                ),
            );
            warnings(&answer)
        };
        assert_eq!(paid("P-1", "de65 9999 0001 0000 1234 56"), Vec::<String>::new());
        let said = paid("P-2", "DE66999900010000123456");
        assert!(said.len() == 1 && said[0].contains("check digits"), "{said:?}");
        let said = paid("P-3", "DE6599990001");
        assert!(said.len() == 1 && said[0].contains("characters"), "{said:?}");
    });
}

#[test]
fn a_set_in_two_accounts_is_no_repeat_and_its_answer_is_whole() {
    let config = Config { shops: &[crate::config::Shop::FIRST, crate::config::Shop::SECOND], ..Config::default() }.text();
    for database in databases() {
        let world = World::configured(database, &config);
        let erp = Erp::on(&world, Face::Compat);
        erp.must(
            "updateAttributeSets",
            "<attribute_set significant_key=\"attribute_set_identifier\"><mandator_id>1</mandator_id>\
             <attribute_set_identifier>Ropes</attribute_set_identifier></attribute_set>",
        );
        let set = |account: i32, more: &str| {
            format!(
                "<shopware_set significant_key=\"attribute_set_id\"><mandator_id>1</mandator_id><set_id>1</set_id>\
                 <account_id>{account}</account_id>{more}</shopware_set>"
            )
        };
        let both = erp.must("updateAttributeSets", &[set(1000, ""), set(1001, "<position>3</position>")].concat());
        assert_eq!(warnings(&both), Vec::<String>::new());
        let twice = erp.must("updateAttributeSets", &[set(1000, "<position>1</position>"), set(1000, "<position>2</position>")].concat());
        assert_eq!(warnings(&twice).len(), 1);
        let sets = erp.ask("fetchAttributeSets", &filter(""));
        let shown: Vec<Vec<&str>> = sets
            .having("shopware_attribute_set_identifier")
            .into_iter()
            .map(|set| {
                ["account_id", "shopware_attribute_set_identifier", "active", "comparable", "position", "sort_mode"]
                    .map(|name| set.must(name))
                    .to_vec()
            })
            .collect();
        assert_eq!(
            shown,
            [["1000", "Ropes", "true", "false", "2", "ALPHA_NUMERIC"], ["1001", "Ropes", "true", "false", "3", "ALPHA_NUMERIC"]]
        );
    }
}

#[test]
fn categories_answer_under_the_name_of_the_platform_that_was_asked_for() {
    each(|world, erp| {
        erp.list("SHIRT", "19.90", 3);
        let asked = |name: &str, conditions: &str| {
            world.connect(
                "fetchPlatformCategoryAttributes",
                &format!("<request method=\"fetchPlatformCategoryAttributes\" version=\"1.0.0\"><{name}>{conditions}</{name}></request>"),
            )
        };
        eventually("the tree of the channel", || {
            let answer = asked("sandbox_browsenode_filter", &is("subchannel", 9000));
            if answer.contains("<sandbox_browsenode>") && !answer.contains("<platform_category>") { Ok(()) } else { Err(answer) }
        });
        let plain = asked("filter", &is("mandator_id", 1));
        assert!(plain.contains("<platform_category>") && !plain.contains("browsenode"), "{plain}");
    });
}
