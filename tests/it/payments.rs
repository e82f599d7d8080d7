//! Payments through the built program: `kontor payments`, a watched folder, and processes that are killed.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::hostile::database::Stranger;
use crate::world::{Database, World, databases, eventually};

const ACCOUNT: &str = "DE65999900010000123456";

fn command(world: &World, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.arg("payments").args(arguments).args(["--demo", "--database", world.database()]);
    command.current_dir(world.folder()).env("KONTOR_LOG", "error").stdin(Stdio::null());
    command
}

/// What the program prints, and whether it succeeds.
fn payments(world: &World, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = command(world, arguments).output().expect("the program runs");
    (status.success(), [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat())
}

pub(crate) fn done(world: &World, arguments: &[&str]) -> String {
    let (success, text) = payments(world, arguments);
    assert!(success, "{arguments:?}: {text}");
    text
}

fn refused(world: &World, arguments: &[&str]) -> String {
    let (success, text) = payments(world, arguments);
    assert!(!success, "{arguments:?}: {text}");
    text
}

/// A phone order for one article; gives its number.
pub(crate) fn order(world: &World, key: &str, price: &str) -> String {
    let request = format!(
        "<request method=\"updateOrders\" version=\"1.0.0\"><order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id>\
         <external_order_number_1>{key}</external_order_number_1><order_date>2026-01-15T10:30:00</order_date>\
         <currency_code_iso>EUR</currency_code_iso><sub_channel_id>4100</sub_channel_id><payment_method_id>7</payment_method_id>\
         <invoice_address><last_name>Mustermann</last_name></invoice_address><order_items><order_item><identifier>Cup</identifier>\
         <quantity>1</quantity><price>{price}</price></order_item></order_items></order></request>"
    );
    let answer = world.connect("updateOrders", &request);
    assert!(answer.contains("return_code=\"0\""), "{answer}");
    value(&answer, "order_number")
}

fn value(answer: &str, element: &str) -> String {
    let (_, rest) = answer.split_once(&format!("<{element}>")).unwrap_or_else(|| panic!("{element}: {answer}"));
    rest.split('<').next().unwrap_or_default().to_owned()
}

pub(crate) fn status(world: &World, number: &str) -> String {
    let filter = format!(
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><order_number filter_method=\"=\" filter_value=\"{number}\"/></filter>"
    );
    let answer = world.connect("fetchOrders", &format!("<request method=\"fetchOrders\" version=\"1.0.0\">{filter}</request>"));
    value(&answer, "order_status_identifier")
}

/// A statement of one day with bookings of an amount and a text.
pub(crate) fn statement(number: u32, bookings: &[(&str, &str)]) -> String {
    let cents = |amount: &str| amount.replace(',', "").parse::<u64>().expect("an amount");
    let total: u64 = 100_000 + bookings.iter().map(|(amount, _)| cents(amount)).sum::<u64>();
    let lines: String = bookings
        .iter()
        .zip(1..)
        .map(|((amount, text), line)| format!(":61:2602130213C{amount}NTRFNONREF//B{number}-{line}\r\n:86:{text}\r\n"))
        .collect();
    format!(
        ":20:S\r\n:25:{ACCOUNT}\r\n:28C:{number}/1\r\n:60F:C260212EUR1000,00\r\n{lines}:62F:C260213EUR{},{:02}\r\n-\r\n",
        total / 100,
        total % 100
    )
}

pub(crate) fn put(place: &Path, name: &str, text: &str) {
    std::fs::write(place.join(name), text).expect("a file");
}

#[test]
fn a_person_imports_statements_and_assigns_what_is_not_sure() {
    for database in databases() {
        let world = World::demo(database);
        let (paid, open, other) = (order(&world, "A-10001", "12.90"), order(&world, "A-10002", "20.00"), order(&world, "A-10003", "5.00"));
        let texts = (format!("order {paid}"), format!("order {open} and more"));
        put(world.folder(), "day.sta", &statement(1, &[("12,90", &texts.0), ("25,00", &texts.1), ("7,00", "a gift \u{1b}[2J")]));
        assert_eq!(
            done(&world, &["import", "day.sta"]),
            "day.sta: 1 statements (0 known): 3 new payments, 1 assigned, 2 waiting; 0 known, 0 left out\n"
        );
        assert!(done(&world, &["import", "day.sta"]).contains("1 statements (1 known): 0 new payments"));
        assert_eq!(status(&world, &paid), "Paid/Shipping");
        let list = done(&world, &["list"]);
        assert!(list.contains(&format!("order {open}: 100 (number_in_text, date, more_than_open)")), "{list}");
        assert!(!list.contains('\u{1b}') && list.contains("a gift \u{fffd}[2J"), "{list}");
        assert_eq!(done(&world, &["assign", "2", "--order", &open]), "payment 2: partly_assigned, 5.00 EUR open\n");
        assert_eq!(status(&world, &open), "Paid/Shipping");
        assert_eq!(done(&world, &["apart", "2"]), "payment 2: assigned, 5.00 EUR open\n");
        assert_eq!(done(&world, &["apart", "3"]), "payment 3: no_order, 7.00 EUR open\n");
        assert_eq!(done(&world, &["list"]).lines().count(), 1, "nothing waits");
        assert_eq!(done(&world, &["list", "--all"]).lines().count(), 4);
        // The payment was for another order after all.
        assert_eq!(done(&world, &["undo", "2", "--order", &open]), "payment 2: waiting, 25.00 EUR open\n");
        assert_eq!(status(&world, &open), "Confirmed/Open payments");
        assert_eq!(done(&world, &["assign", "2", "--order", &other, "--amount", "5"]), "payment 2: partly_assigned, 20.00 EUR open\n");
        assert_eq!(status(&world, &other), "Paid/Shipping");
    }
}

#[test]
fn what_a_command_cannot_do_it_refuses_with_the_reason() {
    for database in databases() {
        let world = World::demo(database);
        let (first, cancelled) = (order(&world, "A-10001", "12.90"), order(&world, "A-10002", "20.00"));
        let cancel = format!(
            "<request method=\"updateOrderStatus\" version=\"1.0.0\"><order significant_key=\"order_number\"><mandator_id>1</mandator_id>\
             <order_number>{cancelled}</order_number><status>CANCELED</status></order></request>"
        );
        assert!(world.connect("updateOrderStatus", &cancel).contains("return_code=\"0\""));
        put(world.folder(), "day.sta", &statement(1, &[("12,00", "nothing")]));
        let whole = statement(2, &[("12,00", "nothing")]);
        let (half, _) = whole.split_once(":62F:").expect("a balance");
        put(world.folder(), "half.sta", half);
        put(world.folder(), "note.txt", "hello");
        done(&world, &["import", "day.sta"]);
        for (arguments, reason) in [
            (&["import", "half.sta"][..], "half.sta: line 1: the statement has no closing balance"),
            (&["import", "note.txt"], "not a known format"),
            (&["import", "nowhere.sta"], "cannot be read"),
            (&["import", "day.sta", "--account", "DE27999900040000999903"], "expected DE27999900040000999903"),
            (&["import", "day.sta", "--mandator", "7"], "there is no mandator 7 in the configuration; it has 1"),
            (&["assign", "1", "--order", "77"], "77"),
            (&["assign", "9", "--order", &first], "no payment has payment_id \"9\""),
            (&["assign", "1", "--order", &first, "--amount", "12.9999"], "12.9999 is not an amount in EUR"),
            (&["assign", "1", "--order", &first, "--amount", "much"], "\"much\" is not an amount"),
            (&["assign", "1", "--order", &first, "--amount", "13"], "13.00 cannot be assigned"),
            (&["assign", "1", "--order", &cancelled, "--amount", "2"], "PAID is not possible"),
            (&["undo", "1", "--order", &first], "is not assigned to order"),
        ] {
            let text = refused(&world, arguments);
            assert!(text.contains(reason), "{arguments:?}: {text}");
        }
        assert_eq!(done(&world, &["list"]).lines().count(), 2, "all as it was");
    }
}

/// Payments that are stored.
fn stored(database: Database, world: &World) -> i64 {
    Stranger::at(database, world).count("SELECT COUNT(*) AS n FROM payments")
}

#[test]
fn an_import_that_is_killed_is_imported_to_the_end_the_next_time() {
    for database in databases() {
        let world = World::demo(database);
        let paid = order(&world, "A-10001", "12.90");
        let text = format!("order {paid}");
        let mut bookings = vec![("1,00", "a gift"); 4_000];
        bookings.push(("12,90", &text));
        put(world.folder(), "year.sta", &statement(1, &bookings));
        let mut import = command(&world, &["import", "year.sta"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a process");
        eventually("the first payments", || match stored(database, &world) {
            0 => Err(String::from("none")),
            _ => Ok(()),
        });
        import.kill().expect("killed");
        import.wait().expect("gone");
        let before = stored(database, &world);
        assert!(before < 4_001, "{database:?}: it was faster than the kill");
        let text = done(&world, &["import", "year.sta"]);
        assert!(text.contains(&format!("{} new payments", 4_001 - before)) && text.contains(&format!("{before} known")), "{text}");
        assert_eq!((stored(database, &world), status(&world, &paid).as_str()), (4_001, "Paid/Shipping"), "{database:?}");
        assert!(done(&world, &["import", "year.sta"]).contains("0 new payments"));
    }
}

/// The files in a folder below the watched one.
fn files(world: &World, folder: &str) -> Vec<String> {
    let found = std::fs::read_dir(world.folder().join("statements").join(folder)).into_iter().flatten();
    let mut names: Vec<String> = found.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn statements_in_a_watched_folder_are_imported_once_although_the_gateway_is_killed() {
    for database in databases() {
        let text = crate::config::Config::default().text()
            + "\n[payments]\nlook_seconds = 1\n[[payments.folders]]\npath = \"{folder}/statements\"\nmandator_id = 1\n";
        let mut world = World::stopped(database, &text);
        let place = world.folder().join("statements");
        std::fs::create_dir(&place).expect("a folder");
        world.start();
        let paid = order(&world, "A-10001", "12.90");
        eventually("the folder", || if place.join("archive").exists() { Ok(()) } else { Err(world.log()) });
        let mut bookings = vec![("1,00", "a gift"); 2_000];
        let text = format!("order {paid}");
        bookings.push(("12,90", &text));
        put(&place, "year.sta.tmp", &statement(1, &bookings));
        std::fs::rename(place.join("year.sta.tmp"), place.join("year.sta")).expect("renamed");
        put(&place, "bad.sta", "hello");
        eventually("the first payments", || match stored(database, &world) {
            0 => Err(world.log()),
            _ => Ok(()),
        });
        world.kill();
        world.start();
        eventually("the archive", || match files(&world, "archive").as_slice() {
            [name] if name.ends_with("-year.sta") => Ok(()),
            names => Err(format!("{names:?} {}", world.log())),
        });
        assert_eq!((stored(database, &world), status(&world, &paid).as_str()), (2_001, "Paid/Shipping"), "{database:?}");
        let refused = files(&world, "error");
        assert!(refused.len() == 2 && refused[1].ends_with("-bad.sta.txt"), "{refused:?}");
        let note = std::fs::read_to_string(place.join("error").join(&refused[1])).expect("a note");
        assert!(note.contains("line 1: not a known format"), "{note}");
    }
}
