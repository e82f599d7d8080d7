//! Files for shipping software: each parcel is in one of them, and each answer counts once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::labels::{order, row, wanted};
use super::world::{World, everywhere};
use crate::carriers::build;
use crate::config::{CarrierAccount, fixture};
use crate::dispatch::shipping_software::Forwarder;
use crate::domain::label::{LabelDocument, LabelState, Shipment};
use crate::domain::order::{Address, PacketDocument};
use crate::domain::{AccountId, LabelId};
use crate::store::{Store, Stored, labels, orders};

pub(super) fn folders() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for name in ["out", "in"] {
        fs::create_dir(place.path().join(name)).unwrap();
    }
    place
}

fn account(place: &Path) -> CarrierAccount {
    let settings = format!("export_folder = \"{0}/out\"\nimport_folder = \"{0}/in\"\ncharset = \"windows-1252\"", place.display());
    CarrierAccount { settings: toml::from_str(&settings).unwrap(), ..fixture::carrier("file") }
}

pub(super) fn forwarder(world: &World, store: &Store, place: &Path) -> Forwarder {
    let account = account(place);
    let exchange = build(&account, Duration::from_secs(1)).unwrap().exchanged();
    Forwarder::new(store.clone(), Arc::clone(&world.bell), account, exchange, AccountId(-1))
}

fn to(world: &World, id: LabelId, city: &str) {
    let city = city.to_owned();
    world.write(move |tx| {
        let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
        let to = Address { last_name: Some("Muster".into()), city: Some(city), ..Address::default() };
        row.data = Stored::of(&LabelDocument { shipment: Shipment { to, ..Shipment::default() }, ..LabelDocument::default() })?;
        labels::save(tx, &mut row, "erp")
    });
}

/// Files in a folder that the software sees, in order.
fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.') && name != "archive" && name != "error").collect();
    names.sort();
    names
}

/// How often a reference is in all files of a folder.
fn times(folder: &Path, reference: &str) -> usize {
    files(folder).iter().map(|name| fs::read_to_string(folder.join(name)).unwrap().matches(reference).count()).sum()
}

/// Looks twice, long after the file was written.
fn import(forwarder: &mut Forwarder) -> usize {
    let later = SystemTime::now() + Duration::from_secs(60);
    forwarder.import(later).unwrap() + forwarder.import(later).unwrap()
}

#[test]
fn labels_that_wait_go_into_one_file_and_none_twice() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let out = place.path().join("out");
        let order = order(world);
        let ids = [wanted(world, order, None), wanted(world, order, None), wanted(world, order, None)];
        to(world, ids[1], "Łódź");
        let forwarder = forwarder(world, &world.store, place.path());
        assert_eq!(forwarder.export(SystemTime::now()).unwrap(), 2);
        assert_eq!(forwarder.export(SystemTime::now()).unwrap(), 0);
        let states = ids.map(|id| row(world, id).state);
        assert_eq!(states, [LabelState::Exported, LabelState::Refused, LabelState::Exported], "windows-1252 has no Ł");
        let why = row(world, ids[1]).document().unwrap().messages.remove(0);
        assert!(why.starts_with("city: \"Łódź\""), "{why}");
        assert_eq!(files(&out).len(), 1);
        assert!(files(&out)[0].ends_with("-K1-000001.csv"), "{:?}", files(&out));
        assert_eq!((times(&out, "K1-000001"), times(&out, "K1-000002"), times(&out, "K1-000003")), (1, 0, 1));
    });
}

#[test]
fn a_crash_between_commit_and_rename_loses_no_parcel_and_repeats_none() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let (out, staging) = (place.path().join("out"), place.path().join("out/.kontor"));
        let order = order(world);
        let id = wanted(world, order, None);
        let forwarder = forwarder(world, &world.store, place.path());
        // Killed after the commit: the file is where nobody sees it.
        forwarder.export(SystemTime::now()).unwrap();
        let name = files(&out).remove(0);
        fs::rename(out.join(&name), staging.join(&name)).unwrap();
        assert_eq!(forwarder.export(SystemTime::now()).unwrap(), 0);
        assert_eq!((files(&out), times(&out, "K1-000001")), (vec![name.clone()], 1));
        // The software took it, and the gateway starts again.
        fs::remove_file(out.join(&name)).unwrap();
        assert_eq!((forwarder.export(SystemTime::now()).unwrap(), files(&out).len()), (0, 0));
        // Killed before the commit, twice: the file counts for nothing.
        let second = wanted(world, order, None);
        fs::write(staging.join("kontor-20260101T000000000Z-K1-000002.csv"), "old").unwrap();
        fs::write(staging.join("new"), "half").unwrap();
        assert_eq!((forwarder.export(SystemTime::now()).unwrap(), times(&out, "K1-000002")), (1, 1));
        assert_eq!(files(&staging), Vec::<String>::new());
        assert_eq!((row(world, id).state, row(world, second).state), (LabelState::Exported, LabelState::Exported));
    });
}

