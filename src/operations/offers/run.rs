//! `uploadOffers`, `relistOffers` and `endOffers`: whether an offer is meant to run. `channel-calls.md` 7 and 8.

use crate::domain::offer::Wanted;
use std::collections::BTreeMap;

use super::ids::{Chosen, OfferIdsRequest, OfferIdsResult, check_account, choose, tell_refusals, wrong_state};
use crate::domain::{Failure, MandatorId, OfferId, Stamp, Worded};
use crate::operations::wire::Time;
use crate::operations::{Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::offers::{self as store, EndedBy, OfferState};
use crate::store::outbox::Topic;
use crate::write_request;

write_request! {
    /// Offers to list, by number.
    UploadOffersRequest {
        /// The offers.
        offers: Vec<OfferId> [each("offer_id"), typed("offer_ids")],
        /// true: answer only after the channel has taken or refused them; false (default): answer at once.
        process_synchronous: Option<bool>,
        /// When they are listed. Absent or past: now. endOffers withdraws a release.
        release_at: Option<Time>,
    }
}

pub(crate) struct UploadOffers;

impl WriteOperation for UploadOffers {
    const NAME: &'static str = "uploadOffers";
    const DOC: &'static str =
        "Lists prepared or ended offers in their channels, now or at a time; from then on they follow price and stock automatically.";
    type Request = UploadOffersRequest;
    type Result = OfferIdsResult;

    fn handle(work: &mut Work<'_, '_>, request: UploadOffersRequest) -> Result<OfferIdsResult, Failure> {
        let now = work.tx.stamp;
        let release_at = |work: &Work<'_, '_>, mandator_id: MandatorId| -> Result<Option<Stamp>, Failure> {
            let zone = work.mandator(mandator_id)?.time_zone;
            Ok(request.release_at.map(|time| time.stamp(zone)).filter(|time| *time > now))
        };
        let mut chosen = choose(work, &request.offers, |work, offer| {
            check_account(work, offer)?;
            if release_at(work, offer.mandator_id)?.is_some() && (offer.wanted == Wanted::Running || offer.placed().may_show()) {
                return Err(
                    wrong_state(offer, "uploadOffers", Worded::new("prepared or ended", "prepared oder ended")).within("release_at")
                );
            }
            Ok(())
        })?;
        let mut later: BTreeMap<Stamp, Vec<OfferId>> = BTreeMap::new();
        let (mut at_once, mut scheduled) = (Vec::new(), Vec::new());
        for offer in std::mem::take(&mut chosen.taken) {
            match release_at(work, offer.mandator_id)? {
                Some(time) => {
                    later.entry(time).or_default().push(offer.offer_id);
                    scheduled.push(offer);
                }
                None => at_once.push(offer),
            }
        }
        for (time, ids) in later {
            store::schedule(work.tx, &ids, time)?;
        }
        chosen.taken = at_once;
        let mut chosen = list(work, chosen, request.process_synchronous)?;
        chosen.taken.append(&mut scheduled);
        Ok(chosen.result())
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, result)
    }
}

fn list(work: &mut Work<'_, '_>, chosen: Chosen, synchronous: Option<bool>) -> Result<Chosen, Failure> {
    store::want(work.tx, &chosen.ids())?;
    chosen.mark(work, &Topic::ALL)?;
    work.synchronous = synchronous == Some(true);
    Ok(chosen)
}

pub(crate) struct RelistOffers;

impl WriteOperation for RelistOffers {
    const NAME: &'static str = "relistOffers";
    const DOC: &'static str = "Lists ended offers again, with the quantity that the stock allows now.";
    type Request = OfferIdsRequest;
    type Result = OfferIdsResult;

    fn handle(work: &mut Work<'_, '_>, request: OfferIdsRequest) -> Result<OfferIdsResult, Failure> {
        let chosen = choose(work, &request.offers, |work, offer| {
            check_account(work, offer)?;
            if offer.state == OfferState::Ended { Ok(()) } else { Err(wrong_state(offer, "relistOffers", Worded::new("ended", "ended"))) }
        })?;
        Ok(list(work, chosen, request.process_synchronous)?.result())
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, result)
    }
}

pub(crate) struct EndOffers;

impl WriteOperation for EndOffers {
    const NAME: &'static str = "endOffers";
    const DOC: &'static str =
        "Ends running offers in their channels, and withdraws releases. They stay ended until a call lists them again.";
    type Request = OfferIdsRequest;
    type Result = OfferIdsResult;

    fn handle(work: &mut Work<'_, '_>, request: OfferIdsRequest) -> Result<OfferIdsResult, Failure> {
        let mut chosen = choose(work, &request.offers, |_, offer| {
            if offer.state == OfferState::Running || offer.wanted == Wanted::Running || offer.release_at.is_some() {
                return Ok(());
            }
            Err(wrong_state(offer, "endOffers", Worded::new("running", "running")))
        })?;
        store::unwant(work.tx, &chosen.ids(), EndedBy::Call)?;
        // Of a release that is withdrawn the channel has never heard.
        let (told, mut untold): (Vec<_>, Vec<_>) =
            std::mem::take(&mut chosen.taken).into_iter().partition(|offer| offer.wanted == Wanted::Running || offer.placed().may_show());
        chosen.taken = told;
        chosen.mark(work, &[Topic::Listing])?;
        chosen.taken.append(&mut untold);
        work.synchronous = request.process_synchronous == Some(true);
        Ok(chosen.result())
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, result)
    }
}
