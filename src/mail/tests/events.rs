//! Which events write a mail, and how often.

use super::*;
use crate::domain::order::{CreditDocument, CreditState, PacketDocument};
use crate::domain::{AccountId, OrderItemId};
use crate::store::orders::{CreditRow, Positions};

fn events(store: &Store) -> Vec<MailEvent> {
    rows(store).into_iter().map(|row| row.event).collect()
}

fn on(store: &Store) {
    store.switch_mails(senders(&settings_with(mail_at(25)))).unwrap();
}

fn change(store: &Store, order_id: OrderId, change: impl FnOnce(&mut OrderRow) + Send + 'static) {
    let saved = store.write(move |tx| {
        let mut row = orders::get(&mut tx.conn, order_id)?.unwrap();
        change(&mut row);
        orders::save(tx, &mut row, "test")
    });
    saved.unwrap();
}

fn cancel(store: &Store, order_id: OrderId, position: usize, pieces: i32) {
    let saved = store.write(move |tx| {
        let mut positions = Positions::load(&mut tx.conn, order_id, &[])?;
        let id = positions.rows()[position].order_item_id;
        positions.cancel(id, pieces);
        positions.save(tx)
    });
    saved.unwrap();
}

fn credit(store: &Store, order_id: OrderId, number: &'static str) {
    let row = CreditRow {
        credit_entry_id: 0,
        order_id,
        mandator_id: MandatorId(1),
        external_credit_number: number.to_owned(),
        amount: Decimal::parse("5.00").unwrap().0,
        currency_code_iso: "EUR".to_owned(),
        created_at: 0,
        fact_key: None,
        state: CreditState::Waiting,
        settled_at: None,
        data: CreditDocument::default(),
    };
    store.write(move |tx| orders::add_credit(tx, row)).unwrap();
}

#[test]
fn each_event_of_an_order_is_written_once() {
    on_stores(|store| {
        on(store);
        let id = order(store, "A-1");
        for _ in 0..2 {
            change(store, id, |row| row.data.payment_status_id = Some(PaymentStatus::Paid));
        }
        for number in ["P1", "P2"] {
            let data = PacketDocument { tracking_number: Some(number.to_owned()), ..PacketDocument::default() };
            store.write(move |tx| orders::add_packet(tx, id, data, &[])).unwrap();
        }
        credit(store, id, "CR-1");
        use MailEvent as E;
        assert_eq!(events(store), [E::Confirmed, E::Paid, E::Shipped, E::Shipped, E::Refunded]);
        let keys: std::collections::BTreeSet<String> = rows(store).into_iter().map(|row| row.message_key).collect();
        assert_eq!(keys.len(), 5, "each mail has a Message-ID of its own");
    });
}

#[test]
fn cancelled_pieces_are_told_together_until_the_mail_is_under_way() {
    on_stores(|store| {
        on(store);
        let id = order(store, "A-1");
        cancel(store, id, 0, 1);
        cancel(store, id, 0, 1);
        cancel(store, id, 1, 1);
        let row = rows(store).pop().unwrap();
        assert_eq!(row.event, MailEvent::Cancelled);
        let first = row.data.pieces[0].0;
        assert_eq!(row.data.pieces, [(first, 2), (OrderItemId(first.0 + 1), 1)]);
        assert_eq!(events(store).len(), 2);
    });
}

#[test]
fn nothing_is_written_for_whom_mails_are_off_nor_of_what_was_before() {
    on_stores(|store| {
        let before = order(store, "A-1");
        on(store);
        store.write(|tx| new_order(tx, Some(102), "B-1", |_| {})).unwrap();
        assert_eq!(events(store), [], "an account without a sender, and an order from before");
        store.write(|tx| new_order(tx, Some(101), "A-2", |row| row.order_status_id = OrderStatus::ShippedDone)).unwrap();
        assert_eq!(events(store), [], "the channel shipped it before Kontor saw it");
        change(store, before, |row| row.data.payment_status_id = Some(PaymentStatus::Paid));
        assert_eq!(events(store), [MailEvent::Paid], "what happens now to an old order is news");
        store.switch_mails(Vec::new()).unwrap();
        order(store, "A-3");
        assert_eq!(events(store), [MailEvent::Paid]);
        on(store);
        let phone = store.write(|tx| new_order(tx, None, "P-1", |_| {})).unwrap();
        assert_eq!(rows(store).pop().map(|row| (row.order_id, row.account_id)), Some((phone, AccountId(0))));
    });
}

#[test]
fn what_an_undone_call_did_is_not_mailed() {
    on_stores(|store| {
        on(store);
        let failed = store.write(|tx| {
            new_order(tx, Some(101), "A-1", |_| {})?;
            Err::<(), _>(crate::domain::Failure::new(crate::domain::code::INTERNAL, ["undone"]))
        });
        failed.unwrap_err();
        assert_eq!(events(store), []);
    });
}
