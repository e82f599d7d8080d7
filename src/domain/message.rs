//! What is said about offers and orders.

use super::numbered::numbered;

numbered! {
    /// How grave a message is.
    pub enum Severity {
        Error = 0, "error";
        Warning = 1, "warning";
        Info = 2, "info";
    }
}

impl Severity {
    /// Those that somebody should look at.
    pub const BAD: [Severity; 2] = [Severity::Error, Severity::Warning];
}
