//! What is kept of each call for people.

use std::net::IpAddr;
use std::time::Duration;

use super::Edge;
use crate::config::User;
use crate::domain::Stamp;
use crate::domain::called::{Called, Said};
use crate::operations::Face;
use crate::soap::Reply;

/// Where calls are kept.
pub(crate) struct Journaling {
    /// Bytes of a request and an answer; 0: none are kept.
    pub payload_bytes: usize,
    /// Must not wait.
    pub keep: Box<dyn Fn(Called) + Send + Sync>,
}

impl Edge {
    /// What is kept of the text of a call.
    pub(super) fn said(&self, text: String) -> Option<Said> {
        self.journal.as_ref().map(|journal| Said::of(text, journal.payload_bytes))
    }

    /// Keeps a call of somebody who is known; others would fill the journal.
    pub(super) fn keep(
        &self,
        face: Face,
        user: Option<&User>,
        (address, id): (IpAddr, &str),
        (reply, said): (&Reply, Option<Said>),
        took: Duration,
    ) {
        let (Some(journal), Some(user)) = (&self.journal, user) else { return };
        let most = journal.payload_bytes;
        let answer = (most > 0).then(|| reply.body.get(..reply.body.floor_char_boundary(most)).unwrap_or_default().to_owned());
        let took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        (journal.keep)(Called {
            at: Stamp::now().plus_millis(took_ms.saturating_neg()),
            took_ms,
            user_name: user.name.clone(),
            origin: address.to_string(),
            face: face.word(),
            operation: reply.operation,
            said: said.unwrap_or_default(),
            status: reply.status,
            error_code: reply.error_code,
            records: reply.records,
            failures: reply.failures,
            pending: reply.pending,
            replayed: reply.replayed,
            answer_bytes: reply.body.len(),
            answer,
            request_id: Some(id.to_owned()),
        });
    }
}
