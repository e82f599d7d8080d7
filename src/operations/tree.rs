//! The trees of categories: the merchant's item groups, and the categories of accounts. A call sends a whole tree in any
//! order: parents are looked for among the stored categories and all records of the call.
//!
//! A refused record counts as not sent. What it did may have been the ground of other records (it made their parent, or
//! gave up the name that they take), so after a refusal the rest is worked out again from the stored tree.

mod draft;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::draft::Draft;
use super::common::ReportAction;
use crate::domain::{Failure, Patch};

/// How often a call is worked out again after refusals. Each time refuses whole branches; only a call that was built to
/// take long needs more, and then everything that is left is refused.
const MOST_ROUNDS: usize = 20;

/// A category, as it is stored.
pub(crate) trait Branch: Clone {
    /// The field with Kontor's number of a category.
    const ID: &'static str;

    fn id(&self) -> i32;
    /// Whose tree it belongs to: a mandator or an account.
    fn owner(&self) -> i32;
    fn identifier(&self) -> &str;
    /// The number that the ERP or the channel gave it, unique in its tree.
    fn external_id(&self) -> Option<&str>;
    fn parent_id(&self) -> Option<i32>;
    fn set_external_id(&mut self, external_id: &str);
    fn set_parent_id(&mut self, parent_id: Option<i32>);
    /// Refuses a category that the tree does not have.
    fn unknown(name: &str, owner: i32) -> Failure;
}

/// What a record says about keys and parent.
pub(crate) struct Position<'r> {
    pub(crate) owner: i32,
    /// The significant key is Kontor's number; otherwise it is the external one.
    pub(crate) by_id: bool,
    pub(crate) id: Option<i32>,
    pub(crate) external_id: Option<&'r str>,
    /// Wins over the external one.
    pub(crate) parent_id: &'r Patch<i32>,
    pub(crate) external_parent_id: &'r Patch<String>,
}

/// A record about a category.
pub(crate) trait Growth {
    type Branch: Branch;

    fn position(&self) -> Position<'_>;
    /// A new category with this number. [`Growth::change`] completes it.
    fn insert(&self, id: i32) -> Result<Self::Branch, Failure>;
    /// Applies what the record says beside keys and parent.
    fn change(&self, branch: &mut Self::Branch) -> Result<(), Failure>;
}

/// The stored trees that a call is about.
pub(crate) struct Tree<B> {
    known: BTreeMap<i32, B>,
    /// By owner and external number.
    names: HashMap<(i32, String), i32>,
    /// The number of the next new category.
    free_id: i32,
}

/// The trees after the call.
pub(crate) struct Grown<B> {
    /// What became of each record: what was done, and the number of its category.
    pub(crate) outcomes: Vec<Result<(ReportAction, i32), Failure>>,
    /// How many categories are new; they have the next numbers.
    pub(crate) created: usize,
    /// Categories whose old external number now belongs to another one, with their new number. They must be stored
    /// first and in this order, because the numbers are unique in the database.
    pub(crate) renamed: Vec<(i32, String)>,
    before: BTreeMap<i32, B>,
    /// The categories of good records.
    rows: BTreeMap<i32, B>,
}

impl<B: Branch> Tree<B> {
    pub(crate) fn new(known: impl IntoIterator<Item = B>, free_id: i32) -> Tree<B> {
        let known: BTreeMap<i32, B> = known.into_iter().map(|row| (row.id(), row)).collect();
        let named = known.values().filter_map(|row| Some(((row.owner(), row.external_id()?.to_owned()), row.id())));
        Tree { names: named.collect(), known, free_id }
    }

