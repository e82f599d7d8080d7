//! Why the support desk cannot do what it is asked for.

use thiserror::Error;

use crate::config::UnknownAccount;
use crate::domain::{AccountId, Failure, OfferId};

#[derive(Debug, Error)]
pub(crate) enum DeskError {
    #[error("no change \"{0}\" is on its way, it may have arrived meanwhile; `kontor outbox list` shows all there are, such as price-12")]
    UnknownChange(String),
    #[error("{0}: an order is never dropped; it is retried with every poll, `kontor outbox show {0}` says why it fails")]
    OrderStays(String),
    #[error(transparent)]
    UnknownAccount(#[from] UnknownAccount),
    #[error("account {0} is not active; activate it in the configuration")]
    InactiveAccount(i32),
    #[error("offer {0} does not exist; fetchOffers lists them")]
    UnknownOffer(OfferId),
    #[error("account {account_id} has no offer of an item with the number \"{item}\"; prepareOffers creates one")]
    NoOffer { account_id: AccountId, item: String },
    #[error(transparent)]
    Store(#[from] Failure),
}
