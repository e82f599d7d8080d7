//! What buyers and merchant say to each other in the shop: messages, disputes, feedback.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::super::{DisputeRecord, MessageRecord, PulledContacts};
use super::can::Can;
use super::shop::{Problem, Shop, ShopContact};
use crate::domain::Decimal;
use crate::domain::contact::{BuyerMessage, Contact, ContactContent, ContactKind, Direction, Dispute, Feedback, FeedbackSummary, Rating};

/// A buyer's message, by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NewMessage {
    order_id: Option<String>,
    buyer: Option<String>,
    subject: Option<String>,
    text: String,
}

/// A dispute, or how it goes on, by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NewDispute {
    order_id: Option<String>,
    line_id: Option<String>,
    reason: Option<String>,
    explanation: Option<String>,
    state: Option<String>,
    status: Option<String>,
    text: Option<String>,
}

/// A buyer's word on an order, by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NewFeedback {
    order_id: Option<String>,
    stars: Option<i32>,
    buyer: Option<String>,
    text: Option<String>,
}

impl Shop {
    pub(super) fn write_message(&mut self, new: NewMessage, now: DateTime<Utc>) -> Result<&ShopContact, Problem> {
        if new.text.trim().is_empty() {
            return Err(Problem::Bad("text: is empty; send what the buyer writes".to_owned()));
        }
        let NewMessage { order_id, buyer, subject, text } = new;
        let message = BuyerMessage { thread: order_id.clone(), buyer, subject, text, ..BuyerMessage::default() };
        self.say(order_id, None, ContactContent::Message(message), now)
    }

    pub(super) fn open_dispute(&mut self, new: NewDispute, now: DateTime<Utc>) -> Result<&ShopContact, Problem> {
        let word = |said: Option<String>, usual: &str| said.unwrap_or_else(|| usual.to_owned());
        let dispute = Dispute {
            reason: word(new.reason, "ItemNotReceived"),
            explanation: word(new.explanation, "OtherExplanation"),
            record_type: "ItemNotReceived".to_owned(),
            state: word(new.state, "Open"),
            status: word(new.status, "Open"),
            text: new.text,
            ..Dispute::default()
        };
        self.say(new.order_id, new.line_id, ContactContent::Dispute(dispute), now)
    }

    pub(super) fn change_dispute(&mut self, number: &str, new: NewDispute) -> Result<&ShopContact, Problem> {
        let seq = self.changed();
        let found = self.contacts.values_mut().find(|contact| contact.number == number);
        let missing = || Problem::Missing(format!("dispute \"{number}\" does not exist; GET /disputes lists them"));
        let contact = found.ok_or_else(missing)?;
        let ContactContent::Dispute(dispute) = &mut contact.content else { return Err(missing()) };
        let follow = |known: &mut String, said: Option<String>| {
            if let Some(said) = said {
                *known = said;
            }
        };
        follow(&mut dispute.state, new.state);
        follow(&mut dispute.status, new.status);
        contact.changed = seq;
        Ok(contact)
    }

    pub(super) fn give_feedback(&mut self, new: NewFeedback, now: DateTime<Utc>) -> Result<&ShopContact, Problem> {
        let stars = new.stars.unwrap_or(5);
        if !(1..=5).contains(&stars) {
            return Err(Problem::Bad(format!("stars: {stars} is out of range; send 1 to 5")));
        }
        let rating = match stars {
            1 | 2 => Rating::Negative,
            3 => Rating::Neutral,
            _ => Rating::Positive,
        };
        let feedback = Feedback { rating, stars: Some(stars), buyer: new.buyer, text: new.text, ..Feedback::default() };
        self.say(new.order_id, None, ContactContent::Feedback(feedback), now)
    }

    fn say(
        &mut self,
        order_id: Option<String>,
        line_id: Option<String>,
        content: ContactContent,
        now: DateTime<Utc>,
    ) -> Result<&ShopContact, Problem> {
        if let Some(id) = order_id.as_deref().filter(|id| self.order(id).is_none()) {
            return Err(Problem::Missing(format!("order \"{id}\" does not exist; GET /orders lists them")));
        }
        let changed = self.changed();
        let made = self.contacts.keys().next_back().map_or(1, |last| last.saturating_add(1));
        let letter = match content.kind() {
            ContactKind::Message => 'M',
            ContactKind::Dispute => 'D',
            ContactKind::Feedback => 'F',
        };
        let number = format!("{letter}-{made}");
        Ok(self.contacts.entry(made).or_insert(ShopContact { number, changed, order_id, line_id, said_at: now, content, updates: 0 }))
    }

    /// All of a kind, in the order in which they were said.
    pub(super) fn contacts_of(&self, kind: ContactKind) -> Vec<&ShopContact> {
        self.contacts.values().filter(|contact| contact.content.kind() == kind).collect()
    }

