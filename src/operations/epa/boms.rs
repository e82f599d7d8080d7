//! `updateEpaBoms`, `fetchEpaBoms`: what articles are composed of. A bill that names an article makes it a set.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::epa::{BomComponent, EpaAssembly, EpaBom, EpaBomUpdate, epa_bom_fields};
use crate::domain::set::{Components, MOST_COMPONENTS, MOST_PIECES};
use crate::domain::{AnyOf, Failure, FieldName, ItemId, MandatorId, Place, WarehouseId, Worded, code};
use crate::operations::Work;
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::{Bundle, Patch};
use crate::store::filter::Cond;
use crate::store::lookups::{self, LookUpFilter, LookUpRow};
use crate::store::offers::moved_items;
use crate::store::outbox::{self, Topic};
use crate::store::{Conn, items, sets};
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a bill of material.
    EpaBomKey {
        /// The ERP's own number.
        External = "external_id",
        /// Kontor's number.
        Id = "epa_bom_id",
        /// The name.
        Identifier = "identifier",
    }
}

wire! {
    /// A bill of material. One that names an article makes it a set: its stock is what the components allow, and orders
    /// reserve the components.
    EpaBomRecord {
        /// Which field identifies the record. Default EXTERNAL_ID.
        significant_key: Option<EpaBomKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        epa_bom_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's own number; empty: none.
        external_id: Patch<String> [max(50), key],
        /// Name. Needed for a new record.
        identifier: Option<String> [max(255), key],
        /// The assembly that it describes, by Kontor's number; wins over external_assembly_id. Empty: none.
        epa_assembly_id: Patch<i32>,
        /// The assembly by the ERP's own number.
        external_assembly_id: Patch<String> [max(50), key],
        /// The article that is made of the components, by Kontor's number; wins over internal_item_number. Empty: none.
        item_id: Patch<ItemId>,
        /// The article by the merchant's own item number; empty: none.
        internal_item_number: Patch<String> [max(100), key],
        /// The components. Without replaceAll (delete="true"), components that are not sent stay.
        components: Bundle<BomComponent> [each("component")],
    }

    /// A component of an article.
    BomComponent (domain) {
        /// true: the article leaves the bill.
        delete: Option<bool> [attr, typed("remove")],
        /// The position in the drawing.
        position: Option<String> [max(50)],
        /// The article by Kontor's number; wins over internal_item_number.
        item_id: Option<ItemId>,
        /// The article by the merchant's own item number.
        internal_item_number: Option<String> [max(100), key],
        /// Pieces of it in one piece of the whole. Default 1 for a new component.
        quantity: Option<i32>,
    }
}

