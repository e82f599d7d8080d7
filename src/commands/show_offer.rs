//! `kontor offer show`.

use clap::Args;

use super::source::SettingsSource;
use super::{Format, Stop, failed, usage};
use crate::support::OfferChoice;

#[derive(Args)]
pub struct ShowOffer {
    /// The offer number
    #[arg(long, value_name = "ID", conflicts_with_all = ["account", "item"], required_unless_present = "item")]
    pub(super) offer: Option<i32>,
    /// The account number
    #[arg(long, value_name = "ID", requires = "item")]
    pub(super) account: Option<i32>,
    /// The merchant's item number
    #[arg(long, value_name = "NUMBER", requires = "account")]
    pub(super) item: Option<String>,
    #[command(flatten)]
    pub(super) source: SettingsSource,
    #[command(flatten)]
    pub(super) format: Format,
}

pub fn run(arguments: ShowOffer) -> Result<(), Stop> {
    let choice = match (arguments.offer, arguments.account, arguments.item) {
        (Some(number), _, _) => OfferChoice::Number(number),
        (None, Some(account), Some(item)) => OfferChoice::Item { account, item },
        _ => return Err(usage("name the offer by --offer, or by --account and --item")),
    };
    let answer = arguments.source.desk()?.offer(&choice).map_err(failed)?;
    arguments.format.show(&answer.value, || answer.text);
    Ok(())
}
