//! `syncPlatformOrders`: has the orders of accounts collected now (`channel-calls.md` 15; request and answer inferred).

use crate::domain::failure::Blame;
use crate::domain::{Failure, code};
use crate::operations::call::language_of_user;
use crate::operations::common::ReportOf;
use crate::operations::{Work, WriteOperation};
use crate::store::accounts;
use crate::{reports, wire, write_request};

write_request! {
    /// Whose orders to collect.
    SyncPlatformOrdersRequest {
        /// The accounts; all active accounts of the user's mandators where none is given.
        accounts: Vec<i32> [each("account_id"), typed("account_ids")],
        /// true: the answer waits until the orders are collected, at most for the configured time.
        process_synchronous: Option<bool>,
    }
}

wire! {
    /// An account whose orders are collected.
    SyncedAccount {
        /// Account.
        account_id: i32,
        /// Its mandator.
        mandator_id: Option<i32>,
    }
}

reports! { SyncPlatformOrdersResult, SyncedAccountReport, account: SyncedAccount }

/// The operation.
pub struct SyncPlatformOrders;

impl WriteOperation for SyncPlatformOrders {
    const NAME: &'static str = "syncPlatformOrders";
    const DOC: &'static str = "Has new and changed orders of the given accounts collected now instead of at the next \
        regular time.";
    // Every call asks the channels anew: what was there a minute ago is no answer.
    const REPLAYED_BY_CONTENT: bool = false;
    type Request = SyncPlatformOrdersRequest;
    type Result = SyncPlatformOrdersResult;

    fn handle(work: &mut Work<'_, '_>, request: SyncPlatformOrdersRequest) -> Result<SyncPlatformOrdersResult, Failure> {
        work.synchronous = request.process_synchronous.unwrap_or_default();
        let language = language_of_user(work.settings, work.user);
        let mut asked = request.accounts;
        if asked.is_empty() {
            asked = work
                .settings
                .accounts
                .iter()
                .filter(|account| account.active && work.user.may_use(account.mandator_id))
                .map(|account| account.account_id)
                .collect();
        }
        let mut reports = Vec::with_capacity(asked.len());
        for account_id in asked {
            let (mandator_id, error) = match ask(work, account_id) {
                Ok(mandator_id) => (Some(mandator_id), None),
                Err(failure) if failure.code.blame == Blame::Server => {
                    return Err(failure);
                }
                Err(failure) => (None, Some((failure.return_code(), failure.text(language)))),
            };
            let account = SyncedAccount { account_id, mandator_id };
            reports.push(SyncedAccountReport::new(None, None, Some(account), error));
        }
        Ok(SyncPlatformOrdersResult::of(reports))
    }
}

/// Asks for a poll of one account; gives its mandator.
fn ask(work: &mut Work<'_, '_>, account_id: i32) -> Result<i32, Failure> {
    let known = work.settings.account(account_id);
    let Some(account) = known.filter(|account| work.user.may_use(account.mandator_id)) else {
        let mandators: Vec<String> = work
            .settings
            .mandators
            .iter()
            .filter(|mandator| work.user.may_use(mandator.mandator_id))
            .map(|mandator| mandator.mandator_id.to_string())
            .collect();
        return Err(Failure::new(code::UNKNOWN_ACCOUNT, [&account_id.to_string(), &mandators.join(", ")]));
    };
    if !account.active {
        return Err(Failure::new(code::NO_ACCOUNT_PUSH, [&account_id.to_string()]));
    }
    accounts::want_poll(work.tx, account_id)?;
    work.concerns([account_id]);
    Ok(account.mandator_id)
}
