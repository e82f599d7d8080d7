//! What orders name: tags, shipping providers, dispatch types. The file defines them; Kontor brings some tags of its own.

use super::{Account, Settings};
use crate::domain::MandatorId;

/// A tag that orders can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderTag {
    pub(crate) tag_id: i32,
    /// Compared without case.
    pub(crate) identifier: String,
    /// The file defines it; the others are the same in every installation.
    pub(crate) custom: bool,
    /// The only mandator whose orders can have it; `None`: those of all.
    pub(crate) mandator_id: Option<MandatorId>,
}

/// Tags that every installation has, as the product's manual lists them. `PRIORITY` and `ISPU` are spelled as there, the
/// other words are ours.
const PREDEFINED_TAGS: [&str; 8] =
    ["B2B", "EXTERNAL_INVOICING", "PRIORITY", "ISPU", "ORDER_STATUS_PENDING", "NEXT_DAY_DELIVERY", "SHIPPING_LABEL_ERROR", "WEEE"];

/// Ids below are kept for tags of Kontor.
pub(crate) const FIRST_CUSTOM_TAG: i32 = 100;

impl OrderTag {
    /// The tags that no file has to define.
    pub(crate) fn predefined() -> impl Iterator<Item = OrderTag> {
        let tag =
            |(tag_id, identifier): (i32, &str)| OrderTag { tag_id, identifier: identifier.to_owned(), custom: false, mandator_id: None };
        (1..).zip(PREDEFINED_TAGS).map(tag)
    }

    /// Orders of the mandator can have it.
    pub(crate) fn is_of(&self, mandator_id: MandatorId) -> bool {
        self.mandator_id.is_none_or(|own| own == mandator_id)
    }
}

/// A shipping provider or a dispatch type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShippingWord {
    pub(crate) id: i32,
    /// The ERP's word, compared without case.
    pub(crate) identifier: String,
    /// Another word for it, compared without case.
    pub(crate) external_id: Option<String>,
}

impl ShippingWord {
    fn is_called(&self, word: &str) -> bool {
        is_same(&self.identifier, word) || self.external_id.as_ref().is_some_and(|external_id| is_same(external_id, word))
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The entry that goes by one of two words; the first word decides.
pub(crate) fn shipping_word<'s>(list: &'s [ShippingWord], identifier: Option<&str>, external_id: Option<&str>) -> Option<&'s ShippingWord> {
    [identifier, external_id].into_iter().flatten().find_map(|word| list.iter().find(|entry| entry.is_called(word)))
}

impl Settings {
    /// A tag that orders of the mandator can have.
    pub(crate) fn order_tag(&self, mandator_id: MandatorId, identifier: &str) -> Option<&OrderTag> {
        self.order_tags.iter().find(|tag| tag.is_of(mandator_id) && is_same(&tag.identifier, identifier))
    }

    /// The account's words for shipping providers, by any name that the file gives them.
    pub(crate) fn carrier_at(&self, account: &Account, word: &str) -> ChannelWord {
        channel_word(&self.shipping_carriers, &account.carriers, word)
    }

    /// The same for dispatch types.
    pub(crate) fn dispatch_type_at(&self, account: &Account, word: &str) -> ChannelWord {
        channel_word(&self.dispatch_types, &account.dispatch_types, word)
    }
}

/// How a word of the ERP is said to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChannelWord {
    /// The account's table has it.
    Mapped(String),
    /// Only the list of the installation has it: the channel gets the identifier.
    Listed(String),
    /// Neither has it.
    Unknown,
}

impl ChannelWord {
    /// What the channel gets; `None`: what the ERP said.
    pub(crate) fn word(self) -> Option<String> {
        match self {
            ChannelWord::Mapped(word) | ChannelWord::Listed(word) => Some(word),
            ChannelWord::Unknown => None,
        }
    }
}

fn channel_word(list: &[ShippingWord], own: &std::collections::BTreeMap<String, String>, word: &str) -> ChannelWord {
    let entry = shipping_word(list, Some(word), None);
    let mapped = |word: &str| own.iter().find(|(known, _)| is_same(known, word)).map(|(_, code)| code.clone());
    let by_entry = || entry.and_then(|entry| mapped(&entry.identifier).or_else(|| mapped(entry.external_id.as_deref()?)));
    match (mapped(word).or_else(by_entry), entry) {
        (Some(code), _) => ChannelWord::Mapped(code),
        (None, Some(entry)) => ChannelWord::Listed(entry.identifier.clone()),
        (None, None) => ChannelWord::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{ChannelWord, ShippingWord, channel_word, shipping_word};

    fn dhl() -> ShippingWord {
        ShippingWord { id: 1, identifier: "DHL".into(), external_id: Some("dhl_ext".into()) }
    }

    #[test]
    fn a_provider_is_found_by_either_word_and_without_case() {
        let list = [dhl(), ShippingWord { id: 2, identifier: "UPS".into(), external_id: None }];
        let found = |identifier, external_id| shipping_word(&list, identifier, external_id).map(|entry| entry.id);
        assert_eq!(found(Some("dhl"), None), Some(1));
        assert_eq!(found(None, Some("DHL_EXT ")), Some(1));
        assert_eq!(found(Some("UPS"), Some("dhl_ext")), Some(2), "the identifier counts before the external id");
        assert_eq!(found(Some("GLS"), Some("dhl_ext")), Some(1), "a word that is not listed leaves it to the other one");
        assert_eq!(found(Some("GLS"), None), None);
    }

    #[test]
    fn a_channel_gets_the_word_of_the_account_by_whatever_name_the_erp_said() {
        let own = |key: &str| BTreeMap::from([(key.to_owned(), "dhl-de".to_owned())]);
        for key in ["DHL", "dhl_ext"] {
            for word in ["dhl", "DHL_EXT"] {
                assert_eq!(channel_word(&[dhl()], &own(key), word), ChannelWord::Mapped("dhl-de".into()), "{key}, {word}");
            }
        }
        assert_eq!(channel_word(&[dhl()], &BTreeMap::new(), "dhl_ext"), ChannelWord::Listed("DHL".into()));
        assert_eq!(channel_word(&[], &own("GLS"), "gls"), ChannelWord::Mapped("dhl-de".into()), "no list is needed");
        assert_eq!(channel_word(&[dhl()], &own("DHL"), "GLS"), ChannelWord::Unknown);
    }
}
