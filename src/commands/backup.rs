//! `kontor backup`, `kontor restore` and `kontor move`.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;

use super::source::{SettingsSource, local};
use super::{Format, Stop, failed, warn};
use crate::app;
use crate::backup::{Archive, Manifest, relocate, take};
use crate::config::{Settings, database};
use crate::domain::layout::columns;
use crate::store::Standing;

#[derive(Args)]
pub struct Backup {
    /// The file to write; it must not exist yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    source: SettingsSource,
    #[command(flatten)]
    format: Format,
}

#[derive(Args)]
pub struct Restore {
    /// The file that `kontor backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only read the backup to its end and check it
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    source: SettingsSource,
    #[command(flatten)]
    format: Format,
}

#[derive(Args)]
pub struct Move {
    /// The new, empty database: path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    to: String,
    #[command(flatten)]
    source: SettingsSource,
    #[command(flatten)]
    format: Format,
}

pub fn backup(arguments: Backup) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    // An older schema is saved as it is: that is the way back from an upgrade.
    let found = app::standing(&settings)?;
    if !matches!(found.standing, Standing::Current | Standing::Older(_)) {
        return Err(app::Error::DatabaseStanding(found).into());
    }
    let manifest = take(&settings, &arguments.file).map_err(failed)?;
    let bytes = std::fs::metadata(&arguments.file).map(|file| file.len()).unwrap_or_default();
    warn(&manifest.missing());
    let value = json!({"file": arguments.file, "bytes": bytes, "backup": summary(&manifest)});
    arguments.format.show(&value, || format!("{}: {}, {bytes} bytes\n", arguments.file.display(), counted(&manifest)));
    Ok(())
}

pub fn restore(arguments: Restore) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    let mut archive = Archive::open(&arguments.file).map_err(failed)?;
    let made = format!("made at {} by Kontor {} from {}", archive.manifest.made_at, archive.manifest.version, archive.manifest.database);
    let what = format!("{}, {made}", counted(&archive.manifest));
    if arguments.check {
        archive.check().map_err(failed)?;
        warn(&archive.manifest.missing());
        let value = json!({"file": arguments.file, "whole": true, "backup": summary(&archive.manifest)});
        arguments.format.show(&value, || format!("{}: whole; {what}\n", arguments.file.display()));
        return Ok(());
    }
    let shown = database::for_display(settings.database.expose_secret());
    let restored = archive.restore(&settings).map_err(|error| failed(format_args!("{error}; nothing was restored")))?;
    warn(&archive.manifest.missing());
    let value = json!({"database": shown, "older_schema": restored.older, "backup": summary(&archive.manifest)});
    arguments.format.show(&value, || {
        let schema = match restored.older {
            true => "its schema is that of the earlier version; `kontor migrate` or the first start brings it up to date\n",
            false => "",
        };
        format!(
            "{shown}: restored; {what}\n{schema}channels may be ahead of it: after the start, run `kontor reconcile` for each account\n"
        )
    });
    Ok(())
}

pub fn relocated(arguments: Move) -> Result<(), Stop> {
    let to = local("--to", &arguments.to)?;
    let files = arguments.source.at(&arguments.to)?;
    let settings = arguments.source.settings()?;
    let found = app::standing(&settings)?;
    if found.standing != Standing::Current {
        return Err(app::Error::DatabaseStanding(found).into());
    }
    app::check_place(&to)?;
    let copied = relocate(&settings, &to, |table, tally| log::debug!("{}: {} rows are equal", table.name, tally.rows));
    let copied = copied.map_err(|error| failed(format_args!("{error}; nothing was moved, the old database is as it was")))?;
    let steps = next_steps(&settings, &files, &to);
    let tables: Vec<_> =
        copied.iter().map(|(table, tally)| json!({"table": table.name, "rows": tally.rows, "digest": tally.digest()})).collect();
    let value = json!({"to": database::for_display(&to), "equal": true, "tables": tables, "next": steps});
    arguments.format.show(&value, || {
        let mut rows = vec![["TABLE", "ROWS", "DIGEST, EQUAL IN BOTH"].map(str::to_owned)];
        rows.extend(copied.iter().map(|(table, tally)| [table.name.clone(), tally.rows.to_string(), tally.digest()]));
        format!("{}\n{}\n", columns(&rows), steps.join("\n"))
    });
    Ok(())
}

/// `moved`: the settings as they are with the new database.
fn next_steps(settings: &Settings, moved: &Settings, to: &str) -> Vec<String> {
    let mut steps = vec![format!(
        "now name the new database in the configuration: [database] url (or url_env, url_file) for {}",
        database::for_display(to)
    )];
    let folders =
        [("documents", &settings.documents.folder, &moved.documents.folder), ("media", &settings.media.folder, &moved.media.folder)];
    steps.extend(folders.into_iter().filter(|(_, before, after)| before != after).map(|(section, before, _)| {
        let before = std::path::absolute(before).unwrap_or_else(|_| before.clone());
        format!("and the files, which stay where they are: [{section}] folder = {:?}", shown(&before))
    }));
    steps.push("the old database is unchanged; start no gateway with it any more".to_owned());
    steps
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn counted(manifest: &Manifest) -> String {
    format!("{} tables, {} rows, {} files", manifest.tables.len(), manifest.rows(), manifest.files())
}

fn summary(manifest: &Manifest) -> serde_json::Value {
    let tables: Vec<_> =
        manifest.tables.iter().map(|entry| json!({"table": entry.table.name, "rows": entry.rows, "digest": entry.digest})).collect();
    json!({
        "made_at": manifest.made_at,
        "version": manifest.version,
        "database": manifest.database,
        "tables": tables,
        "folders": manifest.folders,
    })
}
