//! `fetchOrderDocuments`: documents of orders with their content.

use std::collections::BTreeMap;

use super::kind;
use crate::config::Mandator;
use crate::domain::order_document::{DocumentType, Origin};
use crate::domain::{AccountId, DocumentId, Failure, MandatorId, OrderId, Stamp, code};
use crate::files::Folder;
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Between, Bytes, Match, Patch, Time, cond_of, mandator_of, words_of};
use crate::operations::{ReadOperation, Reading, Room};
use crate::store::Conn;
use crate::store::documents::{self, DocumentRow, DocumentSelection, document_conditions};
use crate::store::orders::{self, OrderRow};
use crate::store::since::Since;
use crate::{ask, fetched, wire, wire_enum};

wire_enum! {
    /// Who made a document.
    DocumentMaker {
        /// The ERP.
        Erp = "erp",
        /// Kontor, with createOrderDocuments.
        Kontor = "kontor",
        /// A carrier.
        Carrier = "carrier",
    }
}

wire! {
    /// Conditions on documents and their orders; all of them must hold.
    OrderDocumentFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Kontor's own ids of orders.
        order_ids: Option<Match<OrderId>>,
        /// Order number.
        order_number: Option<Match<i32>>,
        /// Prefix of the order number.
        order_number_prefix: Option<Match<String>>,
        /// First foreign number of the order.
        external_order_number_1: Option<Match<String>>,
        /// Second foreign number of the order.
        external_order_number_2: Option<Match<String>>,
        /// The channel's order number.
        marketplace_order_id_1: Option<Match<String>> [typed("marketplace_order_id")],
        /// The channel's second order number.
        marketplace_order_id_2: Option<Match<String>>,
        /// Account of the order.
        account_id: Option<Match<AccountId>>,
        /// Kontor's own ids of documents.
        document_ids: Option<Match<DocumentId>>,
        /// What a document is about: invoice, delivery note, credit note, shipping label, return label, customs document, other.
        document_type: Option<Match<String>>,
        /// Who made it: erp, kontor, carrier.
        document_origin: Option<Match<String>>,
        /// The number of who made it.
        external_document_number: Option<Match<String>>,
        /// When the document was stored.
        created_at: Option<Between>,
        /// When it was last changed.
        last_changed: Option<Between>,
    }

    /// Which documents to fetch.
    FetchDocumentsRequest {
        /// Documents that pass one of these filters.
        filters: Vec<OrderDocumentFilter> [flat("filter")],
        /// false: only what is known of the documents. Default true.
        include_content: Option<bool>,
        /// Page size; all on one page when absent.
        orders_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. Gives the documents that
        /// changed and not all that their orders have; `orders_per_page` counts documents then, and is 250 where it is absent.
        changed_since: Patch<String> [max(64)],
    }

    /// An order with documents.
    OrderDocumentsRecord {
        /// Kontor's own id of the order.
        order_id: OrderId,
        /// The mandator.
        mandator_id: MandatorId,
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
        /// The channel's second order number.
        marketplace_order_id_2: Option<String>,
        /// Account of the order.
        account_id: Option<AccountId>,
        /// Invoice number of the order.
        invoice_number: Option<String>,
        /// The documents that match.
        documents: Vec<OrderDocument> [each("document")],
    }

    /// A document.
    OrderDocument {
        /// Kontor's own id.
        document_id: DocumentId,
        /// What it is about.
        document_type: DocumentType,
        /// The number of who made it.
        external_document_number: Option<String>,
        /// Name of the file.
        document_name: String,
        /// The package that it belongs to.
        packet_id: Option<i32>,
        /// Media type of the file.
        media_type: String,
        /// Bytes of the file.
        file_size: i32,
        /// SHA-256 of the file, in hexadecimal.
        checksum: String,
        /// Who made it.
        document_origin: Option<DocumentMaker>,
        /// When Kontor stored it.
        created_at: Time,
        /// When it was last changed.
        last_changed: Time,
        /// The content.
        base64_doc: Option<Bytes>,
        /// true: the file is missing in the folder of documents, or is spoiled; the admin has to restore it.
        content_missing: Option<bool>,
    }
}

fetched! { FetchDocumentsResult, orders: OrderDocumentsRecord, "order", changes {} }

/// The operation.
pub(crate) struct FetchOrderDocuments;

impl ReadOperation for FetchOrderDocuments {
    const NAME: &'static str = "fetchOrderDocuments";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads documents of orders with their content: those of the ERP, of Kontor and of carriers.";
    type Request = FetchDocumentsRequest;
    type Result = FetchDocumentsResult;

