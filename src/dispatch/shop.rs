//! Which shop an account sells in. The channel's numbers of offers and orders mean something else in another shop, so an account
//! whose settings lead to another one is held: nothing is sent or collected until a person has decided.

use std::time::Duration;

use super::context::Context;
use super::retry::after;
use super::settle::{About, clean};
use super::turn::Kind;
use crate::domain::message::own;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::store::accounts::{self, WorkRow};
use crate::store::messages;

/// How soon a held account asks again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Characters that are kept.
const LONGEST: usize = 200;

/// Asks the channel which shop it is. False: it is another one than before, or did not answer; the account keeps away from it.
pub(super) fn meet(context: &mut Context, work: &WorkRow, now: Stamp) -> Result<bool, Failure> {
    if !context.channel.capabilities.tells_shop {
        return Ok(true);
    }
    let account_id = context.account_id();
    let (result, now) = context.channel.call(ChannelCall::ReadBack, now, |connector| connector.shop());
    let shop: String = match result {
        Ok(shop) => shop.chars().take(LONGEST).collect(),
        Err(error) => {
            let blocked_until = context.failed(Kind::States, &error, work, now);
            let reason = clean(&error.to_string());
            context.store.write(move |tx| accounts::call_failed(tx, account_id, blocked_until, &reason))?;
            return Ok(false);
        }
    };
    context.channel.answered(Kind::States);
    match work.shop.as_deref() {
        Some(known) if known == shop => Ok(true),
        None => {
            context.store.write(move |tx| accounts::set_shop(tx, account_id, Some(shop)))?;
            Ok(true)
        }
        Some(known) => {
            let message = own::shop_changed(known, &shop);
            let (line, blocked_until) = (message.line(), after(now, LOOK_AGAIN));
            // Once, however often it is asked again.
            let news = work.last_error.as_deref() != Some(&line);
            if news {
                log::error!("account {account_id}: {line}");
            }
            let row = context.message(About::Account, &message);
            context.store.write(move |tx| {
                if news {
                    messages::add(tx, row)?;
                }
                accounts::call_failed(tx, account_id, blocked_until, &line)
            })?;
            context.bell.tell_settled();
            Ok(false)
        }
    }
}
