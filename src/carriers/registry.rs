//! The carriers of this program, and how accounts get theirs.

use std::time::Duration;

use super::{Carrier, Exchange};
use crate::config::CarrierAccount;

/// What is wrong with the settings of a carrier, for the admin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("carrier {carrier}, {key}: {wrong}")]
pub(crate) struct CarrierFault {
    pub(crate) carrier: String,
    pub(crate) key: String,
    pub(crate) wrong: String,
}

/// How an account at a carrier works.
pub(crate) enum Service {
    /// It is called.
    Calls(Box<dyn Carrier>),
    /// It exchanges files.
    Files(Box<dyn Exchange>),
}

#[cfg(test)]
impl Service {
    pub(super) fn called(self) -> Box<dyn Carrier> {
        match self {
            Service::Calls(carrier) => carrier,
            Service::Files(_) => panic!("it exchanges files"),
        }
    }

    pub(crate) fn exchanged(self) -> Box<dyn Exchange> {
        match self {
            Service::Files(exchange) => exchange,
            Service::Calls(_) => panic!("it is called"),
        }
    }
}

pub(super) type Build = fn(&CarrierAccount, Duration) -> Result<Service, CarrierFault>;

/// What a carrier's folder says about itself, as `ENTRY`.
#[derive(Debug)]
pub(super) struct Entry {
    /// What `carriers.carrier` names.
    pub(super) name: &'static str,
    /// Looks at the settings without calling anybody.
    pub(super) check: fn(&CarrierAccount) -> Result<(), CarrierFault>,
    pub(super) build: Build,
}

/// Each name is a module here with an `ENTRY`.
macro_rules! carriers {
    ($($name:ident),+ $(,)?) => {
        const REGISTRY: &[crate::carriers::registry::Entry] = &[$($name::ENTRY),+];
    };
}
pub(super) use carriers;

/// The carriers that `carriers.carrier` may name.
pub(crate) fn names() -> Vec<&'static str> {
    super::REGISTRY.iter().map(|entry| entry.name).collect()
}

fn entry(account: &CarrierAccount) -> Result<&'static Entry, CarrierFault> {
    super::REGISTRY.iter().find(|entry| entry.name == account.carrier).ok_or_else(|| CarrierFault {
        carrier: account.identifier.clone(),
        key: "carrier".to_owned(),
        wrong: format!("\"{}\" is unknown; use one of {}", account.carrier, names().join(", ")),
    })
}

/// Checks the settings of a carrier without calling it.
pub(crate) fn check(account: &CarrierAccount) -> Result<(), CarrierFault> {
    (entry(account)?.check)(account)
}

/// Builds a carrier, each of whose calls takes no longer than this.
pub(crate) fn build(account: &CarrierAccount, timeout: Duration) -> Result<Service, CarrierFault> {
    (entry(account)?.build)(account, timeout)
}
