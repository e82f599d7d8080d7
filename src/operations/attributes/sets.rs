//! Sets of central attributes: `updateAttributeSets`, `fetchAttributeSets`.

use std::collections::{BTreeMap, BTreeSet};

use super::shopware::{AttributeSetKey, ShopwareSetKeys, ShopwareSetRecord};
use crate::config::Settings;
use crate::domain::attribute::{Attribute, AttributeSet, AttributeSetUpdate, SetAccount, SetAttribute, SetSorting, attribute_set_fields};
use crate::domain::{AccountId, AnyOf, Failure, FieldName, MandatorId, Place, code};
use crate::operations::common::ReportOf;
use crate::operations::cursor::{Asked, written};
use crate::operations::items::Translation;
use crate::operations::look_up::{self, By, Conditions, Fitting, Found, LookUp, Outcome};
use crate::operations::wire::{Between, Bundle, Convert, Match, Patch, Records};
use crate::operations::{ReadOperation, Reading, Refused, Work, WriteOperation};
use crate::preparation::Definitions;
use crate::store::{Conn, lookups};
use crate::{fetched, look_up_columns, look_up_document, reports, show, update_of, wire, write_request};

wire! {
    /// A set of central attributes.
    AttributeSetRecord {
        /// Which field identifies the record. Default ATTRIBUTE_SET_IDENTIFIER.
        significant_key: Option<AttributeSetKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record; articles may name it.
        attribute_set_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name; articles may name it. Needed for a new record.
        attribute_set_identifier: Option<String> [max(255), key],
        /// Names that it had before; articles that still say them mean it (read only).
        former_names: Vec<String> [each("former_name")],
        /// The name in other languages; a list that is sent replaces the stored one.
        translations: Vec<Translation> [each("translation")],
        /// Its attributes. Without replaceAll (delete="true"), attributes that are not sent stay.
        attributes: Bundle<SetAttribute> [each("attribute")],
        /// What accounts say about the set; kept and given back.
        specific_attribute_set_data: Option<AttributeSetAccounts>,
    }

    /// An attribute in a set.
    SetAttribute (domain) {
        /// true: the attribute leaves the set.
        delete: Option<bool> [attr, typed("remove")],
        /// The attribute by number; wins over its name.
        attribute_id: Option<i32>,
        /// The attribute by name.
        attribute_identifier: Option<String> [max(255), key],
        /// Articles of the set must have a value. Default false.
        mandatory: Option<bool>,
        /// Sort number.
        sort: Option<i32>,
    }

    /// What accounts say about a set.
    AttributeSetAccounts {
        /// One entry per account (compat: shopware_attribute_set); replaces what was stored for that account.
        accounts: Vec<SetAccount> [per_platform("attribute_set"), written("shopware_attribute_set")],
    }

    /// A set in one account.
    SetAccount (domain) {
        /// true: the account says nothing about it any more.
        delete: Option<bool> [attr, typed("remove")],
        /// The account.
        account_id: AccountId,
        /// The name of the set in the shop.
        shopware_attribute_set_identifier: Option<String> [max(255)],
        /// Used for this account.
        active: Option<bool>,
        /// Usable for the comparison of products.
        comparable: Option<bool>,
        /// Sort number.
        position: Option<i32>,
        /// How the shop sorts the set.
        sort_mode: Option<SetSorting>,
    }
}

impl Convert<Vec<SetAccount>> for Option<AttributeSetAccounts> {
    fn convert(self) -> Vec<SetAccount> {
        self.map(|data| data.accounts).unwrap_or_default()
    }
}

impl Convert<Option<AttributeSetAccounts>> for Vec<SetAccount> {
    fn convert(self) -> Option<AttributeSetAccounts> {
        (!self.is_empty()).then_some(AttributeSetAccounts { accounts: self })
    }
}

impl LookUp for AttributeSetRecord {
    look_up_columns!(attribute_set_id, attribute_set_identifier);
    look_up_document!(AttributeSet, AttributeSetUpdate, attribute_set_fields, { attribute_set_id attribute_set_identifier });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            AttributeSetKey::Identifier => By::Name,
            AttributeSetKey::Id => By::Id,
        }
    }

    fn fit(_stored: &AttributeSet, newer: &mut AttributeSetUpdate, at: &mut Fitting<'_>) -> Result<(), Failure> {
        newer
            .specific_attribute_set_data
            .iter()
            .try_for_each(|account| at.account(account.account_id).map_err(|failure| failure.within("specific_attribute_set_data")))
    }

    fn part(&self) -> Option<i32> {
        let alone = self.attribute_set_identifier.is_none() && self.attributes.entries.is_empty() && self.translations.is_empty();
        match self.specific_attribute_set_data.as_ref().map(|data| data.accounts.as_slice()) {
            Some([account]) if alone => Some(account.account_id.0),
            _ => None,
        }
    }

    /// The original's answers have each of them (`item-calls.md` 12.3), so clients read them without looking.
    fn complete(_conn: &mut Conn<'_>, records: &mut [Self]) -> Result<(), Failure> {
        for record in records {
            let name = &record.attribute_set_identifier;
            for account in record.specific_attribute_set_data.iter_mut().flat_map(|data| &mut data.accounts) {
                account.shopware_attribute_set_identifier = account.shopware_attribute_set_identifier.take().or_else(|| name.clone());
                account.active.get_or_insert(true);
                account.comparable.get_or_insert(false);
                account.position.get_or_insert(0);
                account.sort_mode.get_or_insert(SetSorting::AlphaNumeric);
            }
        }
        Ok(())
    }

    fn renamed(document: &mut AttributeSet, before: &str, now: &str) {
        document.former_names.note(before, now);
    }

    fn former_names(document: &AttributeSet) -> &[String] {
        &document.former_names.0
    }
}

