//! `uploadOffers` and `endOffers`: whether an offer shall run. Unknown numbers come back as `failed_offers`, refusals of
//! the channel as reports of their own when the caller waits (`process_synchronous`), else by `fetchUploadMessages`.

use std::collections::BTreeMap;

use crate::domain::{Failure, Language, code};
use crate::operations::common::Reported;
use crate::operations::{Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::offers::{self as store, OfferRow, OfferState};
use crate::store::outbox::{self, Topic};
use crate::wire;

wire! {
    /// Offers by number.
    OfferIdsRequest {
        /// The offers.
        offers: Vec<i32> [each("offer_id"), typed("offer_ids")],
        /// true: answer only after the channel has taken or refused them; false (default): answer at once.
        process_synchronous: Option<bool>,
    }

    /// The outcome for some of the offers.
    OfferIdsReport {
        /// 0: taken over; a negative number: the code of the error.
        return_code: i32 [attr],
        /// What was wrong, in the language of the mandator.
        error_description: Option<String>,
        /// The offers that this report is about, where it is not about all of them.
        failed_offers: Vec<i32> [each("offer_id")],
    }

    /// The outcome.
    OfferIdsResult {
        /// Changes that were stored but are not settled at the channels yet; they go on by themselves.
        pending_changes: Option<i32> [attr],
        /// One report for all offers that were taken over, and one for each kind of failure.
        reports: Vec<OfferIdsReport> [flat("report")],
    }
}

impl Reported for OfferIdsResult {
    fn refused(failure: &Failure, language: Language) -> Self {
        OfferIdsResult { pending_changes: None, reports: vec![report(failure, language, Vec::new())] }
    }

    fn counts(&self) -> (usize, usize) {
        (self.reports.len(), self.reports.iter().filter(|report| report.return_code < 0).count())
    }

    fn set_pending(&mut self, pending: usize) {
        self.pending_changes = (pending > 0).then(|| i32::try_from(pending).unwrap_or(i32::MAX));
    }
}

fn report(failure: &Failure, language: Language, offers: Vec<i32>) -> OfferIdsReport {
    OfferIdsReport { return_code: failure.return_code(), error_description: Some(failure.text(language)), failed_offers: offers }
}

pub struct UploadOffers;

impl WriteOperation for UploadOffers {
    const NAME: &'static str = "uploadOffers";
    const DOC: &'static str = "Lists prepared or ended offers in their channels; from then on they follow price and stock by themselves.";
    type Request = OfferIdsRequest;
    type Result = OfferIdsResult;

    fn handle(work: &mut Work<'_, '_>, request: OfferIdsRequest) -> Result<OfferIdsResult, Failure> {
        change(work, request, true, |work, offer| match work.settings.account(offer.account_id) {
            Some(account) if account.active => Ok(()),
            _ => Err(Failure::new(code::NO_ACCOUNT_PUSH, [&offer.account_id.to_string()])),
        })
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, result)
    }
}

pub struct EndOffers;

impl WriteOperation for EndOffers {
    const NAME: &'static str = "endOffers";
    const DOC: &'static str = "Ends running offers in their channels.";
    type Request = OfferIdsRequest;
    type Result = OfferIdsResult;

    fn handle(work: &mut Work<'_, '_>, request: OfferIdsRequest) -> Result<OfferIdsResult, Failure> {
        change(work, request, false, |_, offer| {
            let state = OfferState::from_id(offer.state);
            if state == OfferState::Running || offer.wanted == 1 {
                return Ok(());
            }
            let failure = [&offer.offer_id.to_string(), state.word(), "endOffers", "running"];
            Err(Failure::new(code::OFFER_STATE, failure))
        })
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, result)
    }
}

fn change(
    work: &mut Work<'_, '_>,
    request: OfferIdsRequest,
    running: bool,
    check: impl Fn(&Work<'_, '_>, &OfferRow) -> Result<(), Failure>,
) -> Result<OfferIdsResult, Failure> {
    if request.offers.is_empty() {
        return Err(Failure::new(code::MISSING, ["offers/offer_id"]));
    }
    let known: BTreeMap<i32, OfferRow> =
        store::by_ids(&mut work.tx.conn, &request.offers)?.into_iter().map(|offer| (offer.offer_id, offer)).collect();
    let mut unknown = Vec::new();
    let mut taken: Vec<&OfferRow> = Vec::new();
    let mut reports = Vec::new();
    let mut language = Language::default();
    for id in &request.offers {
        let offer = known.get(id).filter(|offer| work.mandator(offer.mandator_id).is_ok());
        let Some(offer) = offer else {
            unknown.push(*id);
            continue;
        };
        language = work.mandator(offer.mandator_id)?.language;
        match check(work, offer) {
            Ok(()) => taken.push(offer),
            Err(failure) => reports.push(report(&failure, language, vec![*id])),
        }
    }
    let ids: Vec<i32> = taken.iter().map(|offer| offer.offer_id).collect();
    store::want(work.tx, &ids, running)?;
    let topics: &[Topic] = if running { &Topic::ALL } else { &[Topic::Listing] };
    let dirty: Vec<(i32, i32, Topic)> =
        taken.iter().flat_map(|offer| topics.iter().map(|topic| (offer.offer_id, offer.account_id, *topic))).collect();
    outbox::mark(work.tx, &dirty)?;
    work.concerns(taken.iter().map(|offer| offer.account_id).collect::<std::collections::BTreeSet<_>>());
    work.synchronous = request.process_synchronous == Some(true);
    // The vendor's sample shows unknown numbers inside a report that is otherwise good (`channel-calls.md` 7).
    let first = if taken.is_empty() && !unknown.is_empty() {
        let numbers = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        report(&Failure::new(code::UNKNOWN_OFFER, [&numbers]), language, unknown)
    } else {
        OfferIdsReport { return_code: 0, error_description: None, failed_offers: unknown }
    };
    if !taken.is_empty() || !first.failed_offers.is_empty() {
        reports.insert(0, first);
    }
    Ok(OfferIdsResult { pending_changes: None, reports })
}

/// A caller that waited learns what the channels refused.
fn tell_refusals(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
    if !call.synchronous || call.parked == 0 {
        return Ok(false);
    }
    for (offer_id, error) in outbox::parked_offers(conn, call.stamp)? {
        // What Kontor itself found missing was not the channel's refusal.
        let failure = match error.strip_prefix("OFFER_INCOMPLETE: ") {
            Some(lack) => Failure::new(code::OFFER_INCOMPLETE, [lack]),
            None => Failure::new(code::CHANNEL_REFUSED, [&error]),
        };
        result.reports.push(report(&failure, call.language, vec![offer_id]));
    }
    Ok(true)
}
