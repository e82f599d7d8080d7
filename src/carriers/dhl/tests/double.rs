//! A double of DHL Parcel DE Shipping v2.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Status(u16),
    /// It is carried out, but the connection breaks.
    LostAnswer,
    NoJson,
}

#[derive(Default)]
struct State {
    made: BTreeMap<String, String>,
    fault: Option<Fault>,
    calls: usize,
    last: Value,
}

pub(super) struct Double {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Double {
    pub(super) fn start() -> Double {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, state) = (listener.local_addr().unwrap().port(), Arc::<Mutex<State>>::default());
        let shared = Arc::clone(&state);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shared);
            }
        });
        Double { port, state }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn strikes(&self, fault: Fault) {
        self.state.lock().unwrap().fault = Some(fault);
    }

    /// References and numbers of the parcels that it has.
    pub(super) fn made(&self) -> Vec<(String, String)> {
        self.state.lock().unwrap().made.iter().map(|(number, reference)| (reference.clone(), number.clone())).collect()
    }

    pub(super) fn calls(&self) -> usize {
        self.state.lock().unwrap().calls
    }

    /// The last shipment that it was sent.
    pub(super) fn last(&self) -> Value {
        self.state.lock().unwrap().last.clone()
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let header = |name: &str| {
        head.iter().find_map(|line| line.to_lowercase().starts_with(&format!("{name}:")).then(|| line[name.len() + 1..].trim().to_owned()))
    };
    let mut body = vec![0; header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let mut state = state.lock().unwrap();
    state.calls += 1;
    let fault = state.fault.take();
    let login = BASE64_STANDARD.encode("user:secret");
    let (status, content) = match fault {
        Some(Fault::Status(status)) => (status, json!({ "status": { "statusCode": status } })),
        _ if header("authorization") != Some(format!("Basic {login}")) || header("dhl-api-key").as_deref() != Some("key") => {
            (401, json!({ "statusCode": 401 }))
        }
        _ => respond(&mut state, &head[0], &body),
    };
    drop(state);
    let text = if matches!(fault, Some(Fault::NoJson)) { "<html>".to_owned() } else { content.to_string() };
    if !matches!(fault, Some(Fault::LostAnswer)) {
        let head =
            format!("HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
        let _ = (&stream).write_all((head + &text).as_bytes());
    }
}

fn respond(state: &mut State, line: &str, body: &[u8]) -> (u16, Value) {
    let (path, query) = line.split(' ').nth(1).unwrap().split_once('?').unwrap_or_default();
    assert_eq!(path, "/orders", "{line}");
    if line.starts_with("DELETE ") {
        let number = query.split('&').find_map(|part| part.strip_prefix("shipment=")).expect("a shipment");
        assert!(query.contains("profile=STANDARD_GRUPPENPROFIL"), "{query}");
        return match state.made.remove(number) {
            Some(_) => (200, json!({ "items": [{ "shipmentNo": number, "sstatus": { "statusCode": 200 } }] })),
            None => (207, json!({ "items": [{ "sstatus": { "statusCode": 400, "detail": "unknown shipment number" } }] })),
        };
    }
    assert!(query.contains("includeDocs=include") && query.contains("docFormat=PDF"), "{query}");
    let body: Value = serde_json::from_slice(body).expect("JSON");
    only(&body, &["profile", "shipments"]);
    let shipment = &body["shipments"][0];
    sound(shipment);
    state.last = shipment.clone();
    if shipment["consignee"]["addressStreet"] == "REFUSE" {
        let message = json!({ "property": "consignee.addressStreet", "validationMessage": "unknown street", "validationState": "Error" });
        let item = json!({ "sstatus": { "statusCode": 400 }, "validationMessages": [message] });
        return (400, json!({ "status": { "statusCode": 400 }, "items": [item] }));
    }
    let number = format!("00340434{:012}", state.calls);
    state.made.insert(number.clone(), shipment["refNo"].as_str().unwrap().to_owned());
    let file = json!({ "b64": BASE64_STANDARD.encode("%PDF-1.4\n"), "fileFormat": "PDF" });
    let mut item = json!({ "shipmentNo": number, "sstatus": { "statusCode": 200 }, "label": file });
    if shipment["services"]["dhlRetoure"].is_object() {
        item["returnShipmentNo"] = json!(format!("R{number}"));
        item["returnLabel"] = file;
    }
    (200, json!({ "status": { "statusCode": 200 }, "items": [item] }))
}

/// Nothing but these keys.
fn only(value: &Value, known: &[&str]) {
    for key in value.as_object().expect("an object").keys() {
        assert!(known.contains(&key.as_str()), "{key} is not in the description");
    }
}

/// The fields of a shipment, by the OpenAPI description 2.1.11.
fn sound(shipment: &Value) {
    only(shipment, &["product", "billingNumber", "refNo", "shipDate", "shipper", "consignee", "details", "services", "customs"]);
    let within = |text: &Value, from: usize, to: usize| {
        let length = text.as_str().expect("a text").chars().count();
        assert!((from..=to).contains(&length), "{text} has {length} characters");
    };
    within(&shipment["refNo"], 8, 35);
    within(&shipment["billingNumber"], 14, 14);
    let address = |value: &Value| {
        let known = [
            "name1",
            "name2",
            "name3",
            "addressStreet",
            "addressHouse",
            "additionalAddressInformation1",
            "postalCode",
            "city",
            "state",
            "country",
        ];
        only(value, &known);
        within(&value["name1"], 1, 50);
        within(&value["addressStreet"], 1, 50);
        within(&value["city"], 1, 40);
        within(&value["country"], 3, 3);
    };
    address(&shipment["shipper"]);
    let to = &shipment["consignee"];
    if to["lockerID"].is_number() {
        only(to, &["name", "lockerID", "postNumber", "city", "postalCode", "country"]);
        assert!((100..=999).contains(&to["lockerID"].as_i64().unwrap()));
        within(&to["postNumber"], 6, 10);
    } else if to["retailID"].is_number() {
        only(to, &["name", "retailID", "postNumber", "email", "city", "postalCode", "country"]);
        assert!((401..=999).contains(&to["retailID"].as_i64().unwrap()));
    } else {
        address(to);
    }
    let weight = &shipment["details"]["weight"];
    assert!(weight["uom"] == "g" && (1..=31_500).contains(&weight["value"].as_i64().unwrap()));
}