impl ShopwareSetRecord {
    /// The same as a change of the set.
    fn into_change(self) -> AttributeSetRecord {
        let account = SetAccount {
            delete: None,
            account_id: self.account_id,
            shopware_attribute_set_identifier: self.identifier,
            active: self.active,
            comparable: self.comparable,
            position: self.position,
            sort_mode: self.sort_mode,
        };
        AttributeSetRecord {
            significant_key: Some(AttributeSetKey::Id),
            attribute_set_id: Some(self.set_id),
            mandator_id: self.mandator_id,
            specific_attribute_set_data: Some(AttributeSetAccounts { accounts: vec![account] }),
            ..AttributeSetRecord::default()
        }
    }
}

/// The attributes of some mandators: sets name them by number or name, and show both.
#[derive(Default)]
struct Known(BTreeMap<MandatorId, Definitions<Attribute>>);

impl Known {
    fn read(conn: &mut Conn<'_>, mandators: impl Iterator<Item = MandatorId>) -> Result<Known, Failure> {
        let mut known = Known::default();
        for mandator_id in mandators.collect::<BTreeSet<_>>() {
            known.0.insert(mandator_id, Definitions::of(lookups::of_mandator(conn, mandator_id)?)?);
        }
        Ok(known)
    }

    /// Finds the attributes that a record names.
    fn resolve(&self, mut record: AttributeSetRecord) -> Result<AttributeSetRecord, Failure> {
        let attributes = self.0.get(&record.mandator_id);
        for (entry, number) in record.attributes.entries.iter_mut().zip(1..) {
            let place = |failure: Failure| failure.within(Place::entry("attribute", number));
            let name = entry.attribute_identifier.as_deref();
            let found = attributes.and_then(|attributes| attributes.find(entry.attribute_id, name)).map(|attribute| attribute.id);
            entry.attribute_id = match (found, entry.attribute_id, name) {
                (Some(id), ..) => Some(id),
                // It cannot be in the set.
                (None, ..) if entry.delete == Some(true) => None,
                (None, Some(id), _) => return Err(place(Failure::quoting(code::UNKNOWN_KEY, [&FieldName("attribute_id"), &id]))),
                (None, None, Some(name)) => {
                    return Err(place(Failure::quoting(code::UNKNOWN_KEY, [&FieldName("attribute_identifier"), &name])));
                }
                (None, None, None) => {
                    return Err(place(Failure::quoting(code::MISSING, [&AnyOf(&["attribute_id", "attribute_identifier"])])));
                }
            };
        }
        Ok(record)
    }

    /// Names the attributes of a record.
    fn name(&self, record: &mut AttributeSetRecord) {
        let Some(attributes) = self.0.get(&record.mandator_id) else { return };
        for entry in &mut record.attributes.entries {
            let found = entry.attribute_id.and_then(|id| attributes.find(Some(id), None));
            entry.attribute_identifier = found.map(|attribute| attribute.identifier.clone());
        }
    }
}

