//! How a channel's picture of an offer differs from ours. Pure.

use crate::domain::offer::Wanted;
use crate::domain::stock::Life;
use crate::domain::{Decimal, Money, limits};
use crate::store::offers::{EndedBy, OfferRow, OfferState};

/// An offer as the channel showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    pub running: bool,
    pub price: Option<Money>,
    pub quantity: Option<i32>,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Difference {
    /// It runs as far as we know, and the channel does not show it.
    Missing,
    /// The channel shows it, and it is not meant to run.
    Unwanted,
    /// The channel shows it and it is meant to run, but the channel never confirmed that.
    Unconfirmed,
    Price {
        known: Decimal,
        shown: Decimal,
    },
    /// `known` is the nearest count that would be right.
    Quantity {
        known: i32,
        shown: i32,
    },
    /// It runs under another SKU than the channel confirmed.
    Sku {
        known: String,
        shown: String,
    },
}

/// Compares an offer with what the channel shows of it (`None`: nothing), after all orders placed until then were
/// collected. `ends_at_zero` as in the capabilities.
pub(crate) fn compare(offer: &OfferRow, shown: Option<&Shown>, ends_at_zero: bool) -> Vec<Difference> {
    let placed = offer.placed();
    let shall_run = offer.wanted == Wanted::Running && offer.ended_by != EndedBy::Stock;
    match (placed.life, shown.filter(|shown| shown.running)) {
        (Life::Running, Some(shown)) if shall_run => parts(offer, shown),
        (Life::Off, Some(_)) if shall_run => vec![Difference::Unconfirmed],
        (_, Some(_)) => vec![Difference::Unwanted],
        // A marketplace ends what is sold out; stock control brings it back when its rules say so.
        (Life::Running, None) if ends_at_zero && placed.open == Some(0) => Vec::new(),
        (Life::Running, None) => vec![Difference::Missing],
        (Life::Off | Life::Ending, None) => Vec::new(),
    }
}

fn parts(offer: &OfferRow, shown: &Shown) -> Vec<Difference> {
    let mut differences = Vec::new();
    // Channels keep the decimals of the currency.
    if let (Some(known), Some(price)) = (offer.shown_price.map(Decimal), shown.price)
        && Money::new(known, price.currency).rounded() != price.rounded()
    {
        differences.push(Difference::Price { known, shown: price.amount });
    }
    let placed = offer.placed();
    if let (Some(open), Some(quantity)) = (placed.open, shown.quantity) {
        // What was put back or announced may be shown up to the bound. Without a bound the quantity is about to be said
        // again. Orders that are on their way have been collected, so there is no less than `open`.
        match placed.at_most {
            Some(most) if quantity > most => differences.push(Difference::Quantity { known: most, shown: quantity }),
            _ if quantity < open => differences.push(Difference::Quantity { known: open, shown: quantity }),
            _ => {}
        }
    }
    differences
}

/// Compares the SKU of an offer that runs and is meant to. `known`: by which its channel may know it, the latest first.
pub(crate) fn compare_sku(offer: &OfferRow, running: bool, shown: Option<&str>, known: &[String]) -> Option<Difference> {
    let runs = running && offer.wanted == Wanted::Running && offer.placed().life == Life::Running;
    let (shown, latest) = (shown.filter(|_| runs)?, known.first()?);
    let same = known.iter().any(|sku| limits::channel_number(sku) == shown);
    (!same).then(|| Difference::Sku { known: latest.clone(), shown: shown.to_owned() })
}

/// The offer was prepared at most: what the channel shows of its article did not come from us, and is not ours to end.
pub(crate) fn never_sent(offer: &OfferRow) -> bool {
    offer.state == OfferState::Prepared
        && offer.wanted == Wanted::Ended
        && offer.external_offer_number.is_none()
        && !offer.placed().may_show()
}

#[cfg(test)]
mod tests {
    use super::{Difference, Shown, compare, never_sent};
    use crate::domain::offer::Wanted;
    use crate::domain::{AccountId, MandatorId, OfferId};
    use crate::domain::{Currency, Decimal, ItemId, Money, Stamp};
    use crate::store::offers::{EndedBy, OfferRow, OfferState};

    const SHOWN: Shown =
        Shown { running: true, price: Some(Money { amount: Decimal(99_000), currency: Currency::EUR }), quantity: Some(5) };

