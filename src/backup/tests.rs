//! Backups and moves between all databases at hand, and what goes wrong with them.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::prelude::*;

use super::archive::{ArchiveWriter, Manifest};
use super::{Archive, relocate, take};
use crate::config::{Settings, fixture};
use crate::domain::media::MediaKind;
use crate::domain::{MandatorId, Patience, WarehouseId};
use crate::files::{Folder, checksum};
use crate::on;
use crate::store::copies::{CopyError, fill_steps, snapshot};
use crate::store::media::{self, MediaRow};
use crate::store::schema::{image_contents, items, starts};
use crate::store::testing::{self, places};
use crate::store::{Sole, Standing, Store, next_id, standing, starts as started};

const FILE: &[u8] = b"a picture of a mug";
const ODD: &str = "quote \" back \\ line\nend\r tab\t bell\u{7} umlaut \u{e4} clef \u{1d11e} nothing [] {\"a\":1} '";

fn settings(database: &str, folder: &Path) -> Settings {
    let mut settings = fixture::settings();
    settings.database = database.to_owned().into();
    settings.documents.folder = folder.join("documents");
    settings.media.folder = folder.join("media");
    settings
}

/// Some rows of each type of column, and a file.
fn fill(settings: &Settings, database: &str) {
    let store = Store::open(database).unwrap();
    Folder::new(&settings.media.folder).keep(&checksum(FILE), FILE).unwrap();
    store
        .write(|tx| {
            let item = testing::item(tx, MandatorId(1), ODD, &[(WarehouseId(10), -5)])?;
            testing::item(tx, MandatorId(1), "B", &[(WarehouseId(10), i32::MAX)])?;
            on!(&mut tx.conn, c => diesel::update(items::table.find(item))
                .set((items::active.eq(Some(true)), items::list_price.eq(Some(i64::MIN)), items::variant_parent_id.eq(Some(2))))
                .execute(c))?;
            on!(&mut tx.conn, c => diesel::insert_into(image_contents::table)
                .values((image_contents::digest.eq("d"), image_contents::media_type.eq("image/png"), image_contents::content.eq(vec![0u8, 255, 10])))
                .execute(c))?;
            for number in 0..1_200 {
                testing::item(tx, MandatorId(1), &format!("many {number}"), &[])?;
            }
            let mut row = MediaRow {
                media_id: Default::default(),
                mandator_id: MandatorId(1),
                identifier: "mug".into(),
                file_name: "mug.png".into(),
                media_module_type_id: None,
                media_category: None,
                language_code_iso: None,
                kind: MediaKind::Png,
                checksum: checksum(FILE),
                bytes: i64::try_from(FILE.len()).unwrap(),
                width: None,
                height: None,
                thumbnail: None,
                thumbnail_bytes: None,
                token: "t".into(),
                created_at: 0,
                last_changed: 0,
                last_changed_by: "test".into(),
            };
            media::insert(tx, &mut row)?;
            started::note(tx, 4711)
        })
        .unwrap();
    store.close();
}

fn digests(manifest: &Manifest) -> Vec<(String, u64, String)> {
    manifest.tables.iter().map(|entry| (entry.table.name.clone(), entry.rows, entry.digest.clone())).collect()
}

fn refusal<T>(result: Result<T, CopyError>) -> String {
    match result {
        Err(CopyError::Refused(text)) => text,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it went well"),
    }
}

/// A backup of a filled SQLite database.
fn backed_up(folder: &Path) -> (Settings, PathBuf) {
    let database = folder.join("kontor.db").to_str().unwrap().to_owned();
    let settings = settings(&database, folder);
    fill(&settings, &database);
    let file = folder.join("backup.zip");
    take(&settings, &file).unwrap();
    (settings, file)
}

