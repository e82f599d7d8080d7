//! Offers: one item in one account.

use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::schema::{items, offers, order_items, orders, outbox_states, stock};
use super::{Conn, MOST_VARIABLES, Tx, next_ids};
use crate::domain::Failure;
use crate::{narrow, narrow_window, on};

/// Our view of an offer's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferState {
    Prepared = 0,
    Running = 1,
    Ended = 2,
}

impl OfferState {
    pub fn from_id(id: i32) -> OfferState {
        match id {
            1 => OfferState::Running,
            2 => OfferState::Ended,
            _ => OfferState::Prepared,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            OfferState::Prepared => "prepared",
            OfferState::Running => "running",
            OfferState::Ended => "ended",
        }
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = offers, treat_none_as_default_value = false)]
pub struct OfferRow {
    pub offer_id: i32,
    pub mandator_id: i32,
    pub account_id: i32,
    pub item_id: i32,
    /// [`OfferState`].
    pub state: i32,
    /// 1: shall run at the channel; 0: shall not.
    pub wanted: i32,
    pub external_offer_number: Option<String>,
    pub url: Option<String>,
    /// What the channel last confirmed, in 1/10 000.
    pub shown_price: Option<i64>,
    pub shown_quantity: Option<i32>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub last_changed: i64,
}

/// Offers by id; unknown ids are left out.
pub fn by_ids(conn: &mut Conn<'_>, ids: &[i32]) -> Result<Vec<OfferRow>, Failure> {
    let mut found = Vec::new();
    for chunk in ids.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => offers::table
            .filter(offers::offer_id.eq_any(chunk))
            .select(OfferRow::as_select())
            .load(c))?);
    }
    Ok(found)
}

/// The offer of an item in an account; created as prepared where it does not exist. True: it is new.
pub fn prepare(tx: &mut Tx<'_>, mandator_id: i32, account_id: i32, item_id: i32) -> Result<(OfferRow, bool), Failure> {
    let existing = on!(&mut tx.conn, c => offers::table
        .filter(offers::account_id.eq(account_id))
        .filter(offers::item_id.eq(item_id))
        .select(OfferRow::as_select())
        .first(c)
        .optional())?;
    if let Some(row) = existing {
        return Ok((row, false));
    }
    let stamp = tx.stamp.0;
    let row = OfferRow {
        offer_id: next_ids(tx, "offer", 1)?,
        mandator_id,
        account_id,
        item_id,
        state: OfferState::Prepared as i32,
        wanted: 0,
        external_offer_number: None,
        url: None,
        shown_price: None,
        shown_quantity: None,
        created_at: stamp,
        started_at: None,
        ended_at: None,
        last_changed: stamp,
    };
    on!(&mut tx.conn, c => diesel::insert_into(offers::table).values(&row).execute(c))?;
    Ok((row, true))
}

/// Says whether the offers shall run.
pub fn want(tx: &mut Tx<'_>, offer_ids: &[i32], running: bool) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(offers::table.filter(offers::offer_id.eq_any(chunk)))
            .set((offers::wanted.eq(i32::from(running)), offers::last_changed.eq(stamp)))
            .execute(c))?;
    }
    Ok(())
}

/// What the channel confirmed about an offer; `None` leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct Confirmed {
    pub external_offer_number: Option<String>,
    pub url: Option<String>,
    pub price: Option<i64>,
    pub quantity: Option<i32>,
    /// Runs (true) or has ended (false) at the channel.
    pub running: Option<bool>,
}

/// Stores what the channel confirmed.
pub fn confirm(tx: &mut Tx<'_>, offer_id: i32, confirmed: &Confirmed) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let Some(mut row) = by_ids(&mut tx.conn, &[offer_id])?.pop() else {
        return Ok(());
    };
    if let Some(number) = &confirmed.external_offer_number {
        row.external_offer_number = Some(number.clone());
    }
    if let Some(url) = &confirmed.url {
        row.url = Some(url.clone());
    }
    row.shown_price = confirmed.price.or(row.shown_price);
    row.shown_quantity = confirmed.quantity.or(row.shown_quantity);
    match confirmed.running {
        Some(true) if row.state != OfferState::Running as i32 => {
            row.state = OfferState::Running as i32;
            row.started_at = Some(stamp);
            row.ended_at = None;
        }
        Some(false) if row.state != OfferState::Ended as i32 => {
            row.state = OfferState::Ended as i32;
            row.ended_at = Some(stamp);
        }
        _ => {}
    }
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer_id))
        .set((
            offers::state.eq(row.state),
            offers::external_offer_number.eq(&row.external_offer_number),
            offers::url.eq(&row.url),
            offers::shown_price.eq(row.shown_price),
            offers::shown_quantity.eq(row.shown_quantity),
            offers::started_at.eq(row.started_at),
            offers::ended_at.eq(row.ended_at),
            offers::last_changed.eq(stamp),
        ))
        .execute(c))?;
    Ok(())
}

