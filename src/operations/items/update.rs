//! `updateItems`: creates and updates articles, record by record, stored in batches.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::advice::{Checks, note_media};
use super::groups::Groups;
use super::pictures::take_pictures;
use super::{ItemKey, ItemKeys, ItemRecord, ItemReference, KnownItems, VariantRecord, blocks};
use crate::domain::item::Item;
use crate::domain::{Failure, FieldName, ItemId, MandatorId, Worded, code};
use crate::operations::common::{ReportAction, ReportOf};
use crate::operations::module_types::TextLimits;
use crate::operations::wire::Records;
use crate::operations::{Work, WriteOperation, listing};
use crate::preparation::{listings_of, references_of};
use crate::store::items::{self as store, ImageContent, ItemRow};
use crate::store::offers::{accounts_of, moved_items};
use crate::store::orders;
use crate::store::outbox::{self, Topic};
use crate::store::{Stored, free_id, listings, next_ids, references};
use crate::{reports, write_request};

write_request! {
    /// Articles to create or update.
    UpdateItemsRequest {
        /// The articles, parents before their variants.
        items: Records<ItemRecord> [flat("item")],
    }
}

reports! { UpdateItemsResult, ItemReport, item: ItemKeys }

pub(crate) struct UpdateItems;

fn reference(record: &ItemRecord) -> ItemReference<'_> {
    ItemReference {
        key: record.significant_key.unwrap_or_default(),
        mandator_id: record.mandator_id,
        item_id: record.item_id,
        internal_item_number: record.internal_item_number.as_deref(),
        ean_code: record.ean_code.as_ref().map(String::as_str),
    }
}

/// The parent as a reference: by number of Kontor, or by item number. An update need not name it again.
fn parent_reference(record: &ItemRecord) -> Option<ItemReference<'_>> {
    let named = |variant: &&VariantRecord| variant.variant_parent_id.is_some() || variant.external_variant_parent_id.is_some();
    let variant = record.variant.as_ref().filter(named)?;
    let key = if variant.variant_parent_id.is_some() { ItemKey::Id } else { ItemKey::Number };
    Some(ItemReference {
        key,
        mandator_id: record.mandator_id,
        item_id: variant.variant_parent_id,
        internal_item_number: variant.external_variant_parent_id.as_deref(),
        ean_code: None,
    })
}

/// A variant of nothing. Clients write the element, empty, also for articles that are no variants.
fn refuse_lonely_variant(row: &ItemRow, record: &mut ItemRecord) -> Result<(), Failure> {
    if row.variant_parent_id.is_some() {
        return Ok(());
    }
    let says_something = |variant: VariantRecord| !variant.attributes.is_empty() || variant.variant_standard.as_ref() == Some(&true);
    match record.variant.take().is_some_and(says_something) {
        true => Err(Failure::missing("external_variant_parent_id").within("variant")),
        false => Ok(()),
    }
}

impl WriteOperation for UpdateItems {
    const NAME: &'static str = "updateItems";
    const DOC: &'static str =
        "Creates and updates articles with texts, pictures, attributes and variants. One report per article, in the order of the request.";
    type Request = UpdateItemsRequest;
    type Result = UpdateItemsResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateItemsRequest) -> Result<UpdateItemsResult, Failure> {
        let reports = take_records(work, request.items, true, &[Topic::Content])?;
        Ok(UpdateItemsResult::of(reports))
    }
}

