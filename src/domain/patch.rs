//! What an update says about a value.

use serde::{Deserialize, Serialize};

/// A value of an update: omitted keeps what is stored, empty clears it (`protocol.md` 3.6).
///
/// On the typed face an empty element clears texts only: generated clients write empty elements for numbers and
/// dates that were never set (rule W11). There `clear_fields` names what is cleared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Option<V>", into = "Option<V>", bound(serialize = "V: Clone + Serialize", deserialize = "V: Deserialize<'de>"))]
pub enum Patch<V> {
    #[default]
    Keep,
    Clear,
    Set(V),
}

impl<V> From<Option<V>> for Patch<V> {
    fn from(value: Option<V>) -> Self {
        value.map_or(Patch::Keep, Patch::Set)
    }
}

impl<V> From<Patch<V>> for Option<V> {
    fn from(value: Patch<V>) -> Self {
        match value {
            Patch::Set(value) => Some(value),
            Patch::Keep | Patch::Clear => None,
        }
    }
}

impl<V> Patch<V> {
    pub fn as_ref(&self) -> Option<&V> {
        match self {
            Patch::Set(value) => Some(value),
            Patch::Keep | Patch::Clear => None,
        }
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(V) -> U) -> Patch<U> {
        match self {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(value) => Patch::Set(change(value)),
        }
    }

    pub fn is_keep(&self) -> bool {
        matches!(self, Patch::Keep)
    }

    /// There is no value.
    pub fn is_unset(&self) -> bool {
        !matches!(self, Patch::Set(_))
    }

    /// Clears it, unless there is a value: false.
    pub(crate) fn clear_unset(&mut self) -> bool {
        let unset = self.is_unset();
        if unset {
            *self = Patch::Clear;
        }
        unset
    }

    /// Takes the update over an optional value.
    pub fn onto(self, stored: &mut Option<V>) {
        match self {
            Patch::Keep => {}
            Patch::Clear => *stored = None,
            Patch::Set(value) => *stored = Some(value),
        }
    }
}

/// Entries of an update, and whether they replace all that is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle<T> {
    pub entries: Vec<T>,
    pub replace: bool,
}

impl<T> Default for Bundle<T> {
    fn default() -> Self {
        Bundle { entries: Vec::new(), replace: false }
    }
}

impl<T> From<Vec<T>> for Bundle<T> {
    fn from(entries: Vec<T>) -> Self {
        Bundle { entries, replace: false }
    }
}
