//! `fetchOffers`: offers with their state, and what the channel last confirmed.

use std::collections::BTreeMap;

use crate::config::{Mandator, Settings};
use crate::domain::offer::Wanted;
use crate::domain::{AccountId, Decimal, Deleted, Failure, ItemId, MandatorId, OfferId, Stamp};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Between, Match, Patch, Time, Xml, cond_of, mandator_of, words_of};
use crate::operations::{ROWS_AT_A_TIME, ReadOperation, Reading};
use crate::store::Conn;
use crate::store::account_categories;
use crate::store::deletions::DeletionRow;
use crate::store::filter::Cond;
use crate::store::offers::{self as store, EndedBy, OfferFilter, OfferRow, OfferState, offer_conditions};
use crate::{ask, fetched, wire, wire_enum};

wire_enum! {
    /// The life of an offer.
    OfferStateName {
        /// Known to Kontor, not yet in the channel.
        Prepared = "prepared",
        /// For sale in the channel.
        Running = "running",
        /// No longer for sale in the channel.
        Ended = "ended",
    }
    /// Who keeps an offer from running: a call (endOffers), stock control, the channel, or its article that is switched off.
    OfferEndedBy {
        /// Nothing keeps it from running.
        Nobody = "nobody",
        /// endOffers; only a call lists it again.
        Call = "call",
        /// Stock control; it comes back when there is stock again.
        Stock = "stock",
        /// The channel ended it.
        Channel = "channel",
        /// Its article is switched off.
        Item = "item",
    }
}

wire! {
    /// Conditions on offers; all of them must hold.
    OfferFilterRecord {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Number that Kontor gave the offer.
        offer_id: Option<Match<OfferId>>,
        /// Number of the offer in its channel.
        external_offer_number: Option<Match<String>>,
        /// The article by number of Kontor.
        item_id: Option<Match<ItemId>>,
        /// The article by the merchant's own item number.
        internal_item_number: Option<Match<String>>,
        /// The account.
        account_id: Option<Match<AccountId>>,
        /// The sub channel.
        sub_channel_id: Option<Match<i32>>,
        /// PREPARED, RUNNING or ENDED.
        offer_status: Option<Match<String>>,
        /// NOBODY, CALL, STOCK, CHANNEL or ITEM.
        ended_by: Option<Match<String>>,
        /// When the offer was last changed.
        last_changed: Option<Between>,
        /// When the offer was prepared.
        created_at: Option<Between>,
        /// When the offer began to run.
        started_at: Option<Between>,
        /// When the offer ended.
        ended_at: Option<Between>,
        /// When the offer is listed automatically.
        release_at: Option<Between>,
    }

    /// Which offers to fetch.
    FetchOffersRequest {
        /// Page size; all on one page when absent.
        offers_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Offers that pass one of these filters.
        filters: Vec<OfferFilterRecord> [flat("filter")],
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// An offer that was deleted.
    DeletedOffer {
        /// Number that Kontor gave the offer.
        offer_id: OfferId,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: Option<AccountId>,
        /// The merchant's own item number.
        internal_item_number: String,
        /// When it was deleted.
        deleted_at: Time,
    }

    /// An offer.
    OfferRecord {
        /// Number that Kontor gave the offer.
        offer_id: OfferId,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account by number.
        account_id: AccountId,
        /// The account by name.
        account_identifier: Option<String>,
        /// The sub channel by number.
        sub_channel_id: Option<i32>,
        /// The sub channel by name.
        sub_channel_identifier: Option<String>,
        /// The article by number of Kontor.
        item_id: ItemId,
        /// The merchant's own item number.
        internal_item_number: Option<String>,
        /// PREPARED, RUNNING or ENDED.
        offer_status: OfferStateName,
        /// It is meant to run in its channel; stock control may keep it ended meanwhile.
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
        /// The offer is filled up again at this open quantity, frozen when it was prepared. 0: never; absent: at once.
        refill_count: Option<i32>,
        /// Something about the offer is on its way to the channel, or was refused.
        pending: bool,
        /// When the offer was prepared.
        created_at: Time,
        /// When it began to run.
        started_at: Option<Time>,
        /// When it ended.
        ended_at: Option<Time>,
        /// When it is listed automatically.
        release_at: Option<Time>,
        /// When the channel accepted the listing, which it works on and does not show yet.
        accepted_at: Option<Time>,
        /// When it was last changed.
        last_changed: Time,
        /// The platform's own element of prepareOffers, as it came.
        specific_offer_data: Option<Xml>,
        /// The article's own categories in the account (updateItemAccountCategoryMapping) by the channel's ids, the main one first.
        account_categories: Vec<String> [each("external_id")],
    }
}

fetched! { FetchOffersResult, offers: OfferRecord, "offer", changes { deleted_offers: DeletedOffer, "deleted_offer" } }

pub(crate) struct FetchOffers;

impl ReadOperation for FetchOffers {
    const NAME: &'static str = "fetchOffers";
    const DOC: &'static str = "Reads offers with their state, their number and address in the channel, and what the channel shows.";
    type Request = FetchOffersRequest;
    type Result = FetchOffersResult;

    fn asks_for_changes(request: &FetchOffersRequest) -> bool {
        let dated = |filter: &OfferFilterRecord| {
            [&filter.last_changed, &filter.created_at, &filter.started_at, &filter.ended_at].iter().any(|w| w.is_some())
        };
        request.filters.iter().any(dated)
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchOffersRequest) -> Result<FetchOffersResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            filters.push(conditions_of(reading, filter, mandator)?);
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.offers_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            return changed(reading, conn, &cursor, &filters);
        }
        let page = reading.page_of(conn, &filters, (request.offers_per_page, request.page))?;
        let ids: Vec<OfferId> = page.ids.into_iter().map(OfferId).collect();
        let mut rows = rows_of(reading, conn, &ids)?;
        rows.sort_by_key(|row| row.offer_id);
        Ok(FetchOffersResult::page(records_of(reading, conn, rows)?, page.total))
    }
}