    /// What changed after `cursor`, oldest change first.
    pub(super) fn pull_contacts(&self, kind: ContactKind, cursor: Option<&str>, can: &Can) -> PulledContacts {
        // A cursor that is unreadable or ahead of the shop comes from another shop: everything is new then.
        let after = cursor.and_then(|cursor| cursor.parse::<u64>().ok()).filter(|after| *after <= self.sequence).unwrap_or(0);
        let mut fresh: Vec<&ShopContact> = self.contacts_of(kind).into_iter().filter(|contact| contact.changed > after).collect();
        fresh.sort_by_key(|contact| contact.changed);
        let more = fresh.len() > can.page_size;
        fresh.truncate(can.page_size);
        let cursor = fresh.last().map_or(after, |contact| contact.changed);
        PulledContacts {
            contacts: fresh.into_iter().map(tell).collect(),
            summary: (kind == ContactKind::Feedback).then(|| self.summary()),
            cursor: cursor.to_string(),
            more,
        }
    }

    fn summary(&self) -> FeedbackSummary {
        let count = |wanted| {
            let is = |contact: &&ShopContact| matches!(&contact.content, ContactContent::Feedback(feedback) if feedback.rating == wanted);
            i32::try_from(self.contacts.values().filter(is).count()).unwrap_or(i32::MAX)
        };
        let (positive, neutral, negative) = (count(Rating::Positive), count(Rating::Neutral), count(Rating::Negative));
        let all = i64::from(positive) + i64::from(neutral) + i64::from(negative);
        let percent = i64::from(positive).saturating_mul(100).saturating_mul(Decimal::ONE).checked_div(all);
        FeedbackSummary {
            positive,
            neutral,
            negative,
            positive_percent: percent.map(|percent| Decimal(percent).rounded(1)),
            ..FeedbackSummary::default()
        }
    }

    /// Takes a message of the merchant, or that one of a buyer was read. Known by its number, else by its key.
    pub(super) fn take_message(&mut self, number: Option<&str>, sent: &MessageRecord, now: DateTime<Utc>) -> Result<String, String> {
        let is_it = |contact: &ShopContact| {
            let ours = matches!(&contact.content, ContactContent::Message(message) if message.key.as_ref() == Some(&sent.key));
            ours || number == Some(&contact.number)
        };
        if sent.message.direction == Direction::Received {
            let seq = self.changed();
            let found = self.contacts.values_mut().find(|contact| number == Some(&contact.number));
            let Some(contact) = found else { return Err(number.unwrap_or_default().to_owned()) };
            if let ContactContent::Message(message) = &mut contact.content {
                message.read = sent.message.read;
            }
            (contact.changed, contact.updates) = (seq, contact.updates.saturating_add(1));
            return Ok(contact.number.clone());
        }
        if let Some(known) = self.contacts.values_mut().find(|contact| is_it(contact)) {
            known.updates = known.updates.saturating_add(1);
            return Ok(known.number.clone());
        }
        let message = BuyerMessage { key: Some(sent.key.clone()), ..sent.message.clone() };
        self.take_new(sent.order_id.clone(), sent.line_id.clone(), ContactContent::Message(message), now)
    }

    /// Takes a dispute of the merchant. Known by its key.
    pub(super) fn take_dispute(&mut self, sent: &DisputeRecord, now: DateTime<Utc>) -> Result<String, String> {
        let is_it =
            |contact: &ShopContact| matches!(&contact.content, ContactContent::Dispute(dispute) if dispute.key.as_ref() == Some(&sent.key));
        if let Some(known) = self.contacts.values_mut().find(|contact| is_it(contact)) {
            known.updates = known.updates.saturating_add(1);
            return Ok(known.number.clone());
        }
        let dispute = Dispute { key: Some(sent.key.clone()), ..sent.dispute.clone() };
        self.take_new(sent.order_id.clone(), sent.line_id.clone(), ContactContent::Dispute(dispute), now)
    }

    /// An error names what does not exist.
    fn take_new(
        &mut self,
        order_id: Option<String>,
        line_id: Option<String>,
        content: ContactContent,
        now: DateTime<Utc>,
    ) -> Result<String, String> {
        let named = order_id.clone().unwrap_or_default();
        let taken = self.say(order_id, line_id, content, now).map(|contact| contact.number.clone()).map_err(|_| named)?;
        if let Some(contact) = self.contacts.values_mut().find(|contact| contact.number == taken) {
            contact.updates = 1;
        }
        Ok(taken)
    }
}

fn tell(contact: &ShopContact) -> Contact {
    Contact {
        number: contact.number.clone(),
        order_id: contact.order_id.clone(),
        line_id: contact.line_id.clone(),
        said_at: contact.said_at,
        content: contact.content.clone(),
    }
}
