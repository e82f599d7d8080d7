//! What the ERP did with an order: the channel shows it, whole and in part, and once.

use super::super::play::{Play, amount, fact, fresh, is_done, is_refused, offer, pieces};
use super::super::stage::{Deed, ShownOrder};
use super::*;
use crate::connectors::{Fact, OfferChange, Outcome};
use crate::domain::order::{ChannelOrder, Content, DocumentKind, FactKind, Packet};

pub(super) const ALL: &[Scenario] = &[
    Scenario { id: "acknowledged", promise: "Acknowledged", needs: &[ACKNOWLEDGED], run: acknowledged },
    Scenario { id: "paid", promise: "Paid", needs: &[PAID], run: paid },
    Scenario { id: "shipped", promise: "Shipped, with a tracking number", needs: &[SHIPPED], run: shipped },
    Scenario { id: "untracked", promise: "Shipped without a tracking number", needs: &[SHIPPED], run: untracked },
    Scenario {
        id: "together",
        promise: "Shipped in several packages that are reported together",
        needs: &[SHIPPED, SEVERAL_PACKAGES],
        run: together,
    },
    Scenario { id: "in_parts", promise: "Shipped in parts: each package with its contents", needs: &[SHIPS_IN_PART], run: in_parts },
    Scenario {
        id: "equal_parts",
        promise: "Two packages with the same contents are two packages",
        needs: &[SHIPS_IN_PART],
        run: equal_parts,
    },
    Scenario { id: "part_of_lines", promise: "A package with pieces of several lines", needs: &[SHIPS_IN_PART], run: part_of_lines },
    Scenario { id: "late_tracking", promise: "A tracking number that comes later", needs: &[SHIPS_IN_PART], run: late_tracking },
    Scenario { id: "cancelled", promise: "Cancelled", needs: &[CANCELLED], run: cancelled },
    Scenario { id: "cancelled_in_part", promise: "Cancelled in part: single pieces", needs: &[CANCELS_IN_PART], run: cancelled_in_part },
    Scenario {
        id: "rest_cancelled",
        promise: "The rest is cancelled after a part was shipped",
        needs: &[CANCELS_IN_PART, SHIPS_IN_PART],
        run: rest_cancelled,
    },
    Scenario { id: "refunded_amount", promise: "Refunded: an amount", needs: &[PAID, REFUNDS_AMOUNTS], run: refunded_amount },
    Scenario {
        id: "refunded_positions",
        promise: "Refunded: single positions, in several steps",
        needs: &[PAID, REFUNDS_POSITIONS],
        run: refunded_positions,
    },
    Scenario {
        id: "refunded_too_much",
        promise: "More money than was paid is not given back, not in part either",
        needs: &[PAID, REFUNDS_AMOUNTS],
        run: refunded_too_much,
    },
    Scenario {
        id: "request_accepted",
        promise: "A buyer's request to cancel is accepted",
        needs: &[ANSWERS, CANCELS_IN_PART],
        run: request_accepted,
    },
    Scenario { id: "request_declined", promise: "A buyer's request to cancel is declined", needs: &[ANSWERS], run: request_declined },
    Scenario { id: "document", promise: "A document is attached", needs: &[DOCUMENTS], run: document },
    Scenario {
        id: "too_late",
        promise: "What an order cannot take any more is refused with a message",
        needs: &[CANCELLED, SHIPPED],
        run: too_late,
    },
    Scenario {
        id: "unknown_order",
        promise: "A fact about an unknown order is refused with a message",
        needs: &[SHIPPED],
        run: unknown_order,
    },
    Scenario {
        id: "done_there",
        promise: "What the merchant did in the shop before is not done again",
        needs: &[CANCELLED],
        run: done_there,
    },
];

/// An order of so many pieces of each of several articles.
pub(super) struct Bought {
    pub(super) id: String,
    order: ChannelOrder,
    skus: Vec<String>,
}

impl Bought {
    fn new(play: &Play<'_>, pieces_of: &[i32]) -> Bought {
        let skus: Vec<String> = pieces_of.iter().map(|_| fresh("A")).collect();
        for sku in &skus {
            play.lists(&OfferChange { quantity: Some(pieces(50)), ..offer(sku) });
        }
        let mut cursor = play.now();
        let wanted: Vec<(&str, i32)> = skus.iter().map(String::as_str).zip(pieces_of.iter().copied()).collect();
        let id = play.stage.buys(&wanted);
        let order = play.reads(&mut cursor, &id);
        Bought { id, order, skus }
    }

