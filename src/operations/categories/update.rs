//! `updateCategories`: a whole tree in one call, in any order. Parents are looked for among all groups of the request.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{CategoryKey, CategoryKeys, CategoryRecord};
use crate::domain::category::Category;
use crate::domain::{Failure, FieldName, code};
use crate::operations::common::ReportAction;
use crate::operations::items::pictures::take_pictures;
use crate::operations::module_types::TextLimits;
use crate::operations::wire::{Patch, Records};
use crate::operations::{Work, WriteOperation};
use crate::store::categories::{self as store, CategoryRow};
use crate::store::items::{ImageContent, in_groups, keep_image};
use crate::store::outbox::{self, Topic};
use crate::store::{Stored, free_id, next_ids};
use crate::{reports, write_request};

write_request! {
    /// Item groups to create or update.
    UpdateCategoriesRequest {
        /// The groups, in any order.
        categories: Records<CategoryRecord> [flat("category")],
    }
}

reports! { UpdateCategoriesResult, CategoryReport, category: CategoryKeys }

pub struct UpdateCategories;

impl WriteOperation for UpdateCategories {
    const NAME: &'static str = "updateCategories";
    const DOC: &'static str = "Creates and updates item groups. One report per group, in the order of the request.";
    type Request = UpdateCategoriesRequest;
    type Result = UpdateCategoriesResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateCategoriesRequest) -> Result<UpdateCategoriesResult, Failure> {
        let records: Vec<&CategoryRecord> = request.categories.list.iter().filter_map(|record| record.content.as_deref().ok()).collect();
        let mut tree = Tree::read(work, &records)?;
        let mut outcomes = tree.take(work, &records)?.into_iter();
        next_ids(work.tx, "category", tree.created)?;
        let changed = tree.changed();
        let reports = work.each(
            request.categories,
            |record| record.mandator_id,
            |_, record| match outcomes.next() {
                Some(Ok((action, keys))) => Ok((Some(action), keys)),
                Some(Err(failure)) => {
                    Err((failure, Some(CategoryKeys { category_id: record.category_id, external_id: record.external_id })))
                }
                None => Err((Failure::new(code::INTERNAL, ["a group was not worked on"]), None)),
            },
        )?;
        for image in &tree.images {
            keep_image(work.tx, image)?;
        }
        store::save(work.tx, &changed)?;
        // Their articles show what they inherit.
        let items = in_groups(&mut work.tx.conn, &tree.shown_otherwise())?;
        let accounts = outbox::mark_items(work.tx, &items, &[Topic::Content])?;
        work.concerns(accounts);
        Ok(UpdateCategoriesResult::of(reports))
    }
}

/// The groups of the mandators concerned, as they will be.
struct Tree {
    rows: BTreeMap<i32, CategoryRow>,
    by_external: HashMap<(i32, String), i32>,
    next_id: i32,
    created: usize,
    touched: Vec<i32>,
    images: Vec<ImageContent>,
    limits: TextLimits,
    /// Groups whose texts, pictures, parent or mapping are other ones than before.
    altered: Vec<i32>,
}

/// What became of a record.
type Outcome = Result<(ReportAction, CategoryKeys), Failure>;

/// A record with the group it is about.
struct Step<'r> {
    record: &'r CategoryRecord,
    action: ReportAction,
    row: CategoryRow,
    /// Its texts or pictures are other ones than before.
    shows_otherwise: bool,
}

impl Tree {
    fn read(work: &mut Work<'_, '_>, records: &[&CategoryRecord]) -> Result<Tree, Failure> {
        let mut mandators: Vec<i32> = records.iter().map(|record| record.mandator_id).collect();
        mandators.sort_unstable();
        mandators.dedup();
        let mut tree = Tree {
            rows: BTreeMap::new(),
            by_external: HashMap::new(),
            next_id: 0,
            created: 0,
            touched: Vec::new(),
            images: Vec::new(),
            limits: TextLimits::default(),
            altered: Vec::new(),
        };
        tree.limits = TextLimits::read(&mut work.tx.conn, mandators.iter().copied())?;
        for mandator_id in mandators {
            for row in store::of_mandator(&mut work.tx.conn, mandator_id)? {
                tree.put(row);
            }
        }
        tree.next_id = free_id(work.tx, "category")?;
        Ok(tree)
    }

