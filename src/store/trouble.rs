//! The store when its database is locked, full, gone, away or silent.

mod relay;

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use self::relay::{Mode, Relay};
use super::schema::counters;
use super::testing::{Guard, places};
use super::{Conn, Sole, Store, Tx};
use crate::domain::{Failure, Patience, code};
use crate::on;

const SECOND: Duration = Duration::from_secs(1);
/// Of tests in which time has to run out.
const LITTLE: Patience = Patience { connect: SECOND, lock: SECOND, statement: SECOND, turn: Duration::from_secs(3) };

/// Writes a row that would not go twice.
fn note(name: &str) -> impl FnOnce(&mut Tx<'_>) -> Result<(), Failure> + Send + use<> {
    let name = name.to_owned();
    move |tx| {
        on!(&mut tx.conn, c => diesel::insert_into(counters::table)
            .values((counters::name.eq(&name), counters::last.eq(1)))
            .execute(c))?;
        Ok(())
    }
}

fn names(conn: &mut Conn<'_>) -> Result<Vec<String>, Failure> {
    Ok(on!(conn, c => counters::table.order(counters::name).select(counters::name).load(c))?)
}

fn number(result: Result<(), Failure>) -> i32 {
    result.map_or_else(|failure| failure.code.number, |()| 0)
}

/// A store on PostgreSQL behind a relay; the address leads past it.
fn behind_relay() -> Option<(Store, Relay, String, Guard)> {
    let (_, address, guard) = places().into_iter().nth(1)?;
    let relay = Relay::to(&address);
    let store = Store::open_with(&relay.address, LITTLE).unwrap();
    Some((store, relay, address, guard))
}

fn on_sqlite() -> (Store, String, Guard) {
    let (_, path, guard) = places().remove(0);
    (Store::open_with(&path, LITTLE).unwrap(), path, guard)
}

#[test]
fn a_lock_of_somebody_else_is_waited_for_within_bounds_and_holds_up_no_reader() {
    for (name, address, _guard) in places() {
        let store = Store::open_with(&address, LITTLE).unwrap();
        let lock_on = |work: &dyn Fn()| match name.as_str() {
            "SQLite" => {
                let mut stranger = SqliteConnection::establish(&address).unwrap();
                stranger.batch_execute("BEGIN IMMEDIATE").unwrap();
                work();
                stranger.batch_execute("ROLLBACK").unwrap();
            }
            _ => {
                let mut stranger = PgConnection::establish(&address).unwrap();
                stranger.batch_execute("BEGIN; SELECT last FROM change_clock FOR UPDATE").unwrap();
                work();
                stranger.batch_execute("ROLLBACK").unwrap();
            }
        };
        lock_on(&|| {
            assert_eq!(number(store.write(note("a"))), code::DATABASE.number, "{name}");
            assert_eq!(number(store.settle_clock()), code::DATABASE.number, "{name}");
            assert_eq!(number(store.ready()), code::DATABASE.number, "{name}: what cannot write is not ready");
            assert_eq!(store.read(names).unwrap(), [""; 0], "{name}: refused, so not stored");
        });
        assert_eq!(number(store.write(note("a"))), 0, "{name}");
        assert_eq!(store.read_in_time(names).unwrap(), ["a"], "{name}");
        assert!(!store.is_unreachable(), "{name}: locked is not gone");
    }
}

#[test]
fn what_is_to_be_done_later_is_done_with_the_next_commit_that_works() {
    for (name, address, _guard) in places() {
        let store = Store::open_with(&address, LITTLE).unwrap();
        let later = |tx: &mut Tx<'_>| note("later")(tx);
        match name.as_str() {
            "SQLite" => {
                let mut stranger = SqliteConnection::establish(&address).unwrap();
                stranger.batch_execute("BEGIN IMMEDIATE").unwrap();
                store.write_later(later);
                assert_ne!(number(store.write(note("a"))), 0);
                stranger.batch_execute("ROLLBACK").unwrap();
            }
            _ => {
                let mut stranger = PgConnection::establish(&address).unwrap();
                stranger.batch_execute("BEGIN; SELECT last FROM change_clock FOR UPDATE").unwrap();
                store.write_later(later);
                assert_ne!(number(store.write(note("a"))), 0);
                stranger.batch_execute("ROLLBACK").unwrap();
            }
        }
        assert_eq!(number(store.write(note("b"))), 0, "{name}");
        assert_eq!(store.read(names).unwrap(), ["b", "later"], "{name}");
    }
}

#[test]
fn a_commit_whose_answer_is_lost_is_a_success() {
    let Some((store, relay, _, _guard)) = behind_relay() else { return };
    relay.set(Mode::LoseAnswerToCommit);
    assert_eq!(number(store.write(note("a"))), 0);
    assert_eq!(store.read(names).unwrap(), ["a"]);
    assert_eq!(number(store.write(note("b"))), 0);
}

