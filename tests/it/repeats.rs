//! The same document again without a key: a repeat if the answer got lost on its way, and otherwise a new call, such as
//! the next customer at the till.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use kontor::operations::Face;
use socket2::{Domain, SockRef, Socket, Type};

use crate::config::Config;
use crate::erp::{Erp, FACES, everywhere};
use crate::hostile::database::Stranger;
use crate::raw::{Line, with_length};
use crate::replay::{assert_same, replayed};
use crate::world::{Database, Reply, World, databases, eventually, post_to};

/// Holds a segment back until the connection ends, so that both come at once.
const MSG_MORE: i32 = 0x8000;
const KEY: [(&str, &str); 1] = [("Idempotency-Key", "once")];

fn address(world: &World) -> SocketAddr {
    world.base.trim_start_matches("http://").parse().expect("an address")
}

/// Sends a call and ends this side of the connection: the end comes with the last byte.
fn send_to_the_end(stream: &TcpStream, request: &[u8]) {
    let sent = SockRef::from(stream).send_with_flags(request, MSG_MORE).expect("sent");
    assert_eq!(sent, request.len(), "in one piece");
    stream.shutdown(Shutdown::Write).expect("an end");
}

/// Sends a call and is gone.
fn cut_before_the_answer(to: SocketAddr, request: &[u8]) {
    send_to_the_end(&TcpStream::connect(to).expect("a connection"), request);
}

fn request(erp: &Erp<'_>, document: &str, version: &str) -> Vec<u8> {
    with_length(erp.path(), version, "", document.as_bytes())
}

/// A call whose answer nobody gets, once it is stored. There was another quantity before.
fn lose_answer(erp: &Erp<'_>, document: &str, then: i32) {
    cut_before_the_answer(address(erp.world), &request(erp, document, "HTTP/1.1"));
    see_stock(erp, then);
}

/// Waits until every process can know whose answer was handed over.
fn see_marks(world: &World, database: Database) {
    let mut stranger = Stranger::at(database, world);
    eventually("the marks", || match stranger.count("SELECT COUNT(*) AS n FROM replays WHERE additive AND NOT handed_over") {
        0 => Ok(()),
        missing => Err(missing.to_string()),
    });
}

fn see_stock(erp: &Erp<'_>, count: i32) {
    eventually("the booking", || match erp.stock_of("MUG").0 {
        seen if seen == count => Ok(()),
        seen => Err(seen.to_string()),
    });
}

/// An article with a stock of ten, and a document that takes one.
fn till(erp: &Erp<'_>) -> String {
    erp.item("MUG", "Mug");
    erp.stock("MUG", 10, true);
    erp.stock_document("MUG", -1, false)
}

#[test]
fn equal_sales_whose_answers_were_read_are_all_booked() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let sale = till(&erp);
        let mut kept_alive = Line::open(&world);
        for left in [9, 8, 7] {
            kept_alive.send(&request(&erp, &sale, "HTTP/1.1"));
            let reply = kept_alive.answer();
            assert!(erp.accepted(&reply) && !replayed(&reply), "{}", reply.body);
            assert_eq!(erp.stock_of("MUG").0, left, "{database:?} {face:?}");
        }
        for left in [6, 5, 4] {
            let mut old = Line::open(&world);
            old.send(&request(&erp, &sale, "HTTP/1.0"));
            let reply = old.answer();
            assert!(erp.accepted(&reply) && !replayed(&reply) && old.is_closed(), "{}", reply.body);
            assert_eq!(erp.stock_of("MUG").0, left, "{database:?} {face:?}");
        }
        // At once, so that the next document comes as soon as it can.
        for _ in 0..100 {
            kept_alive.send(&request(&erp, &sale, "HTTP/1.1"));
            assert!(!replayed(&kept_alive.answer()));
        }
        assert_eq!(erp.stock_of("MUG").0, -96, "{database:?} {face:?}");
    });
}

