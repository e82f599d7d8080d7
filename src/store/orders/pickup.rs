//! Where an order is picked up.

use super::OrderRow;
use crate::domain::lookup::Branch;
use crate::domain::order::{Delivery, Warehouses};
use crate::domain::{Failure, MandatorId, WarehouseId};
use crate::store::Conn;
use crate::store::filter::Cond;
use crate::store::lookups::{self, LookUpFilter};

/// The code of the warehouse of the branch in which an order is picked up. The order names the branch as its pick-up point,
/// by the ERP's number or by name; another pick-up point, such as a parcel locker, is none.
fn branch_warehouse(conn: &mut Conn<'_>, mandator_id: MandatorId, delivery: &Delivery) -> Result<Option<String>, Failure> {
    let Some(point) = delivery.pickup_point.as_deref().map(str::trim).filter(|point| !point.is_empty()) else { return Ok(None) };
    let this = || Cond::In { values: vec![point.to_owned()], or_null: false };
    for filter in [
        LookUpFilter { mandator_id, external_id: this(), ..LookUpFilter::default() },
        LookUpFilter { mandator_id, identifier: this(), ..LookUpFilter::default() },
    ] {
        if let Some(row) = lookups::matching::<Branch>(conn, &filter)?.first() {
            let branch = row.document()?;
            return Ok(branch.warehouse_code.filter(|_| branch.in_store_pickup == Some(true)));
        }
    }
    Ok(None)
}

/// The warehouses that serve an order, in the order in which they are used.
pub(crate) fn warehouses_of(conn: &mut Conn<'_>, row: &OrderRow, known: &impl Warehouses) -> Result<Vec<WarehouseId>, Failure> {
    let branch = branch_warehouse(conn, row.mandator_id, &row.data.delivery)?;
    Ok(known.serving(row.account_id, row.mandator_id, branch.as_deref()))
}
