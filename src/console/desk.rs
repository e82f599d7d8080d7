//! What pages and actions work with: the operations, asked for the user of the visit.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::book::Book;
use super::{Trouble, Visit};
use crate::config::{Account, Reload, Role};
use crate::domain::{AccountId, Failure, MandatorId, code};
use crate::operations::Gateway;
use crate::operations::inside::{ask, refusal};
use crate::status::Board;
use crate::store::audit;

/// Records of a list on one page.
pub(super) const PER_PAGE: i64 = 50;

pub(super) struct Desk<'a> {
    pub gateway: &'a Gateway,
    pub board: &'a Board,
    pub book: &'a Book,
    pub visit: &'a Visit<'a>,
    pub reload: &'a dyn Reload,
}

/// A page of a list.
pub(super) struct Listed {
    pub records: Vec<Value>,
    pub total: i64,
    /// The one that is shown, from 1, the newest records first.
    pub page: i64,
    pub pages: i64,
}

impl<'a> Desk<'a> {
    pub(super) fn text(&self, key: &str) -> String {
        self.book.text(self.visit.language, key)
    }

    /// The mandators that the user may use.
    pub(super) fn mandators(&self) -> Vec<MandatorId> {
        let known = self.gateway.settings.mandators.iter().map(|mandator| mandator.mandator_id);
        known.filter(|id| self.visit.user.may_use(*id)).collect()
    }

