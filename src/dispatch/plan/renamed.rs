//! Under which SKU an offer is sent, while its article gets another number.

use super::super::rename::{Way, aside};
use super::{Plan, Planner, Sending, Unfit};
use crate::connectors::OfferChange;
use crate::domain::Stamp;
use crate::domain::message::channel;
use crate::domain::offer::Wanted;
use crate::store::outbox::{StateRow, Topic};

/// When a change that has to wait for something else of the account is looked at again, in microseconds.
const LOOK_AGAIN: i64 = 1_000_000;

impl Planner<'_> {
    /// What the channel needs before the offer can have its SKU there, or go on under it. True: that is all for now.
    pub(super) fn make_way(&self, due: &[StateRow], plan: &mut Plan) -> bool {
        let placed = self.offer.placed();
        let sku = &self.stock.internal_item_number;
        if !self.frame.renames && placed.may_show() && self.skus.first().is_some_and(|known| known != sku) {
            if let Some(task_id) = self.any_task {
                // Its end may be in there; a second one would be answered when the offer runs under the new SKU.
                plan.following.extend(due.iter().map(|row| (row.clone(), task_id)));
                return true;
            }
            let sending = self.sending(self.change(Wanted::Ended), true, self.rows.clone());
            plan.sendings.push(Sending { moves: true, ..sending });
            return true;
        }
        match self.known.ways.get(&self.offer.offer_id) {
            None => return false,
            Some(Way::Waits) => {
                let later = self.later();
                plan.waiting.extend(due.iter().map(|row| (row.clone(), later)));
            }
            Some(Way::Taken) => plan.unfit.push(Unfit {
                offer_id: self.offer.offer_id,
                item_id: self.offer.item_id,
                message: channel::sku_taken(sku),
                rows: due.to_vec(),
            }),
            Some(Way::StepsAside) => {
                let aside = aside(sku, self.offer.offer_id, self.frame.longest_sku);
                let change = OfferChange { known_as: self.known_as(&aside), sku: aside, ..self.change(Wanted::Running) };
                let sending = self.sending(change, false, due.to_vec());
                plan.sendings.push(Sending { keeps: true, new_sku: true, ..sending });
            }
        }
        true
    }

    /// A listing that the offer has left ends before anything else is said about the offer: it sells the same pieces. True: that
    /// is all for now.
    pub(super) fn end_left_behind(&self, due: &[StateRow], plan: &mut Plan) -> bool {
        let Some(former) = self.known.left_behind.get(&self.offer.offer_id) else { return false };
        let listing: Vec<StateRow> = due.iter().filter(|row| row.topic == Topic::Listing).cloned().collect();
        if listing.is_empty() {
            return false;
        }
        // One that has a number is found by nothing else: somebody may have listed another one under its SKU.
        let sku = match &former.external_number {
            Some(_) => aside(&former.sku, self.offer.offer_id, self.frame.longest_sku),
            None => former.sku.clone(),
        };
        let change =
            OfferChange { sku, known_as: Vec::new(), external_number: former.external_number.clone(), ..self.change(Wanted::Ended) };
        let sending = self.sending(change, false, listing);
        plan.sendings.push(Sending { left_behind: Some(former.sku.clone()), new_sku: false, ..sending });
        true
    }

    pub(super) fn later(&self) -> Stamp {
        Stamp(self.frame.now.0.saturating_add(LOOK_AGAIN))
    }

    fn known_as(&self, sku: &str) -> Vec<String> {
        self.skus.iter().filter(|known| *known != sku).cloned().collect()
    }

    pub(super) fn change(&self, wanted: Wanted) -> OfferChange {
        let number = self.stock.internal_item_number.as_str();
        // Where the SKU cannot be changed it is the old offer that ends, and another one that is listed.
        let sku = match self.skus.first() {
            Some(known) if !self.frame.renames && wanted == Wanted::Ended => known,
            _ => number,
        };
        let another = !self.frame.renames && !self.skus.is_empty() && self.skus.iter().all(|known| known != sku);
        OfferChange {
            offer_id: self.offer.offer_id,
            sku: sku.to_owned(),
            known_as: if another { Vec::new() } else { self.known_as(sku) },
            external_number: self.offer.external_offer_number.clone().filter(|_| !another),
            wanted,
            content: None,
            price: None,
            quantity: None,
        }
    }
}
