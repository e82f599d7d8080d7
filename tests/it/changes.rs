//! Reading what changed: a reader that goes on from cursor to cursor has everything, whatever happens meanwhile.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use kontor::operations::Face;

use crate::config::Config;
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::hostile::database::Stranger;
use crate::world::{Database, World, databases, eventually};

/// A fetch call by cursor: `page` is what stands in front of it, in the words of the compat face.
pub(crate) fn answer(erp: &Erp<'_>, operation: &str, page: &[(&str, &str)], cursor: &str) -> Element {
    let compat: String = page.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    let typed: String = page.iter().map(|(name, value)| format!("<{0}>{value}</{0}>", camel(name))).collect();
    let filter = match operation {
        "fetchDisputes" => "dispute_filter",
        "fetchFeedback" => "order_filter",
        _ => "filter",
    };
    let mandator = "<mandator_id filter_method=\"=\" filter_value=\"1\"/>";
    let document = erp.document(
        operation,
        &format!("<{filter}>{mandator}</{filter}>{compat}<changed_since>{cursor}</changed_since>"),
        &format!("<filters><item><mandatorId><value>1</value></mandatorId></item></filters>{typed}<changedSince>{cursor}</changedSince>"),
    );
    let reply = erp.send(&document, &[]);
    assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
    erp.read(&reply)
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}

pub(crate) fn next_of(answer: &Element) -> String {
    let code = answer.having("return_code")[0].must("return_code");
    assert_eq!(code, "0", "{answer:?}");
    let next = answer.having("next_changed_since")[0].must("next_changed_since");
    assert!(!next.is_empty() && next.len() <= 64, "{next}");
    next.to_owned()
}

/// Reads on until nothing comes: the values of `key` in the order in which they came, and the cursor at the end.
pub(crate) fn read_on(erp: &Erp<'_>, operation: &str, page: &[(&str, &str)], key: &str, mut cursor: String) -> (Vec<String>, String) {
    let mut seen = Vec::new();
    loop {
        let answer = answer(erp, operation, page, &cursor);
        cursor = next_of(&answer);
        let records = answer.having(key);
        if records.is_empty() {
            return (seen, cursor);
        }
        seen.extend(records.into_iter().map(|record| record.must(key).to_owned()));
    }
}

#[test]
fn items_come_once_in_the_order_of_changes_and_again_when_they_change() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        for number in ["A-1", "A-2", "A-3", "A-4", "A-5"] {
            erp.item(number, number);
        }
        erp.item("A-2", "Changed");
        let page = [("items_per_page", "2")];
        let (seen, cursor) = read_on(&erp, "fetchItems", &page, "internal_item_number", String::new());
        assert_eq!(seen, ["A-1", "A-3", "A-4", "A-5", "A-2"]);
        let (seen, cursor) = read_on(&erp, "fetchItems", &page, "internal_item_number", cursor);
        assert!(seen.is_empty(), "{seen:?}");

        erp.item("A-4", "Changed too");
        let delete = erp.document(
            "deleteItems",
            "<item><mandator_id>1</mandator_id><internal_item_number>A-1</internal_item_number></item>",
            "<items><item><mandatorId>1</mandatorId><internalItemNumber>A-1</internalItemNumber></item></items>",
        );
        erp.sent(&delete);
        let answer = answer(&erp, "fetchItems", &[], &cursor);
        let numbers: Vec<(&str, bool)> = answer
            .having("internal_item_number")
            .into_iter()
            .map(|item| (item.must("internal_item_number"), item.get("deleted_at").is_some()))
            .collect();
        assert_eq!(numbers, [("A-4", false), ("A-1", true)]);
        let (seen, _) = read_on(&erp, "fetchItems", &[], "internal_item_number", next_of(&answer));
        assert!(seen.is_empty(), "{seen:?}");
    });
}

