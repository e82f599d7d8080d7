//! What is done beside the accounts' work: leases of long calls, scheduled releases, prices of a new day, forgetting, and
//! warnings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::bell::{Bell, Wake};
use super::keeper::Keeper;
use super::retry::after;
use crate::config::{Account, Current, Settings};
use crate::domain::hourly::{Counted, hour_of};
use crate::domain::{AccountId, Failure, MandatorId, OfferId, Stamp};
use crate::files::{self, Folder};
use crate::metrics::Metrics;
use crate::store::hourly::HourlyRow;
use crate::store::outbox::{self, Topic};
use crate::store::since::Since;
use crate::store::stock::changes;
use crate::store::{Store, accounts, audit, deletions, documents, feeds, hourly, media, messages, offers, pricelists, replay};

/// No account has this number: nobody rings for the housekeeper.
const NOBODY: i32 = i32::MIN;
const EVERY: Duration = Duration::from_secs(60);
/// Scheduled offers that are released at once; the others follow with the next tick.
const MOST_RELEASES: i64 = 1_000;
/// Keys of deleted records are kept this long for readers of changes.
const KEEP_DELETIONS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// What people did in the console is kept this long.
const KEEP_AUDIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Numbers for the plots of the console are kept this long.
const KEEP_HOURLY: Duration = Duration::from_secs(31 * 24 * 60 * 60);
/// Stock changes that are looked at in one read, and at most forgotten in one write.
const STRETCH: i64 = 2_000;
/// Stock changes of a mandator that are looked at in every round.
const LOOKED_AT: usize = 100_000;
/// An account whose calls have failed this often in a row is worth a warning.
const LONG_FAILING: i32 = 5;
/// Transactions of one round that delete feeds.
const MOST_FEED_STEPS: usize = 20;

pub(super) struct Housekeeper {
    pub settings: Arc<Settings>,
    pub store: Store,
    pub bell: Arc<Bell>,
    pub metrics: Arc<Metrics>,
    pub keeper: Arc<Keeper>,
    pub owner: String,
    /// The part of the folder of documents that is looked through next.
    pub part: u8,
    /// Parked rows and failing as last warned of, per account.
    pub warned: BTreeMap<AccountId, (i64, bool)>,
    /// Up to where the stock changes were looked through in this round.
    pub looked_through: BTreeMap<MandatorId, Since>,
}

impl Housekeeper {
    pub(super) fn run(mut self, live: &Current) {
        let mut next = Instant::now();
        loop {
            self.settings = live.get();
            let tick = (self.settings.dispatch.lease / 3).clamp(Duration::from_millis(100), EVERY);
            let now = Stamp::now();
            if let Err(failure) = self.keep_leases(now) {
                self.complain("leases cannot be renewed", &failure);
            }
            if let Err(failure) = self.release(now) {
                self.complain("scheduled offers cannot be released", &failure);
            }
            if Instant::now() >= next {
                next = Instant::now() + EVERY;
                if let Err(failure) = self.tidy(now) {
                    self.complain("housekeeping failed", &failure);
                }
            }
            if self.bell.wait_for_work(AccountId(NOBODY), Instant::now() + tick) == Wake::Stop {
                if let Err(failure) = self.count(Stamp::now()) {
                    self.complain("the last numbers for the plots are lost", &failure);
                }
                return;
            }
        }
    }

    /// The log has one line about a database that cannot be reached.
    fn complain(&self, what: &str, failure: &Failure) {
        let level = if self.store.is_unreachable() { log::Level::Debug } else { log::Level::Error };
        log::log!(level, "{what}: {failure}");
    }

    pub(super) fn keep_leases(&self, now: Stamp) -> Result<(), Failure> {
        let calling = self.keeper.accounts();
        if calling.is_empty() {
            return Ok(());
        }
        let until = after(now, self.settings.dispatch.lease);
        let owner = self.owner.clone();
        self.store.write(move |tx| {
            for account in calling {
                accounts::lengthen_lease(tx, account, &owner, until)?;
            }
            Ok(())
        })
    }

    /// Offers whose release has come are to run from now on.
    pub(super) fn release(&self, now: Stamp) -> Result<(), Failure> {
        if self.store.read(|conn| offers::due_releases(conn, now, 1))?.is_empty() {
            return Ok(());
        }
        let released = self.store.write(move |tx| {
            let due = offers::due_releases(&mut tx.conn, now, MOST_RELEASES)?;
            let ids: Vec<OfferId> = due.iter().map(|(offer, _)| *offer).collect();
            offers::want(tx, &ids)?;
            let dirty: Vec<_> = due.iter().flat_map(|(offer, account)| Topic::ALL.map(|topic| (*offer, *account, topic))).collect();
            outbox::mark(tx, &dirty)?;
            Ok(due)
        })?;
        let accounts: BTreeSet<AccountId> = released.into_iter().map(|(_, account)| account).collect();
        self.bell.ring(&accounts.into_iter().collect::<Vec<_>>());
        Ok(())
    }

