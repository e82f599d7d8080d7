//! In which state an account is. Pure.

use crate::domain::Stamp;
use crate::store::accounts::WorkRow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountState {
    /// Switched off in the configuration.
    Inactive,
    /// No process works on it.
    Unattended,
    /// The last call to its channel failed.
    Failing,
    /// It brings no orders, although it usually does.
    Silent,
    Working,
}

impl AccountState {
    pub(crate) const ALL: [AccountState; 5] =
        [AccountState::Inactive, AccountState::Unattended, AccountState::Failing, AccountState::Silent, AccountState::Working];

    pub(crate) fn word(self) -> &'static str {
        match self {
            AccountState::Inactive => "inactive",
            AccountState::Unattended => "unattended",
            AccountState::Failing => "failing",
            AccountState::Silent => "silent",
            AccountState::Working => "working",
        }
    }

    pub(crate) fn needs_attention(self) -> bool {
        !matches!(self, AccountState::Inactive | AccountState::Working)
    }
}

/// The worst of what holds for the account.
pub(super) fn of(active: bool, work: Option<&WorkRow>, now: Stamp) -> AccountState {
    match work {
        _ if !active => AccountState::Inactive,
        Some(work) if work.lease_until <= now.0 => AccountState::Unattended,
        None => AccountState::Unattended,
        Some(work) if work.failures > 0 => AccountState::Failing,
        Some(work) if work.silent => AccountState::Silent,
        Some(_) => AccountState::Working,
    }
}
