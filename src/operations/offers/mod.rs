//! Offers: `prepareOffers`, `updateOffers`, `uploadOffers`, `relistOffers`, `endOffers`, `deleteOffers`, `fetchOffers`,
//! `fetchUploadMessages`, `explainOffer`, `fetchOfferState`. `channel-calls.md` sections 2 and 6 to 11.

mod care;
mod explain;
mod fetch;
mod ids;
mod listing;
mod messages;
mod prepare;
mod run;
mod state;

pub use care::{DeleteOffers, UpdateOffers};
pub use explain::ExplainOffer;
pub use fetch::FetchOffers;
pub use listing::follow_listing_rules;
pub use messages::FetchUploadMessages;
pub use prepare::PrepareOffers;
pub use run::{EndOffers, RelistOffers, UploadOffers};
pub use state::FetchOfferState;
