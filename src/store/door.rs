//! The way to new connections while a gateway runs, and what is known about the database behind them.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use super::address::{Address, Owned, prepare_postgres, prepare_sqlite, unreachable_database, without_secrets};
use super::file::Opened;
use super::outage::Outage;
use crate::domain::{Failure, Patience, code};

/// The one way to new connections, with what is known about the database behind it.
pub(super) struct Door {
    pub address: Address,
    pub patience: Patience,
    pub outage: Outage,
    /// Some buyers get mails.
    pub mails: AtomicBool,
    /// Of SQLite.
    file: Option<Opened>,
}

impl Door {
    pub(crate) fn new(address: Address, patience: Patience) -> Result<Door, Failure> {
        let file = match &address {
            Address::Sqlite(path) => Some(Opened::new(path).map_err(|e| unreachable_database(&address, &e))?),
            Address::Postgres(_) => None,
        };
        Ok(Door { address, patience, outage: Outage::default(), mails: AtomicBool::new(false), file })
    }

    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.address, Address::Postgres(_))
    }

    /// Fails when the database is not the one any more that was opened.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.file.as_ref().map_or(Ok(()), Opened::check)
    }

    /// A new connection. While the database cannot be reached, attempts are made at growing distances only.
    pub(crate) fn connect(&self) -> Result<Owned, Failure> {
        if let Some(why) = self.outage.pauses(Instant::now()) {
            return Err(Failure::new(code::DATABASE, [&why]));
        }
        self.check()?;
        let url = self.address.url(&self.patience);
        let connected: Result<Owned, ConnectionError> = match &self.address {
            Address::Sqlite(_) => SqliteConnection::establish(&url).and_then(|mut connection| {
                prepare_sqlite(&mut connection, &self.patience).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Owned::Sqlite(Box::new(connection)))
            }),
            Address::Postgres(_) => PgConnection::establish(&url).and_then(|mut connection| {
                prepare_postgres(&mut connection, &self.patience).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Owned::Postgres(Box::new(connection)))
            }),
        };
        match connected {
            Ok(connection) => {
                self.outage.is_over(Instant::now());
                Ok(connection)
            }
            Err(error) => Err(self.cannot(&error)),
        }
    }

    /// Notes that no connection can be made.
    pub(crate) fn cannot(&self, error: &dyn std::fmt::Display) -> Failure {
        let why = without_secrets(&self.address, error);
        self.outage.failed(&why, Instant::now());
        Failure::new(code::DATABASE, [&why])
    }
}
