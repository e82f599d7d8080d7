//! Finding offers by the conditions of fetchOffers.

use diesel::prelude::*;

use crate::domain::Failure;
use crate::domain::offer::{EndedBy, OfferState};
use crate::store::Conn;
use crate::store::filter::{Cond, Window};
use crate::store::schema::{items, offers};
use crate::{narrow, narrow_window, on};

/// The conditions of one `filter` of fetchOffers.
#[derive(Debug, Clone, Default)]
pub struct OfferFilter {
    pub mandator_id: i32,
    pub offer_id: Cond<i32>,
    pub external_offer_number: Cond<String>,
    pub item_id: Cond<i32>,
    pub account_id: Cond<i32>,
    pub internal_item_number: Cond<String>,
    pub state: Cond<OfferState>,
    pub ended_by: Cond<EndedBy>,
    pub last_changed: Window,
    pub created_at: Window,
    pub started_at: Window,
    pub ended_at: Window,
    pub release_at: Window,
}

/// Ids of the offers that pass a filter.
pub fn matching(conn: &mut Conn<'_>, filter: &OfferFilter) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => {
        let mut query = offers::table
            .inner_join(items::table)
            .filter(offers::mandator_id.eq(filter.mandator_id))
            .select(offers::offer_id)
            .into_boxed();
        narrow!(query, offers::offer_id, &filter.offer_id);
        narrow!(query, offers::external_offer_number, &filter.external_offer_number);
        narrow!(query, offers::item_id, &filter.item_id);
        narrow!(query, offers::account_id, &filter.account_id);
        narrow!(query, items::internal_item_number, &filter.internal_item_number);
        narrow!(query, offers::state, &filter.state);
        narrow!(query, offers::ended_by, &filter.ended_by);
        narrow_window!(query, offers::last_changed, filter.last_changed);
        narrow_window!(query, offers::created_at, filter.created_at);
        narrow_window!(query, offers::started_at, filter.started_at);
        narrow_window!(query, offers::ended_at, filter.ended_at);
        narrow_window!(query, offers::release_at, filter.release_at);
        query.load(c)
    })?)
}
