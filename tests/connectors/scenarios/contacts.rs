//! Messages, disputes and feedback.

use super::super::play::{Play, fresh, offer};
use super::*;
use crate::connectors::{DisputeRecord, MessageRecord, PulledContacts, Record, Transfer};
use crate::domain::contact::{BuyerMessage, Contact, ContactContent, ContactKind, Direction, Dispute, Rating};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        id: "message_in",
        promise: "A buyer's message comes once, with its order; reading from the same place again gives it again",
        needs: &[MESSAGES],
        run: message_in,
    },
    Scenario { id: "message_pages", promise: "More messages than one page has all come", needs: &[MESSAGES], run: message_pages },
    Scenario { id: "message_out", promise: "A message that is sent twice reaches the buyer once", needs: &[MESSAGES], run: message_out },
    Scenario { id: "message_read", promise: "The channel hears that a message was read", needs: &[MESSAGES], run: message_read },
    Scenario { id: "dispute_in", promise: "A dispute comes, and comes again when it goes on", needs: &[DISPUTES], run: dispute_in },
    Scenario { id: "dispute_out", promise: "A dispute that is opened twice is opened once", needs: &[DISPUTES], run: dispute_out },
    Scenario {
        id: "feedback",
        promise: "Feedback comes with its order and rating, and counts in the sums",
        needs: &[FEEDBACK],
        run: feedback,
    },
];

/// Reads to the end, from a place on; gives what came, and where it ends.
fn read_from(play: &Play<'_>, kind: ContactKind, cursor: Option<String>) -> (Vec<Contact>, PulledContacts) {
    let (mut cursor, mut all) = (cursor, Vec::new());
    for _ in 0..500 {
        let page = play.connector().pull_contacts(kind, cursor.as_deref()).unwrap();
        all.extend(page.contacts.clone());
        cursor = Some(page.cursor.clone());
        if !page.more {
            return (all, page);
        }
    }
    panic!("the pages do not end");
}

fn place(play: &Play<'_>, kind: ContactKind) -> Option<String> {
    Some(read_from(play, kind, None).1.cursor)
}

fn order(play: &Play<'_>) -> String {
    let change = play.lists(&offer(&fresh("A")));
    play.stage.buys(&[(&change.sku, 1)])
}

fn text(contact: &Contact) -> &str {
    match &contact.content {
        ContactContent::Message(message) => &message.text,
        other => panic!("{other:?}"),
    }
}

fn message_in(play: &mut Play<'_>) {
    let order = order(play);
    let from = place(play, ContactKind::Message);
    let number = play.stage.writes(&order, "Where is it?");
    let (came, last) = read_from(play, ContactKind::Message, from.clone());
    let [contact] = came.as_slice() else { panic!("{came:?}") };
    assert_eq!((&contact.number, contact.order_id.as_ref(), text(contact)), (&number, Some(&order), "Where is it?"));
    assert!(matches!(&contact.content, ContactContent::Message(message) if message.direction == Direction::Received && !message.read));
    assert_eq!(read_from(play, ContactKind::Message, Some(last.cursor)).0, Vec::new());
    play.restarts();
    assert_eq!(read_from(play, ContactKind::Message, from).0, came, "the place is the caller's, not the connector's");
}

fn message_pages(play: &mut Play<'_>) {
    let order = order(play);
    let from = place(play, ContactKind::Message);
    let texts: Vec<String> = (0..play.stage.crowd()).map(|number| format!("message {number}")).collect();
    for text in &texts {
        play.stage.writes(&order, text);
    }
    let (came, _) = read_from(play, ContactKind::Message, from);
    let mut came: Vec<String> = came.iter().map(|contact| text(contact).to_owned()).collect();
    came.dedup();
    assert_eq!(came, texts);
}

fn message(key: &str, order: &str, message: BuyerMessage, number: Option<String>) -> Transfer {
    let record = MessageRecord { key: key.to_owned(), order_id: Some(order.to_owned()), line_id: None, message };
    Transfer { external_number: number, record: Record::Message(Box::new(record)) }
}

