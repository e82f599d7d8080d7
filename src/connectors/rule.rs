//! A shop's no, and how it differs from a shop that cannot be reached.

use super::{ChannelError, Outcome};

/// Why a call brought no data.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// The call as a whole failed.
    Channel(ChannelError),
    /// The shop said no to what was in it.
    Rule(Rule),
}

/// The shop's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub code: String,
    pub text: String,
    /// An error inside the shop (a database constraint, a deadlock): the same row may well succeed later.
    pub internal: bool,
}

impl From<ChannelError> for Failure {
    fn from(error: ChannelError) -> Failure {
        Failure::Channel(error)
    }
}

impl Failure {
    /// For calls without rows: a "no" to a query of ours is a change of the contract.
    pub(crate) fn whole(self) -> ChannelError {
        match self {
            Failure::Channel(error) => error,
            Failure::Rule(rule) if rule.internal => {
                ChannelError::Unavailable { reason: format!("{}: {}", rule.code, rule.text), retry_after: None }
            }
            Failure::Rule(rule) => ChannelError::Protocol { reason: format!("{}: {}", rule.code, rule.text) },
        }
    }
}

/// Where a call is about one record only: its no is the outcome.
pub(crate) fn rule_or_error(failure: Failure, outcome_of: impl FnOnce(Rule) -> Outcome) -> Result<Outcome, ChannelError> {
    match failure {
        Failure::Rule(rule) => Ok(outcome_of(rule)),
        Failure::Channel(error) => Err(error),
    }
}
