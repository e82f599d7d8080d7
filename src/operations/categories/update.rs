//! `updateCategories`: a whole tree of item groups in one call, in any order.

use std::collections::BTreeMap;

use super::{CategoryKey, CategoryKeys, CategoryRecord};
use crate::domain::category::CategoryUpdate;
use crate::domain::{AccountId, Failure, MandatorId, Stamp, code};
use crate::operations::items::advice::Checks;
use crate::operations::items::pictures::take_pictures;
use crate::operations::module_types::TextLimits;
use crate::operations::tree::{Branch, Grown, Growth, Position, Tree};
use crate::operations::wire::Records;
use crate::operations::{Work, WriteOperation};
use crate::store::account_categories;
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

pub(crate) struct UpdateCategories;

impl WriteOperation for UpdateCategories {
    const NAME: &'static str = "updateCategories";
    const DOC: &'static str = "Creates and updates item groups. One report per group, in the order of the request.";
    type Request = UpdateCategoriesRequest;
    type Result = UpdateCategoriesResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateCategoriesRequest) -> Result<UpdateCategoriesResult, Failure> {
        let records = || request.categories.list.iter().filter_map(|record| record.content.as_deref().ok());
        let mut mandators: Vec<MandatorId> = records().map(|record| record.mandator_id).collect();
        mandators.sort_unstable();
        mandators.dedup();
        let checks = Checks::read(work, records().map(|record| (record.mandator_id, &record.text_modules, &record.image_modules)))?;
        let limits = TextLimits::read(&mut work.tx.conn, mandators.iter().copied())?;
        let (groups, mut images): (Vec<_>, Vec<_>) = records().map(|record| Group::read(work, &limits, record)).unzip();
        let mut rows = Vec::new();
        for mandator_id in mandators {
            rows.extend(store::of_mandator(&mut work.tx.conn, mandator_id)?);
        }
        let tree = Tree::new(rows, free_id(work.tx, COUNTER)?).grow(groups);
        // Only the pictures of good records are kept.
        for (images, _) in images.iter_mut().zip(&tree.outcomes).filter(|(_, outcome)| outcome.is_err()) {
            images.clear();
        }
        keep(work, &tree, images.iter().flatten())?;
        let mut outcomes = tree.outcomes.iter().cloned();
        let reports = work.each(
            request.categories,
            |record| record.mandator_id,
            |work, record| {
                let sent = CategoryKeys { category_id: record.category_id, external_id: record.external_id };
                if let Err(failure) = checks.content(work, record.mandator_id, &record.text_modules, &record.image_modules) {
                    return Err((failure, Some(sent)));
                }
                match outcomes.next() {
                    Some(Ok((action, id))) => {
                        let external_id = tree.row(id).and_then(|row| row.external_id.clone());
                        Ok((Some(action), CategoryKeys { category_id: Some(id), external_id }))
                    }
                    Some(Err(failure)) => Err((failure, Some(sent))),
                    None => Err((Failure::new(code::INTERNAL, ["a group was not worked on"]), Some(sent))),
                }
            },
        )?;
        Ok(UpdateCategoriesResult::of(reports))
    }
}

/// The counter of their numbers.
const COUNTER: &str = "category";

