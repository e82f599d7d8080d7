//! IBANs that calls take as they are.

use super::call::Advice;
use crate::domain::{Failure, code};
use crate::payments::iban_fault;

/// Warns of an IBAN that is none.
pub(crate) fn look_at_iban(advice: &mut Advice, field: &'static str, sent: Option<&str>) {
    let Some(sent) = sent.map(str::trim).filter(|sent| !sent.is_empty()) else { return };
    let plain: String = sent.split_whitespace().collect::<String>().to_uppercase();
    if let Some(why) = iban_fault(&plain) {
        advice.add(Failure::quoting(code::IBAN_WRONG, [&sent, &why]).within(field));
    }
}
