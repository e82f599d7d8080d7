//! The scripted shop as the conformance suite plays on it: everything through the shop's own face, as a person would.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::suite::{
    Act, Deed, Edit, Fault, Opened, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate, amount,
};
use super::super::tests::account;
use super::super::{Connector, Face, FaceRequest, OfferChange, Token};
use super::Settings;
use super::can::Can;
use super::connector::SandboxConnector;
use super::face::ShopFace;
use super::shared::SharedShop;
use crate::domain::{AccountId, Decimal};

pub(crate) const STAGE: StageEntry = StageEntry { open, is_double: false, untried: &[] };

fn open() -> Opened {
    let stage = |name, settings: &str, tasks| Box::new(Sandbox::open(name, settings, tasks)) as Box<dyn Stage>;
    Ok(vec![
        stage("sandbox", "", false),
        stage("sandbox with tasks", "", true),
        stage("sandbox without keys", "lacks = ['fact_keys']", false),
        stage("sandbox for whole shipments", "lacks = ['ships_in_part']", false),
        stage(
            "sandbox that can little",
            "lacks = ['tasks', 'renames', 'variants', 'pictures', 'ean', 'weight', 'categories', 'attributes', 'finds_offers', \
             'ships_in_part', 'several_packages', 'positions_cancelled', 'cancellation_accepted', 'cancellation_declined', 'refunded', 'messages', \
             'disputes', 'feedback']\nlongest_sku = 20",
            false,
        ),
    ])
}

#[derive(Clone)]
struct Sandbox {
    name: &'static str,
    shop: Arc<SharedShop>,
    can: Can,
    /// The shop works by tasks.
    tasks: bool,
    armed: Arc<AtomicBool>,
}

impl Sandbox {
    fn open(name: &'static str, settings: &str, tasks: bool) -> Sandbox {
        // Pages that a few orders fill.
        let settings = Settings::read(&account("sandbox", &format!("page_size = 3\noverlap = 2\n{settings}"))).unwrap();
        let sandbox = Sandbox { name, shop: Arc::new(SharedShop::new(AccountId(1000))), can: settings.can, tasks, armed: Arc::default() };
        sandbox.clears();
        sandbox
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let path = format!("/sandbox/1000{path}");
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let token = Token { field: "token", value: "of the page" };
        let face = ShopFace { shop: Arc::clone(&self.shop), can: self.can.clone() };
        let reply = face.answer(&FaceRequest { method, path: &path, query: "", body: &body, token });
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }

    /// Something that works.
    fn does(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    fn offer(sku: &str) -> String {
        format!("/offers/{}", utf8_percent_encode(sku, NON_ALPHANUMERIC))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).unwrap()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    list(value).map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

/// `https://pictures.example.com/red.png` is `red`.
fn picture_name(address: &Value) -> String {
    text(address).rsplit('/').next().unwrap_or_default().trim_end_matches(".png").to_owned()
}

impl Stage for Sandbox {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn connector(&self) -> Box<dyn Connector> {
        Box::new(SandboxConnector { shop: Arc::clone(&self.shop), can: self.can.clone(), timeout: Duration::from_secs(5) })
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        let (status, offer) = self.ask("GET", &Sandbox::offer(sku), &Value::Null);
        if status == 404 {
            return Vec::new();
        }
        vec![Shown {
            external_number: text(&offer["external_number"]),
            sku: text(&offer["sku"]),
            title: text(&offer["title"]),
            description: text(&offer["description"]),
            price: amount(&text(&offer["price"])),
            quantity: whole(&offer["quantity"]),
            running: offer["running"] == true,
            pictures: list(&offer["images"]).map(picture_name).collect(),
            ean: offer["ean"].as_str().map(str::to_owned),
            category: offer["category"].as_str().map(str::to_owned),
            weight_in_gram: offer["weight_in_gram"].as_str().map(amount),
            attributes: pairs(&offer["attributes"]),
            options: pairs(&offer["options"]),
            family: offer["parent_sku"].as_str().map(str::to_owned),
        }]
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
        text(&self.does("POST", "/orders", &json!({ "lines": lines, "shipping": "4.90" }))["order_id"])
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        let path = |what: &str| format!("/orders/{order_id}/{what}");
        match deed {
            Deed::Pays => self.does("POST", &path("pay"), &Value::Null),
            Deed::Cancels => self.does("POST", &path("cancel"), &Value::Null),
            // The shop gives money back at once.
            Deed::SettlesRefunds => Value::Null,
            Deed::AsksToCancel => self.does("POST", &path("requests"), &json!({ "reason": "too late" })),
            Deed::Orders(sku, quantity) => {
                let order = self.does("GET", &format!("/orders/{order_id}"), &Value::Null);
                let line = list(&order["lines"]).find(|line| line["sku"] == *sku).unwrap().clone();
                self.does("POST", &path("change"), &json!({ "lines": [{ "line_id": line["line_id"], "quantity": quantity }] }))
            }
        };
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        let order = self.does("GET", &format!("/orders/{order_id}"), &Value::Null);
        let sku_of = |line_id: &Value| text(&list(&order["lines"]).find(|line| line["line_id"] == *line_id).unwrap()["sku"]);
        let line = |line: &Value| ShownLine {
            sku: text(&line["sku"]),
            ordered: whole(&line["quantity"]),
            cancelled: whole(&line["cancelled"]),
            shipped: whole(&line["shipped"]),
        };
        let package = |packet: &Value| ShownPackage {
            tracking: packet["tracking_number"].as_str().map(str::to_owned).into_iter().collect(),
            contents: list(&packet["contents"]).map(|content| (sku_of(&content["line_id"]), whole(&content["quantity"]))).collect(),
        };
        let answered = |word: &str| list(&order["requests"]).filter(|request| request["state"] == word).count();
        ShownOrder {
            paid: order["paid"] == true,
            cancelled: order["status"] == "cancelled",
            lines: list(&order["lines"]).map(line).collect(),
            packages: list(&order["packets"]).map(package).collect(),
            refunded: Decimal(list(&order["refunds"]).map(|refund| amount(&text(&refund["amount"])).0).sum()),
            accepted: answered("accepted"),
            declined: answered("declined"),
            documents: list(&order["documents"]).map(text).collect(),
        }
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        let hand = match edit {
            Edit::Price(price) => json!({ "price": price.to_string() }),
            Edit::Title(title) => json!({ "title": title }),
            Edit::Quantity(quantity) => json!({ "quantity": quantity }),
            Edit::SwitchesOff => json!({ "running": false }),
            Edit::Renames(to) => json!({ "sku": to }),
            Edit::Deletes => {
                self.does("DELETE", &Sandbox::offer(sku), &Value::Null);
                return;
            }
        };
        self.does("POST", &Sandbox::offer(sku), &hand);
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        self.does("POST", &Sandbox::offer(sku), &json!({ "title": title, "price": "5.00", "quantity": 10 }));
    }

    fn spoils(&self, change: OfferChange) -> OfferChange {
        self.does("POST", "/faults", &json!({ "refuse": [{ "sku": change.sku, "code": "RULE", "text": "not here" }] }));
        change
    }

    fn clock_is_off(&self, minutes: i32) {
        self.does("POST", "/faults", &json!({ "clock_off_seconds": minutes * 60 }));
    }

    fn strikes(&self, fault: Fault, passing: usize) {
        // One call of the trait is one exchange.
        if passing > 0 {
            return;
        }
        let script = match fault {
            Fault::LostAnswer | Fault::Cut | Fault::Crash => json!({ "die": { "calls": 1 } }),
            Fault::Down => json!({ "down": true }),
            Fault::Throttled { retry_after: None } => json!({ "throttle": { "calls": 1 } }),
            Fault::Throttled { retry_after: Some(seconds) } => json!({ "throttle": { "calls": 1, "retry_after_seconds": seconds } }),
            Fault::Html => json!({ "html": { "calls": 1 } }),
            Fault::SessionEnded => json!({ "expire": { "rows": 1, "calls": 1 } }),
        };
        self.does("POST", "/faults", &script);
        self.armed.store(true, Ordering::SeqCst);
    }

    fn actor(&self) -> Box<dyn Stage> {
        Box::new(self.clone())
    }

    fn meanwhile(&self, act: Act, _passing: usize) -> Option<Act> {
        self.armed.store(true, Ordering::SeqCst);
        Some(act)
    }

    fn clears(&self) -> bool {
        self.does("DELETE", "/faults", &Value::Null);
        if self.tasks {
            self.tasks_go(TaskFate::Takes(1));
        }
        self.armed.swap(false, Ordering::SeqCst)
    }

    fn tasks_go(&self, fate: TaskFate) {
        let script = match fate {
            TaskFate::Takes(polls) => json!({ "polls": polls }),
            TaskFate::Forgotten => json!({ "forget": "undone" }),
        };
        self.does("POST", "/faults", &json!({ "tasks": script }));
    }

    fn writes(&self, order_id: &str, text: &str) -> String {
        self::text(&self.does("POST", "/messages", &json!({ "order_id": order_id, "text": text }))["number"])
    }

    fn messages(&self, order_id: &str) -> Vec<(String, bool, bool)> {
        let all = self.does("GET", "/messages", &Value::Null);
        let of_order =
            list(&all["messages"]).filter(|contact| contact["order_id"] == order_id).map(|contact| &contact["content"]["message"]);
        of_order.map(|message| (text(&message["text"]), message["direction"] == 2, message["read"] == true)).collect()
    }

    fn disputes(&self, order_id: &str) -> String {
        text(&self.does("POST", "/disputes", &json!({ "order_id": order_id, "text": "it is broken" }))["number"])
    }

    fn closes_dispute(&self, number: &str) {
        self.does("POST", &format!("/disputes/{number}"), &json!({ "state": "Closed" }));
    }

    fn rates(&self, order_id: &str, stars: i32) {
        self.does("POST", "/feedback", &json!({ "order_id": order_id, "stars": stars }));
    }

    fn crowd(&self) -> usize {
        7
    }

    fn picture(&self, name: &str) -> String {
        format!("https://pictures.example.com/{name}.png")
    }
}
