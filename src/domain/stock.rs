//! How many pieces may be offered.

/// Pieces that buyers may still order: what lies in the account's warehouses less what open orders of any channel
/// reserve there (`VB = GLB − RB`, `channel-calls.md` 3). Never negative, and within the numbers that channels take.
///
/// ```
/// use kontor::domain::stock::offered;
/// assert_eq!(offered(10, 3), 7);
/// assert_eq!(offered(2, 3), 0);
/// ```
pub fn offered(stock: i64, reserved: i64) -> i32 {
    fit(stock.saturating_sub(reserved))
}

/// A count of pieces as channels take it: 0 to 2 147 483 647.
pub fn fit(pieces: i64) -> i32 {
    i32::try_from(pieces.max(0)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{fit, offered};

    #[test]
    fn reservations_of_all_channels_reduce_what_is_offered() {
        assert_eq!(offered(10, 0), 10);
        assert_eq!(offered(10, 4), 6);
        assert_eq!(offered(4, 4), 0);
    }

    #[test]
    fn nothing_is_offered_when_more_is_reserved_than_there_is() {
        assert_eq!(offered(0, 1), 0);
        assert_eq!(offered(-5, 0), 0);
        assert_eq!(offered(i64::MIN, i64::MAX), 0);
    }

    #[test]
    fn sums_beyond_a_channels_numbers_are_offered_as_the_largest_one() {
        assert_eq!(offered(3_000_000_000, 1), i32::MAX);
        assert_eq!(fit(-1), 0);
    }
}
