//! The script: what a connector has to do right, written once for all of them.

mod books;
mod contacts;
mod facts;
mod lives;
mod offers;
mod orders;
mod tasks;
mod weather;

use super::play::Play;
use crate::connectors::Capabilities;
use crate::domain::contact::ContactKind;
use crate::domain::order::FactName;
use crate::domain::transfer::TransferKind;

pub(crate) struct Scenario {
    /// A word for the table of mutants and for `KONTOR_SCENARIO`.
    pub(crate) id: &'static str,
    /// The row in `docs/CHANNELS.md`.
    pub(crate) promise: &'static str,
    /// It is left out where a capability is missing.
    pub(crate) needs: &'static [Need],
    /// Fails by a panic.
    pub(crate) run: fn(&mut Play<'_>),
}

/// A capability, by the word under which a connector says why it lacks it.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) word: &'static str,
    pub(crate) has: fn(&Capabilities) -> bool,
}

macro_rules! needs {
    ($($name:ident $word:literal $has:expr;)+) => {
        $(pub(crate) const $name: Need = Need { word: $word, has: $has };)+
        /// All that a connector may lack.
        pub(crate) const NEEDS: &[Need] = &[$($name),+];
    };
}

needs! {
    ACKNOWLEDGED "acknowledged" |can| can.takes(FactName::Acknowledged);
    ANSWERS "cancellation_accepted" |can| can.takes(FactName::CancellationAccepted) && can.takes(FactName::CancellationDeclined);
    ATTRIBUTES "attributes" |can| can.attributes;
    CANCELLED "cancelled" |can| can.takes(FactName::Cancelled);
    CANCELS_IN_PART "positions_cancelled" |can| can.takes(FactName::PositionsCancelled);
    CATEGORIES "categories" |can| can.categories;
    DISPUTES "disputes" |can| can.contacts.contains(&ContactKind::Dispute) && can.transfers.contains(&TransferKind::Dispute);
    DOCUMENTS "document_attached" |can| can.takes(FactName::DocumentAttached);
    EAN "ean" |can| can.ean;
    FEEDBACK "feedback" |can| can.contacts.contains(&ContactKind::Feedback);
    FINDS_OFFERS "finds_offers" |can| can.finds_offers;
    LISTS_OFFERS "lists_offers" |can| can.lists_offers;
    MESSAGES "messages" |can| can.contacts.contains(&ContactKind::Message) && can.transfers.contains(&TransferKind::Message);
    PAID "paid" |can| can.takes(FactName::Paid);
    PICTURES "pictures" |can| can.pictures > 0;
    REFUNDS_AMOUNTS "refunds_amounts" |can| can.takes(FactName::Refunded) && can.refunds_amounts;
    REFUNDS_POSITIONS "refunds_positions" |can| can.takes(FactName::Refunded) && can.refunds_positions;
    RENAMES "renames" |can| can.renames;
    SEVERAL_PACKAGES "several_packages" |can| can.several_packages;
    SHIPPED "shipped" |can| can.takes(FactName::Shipped);
    SHIPS_IN_PART "ships_in_part" |can| can.takes(FactName::Shipped) && can.ships_in_part;
    TASKS "tasks" |can| can.tasks;
    VARIANTS "variants" |can| can.variants;
    WEIGHT "weight" |can| can.weight;
}

impl Scenario {
    /// The first capability that is missing for it.
    pub(crate) fn lacking(&self, can: &Capabilities) -> Option<&'static str> {
        self.needs.iter().find(|need| !(need.has)(can)).map(|need| need.word)
    }
}

pub(crate) fn all() -> impl Iterator<Item = &'static Scenario> {
    [offers::ALL, lives::ALL, orders::ALL, facts::ALL, books::ALL, tasks::ALL, contacts::ALL, weather::ALL].into_iter().flatten()
}
