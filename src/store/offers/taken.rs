//! Offers of another installation, as they run there.

use diesel::prelude::*;

use super::{OfferRow, announce_skus, of_items};
use crate::domain::offer::OfferState;
use crate::domain::{Failure, OfferId};
use crate::on;
use crate::store::Tx;
use crate::store::numbers::Number;
use crate::store::schema::offers;

/// Stores an offer as it is elsewhere, under `wish` if that is free. If its account has one of the article already, that one
/// becomes like it. Gives the number. A channel that shows it knows it by `sku`.
pub(crate) fn take_over(tx: &mut Tx<'_>, mut row: OfferRow, wish: Option<i32>, sku: &str) -> Result<OfferId, Failure> {
    row.last_changed = tx.stamp.0;
    let known = of_items(&mut tx.conn, row.account_id, &[row.item_id])?.into_iter().next();
    match known {
        Some(known) => {
            row.offer_id = known.offer_id;
            on!(&mut tx.conn, c => diesel::update(offers::table.find(row.offer_id)).set(&row).execute(c))?;
        }
        None => {
            row.offer_id = OfferId(Number::OFFER.take(tx, wish)?);
            on!(&mut tx.conn, c => diesel::insert_into(offers::table).values(&row).execute(c))?;
        }
    }
    if row.state == OfferState::Running || row.external_offer_number.is_some() {
        announce_skus(tx, row.account_id, &[(row.offer_id, sku.to_owned())])?;
    }
    Ok(row.offer_id)
}
