//! The categories of a channel, and what an offer lacks in the one that was chosen.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

fn asked(erp: &Erp, filter: &str) -> Element {
    erp.ask("fetchPlatformCategoryAttributes", &format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/>{filter}</filter>"))
}

/// Reasons why the offer of an article lacks attributes; those that keep it back have a `!` in front.
fn lacks(erp: &Erp) -> BTreeSet<String> {
    let answer = erp
        .ask("explainOffer", "<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>SHIRT</internal_item_number>");
    let lacks = answer.having("blocking").into_iter().filter(|lack| lack.must("name") == "attribute");
    lacks.map(|lack| format!("{}{}", if lack.must("blocking") == "true" { "!" } else { "" }, lack.must("reason"))).collect()
}

/// The article has these attributes, and no others.
fn has(erp: &Erp, attributes: &[(&str, &str)]) {
    let attributes: String = attributes
        .iter()
        .map(|(name, value)| {
            format!(
                "<item_attribute significant_key=\"attribute_identifier\"><attribute_identifier>{name}</attribute_identifier><item_attribute_values><item_attribute_value significant_key=\"attribute_value_identifier\"><attribute_value_identifier>{value}</attribute_value_identifier></item_attribute_value></item_attribute_values></item_attribute>"
            )
        })
        .collect();
    erp.must("updateItems", &format!("<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>SHIRT</internal_item_number><item_attributes clear=\"true\">{attributes}</item_attributes></item>"));
}

#[test]
fn the_explanation_of_an_offer_names_what_its_category_wants_until_the_article_has_it() {
    let config =
        Config::default().text().replace("connector = \"sandbox\"", "connector = \"sandbox\"\ndefault_category = \"clothing-shirts\"");
    everywhere(|database, face| {
        let world = World::configured(database, &config);
        let erp = Erp::on(&world, face);
        erp.list("SHIRT", "19.90", 3);
        eventually("the attributes of the category", || {
            let found = asked(&erp, "<category_id filter_method=\"=\" filter_value=\"clothing-shirts\"/>");
            let names: Vec<&str> = found.having("required").into_iter().map(|attribute| attribute.must("identifier")).collect();
            if names == ["Size", "Colour"] { Ok(()) } else { Err(format!("{found:?}")) }
        });
        let found = lacks(&erp);
        assert!(found.len() == 2 && ["Size", "Colour"].iter().all(|name| found.iter().any(|lack| lack.contains(name))), "{found:?}");
        assert!(found.iter().all(|lack| !lack.starts_with('!')), "the channel decides whether it takes the offer: {found:?}");
        has(&erp, &[("Colour", "Red"), ("Size", "XXL")]);
        let found = lacks(&erp);
        assert!(found.len() == 1 && found.iter().all(|lack| lack.contains("XXL")), "{found:?}");
        has(&erp, &[("Colour", "Red"), ("Size", "xl")]);
        assert_eq!(lacks(&erp), BTreeSet::new());
    });
}

#[test]
fn the_tree_of_a_channel_is_read_by_name_and_of_the_accounts_that_are_meant() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        eventually("the tree", || {
            let found = asked(&erp, "<identifier filter_method=\"=\" filter_value=\"Shirts\"/>");
            let paths: Vec<&str> = found.having("takes_offers").into_iter().map(|category| category.must("path")).collect();
            if paths == ["0_clothing_clothing-shirts"] { Ok(()) } else { Err(format!("{found:?}")) }
        });
        let codes = |filter: &str| erp.codes("fetchPlatformCategoryAttributes", filter);
        let unknown =
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><account_id filter_method=\"=\" filter_value=\"4711\"/></filter>";
        assert_eq!(codes(unknown), [-4006], "nothing found would say that it has no categories");
        let nodes = |platform: &str| {
            format!("<{platform}_browsenode_filter><subchannel filter_method=\"=\" filter_value=\"9000\"/></{platform}_browsenode_filter>")
        };
        assert_eq!((codes(&nodes("sandbox")), codes(&nodes("amazon"))), (vec![0], vec![-4047]));
    });
}
