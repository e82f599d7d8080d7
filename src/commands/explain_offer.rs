//! `kontor offer explain`.

use clap::Args;

use super::source::SettingsSource;
use super::{Error, Stop, failed, print};
use crate::app;
use crate::config::Settings;
use crate::domain::{AccountId, Stamp};
use crate::preparation::{self, Frame};
use crate::store::items;

#[derive(Args)]
pub struct ExplainOffer {
    /// The account number
    #[arg(long, value_name = "ID")]
    pub(super) account: i32,
    /// The merchant's item number
    #[arg(long, value_name = "NUMBER")]
    pub(super) item: String,
    #[command(flatten)]
    pub(super) source: SettingsSource,
}

pub fn run(arguments: ExplainOffer) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    print(&table(&settings, AccountId(arguments.account), &arguments.item).map_err(failed)?);
    Ok(())
}

/// What an account would show of an item, and why.
fn table(settings: &Settings, account_id: AccountId, item: &str) -> Result<String, Error> {
    let account = settings.known_account(account_id)?;
    let store = app::open_existing(settings)?;
    let zone = settings.mandator(account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
    let language = settings.language_of(account.mandator_id);
    let frame = Frame { account, public_url: &settings.server.public_url, today: Stamp::now().day_in(zone) };
    let explained = store.read(|conn| {
        let found = items::ids_by_number(conn, account.mandator_id, &[item])?;
        let Some((_, item_id)) = found.first() else { return Ok(None) };
        Ok(preparation::explain(conn, &frame, *item_id)?.map(|explanation| explanation.table(language)))
    });
    explained?.ok_or_else(|| Error::UnknownItem { mandator_id: account.mandator_id, item: item.to_owned() })
}
