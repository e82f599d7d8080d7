//! `[payments]`: where statements come from, and what buyers are asked to do.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::MandatorId;

/// What the file says of payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payments {
    /// How often Kontor looks into the folders. Default 10 s.
    pub(crate) look: Duration,
    pub(crate) folders: Vec<PaymentFolder>,
    pub(crate) instructions: Vec<PaymentInstruction>,
}

impl Default for Payments {
    fn default() -> Payments {
        Payments { look: Duration::from_secs(10), folders: Vec::new(), instructions: Vec::new() }
    }
}

/// A folder into which somebody puts statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaymentFolder {
    pub(crate) path: PathBuf,
    pub(crate) mandator_id: MandatorId,
    /// Our own account: the only one whose statements are taken, and that of reports that name none.
    pub(crate) account: Option<String>,
}

/// What a buyer is asked to do who pays so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaymentInstruction {
    pub(crate) payment_method_id: i32,
    pub(crate) mandator_id: MandatorId,
    pub(crate) text: String,
}
