//! What is still to be said to channels.

use super::numbered::numbered;

numbered! {
    /// What about an offer has to be sent.
    pub enum Topic {
        /// List it or end it.
        Listing = 0, "listing";
        Content = 1, "content";
        Price = 2, "price";
        Quantity = 3, "quantity";
    }

    /// How far a row of the outbox is.
    pub enum OutboxStatus {
        /// It is sent, again and again until the channel takes it.
        Pending = 0, "pending";
        /// It is not tried automatically any more.
        Parked = 1, "parked";
        /// The channel took it. Facts are kept so, because their keys stay known, and transfers.
        Done = 2, "done";
        /// Given up by hand, or the channel can do nothing with it. Facts and transfers are kept so.
        Dropped = 3, "dropped";
    }

    /// How far a task of a channel is.
    pub enum TaskStage {
        /// The channel works on it.
        Working = 0, "working";
        /// Nobody knows what became of the rest of it: its offers are read back and submitted again.
        Lost = 1, "lost";
    }
}

impl OutboxStatus {
    /// Those of rows that have not arrived.
    pub const OPEN: [OutboxStatus; 2] = [OutboxStatus::Pending, OutboxStatus::Parked];
    /// Those of rows about which nothing more happens.
    pub const SETTLED: [OutboxStatus; 2] = [OutboxStatus::Done, OutboxStatus::Dropped];
}
