//! What an administrator sees of mails, and can do about them.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::compose::{Letter, packet, recipient, write};
use super::values::Story;
use crate::config::{Mail, Settings};
use crate::domain::layout::{columns, short};
use crate::domain::mail::{EmailAddress, MailDocument, MailEvent, MailState};
use crate::domain::order::{Address, PacketDocument, PaymentStatus, Workflow};
use crate::domain::{AccountId, Decimal, Failure, MandatorId, OrderId, OrderItemId, Stamp};
use crate::store::mails::{self, MailOutcome, MailRow, NO_ACCOUNT};
use crate::store::orders::{self, OrderItemRow, OrderKey, OrderRow};
use crate::store::{Conn, Store};

/// Characters of a text that a list shows.
const WIDEST: usize = 60;
/// What is not sent and not on its way.
pub(crate) const STUCK: [MailState; 2] = [MailState::Refused, MailState::GaveUp];

/// What to show a mail of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preview {
    pub(crate) event: MailEvent,
    pub(crate) mandator_id: MandatorId,
    /// `None`: phone sales, unless an order says otherwise.
    pub(crate) account_id: Option<AccountId>,
    /// Number of the order; `None`: an invented one.
    pub(crate) order_number: Option<i32>,
}

/// The mails of a gateway, which may run meanwhile.
pub(crate) struct MailDesk<'d> {
    pub(crate) settings: &'d Settings,
    pub(crate) mail: &'d Mail,
}

impl MailDesk<'_> {
    /// A mail as it would be sent now.
    pub(crate) fn preview(&self, store: &Store, what: Preview, now: Stamp) -> Result<Option<String>, Failure> {
        let story = match what.order_number {
            Some(number) => store.read(|conn| stored(conn, what.mandator_id, number, what.event))?,
            None => Some(sample(what.mandator_id, what.account_id, now)),
        };
        let Some(story) = story else { return Ok(None) };
        let row = row_of(&story, what.event, now);
        let to = match recipient(self.mail, &story) {
            Ok(address) => (address, String::new()),
            Err(MailOutcome::LeftOut(why) | MailOutcome::Refused(why)) => (nobody(), format!("Not sent: {why}\n")),
            Err(_) => (nobody(), String::new()),
        };
        Ok(Some(match write(self.settings, self.mail, &story, &row, to.0, now) {
            Ok(letter) => shown(&letter, &to.1),
            Err(MailOutcome::Refused(why) | MailOutcome::LeftOut(why) | MailOutcome::GaveUp(why)) => format!("Not sent: {why}\n"),
            Err(MailOutcome::Sent | MailOutcome::Again { .. }) => String::new(),
        }))
    }

    /// Mails in some states, newest first.
    pub(crate) fn list(&self, store: &Store, states: &[MailState], most: usize) -> Result<(String, Value), Failure> {
        store.read(|conn| {
            let rows = mails::list(conn, states, most)?;
            let mut table = vec![["mail", "written", "tells", "order", "state", "attempts", "reason"].map(str::to_owned)];
            let mut values = Vec::new();
            for row in &rows {
                let number = orders::get(conn, row.order_id)?.map(|order| order.order_number);
                let zone = self.settings.mandator(row.mandator_id).map_or(Tz::UTC, |mandator| mandator.time_zone);
                values.push(json!({
                    "mail_id": row.mail_id,
                    "written_at": Stamp(row.created_at).to_utc().map(|time| time.to_rfc3339()),
                    "event": row.event.word(),
                    "order_number": number,
                    "state": row.state.word(),
                    "attempts": row.attempts,
                    "reason": row.last_error,
                }));
                table.push([
                    row.mail_id.to_string(),
                    Stamp(row.created_at).day_in(zone).to_string(),
                    row.event.word().to_owned(),
                    number.map(|number| number.to_string()).unwrap_or_default(),
                    row.state.word().to_owned(),
                    row.attempts.to_string(),
                    short(row.last_error.as_deref().unwrap_or_default(), WIDEST),
                ]);
            }
            let mut text = columns(&table);
            if rows.len() >= most {
                text.push_str(&format!("the newest {most}; --limit shows more\n"));
            }
            Ok((text, json!({ "mails": values })))
        })
    }
}

