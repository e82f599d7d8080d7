//! `syncPlatformOrders`: has the orders of accounts collected now (`channel-calls.md` 15; request and answer inferred).

use crate::domain::{AccountId, Failure};
use crate::operations::sync::{SyncedAccount, ask_accounts};
use crate::operations::{Work, WriteOperation};
use crate::store::accounts;
use crate::store::outbox::Errand;
use crate::{reports, write_request};

write_request! {
    /// Whose orders to collect.
    SyncPlatformOrdersRequest {
        /// The accounts; all active accounts of the user's mandators where none is given.
        accounts: Vec<AccountId> [each("account_id"), typed("account_ids")],
        /// true: the answer waits until the orders are collected, at most for the configured time.
        process_synchronous: Option<bool>,
    }
}

reports! { SyncPlatformOrdersResult, SyncedAccountReport, account: SyncedAccount }

/// The operation.
pub(crate) struct SyncPlatformOrders;

impl WriteOperation for SyncPlatformOrders {
    const NAME: &'static str = "syncPlatformOrders";
    const DOC: &'static str = "Has new and changed orders of the given accounts collected now instead of at the next \
        regular time.";
    // Every call asks the channels again: what was there a minute ago is no answer.
    const REPLAYED_BY_CONTENT: bool = false;
    const ERRAND: Option<Errand> = Some(Errand::Poll);
    type Request = SyncPlatformOrdersRequest;
    type Result = SyncPlatformOrdersResult;

    fn handle(work: &mut Work<'_, '_>, request: SyncPlatformOrdersRequest) -> Result<SyncPlatformOrdersResult, Failure> {
        work.synchronous = request.process_synchronous.unwrap_or_default();
        let reports = ask_accounts(work, request.accounts, accounts::want_poll)?;
        Ok(SyncPlatformOrdersResult::of(reports))
    }
}
