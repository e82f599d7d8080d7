//! Which page is where, and the short ones.

mod calls;
mod find;
mod item;
mod lists;
mod order;
mod overview;
mod plots;
mod settings;
mod stuck;

use serde_json::{Value, json};

use super::desk::Desk;
use super::{Outcome, Shown, Trouble};
pub(super) use calls::rehearsal;

pub(super) fn page(desk: &Desk<'_>) -> Result<Outcome, Trouble> {
    let steps: Vec<&str> = desk.visit.path.split('/').filter(|step| !step.is_empty()).collect();
    let number = |text: &str| text.parse::<i32>().map_err(|_| Trouble::Nothing);
    let shown = match steps.as_slice() {
        [] => overview::shown(desk)?,
        ["find"] => return find::found(desk),
        ["orders"] => lists::orders(desk)?,
        ["orders", id] => order::shown(desk, number(id)?)?,
        ["items"] => lists::items(desk)?,
        ["items", id] => item::item(desk, number(id)?)?,
        ["offers"] => lists::offers(desk)?,
        ["offers", id] => item::offer(desk, number(id)?)?,
        ["stuck"] => stuck::shown(desk)?,
        ["messages"] => lists::messages(desk)?,
        ["audit"] if desk.is_admin() => settings::audit(desk)?,
        ["settings"] if desk.is_admin() => settings::shown(desk),
        ["calls"] if desk.is_admin() => calls::list(desk)?,
        ["calls", id] if desk.is_admin() => calls::one(desk, id.parse().map_err(|_| Trouble::Nothing)?)?,
        ["audit" | "settings"] | ["calls", ..] => return Err(Trouble::Forbidden),
        _ => return Err(Trouble::Nothing),
    };
    Ok(Outcome::Show(shown))
}

/// The page in the place of one that cannot be shown.
pub(super) fn trouble(desk: &Desk<'_>, trouble: Trouble) -> Shown {
    let (status, title, why) = match trouble {
        Trouble::Nothing => (404, "not_there", desk.text("not_there_why")),
        Trouble::Forbidden => (403, "forbidden", desk.text(if desk.visit.only.is_some() { "only_the_link" } else { "forbidden_why" })),
        Trouble::Refused(why) => (422, "refused", why),
        Trouble::Unsure => (504, "no_answer_yet", desk.text("no_answer_yet_why")),
        Trouble::Failed(failure) => {
            log::warn!("console, {}: {failure}", desk.visit.path);
            (503, "failed", failure.to_string())
        }
    };
    Shown { status, ..Shown::new("trouble", desk.text(title), json!({ "why": why })) }
}

/// The records of a list in a record.
fn records_of(record: &Value, list: &str) -> Vec<Value> {
    super::desk::records(record, list)
}
