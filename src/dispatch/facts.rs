//! Telling a channel what the ERP did with its orders, one fact after the other.

use super::retry::{Further, further};
use super::settle::{About, Health, Settlement, clean, message_row};
use super::turn::Kind;
use super::worker::{Attempt, Worker, chance};
use crate::config::Account;
use crate::connectors::{Fact, FactKind, Outcome};
use crate::domain::message::own;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::store::accounts::WorkRow;
use crate::store::begun::Begun;
use crate::store::orders;
use crate::store::outbox::{self, FactRow, Settled};

impl Worker {
    /// Sends the next due fact. `None`: nothing is due, or the channel may not be called yet.
    pub(super) fn send_fact(&mut self, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let account_id = self.account.account_id;
        let next = self.store.read(|conn| {
            let Some(row) = outbox::due_facts(conn, account_id, now, 1)?.pop() else {
                return Ok(None);
            };
            let numbers = orders::numbers(conn, row.order_id)?;
            Ok(Some((row, numbers)))
        })?;
        let Some((row, numbers)) = next else {
            return Ok(None);
        };
        let mut settlement = self.settlement();
        let (order_id, order_id_2) = match numbers {
            Some(numbers) => match numbers.marketplace_order_id {
                Some(number) => (number, numbers.marketplace_order_id_2),
                None => {
                    // No channel knows the order: there is nobody to tell.
                    settlement.fact = Some((row, Settled::Done));
                    self.settle(settlement)?;
                    return Ok(Some(Attempt::Worked));
                }
            },
            None => return self.park(row, settlement, "the order does not exist any more"),
        };
        let mut kind = match row.fact() {
            Ok(kind) => kind,
            Err(failure) => return self.park(row, settlement, &failure.to_string()),
        };
        if self.has_to_wait(ChannelCall::PushFact, now) {
            return Ok(None);
        }
        self.begin(Begun::Fact(row.fact_id), row.begun)?;
        map_carriers(&self.account, &mut kind);
        let fact = Fact { key: row.fact_key.clone(), order_id, order_id_2, kind };
        let (result, now) = self.call(ChannelCall::PushFact, now, |connector| connector.push_fact(&fact));
        let attempt = match result {
            Ok(outcome) => {
                self.answered(Kind::Facts);
                settlement.health = Some(Health::Worked);
                self.settle_outcome(row, &fact.kind, outcome, now, &mut settlement);
                Attempt::Worked
            }
            Err(error) => {
                let blocked_until = self.failed(Kind::Facts, &error, work, now);
                let reason = clean(&error.to_string());
                self.repeat_fact(row, &reason, None, blocked_until, now, &mut settlement);
                settlement.health = Some(Health::Failed { blocked_until, error: reason });
                Attempt::Failed
            }
        };
        self.settle(settlement)?;
        Ok(Some(attempt))
    }

    fn park(&mut self, row: FactRow, mut settlement: Settlement, error: &str) -> Result<Option<Attempt>, Failure> {
        log::error!("account {}: fact {} about order {} cannot be sent: {error}", self.account.account_id, row.fact_id, row.order_id);
        let error = error.to_owned();
        settlement.fact = Some((row, Settled::Parked { error }));
        self.settle(settlement)?;
        Ok(Some(Attempt::Worked))
    }

    fn settle_outcome(&self, row: FactRow, kind: &FactKind, outcome: Outcome, now: Stamp, settlement: &mut Settlement) {
        let about = About::Order(row.order_id);
        self.count(ChannelCall::PushFact, &outcome);
        // Also where it refused a fulfilment that it has made already.
        let moves_stock = kind.moves_stock();
        match outcome {
            Outcome::Done { messages, .. } => {
                settlement.messages.extend(messages.iter().map(|m| message_row(&self.account, about, m)));
                settlement.stock_moved_by = moves_stock.then_some(row.order_id);
                settlement.fact = Some((row, Settled::Done));
            }
            Outcome::Refused(message) => {
                log::warn!(
                    "account {}: the channel refused \"{}\" for order {}: {}",
                    self.account.account_id,
                    row.kind,
                    row.order_id,
                    message.code()
                );
                settlement.messages.push(message_row(&self.account, about, &message));
                settlement.stock_moved_by = moves_stock.then_some(row.order_id);
                let error = message.line();
                settlement.fact = Some((row, Settled::Parked { error }));
            }
            Outcome::Later { after, reason } => {
                self.repeat_fact(row, &clean(&reason), after, Stamp(0), now, settlement);
            }
        }
    }

    /// The fact goes again later, not before `earliest`, or is given up.
    fn repeat_fact(
        &self,
        row: FactRow,
        reason: &str,
        retry_after: Option<std::time::Duration>,
        earliest: Stamp,
        now: Stamp,
        settlement: &mut Settlement,
    ) {
        let failures = u32::try_from(row.attempts).unwrap_or_default().saturating_add(1);
        let settled = match further(&self.settings.dispatch, now, failures, row.first_failed_at, retry_after, chance()) {
            Further::Again(due_at) => Settled::Again { due_at: due_at.max(earliest), error: reason.to_owned() },
            Further::GiveUp => {
                log::error!("account {}: gave up on \"{}\" for order {}: {reason}", self.account.account_id, row.kind, row.order_id);
                let message = own::channel_gave_up(reason);
                settlement.messages.push(message_row(&self.account, About::Order(row.order_id), &message));
                Settled::Parked { error: format!("{}: {reason}", message.code()) }
            }
        };
        settlement.fact = Some((row, settled));
    }
}

/// The ERP's words for carriers become the channel's; unknown words stay.
fn map_carriers(account: &Account, kind: &mut FactKind) {
    let FactKind::Shipped { packets } = kind else {
        return;
    };
    for carrier in packets.iter_mut().filter_map(|packet| packet.carrier.as_mut()) {
        let mapped = account.carriers.iter().find(|(word, _)| word.trim().to_lowercase() == carrier.trim().to_lowercase());
        if let Some((_, code)) = mapped {
            carrier.clone_from(code);
        }
    }
}