#[test]
fn a_backup_can_be_restored_into_either_database_and_is_equal() {
    for (from, source, _guard) in places() {
        for (into, target, _guard) in places() {
            let folder = tempfile::tempdir().unwrap();
            let before = settings(&source, &folder.path().join("before"));
            if standing(&source, Patience::default()).unwrap() != Standing::Current {
                fill(&before, &source);
            }
            Folder::new(&before.media.folder).keep(&checksum(FILE), FILE).unwrap();
            let file = folder.path().join("backup.zip");
            let taken = take(&before, &file).unwrap();
            assert!(refusal(take(&before, &file)).contains("exists already"));
            assert_eq!(taken.files(), 1);

            let after = settings(&target, &folder.path().join("after"));
            let mut archive = Archive::open(&file).unwrap();
            assert!(!archive.restore(&after).unwrap().older);
            let again = take(&after, &folder.path().join("again.zip")).unwrap();
            assert_eq!(digests(&again), digests(&taken), "{from} → {into}");
            assert_eq!(again.files(), 1);
            assert!(Folder::new(&after.media.folder).open(&checksum(FILE), i64::try_from(FILE.len()).unwrap()).is_some());
            assert!(refusal(archive.restore(&after)).contains("has data already"));

            let store = Store::open(&target).unwrap();
            store
                .write(move |tx| {
                    let odd: Vec<String> = on!(&mut tx.conn, c => items::table
                        .filter(items::list_price.eq(i64::MIN)).select(items::internal_item_number).load(c))?;
                    assert_eq!(odd, [ODD], "{into}");
                    assert_eq!(next_id(tx, "item")?, 1_203, "numbers go on where they were");
                    let parent = items::table.filter(items::item_id.eq(2));
                    let gone = tx.savepoint(|tx| Ok(on!(&mut tx.conn, c => diesel::delete(parent).execute(c))?));
                    assert!(gone.is_err(), "{into}: another article has it as its parent");
                    Ok(())
                })
                .unwrap();
            let known: Vec<i64> = store.read(|conn| Ok(on!(conn, c => starts::table.select(starts::token).load(c))?)).unwrap();
            assert_eq!(known, [4711], "cursors are recognised by the starts");
        }
    }
}

#[test]
fn an_archive_that_is_cut_off_or_damaged_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = backed_up(folder.path());
    let whole = std::fs::read(&file).unwrap();
    let target = folder.path().join("new.db").to_str().unwrap().to_owned();
    let after = settings(&target, &folder.path().join("after"));
    let broken = folder.path().join("broken.zip");
    for length in [0, 1, 1_000, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        std::fs::write(&broken, &whole[..length]).unwrap();
        assert!(refusal(Archive::open(&broken)).contains("cut off"), "{length}");
    }
    let at = whole.windows(FILE.len()).position(|window| window == FILE).unwrap();
    // Behind the head of an entry, whose last two bytes before the name say how much follows the name.
    let name = b"tables/items";
    let named = whole.windows(name.len()).position(|window| window == name).unwrap();
    let more = usize::from(u16::from_le_bytes([whole[named - 2], whole[named - 1]]));
    for place in [named + name.len() + more + 20, at] {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        std::fs::write(&broken, bytes).unwrap();
        let refused = Archive::open(&broken).and_then(|mut archive| archive.restore(&after).map(drop));
        let text = refusal(refused);
        assert!(text.contains("damaged") || text.contains("no backup"), "{place}: {text}");
    }
    assert_eq!(standing(&target, Patience::default()).unwrap(), Standing::Missing);
    assert!(!after.media.folder.exists());
    std::fs::write(&broken, "SQLite format 3").unwrap();
    assert!(refusal(Archive::open(&broken)).contains("is no backup"));
}

#[test]
fn an_archive_of_a_newer_version_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = backed_up(folder.path());
    let manifest = Archive::open(&file).unwrap().manifest;
    let newer = [
        Manifest { format: 2, version: "9.1".into(), ..manifest.clone() },
        Manifest { version: "9.1".into(), steps: vec!["29991231000000".into()], ..manifest },
    ];
    for manifest in newer {
        let path = folder.path().join("newer.zip");
        ArchiveWriter::new(std::fs::File::create(&path).unwrap()).finish(&manifest).unwrap();
        let text = refusal(Archive::open(&path));
        assert!(text.contains("Kontor 9.1") && text.contains("does not know"), "{text}");
    }
}

#[test]
fn a_file_that_is_missing_is_named_and_the_rest_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let (before, _) = backed_up(folder.path());
    std::fs::remove_dir_all(&before.media.folder).unwrap();
    let file = folder.path().join("second.zip");
    let manifest = take(&before, &file).unwrap();
    assert_eq!(manifest.missing().len(), 1);
    assert!(manifest.missing()[0].contains(&checksum(FILE)));
    let target = folder.path().join("new.db").to_str().unwrap().to_owned();
    let mut archive = Archive::open(&file).unwrap();
    archive.restore(&settings(&target, &folder.path().join("after"))).unwrap();
    assert_eq!(archive.manifest.missing(), manifest.missing());
}

