//! Orders: each one arrives, complete, whatever happened before, meanwhile and afterwards.

use std::collections::BTreeSet;

use super::super::play::{Play, amount, bare, fresh, is_done, offer, pieces};
use super::super::stage::{Deed, Edit};
use super::*;
use crate::connectors::OfferChange;
use crate::domain::Decimal;
use crate::domain::offer::Wanted;
use crate::domain::order::ChannelOrder;

pub(super) const ALL: &[Scenario] = &[
    Scenario { id: "order", promise: "An order arrives with buyer, addresses, lines, prices and tax", needs: &[], run: order },
    Scenario { id: "lines", promise: "Several lines, and two of one article, arrive as they were ordered", needs: &[], run: lines },
    Scenario { id: "same_second", promise: "Orders of the same second all arrive", needs: &[], run: same_second },
    Scenario { id: "between_polls", promise: "Orders that come between two polls all arrive", needs: &[], run: between_polls },
    Scenario {
        id: "between_pages",
        promise: "Orders that come and change while the list is read are not lost",
        needs: &[],
        run: between_pages,
    },
    Scenario { id: "poll_again", promise: "A poll that was not stored is repeated, and nothing is missing", needs: &[], run: poll_again },
    Scenario { id: "paid_there", promise: "A payment in the shop is seen", needs: &[], run: paid_there },
    Scenario { id: "cancelled_there", promise: "A cancellation in the shop is seen", needs: &[], run: cancelled_there },
    Scenario { id: "changed_there", promise: "Lines that change in the shop are seen", needs: &[], run: changed_there },
    Scenario { id: "asks_to_cancel", promise: "A buyer's request to cancel is seen", needs: &[ANSWERS], run: asks_to_cancel },
    Scenario { id: "strange_line", promise: "An order of an article that Kontor does not know arrives", needs: &[], run: strange_line },
    Scenario { id: "after_the_end", promise: "An order of an offer that has ended arrives", needs: &[], run: after_the_end },
    Scenario {
        id: "after_a_rename",
        promise: "An order from before a rename names the offer's number",
        needs: &[RENAMES],
        run: after_a_rename,
    },
    Scenario { id: "clock", promise: "A clock of the channel that is five minutes off loses no order", needs: &[], run: clock },
];

/// A running offer that can be bought.
fn on_sale(play: &Play<'_>) -> OfferChange {
    play.lists(&OfferChange { quantity: Some(pieces(500)), ..offer(&fresh("A")) })
}

fn numbers(orders: &[ChannelOrder]) -> BTreeSet<&str> {
    orders.iter().map(|order| order.order_id.as_str()).collect()
}

