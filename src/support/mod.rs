//! The support desk of the command line: shows pending changes, retries them, drops them.
//! It works on the database alone, beside a running gateway or without one; channels are the gateway's.

mod answer;
mod error;
mod offer;

use answer::{change_value, time_value};

pub(crate) use answer::Answer;
pub(crate) use error::DeskError;
pub(crate) use offer::OfferChoice;

use crate::config::{Account, Settings};
use crate::domain::layout::{columns, short};
use crate::domain::message::own;
use crate::domain::{AccountId, Failure, MandatorId, Reader, Stamp};
use crate::store::changes::{self, Change, ChangeFilter, ChangeId, ChangeKind};
use crate::store::filter::Cond;
use crate::store::messages::{self, MessageRow, Subject};
use crate::store::outbox::OutboxStatus;
use crate::store::{Conn, Store};
use serde_json::json;

/// Messages that are shown with a change or an offer.
const MESSAGES: i64 = 10;
/// Characters of an error that the list shows.
const WIDEST_ERROR: usize = 60;

pub(crate) struct Desk {
    pub settings: Settings,
    pub store: Store,
}

/// What `kontor outbox list` asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListQuery {
    pub account: Option<AccountId>,
    /// Parked changes only, or pending ones only.
    pub parked: Option<bool>,
    pub limit: usize,
}

impl Desk {
    /// Changes, the oldest first.
    pub(crate) fn list(&self, query: &ListQuery) -> Result<Answer, DeskError> {
        if let Some(account_id) = query.account {
            self.account(account_id)?;
        }
        let filter = ChangeFilter {
            account_id: query.account.map(Cond::one).unwrap_or_default(),
            status: query
                .parked
                .map(|parked| Cond::one(if parked { OutboxStatus::Parked } else { OutboxStatus::Pending }))
                .unwrap_or_default(),
            ..ChangeFilter::default()
        };
        let (changes, all) = self.read(|conn| {
            let mut found = changes::matching(conn, &filter)?;
            found.sort_unstable();
            let ids: Vec<ChangeId> = found.iter().take(query.limit).map(|(_, id)| *id).collect();
            Ok((changes::by_ids(conn, &ids)?, found.len()))
        })?;
        let mut text = table(&changes);
        if all > changes.len() {
            text.push_str(&format!("{} of {all} are shown, the oldest; --limit {all} shows all\n", changes.len()));
        }
        let value = json!({ "total": all, "changes": changes.iter().map(change_value).collect::<Vec<_>>() });
        Ok(Answer::new(text, value))
    }

    /// Everything about one change, with what the channel said about its offer or order.
    pub(crate) fn show(&self, id: &str) -> Result<Answer, DeskError> {
        let parsed = parse(id)?;
        let found = self.read(|conn| {
            let Some(change) = changes::by_ids(conn, &[parsed])?.pop() else { return Ok(None) };
            let about = change.offer.as_ref().map(|offer| Subject::Offer(offer.offer_id));
            let about = about.or(change.order.as_ref().and_then(|order| order.order_id).map(Subject::Order));
            let messages = about.map(|about| messages::latest(conn, about, MESSAGES)).transpose()?.unwrap_or_default();
            Ok(Some((change, messages, changes::payload(conn, parsed)?)))
        })?;
        let (change, messages, payload) = found.ok_or_else(|| unknown(id))?;
        let time = |time: Option<Stamp>| time.map(self::time).unwrap_or_default();
        let mut lines = vec![
            ["change".to_owned(), change.id.to_string()],
            ["kind".to_owned(), kind(change.id).to_owned()],
            ["account".to_owned(), self.account_name(change.account_id)],
            ["about".to_owned(), about(&change)],
            ["topic".to_owned(), change.topic.clone()],
            ["status".to_owned(), status(&change).to_owned()],
            ["since".to_owned(), self::time(change.asked_at)],
            ["attempts".to_owned(), change.attempts.to_string()],
            ["failing since".to_owned(), time(change.first_failed_at)],
            ["next try".to_owned(), time(change.next_try())],
            ["last error".to_owned(), change.last_error.clone().unwrap_or_default()],
        ];
        let value = json!({ "change": change_value(&change), "content": payload, "messages": self.message_values(&messages) });
        lines.extend(payload.map(|payload| ["content".to_owned(), payload]));
        Ok(Answer::new(format!("{}\n{}", filled(lines), self.messages_text(&messages)), value))
    }

