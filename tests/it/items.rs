//! Articles, from outside.

use crate::erp::{Erp, everywhere};
use crate::world::World;

#[test]
fn an_article_keeps_what_later_calls_do_not_mention() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let id = erp.item("MUG", "Mug");
        erp.sent(&erp.document(
            "updateItems",
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><ean_code>40</ean_code><match_code>mug</match_code></item>",
            "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><internalItemNumber>MUG</internalItemNumber><eanCode>40</eanCode><matchCode>mug</matchCode></item></items>",
        ));
        // Renamed by its EAN, and one value emptied.
        erp.sent(&erp.document(
            "updateItems",
            "<item significant_key=\"ean_code\"><mandator_id>1</mandator_id><internal_item_number>MUG-2</internal_item_number><ean_code>40</ean_code><match_code/></item>",
            "<items><item><significantKey>EAN_CODE</significantKey><mandatorId>1</mandatorId><internalItemNumber>MUG-2</internalItemNumber><eanCode>40</eanCode><matchCode/></item></items>",
        ));
        let answer = erp.read(&erp.sent(&erp.document(
            "fetchItems",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
            "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
        )));
        let item = answer.having("internal_item_number")[0];
        assert_eq!((item.number("item_id"), item.must("internal_item_number"), item.must("identifier")), (id, "MUG-2", "Mug"));
        assert_eq!((item.must("ean_code"), item.get("match_code").unwrap_or_default()), ("40", ""), "{database:?} {face:?}");
    });
}

#[test]
fn a_bare_value_is_no_condition_and_never_gives_everything() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        let reply = erp.send(
            &erp.document(
                "fetchItems",
                "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><internal_item_number>CUP</internal_item_number></filter>",
                "<filters><item><mandatorId><value>1</value></mandatorId><internalItemNumber>CUP</internalItemNumber></item></filters>",
            ),
            &[],
        );
        let answer = erp.read(&reply);
        assert_eq!(answer.having("return_code")[0].number("return_code"), -3017, "{database:?}: {answer:?}");
        assert!(answer.having("internal_item_number").is_empty());
    });
}