    /// The accounts that the user may use.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &'a Account> {
        let user = self.visit.user;
        self.gateway.settings.accounts.iter().filter(move |account| user.may_use(account.mandator_id))
    }

    pub(super) fn account(&self, account_id: AccountId) -> Option<&'a Account> {
        self.accounts().find(|account| account.account_id == account_id)
    }

    pub(super) fn is_admin(&self) -> bool {
        self.visit.user.role == Role::Admin
    }

    /// The file of the configuration is about all mandators.
    pub(super) fn may_reload(&self) -> bool {
        self.is_admin() && self.visit.user.mandators.is_empty() && !self.gateway.settings.demo
    }

    /// The zone in which times are shown.
    pub(super) fn zone(&self) -> Tz {
        let first = self.mandators().first().copied();
        first.and_then(|id| self.gateway.settings.mandator(id)).map_or(chrono_tz::UTC, |mandator| mandator.time_zone)
    }

    /// The answer of a call that reads.
    pub(super) fn ask(&self, operation: &str, request: &Value) -> Result<Value, Failure> {
        ask(self.gateway, self.visit.user, operation, None, request)
    }

    /// The records of a fetch call whose filters are these, one for each of the user's mandators.
    pub(super) fn found(&self, operation: &str, list: &str, filters: &[Value], most: i64) -> Result<Vec<Value>, Failure> {
        let filters = self.in_mandators(filters);
        if filters.is_empty() {
            return Ok(Vec::new());
        }
        let mut request = json!({ "filters": filters, "page": 1 });
        set(&mut request, per_page(operation), json!(most));
        Ok(records(&self.fetched(operation, &request)?, list))
    }

    /// The answer of a fetch call. A refused one would look as if there were nothing, so it is a failure.
    fn fetched(&self, operation: &str, request: &Value) -> Result<Value, Failure> {
        let answer = self.ask(operation, request)?;
        match refusal(&answer) {
            Some(why) => Err(Failure::new(code::INTERNAL, [&format!("{operation}: {why}")])),
            None => Ok(answer),
        }
    }

    /// How many records pass a filter.
    pub(super) fn count(&self, operation: &str, filter: &Value) -> Result<i64, Failure> {
        let mut request = json!({ "filters": self.in_mandators(std::slice::from_ref(filter)) });
        set(&mut request, per_page(operation), json!(1));
        Ok(total_of(&self.fetched(operation, &request)?))
    }

    /// One page of all records that pass the filters, the newest first.
    pub(super) fn listed(&self, operation: &str, list: &str, filters: &[Value]) -> Result<Listed, Failure> {
        let filters = self.in_mandators(filters);
        let mut request = json!({ "filters": filters });
        set(&mut request, per_page(operation), json!(1));
        let total = total_of(&self.fetched(operation, &request)?);
        // Operations list the oldest first. Their pages are counted from there, so each page of the console is one of theirs.
        let pages = pages_of(total, PER_PAGE);
        let page = self.visit.asked("page").and_then(|page| page.parse().ok()).unwrap_or(1_i64).clamp(1, pages);
        set(&mut request, per_page(operation), json!(PER_PAGE));
        set(&mut request, "page", json!(pages.saturating_sub(page).saturating_add(1)));
        let mut records = records(&self.fetched(operation, &request)?, list);
        records.reverse();
        Ok(Listed { records, total, page, pages })
    }

    /// The newest records that pass a filter, newest first.
    pub(super) fn latest(&self, operation: &str, list: &str, filter: &Value, most: i64) -> Result<Vec<Value>, Failure> {
        let mut request = json!({ "filters": self.in_mandators(std::slice::from_ref(filter)) });
        set(&mut request, per_page(operation), json!(1));
        let total = total_of(&self.fetched(operation, &request)?);
        let pages = pages_of(total, most);
        let mut found = Vec::new();
        // The last page may have few records, so the one before it is needed too.
        for page in [pages.saturating_sub(1), pages].into_iter().filter(|page| *page > 0) {
            set(&mut request, per_page(operation), json!(most));
            set(&mut request, "page", json!(page));
            found.extend(records(&self.fetched(operation, &request)?, list));
        }
        found.reverse();
        found.truncate(usize::try_from(most).unwrap_or_default());
        Ok(found)
    }

    /// One filter for each of the user's mandators. A filter that names its mandator stays alone: the account or record that it
    /// is about is not known in others.
    fn in_mandators(&self, filters: &[Value]) -> Vec<Value> {
        let mandators = self.mandators();
        let within = |filter: &Value| match filter.get("mandatorId") {
            Some(_) => vec![filter.clone()],
            None => mandators
                .iter()
                .map(|mandator| {
                    let mut filter = filter.clone();
                    set(&mut filter, "mandatorId", json!({ "value": mandator.0 }));
                    filter
                })
                .collect(),
        };
        filters.iter().flat_map(within).collect()
    }

    /// Calls a writing operation. A form that is sent twice counts once; each form of a page has its own action.
    pub(super) fn write(&self, operation: &str, request: &Value) -> Result<Value, Trouble> {
        let action = self.visit.path.rsplit('/').next().unwrap_or_default();
        let key = self.visit.field("once").map(|once| format!("console-{once}-{action}-{operation}"));
        let answer = ask(self.gateway, self.visit.user, operation, key.as_deref(), request)?;
        match refusal(&answer) {
            Some(why) => Err(Trouble::Refused(why)),
            None => Ok(answer),
        }
    }

    /// What the action did that led here. Who came by a link did nothing.
    pub(super) fn done(&self) -> Option<Value> {
        if self.visit.only.is_some() {
            return None;
        }
        let audit_id = self.visit.asked("done")?.parse().ok()?;
        let row = self.gateway.store.read(|conn| audit::find(conn, audit_id)).ok()??;
        let own = row.user_name == self.visit.user.name;
        own.then(|| json!({ "worked": row.worked, "action": row.action, "about": row.about, "outcome": row.outcome }))
    }
}

/// The element that says how many records a page has.
fn per_page(operation: &str) -> &'static str {
    match operation {
        "fetchOrders" => "ordersPerPage",
        "fetchItems" | "fetchStockCount" => "itemsPerPage",
        "fetchOffers" | "fetchOfferState" => "offersPerPage",
        "fetchCustomers" => "customersPerPage",
        "fetchUploadMessages" => "messagesPerPage",
        "fetchPendingChanges" => "changesPerPage",
        "fetchFeeds" => "feedsPerPage",
        _ => "recordsPerPage",
    }
}

/// How many records there are, as an answer says.
fn total_of(answer: &Value) -> i64 {
    let total = answer.pointer("/report/totalRecords").and_then(Value::as_str);
    total.and_then(|total| total.parse().ok()).unwrap_or_default()
}

fn pages_of(total: i64, per_page: i64) -> i64 {
    total.saturating_add(per_page).saturating_sub(1).checked_div(per_page).unwrap_or_default().max(1)
}

pub(super) fn set(record: &mut Value, name: &str, value: Value) {
    if let Some(fields) = record.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The records of a list in an answer.
pub(super) fn records(answer: &Value, list: &str) -> Vec<Value> {
    answer.get(list).and_then(Value::as_array).cloned().unwrap_or_default()
}
