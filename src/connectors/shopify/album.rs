//! The pictures of a call, and what the shop made of them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::super::gallery::Shown;
use crate::domain::hex::hex;
use crate::domain::message::channel;

/// The shop's files, by the addresses that they came from; or why it took none.
#[derive(Debug, Default)]
pub(super) struct Album(pub(super) BTreeMap<String, Result<String, String>>);

/// By which a product's picture is known again.
pub(super) fn mark(address: &str) -> String {
    hex(&Sha256::digest(address.as_bytes())).get(..16).unwrap_or_default().to_owned()
}

impl Album {
    pub(super) fn file(&self, address: &str) -> Option<&Result<String, String>> {
        self.0.get(address)
    }

    pub(super) fn shown(&self, addresses: &[String], known: &BTreeMap<String, String>) -> Shown {
        let mut shown = Shown::default();
        for address in addresses {
            match known.get(&mark(address)).map(|id| Ok(id.clone())).or_else(|| self.file(address).cloned()) {
                Some(Ok(id)) if shown.ids.contains(&id) => {}
                Some(Ok(id)) => shown.ids.push(id),
                Some(Err(reason)) => shown.messages.push(channel::picture_left_out(address, reason)),
                None => {}
            }
        }
        shown
    }
}
