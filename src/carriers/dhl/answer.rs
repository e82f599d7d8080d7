//! What DHL answers. Each parcel has its own result inside the answer.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::{CarrierError, Made};
use crate::carriers::{Label, Paper};
use crate::connectors::Answer;
use crate::domain::order_document::{DocumentType, FileKind};

fn unclear(what: &str) -> CarrierError {
    CarrierError::Unclear(format!("unexpected answer: {what}"))
}

pub(super) fn made(answer: &Answer) -> Result<Made, CarrierError> {
    let body = answer.json().map_err(|error| unclear(&error.to_string()))?;
    let empty = Value::Null;
    let item = body.pointer("/items/0").unwrap_or(&empty);
    let status = status(&body, answer);
    let messages = messages(item);
    if status >= 400 {
        let detail = text(&body, "/status/detail").unwrap_or("no reason given").to_owned();
        return Ok(Made::Refused(if messages.is_empty() { detail } else { messages.join("; ") }));
    }
    let tracking_number = text(item, "/shipmentNo").ok_or_else(|| unclear("there is no shipmentNo"))?.to_owned();
    let (mut papers, mut messages) = (Vec::new(), messages);
    for (key, document_type) in
        [("label", DocumentType::ShippingLabel), ("returnLabel", DocumentType::ReturnLabel), ("customsDoc", DocumentType::CustomsDocument)]
    {
        if let Some(text) = text(item, &format!("/{key}/b64")) {
            let content = BASE64_STANDARD.decode(text).unwrap_or_default();
            match FileKind::of(&content) {
                Ok(kind) => papers.push(Paper { document_type, kind, content }),
                Err(_) => messages.push(format!("{key}: the file cannot be read; fetch it from the business portal")),
            }
        }
    }
    // The parcel is ordered, with or without its paper.
    if papers.is_empty() && messages.is_empty() {
        messages.push("DHL sent no label; fetch it from the business portal".to_owned());
    }
    Ok(Made::Label(Label { tracking_number, return_number: text(item, "/returnShipmentNo").map(str::to_owned), papers, messages }))
}

/// `Some`: why it is not given back. DHL says the same of a parcel that it does not know and of one that was given back before.
pub(super) fn cancelled(answer: &Answer) -> Result<Option<String>, CarrierError> {
    let body = answer.json().map_err(|error| unclear(&error.to_string()))?;
    let places = ["/items/0/sstatus/detail", "/items/0/sstatus/title", "/status/detail", "/status/title"];
    let why = places.into_iter().find_map(|place| text(&body, place));
    let status = status(&body, answer);
    Ok((status >= 400).then(|| why.map_or_else(|| format!("status {status}"), str::to_owned)))
}

/// That of the parcel, else that of the call.
fn status(body: &Value, answer: &Answer) -> i64 {
    let found = ["/items/0/sstatus/statusCode", "/status/statusCode"].into_iter().find_map(|place| body.pointer(place)?.as_i64());
    found.unwrap_or(i64::from(answer.status))
}

fn text<'v>(value: &'v Value, place: &str) -> Option<&'v str> {
    value.pointer(place)?.as_str()
}

/// With their places: `consignee.postalCode: unknown`.
fn messages(item: &Value) -> Vec<String> {
    let list = item.pointer("/validationMessages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|message| {
            let of = |place: &str| text(message, place).unwrap_or_default();
            format!("{}: {}", of("/property"), of("/validationMessage"))
        })
        .collect()
}
