//! The journal of calls of ERPs.

use diesel::prelude::*;

use super::schema::{call_payloads, calls};
use super::{Conn, MOST_VARIABLES, Tx};
use crate::domain::called::{Called, kept};
use crate::domain::{Failure, Stamp};
use crate::on;

/// What one transaction deletes.
const AT_A_TIME: i64 = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = calls, treat_none_as_default_value = false)]
pub(crate) struct CallRow {
    pub call_id: i64,
    pub called_at: i64,
    pub took_ms: i64,
    pub user_name: String,
    pub origin: String,
    pub face: String,
    pub operation: String,
    pub mandators: String,
    pub status: i32,
    pub error_code: Option<i32>,
    pub records: i64,
    pub failures: i64,
    pub pending: i64,
    pub replayed: bool,
    pub request_bytes: i64,
    pub answer_bytes: i64,
    pub request_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = call_payloads)]
pub(crate) struct PayloadRow {
    pub call_id: i64,
    pub request: String,
    /// Nothing in its Body is missing or hidden.
    pub is_whole: bool,
    pub answer: String,
}

/// Rows of calls, with those of their payloads.
pub(crate) type Rows = Vec<(CallRow, Option<PayloadRow>)>;

/// The rows of a call, without its number. Done before the transaction, because hiding secrets takes time.
pub(crate) fn rows_of(called: Called) -> (CallRow, Option<PayloadRow>) {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let payload = called.said.request.as_deref().map(|request| {
        let (request, is_whole) = kept(request, called.said.bytes);
        let answer = called.answer.as_deref().unwrap_or_default();
        PayloadRow { call_id: 0, request, is_whole, answer: kept(answer, called.answer_bytes).0 }
    });
    let mandators: Vec<String> = called.said.mandators.iter().map(ToString::to_string).collect();
    let row = CallRow {
        call_id: 0,
        called_at: called.at.0,
        took_ms: called.took_ms,
        user_name: called.user_name,
        origin: called.origin,
        face: called.face.to_owned(),
        operation: called.operation.to_owned(),
        mandators: mandators.join(" "),
        status: i32::from(called.status),
        error_code: called.error_code,
        records: count(called.records),
        failures: count(called.failures),
        pending: count(called.pending),
        replayed: called.replayed,
        request_bytes: count(called.said.bytes),
        answer_bytes: count(called.answer_bytes),
        request_id: called.request_id,
    };
    (row, payload)
}