    fn asks_for_changes(request: &FetchDocumentsRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchDocumentsRequest) -> Result<FetchDocumentsResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.orders_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let cursor = Cursor::of(reading, conn, asked)?;
        let mut found: Vec<(OrderId, Since)> = Vec::new();
        for filter in &request.filters {
            let selection = DocumentSelection { since: cursor.as_ref().map(Cursor::since), ..selection_of(reading, filter)? };
            found.extend(documents::select(conn, &selection)?);
        }
        let next = cursor.map(|cursor| {
            let mut places: Vec<Since> = found.iter().map(|(_, place)| *place).collect();
            let next = cursor.cut(&mut places, &mut Vec::new());
            found.retain(|(_, place)| places.binary_search(place).is_ok());
            next
        });
        let mut by_order: BTreeMap<OrderId, Vec<DocumentId>> = BTreeMap::new();
        for (order_id, place) in found {
            by_order.entry(order_id).or_default().push(DocumentId(place.id));
        }
        let ids: Vec<OrderId> = by_order.keys().copied().collect();
        let page = match next {
            Some(_) => &ids[..],
            None => reading.page(&ids, request.orders_per_page, request.page)?,
        };
        let content = request.include_content.unwrap_or(true).then(|| Folder::new(&reading.settings.documents.folder));
        let mut room = reading.room();
        let mut records = Vec::new();
        for order_id in page {
            let Some(order) = orders::get(conn, *order_id)? else { continue };
            let mut wanted = by_order.remove(order_id).unwrap_or_default();
            wanted.sort_unstable();
            wanted.dedup();
            let rows = documents::load(conn, &wanted)?;
            records.push(record_of(reading, order, rows, content.as_ref(), &mut room)?);
        }
        Ok(match next {
            Some(_) => FetchDocumentsResult { orders: records, next_changed_since: next, ..FetchDocumentsResult::default() },
            None => FetchDocumentsResult::page(records, ids.len()),
        })
    }
}

fn selection_of(reading: &Reading<'_>, filter: &OrderDocumentFilter) -> Result<DocumentSelection, Failure> {
    let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
    let own = document_conditions!(ask, filter, OrderDocumentFilter, mandator, { mandator_id document_type document_origin });
    let document_type = cond_of(filter.document_type.as_ref()).try_map(|word| {
        kind::read(&word).ok_or_else(|| {
            let known: Vec<&str> = DocumentType::ALL.iter().map(|known| known.word()).collect();
            Failure::new(code::NOT_IN_LIST, [&word, &known.join(", ")]).within("document_type")
        })
    })?;
    let origin = words_of("document_origin", filter.document_origin.as_ref(), &Origin::ALL.map(|origin| (origin.word(), origin)))?;
    Ok(DocumentSelection { mandator_id: mandator.mandator_id, document_type, origin, ..own })
}

fn record_of(
    reading: &Reading<'_>,
    order: OrderRow,
    rows: Vec<DocumentRow>,
    folder: Option<&Folder>,
    room: &mut Room,
) -> Result<OrderDocumentsRecord, Failure> {
    let mandator = reading.mandator(order.mandator_id)?;
    let documents = rows.into_iter().map(|row| document_of(row, mandator, folder, room)).collect::<Result<_, Failure>>()?;
    Ok(OrderDocumentsRecord {
        order_id: order.order_id,
        mandator_id: order.mandator_id,
        order_number_prefix: order.order_number_prefix,
        order_number: Some(order.order_number),
        external_order_number_1: order.external_order_number_1,
        external_order_number_2: order.external_order_number_2,
        marketplace_order_id: order.marketplace_order_id,
        marketplace_order_id_2: order.marketplace_order_id_2,
        account_id: order.account_id,
        invoice_number: order.invoice_number,
        documents,
    })
}

fn document_of(row: DocumentRow, mandator: &Mandator, folder: Option<&Folder>, room: &mut Room) -> Result<OrderDocument, Failure> {
    let time = |stamp: i64| Time::of(Stamp(stamp), mandator.time_zone);
    let content = match folder {
        Some(folder) => {
            // Before it is read: Base64 makes four characters of three bytes.
            room.take(usize::try_from(row.bytes).unwrap_or(usize::MAX).saturating_mul(4) / 3)?;
            Some(folder.read(&row.checksum, row.bytes))
        }
        None => None,
    };
    Ok(OrderDocument {
        document_id: row.document_id,
        document_type: row.document_type,
        external_document_number: row.external_document_number,
        document_name: row.document_name,
        packet_id: row.packet_id,
        media_type: row.file_kind.media_type().to_owned(),
        file_size: i32::try_from(row.bytes).unwrap_or(i32::MAX),
        checksum: row.checksum,
        document_origin: Some(match row.origin {
            Origin::Erp => DocumentMaker::Erp,
            Origin::Kontor => DocumentMaker::Kontor,
            Origin::Carrier => DocumentMaker::Carrier,
        }),
        created_at: time(row.created_at),
        last_changed: time(row.last_changed),
        content_missing: (matches!(content, Some(None))).then_some(true),
        base64_doc: content.flatten().map(Bytes),
    })
}
