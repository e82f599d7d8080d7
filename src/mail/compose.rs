//! From a row to a mail: what is stored about the order, the decision whether it goes, and the finished text.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use minijinja::Value;
use minijinja::value::Serde;

use super::templates::choose;
use super::values::{Story, buyer_name, line, values};
use crate::config::{Mail, Settings};
use crate::domain::mail::{EmailAddress, MailEvent, Standing, needless};
use crate::domain::order::OrderStatus;
use crate::domain::template::{Form, render};
use crate::domain::{Failure, OrderItemId, Stamp};
use crate::store::Conn;
use crate::store::mails::{MailOutcome, MailRow, NO_ACCOUNT, Sender, since};
use crate::store::orders;

/// Characters of a subject.
const LONGEST_SUBJECT: usize = 200;
/// Bytes of a finished text; a mail is for reading.
const LONGEST_TEXT: usize = 200_000;

/// A finished mail.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) to: EmailAddress,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    /// Which template, for people.
    pub(crate) template: String,
    pub(super) message: Message,
}

/// A plain text for an admin.
pub(super) fn notice(from: &EmailAddress, to: &EmailAddress, subject: &str, text: &str) -> Result<Message, String> {
    let mailbox = |address: &EmailAddress| {
        let parsed = Address::new(&address.local, &address.domain).map_err(|error| format!("{address}: {error}"))?;
        Ok::<_, String>(Mailbox::new(None, parsed))
    };
    let subject: String = line(subject).chars().take(LONGEST_SUBJECT).collect();
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let builder = Message::builder().from(mailbox(from)?).to(mailbox(to)?).subject(subject).date_now().message_id(None);
    let message = builder.raw_header(automatic).singlepart(SinglePart::plain(text.to_owned()));
    message.map_err(|error| format!("the mail cannot be written: {error}"))
}

/// What is stored about a mail; `None`: its order is gone.
pub(super) fn read(conn: &mut Conn<'_>, row: &MailRow) -> Result<Option<(Story, Option<Stamp>)>, Failure> {
    let sender = Sender { mandator_id: row.mandator_id, account_id: row.account_id, event: row.event };
    let since = since(conn, sender)?;
    let Some(order) = orders::get(conn, row.order_id)? else { return Ok(None) };
    let positions = orders::items_of(conn, row.order_id)?;
    let packet = match row.data.packet_id {
        Some(packet_id) => packet(conn, &order, packet_id)?,
        None => None,
    };
    Ok(Some((Story { order, positions, packet }, since)))
}

type Packed = (crate::domain::order::PacketDocument, Vec<(OrderItemId, i32)>);

pub(super) fn packet(conn: &mut Conn<'_>, order: &orders::OrderRow, packet_id: i32) -> Result<Option<Packed>, Failure> {
    let found = orders::packets_of(conn, &[order.order_id])?.into_iter().find(|packet| packet.packet_id == packet_id);
    let Some(found) = found else { return Ok(None) };
    let contents = orders::contents_of(conn, &[order.order_id])?.into_iter().map(|(_, content)| content);
    let inside = contents.filter(|content| content.packet_id == packet_id).map(|content| (content.order_item_id, content.quantity));
    Ok(Some((found.data, inside.collect())))
}

/// The mail of a row, or what becomes of the row instead.
pub(super) fn compose(
    settings: &Settings,
    mail: &Mail,
    row: &MailRow,
    read: Option<(Story, Option<Stamp>)>,
    now: Stamp,
) -> Result<Letter, MailOutcome> {
    let left_out = |why: &str| Err(MailOutcome::LeftOut(why.to_owned()));
    let Some((story, since)) = read else { return left_out("the order does not exist any more") };
    let account_id = Some(row.account_id).filter(|id| *id != NO_ACCOUNT);
    let on = mail.sender(row.mandator_id, account_id).is_some_and(|sender| sender.events.contains(&row.event));
    let (true, Some(since)) = (on, since) else { return left_out("these mails are switched off") };
    if row.created_at < since.0 {
        return left_out("these mails were switched off in between");
    }
    let age = Duration::from_micros(u64::try_from(now.0.saturating_sub(row.waiting_since)).unwrap_or_default());
    if age > mail.give_up_after {
        let last = row.last_error.as_deref().unwrap_or("it waited for too long");
        return Err(MailOutcome::GaveUp(last.to_owned()));
    }
    let order = &story.order;
    let standing = Standing {
        status: order.order_status_id,
        payment: order.data.payment_status_id,
        ordered: Stamp(order.order_date.unwrap_or(order.created_at)),
        stored: Stamp(order.created_at),
        since,
    };
    if let Some(why) = needless(row.event, standing, mail.confirm_within) {
        return left_out(why);
    }
    if row.event == MailEvent::Cancelled && !still_cancelled(&story, row) {
        return left_out("the cancellation was taken back");
    }
    let to = recipient(mail, &story)?;
    write(settings, mail, &story, row, to, now)
}

