//! Guessing passwords is slow, and locks nobody out.

use crate::config::Config;
use crate::world::{Database, World, compat_envelope, eventually};

fn basic(user: &str, password: &str) -> String {
    let text = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{user}:{password}"));
    format!("Basic {text}")
}

fn is_logged(world: &World, words: &str) {
    eventually("the line in the log", || match world.log() {
        log if log.contains(words) => Ok(()),
        log => Err(log),
    });
}

#[test]
fn a_flood_of_wrong_passwords_is_paused_while_the_erp_goes_on() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    let echo = compat_envelope("echo", "text");
    assert_eq!(world.post("/ws/connect", &echo, &[]).status, 200);
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let guess = |number: usize| {
            let (world, echo) = (&world, &echo);
            scope.spawn(move || {
                let reply = world.post("/ws/connect", echo, &[("Authorization", &basic("erp", &number.to_string()))]);
                if reply.status != 401 {
                    assert!(reply.header("retry-after").is_some(), "{}: {}", reply.status, reply.body);
                }
                reply.status
            })
        };
        let guesses: Vec<_> = (0..100).map(guess).collect();
        assert_eq!(world.post("/ws/connect", &echo, &[]).status, 200, "the right password is known");
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|status| [401, 429, 503].contains(status)), "{answers:?}");
    let tried = answers.iter().filter(|status| **status == 401).count();
    assert!((1..30).contains(&tried), "few of them were checked: {answers:?}");
    assert_eq!(world.post("/ws/connect", &echo, &[]).status, 200);
    is_logged(&world, "client=127.0.0.1 user=\"-\"");
}

#[test]
fn behind_a_trusted_proxy_each_client_pauses_by_itself() {
    let text = Config::default().text().replace("[server]", "[server]\ntrusted_proxies = [\"127.0.0.1\"]");
    let world = World::configured(Database::Sqlite, &text);
    let echo = compat_envelope("echo", "text");
    let ask = |password: &str, client: &str| {
        let headers = [("Authorization", basic("erp", password)), ("X-Forwarded-For", format!("10.9.9.9, {client}"))];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        world.post("/ws/connect", &echo, &headers)
    };
    for number in 0..6 {
        assert_eq!(ask(&number.to_string(), "203.0.113.7").status, 401);
    }
    let paused = ask("demo", "203.0.113.7");
    assert!(paused.status == 429 && paused.header("retry-after").is_some() && paused.body.contains("KONTOR-1021"), "{}", paused.body);
    assert_eq!(ask("demo", "203.0.113.8").status, 200);
    is_logged(&world, "client=203.0.113.7 ");
    assert!(!world.log().contains("10.9.9.9"), "what the client wrote into the header itself does not count");
}
