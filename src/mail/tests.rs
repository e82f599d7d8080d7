//! Mails from the event to the server, on each database. The server is a small one of our own that answers as it is told.

mod events;
mod sending;
mod server;

use std::sync::Arc;
use std::time::Duration;

use super::{Postman, runtime, senders};
use crate::config::{Mail, MailSender, MailTls, Settings, fixture};
use crate::domain::mail::{EmailAddress, MailEvent, MailState};
use crate::domain::order::{Address, OrderStatus, PaymentStatus, Workflow};
use crate::domain::{AccountId, Decimal, MandatorId, OrderId, Stamp};
use crate::store::mails::{self, MailRow};
use crate::store::orders::{self, OrderItemRow, OrderRow};
use crate::store::testing::on_stores;
use crate::store::{Store, Tx};

/// Buyers of account 101 and of phone sales get every mail.
fn mail_at(port: u16) -> Mail {
    let sender = |account_id| MailSender {
        mandator_id: MandatorId(1),
        account_id,
        from: EmailAddress::parse("shop@example.com").unwrap(),
        from_name: Some("Tassenshop".to_owned()),
        reply_to: Some(EmailAddress::parse("service@example.com").unwrap()),
        events: MailEvent::ALL.to_vec(),
    };
    Mail {
        host: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        ca: None,
        login: None,
        hello_name: Some("kontor.example.com".to_owned()),
        timeout: Duration::from_secs(10),
        per_minute: 1000,
        retry_ladder: vec![Duration::from_secs(60), Duration::from_secs(300)],
        give_up_after: Duration::from_secs(72 * 3600),
        confirm_within: Duration::from_secs(72 * 3600),
        never_to: vec!["marketplace.amazon.*".to_owned()],
        tracking: [("DHL".to_owned(), "https://track.example.com/?id={number}".to_owned())].into(),
        senders: vec![sender(Some(AccountId(101))), sender(None)],
        templates: Default::default(),
    }
}

fn settings_with(mail: Mail) -> Settings {
    Settings { mail: Some(mail), ..fixture::settings() }
}

/// A store whose senders are switched on, and who sends its mails.
fn postman(store: &Store, mail: Mail) -> Postman {
    let settings = Arc::new(settings_with(mail.clone()));
    store.switch_mails(senders(&settings)).unwrap();
    Postman::new(settings, mail, store.clone(), runtime().unwrap())
}

fn address(email: &str) -> Address {
    Address {
        first_name: Some("Jane".to_owned()),
        last_name: Some("Doe".to_owned()),
        street: Some("Weg".to_owned()),
        city: Some("Ort".to_owned()),
        email: Some(email.to_owned()),
        ..Address::default()
    }
}

/// An order of two cups and a plate.
fn new_order(
    tx: &mut Tx<'_>,
    account_id: Option<i32>,
    number: &str,
    change: impl FnOnce(&mut OrderRow),
) -> Result<OrderId, crate::domain::Failure> {
    let mut row = OrderRow::new(MandatorId(1), 2100, Workflow::Prepayment);
    row.account_id = account_id.map(AccountId);
    row.marketplace_order_id = Some(number.to_owned());
    row.order_date = Some(tx.stamp.0);
    row.order_status_id = OrderStatus::ConfirmedOpenPayments;
    row.email_address = Some("jane@example.com".to_owned());
    row.data.currency_code_iso = Some("EUR".to_owned());
    row.data.payment_status_id = Some(PaymentStatus::Unpaid);
    row.data.invoice_address = Some(address("jane@example.com"));
    change(&mut row);
    let price = |text| Decimal::parse(text).unwrap().0;
    let lines = vec![OrderItemRow::new("Cup".to_owned(), 2, price("12.90")), OrderItemRow::new("Plate".to_owned(), 1, price("9.90"))];
    orders::insert(tx, row, lines, &[]).map(|(row, _)| row.order_id)
}

fn order(store: &Store, number: &str) -> OrderId {
    let number = number.to_owned();
    store.write(move |tx| new_order(tx, Some(101), &number, |_| {})).unwrap()
}

fn rows(store: &Store) -> Vec<MailRow> {
    let mut rows = store.read(|conn| mails::list(conn, &MailState::ALL, 1000)).unwrap();
    rows.reverse();
    rows
}

/// What each mail tells, and what became of it.
fn states(store: &Store) -> Vec<(MailEvent, MailState)> {
    rows(store).into_iter().map(|row| (row.event, row.state)).collect()
}

fn now() -> Stamp {
    Stamp::now()
}

/// As much later as no mail waits for.
fn later(hours: i64) -> Stamp {
    Stamp(now().0 + hours * 3_600_000_000)
}
