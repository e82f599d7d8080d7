//! Orders of channels become orders here.

use crate::config::{Account, Settings};
use crate::connectors::ChannelOrder;
use crate::domain::Failure;
use crate::store::Tx;

/// What an order of a channel changed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is stored as a new order; the offers of these accounts show another quantity now.
    New {
        order_id: i32,
        accounts: Vec<i32>,
    },
    /// It was known, and something about it has changed.
    Changed {
        accounts: Vec<i32>,
    },
    Unchanged,
}

/// Stores an order, or what has changed about it.
pub fn import(_tx: &mut Tx<'_>, _settings: &Settings, _account: &Account, _order: &ChannelOrder) -> Result<Imported, Failure> {
    Ok(Imported::Unchanged)
}
