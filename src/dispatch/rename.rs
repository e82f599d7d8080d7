//! Offers that are to have another SKU at their channel while another offer of the account has it there.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::offer::Wanted;
use crate::domain::{AccountId, Failure, OfferId};
use crate::store::Conn;
use crate::store::offers;

/// Offers that are followed from one to the next.
const MOST_STEPS: usize = 100;

/// How an offer comes to a SKU that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The other one gets another SKU itself, or ends.
    Waits,
    /// All of them wait for each other in a circle: this one takes another name for the moment.
    StepsAside,
    /// The other one stays.
    Taken,
}

/// An offer that its channel may show under a SKU.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub offer_id: OfferId,
    /// It is to run, under this SKU.
    pub stays_as: Option<String>,
}

/// The ways of those offers whose SKU another one has. `movers`: offers with the SKU that they are to have, and that their
/// channel does not know them by.
pub(super) fn ways(conn: &mut Conn<'_>, account_id: AccountId, movers: &[(OfferId, String)]) -> Result<BTreeMap<OfferId, Way>, Failure> {
    let mut holders: BTreeMap<String, Holder> = BTreeMap::new();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = movers.iter().map(|(_, sku)| sku.clone()).collect();
    for _ in 0..MOST_STEPS {
        next.retain(|sku| asked.insert(sku.clone()));
        if next.is_empty() {
            break;
        }
        let skus: Vec<&str> = next.iter().map(String::as_str).collect();
        let found = offers::holders(conn, account_id, &skus)?;
        next = Vec::new();
        for (sku, row, number) in found.into_iter().filter(|(_, row, _)| row.placed().may_show()) {
            let stays_as = (row.wanted == Wanted::Running).then_some(number);
            next.extend(stays_as.clone());
            holders.insert(sku, Holder { offer_id: row.offer_id, stays_as });
        }
    }
    Ok(movers.iter().filter_map(|(offer, sku)| Some((*offer, way(*offer, sku, &holders)?))).collect())
}

/// `None`: nobody else has the SKU.
fn way(offer: OfferId, sku: &str, holders: &BTreeMap<String, Holder>) -> Option<Way> {
    let mut circle = vec![offer];
    let mut wanted = sku;
    loop {
        let holder = holders.get(wanted).filter(|holder| holder.offer_id != *circle.last().unwrap_or(&offer));
        let Some(holder) = holder else { return (circle.len() > 1).then_some(Way::Waits) };
        if holder.offer_id == offer {
            let first = circle.iter().min() == Some(&offer);
            return Some(if first { Way::StepsAside } else { Way::Waits });
        }
        let Some(stays_as) = &holder.stays_as else { return Some(Way::Waits) };
        if stays_as == wanted {
            return Some(if circle.len() == 1 { Way::Taken } else { Way::Waits });
        }
        if circle.contains(&holder.offer_id) {
            return Some(Way::Waits);
        }
        circle.push(holder.offer_id);
        wanted = stays_as;
    }
}

/// The name of an offer while another one still has its SKU: no article has it, and it is as long as the channel takes it.
pub(crate) fn aside(sku: &str, offer_id: OfferId, longest: usize) -> String {
    let tail = format!("~{offer_id}");
    let room = longest.saturating_sub(tail.chars().count());
    sku.chars().take(room).chain(tail.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Holder, OfferId, Way, aside, way};

    /// SKU, the offer that has it at the channel, and the SKU that this one is to have.
    fn on_the_way(sku: &str, offer: i32, held: &[(&str, i32, Option<&str>)]) -> Option<Way> {
        let holder = |(sku, offer, stays_as): &(&str, i32, Option<&str>)| {
            ((*sku).to_owned(), Holder { offer_id: OfferId(*offer), stays_as: stays_as.map(str::to_owned) })
        };
        way(OfferId(offer), sku, &held.iter().map(holder).collect())
    }

    #[test]
    fn a_free_sku_is_taken_at_once_and_one_that_gets_free_is_waited_for() {
        assert_eq!(on_the_way("B", 1, &[]), None);
        assert_eq!(on_the_way("B", 1, &[("B", 2, Some("C"))]), Some(Way::Waits), "it gets another one");
        assert_eq!(on_the_way("B", 1, &[("B", 2, None)]), Some(Way::Waits), "it ends");
        assert_eq!(on_the_way("B", 1, &[("B", 2, Some("B"))]), Some(Way::Taken));
        assert_eq!(on_the_way("B", 1, &[("B", 2, Some("C")), ("C", 3, Some("C"))]), Some(Way::Waits));
    }

    #[test]
    fn one_of_a_circle_steps_aside_and_then_the_others_go() {
        let swap = [("A", 1, Some("B")), ("B", 2, Some("A"))];
        assert_eq!(on_the_way("B", 1, &swap), Some(Way::StepsAside));
        assert_eq!(on_the_way("A", 2, &swap), Some(Way::Waits));
        let aside = [("B~1", 1, Some("B")), ("B", 2, Some("A"))];
        assert_eq!(on_the_way("A", 2, &aside), None);
        assert_eq!(on_the_way("B", 1, &aside), Some(Way::Waits));
        let three = [("A", 3, Some("B")), ("B", 2, Some("C")), ("C", 1, Some("A"))];
        let ways = [("B", 3), ("C", 2), ("A", 1)].map(|(sku, offer)| on_the_way(sku, offer, &three));
        assert_eq!(ways, [Some(Way::Waits), Some(Way::Waits), Some(Way::StepsAside)]);
    }

    #[test]
    fn the_name_aside_fits_the_channel() {
        assert_eq!(aside("MUG", OfferId(7), 50), "MUG~7");
        assert_eq!(aside("ÄÖÜ-1234567890", OfferId(12), 8), "ÄÖÜ-1~12");
    }
}