fn nobody() -> EmailAddress {
    EmailAddress { local: "nobody".to_owned(), domain: "invalid.example".to_owned() }
}

fn shown(letter: &Letter, note: &str) -> String {
    let to = if note.is_empty() { format!("To: {}\n", letter.to) } else { note.to_owned() };
    let html = letter.html.as_ref().map(|html| format!("\n--- HTML ---\n{html}\n")).unwrap_or_default();
    format!("Template: {}\nFrom: {}\n{to}Subject: {}\n\n{}{html}", letter.template, letter.from, letter.subject, letter.text)
}

/// A row as an event would write it.
fn row_of(story: &Story, event: MailEvent, now: Stamp) -> MailRow {
    let pieces = story.positions.iter().map(|p| (p.order_item_id, if p.cancelled > 0 { p.cancelled } else { p.quantity }));
    MailRow {
        mail_id: 0,
        mandator_id: story.order.mandator_id,
        account_id: story.order.account_id.unwrap_or(NO_ACCOUNT),
        order_id: story.order.order_id,
        event,
        event_key: String::new(),
        message_key: "preview".to_owned(),
        state: MailState::Waiting,
        created_at: now.0,
        waiting_since: now.0,
        due_at: now.0,
        attempts: 0,
        tried_at: None,
        settled_at: None,
        recipient: None,
        last_error: None,
        data: MailDocument {
            pieces: if event == MailEvent::Cancelled { pieces.collect() } else { Vec::new() },
            amount: (event == MailEvent::Refunded).then(|| story.order.data.refunded_amount.unwrap_or_default()),
            ..MailDocument::default()
        },
    }
}

/// An order with its last package.
fn stored(conn: &mut Conn<'_>, mandator_id: MandatorId, number: i32, event: MailEvent) -> Result<Option<Story>, Failure> {
    let Some(order_id) = orders::find(conn, mandator_id, None, &OrderKey::OrderNumber(number))?.pop() else { return Ok(None) };
    let Some(order) = orders::get(conn, order_id)? else { return Ok(None) };
    let last = orders::packets_of(conn, &[order_id])?.pop().filter(|_| event == MailEvent::Shipped);
    let packet = match last {
        Some(last) => packet(conn, &order, last.packet_id)?,
        None => None,
    };
    Ok(Some(Story { positions: orders::items_of(conn, order_id)?, order, packet }))
}

/// An invented order, for templates before the first real one.
fn sample(mandator_id: MandatorId, account_id: Option<AccountId>, now: Stamp) -> Story {
    let text = |text: &str| Some(text.to_owned());
    let mut order = OrderRow::new(mandator_id, crate::config::PHONE_SALES, Workflow::Prepayment);
    order.account_id = account_id;
    order.order_number = 1_000_001;
    order.order_date = Some(now.0);
    order.marketplace_order_id = text("S-100001").filter(|_| account_id.is_some());
    order.email_address = text("jane.doe@example.com");
    order.data.currency_code_iso = text("EUR");
    order.data.shipping_charge = Decimal::parse("4.90");
    order.data.refunded_amount = Decimal::parse("12.90");
    order.data.payment_method_identifier = text("prepayment");
    order.data.payment_status_id = Some(PaymentStatus::Paid);
    order.data.invoice_address = Some(Address {
        first_name: text("Jane"),
        last_name: text("Doe"),
        street: text("Example Street"),
        house_number: text("1"),
        postal_code: text("12345"),
        city: text("Exampletown"),
        country_code_iso: text("DE"),
        ..Address::default()
    });
    let position = |id, name: &str, sku, quantity, price| {
        let price = Decimal::parse(price).unwrap_or_default().0;
        OrderItemRow {
            order_item_id: OrderItemId(id),
            order_id: OrderId(0),
            internal_item_number: text(sku),
            ..OrderItemRow::new(name.to_owned(), quantity, price)
        }
    };
    let packet = PacketDocument {
        tracking_number: text("00340434161094000001"),
        shipping_provider_identifier: text("DHL"),
        ..PacketDocument::default()
    };
    let positions = vec![position(1, "Mug, blue", "MUG-BLUE", 2, "12.90"), position(2, "Plate", "PLATE", 1, "9.90")];
    Story { order, positions, packet: Some((packet, vec![(OrderItemId(1), 2)])) }
}
