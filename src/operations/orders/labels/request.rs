//! A label as `createShippingLabels` asks for it.

use super::OrderSignificantKey;
use crate::domain::order::Address;
use crate::domain::{AccountId, Failure, MandatorId, OrderId, code};
use crate::operations::Work;
use crate::operations::orders::keys::{Numbers, missing_key};
use crate::operations::orders::positions::OrderContent;
use crate::operations::platform::Platform;
use crate::store::orders::OrderRow;
use crate::wire;

wire! {
    /// A label of one parcel.
    NewShippingLabel {
        /// The caller's own text, given back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The carrier, such as dhl; on the compat face the name of the element says it. shipcloud means any.
        platform: Platform,
        /// The order.
        order: LabelOrder,
        /// The ERP's own number of the label, unique in the mandator: the same again is a repeat.
        external_label_number: Option<String> [max(100), key],
        /// The account at the carrier, as the configuration names it; the mandator's only one where it is missing.
        shipcloud_account: Option<String> [typed("carrier_account"), key],
        /// Height of the parcel.
        height: Option<i32>,
        /// Length.
        length: Option<i32>,
        /// Width.
        width: Option<i32>,
        /// Unit of the three: 110, centimetres.
        dimension_unit: Option<i32>,
        /// Weight.
        weight: i32,
        /// Unit of the weight: 400, grams.
        weight_unit: Option<i32>,
        /// The sender; the seller of the mandator where it is missing.
        from_address: Option<LabelAddress>,
        /// The carrier, such as dhl; the account has to be one of it.
        carrier: Option<String> [max(100), key],
        /// The carrier's service.
        service: Option<String> [max(100)],
        /// true: with a label for the return.
        return_label: Option<bool>,
        /// The package that it is for, if it was reported already: it gets the tracking number.
        packet_id: Option<i32>,
        /// What is in it; everything that is open when it is confirmed, where nothing is named.
        contents: Vec<OrderContent> [each("content")],
    }

    /// The order of a label.
    LabelOrder {
        /// The field that names it.
        significant_key: OrderSignificantKey [attr],
        /// Kontor's own id.
        order_id: Option<OrderId>,
        /// Order number.
        order_number: Option<i32>,
        /// Prefix and number in one.
        order_number_and_prefix: Option<String> [max(100), key],
        /// First foreign number.
        external_order_number_1: Option<String> [max(100), key],
        /// Second foreign number.
        external_order_number_2: Option<String> [max(100), key],
        /// The channel's order number.
        marketplace_order_id: Option<String> [key],
        /// Account of the order; decides where several accounts have an order under the key.
        account_id: Option<AccountId>,
        /// The mandator of the order, which is that of the label.
        mandator_id: Option<MandatorId>,
    }

    /// A sender.
    LabelAddress {
        /// 1 Mr, 2 Ms, 3 company.
        salutation_id: Option<i32>,
        /// mr, ms or business.
        salutation_identifier: Option<String>,
        /// Company.
        firm: Option<String> [max(200)],
        /// Title.
        title: Option<String> [max(100)],
        /// First name.
        first_name: Option<String> [max(100)],
        /// Last name.
        last_name: Option<String> [max(200)],
        /// Street.
        street: Option<String> [max(200)],
        /// House number.
        house_number: Option<String>,
        /// Supplement.
        street_additional: Option<String>,
        /// Postal code.
        postal_code: Option<String>,
        /// City.
        city: Option<String>,
        /// Country, ISO 3166 alpha-2.
        country_code_iso: Option<String>,
        /// Phone.
        phone_number: Option<String>,
    }
}

impl LabelOrder {
    pub(super) fn find(&self, work: &mut Work<'_, '_>, mandator_id: MandatorId) -> Result<OrderRow, Failure> {
        if let Some(other) = self.mandator_id.filter(|named| *named != mandator_id) {
            return Err(Failure::quoting(code::NOT_IN_LIST, [&other, &mandator_id]).within("mandator_id"));
        }
        let joined = self.order_number_and_prefix.as_deref().map(|text| {
            let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
            (prefix, text.get(prefix.len()..).and_then(|number| number.parse().ok()))
        });
        let numbers = Numbers {
            order_id: self.order_id,
            order_number: self.order_number.or(joined.and_then(|(_, number)| number)),
            order_number_prefix: joined.map(|(prefix, _)| prefix),
            external_order_number_1: self.external_order_number_1.as_deref(),
            external_order_number_2: self.external_order_number_2.as_deref(),
            marketplace_order_id: self.marketplace_order_id.as_deref(),
            ..Numbers::default()
        };
        if self.significant_key == OrderSignificantKey::OrderNumberAndPrefix && joined.is_none() {
            return Err(missing_key(OrderSignificantKey::OrderNumberAndPrefix));
        }
        numbers.order(&mut work.tx.conn, (mandator_id, self.account_id), self.significant_key)
    }
}

impl LabelAddress {
    pub(super) fn of(from: Address) -> LabelAddress {
        LabelAddress {
            salutation_id: from.salutation_id,
            salutation_identifier: from.salutation_identifier,
            firm: from.firm,
            title: from.title,
            first_name: from.first_name,
            last_name: from.last_name,
            street: from.street,
            house_number: from.house_number,
            street_additional: from.street_addition,
            postal_code: from.postal_code,
            city: from.city,
            country_code_iso: from.country_code_iso,
            phone_number: from.phone,
        }
    }

    pub(super) fn stored(&self) -> Address {
        let from = self.clone();
        Address {
            salutation_id: from.salutation_id,
            salutation_identifier: from.salutation_identifier,
            firm: from.firm,
            title: from.title,
            first_name: from.first_name,
            last_name: from.last_name,
            street: from.street,
            house_number: from.house_number,
            street_addition: from.street_additional,
            postal_code: from.postal_code,
            city: from.city,
            country_code_iso: from.country_code_iso,
            phone: from.phone_number,
            ..Address::default()
        }
    }
}
