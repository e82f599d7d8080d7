//! A buyer's request to cancel pieces. It cancels nothing by itself: the ERP cancels them, which accepts the request, or ships
//! them, which declines it, whichever comes first. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LinePieces, Pieces};
use crate::domain::OrderItemId;
use crate::domain::document::Version;
use crate::domain::numbered::numbered;

/// A request as the channel says it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct CancellationRequest {
    /// The channel's id.
    pub(crate) request_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Empty: everything that is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) positions: Vec<LinePieces>,
}

numbered! {
    /// What became of a request.
    pub enum RequestState {
        Open = 1, "open";
        Accepted = 2, "accepted";
        Declined = 3, "declined";
        Withdrawn = 4, "withdrawn";
    }
}

/// What a request is about, as Kontor took it over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RequestDocument {
    pub(crate) version: Version<1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) pieces: Vec<RequestedPieces>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RequestedPieces {
    pub(crate) order_item_id: OrderItemId,
    pub(crate) quantity: i32,
    /// Of these, not cancelled yet.
    pub(crate) waiting: i32,
}

/// A position that a request names or may name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) order_item_id: OrderItemId,
    pub(crate) pieces: Pieces,
    /// Cancelled pieces that the channel knows of.
    pub(crate) cancelled_told: i32,
}

impl Standing {
    /// Pieces that can still be cancelled for a buyer. Those that the ERP cancelled without a word to the channel are among
    /// them: they are still to be reported.
    fn left(self) -> i32 {
        self.pieces.ordered.saturating_sub(self.pieces.shipped).saturating_sub(self.cancelled_told).max(0)
    }
}

/// What happened to the pieces of a position in one step, and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Cancelled, and reported to the channel.
    pub(crate) cancelled: i32,
    pub(crate) shipped: i32,
    pub(crate) left: i32,
}

impl Moved {
    pub(crate) fn between(before: Standing, after: Standing) -> Option<Moved> {
        let moved = Moved {
            cancelled: after.cancelled_told.saturating_sub(before.cancelled_told),
            shipped: after.pieces.shipped.saturating_sub(before.pieces.shipped),
            left: after.left(),
        };
        (moved.cancelled > 0 || moved.shipped > 0).then_some(moved)
    }
}

impl RequestDocument {
    /// A request that is seen for the first time, with what is decided already: pieces that were shipped before can't be
    /// cancelled, and those that are cancelled are. `named` are the pieces by position, with `None` for one that the order
    /// does not have; without any, everything that is left is meant.
    pub(crate) fn seen(reason: Option<String>, named: &[(Option<Standing>, i32)], all: &[Standing]) -> (RequestDocument, RequestState) {
        let mut possible = true;
        let mut pieces = Vec::new();
        let mut add = |standing: &Standing, quantity: i32| {
            let waiting = quantity.min(standing.left());
            pieces.push(RequestedPieces { order_item_id: standing.order_item_id, quantity, waiting });
        };
        for (standing, quantity) in named {
            match standing {
                Some(standing) => {
                    possible &= *quantity > 0 && *quantity <= standing.pieces.ordered.saturating_sub(standing.pieces.shipped);
                    add(standing, *quantity);
                }
                None => possible = false,
            }
        }
        if named.is_empty() {
            all.iter().filter(|standing| standing.left() > 0).for_each(|standing| add(standing, standing.left()));
            possible = !pieces.is_empty() || all.iter().all(|standing| standing.pieces.shipped == 0);
        }
        let document = RequestDocument { reason, pieces, ..RequestDocument::default() };
        let state = match (possible, document.is_met()) {
            (false, _) => RequestState::Declined,
            (true, true) => RequestState::Accepted,
            (true, false) => RequestState::Open,
        };
        (document, state)
    }

    fn is_met(&self) -> bool {
        self.pieces.iter().all(|pieces| pieces.waiting == 0)
    }
}

