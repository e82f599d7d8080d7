//! `kontor move`: from one database to another, with the proof that both have the same.

use secrecy::ExposeSecret as _;

use super::must_be_empty;
use crate::config::{Settings, database};
use crate::store::Sole;
use crate::store::copies::{CopyError, Table, Tally, fill, is_worked_on, snapshot};

/// Copies all data into an empty database. `done` hears of each table that was copied and compared. The files of documents and media
/// stay where they are.
///
/// # Errors
/// Why nothing was copied: then the new database is as empty as before.
pub(crate) fn relocate(settings: &Settings, to: &str, done: impl FnMut(&Table, &Tally)) -> Result<Vec<(Table, Tally)>, CopyError> {
    let from = settings.database.expose_secret();
    let patience = settings.patience;
    must_be_empty(to, &database::for_display(to), patience)?;
    // What the gateway took in after the snapshot would be lost.
    let _from = Sole::of(from).map_err(CopyError::Refused)?;
    if is_worked_on(from, &patience)? {
        let text = "gateways or other programs are connected to the database; stop them first, because what they write now would be lost";
        return Err(CopyError::Refused(text.to_owned()));
    }
    let _to = Sole::of(to).map_err(CopyError::Refused)?;
    snapshot(from, &patience, |snapshot| fill(to, snapshot, done))
}
