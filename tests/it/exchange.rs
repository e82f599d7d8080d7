//! Two companies connected through a folder: the merchant's Kontor writes its offers into files and collects orders from files; the
//! partner sells in his own shop with his own Kontor, and a script carries what the files say. On every database and face.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::config::{Config, Shop};
use crate::erp::{Erp, everywhere};
use crate::world::{Database, World, eventually};

/// The first account with this connector in place of the scripted shop, and its folder.
fn merchant(database: Database, settings: &str) -> (World, PathBuf) {
    let text = Config { shops: &[Shop::FIRST], ..Config::default() }.text();
    let text = text
        .replace("connector = \"sandbox\"", "connector = \"exchange\"")
        .replace("state_path = \"{folder}/shop-1000.json\"", &format!("folder = \"{{folder}}/partner\"\nsettle_seconds = 0\n{settings}"));
    let mut world = World::stopped(database, &text);
    let folder = world.folder().join("partner");
    std::fs::create_dir(&folder).unwrap();
    world.start();
    (world, folder)
}

/// The newest file of a kind.
fn newest(folder: &Path, kind: &str) -> String {
    eventually(&format!("a file in {kind}"), || {
        let entries = std::fs::read_dir(folder.join(kind)).map_err(|error| error.to_string())?;
        let last = entries.map(|entry| entry.unwrap().path()).max().ok_or("none yet")?;
        std::fs::read_to_string(last).map_err(|error| error.to_string())
    })
}

/// What an element of a document says.
fn says(document: &str, element: &str) -> String {
    let (_, rest) = document.split_once(&format!("<{element}>")).unwrap_or_else(|| panic!("{element}: {document}"));
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// Puts an order there as a careful partner does.
fn orders(folder: &Path, name: &str, number: &str, more: &str) {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<orders><order><marketplace_order_id_1>{number}</marketplace_order_id_1>\
         <order_date>2026-03-22T15:00:00.000+01:00</order_date><currency_code_iso>EUR</currency_code_iso>\
         <payment_method_identifier>prepayment</payment_method_identifier><payment_status_identifier>paid</payment_status_identifier>{more}\
         <invoice_last_name>Muster</invoice_last_name><invoice_street>Hauptstraße</invoice_street><invoice_city>Weiden</invoice_city>\
         <invoice_country_code_iso>DE</invoice_country_code_iso><order_items><order_item><item_internal_number>MUG</item_internal_number>\
         <quantity>2</quantity><price>12.90</price><tax_rate>19</tax_rate></order_item></order_items></order></orders>\n"
    );
    let part = folder.join("OrderImport").join(format!("{name}.part"));
    std::fs::write(&part, text).unwrap();
    std::fs::rename(part, folder.join("OrderImport").join(name)).unwrap();
}

fn only_order(erp: &Erp<'_>, number: &str) -> i32 {
    eventually("the order", || {
        let orders = erp.all_orders();
        match orders.as_slice() {
            [order] if order.marketplace_order_id == number => Ok(order.order_id),
            other => Err(format!("{other:?}")),
        }
    })
}

#[test]
fn two_kontors_sell_together_through_a_folder() {
    everywhere(|database, face| {
        let (ours, folder) = merchant(database, "");
        let theirs = World::configured(database, &Config::default().text());
        let (erp, partner) = (Erp::on(&ours, face), Erp::on(&theirs, face));
        erp.list("MUG", "12.90", 7);
        // The script reads the offer, and the partner lists it in his shop.
        let offer = newest(&folder, "OfferExport");
        assert_eq!((says(&offer, "offer_pending_state"), says(&offer, "quantity")), ("ACTIVE".to_owned(), "7".to_owned()), "{offer}");
        partner.list(&says(&offer, "item_internal_number"), &says(&offer, "price"), 7);
        let sold = theirs.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 2}]}));
        partner.sync();
        let order = partner.new_orders().remove(0);
        assert_eq!(sold["order_id"], order.marketplace_order_id);
        partner.number_order(order.order_id, "P-1");
        // It puts the partner's order there, and ours is on its way.
        orders(&folder, "P-1.xml", "P-1", "");
        let order_id = only_order(&erp, "P-1");
        assert_eq!(erp.stock_of("MUG"), (7, 2), "reserved");
        erp.number_order(order_id, "E-1");
        erp.status("E-1", "SHIPPED", Some("JJD000390007"));
        let export = eventually("the package", || {
            let text = newest(&folder, "OrderExport");
            text.contains("<packet>").then_some(text.clone()).ok_or(text)
        });
        assert_eq!(
            (says(&export, "marketplace_order_id_1"), says(&export, "order_status_identifier")),
            ("P-1".to_owned(), "shipped".to_owned())
        );
        // It tells the partner's Kontor, and so his shop and his buyer.
        let tracking = says(&export, "tracking_number");
        partner.status("P-1", "SHIPPED", Some(tracking.as_str()));
        eventually("the buyer's tracking number", || {
            let shown = theirs.sandbox_get(&format!("/orders/{}", order.marketplace_order_id));
            (shown["packets"][0]["tracking_number"] == "JJD000390007").then_some(()).ok_or(shown.to_string())
        });
    });
}

#[test]
fn an_order_comes_once_whatever_happens_to_its_file_and_to_the_gateways() {
    everywhere(|database, face| {
        let (mut ours, folder) = merchant(database, "");
        Erp::on(&ours, face).list("MUG", "12.90", 7);
        // An SQLite database has one gateway.
        let beside = (database == Database::Postgres).then(|| ours.beside());
        orders(&folder, "1.xml", "X-1", "");
        only_order(&Erp::on(&ours, face), "X-1");
        // Killed after it read the file; then the same file once more, and with other content.
        ours.kill();
        orders(&folder, "2.xml", "X-1", "");
        orders(&folder, "3.xml", "X-1", "<order_status_identifier>cancelled</order_status_identifier>");
        ours.start();
        eventually("the cancellation", || {
            let orders = Erp::on(&ours, face).all_orders();
            (orders.len() == 1 && orders[0].complete).then_some(()).ok_or(format!("{orders:?}"))
        });
        assert_eq!(Erp::on(&ours, face).stock_of("MUG"), (7, 0), "nothing is reserved any more");
        eventually("the files", || {
            let count = |name: &str| std::fs::read_dir(folder.join("OrderImport").join(name)).map_or(0, Iterator::count);
            (count("archive") == 3 && count("error") == 0).then_some(()).ok_or(format!("{} files", count("archive")))
        });
        drop(beside);
    });
}

#[test]
fn an_order_of_an_unknown_article_arrives_and_a_bad_file_is_explained() {
    everywhere(|database, face| {
        let (ours, folder) = merchant(database, "");
        let erp = Erp::on(&ours, face);
        // Nobody made the article; the folders are made at the first look.
        eventually("the folders", || folder.join("OrderImport").is_dir().then_some(()).ok_or(String::new()));
        orders(&folder, "1.xml", "U-1", "");
        only_order(&erp, "U-1");
        std::fs::write(folder.join("OrderImport/2.xml"), "<orders><order></order></orders>").unwrap();
        let note = eventually("the note", || {
            let mut notes = std::fs::read_dir(folder.join("OrderImport/error")).map_err(|error| error.to_string())?;
            let note = notes
                .find_map(|entry| entry.ok().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "txt")));
            std::fs::read_to_string(note.ok_or("none yet")?).map_err(|error| error.to_string())
        });
        assert!(note.contains("line 1: <marketplace_order_id_1>: is missing or empty"), "{note}");
    });
}
