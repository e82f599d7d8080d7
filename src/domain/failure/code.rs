//! The codes by name, one file per group.

mod channels;
mod content;
mod entry;
mod message;
mod own;
mod references;
mod state;

pub use channels::*;
pub use content::*;
pub use entry::*;
pub use message::*;
pub use own::*;
pub use references::*;
pub use state::*;

use super::Code;

const GROUPS: [&[&Code]; 7] = [entry::GROUP, message::GROUP, content::GROUP, references::GROUP, state::GROUP, channels::GROUP, own::GROUP];

/// All codes in the order of their numbers.
pub fn all() -> impl Iterator<Item = &'static Code> {
    GROUPS.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, all};

    #[test]
    fn codes_are_unique_and_ordered() {
        let codes: Vec<_> = all().collect();
        for pair in codes.windows(2) {
            assert!(pair[0].number < pair[1].number, "{} before {}", pair[0].name, pair[1].name);
        }
    }

    #[test]
    fn a_group_has_one_thousand_of_its_own() {
        for group in GROUPS {
            let thousands: Vec<i32> = group.iter().map(|code| code.number / 1000).collect();
            assert!(thousands.windows(2).all(|pair| pair[0] == pair[1]), "{thousands:?}");
        }
    }
}
