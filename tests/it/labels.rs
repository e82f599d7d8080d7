//! Shipping labels from outside: a carrier with bad days, a refused address, and a gateway that is killed. One label each.

use std::fs;
use std::path::Path;

use crate::config::Config;
use crate::world::{World, databases, eventually};

pub(crate) fn sale(world: &World, number: &str, city: &str) {
    let answer = world.connect(
        "updateOrders",
        &format!(
            "<request method=\"updateOrders\" version=\"1.0.0\"><order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id>\
             <external_order_number_1>{number}</external_order_number_1><currency_code_iso>EUR</currency_code_iso><sub_channel_id>4100</sub_channel_id>\
             <order_date>2026-01-15T10:30:00</order_date><delivery_address><last_name>Muster</last_name><street>Weg</street><house_number>1</house_number>\
             <postal_code>96047</postal_code><city>{city}</city><country_code_iso>DE</country_code_iso></delivery_address><order_items><order_item>\
             <identifier>Mug</identifier><quantity>1</quantity><price>10</price><tax_rate>19</tax_rate></order_item></order_items></order></request>"
        ),
    );
    assert!(answer.contains("return_code=\"0\""), "{answer}");
}

pub(crate) fn label(number: &str) -> String {
    format!(
        "<shipping_label><mandator_id>1</mandator_id><order significant_key=\"external_order_number_1\"><external_order_number_1>{number}</external_order_number_1>\
         </order><external_label_number>L-{number}</external_label_number><weight>500</weight></shipping_label>"
    )
}

pub(crate) fn create(world: &World, labels: &str) -> String {
    world.connect("createShippingLabels", &format!("<request method=\"createShippingLabels\" version=\"1.0.0\">{labels}</request>"))
}

/// Number and status of each label, and how many files it has.
pub(crate) fn labels(world: &World) -> Vec<(String, String, usize)> {
    let answer = world.connect(
        "fetchShippingLabels",
        "<request method=\"fetchShippingLabels\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter></request>",
    );
    let value = |part: &str, name: &str| {
        let rest = part.split_once(&format!("<{name}>")).map(|(_, rest)| rest.split('<').next().unwrap_or_default());
        rest.unwrap_or_default().to_owned()
    };
    let parts = answer.split("<shipping_label>").skip(1);
    parts.map(|part| (value(part, "external_label_number"), value(part, "label_status"), part.matches("<base64_doc>").count())).collect()
}

#[test]
fn each_order_gets_one_label_whatever_happens_to_the_carrier_and_the_gateway() {
    for database in databases() {
        let mut world = World::demo(database);
        for (number, city) in [("GOOD", "Bamberg"), ("BAD", "REFUSE"), ("LOST", "LOSE"), ("LATE", "DOWN")] {
            sale(&world, number, city);
        }
        let wanted = ["GOOD", "BAD", "LOST", "LATE"].map(label).concat();
        let answer = create(&world, &wanted);
        assert_eq!(answer.matches("action=\"insert\"").count(), 4, "{answer}");
        world.kill();
        world.start();
        // Another document, so that this is no repeat of the call.
        let again = ["LATE", "LOST", "BAD", "GOOD"].map(label).concat();
        let answer = create(&world, &again);
        assert!(answer.matches("return_code=\"0\"").count() == 4 && !answer.contains("action=\"insert\""), "a repeat: {answer}");
        eventually("all labels", || {
            let found = labels(&world);
            let expected = [("L-GOOD", "made", 1), ("L-BAD", "refused", 0), ("L-LOST", "made", 1), ("L-LATE", "made", 1)];
            let expected: Vec<_> = expected.map(|(number, status, files)| (number.to_owned(), status.to_owned(), files)).into();
            if found == expected { Ok(()) } else { Err(format!("{found:?}")) }
        });
        let confirmed = world.connect(
            "confirmShippingLabels",
            "<request method=\"confirmShippingLabels\" version=\"1.0.0\"><shipping_label significant_key=\"external_label_number\"><mandator_id>1</mandator_id>\
             <external_label_number>L-GOOD</external_label_number></shipping_label></request>",
        );
        assert!(confirmed.contains("return_code=\"0\"") && confirmed.contains("<label_status>confirmed<"), "{confirmed}");
        let order = world.connect(
            "fetchOrders",
            "<request method=\"fetchOrders\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/>\
             <external_order_number_1 filter_method=\"=\" filter_value=\"GOOD\"/></filter></request>",
        );
        assert!(order.contains("<order_status_identifier>Shipped/Done<") && order.contains("<tracking_number>SB"), "{order}");
    }
}

