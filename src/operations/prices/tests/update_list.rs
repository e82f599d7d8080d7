use super::*;
use crate::domain::MandatorId;
use crate::operations::common::ReportAction;

const MAY: &str = "2026-05-01..2026-05-31";
const JUNE: &str = "2026-06-01..2026-06-30";

#[test]
fn sent_prices_change_and_the_others_stay() {
    world(|store| {
        let report = send(store, priced("standard", vec![period("", "", &[("A", 11)])]));
        assert_eq!((report.return_code, report.action), (0, Some(ReportAction::Update)));
        assert_eq!(shown(store, "standard"), ["standard EUR", " ..: A 11.00, B 20.00"]);
        assert_eq!(waiting(store, Topic::Price), [101, 102], "one article in both accounts");
        let full = PricelistRecord { full_import: Some(true), ..priced("standard", vec![period("", "", &[("A", 12)])]) };
        assert_eq!(code(store, full), 0);
        assert_eq!(shown(store, "standard"), ["standard EUR", " ..: A 12.00"], "a full import replaces all");
        assert_eq!(waiting(store, Topic::Price).len(), 4, "the removed price is sent too");
    });
}

#[test]
fn periods_are_told_apart_by_their_names() {
    world(|store| {
        let sale = |days| priced("standard", vec![period("sale", days, &[("A", 8)]), period("fair", JUNE, &[("B", 18)])]);
        assert_eq!(code(store, sale(MAY)), 0);
        let lines =
            ["standard EUR", " ..: A 10.00, B 20.00", "sale 2026-05-01..2026-05-31: A 8.00", "fair 2026-06-01..2026-06-30: B 18.00"];
        assert_eq!(shown(store, "standard"), lines);
        all_sent(store);
        assert_eq!(code(store, priced("standard", vec![period("sale", JUNE, &[])])), 0);
        assert_eq!(shown(store, "standard")[2], "sale 2026-06-01..2026-06-30: A 8.00", "other days, the same prices");
        assert_eq!(waiting(store, Topic::Price), [101, 102], "the articles of the period that moved");
        all_sent(store);
        assert_eq!(code(store, priced("standard", vec![period("sale", JUNE, &[])])), 0);
        assert!(waiting(store, Topic::Price).is_empty(), "the same days again");
    });
}

#[test]
fn a_limited_period_needs_its_name_and_both_days() {
    world(|store| {
        let half = |with: fn(&mut Validity)| {
            let mut validity = period("sale", MAY, &[("A", 8)]);
            with(&mut validity);
            code(store, priced("standard", vec![validity]))
        };
        assert_eq!(half(|v| v.identifier = None), -3014);
        assert_eq!(half(|v| v.valid_from = None), -3014);
        assert_eq!(half(|v| v.valid_to = None), -3014);
        assert_eq!(half(|v| std::mem::swap(&mut v.valid_from, &mut v.valid_to)), -3010);
        assert_eq!(half(|v| v.valid_to = v.valid_from), 0, "one day is a period");
    });
}

#[test]
fn good_prices_are_kept_where_others_are_not() {
    world(|store| {
        let report = send(store, priced("standard", vec![period("", "", &[("A", 11), ("nowhere", 1), ("gone", 1)])]));
        assert_eq!(report.return_code, -4014);
        assert!(report.error_description.unwrap().contains("2 entries name item numbers that do not exist: nowhere, gone"));
        assert_eq!(shown(store, "standard")[1], " ..: A 11.00, B 20.00");
        assert_eq!(code(store, priced("standard", vec![period("", "", &[("A", -1), ("B", 21)])])), -3010);
        assert_eq!(shown(store, "standard")[1], " ..: A 11.00, B 21.00");
    });
}

#[test]
fn a_list_is_renamed_and_found_under_its_other_key() {
    world(|store| {
        let numbered = PricelistRecord { external_id: Some("P-1".into()), ..list("standard") };
        assert_eq!(code(store, numbered), 0);
        assert!(waiting(store, Topic::Price).is_empty(), "no price changed");
        let by_number = |identifier: &str| PricelistRecord {
            significant_key: Some(PricelistKey::External),
            external_id: Some("P-1".into()),
            ..list(identifier)
        };
        assert_eq!(code(store, by_number("retail")), 0);
        assert_eq!(shown(store, "standard"), [""; 0]);
        assert_eq!(shown(store, "retail"), ["retail EUR", " ..: A 10.00, B 20.00"]);
        assert_eq!(waiting(store, Topic::Price), [101, 101, 102, 102], "the accounts have lost their list");
        all_sent(store);
        assert_eq!(code(store, by_number("standard")), 0);
        assert_eq!(waiting(store, Topic::Price), [101, 101, 102, 102], "and have it again");
    });
}

#[test]
fn a_name_belongs_to_one_list_of_a_mandator() {
    world(|store| {
        let other = PricelistRecord { iso_currency: Some("USD".into()), external_id: Some("P-2".into()), ..list("other") };
        assert_eq!(code(store, other.clone()), 0);
        let stolen = PricelistRecord { significant_key: Some(PricelistKey::External), external_id: Some("P-2".into()), ..list("standard") };
        assert_eq!(code(store, stolen), -5019);
        let numbered = PricelistRecord { external_id: Some("P-2".into()), ..list("standard") };
        assert_eq!(code(store, numbered), -5019);
        assert_eq!(code(store, PricelistRecord { mandator_id: MandatorId(2), ..other }), 0, "another mandator has its own");
    });
}

#[test]
fn the_currency_of_a_list_that_an_account_sells_at_is_fixed() {
    world(|store| {
        let in_dollars = |name: &str| PricelistRecord { iso_currency: Some("USD".into()), ..list(name) };
        assert_eq!(code(store, in_dollars("standard")), -5002);
        assert_eq!(code(store, PricelistRecord { iso_currency: Some("EUR".into()), ..list("spare") }), 0);
        assert_eq!(code(store, in_dollars("spare")), 0, "nobody sells at it yet");
        assert_eq!(code(store, PricelistRecord { iso_currency: Some("euro".into()), ..list("spare") }), -3007);
        assert_eq!(code(store, list("new")), -3001, "a new list needs a currency");
    });
}

#[test]
fn a_change_of_the_whole_list_is_sent_for_all_its_articles() {
    world(|store| {
        assert_eq!(code(store, PricelistRecord { rounding_id: Some(1), gross: Some(true), ..list("standard") }), 0);
        assert!(waiting(store, Topic::Price).is_empty(), "as it was");
        assert_eq!(code(store, PricelistRecord { rounding_id: Some(2), ..list("standard") }), 0);
        assert_eq!(waiting(store, Topic::Price), [101, 101, 102, 102]);
        all_sent(store);
        assert_eq!(code(store, PricelistRecord { gross: Some(false), ..list("standard") }), 0);
        assert_eq!(waiting(store, Topic::Price), [101, 101, 102, 102]);
        assert_eq!(code(store, PricelistRecord { rounding_id: Some(3), ..list("standard") }), -3007);
    });
}
