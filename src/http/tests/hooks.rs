//! Calls of channels.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use actix_web::web;

use super::super::hooks::Hooked;
use super::{Edge, ask_at, echoing};
use crate::soap::fixture;

/// Takes what account 7 signs with the word "right".
fn edge() -> web::Data<Edge> {
    let hook = Box::new(|call: &Hooked| {
        let signed = call.headers.iter().any(|(name, value)| name == "x-signature" && value == "right");
        call.account == "7" && signed && call.body == b"{\"id\": 1}"
    });
    web::Data::new(Edge { hook, ..echoing(fixture::settings()) })
}

fn call(account: &str) -> TestRequest {
    TestRequest::post().uri(&format!("/hooks/{account}")).insert_header(("X-Signature", "right")).set_payload("{\"id\": 1}")
}

#[actix_web::test]
async fn strangers_learn_nothing_from_the_address_of_hooks() {
    let edge = edge();
    let taken = ask_at(edge.clone(), call("7")).await;
    assert_eq!((taken.status, taken.text().as_str()), (StatusCode::OK, ""));
    let refused = ask_at(edge.clone(), call("8")).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    for request in [call("7").set_payload("{\"id\": 2}"), call("x"), call("7").insert_header(("X-Signature", "wrong"))] {
        let said = ask_at(edge.clone(), request).await;
        assert_eq!((said.status, said.text()), (StatusCode::UNAUTHORIZED, refused.text()));
    }
    assert_eq!(ask_at(edge.clone(), TestRequest::get().uri("/hooks/7")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let large = call("7").set_payload(vec![b' '; (1 << 20) + 1]);
    assert_eq!(ask_at(edge.clone(), large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(edge.strangers.taken(), 0);
    assert_eq!(edge.budget.used(), 0);
}
