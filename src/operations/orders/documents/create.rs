//! `createOrderDocuments`: documents that Kontor makes itself. An invoice that was issued never changes, and its number is given in
//! the transaction that stores it, so that none is missing. What is wrong with it, a credit note gives back.

use super::bill::{bill, day_of, delivery_address, lacks, language_of, order_number, refusal};
use super::{DocumentKeys, DocumentedOrder, OrderKeys, OrderSignificantKey, order_record, store};
use crate::config::{Billing, Mandator, Series};
use crate::documents::{self as papers, DeliveryNote};
use crate::domain::invoice::{Credited, Invoice, correction, draw};
use crate::domain::order::OrderStatus;
use crate::domain::order_document::{DeliveryLine, DocumentRecord, DocumentType, FileKind, Origin};
use crate::domain::{Decimal, Failure, Language, Place, code};
use crate::files::{Folder, checksum};
use crate::operations::common::{ReportAction, WriteRequest as _};
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::documents::{self, DocumentRow};
use crate::store::orders::{self, OrderParts};
use crate::{reports, wire, wire_enum, write_request};

/// Documents of one call: each is drawn while other calls wait.
const MOST_AT_ONCE: usize = 200;
/// Orders with this tag are billed elsewhere (`order-calls.md` 8.2).
const EXTERNAL_INVOICING: &str = "EXTERNAL_INVOICING";

wire_enum! {
    /// A language of documents.
    DocumentLanguage {
        /// German.
        De = "de",
        /// English.
        En = "en",
    }
}

write_request! {
    /// Documents that Kontor makes.
    CreateDocumentsRequest {
        /// The orders.
        orders: Records<OrderPapers> [each("order"), also("order")],
    }
}

order_record! {
    /// Documents of one order.
    OrderPapers {
        /// Language of the documents; that of the account where it is missing.
        language: Option<DocumentLanguage>,
        /// The documents.
        documents: Vec<WantedDocument> [each("document")],
    }
}

wire! {
    /// A document that Kontor makes.
    WantedDocument {
        /// What it is about: invoice, credit note or delivery note.
        document_type: DocumentType,
        /// Of a delivery note: the package whose contents it lists.
        packet_id: Option<i32>,
        /// Of a credit note: the credit entry that it is for. Without it, all that is left of the invoice is given back.
        external_credit_number: Option<String> [max(100), key],
        /// Of a credit note: why; that of the credit entry where it is missing.
        reason: Option<String> [max(255)],
    }
}

reports! { CreateDocumentsResult, CreatedDocumentsReport, order: DocumentedOrder }

/// The operation.
pub(crate) struct CreateOrderDocuments;

impl WriteOperation for CreateOrderDocuments {
    const NAME: &'static str = "createOrderDocuments";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Makes invoices, credit notes and delivery notes of orders as PDF, invoices with an EN 16931 e-invoice in \
        them, and hands them over to channels that take them.";
    type Request = CreateDocumentsRequest;
    type Result = CreateDocumentsResult;

    fn handle(work: &mut Work<'_, '_>, request: CreateDocumentsRequest) -> Result<CreateDocumentsResult, Failure> {
        let wanted = request.orders.list.iter().filter_map(|record| record.content.as_ref().ok());
        let count: usize = wanted.map(|order| order.documents.len()).sum();
        if count > MOST_AT_ONCE {
            return Err(Failure::quoting(code::TOO_MANY_RECORDS, [&count, &MOST_AT_ONCE]));
        }
        let folder = (!request.is_dry_run()).then(|| Folder::new(&work.settings.documents.folder));
        let reports = work.each(
            request.orders,
            |order: &OrderPapers| order.mandator_id,
            |work, order| {
                let done = work.in_savepoint(|work| create(work, folder.as_ref(), &order));
                done.map_err(|failure| (failure, Some(DocumentedOrder::named(order.keys()))))
            },
        )?;
        Ok(CreateDocumentsResult::of(reports))
    }
}