/// Of the pieces that the mail tells, some are still cancelled.
fn still_cancelled(story: &Story, row: &MailRow) -> bool {
    let cancelled = |id: OrderItemId| story.positions.iter().any(|position| position.order_item_id == id && position.cancelled > 0);
    story.order.order_status_id == OrderStatus::Cancelled || row.data.pieces.iter().any(|(id, _)| cancelled(*id))
}

/// Where mails about an order go.
pub(super) fn recipient(mail: &Mail, story: &Story) -> Result<EmailAddress, MailOutcome> {
    let data = &story.order.data;
    let of = |address: &Option<crate::domain::order::Address>| address.as_ref().and_then(|address| address.email.clone());
    let text = story.order.email_address.clone().or_else(|| of(&data.invoice_address)).or_else(|| of(&data.delivery_address));
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Err(MailOutcome::Refused("the order has no e-mail address".to_owned()));
    };
    let address = EmailAddress::parse(&text).map_err(|fault| MailOutcome::Refused(format!("the e-mail address of the order {fault}")))?;
    if address.is_in(&mail.never_to) {
        return Err(MailOutcome::LeftOut("the address is one to which no mails go (mail.never_to)".to_owned()));
    }
    Ok(address)
}

/// The text of a mail, and the mail as it is sent.
pub(super) fn write(
    settings: &Settings,
    mail: &Mail,
    story: &Story,
    row: &MailRow,
    to: EmailAddress,
    now: Stamp,
) -> Result<Letter, MailOutcome> {
    let refused = |text: String| MailOutcome::Refused(text);
    let account_id = Some(row.account_id).filter(|id| *id != NO_ACCOUNT);
    let languages = settings.mail_languages(row.mandator_id, account_id);
    let chosen =
        choose(mail, row.event, row.mandator_id, account_id, &languages).ok_or_else(|| refused("there is no template".to_owned()))?;
    let values = Value::from(Serde(values(settings, mail, story, row.event, &row.data, chosen.language)));
    let fill = |part: &str, source: &str, form| {
        let filled = render(source, form, values.clone());
        filled.map_err(|fault| refused(format!("the template's {part} cannot be filled in: line {}: {}", fault.line, fault.text)))
    };
    let subject: String = line(&fill("subject", &chosen.template.subject, Form::Plain)?).chars().take(LONGEST_SUBJECT).collect();
    let text = fill("text", &chosen.template.text, Form::Plain)?;
    let html = chosen.template.html.as_ref().map(|html| fill("HTML", html, Form::Html)).transpose()?;
    if text.len().max(html.as_ref().map_or(0, String::len)) > LONGEST_TEXT {
        return Err(refused(format!("the text is longer than {LONGEST_TEXT} bytes; shorten the template")));
    }
    let sender = mail.sender(row.mandator_id, account_id).ok_or_else(|| MailOutcome::LeftOut("nobody sends these mails".to_owned()))?;
    let mailbox = |name: Option<String>, address: &EmailAddress| {
        let parsed = Address::new(&address.local, &address.domain).map_err(|error| refused(format!("{address}: {error}")))?;
        Ok::<_, MailOutcome>(Mailbox::new(name.filter(|name| !name.is_empty()), parsed))
    };
    let from = mailbox(sender.from_name.clone(), &sender.from)?;
    let mut builder = Message::builder()
        .from(from.clone())
        .to(mailbox(Some(buyer_name(&story.order)), &to)?)
        .subject(&subject)
        .date(UNIX_EPOCH + Duration::from_micros(u64::try_from(now.0).unwrap_or_default()))
        // The same in each attempt, so that a mail that comes twice after a lost answer is recognised.
        .message_id(Some(format!("<{}@{}>", row.message_key, sender.from.domain)));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(mailbox(None, reply_to)?);
    }
    for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF, AutoReply")] {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
    }
    let message = match &html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(text.clone(), html.clone())),
        None => builder.singlepart(SinglePart::plain(text.clone())),
    };
    let message = message.map_err(|error| refused(format!("the mail cannot be written: {error}")))?;
    let template = format!("{}.{}, {}", row.event.word(), chosen.language, chosen.whose);
    Ok(Letter { from: from.to_string(), to, subject, text, html, template, message })
}