#[test]
fn stock_and_offers_are_read_by_cursor_too() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let offers = [erp.list("MUG", "9.90", 5), erp.list("CUP", "7.90", 5)];
        let (seen, stock) = read_on(&erp, "fetchStockCount", &[("items_per_page", "1")], "stock_count", String::new());
        assert_eq!(seen, ["5", "5"]);
        let (seen, offer) = read_on(&erp, "fetchOffers", &[("offers_per_page", "1")], "offer_id", String::new());
        assert_eq!(seen.len(), 2, "{seen:?}");
        erp.stock("CUP", 3, true);
        let (seen, _) = read_on(&erp, "fetchStockCount", &[], "stock_count", stock);
        assert_eq!(seen, ["3"]);

        let end = erp.document(
            "endOffers",
            &format!("<offers><offer_id>{}</offer_id></offers><process_synchronous>true</process_synchronous>", offers[0]),
            &format!("<offerIds><item>{}</item></offerIds><processSynchronous>true</processSynchronous>", offers[0]),
        );
        erp.sent(&end);
        let delete = erp.document(
            "deleteOffers",
            &format!("<offers><offer_id>{}</offer_id></offers>", offers[0]),
            &format!("<offerIds><item>{}</item></offerIds>", offers[0]),
        );
        erp.sent(&delete);
        let answer = answer(&erp, "fetchOffers", &[], &offer);
        let gone: Vec<i32> = answer.having("deleted_at").into_iter().map(|offer| offer.number("offer_id")).collect();
        assert_eq!(gone, [offers[0]]);
    });
}

#[test]
fn coupons_and_customer_groups_are_read_by_cursor_too() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let coupon = |code: &str, name: &str| {
            let compat =
                format!("<coupon><mandator_id>1</mandator_id><code>{code}</code><name>{name}</name><kind>free_shipping</kind></coupon>");
            let typed = format!(
                "<coupons><item><mandatorId>1</mandatorId><code>{code}</code><name>{name}</name><kind>FREE_SHIPPING</kind></item></coupons>"
            );
            erp.done("updateCoupons", &compat, &typed);
        };
        ["A", "B", "C"].iter().for_each(|code| coupon(code, "first"));
        coupon("A", "second");
        let page = [("coupons_per_page", "1")];
        let (seen, cursor) = read_on(&erp, "fetchCoupons", &page, "code", String::new());
        assert_eq!(seen, ["B", "C", "A"]);
        coupon("B", "first");
        coupon("C", "second");
        assert_eq!(read_on(&erp, "fetchCoupons", &page, "code", cursor).0, ["C"], "what was sent again unchanged is no change");
        let group = "<customer_group><mandator_id>1</mandator_id><identifier>trade</identifier></customer_group>";
        let typed = "<customerGroups><item><mandatorId>1</mandatorId><identifier>trade</identifier></item></customerGroups>";
        erp.done("updateCustomerGroups", group, typed);
        assert_eq!(read_on(&erp, "fetchCustomerGroups", &[], "identifier", String::new()).0, ["trade"]);
    });
}

