//! Documents of orders: `updateOrderDocuments`, `createOrderDocuments`, `fetchOrderDocuments` (`order-calls.md` 8; the answers could not be read and are ours).

mod bill;
mod create;
mod fetch;
mod kind;
mod store;
mod update;

#[cfg(test)]
mod tests;

pub(super) use bill::{delivery_address, order_number};
pub(crate) use create::CreateOrderDocuments;
pub(crate) use fetch::FetchOrderDocuments;
pub(crate) use update::UpdateOrderDocuments;

use super::{OrderKeys, OrderSignificantKey, order_record};
use crate::domain::order_document::DocumentType;
use crate::domain::{AccountId, DocumentId, MandatorId, OrderId};
use crate::store::documents::DocumentRow;
use crate::store::orders::OrderRow;
use crate::wire;

wire! {
    /// The keys of an order and of its documents.
    DocumentedOrder {
        /// Kontor's own id of the order.
        order_id: Option<OrderId>,
        /// The mandator.
        mandator_id: Option<MandatorId>,
        /// Prefix of the order number.
        order_number_prefix: Option<String>,
        /// The visible number.
        order_number: Option<i32>,
        /// First foreign number.
        external_order_number_1: Option<String>,
        /// Second foreign number.
        external_order_number_2: Option<String>,
        /// The channel's order number.
        marketplace_order_id: Option<String>,
        /// Account of the order.
        account_id: Option<AccountId>,
        /// Invoice number of the order.
        invoice_number: Option<String>,
        /// The documents that the record is about.
        documents: Vec<DocumentKeys> [each("document")],
        /// The channel's second order number.
        marketplace_order_id_2: Option<String>,
    }

    /// The keys of a document.
    DocumentKeys {
        /// Kontor's own id.
        document_id: DocumentId,
        /// What it is about.
        document_type: DocumentType,
        /// The number of who made it.
        external_document_number: Option<String>,
        /// Name of the file.
        document_name: String,
    }
}

impl DocumentedOrder {
    fn of(row: &OrderRow, documents: Vec<DocumentKeys>) -> DocumentedOrder {
        DocumentedOrder {
            account_id: row.account_id,
            invoice_number: row.invoice_number.clone(),
            documents,
            ..DocumentedOrder::named(OrderKeys::of(row))
        }
    }

    /// What a record says that failed.
    fn named(keys: OrderKeys) -> DocumentedOrder {
        DocumentedOrder {
            order_id: keys.order_id,
            mandator_id: keys.mandator_id,
            order_number_prefix: keys.order_number_prefix,
            order_number: keys.order_number,
            external_order_number_1: keys.external_order_number_1,
            external_order_number_2: keys.external_order_number_2,
            marketplace_order_id: keys.marketplace_order_id,
            marketplace_order_id_2: keys.marketplace_order_id_2,
            ..DocumentedOrder::default()
        }
    }
}

impl DocumentKeys {
    fn of(row: &DocumentRow) -> DocumentKeys {
        DocumentKeys {
            document_id: row.document_id,
            document_type: row.document_type,
            external_document_number: row.external_document_number.clone(),
            document_name: row.document_name.clone(),
        }
    }
}