    /// Changes go again now. Those that cannot are named, with the reason.
    pub(crate) fn retry(&self, ids: &[String]) -> Result<Answer, DeskError> {
        let (mut wanted, mut left) = (Vec::new(), Vec::new());
        for id in ids {
            match self.may_retry(id) {
                Ok(id) => wanted.push(id),
                Err(error @ DeskError::Store(_)) => return Err(error),
                Err(why) => left.push((id, why.to_string())),
            }
        }
        let again = self.write(move |tx| {
            for id in &wanted {
                changes::retry(tx, *id)?;
            }
            changes::by_ids(&mut tx.conn, &wanted)
        })?;
        let now = Stamp::now();
        let text = again.iter().map(|change| format!("{}: {}\n", change.id, when(change, now))).collect();
        let retried = again.iter().map(|change| json!({ "change": change.id.to_string(), "next_try": time_value(change.next_try()) }));
        let value = json!({
            "retried": retried.collect::<Vec<_>>(),
            "left": left.iter().map(|(id, why)| json!({ "change": id, "why": why })).collect::<Vec<_>>(),
        });
        let left = left.iter().map(|(id, why)| format!("{id} is not retried: {why}")).collect();
        Ok(Answer { left, ..Answer::new(text, value) })
    }

    fn may_retry(&self, id: &str) -> Result<ChangeId, DeskError> {
        let parsed = parse(id)?;
        let change = self.read(|conn| changes::by_ids(conn, &[parsed]))?.pop().ok_or_else(|| unknown(id))?;
        self.active_account(change.account_id)?;
        Ok(parsed)
    }

    /// Everything of an account that waits goes again now.
    pub(crate) fn retry_account(&self, account_id: AccountId, parked_only: bool) -> Result<Answer, DeskError> {
        self.active_account(account_id)?;
        let count = self.write(move |tx| changes::retry_account(tx, account_id, parked_only))?;
        let value = json!({ "account_id": account_id.0, "retried": count });
        Ok(Answer::new(format!("account {account_id}: {count} changes go again\n"), value))
    }

    /// Gives a change up. What is left of it is an upload message.
    pub(crate) fn drop(&self, id: &str) -> Result<String, DeskError> {
        let parsed = parse(id)?;
        if parsed.kind() == ChangeKind::Order {
            return Err(DeskError::OrderStays(id.to_owned()));
        }
        let change = self.read(|conn| changes::by_ids(conn, &[parsed]))?.pop().ok_or_else(|| unknown(id))?;
        let account = self.settings.account(change.account_id);
        let mandator_id = account.map(|account| account.mandator_id).or(change.mandator_id).unwrap_or_default();
        let message = dropped(&change, mandator_id);
        let there = self.write(move |tx| {
            let there = !changes::by_ids(&mut tx.conn, &[parsed])?.is_empty();
            if there {
                changes::drop(tx, parsed)?;
                messages::add(tx, message)?;
            }
            Ok(there)
        })?;
        if there { Ok(format!("{}: given up\n", change.id)) } else { Err(unknown(id)) }
    }

    fn read<T>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure>) -> Result<T, DeskError> {
        Ok(self.store.read(work)?)
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut crate::store::Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, DeskError> {
        Ok(self.store.write(work)?)
    }

    fn account(&self, account_id: AccountId) -> Result<&Account, DeskError> {
        Ok(self.settings.known_account(account_id)?)
    }

    /// Only the gateway's worker of an active account takes up what is to go again.
    fn active_account(&self, account_id: AccountId) -> Result<&Account, DeskError> {
        let account = self.account(account_id)?;
        if account.active { Ok(account) } else { Err(DeskError::InactiveAccount(account_id.0)) }
    }

    /// What was said, in the language of its mandator.
    fn messages_text(&self, messages: &[MessageRow]) -> String {
        if messages.is_empty() {
            return "no messages\n".to_owned();
        }
        let mut text = "messages, newest first\n".to_owned();
        for message in messages {
            let reader = Reader { language: self.settings.language_of(message.mandator_id), ..Reader::ADMIN };
            let (severity, code) = (message.severity.word(), &message.code);
            text.push_str(&format!("{} {severity} {code}: {}\n", time(Stamp(message.created_at)), message.text(reader)));
            let remedy = message.remedy(reader);
            if !remedy.is_empty() {
                text.push_str(&format!("  remedy: {remedy}\n"));
            }
        }
        text
    }

    fn account_name(&self, account_id: AccountId) -> String {
        let name = self.settings.account(account_id).map_or("not in the configuration", |account| &account.identifier);
        format!("{account_id} ({name})")
    }
}

