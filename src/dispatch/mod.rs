//! The dispatcher: one ordered worker per account, woken by writing calls. See `docs/ARCHITECTURE.md`.
//!
//! A worker takes what is due from the outbox, calls the channel without a transaction open, and settles each row in
//! one transaction. Whatever happens in between, a crash too, the rows are still there and go again: values are
//! absolute and facts have keys, so a repeat is harmless.

mod begun;
pub mod bell;
mod channel;
mod clerk;
mod context;
mod fit;
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

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

#[cfg(test)]
pub(crate) use parts::{Fitted, fit};

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
use crate::config::{CarrierAccount, Settings};
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
    bell: Arc<Bell>,
    threads: Vec<JoinHandle<()>>,
    /// How long the stop waits.
    patience: Duration,
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
        let patience = settings.dispatch.channel_timeout + AFTER_A_CALL;
        let owner = format!("{}-{:016x}", std::process::id(), rand::random::<u64>());
        let keeper = Arc::new(Keeper::default());
        let mut threads = Vec::new();
        for (account_id, connector) in connectors {
            let Some(account) = settings.account(account_id).filter(|a| a.active) else {
                continue;
            };
            let channel = Channel::new(account, connector, Arc::clone(&keeper), Arc::clone(&metrics));
            match channel {
                Some(channel) => {
                    let (settings, bell, metrics) = (Arc::clone(&settings), Arc::clone(&bell), Arc::clone(&metrics));
                    let context = Context::new(settings, store.clone(), bell, metrics, account.clone(), channel);
                    let worker = Worker::new(context, owner.clone());
                    threads.extend(spawn(&format!("account {account_id}"), move || worker.run()));
                }
                None => log::error!("account {account_id}: its connector does not start"),
            }
        }
        let clerk = Clerk::new(Arc::clone(&settings), store.clone(), Arc::clone(&bell));
        threads.extend(spawn("payments", move || clerk.run()));
        let (warned, looked_through) = Default::default();
        let housekeeper = Housekeeper { settings, store, bell: Arc::clone(&bell), metrics, keeper, owner, part: 0, warned, looked_through };
        threads.extend(spawn("housekeeper", move || housekeeper.run()));
        Dispatcher { bell, threads, patience }
    }

    /// Starts what orders labels, for each account at a carrier.
    #[must_use]
    pub(crate) fn with_carriers(mut self, settings: &Arc<Settings>, store: &Store, carriers: Vec<(CarrierAccount, Service)>) -> Dispatcher {
        for ((account, carrier), number) in carriers.into_iter().zip(FIRST_LABELLER..) {
            let name = format!("carrier {}", account.identifier);
            let (settings, store, bell) = (Arc::clone(settings), store.clone(), Arc::clone(&self.bell));
            let number = AccountId(number);
            self.threads.extend(match carrier {
                Service::Calls(carrier) => {
                    let labeller = Labeller { settings, store, bell, account, carrier, number };
                    spawn(&name, move || labeller.run())
                }
                Service::Files(exchange) => {
                    let forwarder = Forwarder::new(store, bell, account, exchange, number);
                    spawn(&name, move || forwarder.run())
                }
            });
        }
        self
    }

    /// Ends all work after the calls that are under way, and gives the leases back. Waiting calls are let go. What does
    /// not end in time is left as a crash would leave it: its rows are sent again.
    pub fn stop(self) {
        self.bell.stop();
        let deadline = Instant::now() + self.patience;
        for thread in self.threads {
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
