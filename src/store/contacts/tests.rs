use chrono::DateTime;

use super::*;
use crate::domain::contact::{BuyerMessage, Direction};
use crate::domain::order::Workflow;
use crate::store::Store;
use crate::store::orders::{self, OrderRow};
use crate::store::testing::on_stores;

fn said(number: &str, message: BuyerMessage) -> Contact {
    Contact {
        number: number.to_owned(),
        order_id: Some("S-1".to_owned()),
        line_id: None,
        said_at: DateTime::UNIX_EPOCH,
        content: ContactContent::Message(message),
    }
}

fn text(text: &str) -> BuyerMessage {
    BuyerMessage { text: text.to_owned(), ..BuyerMessage::default() }
}

fn take_in(store: &Store, said: Vec<Contact>) -> usize {
    store.write(move |tx| take(tx, MandatorId(1), AccountId(101), said)).unwrap()
}

fn all(store: &Store, selection: ContactSelection) -> Vec<ContactRow> {
    let selection = ContactSelection { mandator_id: MandatorId(1), ..selection };
    store.read(|conn| matching(conn, ContactKind::Message, &selection)).unwrap()
}

#[test]
fn what_was_read_before_is_no_news_and_what_changed_is_followed() {
    on_stores(|store| {
        assert_eq!(take_in(store, vec![said("M-1", text("a")), said("M-2", text("b"))]), 2);
        assert_eq!(take_in(store, vec![said("M-1", text("a")), said("M-2", text("c"))]), 1);
        let texts = all(store, ContactSelection::default()).into_iter().map(|row| row.data);
        assert_eq!(texts.collect::<Vec<_>>(), [ContactContent::Message(text("a")), ContactContent::Message(text("c"))]);
    });
}

#[test]
fn a_message_that_kontor_sent_is_known_by_its_key_when_the_channel_shows_it() {
    on_stores(|store| {
        let sent = BuyerMessage { direction: Direction::Sent, read: true, ..text("It left") };
        take_in(store, vec![said("M-1", text("a"))]);
        let row = all(store, ContactSelection::default()).remove(0);
        let new = ContactRow { external_number: None, data: ContactContent::Message(sent.clone()), ..row };
        let id = store.write(move |tx| add(tx, new).map(|row| row.contact_id)).unwrap();
        // The answer to the call was lost; the channel shows it first.
        let shown = BuyerMessage { key: Some(key_of(id)), ..sent };
        take_in(store, vec![said("M-2", shown)]);
        let numbers: Vec<_> = all(store, ContactSelection::default()).into_iter().map(|row| row.external_number).collect();
        assert_eq!(numbers, [Some("M-1".to_owned()), Some("M-2".to_owned())]);
        store.write(move |tx| confirm(tx, id, "M-2")).unwrap();
        assert_eq!(all(store, ContactSelection::default()).len(), 2);
    });
}

#[test]
fn what_a_channel_without_keys_shows_before_its_answer_comes_is_no_second_message() {
    on_stores(|store| {
        take_in(store, vec![said("M-1", text("a"))]);
        let row = all(store, ContactSelection::default()).remove(0);
        let sent = BuyerMessage { direction: Direction::Sent, ..text("It left") };
        let new =
            ContactRow { external_number: None, external_id: Some("A-1".to_owned()), data: ContactContent::Message(sent.clone()), ..row };
        let id = store.write(move |tx| add(tx, new).map(|row| row.contact_id)).unwrap();
        take_in(store, vec![said("M-2", sent)]);
        store.write(move |tx| confirm(tx, id, "M-2")).unwrap();
        let found: Vec<_> = all(store, ContactSelection::default()).into_iter().map(|row| (row.external_number, row.external_id)).collect();
        assert_eq!(found, [(Some("M-1".to_owned()), None), (Some("M-2".to_owned()), Some("A-1".to_owned()))]);
        let following = crate::store::since::Following { since: Since::START, most: 10 };
        let gone = store.read(|conn| deletions::changed(conn, MandatorId(1), Deleted::Message, following)).unwrap();
        let kept: Vec<i32> = all(store, ContactSelection::default()).into_iter().map(|row| row.contact_id).collect();
        assert!(gone.len() == 1 && !kept.contains(&gone[0].record_id), "who has read the twin drops it: {gone:?}");
    });
}

#[test]
fn a_message_finds_an_order_that_is_collected_later() {
    on_stores(|store| {
        take_in(store, vec![said("M-1", text("a"))]);
        let before = all(store, ContactSelection::default())[0].place();
        let order = store.write(|tx| {
            let mut row = OrderRow::new(MandatorId(1), 2100, Workflow::Prepayment);
            (row.account_id, row.marketplace_order_id) = (Some(AccountId(101)), Some("S-1".to_owned()));
            orders::insert(tx, row, Vec::new(), &[]).map(|(row, _)| row.order_id)
        });
        let about = |order_id| all(store, ContactSelection { orders: Some(vec![order_id]), ..ContactSelection::default() }).len();
        assert_eq!(about(order.unwrap()), 1);
        assert_eq!(about(OrderId(4711)), 0);
        let changed = all(store, ContactSelection { since: Some(before), ..ContactSelection::default() });
        assert_eq!(changed.len(), 1, "a reader of changes sees the order's keys");
    });
}