/// The order of a record while its documents are made.
struct Desk<'d> {
    billing: &'d Billing,
    mandator: &'d Mandator,
    folder: Option<&'d Folder>,
    language: Language,
    parts: OrderParts,
    known: Vec<(DocumentRow, DocumentRecord)>,
}

fn create(work: &mut Work<'_, '_>, folder: Option<&Folder>, order: &OrderPapers) -> Result<Done<DocumentedOrder>, Failure> {
    let (mandator, row) = order.order(work)?;
    let settings = work.settings;
    let billing = settings.seller(mandator.mandator_id);
    let billing = billing.ok_or_else(|| Failure::quoting(code::SELLER_MISSING, [&mandator.mandator_id]))?;
    let language = match order.language {
        Some(DocumentLanguage::De) => Language::De,
        Some(DocumentLanguage::En) => Language::En,
        None => language_of(settings, mandator, &row),
    };
    let known = documents::of_order(&mut work.tx.conn, row.order_id)?;
    let known =
        known.into_iter().map(|row| Ok((row.record()?, row))).map(|pair: Result<_, Failure>| pair.map(|(record, row)| (row, record)));
    let known = known.collect::<Result<Vec<_>, _>>()?;
    let order_id = row.order_id;
    let parts = orders::load(&mut work.tx.conn, &[order_id])?.pop();
    let parts = parts.ok_or_else(|| Failure::quoting(code::NOTHING_ON_DOCUMENT, [&row.order_number]))?;
    let before = parts.order.clone();
    let mut desk = Desk { billing, mandator, folder, language, parts, known };
    let mut action = ReportAction::Update;
    let mut keys = Vec::with_capacity(order.documents.len());
    for (wanted, number) in order.documents.iter().zip(1..) {
        let made = desk.make(work, wanted).map_err(|failure| failure.within(Place::entry("document", number)))?;
        let document = match made {
            Made::Known(index) => desk.known.get(index),
            Made::New => {
                action = ReportAction::Insert;
                desk.known.last()
            }
        };
        keys.extend(document.map(|(row, _)| DocumentKeys::of(row)));
    }
    if desk.parts.order != before {
        orders::save(work.tx, &mut desk.parts.order, &work.user.name)?;
    }
    Ok((Some(action), DocumentedOrder::of(&desk.parts.order, keys)))
}

/// A document that was made before, by its index, or the last one.
enum Made {
    Known(usize),
    New,
}

/// An invoice with its place among the known documents.
type Numbered<'i> = (usize, &'i Invoice);

