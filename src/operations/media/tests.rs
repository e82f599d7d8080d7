//! Files on both databases: which of them stay, and what a rehearsal leaves behind.

use std::time::{Duration, SystemTime};

use super::UpdateMedia;
use super::update::{MediaUpdate, UpdateMediaRequest, UpdateMediaResult};
use crate::config::fixture;
use crate::domain::MandatorId;
use crate::files::{Folder, checksum, sweep};
use crate::operations::enclosed::Enclosed;
use crate::operations::testing::{call, records};
use crate::store::Store;
use crate::store::media::named;
use crate::store::testing::on_stores;

fn update(store: &Store, content: &[u8], dry_run: Option<bool>) -> UpdateMediaResult {
    let file = MediaUpdate {
        mandator_id: MandatorId(1),
        identifier: Some("note".into()),
        file_name: Some("note.txt".into()),
        media_base64: Some(Enclosed::of(content)),
        ..MediaUpdate::default()
    };
    call::<UpdateMedia>(store, UpdateMediaRequest { files: records("media", [file]), dry_run }).result
}

/// Content that no other test has.
fn content(what: &str) -> Vec<u8> {
    format!("{what} {:032x}", rand::random::<u128>()).into_bytes()
}

fn is_kept(content: &[u8]) -> bool {
    let folder = Folder::new(&fixture::settings().media.folder);
    folder.open(&checksum(content), i64::try_from(content.len()).expect("a size")).is_some()
}

/// Runs over the part of the folder where the content is, two days later.
fn housekeep(store: &Store, content: &[u8]) {
    let folder = Folder::new(&fixture::settings().media.folder);
    let part = u8::from_str_radix(&checksum(content)[..2], 16).expect("digits");
    let later = SystemTime::now() + Duration::from_secs(2 * 24 * 60 * 60);
    sweep(store, &folder, named, part, later).expect("swept");
}

#[test]
fn a_file_goes_when_no_record_names_it_any_more_and_comes_back_with_a_call() {
    on_stores(|store| {
        let (first, second) = (content("first"), content("second"));
        assert_eq!(update(store, &first, None).reports[0].return_code, 0);
        housekeep(store, &first);
        assert!(is_kept(&first), "a record names it");
        assert_eq!(update(store, &second, None).reports[0].return_code, 0);
        assert!(is_kept(&first) && is_kept(&second));
        housekeep(store, &first);
        assert!(!is_kept(&first) && is_kept(&second), "replaced content goes");
        assert_eq!(update(store, &first, None).reports[0].return_code, 0);
        assert!(is_kept(&first));
    });
}

#[test]
fn a_rehearsal_keeps_no_file() {
    on_stores(|store| {
        let content = content("rehearsed");
        let result = update(store, &content, Some(true));
        assert_eq!(result.reports[0].return_code, 0);
        assert!(!is_kept(&content));
        let address = |result: UpdateMediaResult| result.reports.into_iter().next()?.media?.media_url;
        assert_eq!(address(result), None, "it would lead nowhere");
        let stored = address(update(store, &content, None));
        assert!(stored.is_some());
        assert_eq!(address(update(store, &content, Some(true))), stored, "the same content keeps its address");
    });
}
