//! Names of platform families: in the names of elements (`ottomarket_order`), and in the configuration ("OTTO Market").

/// Names of one platform. Renamed platforms keep their old elements (`channel-calls.md` 0), and OTTO Market has two
/// (`order-calls.md` 6.1).
const ALIASES: [&[&str]; 2] = [&["ottomarket", "otto"], &["kaufland", "real", "hitmeister"]];

/// Letters and digits up to the first dot, in lower case: `eBay.de` is a site of `ebay`.
fn plain(name: &str) -> String {
    let family = name.split('.').next().unwrap_or_default();
    family.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two names mean the same platform.
pub(crate) fn same_platform(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    let known = |names: &&&[&str]| names.contains(&one.as_str());
    !one.is_empty() && (one == other || ALIASES.iter().find(known).is_some_and(|names| names.contains(&other.as_str())))
}

#[cfg(test)]
mod tests {
    use super::same_platform;

    #[test]
    fn a_platform_is_known_by_each_of_its_names_and_only_by_them() {
        for (one, other, same) in [
            ("ottomarket", "OTTO Market", true),
            ("otto", "OTTO Market", true),
            ("ebay", "eBay.de", true),
            ("real", "Kaufland.de", true),
            ("hitmeister", "real.de", true),
            ("shopware6", "Shopware 6", true),
            ("shopware", "Shopware 6", false),
            ("otto", "Ottobock", false),
            ("amazon", "eBay", false),
            ("", "", false),
            ("...", "...", false),
        ] {
            assert_eq!((same_platform(one, other), same_platform(other, one)), (same, same), "{one} and {other}");
        }
    }
}