/// Takes article data over; without `may_create`, unknown articles are errors. `topics` is what channels have to know.
pub(crate) fn take_records<R: ReportOf<Keys = ItemKeys>>(
    work: &mut Work<'_, '_>,
    records: Records<ItemRecord>,
    may_create: bool,
    topics: &[Topic],
) -> Result<Vec<R>, Failure> {
    let good = || records.list.iter().filter_map(|record| record.content.as_deref().ok());
    let mut known = KnownItems::read(&mut work.tx.conn, good().map(reference).chain(good().filter_map(parent_reference)))?;
    if good().any(|record| record.variant.is_some()) {
        known.read_ancestors(&mut work.tx.conn)?;
    }
    let groups = Groups::read(
        &mut work.tx.conn,
        good().filter_map(|r| r.category_id.as_ref().copied()),
        good().filter_map(|r| r.external_category_id.as_ref().map(|id| (r.mandator_id, id.as_str()))),
    )?;
    let next_id = if may_create { Some(ItemId(free_id(work.tx, "item")?)) } else { None };
    let limits = TextLimits::read(&mut work.tx.conn, good().filter(|r| !r.text_modules.entries.is_empty()).map(|r| r.mandator_id))?;
    let checks = Checks::read(work, good().map(|r| (r.mandator_id, &r.text_modules, &r.image_modules)))?;
    let mut topics = topics.to_vec();
    if good().any(|record| !record.specific_item_data.is_keep()) {
        // Blocks may hold a price of their own.
        topics.push(Topic::Price);
    }
    let mut batch = Batch {
        known,
        groups,
        limits,
        checks,
        next_id,
        created: 0,
        saved: BTreeSet::new(),
        images: Vec::new(),
        quantities: BTreeSet::new(),
        documents: HashMap::new(),
    };
    let reports = work.each(records, |record| record.mandator_id, |work, record| batch.take(work, record))?;
    batch.store(work, &topics)?;
    Ok(reports)
}

/// Tax free, reduced, normal.
const TAX_TYPES: &[&str] = &["1", "2", "3"];

/// A stock value is a count of pieces.
pub(crate) fn check_stock_value(field: &'static str, value: Option<i32>) -> Result<(), Failure> {
    match value {
        Some(value @ ..=-1) => Err(Failure::quoting(code::OUT_OF_RANGE, [&value, &Worded::range(0, i32::MAX)]).within(field)),
        _ => Ok(()),
    }
}

/// The work on one request.
struct Batch {
    known: KnownItems,
    groups: Groups,
    limits: TextLimits,
    checks: Checks,
    /// The next free item number, where articles may be created; numbers of records that failed stay unused.
    next_id: Option<ItemId>,
    created: usize,
    saved: BTreeSet<ItemId>,
    images: Vec<ImageContent>,
    /// Articles whose quantities may change.
    quantities: BTreeSet<ItemId>,
    /// Documents of saved articles, kept decoded for several records about one article.
    documents: HashMap<ItemId, Item>,
}

impl Batch {
    fn take(
        &mut self,
        work: &mut Work<'_, '_>,
        record: ItemRecord,
    ) -> Result<(Option<ReportAction>, ItemKeys), (Failure, Option<ItemKeys>)> {
        let mut keys = ItemKeys { item_id: record.item_id, internal_item_number: record.internal_item_number.clone() };
        match self.apply(work, record) {
            Ok((action, row)) => {
                keys.item_id = Some(row.item_id);
                keys.internal_item_number = Some(row.internal_item_number.clone());
                if !self.saved.insert(row.item_id) {
                    work.advice.add(Failure::new(code::SENT_TWICE, []));
                }
                self.known.put(row);
                Ok((Some(action), keys))
            }
            Err(failure) => Err((failure, Some(keys))),
        }
    }

