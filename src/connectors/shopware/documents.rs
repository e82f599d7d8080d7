//! Documents of an order, such as the ERP's invoice: the shop keeps them as they are (`static`), under the ERP's number.

use serde::Deserialize;
use serde_json::json;

use super::super::rest::lacks;
use super::super::rule::Failure;
use super::super::{ChannelError, Outcome};
use super::Shopware;
use super::orders::Order;
use crate::domain::message::channel;
use crate::domain::order::{AttachedFile, DocumentKind};

/// What the shop says of documents that were to be made: each error by the order's number.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    document_id: String,
}

/// The technical name of a kind of documents.
fn kind_of(document: DocumentKind) -> &'static str {
    match document {
        DocumentKind::Invoice => "invoice",
        DocumentKind::CreditNote => "credit_note",
        DocumentKind::DeliveryNote => "delivery_note",
    }
}

impl Shopware {
    pub(super) fn attach(
        &self,
        order: &Order,
        number: &str,
        document: DocumentKind,
        file: Option<&AttachedFile>,
    ) -> Result<Outcome, Failure> {
        let kind = kind_of(document);
        let known = order.documents.iter().find(|document| document.is_of(kind) && document.number() == Some(number));
        let id = match known {
            Some(document) if document.document_media_file_id.is_some() => return Ok(Outcome::done()),
            Some(document) => document.id.clone(),
            None => match self.make_document(order, number, kind)? {
                Ok(id) => id,
                Err(outcome) => return Ok(outcome),
            },
        };
        if let Some(file) = file.filter(|file| !file.content.is_empty()) {
            let (name, extension) = file.name.rsplit_once('.').unwrap_or((file.name.as_str(), "pdf"));
            let query = [("fileName", format!("{name}-{number}")), ("extension", extension.to_lowercase())];
            let query = query.each_ref().map(|(key, value)| (*key, value.as_str()));
            self.api.upload(&["_action", "document", &id, "upload"], &query, &file.media_type, &file.content)?;
        }
        Ok(Outcome::done())
    }

    fn make_document(&self, order: &Order, number: &str, kind: &str) -> Result<Result<String, Outcome>, Failure> {
        let body =
            json!([{ "orderId": order.id, "type": kind, "fileType": "pdf", "static": true, "config": { "documentNumber": number } }]);
        let reply = self.api.post(&["_action", "order", "document", kind, "create"], &[], &body)?;
        // Errors are inside a success.
        let error = reply.json.pointer("/errors").and_then(|errors| {
            let of_order = errors.get(&order.id).or_else(|| errors.get(0))?;
            let text = |error: &serde_json::Value| error.get("detail").and_then(serde_json::Value::as_str).map(str::to_owned);
            text(of_order).or_else(|| text(of_order.get(0)?))
        });
        if let Some(text) = error {
            return Ok(Err(Outcome::Refused(channel::record_refused("DOCUMENT", text))));
        }
        let made: Vec<Made> = reply.part("/data").map_err(|_| lacks("the number of the document"))?;
        let made = made.into_iter().next().ok_or_else(|| ChannelError::Protocol { reason: "the shop made no document".to_owned() })?;
        Ok(Ok(made.document_id))
    }
}
