//! OfferExport. A delta is written with the offers that changed; a full document when it is due, so that many changes make one file.

use std::collections::BTreeMap;
use std::io;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{ChannelError, OfferChange, Outcome, RowResult};
use super::Exchange;
use super::disk::{Export, Held, Kept};
use super::record::Record;
use super::settings::Extent;
use crate::domain::document::Version;
use crate::platform_xml::{self, Offers, entry};

/// The note about documents with all offers.
const PACE: &str = "offers.json";

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pace {
    version: Version<1>,
    /// The last one.
    written_at: Option<DateTime<Utc>>,
    /// Something changed since.
    due: bool,
}

impl Exchange {
    pub(super) fn submit_offers(&self, changes: &[OfferChange], now: DateTime<Utc>) -> Result<Vec<RowResult>, ChannelError> {
        let held = self.disk.hold(false)?;
        let mut records: BTreeMap<&str, Record> = BTreeMap::new();
        let mut results = Vec::with_capacity(changes.len());
        for change in changes {
            let known = match records.get(change.sku.as_str()) {
                Some(record) => Some(record.clone()),
                None => held.load(Kept::Offer, &change.sku)?,
            };
            let outcome = match Record::after(known, change, now) {
                Ok(record) => {
                    records.insert(&change.sku, record);
                    // The partner knows offers by the number of their article.
                    Outcome::Done { external_number: Some(change.sku.clone()), url: None, messages: Vec::new() }
                }
                Err(message) => Outcome::Refused(message),
            };
            results.push(RowResult { offer_id: change.offer_id, outcome });
        }
        if self.settings.offers == Extent::Delta {
            self.write_delta(&held, records.values(), now)?;
        }
        // Behind the file: where this is cut off, the same file is written again. In front of a full one, which is made of it.
        for (sku, record) in &records {
            held.keep(Kept::Offer, sku, record)?;
        }
        if self.settings.offers != Extent::Delta {
            self.becomes_due(&held)?;
            self.write_if_due(&held, now)?;
        }
        Ok(results)
    }

    fn write_delta<'r>(&self, held: &Held<'_>, records: impl Iterator<Item = &'r Record>, now: DateTime<Utc>) -> Result<(), ChannelError> {
        let before = Some(now - chrono::TimeDelta::microseconds(1));
        let offers: Vec<_> = records.map(|record| record.offer(&self.name, before)).collect();
        if offers.is_empty() {
            return Ok(());
        }
        let text = platform_xml::to_xml(&Offers { offers }).map_err(|reason| ChannelError::Protocol { reason })?;
        held.export_text(Export::Offers, now, &text)
    }

    fn pace(held: &Held<'_>) -> Result<Pace, ChannelError> {
        Ok(held.load_note(PACE)?.unwrap_or(Pace { version: Version, written_at: None, due: false }))
    }

    fn becomes_due(&self, held: &Held<'_>) -> Result<(), ChannelError> {
        let pace = Exchange::pace(held)?;
        if pace.due { Ok(()) } else { held.keep_note(PACE, &Pace { due: true, ..pace }) }
    }

    /// All offers, or those that run, where something changed and the last document is old enough.
    pub(super) fn write_if_due(&self, held: &Held<'_>, now: DateTime<Utc>) -> Result<(), ChannelError> {
        if self.settings.offers == Extent::Delta {
            return Ok(());
        }
        let pace = Exchange::pace(held)?;
        let age = pace.written_at.and_then(|written_at| (now - written_at).to_std().ok());
        // A clock that was set back must not hold it up.
        let is_old = age.is_none_or(|age| age >= self.settings.pause);
        if !pace.due || !is_old {
            return Ok(());
        }
        let active = self.settings.offers == Extent::Active;
        held.export(Export::Offers, now, |file| {
            file.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offers>\n")?;
            held.all(Kept::Offer, |record: Record| {
                if active && !record.running {
                    return Ok(());
                }
                let text = entry(&record.offer(&self.name, pace.written_at)).map_err(io::Error::other)?;
                file.write_all(text.as_bytes())
            })?;
            file.write_all(b"</offers>\n")
        })?;
        held.keep_note(PACE, &Pace { written_at: Some(now), due: false, ..pace })
    }
}
