//! A carrier for trials: makes labels with a bar code that nobody scans. What it made it remembers while the gateway runs, and its
//! bad days are in the address: a city `REFUSE` is refused, `LOSE` loses the first answer, `DOWN` is not reached the first time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::registry::{Entry, Service};
use super::{Carrier, CarrierError, Found, Label, Made, Paper};
use crate::documents::label;
use crate::domain::label::Shipment;
use crate::domain::order_document::{DocumentType, FileKind};

pub(super) const ENTRY: Entry =
    Entry { name: "sandbox", check: |_| Ok(()), build: |_, _| Ok(Service::Calls(Box::new(Sandbox::default()))) };

#[derive(Debug, Default)]
pub(super) struct Sandbox {
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    made: BTreeMap<String, Label>,
    /// References whose bad day is over.
    known: BTreeSet<String>,
}

impl Sandbox {
    fn memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        work(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Carrier for Sandbox {
    fn make(&self, reference: &str, shipment: &Shipment) -> Result<Made, CarrierError> {
        let city = shipment.to.city.clone().unwrap_or_default().to_uppercase();
        let first = self.memory(|memory| memory.known.insert(reference.to_owned()));
        if city.contains("REFUSE") {
            return Ok(Made::Refused(format!("the address is unknown: city {}", shipment.to.city.as_deref().unwrap_or_default())));
        }
        if city.contains("DOWN") && first {
            return Err(CarrierError::NotReached("the carrier has a day off".to_owned()));
        }
        let label = drawn(reference, shipment)?;
        self.memory(|memory| memory.made.insert(reference.to_owned(), label.clone()));
        match city.contains("LOSE") && first {
            true => Err(CarrierError::Unclear("the answer was lost".to_owned())),
            false => Ok(Made::Label(label)),
        }
    }

    fn find(&self, reference: &str) -> Result<Found, CarrierError> {
        Ok(self.memory(|memory| memory.made.get(reference).cloned()).map_or(Found::Nothing, Found::Label))
    }

    fn cancel(&self, reference: &str, _tracking_number: &str) -> Result<Option<String>, CarrierError> {
        self.memory(|memory| memory.made.remove(reference));
        Ok(None)
    }
}

/// The same reference always gets the same number.
fn drawn(reference: &str, shipment: &Shipment) -> Result<Label, CarrierError> {
    let number = |kind: u64| {
        let sum = reference.bytes().fold(kind, |sum, byte| (sum * 131 + u64::from(byte)) % 1_000_000_000_000);
        format!("SB{sum:012}")
    };
    let paper = |document_type, number: &str, from, to| {
        let drawing = label::Drawing { from, to, number, reference, weight_grams: shipment.weight_grams };
        let content = label::draw(&drawing).map_err(|failure| CarrierError::NotReached(failure.to_string()))?;
        Ok(Paper { document_type, kind: FileKind::Pdf, content })
    };
    let tracking_number = number(7);
    let mut papers = vec![paper(DocumentType::ShippingLabel, &tracking_number, &shipment.from, &shipment.to)?];
    let return_number = shipment.with_return.then(|| number(8));
    if let Some(number) = &return_number {
        papers.push(paper(DocumentType::ReturnLabel, number, &shipment.to, &shipment.from)?);
    }
    Ok(Label { tracking_number, return_number, papers, messages: Vec::new() })
}
