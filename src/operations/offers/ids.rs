//! What the calls about offers by number share. Unknown numbers come back as `failed_offers`; refusals of the channel as
//! reports of their own when the caller waits (`process_synchronous`), else by `fetchUploadMessages`.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{AccountId, Failure, OfferId, Reader, Worded, code};
use crate::operations::common::{Reported, Warned};
use crate::operations::wire::Warnings;
use crate::operations::{Finished, Work};
use crate::store::Conn;
use crate::store::offers::{self as store, OfferRow};
use crate::store::outbox::{self, Topic};
use crate::{wire, write_request};

write_request! {
    /// Offers by number.
    OfferIdsRequest {
        /// The offers.
        offers: Vec<OfferId> [each("offer_id"), typed("offer_ids")],
        /// true: answer only after the channel has taken or refused them; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

wire! {
    /// The outcome for some of the offers.
    OfferIdsReport {
        /// 0: taken over; a negative number: the code of the error.
        return_code: i32 [attr],
        /// What was wrong, in the language of the mandator.
        error_description: Option<String>,
        /// The offers that this report is about, where it is not about all of them.
        failed_offers: Vec<OfferId> [each("offer_id")],
        /// The offers that were taken over.
        taken_offers: Vec<OfferId> [each("offer_id")],
    }

    /// The outcome.
    OfferIdsResult {
        /// Changes that were stored but are not settled at the channels yet; they continue automatically.
        pending_changes: Option<i32> [attr],
        /// true: the call was a rehearsal, nothing was stored.
        dry_run: Option<bool> [attr],
        /// One report for all offers that were taken over, and one for each kind of failure.
        reports: Vec<OfferIdsReport> [flat("report")],
        /// What was ignored; for users with `strict = true` in the configuration.
        warnings: Warnings [each("warning")],
    }
}

impl OfferIdsResult {
    fn of(reports: Vec<OfferIdsReport>) -> Self {
        OfferIdsResult { reports, ..Self::default() }
    }
}

impl Reported for OfferIdsResult {
    fn refused(failure: &Failure, reader: Reader) -> Self {
        OfferIdsResult::of(vec![report(failure, reader, Vec::new())])
    }

    fn counts(&self) -> (usize, usize) {
        (self.reports.len(), self.reports.iter().filter(|report| report.return_code < 0).count())
    }

    fn set_pending(&mut self, pending: usize) {
        self.pending_changes = (pending > 0).then(|| i32::try_from(pending).unwrap_or(i32::MAX));
    }

    fn set_dry_run(&mut self) {
        self.dry_run = Some(true);
    }
}

impl Warned for OfferIdsResult {
    fn set_warnings(&mut self, warnings: Vec<String>) {
        self.warnings = Warnings(warnings);
    }
}

fn report(failure: &Failure, reader: Reader, offers: Vec<OfferId>) -> OfferIdsReport {
    OfferIdsReport {
        return_code: failure.return_code(),
        error_description: Some(failure.text(reader)),
        failed_offers: offers,
        taken_offers: Vec::new(),
    }
}

/// The offers of a request that can be worked on, and what is to be said about the others.
pub(super) struct Chosen {
    pub taken: Vec<OfferRow>,
    unknown: Vec<OfferId>,
    reports: Vec<OfferIdsReport>,
    reader: Reader,
}

/// Looks the offers up and checks each. A number that occurs twice counts once.
pub(super) fn choose(
    work: &mut Work<'_, '_>,
    offers: &[OfferId],
    check: impl Fn(&Work<'_, '_>, &OfferRow) -> Result<(), Failure>,
) -> Result<Chosen, Failure> {
    if offers.is_empty() {
        return Err(Failure::missing(OfferIdsRequest::offers.named(work.face).0));
    }
    let mut known: BTreeMap<OfferId, OfferRow> =
        store::by_ids(&mut work.tx.conn, offers)?.into_iter().map(|offer| (offer.offer_id, offer)).collect();
    let mut chosen = Chosen { taken: Vec::new(), unknown: Vec::new(), reports: Vec::new(), reader: work.reader(None) };
    let mut seen = BTreeSet::new();
    for id in offers.iter().filter(|id| seen.insert(**id)) {
        let Some(offer) = known.remove(id).filter(|offer| work.mandator(offer.mandator_id).is_ok()) else {
            chosen.unknown.push(*id);
            continue;
        };
        chosen.reader = work.reader(Some(offer.mandator_id));
        match check(work, &offer) {
            Ok(()) => chosen.taken.push(offer),
            Err(failure) => chosen.reports.push(report(&failure, chosen.reader, vec![*id])),
        }
    }
    Ok(chosen)
}

impl Chosen {
    pub(crate) fn ids(&self) -> Vec<OfferId> {
        self.taken.iter().map(|offer| offer.offer_id).collect()
    }

    /// These parts must be sent to the channels.
    pub(crate) fn mark(&self, work: &mut Work<'_, '_>, topics: &[Topic]) -> Result<(), Failure> {
        let dirty: Vec<(OfferId, AccountId, Topic)> =
            self.taken.iter().flat_map(|offer| topics.iter().map(|topic| (offer.offer_id, offer.account_id, *topic))).collect();
        outbox::mark(work.tx, &dirty)?;
        work.concerns(self.taken.iter().map(|offer| offer.account_id).collect::<BTreeSet<_>>());
        Ok(())
    }

    pub(crate) fn result(mut self) -> OfferIdsResult {
        // The vendor's sample shows unknown numbers inside a report that is otherwise good (`channel-calls.md` 7).
        let first = if self.taken.is_empty() && !self.unknown.is_empty() {
            let numbers = self.unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            report(&Failure::new(code::UNKNOWN_OFFER, [&numbers]), self.reader, self.unknown)
        } else {
            let taken_offers = self.ids();
            OfferIdsReport { return_code: 0, error_description: None, failed_offers: self.unknown, taken_offers }
        };
        if !self.taken.is_empty() || !first.failed_offers.is_empty() {
            self.reports.insert(0, first);
        }
        OfferIdsResult::of(self.reports)
    }
}

/// An offer is not in the state that a call needs.
pub(super) fn wrong_state(offer: &OfferRow, operation: &str, needed: Worded) -> Failure {
    Failure::quoting(code::OFFER_STATE, [&offer.offer_id, &offer.state.word(), &operation, &needed])
}

/// Only an active account can list.
pub(super) fn check_account(work: &Work<'_, '_>, offer: &OfferRow) -> Result<(), Failure> {
    match work.settings.account(offer.account_id) {
        Some(account) if account.active => Ok(()),
        _ => Err(Failure::new(code::NO_ACCOUNT_PUSH, [&offer.account_id.to_string()])),
    }
}

/// A caller that waited learns what the channels refused.
pub(super) fn tell_refusals(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
    if !call.synchronous || call.parked == 0 {
        return Ok(false);
    }
    for (offer_id, error) in outbox::parked_offers(conn, call.stamp)? {
        // What Kontor itself found missing was not the channel's refusal.
        let failure = match error.strip_prefix("OFFER_INCOMPLETE: ") {
            Some(lack) => Failure::new(code::OFFER_INCOMPLETE, [lack]),
            None => Failure::new(code::CHANNEL_REFUSED, [&error]),
        };
        result.reports.push(report(&failure, call.reader, vec![offer_id]));
    }
    Ok(true)
}
