//! Finding offers by the conditions of fetchOffers.

use diesel::prelude::*;

use crate::domain::offer::{EndedBy, OfferState};
use crate::domain::{AccountId, Deleted, Failure, ItemId, MandatorId, OfferId};
use crate::store::Conn;
use crate::store::among::among;
use crate::store::filter::{Cond, Window};
use crate::store::kept::Choice;
use crate::store::schema::{items, offers};
use crate::store::since::{Following, Since};
use crate::{conditions, following, narrow_to_mandator, on};

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

impl Choice for OfferFilter {
    const DELETED: Option<Deleted> = Some(Deleted::Offer);

    fn mandator_id(&self) -> MandatorId {
        self.mandator_id
    }

    /// Who keeps an offer from running is noted without a new stamp before its channel is called.
    fn can_be_kept(&self) -> bool {
        self.offer_id.is_open()
            && self.external_offer_number.is_open()
            && self.item_id.is_open()
            && self.internal_item_number.is_open()
            && self.ended_by.is_open()
    }

    fn is_of_a_time(&self) -> bool {
        self.last_changed.from.is_some()
    }

    fn passing(&self, conn: &mut Conn<'_>, of: Option<&[i32]>) -> Result<Vec<i32>, Failure> {
        Ok(on!(conn, c => {
            let mut query = offers::table
                .inner_join(items::table)
                .select(offers::offer_id)
                .into_boxed();
            let by_id = of.is_some() || self.offer_id.is_list() || self.item_id.is_list();
            narrow_to_mandator!(query, offers::mandator_id, self.mandator_id, by_id);
            offer_conditions!(narrow query, self);
            if let Some(ids) = of {
                query = query.filter(among(offers::offer_id, ids));
            }
            query.load(c)
        })?)
    }

    fn changed_after(conn: &mut Conn<'_>, mandator_id: MandatorId, stamp: i64, most: i64) -> Result<Vec<i32>, Failure> {
        Ok(on!(conn, c => offers::table
            .filter(offers::mandator_id.eq(mandator_id))
            .filter(offers::last_changed.gt(stamp))
            .select(offers::offer_id)
            .limit(most)
            .load(c))?)
    }
}

/// Ids of the offers that pass a filter.
pub(crate) fn matching(conn: &mut Conn<'_>, filter: &OfferFilter) -> Result<Vec<OfferId>, Failure> {
    Ok(filter.passing(conn, None)?.into_iter().map(OfferId).collect())
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
