//! What became of a batch, in one line of the log.

use std::fmt;

use super::plan::Sending;
use crate::connectors::Outcome;
use crate::domain::offer::Wanted;

#[derive(Default)]
pub(super) struct BatchTally {
    offers: usize,
    listed: usize,
    changed: usize,
    ended: usize,
    accepted: usize,
    refused: usize,
    later: usize,
}

impl BatchTally {
    pub(super) fn note(&mut self, sending: &Sending, outcome: Option<&Outcome>) {
        self.offers += 1;
        let change = &sending.change;
        let done = match change.wanted {
            Wanted::Running if sending.whole && change.external_number.is_none() => &mut self.listed,
            Wanted::Running => &mut self.changed,
            Wanted::Ended => &mut self.ended,
        };
        *match outcome {
            Some(Outcome::Done { .. } | Outcome::DoneInPart { .. }) => done,
            Some(Outcome::Accepted(_)) => &mut self.accepted,
            Some(Outcome::Refused(_)) => &mut self.refused,
            Some(Outcome::Later { .. }) | None => &mut self.later,
        } += 1;
    }
}

impl fmt::Display for BatchTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BatchTally { offers, listed, changed, ended, accepted, refused, later } = self;
        write!(f, "{offers} offers: {listed} listed, {changed} changed, {ended} ended, {refused} refused")?;
        if *accepted > 0 {
            write!(f, ", {accepted} accepted, which the channel works on")?;
        }
        if *later > 0 {
            write!(f, ", {later} again later")?;
        }
        Ok(())
    }
}
