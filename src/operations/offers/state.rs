//! `fetchOfferState`: what a channel shows of an offer as far as we know, and what is on its way there. Our own operation.

use crate::domain::offer::Wanted;
use std::collections::BTreeMap;

use super::fetch::{OfferEndedBy, OfferStateName, ender_of, state_of};
use super::messages::{UploadMessage, record};
use crate::domain::{AccountId, Decimal, Failure, ItemId, MandatorId, OfferId, Stamp};
use crate::operations::changes::{self, PendingChange};
use crate::operations::wire::{Match, Time, cond_of, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::changes::Change;
use crate::store::kept::Page;
use crate::store::messages;
use crate::store::offers::{self as store, OfferFilter};
use crate::{fetched, wire};

wire! {
    /// Conditions on offers; all of them must hold.
    OfferStateFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The account.
        account_id: Option<Match<AccountId>>,
        /// Number that Kontor gave the offer.
        offer_id: Option<Match<OfferId>>,
        /// The article by number of Kontor.
        item_id: Option<Match<ItemId>>,
        /// The article by the merchant's own item number.
        internal_item_number: Option<Match<String>>,
    }

    /// Whose state to fetch.
    FetchOfferStateRequest {
        /// Offers that pass one of these filters.
        filters: Vec<OfferStateFilter> [flat("filter")],
        /// Page size; all on one page when absent.
        offers_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
    }

    /// What a channel shows of an offer as far as Kontor knows.
    OfferStateRecord {
        /// Number that Kontor gave the offer.
        offer_id: OfferId,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account by number.
        account_id: AccountId,
        /// The account by name.
        account_identifier: Option<String>,
        /// The article by number of Kontor.
        item_id: ItemId,
        /// The merchant's own item number.
        internal_item_number: Option<String>,
        /// PREPARED, RUNNING or ENDED.
        offer_status: OfferStateName,
        /// It is meant to run in its channel.
        wanted: bool,
        /// Who keeps it from running, where somebody does.
        ended_by: Option<OfferEndedBy>,
        /// Number of the offer in its channel.
        external_offer_number: Option<String>,
        /// Address of the offer in its channel.
        url: Option<String>,
        /// The price that the channel last confirmed.
        price: Option<Decimal>,
        /// The quantity that the channel last confirmed.
        quantity: Option<i32>,
        /// Pieces still on offer in the channel: the confirmed quantity less the orders collected since.
        open_quantity: Option<i32>,
        /// The channel shows no more pieces than this, even if answers of it were lost; absent: not known.
        open_at_most: Option<i32>,
        /// When it began to run.
        started_at: Option<Time>,
        /// When it ended.
        ended_at: Option<Time>,
        /// When the channel accepted the listing, which it works on and does not show yet.
        accepted_at: Option<Time>,
        /// When it was last changed here.
        last_changed: Time,
        /// What is on its way to the channel about it.
        changes: Vec<PendingChange> [each("change")],
        /// What was last said about it.
        last_message: Option<UploadMessage>,
    }
}

fetched! { FetchOfferStateResult, offers: OfferStateRecord, "offer" }

pub(crate) struct FetchOfferState;

impl ReadOperation for FetchOfferState {
    const NAME: &'static str = "fetchOfferState";
    const DOC: &'static str = "Reads what a channel shows of offers as far as Kontor knows, what is on its way there with attempts, next \
         try and last error, and what the channel last said. An extension of Kontor.";
    type Request = FetchOfferStateRequest;
    type Result = FetchOfferStateResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchOfferStateRequest) -> Result<FetchOfferStateResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            filters.push(OfferFilter {
                mandator_id: reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?.mandator_id,
                account_id: cond_of(filter.account_id.as_ref()),
                offer_id: cond_of(filter.offer_id.as_ref()),
                item_id: cond_of(filter.item_id.as_ref()),
                internal_item_number: cond_of(filter.internal_item_number.as_ref()),
                ..OfferFilter::default()
            });
        }
        let Page { ids, total } = reading.page_of(conn, &filters, (request.offers_per_page, request.page))?;
        let ids: Vec<OfferId> = ids.into_iter().map(OfferId).collect();
        let rows = store::by_ids(conn, &ids)?;
        let items: Vec<ItemId> = rows.iter().map(|row| row.item_id).collect();
        let numbers: BTreeMap<ItemId, String> =
            store::items_for(conn, &items)?.into_iter().map(|item| (item.item_id, item.internal_item_number)).collect();
        let mut pending: BTreeMap<OfferId, Vec<Change>> = BTreeMap::new();
        for change in crate::store::changes::of_offers(conn, &ids)? {
            if let Some(offer) = &change.offer {
                pending.entry(offer.offer_id).or_default().push(change);
            }
        }
        let mut messages = messages::last_of_offers(conn, &ids)?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let zone = reading.mandator(row.mandator_id)?.time_zone;
            let time = |micros: i64| Time::of(Stamp(micros), zone);
            let on_the_way = pending.remove(&row.offer_id).unwrap_or_default();
            let number = numbers.get(&row.item_id).cloned();
            records.push(OfferStateRecord {
                offer_id: row.offer_id,
                mandator_id: row.mandator_id,
                account_id: row.account_id,
                account_identifier: reading.settings.account(row.account_id).map(|account| account.identifier.clone()),
                item_id: row.item_id,
                internal_item_number: number.clone(),
                offer_status: state_of(row.state),
                wanted: row.wanted == Wanted::Running,
                ended_by: ender_of(row.ended_by),
                external_offer_number: row.external_offer_number,
                url: row.url,
                price: row.shown_price.map(Decimal),
                quantity: row.shown_quantity,
                open_quantity: row.open_quantity,
                open_at_most: row.open_at_most,
                started_at: row.started_at.map(time),
                ended_at: row.ended_at.map(time),
                accepted_at: row.accepted_at.map(time),
                last_changed: time(row.last_changed),
                changes: on_the_way.into_iter().map(|change| changes::record(reading.settings, zone, change)).collect(),
                last_message: messages.remove(&row.offer_id).map(|message| record(reading, zone, message, number)),
            });
        }
        Ok(FetchOfferStateResult::page(records, total))
    }
}