    fn apply(&mut self, work: &mut Work<'_, '_>, mut record: ItemRecord) -> Result<(ReportAction, ItemRow), Failure> {
        work.mandator(record.mandator_id)?;
        if let Some(tax @ (..=0 | 4..)) = record.tax_type_id {
            return Err(Failure::new(code::NOT_IN_LIST, [&tax.to_string(), &TAX_TYPES.join(", ")]).within("tax_type_id"));
        }
        self.limits.check(record.mandator_id, &record.text_modules)?;
        self.checks.values(work, &record)?;
        for (field, value) in [("safety_stock", &record.safety_stock), ("minimum_stock", &record.minimum_stock)] {
            check_stock_value(field, value.as_ref().copied())?;
        }
        let existing = self.known.find(&reference(&record))?.cloned();
        let parent = self.parent_of(&record)?;
        let category = self.groups.resolve(record.mandator_id, &record.category_id, &record.external_category_id)?;
        let (action, mut row, mut document) = match existing {
            Some(row) => {
                let document = match self.documents.remove(&row.item_id) {
                    Some(document) => document,
                    None => row.document()?,
                };
                (ReportAction::Update, row, document)
            }
            None => {
                let row = self.new_row(work, &record)?;
                (ReportAction::Insert, row, Item::default())
            }
        };
        if parent.is_some_and(|parent| self.known.hangs_on(parent, row.item_id)) {
            return Err(Failure::new(code::CYCLE, [&row.internal_item_number]).within("variant"));
        }
        row.variant_parent_id = parent.or(row.variant_parent_id);
        refuse_lonely_variant(&row, &mut record)?;
        category.onto(&mut row.category_id);
        if let Some(identifier) = record.identifier.take() {
            row.identifier = identifier;
        }
        if let Some(number) = record.internal_item_number.take() {
            self.refuse_same_sku(work, &row, &number)?;
            row.internal_item_number = number;
        }
        row.tax_type_id = record.tax_type_id.unwrap_or(row.tax_type_id);
        std::mem::take(&mut record.vendor_item_number).onto(&mut row.vendor_item_number);
        std::mem::take(&mut record.ean_code).onto(&mut row.ean_code);
        std::mem::take(&mut record.match_code).onto(&mut row.match_code);
        std::mem::take(&mut record.active).onto(&mut row.active);
        std::mem::take(&mut record.is_adult_product).onto(&mut row.is_adult_product);
        self.take_stock_values(&mut record, &mut row);
        std::mem::take(&mut record.list_price).map(|price| price.0).onto(&mut row.list_price);
        row.last_changed = work.tx.stamp.0;
        row.last_changed_by.clone_from(&work.user.name);
        self.checks.variant(work, &self.known, &row, &record, &document)?;
        note_media(work, &record.image_modules, row.item_id)?;
        self.images.extend(take_pictures(&mut record.image_modules));
        record.specific_item_data = blocks::taken(&document, std::mem::take(&mut record.specific_item_data), self.next_id.is_none())?;
        document.merge(record.update());
        row.keep(&document)?;
        self.documents.insert(row.item_id, document);
        Ok((action, row))
    }

    /// A number that another article has already, with an offer in an account where this one has one, too: there both would
    /// be offered under one SKU.
    fn refuse_same_sku(&self, work: &mut Work<'_, '_>, row: &ItemRow, number: &str) -> Result<(), Failure> {
        let conn = &mut work.tx.conn;
        if number == row.internal_item_number {
            return Ok(());
        }
        let accounts = accounts_of(conn, row.item_id)?;
        if accounts.is_empty() {
            return Ok(());
        }
        let stored = store::ids_by_number(conn, row.mandator_id, &[number])?.into_iter().map(|(_, item_id)| item_id);
        // Records of this call count, too; they are not stored yet.
        let has_it = |item_id: &ItemId| self.known.get(*item_id).is_none_or(|known| known.internal_item_number == number);
        let others: BTreeSet<ItemId> = stored.chain(self.saved.iter().copied()).filter(|id| *id != row.item_id).filter(has_it).collect();
        for other in others {
            if let Some(account_id) = accounts_of(conn, other)?.intersection(&accounts).next() {
                return Err(Failure::quoting(code::SKU_TAKEN, [&other, &number, account_id]).within("internal_item_number"));
            }
        }
        Ok(())
    }

    fn parent_of(&self, record: &ItemRecord) -> Result<Option<ItemId>, Failure> {
        let Some(reference) = parent_reference(record) else { return Ok(None) };
        let parent = self.known.find(&reference)?.map(|parent| parent.item_id);
        parent.map(Some).ok_or_else(|| {
            let name = reference.internal_item_number.map_or_else(|| reference.item_id.unwrap_or_default().to_string(), str::to_owned);
            Failure::new(code::UNKNOWN_PARENT, [&name, &record.mandator_id.to_string()]).within("variant")
        })
    }

    /// What decides how many pieces are offered: the quantities are sent again.
    fn take_stock_values(&mut self, record: &mut ItemRecord, row: &mut ItemRow) {
        if !(record.safety_stock.is_keep() && record.minimum_stock.is_keep() && record.specific_item_data.is_keep()) {
            self.quantities.insert(row.item_id);
        }
        std::mem::take(&mut record.safety_stock).onto(&mut row.safety_stock);
        std::mem::take(&mut record.minimum_stock).onto(&mut row.minimum_stock);
    }

