//! Documents of orders from outside: in by Base64 and MTOM, out by fetch, to the channel, and e-invoices that a validator accepts.

use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::orders::{buy, open_shop, sync};
use crate::samples::root;
use crate::world::{Database, World, compat_envelope, databases, eventually, left_out, typed_envelope};

/// The Python of the tests, if it has what checks e-invoices.
fn checker() -> Option<PathBuf> {
    let setup = std::env::var_os("KONTOR_SETUP_DIR").map_or_else(|| root().join(".setup"), PathBuf::from);
    let python = setup.join("venv/bin/python");
    let found = Command::new(&python).args(["-c", "import facturx, saxonche"]).output();
    found.is_ok_and(|output| output.status.success()).then_some(python)
}

/// A phone sale. `rest` is what comes with number, addresses and currency.
pub(crate) fn sale(world: &World, number: &str, country: &str, rest: &str) {
    let answer = world.connect(
        "updateOrders",
        &format!(
            "<request method=\"updateOrders\" version=\"1.0.0\"><order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id>\
             <external_order_number_1>{number}</external_order_number_1><currency_code_iso>EUR</currency_code_iso>\
             <sub_channel_id>4100</sub_channel_id><order_date>2026-01-15T10:30:00</order_date>\
             <invoice_address><firm>Käufer &amp; Söhne</firm><last_name>Müßig</last_name><street>Weg</street><house_number>1</house_number>\
             <postal_code>1010</postal_code><city>Ort</city><country_code_iso>{country}</country_code_iso></invoice_address>{rest}</order></request>"
        ),
    );
    assert!(answer.contains("return_code=\"0\""), "{answer}");
}

pub(crate) fn item(name: &str, quantity: i32, price: &str, rate: &str) -> String {
    format!(
        "<order_item><identifier>{name}</identifier><quantity>{quantity}</quantity><price>{price}</price><tax_rate>{rate}</tax_rate></order_item>"
    )
}

fn status(world: &World, number: &str, status: &str, rest: &str) {
    let answer = world.connect(
        "updateOrderStatus",
        &format!(
            "<request method=\"updateOrderStatus\" version=\"1.0.0\"><order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id>\
             <external_order_number_1>{number}</external_order_number_1><status>{status}</status>{rest}</order></request>"
        ),
    );
    assert!(answer.contains("return_code=\"0\""), "{answer}");
}

pub(crate) fn create(world: &World, number: &str, documents: &str) -> String {
    world.connect(
        "createOrderDocuments",
        &format!(
            "<request method=\"createOrderDocuments\" version=\"1.0.0\"><orders><order significant_key=\"external_order_number_1\">\
             <mandator_id>1</mandator_id><external_order_number_1>{number}</external_order_number_1><documents>{documents}</documents></order></orders></request>"
        ),
    )
}

pub(crate) fn wanted(kind: &str, rest: &str) -> String {
    format!("<document><document_type>{kind}</document_type>{rest}</document>")
}

/// The contents of documents, by their numbers.
fn fetched(world: &World, filter: &str) -> Vec<(String, Vec<u8>)> {
    let answer = world.connect(
        "fetchOrderDocuments",
        &format!("<request method=\"fetchOrderDocuments\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/>{filter}</filter></request>"),
    );
    let element = |part: &str, name: &str| {
        let (_, rest) = part.split_once(&format!("<{name}>"))?;
        Some(rest.split('<').next().unwrap_or_default().to_owned())
    };
    let documents = answer.split("<document>").skip(1);
    documents
        .map(|part| {
            let content = element(part, "base64_doc").unwrap_or_else(|| panic!("no content: {part}"));
            (element(part, "external_document_number").unwrap_or_default(), BASE64_STANDARD.decode(content).expect("Base64"))
        })
        .collect()
}

