//! Offers: `prepareOffers`, `uploadOffers`, `endOffers`, `fetchOffers`, `fetchUploadMessages`, `explainOffer`.
//! `channel-calls.md` sections 2, 6 to 8, 10 and 11.

mod explain;
mod fetch;
mod listing;
mod messages;
mod prepare;
mod run;

pub use explain::ExplainOffer;
pub use fetch::FetchOffers;
pub use listing::follow_listing_rules;
pub use messages::FetchUploadMessages;
pub use prepare::PrepareOffers;
pub use run::{EndOffers, UploadOffers};