/// The item columns that an offer needs, with the stored document.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = items)]
pub struct ItemForOffer {
    pub item_id: i32,
    pub internal_item_number: String,
    pub identifier: String,
    pub vendor_item_number: Option<String>,
    pub ean_code: Option<String>,
    pub match_code: Option<String>,
    pub tax_type_id: i32,
    pub category_id: Option<i32>,
    pub active: Option<bool>,
    pub variant_parent_id: Option<i32>,
    /// In 1/10 000.
    pub list_price: Option<i64>,
    /// JSON in the words of the wire.
    pub data: String,
}

/// Items by id; unknown ids are left out.
pub fn items_for(conn: &mut Conn<'_>, ids: &[i32]) -> Result<Vec<ItemForOffer>, Failure> {
    let mut found = Vec::new();
    for chunk in ids.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => items::table
            .filter(items::item_id.eq_any(chunk))
            .select(ItemForOffer::as_select())
            .load(c))?);
    }
    Ok(found)
}

/// Stock and reservations of one item, as an account sees them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StockFigures {
    /// Sum over the account's warehouses.
    pub stock: i64,
    /// Pieces of open orders of all channels in these warehouses.
    pub reserved: i64,
    /// Those of this account's own orders.
    pub reserved_here: i64,
}

/// Stock and reservations for items over the warehouses of an account.
pub fn stock_figures(
    conn: &mut Conn<'_>,
    account_id: i32,
    warehouses: &[i32],
    item_ids: &[i32],
) -> Result<Vec<(i32, StockFigures)>, Failure> {
    let mut figures: std::collections::BTreeMap<i32, StockFigures> = item_ids.iter().map(|id| (*id, StockFigures::default())).collect();
    for chunk in item_ids.chunks(MOST_VARIABLES / 2) {
        let counts: Vec<(i32, i32)> = on!(conn, c => stock::table
            .filter(stock::item_id.eq_any(chunk))
            .filter(stock::warehouse_id.eq_any(warehouses))
            .select((stock::item_id, stock::stock_count))
            .load(c))?;
        for (item, count) in counts {
            figures.entry(item).or_default().stock += i64::from(count);
        }
        let reserved: Vec<(Option<i32>, i32, Option<i32>)> = on!(conn, c => order_items::table
            .inner_join(orders::table)
            .filter(order_items::item_id.eq_any(chunk.iter().copied().map(Some)))
            .filter(order_items::reserved.gt(0))
            .filter(order_items::warehouse_id.eq_any(warehouses.iter().copied().map(Some)))
            .select((order_items::item_id, order_items::reserved, orders::account_id))
            .load(c))?;
        for (item, pieces, account) in reserved {
            let Some(item) = item else { continue };
            let entry = figures.entry(item).or_default();
            entry.reserved += i64::from(pieces);
            if account == Some(account_id) {
                entry.reserved_here += i64::from(pieces);
            }
        }
    }
    Ok(figures.into_iter().collect())
}

/// The conditions of one `filter` of fetchOffers.
#[derive(Debug, Clone, Default)]
pub struct OfferFilter {
    pub mandator_id: i32,
    pub offer_id: Cond<i32>,
    pub external_offer_number: Cond<String>,
    pub item_id: Cond<i32>,
    pub account_id: Cond<i32>,
    pub state: Cond<i32>,
    pub last_changed: Window,
    pub created_at: Window,
}

/// Ids of the offers that pass a filter.
pub fn matching(conn: &mut Conn<'_>, filter: &OfferFilter) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => {
        let mut query = offers::table.filter(offers::mandator_id.eq(filter.mandator_id)).select(offers::offer_id).into_boxed();
        narrow!(query, offers::offer_id, &filter.offer_id);
        narrow!(query, offers::external_offer_number, &filter.external_offer_number);
        narrow!(query, offers::item_id, &filter.item_id);
        narrow!(query, offers::account_id, &filter.account_id);
        narrow!(query, offers::state, &filter.state);
        narrow_window!(query, offers::last_changed, filter.last_changed);
        narrow_window!(query, offers::created_at, filter.created_at);
        query.load(c)
    })?)
}

/// Offers of these articles in an account.
pub fn of_items(conn: &mut Conn<'_>, account_id: i32, item_ids: &[i32]) -> Result<Vec<OfferRow>, Failure> {
    let mut found = Vec::new();
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => offers::table
            .filter(offers::account_id.eq(account_id))
            .filter(offers::item_id.eq_any(chunk))
            .select(OfferRow::as_select())
            .load(c))?);
    }
    Ok(found)
}

/// Which of these offers have rows in the outbox, pending or refused.
pub fn with_pending_changes(conn: &mut Conn<'_>, offer_ids: &[i32]) -> Result<std::collections::BTreeSet<i32>, Failure> {
    let mut found = std::collections::BTreeSet::new();
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        let ids: Vec<i32> = on!(conn, c => outbox_states::table
            .filter(outbox_states::offer_id.eq_any(chunk))
            .select(outbox_states::offer_id)
            .load(c))?;
        found.extend(ids);
    }
    Ok(found)
}
