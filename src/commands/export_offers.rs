//! `kontor export offers`.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::source::SettingsSource;
use super::{Error, Stop, failed, print};
use crate::app;
use crate::config::Settings;
use crate::domain::{AccountId, Stamp};
use crate::{exchange, platform_xml};

#[derive(Args)]
pub struct ExportOffers {
    /// The account number
    #[arg(long, value_name = "NUMBER")]
    pub(super) account: i32,
    #[command(flatten)]
    pub(super) source: SettingsSource,
    /// Write to this file instead of standard output; it is replaced once the document is complete
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

pub fn run(arguments: ExportOffers) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    let (document, offers) = document_of(&settings, AccountId(arguments.account))?;
    let Some(path) = arguments.output else {
        print(&document);
        return Ok(());
    };
    replace(&path, &document).map_err(|error| failed(format!("{}: {error}", path.display())))?;
    log::info!("{}: {offers} offers of account {}", path.display(), arguments.account);
    Ok(())
}

/// Under another name until it is complete, so that no reader finds half a document.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    std::fs::write(&part, text)?;
    std::fs::rename(&part, path)
}

/// The offers of an account as a document of the XML exchange, and how many there are. A gateway may run meanwhile.
fn document_of(settings: &Settings, account_id: AccountId) -> Result<(String, usize), Error> {
    let account = settings.known_account(account_id)?;
    let store = app::open_existing(settings)?;
    let zone = settings.mandator(account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
    let today = Stamp::now().day_in(zone);
    let offers = store.read(|conn| exchange::offers_of(conn, account, today))?;
    Ok((platform_xml::to_xml(&offers).map_err(Error::Document)?, offers.offers.len()))
}
