//! `kontor outbox`: what is on its way to the channels.

use clap::Subcommand;
use serde_json::json;

use super::source::SettingsSource;
use super::{Format, Stop, failed};
use crate::domain::AccountId;
use crate::support::{Answer, ListQuery};

#[derive(Subcommand)]
pub enum Outbox {
    /// List pending and parked changes, oldest first
    List {
        /// Only this account
        #[arg(long, value_name = "ID")]
        account: Option<i32>,
        #[arg(long, value_enum)]
        status: Option<Status>,
        /// Show at most this many changes
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        source: SettingsSource,
        #[command(flatten)]
        format: Format,
    },
    /// Show one change in full, with the channel's messages
    Show {
        /// The change, such as price-12 or fact-7
        change: String,
        #[command(flatten)]
        source: SettingsSource,
        #[command(flatten)]
        format: Format,
    },
    /// Retry changes now; a running gateway picks them up within a second
    Retry {
        /// The changes, such as price-12 or fact-7
        #[arg(required_unless_present = "account", conflicts_with = "account")]
        changes: Vec<String>,
        /// All waiting changes of this account, parked or scheduled for later
        #[arg(long, value_name = "ID")]
        account: Option<i32>,
        /// Only the account's parked changes
        #[arg(long, requires = "account")]
        all_parked: bool,
        #[command(flatten)]
        source: SettingsSource,
        #[command(flatten)]
        format: Format,
    },
    /// Drop a change; fetchUploadMessages keeps a record of it
    Drop {
        /// The change, such as price-12 or fact-7
        change: String,
        #[command(flatten)]
        source: SettingsSource,
        #[command(flatten)]
        format: Format,
    },
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub enum Status {
    Pending,
    Parked,
}

pub fn run(command: Outbox) -> Result<(), Stop> {
    let (answer, format) = match command {
        Outbox::List { account, status, limit, source, format } => {
            let parked = status.map(|status| status == Status::Parked);
            (source.desk()?.list(&ListQuery { account: account.map(AccountId), parked, limit }), format)
        }
        Outbox::Show { change, source, format } => (source.desk()?.show(&change), format),
        Outbox::Retry { account: Some(account), all_parked, source, format, .. } => {
            (source.desk()?.retry_account(AccountId(account), all_parked), format)
        }
        Outbox::Retry { changes, source, format, .. } => (source.desk()?.retry(&changes), format),
        Outbox::Drop { change, source, format } => (source.desk()?.drop(&change).map(given_up), format),
    };
    let answer = answer.map_err(failed)?;
    format.show(&answer.value, || answer.text);
    if answer.left.is_empty() { Ok(()) } else { Err(failed(answer.left.join("\n"))) }
}

fn given_up(text: String) -> Answer {
    let value = json!({ "dropped": text.split(':').next() });
    Answer { text, value, left: Vec::new() }
}
