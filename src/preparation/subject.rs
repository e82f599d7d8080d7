//! An item in an account, with everything that speaks for it: what the rules choose from, and what templates look at.

use super::platform::{self, Platform};
use super::{Frame, Known, Lack};
use crate::domain::AccountId;
use crate::domain::category::Category;
use crate::domain::item::{self, Item, Translation};
use crate::store::categories::CategoryRow;
use crate::store::offers::ItemForOffer;

/// An item in an account, with everything that speaks for it read.
pub(super) struct Subject<'k> {
    pub frame: &'k Frame<'k>,
    pub known: &'k Known,
    pub item: &'k ItemForOffer,
    pub document: Item,
    pub platform: Option<Platform>,
    /// Its item group, then that one's ancestors.
    pub groups: Vec<(&'k CategoryRow, Category)>,
    pub parent: Option<Box<Subject<'k>>>,
}

impl<'k> Subject<'k> {
    pub(crate) fn new(frame: &'k Frame<'k>, known: &'k Known, item: &'k ItemForOffer) -> Result<Subject<'k>, Lack> {
        let mut subject = Subject::alone(frame, known, item)?;
        let parent = item.variant_parent_id.and_then(|id| known.items.get(&id));
        subject.parent = parent.map(|parent| Subject::alone(frame, known, parent).map(Box::new)).transpose()?;
        if let (None, Some(group)) = (item.category_id, parent.and_then(|parent| parent.category_id)) {
            // A variant without a group of its own belongs where its family belongs.
            subject.groups = groups_of(known, Some(group))?;
        }
        Ok(subject)
    }

    fn alone(frame: &'k Frame<'k>, known: &'k Known, item: &'k ItemForOffer) -> Result<Subject<'k>, Lack> {
        let document = item.document().map_err(|_| Lack::Document)?;
        let platform = match document.blocks() {
            Some(xml) => platform::read(xml, frame.account.account_id, &frame.account.language).map_err(|_| Lack::Document)?,
            None => None,
        };
        Ok(Subject { frame, known, item, document, platform, groups: groups_of(known, item.category_id)?, parent: None })
    }

    pub(crate) fn account_id(&self) -> AccountId {
        self.frame.account.account_id
    }

    /// A text module: the item's, else that of the nearest item group.
    pub(crate) fn module(&self, module: i32) -> Option<(&[Translation], Option<&str>)> {
        if let Some(texts) = item::module(&self.document.text_modules, module) {
            return Some((texts, None));
        }
        self.groups
            .iter()
            .find_map(|(group, document)| Some((item::module(&document.text_modules, module)?, Some(group.identifier.as_str()))))
    }
}

/// A group with its ancestors. `updateCategories` refuses cycles; a bound keeps a broken tree from being walked for ever.
fn groups_of(known: &Known, group: Option<i32>) -> Result<Vec<(&CategoryRow, Category)>, Lack> {
    let mut chain = Vec::new();
    let mut at = group.and_then(|id| known.groups.get(&id));
    while let Some(group) = at.filter(|_| chain.len() <= known.groups.len()) {
        chain.push((group, group.document().map_err(|_| Lack::Document)?));
        at = group.parent_id.and_then(|id| known.groups.get(&id));
    }
    Ok(chain)
}
