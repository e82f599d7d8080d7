//! One field for everything that has a number or a name.

use serde_json::{Value, json};

use crate::console::desk::Desk;
use crate::console::{Outcome, Shown, Trouble};

/// Records of each kind that are shown.
const MOST: i64 = 20;
/// Characters of what is looked for; no number or address is longer.
const MOST_WORD: usize = 200;

/// What an operation finds: its list, the conditions that are tried with the word, and where one of them has its page.
struct Kind {
    name: &'static str,
    operation: &'static str,
    list: &'static str,
    /// The field with the number of the page.
    id: &'static str,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "orders",
        operation: "fetchOrders",
        list: "orders",
        id: "orderId",
        texts: &[
            "marketplaceOrderId",
            "marketplaceOrderId2",
            "externalOrderNumber1",
            "externalOrderNumber2",
            "emailAddress",
            "invoiceNumber",
        ],
        numbers: &["orderNumber", "customerNumbers"],
    },
    Kind { name: "items", operation: "fetchItems", list: "items", id: "itemId", texts: &["internalItemNumber", "eanCode"], numbers: &[] },
    Kind {
        name: "offers",
        operation: "fetchOffers",
        list: "offers",
        id: "offerId",
        texts: &["externalOfferNumber"],
        numbers: &["offerId"],
    },
    Kind {
        name: "customers",
        operation: "fetchCustomers",
        list: "customers",
        id: "customerId",
        texts: &["emailAddress", "externalCustomerId1", "externalCustomerId2"],
        numbers: &["customerNumbers"],
    },
];

pub(super) fn found(desk: &Desk<'_>) -> Result<Outcome, Trouble> {
    let is_word = |word: &&str| word.chars().count() <= MOST_WORD && !word.chars().any(char::is_control);
    let Some(word) = desk.visit.asked("q").filter(is_word) else {
        return Ok(Outcome::Show(Shown::new("find", desk.text("find"), json!({}))));
    };
    let mut found = serde_json::Map::new();
    let mut pages = Vec::new();
    for kind in &KINDS {
        let mut filters: Vec<Value> = kind.texts.iter().map(|field| json!({ *field: { "value": word } })).collect();
        if let Ok(number) = word.parse::<i32>() {
            filters.extend(kind.numbers.iter().map(|field| json!({ *field: { "value": number } })));
        }
        let records = desk.found(kind.operation, kind.list, &filters, MOST)?;
        pages.extend(records.iter().filter_map(|record| Some(format!("/{}/{}", kind.name, record.get(kind.id)?.as_str()?))));
        found.insert(kind.name.to_owned(), Value::Array(records));
    }
    // What is found alone is what was looked for; a customer has no page of his own.
    match pages.as_slice() {
        [page] if !page.starts_with("/customers") => Ok(Outcome::See(format!("{}{page}", crate::console::PATH))),
        _ => {
            let data = json!({ "word": word, "found": found, "any": !pages.is_empty() });
            Ok(Outcome::Show(Shown::new("find", desk.text("find"), data)))
        }
    }
}