#[test]
fn payments_price_lists_and_messages_are_read_by_cursor_too() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let pay = |number: usize, purpose: &str| {
            let compat = format!(
                "<payment><mandator_id>1</mandator_id><external_id>P-{number}</external_id><payment_date>2025-01-0{number}T00:00:00</payment_date>\
                 <payment_amount>1.00</payment_amount><currency_code_iso>EUR</currency_code_iso>{purpose}</payment>"
            );
            let purpose = purpose.replace("payment_status_identifier", "paymentStatusIdentifier").replace("no_order", "NO_ORDER");
            let typed =
                payment(0, 0, &purpose).replace("T-0-0", &format!("P-{number}")).replace("2025-01-28", &format!("2025-01-0{number}"));
            erp.done("updatePayments", &compat, &typed);
        };
        [3, 2, 1].into_iter().for_each(|number| pay(number, ""));
        let page = [("payments_per_page", "2")];
        let (seen, cursor) = read_on(&erp, "fetchPayments", &page, "external_id", String::new());
        assert_eq!(seen, ["P-3", "P-2", "P-1"], "in the order in which they were stored");
        pay(2, "<payment_status_identifier>no_order</payment_status_identifier>");
        pay(3, "");
        assert_eq!(read_on(&erp, "fetchPayments", &page, "external_id", cursor).0, ["P-2"], "what was sent again unchanged is no change");

        let page = [("pricelists_per_page", "1")];
        erp.item("MUG", "Mug");
        let (seen, cursor) = read_on(&erp, "fetchPricelist", &page, "iso_currency", String::new());
        assert!(!seen.is_empty());
        erp.price("MUG", "9.90");
        let (seen, _) = read_on(&erp, "fetchPricelist", &page, "iso_currency", cursor);
        assert_eq!(seen.len(), 1, "the list with the new price: {seen:?}");

        // Each refused upload is a message.
        let page = [("messages_per_page", "1")];
        let (_, cursor) = read_on(&erp, "fetchUploadMessages", &page, "severity", String::new());
        let refuse = |number: &str| {
            erp.list(number, "1.00", 1);
            world.sandbox("/faults", &serde_json::json!({"refuse": [{"sku": number, "code": "E1", "text": "no"}]}));
            erp.item(number, "Refused");
            eventually("a message", || if erp.messages(erp.item(number, "Refused")).is_empty() { Err(number.to_owned()) } else { Ok(()) });
        };
        ["R-1", "R-2"].into_iter().for_each(refuse);
        let (seen, _) = read_on(&erp, "fetchUploadMessages", &page, "message_id", cursor);
        let seen: Vec<i32> = seen.iter().map(|number| number.parse().expect("a number")).collect();
        assert!(seen.len() >= 2 && seen.is_sorted_by(|one, next| one < next), "each once, in the order in which they came: {seen:?}");
    });
}

#[test]
fn a_cursor_that_is_not_of_this_call_is_refused() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("A-1", "A");
        let cursor = next_of(&answer(&erp, "fetchItems", &[], ""));
        let code = |operation: &str, page: &[(&str, &str)], cursor: &str| {
            let answer = answer(&erp, operation, page, cursor);
            (answer.having("return_code")[0].must("return_code").to_owned(), answer.having("internal_item_number").len())
        };
        assert_eq!(code("fetchItems", &[], &cursor), ("0".to_owned(), 0));
        assert_eq!(code("fetchItems", &[("page", "1")], &cursor), ("0".to_owned(), 0));
        assert_eq!(code("fetchItems", &[("page", "2")], &cursor), ("-3042".to_owned(), 0));
        for (operation, cursor) in [("fetchStockCount", cursor.as_str()), ("fetchItems", "yesterday"), ("fetchItems", &cursor[1..])] {
            assert_eq!(code(operation, &[], cursor), ("-3040".to_owned(), 0), "{operation} {cursor}");
        }
        assert_eq!(code("fetchItems", &[], &"A".repeat(65)).0, "-3008");
        // The same call with another filter.
        let other = erp.document(
            "fetchItems",
            &format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><active filter_value=\"true\"/></filter><changed_since>{cursor}</changed_since>"),
            &format!("<filters><item><mandatorId><value>1</value></mandatorId><active><value>true</value></active></item></filters><changedSince>{cursor}</changedSince>"),
        );
        let refused = erp.read(&erp.send(&other, &[]));
        assert_eq!(refused.having("return_code")[0].must("return_code"), "-3040");
        // What was deleted is forgotten up to a time before the cursor, then up to one behind it.
        Stranger::at(database, &world).execute("UPDATE change_clock SET forgotten = 1");
        erp.item("A-2", "B");
        assert_eq!(code("fetchItems", &[], &cursor), ("0".to_owned(), 1));
        Stranger::at(database, &world).execute("UPDATE change_clock SET forgotten = last");
        assert_eq!(code("fetchItems", &[], &cursor), ("-3041".to_owned(), 0));
        assert_eq!(code("fetchItems", &[], ""), ("0".to_owned(), 2));
    });
}

