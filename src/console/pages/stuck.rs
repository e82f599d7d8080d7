//! What waits for a person, grouped by what keeps it: parked changes, and orders of channels that could not be stored.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::console::desk::Desk;
use crate::console::{Shown, Trouble};
use crate::status::Said;

/// Parked changes, and orders, that are looked at.
const MOST: i64 = 1_000;
/// Changes of a group that are shown.
const OF_A_GROUP: usize = 20;

/// Changes, or orders that could not be stored, of one account with one cause.
#[derive(Serialize)]
struct Group {
    /// Orders that could not be stored; Kontor still tries these automatically.
    held: bool,
    account_id: String,
    account: String,
    /// The code of the error, or all of it where it has none.
    cause: String,
    /// What helps, as a message said it.
    remedy: String,
    count: usize,
    since: String,
    changes: Vec<Value>,
    /// All of them, for a form.
    ids: String,
}

pub(super) fn shown(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    let stuck = |field: &str, word: &str| desk.found("fetchPendingChanges", "changes", &[json!({ field: { "value": word } })], MOST);
    let (parked, held) = (stuck("status", "PARKED")?, stuck("kind", "ORDER")?);
    let report = desk.board.report(desk.visit.user)?;
    let complete = [&parked, &held].iter().all(|changes| i64::try_from(changes.len()).unwrap_or(i64::MAX) < MOST);
    let mut groups = grouped(&held, &report.messages, true);
    groups.extend(grouped(&parked, &report.messages, false));
    let waiting = report.accounts.iter().map(|account| account.pending).sum::<i64>();
    let data = json!({ "groups": groups, "any_parked": !parked.is_empty(), "complete": complete, "accounts": report.accounts, "waiting": waiting });
    Ok(Shown::new("stuck", desk.text("stuck"), data))
}

fn grouped(changes: &[Value], said: &[Said], held: bool) -> Vec<Group> {
    let text = |change: &Value, name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    for change in changes {
        let (account_id, error) = (text(change, "accountId"), text(change, "lastError"));
        let cause = error.split_once(": ").map_or(error.as_str(), |(code, _)| code).to_owned();
        let group = groups.entry((account_id.clone(), cause.clone())).or_insert_with(|| {
            let about = said.iter().find(|said| said.code == cause && said.account_id.to_string() == account_id);
            Group {
                held,
                account: text(change, "accountIdentifier"),
                remedy: about.map(|said| said.remedy.clone()).unwrap_or_default(),
                since: text(change, "requestedAt"),
                account_id,
                cause,
                count: 0,
                changes: Vec::new(),
                ids: String::new(),
            }
        });
        group.count += 1;
        if group.changes.len() < OF_A_GROUP {
            group.changes.push(change.clone());
        }
        group.ids.extend([if group.ids.is_empty() { "" } else { " " }, &text(change, "changeId")]);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_that_could_not_be_stored_have_a_group_of_their_own() {
        let order = |number: &str| {
            json!({ "changeId": format!("order-{number}"), "accountId": "101", "accountIdentifier": "Shop", "marketplaceOrderId": number,
                "lastError": "KONTOR-5001: no such currency", "requestedAt": "2026-01-31T11:00:00Z" })
        };
        let groups = grouped(&[order("7"), order("8")], &[], true);
        let found: Vec<_> = groups.iter().map(|group| (group.held, group.cause.as_str(), group.count, group.ids.as_str())).collect();
        assert_eq!(found, [(true, "KONTOR-5001", 2, "order-7 order-8")]);
    }
}
