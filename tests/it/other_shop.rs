//! An account whose settings lead to another shop: the numbers of the old one mean something else there, so nothing is sent.

use std::process::Command;

use kontor::operations::Face;
use serde_json::Value;

use crate::config::{Config, Shop};
use crate::erp::Erp;
use crate::world::{World, databases, eventually};

const NORTH: Shop = Shop { tables: "shop = \"north\"", ..Shop::FIRST };

fn quantity(world: &World) -> Value {
    world.sandbox_get("/offers/MUG")["quantity"].clone()
}

fn moved(world: &mut World, from: &str, to: &str) {
    world.stop();
    world.reconfigure(|config| config.replace(&format!("shop = \"{from}\""), &format!("shop = \"{to}\"")));
    world.start();
}

fn error(world: &World) -> String {
    let status: Value = serde_json::from_str(&world.get_as("admin", "/status.json").body).unwrap();
    status["accounts"][0]["last_error"].as_str().unwrap_or_default().to_owned()
}

fn held(world: &World) {
    eventually("the account is held", || {
        let error = error(world);
        if error.contains("SHOP_CHANGED") { Ok(()) } else { Err(error) }
    });
}

fn shows(world: &World, expected: i32) {
    eventually(&format!("the shop shows {expected}"), || {
        let shown = quantity(world);
        if shown == expected { Ok(()) } else { Err(shown.to_string()) }
    });
}

#[test]
fn an_account_that_leads_to_another_shop_is_held_until_a_person_decides() {
    for database in databases() {
        let mut world = World::configured(database, &Config { shops: &[NORTH], ..Config::default() }.text());
        let erp = Erp::on(&world, Face::Typed);
        erp.list("MUG", "9.90", 5);
        moved(&mut world, "north", "south");
        held(&world);
        let erp = Erp::on(&world, Face::Typed);
        erp.stock("MUG", 3, true);
        assert_eq!(quantity(&world), 5, "{database:?}: nothing is sent");
        assert!(world.log().contains("north") && world.log().contains("south"));

        moved(&mut world, "south", "north");
        eventually("it goes on with the old one", || if quantity(&world) == 3 { Ok(()) } else { Err(error(&world)) });

        moved(&mut world, "north", "south");
        held(&world);
        let config = world.folder().join("kontor.toml");
        let told = Command::new(env!("CARGO_BIN_EXE_kontor"))
            .args(["account", "same-shop", "--account", "1000", "--database", world.database(), "--config"])
            .arg(config)
            .output()
            .expect("the program runs");
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        Erp::on(&world, Face::Typed).stock("MUG", 2, true);
        shows(&world, 2);
    }
}
