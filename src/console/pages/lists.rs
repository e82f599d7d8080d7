//! Lists of orders, articles, offers and messages, the newest first.

use serde_json::{Value, json};

use crate::console::desk::{Desk, Listed};
use crate::console::{Shown, Trouble};
use crate::domain::AccountId;
use crate::domain::order::OPEN;

/// A choice of a list: its word in the address, and the conditions that records pass.
type Choice = (&'static str, fn() -> Vec<Value>);

const ORDERS: [Choice; 3] = [
    ("all", || vec![json!({})]),
    ("open", || vec![json!({ "completeStatus": { "value": OPEN } })]),
    ("not_fetched", || vec![json!({ "exportDate": { "isNull": true } })]),
];
const OFFERS: [Choice; 4] = [
    ("all", || vec![json!({})]),
    ("running", || vec![json!({ "offerStatus": { "value": "RUNNING" } })]),
    ("prepared", || vec![json!({ "offerStatus": { "value": "PREPARED" } })]),
    ("ended", || vec![json!({ "offerStatus": { "value": "ENDED" } })]),
];
const ALL: [Choice; 1] = [("all", || vec![json!({})])];

pub(super) fn orders(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    list(desk, "orders", "fetchOrders", &ORDERS)
}

pub(super) fn items(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    list(desk, "items", "fetchItems", &ALL)
}

pub(super) fn offers(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    list(desk, "offers", "fetchOffers", &OFFERS)
}

pub(super) fn messages(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    list(desk, "messages", "fetchUploadMessages", &ALL)
}

/// The template and the list in the answer have the same name.
fn list(desk: &Desk<'_>, name: &'static str, operation: &str, choices: &[Choice]) -> Result<Shown, Trouble> {
    let asked = desk.visit.asked("show").unwrap_or("all");
    let (chosen, filters) = choices.iter().find(|(word, _)| *word == asked).ok_or(Trouble::Nothing)?;
    let account = desk.visit.asked("account").and_then(|account| account.parse::<i32>().ok());
    let mut filters = filters();
    if let Some(account_id) = account {
        let of = desk.account(AccountId(account_id)).ok_or(Trouble::Nothing)?;
        for filter in &mut filters {
            crate::console::desk::set(filter, "mandatorId", json!({ "value": of.mandator_id.0 }));
            crate::console::desk::set(filter, "accountId", json!({ "value": account_id }));
        }
    }
    let Listed { records, total, page, pages } = desk.listed(operation, name, &filters)?;
    let data = json!({
        "records": records,
        "total": total,
        "page": page,
        "pages": pages,
        "chosen": chosen,
        "choices": choices.iter().map(|(word, _)| json!({ "word": word, "label": desk.text(&format!("show_{word}")) })).collect::<Vec<_>>(),
        "account": account,
        "accounts": accounts(desk),
    });
    Ok(Shown::new(name, desk.text(name), data))
}

/// The accounts to choose from.
fn accounts(desk: &Desk<'_>) -> Vec<Value> {
    desk.accounts().map(|account| json!({ "id": account.account_id.0, "name": account.identifier })).collect()
}
