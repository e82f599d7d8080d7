//! Attributes from outside: what the ERP defines decides what a channel gets of an article's attributes.

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

/// An article that says these attributes, listed in the sandbox.
fn listed(erp: &Erp, number: &str, attributes: &str) -> i32 {
    let offer = erp.list(number, "9.90", 9);
    says(erp, number, attributes);
    offer
}

fn says(erp: &Erp, number: &str, more: &str) {
    erp.must("updateItems", &format!("<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>{number}</internal_item_number>{more}</item>"));
}

/// One attribute of an article, by name.
fn attribute(name: &str, unit: &str, value: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!("<value_unit>{unit}</value_unit>") };
    format!(
        "<item_attribute significant_key=\"attribute_identifier\"><attribute_identifier>{name}</attribute_identifier>{unit}<item_attribute_values><item_attribute_value significant_key=\"attribute_value_identifier\"><attribute_value_identifier>{value}</attribute_value_identifier></item_attribute_value></item_attribute_values></item_attribute>"
    )
}

fn attributes(list: &[(&str, &str, &str)]) -> String {
    let list: String = list.iter().map(|(name, unit, value)| attribute(name, unit, value)).collect();
    format!("<item_attributes clear=\"true\">{list}</item_attributes>")
}

/// Defines or changes a central attribute.
fn define(erp: &Erp, mandator: i32, name: &str, more: &str) -> Element {
    erp.must("updateAttributes", &format!("<attribute significant_key=\"attribute_identifier\"><mandator_id>{mandator}</mandator_id><attribute_identifier>{name}</attribute_identifier>{more}</attribute>"))
}

fn values(list: &[&str]) -> String {
    let list: String = list
        .iter()
        .map(|name| format!("<attribute_value><attribute_value_identifier>{name}</attribute_value_identifier></attribute_value>"))
        .collect();
    format!("<attribute_values>{list}</attribute_values>")
}

/// What the shop shows, once it shows that.
fn shows(world: &World, number: &str, wanted: &[(&str, &str)]) {
    eventually("the attributes in the shop", || {
        let offer = world.sandbox_get(&format!("/offers/{number}"));
        let shown: Vec<(String, String)> = serde_json::from_value(offer["attributes"].clone()).unwrap();
        let same = shown.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(wanted.iter().copied());
        if same { Ok(()) } else { Err(format!("{shown:?}")) }
    });
}

/// Names and reasons of what is missing; those that keep the offer back have a `!` in front.
fn missing(erp: &Erp, number: &str) -> Vec<String> {
    let answer = erp.ask(
        "explainOffer",
        &format!("<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>{number}</internal_item_number>"),
    );
    let lacks =
        answer.having("blocking").into_iter().filter(|lack| ["attribute", "option", "attribute_set_id"].contains(&lack.must("name")));
    lacks.map(|lack| format!("{}{}", if lack.must("blocking") == "true" { "!" } else { "" }, lack.must("reason"))).collect()
}

#[test]
fn a_channel_gets_an_attribute_under_the_accounts_name_in_its_language_and_only_values_that_fit() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        listed(&erp, "MUG", &attributes(&[("Material", "", "Clay"), ("Volume", "", "300"), ("Brand", "", "Own")]));
        shows(&world, "MUG", &[("Material", "Clay"), ("Volume", "300"), ("Brand", "Own")]);
        // Defined later: only the offers of the articles that name them follow, without a call about the articles.
        define(
            &erp,
            1,
            "Material",
            &format!(
                "<translations><translation><language_code_iso>en</language_code_iso><text>Stuff</text></translation></translations>{}",
                values(&["Clay", "Glass"])
            ),
        );
        define(&erp, 1, "Volume", "<attribute_data_type>DECIMAL</attribute_data_type><value_unit>ml</value_unit>");
        shows(&world, "MUG", &[("Stuff", "Clay"), ("Volume", "300 ml"), ("Brand", "Own")]);
        define(
            &erp,
            1,
            "Material",
            "<specific_attribute_data><oxid_attribute_data><account_id>1000</account_id><identifier>mat</identifier><values><value><attribute_value_identifier>Clay</attribute_value_identifier><channel_value>earth</channel_value></value></values></oxid_attribute_data></specific_attribute_data>",
        );
        shows(&world, "MUG", &[("mat", "earth"), ("Volume", "300 ml"), ("Brand", "Own")]);
        assert_eq!(missing(&erp, "MUG"), Vec::<String>::new());
        says(&erp, "MUG", &attributes(&[("Material", "", "Wood"), ("Volume", "l", "0.3")]));
        shows(&world, "MUG", &[]);
        let reasons = missing(&erp, "MUG");
        assert!(reasons.len() == 2 && reasons[0].contains("Wood") && reasons[1].contains("\"l\""), "{reasons:?}");
        says(&erp, "MUG", &attributes(&[("Volume", "ml", "much")]));
        let reasons = missing(&erp, "MUG");
        assert!(reasons.len() == 1 && reasons[0].contains("much") && reasons[0].contains("DECIMAL"), "{reasons:?}");
    });
}