#[test]
fn a_connection_cut_before_the_answer_makes_the_next_document_a_repeat() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let sale = till(&erp);
        for version in ["HTTP/1.1", "HTTP/1.0"] {
            let before = erp.stock_of("MUG").0;
            cut_before_the_answer(address(&world), &request(&erp, &sale, version));
            see_stock(&erp, before - 1);
            // Other calls in between do not make it new.
            erp.item("CUP", version);
            let again = erp.send(&sale, &[]);
            assert!(replayed(&again) && erp.accepted(&again), "{database:?} {face:?} {version}: {}", again.body);
            assert_eq!(erp.stock_of("MUG").0, before - 1);
            // Its caller knows now.
            assert!(!replayed(&erp.send(&sale, &[])));
            assert_eq!(erp.stock_of("MUG").0, before - 2, "{database:?} {face:?} {version}");
        }
    });
}

#[test]
fn a_connection_cut_within_the_answer_makes_the_next_document_a_repeat() {
    const RECORDS: i32 = 10_000;
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let one = till(&erp);
        let many = match face {
            Face::Compat => repeated(&one, "&lt;item significant_key", "&lt;/item&gt;", RECORDS),
            Face::Typed => repeated(&one, "<item><significantKey>", "</stockItems></item>", RECORDS),
        };
        let mut stream = narrow(address(&world));
        stream.write_all(&request(&erp, &many, "HTTP/1.1")).expect("sent");
        let mut start = [0; 1_000];
        stream.read_exact(&mut start).expect("the start of the answer");
        assert!(start.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&start));
        drop(stream);
        let again = erp.send(&many, &[]);
        assert!(replayed(&again) && erp.accepted(&again), "{database:?} {face:?}");
        assert!(again.body.len() > 1_000_000, "more than the buffers of the connection take: {}", again.body.len());
        assert_eq!(erp.stock_of("MUG").0, 10 - RECORDS, "{database:?} {face:?}");
    });
}

/// The document with its one record so many times.
fn repeated(document: &str, from: &str, to: &str, times: i32) -> String {
    let start = document.find(from).expect("a record");
    let end = start + document[start..].find(to).expect("its end") + to.len();
    let records = document[start..end].repeat(times as usize);
    format!("{}{records}{}", &document[..start], &document[end..])
}

/// A connection whose client takes little of an answer at a time.
fn narrow(to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    socket.connect(&to.into()).expect("a connection");
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
    stream
}

#[test]
fn a_connection_cut_after_the_answer_does_not_make_the_next_document_a_repeat() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let sale = till(&erp);
        for left in [9, 8, 7] {
            let mut line = Line::open(&world);
            line.send(&request(&erp, &sale, "HTTP/1.1"));
            assert!(!replayed(&line.answer()));
            line.reset();
            assert_eq!(erp.stock_of("MUG").0, left, "{database:?} {face:?}");
        }
    });
}

#[test]
fn a_value_that_was_set_and_lost_is_a_repeat_until_something_else_is_written() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        till(&erp);
        let five = erp.stock_document("MUG", 5, true);
        lose_answer(&erp, &five, 5);
        assert!(replayed(&erp.send(&five, &[])), "{database:?} {face:?}");
        erp.stock("MUG", 7, true);
        lose_answer(&erp, &five, 5);
        erp.stock("MUG", 8, true);
        assert!(!replayed(&erp.send(&five, &[])), "8 would stay");
        assert_eq!(erp.stock_of("MUG").0, 5, "{database:?} {face:?}");
    });
}

/// What a proxy does with the call that it forwards, before it cuts its client off.
#[derive(Clone, Copy)]
enum Proxy {
    LosesTheGateway,
    ReadsTheAnswer,
}