/// Orders with everything that changes what an e-invoice says.
fn sell_everything(world: &World) {
    let items = |items: &[String]| format!("<order_items>{}</order_items>", items.concat());
    let goods = items(&[item("Becher", 2, "29.95", "19"), item("Kochbuch", 1, "14.98", "7"), item("Untersetzer", 7, "0.99", "19")]);
    sale(world, "GROSS", "DE", &format!("<shipping_charge>4.90</shipping_charge><coupon_amount>10.00</coupon_amount>{goods}"));
    let goods = items(&[item("Becher", 3, "10.33", "19"), item("Buch", 999, "0.5555", "7")]);
    sale(world, "NET", "DE", &format!("<price_type_id>2</price_type_id><shipping_charge>4.90</shipping_charge>{goods}"));
    let goods = items(&[item("Becher", 3, "10.33", "0")]);
    let vat_id = "<tax_identification_number>ATU12345678</tax_identification_number>";
    sale(world, "EU", "AT", &format!("{vat_id}<price_type_id>2</price_type_id>{goods}"));
    sale(world, "EXPORT", "CH", &format!("<price_type_id>2</price_type_id>{goods}"));
    sale(world, "ZERO", "DE", &goods);
    for number in ["GROSS", "NET", "EU"] {
        status(world, number, "PAID", "");
    }
    status(
        world,
        "EU",
        "SHIPPED",
        "<shipping_informations><shipping_information><shipping_date>2026-01-16T10:00:00</shipping_date></shipping_information></shipping_informations>",
    );
    for number in ["GROSS", "NET", "EU", "EXPORT", "ZERO"] {
        let answer = create(world, number, &wanted("invoice", ""));
        assert!(answer.contains("return_code=\"0\""), "{number}: {answer}");
    }
    let credit = world.connect(
        "createCreditEntry",
        "<request method=\"createCreditEntry\" version=\"1.0.0\"><credit_entry significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id>\
         <external_order_number_1>GROSS</external_order_number_1><external_credit_number>C-1</external_credit_number><credit_amount>11.11</credit_amount>\
         <currency_code_iso>EUR</currency_code_iso><reason>Kratzer</reason></credit_entry></request>",
    );
    assert!(credit.contains("return_code=\"0\""), "{credit}");
    let number = "<external_credit_number>C-1</external_credit_number>";
    for (order, documents) in [("GROSS", wanted("credit note", number) + &wanted("credit note", "")), ("EU", wanted("credit note", ""))] {
        let answer = create(world, order, &documents);
        assert!(answer.contains("return_code=\"0\""), "{order}: {answer}");
    }
}

#[test]
fn e_invoices_pass_the_rules_of_en_16931() {
    let Some(python) = checker() else {
        left_out("e-invoices are not validated: the Python packages factur-x and saxonche are missing; run tests/setup/install");
        return;
    };
    let world = World::demo(Database::Sqlite);
    sell_everything(&world);
    let found = fetched(&world, "<document_origin filter_method=\"=\" filter_value=\"kontor\"/>");
    let numbers: Vec<&str> = found.iter().map(|(number, _)| number.as_str()).collect();
    assert_eq!(numbers, ["RE-1", "GU-1", "GU-2", "RE-2", "RE-3", "GU-3", "RE-4", "RE-5"], "by order");
    let files: Vec<PathBuf> = found
        .iter()
        .map(|(number, content)| {
            let path = world.folder().join(format!("{number}.pdf"));
            std::fs::write(&path, content).expect("written");
            path
        })
        .collect();
    let checked = Command::new(python).arg(root().join("tests/einvoice/check.py")).args(&files).output().expect("it runs");
    let told = String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success() && told.contains("8 files, 0 problems"), "{told}");
}

/// A request whose content is an attachment, as stacks send it with MTOM.
fn in_parts(envelope: &str, attachment: &[u8]) -> (String, Vec<u8>) {
    let head = format!(
        "--b\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n{envelope}\r\n\
         --b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <doc@erp>\r\n\r\n"
    );
    let body = [head.as_bytes(), attachment, b"\r\n--b--\r\n"].concat();
    ("multipart/related; type=\"application/xop+xml\"; start=\"<root>\"; boundary=b; start-info=\"text/xml\"".to_owned(), body)
}

