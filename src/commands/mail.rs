//! `kontor mail`: mails to buyers, shown before they are sent, and what became of them.

use clap::Subcommand;

use super::payments::mandator_of;
use super::source::SettingsSource;
use super::{Format, Stop, failed, print, usage};
use crate::app;
use crate::config::{Mail as MailSettings, Settings};
use crate::domain::mail::{MailEvent, MailState};
use crate::domain::{AccountId, Stamp};
use crate::mail::{MailDesk, Preview, STUCK};
use crate::store::mails::{self, MailOutcome};

#[derive(Subcommand)]
pub enum Mail {
    /// Show a mail as it would be sent now; nothing is sent
    Preview {
        /// What it tells
        #[arg(value_enum)]
        event: Event,
        /// Number of an order; without it an invented order is shown
        #[arg(long, value_name = "NUMBER")]
        order: Option<i32>,
        /// The account whose template is shown with an invented order; without it, that of phone sales
        #[arg(long, value_name = "ID", conflicts_with = "order")]
        account: Option<i32>,
        #[arg(long, value_name = "ID")]
        mandator: Option<i32>,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// List mails that wait or were not sent, newest first
    List {
        /// All mails, sent ones too
        #[arg(long)]
        all: bool,
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        source: SettingsSource,
        #[command(flatten)]
        format: Format,
    },
    /// Have mails tried again that were not sent; a running gateway picks them up within a second
    Retry {
        /// Numbers of mails
        #[arg(required_unless_present = "all_stuck", conflicts_with = "all_stuck")]
        mails: Vec<i32>,
        /// All that were refused or given up
        #[arg(long)]
        all_stuck: bool,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Give up a mail that waits: it is not sent
    Drop {
        /// Number of the mail
        mail: i32,
        #[command(flatten)]
        source: SettingsSource,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Event {
    Confirmed,
    Paid,
    Shipped,
    Cancelled,
    Refunded,
}

impl Event {
    fn event(self) -> MailEvent {
        match self {
            Event::Confirmed => MailEvent::Confirmed,
            Event::Paid => MailEvent::Paid,
            Event::Shipped => MailEvent::Shipped,
            Event::Cancelled => MailEvent::Cancelled,
            Event::Refunded => MailEvent::Refunded,
        }
    }
}

pub fn run(command: Mail) -> Result<(), Stop> {
    match command {
        Mail::Preview { event, order, account, mandator, source } => {
            let settings = source.settings()?;
            let account_id = account.map(AccountId);
            let of_account = account_id.map(|id| settings.known_account(id)).transpose().map_err(failed)?;
            let mandator_id = match of_account {
                Some(account) => account.mandator_id,
                None => mandator_of(&settings, mandator).map_err(failed)?.mandator_id,
            };
            let store = app::open_existing(&settings)?;
            let desk = MailDesk { settings: &settings, mail: mail_of(&settings)? };
            let what = Preview { event: event.event(), mandator_id, account_id, order_number: order };
            let text = desk.preview(&store, what, Stamp::now()).map_err(failed)?;
            print(&text.ok_or_else(|| failed(format_args!("mandator {mandator_id} has no order with this number")))?);
        }
        Mail::List { all, limit, source, format } => {
            let settings = source.settings()?;
            let store = app::open_existing(&settings)?;
            let stuck = [MailState::Waiting].into_iter().chain(STUCK).collect::<Vec<_>>();
            let states = if all { MailState::ALL.to_vec() } else { stuck };
            let desk = MailDesk { settings: &settings, mail: mail_of(&settings)? };
            let (text, value) = desk.list(&store, &states, limit).map_err(failed)?;
            format.show(&value, || text);
        }
        Mail::Retry { mails: numbers, all_stuck, source } => {
            let store = app::open_existing(&source.settings()?)?;
            let done = store.write(move |tx| {
                let numbers = if all_stuck { mails::in_state(&mut tx.conn, &STUCK)? } else { numbers };
                numbers.into_iter().map(|number| Ok((number, mails::retry(tx, number)?))).collect::<Result<Vec<_>, _>>()
            });
            let done = done.map_err(failed)?;
            for (number, found) in &done {
                print(&format!("mail {number}: {}\n", if *found { "waits" } else { "was sent, or does not exist" }));
            }
            if done.iter().any(|(_, found)| !found) {
                return Err(failed("not all of them are retried; the lines above say why"));
            }
        }
        Mail::Drop { mail, source } => {
            let store = app::open_existing(&source.settings()?)?;
            let outcome = MailOutcome::LeftOut("given up by hand".to_owned());
            let found = store.write(move |tx| mails::settle(tx, mail, None, &outcome)).map_err(failed)?;
            print(&format!("mail {mail}: {}\n", if found { "left out" } else { "does not wait" }));
        }
    }
    Ok(())
}

fn mail_of(settings: &Settings) -> Result<&MailSettings, Stop> {
    settings.mail.as_ref().ok_or_else(|| usage("the configuration has no section [mail]; kontor.example.toml shows one"))
}
