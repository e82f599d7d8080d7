//! One attempt at a call: the tree as it would be with all records that are not refused yet.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::{Branch, Growth, Position, Tree};
use crate::domain::{Failure, FieldName, Patch, code};
use crate::operations::common::ReportAction;

pub(super) struct Draft<'t, B> {
    tree: &'t Tree<B>,
    /// What the records made or changed.
    pub(super) rows: BTreeMap<i32, B>,
    /// Names that the records gave, and names that they gave up.
    names: HashMap<(i32, String), Option<i32>>,
    /// Stored categories with their new names, in the order of the records.
    pub(super) renamed: Vec<(i32, String)>,
    pub(super) created: usize,
}

/// What a good record does.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) action: ReportAction,
    pub(super) id: i32,
    /// It says something about the parent.
    moves: bool,
}

impl<'t, B: Branch> Draft<'t, B> {
    pub(super) fn of(tree: &'t Tree<B>) -> Draft<'t, B> {
        Draft { tree, rows: BTreeMap::new(), names: HashMap::new(), renamed: Vec::new(), created: 0 }
    }

    fn row(&self, id: i32) -> Option<&B> {
        self.rows.get(&id).or_else(|| self.tree.known.get(&id))
    }

    fn named(&self, owner: i32, name: &str) -> Option<i32> {
        let key = (owner, name.to_owned());
        self.names.get(&key).copied().unwrap_or_else(|| self.tree.names.get(&key).copied())
    }

    /// Finds or makes the category of each record, and applies all but its parent. A refused record changes nothing.
    pub(super) fn take<G: Growth<Branch = B>>(&mut self, records: &mut [Result<G, Failure>]) -> Vec<Option<Step>> {
        let mut steps = Vec::with_capacity(records.len());
        for record in records {
            let step = record.as_ref().ok().map(|good| self.take_one(good));
            steps.push(match step {
                Some(Ok(step)) => Some(step),
                Some(Err(failure)) => {
                    *record = Err(failure);
                    None
                }
                None => None,
            });
        }
        steps
    }

    fn take_one<G: Growth<Branch = B>>(&mut self, record: &G) -> Result<Step, Failure> {
        let Position { owner, by_id, id, external_id, .. } = record.position();
        let found = if by_id {
            let id = id.ok_or_else(|| Failure::missing(B::ID))?;
            let row = self.row(id).filter(|row| row.owner() == owner);
            Some(row.ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName(B::ID), &id]))?)
        } else {
            let name = external_id.ok_or_else(|| Failure::missing("external_id"))?;
            self.named(owner, name).and_then(|id| self.row(id))
        };
        let action = if found.is_some() { ReportAction::Update } else { ReportAction::Insert };
        let old_name = found.and_then(B::external_id).map(str::to_owned);
        let new_id = self.tree.free_id.saturating_add(i32::try_from(self.created).unwrap_or(i32::MAX));
        let mut row = found.map_or_else(|| record.insert(new_id), |row| Ok(row.clone()))?;
        let id = row.id();
        if let Some(name) = external_id
            && self.named(owner, name).is_some_and(|holder| holder != id)
        {
            return Err(Failure::quoting(code::TAKEN, [&(FieldName("external_id"), name)]).within("external_id"));
        }
        record.change(&mut row)?;
        if let Some(name) = external_id.filter(|name| old_name.as_deref() != Some(*name)) {
            row.set_external_id(name);
            if let Some(old_name) = old_name {
                self.names.insert((owner, old_name), None);
            }
            self.names.insert((owner, name.to_owned()), Some(id));
            if self.tree.known.contains_key(&id) {
                self.renamed.push((id, name.to_owned()));
            }
        }
        self.created += usize::from(action == ReportAction::Insert);
        self.rows.insert(id, row);
        Ok(Step { action, id, moves: false })
    }

    /// Gives the categories their parents; returns the refused records. If a record is refused, so are those that name
    /// its category as their parent, unless that is known without it.
    pub(super) fn set_parents<G: Growth<Branch = B>>(
        &mut self,
        records: &[Result<G, Failure>],
        steps: &mut [Option<Step>],
    ) -> BTreeMap<usize, Failure> {
        let mut refused = BTreeMap::new();
        let mut givers: HashMap<(i32, &str), usize> = HashMap::new();
        let mut children: HashMap<(i32, &str), Vec<usize>> = HashMap::new();
        for (index, (record, step)) in records.iter().zip(steps.iter_mut()).enumerate() {
            let (Ok(record), Some(step)) = (record, step) else { continue };
            let position = record.position();
            if let Some(name) = position.external_id {
                *givers.entry((position.owner, name)).or_default() += 1;
            }
            match self.parent_of(&position) {
                Ok(Patch::Keep) => {}
                Ok(parent) => {
                    step.moves = true;
                    if let (Patch::Keep | Patch::Clear, Patch::Set(name)) = (position.parent_id, position.external_parent_id) {
                        children.entry((position.owner, name)).or_default().push(index);
                    }
                    if let Some(row) = self.rows.get_mut(&step.id) {
                        row.set_parent_id(parent.as_ref().copied());
                    }
                }
                Err(failure) => {
                    refused.insert(index, failure);
                }
            }
        }
        let mut lost: Vec<usize> = refused.keys().copied().collect();
        while let Some(record) = lost.pop().and_then(|index| records.get(index)?.as_ref().ok()) {
            let Position { owner, external_id: Some(name), .. } = record.position() else { continue };
            let left = givers.get_mut(&(owner, name)).map_or(0, |left| {
                *left = left.saturating_sub(1);
                *left
            });
            if left > 0 || self.tree.names.contains_key(&(owner, name.to_owned())) {
                continue;
            }
            for child in children.remove(&(owner, name)).unwrap_or_default() {
                if let Entry::Vacant(free) = refused.entry(child) {
                    free.insert(B::unknown(name, owner).within("external_parent_id"));
                    lost.push(child);
                }
            }
        }
        refused
    }

    fn parent_of(&self, position: &Position<'_>) -> Result<Patch<i32>, Failure> {
        let owner = position.owner;
        match (position.parent_id, position.external_parent_id) {
            (Patch::Set(id), _) => match self.row(*id) {
                Some(row) if row.owner() == owner => Ok(Patch::Set(*id)),
                _ => Err(B::unknown(&id.to_string(), owner).within("parent_id")),
            },
            (_, Patch::Set(name)) => match self.named(owner, name) {
                Some(id) => Ok(Patch::Set(id)),
                None => Err(B::unknown(name, owner).within("external_parent_id")),
            },
            (Patch::Keep, Patch::Keep) => Ok(Patch::Keep),
            _ => Ok(Patch::Clear),
        }
    }

    /// Refuses one record of each circle of parents: the first that moves a category of the circle. What merely hangs on
    /// a circle is not blamed.
    pub(super) fn circles<G: Growth<Branch = B>>(
        &self,
        records: &[Result<G, Failure>],
        steps: &[Option<Step>],
    ) -> BTreeMap<usize, Failure> {
        // Of several records about a category the last one decides.
        let mut movers: HashMap<i32, usize> = HashMap::new();
        for (index, step) in steps.iter().enumerate() {
            movers.extend(step.filter(|step| step.moves).map(|step| (step.id, index)));
        }
        movers.retain(|id, _| self.row(*id).map(B::parent_id) != self.tree.known.get(id).map(B::parent_id));
        let mut starts: Vec<(usize, i32)> = movers.iter().map(|(id, index)| (*index, *id)).collect();
        starts.sort_unstable();
        let mut closing = BTreeMap::new();
        // The walk that came to a category first.
        let mut walked: HashMap<i32, usize> = HashMap::new();
        for (walk, start) in starts {
            let mut path = Vec::new();
            let mut at = Some(start);
            while let Some(id) = at {
                if let Some(before) = walked.get(&id) {
                    if *before == walk {
                        let circle = path.iter().skip_while(|passed| **passed != id);
                        let blamed = circle.filter_map(|id| Some((*movers.get(id)?, *id))).min();
                        closing.extend(blamed.and_then(|(index, id)| Some((index, self.cycle(records.get(index)?.as_ref().ok()?, id)))));
                    }
                    break;
                }
                walked.insert(id, walk);
                path.push(id);
                at = self.row(id).and_then(B::parent_id);
            }
        }
        closing
    }

    fn cycle<G: Growth<Branch = B>>(&self, record: &G, id: i32) -> Failure {
        let field = if matches!(record.position().parent_id, Patch::Set(_)) { "parent_id" } else { "external_parent_id" };
        Failure::new(code::CYCLE, [self.row(id).map_or("", B::identifier)]).within(field)
    }
}
