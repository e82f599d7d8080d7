//! How much is served at a time, of whom, and what the others are told.

use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use actix_web::http::{StatusCode, header};
use actix_web::test::TestRequest;
use actix_web::web;

use super::{ECHO, ERP, Said, ask_at, ask_live, echoing, edge, paged, post};
use crate::config::Settings;
use crate::config::{Role, User};
use crate::http::annex::{Annex, Answered, Asked};
use crate::http::places::{Party, Whose, lock, share};
use crate::http::{Edge, Live, Machinery, READS, WRITES};
use crate::operations::Face;
use crate::soap::{Meta, fixture};

/// Of the user müller.
const OTHER: &str = "Basic bcO8bGxlcjpzw7zDnw==";

fn is_busy(said: &Said, number: &str) {
    assert_eq!((said.status, said.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{}", said.text());
    assert!(said.text().contains(number), "{}", said.text());
}

fn settings_with(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = fixture::settings();
    change(&mut settings);
    settings
}

#[actix_web::test]
async fn one_user_may_have_all_but_a_quarter_of_the_calls() {
    let edge = edge(fixture::settings());
    let erp = Party::User("erp".to_owned());
    let places: Vec<_> = std::iter::from_fn(|| edge.calls.take(&erp)).collect();
    assert_eq!(places.len(), 3, "of limits.waiting_calls, which is 4");
    is_busy(&ask_at(edge.clone(), post()).await, "KONTOR-9003");
    let other = post().insert_header((header::AUTHORIZATION, OTHER));
    assert_eq!(ask_at(edge.clone(), other).await.status, StatusCode::OK);
    drop(places);
    assert_eq!(ask_at(edge.clone(), post()).await.status, StatusCode::OK);
    assert_eq!((edge.calls.taken(), edge.strangers.taken(), edge.budget.used()), (0, 0, 0));
}

/// An edge whose calls hang until the sender is dropped.
fn hanging(settings: Settings) -> (web::Data<Edge>, Sender<()>) {
    let (release, released) = channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let settings = Arc::new(settings);
    let own = Arc::clone(&settings);
    let answer = move |face: Face, user: &User, text: &str, meta: &Meta| {
        let _ = lock(&released).recv();
        crate::soap::Handled::Done(fixture::handle(&own, face, user, text, meta))
    };
    let machinery = Machinery::new(&settings).expect("threads");
    (web::Data::new(Edge::new(settings, Box::new(answer), || true, machinery)), release)
}

#[actix_web::test]
async fn calls_that_hang_hold_neither_health_nor_other_kinds_of_calls_up() {
    let (edge, release) = hanging(settings_with(|settings| settings.limits.waiting_calls = 1000));
    let mut running = Vec::new();
    for operation in ["updateItems", "updatePrices"] {
        for _ in 0..WRITES {
            let write = post().set_payload(ECHO.replace("echo", operation));
            running.push(actix_web::rt::spawn(ask_at(edge.clone(), write)));
        }
    }
    while edge.lanes.writes.free() > WRITES - share(WRITES) {
        tokio::task::yield_now().await;
    }
    assert_eq!(edge.lanes.reads.free(), READS);
    running.push(actix_web::rt::spawn(ask_at(edge.clone(), post())));
    while edge.lanes.reads.free() == READS {
        tokio::task::yield_now().await;
    }
    let health = ask_at(edge.clone(), TestRequest::get().uri("/health")).await;
    assert_eq!(health.status, StatusCode::OK);
    assert_eq!(edge.lanes.writes.free(), WRITES - share(WRITES), "the rest is for other users");
    drop(release);
    for call in running {
        assert!(call.await.is_ok());
    }
    assert_eq!((edge.lanes.writes.free(), edge.lanes.reads.free(), edge.calls.taken()), (WRITES, READS, 0));
}

#[actix_web::test]
async fn health_says_no_when_its_check_breaks_down() {
    let nobody = Box::new(|_: Face, _: &User, _: &str, _: &Meta| unreachable!("nobody calls"));
    let settings = Arc::new(fixture::settings());
    let machinery = Machinery::new(&settings).expect("threads");
    let broken = Edge::new(settings, nobody, || panic!("no database"), machinery);
    let said = ask_at(web::Data::new(broken), TestRequest::get().uri("/health")).await;
    assert_eq!((said.status, said.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
}

#[actix_web::test]
async fn a_call_is_charged_for_its_memory_until_its_answer_is_sent() {
    let (edge, release) = hanging(fixture::settings());
    let long = ECHO.replace("Grüße", &"Grüße ".repeat(1000));
    let running = actix_web::rt::spawn(ask_at(edge.clone(), post().set_payload(long.clone())));
    while edge.lanes.reads.free() == READS {
        tokio::task::yield_now().await;
    }
    assert!((2 * long.len()..3 * long.len()).contains(&edge.budget.used()), "{} for {}", edge.budget.used(), long.len());
    drop(release);
    assert_eq!(running.await.expect("an answer").status, StatusCode::OK);
    assert_eq!(edge.budget.used(), 0);
}

#[actix_web::test]
async fn a_call_that_needs_more_memory_than_there_is_is_refused() {
    let zipped = crate::http::gzip::compress(&format!("{ECHO}{}", " ".repeat(100_000))).expect("long enough");
    for (body, encoding) in [(ECHO.replace("Gr", &"<a/>".repeat(5_000)).into_bytes(), "identity"), (zipped, "gzip")] {
        let edge = edge(settings_with(|settings| settings.limits.memory_bytes = Some(70_000)));
        let request = post().insert_header((header::CONTENT_ENCODING, encoding)).set_payload(body);
        let said = ask_at(edge.clone(), request).await;
        assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", said.text());
        assert!(said.text().contains("KONTOR-1020") && said.text().contains("limits.memory_bytes"), "{}", said.text());
        assert_eq!((edge.budget.used(), edge.calls.taken()), (0, 0));
    }
}

#[actix_web::test]
async fn a_post_without_a_content_type_is_refused_and_says_what_to_send() {
    let request = TestRequest::post().uri("/ws/connect").insert_header((header::AUTHORIZATION, ERP)).set_payload(ECHO);
    let said = ask_at(edge(fixture::settings()), request).await;
    assert_eq!(said.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(said.text().contains("KONTOR-1022") && said.text().contains("text/xml; charset=utf-8"), "{}", said.text());
}

#[actix_web::test]
async fn a_paused_login_is_told_when_to_come_again() {
    let edge = edge(fixture::settings());
    let wrong = |n: u8| {
        let credentials = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("erp:{n}"));
        let address: SocketAddr = "203.0.113.7:4711".parse().expect("an address");
        post().peer_addr(address).insert_header((header::AUTHORIZATION, format!("Basic {credentials}")))
    };
    for n in 0..6 {
        assert_eq!(ask_at(edge.clone(), wrong(n)).await.status, StatusCode::UNAUTHORIZED);
    }
    let said = ask_at(edge.clone(), wrong(6)).await;
    assert_eq!((said.status, said.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert!(said.text().contains("KONTOR-1021"), "{}", said.text());
    assert_eq!(ask_at(edge, post()).await.status, StatusCode::OK, "from elsewhere the user logs in");
}

#[actix_web::test]
async fn what_began_before_a_reload_ends_with_what_it_began_with() {
    let (edge, release) = hanging(fixture::settings());
    let edge = edge.into_inner();
    let live = Arc::new(Live::of(Arc::clone(&edge)));
    let running = actix_web::rt::spawn(ask_live(Arc::clone(&live), post()));
    while edge.lanes.reads.free() == READS {
        tokio::task::yield_now().await;
    }
    let mut other = fixture::settings();
    other.users = vec![fixture::user("erp", "other"), fixture::user("müller", "süß")];
    let settings = Arc::new(other);
    let machinery = Machinery::of(&edge, &settings);
    let echo = echoing(fixture::settings());
    live.put(Edge::new(settings, echo.answer, || true, machinery));
    assert_eq!(ask_live(Arc::clone(&live), post()).await.status, StatusCode::UNAUTHORIZED, "the password has changed");
    let other = post().insert_header((header::AUTHORIZATION, OTHER));
    assert_eq!(ask_live(Arc::clone(&live), other).await.status, StatusCode::OK, "who did not change stays in");
    drop(release);
    assert_eq!(running.await.expect("an answer").status, StatusCode::OK);
    assert_eq!((edge.calls.taken(), edge.budget.used()), (0, 0), "the places are the same");
}

/// A shop at `/shop`, for administrators or for all.
fn shop(role: Role, open: bool) -> web::Data<Edge> {
    let settings = settings_with(|settings| settings.users.iter_mut().for_each(|user| user.role = role));
    let answer = Box::new(|asked: &Asked| Answered {
        status: 201,
        content_type: "text/plain",
        body: format!("{} {} {}", asked.method, asked.path, asked.token).into_bytes(),
        see: None,
    });
    let annexes = vec![Annex { path: "/shop".to_owned(), open, style: "p{}", answer }];
    web::Data::new(Edge { annexes, ..echoing(settings) })
}

#[actix_web::test]
async fn an_annex_is_for_administrators_unless_it_is_open() {
    let get = || TestRequest::get().uri("/shop/1");
    let said = ask_at(shop(Role::Admin, false), get()).await;
    assert_eq!((said.status, said.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Basic realm=\"Kontor\", charset=\"UTF-8\""));
    let said = ask_at(shop(Role::Erp, false), get().insert_header((header::AUTHORIZATION, ERP))).await;
    assert_eq!(said.status, StatusCode::FORBIDDEN);
    let said = ask_at(shop(Role::Erp, true), get()).await;
    assert!(said.status == StatusCode::CREATED && said.text().starts_with("GET /shop/1 "), "{}", said.text());
    let said = ask_at(shop(Role::Admin, false), get().insert_header((header::AUTHORIZATION, ERP))).await;
    assert_eq!(said.status, StatusCode::CREATED);
    assert_eq!(
        said.header("content-security-policy"),
        "default-src 'none'; style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
}

#[actix_web::test]
async fn what_a_browser_sends_to_an_annex_has_to_come_from_its_own_page() {
    let edge = shop(Role::Admin, false);
    let said = ask_at(edge.clone(), TestRequest::get().uri("/shop/1").insert_header((header::AUTHORIZATION, ERP))).await;
    let token = said.text().rsplit(' ').next().unwrap_or_default().to_owned();
    let order = || TestRequest::post().uri("/shop/1/orders").insert_header((header::AUTHORIZATION, ERP));
    let browser = || order().insert_header(("origin", "http://localhost:8080"));
    for (request, status) in [
        (order(), StatusCode::CREATED),
        (browser().set_payload(format!("token={token}")), StatusCode::CREATED),
        (browser().insert_header(("x-kontor-request", "1")), StatusCode::CREATED),
        (browser(), StatusCode::FORBIDDEN),
        (order().insert_header(("sec-fetch-site", "cross-site")), StatusCode::FORBIDDEN),
        (order().insert_header(("origin", "http://evil.example")).set_payload(format!("token={token}")), StatusCode::FORBIDDEN),
        (order().set_payload(vec![b' '; (1 << 20) + 1]), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let said = ask_at(edge.clone(), request.insert_header(("host", "localhost:8080"))).await;
        assert_eq!(said.status, status, "{}", said.text());
    }
    assert_eq!(edge.strangers.taken(), 0);
}

#[actix_web::test]
async fn pages_that_hang_leave_room_for_those_of_others() {
    let edge = paged(Role::Admin, &[]);
    let lane = &edge.lanes.pages;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(lane.turn(Whose::of("erp")).await.expect("a turn"));
    }
    let ask = TestRequest::get().uri("/status").insert_header((header::AUTHORIZATION, OTHER));
    assert_eq!(ask_at(edge.clone(), ask).await.status, StatusCode::OK);
    assert_eq!(lane.free(), 1);
}