#[test]
fn two_processes_export_each_parcel_once() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let order = order(world);
        let ids: Vec<LabelId> = (0..20).map(|_| wanted(world, order, None)).collect();
        let exported: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        let forwarder = forwarder(world, &world.store, place.path());
                        (0..10).map(|_| forwarder.export(SystemTime::now()).unwrap()).sum::<usize>()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(exported, 20);
        for id in ids {
            assert_eq!(times(&place.path().join("out"), &row(world, id).reference), 1);
        }
    });
}

#[test]
fn an_answer_counts_once_and_what_does_not_fit_is_named_line_by_line() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let into = place.path().join("in");
        let order = order(world);
        let ids: Vec<LabelId> = (0..5).map(|_| wanted(world, order, None)).collect();
        let mut forwarder = forwarder(world, &world.store, place.path());
        forwarder.export(SystemTime::now()).unwrap();
        let cancelled = ids[3];
        world.write(move |tx| {
            let mut row = labels::load(&mut tx.conn, &[cancelled])?.remove(0);
            row.state = LabelState::Cancelled;
            labels::save(tx, &mut row, "erp")
        });
        let answer = "reference;tracking_number;status;message\nK1-000001;0034;OK;\nK1-000002;;ERROR;address unknown\nK1-000003;0036;;\n\
                      K1-000004;0037;OK;\nK1-000009;0038;OK;\nK1-000001;0039;OK;\n";
        fs::write(into.join("answer.csv"), answer).unwrap();
        assert_eq!(import(&mut forwarder), 1);
        let states: Vec<_> = ids.iter().map(|id| (row(world, *id).state, row(world, *id).tracking_number)).collect();
        let number = |text: &str| Some(text.to_owned());
        assert_eq!(
            states,
            [
                (LabelState::Made, number("0034")),
                (LabelState::Refused, None),
                (LabelState::Made, number("0036")),
                (LabelState::Cancelled, None),
                (LabelState::Exported, None)
            ]
        );
        assert_eq!(row(world, ids[1]).document().unwrap().messages[0], "ERROR: address unknown");
        let tags = world.store.read(|conn| orders::load(conn, &[order])).unwrap().remove(0).tags;
        assert!(tags.iter().any(|tag| tag.tag_identifier == "SHIPPING_LABEL_ERROR"), "{tags:?}");
        let beside = files(&into.join("error"));
        assert_eq!(beside.len(), 2, "{beside:?}");
        let note = fs::read_to_string(into.join("error").join(&beside[1])).unwrap();
        for line in [
            "line 5: label K1-000004 was cancelled",
            "line 6: no label has the reference \"K1-000009\"",
            "line 7: label K1-000001 has the number 0034, not 0039",
        ] {
            assert!(note.contains(line), "{note}");
        }
        let before = row(world, ids[0]).last_changed;
        fs::write(into.join("again.csv"), "reference;tracking_number\nK1-000001;0034\n").unwrap();
        assert_eq!((import(&mut forwarder), files(&into.join("archive")).len()), (1, 1));
        assert_eq!(row(world, ids[0]).last_changed, before, "a repeat changes nothing");
    });
}

/// Puts an answer into the folder and has it read. Gives the note beside a file with complaints, if there is one.
pub(super) fn answer(forwarder: &mut Forwarder, place: &Path, name: &str, rows: &str) -> String {
    let into = place.join("in");
    fs::write(into.join(name), format!("reference;tracking_number;status;message\n{rows}\n")).unwrap();
    assert_eq!(import(forwarder), 1);
    let note = format!("-{name}.txt");
    let notes = fs::read_dir(into.join("error")).into_iter().flatten().map(|entry| entry.unwrap().path());
    let of_file = |path: &PathBuf| path.to_string_lossy().ends_with(&note);
    notes.filter(of_file).map(|path| fs::read_to_string(path).unwrap()).collect()
}

pub(super) fn retry(world: &World, id: LabelId) {
    world.write(move |tx| {
        let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
        row.state = LabelState::Waiting;
        row.due_at = i64::MAX;
        labels::save(tx, &mut row, "erp")
    });
}