/// A phone sale; the higher its number, the earlier its date.
fn sale(writer: usize, number: usize) -> String {
    let (day, name) = (28 - number % 28, format!("T-{writer}-{number}"));
    format!(
        "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>{name}</externalOrderNumber1>\
         <orderDate>2025-01-{day:02}T08:00:00</orderDate><currencyCodeIso>EUR</currencyCodeIso><subChannelId>4100</subChannelId><paymentMethodId>8</paymentMethodId>\
         <customer><email>ada@example.org</email></customer><deliveryAddress><city>Bonn</city></deliveryAddress><orderItems><item>\
         <internalItemNumber>MUG</internalItemNumber><quantity>1</quantity><price>12.5</price></item></orderItems></item></orders>"
    )
}

/// A payment; the higher its number, the earlier the day of its booking.
fn payment(writer: usize, number: usize, more: &str) -> String {
    let (day, name) = (28 - number % 28, format!("T-{writer}-{number}"));
    format!(
        "<payments><item><mandatorId>1</mandatorId><externalId>{name}</externalId><paymentDate>2025-01-{day:02}T00:00:00Z</paymentDate>\
         <paymentAmount>1.00</paymentAmount><currencyCodeIso>EUR</currencyCodeIso>{more}<orders/></item></payments>"
    )
}

/// A price list with one price.
fn prices(writer: usize, number: usize, price: &str) -> String {
    format!(
        "<pricelists><item><mandatorId>1</mandatorId><identifier>T-{writer}-{number}</identifier><isoCurrency>EUR</isoCurrency><validities>\
         <item><prices><item><itemNr>MUG</itemNr><price>{price}</price></item></prices></item></validities></item></pricelists>"
    )
}

/// Stores back-dated records of each kind and changes every second one a little later, once it was possibly read.
fn write_records(world: &World, writer: usize, count: usize) {
    let erp = Erp::on(world, Face::Typed);
    for number in 0..count {
        erp.sent(&erp.document("updateOrders", "", &sale(writer, number)));
        erp.sent(&erp.document("updatePayments", "", &payment(writer, number, "")));
        erp.sent(&erp.document("updatePricelist", "", &prices(writer, number, "1.50")));
        if number % 2 == 1 {
            erp.status(&format!("T-{writer}-{}", number - 1), "FETCHED", None);
            let apart = "<paymentStatusIdentifier>NO_ORDER</paymentStatusIdentifier>";
            erp.sent(&erp.document("updatePayments", "", &payment(writer, number - 1, apart)));
            erp.sent(&erp.document("updatePricelist", "", &prices(writer, number - 1, "2.50")));
        }
    }
}

