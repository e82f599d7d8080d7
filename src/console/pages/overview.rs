//! How all is, in one line, in plots, and in one card per account.

use serde_json::{Value, json};

use super::plots::{SPANS, Span, plots};
use crate::console::desk::Desk;
use crate::console::{Shown, Trouble};
use crate::domain::{AccountId, Stamp};
use crate::store::hourly::{self, HourlyRow};

/// Seconds after which the overview is loaded again.
const REFRESH: u32 = 30;

pub(super) fn shown(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    let report = desk.board.report(desk.visit.user)?;
    let data = serde_json::to_value(&report).unwrap_or_default();
    let count = |name: &str| {
        data.get("accounts").and_then(Value::as_array).into_iter().flatten().filter_map(|a| a.get(name)?.as_i64()).sum::<i64>()
    };
    let (parked, held) = (count("parked"), count("held_orders"));
    let asked = desk.visit.asked("days").and_then(|days| days.parse().ok());
    let days = SPANS.iter().map(|(days, _)| *days).find(|days| Some(*days) == asked).unwrap_or(1);
    let span = Span::of(days, Stamp::now(), desk.zone());
    let accounts: Vec<AccountId> = desk.accounts().map(|account| account.account_id).collect();
    let mut rows = desk.gateway.store.read(|conn| hourly::since(conn, &accounts, span.first_hour()))?;
    // What this process has counted since it last wrote.
    let counting = desk.board.metrics.hourly().into_iter();
    let counting = counting.filter(|((hour, account_id, _), _)| *hour >= span.first_hour() && accounts.contains(account_id));
    rows.extend(counting.map(|((hour, account_id, counted), value)| HourlyRow { hour, account_id, counted, value }));
    let spans = SPANS.map(|(days, _)| json!({ "days": days, "label": desk.text(&format!("span_{days}")) }));
    let data = json!({
        "report": data,
        "stuck": parked.saturating_add(held),
        "plots": plots(&span, &rows, |key| desk.text(key)),
        "spans": spans,
        "days": days,
    });
    Ok(Shown { refresh: Some(REFRESH), ..Shown::new("overview", desk.text("overview"), data) })
}
