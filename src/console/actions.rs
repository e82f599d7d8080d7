//! What people do in the console: each form is a call of an operation, or the same function as on the command line. What
//! was done is kept in the audit, whether it worked or not.

use serde_json::{Value, json};

use super::desk::Desk;
use super::{PATH, Trouble};
use crate::config::{Account, Role, Settings};
use crate::domain::{AccountId, Failure};
use crate::store::audit;
use crate::store::changes;
use crate::support;

/// Does what the form says, and gives the page to look at next.
pub(super) fn act(desk: &Desk<'_>) -> Result<String, Trouble> {
    let action = desk.visit.path.strip_prefix("/do/").ok_or(Trouble::Nothing)?;
    if desk.visit.user.role == Role::Read {
        kept(desk, action, "", false, &desk.text("forbidden_why"))?;
        return Err(Trouble::Forbidden);
    }
    let (about, done) = match action {
        "retry" => retry(desk),
        "retry_account" => retry_account(desk),
        "drop" => drop_change(desk),
        "poll" => on_account(desk, "syncPlatformOrders", json!({})),
        "reconcile" => on_account(desk, "syncPlatformItems", json!({})),
        "repair" => on_account(desk, "syncPlatformItems", json!({ "repair": true })),
        "reload" => (String::new(), reload(desk)),
        "upload" => on_offer(desk, "uploadOffers"),
        "end" => on_offer(desk, "endOffers"),
        "acknowledged" => on_order(desk, json!({ "status": "ACKNOWLEDGED" })),
        "paid" => on_order(desk, json!({ "status": "PAID" })),
        "canceled" => on_order(desk, json!({ "status": "CANCELED" })),
        "shipped" => ship(desk),
        _ => return Err(Trouble::Nothing),
    };
    let (worked, outcome) = match done {
        Ok(outcome) => (true, outcome),
        // Nobody tried anything.
        Err(Trouble::Nothing) => return Err(Trouble::Nothing),
        Err(Trouble::Forbidden) => {
            kept(desk, action, &about, false, &desk.text("forbidden_why"))?;
            return Err(Trouble::Forbidden);
        }
        Err(Trouble::Refused(why)) => (false, why),
        Err(Trouble::Unsure) => return Err(Trouble::Unsure),
        Err(Trouble::Failed(failure)) => (false, failure.to_string()),
    };
    // It was done, or refused, whatever happens now: it must not look as if nothing had been stored.
    let audit_id = kept(desk, action, &about, worked, &outcome).map_err(|failure| {
        log::error!("console: action={action} about={about:?} worked={worked} is not in the audit: {failure}");
        Trouble::Unsure
    })?;
    Ok(back_to(desk.visit.field("back"), audit_id))
}

/// The page that the form was on.
fn back_to(back: Option<&str>, audit_id: i32) -> String {
    let is_own =
        |path: &&str| path.starts_with('/') && !path.starts_with("//") && path.chars().all(|c| c.is_ascii_alphanumeric() || c == '/');
    format!("{PATH}{}?done={audit_id}", back.filter(is_own).unwrap_or_default())
}

pub(super) fn kept(desk: &Desk<'_>, action: &str, about: &str, worked: bool, outcome: &str) -> Result<i32, Failure> {
    let row = super::entry(&desk.visit.user.name, desk.visit.origin, action, about, worked, outcome);
    let audit_id = desk.gateway.store.write(move |tx| audit::note(tx, row.clone()))?;
    log::info!("console: user={:?} action={action} about={about:?} worked={worked}", desk.visit.user.name);
    Ok(audit_id)
}

pub(super) type Done = (String, Result<String, Trouble>);

/// Some changes, of one account.
fn retry(desk: &Desk<'_>) -> Done {
    let changes: Vec<&str> = desk.visit.field("changes").unwrap_or_default().split_whitespace().collect();
    let about = changes.join(" ");
    let done = account_of(desk).and_then(|account| {
        let record = |change: &&str| json!({ "mandatorId": account.mandator_id.0, "changeId": change });
        let answer = desk.write("retryChanges", &json!({ "changes": changes.iter().map(record).collect::<Vec<_>>() }))?;
        Ok(retried(&answer))
    });
    (about, done)
}

/// All parked changes of an account.
fn retry_account(desk: &Desk<'_>) -> Done {
    let done = account_of(desk).and_then(|account| {
        let record = json!({ "mandatorId": account.mandator_id.0, "accountId": account.account_id.0, "parkedOnly": true });
        Ok(retried(&desk.write("retryChanges", &json!({ "changes": [record] }))?))
    });
    (named_account(desk), done)
}

