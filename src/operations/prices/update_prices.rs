//! `updatePrices`: prices that belong to the article itself, and channel prices. Never creates articles.

use crate::domain::{Decimal, Failure, ItemId, MandatorId};
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
        item_id: Option<ItemId>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The merchant's own item number.
        internal_item_number: Option<String> [max(100), key],
        /// EAN or GTIN.
        ean_code: Option<String> [max(30), key],
        /// List price in the mandator's currency.
        list_price: Patch<Decimal>,
        /// Shipping cost category by number.
        delivery_charge_category_id: Patch<i32>,
        /// Shipping cost category by the ERP's own number.
        external_delivery_charge_category_id: Patch<String> [max(50), key],
        /// Channel prices as XML, one element per platform; whatever else is stored for the platform and the account stays.
        specific_item_data: Option<Xml>,
    }
}

reports! { UpdatePricesResult, ItemPriceReport, item: ItemKeys }

pub(crate) struct UpdatePrices;

impl WriteOperation for UpdatePrices {
    const NAME: &'static str = "updatePrices";
    const DOC: &'static str = "Updates list prices and channel prices of articles, and nothing else of them.";
    type Request = UpdatePricesRequest;
    type Result = UpdatePricesResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdatePricesRequest) -> Result<UpdatePricesResult, Failure> {
        let reports = items::take_records(work, request.items.map(article_of), false, &[Topic::Content, Topic::Price])?;
        Ok(UpdatePricesResult::of(reports))
    }
}

/// The article with nothing but its key and its prices: this call renames nothing.
fn article_of(record: ItemPriceRecord) -> ItemRecord {
    let ItemPriceRecord {
        significant_key,
        reference_id: _,
        item_id,
        mandator_id,
        internal_item_number,
        ean_code,
        list_price,
        delivery_charge_category_id,
        external_delivery_charge_category_id,
        specific_item_data,
    } = record;
    let key = significant_key.unwrap_or_default();
    ItemRecord {
        significant_key,
        item_id,
        mandator_id,
        internal_item_number: internal_item_number.filter(|_| key == ItemKey::Number),
        ean_code: ean_code.filter(|_| key == ItemKey::Ean).into(),
        list_price,
        delivery_charge_category_id,
        external_delivery_charge_category_id,
        specific_item_data: specific_item_data.into(),
        ..ItemRecord::default()
    }
}
