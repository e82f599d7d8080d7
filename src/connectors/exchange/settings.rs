//! `[accounts.settings]` of `exchange`.

use std::path::PathBuf;
use std::time::Duration;

use super::super::settings::Keys;
use super::super::{Setting, SetupError, Takes};
use crate::config::Account;
use crate::domain::Currency;
use crate::platform_xml::{KEYS, Reading};

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "folder",
        takes: Takes::Folder,
        default: None,
        required: true,
        example: "\"/var/lib/kontor/partner\"",
        doc: "The folder through which the account and its partner exchange files. It has to exist and belongs to this account alone; \
              Kontor makes the folders in it.",
    },
    Setting {
        key: "offers",
        takes: Takes::Text,
        default: Some("\"delta\""),
        required: false,
        example: "\"delta\"",
        doc: "What an OfferExport contains: `delta` the offers that changed, `full` all offers of the account, `active` all that run.",
    },
    Setting {
        key: "offers_pause_minutes",
        takes: Takes::Whole { from: 0, to: 1440 },
        default: Some("15"),
        required: false,
        example: "15",
        doc: "The least time between two files with `full` or `active`. A delta is written at once.",
    },
    Setting {
        key: "order_key",
        takes: Takes::Text,
        default: Some("\"marketplace_order_id_1\""),
        required: false,
        example: "\"marketplace_order_id_1\"",
        doc: "The field of an OrderImport that has the number of the order: `marketplace_order_id_1`, `external_order_number_1`, \
              `transaction_id_1`, or one of them with `_2`.",
    },
    Setting {
        key: "currency",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"EUR\"",
        doc: "The currency of orders that name none. Without the key such an order is refused.",
    },
    Setting {
        key: "cash_on_delivery_methods",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"cash on delivery\"]",
        doc: "Payment methods, as the partner names them, that the carrier collects.",
    },
    Setting {
        key: "document_files",
        takes: Takes::Flag,
        default: Some("false"),
        required: false,
        example: "true",
        doc: "Whether an OrderExport contains the files of invoices and other documents, as Base64, not only their numbers.",
    },
    Setting {
        key: "settle_seconds",
        takes: Takes::Whole { from: 0, to: 3600 },
        default: Some("5"),
        required: false,
        example: "5",
        doc: "How long a file must not have changed before Kontor reads it. 0 if the partner writes each file under another name and \
              renames it when it is complete.",
    },
];

/// What an OfferExport contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Delta,
    Full,
    Active,
}

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub folder: PathBuf,
    pub offers: Extent,
    pub pause: Duration,
    pub reading: Reading,
    pub document_files: bool,
    pub settles: Duration,
}

impl Settings {
    pub(super) fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let minutes = keys.whole("offers_pause_minutes", 0..=1440, 15)?;
        let settles = keys.whole("settle_seconds", 0..=3600, 5)?;
        let reading = Reading {
            key: order_key(&keys)?,
            currency: currency(&keys)?,
            cash_on_delivery: keys.texts("cash_on_delivery_methods", "list names, such as [\"cash on delivery\"]")?,
        };
        Ok(Settings {
            folder: PathBuf::from(keys.required_text("folder", "give the path of a folder that exists")?),
            offers: extent(&keys)?,
            pause: Duration::from_secs(u64::from(minutes) * 60),
            reading,
            document_files: keys.flag("document_files", false)?,
            settles: Duration::from_secs(u64::from(settles)),
        })
    }
}

fn extent(keys: &Keys<'_>) -> Result<Extent, SetupError> {
    let remedy = "give \"delta\", \"full\" or \"active\", or leave it out for \"delta\"";
    match keys.text("offers", remedy)?.as_deref() {
        None | Some("delta") => Ok(Extent::Delta),
        Some("full") => Ok(Extent::Full),
        Some("active") => Ok(Extent::Active),
        Some(other) => Err(keys.fault("offers", &format!("\"{other}\" is no extent"), remedy)),
    }
}

fn order_key(keys: &Keys<'_>) -> Result<&'static str, SetupError> {
    let names: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
    let remedy = format!("use one of {}, or leave it out for marketplace_order_id_1", names.join(", "));
    let Some(wanted) = keys.text("order_key", &remedy)? else { return Ok("marketplace_order_id_1") };
    let known = KEYS.iter().find(|(name, _)| *name == wanted);
    known.map(|(name, _)| *name).ok_or_else(|| keys.fault("order_key", &format!("\"{wanted}\" is no key of an order"), &remedy))
}

fn currency(keys: &Keys<'_>) -> Result<Option<Currency>, SetupError> {
    let remedy = "give a code of ISO 4217, such as \"EUR\", or leave it out";
    let Some(code) = keys.text("currency", remedy)? else { return Ok(None) };
    Currency::parse(&code).map(Some).ok_or_else(|| keys.fault("currency", &format!("\"{code}\" is no currency of ISO 4217"), remedy))
}