impl Desk<'_> {
    fn make(&mut self, work: &mut Work<'_, '_>, wanted: &WantedDocument) -> Result<Made, Failure> {
        match wanted.document_type {
            DocumentType::Invoice => self.invoice(work),
            DocumentType::CreditNote => self.credit_note(work, wanted),
            DocumentType::DeliveryNote => self.delivery_note(work, wanted.packet_id),
            other => Err(Failure::quoting(code::DOCUMENT_NOT_MADE, [&other.word().replace('_', " ")]).within("document_type")),
        }
    }

    /// The last invoice, and the credit notes on it.
    fn last_invoice(&self) -> Option<(usize, &Invoice, Vec<Numbered<'_>>)> {
        let of_type = |kind: DocumentType| {
            let known = self.known.iter().enumerate().filter(move |(_, (row, _))| row.document_type == kind);
            known.filter_map(|(index, (_, record))| Some((index, record.invoice.as_ref()?)))
        };
        let (index, invoice) = of_type(DocumentType::Invoice).next_back()?;
        let corrects = |note: &Invoice| note.corrects.as_ref().is_some_and(|corrected| corrected.number == invoice.number);
        Some((index, invoice, of_type(DocumentType::CreditNote).filter(|(_, note)| corrects(note)).collect()))
    }

    fn invoice(&mut self, work: &mut Work<'_, '_>) -> Result<Made, Failure> {
        if let Some((index, invoice, notes)) = self.last_invoice()
            && (notes.is_empty() || left_of(invoice, &notes) > 0)
        {
            return Ok(Made::Known(index));
        }
        let order = &self.parts.order;
        if self.parts.tags.iter().any(|tag| tag.tag_identifier.eq_ignore_ascii_case(EXTERNAL_INVOICING)) {
            return Err(Failure::new(code::EXTERNAL_INVOICING, [&order.order_number.to_string(), EXTERNAL_INVOICING]));
        }
        if order.order_status_id == OrderStatus::Cancelled {
            return Err(Failure::quoting(code::NOTHING_ON_DOCUMENT, [&order.order_number]));
        }
        let issued = day_of(work.tx.stamp.0, self.mandator);
        let bill = bill(&self.parts, (self.billing, self.mandator), self.language, issued)?;
        let head = bill.head.clone();
        let mut invoice = draw(bill).map_err(|cause| refusal(&cause, order, &head, None))?;
        invoice.number = self.number(work, &self.billing.invoice_number, "invoice", &invoice)?;
        self.parts.order.invoice_number = Some(invoice.number.clone());
        self.issue(work, DocumentType::Invoice, invoice, None)
    }

    fn credit_note(&mut self, work: &mut Work<'_, '_>, wanted: &WantedDocument) -> Result<Made, Failure> {
        let order_number = self.parts.order.order_number;
        let found = self.last_invoice();
        let (_, invoice, notes) = found.ok_or_else(|| Failure::quoting(code::NO_INVOICE, [&order_number]))?;
        let number = wanted.external_credit_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
        if let Some(number) = number
            && let Some(index) = self.known.iter().position(|(_, record)| record.credit_number.as_deref() == Some(number))
        {
            return Ok(Made::Known(index));
        }
        let (credited, wanted_amount, reason) = match number {
            None => match notes.last() {
                Some((index, _)) if left_of(invoice, &notes) <= 0 => return Ok(Made::Known(*index)),
                _ => (Credited::Rest, None, wanted.reason.clone()),
            },
            Some(number) => {
                let mut credits = self.parts.credits.iter().map(|(credit, _)| credit);
                let credit = credits.find(|credit| credit.external_credit_number == number && credit.state.counts());
                let credit = credit.ok_or_else(|| Failure::quoting(code::UNKNOWN_CREDIT, [&order_number, &number]))?;
                let pieces = credit.data.positions.iter().map(|part| (part.order_item_id, part.quantity)).collect();
                let amount = Decimal(credit.amount);
                let reason = wanted.reason.clone().or_else(|| credit.data.reason.clone());
                (Credited::Part { pieces, amount }, Some(amount), reason)
            }
        };
        let issued = day_of(work.tx.stamp.0, self.mandator);
        let earlier: Vec<&Invoice> = notes.iter().map(|(_, note)| *note).collect();
        let note = correction(invoice, &earlier, credited, issued, reason);
        let mut note = note.map_err(|cause| refusal(&cause, &self.parts.order, invoice, wanted_amount))?;
        note.number = self.number(work, &self.billing.credit_note_number, "credit_note", &note)?;
        self.issue(work, DocumentType::CreditNote, note, number.map(str::to_owned))
    }

    fn number(&self, work: &mut Work<'_, '_>, series: &Series, kind: &str, invoice: &Invoice) -> Result<String, Failure> {
        let number = documents::next_number(work.tx, self.mandator.mandator_id, &series.key(kind, invoice.issued))?;
        Ok(series.number(number, invoice.issued))
    }

    fn issue(
        &mut self,
        work: &mut Work<'_, '_>,
        document_type: DocumentType,
        invoice: Invoice,
        credit_number: Option<String>,
    ) -> Result<Made, Failure> {
        let content = papers::invoice(&invoice)?;
        let number = invoice.number.clone();
        let record = DocumentRecord { invoice: Some(invoice), credit_number, ..DocumentRecord::default() };
        self.add(work, document_type, number, None, &content, record)
    }

    fn delivery_note(&mut self, work: &mut Work<'_, '_>, packet_id: Option<i32>) -> Result<Made, Failure> {
        let lines = self.delivered(packet_id)?;
        let same = |(row, record): &(DocumentRow, DocumentRecord)| row.packet_id == packet_id && record.delivered == lines;
        if let Some(index) = self.known.iter().position(same) {
            return Ok(Made::Known(index));
        }
        let order = &self.parts.order;
        let address = delivery_address(order).ok_or_else(|| lacks("the delivery_address", "die delivery_address"))?;
        let issued = day_of(work.tx.stamp.0, self.mandator);
        let series = &self.billing.delivery_note_number;
        let number = documents::next_number(work.tx, self.mandator.mandator_id, &series.key("delivery_note", issued))?;
        let packets = self.parts.packets.iter().filter(|packet| packet_id.is_none_or(|id| id == packet.packet_id));
        let note = DeliveryNote {
            number: series.number(number, issued),
            issued,
            language: self.language,
            seller: self.billing.seller.clone(),
            address: address.clone(),
            order_number: order_number(order),
            ordered: order.order_date.map(|date| day_of(date, self.mandator)),
            customer_number: self.parts.customer.as_ref().map(|customer| customer.customer_number),
            tracking_numbers: packets.filter_map(|packet| packet.data.tracking_number.clone()).collect(),
            lines: lines.clone(),
        };
        let content = papers::delivery_note(&note)?;
        let record = DocumentRecord { delivered: lines, ..DocumentRecord::default() };
        self.add(work, DocumentType::DeliveryNote, note.number, packet_id, &content, record)
    }

    /// What is in a package, or in all of them; before anything is shipped, and where nobody said what is in a package, all
    /// pieces that are not cancelled.
    fn delivered(&self, packet_id: Option<i32>) -> Result<Vec<DeliveryLine>, Failure> {
        let order_number = self.parts.order.order_number;
        if let Some(id) = packet_id
            && !self.parts.packets.iter().any(|packet| packet.packet_id == id)
        {
            return Err(Failure::quoting(code::UNKNOWN_PACKAGE, [&order_number, &id]).within("packet_id"));
        }
        let packed: Vec<_> = self.parts.contents.iter().filter(|part| packet_id.is_none_or(|id| id == part.packet_id)).collect();
        let lines = self.parts.items.iter().map(|item| {
            let inside = packed.iter().filter(|part| part.order_item_id == item.order_item_id);
            let quantity = match packed.is_empty() {
                true => item.quantity.saturating_sub(item.cancelled),
                false => inside.fold(0_i32, |sum, part| sum.saturating_add(part.quantity)),
            };
            DeliveryLine { item_number: item.internal_item_number.clone(), name: item.identifier.clone(), quantity }
        });
        let lines: Vec<DeliveryLine> = lines.filter(|line| line.quantity > 0).collect();
        match lines.is_empty() {
            true => Err(Failure::quoting(code::NOTHING_ON_DOCUMENT, [&order_number])),
            false => Ok(lines),
        }
    }

    fn add(
        &mut self,
        work: &mut Work<'_, '_>,
        document_type: DocumentType,
        number: String,
        packet_id: Option<i32>,
        content: &[u8],
        record: DocumentRecord,
    ) -> Result<Made, Failure> {
        let checksum = checksum(content);
        if let Some(folder) = self.folder {
            folder.keep(&checksum, content)?;
        }
        let new = store::New {
            document_type,
            kind: FileKind::Pdf,
            number: Some(number),
            name: None,
            packet_id,
            checksum,
            bytes: content.len(),
            origin: Origin::Kontor,
            record: record.clone(),
        };
        let row = store::add(work, &mut self.parts.order, self.known.len(), new)?;
        self.known.push((row, record));
        Ok(Made::New)
    }
}

fn left_of(invoice: &Invoice, notes: &[(usize, &Invoice)]) -> i64 {
    notes.iter().fold(invoice.total, |left, (_, note)| left.saturating_sub(note.total))
}
