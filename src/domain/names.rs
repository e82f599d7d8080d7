//! Names on the two faces: `snake_case` ↔ `lowerCamelCase`, and the table of short names.

use std::borrow::Cow;

/// Names that would be longer in ABAP, which puts an underscore before each capital, than its 30 characters (rule W8).
pub const SHORT_NAMES: &[(&str, &str)] = &[
    ("external_delivery_charge_category_id", "extDeliveryChargeCatId"),
    ("use_modification_context_filter", "modificationContextFilter"),
    ("shopware_attribute_set_identifier", "shopwareSetIdentifier"),
];

/// The typed face's element name for a compat name.
pub(crate) fn typed_name(snake: &str) -> Cow<'_, str> {
    if let Some((_, short)) = SHORT_NAMES.iter().find(|(long, _)| *long == snake) {
        return Cow::Borrowed(*short);
    }
    if !snake.contains('_') {
        return Cow::Borrowed(snake);
    }
    let mut camel = String::with_capacity(snake.len());
    let mut upper = false;
    for c in snake.chars() {
        if c == '_' {
            upper = true;
        } else if upper {
            camel.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            camel.push(c);
        }
    }
    Cow::Owned(camel)
}

/// The longest compat name whose typed name only differs in its capitals.
const LONGEST_PLAIN: usize = 30;

/// Bytes of the typed name of a compat name, while compiling; 0 for a long one, which may have a short name.
pub(crate) const fn camel_len(snake: &str) -> usize {
    if snake.len() > LONGEST_PLAIN {
        return 0;
    }
    let (mut bytes, mut len) = (snake.as_bytes(), 0);
    while let Some((byte, rest)) = bytes.split_first() {
        if *byte != b'_' {
            len += 1;
        }
        bytes = rest;
    }
    len
}

/// The same name as [`typed_name`], while compiling.
pub(crate) const fn camel<const LEN: usize>(snake: &str) -> [u8; LEN] {
    let mut camel = [0; LEN];
    let (mut bytes, mut out, mut upper) = (snake.as_bytes(), camel.as_mut_slice(), false);
    while let Some((byte, rest)) = bytes.split_first() {
        bytes = rest;
        if *byte == b'_' {
            upper = true;
            continue;
        }
        let Some((slot, behind)) = out.split_first_mut() else { break };
        *slot = if upper { byte.to_ascii_uppercase() } else { *byte };
        (out, upper) = (behind, false);
    }
    camel
}

/// Whether an element of this name is meant: without regard to case and underscores, so that both spellings (and
/// clients that change the first letter) are understood; the short name too.
pub fn same_name(wire: &str, snake: &str) -> bool {
    if wire == snake {
        return true;
    }
    if is_another(wire, snake) {
        return false;
    }
    let mut a = wire.bytes().filter(|b| *b != b'_').map(|b| b.to_ascii_lowercase());
    let mut b = snake.bytes().filter(|b| *b != b'_').map(|b| b.to_ascii_lowercase());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == y => {}
            _ => break,
        }
    }
    snake.len() > 30 && SHORT_NAMES.iter().any(|(long, short)| *long == snake && wire.eq_ignore_ascii_case(short))
}

/// Seen by the first letters, as most are. Long names have short ones that begin with other letters.
fn is_another(wire: &str, snake: &str) -> bool {
    let (Some(one), Some(other)) = (wire.bytes().next(), snake.bytes().next()) else { return false };
    snake.len() <= 30 && one != b'_' && other != b'_' && !one.eq_ignore_ascii_case(&other)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_PLAIN, SHORT_NAMES, camel, camel_len, same_name, typed_name};

    #[test]
    fn both_spellings_mean_the_same() {
        for (wire, snake) in [
            ("internal_item_number", "internal_item_number"),
            ("internalItemNumber", "internal_item_number"),
            ("externalOrderNumber1", "external_order_number_1"),
            ("Bulletpoint1", "bulletpoint1"),
            ("extDeliveryChargeCatId", "external_delivery_charge_category_id"),
            ("useModificationContextFilter", "use_modification_context_filter"),
            ("modificationContextFilter", "use_modification_context_filter"),
            ("_item_id", "item_id"),
            ("ItemId", "item_id"),
        ] {
            assert!(same_name(wire, snake), "{wire} = {snake}");
        }
        assert!(!same_name("item_id", "item_ids"));
        assert!(!same_name("identifier", "item_identifier"));
    }

    #[test]
    fn typed_names_are_camel_case_or_short() {
        assert_eq!(typed_name("external_order_number_1"), "externalOrderNumber1");
        const CAMEL: [u8; camel_len("external_order_number_1")] = camel("external_order_number_1");
        assert_eq!(CAMEL, *b"externalOrderNumber1");
        assert!(SHORT_NAMES.iter().all(|(long, _)| camel_len(long) == 0), "{LONGEST_PLAIN} is too much");
        for (long, short) in SHORT_NAMES {
            assert_eq!(typed_name(long), *short);
            assert!(short.len() <= 30);
        }
    }
}