/// Sends one call through a proxy; its client gets no answer.
fn through(proxy: Proxy, erp: &Erp<'_>, document: &str, headers: &[(&str, &str)]) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("its address"));
    let gateway = address(erp.world);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let (client, _) = listener.accept().expect("a client");
            let call = whole_request(&client);
            match proxy {
                Proxy::LosesTheGateway => cut_before_the_answer(gateway, &call),
                Proxy::ReadsTheAnswer => {
                    let mut line = Line::to(gateway);
                    line.send(&call);
                    assert_eq!(line.answer().status, 200);
                }
            }
            // The listener goes too, or the client would try again.
            drop((client, listener));
        });
        let outcome = post_to(&base, erp.path(), document, headers);
        assert!(outcome.is_err(), "the client has no answer");
    });
}

fn whole_request(mut stream: &TcpStream) -> Vec<u8> {
    let mut call = Vec::new();
    let mut some = [0; 4_096];
    loop {
        let read = stream.read(&mut some).expect("a request");
        assert!(read > 0, "the request ends early");
        call.extend_from_slice(&some[..read]);
        if call.ends_with(b"Envelope>") {
            return call;
        }
    }
}

#[test]
fn behind_a_proxy_what_it_lost_is_booked_again_unless_it_has_a_key() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let sale = till(&erp);
        through(Proxy::LosesTheGateway, &erp, &sale, &[]);
        see_stock(&erp, 9);
        assert!(replayed(&erp.send(&sale, &[])), "{database:?} {face:?}: the proxy did not get the answer");
        through(Proxy::ReadsTheAnswer, &erp, &sale, &[]);
        assert!(!replayed(&erp.send(&sale, &[])), "nobody can know that the proxy lost it");
        assert_eq!(erp.stock_of("MUG").0, 7, "{database:?} {face:?}");
        through(Proxy::ReadsTheAnswer, &erp, &sale, &KEY);
        assert!(replayed(&erp.send(&sale, &KEY)));
        assert_eq!(erp.stock_of("MUG").0, 6, "{database:?} {face:?}");
    });
}

#[test]
fn two_gateways_tell_repeats_from_new_calls_alike() {
    if !databases().contains(&Database::Postgres) {
        return;
    }
    for face in FACES {
        let first = World::configured(Database::Postgres, &Config::default().text());
        let second = first.beside();
        let (here, there) = (Erp::on(&first, face), Erp::on(&second, face));
        let sale = till(&here);
        lose_answer(&here, &sale, 9);
        let again = there.send(&sale, &[]);
        assert!(replayed(&again), "{face:?}: {}", again.body);
        see_marks(&first, Database::Postgres);
        assert!(!replayed(&here.send(&sale, &[])), "{face:?}");
        see_marks(&first, Database::Postgres);
        assert!(!replayed(&there.send(&sale, &[])), "{face:?}");
        assert_eq!((here.stock_of("MUG").0, there.stock_of("MUG").0), (7, 7), "{face:?}");
    }
}

#[test]
fn a_power_cut_makes_no_sale_count_twice_and_loses_none() {
    for database in databases() {
        for face in FACES {
            let mut world = World::configured(database, &Config::default().text());
            let sale = till(&Erp::on(&world, face));
            lose_answer(&Erp::on(&world, face), &sale, 9);
            world.kill();
            world.start();
            let erp = Erp::on(&world, face);
            let again = erp.send(&sale, &[]);
            assert!(replayed(&again), "{database:?} {face:?}: {}", again.body);
            see_marks(&world, database);
            world.kill();
            world.start();
            let erp = Erp::on(&world, face);
            assert!(!replayed(&erp.send(&sale, &[])), "{database:?} {face:?}");
            assert_eq!(erp.stock_of("MUG").0, 8, "{database:?} {face:?}");
        }
    }
}

#[test]
fn a_client_that_ends_its_side_with_the_call_gets_its_answer_and_may_repeat_it() {
    let world = World::demo(Database::Sqlite);
    let erp = Erp::on(&world, Face::Typed);
    let sale = till(&erp);
    let half_closed = || -> Reply {
        let mut line = Line::open(&world);
        send_to_the_end(&line.0, &request(&erp, &sale, "HTTP/1.0"));
        line.answer()
    };
    let first = half_closed();
    assert_same(&first, &half_closed());
    assert_eq!(erp.stock_of("MUG").0, 9);
}
