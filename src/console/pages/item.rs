//! An article with what each account shows of it, and one offer.

use serde_json::{Value, json};

use super::records_of;
use crate::console::desk::Desk;
use crate::console::{Shown, Trouble};
use crate::domain::Stamp;

/// Messages, offers and changes that are shown.
const MOST: i64 = 100;
/// Calls to the channel that are looked through, and from how many milliseconds ago on.
const MOST_CALLS: i64 = 300;
const LOOK_BACK: i64 = 7 * 24 * 60 * 60 * 1_000;

pub(super) fn item(desk: &Desk<'_>, item_id: i32) -> Result<Shown, Trouble> {
    let about = [json!({ "itemId": { "value": item_id } })];
    let item = desk.found("fetchItems", "items", &about, 1)?.pop().ok_or(Trouble::Nothing)?;
    let stock = desk.found("fetchStockCount", "items", &about, 1)?.pop();
    let offers = desk.found("fetchOfferState", "offers", &about, MOST)?;
    let messages = desk.found("fetchUploadMessages", "messages", &about, MOST)?;
    let number = text(&item, "internalItemNumber");
    let mut explanations = Vec::new();
    for offer in &offers {
        explanations.extend(explained(desk, offer, &number)?);
    }
    let data = json!({ "item": item, "stock": stock, "offers": offers, "explanations": explanations, "messages": messages });
    Ok(Shown::new("item", format!("{} {number}", desk.text("item")), data))
}

pub(super) fn offer(desk: &Desk<'_>, offer_id: i32) -> Result<Shown, Trouble> {
    let about = [json!({ "offerId": { "value": offer_id } })];
    let offer = desk.found("fetchOfferState", "offers", &about, 1)?.pop().ok_or(Trouble::Nothing)?;
    let messages = desk.found("fetchUploadMessages", "messages", &about, MOST)?;
    let number = text(&offer, "internalItemNumber");
    let explanation = explained(desk, &offer, &number)?;
    let title = format!("{} {number}, {}", desk.text("offer"), text(&offer, "accountIdentifier"));
    let is_kept = !desk.gateway.settings.dispatch.keep_feeds.is_zero();
    let attempts = if is_kept { attempts(desk, &offer, &number)? } else { Vec::new() };
    let data = json!({
        "offer": offer,
        "explanation": explanation,
        "messages": messages,
        "attempts": attempts,
        "attempts_off": !is_kept,
    });
    Ok(Shown::new("offer", title, data))
}

/// Calls to the channel that name an offer, newest first. Looks at the last ones of the account.
fn attempts(desk: &Desk<'_>, offer: &Value, number: &str) -> Result<Vec<Value>, Trouble> {
    let day = Stamp::now().plus_millis(-LOOK_BACK).to_utc().map(|time| time.to_rfc3339());
    let of = |field: &str| json!({ "value": offer.get(field) });
    let about = json!({ "mandatorId": of("mandatorId"), "accountId": of("accountId"), "createdAt": { "from": day } });
    let mut calls = desk.latest("fetchFeeds", "feeds", &about, MOST_CALLS)?;
    let external = text(offer, "externalOfferNumber");
    calls
        .retain(|call| ["target", "request"].iter().any(|field| names(&text(call, field), number) || names(&text(call, field), &external)));
    for call in &mut calls {
        let failed = call.get("failure").is_some() || text(call, "status").parse::<i32>().is_ok_and(|status| status >= 400);
        crate::console::desk::set(call, "failed", json!(failed));
    }
    Ok(calls)
}

/// Whether a text has a word, and not only as a part of a longer one.
fn names(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !word.is_empty()
        && text.match_indices(word).any(|(start, _)| {
            let before = text.get(..start).and_then(|before| before.chars().next_back());
            let after = text.get(start.saturating_add(word.len())..).and_then(|after| after.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
}

/// What an account would show of an article, and why.
fn explained(desk: &Desk<'_>, offer: &Value, number: &str) -> Result<Option<Value>, Trouble> {
    let request = json!({ "mandatorId": offer.get("mandatorId"), "accountId": offer.get("accountId"), "internalItemNumber": number });
    let answer = desk.ask("explainOffer", &request)?;
    let Some(explanation) = answer.get("explanation") else { return Ok(None) };
    let blocked = records_of(explanation, "missingValues").iter().any(|missing| text(missing, "blocking") == "true");
    let mut explanation = explanation.clone();
    crate::console::desk::set(&mut explanation, "blocked", json!(blocked));
    crate::console::desk::set(&mut explanation, "accountIdentifier", json!(text(offer, "accountIdentifier")));
    Ok(Some(explanation))
}

fn text(record: &Value, name: &str) -> String {
    record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_call_names_an_article_by_its_whole_number() {
        let call = r#"{"sku":"MUG-1","quantity":3}"#;
        assert!(names(call, "MUG-1") && names("/offers/MUG-1", "MUG-1"));
        assert!(!names(call, "MUG") && !names(call, "UG-1") && !names(call, "") && !names("MUG-10 XMUG-1", "MUG-1"));
    }
}