#[test]
fn a_document_comes_as_an_attachment_and_goes_out_as_it_came() {
    let content: Vec<u8> = b"%PDF-1.4\n".iter().copied().chain(0..=255).chain(*b"\r\n--not the boundary\r\n").collect();
    for database in databases() {
        let world = World::demo(database);
        sale(&world, "A", "DE", &format!("<order_items>{}</order_items>", item("Mug", 1, "10", "19")));
        let include = "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:doc%40erp\"/>";
        let typed = format!(
            "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>A</externalOrderNumber1>\
             <documents><item><externalDocumentNumber>T</externalDocumentNumber><base64Doc>{include}</base64Doc><documentType>INVOICE</documentType></item></documents></item></orders>"
        );
        let (content_type, body) = in_parts(&typed_envelope("updateOrderDocuments", &typed), &content);
        let reply = world.post_bytes("/ws/v1", body, &[("Content-Type", &content_type)]);
        assert!(reply.status == 200 && reply.body.contains("<returnCode>0<"), "{}", reply.body);
        let sent = BASE64_STANDARD.encode(&content);
        let compat = format!(
            "<request method=\"updateOrderDocuments\" version=\"1.1.0\"><order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id>\
             <external_order_number_1>A</external_order_number_1><documents><document><external_document_number>C</external_document_number>\
             <base64_doc>{sent}</base64_doc><document_type>invoice</document_type></document></documents></order></request>"
        );
        let reply = world.post("/ws/connect", &compat_envelope("updateOrderDocuments", &compat), &[]);
        assert!(reply.body.contains("return_code=&quot;0&quot;") || reply.body.contains("return_code=\"0\""), "{}", reply.body);
        let expected = [("T".to_owned(), content.clone()), ("C".to_owned(), content.clone())];
        assert_eq!(fetched(&world, ""), expected);
    }
}

#[test]
fn a_document_that_is_no_base64_spoils_its_order_only() {
    let world = World::demo(Database::Sqlite);
    let goods = format!("<order_items>{}</order_items>", item("Mug", 1, "10", "19"));
    let record = |number: &str, content: &str| {
        format!(
            "<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id><external_order_number_1>{number}</external_order_number_1>\
             <documents><document><base64_doc>{content}</base64_doc><document_type>invoice</document_type></document></documents></order>"
        )
    };
    for number in ["A", "B"] {
        sale(&world, number, "DE", &goods);
    }
    let answer = world.connect(
        "updateOrderDocuments",
        &format!(
            "<request method=\"updateOrderDocuments\" version=\"1.1.0\">{}{}</request>",
            record("A", "!?"),
            record("B", "JVBERi0xLjQK")
        ),
    );
    assert!(answer.contains("return_code=\"-3009\"") && answer.contains("return_code=\"0\""), "{answer}");
    assert_eq!(fetched(&world, "").len(), 1);
}

#[test]
fn an_invoice_reaches_the_channel_with_its_file_once() {
    for database in databases() {
        let world = World::demo(database);
        open_shop(&world);
        let order = buy(&world, 2);
        sync(&world);
        let by_channel = |documents: &str| {
            world.connect(
                "createOrderDocuments",
                &format!(
                    "<request method=\"createOrderDocuments\" version=\"1.0.0\"><orders><order significant_key=\"marketplace_order_id_1\">\
                     <mandator_id>1</mandator_id><marketplace_order_id_1>{order}</marketplace_order_id_1><documents>{documents}</documents></order></orders></request>"
                ),
            )
        };
        for _ in 0..2 {
            let answer = by_channel(&wanted("invoice", ""));
            assert!(answer.contains("return_code=\"0\"") && answer.contains("<external_document_number>RE-1<"), "{answer}");
        }
        let size = fetched(&world, "").remove(0).1.len();
        eventually("the invoice at the channel", || {
            let shown = world.sandbox_get(&format!("/orders/{order}"));
            let expected = serde_json::json!([format!("invoice RE-1: invoice_RE-1.pdf, {size} bytes")]);
            if shown["documents"] == expected { Ok(()) } else { Err(shown.to_string()) }
        });
    }
}

/// Two processes on one database and one folder: what the one stores, the other finds, and no number is given twice.
#[test]
fn two_processes_share_documents_and_numbers() {
    for database in databases().into_iter().filter(|database| *database == Database::Postgres) {
        let world = World::demo(database);
        let other = world.beside();
        let goods = format!("<order_items>{}</order_items>", item("Mug", 1, "10", "19"));
        for number in 0..6 {
            sale(&world, &format!("N{number}"), "DE", &goods);
        }
        std::thread::scope(|scope| {
            for number in 0..6 {
                let process = if number % 2 == 0 { &world } else { &other };
                scope.spawn(move || create(process, &format!("N{number}"), &wanted("invoice", "")));
            }
        });
        eventually("all invoices", || {
            let mut numbers: Vec<String> = fetched(&other, "").into_iter().map(|(number, _)| number).collect();
            numbers.sort();
            let expected: Vec<String> = (1..=6).map(|number| format!("RE-{number}")).collect();
            if numbers == expected { Ok(()) } else { Err(format!("{numbers:?}")) }
        });
    }
}
