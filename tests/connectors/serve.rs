//! A stage for a play in another process: `tests/day` runs a whole Kontor against it. Each line of input is a wish in JSON; each answer is
//! a line that begins with `> `.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Deed, Fault, STAGES, ShownOrder, Stage};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Wish {
    /// What `[accounts.settings]` says for this channel.
    Settings,
    Offers {
        skus: Vec<String>,
    },
    /// Gives the number of the order; null if there is less to buy.
    Buys {
        sku: String,
        pieces: i32,
    },
    Cancels {
        order: String,
    },
    Orders {
        numbers: Vec<String>,
    },
    Strikes {
        fault: Weather,
        passing: usize,
    },
    Clears,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Weather {
    LostAnswer,
    Cut,
    Down,
    Throttled,
    Html,
    SessionEnded,
}

impl From<Weather> for Fault {
    fn from(weather: Weather) -> Fault {
        match weather {
            Weather::LostAnswer => Fault::LostAnswer,
            Weather::Cut => Fault::Cut,
            Weather::Down => Fault::Down,
            Weather::Throttled => Fault::Throttled { retry_after: Some(1) },
            Weather::Html => Fault::Html,
            Weather::SessionEnded => Fault::SessionEnded,
        }
    }
}

fn fulfil(stage: &dyn Stage, wish: Wish) -> Value {
    match wish {
        Wish::Settings => {
            json!(stage.settings().unwrap_or_else(|| panic!("{}: only a connector in this process reaches it", stage.name())))
        }
        Wish::Offers { skus } => skus.iter().map(|sku| (sku.clone(), offers(stage, sku))).collect::<serde_json::Map<_, _>>().into(),
        Wish::Buys { sku, pieces } => {
            let on_sale = stage.offers(&sku).iter().any(|offer| offer.running && offer.quantity >= pieces);
            if on_sale { json!(stage.buys(&[(&sku, pieces)])) } else { Value::Null }
        }
        Wish::Cancels { order } => {
            stage.happens(&order, &Deed::Cancels);
            Value::Null
        }
        Wish::Orders { numbers } => {
            let shown = |number: &String| (number.clone(), order(&stage.order(number)));
            numbers.iter().map(shown).collect::<serde_json::Map<_, _>>().into()
        }
        Wish::Strikes { fault, passing } => {
            stage.strikes(fault.into(), passing);
            Value::Null
        }
        Wish::Clears => json!(stage.clears()),
    }
}

/// All offers under an SKU: more than one is a fault that the day has to see.
fn offers(stage: &dyn Stage, sku: &str) -> Value {
    let shown = stage.offers(sku);
    shown.iter().map(|offer| json!({ "running": offer.running, "quantity": offer.quantity, "price": offer.price.to_string() })).collect()
}

fn order(shown: &ShownOrder) -> Value {
    let lines: Vec<Value> =
        shown.lines.iter().map(|l| json!({ "sku": l.sku, "ordered": l.ordered, "cancelled": l.cancelled, "shipped": l.shipped })).collect();
    let tracking: Vec<&String> = shown.packages.iter().flat_map(|package| &package.tracking).collect();
    json!({ "cancelled": shown.cancelled, "paid": shown.paid, "lines": lines, "tracking": tracking })
}

#[test]
#[ignore = "serves tests/day, until its input ends"]
fn the_day_plays_on_a_stage() {
    let name = std::env::var("KONTOR_SUITE").expect("KONTOR_SUITE names the connector");
    let (_, entry) = STAGES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no connector is called {name}"));
    let stages = (entry.open)().unwrap_or_else(|how| panic!("{name}: {how}"));
    let stage = stages.first().expect("a channel has a stage");
    for line in std::io::stdin().lines() {
        let wish = serde_json::from_str(&line.unwrap()).unwrap();
        let answer = catch_unwind(AssertUnwindSafe(|| fulfil(&**stage, wish)));
        println!("> {}", answer.map_or_else(|_| json!({ "fault": "see above" }), |answer| json!({ "answer": answer })));
    }
}
