//! The shop as a marketplace that accepts what it is sent, and works on it later (script `tasks`).

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Acceptance, Fact, OfferChange, Outcome, ReadBack, RowResult, Task, TaskProgress};
use super::accepted::{Forget, Row, ShopTask, TaskScript};
use super::can::Can;
use super::shop::Shop;
use crate::domain::message::channel;

/// Tasks that one shop remembers; the oldest one is forgotten first.
const MOST_TASKS: usize = 10_000;

impl Shop {
    /// The script for the next call, where it is accepted into a task.
    fn accepts(&mut self) -> Option<TaskScript> {
        let script = self.faults.tasks.as_mut()?;
        if let Some(calls) = &mut script.calls {
            *calls = calls.checked_sub(1)?;
        }
        Some(script.clone())
    }

    fn open_task(&mut self, script: &TaskScript, rows: Vec<Row>, fact: Option<Fact>, now: DateTime<Utc>) -> Acceptance {
        self.changed();
        self.tasks_made = self.tasks_made.saturating_add(1);
        let task = ShopTask {
            number: self.tasks_made,
            polls_left: script.polls,
            ready_at: now + TimeDelta::seconds(i64::from(script.seconds)),
            refuse: script.refuse.clone(),
            forget: script.forget,
            after_ms: script.after_ms,
            rows,
            fact,
            done: false,
        };
        let acceptance = Acceptance { task: format!("T-{}", task.number), after: task.pause() };
        if self.tasks.len() >= MOST_TASKS {
            self.tasks.pop_first();
        }
        self.tasks.insert(task.number, task);
        acceptance
    }

    /// Accepts rows into a task, if the script says so.
    pub(super) fn accept_rows(&mut self, changes: &[OfferChange], now: DateTime<Utc>) -> Option<Vec<RowResult>> {
        let script = self.accepts()?;
        let acceptance = self.open_task(&script, changes.iter().map(Row::of).collect(), None, now);
        let accepted = |change: &OfferChange| RowResult { offer_id: change.offer_id, outcome: Outcome::Accepted(acceptance.clone()) };
        Some(changes.iter().map(accepted).collect())
    }

    /// Accepts a report about an order into a task, if the script says so.
    pub(super) fn accept_fact(&mut self, fact: &Fact, now: DateTime<Utc>) -> Option<Outcome> {
        if !self.faults.tasks.as_ref().is_some_and(|script| script.facts) {
            return None;
        }
        let script = self.accepts()?;
        Some(Outcome::Accepted(self.open_task(&script, Vec::new(), Some(fact.clone()), now)))
    }

    fn task(&self, name: &str) -> Option<u64> {
        name.strip_prefix("T-")?.parse().ok().filter(|number| self.tasks.contains_key(number))
    }

    /// Whether it is ready: time passes, and questions are counted.
    fn look(&mut self, number: u64, now: DateTime<Utc>) -> Option<ShopTask> {
        self.changed();
        let task = self.tasks.get_mut(&number)?;
        if task.polls_left > 0 || now < task.ready_at {
            task.polls_left = task.polls_left.saturating_sub(1);
            return None;
        }
        let ready = task.clone();
        if let Some(forget) = ready.forget {
            self.tasks.remove(&number);
            return Some(ShopTask { forget: Some(forget), ..ready });
        }
        task.done = true;
        Some(ready)
    }

    /// How far a task is. The answer of one that has ended is the same at every question, because answers get lost.
    pub(super) fn poll_task(&mut self, task: &Task, can: &Can, now: DateTime<Utc>) -> TaskProgress {
        let Some(number) = self.task(&task.id) else { return TaskProgress::Forgotten };
        let after = self.tasks.get(&number).and_then(ShopTask::pause);
        let Some(ready) = self.look(number, now) else { return TaskProgress::Working { results: Vec::new(), after } };
        if ready.forget == Some(Forget::Undone) {
            return TaskProgress::Forgotten;
        }
        let results: Vec<RowResult> = ready.rows.iter().map(|row| self.work_on(&ready, row, can)).collect();
        if ready.forget.is_some() { TaskProgress::Forgotten } else { TaskProgress::Ended(results) }
    }

    fn work_on(&mut self, task: &ShopTask, row: &Row, can: &Can) -> RowResult {
        let change = row.change();
        let outcome = if task.refuse.contains(&row.sku) {
            Outcome::Refused(channel::refused_by_script("TASK_FAILED", format!("the task refused {}", row.sku)))
        } else if task.done {
            // It was done before; only the answer is given once more.
            self.find(row.external_number.as_deref(), &row.known_as, &row.sku).map_or_else(Outcome::done, |sku| self.shown(&sku))
        } else {
            self.submit(&change, can)
        };
        RowResult { offer_id: change.offer_id, outcome }
    }

    /// Whether a report has arrived.
    pub(super) fn read_back(&mut self, fact: &Fact, can: &Can, now: DateTime<Utc>) -> ReadBack {
        if let Some(name) = &fact.task
            && let Some(number) = self.task(name)
        {
            let after = self.tasks.get(&number).and_then(ShopTask::pause);
            let Some(ready) = self.look(number, now) else { return ReadBack::Working { after } };
            if ready.forget != Some(Forget::Undone)
                && !ready.done
                && let Some(fact) = &ready.fact
                && let Outcome::Refused(message) = self.take_fact(fact, can)
            {
                return ReadBack::Refused(message);
            }
        }
        let arrived = |received: &super::shop::ReceivedFact| received.applied && received.key == fact.key;
        match self.order(&fact.order_id) {
            Some(order) if order.facts.iter().any(arrived) => ReadBack::Arrived,
            _ => ReadBack::Absent,
        }
    }
}
