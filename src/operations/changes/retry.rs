//! `retryChanges`: what was refused or given up, or waits for its next try, goes again at once.

use crate::domain::{AccountId, AnyOf, Failure, MandatorId, code};
use crate::operations::common::ReportAction;
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::changes::{self, ChangeId};
use crate::{reports, wire, write_request};

write_request! {
    /// What to try again.
    RetryChangesRequest {
        /// The changes.
        changes: Records<ChangeToRetry> [flat("change")],
    }
}

wire! {
    /// One change, or all of an account.
    ChangeToRetry {
        /// The caller's own text, given back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The change by the number that fetchPendingChanges gives, such as price-12; wins over the account.
        change_id: Option<String> [max(30)],
        /// The account, everything of which goes again that is parked or waits for a later time.
        account_id: Option<AccountId>,
        /// true: of the account only what is parked. Default false.
        parked_only: Option<bool>,
    }

    /// What goes again.
    RetriedChanges {
        /// The mandator.
        mandator_id: MandatorId,
        /// The change.
        change_id: Option<String>,
        /// The account.
        account_id: Option<AccountId>,
        /// How many changes go again at once; 0 where they were due already.
        retried: Option<i32>,
    }
}

reports! { RetryChangesResult, RetryReport, change: RetriedChanges }

pub(crate) struct RetryChanges;

impl WriteOperation for RetryChanges {
    const NAME: &'static str = "retryChanges";
    const DOC: &'static str = "Has changes tried again at once that a channel refused, that were given up after failing too long, or that \
         wait for their next try. An extension of Kontor.";
    // What was refused a minute ago may be refused again: asking once more is meant.
    const REPLAYED_BY_CONTENT: bool = false;
    type Request = RetryChangesRequest;
    type Result = RetryChangesResult;

    fn handle(work: &mut Work<'_, '_>, request: RetryChangesRequest) -> Result<RetryChangesResult, Failure> {
        let reports = work.each(
            request.changes,
            |change: &ChangeToRetry| change.mandator_id,
            |work, change| {
                let keys = RetriedChanges {
                    mandator_id: change.mandator_id,
                    change_id: change.change_id.clone(),
                    account_id: change.account_id,
                    retried: None,
                };
                retry(work, &change, keys.clone()).map_err(|failure| (failure, Some(keys)))
            },
        )?;
        Ok(RetryChangesResult::of(reports))
    }
}

fn retry(work: &mut Work<'_, '_>, change: &ChangeToRetry, keys: RetriedChanges) -> Result<Done<RetriedChanges>, Failure> {
    let mandator_id = work.mandator(change.mandator_id)?.mandator_id;
    let (account_id, retried) = match (&change.change_id, change.account_id) {
        (Some(text), _) => {
            let unknown = || Failure::new(code::UNKNOWN_CHANGE, [text, &mandator_id.to_string()]);
            let id: ChangeId = text.parse().map_err(|_| unknown())?;
            let found = changes::by_ids(&mut work.tx.conn, &[id])?.pop();
            let account_id = found.map(|found| found.account_id).filter(|id| work.account(*id, Some(mandator_id)).is_ok());
            let account_id = account_id.ok_or_else(unknown)?;
            work.active_account(account_id, Some(mandator_id))?;
            (account_id, usize::from(changes::retry(work.tx, id)?))
        }
        (None, Some(account_id)) => {
            work.active_account(account_id, Some(mandator_id))?;
            (account_id, changes::retry_account(work.tx, account_id, change.parked_only == Some(true))?)
        }
        (None, None) => return Err(Failure::quoting(code::MISSING, [&AnyOf(&["change_id", "account_id"])])),
    };
    work.concerns([account_id]);
    let retried = Some(i32::try_from(retried).unwrap_or(i32::MAX));
    Ok((Some(ReportAction::Update), RetriedChanges { account_id: Some(account_id), retried, ..keys }))
}
