//! Numbers of the trade: EAN, UPC, GTIN.

/// Whether a text is a GTIN of 8, 12, 13 or 14 digits with the check digit that the others give.
pub(crate) fn is_gtin(text: &str) -> bool {
    if !matches!(text.len(), 8 | 12 | 13 | 14) || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return false;
    }
    // From the right, the check digit first: 1, 3, 1, 3 …
    let weighted = text.bytes().rev().zip([1_u32, 3].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight);
    weighted.sum::<u32>().is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::is_gtin;

    #[test]
    fn the_check_digit_is_that_of_gs1() {
        for good in ["4006381333931", "96385074", "036000291452", "10614141000415", "0000000000000"] {
            assert!(is_gtin(good), "{good}");
        }
        for bad in ["4006381333932", "96385075", "40063813339", "400638133393x", "", "４００６３８１３３３９３１", "978-3-16-148410-0"]
        {
            assert!(!is_gtin(bad), "{bad}");
        }
    }
}
