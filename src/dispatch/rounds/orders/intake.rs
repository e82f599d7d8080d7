//! Storing collected orders: in groups, alone where a group fails, and aside where even that fails.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::number_of;
use crate::config::{Account, Settings};
use crate::dispatch::context::Context;
use crate::dispatch::inbound::Imported;

use crate::dispatch::retry::after;
use crate::dispatch::settle::{About, clean};
use crate::domain::message::{Arg, own};
use crate::domain::order::ChannelOrder;
use crate::domain::{AccountId, Failure, Stamp};
use crate::store::{Tx, accounts, broken_document, held_orders, messages};

/// Orders that share a transaction.
const AT_ONCE: usize = 50;

pub(in crate::dispatch) type Import = for<'t> fn(&mut Tx<'t>, &Settings, &Account, &ChannelOrder) -> Result<Imported, Failure>;

/// Where an order comes from that is to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It was collected just now.
    Channel,
    /// It was collected before and could not be stored.
    Held,
}

pub(super) struct Intake<'c> {
    pub context: &'c Context,
    pub import: Import,
    pub now: Stamp,
}

impl Intake<'_> {
    /// Stores orders; gives the accounts whose quantities they change. An order that cannot be stored is kept aside. Fails
    /// where even that is not possible: then the database is down, and the cursor must not move.
    pub(crate) fn store(&self, orders: Vec<ChannelOrder>, source: Source) -> Result<BTreeSet<AccountId>, Failure> {
        let orders = Arc::new(orders);
        let mut concerned = BTreeSet::new();
        for start in (0..orders.len()).step_by(AT_ONCE) {
            let group = start..orders.len().min(start + AT_ONCE);
            match self.import(&orders, group.clone(), source) {
                Ok(accounts) => concerned.extend(accounts),
                Err(_) => {
                    for index in group {
                        concerned.extend(self.import_alone(&orders, index, source)?);
                    }
                }
            }
        }
        Ok(concerned)
    }

    fn import_alone(&self, orders: &Arc<Vec<ChannelOrder>>, index: usize, source: Source) -> Result<BTreeSet<AccountId>, Failure> {
        self.import(orders, index..index + 1, source).or_else(|failure| {
            if let Some(order) = orders.get(index) {
                let document = order.to_json().map_err(|error| broken_document("channel order", &error))?;
                self.hold(number_of(order), document, &failure)?;
            }
            Ok(BTreeSet::new())
        })
    }

    fn import(&self, orders: &Arc<Vec<ChannelOrder>>, range: Range<usize>, source: Source) -> Result<BTreeSet<AccountId>, Failure> {
        let Intake { context, import, now } = *self;
        let orders = Arc::clone(orders);
        let (settings, account) = (Arc::clone(&context.settings), context.account.clone());
        let (concerned, collected, was_silent) = context.store.write(move |tx| {
            let (mut concerned, mut collected) = (BTreeSet::new(), Vec::new());
            let orders = orders.get(range).unwrap_or_default();
            for order in orders {
                let imported = import(tx, &settings, &account, order)?;
                concerned.extend(imported.accounts());
                collected.push((number_of(order), imported));
            }
            let new = collected.iter().any(|(_, imported)| matches!(imported, Imported::New { .. }));
            let numbers: Vec<String> = orders.iter().map(number_of).collect();
            held_orders::release(tx, account.account_id, &numbers)?;
            let was_silent = new && source == Source::Channel && accounts::order_came(tx, account.account_id, now)?;
            Ok((concerned, collected, was_silent))
        })?;
        let account_id = context.account_id();
        let mut new = 0;
        for (number, imported) in &collected {
            match imported {
                Imported::New { order_id, .. } => {
                    new += 1;
                    log::info!("account {account_id}: order {number} collected as order_id {order_id}");
                }
                Imported::Changed { .. } => log::info!("account {account_id}: order {number} collected again, with changes"),
                Imported::Unchanged => {}
            }
        }
        if new > 0 {
            context.metrics.new_orders(account_id, new);
        }
        self.tell_end_of_silence(was_silent);
        Ok(concerned)
    }

    fn tell_end_of_silence(&self, was_silent: bool) {
        if was_silent {
            log::info!("account {}: orders come again", self.context.account_id());
        }
    }

    /// Keeps an order that cannot be stored, and reports it when that is news.
    pub(crate) fn hold(&self, number: String, document: String, failure: &Failure) -> Result<(), Failure> {
        let Intake { context, now, .. } = *self;
        let row = context.message(About::Account, &own::order_not_imported(&number, Arg::worded(|reader| failure.text(reader))));
        let account_id = context.account_id();
        let (due_at, error) = (after(now, context.account.poll_interval), clean(&failure.to_string()));
        let held = number.clone();
        let (news, was_silent) = context.store.write(move |tx| {
            let news = held_orders::hold(tx, account_id, &held, &document, due_at, &error)?;
            if news {
                messages::add(tx, row)?;
            }
            Ok((news, news && accounts::order_came(tx, account_id, now)?))
        })?;
        self.tell_end_of_silence(was_silent);
        if news {
            log::error!("account {account_id}: order {number} of the channel cannot be stored and is kept aside: {failure}");
        }
        Ok(())
    }
}
