//! The database of a gateway: made and migrated when it starts, left as it is by everybody else.

use secrecy::{ExposeSecret, SecretString};

use super::error::{DatabaseStanding, Error};
use crate::config::{Settings, database};
use crate::domain::Patience;
use crate::preparation;
use crate::store::{self, Standing, Store, Unmigrated, starts};

/// The end of the name of the step that a new database begins with.
const FIRST_STEP: &str = "_initial";

/// Opens the database with the newest schema; what an earlier program stored is completed.
pub(super) fn open(database: &str, patience: Patience) -> Result<Store, Error> {
    migrate_tables(database, |steps| log::info!("{}", announced(database, steps)))?;
    let store = Store::open_migrated(database, patience)?;
    // Before anything else is written: what a backup has lost since is recognised by the last change that it knows.
    store.write(|tx| starts::note(tx, rand::random()))?;
    preparation::fill_columns(&store)?;
    Ok(store)
}

fn migrate_tables(database: &str, begins: impl FnOnce(&[String])) -> Result<Vec<String>, Error> {
    store::migrate(database, begins).map_err(|error| match error {
        Unmigrated::Newer(step) => {
            Error::DatabaseStanding(DatabaseStanding { database: database::for_display(database), standing: Standing::Newer(step) })
        }
        Unmigrated::Failed(failure) => Error::Store(failure),
    })
}

/// What a migration is going to do, in one line.
pub(crate) fn announced(database: &str, steps: &[String]) -> String {
    let name = database::for_display(database);
    if steps.first().is_some_and(|step| step.ends_with(FIRST_STEP)) {
        return format!("{name}: the tables of Kontor are created");
    }
    let (count, list) = (steps.len(), steps.join(", "));
    let steps = if count == 1 { "step" } else { "steps" };
    format!("{name}: the migration takes {count} {steps}: {list}. Afterwards earlier versions of Kontor refuse this database")
}

/// Brings the database to the newest schema; gives the steps that were missing. `begins` hears of them before the first.
pub(crate) fn migrate(database: &SecretString, begins: impl FnOnce(&[String])) -> Result<Vec<String>, Error> {
    let database = database.expose_secret();
    check_place(database)?;
    let steps = migrate_tables(database, begins)?;
    open(database, Patience::default())?;
    Ok(steps)
}

/// What [`migrate`] would do: the steps, before which nothing is changed.
pub(crate) fn rehearse_migration(database: &SecretString) -> Result<Vec<String>, Error> {
    let url = database.expose_secret();
    check_place(url)?;
    let found = store::look(url, Patience::default())?;
    match found.standing {
        Standing::Newer(_) => {
            Err(Error::DatabaseStanding(DatabaseStanding { database: database::for_display(url), standing: found.standing }))
        }
        _ => Ok(found.missing),
    }
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

pub(crate) fn check_place(database: &str) -> Result<(), Error> {
    database::folder_fault(database).map_or(Ok(()), |fault| Err(Error::DatabasePlace(fault)))
}
