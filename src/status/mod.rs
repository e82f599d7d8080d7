//! What an administrator and a monitoring system look at: the state of each account, what is stuck, and the numbers. Read
//! from the database, so that every process says the same of all; only counters are of the process that is asked.

mod metrics;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use crate::config::{Account, Settings, User};
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Failure, MandatorId, Reader, Stamp, code};
use crate::metrics::Metrics;
use crate::store::accounts::{self, WorkRow};
use crate::store::backlog::{Backlog, Numbers};
use crate::store::changes::{self, Change, ChangeFilter, ChangeKind};
use crate::store::filter::Cond;
use crate::store::messages::{self, MessageRow};
use crate::store::outbox::OutboxStatus;
use crate::store::{Conn, Store, limited_calls, tasks};
use state::AccountState;

/// Rows of each list; the numbers of the accounts count all.
const MOST_ROWS: usize = 50;

const PAGE: &str = include_str!("page.html");

/// Everything that is needed to say how the gateway is.
pub(crate) struct Board {
    pub settings: Arc<Settings>,
    pub store: Store,
    pub metrics: Arc<Metrics>,
    pub started: Stamp,
}

/// How the gateway is, for one user's mandators. Times are in UTC.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub version: &'static str,
    pub time: String,
    /// Of the process that answers.
    pub started_at: String,
    pub database: &'static str,
    /// Somebody should look at one of the accounts.
    pub needs_attention: bool,
    pub accounts: Vec<AccountReport>,
    /// Parked changes and orders that cannot be stored, the oldest first, not all of them if there are many.
    pub stuck: Vec<Stuck>,
    /// What channels refused or warned of, newest first, not all.
    pub messages: Vec<Said>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AccountReport {
    pub account_id: AccountId,
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub connector: String,
    pub state: &'static str,
    pub needs_attention: bool,
    pub offers_running: i64,
    pub pending: i64,
    pub oldest_pending_since: Option<String>,
    pub parked: i64,
    /// Tasks that the channel works on.
    pub tasks: i64,
    pub oldest_task_since: Option<String>,
    pub held_orders: i64,
    /// When all orders were collected last.
    pub polled_at: Option<String>,
    pub no_order_since: Option<String>,
    /// Calls to the channel that failed in a row.
    pub failures: i32,
    pub last_error: Option<String>,
    /// The account keeps away from its channel until then.
    pub blocked_until: Option<String>,
    /// Calls that wait because the channel may not be called more often, with the time until when.
    pub limited: BTreeMap<&'static str, String>,
    pub reconciled_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Stuck {
    /// For `kontor outbox show`.
    pub change: String,
    pub account_id: AccountId,
    pub about: String,
    pub topic: String,
    pub since: String,
    pub error: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Said {
    pub time: String,
    pub account_id: AccountId,
    pub severity: &'static str,
    pub code: String,
    pub text: String,
    pub remedy: String,
}

/// What is known of the accounts at one time.
struct Known {
    now: Stamp,
    work: BTreeMap<AccountId, WorkRow>,
    backlog: Numbers,
    limited: BTreeMap<(AccountId, ChannelCall), Stamp>,
    tasks: BTreeMap<AccountId, (i64, Option<Stamp>)>,
}

fn known(conn: &mut Conn<'_>, backlog: Numbers, now: Stamp) -> Result<Known, Failure> {
    let work = accounts::all_work(conn)?.into_iter().map(|work| (work.account_id, work)).collect();
    Ok(Known { now, work, backlog, limited: limited_calls::beyond(conn, now)?, tasks: tasks::open_tasks(conn)? })
}

impl Known {
    /// Tasks that the channel works on, and since when the oldest.
    fn tasks(&self, account: &Account) -> (i64, Option<Stamp>) {
        self.tasks.get(&account.account_id).copied().unwrap_or_default()
    }

    fn state(&self, account: &Account) -> AccountState {
        state::of(account.active, self.work.get(&account.account_id), self.now)
    }

    fn backlog(&self, account: &Account) -> Backlog {
        self.backlog.get(&account.account_id).copied().unwrap_or_default()
    }
}

impl Board {
    /// The report as a page for people.
    pub(crate) fn page(&self, user: &User) -> Result<String, Failure> {
        let report = self.report(user)?;
        let broken = |error: minijinja::Error| Failure::new(code::INTERNAL, [&format!("the status page: {error}")]);
        let mut engine = Environment::new();
        // The ending has values escaped.
        engine.add_template("page.html", PAGE).map_err(broken)?;
        engine.get_template("page.html").and_then(|page| page.render(Serde(&report))).map_err(broken)
    }

    /// The report for programs.
    pub(crate) fn json(&self, user: &User) -> Result<String, Failure> {
        let report = self.report(user)?;
        serde_json::to_string_pretty(&report).map_err(|error| Failure::new(code::INTERNAL, [&format!("the status: {error}")]))
    }

    /// Counters and levels for Prometheus. The counters are of the whole process: for those who may see all mandators.
    pub(crate) fn metrics(&self, user: &User) -> Result<String, Failure> {
        let accounts = self.accounts(user);
        let backlog = self.store.backlog()?;
        let known = self.store.look(move |conn| known(conn, backlog, Stamp::now()))?;
        Ok(self.metrics.text(&metrics::levels(&known, &accounts)))
    }

    fn accounts(&self, user: &User) -> Vec<&Account> {
        self.settings.accounts.iter().filter(|account| user.may_use(account.mandator_id)).collect()
    }

    pub(crate) fn report(&self, user: &User) -> Result<Report, Failure> {
        let now = Stamp::now();
        let accounts = self.accounts(user);
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.account_id).collect();
        let backlog = self.store.backlog()?;
        let (known, stuck, said) = self.store.look(move |conn| {
            let known = known(conn, backlog, now)?;
            Ok((known, stuck(conn, &ids)?, messages::latest_bad(conn, &ids, MOST_ROWS)?))
        })?;
        let accounts: Vec<AccountReport> = accounts.into_iter().map(|account| of_account(account, &known)).collect();
        Ok(Report {
            version: env!("CARGO_PKG_VERSION"),
            time: time(now),
            started_at: time(self.started),
            database: if self.store.is_shared() { "PostgreSQL" } else { "SQLite" },
            needs_attention: accounts.iter().any(|account| account.needs_attention),
            accounts,
            stuck: stuck.into_iter().map(of_change).collect(),
            messages: said.into_iter().map(|message| self.said(user, message)).collect(),
        })
    }
}

impl Board {
    fn said(&self, user: &User, message: MessageRow) -> Said {
        let reader = Reader { language: self.settings.language_for(user, Some(message.mandator_id)), ..Reader::ADMIN };
        Said {
            time: time(Stamp(message.created_at)),
            account_id: message.account_id,
            severity: message.severity.word(),
            text: message.text(reader),
            remedy: message.remedy(reader),
            code: message.code,
        }
    }
}

fn of_account(account: &Account, known: &Known) -> AccountReport {
    let (state, backlog) = (known.state(account), known.backlog(account));
    let work = known.work.get(&account.account_id);
    let moment = |micros: Option<i64>| micros.map(|micros| time(Stamp(micros)));
    let limited = known.limited.iter().filter(|((id, _), _)| *id == account.account_id);
    AccountReport {
        account_id: account.account_id,
        mandator_id: account.mandator_id,
        identifier: account.identifier.clone(),
        connector: account.connector.clone(),
        state: state.word(),
        needs_attention: state.needs_attention() || backlog.parked > 0 || backlog.held_orders > 0,
        offers_running: backlog.offers_running,
        pending: backlog.pending,
        oldest_pending_since: backlog.oldest_pending.map(time),
        parked: backlog.parked,
        tasks: known.tasks(account).0,
        oldest_task_since: known.tasks(account).1.map(time),
        held_orders: backlog.held_orders,
        polled_at: moment(work.and_then(|work| work.polled_at)),
        no_order_since: moment(work.and_then(|work| work.no_order_since)),
        failures: work.map_or(0, |work| work.failures),
        last_error: work.and_then(|work| work.last_error.clone()),
        blocked_until: moment(work.map(|work| work.blocked_until).filter(|until| *until > known.now.0)),
        limited: limited.map(|((_, call), until)| (call.word(), time(*until))).collect(),
        reconciled_at: moment(work.and_then(|work| work.reconciled_at)),
    }
}

/// What does not continue automatically, the oldest first.
fn stuck(conn: &mut Conn<'_>, account_ids: &[AccountId]) -> Result<Vec<Change>, Failure> {
    let of_accounts = || Cond::any_of(account_ids.to_vec());
    let kind = Cond::any_of(vec![ChangeKind::State, ChangeKind::Fact, ChangeKind::Transfer]);
    let parked = ChangeFilter { kind, account_id: of_accounts(), status: Cond::one(OutboxStatus::Parked), ..ChangeFilter::default() };
    let held = ChangeFilter { kind: Cond::one(ChangeKind::Order), account_id: of_accounts(), ..ChangeFilter::default() };
    let mut found = changes::matching(conn, &parked)?;
    found.extend(changes::matching(conn, &held)?);
    found.sort_unstable();
    let ids: Vec<_> = found.into_iter().take(MOST_ROWS).map(|(_, id)| id).collect();
    changes::by_ids(conn, &ids)
}

fn of_change(change: Change) -> Stuck {
    let item = change.offer.as_ref().map(|offer| format!("item {}", offer.internal_item_number));
    let order = change.order.as_ref().and_then(|order| order.marketplace_order_id.as_ref()).map(|number| format!("order {number}"));
    let record = change
        .transfer
        .as_ref()
        .map(|transfer| format!("{} {}", transfer.kind.word(), transfer.name.clone().unwrap_or_else(|| transfer.record_id.to_string())));
    Stuck {
        change: change.id.to_string(),
        account_id: change.account_id,
        about: item.or(order).or(record).unwrap_or_default(),
        topic: change.topic,
        since: time(change.asked_at),
        error: change.last_error,
    }
}

/// As the log writes it.
fn time(time: Stamp) -> String {
    time.to_utc().map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}
