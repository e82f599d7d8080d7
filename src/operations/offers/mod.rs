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

pub use care::{DeleteOffers, UpdateOffers};
pub use explain::ExplainOffer;
pub use fetch::FetchOffers;
pub use messages::FetchUploadMessages;
pub use prepare::PrepareOffers;
pub use run::{EndOffers, RelistOffers, UploadOffers};
pub use state::FetchOfferState;
pub use sync::SyncPlatformItems;
