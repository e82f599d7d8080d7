//! The journal of the ERPs' calls: which there were, what one said and was answered, and what it would do now.

use chrono::{NaiveDateTime, TimeZone};
use serde_json::{Value, json};

use super::settings::may_see;
use crate::config::User;
use crate::console::desk::Desk;
use crate::console::{Shown, Trouble, actions};
use crate::domain::{Face, Stamp};
use crate::operations::CATALOGUE;
use crate::soap;
use crate::store::calls::{self, CallRow, CallSelection, PayloadRow};

/// Calls of a page.
const MOST: i64 = 100;
/// Without an end, the calls of so many minutes are shown.
const SPAN_MINUTES: i64 = 10;
/// What the field of a browser for a day and a time sends.
const FIELD: &str = "%Y-%m-%dT%H:%M";

pub(super) fn list(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    let (from, until) = (time(desk, "from"), time(desk, "until"));
    // Somebody who asks for 02:13 does not want the newest since then.
    let until = until.or_else(|| from.map(|from| from.plus_millis(SPAN_MINUTES * 60_000)));
    let users = users(desk);
    let asked = CallSelection {
        users: users.as_deref(),
        user: desk.visit.asked("user"),
        operation: desk.visit.asked("operation"),
        failed: desk.visit.asked("failed").is_some(),
        from,
        until,
        before: desk.visit.asked("before").and_then(|before| before.parse().ok()),
    };
    let mut rows = desk.gateway.store.read(|conn| calls::select(conn, &asked, MOST + 1))?;
    let is_more = rows.len() > usize::try_from(MOST).unwrap_or_default();
    rows.truncate(usize::try_from(MOST).unwrap_or_default());
    let older = rows.last().filter(|_| is_more).map(|row| older(desk, row.call_id));
    let visible = desk.gateway.settings.users.iter().filter(|user| may_see(desk.visit.user, user));
    let data = json!({
        "rows": rows.iter().map(|row| shown(desk, row)).collect::<Vec<_>>(),
        "older": older,
        "users": visible.map(|user| user.name.as_str()).collect::<Vec<_>>(),
        "operations": CATALOGUE.iter().map(|operation| operation.name).collect::<Vec<_>>(),
        "asked": desk.visit.query.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "calls_off": desk.gateway.settings.calls.keep.is_zero(),
    });
    Ok(Shown::new("calls", desk.text("calls"), data))
}

/// Those whose calls the viewer may see; `None`: all, also of users who are no longer configured.
fn users(desk: &Desk<'_>) -> Option<Vec<String>> {
    let viewer = desk.visit.user;
    let seen = desk.gateway.settings.users.iter().filter(|user: &&User| may_see(viewer, user)).map(|user| user.name.clone());
    (!viewer.mandators.is_empty()).then(|| seen.collect())
}

/// A time of the form, in the zone of the page.
fn time(desk: &Desk<'_>, name: &str) -> Option<Stamp> {
    let time = NaiveDateTime::parse_from_str(desk.visit.asked(name)?, FIELD).ok()?;
    let time = desk.zone().from_local_datetime(&time).earliest()?;
    Some(Stamp::from_utc(time.to_utc()))
}

/// The same question, for the calls before this one.
fn older(desk: &Desk<'_>, before: i64) -> String {
    let rest = desk.visit.query.iter().filter(|(name, value)| name != "before" && !value.is_empty());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(rest).append_pair("before", &before.to_string()).finish()
}

fn shown(desk: &Desk<'_>, row: &CallRow) -> Value {
    let time = Stamp(row.called_at).to_utc().map(|time| time.with_timezone(&desk.zone()).format("%Y-%m-%d %H:%M:%S").to_string());
    json!({
        "id": row.call_id,
        "time": time,
        "user": row.user_name,
        "origin": row.origin,
        "face": row.face,
        "operation": row.operation,
        "mandators": row.mandators.replace(' ', ", "),
        "records": row.records,
        "failures": row.failures,
        "pending": row.pending,
        "replayed": row.replayed,
        "ms": row.took_ms,
        "status": row.status,
        "error": row.error_code.map(|code| format!("KONTOR-{code}")),
        "request_bytes": row.request_bytes,
        "answer_bytes": row.answer_bytes,
        "request_id": row.request_id,
    })
}

/// A call that the viewer may see.
fn found(desk: &Desk<'_>, call_id: i64) -> Result<(CallRow, Option<PayloadRow>), Trouble> {
    let (row, payload) = desk.gateway.store.read(|conn| calls::find(conn, call_id))?.ok_or(Trouble::Nothing)?;
    match users(desk).is_none_or(|users| users.contains(&row.user_name)) {
        true => Ok((row, payload)),
        false => Err(Trouble::Nothing),
    }
}

pub(super) fn one(desk: &Desk<'_>, call_id: i64) -> Result<Shown, Trouble> {
    let (row, payload) = found(desk, call_id)?;
    Ok(page(desk, &row, payload.as_ref(), &Value::Null))
}

fn page(desk: &Desk<'_>, row: &CallRow, payload: Option<&PayloadRow>, rehearsed: &Value) -> Shown {
    let payload = payload.map(
        |payload| json!({ "request": soap::shown(&payload.request), "answer": soap::shown(&payload.answer), "is_whole": payload.is_whole }),
    );
    let name = if row.operation.is_empty() { "–" } else { row.operation.as_str() };
    let data = json!({ "call": shown(desk, row), "payload": payload, "rehearsed": rehearsed });
    Shown::new("call", format!("{} {name}", desk.text("call")), data)
}

/// Carries a call out once more, as the viewer and without any effect, and shows what it would say.
pub(crate) fn rehearsal(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    if !desk.is_admin() {
        return Err(Trouble::Forbidden);
    }
    let call_id = desk.visit.field("call").and_then(|call| call.parse().ok()).ok_or(Trouble::Nothing)?;
    let (row, payload) = found(desk, call_id)?;
    let payload = payload.filter(|payload| payload.is_whole).ok_or(Trouble::Nothing)?;
    let face = if row.face == Face::Typed.word() { Face::Typed } else { Face::Compat };
    let (answer, failures) = soap::rehearse(desk.gateway, face, desk.visit.user, &payload.request);
    actions::kept(desk, "rehearse", &format!("{call_id} {}", row.operation), true, "")?;
    Ok(page(desk, &row, Some(&payload), &json!({ "answer": answer, "failures": failures })))
}
