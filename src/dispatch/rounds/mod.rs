//! The rounds of a worker: one type per kind of work for a channel. Each decides whether it has something to do, does one
//! piece of it, and remembers between its turns what it must. A new kind of work is a file here, a [`Kind`], and a line in
//! [`Rounds`].

mod catalogue;
mod contacts;
mod facts;
mod orders;
mod reconciliation;
mod states;
mod tasks;
mod transfers;

use super::context::Context;
use super::turn::Kind;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::store::Conn;
use crate::store::accounts::WorkRow;

/// How a turn went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    Worked,
    /// The call failed as a whole.
    Failed,
}

/// The next work of a round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub at: Stamp,
    /// The call it needs, which the limiter may hold back.
    pub call: Option<ChannelCall>,
}

impl Due {
    fn calling(call: ChannelCall, at: Option<Stamp>) -> Option<Due> {
        at.map(|at| Due { at, call: Some(call) })
    }
}

/// One kind of work for a channel.
pub(super) trait Round {
    /// Does the next piece of work. `None`: nothing is due, or the channel may not be called yet.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure>;

    /// When there is something to do next, as far as that is known.
    fn due(&self, conn: &mut Conn<'_>, context: &Context, work: &WorkRow, now: Stamp) -> Result<Vec<Due>, Failure>;

    /// Another process may have had the account: what is remembered about the channel is old.
    fn forget(&mut self);
}

#[derive(Default)]
pub(super) struct Rounds {
    pub facts: facts::Facts,
    pub orders: orders::Orders,
    pub tasks: tasks::Tasks,
    pub states: states::States,
    pub transfers: transfers::Transfers,
    pub contacts: contacts::Contacts,
    pub reconciliation: reconciliation::Reconciliation,
    pub catalogue: catalogue::Catalogue,
}

impl Rounds {
    pub(crate) fn of(&mut self, kind: Kind) -> &mut dyn Round {
        match kind {
            Kind::Facts => &mut self.facts,
            Kind::Orders => &mut self.orders,
            Kind::Tasks => &mut self.tasks,
            Kind::States => &mut self.states,
            Kind::Transfers => &mut self.transfers,
            Kind::Contacts => &mut self.contacts,
            Kind::Reconciliation => &mut self.reconciliation,
            Kind::Catalogue => &mut self.catalogue,
        }
    }
}
