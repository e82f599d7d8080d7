//! Alarms on both databases, sent to a webhook of this process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use diesel::prelude::*;
use serde_json::Value;

use super::decide::{Next, Trouble, next};
use super::watch;
use crate::config::{Settings, fixture};
use crate::domain::alarm::{AlarmKind, AlarmWay};
use crate::domain::{AccountId, Stamp};
use crate::on;
use crate::store::alarms::{self, AlarmRow};
use crate::store::schema::account_work;
use crate::store::testing::on_stores;
use crate::store::{Store, accounts};

const ACCOUNT: AccountId = AccountId(101);
const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;

/// Answers each request with the next status, at last with 200.
struct Hook {
    address: String,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Hook {
    fn start() -> Hook {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hook?secret=1", listener.local_addr().unwrap());
        let hook = Hook { address, seen: Arc::default(), statuses: Arc::default() };
        let (seen, statuses) = (Arc::clone(&hook.seen), Arc::clone(&hook.statuses));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream);
                let (mut head, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                        length = value.trim().parse().unwrap();
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                    head.push_str(&line);
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                seen.lock().unwrap().push((head, serde_json::from_slice(&body).unwrap()));
                let status = statuses.lock().unwrap().pop().unwrap_or(200);
                write!(reader.get_mut(), "HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            }
        });
        hook
    }

    /// What came since the last time: kinds and states.
    fn received(&self) -> Vec<String> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        let alarms = seen.iter().flat_map(|(_, body)| body["alarms"].as_array().unwrap().clone());
        alarms.map(|alarm| format!("{} {}", alarm["kind"].as_str().unwrap(), alarm["state"].as_str().unwrap())).collect()
    }
}

fn settings(hook: &Hook) -> Settings {
    let mut settings = fixture::settings();
    settings.alarms.webhook = Some(hook.address.clone().into());
    settings.alarms.webhook_token = Some("t0ken".to_owned().into());
    settings
}

fn work(store: &Store, silent: bool, failures: i32) {
    store
        .write(move |tx| {
            accounts::ensure_work(tx, ACCOUNT)?;
            on!(&mut tx.conn, c => diesel::update(account_work::table.find(ACCOUNT))
                .set((account_work::silent.eq(silent), account_work::failures.eq(failures)))
                .execute(c))?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn an_alarm_is_raised_repeated_and_called_off() {
    on_stores(|store| {
        let hook = Hook::start();
        let settings = settings(&hook);
        let now = Stamp::now();
        let at = |micros: i64| Stamp(now.0 + micros);
        watch(&settings, store, now).unwrap();
        assert!(hook.received().is_empty(), "all is well");
        work(store, true, 0);
        watch(&settings, store, now).unwrap();
        let seen = hook.seen.lock().unwrap().clone();
        assert!(seen[0].0.to_lowercase().contains("authorization: bearer t0ken"), "{}", seen[0].0);
        assert_eq!(seen[0].1["alarms"][0]["account_id"], 101);
        assert!(seen[0].1["text"].as_str().unwrap().contains("no new order"), "{}", seen[0].1);
        assert_eq!(hook.received(), ["silent raised"]);
        watch(&settings, store, at(MINUTE)).unwrap();
        watch(&settings, store, at(23 * HOUR)).unwrap();
        assert!(hook.received().is_empty(), "once is enough");
        watch(&settings, store, at(24 * HOUR)).unwrap();
        assert_eq!(hook.received(), ["silent lasting"]);
        work(store, false, 0);
        watch(&settings, store, at(25 * HOUR)).unwrap();
        assert_eq!(hook.received(), ["silent over"]);
        watch(&settings, store, at(80 * HOUR)).unwrap();
        assert!(hook.received().is_empty() && store.read(alarms::all).unwrap().is_empty());
    });
}

#[test]
fn what_does_not_get_through_is_sent_later_and_failing_has_to_last() {
    on_stores(|store| {
        let hook = Hook::start();
        let settings = settings(&hook);
        let now = Stamp::now();
        let at = |micros: i64| Stamp(now.0 + micros);
        work(store, false, 3);
        watch(&settings, store, now).unwrap();
        watch(&settings, store, at(9 * MINUTE)).unwrap();
        assert!(hook.received().is_empty(), "channels fail now and then");
        *hook.statuses.lock().unwrap() = vec![500];
        watch(&settings, store, at(10 * MINUTE)).unwrap();
        assert_eq!(hook.received().len(), 1, "the attempt");
        watch(&settings, store, at(11 * MINUTE)).unwrap();
        assert!(hook.received().is_empty(), "not again at once");
        watch(&settings, store, at(13 * MINUTE)).unwrap();
        assert_eq!(hook.received(), ["failing raised"]);
        work(store, false, 0);
        watch(&settings, store, at(14 * MINUTE)).unwrap();
        work(store, false, 1);
        watch(&settings, store, at(15 * MINUTE)).unwrap();
        work(store, false, 0);
        watch(&settings, store, at(16 * MINUTE)).unwrap();
        assert_eq!(hook.received(), ["failing over"], "a short failure is not sent, nor its end");
    });
}

#[test]
fn rows_follow_the_causes() {
    let settings = fixture::settings();
    let now = Stamp(HOUR);
    let trouble = Trouble { account_id: ACCOUNT, kind: AlarmKind::Parked, text: String::new() };
    let row =
        AlarmRow { account_id: ACCOUNT, kind: AlarmKind::Parked, way: AlarmWay::Mail, since: 0, due_at: 0, was_sent: true, is_over: false };
    let ways = [AlarmWay::Mail];
    let of = |found: &[Trouble], known: &AlarmRow| next(&settings, &ways, found, std::slice::from_ref(known), now);
    assert_eq!(of(std::slice::from_ref(&trouble), &row), []);
    assert_eq!(of(&[], &row), [Next::Put(AlarmRow { is_over: true, due_at: now.0, ..row.clone() })]);
    let unsent = AlarmRow { was_sent: false, ..row.clone() };
    assert_eq!(of(&[], &unsent), [Next::Remove(unsent.clone())]);
    let over = AlarmRow { is_over: true, ..row.clone() };
    let again = 24 * 3600 * 1_000_000;
    assert_eq!(of(std::slice::from_ref(&trouble), &over), [Next::Put(AlarmRow { due_at: now.0 + again, ..row.clone() })]);
    let elsewhere = AlarmRow { way: AlarmWay::Webhook, ..row };
    let next = of(&[trouble], &elsewhere);
    assert!(next.contains(&Next::Remove(elsewhere)) && next.len() == 2, "{next:?}");
}
