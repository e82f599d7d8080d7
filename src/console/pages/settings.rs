//! The configuration in force, without secrets, and what people did here.

use serde_json::{Value, json};

use crate::config::{Settings, User};
use crate::console::desk::Desk;
use crate::console::{Shown, Trouble};
use crate::store::audit;

/// Actions that are shown.
const MOST: i64 = 200;

pub(super) fn shown(desk: &Desk<'_>) -> Shown {
    let settings = &desk.gateway.settings;
    let user = desk.visit.user;
    let mandators = settings.mandators.iter().filter(|mandator| user.may_use(mandator.mandator_id));
    let data = json!({
        "mandators": mandators.map(|mandator| json!({
            "id": mandator.mandator_id.0,
            "name": mandator.identifier,
            "language": mandator.language.iso(),
            "zone": mandator.time_zone.name(),
        })).collect::<Vec<_>>(),
        "accounts": desk.accounts().map(|account| json!({
            "id": account.account_id.0,
            "name": account.identifier,
            "mandator": account.mandator_id.0,
            "connector": account.connector,
            "active": account.active,
        })).collect::<Vec<_>>(),
        "users": settings.users.iter().filter(|user| may_see(desk.visit.user, user)).map(|user| json!({
            "name": user.name,
            "role": user.role.word(),
            "mandators": user.mandators.iter().map(|id| id.0).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "listen": settings.server.listen.to_string(),
        "public_url": settings.server.public_url,
        "demo": settings.demo,
        "file": desk.may_reload().then(|| {
            let found = desk.reload.check();
            json!({ "good": found.worked, "lines": found.lines })
        }),
        "times": times(settings),
    });
    Shown::new("settings", desk.text("settings"), data)
}

/// What the configuration says about times and limits that people ask for.
fn times(settings: &Settings) -> Vec<Value> {
    let days = |time: std::time::Duration| format!("{} d", time.as_secs() / 86_400);
    let seconds = |time: std::time::Duration| format!("{} s", time.as_secs());
    let (dispatch, calls, limits) = (&settings.dispatch, &settings.calls, &settings.limits);
    [
        ("dispatch.channel_timeout_seconds", seconds(dispatch.channel_timeout)),
        ("dispatch.keep_messages_days", days(dispatch.keep_messages)),
        ("dispatch.keep_feeds_days", days(dispatch.keep_feeds)),
        ("calls.keep_days", days(calls.keep)),
        ("calls.payload_days", days(calls.payloads)),
        ("limits.body_bytes", limits.body_bytes.to_string()),
        ("limits.answer_bytes", limits.answer_bytes.to_string()),
        ("limits.records", limits.records.to_string()),
    ]
    .map(|(key, value)| json!({ "key": key, "value": value }))
    .into()
}

/// Whether all that a user may do is about mandators of the viewer.
pub(super) fn may_see(viewer: &User, user: &User) -> bool {
    viewer.mandators.is_empty() || (!user.mandators.is_empty() && user.mandators.iter().all(|id| viewer.may_use(*id)))
}

pub(super) fn audit(desk: &Desk<'_>) -> Result<Shown, Trouble> {
    let viewer = desk.visit.user;
    // Nobody knows any more which mandators a user had who is no longer configured.
    let seen = desk.gateway.settings.users.iter().filter(|user| may_see(viewer, user)).map(|user| user.name.clone());
    let seen: Option<Vec<String>> = if viewer.mandators.is_empty() { None } else { Some(seen.collect()) };
    let rows = desk.gateway.store.read(|conn| audit::latest(conn, seen.as_deref(), MOST))?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            json!({
                "time": crate::domain::Stamp(row.done_at).to_utc().map(|time| time.to_rfc3339()),
                "user": row.user_name,
                "origin": row.origin,
                "action": row.action,
                "about": row.about,
                "worked": row.worked,
                "outcome": row.outcome,
            })
        })
        .collect();
    Ok(Shown::new("audit", desk.text("audit"), json!({ "rows": rows })))
}
