//! What channels say after the sale.

use diesel::prelude::*;

use super::{Imported, changes, channel_order, export, id_of, line, load, messages, settings, shelf, stock_of, take};
use crate::domain::order::{CancellationRequest, ChannelOrder, ChannelRefund, LinePieces, RequestState as S};
use crate::domain::{Decimal, OrderId, WarehouseId};
use crate::on;
use crate::store::orders::{self, Positions};
use crate::store::schema::outbox_facts;
use crate::store::testing::on_stores;
use crate::store::{Store, Tx};

/// Three pieces of the item, and one of a service.
fn order() -> ChannelOrder {
    ChannelOrder { paid: true, lines: vec![line("L1", Some("A-1"), None, 3), line("L2", None, None, 1)], ..channel_order() }
}

fn pieces(quantity: i32) -> Vec<LinePieces> {
    vec![LinePieces { line_id: "L1".into(), quantity }]
}

fn request(id: &str, positions: Vec<LinePieces>) -> CancellationRequest {
    CancellationRequest { request_id: id.into(), reason: Some("too large".into()), positions }
}

fn refund(id: &str, amount: i32, positions: Vec<LinePieces>) -> ChannelRefund {
    ChannelRefund { refund_id: id.into(), amount: Decimal::from_whole(amount), positions, ..ChannelRefund::default() }
}

/// What the ERP does with the positions, the first of which is meant.
fn erp(store: &Store, id: OrderId, step: impl FnOnce(&mut Positions, crate::domain::OrderItemId) + Send + 'static) {
    let work = move |tx: &mut Tx<'_>| {
        let mut positions = Positions::load(&mut tx.conn, id, &[WarehouseId(10)])?;
        let first = positions.rows()[0].order_item_id;
        step(&mut positions, first);
        orders::follow_pieces(tx, positions, &settings())?;
        Ok(())
    };
    store.write(work).unwrap();
}

fn ship(store: &Store, id: OrderId, quantity: i32) {
    erp(store, id, move |positions, first| drop(positions.ship(first, quantity, None)));
}

fn cancel(store: &Store, id: OrderId, quantity: i32) {
    erp(store, id, move |positions, first| {
        positions.cancel(first, quantity);
        positions.set_cancelled_told([first]);
    });
}

fn states(store: &Store, id: OrderId) -> Vec<S> {
    load(store, id).requests.into_iter().map(|request| request.state).collect()
}

fn facts(store: &Store) -> Vec<String> {
    let rows = store
        .read(|conn| Ok(on!(conn, c => outbox_facts::table.order(outbox_facts::fact_id).select(outbox_facts::payload).load::<String>(c))?));
    rows.unwrap()
}

fn codes(store: &Store) -> Vec<String> {
    messages(store).into_iter().map(|message| message.code).filter(|code| code != "ORDER_LINE_UNMATCHED").collect()
}

