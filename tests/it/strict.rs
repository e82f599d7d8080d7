//! Users with `strict = true` are told what of their requests was ignored; others never see the element.

use kontor::operations::Face;

use crate::config::Config;
use crate::erp::{Erp, everywhere};
use crate::world::World;

/// strict:demo
const STRICT: (&str, &str) = ("Authorization", "Basic c3RyaWN0OmRlbW8=");

#[test]
fn a_strict_user_is_told_what_was_ignored() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        let document = erp.document(
            "updateItems",
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Mug</identifier><internal_item_number>S-1</internal_item_number><tax_type_id>3</tax_type_id><list_prise>5</list_prise></item>",
            "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><identifier>Mug</identifier><internalItemNumber>S-1</internalItemNumber><taxTypeId>3</taxTypeId><listPrise>5</listPrise></item></items>",
        );
        let silent = erp.send(&document, &[]);
        assert!(erp.accepted(&silent) && !silent.body.contains("arnings"), "{}", silent.body);
        let told = erp.send(&document, &[STRICT]);
        assert!(erp.accepted(&told), "{}", told.body);
        let (name, proposed) = if face == Face::Compat { ("list_prise", "list_price") } else { ("listPrise", "listPrice") };
        assert!(told.body.contains(name) && told.body.contains(&format!("(→ {proposed})")), "{}", told.body);
        // A repeat is answered with the same warnings.
        let again = erp.send(&document, &[STRICT]);
        assert_eq!(again.body, told.body);
        let clean = erp.send(&erp.item_document("S-2", "Jug"), &[STRICT]);
        assert!(erp.accepted(&clean) && !clean.body.contains("arnings"), "{}", clean.body);
    });
}

#[test]
fn a_strict_user_is_told_that_a_password_is_not_kept_and_not_that_it_is_misspelt() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, face);
        let document = erp.document(
            "updateCustomers",
            "<customer><customer_number>1</customer_number><mandator_id>1</mandator_id><last_name>King</last_name><password>x</password></customer>",
            "<customers><item><mandatorId>1</mandatorId><customerNumber>1</customerNumber><lastName>King</lastName><password>x</password></item></customers>",
        );
        let told = erp.send(&document, &[STRICT]);
        assert!(told.body.contains("neither stores nor sends") && !told.body.contains("correct the name"), "{}", told.body);
    });
}
