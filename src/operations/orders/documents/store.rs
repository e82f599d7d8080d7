//! A new document: its row, and what the channel hears of it.

use crate::domain::order::{AttachedFile, DocumentKind, FactKind};
use crate::domain::order_document::{DocumentRecord, DocumentType, FileKind, MOST_OF_ORDER, Origin, name_for};
use crate::domain::{Failure, code};
use crate::operations::Work;
use crate::store::Stored;
use crate::store::documents::{self, DocumentRow};
use crate::store::orders::{self, OrderRow};

/// What is known of a new document. Its file is in the folder already.
pub(super) struct New {
    pub(super) document_type: DocumentType,
    pub(super) kind: FileKind,
    pub(super) number: Option<String>,
    /// Made from type and number where nobody gave one.
    pub(super) name: Option<String>,
    pub(super) packet_id: Option<i32>,
    pub(super) checksum: String,
    pub(super) bytes: usize,
    pub(super) origin: Origin,
    pub(super) record: DocumentRecord,
}

/// Stores a document of an order that has so many already. The caller saves the order.
pub(super) fn add(work: &mut Work<'_, '_>, order: &mut OrderRow, known: usize, new: New) -> Result<DocumentRow, Failure> {
    if known >= MOST_OF_ORDER {
        return Err(Failure::quoting(code::TOO_MANY_DOCUMENTS, [&order.order_number, &(known + 1), &MOST_OF_ORDER]));
    }
    let number = new.number.as_deref().unwrap_or_default();
    let row = documents::insert(
        work.tx,
        DocumentRow {
            document_id: Default::default(),
            mandator_id: order.mandator_id,
            order_id: order.order_id,
            document_type: new.document_type,
            file_kind: new.kind,
            document_name: new.name.unwrap_or_else(|| name_for(new.document_type, number, new.kind)),
            external_document_number: new.number,
            packet_id: new.packet_id,
            checksum: new.checksum,
            bytes: i64::try_from(new.bytes).unwrap_or(i64::MAX),
            origin: new.origin,
            created_at: 0,
            last_changed: 0,
            last_changed_by: work.user.name.clone(),
            data: Stored::of(&new.record)?,
        },
    )?;
    tell(work, order, &row)?;
    Ok(row)
}

/// Hands a document over to the order's channel. Labels and papers for the customs are none of its business.
fn tell(work: &mut Work<'_, '_>, order: &mut OrderRow, document: &DocumentRow) -> Result<(), Failure> {
    let kind = match document.document_type {
        DocumentType::Invoice => DocumentKind::Invoice,
        DocumentType::DeliveryNote => DocumentKind::DeliveryNote,
        DocumentType::CreditNote => DocumentKind::CreditNote,
        DocumentType::ShippingLabel | DocumentType::ReturnLabel | DocumentType::CustomsDocument | DocumentType::Other => return Ok(()),
    };
    let file = AttachedFile {
        name: document.document_name.clone(),
        media_type: document.file_kind.media_type().to_owned(),
        checksum: document.checksum.clone(),
        bytes: document.bytes,
        content: Vec::new(),
    };
    let number = document.external_document_number.clone().unwrap_or_else(|| document.document_name.clone());
    let told = orders::tell(work.tx, order, FactKind::DocumentAttached { number, document: kind, file: Some(file) })?;
    work.wake(told);
    Ok(())
}