fn retried(answer: &Value) -> String {
    let reports = super::desk::records(answer, "reports");
    let count = |report: &Value| report.pointer("/change/retried").and_then(Value::as_str).and_then(|count| count.parse::<u64>().ok());
    reports.iter().filter_map(count).sum::<u64>().to_string()
}

/// Gives a change up, as `kontor outbox drop` does.
fn drop_change(desk: &Desk<'_>) -> Done {
    let named = desk.visit.field("changes").unwrap_or_default().to_owned();
    (named.clone(), dropped(desk, &named))
}

fn dropped(desk: &Desk<'_>, named: &str) -> Result<String, Trouble> {
    if !desk.is_admin() {
        return Err(Trouble::Forbidden);
    }
    let id = named.parse().map_err(|_| Trouble::Nothing)?;
    let (settings, store) = (&desk.gateway.settings, &desk.gateway.store);
    let change = store.read(|conn| changes::by_ids(conn, &[id]))?.pop();
    change.and_then(|change| desk.account(change.account_id)).ok_or(Trouble::Nothing)?;
    let support = support::Desk { settings: Settings::clone(settings), store: store.clone() };
    support.drop(named).map_err(|error| Trouble::Refused(error.to_string()))
}

/// The configuration file is read again. What the file says wrong is in the outcome.
fn reload(desk: &Desk<'_>) -> Result<String, Trouble> {
    if !desk.may_reload() {
        return Err(Trouble::Forbidden);
    }
    let outcome = desk.reload.reload(&format!("{:?} in the console", desk.visit.user.name));
    let lines = outcome.lines.join("\n");
    if outcome.worked { Ok(lines) } else { Err(Trouble::Refused(lines)) }
}

/// A call for an account.
fn on_account(desk: &Desk<'_>, operation: &str, mut request: Value) -> Done {
    let done = account_of(desk).and_then(|account| {
        super::desk::set(&mut request, "accountIds", json!([account.account_id.0]));
        desk.write(operation, &request).map(|_| String::new())
    });
    (named_account(desk), done)
}

fn on_offer(desk: &Desk<'_>, operation: &str) -> Done {
    let offer = desk.visit.field("offer").unwrap_or_default().to_owned();
    let done = desk.write(operation, &json!({ "offerIds": [offer.as_str()] })).map(|_| String::new());
    (offer, done)
}

/// An event of an order.
fn on_order(desk: &Desk<'_>, mut record: Value) -> Done {
    // The audit has the number as the order's page asks for it.
    let order = desk.visit.field("order").and_then(|order| order.parse::<i32>().ok()).unwrap_or_default().to_string();
    super::desk::set(&mut record, "orderId", json!(order));
    super::desk::set(&mut record, "mandatorId", json!(desk.visit.field("mandator")));
    super::desk::set(&mut record, "significantKey", json!("ORDER_ID"));
    let done = desk.write("updateOrderStatus", &json!({ "orders": [record] })).map(|_| String::new());
    (order, done)
}

/// Reports what is open of an order as shipped.
pub(super) fn ship(desk: &Desk<'_>) -> Done {
    on_order(desk, shipped(desk))
}

/// All that is open, in one package.
fn shipped(desk: &Desk<'_>) -> Value {
    let package = json!({ "trackingNumber": desk.visit.field("tracking"), "shippingProviderIdentifier": desk.visit.field("carrier") });
    let named = desk.visit.field("tracking").or(desk.visit.field("carrier")).is_some();
    json!({ "status": "SHIPPED", "shippingInformations": if named { json!([package]) } else { Value::Null } })
}

fn account_of<'a>(desk: &Desk<'a>) -> Result<&'a Account, Trouble> {
    let asked = desk.visit.field("account").and_then(|account| account.parse().ok()).map(AccountId);
    asked.and_then(|account_id| desk.account(account_id)).ok_or(Trouble::Nothing)
}

fn named_account(desk: &Desk<'_>) -> String {
    desk.visit.field("account").unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::back_to;

    #[test]
    fn the_way_back_stays_in_the_console() {
        assert_eq!(back_to(Some("/orders/7"), 3), "/console/orders/7?done=3");
        for elsewhere in [None, Some("//evil.example"), Some("https://evil.example"), Some("/a?b=c"), Some("/a\r\nb")] {
            assert_eq!(back_to(elsewhere, 3), "/console?done=3", "{elsewhere:?}");
        }
    }
}
