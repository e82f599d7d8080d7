//! What the tests of `soap` and `http` need: settings with two users, and a catalogue of one operation.

use std::time::Duration;

use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::config::{Dispatch, Limits, Mandator, Replay, Role, Server, Settings, User};
use crate::domain::{Failure, Language, MandatorId};
use crate::operations::{Answer, Body, Face, Step};
use crate::soap::{Handled, Meta, Reply, Row, answer};

/// Argon2id at its cheapest, so that tests are quick.
pub(crate) fn hash(password: &str) -> String {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).expect("params"));
    let salt = SaltString::encode_b64(b"salt of the test").expect("salt");
    argon2.hash_password(password.as_bytes(), &salt).expect("hash").to_string()
}

pub(crate) fn user(name: &str, password: &str) -> User {
    User {
        name: name.to_owned(),
        password_hash: hash(password).into(),
        role: Role::Erp,
        mandators: Vec::new(),
        replay_by_content: true,
        strict: false,
        ws_security: None,
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        server: Server {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: String::from("https://gate.example"),
            workers: 1,
            trusted_proxies: Vec::new(),
            proxy_header: Default::default(),
        },
        database: String::from(":memory:").into(),
        patience: crate::domain::Patience::default(),
        limits: Limits {
            body_bytes: 100_000,
            inflated_bytes: 200_000,
            answer_bytes: 100_000,
            xml_depth: 16,
            xml_attributes: 16,
            xml_name_bytes: 64,
            xml_elements: 1_000,
            records: 100,
            request_seconds: 2,
            waiting_calls: 4,
            ..Limits::default()
        },
        replay: Replay { window: Duration::ZERO, keyed: Duration::ZERO },
        dispatch: Dispatch {
            wait: Duration::ZERO,
            synchronous_wait: Duration::ZERO,
            lease: Duration::ZERO,
            retry_ladder: Vec::new(),
            jitter: 0.0,
            give_up_after: Duration::ZERO,
            keep_messages: Duration::ZERO,
            keep_feeds: Duration::ZERO,
            channel_timeout: Duration::ZERO,
        },
        users: vec![user("erp", "pass:word"), user("müller", "süß")],
        mandators: vec![Mandator {
            mandator_id: MandatorId(1),
            identifier: String::from("Eins"),
            language: Language::En,
            time_zone: chrono_tz::Europe::Berlin,
        }],
        warehouses: Vec::new(),
        pricelists: Vec::new(),
        sub_channels: Vec::new(),
        accounts: Vec::new(),
        payment_methods: Vec::new(),
        order_tags: Vec::new(),
        shipping_carriers: Vec::new(),
        dispatch_types: Vec::new(),
        ..crate::config::fixture::settings()
    }
}

/// `echo`, which gives back what it got.
#[derive(Clone, Copy)]
struct Echo;

impl Row for Echo {
    fn name(self) -> &'static str {
        "echo"
    }

    fn argument(self) -> &'static str {
        "requestData"
    }
}

/// Like [`super::handle`], with [`Echo`] as the only operation. It returns its key as the number of records.
pub(crate) fn handle(settings: &Settings, face: Face, user: &User, text: &str, meta: &Meta) -> Reply {
    let find = |name: &str| (name == "echo").then_some(Echo);
    let run = |_, body: Body<'_>, key: Option<&str>| -> Result<Step, Failure> {
        let body = match body {
            Body::Text(text) => text.to_owned(),
            Body::Node(node) => format!("<result>{}</result>", node.children().count()),
        };
        Ok(Step::Done(Answer {
            replayed: body.contains("replayed"),
            pending: if body.contains("pending") { 3 } else { 0 },
            body,
            records: key.map_or(0, str::len),
            failures: 0,
            receipt: None,
        }))
    };
    match answer(settings, face, user, text, meta, find, run) {
        Handled::Done(reply) => reply,
        Handled::Waiting(_) => unreachable!("an echo waits for nobody"),
    }
}