/// A disk with room for so many bytes.
struct Small(u64, io::Cursor<Vec<u8>>);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.1.position() + bytes.len() as u64 > self.0 { Err(io::ErrorKind::StorageFull.into()) } else { self.1.write(bytes) }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Small {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.1.seek(to)
    }
}

#[test]
fn a_full_disk_is_said_and_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (before, file) = backed_up(folder.path());
    let whole = std::fs::metadata(&file).unwrap().len();
    for room in [10, 2_000, whole / 2, whole - 10] {
        let full = super::take::write(&before, Path::new("b.zip"), Small(room, io::Cursor::default()));
        let Err(CopyError::File { source, .. }) = full else { panic!("{room}: {:?}", full.map(drop)) };
        assert_eq!(source.kind(), io::ErrorKind::StorageFull, "{room}");
    }
    let nowhere = folder.path().join("no/such/folder.zip");
    assert!(matches!(take(&before, &nowhere), Err(CopyError::File { .. })));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_str().unwrap().contains(".part")), "{left:?}");
}

#[test]
fn what_is_interrupted_half_way_leaves_the_new_database_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (before, _) = backed_up(folder.path());
    for (name, target, _guard) in places() {
        let url = secrecy::ExposeSecret::expose_secret(&before.database);
        let cut = snapshot(url, &before.patience, |from| {
            let (steps, tables) = (from.steps()?, from.tables()?);
            let items = tables.iter().find(|table| table.name == "items").unwrap();
            fill_steps(&target, &steps, |into| {
                from.rows(items, |row| into.put(items, row))?;
                into.end(items)?;
                Err::<(), _>(CopyError::Refused("the power went".into()))
            })
        });
        assert_eq!(refusal(cut), "the power went");
        assert_eq!(standing(&target, Patience::default()).unwrap(), Standing::Empty, "{name}");
        relocate(&before, &target, |_, _| ()).unwrap();
        assert_eq!(standing(&target, Patience::default()).unwrap(), Standing::Current, "{name}");
    }
}

#[test]
fn a_move_there_and_back_is_equal_and_waits_for_no_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let (mut now, _) = backed_up(folder.path());
    let first = take(&now, &folder.path().join("first.zip")).unwrap();
    let url = |settings: &Settings| secrecy::ExposeSecret::expose_secret(&settings.database).to_owned();
    let running = Sole::of(&url(&now)).unwrap();
    let target = folder.path().join("other.db").to_str().unwrap().to_owned();
    assert!(refusal(relocate(&now, &target, |_, _| ())).contains("in use by another gateway"));
    drop(running);
    let places = places();
    for (name, target, _guard) in &places {
        let copied = relocate(&now, target, |_, _| ()).unwrap();
        assert_eq!(copied.len(), first.tables.len());
        now.database = target.clone().into();
        let then = take(&now, &folder.path().join(format!("{name}.zip"))).unwrap();
        assert_eq!(digests(&then), digests(&first), "{name}");
        assert!(refusal(relocate(&now, target, |_, _| ())).contains("has data already"), "{name}");
    }
    let store = Store::open(&url(&now)).unwrap();
    if store.is_shared() {
        assert!(refusal(relocate(&now, &target, |_, _| ())).contains("stop them first"));
    }
    drop(store);
}

#[test]
fn a_backup_is_of_one_moment_while_calls_are_written() {
    for (name, database, _guard) in places() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&database, folder.path());
        let store = Store::open(&database).unwrap();
        let stop = AtomicBool::new(false);
        let manifest = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut number = 0;
                while !stop.load(Ordering::Relaxed) {
                    number += 1;
                    store.write(move |tx| testing::item(tx, MandatorId(1), &number.to_string(), &[(WarehouseId(10), 1)])).unwrap();
                }
            });
            while store.read(|conn| Ok(on!(conn, c => items::table.count().get_result::<i64>(c))?)).unwrap() < 5 {
                std::thread::yield_now();
            }
            let manifest = take(&settings, &folder.path().join("backup.zip"));
            stop.store(true, Ordering::Relaxed);
            manifest.unwrap()
        });
        let rows = |table: &str| manifest.tables.iter().find(|entry| entry.table.name == table).unwrap().rows;
        assert!(rows("items") >= 5);
        assert_eq!(rows("items"), rows("stock"), "{name}: an article and its stock come with one call");
    }
}