/// Stores the tree, and marks the articles that show something else now: they inherit from their groups.
fn keep<'i>(work: &mut Work<'_, '_>, tree: &Grown<CategoryRow>, images: impl Iterator<Item = &'i ImageContent>) -> Result<(), Failure> {
    for image in images {
        keep_image(work.tx, image)?;
    }
    next_ids(work.tx, COUNTER, tree.created)?;
    for (id, external_id) in &tree.renamed {
        store::rename(work.tx, *id, external_id)?;
    }
    store::save(work.tx, &tree.parents_first())?;
    store::touch(work.tx, &tree.below_renamed())?;
    let (mut altered, mut renamed) = (Vec::new(), BTreeMap::new());
    for row in tree.rows() {
        let before = tree.before(row.category_id);
        let names = (before.and_then(|before| before.external_id.as_ref()), row.external_id.as_ref());
        if names.0 != names.1 {
            let renamed: &mut Vec<String> = renamed.entry(row.mandator_id).or_default();
            renamed.extend([names.0, names.1].into_iter().flatten().cloned());
        }
        let place = |row: &CategoryRow| (row.parent_id, row.external_id.clone());
        let content = before.map(CategoryRow::document).transpose()?;
        if before.map(place) != Some(place(row)) || content != Some(row.document()?) {
            altered.push(row.category_id);
        }
    }
    for (mandator_id, names) in renamed {
        let accounts = work.settings.accounts.iter().filter(|account| account.mandator_id == mandator_id);
        let accounts: Vec<AccountId> = accounts.map(|account| account.account_id).collect();
        account_categories::touch_groups(work.tx, &accounts, &names)?;
    }
    let items = in_groups(&mut work.tx.conn, &tree.with_all_below(altered))?;
    let accounts = outbox::mark_items(work.tx, &items, &[Topic::Content])?;
    work.concerns(accounts);
    Ok(())
}

/// A record with what it says about the document.
struct Group<'r> {
    record: &'r CategoryRecord,
    update: CategoryUpdate,
    user: &'r str,
    now: Stamp,
}

impl<'r> Group<'r> {
    /// Checks a record without its tree, and takes its pictures out.
    fn read(work: &Work<'r, '_>, limits: &TextLimits, record: &'r CategoryRecord) -> (Result<Group<'r>, Failure>, Vec<ImageContent>) {
        let checked = work.mandator(record.mandator_id).and_then(|_| limits.check(record.mandator_id, &record.text_modules));
        if let Err(failure) = checked {
            return (Err(failure), Vec::new());
        }
        let mut content = record.clone();
        let images = take_pictures(&mut content.image_modules);
        (Ok(Group { record, update: content.update(), user: &work.user.name, now: work.tx.stamp }), images)
    }
}

impl Growth for Group<'_> {
    type Branch = CategoryRow;

    fn position(&self) -> Position<'_> {
        let record = self.record;
        Position {
            owner: record.mandator_id.0,
            by_id: record.significant_key == Some(CategoryKey::Id),
            id: record.category_id,
            external_id: record.external_id.as_deref(),
            parent_id: &record.parent_id,
            external_parent_id: &record.external_parent_id,
        }
    }

    fn insert(&self, id: i32) -> Result<CategoryRow, Failure> {
        Ok(CategoryRow {
            category_id: id,
            mandator_id: self.record.mandator_id,
            identifier: self.record.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?,
            external_id: None,
            parent_id: None,
            created_at: self.now.0,
            created_by: self.record.created_by.clone().unwrap_or_else(|| self.user.to_owned()),
            last_changed: self.now.0,
            last_changed_by: String::new(),
            data: Stored::default(),
        })
    }

    fn change(&self, row: &mut CategoryRow) -> Result<(), Failure> {
        if let Some(identifier) = &self.record.identifier {
            row.identifier.clone_from(identifier);
        }
        row.last_changed = self.now.0;
        row.last_changed_by = self.user.to_owned();
        let mut document = row.document()?;
        document.merge(self.update.clone());
        row.data = Stored::of(&document)?;
        Ok(())
    }
}

impl Branch for CategoryRow {
    const ID: &'static str = "category_id";

    fn id(&self) -> i32 {
        self.category_id
    }

    fn owner(&self) -> i32 {
        self.mandator_id.0
    }

    fn identifier(&self) -> &str {
        &self.identifier
    }

    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    fn parent_id(&self) -> Option<i32> {
        self.parent_id
    }

    fn set_external_id(&mut self, external_id: &str) {
        self.external_id = Some(external_id.to_owned());
    }

    fn set_parent_id(&mut self, parent_id: Option<i32>) {
        self.parent_id = parent_id;
    }

    fn unknown(name: &str, owner: i32) -> Failure {
        Failure::new(code::UNKNOWN_CATEGORY, [name, &owner.to_string()])
    }
}
