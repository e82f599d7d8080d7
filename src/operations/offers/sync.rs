//! `syncPlatformItems`: compares what the channels show with what is known (`channel-calls.md` 15; request and answer
//! inferred). `fetchUploadMessages` reports what differs.

use crate::domain::{AccountId, Failure};
use crate::operations::sync::{SyncedAccount, ask_accounts};
use crate::operations::{Work, WriteOperation};
use crate::store::accounts;
use crate::store::outbox::Errand;
use crate::{reports, write_request};

write_request! {
    /// Which accounts to compare with their channels, and what to do about what differs.
    SyncPlatformItemsRequest {
        /// The accounts; all active accounts of the user's mandators where none is given.
        accounts: Vec<AccountId> [each("account_id"), typed("account_ids")],
        /// true: what differs is sent again, missing offers are listed again, and unwanted ones are ended. false (default):
        /// it is only reported.
        repair: Option<bool>,
        /// true: running offers of the channel that Kontor does not know become offers of the article with their SKU or
        /// EAN, and are under stock control from then on. false (default): they are only reported.
        import_unknown: Option<bool>,
        /// true: the answer waits until the comparison has ended, at most for the configured time.
        process_synchronous: Option<bool>,
    }
}

reports! { SyncPlatformItemsResult, SyncedOffersReport, account: SyncedAccount }

/// The operation.
pub(crate) struct SyncPlatformItems;

impl WriteOperation for SyncPlatformItems {
    const NAME: &'static str = "syncPlatformItems";
    const DOC: &'static str = "Compares what the channels of the given accounts show with what is known. Differences are \
        reported by fetchUploadMessages, and repaired if asked for.";
    // Every call asks the channels again: what was there a minute ago is no answer.
    const REPLAYED_BY_CONTENT: bool = false;
    const ERRAND: Option<Errand> = Some(Errand::Reconciliation);
    type Request = SyncPlatformItemsRequest;
    type Result = SyncPlatformItemsResult;

    fn handle(work: &mut Work<'_, '_>, request: SyncPlatformItemsRequest) -> Result<SyncPlatformItemsResult, Failure> {
        work.synchronous = request.process_synchronous.unwrap_or_default();
        let (repair, import) = (request.repair.unwrap_or_default(), request.import_unknown.unwrap_or_default());
        let want = |tx: &mut crate::store::Tx<'_>, account_id| accounts::want_reconciliation(tx, account_id, repair, import);
        let reports = ask_accounts(work, request.accounts, want)?;
        Ok(SyncPlatformItemsResult::of(reports))
    }
}