/// The files that a shipping software sees in a folder, and what is in them.
fn seen(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.path().is_file() && !entry.file_name().to_string_lossy().starts_with('.'));
    files.map(|entry| fs::read_to_string(entry.path()).expect("text")).collect()
}

fn export(world: &World, rest: &str) -> String {
    world.connect(
        "doShippingSoftwareExport",
        &format!(
            "<request method=\"doShippingSoftwareExport\" version=\"1.0.0\"><shipping_export><mandator_id>1</mandator_id>{rest}</shipping_export></request>"
        ),
    )
}

#[test]
fn a_shipping_software_gets_each_parcel_in_one_file_and_its_numbers_ship_the_orders() {
    for database in databases() {
        let text = Config::default().text()
            + "\n[[carriers]]\nidentifier = \"desk\"\nmandator_id = 1\ncarrier = \"file\"\nshipping_provider = \"DHL\"\n[carriers.settings]\n\
               export_folder = \"{folder}/out\"\nimport_folder = \"{folder}/in\"\n";
        let mut world = World::stopped(database, &text);
        let (out, into) = (world.folder().join("out"), world.folder().join("in"));
        for folder in [&out, &into] {
            fs::create_dir(folder).expect("a folder");
        }
        world.start();
        for number in ["A", "B", "C"] {
            sale(&world, number, "Bamberg");
        }
        let answer = create(&world, &["A", "B"].map(label).concat());
        assert_eq!(answer.matches("action=\"insert\"").count(), 2, "{answer}");
        let named = "<order significant_key=\"external_order_number_1\"><external_order_number_1>C</external_order_number_1></order><weight>700</weight>";
        for rest in ["", named, named, ""] {
            let answer = export(&world, rest);
            assert!(answer.contains("return_code=\"0\"") && answer.contains("<label_count>"), "{answer}");
            world.kill();
            world.start();
        }
        eventually("the files", || {
            let references = ["K1-000001", "K1-000002", "K1-000003"];
            let times = references.map(|reference| seen(&out).iter().map(|file| file.matches(reference).count()).sum::<usize>());
            if times == [1, 1, 1] { Ok(()) } else { Err(format!("{times:?} {}", world.log())) }
        });
        fs::write(
            into.join("answer.part"),
            "reference;tracking_number;status;message\nK1-000001;0034;OK;\nK1-000002;;ERROR;unknown street\nK1-77;1;OK;\n",
        )
        .expect("written");
        fs::rename(into.join("answer.part"), into.join("answer.csv")).expect("renamed");
        eventually("the answer", || {
            let found: Vec<String> = labels(&world).into_iter().map(|(_, status, _)| status).collect();
            if found == ["made", "refused", "exported"] { Ok(()) } else { Err(format!("{found:?} {}", world.log())) }
        });
        let notes = eventually("the note", || match seen(&into.join("error")) {
            files if files.len() == 2 => Ok(files.concat()),
            files => Err(format!("{files:?}")),
        });
        assert!(notes.contains("line 4: no label has the reference \"K1-77\""), "{notes}");
        let confirmed = world.connect(
            "confirmShippingLabels",
            "<request method=\"confirmShippingLabels\" version=\"1.0.0\"><shipping_label significant_key=\"tracking_number\"><mandator_id>1</mandator_id>\
             <tracking_number>0034</tracking_number></shipping_label></request>",
        );
        assert!(confirmed.contains("<label_status>confirmed<"), "{confirmed}");
        assert_eq!(seen(&out).len(), seen(&out).iter().filter(|file| file.starts_with("reference;")).count());
    }
}
