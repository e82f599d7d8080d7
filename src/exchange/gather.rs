//! The offers of an account, from one snapshot of the data.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::config::Account;
use crate::domain::item::Item;
use crate::domain::lookup::{DeliveryCharge, DeliveryTime};
use crate::domain::{Failure, ItemId};
use crate::platform_xml::{Offer, Offers, Pricelist, Prices};
use crate::preparation::{self, Frame, KnownPricelist, effective, prices_in};
use crate::store::categories::{self, CategoryRow};
use crate::store::items::{self, ItemRow};
use crate::store::lookups::{self, LookUpRow};
use crate::store::offers::{self, OfferFilter, OfferRow, OfferState, Wanted};
use crate::store::prices::{self, PricelistFilter};
use crate::store::{Conn, filter::Cond};

/// What the offers refer to.
struct Known<'a> {
    account: &'a Account,
    items: BTreeMap<ItemId, ItemRow>,
    groups: BTreeMap<i32, CategoryRow>,
    /// All lists of the mandator.
    lists: Vec<KnownPricelist>,
    delivery_times: Vec<LookUpRow<DeliveryTime>>,
    delivery_charges: Vec<LookUpRow<DeliveryCharge>>,
    today: NaiveDate,
    /// What the account shows of the items.
    shown: preparation::Known,
}

/// All offers of an account in the order of their numbers, prepared and ended ones too. `today` in the time zone of
/// the mandator decides which price counts.
///
/// # Errors
/// The database does not answer, or holds a document that cannot be read.
pub(crate) fn offers_of(conn: &mut Conn<'_>, account: &Account, today: NaiveDate) -> Result<Offers, Failure> {
    let filter = OfferFilter { mandator_id: account.mandator_id, account_id: Cond::one(account.account_id), ..OfferFilter::default() };
    let ids = offers::matching(conn, &filter)?;
    let mut rows = offers::by_ids(conn, &ids)?;
    rows.sort_by_key(|row| row.offer_id);
    let known = known_of(conn, account, &rows, today)?;
    let offers = rows.iter().filter_map(|row| offer_of(&known, row).transpose()).collect::<Result<Vec<Offer>, Failure>>()?;
    Ok(Offers { offers })
}

fn known_of<'a>(conn: &mut Conn<'_>, account: &'a Account, rows: &[OfferRow], today: NaiveDate) -> Result<Known<'a>, Failure> {
    let item_ids: Vec<ItemId> = rows.iter().map(|row| row.item_id).collect();
    let own = items::by_ids(conn, &item_ids)?;
    let mut parent_ids: Vec<ItemId> = own.iter().filter_map(|item| item.variant_parent_id).collect();
    parent_ids.sort_unstable();
    parent_ids.dedup();
    let parents = items::by_ids(conn, &parent_ids)?;
    let items = own.into_iter().chain(parents).map(|item| (item.item_id, item)).collect();
    let groups = categories::of_mandator(conn, account.mandator_id)?.into_iter().map(|group| (group.category_id, group)).collect();
    let filter = PricelistFilter { mandator_id: account.mandator_id, ..PricelistFilter::default() };
    let mut lists = Vec::new();
    for list in prices::matching(conn, &filter)? {
        lists.push(prices_in(conn, list, &item_ids)?);
    }
    Ok(Known {
        account,
        items,
        groups,
        lists,
        delivery_times: lookups::of_mandator(conn, account.mandator_id)?,
        delivery_charges: lookups::of_mandator(conn, account.mandator_id)?,
        today,
        shown: preparation::load(conn, account, &item_ids)?,
    })
}

