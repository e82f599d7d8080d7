//! OrderExport: what became of an order, as one picture of all of it (`platform-order-xml.md` 2). It commands nothing; the reader
//! compares it with what it knows.

use yaserde::YaSerialize;

/// The root.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
#[yaserde(rename = "orders")]
pub(crate) struct Orders {
    #[yaserde(rename = "order")]
    pub orders: Vec<Order>,
}

/// One order. The first eight elements are those of the reference; it shows no more, so the others have names of our own, in the
/// words of the web service.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
#[yaserde(rename = "order")]
pub(crate) struct Order {
    /// Kontor's own number. A connector does not know it, so it is empty.
    pub order_number: String,
    pub order_number_prefix: String,
    pub external_order_number_1: String,
    pub external_order_number_2: String,
    pub transaction_id_1: String,
    pub transaction_id_2: String,
    pub marketplace_order_id_1: String,
    pub marketplace_order_id_2: String,
    pub order_date: String,
    pub currency_code_iso: String,
    /// `open`, `acknowledged`, `shipped_in_part`, `shipped` or `cancelled`.
    pub order_status_identifier: String,
    /// `paid` or `unpaid`.
    pub payment_status_identifier: String,
    /// The seller's number of the payment.
    pub payment_transaction_id: String,
    pub cancellation_reason: String,
    pub order_items: Items,
    pub packets: Packets,
    pub credit_entries: CreditEntries,
    pub documents: Documents,
}

#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Items {
    #[yaserde(rename = "order_item")]
    pub items: Vec<OrderItem>,
}

/// A position, or pieces of one.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct OrderItem {
    /// The platform's id of the position.
    pub marketplace_order_item_id: String,
    pub item_internal_number: String,
    pub quantity: String,
    /// Pieces of the position for which it has happened by now; only in positions of the order.
    pub cancelled_quantity: Option<String>,
    pub shipped_quantity: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Packets {
    #[yaserde(rename = "packet")]
    pub packets: Vec<Packet>,
}

/// A package. Its number stays the same in all later pictures of the order.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Packet {
    pub packet_number: String,
    pub tracking_number: String,
    pub return_tracking_number: String,
    pub dispatch_provider_identifier: String,
    pub dispatch_type_identifier: String,
    pub dispatch_date: String,
    /// Empty: nobody said what of the shipped pieces is in it.
    pub order_items: Items,
}

#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct CreditEntries {
    #[yaserde(rename = "credit_entry")]
    pub entries: Vec<CreditEntry>,
}

/// Money for the buyer.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct CreditEntry {
    pub credit_entry_number: String,
    pub amount: String,
    pub currency_code_iso: String,
    pub reason: String,
    /// Empty: an amount for nothing in particular.
    pub order_items: Items,
}

#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Documents {
    #[yaserde(rename = "document")]
    pub documents: Vec<Document>,
}

#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Document {
    pub document_number: String,
    /// `invoice`, `credit_note` or `delivery_note`.
    pub document_type_identifier: String,
    pub file_name: String,
    /// Base64, in the picture that follows the document, and where the account is set to it.
    pub file_content: Option<String>,
}
