//! The catalogue of electronic parts: assemblies, which are the nodes of its tree, and bills of material.

use serde::{Deserialize, Serialize};

use super::document::{Part, Scalar, Shown};
use super::item::Translation;
use super::set::Components;
use super::{Bundle, ItemId};

crate::document! {
    ($)
    /// An assembly.
    EpaAssembly, EpaAssemblyUpdate, epa_assembly_fields {
        parent_id: Option<i32>,
        sort: Option<i32>,
        image_url: Option<String>,
        translations: Vec<Translation>,
    }
}

/// A component of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BomComponent {
    /// In an update: the article leaves the bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delete: Option<bool>,
    /// The position in the drawing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<String>,
    /// Known once it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item_id: Option<ItemId>,
    /// Only on the wire: the number of today.
    #[serde(skip)]
    pub(crate) internal_item_number: Option<String>,
    /// Pieces of it in one piece of the whole. Known once it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quantity: Option<i32>,
}

/// By article.
impl Part for Vec<BomComponent> {
    type Update = Bundle<BomComponent>;

    fn take(&mut self, newer: Bundle<BomComponent>) {
        if newer.replace {
            self.clear();
        }
        for mut entry in newer.entries {
            entry.internal_item_number = None;
            if entry.delete.take() == Some(true) {
                self.retain(|kept| kept.item_id != entry.item_id);
                continue;
            }
            let kept = self.iter_mut().find(|kept| kept.item_id == entry.item_id);
            let before = kept.as_deref().cloned().unwrap_or_default();
            entry.position = entry.position.or(before.position);
            entry.quantity = entry.quantity.or(before.quantity).or(Some(1));
            match kept {
                Some(kept) => *kept = entry,
                None => self.push(entry),
            }
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Scalar for ItemId {
    fn shown(&self) -> Option<Shown<'_>> {
        None
    }
}

crate::document! {
    ($)
    /// A bill of material.
    EpaBom, EpaBomUpdate, epa_bom_fields {
        epa_assembly_id: Option<i32>,
        /// The article that is made of the components: a set.
        item_id: Option<ItemId>,
        components: Vec<BomComponent>,
    }
}

impl EpaBom {
    /// What one piece of the article is composed of.
    pub(crate) fn composition(&self) -> Components {
        self.components.iter().filter_map(|component| Some((component.item_id?, component.quantity?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(item_id: i32, quantity: i32) -> BomComponent {
        BomComponent { item_id: Some(ItemId(item_id)), quantity: Some(quantity), ..BomComponent::default() }
    }

    #[test]
    fn components_are_merged_by_article() {
        let mut bom = EpaBom::default();
        let update = |replace, entries: Vec<BomComponent>| EpaBomUpdate { components: Bundle { entries, replace }, ..Default::default() };
        bom.merge(update(false, vec![component(1, 2), component(2, 1)]));
        bom.merge(update(false, vec![BomComponent { quantity: None, ..component(1, 0) }]));
        assert_eq!(bom.composition(), [(ItemId(1), 2), (ItemId(2), 1)], "what is omitted stays");
        bom.merge(update(false, vec![component(1, 3), BomComponent { delete: Some(true), ..component(2, 1) }, component(4, 1)]));
        assert_eq!(bom.composition(), [(ItemId(1), 3), (ItemId(4), 1)]);
        bom.merge(update(true, vec![BomComponent { quantity: None, ..component(5, 0) }]));
        assert_eq!(bom.composition(), [(ItemId(5), 1)]);
        let json = serde_json::to_string(&bom).unwrap();
        assert_eq!(serde_json::from_str::<EpaBom>(&json).unwrap(), bom);
    }
}
