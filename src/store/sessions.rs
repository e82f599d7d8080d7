//! Who is logged in to the console: in the database, so that every process behind one address knows it.

use diesel::prelude::*;

use super::schema::sessions;
use super::{Conn, Tx};
use crate::domain::{Failure, Stamp};
use crate::on;

/// Sessions that a user has at most; the oldest end for new ones.
const MOST_OF_A_USER: i64 = 50;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(crate) struct SessionRow {
    /// SHA-256 of the token, hexadecimal.
    pub token_digest: String,
    pub user_name: String,
    /// SHA-256 of what the user's password is checked with: a new password ends the sessions.
    pub password_digest: String,
    pub created_at: i64,
    pub ends_at: i64,
    /// The one page that a session by a link may see.
    pub only_path: Option<String>,
}

/// A new session.
pub(crate) fn begin(tx: &mut Tx<'_>, row: &SessionRow) -> Result<(), Failure> {
    let surplus: Vec<String> = on!(&mut tx.conn, c => sessions::table
        .filter(sessions::user_name.eq(&row.user_name))
        .order((sessions::created_at.desc(), sessions::token_digest))
        .offset(MOST_OF_A_USER - 1)
        .select(sessions::token_digest)
        .load(c))?;
    on!(&mut tx.conn, c => diesel::delete(sessions::table.filter(sessions::token_digest.eq_any(&surplus))).execute(c))?;
    on!(&mut tx.conn, c => diesel::insert_into(sessions::table).values(row).execute(c))?;
    Ok(())
}

/// A session that has not ended.
pub(crate) fn find(conn: &mut Conn<'_>, token_digest: &str, now: Stamp) -> Result<Option<SessionRow>, Failure> {
    Ok(on!(conn, c => sessions::table
        .filter(sessions::token_digest.eq(token_digest))
        .filter(sessions::ends_at.gt(now.0))
        .select(SessionRow::as_select())
        .first(c)
        .optional())?)
}

/// Ends a session. False: there is none, or it has ended.
pub(crate) fn end(tx: &mut Tx<'_>, token_digest: &str) -> Result<bool, Failure> {
    Ok(on!(&mut tx.conn, c => diesel::delete(sessions::table.filter(sessions::token_digest.eq(token_digest))).execute(c))? > 0)
}

/// Removes what has ended.
pub(crate) fn forget_before(tx: &mut Tx<'_>, now: Stamp) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(sessions::table.filter(sessions::ends_at.le(now.0))).execute(c))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::stores;

    #[test]
    fn a_session_ends_in_time_by_hand_and_when_its_user_has_too_many() {
        for (database, store, _guard) in stores() {
            let row = |digest: String, created_at| SessionRow {
                token_digest: digest,
                user_name: "anna".to_owned(),
                password_digest: String::new(),
                created_at,
                ends_at: 1_000 + created_at,
                only_path: None,
            };
            for number in 0..MOST_OF_A_USER + 2 {
                store.write(move |tx| begin(tx, &row(format!("s{number}"), number))).unwrap();
            }
            let found = |digest: &str, now| store.read(|conn| find(conn, digest, Stamp(now))).unwrap().is_some();
            assert!(!found("s0", 0) && !found("s1", 0) && found("s2", 0), "{database}");
            assert!(found("s2", 1_001) && !found("s2", 1_002), "{database}: it ends at its end");
            assert!(store.write(|tx| end(tx, "s3")).unwrap() && !found("s3", 0), "{database}");
            assert!(!store.write(|tx| end(tx, "s3")).unwrap(), "{database}");
            store.write(|tx| forget_before(tx, Stamp(1_010))).unwrap();
            assert!(!found("s10", 0) && found("s11", 0), "{database}");
        }
    }
}
