//! Reconciliation from outside: somebody works in the sandbox shop by hand, and the command and the call find it out.

use std::process::{Command, Output};

use serde_json::json;

use crate::world::{Database, World, databases, eventually};

fn command(world: &World, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    let source = ["reconcile", "--demo", "--account", "1000", "--database", world.database()];
    command.args(source).args(more).current_dir(world.folder()).env("KONTOR_LOG", "error");
    command.output().expect("the program runs")
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

fn request(operation: &str, records: &str) -> String {
    format!("<request method=\"{operation}\" version=\"1.0.0\">{records}</request>")
}

/// MUG runs at 9.90 with 5 pieces; VASE is an article that is not on offer.
fn mug_on_offer(world: &World) {
    let call = |operation: &str, records: &str| {
        let answer = world.connect(operation, &request(operation, records));
        assert!(!answer.contains("return_code=\"-"), "{answer}");
        answer
    };
    let item = |number: &str| {
        format!(
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>{number}</identifier><internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id></item>"
        )
    };
    let stock = |number: &str| {
        format!(
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>{number}</internal_item_number><stock_items><stock_item><warehouse_code>standard</warehouse_code><stock_count>5</stock_count><absolute>true</absolute></stock_item></stock_items></item>"
        )
    };
    call("updateItems", &(item("MUG") + &item("VASE")));
    call(
        "updatePricelist",
        "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><full_import>false</full_import><iso_currency>EUR</iso_currency><rounding_id>1</rounding_id><validities><validity><prices><entry item_nr=\"MUG\" price=\"9.90\"/></prices></validity></validities></pricelist>",
    );
    call("updateStockCount", &(stock("MUG") + &stock("VASE")));
    let prepared = call(
        "prepareOffers",
        "<offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number></offer>",
    );
    let (_, rest) = prepared.split_once("<offer_id>").unwrap_or_else(|| panic!("{prepared}"));
    let offer_id = rest.split_once('<').unwrap().0;
    let upload = format!("<offers><offer_id>{offer_id}</offer_id></offers><process_synchronous>true</process_synchronous>");
    call("uploadOffers", &upload);
}

#[test]
fn the_command_finds_repairs_and_imports_what_was_done_by_hand() {
    for database in databases() {
        let world = World::demo(database);
        mug_on_offer(&world);
        world.sandbox("/offers/MUG", &json!({ "price": "1.00", "quantity": 50 }));
        world.sandbox("/offers/VASE", &json!({ "price": "4.00", "quantity": 1 }));

        let told = command(&world, &[]);
        let lines = text(&told.stdout);
        assert!(told.status.success(), "{database:?}: {}", text(&told.stderr));
        assert!(lines.contains("OFFER_PRICE_DIFFERS: the channel shows article MUG at 1.00; last sent was 9.90"), "{lines}");
        assert!(lines.contains("OFFER_QUANTITY_DIFFERS: the channel offers 50 pieces of article MUG; known are 5"), "{lines}");
        assert!(lines.contains("OFFER_UNKNOWN: on sale in the channel and not known as an offer: \"VASE\""), "{lines}");
        assert!(lines.ends_with("unknown 1, imported 0, repaired 0, left out 0\n"), "{lines}");

        let done = text(&command(&world, &["--repair", "--import"]).stdout);
        assert!(done.ends_with("unknown 0, imported 1, repaired 1, left out 0\n"), "{done}");
        eventually("both offers are right", || {
            let (mug, vase) = (world.sandbox_get("/offers/MUG"), world.sandbox_get("/offers/VASE"));
            let right = mug["price"] == "9.90" && mug["quantity"] == 5 && vase["quantity"] == 5 && vase["price"] == "4.00";
            if right { Ok(()) } else { Err(format!("{mug} {vase}")) }
        });

        let call = "<accounts><account_id>1000</account_id></accounts><process_synchronous>true</process_synchronous>";
        let answer = world.connect("syncPlatformItems", &request("syncPlatformItems", call));
        assert!(answer.contains("return_code=\"0\"") && !answer.contains("pending_changes"), "{answer}");
    }
}

#[test]
fn without_a_gateway_the_command_says_so_and_the_next_start_does_the_work() {
    let mut world = World::demo(Database::Sqlite);
    mug_on_offer(&world);
    world.sandbox("/offers/MUG", &json!({ "quantity": 50 }));
    world.stop();
    let told = command(&world, &["--repair"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stderr).contains("no gateway works on account 1000; start it"), "{}", text(&told.stderr));
    world.start();
    eventually("the request was kept", || match &world.sandbox_get("/offers/MUG")["quantity"] {
        quantity if *quantity == 5 => Ok(()),
        other => Err(other.to_string()),
    });
}

#[test]
fn a_mistyped_database_is_not_created() {
    let world = World::demo(Database::Sqlite);
    let mut other = Command::new(env!("CARGO_BIN_EXE_kontor"));
    other.args(["reconcile", "--demo", "--account", "1000", "--database", "nowhere.sqlite"]).current_dir(world.folder());
    let told = other.output().expect("the program runs");
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stderr).contains("\"nowhere.sqlite\" does not exist"), "{}", text(&told.stderr));
    assert!(!world.folder().join("nowhere.sqlite").exists());
}
