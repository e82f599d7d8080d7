//! `kontor reconcile`.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::source::SettingsSource;
use super::{Error, Format, Stop};
use crate::app;
use crate::config::Settings;
use crate::dispatch::report::{CODES, Report};
use crate::domain::{AccountId, Reader, Stamp};
use crate::store::{Store, Tx, accounts, messages};

/// How often a command looks whether the gateway has done what it asked for, and how long it waits for a gateway.
const LOOK: Duration = Duration::from_millis(200);
const NO_GATEWAY: Duration = Duration::from_secs(5);

#[derive(Args)]
pub struct Reconcile {
    /// The account number
    #[arg(long, value_name = "ID")]
    pub(super) account: i32,
    /// Resend what differs, relist missing offers, end unwanted ones
    #[arg(long)]
    pub(super) repair: bool,
    /// Adopt unknown offers of the channel for the articles with their SKU or EAN
    #[arg(long)]
    pub(super) import: bool,
    #[command(flatten)]
    pub(super) source: SettingsSource,
    #[command(flatten)]
    pub(super) format: Format,
}

pub fn run(arguments: Reconcile) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    let (text, value) = compared(&settings, AccountId(arguments.account), arguments.repair, arguments.import)?;
    arguments.format.show(&value, || text);
    Ok(())
}

/// Has the gateway compare an account with its channel, waits for it, and gives the differences and counts as text. The
/// request is kept where nobody works on the account; this process itself talks to no channel.
pub(super) fn compared(settings: &Settings, account_id: AccountId, repair: bool, import: bool) -> Result<(String, Value), Error> {
    let account = settings.known_account(account_id)?;
    if !account.active {
        return Err(Error::InactiveAccount(account_id.0));
    }
    let store = app::open_existing(settings)?;
    let asked = move |tx: &mut Tx<'_>| accounts::want_reconciliation(tx, account_id, repair, import).map(|()| tx.stamp);
    let wanted = store.write(asked)?;
    let mut alone_since = Instant::now();
    loop {
        let work = store.read(|conn| accounts::work_of(conn, account_id))?;
        let Some(work) = work else { return Err(Error::WorkTakenAway(account_id.0)) };
        if work.reconcile_served >= wanted.0 {
            let reader = Reader { language: settings.language_of(account.mandator_id), ..Reader::ADMIN };
            return reconciled(&store, account_id, reader, wanted, work.reconcile_report.as_deref());
        }
        if work.lease_until > Stamp::now().0 {
            alone_since = Instant::now();
        } else if alone_since.elapsed() > NO_GATEWAY {
            return Err(Error::NoGateway(account_id.0));
        }
        std::thread::sleep(LOOK);
    }
}

/// What a reconciliation left behind: its messages, and its counts in the last line.
fn reconciled(store: &Store, account_id: AccountId, reader: Reader, since: Stamp, report: Option<&str>) -> Result<(String, Value), Error> {
    let report: Report = serde_json::from_str(report.unwrap_or_default()).map_err(Error::Report)?;
    let messages = store.read(|conn| messages::since(conn, account_id, &CODES, since))?;
    let mut text: String = messages.iter().map(|message| format!("{}: {}\n", message.code, message.text(reader))).collect();
    text.push_str(&format!("account {account_id}: {report}\n"));
    if report.error.is_some() {
        return Err(Error::NotReconciled(text.trim_end().to_owned()));
    }
    let differences = messages.iter().map(|message| json!({"code": message.code, "text": message.text(reader)}));
    let value = json!({"account_id": account_id.0, "report": report, "differences": differences.collect::<Vec<_>>()});
    Ok((text, value))
}
