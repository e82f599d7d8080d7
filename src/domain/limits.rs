//! How long texts may be, and how a text of a channel is made to fit. The contract and what is taken over from channels
//! have their numbers from here, so that they cannot disagree.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::hex::hex;

/// Company of an address.
pub(crate) const FIRM: u32 = 200;
/// Title of a person.
pub(crate) const TITLE: u32 = 100;
pub(crate) const FIRST_NAME: u32 = 100;
pub(crate) const LAST_NAME: u32 = 200;
pub(crate) const STREET: u32 = 200;
/// Number of an item.
pub(crate) const ITEM_NUMBER: u32 = 100;
/// Pieces of a position that an ERP orders: sums over all orders stay far from what a number can hold.
pub(crate) const PIECES: i32 = 1_000_000;
/// Name of a position, as sold.
pub(crate) const POSITION_NAME: u32 = 255;
/// Transaction id of a payment.
pub(crate) const TRANSACTION_ID: u32 = 70;
/// VAT id.
pub(crate) const TAX_IDENTIFICATION_NUMBER: u32 = 50;
/// Way of shipping.
pub(crate) const DISPATCH_TYPE: u32 = 100;
/// Parcel locker, post office or shop.
pub(crate) const PICKUP_POINT: u32 = 100;
/// The buyer's number at a carrier.
pub(crate) const POST_NUMBER: u32 = 50;
/// Code of a voucher.
pub(crate) const COUPON_CODE: u32 = 100;
/// Numbers of a channel by which something is found: an index of the database has to hold them.
pub(crate) const CHANNEL_NUMBER: u32 = 255;

/// Digits of the digest at the end of a [`key`].
const DIGITS: usize = 16;

/// What XML 1.0 calls a Char.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// The text without characters that XML forbids. One of them is the NUL that PostgreSQL refuses.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_xml_char) { Cow::Borrowed(text) } else { Cow::Owned(text.chars().filter(|c| is_xml_char(*c)).collect()) }
}

/// The text with at most so many characters; one that is longer ends in "…".
pub(crate) fn cut(text: &str, most: u32) -> Cow<'_, str> {
    let most = most as usize;
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(most.saturating_sub(1)).chain(['…']).collect()),
    }
}

/// A text that names something, printable and with at most so many characters. One that has to change for that ends in a
/// digest, so that two that differ never become the same.
pub(crate) fn key(text: &str, most: u32) -> Cow<'_, str> {
    let shown = printable(text);
    if shown.len() == text.len() && text.chars().nth(most as usize).is_none() {
        return Cow::Borrowed(text);
    }
    let digest = hex(&Sha256::digest(text));
    let kept = (most as usize).saturating_sub(DIGITS + 1);
    Cow::Owned(shown.chars().take(kept).chain(['…']).chain(digest.chars().take(DIGITS)).collect())
}

/// A channel's number as it is stored and looked up.
pub(crate) fn channel_number(text: &str) -> Cow<'_, str> {
    key(text, CHANNEL_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::{cut, key, printable};

    #[test]
    fn a_text_that_is_too_long_says_so_at_its_end() {
        assert_eq!((cut("äöü€", 4).as_ref(), cut("äöü€😀", 4).as_ref()), ("äöü€", "äöü…"));
        assert_eq!(printable("a\0\u{b}b\r\n\u{fffe}😀"), "ab\r\n😀");
    }

    #[test]
    fn keys_that_differ_stay_different() {
        let long = |last: char| "k".repeat(300) + &last.to_string();
        let keys = ["k", "k\0", "k\u{b}", "", "\0", &long('1'), &long('2')].map(|text| key(text, 50).into_owned());
        assert_eq!((keys[0].as_str(), keys[3].as_str()), ("k", ""));
        for (at, one) in keys.iter().enumerate() {
            assert!(one.chars().count() <= 50 && *one == printable(one) && !keys[at + 1..].contains(one), "{keys:?}");
        }
        assert_eq!(key(&long('1'), 50), keys[5], "the same each time");
    }
}
