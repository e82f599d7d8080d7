//! The parts of an order that no query asks for: kept as JSON, read and written whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Serialize};

use crate::domain::Decimal;
use crate::json_text;

/// `payment_status_id` of an order that is not paid.
pub const UNPAID: i32 = 1;
/// `payment_status_id` of a paid order.
pub const PAID: i32 = 2;

/// Everything of an order that has no column of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, FromSqlRow, AsExpression)]
#[diesel(sql_type = diesel::sql_types::Text)]
#[serde(default)]
pub struct OrderDocument {
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
    /// 1 gross, 2 net.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_type_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// As the channel names it; kept even where the configuration knows no id for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_identifier: Option<String>,
    /// [`UNPAID`] or [`PAID`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_status_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<Address>,
    /// Raw XML that Kontor does not interpret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_order_data: Option<String>,
    /// What the channel knows already about the order: the word of the fact, and how often it was said. What the channel
    /// said itself counts too, so that nothing is echoed back.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<String, i32>,
}

/// An invoice or delivery address, in the words of `updateCustomers`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// 1 Mr, 2 Ms, 3 company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salutation_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salutation_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_addition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code_iso: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A package, as the ERP told it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, FromSqlRow, AsExpression)]
#[diesel(sql_type = diesel::sql_types::Text)]
#[serde(default)]
pub struct PacketDocument {
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
}

impl PacketDocument {
    /// The same package again: by its tracking number, or, without one, by everything the ERP said about it.
    pub fn is_same(&self, other: &PacketDocument) -> bool {
        match (&self.tracking_number, &other.tracking_number) {
            (Some(one), Some(another)) => one == another,
            (None, None) => *self == PacketDocument { told: self.told, ..other.clone() },
            _ => false,
        }
    }

    /// Takes over what was not known yet.
    pub fn complete_from(&mut self, newer: PacketDocument) {
        let fill = |stored: &mut Option<String>, newer: Option<String>| {
            if stored.is_none() {
                *stored = newer;
            }
        };
        fill(&mut self.return_number, newer.return_number);
        fill(&mut self.shipping_provider_identifier, newer.shipping_provider_identifier);
        fill(&mut self.shipping_provider_external_id, newer.shipping_provider_external_id);
        fill(&mut self.dispatch_type_identifier, newer.dispatch_type_identifier);
        fill(&mut self.dispatch_type_external_id, newer.dispatch_type_external_id);
        self.shipping_date = self.shipping_date.or(newer.shipping_date);
    }
}

/// Payment data, as the ERP told it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, FromSqlRow, AsExpression)]
#[diesel(sql_type = diesel::sql_types::Text)]
#[serde(default)]
pub struct PaymentDocument {
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
    pub payment_status_id: Option<i32>,
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

json_text!(OrderDocument, PacketDocument, PaymentDocument);

/// What the ERP did with an order, as the outbox keeps it. The JSON is that of `connectors::FactKind`, which this module
/// must not see; a test of the dispatcher holds both together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactPayload {
    Acknowledged,
    Paid { transaction_id: Option<String> },
    Shipped { packets: Vec<FactPacket> },
    Cancelled { reason: Option<String> },
}

impl FactPayload {
    /// The word for it in tables and keys.
    pub fn word(&self) -> &'static str {
        match self {
            FactPayload::Acknowledged => "acknowledged",
            FactPayload::Paid { .. } => "paid",
            FactPayload::Shipped { .. } => "shipped",
            FactPayload::Cancelled { .. } => "cancelled",
        }
    }
}

/// A package inside a fact, in the ERP's words: the dispatcher maps the carrier.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FactPacket {
    pub tracking_number: Option<String>,
    pub return_number: Option<String>,
    pub carrier: Option<String>,
    pub dispatch_type: Option<String>,
    pub shipped_at: Option<DateTime<Utc>>,
}
