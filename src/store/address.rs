//! Where a database is, and plain connections to it.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::domain::{Failure, Patience, code};

/// What has a meaning in a file name that is a URI.
const NOT_IN_FILE_URI: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

/// Where a database is.
#[derive(Clone)]
pub(super) enum Address {
    Sqlite(String),
    Postgres(String),
}

/// An open connection that is its owner's alone.
pub(super) enum Owned {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

impl Address {
    pub(crate) fn parse(database: &str) -> Address {
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            Address::Postgres(database.to_owned())
        } else {
            Address::Sqlite(database.strip_prefix("sqlite://").unwrap_or(database).to_owned())
        }
    }

    /// As the client library takes it. A file that has vanished is not created again, and a server that is gone is noticed.
    pub(crate) fn url(&self, patience: &Patience) -> String {
        match self {
            Address::Sqlite(path) => format!("file:{}?mode=rw", utf8_percent_encode(path, NOT_IN_FILE_URI)),
            Address::Postgres(url) => {
                let seconds = patience.connect.as_secs().max(1);
                let millis = (patience.connect + patience.statement).as_millis();
                let settings = [
                    ("connect_timeout", seconds.to_string()),
                    ("tcp_user_timeout", millis.to_string()),
                    ("keepalives_idle", "30".to_owned()),
                    ("keepalives_interval", "10".to_owned()),
                    ("keepalives_count", "3".to_owned()),
                ];
                let mut whole = url.clone();
                for (key, value) in settings.iter().filter(|(key, _)| !url.contains(&format!("{key}="))) {
                    whole.push(if whole.contains('?') { '&' } else { '?' });
                    whole.push_str(&format!("{key}={value}"));
                }
                whole
            }
        }
    }

    /// Creates and changes nothing, not even the mode in which an SQLite file keeps its log.
    pub(crate) fn connect_to_look(&self, patience: &Patience) -> Result<Owned, Failure> {
        let fault = |error: &dyn std::fmt::Display| unreachable_database(self, error);
        let url = self.url(patience);
        Ok(match self {
            Address::Sqlite(_) => {
                let mut connection = SqliteConnection::establish(&url).map_err(|e| fault(&e))?;
                let busy = patience.lock.as_millis();
                let pragmas = format!("PRAGMA busy_timeout = {busy}; PRAGMA query_only = ON;");
                connection.batch_execute(&pragmas).map_err(|e| fault(&e))?;
                Owned::Sqlite(Box::new(connection))
            }
            Address::Postgres(_) => {
                let mut connection = PgConnection::establish(&url).map_err(|e| fault(&e))?;
                prepare_postgres(&mut connection, patience).map_err(|e| fault(&e))?;
                connection.batch_execute("SET default_transaction_read_only = on").map_err(|e| fault(&e))?;
                Owned::Postgres(Box::new(connection))
            }
        })
    }

    /// Without limits of time: a migration may take long, and wait for another one.
    pub(crate) fn connect_to_migrate(&self) -> Result<Owned, Failure> {
        let patience = Patience::default();
        let fault = |error: &dyn std::fmt::Display| unreachable_database(self, error);
        let url = self.url(&patience);
        Ok(match self {
            Address::Sqlite(_) => {
                let mut connection = SqliteConnection::establish(&url).map_err(|e| fault(&e))?;
                prepare_sqlite(&mut connection, &patience).map_err(|e| fault(&e))?;
                Owned::Sqlite(Box::new(connection))
            }
            Address::Postgres(_) => Owned::Postgres(Box::new(PgConnection::establish(&url).map_err(|e| fault(&e))?)),
        })
    }

    /// What an address holds that nobody may read in a log or an answer.
    fn secrets(&self) -> Vec<&str> {
        let Address::Postgres(url) = self else { return Vec::new() };
        let (_, rest) = url.split_once("://").unwrap_or_default();
        let (login, _) = rest.rsplit_once('@').unwrap_or_default();
        let in_login = login.split_once(':').map(|(_, password)| password);
        let in_query = url.split(['?', '&']).filter_map(|part| part.strip_prefix("password="));
        in_login.into_iter().chain(in_query).filter(|secret| !secret.is_empty()).collect()
    }
}

/// `busy_timeout` first: the others may already have to wait. `FULL` because an answered call is on disk.
pub(super) fn prepare_sqlite(connection: &mut SqliteConnection, patience: &Patience) -> diesel::QueryResult<()> {
    let busy = patience.lock.as_millis();
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {busy}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;",
    ))
}

/// The last one frees the clock from a process that has stopped in the middle of a transaction.
pub(super) fn prepare_postgres(connection: &mut PgConnection, patience: &Patience) -> diesel::QueryResult<()> {
    let (statement, lock) = (patience.statement.as_millis(), patience.lock.as_millis());
    let idle = patience.turn.as_millis();
    connection.batch_execute(&format!(
        "SET statement_timeout = {statement}; SET lock_timeout = {lock}; SET idle_in_transaction_session_timeout = {idle};"
    ))
}

/// Client libraries quote an address that they cannot read, password and all.
pub(super) fn without_secrets(address: &Address, error: &dyn std::fmt::Display) -> String {
    address.secrets().into_iter().fold(error.to_string(), |text, secret| text.replace(secret, "…"))
}

pub(super) fn unreachable_database(address: &Address, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(code::DATABASE, [&without_secrets(address, error)])
}