#[test]
fn a_request_cancels_nothing_and_is_listed_until_the_erp_cancels_what_it_asks_for() {
    on_stores(|store| {
        shelf(store);
        let mut said = order();
        let id = id_of(&take(store, &said));
        export(store, id);
        let before = load(store, id).order.last_changed;
        said.cancellation_requests = vec![request("C1", pieces(2))];
        assert!(matches!(take(store, &said), Imported::Changed { .. }));
        assert_eq!(take(store, &said), Imported::Unchanged, "it is said once");
        let parts = load(store, id);
        let asked = parts.requests[0].cancellation_request_id.to_string();
        assert!(parts.order.last_changed > before);
        assert_eq!((parts.items[0].cancelled, states(store, id)), (0, vec![S::Open]));
        assert_eq!(changes(store, id), [("cancellation_request".to_owned(), None, Some(asked))]);
        cancel(store, id, 1);
        assert_eq!((states(store, id), facts(store)), (vec![S::Open], vec![]), "one of two");
        cancel(store, id, 1);
        assert_eq!((states(store, id), facts(store)), (vec![S::Accepted], vec![r#"{"cancellation_accepted":{"request_id":"C1"}}"#.into()]));
        said.lines[0].cancelled = 2;
        take(store, &said);
        said.cancellation_requests.clear();
        take(store, &said);
        assert_eq!((states(store, id), facts(store).len()), (vec![S::Accepted], 1), "the answer needs its time");
        assert_eq!(codes(store), ["CANCELLATION_REQUESTED"]);
    });
}

#[test]
fn shipping_declines_a_request_and_a_withdrawn_one_needs_no_answer() {
    on_stores(|store| {
        shelf(store);
        let mut said = order();
        let id = id_of(&take(store, &said));
        said.cancellation_requests = vec![request("C1", pieces(2)), request("C2", vec![])];
        take(store, &said);
        said.cancellation_requests.pop();
        take(store, &said);
        assert_eq!(states(store, id), [S::Open, S::Withdrawn]);
        ship(store, id, 1);
        assert_eq!(states(store, id), [S::Open, S::Withdrawn], "two are still there");
        ship(store, id, 1);
        assert_eq!(states(store, id), [S::Declined, S::Withdrawn]);
        assert_eq!(facts(store), [r#"{"cancellation_declined":{"request_id":"C1"}}"#]);
        // It comes once more from the channel, which has not heard of the answer yet; and the other one is made again, too late.
        said.cancellation_requests.push(request("C2", pieces(2)));
        take(store, &said);
        assert_eq!((states(store, id), facts(store).len()), (vec![S::Declined, S::Declined], 2));
        let expected = ["REQUESTED", "REQUESTED", "WITHDRAWN", "DECLINED", "DECLINED"].map(|word| format!("CANCELLATION_{word}"));
        assert_eq!(codes(store), expected);
    });
}

#[test]
fn an_order_may_arrive_with_a_request_and_the_channel_may_cancel_itself() {
    on_stores(|store| {
        shelf(store);
        let mut said = order();
        said.cancellation_requests = vec![request("C1", vec![]), request("C2", vec![LinePieces { line_id: "??".into(), quantity: 1 }])];
        let id = id_of(&take(store, &said));
        assert_eq!(states(store, id), [S::Open, S::Declined], "nothing is known of what the second asks for");
        said.cancellation_requests.clear();
        said.cancelled = true;
        take(store, &said);
        assert_eq!((states(store, id)[0], facts(store).len()), (S::Accepted, 1));
        assert_eq!(codes(store), ["CANCELLATION_REQUESTED", "CANCELLATION_DECLINED"], "nothing was withdrawn");
    });
}

#[test]
fn pieces_that_come_back_are_counted_and_booked_by_nobody_but_the_erp() {
    on_stores(|store| {
        let item = shelf(store);
        let mut said = order();
        let id = id_of(&take(store, &said));
        ship(store, id, 3);
        export(store, id);
        said.lines[0].returned = 2;
        take(store, &said);
        let row = &load(store, id).items[0];
        assert_eq!((row.returned, row.returned_reported, stock_of(store, item, WarehouseId(10))), (2, 0, 7));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(changes(store, id), [("returned_quantity".to_owned(), text("0"), text("2"))]);
        assert_eq!((take(store, &said), codes(store)), (Imported::Unchanged, vec!["ORDER_RETURNED".to_owned()]));
    });
}

#[test]
fn money_goes_back_by_pieces_or_by_amount_and_is_not_sent_again() {
    on_stores(|store| {
        shelf(store);
        let mut said = order();
        let id = id_of(&take(store, &said));
        export(store, id);
        said.refunds = vec![refund("R1", 10, pieces(1)), refund("R2", 3, vec![]), refund("R1", 10, pieces(1))];
        take(store, &said);
        let parts = load(store, id);
        assert_eq!((parts.items[0].refunded, parts.order.data.refunded_amount), (1, Some(Decimal::from_whole(13))));
        assert_eq!(parts.order.data.refunds.len(), 2, "one of them was said twice");
        let text = |text: &str| Some(text.to_owned());
        let expected = [("refunded_quantity", text("0"), text("1")), ("refunded_amount", None, text("13.00"))];
        assert_eq!(changes(store, id), expected.map(|(what, old, new)| (what.to_owned(), old, new)));
        assert_eq!((codes(store), facts(store)), (vec!["ORDER_REFUNDED".to_owned()], vec![]));
        assert_eq!(take(store, &said), Imported::Unchanged);
        said.refunds.push(refund("R3", 2, pieces(9)));
        take(store, &said);
        assert_eq!(load(store, id).items[0].refunded, 3, "no more than were ordered");
    });
}

#[test]
fn a_refund_that_the_erp_reported_comes_back_as_nothing_new() {
    on_stores(|store| {
        shelf(store);
        let mut said = order();
        let id = id_of(&take(store, &said));
        export(store, id);
        let before = store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, id)?.unwrap();
                row.data.refunded_amount = Some(Decimal::from_whole(10));
                orders::save(tx, &mut row, "erp")?;
                Ok(row)
            })
            .unwrap();
        erp(store, id, |positions, first| {
            positions.change(first, |pieces| {
                pieces.refund(1);
                pieces.returned = 1;
            });
        });
        said.refunds = vec![refund("R1", 10, pieces(1))];
        said.lines[0].returned = 1;
        assert_eq!(take(store, &said), Imported::Unchanged);
        let row = load(store, id).order;
        assert_eq!((row.last_changed, row.data.refunds.len()), (before.last_changed, 1), "it is known under the channel's number");
        assert!(changes(store, id).is_empty() && codes(store).is_empty());
        said.refunds.push(refund("R2", 4, vec![]));
        take(store, &said);
        assert_eq!(load(store, id).order.data.refunded_amount, Some(Decimal::from_whole(14)));
        assert_eq!(changes(store, id).len(), 1);
    });
}

#[test]
fn what_happened_to_an_order_of_an_earlier_version_is_news() {
    on_stores(|store| {
        shelf(store);
        let mut said = order();
        let id = id_of(&take(store, &said));
        store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, id)?.unwrap();
                (row.channel_digest, row.channel_document) = (None, None);
                orders::save_unseen(tx, &row)
            })
            .unwrap();
        said.refunds = vec![refund("R1", 10, pieces(1))];
        said.cancellation_requests = vec![request("C1", vec![])];
        take(store, &said);
        let parts = load(store, id);
        assert_eq!((parts.items[0].refunded, parts.requests.len(), codes(store).len()), (1, 1, 2));
    });
}
