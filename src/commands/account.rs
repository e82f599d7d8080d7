//! `kontor account`: what a person has to decide about an account.

use clap::Subcommand;

use super::reconcile::compared;
use super::source::SettingsSource;
use super::{Error, Stop, print};
use crate::app;
use crate::config::Settings;
use crate::domain::AccountId;
use crate::store::{account_categories, accounts, catalogue};

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
    /// Bring a shop that has offers already under control: compare them with the articles, and take its categories over. Nothing in
    /// the shop changes
    Import {
        /// The account number
        #[arg(long, value_name = "ID")]
        account: i32,
        #[command(flatten)]
        source: SettingsSource,
    },
}

pub fn run(command: Account) -> Result<(), Stop> {
    match command {
        Account::SameShop { account, source } => {
            let settings = source.settings()?;
            same_shop(&settings, AccountId(account))?;
            print(&format!("account {account}: the shop that answers next is its shop\n"));
        }
        Account::Import { account, source } => {
            let settings = source.settings()?;
            print(&import(&settings, AccountId(account))?);
        }
    }
    Ok(())
}

/// Reports which offers of the shop have an article, and which have none; categories of the shop become those of the account.
fn import(settings: &Settings, account_id: AccountId) -> Result<String, Error> {
    let (mut text, _) = compared(settings, account_id, false, false)?;
    let store = app::open_existing(settings)?;
    let Some(tree) = store.read(|conn| catalogue::tree(conn, account_id))? else {
        text.push_str(&format!(
            "account {account_id}: its categories were not read yet; Kontor reads them once a day, run this again then\n"
        ));
        return Ok(text);
    };
    let all = tree.len();
    let new = store.write(move |tx| account_categories::take_over(tx, account_id, &tree))?;
    text.push_str(&format!("account {account_id}: categories {all}, taken over {new}\n"));
    Ok(text)
}

fn same_shop(settings: &Settings, account_id: AccountId) -> Result<(), Error> {
    settings.known_account(account_id)?;
    let store = app::open_existing(settings)?;
    Ok(store.write(move |tx| accounts::set_shop(tx, account_id, None))?)
}
