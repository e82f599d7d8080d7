//! The price of an item in an account.

use std::collections::BTreeMap;

use super::{account, block, item, look};
use crate::config::{Account, Preparation};
use crate::domain::price::{Dated, Sale};
use crate::domain::{Decimal, ItemId, MandatorId, PricelistId, Reader};
use crate::preparation::{Known, KnownPricelist, Lack};
use crate::store::pricelists::NamedPrice;
use crate::store::prices::PricelistRow;

pub(super) fn priced() -> Known {
    let day = |text: &str| Some(text.parse().unwrap());
    let always = NamedPrice { validity: None, dated: Dated { from: None, to: None, price: Decimal(99_000) } };
    let sale = Dated { from: day("2026-11-01"), to: day("2026-11-30"), price: Decimal(79_000) };
    let prices = BTreeMap::from([(ItemId(1), vec![always, NamedPrice { validity: Some("Sale".into()), dated: sale }])]);
    Known { pricelists: BTreeMap::from([("standard".into(), list(PricelistId(1), "EUR", prices))]), ..Known::default() }
}

fn list(pricelist_id: PricelistId, currency: &str, prices: BTreeMap<ItemId, Vec<NamedPrice>>) -> KnownPricelist {
    let list = PricelistRow {
        pricelist_id,
        mandator_id: MandatorId(1),
        identifier: format!("list {pricelist_id}"),
        external_id: None,
        iso_currency: currency.into(),
        rounding_id: 2,
        gross: true,
        created_at: 0,
        created_by: String::new(),
        last_changed: 0,
        last_changed_by: String::new(),
    };
    KnownPricelist { list, prices }
}

#[test]
fn a_further_price_list_counts_where_those_before_have_no_price_today() {
    let day = |text: &str| Some(text.parse().unwrap());
    let named = |price, to| NamedPrice { validity: None, dated: Dated { from: None, to, price: Decimal(price) } };
    let own = Account { pricelists: vec!["standard".into(), "gone".into(), "clearance".into(), "all".into()], ..account() };
    let lists = |currency: &str, to| {
        let all = BTreeMap::from([(ItemId(1), vec![named(50_000, None)])]);
        Known {
            pricelists: BTreeMap::from([
                ("standard".into(), list(PricelistId(1), "EUR", BTreeMap::new())),
                ("clearance".into(), list(PricelistId(2), currency, BTreeMap::from([(ItemId(1), vec![named(30_000, to)])]))),
                ("all".into(), list(PricelistId(3), "EUR", all)),
            ]),
            ..Known::default()
        }
    };
    let price = |known: &Known| look(&own, known, &item("{}")).price;
    let first = price(&lists("EUR", None)).unwrap();
    assert_eq!(
        (first.value.money.amount, first.source.sentence(Reader::ADMIN)),
        (Decimal(39_900), "price list clearance, unlimited validity".into())
    );
    let over = price(&lists("EUR", day("2026-01-31"))).unwrap();
    assert_eq!(
        (over.value.money.amount, over.source.sentence(Reader::ADMIN)),
        (Decimal(59_900), "price list all, unlimited validity".into())
    );
    let lack = price(&lists("USD", None)).unwrap_err();
    assert_eq!(lack.message().text(Reader::ADMIN), "the price list \"clearance\" is in USD, the account sells in EUR");
    let lack = price(&lists("XYZ", None)).unwrap_err();
    assert_eq!(lack.message().text(Reader::ADMIN), "the currency \"XYZ\" of price list \"list 2\" is not in ISO 4217");
    let lack = look(
        &own,
        &Known { pricelists: BTreeMap::from([("standard".into(), list(PricelistId(1), "EUR", BTreeMap::new()))]), ..Known::default() },
        &item("{}"),
    );
    assert!(lack.price.unwrap_err().message().text(Reader::ADMIN).contains("\"standard\" or \"gone\" or \"clearance\" or \"all\""));
}

#[test]
fn the_price_names_its_validity_or_the_items_block() {
    let price = look(&account(), &priced(), &item("{}")).price.unwrap();
    assert_eq!(price.value.money.amount, Decimal(79_900));
    assert_eq!(price.source.sentence(Reader::ADMIN), "price list standard, validity Sale 2026-11-01..2026-11-30");
    let price = look(&account(), &priced(), &item(&block("<standard_price>12.25</standard_price>"))).price.unwrap();
    assert_eq!((price.value.money.amount, price.source.word()), (Decimal(122_500), "specific_item_data"));
    let seen = look(&account(), &priced(), &item(&block("<standard_price>12,25</standard_price>")));
    assert_eq!(seen.price.unwrap_err(), Lack::PlatformPrice("12,25".into()));
    assert_eq!(look(&account(), &Known::default(), &item("{}")).price.unwrap_err(), Lack::Pricelist("standard".into()));
}

#[test]
fn a_price_for_some_days_is_read_from_the_items_block() {
    let seen = |xml: &str| look(&account(), &priced(), &item(&block(xml)));
    let days = "<sale_start_date>2026-12-01T00:00:00</sale_start_date><sale_end_date>2026-12-24</sale_end_date>";
    let of = seen(&format!("<sale_price>7.50</sale_price>{days}"));
    assert_eq!(of.price.as_ref().unwrap().value.money.amount, Decimal(79_900), "it is no price of the offer");
    let day = |text: &str| Some(text.parse().unwrap());
    let expected = Sale { price: Decimal(75_000), from: day("2026-12-01"), to: day("2026-12-24") };
    assert_eq!(of.content().unwrap().sale, Some(expected));
    assert_eq!(seen(days).sale, Ok(None));
    for (xml, text) in
        [("<sale_price>7,50</sale_price>", "7,50"), ("<sale_price>7</sale_price><sale_end_date>24.12.</sale_end_date>", "24.12.")]
    {
        assert_eq!(seen(xml).content().unwrap_err(), Lack::PlatformSale(text.into()));
    }
}

#[test]
fn the_price_has_the_decimals_of_its_currency() {
    for (currency, of_the_list, of_the_block) in [("EUR", "9.99", "12.35"), ("JPY", "9", "12"), ("KWD", "9.990", "12.346")] {
        let prices = BTreeMap::from([(
            ItemId(1),
            vec![NamedPrice { validity: None, dated: Dated { from: None, to: None, price: Decimal(91_255) } }],
        )]);
        let known = Known { pricelists: BTreeMap::from([("standard".into(), list(PricelistId(1), currency, prices))]), ..Known::default() };
        let account =
            Account { preparation: Preparation { title_rule: Some("{{ price.amount }}".into()), ..Preparation::default() }, ..account() };
        let seen = |data: &str| {
            let seen = look(&account, &known, &item(data));
            let price = seen.price.unwrap().value.money.written();
            assert_eq!(seen.title.unwrap().value, price, "a template shows it so, too");
            price
        };
        assert_eq!(seen("{}"), of_the_list);
        assert_eq!(seen(&block("<standard_price>12.3456</standard_price>")), of_the_block);
    }
}
