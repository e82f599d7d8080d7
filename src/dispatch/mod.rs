//! The dispatcher: one ordered worker per account, woken by writing calls. See `docs/ARCHITECTURE.md`.
//!
//! A worker takes what is due from the outbox, calls the channel without a transaction open, and settles each row in
//! one transaction. Whatever happens in between, a crash too, the rows are still there and go again: values are
//! absolute and facts have keys, so a repeat is harmless.

mod batch_tally;
mod begun;
pub mod bell;
mod channel;
mod clerk;
mod context;
mod fit;
mod hints;
mod housekeeping;
mod inbound;
mod keeper;
mod labels;
mod lease;
mod limiter;
mod parts;
mod plan;
mod rename;
pub(crate) mod report;
mod retry;
mod rounds;
mod sent;
mod settle;
mod shipping_software;
mod shop;
mod stock_out;
#[cfg(test)]
mod tests;
mod turn;
mod worker;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

#[cfg(test)]
pub(crate) use parts::{Fitted, fit};

pub(crate) use hints::Hints;

use bell::Bell;
use channel::Channel;
use clerk::Clerk;
use context::Context;
use housekeeping::Housekeeper;
use keeper::Keeper;
use labels::Labeller;
use shipping_software::Forwarder;
use worker::Worker;

use crate::carriers::Service;
use crate::config::{CarrierAccount, Current, Settings};
use crate::connectors::Connector;
use crate::domain::AccountId;
use crate::metrics::Metrics;
use crate::store::Store;

/// How long the stop waits beyond the longest call to a channel: the work may wait for a database that hangs.
const AFTER_A_CALL: Duration = Duration::from_secs(5);
/// Where the numbers begin under which labellers wait at the bell: no account has them, nor the housekeeper.
const FIRST_LABELLER: i32 = i32::MIN + 2;
/// How often the stop looks whether a thread has ended.
const LOOK: Duration = Duration::from_millis(20);

/// The running workers of this process.
pub struct Dispatcher {
    settings: Current,
    store: Store,
    bell: Arc<Bell>,
    metrics: Arc<Metrics>,
    keeper: Arc<Keeper>,
    owner: String,
    accounts: BTreeMap<AccountId, Hand>,
    carriers: Vec<(AccountId, Hand)>,
    /// Those that work for all accounts, and those that are leaving.
    threads: Vec<JoinHandle<()>>,
    /// Under which the next labeller waits at the bell.
    next_number: i32,
    /// How long the stop waits.
    patience: Duration,
}

/// A thread that can be asked to leave.
struct Hand {
    leave: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// What the thread of a [`Hand`] looks at between two pieces of work.
struct Watch {
    settings: Current,
    leave: Arc<AtomicBool>,
}

impl Watch {
    fn leaves(&self) -> bool {
        self.leave.load(Ordering::Relaxed)
    }
}

impl Dispatcher {
    /// Starts a worker for each active account among `connectors`, and the housekeeper. Accounts that are missing in
    /// the settings or not active are left out.
    pub fn start(
        settings: Arc<Settings>,
        store: Store,
        bell: Arc<Bell>,
        metrics: Arc<Metrics>,
        connectors: Vec<(AccountId, Box<dyn Connector>)>,
    ) -> Dispatcher {
        let mut dispatcher = Dispatcher {
            patience: settings.dispatch.channel_timeout + AFTER_A_CALL,
            owner: format!("{}-{:016x}", std::process::id(), rand::random::<u64>()),
            settings: Current::new(Arc::clone(&settings)),
            store,
            bell,
            metrics,
            keeper: Arc::default(),
            accounts: BTreeMap::new(),
            carriers: Vec::new(),
            threads: Vec::new(),
            next_number: FIRST_LABELLER,
        };
        for (account_id, connector) in connectors {
            dispatcher.hire(account_id, connector, None);
        }
        let (store, bell, live) = (dispatcher.store.clone(), Arc::clone(&dispatcher.bell), dispatcher.settings.clone());
        let clerk = Clerk::new(Arc::clone(&settings), store.clone(), Arc::clone(&bell));
        dispatcher.threads.extend(spawn("payments", move || clerk.run(&live)));
        let (warned, looked_through) = Default::default();
        let (metrics, keeper, owner) = (Arc::clone(&dispatcher.metrics), Arc::clone(&dispatcher.keeper), dispatcher.owner.clone());
        let housekeeper = Housekeeper { settings, store, bell, metrics, keeper, owner, part: 0, warned, looked_through };
        let live = dispatcher.settings.clone();
        dispatcher.threads.extend(spawn("housekeeper", move || housekeeper.run(&live)));
        dispatcher
    }

    /// The settings in force, which [`Dispatcher::reload`] replaces.
    pub(crate) fn settings(&self) -> Current {
        self.settings.clone()
    }

