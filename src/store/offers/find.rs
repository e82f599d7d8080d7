//! Finding offers by the conditions of fetchOffers.

use diesel::prelude::*;

use crate::domain::offer::{EndedBy, OfferState};
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId};
use crate::store::Conn;
use crate::store::filter::{Cond, Window};
use crate::store::schema::{items, offers};
use crate::store::since::{Following, Since};
use crate::{conditions, following, on};

conditions! {
    ($)
    /// The conditions of one `filter` of fetchOffers.
    OfferFilter, offer_conditions {
        offer_id: Cond<OfferId> = offers::offer_id,
        external_offer_number: Cond<String> = offers::external_offer_number,
        item_id: Cond<ItemId> = offers::item_id,
        internal_item_number: Cond<String> = items::internal_item_number,
        last_changed: Window = offers::last_changed,
        created_at: Window = offers::created_at,
        started_at: Window = offers::started_at,
        ended_at: Window = offers::ended_at,
        release_at: Window = offers::release_at,
    } and {
        account_id: Cond<AccountId> = offers::account_id,
        state: Cond<OfferState> = offers::state,
        ended_by: Cond<EndedBy> = offers::ended_by,
    } beside {
        mandator_id: MandatorId,
    }
}

/// Ids of the offers that pass a filter.
pub(crate) fn matching(conn: &mut Conn<'_>, filter: &OfferFilter) -> Result<Vec<OfferId>, Failure> {
    Ok(on!(conn, c => {
        let mut query = offers::table
            .inner_join(items::table)
            .filter(offers::mandator_id.eq(filter.mandator_id))
            .select(offers::offer_id)
            .into_boxed();
        offer_conditions!(narrow query, filter);
        query.load(c)
    })?)
}

/// What follows a place in the order of changes, of the offers that pass a filter.
pub(crate) fn changed(conn: &mut Conn<'_>, filter: &OfferFilter, next: Following) -> Result<Vec<Since>, Failure> {
    let found: Vec<(i64, i32)> = on!(conn, c => {
        let mut query = offers::table
            .inner_join(items::table)
            .filter(offers::mandator_id.eq(filter.mandator_id))
            .select((offers::last_changed, offers::offer_id))
            .into_boxed();
        offer_conditions!(narrow query, filter);
        following!(query, offers::last_changed, offers::offer_id, next);
        query.load(c)
    })?;
    Ok(found.into_iter().map(|(stamp, id)| Since { stamp, id, second: 0 }).collect())
}
