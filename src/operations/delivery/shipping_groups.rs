//! `fetchShippingGroups`: how an account's channel groups shipping. The configuration names them per account.

use std::collections::BTreeMap;

use crate::domain::{AccountId, Failure, MandatorId};
use crate::operations::wire::{Match, cond_of, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::account_categories::{ShippingGroupRow, shipping_groups_of};
use crate::store::{Conn, filter::Cond};
use crate::{fetched, wire};

wire! {
    /// Conditions on shipping groups; all of them must hold.
    ShippingGroupFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The account.
        account_id: Option<Match<AccountId>>,
    }

    /// Which shipping groups to fetch.
    FetchShippingRequest {
        /// Shipping groups that pass one of these filters.
        filters: Vec<ShippingGroupFilter> [flat("filter")],
    }

    /// A shipping group of an account.
    ShippingGroupRecord {
        /// Its number, as specific_item_data names it.
        shipping_group_id: i32,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// Its name at the channel.
        shipping_group_identifier: String,
    }
}

fetched! { FetchShippingResult, shipping_groups: ShippingGroupRecord, "shipping_group" }

pub(crate) struct FetchShippingGroups;

impl ReadOperation for FetchShippingGroups {
    const NAME: &'static str = "fetchShippingGroups";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads the shipping groups of accounts.";
    type Request = FetchShippingRequest;
    type Result = FetchShippingResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchShippingRequest) -> Result<FetchShippingResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut found: BTreeMap<i32, (MandatorId, ShippingGroupRow)> = BTreeMap::new();
        for filter in &request.filters {
            let mandator_id = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?.mandator_id;
            let asked = cond_of(filter.account_id.as_ref());
            let accounts = reading.settings.accounts.iter().filter(|a| a.mandator_id == mandator_id).map(|a| a.account_id);
            let accounts: Vec<AccountId> =
                accounts.filter(|id| !matches!(&asked, Cond::In { values, .. } if !values.contains(id))).collect();
            let rows = shipping_groups_of(conn, &accounts)?.into_iter().filter(|row| row.active);
            found.extend(rows.map(|row| (row.shipping_group_id, (mandator_id, row))));
        }
        let records: Vec<ShippingGroupRecord> = found
            .into_values()
            .map(|(mandator_id, row)| ShippingGroupRecord {
                shipping_group_id: row.shipping_group_id,
                mandator_id,
                account_id: row.account_id,
                shipping_group_identifier: row.identifier,
            })
            .collect();
        let total = records.len();
        Ok(FetchShippingResult::page(records, total))
    }
}