    pub(super) fn paid(play: &Play<'_>, pieces_of: &[i32]) -> Bought {
        let bought = Bought::new(play, pieces_of);
        if play.can.takes(FactName::Paid) {
            play.told(&fact(&bought.id, FactKind::Paid { transaction_id: None }));
        } else {
            play.stage.happens(&bought.id, &Deed::Pays);
        }
        bought
    }

    /// Pieces of the article with this index; `so_far` counts those of earlier facts, too.
    pub(super) fn pieces(&self, index: usize, quantity: i32, so_far: i32) -> Content {
        let sku = &self.skus[index];
        let line = self.order.lines.iter().find(|line| line.sku.as_ref() == Some(sku)).unwrap();
        Content { line_id: Some(line.line_id.clone()), sku: Some(sku.clone()), quantity, so_far }
    }

    pub(super) fn package(&self, packet_id: i32, tracking: Option<&str>, contents: Vec<Content>) -> Fact {
        fact(&self.id, FactKind::Shipped { packets: vec![packet(packet_id, tracking, contents)], together: Vec::new() })
    }

    fn cancels(&self, positions: Vec<Content>) -> Fact {
        fact(&self.id, FactKind::PositionsCancelled { positions, reason: Some("sold out".to_owned()) })
    }

    fn credit(&self, amount_text: &str, positions: Vec<Content>) -> Fact {
        let kind = FactKind::Refunded {
            credit_number: fresh("CR"),
            amount: amount(amount_text),
            currency: "EUR".to_owned(),
            positions,
            reason: Some("broken".to_owned()),
        };
        fact(&self.id, kind)
    }

    fn shown(&self, play: &Play<'_>) -> ShownOrder {
        play.stage.order(&self.id)
    }

    /// Shipped and cancelled pieces of an article.
    pub(super) fn of(&self, play: &Play<'_>, index: usize) -> (i32, i32) {
        let shown = self.shown(play);
        let lines = shown.lines.iter().filter(|line| line.sku == self.skus[index]);
        lines.fold((0, 0), |(shipped, cancelled), line| (shipped + line.shipped, cancelled + line.cancelled))
    }
}

fn packet(packet_id: i32, tracking: Option<&str>, contents: Vec<Content>) -> Packet {
    Packet { packet_id, tracking_number: tracking.map(str::to_owned), carrier: Some("DHL".to_owned()), contents, ..Packet::default() }
}

/// Tells it, and tells it again as after an answer that got lost, by the same process and by the next one: it happens once.
pub(super) fn once(play: &mut Play<'_>, bought: &Bought, fact: &Fact) -> ShownOrder {
    is_done(&play.tells(fact));
    let shown = bought.shown(play);
    is_done(&play.tells_again(fact));
    play.restarts();
    is_done(&play.tells_again(fact));
    assert_eq!(bought.shown(play), shown, "{} again", fact.kind.word());
    shown
}

fn acknowledged(play: &mut Play<'_>) {
    let bought = Bought::new(play, &[2]);
    let shown = once(play, &bought, &fact(&bought.id, FactKind::Acknowledged));
    assert!(!shown.cancelled && !shown.paid);
}

fn paid(play: &mut Play<'_>) {
    let bought = Bought::new(play, &[2]);
    let shown = once(play, &bought, &fact(&bought.id, FactKind::Paid { transaction_id: Some("T-1".to_owned()) }));
    assert!(shown.paid);
}

fn shipped(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[2, 1]);
    let contents = vec![bought.pieces(0, 2, 2), bought.pieces(1, 1, 1)];
    let shown = once(play, &bought, &bought.package(1, Some("JJD1"), contents));
    assert_eq!((bought.of(play, 0), bought.of(play, 1)), ((2, 0), (1, 0)));
    assert_eq!((shown.packages.len(), shown.packages[0].tracking.as_slice()), (1, &["JJD1".to_owned()][..]));
}