    fn new_row(&mut self, work: &Work<'_, '_>, record: &ItemRecord) -> Result<ItemRow, Failure> {
        let Some(item_id) = self.next_id else {
            return Err(reference(record).unknown());
        };
        if record.significant_key == Some(ItemKey::Id) {
            return Err(Failure::quoting(code::UNKNOWN_KEY, [&FieldName("item_id"), &record.item_id.unwrap_or_default()]));
        }
        let internal_item_number = record.internal_item_number.clone().ok_or_else(|| Failure::missing("internal_item_number"))?;
        let identifier = record.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?;
        let tax_type_id = record.tax_type_id.ok_or_else(|| Failure::quoting(code::MISSING, [&(FieldName("tax_type_id"), TAX_TYPES)]))?;
        self.next_id = Some(ItemId(item_id.0.saturating_add(1)));
        self.created += 1;
        Ok(ItemRow {
            item_id,
            mandator_id: record.mandator_id,
            internal_item_number,
            identifier,
            vendor_item_number: None,
            ean_code: None,
            match_code: None,
            tax_type_id,
            category_id: None,
            active: None,
            is_adult_product: None,
            variant_parent_id: None,
            list_price: None,
            created_at: work.tx.stamp.0,
            created_by: work.user.name.clone(),
            last_changed: work.tx.stamp.0,
            last_changed_by: String::new(),
            data: Stored::default(),
            safety_stock: None,
            minimum_stock: None,
            delivery_time_id: None,
            delivery_time_identifier: None,
            delivery_charge_category_id: None,
            external_delivery_charge_category_id: None,
        })
    }

    fn store(self, work: &mut Work<'_, '_>, topics: &[Topic]) -> Result<(), Failure> {
        if self.created > 0 {
            next_ids(work.tx, "item", self.created)?;
        }
        for image in &self.images {
            store::keep_image(work.tx, image)?;
        }
        let rows: Vec<ItemRow> = self.saved.iter().filter_map(|id| self.known.get(*id)).cloned().collect();
        store::save(work.tx, &rows)?;
        let ids: Vec<ItemId> = self.saved.into_iter().collect();
        let columns: Vec<_> = self.documents.iter().flat_map(|(item_id, document)| listings_of(*item_id, document)).collect();
        listings::replace(work.tx, &ids, &columns)?;
        let names: Vec<_> = self.documents.iter().flat_map(|(item_id, document)| references_of(*item_id, document)).collect();
        references::replace(work.tx, &ids, &names)?;
        let accounts = outbox::mark_items(work.tx, &ids, topics)?;
        work.concerns(accounts);
        // Variants show their parent's title and are in its categories.
        let variants = store::variants_of(&mut work.tx.conn, &ids)?;
        let accounts = outbox::mark_items(work.tx, &variants, &[Topic::Content])?;
        work.concerns(accounts);
        let quantities: Vec<ItemId> = self.quantities.into_iter().collect();
        moved_items(work.tx, &quantities)?;
        let accounts = outbox::mark_items(work.tx, &quantities, &[Topic::Quantity])?;
        work.concerns(accounts);
        let mut by_mandator: BTreeMap<MandatorId, Vec<ItemId>> = BTreeMap::new();
        rows.iter().for_each(|row| by_mandator.entry(row.mandator_id).or_default().push(row.item_id));
        for (mandator_id, ids) in by_mandator {
            listing::follow_listing_rules(work, mandator_id, &ids)?;
        }
        match_late_positions(work, &rows)
    }
}

/// Orders may have come before their articles: their positions take over the articles that have their number now.
fn match_late_positions(work: &mut Work<'_, '_>, rows: &[ItemRow]) -> Result<(), Failure> {
    if rows.is_empty() || !orders::any_unmatched(&mut work.tx.conn)? {
        return Ok(());
    }
    let mut by_mandator: BTreeMap<MandatorId, BTreeMap<&str, ItemId>> = BTreeMap::new();
    for row in rows {
        by_mandator.entry(row.mandator_id).or_default().entry(&row.internal_item_number).or_insert(row.item_id);
    }
    for (mandator_id, items) in by_mandator {
        let accounts = orders::match_late(work.tx, mandator_id, &items, &work.user.name, work.settings)?;
        work.concerns(accounts);
    }
    Ok(())
}