    /// One round: each part in a transaction of its own, so that none holds up the ERP's calls for long.
    pub(super) fn tidy(&mut self, now: Stamp) -> Result<(), Failure> {
        let settings = Arc::clone(&self.settings);
        let mut changed = Vec::new();
        for account in settings.accounts.iter().filter(|account| account.active) {
            if self.begin_day(account, now)? > 0 {
                changed.push(account.account_id);
            }
        }
        if !changed.is_empty() {
            self.bell.ring(&changed);
        }
        let old = before(now, settings.dispatch.keep_messages);
        self.store.write(move |tx| messages::forget_before(tx, old))?;
        self.store.write(move |tx| outbox::forget_facts_before(tx, old))?;
        self.store.write(move |tx| deletions::forget_before(tx, before(now, KEEP_DELETIONS)))?;
        let (unkeyed, keyed) = (before(now, settings.replay.window), before(now, settings.replay.keyed));
        self.store.write(move |tx| replay::forget_before(tx, unkeyed, keyed))?;
        let feeds_before = before(now, settings.dispatch.keep_feeds);
        for _ in 0..MOST_FEED_STEPS {
            if !self.store.write(move |tx| feeds::forget(tx, feeds_before))? {
                break;
            }
        }
        self.store.write(move |tx| audit::forget_before(tx, before(now, KEEP_AUDIT)))?;
        self.count(now)?;
        self.part = self.part.wrapping_add(1);
        let now = SystemTime::now();
        let swept = [
            files::sweep(&self.store, &Folder::new(&settings.documents.folder), documents::named, self.part, now),
            files::sweep(&self.store, &Folder::new(&settings.media.folder), media::named, self.part, now),
        ];
        for failure in swept.into_iter().filter_map(Result::err) {
            self.complain("left-over files cannot be removed", &failure);
        }
        for mandator in &settings.mandators {
            self.forget_stock_changes(mandator.mandator_id)?;
        }
        self.warn()
    }

    /// Keeps what was counted, and how long changes have waited, for the plots of the console.
    pub(super) fn count(&self, now: Stamp) -> Result<(), Failure> {
        let ages = self.store.backlog()?.into_iter().filter_map(|(account_id, backlog)| {
            let value = now.0.saturating_sub(backlog.oldest_pending?.0).max(0) / 1_000_000;
            Some(HourlyRow { hour: hour_of(now), account_id, counted: Counted::QueueAge, value })
        });
        let counted = self.metrics.take_hourly().into_iter();
        let counted = counted.map(|((hour, account_id, counted), value)| HourlyRow { hour, account_id, counted, value });
        let rows: Vec<HourlyRow> = ages.chain(counted).collect();
        self.store.write(move |tx| {
            hourly::add(tx, &rows)?;
            hourly::forget_before(tx, hour_of(before(now, KEEP_HOURLY)))
        })
    }

    /// Looks through some of the stock changes, and through more while there is much to forget. The next round goes on there.
    fn forget_stock_changes(&mut self, mandator_id: MandatorId) -> Result<(), Failure> {
        let mut looked_at = 0;
        loop {
            let begin = self.looked_through.get(&mandator_id).copied().unwrap_or(Since::START);
            let Some(stretch) = self.store.read(|conn| changes::stretch(conn, mandator_id, begin, STRETCH))? else {
                self.looked_through.remove(&mandator_id);
                return Ok(());
            };
            let (end, much) = (stretch.end, stretch.outdated * 4 > stretch.rows);
            looked_at += stretch.rows;
            if stretch.outdated > 0 {
                self.store.write(move |tx| changes::forget(tx, &stretch))?;
            }
            self.looked_through.insert(mandator_id, end);
            if !much && looked_at >= LOOKED_AT {
                return Ok(());
            }
        }
    }

    /// A price that counts from today on, or no longer counts, must be sent.
    fn begin_day(&self, account: &Account, now: Stamp) -> Result<usize, Failure> {
        let zone = self.settings.mandator(account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
        let today = now.day_in(zone);
        let (account_id, mandator_id) = (account.account_id, account.mandator_id);
        if self.store.read(|conn| pricelists::day_is_known(conn, account_id, today))? {
            return Ok(0);
        }
        let lists = account.pricelists.clone();
        self.store.write(move |tx| pricelists::mark_prices_of_new_day(tx, account_id, mandator_id, &lists, today))
    }

    /// One line per account whose parked rows or failures are news.
    fn warn(&mut self) -> Result<(), Failure> {
        let settings = Arc::clone(&self.settings);
        let ids: Vec<AccountId> = settings.accounts.iter().map(|a| a.account_id).collect();
        let backlog = self.store.backlog()?;
        let failing = self.store.read(|conn| {
            let mut failing = Vec::new();
            for id in &ids {
                let work = accounts::work_of(conn, *id)?;
                failing.push(work.filter(|work| work.failures >= LONG_FAILING));
            }
            Ok(failing)
        })?;
        for (id, failing) in ids.into_iter().zip(failing) {
            let count = backlog.get(&id).map_or(0, |backlog| backlog.parked);
            let state = (count, failing.is_some());
            if self.warned.insert(id, state).unwrap_or((0, false)) == state {
                continue;
            }
            if let Some(work) = failing {
                log::warn!("account {id}: {} calls in a row failed, the last one: {}", work.failures, work.last_error.unwrap_or_default());
            }
            if count > 0 {
                log::warn!("account {id}: {count} changes are parked; fetchUploadMessages tells why");
            }
        }
        Ok(())
    }
}

fn before(now: Stamp, age: Duration) -> Stamp {
    Stamp(now.0.saturating_sub(i64::try_from(age.as_micros()).unwrap_or(i64::MAX)))
}