fn untracked(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[2]);
    once(play, &bought, &bought.package(1, None, vec![bought.pieces(0, 2, 2)]));
    assert_eq!(bought.of(play, 0), (2, 0));
}

fn together(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[3]);
    let packets = vec![packet(1, Some("JJD1"), Vec::new()), packet(2, Some("JJD2"), Vec::new())];
    let shown = once(play, &bought, &fact(&bought.id, FactKind::Shipped { packets, together: vec![bought.pieces(0, 3, 3)] }));
    let mut tracking: Vec<&String> = shown.packages.iter().flat_map(|package| &package.tracking).collect();
    tracking.sort();
    assert_eq!(tracking, ["JJD1", "JJD2"]);
    assert_eq!(bought.of(play, 0), (3, 0));
}

fn in_parts(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[5]);
    let shown = once(play, &bought, &bought.package(1, Some("JJD1"), vec![bought.pieces(0, 2, 2)]));
    assert_eq!((bought.of(play, 0), shown.packages.len()), ((2, 0), 1));
    let shown = once(play, &bought, &bought.package(2, Some("JJD2"), vec![bought.pieces(0, 3, 5)]));
    assert_eq!((bought.of(play, 0), shown.packages.len()), ((5, 0), 2));
    let of = |number: &str| shown.packages.iter().find(|package| package.tracking == [number]).unwrap().contents.clone();
    assert_eq!((of("JJD1"), of("JJD2")), (vec![(bought.skus[0].clone(), 2)], vec![(bought.skus[0].clone(), 3)]));
}

fn equal_parts(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[4]);
    once(play, &bought, &bought.package(1, None, vec![bought.pieces(0, 2, 2)]));
    assert_eq!(bought.of(play, 0), (2, 0));
    once(play, &bought, &bought.package(2, None, vec![bought.pieces(0, 2, 4)]));
    assert_eq!(bought.of(play, 0), (4, 0));
}

fn part_of_lines(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[3, 2]);
    once(play, &bought, &bought.package(1, Some("JJD1"), vec![bought.pieces(0, 1, 1), bought.pieces(1, 2, 2)]));
    assert_eq!((bought.of(play, 0), bought.of(play, 1)), ((1, 0), (2, 0)));
}

fn late_tracking(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[2]);
    play.told(&bought.package(1, None, vec![bought.pieces(0, 2, 2)]));
    let again = Packet { again: true, ..packet(1, Some("JJD1"), Vec::new()) };
    // Whether the channel can still take it is its own affair; nothing is shipped twice by it.
    let outcome = play.tells(&fact(&bought.id, FactKind::Shipped { packets: vec![again], together: Vec::new() }));
    is_done(&outcome);
    assert_eq!((bought.of(play, 0), bought.shown(play).packages.len()), ((2, 0), 1));
    let known = bought.shown(play).packages.iter().any(|package| package.tracking == ["JJD1"]);
    let said = matches!(&outcome, Outcome::Done { messages, .. } if !messages.is_empty());
    assert!(known || said, "the number is shown, or a message says that it is not");
}

fn cancelled(play: &mut Play<'_>) {
    let bought = Bought::new(play, &[3]);
    let free = play.shows(&bought.skus[0]).quantity;
    let shown = once(play, &bought, &fact(&bought.id, FactKind::Cancelled { reason: Some("sold out".to_owned()) }));
    assert!(shown.cancelled);
    assert_eq!((free, play.shows(&bought.skus[0]).quantity), (47, 50), "buyers can have them again");
}

fn cancelled_in_part(play: &mut Play<'_>) {
    let bought = Bought::new(play, &[4, 2]);
    once(play, &bought, &bought.cancels(vec![bought.pieces(0, 1, 1)]));
    assert_eq!((bought.of(play, 0), bought.of(play, 1)), ((0, 1), (0, 0)));
    once(play, &bought, &bought.cancels(vec![bought.pieces(0, 1, 2), bought.pieces(1, 2, 2)]));
    assert_eq!((bought.of(play, 0), bought.of(play, 1)), ((0, 2), (0, 2)));
    assert!(!bought.shown(play).cancelled);
}

