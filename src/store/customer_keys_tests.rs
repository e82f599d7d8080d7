//! Customers of version 0.1 get the key by which orders find them, on both databases.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};

use super::schema::customers;
use super::testing::stores;
use crate::on;

#[derive(QueryableByName)]
struct Keyed {
    #[diesel(sql_type = Integer)]
    customer_id: i32,
    #[diesel(sql_type = Nullable<Text>)]
    channel_key: Option<String>,
}

/// Id, account, key and e-mail address as version 0.1 left them.
type Customer<'a> = (i32, Option<i32>, Option<&'a str>, Option<&'a str>);

const SQLITE: &str = include_str!("../../migrations/sqlite/2026-11-30-000110_customer_keys/up.sql");
const POSTGRES: &str = include_str!("../../migrations/postgres/2026-11-30-000110_customer_keys/up.sql");

#[test]
fn a_customer_of_version_0_1_gets_the_one_address_that_nobody_else_has_as_its_key() {
    let long = format!("{}@example.org", "x".repeat(250));
    let stored: [Customer<'_>; 13] = [
        (1, Some(1000), None, Some("  Ada@Example.org ")),
        (2, Some(1000), None, Some("twice@example.org")),
        (3, Some(1000), None, Some("TWICE@example.org")),
        (4, Some(1001), None, Some("twice@example.org")),
        (5, Some(1000), None, Some("   ")),
        (6, Some(1000), None, None),
        (7, Some(1000), Some("channel-7"), Some("seven@example.org")),
        (8, Some(1000), None, Some("eight@example.org")),
        (9, Some(1000), Some("eight@example.org"), Some("new@example.org")),
        (10, None, None, Some("phone@example.org")),
        (11, None, None, Some("ada@example.org")),
        (12, Some(1000), None, Some(&long)),
        (13, Some(1000), None, Some("SEVEN@example.org")),
    ];
    let expected: [(i32, Option<&str>); 13] = [
        (1, Some("ada@example.org")),
        (2, None),
        (3, None),
        (4, Some("twice@example.org")),
        (5, None),
        (6, None),
        (7, Some("channel-7")),
        (8, None),
        (9, Some("eight@example.org")),
        (10, Some("phone@example.org")),
        (11, Some("ada@example.org")),
        (12, None),
        (13, None),
    ];
    for (name, store, _guard) in stores() {
        let rows = stored.map(|(id, account, key, email)| (id, account, key.map(str::to_owned), email.map(str::to_owned)));
        store
            .write(move |tx| {
                for (id, account, key, email) in rows {
                    on!(&mut tx.conn, c => diesel::insert_into(customers::table)
                        .values((
                            customers::customer_id.eq(id),
                            customers::mandator_id.eq(1),
                            customers::account_id.eq(account),
                            customers::customer_number.eq(id),
                            customers::channel_key.eq(&key),
                            customers::email_address.eq(&email),
                            customers::created_at.eq(0_i64),
                            customers::last_changed.eq(0_i64),
                            customers::kept.eq(false),
                            customers::data.eq("{}"),
                        ))
                        .execute(c))?;
                }
                Ok(())
            })
            .unwrap();
        // Twice: a key that is there is not changed.
        for _ in 0..2 {
            let migration = if name.contains("ostgre") { POSTGRES } else { SQLITE };
            store.write(move |tx| Ok(on!(&mut tx.conn, c => diesel::sql_query(migration).execute(c))?)).unwrap();
            let query = "SELECT customer_id, channel_key FROM customers ORDER BY customer_id";
            let keyed: Vec<Keyed> = store.read(|conn| Ok(on!(conn, c => diesel::sql_query(query).load(c))?)).unwrap();
            let keys: Vec<(i32, Option<&str>)> = keyed.iter().map(|row| (row.customer_id, row.channel_key.as_deref())).collect();
            assert_eq!(keys, expected, "{name}");
        }
    }
}
