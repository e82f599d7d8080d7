//! Sets: articles that are composed of others. A set has no stock of its own; it has what its components allow.

use super::ItemId;

/// Articles, each with how many of it one set needs.
pub(crate) type Components = Vec<(ItemId, i32)>;

/// Different articles in one set.
pub(crate) const MOST_COMPONENTS: usize = 100;
/// Pieces of one article in one set.
pub(crate) const MOST_PIECES: i32 = 1_000;

/// How many sets the pieces in one warehouse make: as many as the scarcest component allows. Negative where more is reserved
/// than there is: those sets are missing, and what lies in another warehouse must make up for them. So the sum over several
/// warehouses never promises more of a component than there is in all of them.
pub(crate) fn makes(components: &[(ItemId, i32)], pieces: impl Fn(ItemId) -> i64) -> i64 {
    let of_each = components.iter().map(|(item, quantity)| pieces(*item).div_euclid(i64::from((*quantity).max(1))));
    of_each.min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ItemId, makes};

    #[test]
    fn the_scarcest_component_decides() {
        let set = [(ItemId(1), 2), (ItemId(2), 1)];
        let of = |first: i64, second: i64| makes(&set, |item| if item == ItemId(1) { first } else { second });
        assert_eq!((of(7, 9), of(7, 2), of(1, 9), of(0, 0)), (3, 2, 0, 0));
        assert_eq!((of(-1, 9), of(9, -3)), (-1, -3), "half a missing set is a missing set");
        assert_eq!(makes(&[], |_| 5), 0);
    }

    #[test]
    fn several_warehouses_never_promise_more_than_all_of_them_have() {
        let set = [(ItemId(1), 3), (ItemId(2), 2)];
        for first in -7..8_i64 {
            for second in -7..8_i64 {
                let there = [(first, 5), (second, 4)];
                let sum: i64 = there.iter().map(|(a, b)| makes(&set, |item| if item == ItemId(1) { *a } else { *b })).sum();
                assert!(sum * 3 <= first + second && sum * 2 <= 9, "{first} {second}");
            }
        }
    }
}