/// What a step of the ERP means for open requests, the oldest first: which of them it answers. Cancelled pieces count for one
/// request only, and so do those that are left.
pub(crate) fn answer(open: &mut [&mut RequestDocument], moved: &BTreeMap<OrderItemId, Moved>) -> Vec<Option<RequestState>> {
    let mut budget = moved.clone();
    let answers = open.iter_mut().map(|request| {
        for pieces in &mut request.pieces {
            if let Some(moved) = budget.get_mut(&pieces.order_item_id) {
                let now = pieces.waiting.min(moved.cancelled).max(0);
                pieces.waiting = pieces.waiting.saturating_sub(now);
                moved.cancelled = moved.cancelled.saturating_sub(now);
            }
        }
        if request.is_met() {
            return Some(RequestState::Accepted);
        }
        let too_late = |pieces: &RequestedPieces| {
            budget.get(&pieces.order_item_id).is_some_and(|moved| moved.shipped > 0 && pieces.waiting > moved.left)
        };
        if request.pieces.iter().any(too_late) {
            return Some(RequestState::Declined);
        }
        for pieces in &request.pieces {
            if let Some(moved) = budget.get_mut(&pieces.order_item_id) {
                moved.left = moved.left.saturating_sub(pieces.waiting);
            }
        }
        None
    });
    answers.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Moved, RequestDocument, RequestState as S, Standing, answer};
    use crate::domain::OrderItemId;
    use crate::domain::order::Pieces;

    fn standing(id: i32, ordered: i32, cancelled: i32, shipped: i32) -> Standing {
        let pieces = Pieces { ordered, cancelled, shipped, ..Pieces::default() };
        Standing { order_item_id: OrderItemId(id), pieces, cancelled_told: cancelled }
    }

    /// A request for so many pieces of position 1, of which three were ordered.
    fn request(quantity: i32) -> RequestDocument {
        RequestDocument::seen(None, &[(Some(standing(1, 3, 0, 0)), quantity)], &[]).0
    }

    fn step(requests: &mut [RequestDocument], before: Standing, after: Standing) -> Vec<Option<S>> {
        let moved: BTreeMap<_, _> = Moved::between(before, after).into_iter().map(|moved| (OrderItemId(1), moved)).collect();
        answer(&mut requests.iter_mut().collect::<Vec<_>>(), &moved)
    }

    #[test]
    fn a_request_is_seen_with_what_is_decided_already() {
        for (of, quantity, state) in [
            (standing(1, 3, 0, 0), 2, S::Open),
            (standing(1, 3, 0, 1), 2, S::Open),
            (standing(1, 3, 0, 2), 2, S::Declined),
            (standing(1, 3, 3, 0), 2, S::Accepted),
            (standing(1, 3, 2, 0), 2, S::Open),
        ] {
            assert_eq!(RequestDocument::seen(None, &[(Some(of), quantity)], &[]).1, state, "{quantity} of {of:?}");
        }
        assert_eq!(RequestDocument::seen(None, &[(None, 1)], &[]).1, S::Declined, "a position that the order does not have");
        for (all, state) in [
            (vec![standing(1, 3, 0, 0), standing(2, 1, 0, 1)], S::Open),
            (vec![standing(1, 3, 1, 2)], S::Declined),
            (vec![standing(1, 3, 3, 0)], S::Accepted),
            (vec![], S::Accepted),
        ] {
            assert_eq!(RequestDocument::seen(None, &[], &all).1, state, "everything of {all:?}");
        }
        let untold = Standing { cancelled_told: 0, ..standing(1, 3, 3, 0) };
        assert_eq!(RequestDocument::seen(None, &[], &[untold]).1, S::Open, "the channel does not know that it is cancelled");
    }

    #[test]
    fn what_comes_first_answers_it() {
        let mut one = [request(2)];
        assert_eq!(step(&mut one, standing(1, 3, 0, 0), standing(1, 3, 0, 1)), [None], "two are left");
        assert_eq!(step(&mut one, standing(1, 3, 0, 1), standing(1, 3, 0, 2)), [Some(S::Declined)]);
        let mut one = [request(2)];
        assert_eq!(step(&mut one, standing(1, 3, 0, 0), standing(1, 3, 1, 0)), [None], "one of two is cancelled");
        assert_eq!(step(&mut one, standing(1, 3, 1, 0), standing(1, 3, 2, 0)), [Some(S::Accepted)]);
        let mut one = [request(2)];
        assert_eq!(step(&mut one, standing(1, 3, 0, 0), standing(1, 3, 1, 2)), [Some(S::Declined)], "not all of it was cancelled");
    }

    #[test]
    fn pieces_count_for_one_request_only() {
        let mut two = [request(1), request(2)];
        assert_eq!(step(&mut two, standing(1, 3, 0, 0), standing(1, 3, 1, 0)), [Some(S::Accepted), None]);
        let mut two = [request(1), request(2)];
        assert_eq!(step(&mut two, standing(1, 3, 0, 0), standing(1, 3, 0, 1)), [None, Some(S::Declined)], "the older one keeps its piece");
        let mut two = [request(1), request(1)];
        assert_eq!(step(&mut two, standing(1, 3, 0, 0), standing(1, 3, 3, 0)), [Some(S::Accepted), Some(S::Accepted)]);
    }

    #[test]
    fn what_the_erp_cancels_without_a_word_to_the_channel_answers_nothing() {
        let mut one = [request(2)];
        let cancelled = Standing { cancelled_told: 0, ..standing(1, 3, 2, 0) };
        assert_eq!(step(&mut one, standing(1, 3, 0, 0), cancelled), [None]);
        let shipped = Standing { cancelled_told: 0, ..standing(1, 3, 2, 1) };
        assert_eq!(step(&mut one, cancelled, shipped), [None], "the rest is shipped, and the two can still be reported");
        assert_eq!(step(&mut one, shipped, standing(1, 3, 2, 1)), [Some(S::Accepted)], "now they are");
    }
}
