//! The life of an offer, as we see it.

use super::numbered::numbered;

numbered! {
    /// Our view of an offer's life.
    pub enum OfferState {
        Prepared = 0, "prepared";
        Running = 1, "running";
        Ended = 2, "ended";
    }

    /// What an offer is meant to be at its channel.
    pub enum Wanted {
        /// Not buyable any more, whatever else a change says.
        Ended = 0, "ended";
        /// Visible and buyable; create it where it does not exist yet.
        Running = 1, "running";
    }

    /// Who keeps an offer from running.
    pub enum EndedBy {
        Nobody = 0, "nobody";
        /// The ERP, by endOffers. Only a call lists it again.
        Call = 1, "call";
        /// Stock control. It is listed automatically when enough stock is back.
        Stock = 2, "stock";
        /// The channel.
        Channel = 3, "channel";
        /// The article was switched off in an account that lists automatically.
        Item = 4, "item";
    }
}
