//! How a repeated call is recognised, and what its answer looks like.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use sha2::{Digest, Sha256};

use super::{Call, Face};
use crate::config::Replay;
use crate::domain::{Failure, code};
use crate::store::replay::{self, ReplayRow};
use crate::store::{Handovers, Receipt, Tx};

/// An answer that is stored.
pub(super) struct Kept {
    pub replay_id: i32,
    pub receipt: Option<Receipt>,
}

#[derive(Clone)]
pub(super) struct ReplayKey {
    key: String,
    keyed: bool,
    document: String,
    /// What the caller sent, for the error text.
    shown: String,
    /// A document without a key may be a repeat.
    by_content: bool,
    replay: Replay,
}

/// What is known of an earlier call with the same document and without a key.
#[derive(Debug, Clone, Copy)]
struct Earlier {
    age: Duration,
    /// Its answer was handed over; a call that still runs has none.
    handed_over: bool,
    /// Repeating it would add something again.
    additive: bool,
    /// No other writing call came after it.
    newest: bool,
}

impl Earlier {
    /// Whether the document is a repeat of that call.
    ///
    /// Who got the answer and sends the document again means it: two equal sales at a till. Otherwise it counts as a
    /// repeat only where that is safe: when repeating would add something again, or when no other writing call came in
    /// between. Without the second condition an ERP that sets stock to 5, to 7 and to 5 again would be left with 7.
    fn is_repeated(self, window: Duration) -> bool {
        self.age <= window && !self.handed_over && (self.additive || self.newest)
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(hash.finalize())
}

impl ReplayKey {
    pub(super) fn of(call: &Call<'_>, operation: &str, document: &str, replay: Replay, by_content: bool) -> ReplayKey {
        let document = digest(&[&call.user.name, call.face.word(), operation, document]);
        let (key, keyed, shown) = match call.key {
            Some(key) => (digest(&["key", &call.user.name, key]), true, key.to_owned()),
            None => (document.clone(), false, String::new()),
        };
        ReplayKey { key, keyed, document, shown, by_content: by_content && !replay.window.is_zero(), replay }
    }

    /// The stored answer, when this call is a repeat. A caller's key always counts.
    pub(super) fn answered(&self, tx: &mut Tx<'_>, handovers: &Handovers) -> Result<Option<ReplayRow>, Failure> {
        let Some((row, newest)) = replay::find(tx, &self.key)? else {
            return Ok(None);
        };
        let age = Duration::from_micros(u64::try_from(tx.stamp.0.saturating_sub(row.created_at)).unwrap_or_default());
        if self.keyed {
            return match (age <= self.replay.keyed, row.document == self.document) {
                (false, _) => Ok(None),
                (true, true) => Ok(Some(row)),
                (true, false) => Err(Failure::new(code::KEY_REUSED, [&self.shown])),
            };
        }
        let handed_over = row.handed_over || handovers.include(row.replay_id);
        let earlier = Earlier { age, handed_over, additive: row.additive, newest };
        Ok((self.by_content && earlier.is_repeated(self.replay.window)).then_some(row))
    }

    /// Keeps the answer in the call's own transaction; gives its number, and the answer back.
    pub(super) fn keep(
        &self,
        tx: &mut Tx<'_>,
        additive: bool,
        answer: String,
        records: usize,
        failures: usize,
    ) -> Result<(i32, String), Failure> {
        let mut row = ReplayRow {
            replay_id: 0,
            replay_key: self.key.clone(),
            keyed: self.keyed,
            document: self.document.clone(),
            additive,
            answer,
            records: i32::try_from(records).unwrap_or(i32::MAX),
            failures: i32::try_from(failures).unwrap_or(i32::MAX),
            created_at: 0,
            handed_over: false,
        };
        replay::keep(tx, &mut row)?;
        Ok((row.replay_id, row.answer))
    }

    /// What tells that the answer was handed over, where that matters.
    pub(super) fn receipt(&self, handovers: &Arc<Handovers>, replay_id: i32) -> Option<Receipt> {
        (!self.keyed && self.by_content).then(|| handovers.receipt(replay_id))
    }
}

/// A stored answer with the mark that it was given before; otherwise it stays as it is, to the byte.
pub(super) fn marked(face: Face, answer: String) -> String {
    let (tag, mark) = match face {
        Face::Compat => ("<response", " replayed=\"true\""),
        Face::Typed if answer == "<result/>" => return "<result><replayed>true</replayed></result>".to_owned(),
        Face::Typed => ("<result>", "<replayed>true</replayed>"),
    };
    match answer.strip_prefix(tag) {
        Some(rest) => format!("{tag}{mark}{rest}"),
        None => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(600);

    #[test]
    fn a_document_is_a_repeat_until_its_answer_is_handed_over() {
        let adding = Earlier { age: WINDOW, handed_over: false, additive: true, newest: false };
        let setting = Earlier { additive: false, ..adding };
        assert!(adding.is_repeated(WINDOW), "its caller may not know that it was booked");
        assert!(!Earlier { handed_over: true, ..adding }.is_repeated(WINDOW), "the next customer at the till");
        assert!(!setting.is_repeated(WINDOW), "what was set in between would stay");
        assert!(Earlier { newest: true, ..setting }.is_repeated(WINDOW));
        assert!(!Earlier { newest: true, handed_over: true, ..setting }.is_repeated(WINDOW));
        assert!(!Earlier { age: WINDOW + Duration::from_micros(1), ..adding }.is_repeated(WINDOW));
    }

    #[test]
    fn a_replayed_answer_differs_in_its_mark_only() {
        for (face, stored, given) in [
            (Face::Compat, "<response method=\"a\"><b/></response>", "<response replayed=\"true\" method=\"a\"><b/></response>"),
            (Face::Compat, "<response/>", "<response replayed=\"true\"/>"),
            (Face::Typed, "<result><reports/></result>", "<result><replayed>true</replayed><reports/></result>"),
            (Face::Typed, "<result/>", "<result><replayed>true</replayed></result>"),
        ] {
            assert_eq!(marked(face, stored.to_owned()), given);
        }
    }
}
