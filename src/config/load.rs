//! One file in, settings or every fault of it out.

use std::path::Path;

use super::check::{Checker, check};
use super::given::{Connectors, Overrides};
use super::read::parse;
use super::secret::Secrets;
use super::{Fault, Settings};

#[derive(Debug)]
pub struct Loaded {
    pub settings: Settings,
    /// What works but should not stay so.
    pub warnings: Vec<Fault>,
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
