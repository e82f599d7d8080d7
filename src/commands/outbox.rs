//! `kontor outbox`: what is on its way to the channels.

use clap::Subcommand;

use super::source::SettingsSource;
use super::{Stop, failed, print};
use crate::domain::AccountId;
use crate::support::ListQuery;

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
    },
    /// Show one change in full, with the channel's messages
    Show {
        /// The change, such as price-12 or fact-7
        change: String,
        #[command(flatten)]
        source: SettingsSource,
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
    },
    /// Drop a change; fetchUploadMessages keeps a record of it
    Drop {
        /// The change, such as price-12 or fact-7
        change: String,
        #[command(flatten)]
        source: SettingsSource,
    },
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub enum Status {
    Pending,
    Parked,
}

pub fn run(command: Outbox) -> Result<(), Stop> {
    let text = match command {
        Outbox::List { account, status, limit, source } => source.desk()?.list(&ListQuery {
            account: account.map(AccountId),
            parked: status.map(|status| status == Status::Parked),
            limit,
        }),
        Outbox::Show { change, source } => source.desk()?.show(&change),
        Outbox::Retry { account: Some(account), all_parked, source, .. } => source.desk()?.retry_account(AccountId(account), all_parked),
        Outbox::Retry { changes, source, .. } => source.desk()?.retry(&changes),
        Outbox::Drop { change, source } => source.desk()?.drop(&change),
    };
    print(&text.map_err(failed)?);
    Ok(())
}
