use std::fs::{self, File};
use std::time::Duration;

use super::*;
use crate::config::fixture::settings;
use crate::domain::MandatorId;
use crate::folders::Outcome;
use crate::store::payments::{PaymentSelection, select};
use crate::store::testing::{on_stores, places};

const STA: &[u8] = include_bytes!("../../../tests/data/payments/dk-structured.sta");
const XML: &[u8] = include_bytes!("../../../tests/data/payments/camt-v08.xml");

fn folder(path: &Path) -> Folder {
    let mandator = settings().mandator(MandatorId(1)).unwrap().clone();
    Folder::new(path.to_owned(), Import { mandator, account: None, accept_changed: false, by: "folder".into() })
}

/// Long after any file was written.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(60)
}

/// A look at which a file is seen first, and the one that takes it.
fn look_twice(folder: &mut Folder, store: &Store) -> Vec<Looked<Imported>> {
    assert!(folder.look(store, later()).unwrap().0.is_empty(), "seen for the first time");
    folder.look(store, later()).unwrap().0
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn stored(store: &Store) -> usize {
    let all = PaymentSelection { mandator_id: MandatorId(1), ..PaymentSelection::default() };
    store.read(|conn| select(conn, &all)).unwrap().len()
}

#[test]
fn a_statement_is_imported_once_and_moved_into_the_archive() {
    on_stores(|store| {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("day.sta"), STA).unwrap();
        let mut folder = folder(place.path());
        let done = look_twice(&mut folder, store);
        let [(name, Outcome::Taken(done))] = done.as_slice() else { panic!("{done:?}") };
        assert_eq!((name.as_str(), done.new), ("day.sta", 3));
        assert_eq!(names(place.path()), [".kontor.lock", "archive", "error"]);
        assert!(names(&place.path().join("archive"))[0].ends_with("-day.sta"));
        fs::write(place.path().join("day.sta"), STA).unwrap();
        let again = look_twice(&mut folder, store);
        let [(_, Outcome::Taken(again))] = again.as_slice() else { panic!("{again:?}") };
        assert_eq!((again.new, again.known), (0, 3), "put there a second time");
        assert_eq!((stored(store), names(&place.path().join("archive")).len()), (3, 2), "nothing is overwritten");
    });
}

#[test]
fn a_file_that_cannot_be_taken_is_set_aside_with_the_place_and_the_reason() {
    on_stores(|store| {
        let place = tempfile::tempdir().unwrap();
        let broken = String::from_utf8(STA.to_vec()).unwrap().replacen(":61:", ":61:X", 1);
        fs::write(place.path().join("bad.sta"), &broken).unwrap();
        fs::write(place.path().join("good.xml"), XML).unwrap();
        let huge = File::create(place.path().join("huge.xml")).unwrap();
        huge.set_len(u64::try_from(MOST_BYTES).unwrap() + 1).unwrap();
        drop(huge);
        let mut folder = folder(place.path());
        let done = look_twice(&mut folder, store);
        assert_eq!(done.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Refused(_))).count(), 2, "{done:?}");
        assert_eq!(done.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Taken(_))).count(), 1, "the others go on");
        let refused = place.path().join("error");
        let files = names(&refused);
        assert_eq!(files.len(), 4, "{files:?}");
        let bad = files.iter().find(|name| name.ends_with("-bad.sta")).unwrap();
        assert_eq!(fs::read_to_string(refused.join(bad)).unwrap(), broken, "as it was");
        let note = fs::read_to_string(refused.join(format!("{bad}.txt"))).unwrap();
        assert!(note.starts_with("bad.sta, ") && note.contains("line 5: ") && note.contains("is not a booking"), "{note}");
        let huge = files.iter().find(|name| name.ends_with("-huge.xml.txt")).unwrap();
        assert!(fs::read_to_string(refused.join(huge)).unwrap().contains("expected at most 67108864"));
        assert!(folder.look(store, later()).unwrap().0.is_empty(), "it does not come again");
    });
}

#[test]
fn what_somebody_still_writes_is_left_alone() {
    on_stores(|store| {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("day.sta");
        let (half, _) = STA.split_at(STA.len() / 2);
        fs::write(&path, half).unwrap();
        for name in ["day.sta.tmp", ".day.sta", "day.filepart", "~day.sta"] {
            fs::write(place.path().join(name), half).unwrap();
        }
        fs::create_dir(place.path().join("folder.sta")).unwrap();
        let mut folder = folder(place.path());
        let mut look = |now| folder.look(store, now).unwrap().0.len();
        assert_eq!((look(SystemTime::now()), look(SystemTime::now())), (0, 0), "written just now");
        fs::write(&path, STA).unwrap();
        assert_eq!(look(later()), 0, "it grew since the last look");
        assert_eq!((look(later()), stored(store)), (1, 3));
        fs::rename(place.path().join("day.sta.tmp"), place.path().join("next.sta")).unwrap();
        assert_eq!((look(later()), look(later())), (0, 1), "renamed when it was written");
        assert_eq!(names(place.path()), [".day.sta", ".kontor.lock", "archive", "day.filepart", "error", "folder.sta", "~day.sta"]);
    });
}

#[test]
fn two_processes_take_each_file_once() {
    for (name, address, _guard) in places() {
        let stores = [Store::open(&address).unwrap(), Store::open(&address).unwrap()];
        let place = tempfile::tempdir().unwrap();
        for number in 0..10 {
            fs::write(place.path().join(format!("{number}.sta")), STA).unwrap();
        }
        let path = place.path();
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = stores
                .iter()
                .map(|store| {
                    scope.spawn(move || {
                        let mut folder = folder(path);
                        (0..50).map(|_| folder.look(store, later()).unwrap().0.len()).sum::<usize>()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((taken, stored(&stores[0])), (10, 3), "{name}");
        assert_eq!(names(&path.join("archive")).len(), 10, "{name}");
        assert!(names(&path.join("error")).is_empty(), "{name}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_an_error_and_nothing_else() {
    on_stores(|store| {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "x").unwrap();
        let error = folder(&file).look(store, later()).unwrap_err().to_string();
        assert!(error.contains(&file.display().to_string()), "{error}");
    });
}
