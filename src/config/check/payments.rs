//! `[payments]`

use std::path::PathBuf;
use std::time::Duration;

use super::Checker;
use super::master::{mandator_ids, paths};
use crate::config::raw::RawPayments;
use crate::config::{Mandator, PaymentFolder, PaymentInstruction, PaymentMethod, Payments};
use crate::domain::MandatorId;

pub(super) fn payments(c: &mut Checker<'_>, raw: RawPayments, mandators: &[Mandator], methods: &[PaymentMethod]) -> Payments {
    let ids = mandator_ids(mandators);
    let look = c.number("payments.look_seconds", raw.look_seconds, Payments::default().look.as_secs(), 1..=3_600);
    let mut folders = Vec::with_capacity(raw.folders.len());
    for (folder, n) in raw.folders.into_iter().zip(1..) {
        let at = |key: &str| format!("payments.folders[{n}].{key}");
        let path = c.required(&at("path"), folder.path, "the folder that statements are put into");
        let mandator_id = MandatorId(c.required_id(&at("mandator_id"), folder.mandator_id));
        c.known_id(&at("mandator_id"), mandator_id, "mandator", "mandators", &ids);
        let account = folder.account.filter(|account| !account.trim().is_empty());
        folders.push(PaymentFolder { path: PathBuf::from(path), mandator_id, account });
    }
    c.unique(paths("payments.folders", "path", folders.iter().map(|folder| folder.path.display().to_string())));
    let methods: Vec<i32> = methods.iter().map(|method| method.payment_method_id).collect();
    let mut instructions = Vec::with_capacity(raw.instructions.len());
    for (instruction, n) in raw.instructions.into_iter().zip(1..) {
        let at = |key: &str| format!("payments.instructions[{n}].{key}");
        let payment_method_id = c.required_id(&at("payment_method_id"), instruction.payment_method_id);
        c.known_id(&at("payment_method_id"), payment_method_id, "payment method", "payment_methods", &methods);
        let mandator_id = MandatorId(c.required_id(&at("mandator_id"), instruction.mandator_id));
        c.known_id(&at("mandator_id"), mandator_id, "mandator", "mandators", &ids);
        let text = c.required(&at("text"), instruction.text, "what the buyer is asked to do");
        instructions.push(PaymentInstruction { payment_method_id, mandator_id, text });
    }
    let keys = instructions.iter().map(|instruction| format!("{} for mandator {}", instruction.payment_method_id, instruction.mandator_id));
    c.unique(paths("payments.instructions", "payment_method_id", keys));
    Payments { look: Duration::from_secs(look), folders, instructions }
}