#[test]
fn a_commit_that_does_not_reach_the_server_is_a_failure() {
    let Some((store, relay, _, _guard)) = behind_relay() else { return };
    relay.set(Mode::LoseCommit);
    assert_eq!(number(store.write(note("a"))), code::DATABASE.number);
    assert_eq!(store.read(names).unwrap(), [""; 0]);
    assert_eq!(number(store.write(note("a"))), 0);
}

#[test]
fn a_commit_that_nothing_can_be_found_out_about_is_called_that() {
    let Some((store, relay, address, _guard)) = behind_relay() else { return };
    relay.set(Mode::LoseAnswerToCommitAndBeGone);
    assert_eq!(number(store.write(note("a"))), code::OUTCOME_UNKNOWN.number);
    let beside = Store::open(&address).unwrap();
    assert_eq!(beside.read(names).unwrap(), ["a"], "here it was stored");
}

#[test]
fn a_server_that_was_restarted_is_not_noticed_by_the_next_write() {
    let Some((store, relay, _, _guard)) = behind_relay() else { return };
    assert_eq!(number(store.write(note("a"))), 0);
    relay.cut();
    assert_eq!(number(store.write(note("b"))), 0);
    assert_eq!(store.read(names).unwrap(), ["a", "b"]);
}

#[test]
fn a_statement_that_takes_too_long_is_ended_and_only_its_call_fails() {
    let Some((store, _, _, _guard)) = behind_relay() else { return };
    let sleep = "SELECT pg_sleep(600)";
    let slow = |conn: &mut Conn<'_>| -> Result<(), Failure> {
        match conn {
            Conn::Postgres(c) => Ok(c.batch_execute(sleep)?),
            Conn::Sqlite(_) => Ok(()),
        }
    };
    let written = store.write(move |tx| {
        note("slow")(tx)?;
        slow(&mut tx.conn)
    });
    assert_eq!(number(written), code::DATABASE.number);
    assert_eq!(number(store.read_in_time(slow)), code::DATABASE.number);
    assert_eq!(number(store.look(slow)), code::DATABASE.number);
    assert_eq!((number(store.write(note("a"))), number(store.ready())), (0, 0));
    assert_eq!(store.read(names).unwrap(), ["a"], "refused, so not stored");
}

#[test]
fn those_who_look_after_the_gateway_have_connections_that_no_call_takes() {
    for (name, address, _guard) in places() {
        let store = Store::open_with(&address, LITTLE).unwrap();
        std::thread::scope(|scope| {
            let (taken, is_taken) = std::sync::mpsc::channel();
            let mut releases = Vec::new();
            for _ in 0..super::connection::READERS {
                let (release, released) = std::sync::mpsc::channel::<()>();
                releases.push(release);
                let (store, taken) = (&store, taken.clone());
                scope.spawn(move || {
                    store.read(|_| {
                        taken.send(()).unwrap();
                        let _ = released.recv();
                        Ok(())
                    })
                });
                is_taken.recv().unwrap();
            }
            assert_eq!(number(store.read(|_| Ok(()))), code::DATABASE.number, "{name}: all of them are taken");
            assert_eq!(store.look(names).unwrap(), [""; 0], "{name}");
        });
    }
}

#[test]
fn a_server_that_hangs_holds_nobody_up_for_good() {
    let Some((store, relay, _, _guard)) = behind_relay() else { return };
    relay.set(Mode::Hang);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| number(store.write(note("a"))));
        // Now the first has its turn, and shares it with no other.
        relay.wait_until_it_holds();
        let read = scope.spawn(|| store.read_in_time(names).map_or_else(|failure| failure.code.number, |_| 0));
        let ready = scope.spawn(|| number(store.ready()));
        assert_eq!(ready.join().unwrap(), code::DATABASE.number);
        let second = scope.spawn(|| number(store.write(note("b"))));
        assert_eq!(second.join().unwrap(), code::DATABASE.number, "its turn never came");
        assert_eq!(read.join().unwrap(), code::DATABASE.number);
        assert_eq!(number(store.look(|_| Ok(()))), code::DATABASE.number);
        let first = first.join().unwrap();
        assert!(first == code::OUTCOME_UNKNOWN.number || first == code::DATABASE.number, "{first}");
    });
    relay.set(Mode::Open);
    relay.cut();
    let works_again = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        number(store.write(note("c"))) == 0
    });
    assert!(works_again);
}

