//! `kontor import`: moves a mandator over from a running CONNECT, or from another Kontor.

use std::io::{self, IsTerminal};

use clap::Args;
use secrecy::SecretString;

use super::source::SettingsSource;
use super::{Error, Stop, failed, print, usage};
use crate::app;
use crate::domain::MandatorId;
use crate::moving::{self, Source};

/// Where the password of the source is read from, if it is set.
const PASSWORD: &str = "KONTOR_IMPORT_PASSWORD";

#[derive(Args)]
pub struct Import {
    /// Address of the webservice to read from; only fetch calls go there
    #[arg(long, value_name = "URL")]
    pub(super) from: String,
    /// User there; the password is read from KONTOR_IMPORT_PASSWORD, or asked for
    #[arg(long, value_name = "NAME")]
    pub(super) user: String,
    /// The mandator there
    #[arg(long, value_name = "ID")]
    pub(super) mandator: i32,
    /// The mandator here; without it, the same number
    #[arg(long, value_name = "ID")]
    pub(super) into: Option<i32>,
    /// Say what would be taken over and what cannot be; nothing is stored
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) source: SettingsSource,
}

pub fn run(arguments: Import) -> Result<(), Stop> {
    let Import { from, user, mandator, into, dry_run, source } = arguments;
    let settings = source.settings()?;
    let here = MandatorId(into.unwrap_or(mandator));
    if settings.mandator(here).is_none() {
        let known = settings.mandators.iter().map(|mandator| mandator.mandator_id.to_string()).collect::<Vec<_>>().join(", ");
        return Err(failed(Error::UnknownMandator { asked: here.0, known }));
    }
    let source = Source::new(&from, &user, password()?).map_err(usage)?;
    let store = app::open_existing(&settings)?;
    let import = moving::Import { settings: &settings, source: &source, address: &from, mandators: (mandator, here), rehearsal: dry_run };
    let done = import.run(&store, &mut |line| log::info!("{line}"));
    store.close();
    let report = done.map_err(failed)?;
    print(&report.text());
    match report.is_complete() {
        true => Ok(()),
        false => Err(failed("not everything was taken over; the lines above say why")),
    }
}

fn password() -> Result<SecretString, Stop> {
    if let Some(password) = std::env::var(PASSWORD).ok().filter(|password| !password.is_empty()) {
        return Ok(SecretString::from(password));
    }
    if !io::stdin().is_terminal() {
        return Err(usage(format_args!("the password of the source is missing; set {PASSWORD}")));
    }
    let password = rpassword::prompt_password("Password of the source: ").map_err(|error| failed(format!("terminal: {error}")))?;
    Ok(SecretString::from(password))
}
