//! `fetchShippingLabels`: labels with their files.

use super::request::LabelAddress;
use super::{LabelProgress, OrderKeys};
use crate::domain::label::{LabelState, Size};
use crate::domain::order::Address;
use crate::domain::order_document::DocumentType;
use crate::domain::{AccountId, DocumentId, Failure, LabelId, MandatorId, OrderId, OrderItemId, Stamp, code};
use crate::files::Folder;
use crate::operations::cursor::{Asked, Chosen, Cursor, written};
use crate::operations::wire::{Between, Bytes, Match, Patch, Time, cond_of, mandator_of, words_of};
use crate::operations::{ReadOperation, Reading, Room};
use crate::store::Conn;
use crate::store::documents;
use crate::store::filter::Cond;
use crate::store::labels::{self, LabelRow, LabelSelection, label_conditions};
use crate::store::orders;
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on labels; all of them must hold.
    LabelFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Kontor's own ids.
        label_ids: Option<Match<LabelId>>,
        /// The ERP's own number.
        external_label_number: Option<Match<String>>,
        /// Tracking number.
        tracking_number: Option<Match<String>>,
        /// What became of it: waiting, asking, made, refused, unclear, confirmed, cancelling, cancelled, exported.
        label_status: Option<Match<String>>,
        /// The account at the carrier.
        carrier_account: Option<Match<String>>,
        /// Kontor's own ids of orders.
        order_ids: Option<Match<OrderId>>,
        /// Order number.
        order_number: Option<Match<i32>>,
        /// First foreign number of the order.
        external_order_number_1: Option<Match<String>>,
        /// The channel's order number.
        marketplace_order_id_1: Option<Match<String>> [typed("marketplace_order_id")],
        /// Account of the order.
        account_id: Option<Match<AccountId>>,
        /// When it was ordered.
        created_at: Option<Between>,
        /// When it was last changed.
        last_changed: Option<Between>,
    }

    /// Which labels to fetch.
    FetchLabelsRequest {
        /// Labels that pass one of these filters.
        filters: Vec<LabelFilter> [flat("filter")],
        /// false: without the files. Default true.
        include_content: Option<bool>,
        /// Page size; all on one page when absent.
        labels_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// A label.
    LabelRecord {
        /// Kontor's own id.
        label_id: LabelId,
        /// The mandator.
        mandator_id: MandatorId,
        /// The ERP's own number.
        external_label_number: Option<String>,
        /// By which the carrier knows it.
        label_reference: String,
        /// The account at the carrier.
        carrier_account: String,
        /// What became of it.
        label_status: Option<LabelProgress>,
        /// Tracking number.
        tracking_number: Option<String>,
        /// Number of the return label.
        return_number: Option<String>,
        /// Weight in grams.
        weight: i32,
        /// The package that it is for.
        packet_id: Option<i32>,
        /// What the carrier says, such as why it refuses the address.
        label_messages: Vec<String> [each("label_message")],
        /// The order.
        order: Option<OrderKeys>,
        /// When it was ordered.
        created_at: Time,
        /// Last change.
        last_changed: Time,
        /// The files.
        documents: Vec<LabelFile> [each("document")],
        /// What is in the parcel; nothing: everything that is open when it is confirmed.
        contents: Vec<LabelContent> [each("content")],
        /// The carrier's service.
        service: Option<String>,
        /// true: with a label for the return.
        return_label: Option<bool>,
        /// Length of the parcel in centimetres.
        length: Option<i32>,
        /// Width.
        width: Option<i32>,
        /// Height.
        height: Option<i32>,
        /// The sender.
        from_address: Option<LabelAddress>,
    }

    /// Pieces in a parcel.
    LabelContent {
        /// Kontor's own id of the position.
        order_item_id: OrderItemId,
        /// How many of it.
        quantity: i32,
    }

    /// A file of a label.
    LabelFile {
        /// Kontor's own id of the document.
        document_id: DocumentId,
        /// What it is.
        document_type: DocumentType,
        /// Name of the file.
        document_name: String,
        /// Media type.
        media_type: String,
        /// The content.
        base64_doc: Option<Bytes>,
        /// true: the file is missing in the folder of documents.
        content_missing: Option<bool>,
    }
}

fetched! { FetchLabelsResult, shipping_labels: LabelRecord, "shipping_label", changes {} }

/// The operation.
pub(crate) struct FetchShippingLabels;

impl ReadOperation for FetchShippingLabels {
    const NAME: &'static str = "fetchShippingLabels";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads shipping labels with their files, tracking numbers and what carriers say about them.";
    type Request = FetchLabelsRequest;
    type Result = FetchLabelsResult;

