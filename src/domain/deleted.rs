//! Deleted records.

use super::numbered::numbered;

numbered! {
    /// What a deleted record was.
    pub enum Deleted {
        Item = 1, "item";
        Offer = 2, "offer";
        Message = 3, "message";
        Dispute = 4, "dispute";
        Media = 5, "media";
    }
}
