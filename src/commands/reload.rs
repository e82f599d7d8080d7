//! `kontor reload`: has the running gateways read their configuration again.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use super::source::SettingsSource;
use super::{Format, Stop, failed};
use crate::app;
use crate::domain::Stamp;
use crate::store::reloads::{self, AnswerRow};

/// How often it is looked for answers, how long for the first, and for those of other gateways after it.
const LOOK: Duration = Duration::from_millis(100);
const FIRST: Duration = Duration::from_secs(20);
const OTHERS: Duration = Duration::from_secs(3);
/// How long requests are kept.
const KEPT_MILLIS: i64 = 24 * 60 * 60 * 1000;

#[derive(Args)]
pub struct ReloadArguments {
    #[command(flatten)]
    source: SettingsSource,
    #[command(flatten)]
    format: Format,
}

pub fn run(arguments: ReloadArguments) -> Result<(), Stop> {
    // A faulty file is said here already, and no gateway is asked.
    let settings = arguments.source.settings()?;
    let store = app::open_existing(&settings)?;
    let reload_id = store.write(|tx| reloads::ask(tx, Stamp::now().plus_millis(-KEPT_MILLIS))).map_err(failed)?;
    let asked = Instant::now();
    let mut first: Option<Instant> = None;
    let answers = loop {
        let answers = store.read(|conn| reloads::answers(conn, reload_id)).map_err(failed)?;
        if !answers.is_empty() {
            let since = *first.get_or_insert_with(Instant::now);
            // An SQLite database has one gateway.
            if !store.is_shared() || since.elapsed() > OTHERS {
                break answers;
            }
        } else if asked.elapsed() > FIRST {
            let text = "no gateway has answered: either none runs with this database, or it is still starting. \
                        A gateway takes another [database] over only when it is started again";
            return Err(failed(text));
        }
        std::thread::sleep(LOOK);
    };
    let text: String = answers.iter().map(said).collect();
    if answers.iter().any(|answer| !answer.worked) {
        return Err(Stop::Failed(text.trim_end().to_owned()));
    }
    let gateways: Vec<_> = answers.iter().map(|answer| json!({"gateway": answer.gateway, "lines": lines(answer)})).collect();
    arguments.format.show(&json!({"reloaded": true, "gateways": gateways}), || text);
    Ok(())
}

fn lines(answer: &AnswerRow) -> Vec<&str> {
    answer.answer.lines().collect()
}

fn said(answer: &AnswerRow) -> String {
    let outcome = match (answer.worked, answer.answer.is_empty()) {
        (true, true) => "reloaded; users and accounts are as before",
        (true, false) => "reloaded",
        (false, _) => "nothing was changed",
    };
    let lines: String = answer.answer.lines().map(|line| format!("  {line}\n")).collect();
    format!("{}: {outcome}\n{lines}", answer.gateway)
}
