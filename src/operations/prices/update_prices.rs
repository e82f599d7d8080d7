//! `updatePrices`: prices that belong to the article itself, and channel prices. Never creates articles.

use crate::domain::{Decimal, Failure};
use crate::operations::items::{self, ItemKey, ItemKeys, ItemRecord};
use crate::operations::wire::{Patch, Records, Xml};
use crate::operations::{Work, WriteOperation};
use crate::store::outbox::Topic;
use crate::{reports, wire, write_request};

write_request! {
    /// Prices to update.
    UpdatePricesRequest {
        /// The articles.
        items: Records<ItemPriceRecord> [flat("item")],
    }
}

wire! {
    /// The prices of an article.
    ItemPriceRecord {
        /// Which field identifies the article. Default INTERNAL_ITEM_NUMBER.
        significant_key: Option<ItemKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the article.
        item_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: i32,
        /// The merchant's own item number.
        internal_item_number: Option<String> [max(50)],
        /// EAN or GTIN.
        ean_code: Option<String> [max(30)],
        /// List price in the mandator's currency.
        list_price: Patch<Decimal>,
        /// Shipping cost category by number.
        delivery_charge_category_id: Patch<i32>,
        /// Shipping cost category by the ERP's own number.
        external_delivery_charge_category_id: Patch<String> [max(50)],
        /// Channel prices as XML, one element per platform; kept and given back unchanged.
        specific_item_data: Patch<Xml>,
    }
}

reports! { UpdatePricesResult, ItemPriceReport, item: ItemKeys }

pub struct UpdatePrices;

impl WriteOperation for UpdatePrices {
    const NAME: &'static str = "updatePrices";
    const DOC: &'static str = "Updates list prices and channel prices of articles, and nothing else of them.";
    type Request = UpdatePricesRequest;
    type Result = UpdatePricesResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdatePricesRequest) -> Result<UpdatePricesResult, Failure> {
        let records = request.items.map(|price| ItemRecord {
            significant_key: price.significant_key,
            item_id: price.item_id,
            mandator_id: price.mandator_id,
            // Only the key of the article: this call renames nothing.
            internal_item_number: price.internal_item_number.filter(|_| price.significant_key.unwrap_or_default() == ItemKey::Number),
            ean_code: match (price.significant_key, price.ean_code) {
                (Some(ItemKey::Ean), Some(ean)) => Patch::Set(ean),
                _ => Patch::Keep,
            },
            list_price: price.list_price,
            delivery_charge_category_id: price.delivery_charge_category_id,
            external_delivery_charge_category_id: price.external_delivery_charge_category_id,
            specific_item_data: price.specific_item_data,
            ..ItemRecord::default()
        });
        let reports = items::take_records(work, records, false, &[Topic::Content, Topic::Price])?;
        Ok(UpdatePricesResult::of(reports))
    }
}
