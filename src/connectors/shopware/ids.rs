//! Numbers of records. The caller chooses them in Shopware, so Kontor derives them from what a record is made for: whatever is sent twice
//! is one record, also after an answer that got lost.

use sha2::{Digest, Sha256};

use crate::domain::hex::hex;

/// Hexadecimal digits of a number.
const DIGITS: usize = 32;

/// The number of a record of this kind; different parts give different numbers.
fn derived(kind: &str, parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    digest.update("kontor ");
    for part in std::iter::once(&kind).chain(parts) {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    let digits = hex(&digest.finalize());
    digits.get(..DIGITS).unwrap_or_default().to_owned()
}

/// Whether the shop can have a record with that number at all.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `attempt`: an article that was renamed since keeps its number, and another one with its old SKU gets the next.
pub(super) fn product(sku: &str, attempt: usize) -> String {
    derived("product", &[sku, &attempt.to_string()])
}

/// The parent of a family.
pub(super) fn family(slug: &str) -> String {
    derived("family", &[slug])
}

pub(super) fn visibility(product: &str, sales_channel: &str) -> String {
    derived("visibility", &[product, sales_channel])
}

pub(super) fn rule_price(product: &str, rule: &str) -> String {
    derived("price", &[product, rule])
}

pub(super) fn group(name: &str) -> String {
    derived("group", &[name])
}

pub(super) fn option(group: &str, name: &str) -> String {
    derived("option", &[group, name])
}

pub(super) fn setting(product: &str, option: &str) -> String {
    derived("setting", &[product, option])
}

pub(super) fn manufacturer(name: &str) -> String {
    derived("manufacturer", &[name])
}

pub(super) fn media(address: &str) -> String {
    derived("media", &[address])
}

pub(super) fn product_media(product: &str, media: &str) -> String {
    derived("product media", &[product, media])
}

#[cfg(test)]
mod tests {
    use super::{is_id, option, product};

    #[test]
    fn a_number_follows_from_what_it_is_for_and_from_nothing_else() {
        assert_eq!(product("A", 1), product("A", 1));
        assert!(is_id(&product("Ä/1 %", 1)));
        assert_ne!(product("A", 1), product("A", 2));
        assert_ne!(product("A", 1), product("a", 1));
        assert_ne!(option("ab", "c"), option("a", "bc"));
        assert!(!is_id("NO-SUCH-ORDER") && !is_id(&"A".repeat(32)) && !is_id(""));
    }
}