fn all_there(orders: &[ChannelOrder], placed: &[String]) {
    let known = numbers(orders);
    let missing: Vec<&String> = placed.iter().filter(|number| !known.contains(number.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} of {} orders are missing", placed.len());
}

fn order(play: &mut Play<'_>) {
    let change = on_sale(play);
    let mut cursor = play.now();
    let placed = play.stage.buys(&[(&change.sku, 2)]);
    let order = play.reads(&mut cursor, &placed);
    assert_eq!((order.currency.as_str(), order.paid, order.cancelled), ("EUR", false, false));
    let line = &order.lines[0];
    assert_eq!((order.lines.len(), line.sku.as_ref(), line.quantity, line.cancelled), (1, Some(&change.sku), 2, 0));
    assert_eq!((line.unit_price, line.external_number.as_ref()), (amount("19.90"), change.external_number.as_ref()));
    assert!(line.tax_rate.is_some() && !line.line_id.is_empty() && !line.title.is_empty(), "{line:?}");
    assert!(order.buyer.email.is_some());
    for address in [&order.invoice_address, &order.delivery_address] {
        assert!(address.last_name.is_some() && address.street.is_some() && address.city.is_some(), "{address:?}");
        assert_eq!(address.country_code_iso.as_deref(), Some("DE"));
    }
    let total = order.totals.total_amount.expect("the channel's own total");
    assert_eq!(total, Decimal(amount("39.80").0 + order.shipping_charge.0), "what the buyer pays");
}

fn lines(play: &mut Play<'_>) {
    let (one, two) = (on_sale(play), on_sale(play));
    let mut cursor = play.now();
    let placed = play.stage.buys(&[(&one.sku, 2), (&two.sku, 1)]);
    let order = play.reads(&mut cursor, &placed);
    let of = |sku: &str| -> i32 { order.lines.iter().filter(|line| line.sku.as_deref() == Some(sku)).map(|line| line.quantity).sum() };
    assert_eq!((of(&one.sku), of(&two.sku)), (2, 1));
    let ids: BTreeSet<&str> = order.lines.iter().map(|line| line.line_id.as_str()).collect();
    assert_eq!(ids.len(), order.lines.len(), "each line has a number of its own");
}

fn same_second(play: &mut Play<'_>) {
    let change = on_sale(play);
    let mut cursor = play.now();
    // One is collected while the next ones of the same second are still to come.
    let mut placed = vec![play.stage.buys(&[(&change.sku, 1)])];
    let mut orders = play.pulls(&mut cursor, &placed);
    placed.extend((0..6).map(|_| play.stage.buys(&[(&change.sku, 1)])));
    orders.extend(play.pulls(&mut cursor, &placed));
    all_there(&orders, &placed);
}

fn between_polls(play: &mut Play<'_>) {
    let change = on_sale(play);
    let mut cursor = play.now();
    let (mut placed, mut orders) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        placed.extend((0..4).map(|_| play.stage.buys(&[(&change.sku, 1)])));
        orders.extend(play.pulls(&mut cursor, &placed));
        all_there(&orders, &placed);
        play.restarts();
    }
    // Nothing new: the cursor stays where nothing is lost.
    play.pulls(&mut cursor, &placed);
    placed.push(play.stage.buys(&[(&change.sku, 1)]));
    orders.extend(play.pulls(&mut cursor, &placed));
    all_there(&orders, &placed);
}

fn between_pages(play: &mut Play<'_>) {
    let change = on_sale(play);
    for passing in 0..6 {
        let mut cursor = play.now();
        let mut placed: Vec<String> = (0..play.stage.crowd()).map(|_| play.stage.buys(&[(&change.sku, 1)])).collect();
        let (seen, late) = (placed[0].clone(), std::sync::Arc::new(std::sync::Mutex::new(None)));
        let mut orders = {
            let (late, act) = (std::sync::Arc::clone(&late), play.stage.actor());
            let sku = change.sku.clone();
            play.meanwhile(
                Box::new(move || {
                    act.happens(&seen, &Deed::Cancels);
                    *late.lock().unwrap() = Some(act.buys(&[(&sku, 1)]));
                }),
                passing,
            );
            play.pulls(&mut cursor, &placed)
        };
        if !play.happened() {
            break;
        }
        placed.push(late.lock().unwrap().take().unwrap());
        orders.extend(play.pulls(&mut cursor, &placed));
        all_there(&orders, &placed);
        let last = orders.iter().rfind(|order| order.order_id == placed[0]).unwrap();
        assert!(last.cancelled, "the cancellation during exchange {passing} is seen");
    }
}

fn poll_again(play: &mut Play<'_>) {
    let change = on_sale(play);
    let start = play.now();
    let placed: Vec<String> = (0..4).map(|_| play.stage.buys(&[(&change.sku, 1)])).collect();
    for _ in 0..2 {
        // The process ended before it stored anything of it.
        let mut cursor = start.clone();
        all_there(&play.pulls(&mut cursor, &[]), &placed);
        play.restarts();
    }
}