impl LookUp for EpaBomRecord {
    look_up_columns!(epa_bom_id, identifier, external_id);
    look_up_document!(EpaBom, EpaBomUpdate, epa_bom_fields, { epa_bom_id identifier external_id external_assembly_id internal_item_number });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            EpaBomKey::External => By::ExternalId,
            EpaBomKey::Id => By::Id,
            EpaBomKey::Identifier => By::Name,
        }
    }

    fn resolve(&mut self, work: &mut Work<'_, '_>, _rows: &BTreeMap<i32, LookUpRow<EpaBom>>) -> Result<(), Failure> {
        self.resolve_assembly(work)?;
        let conn = &mut work.tx.conn;
        match (&self.item_id, &self.internal_item_number) {
            (Patch::Set(id), _) => self.item_id = Patch::Set(item_of(conn, self.mandator_id, Some(*id), None)?),
            (_, Patch::Set(number)) => self.item_id = Patch::Set(item_of(conn, self.mandator_id, None, Some(number))?),
            (Patch::Keep, Patch::Clear) => self.item_id = Patch::Clear,
            (Patch::Keep | Patch::Clear, Patch::Keep | Patch::Clear) => {}
        }
        let mut met = BTreeSet::new();
        for (component, number) in self.components.entries.iter_mut().zip(1..) {
            let place = |failure: Failure| failure.within(Place::entry("component", number));
            let found = item_of(conn, self.mandator_id, component.item_id, component.internal_item_number.as_deref());
            let item_id = found.map_err(place)?;
            if !met.insert(item_id) {
                return Err(place(Failure::quoting(code::REPEATED, [&FieldName("item_id")])));
            }
            if let Some(quantity) = component.quantity.filter(|quantity| !(1..=MOST_PIECES).contains(quantity)) {
                let range = Worded::range(1, MOST_PIECES);
                return Err(place(Failure::quoting(code::OUT_OF_RANGE, [&quantity, &range]).within("quantity")));
            }
            component.item_id = Some(item_id);
        }
        Ok(())
    }

    fn check_document(document: &EpaBom) -> Result<(), Failure> {
        match document.components.len() {
            count if count > MOST_COMPONENTS => {
                Err(Failure::quoting(code::OUT_OF_RANGE, [&count, &Worded::range(0, MOST_COMPONENTS)]).within("components"))
            }
            _ => Ok(()),
        }
    }

    fn follow(
        work: &mut Work<'_, '_>,
        row: &LookUpRow<EpaBom>,
        stored: &EpaBom,
        document: &EpaBom,
        _rows: &BTreeMap<i32, LookUpRow<EpaBom>>,
    ) -> Result<(), Failure> {
        let composition = document.composition();
        if stored.item_id == document.item_id && stored.composition() == composition {
            return Ok(());
        }
        work.in_savepoint(|work| {
            if let Some(item_id) = stored.item_id.filter(|item_id| document.item_id != Some(*item_id)) {
                compose(work, row, item_id, &Components::new())?;
            }
            let Some(item_id) = document.item_id else { return Ok(()) };
            check_composition(&mut work.tx.conn, row, item_id, &composition)?;
            compose(work, row, item_id, &composition)
        })
    }

    fn complete(conn: &mut Conn<'_>, records: &mut [EpaBomRecord]) -> Result<(), Failure> {
        let named = |record: &EpaBomRecord| -> Vec<ItemId> {
            let components = record.components.entries.iter().filter_map(|component| component.item_id);
            record.item_id.as_ref().copied().into_iter().chain(components).collect()
        };
        let ids: Vec<ItemId> = records.iter().flat_map(named).collect::<BTreeSet<_>>().into_iter().collect();
        let numbers: BTreeMap<ItemId, String> =
            items::by_ids(conn, &ids)?.into_iter().map(|row| (row.item_id, row.internal_item_number)).collect();
        for record in records {
            record.internal_item_number = Patch::from(record.item_id.as_ref().and_then(|id| numbers.get(id).cloned()));
            for component in &mut record.components.entries {
                component.internal_item_number = component.item_id.and_then(|id| numbers.get(&id).cloned());
            }
        }
        Ok(())
    }
}

impl EpaBomRecord {
    fn resolve_assembly(&mut self, work: &mut Work<'_, '_>) -> Result<(), Failure> {
        let mandator_id = self.mandator_id;
        let this = LookUpFilter { mandator_id, ..LookUpFilter::default() };
        let (filter, field, name) = match (&self.epa_assembly_id, &self.external_assembly_id) {
            (Patch::Set(id), _) => (LookUpFilter { id: Cond::one(*id), ..this }, "epa_assembly_id", id.to_string()),
            (_, Patch::Set(external_id)) => {
                (LookUpFilter { external_id: Cond::one(external_id.clone()), ..this }, "external_assembly_id", external_id.clone())
            }
            (Patch::Keep, Patch::Clear) => {
                self.epa_assembly_id = Patch::Clear;
                return Ok(());
            }
            (Patch::Keep | Patch::Clear, Patch::Keep | Patch::Clear) => return Ok(()),
        };
        let found = lookups::matching::<EpaAssembly>(&mut work.tx.conn, &filter)?.pop();
        let unknown = || Failure::quoting(code::UNKNOWN_ASSEMBLY, [&name, &mandator_id]).within(FieldName(field));
        self.epa_assembly_id = Patch::Set(found.ok_or_else(unknown)?.id);
        Ok(())
    }
}