fn changed(reading: &Reading<'_>, conn: &mut Conn<'_>, cursor: &Cursor, filters: &[OfferFilter]) -> Result<FetchOffersResult, Failure> {
    let mut changes = Vec::new();
    for filter in filters {
        changes.extend(store::changed(conn, filter, cursor.following())?);
    }
    let mut deleted = cursor.deleted(conn, Deleted::Offer, filters.iter().map(|filter| filter.mandator_id))?;
    let next = cursor.cut(&mut changes, &mut deleted);
    let ids: Vec<OfferId> = changes.iter().map(|place| OfferId(place.id)).collect();
    let mut rows = rows_of(reading, conn, &ids)?;
    rows.sort_by_key(|row| (row.last_changed, row.offer_id));
    let deleted_offer = |row: DeletionRow| {
        Ok(DeletedOffer {
            offer_id: OfferId(row.record_id),
            mandator_id: row.mandator_id,
            account_id: row.account_id,
            internal_item_number: row.internal_item_number,
            deleted_at: Time::of(Stamp(row.stamp), reading.mandator(row.mandator_id)?.time_zone),
        })
    };
    Ok(FetchOffersResult {
        offers: records_of(reading, conn, rows)?,
        deleted_offers: deleted.into_iter().map(deleted_offer).collect::<Result<Vec<_>, Failure>>()?,
        next_changed_since: Some(next),
        ..FetchOffersResult::default()
    })
}

fn rows_of(reading: &Reading<'_>, conn: &mut Conn<'_>, ids: &[OfferId]) -> Result<Vec<OfferRow>, Failure> {
    let mut room = reading.room();
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(ROWS_AT_A_TIME) {
        for row in store::by_ids(conn, some)? {
            room.take(row.specific_offer_data.as_ref().map_or(0, String::len))?;
            rows.push(row);
        }
    }
    Ok(rows)
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, rows: Vec<OfferRow>) -> Result<Vec<OfferRecord>, Failure> {
    let items: Vec<ItemId> = rows.iter().map(|row| row.item_id).collect();
    let numbers: BTreeMap<ItemId, String> =
        store::items_for(conn, &items)?.into_iter().map(|item| (item.item_id, item.internal_item_number)).collect();
    let ids: Vec<OfferId> = rows.iter().map(|row| row.offer_id).collect();
    let pending = store::with_pending_changes(conn, &ids)?;
    let mut categories = categories_of(conn, &rows)?;
    let record = |row: OfferRow| {
        let number = numbers.get(&row.item_id).cloned();
        let pending = pending.contains(&row.offer_id);
        let account_categories = categories.remove(&row.offer_id).unwrap_or_default();
        Ok(OfferRecord { account_categories, ..record_of(reading, row, number, pending)? })
    };
    rows.into_iter().map(record).collect()
}

