//! The family of a variant, as its channel knows it.

use super::Planner;
use crate::connectors::{OfferContent, Sibling};

/// Siblings that a connector gets: enough to find the family, however large it is.
const MOST_SIBLINGS: usize = 250;

impl Planner<'_> {
    /// The content with what finds the family at the channel.
    pub(super) fn in_family(&self, mut content: OfferContent) -> OfferContent {
        let parent = self.known.data.items.get(&self.offer.item_id).and_then(|item| item.variant_parent_id);
        let family = parent.and_then(|parent| self.known.families.get(&parent));
        if let (Some(variant), Some(family)) = (&mut content.variant, family) {
            let others = family.iter().filter(|(item_id, ..)| *item_id != self.offer.item_id);
            let sibling = |(_, sku, number): &(_, String, Option<String>)| Sibling { sku: sku.clone(), external_number: number.clone() };
            variant.siblings = others.map(sibling).take(MOST_SIBLINGS).collect();
        }
        content
    }
}
