//! Reading what buyers and merchant say to each other at the channel: messages, disputes, feedback, each page by page.

use std::collections::BTreeMap;

use super::{Attempt, Due, Round};
use crate::connectors::PulledContacts;
use crate::dispatch::context::Context;
use crate::dispatch::retry::after;
use crate::dispatch::settle::{Health, clean};
use crate::dispatch::turn::Kind;
use crate::domain::contact::ContactKind;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::store::Conn;
use crate::store::accounts::WorkRow;
use crate::store::contacts;

/// When each kind is read next.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Contacts {
    due: BTreeMap<ContactKind, Stamp>,
}

impl Contacts {
    fn due_at(&self, kind: ContactKind) -> Stamp {
        self.due.get(&kind).copied().unwrap_or(Stamp(0))
    }
}

impl Round for Contacts {
    /// Reads the next page of the kind that is due for the longest time.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let kinds = context.channel.capabilities.contacts.iter().copied();
        let Some(kind) = kinds.filter(|kind| self.due_at(*kind) <= now).min_by_key(|kind| self.due_at(*kind)) else {
            return Ok(None);
        };
        if context.channel.has_to_wait(ChannelCall::PullContacts, now) {
            return Ok(None);
        }
        let account_id = context.account_id();
        let (cursor, summary) =
            context.store.read(|conn| Ok((contacts::cursor(conn, account_id, kind)?, contacts::summary(conn, account_id)?)))?;
        let (result, now) =
            context.channel.call(ChannelCall::PullContacts, now, |connector| connector.pull_contacts(kind, cursor.as_deref()));
        let pulled = match result {
            Ok(pulled) => pulled,
            Err(error) => {
                let blocked_until = context.failed(Kind::Contacts, &error, work, now);
                self.due.insert(kind, blocked_until);
                let mut settlement = context.settlement();
                settlement.health = Some(Health::Failed { blocked_until, error: clean(&error.to_string()) });
                context.settle(settlement)?;
                return Ok(Some(Attempt::Failed));
            }
        };
        context.channel.answered(Kind::Contacts);
        let moved = cursor.as_deref() != Some(pulled.cursor.as_str());
        // A page that leads to itself would be read for ever.
        let more = pulled.more && moved;
        self.due.insert(kind, if more { now } else { after(now, context.account.poll_interval) });
        // Reading nothing new costs no commit; nor does it where nothing was ever said.
        let new_summary = pulled.summary.clone().filter(|said| summary.unwrap_or_default() != *said);
        let nothing = pulled.contacts.is_empty() && (!moved || cursor.is_none());
        if nothing && new_summary.is_none() && work.failures == 0 {
            return Ok(Some(Attempt::Worked));
        }
        let mut settlement = context.settlement();
        settlement.health = Some(Health::Worked);
        let mandator_id = context.account.mandator_id;
        let PulledContacts { contacts: said, cursor, .. } = pulled;
        let said = said.into_iter().filter_map(crate::domain::contact::Contact::fit).collect();
        context.settle_with(settlement, move |tx| {
            let news = contacts::take(tx, mandator_id, account_id, said)?;
            if news > 0 {
                log::info!("account {account_id}: {news} new or changed {}", kind.word());
            }
            if let Some(summary) = new_summary {
                contacts::set_summary(tx, mandator_id, account_id, summary)?;
            }
            contacts::set_cursor(tx, account_id, kind, &cursor)
        })?;
        Ok(Some(Attempt::Worked))
    }

    fn due(&self, _conn: &mut Conn<'_>, context: &Context, _work: &WorkRow, _now: Stamp) -> Result<Vec<Due>, Failure> {
        let kinds = context.channel.capabilities.contacts.iter();
        Ok(kinds.flat_map(|kind| Due::calling(ChannelCall::PullContacts, Some(self.due_at(*kind)))).collect())
    }

    /// Another process may have read on.
    fn forget(&mut self) {
        self.due.clear();
    }
}
