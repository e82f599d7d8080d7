//! Pieces: what buyers may still order at the account's location, set for all rows in one call. Each row says from which quantity it starts,
//! so that what is sold meanwhile is noticed; the shop knows a repeat by its key.

use std::collections::BTreeMap;

use rand::Rng;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::Outcome;
use super::super::rule::Failure;
use super::Shopify;
use super::api::{UserError, number, outcome_of};
use super::batch::{ACTIVATE, Op, QUANTITIES_SET, Results};
use super::found::{Look, Variant};
use super::inputs;
use super::work::{Family, Work};
use crate::domain::hex::hex;
use crate::domain::message::channel;
use crate::domain::offer::Wanted;

/// Rounds of one call: after each one at least one row is out of it, or was read again.
const MOST_ROUNDS: usize = 8;

/// A row whose pieces have to change.
struct Entry {
    family: usize,
    row: usize,
    item: String,
    /// Buyers may order so many now; none where the shop keeps no stock of it at the location.
    from: Option<i64>,
    to: i64,
    /// When the shop's quantity changed last: the same change from the same state is a repeat, the same from a later one is not.
    state: String,
}

impl Entry {
    fn of(family: usize, row: usize, variant: &Variant, quantity: super::super::Quantity) -> Entry {
        let item = &variant.inventory_item;
        Entry {
            family,
            row,
            item: item.id.clone(),
            from: item.available(),
            to: inputs::available(quantity.offered, quantity.reserved_here, item.committed()),
            state: item.here.as_ref().map(|level| level.updated_at.clone()).unwrap_or_default(),
        }
    }
}

/// The shop's key of a change: at most 255 characters.
pub(super) fn key(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    format!("kontor-{}", hex(&digest.finalize()))
}

fn key_of(entries: &[&Entry], round: usize) -> String {
    let round = round.to_string();
    let texts: Vec<String> = entries.iter().map(|entry| format!("{} {:?} {} {}", entry.item, entry.from, entry.to, entry.state)).collect();
    let parts: Vec<&str> = std::iter::once(round.as_str()).chain(texts.iter().map(String::as_str)).collect();
    key(&parts)
}

