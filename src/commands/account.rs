//! `kontor account`: what a person has to decide about an account.

use clap::Subcommand;

use super::source::SettingsSource;
use super::{Error, Stop, failed, print};
use crate::app;
use crate::config::Settings;
use crate::domain::AccountId;
use crate::store::accounts;

#[derive(Subcommand)]
pub enum Account {
    /// The shop that the account leads to is the one that it always sold in: end the hold of SHOP_CHANGED
    SameShop {
        /// The account number
        #[arg(long, value_name = "ID")]
        account: i32,
        #[command(flatten)]
        source: SettingsSource,
    },
}

pub fn run(command: Account) -> Result<(), Stop> {
    let Account::SameShop { account, source } = command;
    let settings = source.settings()?;
    same_shop(&settings, AccountId(account)).map_err(failed)?;
    print(&format!("account {account}: the shop that answers next is its shop\n"));
    Ok(())
}

fn same_shop(settings: &Settings, account_id: AccountId) -> Result<(), Error> {
    settings.known_account(account_id)?;
    let store = app::open_existing(settings)?;
    Ok(store.write(move |tx| accounts::set_shop(tx, account_id, None))?)
}
