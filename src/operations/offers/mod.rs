//! Offers: `prepareOffers`, `updateOffers`, `uploadOffers`, `relistOffers`, `endOffers`, `deleteOffers`, `fetchOffers`,
//! `fetchUploadMessages`, `explainOffer`, `fetchOfferState`, `syncPlatformItems`. `channel-calls.md` sections 2, 6 to 11 and 15.

mod care;
mod explain;
mod fetch;
mod ids;
mod messages;
mod prepare;
mod run;
mod state;
mod sync;
mod taken;

pub(crate) use care::{DeleteOffers, UpdateOffers};
pub(crate) use explain::ExplainOffer;
pub(crate) use fetch::FetchOffers;
pub(crate) use messages::FetchUploadMessages;
pub(crate) use prepare::PrepareOffers;
#[cfg(test)]
pub(crate) use prepare::preparing;
pub(crate) use run::{EndOffers, RelistOffers, UploadOffers};
pub(crate) use state::FetchOfferState;
pub(crate) use sync::SyncPlatformItems;
pub(crate) use taken::take_over;