/// The articles' own categories in the accounts of their offers, by the channels' ids.
fn categories_of(conn: &mut Conn<'_>, rows: &[OfferRow]) -> Result<BTreeMap<OfferId, Vec<String>>, Failure> {
    let mut items: BTreeMap<AccountId, Vec<ItemId>> = BTreeMap::new();
    rows.iter().for_each(|row| items.entry(row.account_id).or_default().push(row.item_id));
    let mut found = BTreeMap::new();
    for (account_id, items) in items {
        found
            .extend(account_categories::of_items(conn, account_id, &items)?.into_iter().map(|(item_id, own)| ((account_id, item_id), own)));
    }
    let ids = |row: &OfferRow| {
        let own = found.get(&(row.account_id, row.item_id))?;
        Some((row.offer_id, own.iter().map(|category| category.external_id.clone()).collect()))
    };
    Ok(rows.iter().filter_map(ids).collect())
}

fn conditions_of(reading: &Reading<'_>, filter: &OfferFilterRecord, mandator: &Mandator) -> Result<OfferFilter, Failure> {
    let own = offer_conditions!(
        ask,
        filter,
        OfferFilterRecord,
        mandator,
        { mandator_id account_id sub_channel_id offer_status ended_by }
    );
    Ok(OfferFilter {
        mandator_id: mandator.mandator_id,
        account_id: accounts_of(reading.settings, cond_of(filter.account_id.as_ref()), filter.sub_channel_id.as_ref()),
        state: words_of("offer_status", filter.offer_status.as_ref(), &OfferState::ALL.map(|state| (state.word(), state)))?,
        ended_by: words_of("ended_by", filter.ended_by.as_ref(), &ENDERS.map(|(stored, name)| (name.word(), stored)))?,
        ..own
    })
}

fn record_of(reading: &Reading<'_>, row: OfferRow, internal_item_number: Option<String>, pending: bool) -> Result<OfferRecord, Failure> {
    let zone = reading.mandator(row.mandator_id)?.time_zone;
    let account = reading.settings.account(row.account_id);
    let sub_channel = account.and_then(|account| reading.settings.sub_channel(account.sub_channel_id));
    let time = |micros: i64| Time::of(Stamp(micros), zone);
    Ok(OfferRecord {
        offer_id: row.offer_id,
        mandator_id: row.mandator_id,
        account_id: row.account_id,
        account_identifier: account.map(|account| account.identifier.clone()),
        sub_channel_id: sub_channel.map(|sub_channel| sub_channel.sub_channel_id),
        sub_channel_identifier: sub_channel.map(|sub_channel| sub_channel.identifier.clone()),
        item_id: row.item_id,
        internal_item_number,
        wanted: row.wanted == Wanted::Running,
        ended_by: ender_of(row.ended_by),
        open_quantity: row.open_quantity,
        refill_count: row.refill_from,
        release_at: row.release_at.map(time),
        accepted_at: row.accepted_at.map(time),
        specific_offer_data: row.specific_offer_data.map(Xml),
        offer_status: state_of(row.state),
        external_offer_number: row.external_offer_number,
        url: row.url,
        price: row.shown_price.map(Decimal),
        quantity: row.shown_quantity,
        pending,
        created_at: time(row.created_at),
        started_at: row.started_at.map(time),
        ended_at: row.ended_at.map(time),
        last_changed: time(row.last_changed),
        account_categories: Vec::new(),
    })
}

/// A condition on sub channels is one on their accounts.
pub(super) fn accounts_of(settings: &Settings, accounts: Cond<AccountId>, sub_channel: Option<&Match<i32>>) -> Cond<AccountId> {
    match cond_of(sub_channel) {
        Cond::All | Cond::NotNull => accounts,
        asked => {
            let meant = settings.accounts.iter().filter(|account| asked.passes(&account.sub_channel_id));
            accounts.and(Cond::any_of(meant.map(|account| account.account_id).collect()))
        }
    }
}

const ENDERS: [(EndedBy, OfferEndedBy); 5] = [
    (EndedBy::Nobody, OfferEndedBy::Nobody),
    (EndedBy::Call, OfferEndedBy::Call),
    (EndedBy::Stock, OfferEndedBy::Stock),
    (EndedBy::Channel, OfferEndedBy::Channel),
    (EndedBy::Item, OfferEndedBy::Item),
];

pub(super) fn state_of(state: OfferState) -> OfferStateName {
    match state {
        OfferState::Prepared => OfferStateName::Prepared,
        OfferState::Running => OfferStateName::Running,
        OfferState::Ended => OfferStateName::Ended,
    }
}

pub(super) fn ender_of(ended_by: EndedBy) -> Option<OfferEndedBy> {
    ENDERS.iter().find(|(stored, _)| *stored == ended_by && *stored != EndedBy::Nobody).map(|(_, name)| *name)
}

pub(super) fn ended_by_of(name: Option<OfferEndedBy>) -> EndedBy {
    ENDERS.iter().find(|(_, known)| Some(*known) == name).map_or(EndedBy::Nobody, |(stored, _)| *stored)
}
