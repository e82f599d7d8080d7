//! What an item's platform blocks say about how many pieces an account lists. Pure: it reads the stored document.
//!
//! `specific_item_data/<platform>/account_specific_data/account_specific` holds an `account_id` and `listing_settings`
//! {`primary`, `placing_count`, `refill_count`} (`channel-calls.md` 3 and 16.1).

use serde::Deserialize;

use super::platform::{LIMITS, accounts_of, is_of};
use crate::xml::{Document, Node};

/// The settings of one item in one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListingSettings {
    /// The account is the item's primary one.
    pub primary: bool,
    /// GEM: pieces that shall be on offer.
    pub placing_count: Option<i32>,
    /// AM: at this count the offer is filled up again; 0 never.
    pub refill_count: Option<i32>,
}

/// The one part of the stored item that is looked at.
#[derive(Deserialize)]
struct Blocks {
    specific_item_data: Option<String>,
}

/// The settings for an account in the stored document of an item. What cannot be read counts as not set: the blocks
/// are kept as they came, and a number with a slip must not stop an offer. A block that is printed twice counts once,
/// the first one (the vendor's own sample does that).
pub fn listing_settings(item_data: &str, account_id: i32) -> ListingSettings {
    let blocks = serde_json::from_str::<Blocks>(item_data).ok().and_then(|blocks| blocks.specific_item_data);
    blocks.map(|blocks| in_blocks(&blocks, account_id)).unwrap_or_default()
}

fn in_blocks(blocks: &str, account_id: i32) -> ListingSettings {
    let wrapped = format!("<x>{blocks}</x>");
    let Ok(document) = Document::parse(&wrapped, &LIMITS) else {
        return ListingSettings::default();
    };
    let accounts = document.root().children().flat_map(accounts_of).filter(|account| is_of(*account, account_id));
    let Some(settings) = accounts.filter_map(|account| account.child("listing_settings")).next() else {
        return ListingSettings::default();
    };
    ListingSettings {
        primary: settings.child("primary").is_some_and(|primary| matches!(primary.text().trim(), "1" | "true")),
        placing_count: number(settings, "placing_count").filter(|count| *count >= 0),
        refill_count: number(settings, "refill_count").filter(|count| *count >= 0),
    }
}

fn number(parent: Node<'_>, name: &str) -> Option<i32> {
    parent.child(name).and_then(|child| child.text().trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{ListingSettings, listing_settings};

    fn item(blocks: &str) -> String {
        serde_json::json!({ "text_modules": [], "specific_item_data": blocks }).to_string()
    }

    fn account(id: i32, settings: &str) -> String {
        format!(
            "<account_specific_data><account_specific><account_id>{id}</account_id><title>t</title>{settings}</account_specific></account_specific_data>"
        )
    }

    const SAMPLE: &str =
        "<listing_settings><primary>0</primary><placing_count>15</placing_count><refill_count>5</refill_count></listing_settings>";

    #[test]
    fn the_settings_of_the_account_are_found_in_any_platform_block() {
        let primary = SAMPLE.replace("<primary>0", "<primary>1");
        let blocks = format!(
            "<amazon_listing_item_data>{}</amazon_listing_item_data><shopware6_item_data>{}</shopware6_item_data>",
            account(73706, SAMPLE),
            account(2008522, &primary)
        );
        let expected = |primary| ListingSettings { primary, placing_count: Some(15), refill_count: Some(5) };
        assert_eq!(listing_settings(&item(&blocks), 73706), expected(false));
        assert_eq!(listing_settings(&item(&blocks), 2008522), expected(true));
        assert_eq!(listing_settings(&item(&blocks), 1), ListingSettings::default());
    }

    #[test]
    fn of_a_block_that_is_printed_twice_the_first_counts() {
        let twice = format!("{SAMPLE}{}", SAMPLE.replace("15", "10"));
        let blocks = format!("<amazon_listing_item_data>{}</amazon_listing_item_data>", account(1, &twice));
        assert_eq!(listing_settings(&item(&blocks), 1).placing_count, Some(15));
    }

    #[test]
    fn what_cannot_be_read_is_not_set() {
        let slips = "<listing_settings><primary/><placing_count>many</placing_count><refill_count>-1</refill_count></listing_settings>";
        let blocks = format!("<x_item_data>{}</x_item_data>", account(1, slips));
        for data in [item(&blocks), item("<broken>"), item(""), "{}".to_owned(), "[".to_owned()] {
            assert_eq!(listing_settings(&data, 1), ListingSettings::default(), "{data}");
        }
    }
}