/// The one article that a number of Kontor or, else, an item number means.
pub(crate) fn item_of(conn: &mut Conn<'_>, mandator_id: MandatorId, id: Option<ItemId>, number: Option<&str>) -> Result<ItemId, Failure> {
    match (id, number) {
        (Some(id), _) => {
            let found = items::by_ids(conn, &[id])?.into_iter().find(|row| row.mandator_id == mandator_id);
            found.map(|row| row.item_id).ok_or_else(|| Failure::quoting(code::UNKNOWN_ITEM, [&FieldName("item_id"), &id, &mandator_id]))
        }
        (None, Some(number)) => match items::ids_by_number(conn, mandator_id, &[number])?.as_slice() {
            [] => Err(Failure::quoting(code::UNKNOWN_ITEM, [&FieldName("internal_item_number"), &number, &mandator_id])),
            [(_, id)] => Ok(*id),
            several => {
                Err(Failure::quoting(code::AMBIGUOUS, [&several.len(), &FieldName("internal_item_number"), &number, &FieldName("item_id")]))
            }
        },
        (None, None) => Err(Failure::quoting(code::MISSING, [&AnyOf(&["internal_item_number", "item_id"])])),
    }
}

/// An article has one bill, and sets are not inside sets: what is sold is then always resolved in one step.
fn check_composition(conn: &mut Conn<'_>, row: &LookUpRow<EpaBom>, item_id: ItemId, composition: &Components) -> Result<(), Failure> {
    let ids: Vec<ItemId> = composition.iter().map(|(id, _)| *id).collect();
    let known: BTreeMap<ItemId, String> = items::by_ids(conn, &[vec![item_id], ids.clone()].concat())?
        .into_iter()
        .filter(|known| known.mandator_id == row.mandator_id)
        .map(|known| (known.item_id, known.internal_item_number))
        .collect();
    let number_of = |id: &ItemId| known.get(id).cloned().unwrap_or_default();
    // A bill of a catalogue may outlive its articles.
    if let Some(gone) = std::iter::once(&item_id).chain(&ids).find(|id| !known.contains_key(id)) {
        return Err(Failure::quoting(code::UNKNOWN_ITEM, [&FieldName("item_id"), gone, &row.mandator_id]));
    }
    if sets::bill_of(conn, item_id)?.is_some_and(|bill| bill != row.id) {
        return Err(Failure::quoting(code::TAKEN, [&(FieldName("item_id"), item_id.to_string().as_str())]));
    }
    let composed = sets::components_of(conn, &ids)?;
    if let Some(set) = ids.iter().find(|id| **id == item_id || composed.contains_key(id)) {
        return Err(Failure::quoting(code::COMPONENT_IS_SET, [&number_of(set)]).within("components"));
    }
    let contains_it = sets::containing(conn, &[item_id])?;
    if !composition.is_empty() && !contains_it.is_empty() {
        return Err(Failure::quoting(code::SET_IS_COMPONENT, [&number_of(&item_id)]).within("item_id"));
    }
    Ok(())
}

/// Makes an article a set, or no set any more. Its offers follow; open orders keep what they have reserved.
fn compose(work: &mut Work<'_, '_>, row: &LookUpRow<EpaBom>, item_id: ItemId, composition: &Components) -> Result<(), Failure> {
    sets::compose(work.tx, item_id, row.id, composition)?;
    let mandator_id = row.mandator_id;
    let warehouses = work.settings.warehouses.iter().filter(|warehouse| warehouse.mandator_id == mandator_id);
    let warehouses: Vec<WarehouseId> = warehouses.map(|warehouse| warehouse.warehouse_id).collect();
    sets::show_in(work.tx, item_id, &warehouses)?;
    moved_items(work.tx, &[item_id])?;
    let accounts = outbox::mark_items(work.tx, &[item_id], &[Topic::Quantity])?;
    work.concerns(accounts);
    Ok(())
}

look_up! {
    EpaBomRecord, id: epa_bom_id, name: identifier, external: external_id;
    records: epa_boms as "epa_bom", report: EpaBomReport { epa_bom };
    FetchEpaBoms("fetchEpaBoms", "Reads bills of material with the components of articles.", EpaBomFilter, FetchEpaBomsRequest,
        FetchEpaBomsResult, epa_boms_per_page);
    UpdateEpaBoms("updateEpaBoms",
        "Creates and updates bills of material. One that names an article makes it a set, whose stock is what its components allow.",
        UpdateEpaBomsRequest, UpdateEpaBomsResult);
}
