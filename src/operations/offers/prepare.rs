//! `prepareOffers`: makes offers from articles. Every child whose name ends in `offer` is one, whatever the platform.

use std::collections::BTreeMap;

use super::explain::MissingValue;
use crate::domain::{AccountId, AnyOf, Failure, FieldName, ItemId, MandatorId, OfferId, code};
use crate::operations::common::ReportAction;
use crate::operations::platform::Platform;
use crate::operations::wire::{Field, FieldSpec, FieldType, Records, Types, Writer, Xml, entries, platform_in, same_name};
use crate::operations::{Face, Work, WriteOperation};
use crate::preparation::{self, Frame, Missing};
use crate::store::offers as store;
use crate::store::{Conn, items, listings};
use crate::xml::Node;
use crate::{reports, wire, write_request};

write_request! {
    /// Offers to prepare.
    PrepareOffersRequest {
        /// The offers.
        offers: PlatformOffers [per_platform("offer")],
    }
}

wire! {
    /// An offer to prepare.
    PrepareOfferRecord {
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The platform that the account has to be of, such as ebay; on the compat face the name of the element says it.
        platform: Platform,
        /// The account by number; fetchAccounts lists them.
        account_id: AccountId,
        /// The article by number of Kontor; wins over internal_item_number.
        item_id: Option<ItemId>,
        /// The article by the merchant's own item number.
        internal_item_number: Option<String> [max(100), key],
        /// The platform's own element with further fields; kept with the offer and given back unchanged.
        specific_offer_data: Option<Xml>,
    }

    /// The keys of an offer, on its report.
    OfferKeys {
        /// Number that Kontor gave the offer.
        offer_id: Option<OfferId>,
        /// The account.
        account_id: Option<AccountId>,
        /// The article.
        item_id: Option<ItemId>,
        /// What is wrong with the article's attributes in this account; explainOffer says what else is missing.
        missing_values: Vec<MissingValue> [each("missing_value")],
    }
}

reports! { PrepareOffersResult, PrepareOfferReport, offer: OfferKeys }

/// Records under the names of their platforms (`real_offer`, `ebay_offer`, …), or as a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlatformOffers(pub Records<PrepareOfferRecord>);

impl Field for PlatformOffers {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Self, Failure> {
        let mut records = Records::<PrepareOfferRecord>::read_field(parent, spec, face)?;
        for (record, node) in records.list.iter_mut().zip(entries(parent, spec)) {
            let Ok(content) = &mut record.content else { continue };
            if platform_in(node.name(), "offer").is_none() {
                continue;
            }
            match further_fields(node) {
                Ok(None) => {}
                Ok(data) => content.specific_offer_data = data,
                Err(failure) => record.content = Err(failure),
            }
        }
        Ok(PlatformOffers(records))
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        self.0.write_field(out, spec);
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        Records::<PrepareOfferRecord>::describe(spec, types)
    }
}

/// The whole element, where it says more than the fields that every platform has.
fn further_fields(node: Node<'_>) -> Result<Option<Xml>, Failure> {
    const COMMON: [&str; 7] =
        ["reference_id", "mandator_id", "platform", "account_id", "item_id", "internal_item_number", "specific_offer_data"];
    let more = node.children().any(|child| !COMMON.iter().any(|common| same_name(child.name(), common)));
    more.then(|| node.standalone_xml().map(|xml| Xml(xml.into_owned()))).transpose()
}

pub(crate) struct PrepareOffers;

impl WriteOperation for PrepareOffers {
    const NAME: &'static str = "prepareOffers";
    const DOC: &'static str = "Makes prepared offers from articles, one per article and account. uploadOffers lists them.";
    const KEEPS_RECORDS_WHOLE: bool = true;
    type Request = PrepareOffersRequest;
    type Result = PrepareOffersResult;

    fn handle(work: &mut Work<'_, '_>, request: PrepareOffersRequest) -> Result<PrepareOffersResult, Failure> {
        let mut reports = work.each(
            request.offers.0,
            |record| record.mandator_id,
            |work, record| {
                let keys = OfferKeys { account_id: Some(record.account_id), item_id: record.item_id, ..OfferKeys::default() };
                match prepare(work, &record) {
                    Ok((action, keys)) => Ok((Some(action), keys)),
                    Err(failure) => Err((failure, Some(keys))),
                }
            },
        )?;
        add_missing(work, &mut reports)?;
        Ok(PrepareOffersResult::of(reports))
    }
}

