//! The connector to the scripted shop, in the same process.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use serde_json::Value;

use super::super::feeds::{self, Exchange, Text};
use super::super::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Face, Fact, Listed, ListedOffer, MissingRight,
    OfferChange, OfferKey, Outcome, Pulled, PulledContacts, ReadBack, RowResult, Task, TaskProgress, Transfer,
};
use super::can::{Can, RIGHTS};
use super::catalogue;
use super::face::ShopFace;
use super::faults::Gate;
use super::feed;
use super::shared::SharedShop;
use super::shop::Shop;
use crate::domain::OfferId;
use crate::domain::contact::ContactKind;

pub(super) struct SandboxConnector {
    pub(super) shop: Arc<SharedShop>,
    pub(super) can: Can,
    pub(super) timeout: Duration,
}

impl SandboxConnector {
    /// Runs a call and notes it for `fetchFeeds`, where somebody wants to know.
    fn noted<T>(
        what: &str,
        asked: impl FnOnce() -> Value,
        answered: impl FnOnce(&T) -> Value,
        call: impl FnOnce() -> Result<T, ChannelError>,
    ) -> Result<T, ChannelError> {
        let result = call();
        if feeds::wanted() {
            let text = |value: Value| Text::of(format!("{value:#}").as_bytes());
            let (answer, failure) = match &result {
                Ok(answer) => (text(answered(answer)), None),
                Err(error) => (Text::default(), Some(error.to_string())),
            };
            let request = text(asked());
            feeds::note(Exchange { target: format!("sandbox {what}"), request, status: None, answer, failure });
        }
        result
    }

    /// One call as over a network: it may be turned away, be slow, or be carried out while its answer is lost.
    fn call<T>(&self, count: impl FnOnce(&mut Shop), work: impl FnOnce(&mut Shop) -> T) -> Result<T, ChannelError> {
        let lost = |reason: String| ChannelError::Unavailable { reason, retry_after: None };
        let gate = self.shop.work(|shop| {
            count(shop);
            let gate = shop.gate();
            if matches!(gate, Gate::Closed(_)) {
                shop.counters.calls_turned_away = shop.counters.calls_turned_away.saturating_add(1);
            }
            gate
        });
        let (delay, answer_lost) = match gate.map_err(|error| lost(error.to_string()))? {
            Gate::Closed(error) => return Err(error),
            Gate::Open { delay, answer_lost } => (delay, answer_lost),
        };
        let too_slow = delay > self.timeout;
        // Without the lock, so that buyers and the pages are not slowed down.
        std::thread::sleep(delay.min(self.timeout));
        let result = self.shop.work(|shop| {
            let result = work(shop);
            if answer_lost || too_slow {
                shop.counters.answers_lost = shop.counters.answers_lost.saturating_add(1);
            }
            result
        });
        let result = result.map_err(|error| lost(error.to_string()))?;
        if answer_lost {
            return Err(lost("the connection was cut before the answer came (fault `die`)".to_owned()));
        }
        if too_slow {
            return Err(lost(format!("no answer within {} ms (fault `delay_ms`)", self.timeout.as_millis())));
        }
        Ok(result)
    }
}

impl SandboxConnector {
    /// What is read in the background uses up no scripted fault: those are meant for the calls that a test waits for.
    fn look<T>(&self, work: impl FnOnce() -> T) -> Result<T, ChannelError> {
        let lost = |reason: String| ChannelError::Unavailable { reason, retry_after: None };
        match self.shop.work(|shop| shop.faults.is_down()).map_err(|error| lost(error.to_string()))? {
            true => Err(lost("the sandbox is down (fault `down`)".to_owned())),
            false => Ok(work()),
        }
    }
}

fn count(counter: &mut u64, by: usize) {
    *counter = counter.saturating_add(u64::try_from(by).unwrap_or(u64::MAX));
}

