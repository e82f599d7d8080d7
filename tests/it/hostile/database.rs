//! The database is taken away, locked, filled up or stopped while calls run: what was answered is true, and nothing is
//! booked twice.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::json;

use crate::config::Config;
use crate::erp::{Erp, everywhere};
use crate::world::{Database, Reply, World, eventually};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Somebody else at the same database.
enum Stranger {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Stranger {
    fn at(database: Database, world: &World) -> Stranger {
        let address = world.database();
        match database {
            Database::Sqlite => Stranger::Sqlite(SqliteConnection::establish(address).expect("the file")),
            Database::Postgres => Stranger::Postgres(PgConnection::establish(address).expect("the server")),
        }
    }

    fn count(&mut self, query: &str) -> i64 {
        let counted = match self {
            Stranger::Sqlite(c) => diesel::sql_query(query).get_result::<Count>(c),
            Stranger::Postgres(c) => diesel::sql_query(query).get_result::<Count>(c),
        };
        counted.map_or(0, |count| count.n)
    }

    /// Waits until a call with a key is committed.
    fn see_commit(&mut self) {
        let committed = "SELECT COUNT(*) AS n FROM replays WHERE keyed";
        eventually("the commit", || if self.count(committed) > 0 { Ok(()) } else { Err("no answer is kept".to_owned()) });
    }

    /// Takes the database away: on PostgreSQL all connections but this one, on SQLite the right to write.
    fn strike(&mut self) {
        match self {
            // An error: it is locked already.
            Stranger::Sqlite(c) => drop(c.batch_execute("BEGIN IMMEDIATE")),
            Stranger::Postgres(c) => c
                .batch_execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .expect("the right to terminate"),
        }
    }

    fn relent(&mut self) {
        if let Stranger::Sqlite(c) = self {
            c.batch_execute("ROLLBACK").expect("the lock");
        }
    }
}

/// A world with a running offer, on a channel that takes its time.
fn slow_world(database: Database, config: &Config) -> World {
    let world = World::configured(database, &config.text());
    Erp::on(&world, kontor::operations::Face::Compat).list("MUG", "9.90", 3);
    world.sandbox("/faults", &json!({"delay_ms": 1500}));
    world
}

const BOOKING: [(&str, &str); 1] = [("Idempotency-Key", "booking")];

fn replayed(reply: &Reply) -> bool {
    reply.header("x-replayed") == Some("1")
}

#[test]
fn what_is_committed_is_answered_as_a_success_whatever_the_database_does_afterwards() {
    everywhere(|database, face| {
        let world = slow_world(database, &Config { dispatch: "wait_ms = 1000", ..Config::default() });
        let erp = Erp::on(&world, face);
        let document = erp.stock_document("MUG", 5, false);
        let mut stranger = Stranger::at(database, &world);
        let first = std::thread::scope(|scope| {
            let call = scope.spawn(|| erp.send(&document, &BOOKING));
            stranger.see_commit();
            while !call.is_finished() {
                stranger.strike();
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            call.join().unwrap()
        });
        stranger.relent();
        assert_eq!(first.status, 200, "{database:?}: {}", first.body);
        assert_eq!(first.header("x-kontor-pending"), Some("1"), "what could not be found out is pending: {}", first.body);
        let again = eventually("an answer", || {
            let again = erp.send(&document, &BOOKING);
            if again.status == 200 { Ok(again) } else { Err(again.body) }
        });
        assert!(!replayed(&first) && replayed(&again));
        assert_eq!(erp.stock_of("MUG").0, 8, "{database:?}: booked once");
    });
}
