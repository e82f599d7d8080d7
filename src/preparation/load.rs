//! Reads what the rules need, from one snapshot, in a number of queries that does not depend on the number of items.

use std::collections::BTreeMap;

use super::{Definitions, Known, KnownPricelist};
use crate::config::Account;
use crate::domain::item::ReferenceKind;
use crate::domain::{Failure, ItemId, MandatorId};
use crate::store::account_categories;
use crate::store::lookups::{self, Listed, LookUpRow};
use crate::store::offers::{self, ItemForOffer};
use crate::store::pricelists::{self, NamedPrice};
use crate::store::prices::{self, PricelistRow};
use crate::store::{Conn, categories, listings, references};

/// Everything about these items in an account.
pub(crate) fn load(conn: &mut Conn<'_>, account: &Account, item_ids: &[ItemId]) -> Result<Known, Failure> {
    let items = offers::items_for(conn, item_ids)?;
    let mut parents: Vec<ItemId> = items.iter().filter_map(|item| item.variant_parent_id).collect();
    parents.sort_unstable();
    parents.dedup();
    let parents = offers::items_for(conn, &parents)?;
    let items: BTreeMap<ItemId, ItemForOffer> = parents.into_iter().chain(items).map(|item| (item.item_id, item)).collect();
    let all: Vec<ItemId> = items.keys().copied().collect();
    let (account_id, mandator_id) = (account.account_id, account.mandator_id);
    let groups = categories::with_ancestors(conn, items.values().filter_map(|item| item.category_id))?;
    let external: Vec<&str> = groups.values().filter_map(|group| group.external_id.as_deref()).collect();
    let group_categories = account_categories::of_groups(conn, account_id, &external)?;
    let mut pricelists = BTreeMap::new();
    for name in &account.pricelists {
        let Some(list) = prices::by_identifier(conn, mandator_id, name)? else { continue };
        pricelists.insert(name.clone(), prices_in(conn, list, item_ids)?);
    }
    // The lists are read only where something names one of their entries; most items name none.
    let listings = listings::of_account(conn, account_id, &all)?;
    let chooses = |listing: &listings::ListingRow| listing.template_id.is_some() || listing.template_identifier.is_some();
    let preparation = &account.preparation;
    let templates = preparation.description_template.is_some() || listings.values().any(chooses);
    let times = items.values().any(|item| item.delivery_time_id.is_some() || item.delivery_time_identifier.is_some());
    let charge = |item: &ItemForOffer| item.delivery_charge_category_id.is_some() || item.external_delivery_charge_category_id.is_some();
    let charges = items.values().any(charge);
    let named = references::kinds_of(conn, &all)?;
    let names = |kind| named.contains(&kind);
    Ok(Known {
        groups,
        item_categories: account_categories::of_items(conn, account_id, &all)?,
        group_categories,
        pricelists,
        templates: list(conn, mandator_id, templates)?,
        text_types: list(conn, mandator_id, templates || preparation.title_rule.is_some())?,
        delivery_times: list(conn, mandator_id, times)?,
        delivery_charges: list(conn, mandator_id, charges)?,
        manufacturers: list(conn, mandator_id, names(ReferenceKind::Manufacturer))?,
        // A set wants attributes that the article does not name.
        attributes: Definitions::of(list(conn, mandator_id, names(ReferenceKind::Attribute) || names(ReferenceKind::AttributeSet))?)?,
        attribute_sets: Definitions::of(list(conn, mandator_id, names(ReferenceKind::AttributeSet))?)?,
        variant_properties: Definitions::of(list(conn, mandator_id, names(ReferenceKind::VariantProperty))?)?,
        items,
    })
}

/// The prices of items in a list.
pub(crate) fn prices_in(conn: &mut Conn<'_>, list: PricelistRow, item_ids: &[ItemId]) -> Result<KnownPricelist, Failure> {
    let mut prices: BTreeMap<ItemId, Vec<NamedPrice>> = BTreeMap::new();
    for (item, price) in pricelists::prices_of(conn, list.pricelist_id, item_ids)? {
        prices.entry(item).or_default().push(price);
    }
    Ok(KnownPricelist { list, prices })
}

fn list<D: Listed>(conn: &mut Conn<'_>, mandator_id: MandatorId, needed: bool) -> Result<Vec<LookUpRow<D>>, Failure> {
    if needed { lookups::of_mandator(conn, mandator_id) } else { Ok(Vec::new()) }
}
