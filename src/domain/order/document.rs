//! The parts of an order that no query asks for: kept as JSON, read and written whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Address, ChannelRefund, Delivery, FactName, PaymentStatus, PriceType, Totals};
use crate::domain::Decimal;
use crate::domain::document::Version;

/// Everything of an order that has no column of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderDocument {
    pub version: Version<1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_code_iso: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_charge: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_on_delivery_charge: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_charge: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_amount: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_in_gram: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_provider: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_provider_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_type_id: Option<PriceType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// As the channel names it; kept even where the configuration knows no id for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_status_id: Option<PaymentStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<Address>,
    /// VAT id of the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_identification_number: Option<String>,
    #[serde(skip_serializing_if = "Totals::is_unsaid")]
    pub(crate) totals: Totals,
    /// What Kontor came to when the channel said its total: [`super::ChannelOrder::calculated_amount`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calculated_amount: Option<Decimal>,
    #[serde(skip_serializing_if = "Delivery::is_unsaid")]
    pub(crate) delivery: Delivery,
    /// Money that went back, whoever sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refunded_amount: Option<Decimal>,
    /// The refunds that the channel lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) refunds: Vec<ChannelRefund>,
    /// Raw XML that Kontor does not interpret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_order_data: Option<String>,
    /// The order is shipped because what was still open of it was cancelled.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rest_cancelled: bool,
    /// What the channel knows already about the order: the word of the fact, and how often it was said. What the channel
    /// said itself counts too, so that nothing is echoed back.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<String, i32>,
}

impl OrderDocument {
    /// The channel knows this already, because we or itself said so.
    pub fn is_told(&self, fact: FactName) -> bool {
        self.times_told(fact) > 0
    }

    pub fn times_told(&self, fact: FactName) -> i32 {
        self.told.get(fact.word()).copied().unwrap_or_default()
    }

    pub fn set_told(&mut self, fact: FactName, times: i32) {
        self.told.insert(fact.word().to_owned(), times);
    }
}

/// A package, as the ERP sent it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PacketDocument {
    pub version: Version<1>,
    /// The ERP's own number of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_packet_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_provider_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_provider_external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch_type_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch_type_external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_date: Option<DateTime<Utc>>,
    /// A fact of the order names this package already.
    pub told: bool,
    /// A fact had named it before its data were complete.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

impl PacketDocument {
    /// The same package again: by the ERP's number, else by its tracking number, or, without any, by everything the ERP
    /// said about it.
    pub fn is_same(&self, other: &PacketDocument) -> bool {
        match (&self.external_packet_number, &other.external_packet_number) {
            (Some(one), Some(another)) => one == another,
            _ => match (&self.tracking_number, &other.tracking_number) {
                (Some(one), Some(another)) => one == another,
                (None, None) => *self == PacketDocument { told: self.told, again: self.again, ..other.clone() },
                _ => false,
            },
        }
    }

    /// What names the package, for the ERP.
    pub fn number(&self) -> Option<&str> {
        self.external_packet_number.as_deref().or(self.tracking_number.as_deref())
    }

    /// Takes over what was not known yet.
    pub fn complete_from(&mut self, newer: PacketDocument) {
        let fill = |stored: &mut Option<String>, newer: Option<String>| {
            if stored.is_none() {
                *stored = newer;
            }
        };
        fill(&mut self.external_packet_number, newer.external_packet_number);
        fill(&mut self.tracking_number, newer.tracking_number);
        fill(&mut self.return_number, newer.return_number);
        fill(&mut self.shipping_provider_identifier, newer.shipping_provider_identifier);
        fill(&mut self.shipping_provider_external_id, newer.shipping_provider_external_id);
        fill(&mut self.dispatch_type_identifier, newer.dispatch_type_identifier);
        fill(&mut self.dispatch_type_external_id, newer.dispatch_type_external_id);
        self.shipping_date = self.shipping_date.or(newer.shipping_date);
    }
}

/// Payment data, as the ERP sent it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentDocument {
    pub version: Version<1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_instructions: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depositor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_status_id: Option<PaymentStatus>,
}

impl PaymentDocument {
    /// The same payment again: by its foreign id, else by its transaction, else by everything.
    pub fn is_same(&self, other: &PaymentDocument) -> bool {
        match (&self.external_id, &other.external_id) {
            (Some(one), Some(another)) => return one == another,
            (None, None) => {}
            _ => return false,
        }
        match (&self.transaction_id, &other.transaction_id) {
            (Some(one), Some(another)) => one == another,
            (None, None) => self == other,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FactName, PaymentStatus, PriceType};
    use super::{OrderDocument, PacketDocument, PaymentDocument};
    use crate::domain::Decimal;

    #[test]
    fn what_version_0_1_stored_is_read_and_written_with_its_version() {
        let json = r#"{"currency_code_iso":"EUR","shipping_charge":49000,"price_type_id":1,"payment_status_id":2,"invoice_address":{"city":"Köln"},"told":{"shipped":2}}"#;
        let order: OrderDocument = serde_json::from_str(json).unwrap();
        assert_eq!((order.price_type_id, order.payment_status_id), (Some(PriceType::Gross), Some(PaymentStatus::Paid)));
        assert_eq!((order.shipping_charge, order.times_told(FactName::Shipped)), (Some(Decimal(49_000)), 2));
        assert!(!order.is_told(FactName::Paid));
        assert_eq!(serde_json::to_string(&order).unwrap(), format!(r#"{{"version":1,{}"#, json.trim_start_matches('{')));
        let packet: PacketDocument = serde_json::from_str(r#"{"tracking_number":"1","told":true}"#).unwrap();
        assert!(packet.told && packet.tracking_number.as_deref() == Some("1"));
        let payment: PaymentDocument = serde_json::from_str(r#"{"iban":"DE02","payment_status_id":1}"#).unwrap();
        assert_eq!(payment.payment_status_id, Some(PaymentStatus::Unpaid));
    }

    #[test]
    fn a_document_of_a_later_version_is_not_read() {
        assert!(serde_json::from_str::<OrderDocument>(r#"{"version":2}"#).is_err());
    }
}
