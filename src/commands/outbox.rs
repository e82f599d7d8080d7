//! `kontor outbox`: what is on its way to the channels.

use clap::Subcommand;

use super::source::SettingsSource;
use super::{Stop, failed, print};
use crate::domain::AccountId;
use crate::support::ListQuery;

#[derive(Subcommand)]
pub enum Outbox {
    /// List what is on its way, the oldest first
    List {
        #[arg(long, value_name = "ID")]
        account: Option<i32>,
        #[arg(long, value_enum)]
        status: Option<Status>,
        /// Most changes that are shown
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Show everything about one change, with what the channel said
    Show {
        /// Number of the change, such as price-12 or fact-7
        change: String,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Have changes tried again now; a running gateway takes them up within a second
    Retry {
        /// Numbers of the changes
        #[arg(required_unless_present = "account", conflicts_with = "account")]
        changes: Vec<String>,
        /// Everything of an account that waits: parked, or to be tried later
        #[arg(long, value_name = "ID")]
        account: Option<i32>,
        /// Of the account only what is parked
        #[arg(long, requires = "account")]
        all_parked: bool,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Give a change up; fetchUploadMessages keeps a trace of it
    Drop {
        /// Number of the change
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