/// A fetch call by cursor: its page size, the key of its records, and what changes of every second one.
type Changing = (&'static str, &'static str, &'static str, fn(&Element) -> bool);

const CHANGING: [Changing; 3] = [
    ("fetchOrders", "orders_per_page", "external_order_number_1", |order| order.get("export_date").is_some()),
    ("fetchPayments", "payments_per_page", "external_id", |payment| {
        payment.must("payment_status_identifier").eq_ignore_ascii_case("no_order")
    }),
    ("fetchPricelist", "pricelists_per_page", "iso_currency", |list| list.having("price")[0].must("price").starts_with("2.5")),
];

/// Polls until the writers are done and nothing comes any more: what was last seen of each record.
fn poll(world: &World, (operation, per_page, key, changed): Changing, done: &AtomicBool) -> BTreeMap<String, bool> {
    let erp = Erp::on(world, Face::Typed);
    let (mut seen, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let last_round = done.load(Ordering::SeqCst);
        let answer = answer(&erp, operation, &[(per_page, "3")], &cursor);
        cursor = next_of(&answer);
        let records = answer.having(key);
        if records.is_empty() && last_round {
            return seen;
        }
        for record in records {
            let name = record.must(if key == "iso_currency" { "identifier" } else { key });
            if name.starts_with("T-") {
                seen.insert(name.to_owned(), changed(record));
            }
        }
    }
}

#[test]
fn a_reader_misses_nothing_that_is_stored_back_dated_while_it_polls() {
    const WRITERS: usize = 4;
    const RECORDS: usize = 12;
    for database in databases() {
        let first = World::configured(database, &Config::default().text());
        Erp::on(&first, Face::Typed).item("MUG", "Mug");
        // SQLite belongs to one process.
        let second = (database == Database::Postgres).then(|| first.beside());
        let worlds = [&first, second.as_ref().unwrap_or(&first)];
        let done = AtomicBool::new(false);
        let readers = std::thread::scope(|scope| {
            let pairs = worlds.iter().flat_map(|world| CHANGING.map(|changing| (*world, changing)));
            let done = &done;
            let readers: Vec<_> = pairs.map(|(world, changing)| scope.spawn(move || poll(world, changing, done))).collect();
            let writers: Vec<_> =
                (0..WRITERS).map(|writer| scope.spawn(move || write_records(worlds[writer % 2], writer, RECORDS))).collect();
            let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            done.store(true, Ordering::SeqCst);
            let readers: Vec<_> = readers.into_iter().map(|reader| reader.join().expect("a reader")).collect();
            ended.into_iter().for_each(|writer| writer.expect("a writer"));
            readers
        });
        for (at, changing) in CHANGING.into_iter().enumerate() {
            let fresh = poll(&first, changing, &AtomicBool::new(true));
            assert_eq!(fresh.len(), WRITERS * RECORDS, "{database:?} {}", changing.0);
            assert_eq!(fresh.values().filter(|changed| **changed).count(), WRITERS * RECORDS / 2, "{database:?} {}", changing.0);
            for reader in readers.iter().skip(at).step_by(CHANGING.len()) {
                assert_eq!(*reader, fresh, "{database:?} {}", changing.0);
            }
        }
    }
}

/// The files of an SQLite database, copied while no gateway works with them.
fn copy_database(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder") {
        let path = entry.expect("a file").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().contains(".sqlite")) {
            std::fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
}

#[test]
fn a_cursor_outlives_a_restart_but_not_a_backup_that_lacks_what_it_has_seen() {
    let mut world = World::configured(Database::Sqlite, &Config::default().text());
    Erp::on(&world, Face::Typed).item("A-1", "A");
    let early = next_of(&answer(&Erp::on(&world, Face::Typed), "fetchItems", &[], ""));
    world.stop();
    let backup = world.folder().join("backup");
    copy_database(world.folder(), &backup);
    world.start();
    let erp = Erp::on(&world, Face::Typed);
    let (seen, _) = read_on(&erp, "fetchItems", &[], "internal_item_number", early.clone());
    assert!(seen.is_empty(), "after a restart: {seen:?}");
    erp.item("A-1", "Changed after the backup");
    let (seen, late) = read_on(&erp, "fetchItems", &[], "internal_item_number", early.clone());
    assert_eq!(seen, ["A-1"]);
    world.stop();
    copy_database(&backup, world.folder());
    world.start();
    let erp = Erp::on(&world, Face::Typed);
    erp.item("A-2", "B");
    let code = |cursor: &str| answer(&erp, "fetchItems", &[], cursor).having("return_code")[0].must("return_code").to_owned();
    assert_eq!(code(&late), "-3040");
    assert_eq!(code(&early), "0", "the backup has what this one has seen");

    let other = World::configured(Database::Sqlite, &Config::default().text());
    let other = Erp::on(&other, Face::Typed);
    other.item("A-1", "A");
    let refused = answer(&other, "fetchItems", &[], &early);
    assert_eq!(refused.having("return_code")[0].must("return_code"), "-3040", "of another database");
}