#[test]
fn a_renamed_attribute_is_still_meant_by_its_old_name_and_a_deleted_value_is_not_sent() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        listed(&erp, "MUG", &attributes(&[("Material", "", "Clay")]));
        let defined = define(&erp, 1, "Material", &values(&["Clay", "Glass"]));
        let id = defined.having("attribute_id")[0].number("attribute_id");
        let clay = defined.having("attribute_value_id")[0].number("attribute_value_id");
        let change = |more: &str| {
            erp.must("updateAttributes", &format!("<attribute significant_key=\"attribute_id\"><attribute_id>{id}</attribute_id><mandator_id>1</mandator_id>{more}</attribute>"));
        };
        change(&format!(
            "<attribute_identifier>Stuff</attribute_identifier><attribute_values><attribute_value><attribute_value_id>{clay}</attribute_value_id><attribute_value_identifier>Earth</attribute_value_identifier></attribute_value></attribute_values>"
        ));
        shows(&world, "MUG", &[("Stuff", "Earth")]);
        // Sent again under the name of before, as a nightly job does.
        says(&erp, "MUG", &attributes(&[("Material", "", "Clay")]));
        shows(&world, "MUG", &[("Stuff", "Earth")]);
        change(&format!(
            "<attribute_values><attribute_value delete=\"true\"><attribute_value_id>{clay}</attribute_value_id></attribute_value></attribute_values>"
        ));
        shows(&world, "MUG", &[]);
        assert_eq!(missing(&erp, "MUG").len(), 1);
        let twice = "<attribute significant_key=\"attribute_identifier\"><mandator_id>1</mandator_id><attribute_identifier>Stuff</attribute_identifier><attribute_values><attribute_value delete=\"true\"><attribute_value_id>".to_owned() + &clay.to_string() + "</attribute_value_id></attribute_value></attribute_values></attribute>";
        assert_eq!(erp.codes("updateAttributes", &twice), [0], "removed twice");
        // Another attribute takes the old name: it is meant from now on.
        define(&erp, 1, "Material", "");
        shows(&world, "MUG", &[("Material", "Clay")]);
        assert_eq!(missing(&erp, "MUG"), Vec::<String>::new());
    });
}

#[test]
fn a_set_keeps_an_offer_back_whose_article_lacks_a_mandatory_attribute() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        define(&erp, 1, "Material", &values(&["Clay", "Glass"]));
        define(&erp, 1, "Colour", "");
        erp.must("updateAttributeSets", "<attribute_set significant_key=\"attribute_set_identifier\"><mandator_id>1</mandator_id><attribute_set_identifier>Tableware</attribute_set_identifier><attributes><attribute><attribute_identifier>Material</attribute_identifier><mandatory>true</mandatory></attribute><attribute><attribute_identifier>Colour</attribute_identifier></attribute></attributes></attribute_set>");
        erp.item("MUG", "Mug");
        erp.price("MUG", "9.90");
        erp.stock("MUG", 9, true);
        // A value outside the list is none.
        says(
            &erp,
            "MUG",
            &format!("<attribute_set_identifier>Tableware</attribute_set_identifier>{}", attributes(&[("Material", "", "Wood")])),
        );
        let prepare =
            "<offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number></offer>";
        let prepared = erp.must("prepareOffers", prepare);
        let lacks: Vec<&str> = prepared.having("blocking").into_iter().map(|lack| lack.must("blocking")).collect();
        assert_eq!(lacks, ["true", "false"], "{prepared:?}");
        let offer = prepared.having("offer_id")[0].number("offer_id");
        let upload = format!("<offers><offer_id>{offer}</offer_id></offers><process_synchronous>true</process_synchronous>");
        let answer = erp.ask("uploadOffers", &upload);
        let refused = answer.having("error_description");
        assert!(refused.len() == 1 && refused[0].must("error_description").contains("Material"), "{answer:?}");
        assert!(missing(&erp, "MUG")[0].starts_with('!'));
        says(&erp, "MUG", &attributes(&[("Material", "", "Glass")]));
        shows(&world, "MUG", &[("Material", "Glass")]);
        assert_eq!(erp.must("prepareOffers", prepare).having("blocking").len(), 0);
        says(&erp, "MUG", "<attribute_set_identifier>Glasses</attribute_set_identifier>");
        let unknown = erp.ask(
            "explainOffer",
            "<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number>",
        );
        let lack = unknown.having("blocking").into_iter().find(|lack| lack.must("reason").contains("Glasses")).cloned();
        assert_eq!(lack.map(|lack| lack.must("blocking").to_owned()).as_deref(), Some("false"), "{unknown:?}");
    });
}

