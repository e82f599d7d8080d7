//! Which statements the writer of a store executes, and which of them it has compiled.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use diesel::connection::{CacheSize, Connection, InstrumentationEvent};

use crate::on;
use crate::store::Store;

#[derive(Default)]
pub(crate) struct Statements {
    /// In the order of their execution, without those that begin and end transactions and savepoints.
    pub executed: Vec<String>,
    /// For all further executions.
    pub prepared: BTreeSet<String>,
}

/// Watches the writer from now on.
pub(crate) fn watch(store: &Store) -> Arc<Mutex<Statements>> {
    let seen = Arc::new(Mutex::new(Statements::default()));
    let noted = Arc::clone(&seen);
    let note = move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { query, .. } => {
            let query = query.to_string();
            let (text, _) = query.rsplit_once(" -- binds: ").unwrap_or((&query, ""));
            if !["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"].iter().any(|word| text.starts_with(word)) {
                noted.lock().unwrap().executed.push(text.to_owned());
            }
        }
        InstrumentationEvent::CacheQuery { sql, .. } => {
            noted.lock().unwrap().prepared.insert(sql.to_owned());
        }
        _ => {}
    };
    store
        .write(move |tx| {
            on!(&mut tx.conn, c => {
                // What was prepared until now is forgotten.
                c.set_prepared_statement_cache_size(CacheSize::Disabled);
                c.set_prepared_statement_cache_size(CacheSize::Unbounded);
                c.set_instrumentation(note);
            });
            Ok(())
        })
        .unwrap();
    seen
}
