//! What people did in the console, kept so that it can be read later who did what.

use diesel::prelude::*;

use super::schema::audit;
use super::{Conn, Tx, next_id};
use crate::domain::{Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(crate) struct AuditRow {
    /// Given by [`note`].
    pub audit_id: i32,
    pub done_at: i64,
    pub user_name: String,
    /// The address that it came from.
    pub origin: String,
    pub action: String,
    pub about: String,
    pub worked: bool,
    pub outcome: String,
}

/// Keeps what was done; gives its number.
pub(crate) fn note(tx: &mut Tx<'_>, row: AuditRow) -> Result<i32, Failure> {
    let audit_id = next_id(tx, "audit")?;
    let row = AuditRow { audit_id, ..row };
    on!(&mut tx.conn, c => diesel::insert_into(audit::table).values(&row).execute(c))?;
    Ok(audit_id)
}

pub(crate) fn find(conn: &mut Conn<'_>, audit_id: i32) -> Result<Option<AuditRow>, Failure> {
    Ok(on!(conn, c => audit::table.find(audit_id).select(AuditRow::as_select()).first(c).optional())?)
}

/// Failed attempts that are kept at most, so that whoever guesses passwords does not fill the database.
const MOST_FAILED: i64 = 1_000;

/// Keeps an attempt that failed, unless the same one was kept since then.
pub(crate) fn note_failed(tx: &mut Tx<'_>, row: AuditRow, since: Stamp) -> Result<(), Failure> {
    let same = audit::table
        .filter(audit::done_at.gt(since.0))
        .filter(audit::action.eq(&row.action))
        .filter(audit::worked.eq(false))
        .filter(audit::user_name.eq(&row.user_name))
        .filter(audit::origin.eq(&row.origin));
    let known: i64 = on!(&mut tx.conn, c => same.count().get_result(c))?;
    if known > 0 {
        return Ok(());
    }
    let surplus: Vec<i32> = on!(&mut tx.conn, c => audit::table
        .filter(audit::action.eq(&row.action))
        .filter(audit::worked.eq(false))
        .order(audit::audit_id.desc())
        .offset(MOST_FAILED - 1)
        .select(audit::audit_id)
        .load(c))?;
    on!(&mut tx.conn, c => diesel::delete(audit::table.filter(audit::audit_id.eq_any(&surplus))).execute(c))?;
    note(tx, row).map(drop)
}

/// The latest, newest first; of these users, or of all.
pub(crate) fn latest(conn: &mut Conn<'_>, users: Option<&[String]>, most: i64) -> Result<Vec<AuditRow>, Failure> {
    let latest = audit::table.order(audit::audit_id.desc()).limit(most);
    Ok(match users {
        Some(users) => on!(conn, c => latest.filter(audit::user_name.eq_any(users)).select(AuditRow::as_select()).load(c))?,
        None => on!(conn, c => latest.select(AuditRow::as_select()).load(c))?,
    })
}

/// What worked of these actions on a record, newest first.
pub(crate) fn done_to(conn: &mut Conn<'_>, about: &str, actions: &[&str], most: i64) -> Result<Vec<AuditRow>, Failure> {
    Ok(on!(conn, c => audit::table
        .filter(audit::about.eq(about))
        .filter(audit::action.eq_any(actions))
        .filter(audit::worked.eq(true))
        .order(audit::audit_id.desc())
        .limit(most)
        .select(AuditRow::as_select())
        .load(c))?)
}

/// Removes what is older.
pub(crate) fn forget_before(tx: &mut Tx<'_>, time: Stamp) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(audit::table.filter(audit::done_at.lt(time.0))).execute(c))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::stores;

    #[test]
    fn what_was_done_is_kept_for_its_time() {
        for (database, store, _guard) in stores() {
            let row = |done_at| AuditRow {
                audit_id: 0,
                done_at,
                user_name: "anna".to_owned(),
                origin: "127.0.0.1".to_owned(),
                action: "retry".to_owned(),
                about: "price-4".to_owned(),
                worked: true,
                outcome: String::new(),
            };
            let ids: Vec<i32> = (1..4).map(|time| store.write(move |tx| note(tx, row(time))).unwrap()).collect();
            let times = |rows: Vec<AuditRow>| rows.into_iter().map(|row| row.done_at).collect::<Vec<_>>();
            assert_eq!(times(store.read(|conn| latest(conn, None, 2)).unwrap()), [3, 2], "{database}");
            let of = |users: &[&str]| users.iter().map(|user| (*user).to_owned()).collect::<Vec<String>>();
            assert_eq!(times(store.read(|conn| latest(conn, Some(&of(&["bert", "anna"])), 1)).unwrap()), [3], "{database}");
            assert!(store.read(|conn| latest(conn, Some(&of(&["bert"])), 9)).unwrap().is_empty(), "{database}");
            assert_eq!(times(store.read(|conn| done_to(conn, "price-4", &["retry"], 9)).unwrap()), [3, 2, 1], "{database}");
            assert!(store.read(|conn| done_to(conn, "price-4", &["drop"], 9)).unwrap().is_empty(), "{database}");
            assert_eq!(store.read(|conn| find(conn, ids[0])).unwrap().map(|row| row.done_at), Some(1), "{database}");
            store.write(|tx| forget_before(tx, Stamp(3))).unwrap();
            assert_eq!(times(store.read(|conn| latest(conn, None, 9)).unwrap()), [3], "{database}");
        }
    }

    #[test]
    fn an_attempt_that_fails_again_at_once_is_kept_once() {
        for (database, store, _guard) in stores() {
            let failed = |origin: &str, done_at, since| {
                let row = AuditRow {
                    audit_id: 0,
                    done_at,
                    user_name: "anna".to_owned(),
                    origin: origin.to_owned(),
                    action: "login".to_owned(),
                    about: String::new(),
                    worked: false,
                    outcome: String::new(),
                };
                store.write(move |tx| note_failed(tx, row.clone(), Stamp(since))).unwrap();
                store.read(|conn| latest(conn, None, 9)).unwrap().len()
            };
            assert_eq!(failed("127.0.0.1", 10, 5), 1, "{database}");
            assert_eq!(failed("127.0.0.1", 12, 7), 1, "{database}");
            assert_eq!(failed("127.0.0.2", 12, 7), 2, "{database}");
            assert_eq!(failed("127.0.0.1", 20, 15), 3, "{database}");
        }
    }
}
