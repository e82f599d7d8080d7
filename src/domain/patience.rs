//! How long Kontor waits for its database before a call is answered with a fault.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection: a new one, or a free one to read with. Default 5 s.
    pub connect: Duration,
    /// For a lock that somebody else holds. Default 10 s.
    pub lock: Duration,
    /// For one statement; PostgreSQL only. Default 30 s.
    pub statement: Duration,
    /// For the turn to write, and on PostgreSQL for all that a call reads. Default 60 s.
    pub turn: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(5),
            lock: Duration::from_secs(10),
            statement: Duration::from_secs(30),
            turn: Duration::from_secs(60),
        }
    }
}
