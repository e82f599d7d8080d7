//! What the calls that sync accounts with their channels share: asking accounts for work, one report per account.

use std::collections::BTreeSet;

use crate::config::Account;
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
    each_account(
        work,
        named,
        |account_id| SyncedAccount { account_id, mandator_id: None },
        |work, account| {
            ask(work.tx, account.account_id)?;
            Ok(SyncedAccount { account_id: account.account_id, mandator_id: Some(account.mandator_id) })
        },
    )
}

/// The same with keys of another form: those of an account that cannot be asked, and those that asking it gives.
pub(crate) fn each_account<R: ReportOf>(
    work: &mut Work<'_, '_>,
    named: Vec<AccountId>,
    unasked: impl Fn(AccountId) -> R::Keys,
    mut ask: impl FnMut(&mut Work<'_, '_>, &Account) -> Result<R::Keys, Failure>,
) -> Result<Vec<R>, Failure> {
    let reader = work.reader(None);
    let mut seen = BTreeSet::new();
    let mut asked: Vec<AccountId> = named.into_iter().filter(|account_id| seen.insert(*account_id)).collect();
    if asked.is_empty() {
        let own = work.settings.accounts.iter().filter(|account| account.active && work.user.may_use(account.mandator_id));
        asked = own.map(|account| account.account_id).collect();
    }
    let mut reports = Vec::with_capacity(asked.len());
    for account_id in asked {
        let done = match work.active_account(account_id, None) {
            Ok(account) => ask(work, account).inspect(|_| work.concerns([account_id])),
            Err(failure) => Err(failure),
        };
        reports.push(match done {
            Ok(keys) => R::new(None, None, Some(keys), None),
            Err(failure) if failure.code.blame == Blame::Server => return Err(failure),
            Err(failure) => R::new(None, None, Some(unasked(account_id)), Some((failure.return_code(), failure.text(reader)))),
        });
    }
    Ok(reports)
}
