//! The dispatcher: one ordered worker per account, woken by writing calls. See `docs/ARCHITECTURE.md`.
//!
//! A worker takes what is due from the outbox, calls the channel without a transaction open, and settles each row in
//! one transaction. Whatever happens in between, a crash too, the rows are still there and go again: values are
//! absolute and facts have keys, so a repeat is harmless.

mod begun;
pub mod bell;
mod channel;
mod context;
mod housekeeping;
mod inbound;
mod keeper;
mod lease;
mod limiter;
mod plan;
pub mod report;
mod retry;
mod rounds;
mod sent;
mod settle;
mod stock_out;
#[cfg(test)]
mod tests;
mod turn;
mod worker;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use bell::Bell;
use channel::Channel;
use context::Context;
use housekeeping::Housekeeper;
use keeper::Keeper;
use worker::Worker;

use crate::config::Settings;
use crate::connectors::Connector;
use crate::metrics::Metrics;
use crate::store::Store;

/// The running workers of this process.
pub struct Dispatcher {
    bell: Arc<Bell>,
    threads: Vec<JoinHandle<()>>,
}

impl Dispatcher {
    /// Starts a worker for each active account among `connectors`, and the housekeeper. Accounts that are missing in
    /// the settings or not active are left out.
    pub fn start(
        settings: Arc<Settings>,
        store: Store,
        bell: Arc<Bell>,
        metrics: Arc<Metrics>,
        connectors: Vec<(i32, Box<dyn Connector>)>,
    ) -> Dispatcher {
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
        let housekeeper = Housekeeper { settings, store, bell: Arc::clone(&bell), keeper, owner, warned: BTreeMap::new() };
        threads.extend(spawn("housekeeper", move || housekeeper.run()));
        Dispatcher { bell, threads }
    }

    /// Ends all work after the calls that are under way, and gives the leases back. Waiting calls are let go.
    pub fn stop(self) {
        self.bell.stop();
        for thread in self.threads {
            if thread.join().is_err() {
                log::error!("a thread of the dispatcher had panicked");
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
