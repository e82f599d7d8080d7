//! `updateOrderDocuments`: documents that the ERP made.
//!
//! Files are checked and written before the transaction. The same file, or the same number with the same file, is a document
//! that is known already.

use super::{DocumentKeys, DocumentedOrder, OrderKeys, OrderSignificantKey, order_record, store};
use crate::config::Settings;
use crate::domain::order_document::{self, DocumentRecord, DocumentType, FileKind, LONGEST_NAME, Origin};
use crate::domain::{Failure, Place, code};
use crate::files::{Folder, checksum};
use crate::operations::common::{ReportAction, WriteRequest as _};
use crate::operations::enclosed::Enclosed;
use crate::operations::wire::Records;
use crate::operations::{Done, FIRST_VERSION, Refused, Work, WriteOperation};
use crate::store::documents::{self, DocumentRow};
use crate::store::orders::{self, OrderRow};
use crate::{reports, wire, write_request};

/// What the check before the transaction found in the content of a document.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    kind: FileKind,
    checksum: String,
}

write_request! {
    /// Documents of orders.
    UpdateDocumentsRequest {
        /// The orders.
        orders: Records<OrderDocumentsUpdate> [flat("order")],
    }
}

order_record! {
    /// Documents of one order.
    OrderDocumentsUpdate {
        /// Invoice number of the order.
        invoice_number: Option<String> [max(100), key],
        /// The documents.
        documents: Vec<SentDocument> [each("document")],
    }
}

wire! {
    /// A document that the ERP made.
    SentDocument {
        /// The ERP's own number of it: the same again with the same content is a repeat.
        external_document_number: Option<String> [max(100), key],
        /// Files of the server are not read: always refused.
        local_doc_path: Option<String>,
        /// The content: PDF, XML, PNG, JPEG, TIFF or ZPL.
        base64_doc: Option<Enclosed<Checked>>,
        /// What it is about.
        document_type: DocumentType,
        /// Name of the file, with the ending of its kind; made by Kontor where it is missing.
        document_name: Option<String> [max(LONGEST_NAME)],
        /// The package that it belongs to.
        packet_id: Option<i32>,
    }
}

reports! { UpdateDocumentsResult, OrderDocumentsReport, order: DocumentedOrder }

/// The operation.
pub(crate) struct UpdateOrderDocuments;

impl WriteOperation for UpdateOrderDocuments {
    const NAME: &'static str = "updateOrderDocuments";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Attaches documents to orders, such as invoices of the ERP, and hands them over to channels that take them.";
    const VERSIONS: &'static [&'static str] = &[FIRST_VERSION, "1.1.0"];
    type Request = UpdateDocumentsRequest;
    type Result = UpdateDocumentsResult;

    fn prepare(settings: &Settings, request: &mut UpdateDocumentsRequest) -> Result<Refused, Failure> {
        let folder = (!request.is_dry_run()).then(|| Folder::new(&settings.documents.folder));
        let mut refused = Refused::new();
        for record in &mut request.orders.list {
            let Ok(order) = &mut record.content else { continue };
            if let Err(failure) = check(order, settings.documents.largest_bytes) {
                refused.insert(record.number, failure);
                continue;
            }
            for enclosed in order.documents.iter().filter_map(|document| document.base64_doc.as_ref()) {
                if let (Some(folder), Some(checked)) = (&folder, &enclosed.checked) {
                    folder.keep(&checked.checksum, &enclosed.content.0)?;
                }
            }
        }
        Ok(refused)
    }

    fn handle(work: &mut Work<'_, '_>, request: UpdateDocumentsRequest) -> Result<UpdateDocumentsResult, Failure> {
        let folder = (!request.is_dry_run()).then(|| Folder::new(&work.settings.documents.folder));
        let mut refused = std::mem::take(&mut work.refused);
        let reports = work.each(
            request.orders.numbered(),
            |(_, order): &(usize, OrderDocumentsUpdate)| order.mandator_id,
            |work, (number, order)| {
                let done = match refused.remove(&number) {
                    Some(failure) => Err(failure),
                    None => work.in_savepoint(|work| update(work, folder.as_ref(), &order)),
                };
                done.map_err(|failure| (failure, Some(DocumentedOrder::named(order.keys()))))
            },
        )?;
        Ok(UpdateDocumentsResult::of(reports))
    }
}

/// Checks what needs no database, and notes what the files are.
fn check(order: &mut OrderDocumentsUpdate, largest: usize) -> Result<(), Failure> {
    for (document, number) in order.documents.iter_mut().zip(1..) {
        check_one(document, largest).map_err(|failure| failure.within(Place::entry("document", number)))?;
    }
    Ok(())
}

