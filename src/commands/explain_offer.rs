//! `kontor offer explain`.

use clap::Args;
use serde_json::{Value, json};

use super::source::SettingsSource;
use super::{Error, Format, Stop};
use crate::app;
use crate::config::Settings;
use crate::domain::{AccountId, Reader, Stamp};
use crate::preparation::{self, Explanation, Frame};
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
    #[command(flatten)]
    pub(super) format: Format,
}

pub fn run(arguments: ExplainOffer) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    let (text, value) = explained(&settings, AccountId(arguments.account), &arguments.item)?;
    arguments.format.show(&value, || text);
    Ok(())
}

/// What an account would show of an item, and why.
fn explained(settings: &Settings, account_id: AccountId, item: &str) -> Result<(String, Value), Error> {
    let account = settings.known_account(account_id)?;
    let store = app::open_existing(settings)?;
    let zone = settings.mandator(account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
    let language = settings.language_of(account.mandator_id);
    let frame = Frame { account, public_url: &settings.server.public_url, today: Stamp::now().day_in(zone) };
    let explained = store.read(|conn| {
        let found = items::ids_by_number(conn, account.mandator_id, &[item])?;
        let Some((_, item_id)) = found.first() else { return Ok(None) };
        Ok(preparation::explain(conn, &frame, *item_id)?.map(|explanation| {
            let reader = Reader { language, ..Reader::ADMIN };
            (explanation.table(language), value_of(&explanation, reader))
        }))
    });
    explained?.ok_or_else(|| Error::UnknownItem { mandator_id: account.mandator_id, item: item.to_owned() })
}

fn value_of(explanation: &Explanation, reader: Reader) -> Value {
    let lines = explanation.lines(reader).into_iter();
    let missing = explanation.missing(reader).into_iter();
    json!({
        "internal_item_number": explanation.internal_item_number,
        "values": lines.map(|line| json!({"name": line.name, "value": line.value, "source": line.source, "reason": line.reason})).collect::<Vec<_>>(),
        "missing": missing
            .map(|missing| json!({"name": missing.name, "blocking": missing.blocking, "reason": missing.reason, "remedy": missing.remedy}))
            .collect::<Vec<_>>(),
    })
}