#[test]
fn a_late_number_gives_no_package_a_second_label() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let order = order(world);
        let packet = world.write(move |tx| Ok(orders::add_packet(tx, order, PacketDocument::default(), &[])?.packet_id));
        let late = wanted(world, order, Some(packet));
        let mut forwarder = forwarder(world, &world.store, place.path());
        forwarder.export(SystemTime::now()).unwrap();
        answer(&mut forwarder, place.path(), "1.csv", "K1-000001;;ERROR;address unknown");
        let other = wanted(world, order, Some(packet));
        forwarder.export(SystemTime::now()).unwrap();
        answer(&mut forwarder, place.path(), "2.csv", "K1-000002;0034;OK;");
        let number = || world.store.read(|conn| orders::packets_of(conn, &[order])).unwrap().remove(0).data.tracking_number;
        let note = answer(&mut forwarder, place.path(), "3.csv", "K1-000001;7777;OK;");
        assert!(note.contains("label K1-000001 has the number 7777 now, but its package") && note.contains("K1-000002"), "{note}");
        assert_eq!((row(world, late).state, row(world, other).state), (LabelState::Refused, LabelState::Made));
        assert_eq!(number().as_deref(), Some("0034"));
        assert!(row(world, late).document().unwrap().messages.iter().any(|said| said.contains("7777")), "the ERP reads it, too");
        // The other one is taken back: now the line counts.
        answer(&mut forwarder, place.path(), "4.csv", "K1-000002;;VOID;");
        assert_eq!((row(world, other).state, number()), (LabelState::Refused, None));
        assert_eq!(answer(&mut forwarder, place.path(), "5.csv", "K1-000001;7777;OK;"), "");
        assert_eq!((row(world, late).state, number().as_deref()), (LabelState::Made, Some("7777")));
    });
}

#[test]
fn a_parcel_that_is_taken_back_has_no_number_any_more_and_an_old_answer_brings_none() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let order = order(world);
        let id = wanted(world, order, None);
        let mut forwarder = forwarder(world, &world.store, place.path());
        forwarder.export(SystemTime::now()).unwrap();
        answer(&mut forwarder, place.path(), "1.csv", "K1-000001;0034;OK;");
        assert_eq!(answer(&mut forwarder, place.path(), "2.csv", "K1-000001;;VOID;"), "");
        assert_eq!((row(world, id).state, row(world, id).tracking_number), (LabelState::Refused, None));
        assert_eq!(answer(&mut forwarder, place.path(), "3.csv", "K1-000001;0034;OK;"), "");
        assert_eq!(row(world, id).state, LabelState::Refused, "the first answer once more");
        retry(world, id);
        assert_eq!(answer(&mut forwarder, place.path(), "4.csv", "K1-000001;0035;OK;"), "", "the software was quicker than the export");
        assert_eq!((row(world, id).state, row(world, id).tracking_number.as_deref()), (LabelState::Made, Some("0035")));
        assert_eq!(forwarder.export(SystemTime::now()).unwrap(), 0);
        assert_eq!(times(&place.path().join("out"), "K1-000001"), 1, "and the parcel is in one file");
    });
}

#[test]
fn what_does_not_fit_says_why_and_what_helps() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let order = order(world);
        let ids = [wanted(world, order, None), wanted(world, order, None)];
        let mut forwarder = forwarder(world, &world.store, place.path());
        forwarder.export(SystemTime::now()).unwrap();
        answer(&mut forwarder, place.path(), "1.csv", "K1-000001;0034;OK;\nK1-000002;0035;OK;");
        world.write(move |tx| {
            let mut row = labels::load(&mut tx.conn, &[ids[1]])?.remove(0);
            row.state = LabelState::Confirmed;
            labels::save(tx, &mut row, "erp")
        });
        wanted(world, order, None);
        let note = answer(&mut forwarder, place.path(), "2.csv", "K1-000001;;ERROR;no\nK1-000002;;VOID;\nK1-000003;1;OK;");
        for line in [
            "line 2: label K1-000001 has the number 0034 already; if there is no such parcel, cancel it",
            "line 3: label K1-000002 is confirmed, so its parcel 0035 was reported as shipped",
            "line 4: label K1-000003 was never exported",
        ] {
            assert!(note.contains(line), "{note}");
        }
    });
}

#[test]
fn a_folder_that_is_not_there_leaves_labels_waiting() {
    everywhere(|world| {
        let (world, place) = (&world, tempfile::tempdir().unwrap());
        let order = order(world);
        let id = wanted(world, order, None);
        let forwarder = forwarder(world, &world.store, place.path());
        let error = forwarder.export(SystemTime::now()).unwrap_err().to_string();
        assert!(error.contains("out"), "{error}");
        assert_eq!(row(world, id).state, LabelState::Waiting);
    });
}