impl Shopify {
    pub(super) fn put_quantities(&self, families: &mut [Family<'_>], work: &mut Work) {
        let mut entries: Vec<Entry> = Vec::new();
        for (family, rows) in families.iter().enumerate() {
            for (at, row) in rows.rows.iter().enumerate().filter(|(_, row)| !row.settled) {
                let runs = row.change.wanted == Wanted::Running;
                if let (Some(variant), Some(quantity), true) = (row.variant, row.change.quantity, runs) {
                    entries.push(Entry::of(family, at, variant, quantity));
                }
            }
        }
        entries.retain(|entry| entry.from != Some(entry.to));
        self.activate(&mut entries, families, work);
        for round in 0..MOST_ROUNDS {
            if work.cut.is_some() || entries.is_empty() {
                return;
            }
            self.set(&mut entries, round, families, work);
        }
        for entry in &entries {
            let reason = "its quantity in the shop changes all the time".to_owned();
            end(families, entry, Outcome::Later { after: None, reason }, work);
        }
    }

    /// The shop keeps no stock of an article at a location before it is told to.
    fn activate(&self, entries: &mut Vec<Entry>, families: &mut [Family<'_>], work: &mut Work) {
        let (new, known): (Vec<Entry>, Vec<Entry>) = std::mem::take(entries).into_iter().partition(|entry| entry.from.is_none());
        *entries = known;
        if work.cut.is_some() || new.is_empty() {
            return;
        }
        let location = work.shop.location.id.clone();
        // It has no state yet that could tell a repeat; activating twice changes nothing.
        let op = |entry: &Entry| {
            let nonce = rand::rng().random::<u128>().to_string();
            ACTIVATE.op(vec![json!(entry.item), json!(location), json!(entry.to), json!(key(&["activate", &nonce]))])
        };
        let ops: Vec<Op> = new.iter().map(op).collect();
        let Results { of, cut } = self.api.run(&ops);
        for (entry, result) in new.iter().zip(of) {
            match result {
                Some(Ok(done)) => {
                    if let Some(error) = done.errors.first() {
                        end(families, entry, Outcome::Refused(error.message()), work);
                    }
                }
                Some(Err(rule)) => end(families, entry, outcome_of(rule), work),
                None => {}
            }
        }
        work.cut = cut;
    }

    /// One call for all entries. What the shop refuses of it is taken out, and what it sold meanwhile is read again; nothing was done then.
    fn set(&self, entries: &mut Vec<Entry>, round: usize, families: &mut [Family<'_>], work: &mut Work) {
        let input = |entry: &Entry| json!({ "inventoryItemId": entry.item, "locationId": work.shop.location.id, "quantity": entry.to, "changeFromQuantity": entry.from });
        let quantities: Vec<Value> = entries.iter().map(input).collect();
        let all = json!({ "name": "available", "reason": "correction", "quantities": quantities });
        let key = key_of(&entries.iter().collect::<Vec<_>>(), round);
        let Results { of, cut } = self.api.run(&[QUANTITIES_SET.op(vec![all, json!(key)])]);
        work.cut = cut;
        match of.into_iter().next().flatten() {
            None => {}
            Some(Err(rule)) => entries.drain(..).for_each(|entry| end(families, &entry, outcome_of(rule.clone()), work)),
            Some(Ok(done)) if done.errors.is_empty() => entries.clear(),
            Some(Ok(done)) => self.sort_out(entries, &done.errors, families, work),
        }
    }

    fn sort_out(&self, entries: &mut Vec<Entry>, errors: &[UserError], families: &mut [Family<'_>], work: &mut Work) {
        if errors.iter().any(|error| error.is("IDEMPOTENCY_CONCURRENT_REQUEST")) {
            let reason = "the shop works on the same change".to_owned();
            return entries.drain(..).for_each(|entry| end(families, &entry, Outcome::Later { after: None, reason: reason.clone() }, work));
        }
        // Such a key is of no use any more; the next round has another one.
        if errors.iter().any(|error| error.code.as_deref().is_some_and(|code| code.starts_with("IDEMPOTENCY_"))) {
            return;
        }
        let named: BTreeMap<usize, &UserError> = errors.iter().filter_map(|error| Some((error.row("quantities")?, error))).collect();
        if named.is_empty() {
            if let Some(error) = errors.first() {
                let message = error.message();
                entries.drain(..).for_each(|entry| end(families, &entry, Outcome::Refused(message.clone()), work));
            }
            return;
        }
        let (mut left, mut stale) = (Vec::new(), Vec::new());
        for (at, entry) in std::mem::take(entries).into_iter().enumerate() {
            match named.get(&at) {
                None => left.push(entry),
                Some(error) if error.is("CHANGE_FROM_QUANTITY_STALE") => stale.push(entry),
                Some(error) if error.is("NON_MUTABLE_INVENTORY_ITEM") => {
                    let text = format!("{}: the shop computes the stock of a bundle from its parts", error.message);
                    end(families, &entry, Outcome::Refused(channel::record_refused("NON_MUTABLE_INVENTORY_ITEM", text)), work);
                }
                Some(error) => end(families, &entry, Outcome::Refused(error.message()), work),
            }
        }
        match self.again(&stale, families, work) {
            Ok(read) => left.extend(read),
            Err(failure) => work.fail(failure),
        }
        *entries = left;
    }

    /// The same rows, from what the shop has now.
    fn again(&self, stale: &[Entry], families: &[Family<'_>], work: &Work) -> Result<Vec<Entry>, Failure> {
        let row_of = |entry: &Entry| families.get(entry.family).and_then(|family| family.rows.get(entry.row));
        let ids: Vec<&str> = stale.iter().filter_map(|entry| Some(number(&row_of(entry)?.variant?.id))).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let look = Look { api: &self.api, shop: &work.shop };
        let now = look.by_numbers(&ids)?;
        let fresh = stale.iter().filter_map(|entry| {
            let variant = now.iter().find(|variant| variant.inventory_item.id == entry.item)?;
            Some(Entry::of(entry.family, entry.row, variant, row_of(entry)?.change.quantity?))
        });
        Ok(fresh.filter(|entry| entry.from != Some(entry.to)).collect())
    }
}

fn end(families: &mut [Family<'_>], entry: &Entry, outcome: Outcome, work: &mut Work) {
    if let Some(row) = families.get_mut(entry.family).and_then(|family| family.rows.get_mut(entry.row)) {
        work.end(row, outcome);
    }
}
