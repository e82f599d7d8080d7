//! Price lists, from outside.

use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

/// Sends a period of the account's list, with these prices in the words of either face.
fn period(erp: &Erp<'_>, days: (&str, &str), compat: &str, typed: &str) {
    let (from, to) = days;
    erp.sent(&erp.document(
        "updatePricelist",
        &format!(
            "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><validities><validity><identifier>sale</identifier><valid_from>{from}</valid_from><valid_to>{to}</valid_to><prices>{compat}</prices></validity></validities></pricelist>"
        ),
        &format!(
            "<pricelists><item><significantKey>IDENTIFIER</significantKey><mandatorId>1</mandatorId><identifier>default</identifier><validities><item><identifier>sale</identifier><validFrom>{from}</validFrom><validTo>{to}</validTo><prices>{typed}</prices></item></validities></item></pricelists>"
        ),
    ));
}

#[test]
fn a_period_that_moves_takes_its_prices_to_the_channel() {
    const PAST: (&str, &str) = ("2001-01-01", "2001-01-31");
    const NOW: (&str, &str) = ("2001-01-01", "2099-12-31");
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 5);
        let shows = |price: &str| {
            eventually(&format!("{database:?} {face:?}: a price of {price}"), || {
                let offer = world.sandbox_get("/offers/MUG");
                if offer["price"].as_str() == Some(price) { Ok(()) } else { Err(offer.to_string()) }
            });
        };
        period(&erp, PAST, "<entry item_nr=\"MUG\" price=\"7.90\"/>", "<item><itemNr>MUG</itemNr><price>7.90</price></item>");
        shows("9.90");
        period(&erp, NOW, "", "");
        shows("7.90");
        period(&erp, PAST, "", "");
        shows("9.90");
    });
}