/// `None`: the item has gone meanwhile.
fn offer_of(known: &Known<'_>, row: &OfferRow) -> Result<Option<Offer>, Failure> {
    let Some(item) = known.items.get(&row.item_id) else { return Ok(None) };
    let document = item.document()?;
    let parent = item.variant_parent_id.and_then(|id| known.items.get(&id));
    let parent_document = parent.map(ItemRow::document).transpose()?.unwrap_or_default();
    let group = item.category_id.and_then(|id| known.groups.get(&id));
    // The pictures, which need the public address, are not part of the document.
    let frame = Frame { account: known.account, public_url: "", today: known.today };
    let shown = known.shown.items.get(&item.item_id).and_then(|item| effective(&frame, &known.shown, item).ok());
    let (title, price) = shown.map_or((None, None), |shown| (shown.title.ok(), shown.price.ok()));
    // If a rule for titles fails, or no price counts, the upload messages say so; the document shows the item's name and no
    // price.
    let title = title.map_or_else(|| item.identifier.clone(), |title| title.value);
    let price = price.map(|price| price.value.money.amount.to_string()).unwrap_or_default();
    let (time, charge) = (known.delivery_time(&document), known.delivery_charge(&document));
    let days = time.map(LookUpRow::document).transpose()?.and_then(|time| time.delivery_time_in_days);
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    Ok(Some(Offer {
        title,
        item_identifier: item.identifier.clone(),
        item_internal_number: item.internal_item_number.clone(),
        item_match_code: text(item.match_code.as_ref()),
        item_ean_code: text(item.ean_code.as_ref()),
        item_upc_code: document.upc_code.unwrap_or_default(),
        item_isbn: document.isbn.unwrap_or_default(),
        account_name: known.account.identifier.clone(),
        price: price.clone(),
        account_price: price,
        prices: Prices { pricelists: known.lists.iter().filter_map(|list| pricelist_of(list, item.item_id, known.today)).collect() },
        offer_state: word(row.state == OfferState::Running),
        offer_pending_state: word(row.wanted == Wanted::Running),
        delivery_time_identifier: time.map(|row| row.identifier.clone()).or(document.delivery_time_identifier).unwrap_or_default(),
        delivery_time_in_days: days.map(|days| days.to_string()).unwrap_or_default(),
        variant_parent_identifier: text(parent.map(|parent| &parent.identifier)),
        variant_parent_internal_item_number: text(parent.map(|parent| &parent.internal_item_number)),
        variant_parent_match_code: text(parent.and_then(|parent| parent.match_code.as_ref())),
        variant_parent_ean: text(parent.and_then(|parent| parent.ean_code.as_ref())),
        variant_parent_upc: parent_document.upc_code.unwrap_or_default(),
        variant_parent_isbn: parent_document.isbn.unwrap_or_default(),
        product_group_external_id: text(group.and_then(|group| group.external_id.as_ref())),
        product_group_identifier: text(group.map(|group| &group.identifier)),
        delivery_charge_category_external_id: charge
            .and_then(|row| row.external_id.clone())
            .or(document.external_delivery_charge_category_id)
            .unwrap_or_default(),
        delivery_charge_category_identifier: text(charge.map(|row| &row.identifier)),
        ..Offer::default()
    }))
}

impl Known<'_> {
    /// The entry of the list that an item names.
    fn delivery_time(&self, item: &Item) -> Option<&LookUpRow<DeliveryTime>> {
        self.delivery_times.iter().find(|row| match item.delivery_time_id {
            Some(id) => row.id == id,
            None => Some(&row.identifier) == item.delivery_time_identifier.as_ref(),
        })
    }

    fn delivery_charge(&self, item: &Item) -> Option<&LookUpRow<DeliveryCharge>> {
        self.delivery_charges.iter().find(|row| match item.delivery_charge_category_id {
            Some(id) => row.id == id,
            None => row.external_id.is_some() && row.external_id == item.external_delivery_charge_category_id,
        })
    }
}

/// The item's price in a list today; lists without one are left out.
fn pricelist_of(known: &KnownPricelist, item_id: ItemId, today: NaiveDate) -> Option<Pricelist> {
    let (money, _) = known.price(item_id, today).ok()??;
    let list = &known.list;
    let (identifier, external_id) = (list.identifier.clone(), list.external_id.clone().unwrap_or_default());
    Some(Pricelist { identifier, external_id, price: money.amount.to_string() })
}

fn word(active: bool) -> String {
    if active { "ACTIVE" } else { "INACTIVE" }.to_owned()
}
