//! Whose turn it is: facts, orders, tasks, states, transfers, contacts, reconciliation or the catalogue. Pure.

/// The kinds of work for a channel, in the order of their importance: what was done with orders first, and orders are
/// collected before quantities are sent, because they reduce what may be offered; what the channel has done by now is
/// heard before it gets more; a reconciliation is never urgent, and its categories are the least so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Facts,
    Orders,
    Tasks,
    States,
    Transfers,
    Contacts,
    Reconciliation,
    Catalogue,
}

impl Kind {
    pub(crate) const ALL: [Kind; 8] =
        [Kind::Facts, Kind::Orders, Kind::Tasks, Kind::States, Kind::Transfers, Kind::Contacts, Kind::Reconciliation, Kind::Catalogue];

    /// For the log.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Facts => "order reports",
            Kind::Orders => "polls",
            Kind::Tasks => "tasks",
            Kind::States => "offers",
            Kind::Transfers => "customers, coupons and messages",
            Kind::Contacts => "messages and feedback",
            Kind::Reconciliation => "lists of offers",
            Kind::Catalogue => "categories",
        }
    }

    /// How often a kind may go before the others get a turn.
    fn most_in_a_row(self) -> u32 {
        match self {
            Kind::Facts => 50,
            Kind::Orders => 10,
            Kind::Tasks => 10,
            Kind::States => 20,
            Kind::Transfers => 20,
            Kind::Contacts => 5,
            Kind::Reconciliation => 5,
            Kind::Catalogue => 5,
        }
    }
}

/// Remembers who went last, so that neither an endless stream nor a failing kind starves the others.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    last: Option<(Kind, u32)>,
    failing: Option<Kind>,
}

impl Turn {
    /// The kinds in the order in which they are tried. One that had its share goes behind the others; one whose
    /// last call failed as a whole goes last of all.
    pub(crate) fn order(&self) -> [Kind; Kind::ALL.len()] {
        let mut kinds = Kind::ALL;
        kinds.sort_by_key(|kind| {
            let sated = self.last.is_some_and(|(last, times)| last == *kind && times >= kind.most_in_a_row());
            (self.failing == Some(*kind), sated, *kind)
        });
        kinds
    }

    /// This kind had a turn.
    pub(crate) fn took(&mut self, kind: Kind, worked: bool) {
        self.last = match self.last {
            Some((last, times)) if last == kind && times < kind.most_in_a_row() => Some((kind, times.saturating_add(1))),
            _ => Some((kind, 1)),
        };
        match (worked, self.failing) {
            (false, _) => self.failing = Some(kind),
            (true, Some(failing)) if failing == kind => self.failing = None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Turn};
    use Kind::{Catalogue, Contacts, Facts, Orders, Reconciliation, States, Tasks, Transfers};

    #[test]
    fn facts_go_before_orders_and_orders_before_states() {
        assert_eq!(Turn::default().order(), [Facts, Orders, Tasks, States, Transfers, Contacts, Reconciliation, Catalogue]);
    }

    #[test]
    fn no_kind_starves_the_others() {
        for busy in Kind::ALL {
            let mut turn = Turn::default();
            for _ in 0..busy.most_in_a_row() {
                turn.took(busy, true);
            }
            assert_eq!(turn.order().last(), Some(&busy));
            turn.took(busy, true);
            assert_eq!(
                turn.order(),
                [Facts, Orders, Tasks, States, Transfers, Contacts, Reconciliation, Catalogue],
                "its count starts again"
            );
        }
    }

    #[test]
    fn what_failed_lets_the_others_go_first_until_it_works_again() {
        let mut turn = Turn::default();
        turn.took(Orders, false);
        assert_eq!(turn.order(), [Facts, Tasks, States, Transfers, Contacts, Reconciliation, Catalogue, Orders]);
        turn.took(States, true);
        assert_eq!(turn.order(), [Facts, Tasks, States, Transfers, Contacts, Reconciliation, Catalogue, Orders]);
        turn.took(Orders, true);
        assert_eq!(turn.order(), [Facts, Orders, Tasks, States, Transfers, Contacts, Reconciliation, Catalogue]);
    }
}
