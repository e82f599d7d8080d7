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
    /// It is to be reported when nothing of the order is open any more: the channel takes whole shipments only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
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
                (None, None) => *self == PacketDocument { told: self.told, waits: self.waits, again: self.again, ..other.clone() },
                _ => false,
            },
        }
    }

    /// What names the package, for the ERP.
    pub fn number(&self) -> Option<&str> {
        self.external_packet_number.as_deref().or(self.tracking_number.as_deref())
    }

    /// Takes over what the ERP says now; what it leaves out stays.
    pub fn follow(&mut self, newer: PacketDocument) {
        let fill = |stored: &mut Option<String>, newer: Option<String>| {
            if newer.is_some() {
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
        self.shipping_date = newer.shipping_date.or(self.shipping_date);
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
    fn is_same(&self, other: &PaymentDocument) -> bool {
        if let (Some(one), Some(another)) = (&self.external_id, &other.external_id) {
            return one == another;
        }
        match (&self.transaction_id, &other.transaction_id) {
            (Some(one), Some(another)) => one == another,
            (None, None) => self == other,
            _ => false,
        }
    }

    /// Nothing is known but how it stands.
    fn is_bare(&self) -> bool {
        *self == PaymentDocument { payment_status_id: self.payment_status_id, ..PaymentDocument::default() }
    }

    /// Which of the known payments this one is, whoever reports it; `None`: another one. One of which nothing is known but how
    /// it stands is one that stands so, or the only one there is.
    pub(crate) fn among(&self, known: &[&PaymentDocument]) -> Option<usize> {
        let same = known.iter().position(|other| other.is_same(self));
        same.or_else(|| match self.is_bare() {
            true => {
                let stands_so = known.iter().position(|other| other.payment_status_id == self.payment_status_id);
                stands_so.or((known.len() == 1).then_some(0))
            }
            false => known.iter().position(|other| other.is_bare()),
        })
    }

    /// Takes over what a later report says; what it leaves out stays.
    pub(crate) fn take(&mut self, newer: PaymentDocument) {
        let PaymentDocument {
            version: _,
            payment_instructions,
            depositor,
            bic,
            bank_name,
            external_id,
            iban,
            transaction_id,
            payment_status_id,
        } = newer;
        let take = |stored: &mut Option<String>, newer: Option<String>| *stored = newer.or(stored.take());
        take(&mut self.payment_instructions, payment_instructions);
        take(&mut self.depositor, depositor);
        take(&mut self.bic, bic);
        take(&mut self.bank_name, bank_name);
        take(&mut self.external_id, external_id);
        take(&mut self.iban, iban);
        take(&mut self.transaction_id, transaction_id);
        self.payment_status_id = payment_status_id.or(self.payment_status_id);
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
    fn a_payment_is_known_again_whoever_reports_it() {
        let paid = || PaymentDocument { payment_status_id: Some(PaymentStatus::Paid), ..PaymentDocument::default() };
        let with = |external_id: Option<&str>, transaction_id: Option<&str>| PaymentDocument {
            external_id: external_id.map(str::to_owned),
            transaction_id: transaction_id.map(str::to_owned),
            ..paid()
        };
        let (full, channel) = (with(Some("P-1"), Some("T-1")), with(None, Some("T-1")));
        assert_eq!((channel.among(&[&full]), full.among(&[&channel])), (Some(0), Some(0)), "by the transaction");
        assert_eq!(with(Some("P-2"), Some("T-1")).among(&[&full]), None, "the foreign id wins");
        assert_eq!(with(None, Some("T-2")).among(&[&full]), None);
        assert_eq!(with(Some("P-1"), None).among(&[&channel]), None, "nothing says that it is the same");
        let unpaid = PaymentDocument { payment_status_id: Some(PaymentStatus::Unpaid), ..with(None, Some("T-3")) };
        assert_eq!(paid().among(&[&unpaid, &full]), Some(1), "one that is paid");
        assert_eq!(paid().among(&[&unpaid]), Some(0), "the only one there is");
        assert_eq!(paid().among(&[&unpaid, &unpaid]), None);
        assert_eq!(full.among(&[&paid()]), Some(0), "more about what was paid");
        let mut known = PaymentDocument { iban: Some("DE02".into()), ..full };
        known.take(channel);
        assert_eq!((known.iban.as_deref(), known.external_id.as_deref()), (Some("DE02"), Some("P-1")), "what is left out stays");
    }

    #[test]
    fn a_document_of_a_later_version_is_not_read() {
        assert!(serde_json::from_str::<OrderDocument>(r#"{"version":2}"#).is_err());
    }
}