fn message_out(play: &mut Play<'_>) {
    let order = order(play);
    let said = BuyerMessage { direction: Direction::Sent, text: "It left today.".to_owned(), read: true, ..BuyerMessage::default() };
    let key = fresh("K");
    let transfer = message(&key, &order, said, None);
    let number = play.transfers(&transfer);
    play.restarts();
    // The first answer was lost, and with it the number.
    assert_eq!(play.transfers(&transfer), number);
    assert_eq!(play.stage.messages(&order), [("It left today.".to_owned(), true, true)]);
}

fn message_read(play: &mut Play<'_>) {
    let order = order(play);
    let number = play.stage.writes(&order, "Thanks");
    assert_eq!(play.stage.messages(&order), [("Thanks".to_owned(), false, false)]);
    let read = BuyerMessage { text: "Thanks".to_owned(), read: true, ..BuyerMessage::default() };
    for _ in 0..2 {
        play.transfers(&message("unused", &order, read.clone(), Some(number.clone())));
    }
    assert_eq!(play.stage.messages(&order), [("Thanks".to_owned(), false, true)]);
}

fn disputes(contacts: &[Contact]) -> Vec<(&str, &str)> {
    let dispute = |contact| match contact {
        &Contact { content: ContactContent::Dispute(ref dispute), .. } => (dispute.reason.as_str(), dispute.state.as_str()),
        other => panic!("{other:?}"),
    };
    contacts.iter().map(dispute).collect()
}

fn dispute_in(play: &mut Play<'_>) {
    let order = order(play);
    let from = place(play, ContactKind::Dispute);
    let number = play.stage.disputes(&order);
    let (came, last) = read_from(play, ContactKind::Dispute, from);
    assert_eq!((came.len(), came.first().and_then(|contact| contact.order_id.clone())), (1, Some(order)));
    assert_eq!(disputes(&came).first().map(|(_, state)| *state), Some("Open"));
    play.stage.closes_dispute(&number);
    let (came, _) = read_from(play, ContactKind::Dispute, Some(last.cursor));
    assert_eq!(came.iter().map(|contact| contact.number.clone()).collect::<Vec<_>>(), [number]);
    assert_eq!(disputes(&came).first().map(|(_, state)| *state), Some("Closed"));
}

fn dispute_out(play: &mut Play<'_>) {
    let order = order(play);
    let from = place(play, ContactKind::Dispute);
    let dispute = Dispute {
        reason: "BuyerHasNotPaid".to_owned(),
        explanation: "OtherExplanation".to_owned(),
        state: "Open".to_owned(),
        ..Dispute::default()
    };
    let record = DisputeRecord { key: fresh("K"), order_id: Some(order), line_id: None, dispute };
    let transfer = Transfer { external_number: None, record: Record::Dispute(Box::new(record)) };
    let number = play.transfers(&transfer);
    play.restarts();
    assert_eq!(play.transfers(&transfer), number);
    let (came, _) = read_from(play, ContactKind::Dispute, from);
    assert_eq!(came.iter().map(|contact| Some(contact.number.clone())).collect::<Vec<_>>(), [number]);
    assert_eq!(disputes(&came), [("BuyerHasNotPaid", "Open")]);
}

fn feedback(play: &mut Play<'_>) {
    let order = order(play);
    let (_, before) = read_from(play, ContactKind::Feedback, None);
    play.stage.rates(&order, 1);
    let (came, after) = read_from(play, ContactKind::Feedback, Some(before.cursor));
    let [contact] = came.as_slice() else { panic!("{came:?}") };
    assert_eq!(contact.order_id.as_ref(), Some(&order));
    assert!(matches!(&contact.content, ContactContent::Feedback(feedback) if feedback.rating == Rating::Negative));
    let negative = |page: PulledContacts| page.summary.map(|sums| sums.negative);
    assert_eq!(negative(after), Some(before.summary.map_or(0, |sums| sums.negative) + 1));
}