    fn put(&mut self, row: CategoryRow) {
        if let Some(external) = &row.external_id {
            self.by_external.insert((row.mandator_id, external.clone()), row.category_id);
        }
        self.rows.insert(row.category_id, row);
    }

    /// First all groups are found or made, then parents are set: so a child may stand before its parent.
    fn take(&mut self, work: &Work<'_, '_>, records: &[&CategoryRecord]) -> Result<Vec<Outcome>, Failure> {
        let before = self.rows.clone();
        let mut steps = Vec::with_capacity(records.len());
        for record in records {
            let step = self.step(work, record);
            if let Ok(step) = &step {
                self.put(step.row.clone());
            }
            steps.push(step);
        }
        // A group that cannot be kept takes those down that hang on it; so again until nothing changes.
        loop {
            let mut failed = false;
            for step in &mut steps {
                let Ok(good) = step else { continue };
                match self.parent_of(good) {
                    Ok(parent) => {
                        if let Some(row) = self.rows.get_mut(&good.row.category_id) {
                            row.parent_id = parent;
                        }
                    }
                    Err(failure) => {
                        self.undo(&before, &good.row);
                        *step = Err(failure);
                        failed = true;
                    }
                }
            }
            if failed {
                continue;
            }
            let closing = self.closing_circles(steps.iter().filter_map(|step| step.as_ref().ok()).map(|good| good.row.category_id));
            for step in &mut steps {
                let Ok(good) = step else { continue };
                if closing.contains(&good.row.category_id) {
                    let failure = Failure::new(code::CYCLE, [&good.row.identifier]).within("external_parent_id");
                    self.undo(&before, &good.row);
                    *step = Err(failure);
                    failed = true;
                }
            }
            if !failed {
                break;
            }
        }
        for good in steps.iter().flatten() {
            let place = |row: &CategoryRow| (row.parent_id, row.external_id.clone());
            let id = good.row.category_id;
            if good.shows_otherwise || before.get(&id).map(place) != self.rows.get(&id).map(place) {
                self.altered.push(id);
            }
        }
        Ok(steps
            .into_iter()
            .map(|step| {
                step.map(|good| {
                    self.touched.push(good.row.category_id);
                    (good.action, CategoryKeys { category_id: Some(good.row.category_id), external_id: good.row.external_id })
                })
            })
            .collect())
    }

    fn undo(&mut self, before: &BTreeMap<i32, CategoryRow>, row: &CategoryRow) {
        match before.get(&row.category_id) {
            Some(old) => {
                self.rows.insert(old.category_id, old.clone());
            }
            None => {
                self.rows.remove(&row.category_id);
                if let Some(external) = &row.external_id {
                    self.by_external.remove(&(row.mandator_id, external.clone()));
                }
            }
        }
    }

