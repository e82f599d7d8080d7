//! Deleted records.

use super::numbered::numbered;

numbered! {
    /// What a deleted record was.
    pub enum Deleted {
        Item = 1, "item";
        Offer = 2, "offer";
    }
}