/// Says of each prepared offer what is wrong with its attributes.
fn add_missing(work: &mut Work<'_, '_>, reports: &mut [PrepareOfferReport]) -> Result<(), Failure> {
    let mut by_account: BTreeMap<AccountId, Vec<&mut OfferKeys>> = BTreeMap::new();
    for report in reports.iter_mut().filter(|report| report.return_code == 0) {
        let Some(keys) = report.offer.as_mut() else { continue };
        by_account.entry(keys.account_id.unwrap_or_default()).or_default().push(keys);
    }
    for (account_id, offers) in by_account {
        let account = work.account(account_id, None)?;
        let today = work.tx.stamp.day_in(work.mandator(account.mandator_id)?.time_zone);
        let frame = Frame { account, public_url: &work.settings.server.public_url, today };
        let items: Vec<ItemId> = offers.iter().filter_map(|offer| offer.item_id).collect();
        let lacks = preparation::attribute_lacks(&mut work.tx.conn, &frame, &items)?;
        let reader = work.reader(Some(account.mandator_id));
        for offer in offers {
            let lacks = offer.item_id.and_then(|item_id| lacks.get(&item_id)).into_iter().flatten();
            offer.missing_values = lacks.map(|lack| MissingValue::from(Missing::of(lack, reader))).collect();
        }
    }
    Ok(())
}

fn prepare(work: &mut Work<'_, '_>, record: &PrepareOfferRecord) -> Result<(ReportAction, OfferKeys), Failure> {
    work.account(record.account_id, Some(record.mandator_id))?;
    record.platform.check_account(work.settings, record.account_id)?;
    let item_id = item_of(&mut work.tx.conn, record)?;
    if let Some(item) = store::items_for(&mut work.tx.conn, &[item_id])?.pop() {
        refuse_same_sku(&mut work.tx.conn, record.account_id, item_id, &item.internal_item_number)?;
    }
    let (offer, new) = store::prepare(work.tx, record.mandator_id, record.account_id, item_id)?;
    let listing = listings::of_account(&mut work.tx.conn, record.account_id, &[item_id])?.remove(&item_id);
    let refill_from = listing.and_then(|listing| listing.refill_count);
    store::keep_preparation(work.tx, &offer, refill_from, record.specific_offer_data.as_ref().map(|data| data.0.as_str()))?;
    let action = if new { ReportAction::Insert } else { ReportAction::Update };
    let keys =
        OfferKeys { offer_id: Some(offer.offer_id), account_id: Some(offer.account_id), item_id: Some(item_id), ..OfferKeys::default() };
    Ok((action, keys))
}

/// Two articles cannot be offered under one SKU.
fn refuse_same_sku(conn: &mut Conn<'_>, account_id: AccountId, item_id: ItemId, sku: &str) -> Result<(), Failure> {
    match store::same_sku(conn, account_id, item_id, sku)? {
        None => Ok(()),
        Some(other) => Err(Failure::quoting(code::SKU_TAKEN, [&other, &sku, &account_id])),
    }
}

fn item_of(conn: &mut Conn<'_>, record: &PrepareOfferRecord) -> Result<ItemId, Failure> {
    let unknown = |field: &'static str, value: &str| Failure::quoting(code::UNKNOWN_ITEM, [&FieldName(field), &value, &record.mandator_id]);
    match (record.item_id, record.internal_item_number.as_deref()) {
        (Some(id), _) => {
            let found = items::by_ids(conn, &[id])?.into_iter().any(|item| item.mandator_id == record.mandator_id);
            if found { Ok(id) } else { Err(unknown("item_id", &id.to_string())) }
        }
        (None, Some(number)) => match items::ids_by_number(conn, record.mandator_id, &[number])?.as_slice() {
            [] => Err(unknown("internal_item_number", number)),
            [(_, id)] => Ok(*id),
            several => {
                Err(Failure::quoting(code::AMBIGUOUS, [&several.len(), &FieldName("internal_item_number"), &number, &FieldName("item_id")]))
            }
        },
        (None, None) => Err(Failure::quoting(code::MISSING, [&AnyOf(&["item_id", "internal_item_number"])])),
    }
}

/// A call for one offer.
#[cfg(test)]
pub(crate) fn preparing(account_id: AccountId, item_id: ItemId) -> PrepareOffersRequest {
    let record = PrepareOfferRecord { mandator_id: MandatorId(1), account_id, item_id: Some(item_id), ..PrepareOfferRecord::default() };
    PrepareOffersRequest { offers: PlatformOffers(crate::operations::testing::records("offer", [record])), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::wire::FRAGMENT_LIMITS;
    use crate::xml::Document;

    #[test]
    fn offers_stay_in_the_order_of_the_request_whatever_they_are_called() {
        static OFFERS: FieldSpec = FieldSpec::new("offers", "").per_platform("offer");
        let named = |name: &str, account: i32, more: &str| {
            format!("<{name}><mandator_id>1</mandator_id><account_id>{account}</account_id><item_id>1</item_id>{more}</{name}>")
        };
        let text = format!(
            "<request>{}{}{}</request>",
            named("ebay_offer", 1, "<site>eBay.de</site>"),
            named("offer", 2, ""),
            named("real_offer", 3, "")
        );
        let document = Document::parse(&text, &FRAGMENT_LIMITS).unwrap();
        let offers = PlatformOffers::read_field(document.root(), &OFFERS, Face::Compat).unwrap().0.list;
        let read: Vec<(i32, bool)> = offers
            .iter()
            .map(|record| record.content.as_ref().unwrap())
            .map(|offer| (offer.account_id.0, offer.specific_offer_data.is_some()))
            .collect();
        assert_eq!(read, [(1, true), (2, false), (3, false)]);
    }
}
