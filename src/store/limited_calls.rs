//! Calls to channels that wait for the limiter of the process that works on the account, for all processes to see.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::limited_calls;
use super::{Conn, Tx};
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

/// The account's channel gets no such call before that time.
pub(crate) fn note(tx: &mut Tx<'_>, account_id: AccountId, call: ChannelCall, until: Stamp) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(limited_calls::table)
        .values((
            limited_calls::account_id.eq(account_id),
            limited_calls::call.eq(call.word()),
            limited_calls::until_at.eq(until.0),
        ))
        .on_conflict((limited_calls::account_id, limited_calls::call))
        .do_update()
        .set(limited_calls::until_at.eq(until.0))
        .execute(c))?;
    Ok(())
}

/// Nothing of the account waits any more.
pub(crate) fn forget(tx: &mut Tx<'_>, account_id: AccountId) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(limited_calls::table.filter(limited_calls::account_id.eq(account_id))).execute(c))?;
    Ok(())
}

/// The calls that wait longer than until `time`, and until when.
pub(crate) fn beyond(conn: &mut Conn<'_>, time: Stamp) -> Result<BTreeMap<(AccountId, ChannelCall), Stamp>, Failure> {
    let rows: Vec<(AccountId, String, i64)> = on!(conn, c => limited_calls::table
        .filter(limited_calls::until_at.gt(time.0))
        .select((limited_calls::account_id, limited_calls::call, limited_calls::until_at))
        .load(c))?;
    let call = |word: &str| ChannelCall::ALL.into_iter().find(|call| call.word() == word);
    Ok(rows.into_iter().filter_map(|(account, word, until)| Some(((account, call(&word)?), Stamp(until)))).collect())
}
