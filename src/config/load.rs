//! One file in, settings or every fault of it out.

use std::net::SocketAddr;
use std::path::Path;

use super::check::{Checker, check};
use super::read::parse;
use super::secret::Secrets;
use super::{Account, Fault, Settings};

#[derive(Debug)]
pub struct Loaded {
    pub settings: Settings,
    /// What works but should not stay so.
    pub warnings: Vec<Fault>,
}

/// What the command line says instead of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub listen: Option<SocketAddr>,
    /// As it stands: a relative path is relative to the current folder, not to the file's.
    pub database: Option<String>,
}

/// What the checks must know of the connectors; handed in, because the settings are below the connectors.
pub struct Connectors<'a> {
    /// Names in the registry.
    pub known: &'a [&'a str],
    /// Checks the connector's own settings, without calling the channel. A text with `[accounts.settings] key: …`
    /// is shown at that key.
    pub check: &'a dyn Fn(&Account) -> Result<(), String>,
}

/// Reads and checks the file.
///
/// # Errors
/// Every fault of the file, in the order of its lines.
pub fn load(path: &Path, overrides: &Overrides, connectors: &Connectors<'_>) -> Result<Loaded, Vec<Fault>> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| {
        let text = format!("cannot be read: {e}; expected a TOML file in UTF-8, kontor.example.toml is a start");
        vec![Fault { file: file.clone(), line: 0, column: 0, path: String::new(), text }]
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let env = |name: &str| std::env::var(name).ok();
    load_text(&file, &text, Secrets { env: &env, folder }, overrides, connectors)
}

pub(super) fn load_text(
    file: &str,
    text: &str,
    secrets: Secrets<'_>,
    overrides: &Overrides,
    connectors: &Connectors<'_>,
) -> Result<Loaded, Vec<Fault>> {
    let mut c = Checker::new(file, text, secrets);
    let settings = match parse(text) {
        Ok(parsed) => {
            c.know_places(parsed.places);
            parsed.problems.into_iter().for_each(|p| c.problem(p));
            Some(check(&mut c, parsed.raw, overrides, connectors))
        }
        Err(problems) => {
            problems.into_iter().for_each(|p| c.problem(p));
            None
        }
    };
    match settings {
        Some(settings) if c.faults.is_empty() => Ok(Loaded { settings, warnings: c.warnings }),
        _ => {
            c.faults.sort_by_key(|f| (f.line, f.column));
            Err(c.faults)
        }
    }
}
