//! The database of a gateway: made and migrated when it starts, left as it is by everybody else.

use secrecy::{ExposeSecret, SecretString};

use super::error::{DatabaseStanding, Error};
use crate::config::{Settings, database};
use crate::domain::{Failure, Patience};
use crate::preparation;
use crate::store::{self, Standing, Store, starts};

/// Opens the database with the newest schema; what an earlier program stored is completed.
pub(super) fn open(database: &str, patience: Patience) -> Result<Store, Failure> {
    let store = Store::open_with(database, patience)?;
    // Before anything else is written: what a backup has lost since is recognised by the last change that it knows.
    store.write(|tx| starts::note(tx, rand::random()))?;
    preparation::fill_columns(&store)?;
    Ok(store)
}

/// Brings the database to the newest schema; gives the steps that were missing.
pub(crate) fn migrate(database: &SecretString) -> Result<Vec<String>, Error> {
    let database = database.expose_secret();
    check_place(database)?;
    let steps = store::migrate(database)?;
    open(database, Patience::default())?;
    Ok(steps)
}

/// What a gateway has stored, as it is: only `serve` and `migrate` create or migrate a database.
pub(crate) fn open_existing(settings: &Settings) -> Result<Store, Error> {
    let found = standing(settings)?;
    match found.standing {
        Standing::Current => Ok(Store::open_migrated(settings.database.expose_secret(), settings.patience)?),
        _ => Err(Error::DatabaseStanding(found)),
    }
}

/// Looks which schema the database has, without changing anything.
pub(crate) fn standing(settings: &Settings) -> Result<DatabaseStanding, Error> {
    let database = settings.database.expose_secret();
    check_place(database)?;
    Ok(DatabaseStanding { database: database::for_display(database), standing: store::standing(database, settings.patience)? })
}

pub(super) fn check_place(database: &str) -> Result<(), Error> {
    database::folder_fault(database).map_or(Ok(()), |fault| Err(Error::DatabasePlace(fault)))
}