#[test]
fn a_server_that_is_gone_is_called_at_growing_distances_and_found_again() {
    let Some((store, relay, _, _guard)) = behind_relay() else { return };
    assert_eq!(number(store.write(note("a"))), 0);
    relay.set(Mode::Gone);
    relay.cut();
    let before = relay.connections();
    for _ in 0..500 {
        assert_eq!(number(store.write(note("b"))), code::DATABASE.number);
    }
    for _ in 0..10 {
        assert!(store.read(names).is_err());
    }
    let attempts = relay.connections() - before;
    assert!(attempts < 60, "{attempts} attempts for 510 calls");
    assert!(store.is_unreachable());
    relay.set(Mode::Open);
    let works_again = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        number(store.write(note("c"))) == 0
    });
    assert!(works_again && !store.is_unreachable());
    assert_eq!(store.read(names).unwrap(), ["a", "c"]);
}

#[test]
fn a_password_is_not_in_an_error() {
    let url = "postgres://kontor:S3cretPw%zz@127.0.0.1:1/kontor?password=S4cretPw";
    let Err(failure) = Store::open(url) else { panic!("there is no such server") };
    assert!(!failure.to_string().contains("cretPw"), "{failure}");
}

#[cfg(unix)]
mod sqlite {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn all_refuse(store: &Store) {
        let gone = code::DATABASE_GONE.number;
        assert_eq!(number(store.write(note("lost"))), gone);
        assert_eq!(store.read(names).map_or_else(|failure| failure.code.number, |_| 0), gone);
        std::thread::sleep(SECOND);
        assert_eq!(number(store.ready()), gone);
    }

    #[test]
    fn a_file_that_is_not_the_one_that_was_opened_takes_no_writes_until_it_is_back() {
        let (store, path, _guard) = on_sqlite();
        assert_eq!(number(store.write(note("a"))), 0);
        for file in [path.clone(), format!("{path}-wal")] {
            let away = format!("{file}.away");
            std::fs::rename(&file, &away).unwrap();
            all_refuse(&store);
            assert!(!std::path::Path::new(&file).exists(), "nothing new is put in its place");
            std::fs::copy(&away, &file).unwrap();
            all_refuse(&store);
            std::fs::rename(&away, &file).unwrap();
            assert_eq!(number(store.write(note(&file))), 0, "{file} is back");
        }
        assert_eq!(store.read(names).unwrap().len(), 3);
    }

    #[test]
    fn only_the_owner_may_read_a_new_database() {
        let (store, path, _guard) = on_sqlite();
        assert_eq!(number(store.write(note("a"))), 0);
        let _sole = Sole::of(&path).unwrap();
        for suffix in ["", "-wal", "-shm", ".lock"] {
            let mode = std::fs::metadata(format!("{path}{suffix}")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{suffix}");
        }
    }

    #[test]
    fn a_closed_store_is_one_file() {
        let (store, path, _guard) = on_sqlite();
        assert_eq!(number(store.write(note("a"))), 0);
        store.close();
        assert_eq!(std::fs::metadata(format!("{path}-wal")).map_or(0, |wal| wal.len()), 0);
        let copy = format!("{path}.copy");
        std::fs::copy(&path, &copy).unwrap();
        assert_eq!(Store::open(&copy).unwrap().read(names).unwrap(), ["a"]);
        assert_ne!(number(store.write(note("b"))), 0, "closed is closed");
    }

    #[test]
    fn one_process_at_a_time_has_the_database() {
        let (_store, path, _guard) = on_sqlite();
        let first = Sole::of(&path).unwrap();
        let link = format!("{path}.link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for name in [&path, &link] {
            let refusal = Sole::of(name).unwrap_err();
            assert!(refusal.contains(&format!("(process {})", std::process::id())), "{refusal}");
        }
        drop(first);
        assert!(Sole::of(&link).unwrap().is_some());
        assert!(Sole::of("postgres://127.0.0.1/kontor").unwrap().is_none(), "PostgreSQL is for many");
    }

    #[test]
    fn a_full_disk_loses_nothing_that_was_acknowledged() {
        let (store, _, _guard) = on_sqlite();
        let most = |tx: &mut Tx<'_>| match &mut tx.conn {
            Conn::Sqlite(c) => Ok(c.batch_execute("PRAGMA max_page_count = 1")?),
            Conn::Postgres(_) => Ok(()),
        };
        assert_eq!(number(store.write(most)), 0, "it becomes the size that the file has");
        let mut acknowledged = Vec::new();
        let refused = (0..2000).find_map(|count| {
            let name = format!("{count:04}{}", "x".repeat(1000));
            match store.write(note(&name)) {
                Ok(()) => acknowledged.push(name),
                Err(failure) => return Some(failure),
            }
            None
        });
        let refused = refused.expect("no page is left some time");
        assert_eq!(refused.code, code::DATABASE, "{refused}");
        assert_eq!(store.read(names).unwrap(), acknowledged);
        assert_eq!(number(store.write(note("space is back"))), 0, "the limit went with the connection");
    }
}