/// An order, collected while it is open, to which then something happens.
fn then(play: &mut Play<'_>, deed: impl FnOnce(&OfferChange) -> Deed) -> (ChannelOrder, ChannelOrder) {
    let change = on_sale(play);
    let mut cursor = play.now();
    let placed = play.stage.buys(&[(&change.sku, 3)]);
    let before = play.reads(&mut cursor, &placed);
    play.stage.happens(&placed, &deed(&change));
    (before, play.reads(&mut cursor, &placed))
}

fn paid_there(play: &mut Play<'_>) {
    let (before, after) = then(play, |_| Deed::Pays);
    assert_eq!((before.paid, after.paid), (false, true));
    assert_eq!(before.lines.len(), after.lines.len());
}

fn cancelled_there(play: &mut Play<'_>) {
    let (before, after) = then(play, |_| Deed::Cancels);
    assert_eq!((before.cancelled, after.cancelled), (false, true));
    assert_eq!((after.lines[0].quantity, after.lines[0].unit_price), (3, amount("19.90")), "what was ordered can still be read");
}

fn changed_there(play: &mut Play<'_>) {
    for (pieces, open) in [(5, 5), (2, 2)] {
        let (before, after) = then(play, |change| Deed::Orders(change.sku.clone(), pieces));
        let open_of = |order: &ChannelOrder| -> i32 { order.lines.iter().map(|line| line.quantity - line.cancelled).sum() };
        assert_eq!((open_of(&before), open_of(&after)), (3, open));
        assert_eq!(after.lines[0].line_id, before.lines[0].line_id, "the same line");
    }
}

fn asks_to_cancel(play: &mut Play<'_>) {
    let (before, after) = then(play, |_| Deed::AsksToCancel);
    assert_eq!((before.cancellation_requests.len(), after.cancellation_requests.len()), (0, 1));
    assert!(!after.cancelled && !after.cancellation_requests[0].request_id.is_empty());
}

fn strange_line(play: &mut Play<'_>) {
    let change = on_sale(play);
    let mut cursor = play.now();
    let sku = fresh("M");
    play.stage.lists_by_hand(&sku, "Vom Händler");
    let placed = play.stage.buys(&[(&change.sku, 1), (&sku, 2)]);
    // Afterwards the merchant deletes it: the order still says what was bought.
    play.stage.edits(&sku, &Edit::Deletes);
    let order = play.reads(&mut cursor, &placed);
    let line = order.lines.iter().find(|line| line.quantity == 2).unwrap_or_else(|| panic!("{:?}", order.lines));
    assert!(line.title.contains("Vom Händler") && line.external_number.is_some(), "{line:?}");
    assert_eq!(order.lines.len(), 2);
}

fn after_the_end(play: &mut Play<'_>) {
    let change = on_sale(play);
    let mut cursor = play.now();
    let placed = play.stage.buys(&[(&change.sku, 2)]);
    is_done(&play.outcome(&OfferChange { wanted: Wanted::Ended, ..bare(&change) }));
    let order = play.reads(&mut cursor, &placed);
    assert_eq!((order.lines[0].sku.as_ref(), order.lines[0].quantity), (Some(&change.sku), 2));
}

fn after_a_rename(play: &mut Play<'_>) {
    let change = on_sale(play);
    let mut cursor = play.now();
    let placed = play.stage.buys(&[(&change.sku, 2)]);
    play.done(&OfferChange { sku: fresh("B"), known_as: vec![change.sku.clone()], ..bare(&change) });
    let order = play.reads(&mut cursor, &placed);
    assert_eq!(order.lines[0].external_number, change.external_number, "whatever SKU the channel names now");
}

fn clock(play: &mut Play<'_>) {
    let change = on_sale(play);
    let mut cursor = play.now();
    let (mut placed, mut orders) = (Vec::new(), Vec::new());
    for minutes in [0, 5, 0, -5, 0] {
        play.stage.clock_is_off(minutes);
        placed.push(play.stage.buys(&[(&change.sku, 1)]));
        orders.extend(play.pulls(&mut cursor, &placed));
    }
    all_there(&orders, &placed);
}