    /// It runs at 9.90; 8 were confirmed, 3 of them were ordered since.
    fn running() -> OfferRow {
        OfferRow {
            state: OfferState::Running,
            wanted: Wanted::Running,
            shown_price: Some(99_000),
            open_quantity: Some(5),
            open_at_most: Some(8),
            ..OfferRow::new(OfferId(1), MandatorId(1), AccountId(1), ItemId(1), Stamp(0))
        }
    }

    fn quantity(offer: &OfferRow, shown: i32) -> Vec<Difference> {
        compare(offer, Some(&Shown { quantity: Some(shown), ..SHOWN }), true)
    }

    #[test]
    fn a_quantity_between_what_is_known_and_what_may_be_shown_fits() {
        let offer = running();
        for fits in [5, 6, 8] {
            assert_eq!(quantity(&offer, fits), [], "{fits}");
        }
        assert_eq!(quantity(&offer, 4), [Difference::Quantity { known: 5, shown: 4 }]);
        assert_eq!(quantity(&offer, 9), [Difference::Quantity { known: 8, shown: 9 }]);
    }

    #[test]
    fn a_lost_bound_is_no_difference_and_less_than_known_is() {
        let offer = OfferRow { open_at_most: None, ..running() };
        assert_eq!(quantity(&offer, 900), []);
        assert_eq!(quantity(&offer, 4), [Difference::Quantity { known: 5, shown: 4 }]);
        assert_eq!(quantity(&OfferRow { open_quantity: None, ..offer }, 4), [], "nothing was ever confirmed");
    }

    #[test]
    fn what_the_channel_does_not_tell_is_no_difference() {
        assert_eq!(compare(&running(), Some(&Shown { price: None, quantity: None, ..SHOWN }), true), []);
    }

    #[test]
    fn prices_are_compared_in_the_decimals_of_their_currency() {
        let differences = |known: i64, shown: i64, currency: &str| {
            let offer = OfferRow { shown_price: Some(known), ..running() };
            let price = Some(Money::new(Decimal(shown), Currency::parse(currency).unwrap()));
            compare(&offer, Some(&Shown { price, ..SHOWN }), true)
        };
        assert_eq!(differences(99_049, 99_000, "EUR"), []);
        assert_eq!(differences(12_504_000, 12_500_000, "JPY"), []);
        for (known, shown, currency) in [(99_000, 99_100, "EUR"), (99_000, 99_010, "KWD"), (12_500_000, 12_510_000, "JPY")] {
            assert_eq!(differences(known, shown, currency), [Difference::Price { known: Decimal(known), shown: Decimal(shown) }]);
        }
    }

    #[test]
    fn a_running_offer_that_is_not_shown_is_missing_unless_it_is_sold_out() {
        let ended = Shown { running: false, ..SHOWN };
        for shown in [None, Some(&ended)] {
            assert_eq!(compare(&running(), shown, true), [Difference::Missing]);
        }
        let sold_out = OfferRow { open_quantity: Some(0), ..running() };
        assert_eq!(compare(&sold_out, Some(&ended), true), []);
        assert_eq!(compare(&sold_out, None, false), [Difference::Missing], "a shop keeps it");
    }

    #[test]
    fn what_shall_not_run_is_unwanted_where_it_is_shown() {
        let by_call = OfferRow { wanted: Wanted::Ended, state: OfferState::Ended, ended_by: EndedBy::Call, ..running() };
        let by_stock = OfferRow { state: OfferState::Ended, ended_by: EndedBy::Stock, ..running() };
        let ending = OfferRow { ended_by: EndedBy::Stock, ..running() };
        for offer in [by_call, by_stock, ending] {
            assert_eq!(compare(&offer, Some(&SHOWN), true), [Difference::Unwanted]);
            assert_eq!(compare(&offer, None, true), []);
        }
    }

    #[test]
    fn an_offer_whose_listing_was_given_up_may_be_shown_after_all() {
        let offer = OfferRow { state: OfferState::Prepared, ..running() };
        assert_eq!(compare(&offer, Some(&SHOWN), true), [Difference::Unconfirmed]);
        assert!(!never_sent(&offer));
        assert!(never_sent(&OfferRow::new(OfferId(1), MandatorId(1), AccountId(1), ItemId(1), Stamp(0))));
    }
}
