//! The folder beyond the conformance suite: files as they really come, and what becomes of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::tests::account;
use super::super::{ChannelError, Connector, Fact, OfferChange, OfferContent, Outcome, Price, Pulled, Quantity, SetupError};
use super::Exchange;
use super::stage::{Weather, connect};
use crate::domain::offer::Wanted;
use crate::domain::order::{AttachedFile, DocumentKind, FactKind, Packet};
use crate::domain::{AccountId, Currency, Decimal, Money, OfferId};
use crate::folders::Lock;

struct World {
    folder: tempfile::TempDir,
    connector: Exchange,
    now: DateTime<Utc>,
}

impl World {
    fn new(settings: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let connector = connect(folder.path(), settings, &Weather::default());
        connector.shop().unwrap();
        World { folder, connector, now: Utc::now() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn puts(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path("OrderImport").join(name), bytes).unwrap();
    }

    fn pulls(&self, cursor: Option<&str>) -> Pulled {
        self.connector.pull(cursor, self.now).unwrap()
    }

    /// Names in a folder, without Kontor's lock and folders.
    fn files(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }

    /// The only file with this beginning or end.
    fn text(&self, folder: &str, part: &str) -> String {
        let names: Vec<String> = self.files(folder).into_iter().filter(|name| name.contains(part)).collect();
        assert_eq!(names.len(), 1, "{part} in {folder}: {names:?}");
        fs::read_to_string(self.path(folder).join(&names[0])).unwrap()
    }

    fn lists(&self, sku: &str, wanted: Wanted) {
        let change = OfferChange {
            offer_id: OfferId(1),
            sku: sku.to_owned(),
            known_as: Vec::new(),
            external_number: None,
            wanted,
            content: Some(OfferContent { title: format!("Lamp {sku}"), ..OfferContent::default() }),
            price: Some(Price { money: Money::new(Decimal(199_000), Currency::EUR), gross: true }),
            quantity: Some(Quantity { offered: 3, reserved_here: 0 }),
        };
        let rows = self.connector.submit_offers(&[change], self.now).unwrap();
        assert!(matches!(rows[0].outcome, Outcome::Done { .. }), "{rows:?}");
    }

    fn tells(&self, order_id: &str, key: &str, kind: FactKind) -> Outcome {
        let fact = Fact { key: key.to_owned(), order_id: order_id.to_owned(), order_id_2: None, kind, task: None };
        self.connector.push(&fact, self.now).unwrap()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<String> = files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

fn order(number: &str, more: &str) -> String {
    format!(
        "<order>\n<marketplace_order_id_1>{number}</marketplace_order_id_1><order_date>2026-11-20</order_date>\n\
         <currency_code_iso>EUR</currency_code_iso><invoice_last_name>Müller</invoice_last_name>{more}\n\
         <order_items><order_item><item_internal_number>A</item_internal_number><quantity>2</quantity><price>5</price></order_item></order_items>\n\
         </order>\n"
    )
}

fn document(orders: &[String]) -> String {
    format!("<?xml version=\"1.0\"?>\n<orders>\n{}</orders>\n", orders.concat())
}

fn numbers(pulled: &Pulled) -> Vec<&str> {
    pulled.orders.iter().map(|order| order.order_id.as_str()).collect()
}

#[test]
fn a_file_moves_away_only_after_its_orders_are_stored() {
    let world = World::new("");
    world.puts("a.xml", document(&[order("M-1", ""), order("M-2", "")]));
    let first = world.pulls(None);
    assert_eq!(numbers(&first), ["M-1", "M-2"]);
    // The process was killed before it stored them: the next one reads them again.
    let again = connect(world.folder.path(), "", &Weather::default()).pull(None, world.now).unwrap();
    assert_eq!((numbers(&again), world.files("OrderImport")), (vec!["M-1", "M-2"], vec!["a.xml".to_owned()]));
    // They are stored, and so is the cursor.
    let next = world.pulls(Some(&first.cursor));
    assert_eq!((numbers(&next), next.more), (Vec::new(), false));
    assert!(world.files("OrderImport").is_empty());
    assert_eq!(world.files("OrderImport/archive").len(), 1);
    // Somebody changed the file after it was read: that is another file, and nothing of it is lost.
    world.puts("b.xml", document(&[order("M-3", "")]));
    let read = world.pulls(Some(&next.cursor));
    world.puts("b.xml", document(&[order("M-3", ""), order("M-4", "")]));
    assert_eq!(numbers(&world.pulls(Some(&read.cursor))), ["M-3", "M-4"]);
}

#[test]
fn one_bad_order_holds_up_no_other_and_a_note_names_line_element_and_reason() {
    let world = World::new("");
    let bad = order("M-2", "").replace("<quantity>2<", "<quantity>two<");
    let nameless = order("", "");
    world.puts(
        "many.xml",
        document(&[
            order("M-1", ""),
            bad,
            nameless,
            order("M-4", "<order_status_identifier>lost</order_status_identifier>"),
            order("M-5", ""),
        ]),
    );
    let pulled = world.pulls(None);
    assert_eq!(numbers(&pulled), ["M-1", "M-5"]);
    world.pulls(Some(&pulled.cursor));
    let note = world.text("OrderImport/error", ".xml.txt");
    for reason in [
        "line 11: order M-2: <quantity>: \"two\" is no number of pieces from 0 to 1000000",
        "line 14: <marketplace_order_id_1>: is missing or empty",
        "line 20: order M-4: <order_status_identifier>: \"lost\" is unknown; write open or cancelled",
        "Everything else in this file was taken.",
    ] {
        assert!(note.contains(reason), "{note}");
    }
    // Mended and put there again, it is read like any other.
    world.puts("many.xml", document(&[order("M-2", "")]));
    assert_eq!(numbers(&world.pulls(None)), ["M-2"]);
}

#[test]
fn values_that_nobody_can_mean_are_refused() {
    let world = World::new("");
    let twice = order("M-1", "").replace(
        "</order_items>",
        "<order_item><item_internal_number>A</item_internal_number><quantity>1</quantity><price>5</price></order_item></order_items>",
    );
    for (text, reason) in [
        (twice, "in the order twice"),
        (order("M-1", "").replace("EUR", "EURO"), "longer than 3 characters"),
        (order("M-1", "").replace("EUR", "XXQ"), "no currency of ISO 4217"),
        (order("M-1", "").replace("<currency_code_iso>EUR</currency_code_iso>", ""), "the account has no currency set"),
        (order("M-1", "").replace("2026-11-20", "20.11.2026"), "is no time"),
        (order("M-1", "<shipping_charge>-1</shipping_charge>"), "below zero"),
        (order("M-1", "<invoice_country_code_iso>D1</invoice_country_code_iso>"), "ISO 3166"),
        (order("M-1", "").replace("<price>5<", "<price>5,00<"), "is no amount"),
        (order("M-1", "").replace("<price>5<", "<price><"), "<price>: is missing"),
        (order(&"M".repeat(51), ""), "longer than 50 characters"),
    ] {
        world.puts("a.xml", document(&[text]));
        let pulled = world.pulls(None);
        assert!(pulled.orders.is_empty(), "{reason}");
        world.pulls(Some(&pulled.cursor));
        let note = world.text("OrderImport/error", ".xml.txt");
        assert!(note.contains(reason) && note.contains("Nothing of this file was imported."), "{reason}: {note}");
        fs::remove_dir_all(world.path("OrderImport/error")).unwrap();
    }
}

#[test]
fn files_in_other_encodings_are_read() {
    let world = World::new("");
    let text = document(&[order("M-1", "")]);
    let declared = text.replace("version=\"1.0\"", "version=\"1.0\" encoding=\"windows-1252\"");
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&declared);
    let (silent, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let mut marked = vec![0xef, 0xbb, 0xbf];
    marked.extend_from_slice(text.as_bytes());
    for bytes in [latin.as_ref(), silent.as_ref(), &marked] {
        world.puts("a.xml", bytes);
        let pulled = world.pulls(None);
        assert_eq!(pulled.orders[0].invoice_address.last_name.as_deref(), Some("Müller"));
        assert_eq!(pulled.orders[0].delivery_address, pulled.orders[0].invoice_address, "where no other one is named");
        world.pulls(Some(&pulled.cursor));
    }
    assert_eq!(world.files("OrderImport/archive").len(), 3);
}

#[test]
fn what_is_no_order_import_goes_to_the_error_folder() {
    let world = World::new("");
    for (bytes, reason) in [
        (b"<offers/>".to_vec(), "<offers> is no OrderImport"),
        (b"<orders></orders>".to_vec(), "there is no <order> in it"),
        (b"<orders><order></orders>".to_vec(), "line 1"),
        (vec![b' '; super::MOST_BYTES + 1], "larger than 32 MiB"),
        ("<?xml version=\"1.0\" encoding=\"UTF-16LE\"?><orders/>x".into(), "the file is not UTF-16LE"),
    ] {
        world.puts("a.xml", bytes);
        let pulled = world.connector.pull(None, world.now + TimeDelta::minutes(2)).unwrap();
        assert!(pulled.orders.is_empty());
        world.connector.pull(Some(&pulled.cursor), world.now + TimeDelta::minutes(2)).unwrap();
        let note = world.text("OrderImport/error", ".xml.txt");
        assert!(note.contains(reason), "{note}");
        fs::remove_dir_all(world.path("OrderImport/error")).unwrap();
    }
}

#[test]
fn a_half_written_file_is_left_until_it_is_whole() {
    let world = World::new("");
    let text = document(&[order("M-1", "")]);
    let (half, _) = text.split_at(text.len() / 2);
    world.puts("a.xml", half);
    world.puts("b.part", "anything");
    assert!(numbers(&world.pulls(None)).is_empty());
    world.puts("a.xml", &text);
    assert_eq!(numbers(&world.pulls(None)), ["M-1"]);
    // Without a partner who renames, a file has to rest.
    let patient = connect(world.folder.path(), "settle_seconds = 5", &Weather::default());
    let later = |seconds| world.now + TimeDelta::seconds(seconds);
    assert!(numbers(&patient.pull(None, later(0)).unwrap()).is_empty(), "nobody has seen it before");
    assert_eq!(numbers(&patient.pull(None, later(30)).unwrap()), ["M-1"]);
    // What is broken for good is no file that is still written.
    world.puts("a.xml", half);
    let old = SystemTime::from(world.now) - Duration::from_secs(120);
    fs::File::options().append(true).open(world.path("OrderImport/a.xml")).unwrap().set_modified(old).unwrap();
    let pulled = world.pulls(None);
    world.pulls(Some(&pulled.cursor));
    assert!(world.text("OrderImport/error", ".txt").contains("Nothing of this file was imported."));
}

#[test]
fn the_last_word_on_an_order_counts_and_is_followed() {
    let world = World::new("");
    world.puts("1.xml", document(&[order("M-1", "")]));
    world.puts("2.xml", document(&[order("M-1", "<payment_status_identifier>paid</payment_status_identifier>")]));
    let pulled = world.pulls(None);
    assert_eq!((numbers(&pulled), pulled.orders[0].paid), (vec!["M-1"], true));
}

#[test]
fn a_folder_that_is_gone_or_another_one_is_no_channel() {
    let mut world = World::new("");
    let away = |error: ChannelError| match error {
        ChannelError::Unavailable { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    // Somebody else uses it.
    let lock = Lock::take(world.folder.path()).unwrap();
    assert!(away(world.connector.pull(None, world.now).unwrap_err()).contains("another process uses the folder"));
    drop(lock);
    world.pulls(None);
    // The disk is not mounted: what was its place is empty, and stays so.
    fs::remove_dir_all(world.path(".kontor")).unwrap();
    assert!(away(world.connector.pull(None, world.now).unwrap_err()).contains("not mounted"));
    assert!(!world.path(".kontor").exists());
    // Another one is in its place: nothing is exchanged with it before somebody asked which one it is.
    let other = connect(world.folder.path(), "", &Weather::default()).shop().unwrap();
    assert!(away(world.connector.pull(None, world.now).unwrap_err()).contains("another folder than before"));
    assert_eq!(world.connector.shop().unwrap(), other);
    world.pulls(None);
    fs::remove_dir_all(world.folder.path()).unwrap();
    assert!(away(world.connector.shop().unwrap_err()).contains("the folder has to be there"));
    fs::create_dir(world.folder.path()).unwrap();
    // It belongs to one account.
    world.connector.shop().unwrap();
    let mut other = account("exchange", &format!("folder = '{}'", world.folder.path().display()));
    other.account_id = AccountId(2000);
    world.connector = Exchange::new(&other).unwrap();
    let error = world.connector.shop().unwrap_err().to_string();
    assert!(error.contains("belongs to account 1000; give each account a folder of its own"), "{error}");
}

#[test]
fn names_sort_as_the_files_were_written_whatever_the_clock_does() {
    let mut world = World::new("");
    for minutes in [0, -30, 0, 0] {
        world.now += TimeDelta::minutes(minutes);
        world.lists("A", Wanted::Running);
    }
    let names = world.files("OfferExport");
    assert_eq!(names.len(), 4);
    let stamp = |at: usize| fs::metadata(world.path("OfferExport").join(&names[at])).unwrap().modified().unwrap();
    assert!((1..4).all(|at| stamp(at - 1) <= stamp(at)), "{names:?}");
}

#[test]
fn a_full_document_has_all_offers_and_is_written_when_it_is_due() {
    for (extent, all) in [("full", "ACTIVE INACTIVE"), ("active", "ACTIVE")] {
        let mut world = World::new(&format!("offers = '{extent}'\noffers_pause_minutes = 15"));
        let states = |world: &World, name: &str| {
            let text = world.text("OfferExport", name);
            let states = text.split("<offer_pending_state>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
            let mut states: Vec<String> = states.collect();
            states.sort();
            states.join(" ")
        };
        world.lists("A", Wanted::Running);
        assert_eq!(states(&world, ".xml"), "ACTIVE");
        assert!(world.text("OfferExport", ".xml").contains("<offer_state>INACTIVE</offer_state>"), "it is new");
        let first = world.files("OfferExport").remove(0);
        world.lists("B", Wanted::Running);
        world.lists("B", Wanted::Ended);
        assert_eq!(world.files("OfferExport").len(), 1, "the pause");
        // No change comes any more: the next poll writes it.
        fs::remove_file(world.path("OfferExport").join(&first)).unwrap();
        world.now += TimeDelta::minutes(16);
        world.pulls(None);
        assert_eq!(states(&world, ".xml"), all);
        let second = world.text("OfferExport", ".xml");
        assert!(second.contains("<offer_state>ACTIVE</offer_state>"), "A is known by now");
        world.now += TimeDelta::minutes(16);
        world.pulls(None);
        assert_eq!(world.files("OfferExport").len(), 1, "nothing changed");
    }
}

#[test]
fn an_order_export_has_everything_that_happened_and_files_where_they_are_wanted() {
    for files in [true, false] {
        let world = World::new(&format!("document_files = {files}\norder_key = 'external_order_number_1'"));
        world.puts("1.xml", document(&[order("M-1", "<external_order_number_1>X 7</external_order_number_1>")]));
        assert_eq!(numbers(&world.pulls(None)), ["X 7"]);
        let packet = Packet { packet_id: 9, tracking_number: Some("JJD1".into()), carrier: Some("DHL".into()), ..Packet::default() };
        world.tells("X 7", "1", FactKind::Shipped { packets: vec![packet], together: Vec::new() });
        let file = AttachedFile { name: "INV-1.pdf".into(), content: b"%PDF".to_vec(), ..AttachedFile::default() };
        world.tells("X 7", "2", FactKind::DocumentAttached { number: "INV-1".into(), document: DocumentKind::Invoice, file: Some(file) });
        let names = world.files("OrderExport");
        let text = fs::read_to_string(world.path("OrderExport").join(names.last().unwrap())).unwrap();
        for part in [
            "<external_order_number_1>X 7</external_order_number_1>",
            "<marketplace_order_id_1>M-1</marketplace_order_id_1>",
            "<order_date>2026-11-20T00:00:00Z</order_date>",
            "<order_status_identifier>shipped</order_status_identifier>",
            "<shipped_quantity>2</shipped_quantity>",
            "<tracking_number>JJD1</tracking_number>",
            "<dispatch_provider_identifier>DHL</dispatch_provider_identifier>",
            "<document_number>INV-1</document_number>",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.contains("<file_content>JVBERg==</file_content>"), files, "{text}");
        assert!(!text.contains("Müller"), "whoever sent the address has it");
    }
}

#[test]
fn what_a_killed_process_left_unfinished_is_in_nobodys_way() {
    let world = World::new("");
    fs::write(world.path(".kontor/unfinished"), "half").unwrap();
    world.lists("A", Wanted::Running);
    assert_eq!(world.files("OfferExport").len(), 1);
    assert!(!world.path(".kontor/unfinished").exists());
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    for (settings, expected) in [
        ("", "folder: is missing"),
        ("folder = 'x'\noffers = 'some'", "\"some\" is no extent; give \"delta\", \"full\" or \"active\""),
        ("folder = 'x'\norder_key = 'number'", "use one of marketplace_order_id_1, "),
        ("folder = 'x'\ncurrency = 'Euro'", "no currency of ISO 4217"),
    ] {
        let error: SetupError = Exchange::new(&account("exchange", settings)).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