    fn step<'r>(&mut self, work: &Work<'_, '_>, record: &'r CategoryRecord) -> Result<Step<'r>, Failure> {
        work.mandator(record.mandator_id)?;
        self.limits.check(record.mandator_id, &record.text_modules)?;
        let found = match record.significant_key.unwrap_or_default() {
            CategoryKey::External => {
                let external = record.external_id.as_ref().ok_or_else(|| Failure::missing("external_id"))?;
                self.by_external.get(&(record.mandator_id, external.clone())).and_then(|id| self.rows.get(id))
            }
            CategoryKey::Id => {
                let id = record.category_id.ok_or_else(|| Failure::missing("category_id"))?;
                let row = self.rows.get(&id).filter(|row| row.mandator_id == record.mandator_id);
                Some(row.ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName("category_id"), &id]))?)
            }
        };
        let (action, mut row, mut document) = match found {
            Some(row) => (ReportAction::Update, row.clone(), row.document()?),
            None => {
                let identifier = record.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?;
                let category_id = self.next_id;
                self.next_id = self.next_id.saturating_add(1);
                self.created += 1;
                let row = CategoryRow {
                    category_id,
                    mandator_id: record.mandator_id,
                    identifier,
                    external_id: None,
                    parent_id: None,
                    created_at: work.tx.stamp.0,
                    created_by: record.created_by.clone().unwrap_or_else(|| work.user.name.clone()),
                    last_changed: 0,
                    last_changed_by: String::new(),
                    data: Stored::default(),
                };
                (ReportAction::Insert, row, Category::default())
            }
        };
        if let Some(external) = &record.external_id {
            let owner = self.by_external.get(&(record.mandator_id, external.clone()));
            if owner.is_some_and(|owner| *owner != row.category_id) {
                return Err(Failure::quoting(code::REPEATED, [&(FieldName("external_id"), external.as_str())]).within("external_id"));
            }
            row.external_id = Some(external.clone());
        }
        if let Some(identifier) = &record.identifier {
            row.identifier.clone_from(identifier);
        }
        row.last_changed = work.tx.stamp.0;
        row.last_changed_by.clone_from(&work.user.name);
        let before = document.clone();
        let mut update = record.clone();
        self.images.extend(take_pictures(&mut update.image_modules));
        document.merge(update.update());
        row.data = Stored::of(&document)?;
        Ok(Step { record, action, row, shows_otherwise: action == ReportAction::Insert || document != before })
    }

    fn parent_of(&self, step: &Step<'_>) -> Result<Option<i32>, Failure> {
        let record = step.record;
        let unknown = |name: &str| Failure::new(code::UNKNOWN_CATEGORY, [name, &record.mandator_id.to_string()]);
        match (&record.parent_id, &record.external_parent_id) {
            (Patch::Set(id), _) => match self.rows.get(id) {
                Some(row) if row.mandator_id == record.mandator_id => Ok(Some(*id)),
                _ => Err(unknown(&id.to_string()).within("parent_id")),
            },
            (_, Patch::Set(external)) => {
                let id = self.by_external.get(&(record.mandator_id, external.clone()));
                id.map(|id| Some(*id)).ok_or_else(|| unknown(external).within("external_parent_id"))
            }
            (Patch::Keep, Patch::Keep) => Ok(step.row.parent_id),
            _ => Ok(None),
        }
    }

    /// Of each circle of parents the group that the request names first. What merely hangs on a circle is not blamed.
    fn closing_circles(&self, asked: impl Iterator<Item = i32>) -> BTreeSet<i32> {
        let asked: Vec<i32> = asked.collect();
        let mut places: HashMap<i32, usize> = HashMap::new();
        asked.iter().enumerate().for_each(|(place, id)| {
            places.entry(*id).or_insert(place);
        });
        // The walk that came to a group first.
        let mut walked: HashMap<i32, usize> = HashMap::new();
        let mut closing = BTreeSet::new();
        for (walk, start) in asked.iter().enumerate() {
            let mut path = Vec::new();
            let mut at = Some(*start);
            while let Some(id) = at {
                if let Some(before) = walked.get(&id) {
                    if *before == walk {
                        let circle = path.iter().skip_while(|passed| **passed != id).copied();
                        closing.extend(circle.min_by_key(|id| places.get(id).copied().unwrap_or(usize::MAX)));
                    }
                    break;
                }
                walked.insert(id, walk);
                path.push(id);
                at = self.rows.get(&id).and_then(|row| row.parent_id);
            }
        }
        closing
    }

    /// The altered groups with everything below them.
    fn shown_otherwise(&self) -> Vec<i32> {
        let mut found: std::collections::BTreeSet<i32> = self.altered.iter().copied().collect();
        let mut more = !found.is_empty();
        while more {
            let below = self.rows.values().filter(|row| row.parent_id.is_some_and(|parent| found.contains(&parent)));
            let below: Vec<i32> = below.map(|row| row.category_id).filter(|id| !found.contains(id)).collect();
            more = !below.is_empty();
            found.extend(below);
        }
        found.into_iter().collect()
    }

    /// The groups to store, parents first.
    fn changed(&self) -> Vec<CategoryRow> {
        let mut depths: HashMap<i32, usize> = HashMap::new();
        for id in &self.touched {
            let mut path = Vec::new();
            let mut at = Some(*id);
            while let Some(id) = at.filter(|id| !depths.contains_key(id)) {
                path.push(id);
                at = self.rows.get(&id).and_then(|row| row.parent_id);
            }
            let mut depth = at.and_then(|id| depths.get(&id).copied()).unwrap_or_default();
            for id in path.into_iter().rev() {
                depth += 1;
                depths.insert(id, depth);
            }
        }
        let mut ids: Vec<(usize, i32)> = self.touched.iter().map(|id| (depths.get(id).copied().unwrap_or_default(), *id)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|(_, id)| self.rows.get(&id)).cloned().collect()
    }
}
