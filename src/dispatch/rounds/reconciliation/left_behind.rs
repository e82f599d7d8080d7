//! Running listings that an offer of ours had and has left, for another SKU or another number of the channel: they sell pieces that
//! are on sale a second time.

use super::pass::Pass;
use super::wording;
use crate::connectors::ListedOffer;
use crate::dispatch::context::Context;
use crate::dispatch::settle::{About, message_row};
use crate::domain::{Failure, OfferId, Stamp};
use crate::store::offers;
use crate::store::outbox::{self, Topic};
use crate::store::{Tx, messages};

/// A listing that the offer had, under this SKU of our records.
pub(super) struct LeftBehind {
    pub listed: ListedOffer,
    pub offer_id: OfferId,
    pub sku: String,
}

/// What became of some of them.
#[derive(Default)]
struct Outcome {
    told: usize,
    ended: usize,
    left_out: usize,
    messages: usize,
}

/// Tells of them, and has them ended when asked to.
pub(super) fn end_left_behind(context: &Context, pass: &mut Pass, left: Vec<LeftBehind>, at: Stamp) -> Result<(), Failure> {
    let (account, repair, most) = (context.account.clone(), pass.asked.repair, pass.messages_left());
    let found = context.store.write(move |tx: &mut Tx<'_>| {
        let mut outcome = Outcome::default();
        for LeftBehind { listed, offer_id, sku } in &left {
            let Some(offer) = offers::by_ids(&mut tx.conn, &[*offer_id])?.pop() else { continue };
            if offer.last_changed >= at.0 {
                // It may have ended since the page was read.
                outcome.left_out = outcome.left_out.saturating_add(1);
                continue;
            }
            outcome.told = outcome.told.saturating_add(1);
            if outcome.messages < most {
                let items = offers::items_for(&mut tx.conn, &[offer.item_id])?;
                let item = items.first().map_or("", |item| item.internal_item_number.as_str());
                let about = About::Offer { offer_id: *offer_id, item_id: offer.item_id };
                messages::add(tx, message_row(&account, about, &wording::left_behind(listed, item, repair)))?;
                outcome.messages = outcome.messages.saturating_add(1);
            }
            if repair {
                offers::leave_behind(tx, *offer_id, sku)?;
                outbox::mark(tx, &[(*offer_id, offer.account_id, Topic::Listing)])?;
                outcome.ended = outcome.ended.saturating_add(1);
            }
        }
        Ok(outcome)
    })?;
    pass.report.unwanted = pass.report.unwanted.saturating_add(found.told);
    pass.report.repaired = pass.report.repaired.saturating_add(found.ended);
    pass.report.left_out = pass.report.left_out.saturating_add(found.left_out);
    pass.has_written(found.messages);
    Ok(())
}