    /// Works out a call. A record that was refused before comes as its refusal, so that the outcomes are complete.
    pub(crate) fn grow<G: Growth<Branch = B>>(self, mut records: Vec<Result<G, Failure>>) -> Grown<B> {
        let mut last = None;
        for _ in 0..MOST_ROUNDS {
            let mut draft = Draft::of(&self);
            let mut steps = draft.take(&mut records);
            let mut refused = draft.set_parents(&records, &mut steps);
            if refused.is_empty() {
                refused = draft.circles(&records, &steps);
            }
            if refused.is_empty() {
                let outcomes = records.into_iter().zip(steps).filter_map(|(record, step)| match record {
                    Ok(_) => step.map(|step| Ok((step.action, step.id))),
                    Err(failure) => Some(Err(failure)),
                });
                let outcomes = outcomes.collect();
                let (rows, renamed, created) = (draft.rows, draft.renamed, draft.created);
                let renamed = self.blocking(&rows, renamed);
                return Grown { outcomes, created, renamed, rows, before: self.known };
            }
            for (index, failure) in refused {
                last = Some(failure.clone());
                if let Some(record) = records.get_mut(index) {
                    *record = Err(failure);
                }
            }
        }
        let rest = |record: Result<G, Failure>| record.err().or_else(|| last.clone()).map(Err);
        Grown {
            outcomes: records.into_iter().filter_map(rest).collect(),
            created: 0,
            renamed: Vec::new(),
            rows: BTreeMap::new(),
            before: self.known,
        }
    }

    /// The renamed categories whose stored name another category has now.
    fn blocking(&self, rows: &BTreeMap<i32, B>, renamed: Vec<(i32, String)>) -> Vec<(i32, String)> {
        let taken: BTreeSet<(i32, &str)> = rows.values().filter_map(|row| Some((row.owner(), row.external_id()?))).collect();
        let blocks = |id: &i32| self.known.get(id).and_then(|row| Some((row.owner(), row.external_id()?)));
        renamed.into_iter().filter(|(id, _)| blocks(id).is_some_and(|name| taken.contains(&name))).collect()
    }
}

impl<B: Branch> Grown<B> {
    /// A category of a good record, as it is now.
    pub(crate) fn row(&self, id: i32) -> Option<&B> {
        self.rows.get(&id)
    }

    /// A category as it was before the call.
    pub(crate) fn before(&self, id: i32) -> Option<&B> {
        self.before.get(&id)
    }

    /// The categories of good records.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &B> {
        self.rows.values()
    }

    fn parent_of(&self, id: i32) -> Option<i32> {
        self.rows.get(&id).or_else(|| self.before.get(&id)).and_then(B::parent_id)
    }

    /// The categories to store. The database wants parents before their children.
    pub(crate) fn parents_first(&self) -> Vec<B> {
        let mut depths: HashMap<i32, usize> = HashMap::new();
        for id in self.rows.keys() {
            let mut path = Vec::new();
            let mut at = Some(*id);
            while let Some(id) = at.filter(|id| !depths.contains_key(id)) {
                path.push(id);
                at = self.parent_of(id);
            }
            let mut depth = at.and_then(|id| depths.get(&id).copied()).unwrap_or_default();
            for id in path.into_iter().rev() {
                depth += 1;
                depths.insert(id, depth);
            }
        }
        let mut rows: Vec<&B> = self.rows.values().collect();
        rows.sort_by_key(|row| depths.get(&row.id()).copied());
        rows.into_iter().cloned().collect()
    }

    /// Categories that no record is about, whose parent has another external number now: their records show it.
    pub(crate) fn below_renamed(&self) -> Vec<i32> {
        let renamed = |id: i32| {
            let (before, now) = (self.before.get(&id), self.rows.get(&id));
            before.zip(now).is_some_and(|(before, now)| before.external_id() != now.external_id())
        };
        let below = self.before.values().filter(|row| !self.rows.contains_key(&row.id()) && row.parent_id().is_some_and(renamed));
        below.map(B::id).collect()
    }

    /// These categories with everything below them.
    pub(crate) fn with_all_below(&self, ids: impl IntoIterator<Item = i32>) -> Vec<i32> {
        let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
        let all: BTreeSet<i32> = self.before.keys().chain(self.rows.keys()).copied().collect();
        for id in all {
            if let Some(parent) = self.parent_of(id) {
                children.entry(parent).or_default().push(id);
            }
        }
        let mut found: BTreeSet<i32> = ids.into_iter().collect();
        let mut open: Vec<i32> = found.iter().copied().collect();
        while let Some(id) = open.pop() {
            open.extend(children.remove(&id).unwrap_or_default().into_iter().filter(|child| found.insert(*child)));
        }
        found.into_iter().collect()
    }
}