impl Connector for SandboxConnector {
    fn capabilities(&self) -> Capabilities {
        self.can.capabilities()
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        if changes.len() > self.can.batch_size {
            let reason = format!("{} rows in one call, the sandbox takes {}", changes.len(), self.can.batch_size);
            return Err(ChannelError::Protocol { reason });
        }
        let call = || {
            self.call(
                |shop| {
                    count(&mut shop.counters.submit_calls, 1);
                    shop.counters.largest_batch = shop.counters.largest_batch.max(changes.len());
                },
                |shop| {
                    if self.can.has("tasks")
                        && let Some(accepted) = shop.accept_rows(changes, Utc::now())
                    {
                        count(&mut shop.counters.rows_accepted, accepted.len());
                        return accepted;
                    }
                    let valid = shop.faults.expires_after().unwrap_or(usize::MAX);
                    let row = |(index, change): (usize, &OfferChange)| {
                        let outcome = if index < valid {
                            shop.submit(change, &self.can)
                        } else {
                            Outcome::Later { after: None, reason: "HTTP 401, the token has expired (fault `expire`)".to_owned() }
                        };
                        RowResult { offer_id: change.offer_id, outcome }
                    };
                    changes.iter().enumerate().map(row).collect()
                },
            )
        };
        Self::noted("submit", || feed::changes(changes), |rows| feed::results(rows), call)
    }

    fn poll_task(&self, task: &Task) -> Result<TaskProgress, ChannelError> {
        self.call(|shop| count(&mut shop.counters.task_calls, 1), |shop| shop.poll_task(task, &self.can, Utc::now()))
    }

    fn shop(&self) -> Result<String, ChannelError> {
        self.call(|shop| count(&mut shop.counters.check_calls, 1), |_| self.can.shop.clone().unwrap_or_default())
    }

    fn find_offers(&self, offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        self.call(|shop| count(&mut shop.counters.find_calls, 1), |shop| shop.find_offers(offers))
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.call(|shop| count(&mut shop.counters.list_calls, 1), |shop| shop.list_offers(cursor, self.can.page_size))
    }

    fn pull_orders(&self, cursor: Option<&str>, _open: &[String]) -> Result<Pulled, ChannelError> {
        let call = || {
            self.call(
                |shop| count(&mut shop.counters.pull_calls, 1),
                |shop| {
                    let pulled = shop.pull(cursor, &self.can);
                    count(&mut shop.counters.orders_delivered, pulled.orders.len());
                    pulled
                },
            )
        };
        Self::noted("pull_orders", || feed::cursor(cursor), feed::pulled, call)
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        let call = || {
            self.call(
                |shop| count(&mut shop.counters.fact_calls, 1),
                |shop| {
                    let accepted = if self.can.has("tasks") { shop.accept_fact(fact, Utc::now()) } else { None };
                    accepted.unwrap_or_else(|| shop.take_fact(fact, &self.can))
                },
            )
        };
        Self::noted("push_fact", || feed::fact(fact), feed::outcome, call)
    }

    fn read_back(&self, fact: &Fact) -> Result<ReadBack, ChannelError> {
        self.call(|shop| count(&mut shop.counters.read_back_calls, 1), |shop| shop.read_back(fact, &self.can, Utc::now()))
    }

    fn transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        let call = || self.call(|shop| count(&mut shop.counters.transfer_calls, 1), |shop| shop.transfer(transfer, &self.can, Utc::now()));
        Self::noted("transfer", || feed::transfer(transfer), feed::outcome, call)
    }

    fn pull_contacts(&self, kind: ContactKind, cursor: Option<&str>) -> Result<PulledContacts, ChannelError> {
        // Faults that hit the next calls are meant for the others: these calls come all the time.
        let pulled = self.shop.work(|shop| {
            count(&mut shop.counters.contact_calls, 1);
            if shop.faults.down {
                Err("the sandbox is down (fault `down`)".to_owned())
            } else {
                Ok(shop.pull_contacts(kind, cursor, &self.can))
            }
        });
        let pulled = pulled.map_err(|error| error.to_string()).and_then(|pulled| pulled);
        pulled.map_err(|reason| ChannelError::Unavailable { reason, retry_after: None })
    }

    fn categories(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        self.look(|| catalogue::categories(cursor))
    }

    fn attributes(&self, category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        self.look(|| catalogue::attributes(category))
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        self.call(
            |shop| count(&mut shop.counters.check_calls, 1),
            |shop| {
                let lacking = RIGHTS.iter().filter(|(right, ..)| shop.faults.forbid.iter().any(|forbidden| forbidden == right));
                Checkup {
                    found: format!("sandbox of account {}: {} offers, {} orders", shop.account_id, shop.listings.len(), shop.orders.len()),
                    missing: lacking
                        .map(|(right, what, optional)| MissingRight {
                            right: (*right).to_owned(),
                            needed_for: (*what).to_owned(),
                            optional: *optional,
                        })
                        .collect(),
                }
            },
        )
    }

    fn face(&self) -> Option<Arc<dyn Face>> {
        Some(Arc::new(ShopFace { shop: Arc::clone(&self.shop), can: self.can.clone() }))
    }
}
