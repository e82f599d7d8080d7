//! `fetchPendingChanges`: what is on its way to the channels, and why it has not arrived.

use super::{PendingChange, PendingChangeKind, PendingChangeStatus, record};
use crate::config::{Mandator, Settings};
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId, OrderId};
use crate::operations::wire::{Match, cond_of, mandator_of, words_of};
use crate::operations::{ReadOperation, Reading, cut};
use crate::store::Conn;
use crate::store::changes::{self as store, AboutOffer, AboutOrder, ChangeFilter, ChangeKind, about_offer, about_order};
use crate::store::filter::Cond;
use crate::store::outbox::OutboxStatus;
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on changes; all of them must hold. Conditions on articles and offers select states only, those on orders facts and orders only, those on customers and coupons transfers only.
    PendingChangeFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The account.
        account_id: Option<Match<AccountId>>,
        /// STATE, FACT, ORDER or TRANSFER.
        kind: Option<Match<String>>,
        /// PENDING or PARKED.
        status: Option<Match<String>>,
        /// The offer.
        offer_id: Option<Match<OfferId>>,
        /// The article by number of Kontor.
        item_id: Option<Match<ItemId>>,
        /// The article by the merchant's own item number.
        internal_item_number: Option<Match<String>>,
        /// The order by number of Kontor.
        order_id: Option<Match<OrderId>>,
        /// The order by visible number.
        order_number: Option<Match<i32>>,
        /// The order by the number of the marketplace.
        marketplace_order_id: Option<Match<String>>,
        /// The customer.
        customer_id: Option<Match<i32>>,
        /// The coupon.
        coupon_id: Option<Match<i32>>,
    }

    /// Which changes to fetch.
    FetchPendingChangesRequest {
        /// Changes that pass one of these filters.
        filters: Vec<PendingChangeFilter> [flat("filter")],
        /// Page size; all on one page when absent.
        changes_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
    }
}

fetched! { FetchPendingChangesResult, changes: PendingChange, "change" }

pub(crate) struct FetchPendingChanges;

impl ReadOperation for FetchPendingChanges {
    const NAME: &'static str = "fetchPendingChanges";
    const DOC: &'static str = "Reads what is on its way to the channels, and which of their orders could not be stored, the oldest first: attempts, \
         next try, last error, and what is no longer tried automatically. An extension of Kontor.";
    type Request = FetchPendingChangesRequest;
    type Result = FetchPendingChangesResult;

    fn handle(
        reading: &Reading<'_>,
        conn: &mut Conn<'_>,
        request: FetchPendingChangesRequest,
    ) -> Result<FetchPendingChangesResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            filters.push(ChangeFilter {
                kind: words_of("kind", filter.kind.as_ref(), &KINDS.map(|(name, kind)| (name.word(), kind)))?,
                account_id: accounts_within(reading.settings, mandator, filter.account_id.as_ref()),
                status: words_of("status", filter.status.as_ref(), &STATUSES.map(|(name, status)| (name.word(), status)))?,
                offer: about_offer!(
                    ask,
                    filter,
                    PendingChangeFilter,
                    mandator,
                    { mandator_id account_id kind status order_id order_number marketplace_order_id customer_id coupon_id }
                ),
                order: about_order!(
                    ask,
                    filter,
                    PendingChangeFilter,
                    mandator,
                    { mandator_id account_id kind status offer_id item_id internal_item_number customer_id coupon_id }
                ),
                customer_id: cond_of(filter.customer_id.as_ref()),
                coupon_id: cond_of(filter.coupon_id.as_ref()),
            });
        }
        let (ids, total) = store::page(conn, &filters, cut(request.changes_per_page, request.page))?;
        reading.fits(ids.len())?;
        let records = store::by_ids(conn, &ids)?.into_iter().map(|change| {
            let account = reading.settings.account(change.account_id);
            let zone = account.and_then(|account| reading.settings.mandator(account.mandator_id)).map(|mandator| mandator.time_zone);
            record(reading.settings, zone.unwrap_or(chrono_tz::UTC), change)
        });
        Ok(FetchPendingChangesResult::page(records.collect(), total))
    }
}

const KINDS: [(PendingChangeKind, ChangeKind); 4] = [
    (PendingChangeKind::State, ChangeKind::State),
    (PendingChangeKind::Fact, ChangeKind::Fact),
    (PendingChangeKind::Order, ChangeKind::Order),
    (PendingChangeKind::Transfer, ChangeKind::Transfer),
];

const STATUSES: [(PendingChangeStatus, OutboxStatus); 2] =
    [(PendingChangeStatus::Pending, OutboxStatus::Pending), (PendingChangeStatus::Parked, OutboxStatus::Parked)];

/// The accounts of a mandator, narrowed by a condition.
fn accounts_within(settings: &Settings, mandator: &Mandator, condition: Option<&Match<AccountId>>) -> Cond<AccountId> {
    let asked = match cond_of(condition) {
        Cond::In { values, .. } => Some(values),
        Cond::Null => Some(Vec::new()),
        Cond::All | Cond::NotNull => None,
    };
    let own = settings.accounts.iter().filter(|account| account.mandator_id == mandator.mandator_id).map(|account| account.account_id);
    let meant = own.filter(|account| asked.as_ref().is_none_or(|asked| asked.contains(account)));
    Cond::In { values: meant.collect(), or_null: false }
}
