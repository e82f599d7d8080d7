//! The documents, character by character.

use super::offers::{Offer, Offers, Pricelist, Prices};
use super::to_xml;

#[test]
fn what_is_empty_stays_as_an_empty_element_and_text_is_escaped() {
    let list = |identifier: &str, external_id: &str, price: &str| Pricelist {
        identifier: identifier.into(),
        external_id: external_id.into(),
        price: price.into(),
    };
    let offer = Offer {
        title: "Brake disc <280 mm> & pads".into(),
        item_identifier: "Brake disc".into(),
        item_internal_number: "BD-280".into(),
        account_name: "My \"shop\"".into(),
        price: "39.90".into(),
        account_price: "39.90".into(),
        prices: Prices { pricelists: vec![list("gross", "P1", "39.90"), list("B2B \"net\"", "", "30.00")] },
        offer_state: "ACTIVE".into(),
        offer_pending_state: "ACTIVE".into(),
        ..Offer::default()
    };
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<offers>
  <offer>
    <title>Brake disc &lt;280 mm&gt; &amp; pads</title>
    <item_identifier>Brake disc</item_identifier>
    <item_internal_number>BD-280</item_internal_number>
    <item_match_code></item_match_code>
    <item_ean_code></item_ean_code>
    <item_upc_code></item_upc_code>
    <item_isbn></item_isbn>
    <account_name>My "shop"</account_name>
    <price>39.90</price>
    <account_price>39.90</account_price>
    <prices>
      <pricelist identifier="gross" external_id="P1" price="39.90" />
      <pricelist identifier="B2B &quot;net&quot;" external_id="" price="30.00" />
    </prices>
    <offer_state>ACTIVE</offer_state>
    <offer_pending_state>ACTIVE</offer_pending_state>
    <delivery_time_identifier></delivery_time_identifier>
    <delivery_time_in_days></delivery_time_in_days>
    <variant_parent_identifier></variant_parent_identifier>
    <variant_parent_internal_item_number></variant_parent_internal_item_number>
    <variant_parent_match_code></variant_parent_match_code>
    <variant_parent_ean></variant_parent_ean>
    <variant_parent_upc></variant_parent_upc>
    <variant_parent_isbn></variant_parent_isbn>
    <product_group_external_id></product_group_external_id>
    <product_group_identifier></product_group_identifier>
    <delivery_charge_category_external_id></delivery_charge_category_external_id>
    <delivery_charge_category_identifier></delivery_charge_category_identifier>
  </offer>
</offers>
"#;
    assert_eq!(to_xml(&Offers { offers: vec![offer] }).unwrap(), expected);
}

#[test]
fn an_account_without_offers_gives_an_empty_document() {
    assert_eq!(to_xml(&Offers::default()).unwrap(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offers />\n");
}
