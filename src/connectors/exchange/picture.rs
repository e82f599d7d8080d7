//! A book as a document: OrderExport has one picture of the whole order. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};

use super::book::{Book, Credit, Line};
use crate::domain::order::{AttachedFile, Content, FactKind, Packet};
use crate::platform_xml::{CreditEntries, CreditEntry, Document, Documents, Items, Order, OrderItem, Orders, Packets, plain};

/// The document. `said`: what happened last, whose file goes with it where the account is set to it.
pub(super) fn picture(book: &Book, said: &FactKind, with_files: bool) -> Orders {
    let key = |name: &str| text(book.keys.get(name));
    let file = match said {
        FactKind::DocumentAttached { number, file: Some(file), .. } if with_files => Some((number, file)),
        _ => None,
    };
    let order = Order {
        external_order_number_1: key("external_order_number_1"),
        external_order_number_2: key("external_order_number_2"),
        transaction_id_1: key("transaction_id_1"),
        transaction_id_2: key("transaction_id_2"),
        marketplace_order_id_1: key("marketplace_order_id_1"),
        marketplace_order_id_2: key("marketplace_order_id_2"),
        order_date: time(Some(&book.ordered_at)),
        currency_code_iso: plain(&book.currency),
        order_status_identifier: book.status().to_owned(),
        payment_status_identifier: if book.paid { "paid" } else { "unpaid" }.to_owned(),
        payment_transaction_id: text(book.transaction_id.as_ref()),
        cancellation_reason: text(book.reason.as_ref()),
        order_items: Items { items: book.lines.iter().map(position).collect() },
        packets: Packets { packets: book.packets.iter().zip(1_u32..).map(|(packet, number)| package(packet, number)).collect() },
        credit_entries: CreditEntries { entries: book.credits.iter().map(|credit| entry(credit, &book.currency)).collect() },
        documents: Documents { documents: documents(book, file) },
        ..Order::default()
    };
    Orders { orders: vec![order] }
}

fn text(text: Option<&String>) -> String {
    text.map(|text| plain(text)).unwrap_or_default()
}

fn time(time: Option<&DateTime<Utc>>) -> String {
    time.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

fn position(line: &Line) -> OrderItem {
    OrderItem {
        marketplace_order_item_id: plain(&line.line_id),
        item_internal_number: plain(&line.sku),
        quantity: line.quantity.to_string(),
        cancelled_quantity: Some(line.cancelled.to_string()),
        shipped_quantity: Some(line.shipped.to_string()),
    }
}

fn pieces(contents: &[Content]) -> Items {
    let item = |content: &Content| OrderItem {
        marketplace_order_item_id: text(content.line_id.as_ref()),
        item_internal_number: text(content.sku.as_ref()),
        quantity: content.quantity.to_string(),
        cancelled_quantity: None,
        shipped_quantity: None,
    };
    Items { items: contents.iter().map(item).collect() }
}

fn package(packet: &Packet, number: u32) -> crate::platform_xml::Packet {
    crate::platform_xml::Packet {
        packet_number: number.to_string(),
        tracking_number: text(packet.tracking_number.as_ref()),
        return_tracking_number: text(packet.return_number.as_ref()),
        dispatch_provider_identifier: text(packet.carrier.as_ref()),
        dispatch_type_identifier: text(packet.dispatch_type.as_ref()),
        dispatch_date: time(packet.shipped_at.as_ref()),
        order_items: pieces(&packet.contents),
    }
}

fn entry(credit: &Credit, currency: &str) -> CreditEntry {
    CreditEntry {
        credit_entry_number: plain(&credit.number),
        amount: credit.amount.to_string(),
        currency_code_iso: plain(currency),
        reason: text(credit.reason.as_ref()),
        order_items: pieces(&credit.positions),
    }
}

fn documents(book: &Book, file: Option<(&String, &AttachedFile)>) -> Vec<Document> {
    let one = |paper: &super::book::Paper| Document {
        document_number: plain(&paper.number),
        document_type_identifier: paper.kind.clone(),
        file_name: plain(&paper.file_name),
        file_content: file.filter(|(number, _)| **number == paper.number).map(|(_, file)| STANDARD.encode(&file.content)),
    };
    book.documents.iter().map(one).collect()
}