/// Keeps calls. Their numbers are given here: times, one more where there is such a number already, so that none comes twice.
pub(crate) fn add(tx: &mut Tx<'_>, rows: Rows) -> Result<(), Failure> {
    let mut last: i64 =
        on!(&mut tx.conn, c => calls::table.select(diesel::dsl::max(calls::call_id)).get_result::<Option<i64>>(c))?.unwrap_or(0);
    let (mut known, mut payloads) = (Vec::with_capacity(rows.len()), Vec::new());
    for (mut row, payload) in rows {
        last = row.called_at.max(last.saturating_add(1));
        row.call_id = last;
        known.push(row);
        payloads.extend(payload.map(|payload| PayloadRow { call_id: last, ..payload }));
    }
    for chunk in known.chunks(MOST_VARIABLES / 17) {
        on!(&mut tx.conn, c => diesel::insert_into(calls::table).values(chunk).execute(c))?;
    }
    for chunk in payloads.chunks(MOST_VARIABLES / 4) {
        on!(&mut tx.conn, c => diesel::insert_into(call_payloads::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// Which calls are asked for.
#[derive(Debug, Default)]
pub(crate) struct CallSelection<'s> {
    /// Only of these users.
    pub users: Option<&'s [String]>,
    pub user: Option<&'s str>,
    pub operation: Option<&'s str>,
    /// Only faults, and those that refused records.
    pub failed: bool,
    pub from: Option<Stamp>,
    pub until: Option<Stamp>,
    /// Only those before this one.
    pub before: Option<i64>,
}

/// The calls that pass, the newest first.
pub(crate) fn select(conn: &mut Conn<'_>, asked: &CallSelection<'_>, most: i64) -> Result<Vec<CallRow>, Failure> {
    Ok(on!(conn, c => {
        let mut query = calls::table.order(calls::call_id.desc()).limit(most).select(CallRow::as_select()).into_boxed();
        if let Some(users) = asked.users {
            query = query.filter(calls::user_name.eq_any(users));
        }
        if let Some(user) = asked.user {
            query = query.filter(calls::user_name.eq(user));
        }
        if let Some(operation) = asked.operation {
            query = query.filter(calls::operation.eq(operation));
        }
        if asked.failed {
            query = query.filter(calls::error_code.is_not_null().or(calls::failures.gt(0)));
        }
        if let Some(from) = asked.from {
            query = query.filter(calls::called_at.ge(from.0));
        }
        if let Some(until) = asked.until {
            query = query.filter(calls::called_at.lt(until.0));
        }
        if let Some(before) = asked.before {
            query = query.filter(calls::call_id.lt(before));
        }
        query.load(c)
    })?)
}

pub(crate) fn find(conn: &mut Conn<'_>, call_id: i64) -> Result<Option<(CallRow, Option<PayloadRow>)>, Failure> {
    let row = on!(conn, c => calls::table.find(call_id).select(CallRow::as_select()).first(c).optional())?;
    let Some(row) = row else { return Ok(None) };
    let payload = on!(conn, c => call_payloads::table.find(call_id).select(PayloadRow::as_select()).first(c).optional())?;
    Ok(Some((row, payload)))
}

/// Deletes some of the calls from before a time, of those above the most that are kept, and of the payloads from before
/// another time; whether there may be more.
pub(crate) fn forget(tx: &mut Tx<'_>, before: Stamp, most: i64, payloads_before: Stamp) -> Result<bool, Failure> {
    let last_surplus: Option<i64> = on!(&mut tx.conn, c => calls::table
        .order(calls::call_id.desc())
        .offset(most)
        .limit(1)
        .select(calls::call_id)
        .first(c)
        .optional())?;
    let ids: Vec<i64> = on!(&mut tx.conn, c => calls::table
        .filter(calls::called_at.lt(before.0).or(calls::call_id.le(last_surplus.unwrap_or(0))))
        .order(calls::call_id)
        .limit(AT_A_TIME)
        .select(calls::call_id)
        .load(c))?;
    on!(&mut tx.conn, c => diesel::delete(calls::table.filter(calls::call_id.eq_any(&ids))).execute(c))?;
    // Numbers are times, or a little later.
    let old: Vec<i64> = on!(&mut tx.conn, c => call_payloads::table
        .filter(call_payloads::call_id.lt(payloads_before.0))
        .order(call_payloads::call_id)
        .limit(AT_A_TIME)
        .select(call_payloads::call_id)
        .load(c))?;
    let gone: Vec<i64> = ids.iter().chain(&old).copied().collect();
    on!(&mut tx.conn, c => diesel::delete(call_payloads::table.filter(call_payloads::call_id.eq_any(&gone))).execute(c))?;
    let is_full = |ids: &[i64]| i64::try_from(ids.len()).is_ok_and(|deleted| deleted == AT_A_TIME);
    Ok(is_full(&ids) || is_full(&old))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::called::Said;
    use crate::store::testing::on_stores;

    fn called(at: i64, user: &str, failures: usize) -> Called {
        Called {
            at: Stamp(at),
            took_ms: 3,
            user_name: user.to_owned(),
            origin: "127.0.0.1".to_owned(),
            face: "compat",
            operation: "updateItems",
            said: Said::of("<Body><mandator_id>1</mandator_id></Body>".to_owned(), 100),
            status: 200,
            error_code: None,
            records: 2,
            failures,
            pending: 0,
            replayed: false,
            answer_bytes: 2,
            answer: Some("ok".to_owned()),
            request_id: None,
        }
    }

    fn all<'s>() -> CallSelection<'s> {
        CallSelection::default()
    }

    #[test]
    fn calls_are_found_by_time_and_user_and_forgotten_in_time() {
        on_stores(|store| {
            let rows: Rows = [(10, "erp", 0), (10, "erp", 1), (20, "till", 0)].map(|(at, user, bad)| rows_of(called(at, user, bad))).into();
            store.write(move |tx| add(tx, rows)).expect("stored");
            let ids = |asked: &CallSelection<'_>| {
                let found = store.read(|conn| select(conn, asked, 9)).expect("read");
                found.into_iter().map(|row| row.call_id).collect::<Vec<_>>()
            };
            assert_eq!(ids(&all()), [20, 11, 10], "numbers are times, and none comes twice");
            assert_eq!(ids(&CallSelection { user: Some("erp"), ..all() }), [11, 10]);
            assert_eq!(ids(&CallSelection { users: Some(&["till".to_owned()]), ..all() }), [20]);
            assert_eq!(ids(&CallSelection { failed: true, ..all() }), [11]);
            assert_eq!(ids(&CallSelection { from: Some(Stamp(10)), until: Some(Stamp(20)), ..all() }), [11, 10]);
            assert_eq!(ids(&CallSelection { before: Some(11), operation: Some("updateItems"), ..all() }), [10]);
            let (row, payload) = store.read(|conn| find(conn, 11)).expect("read").expect("a call");
            assert_eq!((row.mandators.as_str(), row.failures), ("1", 1));
            let payload = payload.expect("its payload");
            assert!(payload.is_whole && payload.answer == "ok" && payload.request.contains("mandator_id"), "{payload:?}");
            store.write(|tx| forget(tx, Stamp(0), 9, Stamp(15))).expect("deleted");
            assert_eq!(store.read(|conn| find(conn, 11)).expect("read").expect("a call").1, None, "payloads go before");
            store.write(|tx| forget(tx, Stamp(0), 1, Stamp(0))).expect("deleted");
            assert_eq!(ids(&all()), [20], "the oldest of too many");
            store.write(|tx| forget(tx, Stamp(21), 9, Stamp(0))).expect("deleted");
            assert_eq!((ids(&all()), store.read(|conn| find(conn, 20)).expect("read")), (vec![], None));
        });
    }
}
