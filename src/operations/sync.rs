//! What `syncPlatformOrders` and `syncPlatformItems` share: asking accounts for work, one report per account.

use crate::domain::failure::Blame;
use crate::domain::{AccountId, Failure, MandatorId};
use crate::operations::Work;
use crate::operations::common::ReportOf;
use crate::store::Tx;
use crate::wire;

wire! {
    /// An account that is asked.
    SyncedAccount {
        /// Account.
        account_id: AccountId,
        /// Its mandator.
        mandator_id: Option<MandatorId>,
    }
}

/// Asks the accounts, or all active ones of the user's mandators where none is named.
pub(crate) fn ask_accounts<R: ReportOf<Keys = SyncedAccount>>(
    work: &mut Work<'_, '_>,
    named: Vec<AccountId>,
    ask: impl Fn(&mut Tx<'_>, AccountId) -> Result<(), Failure>,
) -> Result<Vec<R>, Failure> {
    let reader = work.reader(None);
    let mut asked = named;
    if asked.is_empty() {
        let own = work.settings.accounts.iter().filter(|account| account.active && work.user.may_use(account.mandator_id));
        asked = own.map(|account| account.account_id).collect();
    }
    let mut reports = Vec::with_capacity(asked.len());
    for account_id in asked {
        let (mandator_id, error) = match work.active_account(account_id, None) {
            Ok(account) => {
                ask(work.tx, account_id)?;
                work.concerns([account_id]);
                (Some(account.mandator_id), None)
            }
            Err(failure) if failure.code.blame == Blame::Server => return Err(failure),
            Err(failure) => (None, Some((failure.return_code(), failure.text(reader)))),
        };
        reports.push(R::new(None, None, Some(SyncedAccount { account_id, mandator_id }), error));
    }
    Ok(reports)
}