wire! {
    /// Conditions; all of them must hold.
    AttributeSetFilter {
        /// The mandator; without it those of all mandators that the user may use.
        mandator_id: Option<Match<MandatorId>>,
        /// Number that Kontor gave the record.
        attribute_set_id: Option<Match<i32>>,
        /// Its name.
        attribute_set_identifier: Option<Match<String>>,
        /// When it was last changed.
        last_changed: Option<Between>,
    }

    /// Which sets to fetch.
    FetchAttributeSetsRequest {
        /// Sets that pass one of these filters.
        filters: Vec<AttributeSetFilter> [flat("filter")],
        /// Page size; all on one page when absent.
        attribute_sets_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters;
        /// empty: from the start. Replaces the number of a page: read on until an answer has no records. A page has
        /// 250 of them if the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchAttributeSetsResult, attribute_sets: AttributeSetRecord, "attribute_set", changes {} }

pub(crate) struct FetchAttributeSets;

impl ReadOperation for FetchAttributeSets {
    const NAME: &'static str = "fetchAttributeSets";
    const DOC: &'static str = "Reads sets of central attributes.";
    type Request = FetchAttributeSetsRequest;
    type Result = FetchAttributeSetsResult;

    fn asks_for_changes(request: &FetchAttributeSetsRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchAttributeSetsRequest) -> Result<FetchAttributeSetsResult, Failure> {
        let mandators: Vec<MandatorId> = reading.mandators().collect();
        let each: Vec<Match<MandatorId>> = mandators.iter().map(|id| Match { any_of: Some(vec![*id]), ..Match::default() }).collect();
        let mut conditions = Vec::new();
        for filter in &request.filters {
            let all = if filter.mandator_id.is_some() { &[][..] } else { &each };
            conditions.extend(filter.mandator_id.iter().chain(all).map(|mandator_id| Conditions {
                mandator_id: Some(mandator_id),
                id: filter.attribute_set_id.as_ref(),
                identifier: filter.attribute_set_identifier.as_ref(),
                external_id: None,
                last_changed: filter.last_changed.as_ref(),
            }));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.attribute_sets_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let mut found = look_up::fetch::<AttributeSetRecord, _>(reading, conn, conditions.into_iter(), asked)?;
        let (Found::Page(records, _) | Found::Changed(records, _)) = &mut found;
        let known = Known::read(conn, records.iter().map(|record| record.mandator_id))?;
        records.iter_mut().for_each(|record| known.name(record));
        Ok(match found {
            Found::Page(attribute_sets, total) => FetchAttributeSetsResult::page(attribute_sets, total),
            Found::Changed(attribute_sets, next) => {
                FetchAttributeSetsResult { attribute_sets, next_changed_since: Some(next), ..FetchAttributeSetsResult::default() }
            }
        })
    }
}

write_request! {
    /// Sets to create or update, and what accounts say about sets.
    UpdateAttributeSetsRequest {
        /// The sets.
        attribute_sets: Records<AttributeSetRecord> [flat("attribute_set")],
        /// What accounts say about sets that are there, or come before in this request.
        shopware_sets: Records<ShopwareSetRecord> [flat("shopware_set")],
    }
}

reports! { UpdateAttributeSetsResult, AttributeSetReport, attribute_set: AttributeSetRecord; shopware_set: ShopwareSetKeys }

pub(crate) struct UpdateAttributeSets;

impl WriteOperation for UpdateAttributeSets {
    const NAME: &'static str = "updateAttributeSets";
    const DOC: &'static str = "Creates and updates sets of central attributes, and says which of them articles of a set must have.";
    type Request = UpdateAttributeSetsRequest;
    type Result = UpdateAttributeSetsResult;

    fn prepare(_settings: &Settings, request: &mut UpdateAttributeSetsRequest) -> Result<Refused, Failure> {
        Ok(look_up::prepare(&request.attribute_sets))
    }

    fn handle(work: &mut Work<'_, '_>, request: UpdateAttributeSetsRequest) -> Result<UpdateAttributeSetsResult, Failure> {
        let sets = &request.attribute_sets.list;
        let mandators = sets.iter().filter_map(|record| record.content.as_deref().ok()).map(|record| record.mandator_id);
        let known = Known::read(&mut work.tx.conn, mandators)?;
        let keys: Vec<Option<AttributeSetRecord>> =
            request.attribute_sets.list.iter().map(|record| sent_keys(record.content.as_deref().ok()?)).collect();
        let sets: Vec<Outcome<AttributeSetRecord>> = look_up::update(work, request.attribute_sets.try_map(|record| known.resolve(record)))?;
        let mut reports: Vec<AttributeSetReport> = sets
            .into_iter()
            .zip(keys)
            .map(|(mut outcome, keys)| {
                outcome.keys.iter_mut().for_each(|record| known.name(record));
                outcome.keys = outcome.keys.or(keys);
                outcome.report()
            })
            .collect();
        let keys: Vec<Option<ShopwareSetKeys>> =
            request.shopware_sets.list.iter().map(|record| keys_of(record.content.as_deref().ok()?)).collect();
        let shopware: Vec<Outcome<AttributeSetRecord>> = look_up::update(work, request.shopware_sets.map(ShopwareSetRecord::into_change))?;
        reports.extend(shopware.into_iter().zip(keys).map(|(outcome, keys)| AttributeSetReport {
            shopware_set: keys,
            ..ReportOf::new(outcome.reference_id, outcome.action, None, outcome.error)
        }));
        Ok(UpdateAttributeSetsResult::of(reports))
    }
}

fn sent_keys(record: &AttributeSetRecord) -> Option<AttributeSetRecord> {
    Some(AttributeSetRecord {
        attribute_set_id: record.attribute_set_id,
        mandator_id: record.mandator_id,
        attribute_set_identifier: record.attribute_set_identifier.clone(),
        ..AttributeSetRecord::default()
    })
}

fn keys_of(record: &ShopwareSetRecord) -> Option<ShopwareSetKeys> {
    Some(ShopwareSetKeys {
        shopware_set_id: record.set_id,
        mandator_id: record.mandator_id,
        account_id: record.account_id,
        identifier: record.identifier.clone(),
    })
}