#[test]
fn the_same_attribute_in_two_mandators_is_two() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        listed(&erp, "MUG", &attributes(&[("Material", "", "Clay")]));
        let ids: Vec<i32> =
            [1, 2].map(|mandator| define(&erp, mandator, "Material", "").having("attribute_id")[0].number("attribute_id")).into();
        assert_ne!(ids[0], ids[1]);
        define(&erp, 2, "Material", &values(&["Glass"]));
        assert_eq!(missing(&erp, "MUG"), Vec::<String>::new(), "that of another mandator decides nothing");
        let foreign = format!(
            "<attribute significant_key=\"attribute_id\"><attribute_id>{}</attribute_id><mandator_id>1</mandator_id><attribute_identifier>X</attribute_identifier></attribute>",
            ids[1]
        );
        assert_eq!(erp.codes("updateAttributes", &foreign), [-4011]);
        let sets = erp.ask("fetchAttributes", "<filter><mandator_id filter_method=\"=\" filter_value=\"2\"/></filter>");
        assert_eq!(sets.having("attribute_id").len(), 1);
    });
}

#[test]
fn properties_of_variants_are_sent_in_the_accounts_language_and_their_values_change_one_by_one() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        erp.list("MUG-BL", "9.90", 9);
        says(
            &erp,
            "MUG-BL",
            "<variant><external_variant_parent_id>MUG</external_variant_parent_id><attributes><attribute><property><identifier>Farbe</identifier></property><value><identifier>Blau</identifier></value></attribute></attributes></variant>",
        );
        let options = |wanted: &str| {
            eventually("the option in the explanation", || {
                let answer = erp.ask(
                    "explainOffer",
                    "<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG-BL</internal_item_number>",
                );
                let shown: Vec<String> = answer
                    .having("source")
                    .into_iter()
                    .filter(|value| value.must("name") == "option")
                    .map(|value| value.must("value").to_owned())
                    .collect();
                if shown == [wanted] { Ok(()) } else { Err(format!("{shown:?}")) }
            });
        };
        options("Farbe: Blau");
        let text = |text: &str| {
            format!(
                "<multilingual_data><translation><language_code_iso>en</language_code_iso><text>{text}</text></translation></multilingual_data>"
            )
        };
        erp.must("updateVariantAttributes", &format!("<variant_attribute significant_key=\"variant_attribute_identifier\"><mandator_id>1</mandator_id><identifier>Farbe</identifier>{}</variant_attribute>", text("Colour")));
        options("Colour: Blau");
        let value = |name: &str, more: &str| {
            format!(
                "<variant_attribute_value significant_key=\"variant_attribute_value_identifier\"{more}<mandator_id>1</mandator_id><identifier>{name}</identifier><variant_attribute_identifier>Farbe</variant_attribute_identifier>"
            )
        };
        erp.must("updateVariantAttributeValues", &format!("{}{}</variant_attribute_value>", value("Rot", ">"), text("Red")));
        assert_eq!(missing(&erp, "MUG-BL").len(), 1, "a value that is not defined is named, and sent nevertheless");
        options("Colour: Blau");
        let added = erp.must("updateVariantAttributeValues", &format!("{}{}</variant_attribute_value>", value("Blau", ">"), text("Blue")));
        assert_eq!(added.having("action")[0].must("action").to_ascii_lowercase(), "insert");
        options("Colour: Blue");
        assert_eq!(missing(&erp, "MUG-BL"), Vec::<String>::new());
        for _ in 0..2 {
            let gone =
                erp.must("updateVariantAttributeValues", &format!("{}</variant_attribute_value>", value("Rot", " delete=\"true\">")));
            assert_eq!(gone.having("action")[0].must("action").to_ascii_lowercase(), "delete");
        }
        let found = erp.ask("fetchVariantAttributes", "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>");
        let names: Vec<&str> = found.having("variant_attribute_value_id").into_iter().map(|value| value.must("identifier")).collect();
        assert_eq!(names, ["Blau"]);
    });
}