fn rest_cancelled(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[5]);
    play.told(&bought.package(1, Some("JJD1"), vec![bought.pieces(0, 2, 2)]));
    once(play, &bought, &bought.cancels(vec![bought.pieces(0, 3, 3)]));
    assert_eq!(bought.of(play, 0), (2, 3));
    assert!(!bought.shown(play).cancelled, "a part of it was shipped");
}

fn refunded_amount(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[2]);
    let shown = once(play, &bought, &bought.credit("5.00", Vec::new()));
    assert_eq!(shown.refunded, amount("5.00"));
    // Another credit entry of the same amount is another refund.
    let shown = once(play, &bought, &bought.credit("5.00", Vec::new()));
    assert_eq!(shown.refunded, amount("10.00"));
}

fn refunded_positions(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[3]);
    let shown = once(play, &bought, &bought.credit("19.90", vec![bought.pieces(0, 1, 1)]));
    assert_eq!(shown.refunded, amount("19.90"));
    let shown = once(play, &bought, &bought.credit("39.80", vec![bought.pieces(0, 2, 3)]));
    assert_eq!(shown.refunded, amount("59.70"));
    // The orders that are read say so, too, once the money has gone.
    play.stage.happens(&bought.id, &Deed::SettlesRefunds);
    let mut cursor = None;
    let read = play.reads(&mut cursor, &bought.id);
    assert_eq!(read.refunds.iter().map(|refund| refund.amount.0).sum::<i64>(), amount("59.70").0);
}

fn refunded_too_much(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[1]);
    is_refused(&play.tells(&bought.credit("1000.00", Vec::new())));
    assert_eq!(bought.shown(play).refunded, amount("0"));
}

/// A request of the buyer about an order, and its number.
fn requested(play: &Play<'_>) -> (Bought, String) {
    let bought = Bought::new(play, &[2]);
    let mut cursor = play.now();
    play.stage.happens(&bought.id, &Deed::AsksToCancel);
    let request_id = play.reads(&mut cursor, &bought.id).cancellation_requests[0].request_id.clone();
    (bought, request_id)
}

fn request_accepted(play: &mut Play<'_>) {
    let (bought, request_id) = requested(play);
    let shown = once(play, &bought, &fact(&bought.id, FactKind::CancellationAccepted { request_id }));
    assert_eq!((shown.accepted, shown.declined), (1, 0));
    // The pieces follow as a fact of their own, whether the channel has cancelled them by now or not.
    once(play, &bought, &fact(&bought.id, FactKind::Cancelled { reason: None }));
    assert!(bought.shown(play).cancelled);
}

fn request_declined(play: &mut Play<'_>) {
    let (bought, request_id) = requested(play);
    let shown = once(play, &bought, &fact(&bought.id, FactKind::CancellationDeclined { request_id }));
    assert_eq!((shown.accepted, shown.declined, shown.cancelled), (0, 1, false));
}

fn document(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[1]);
    let kind = FactKind::DocumentAttached { number: "INV-1".to_owned(), document: DocumentKind::Invoice, file: None };
    let shown = once(play, &bought, &fact(&bought.id, kind));
    assert_eq!(shown.documents.len(), 1, "{:?}", shown.documents);
    assert!(shown.documents[0].contains("INV-1"));
}

fn too_late(play: &mut Play<'_>) {
    let gone = Bought::new(play, &[1]);
    play.stage.happens(&gone.id, &Deed::Cancels);
    is_refused(&play.tells(&gone.package(1, Some("JJD1"), vec![gone.pieces(0, 1, 1)])));
    assert_eq!(gone.shown(play).packages.len(), 0);
}

fn unknown_order(play: &mut Play<'_>) {
    let packets = vec![packet(1, Some("JJD1"), Vec::new())];
    is_refused(&play.tells(&fact("NO-SUCH-ORDER", FactKind::Shipped { packets, together: Vec::new() })));
}

fn done_there(play: &mut Play<'_>) {
    let bought = Bought::new(play, &[3]);
    play.stage.happens(&bought.id, &Deed::Cancels);
    let free = play.shows(&bought.skus[0]).quantity;
    let cancelled = fact(&bought.id, FactKind::Cancelled { reason: None });
    is_done(&play.tells(&cancelled));
    is_done(&play.tells_again(&cancelled));
    assert_eq!(play.shows(&bought.skus[0]).quantity, free, "they are not given back twice");
}