    /// Starts the worker of an account, which begins when the one before has left.
    fn hire(&mut self, account_id: AccountId, connector: Box<dyn Connector>, before: Option<JoinHandle<()>>) {
        let settings = self.settings.get();
        let Some(account) = settings.account(account_id).filter(|account| account.active) else {
            self.threads.extend(before);
            return;
        };
        let Some(channel) = Channel::new(account, connector, Arc::clone(&self.keeper), Arc::clone(&self.metrics)) else {
            log::error!("account {account_id}: its connector does not start");
            self.threads.extend(before);
            return;
        };
        let account = account.clone();
        let (bell, metrics) = (Arc::clone(&self.bell), Arc::clone(&self.metrics));
        let context = Context::new(settings, self.store.clone(), bell, metrics, account, channel);
        let worker = Worker::new(context, self.owner.clone());
        let watch = self.watch();
        let leave = Arc::clone(&watch.leave);
        let thread = spawn(&format!("account {account_id}"), move || {
            // One that panicked has left, too.
            let _ = before.map(JoinHandle::join);
            worker.run(&watch);
        });
        self.accounts.extend(thread.map(|thread| (account_id, Hand { leave, thread })));
    }

    fn watch(&self) -> Watch {
        Watch { settings: self.settings.clone(), leave: Arc::default() }
    }

    /// Starts what orders labels, for each account at a carrier.
    #[must_use]
    pub(crate) fn with_carriers(mut self, carriers: Vec<(CarrierAccount, Service)>) -> Dispatcher {
        self.hire_carriers(carriers);
        self
    }

    fn hire_carriers(&mut self, carriers: Vec<(CarrierAccount, Service)>) {
        for (account, carrier) in carriers {
            let name = format!("carrier {}", account.identifier);
            let (settings, store, bell) = (self.settings.get(), self.store.clone(), Arc::clone(&self.bell));
            let number = AccountId(self.next_number);
            self.next_number = self.next_number.saturating_add(1);
            let watch = self.watch();
            let leave = Arc::clone(&watch.leave);
            let thread = match carrier {
                Service::Calls(carrier) => {
                    let labeller = Labeller { settings, store, bell, account, carrier, number };
                    spawn(&name, move || labeller.run(&watch))
                }
                Service::Files(exchange) => {
                    let forwarder = Forwarder::new(store, bell, account, exchange, number);
                    spawn(&name, move || forwarder.run(&watch))
                }
            };
            self.carriers.extend(thread.map(|thread| (number, Hand { leave, thread })));
        }
    }

    /// Goes on with other settings. Accounts with a connector begin again with it, those that are not active any more end, all after
    /// what they are doing; the others only take over the settings. `None`: the carriers are the same.
    pub(crate) fn reload(
        &mut self,
        settings: Arc<Settings>,
        connectors: Vec<(AccountId, Box<dyn Connector>)>,
        carriers: Option<Vec<(CarrierAccount, Service)>>,
    ) {
        self.patience = self.patience.max(settings.dispatch.channel_timeout + AFTER_A_CALL);
        let goes_on = |id: &AccountId| {
            let is_active = settings.account(*id).is_some_and(|account| account.active);
            is_active && connectors.iter().all(|(changed, _)| changed != id)
        };
        let (stay, leaving): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.accounts).into_iter().partition(|(id, _)| goes_on(id));
        self.accounts = stay;
        // Before they see settings that their accounts are not from.
        leaving.values().for_each(|hand| hand.leave.store(true, Ordering::Relaxed));
        self.settings.set(settings);
        let all: Vec<AccountId> = self.accounts.keys().chain(leaving.keys()).copied().collect();
        let mut leaving: BTreeMap<AccountId, JoinHandle<()>> = leaving.into_iter().map(|(id, hand)| (id, hand.thread)).collect();
        for (account_id, connector) in connectors {
            let before = leaving.remove(&account_id);
            self.hire(account_id, connector, before);
        }
        self.threads.extend(leaving.into_values());
        if let Some(carriers) = carriers {
            for (number, hand) in std::mem::take(&mut self.carriers) {
                hand.leave.store(true, Ordering::Relaxed);
                self.bell.ring(&[number]);
                self.threads.push(hand.thread);
            }
            self.hire_carriers(carriers);
        }
        self.threads.retain(|thread| !thread.is_finished());
        self.bell.ring(&all);
    }

    /// Ends all work after the calls that are under way, and gives the leases back. Waiting calls are let go. What does
    /// not end in time is left as a crash would leave it: its rows are sent again.
    pub fn stop(self) {
        self.bell.stop();
        let deadline = Instant::now() + self.patience;
        let hands = self.accounts.into_values().chain(self.carriers.into_iter().map(|(_, hand)| hand));
        for thread in self.threads.into_iter().chain(hands.map(|hand| hand.thread)) {
            while !thread.is_finished() && Instant::now() < deadline {
                std::thread::sleep(LOOK);
            }
            let name = thread.thread().name().unwrap_or_default().to_owned();
            if !thread.is_finished() {
                log::warn!("{name}: its work does not end in time and is cut off; it is done again after the next start");
            } else if thread.join().is_err() {
                log::error!("{name}: its thread had panicked");
            }
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| log::error!("{name}: no thread can be started: {error}"))
        .ok()
}
