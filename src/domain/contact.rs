//! What buyers and merchant say to each other at a channel: messages, disputes, feedback. The same types on the way from the
//! channel, in the database and towards the ERP.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Decimal;
use super::document::Version;
use super::numbered::{as_number, numbered};

numbered! {
    /// What a channel is asked for.
    pub enum ContactKind {
        Message = 1, "messages";
        Dispute = 2, "disputes";
        Feedback = 3, "feedback";
    }

    /// Who wrote a message.
    #[derive(Default)]
    pub enum Direction {
        /// The buyer, to the merchant.
        #[default]
        Received = 1, "received";
        /// The merchant, to the buyer.
        Sent = 2, "sent";
    }

    /// What a buyer thinks of an order.
    #[derive(Default)]
    pub enum Rating {
        #[default]
        Positive = 1, "positive";
        Neutral = 2, "neutral";
        Negative = 3, "negative";
    }
}

as_number!(Direction, Rating);

/// Something that was said at a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The channel's own number, unique in the account and kind.
    pub number: String,
    /// The channel's number of the order that it is about.
    pub order_id: Option<String>,
    /// The channel's number of the line that it is about.
    pub line_id: Option<String>,
    pub said_at: DateTime<Utc>,
    pub content: ContactContent,
}

/// Characters of a number or name, and of a text, that are kept.
const LONGEST_WORD: usize = 200;
const LONGEST_TEXT: usize = 20_000;

impl Contact {
    /// As it can be stored: without NUL, which PostgreSQL refuses (the page would be read for ever), and at a sensible length.
    /// `None`: it has no number.
    pub(crate) fn fit(mut self) -> Option<Contact> {
        fit(&mut self.number, LONGEST_WORD);
        fit_all([&mut self.order_id, &mut self.line_id], LONGEST_WORD);
        match &mut self.content {
            ContactContent::Message(message) => {
                fit(&mut message.text, LONGEST_TEXT);
                fit_all([&mut message.thread, &mut message.answers, &mut message.buyer, &mut message.subject], LONGEST_WORD);
            }
            ContactContent::Dispute(dispute) => {
                fit_all([&mut dispute.text], LONGEST_TEXT);
                let words =
                    [&mut dispute.reason, &mut dispute.explanation, &mut dispute.record_type, &mut dispute.state, &mut dispute.status];
                words.into_iter().for_each(|word| fit(word, LONGEST_WORD));
            }
            ContactContent::Feedback(feedback) => {
                fit_all([&mut feedback.buyer], LONGEST_WORD);
                fit_all([&mut feedback.text, &mut feedback.answer], LONGEST_TEXT);
            }
        }
        Some(self).filter(|contact| !contact.number.is_empty())
    }
}

fn fit(text: &mut String, most: usize) {
    if text.contains('\0') || text.len() > most {
        *text = text.chars().filter(|c| *c != '\0').take(most).collect();
    }
}

fn fit_all<const N: usize>(texts: [&mut Option<String>; N], most: usize) {
    texts.into_iter().flatten().for_each(|text| fit(text, most));
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactContent {
    Message(BuyerMessage),
    Dispute(Dispute),
    Feedback(Feedback),
}

impl ContactContent {
    pub fn kind(&self) -> ContactKind {
        match self {
            ContactContent::Message(_) => ContactKind::Message,
            ContactContent::Dispute(_) => ContactKind::Dispute,
            ContactContent::Feedback(_) => ContactKind::Feedback,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BuyerMessage {
    pub version: Version<1>,
    pub direction: Direction,
    /// The channel's number of the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The channel's number of the message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
    /// The buyer's name at the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub text: String,
    /// Somebody of the merchant has read it.
    pub read: bool,
    /// Of a message that Kontor sent: the key that it gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Dispute {
    pub version: Version<1>,
    /// In the channel's words, as are those below.
    pub reason: String,
    pub explanation: String,
    pub record_type: String,
    pub state: String,
    pub status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of a dispute that Kontor opened: the key that it gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Feedback {
    pub version: Version<1>,
    pub rating: Rating,
    /// From 1 to 5, where the channel has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stars: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the merchant answered in public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// What all feedback of an account comes to, in the channel's own sums.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FeedbackSummary {
    pub version: Version<1>,
    pub positive: i32,
    pub neutral: i32,
    pub negative: i32,
    /// Percent of positive ones, as the channel counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive_percent: Option<Decimal>,
}

/// What a channel says again of something that is known. What the merchant has read stays read, although the channel does not
/// know it yet; the key under which Kontor sent it stays.
pub(crate) fn follow(known: &ContactContent, said: ContactContent) -> ContactContent {
    match (known, said) {
        (ContactContent::Message(known), ContactContent::Message(said)) => {
            let (read, key) = (known.read || said.read, known.key.clone().or(said.key));
            ContactContent::Message(BuyerMessage { read, key, ..said })
        }
        (ContactContent::Dispute(known), ContactContent::Dispute(said)) => {
            ContactContent::Dispute(Dispute { key: known.key.clone().or(said.key), ..said })
        }
        (_, said) => said,
    }
}

#[cfg(test)]
mod tests {
    use super::{BuyerMessage, Contact, ContactContent, follow};

    #[test]
    fn what_was_read_stays_read_and_other_news_is_followed() {
        let message = |text: &str, read| ContactContent::Message(BuyerMessage { text: text.to_owned(), read, ..BuyerMessage::default() });
        assert_eq!(follow(&message("a", true), message("b", false)), message("b", true));
        assert_eq!(follow(&message("a", false), message("a", true)), message("a", true));
    }

    #[test]
    fn whatever_a_channel_says_can_be_stored() {
        let said = |number: &str, text: &str| Contact {
            number: number.to_owned(),
            order_id: None,
            line_id: None,
            said_at: chrono::DateTime::UNIX_EPOCH,
            content: ContactContent::Message(BuyerMessage { text: text.to_owned(), ..BuyerMessage::default() }),
        };
        let stored = said("1", &format!("a\0b{}", "ä".repeat(30_000))).fit().unwrap();
        let ContactContent::Message(message) = stored.content else { panic!() };
        assert!(message.text.starts_with("abä") && message.text.chars().count() == 20_000);
        assert_eq!(said("\0", "a").fit(), None);
    }
}