    fn asks_for_changes(request: &FetchLabelsRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchLabelsRequest) -> Result<FetchLabelsResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.labels_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let cursor = Cursor::of(reading, conn, asked)?;
        let mut found = Vec::new();
        for filter in &request.filters {
            let selection = LabelSelection { since: cursor.as_ref().map(Cursor::since), ..selection_of(reading, filter)? };
            found.extend(labels::select(conn, &selection)?);
        }
        let page = (request.labels_per_page, request.page);
        let chosen = Chosen::of(reading, cursor.as_ref(), found, page, |_| Ok(Vec::new()))?;
        let folder = request.include_content.unwrap_or(true).then(|| Folder::new(&reading.settings.documents.folder));
        let mut room = reading.room();
        let mut records = Vec::new();
        let ids: Vec<LabelId> = chosen.ids.into_iter().map(LabelId).collect();
        let mut rows = labels::load(conn, &ids)?;
        if chosen.next.is_some() {
            rows.sort_by_key(|row| (row.last_changed, row.label_id));
        }
        for row in rows {
            records.push(record_of(reading, conn, row, folder.as_ref(), &mut room)?);
        }
        Ok(match chosen.total {
            Some(total) => FetchLabelsResult::page(records, total),
            None => FetchLabelsResult { shipping_labels: records, next_changed_since: chosen.next, ..FetchLabelsResult::default() },
        })
    }
}

fn selection_of(reading: &Reading<'_>, filter: &LabelFilter) -> Result<LabelSelection, Failure> {
    let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
    let own = label_conditions!(ask, filter, LabelFilter, mandator, { mandator_id label_status carrier_account });
    Ok(LabelSelection {
        mandator_id: mandator.mandator_id,
        state: words_of("label_status", filter.label_status.as_ref(), &LabelState::ALL.map(|state| (state.word(), state)))?,
        carrier: carriers_of(reading, filter.carrier_account.as_ref()),
        ..own
    })
}

/// Accounts as the configuration names them, whatever the case they are sent in.
fn carriers_of(reading: &Reading<'_>, sent: Option<&Match<String>>) -> Cond<String> {
    let configured = |name: String| {
        let known = reading.settings.carriers.iter().map(|carrier| &carrier.identifier).find(|known| known.eq_ignore_ascii_case(&name));
        known.cloned().unwrap_or(name)
    };
    cond_of(sent).filter_map(|name| Some(configured(name)))
}

fn record_of(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    row: LabelRow,
    folder: Option<&Folder>,
    room: &mut Room,
) -> Result<LabelRecord, Failure> {
    let zone = reading.mandator(row.mandator_id)?.time_zone;
    let document = row.document()?;
    let mut files = Vec::new();
    for file in documents::load(conn, &document.documents)? {
        let content = match folder {
            Some(folder) => {
                room.take(usize::try_from(file.bytes).unwrap_or(usize::MAX).saturating_mul(4) / 3)?;
                Some(folder.read(&file.checksum, file.bytes))
            }
            None => None,
        };
        files.push(LabelFile {
            document_id: file.document_id,
            document_type: file.document_type,
            document_name: file.document_name,
            media_type: file.file_kind.media_type().to_owned(),
            content_missing: (matches!(content, Some(None))).then_some(true),
            base64_doc: content.flatten().map(Bytes),
        });
    }
    let shipment = document.shipment;
    let centimetres = |side: fn(&Size) -> i32| shipment.size.as_ref().map(|size| side(size) / 10);
    Ok(LabelRecord {
        length: centimetres(|size| size.length),
        width: centimetres(|size| size.width),
        height: centimetres(|size| size.height),
        contents: shipment
            .contents
            .iter()
            .map(|part| LabelContent { order_item_id: part.order_item_id, quantity: part.quantity })
            .collect(),
        service: shipment.service,
        return_label: shipment.with_return.then_some(true),
        from_address: (shipment.from != Address::default()).then(|| LabelAddress::of(shipment.from)),
        label_id: row.label_id,
        mandator_id: row.mandator_id,
        external_label_number: row.external_label_number,
        label_reference: row.reference,
        carrier_account: row.carrier,
        label_status: Some(row.state.into()),
        tracking_number: row.tracking_number,
        return_number: document.return_number,
        weight: shipment.weight_grams,
        packet_id: row.packet_id,
        label_messages: document.messages,
        order: orders::get(conn, row.order_id)?.map(|order| OrderKeys::of(&order)),
        created_at: Time::of(Stamp(row.created_at), zone),
        last_changed: Time::of(Stamp(row.last_changed), zone),
        documents: files,
    })
}