fn check_one(document: &mut SentDocument, largest: usize) -> Result<(), Failure> {
    if document.local_doc_path.as_deref().is_some_and(|path| !path.trim().is_empty()) {
        return Err(Failure::new(code::LOCAL_PATH, []).within("local_doc_path"));
    }
    let enclosed = document.base64_doc.as_mut().ok_or_else(|| Failure::missing("base64_doc"))?;
    let bytes = &enclosed.content.0;
    if bytes.len() > largest {
        return Err(Failure::quoting(code::DOCUMENT_TOO_LARGE, [&bytes.len(), &largest]).within("base64_doc"));
    }
    let kind = FileKind::of(bytes).map_err(|failure| failure.within("base64_doc"))?;
    if let Some(name) = &document.document_name {
        order_document::check_name(name, kind).map_err(|failure| failure.within("document_name"))?;
    }
    enclosed.checked = Some(Checked { kind, checksum: checksum(bytes) });
    Ok(())
}

fn update(work: &mut Work<'_, '_>, folder: Option<&Folder>, order: &OrderDocumentsUpdate) -> Result<Done<DocumentedOrder>, Failure> {
    let (_, mut row) = order.order(work)?;
    let before = row.clone();
    let mut known = documents::of_order(&mut work.tx.conn, row.order_id)?;
    let mut action = ReportAction::Update;
    let mut keys = Vec::with_capacity(order.documents.len());
    for (document, number) in order.documents.iter().zip(1..) {
        let (taken, is_new) =
            take(work, folder, (&mut row, &mut known), document).map_err(|failure| failure.within(Place::entry("document", number)))?;
        keys.push(taken);
        if is_new {
            action = ReportAction::Insert;
        }
    }
    row.invoice_number = order.invoice_number.clone().or(row.invoice_number);
    if row != before {
        orders::save(work.tx, &mut row, &work.user.name)?;
    }
    Ok((Some(action), DocumentedOrder::of(&row, keys)))
}

/// The known document that is sent again, or a new one: true.
fn take(
    work: &mut Work<'_, '_>,
    folder: Option<&Folder>,
    (order, known): (&mut OrderRow, &mut Vec<DocumentRow>),
    document: &SentDocument,
) -> Result<(DocumentKeys, bool), Failure> {
    let enclosed = document.base64_doc.as_ref().ok_or_else(|| Failure::missing("base64_doc"))?;
    let Checked { kind, checksum } = enclosed.checked.as_ref().ok_or_else(|| Failure::missing("base64_doc"))?;
    if let Some(folder) = folder {
        // Where the same file was left over from an earlier call, it may have been removed since the check.
        folder.keep(checksum, &enclosed.content.0)?;
    }
    if let Some(packet_id) = document.packet_id {
        let packets = orders::packets_of(&mut work.tx.conn, &[order.order_id])?;
        if !packets.iter().any(|packet| packet.packet_id == packet_id) {
            return Err(Failure::quoting(code::UNKNOWN_PACKAGE, [&order.order_number, &packet_id]).within("packet_id"));
        }
    }
    let number = document.external_document_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    let of_type = |row: &DocumentRow| row.document_type == document.document_type;
    let same_number = |row: &DocumentRow| number.is_some() && row.external_document_number.as_deref() == number;
    let same_file = |row: &DocumentRow| row.checksum == *checksum && (number.is_none() || row.external_document_number.is_none());
    let found = known.iter_mut().find(|row| of_type(row) && same_number(row));
    if let Some(row) = &found
        && row.checksum != *checksum
    {
        return Err(Failure::quoting(code::DOCUMENT_DIFFERS, [&number.unwrap_or_default()]).within("external_document_number"));
    }
    let found = match found {
        Some(row) => Some(row),
        None => known.iter_mut().find(|row| of_type(row) && same_file(row)),
    };
    if let Some(row) = found {
        follow(work, row, document, number)?;
        return Ok((DocumentKeys::of(row), false));
    }
    let new = store::New {
        document_type: document.document_type,
        kind: *kind,
        number: number.map(str::to_owned),
        name: document.document_name.clone(),
        packet_id: document.packet_id,
        checksum: checksum.clone(),
        bytes: enclosed.content.0.len(),
        origin: Origin::Erp,
        record: DocumentRecord::default(),
    };
    let row = store::add(work, order, known.len(), new)?;
    let keys = DocumentKeys::of(&row);
    known.push(row);
    Ok((keys, true))
}

/// A known document takes over what is said beside its content.
fn follow(work: &mut Work<'_, '_>, row: &mut DocumentRow, document: &SentDocument, number: Option<&str>) -> Result<(), Failure> {
    let before = (row.external_document_number.clone(), row.document_name.clone(), row.packet_id);
    row.external_document_number = number.map(str::to_owned).or(row.external_document_number.take());
    if let Some(name) = &document.document_name {
        row.document_name.clone_from(name);
    }
    row.packet_id = document.packet_id.or(row.packet_id);
    if before != (row.external_document_number.clone(), row.document_name.clone(), row.packet_id) {
        documents::save(work.tx, row, &work.user.name)?;
    }
    Ok(())
}
