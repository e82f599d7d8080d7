//! What a row of an answer says, whatever the format.

use super::settings::Settings;
use crate::carriers::{Row, Said};
use crate::domain::layout::short;

/// Characters of a tracking number.
const LONGEST: usize = 50;

/// The four values of a row, without blanks around them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Values<'v> {
    pub(super) reference: &'v str,
    pub(super) tracking_number: &'v str,
    pub(super) status: &'v str,
    pub(super) message: &'v str,
}

pub(super) fn row(settings: &Settings, line: usize, values: Values<'_>) -> Row {
    let Values { reference, tracking_number, status, message } = values;
    let state = status.to_uppercase();
    let spoilt = |why: String| Said::Broken(format!("{}: {why}", settings.tracking_number));
    let said = if reference.is_empty() {
        Said::Broken(format!("there is no {}, by which the label is found (answer_reference names it)", settings.reference))
    } else if settings.void.contains(&state) {
        match tracking_number.is_empty() {
            true => Said::Void(None),
            false => number(tracking_number).map_or_else(spoilt, |number| Said::Void(Some(number))),
        }
    } else if !state.is_empty() && !settings.good.contains(&state) {
        let reason = if message.is_empty() { "no reason given" } else { message };
        Said::Refused(format!("{}: {}", short(status, 50), short(reason, 500)))
    } else {
        number(tracking_number).map_or_else(spoilt, Said::Made)
    };
    Row { line, reference: short(reference, 100), said }
}

/// Spreadsheets make `3,4E+19` of long numbers: such a one is lost.
fn number(text: &str) -> Result<String, String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.is_empty() {
        return Err("is empty".to_owned());
    }
    let is_one = plain.chars().count() <= LONGEST && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/'));
    match is_one {
        true => Ok(plain),
        false => Err(format!("\"{}\" is not a tracking number; keep spreadsheets from changing it", short(text, 60))),
    }
}