fn parse(id: &str) -> Result<ChangeId, DeskError> {
    id.parse().map_err(|_| unknown(id))
}

fn unknown(id: &str) -> DeskError {
    DeskError::UnknownChange(id.to_owned())
}

fn kind(id: ChangeId) -> &'static str {
    match id.kind() {
        ChangeKind::State => "state of an offer, for the channel",
        ChangeKind::Fact => "report about an order, for the channel",
        ChangeKind::Order => "order of the channel that could not be stored",
        ChangeKind::Transfer => "customer or coupon, for the channel",
    }
}

fn about(change: &Change) -> String {
    if let Some(transfer) = &change.transfer {
        let number = transfer.name.clone().unwrap_or_else(|| format!("with the id {}, which does not exist any more", transfer.record_id));
        return format!("{} {number}", transfer.kind.word());
    }
    match (&change.offer, &change.order) {
        (Some(offer), _) => format!("offer {}, item {}", offer.offer_id, offer.internal_item_number),
        (None, Some(order)) => {
            let prefix = order.order_number_prefix.as_deref().unwrap_or_default();
            let number = match (order.order_number, order.order_id) {
                (Some(number), _) => format!(" {prefix}{number},"),
                (None, Some(order_id)) => format!(" with the id {order_id}, which does not exist any more"),
                (None, None) => String::new(),
            };
            let channel = order.marketplace_order_id.as_ref().map(|number| format!(" {number} in the channel"));
            format!("order{number}{}", channel.unwrap_or_default()).trim_end_matches(',').to_owned()
        }
        (None, None) => String::new(),
    }
}

fn status(change: &Change) -> &'static str {
    match (change.parked, change.accepted_at) {
        (true, _) => "parked",
        (false, Some(_)) => "accepted",
        (false, None) => "pending",
    }
}

/// As the log writes it.
fn time(time: Stamp) -> String {
    time.to_utc().map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

fn when(change: &Change, now: Stamp) -> String {
    match (change.next_try(), change.accepted_at) {
        (Some(next), Some(accepted)) => {
            format!("the channel accepted it at {} and works on it; it is asked about that at {}", time(accepted), time(next))
        }
        (Some(next), None) if next > now => {
            format!("goes again at {}, when account {} has kept away from its channel long enough", time(next), change.account_id)
        }
        _ => "goes again now".to_owned(),
    }
}

fn table(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing is on its way\n".to_owned();
    }
    let head = ["CHANGE", "ACCOUNT", "ABOUT", "TOPIC", "STATUS", "SINCE", "ATTEMPTS", "NEXT TRY", "LAST ERROR"].map(str::to_owned);
    let mut rows = vec![head];
    rows.extend(changes.iter().map(|change| {
        [
            change.id.to_string(),
            change.account_id.to_string(),
            about(change),
            change.topic.clone(),
            status(change).to_owned(),
            time(change.asked_at),
            change.attempts.to_string(),
            change.next_try().map_or_else(|| "-".to_owned(), time),
            short(change.last_error.as_deref().unwrap_or_default(), WIDEST_ERROR),
        ]
    }));
    columns(&rows)
}

/// Names and values; what has no value is left out.
fn filled(mut lines: Vec<[String; 2]>) -> String {
    lines.retain(|[_, value]| !value.is_empty());
    columns(&lines)
}

/// The trace of a change that was given up.
fn dropped(change: &Change, mandator_id: MandatorId) -> MessageRow {
    let error = change.last_error.as_deref().unwrap_or("-");
    let message = match change.id.kind() {
        ChangeKind::State => own::state_dropped(&change.topic, error),
        ChangeKind::Fact | ChangeKind::Order => own::fact_dropped(&change.topic, error),
        ChangeKind::Transfer => own::transfer_dropped(about(change), error),
    };
    MessageRow {
        item_id: change.offer.as_ref().map(|offer| offer.item_id),
        offer_id: change.offer.as_ref().map(|offer| offer.offer_id),
        order_id: change.order.as_ref().and_then(|order| order.order_id),
        ..MessageRow::of(mandator_id, change.account_id, &message)
    }
}
