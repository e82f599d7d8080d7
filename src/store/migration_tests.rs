//! What migrations do with rows that earlier versions left.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::orders::customers::create;
use super::schema::customers;
use super::{Conn, testing};
use crate::domain::{AccountId, MandatorId};
use crate::on;

const SQLITE: &str = include_str!("../../migrations/sqlite/2026-11-30-000110_customer_keys/up.sql");
const POSTGRES: &str = include_str!("../../migrations/postgres/2026-11-30-000110_customer_keys/up.sql");

#[test]
fn customers_of_version_0_1_are_found_by_an_e_mail_address_that_is_theirs_alone() {
    let long = format!("{}@example.com", "a".repeat(250));
    // Account, key, address, and the key afterwards.
    let rows = [
        (1, None, Some(" Ada@Example.com "), Some("ada@example.com")),
        (2, None, Some("ada@example.com"), Some("ada@example.com")),
        (1, None, Some("twin@example.com"), None),
        (1, None, Some("TWIN@example.com"), None),
        (1, Some("taken@example.com"), Some("other@example.com"), Some("taken@example.com")),
        (1, None, Some("taken@example.com"), None),
        (1, Some("B-7"), Some("grace@example.com"), Some("B-7")),
        (1, None, Some("  "), None),
        (1, None, None, None),
        (1, None, Some(long.as_str()), None),
    ];
    testing::on_stores(|store| {
        let given: Vec<_> =
            rows.iter().map(|(account, key, email, _)| (*account, key.map(str::to_owned), email.map(str::to_owned))).collect();
        store
            .write(move |tx| {
                for (account, key, email) in given {
                    let row = create(tx, MandatorId(1), Some(AccountId(account)), None, key, None)?;
                    on!(&mut tx.conn, c => diesel::update(customers::table.find(row.customer_id))
                        .set(customers::email_address.eq(email))
                        .execute(c))?;
                }
                match &mut tx.conn {
                    Conn::Sqlite(c) => c.batch_execute(SQLITE)?,
                    Conn::Postgres(c) => c.batch_execute(POSTGRES)?,
                }
                Ok(())
            })
            .unwrap();
        let found: Vec<Option<String>> = store
            .read(|conn| Ok(on!(conn, c => customers::table.order(customers::customer_id).select(customers::channel_key).load(c))?))
            .unwrap();
        assert_eq!(found, rows.map(|(_, _, _, key)| key.map(str::to_owned)));
    });
}
