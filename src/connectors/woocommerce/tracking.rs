//! Tracking numbers, in the place that the shop has for them: a plug-in, the fulfilments of newer versions, else a note to the customer.
//! Each of them is read before, because it mails the customer.

use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::{ChannelError, lock};
use super::found::{Meta, meta};
use super::inputs::said;
use super::orders::Order;
use super::packages::{Package, Pieces};
use super::shop::Index;
use super::{SETTINGS_AGE, WooCommerce};

/// Of the plug-in "Shipment Tracking", and of others that answer as it does.
const PLUG_IN: [&str; 2] = ["wc-shipment-tracking", "v3"];
/// Of a fulfilment: the key of its package.
const PACKAGE: &str = "_kontor_package";
const ITEMS: &str = "_items";
const NUMBER: &str = "_tracking_number";
const PROVIDER: &str = "_shipping_provider";

/// What the shop has for tracking numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    PlugIn,
    Fulfillments,
    Notes,
}

#[derive(Debug, Deserialize)]
struct Tracked {
    tracking_number: String,
}

#[derive(Debug, Deserialize)]
struct Note {
    note: String,
    customer_note: bool,
}

#[derive(Debug, Deserialize)]
struct Fulfillment {
    id: i64,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

impl WooCommerce {
    pub(super) fn tracking_place(&self) -> Result<Place, ChannelError> {
        let known = *lock(&self.place);
        if let Some((read_at, place)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(place);
        }
        let plug_in = PLUG_IN.join("/");
        let index: Index = self.api.index().map_err(Failure::whole)?.part("")?;
        let place = if index.namespaces.contains(&plug_in) {
            Place::PlugIn
        } else if self.has_fulfillments()? {
            Place::Fulfillments
        } else {
            Place::Notes
        };
        *lock(&self.place) = Some((Instant::now(), place));
        Ok(place)
    }

    /// They belong to the namespace of the shop itself: switched off, their address is unknown; else it is the order that is.
    fn has_fulfillments(&self) -> Result<bool, ChannelError> {
        match self.api.get(&["orders", "0", "fulfillments"], &[]) {
            Ok(_) => Ok(true),
            Err(Failure::Rule(rule)) => Ok(rule.code != "rest_no_route" && !rule.internal),
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) => Ok(false),
            Err(Failure::Channel(error)) => Err(error),
        }
    }

    /// Before the order is complete, because the shop's mail about that names what the plug-in has.
    pub(super) fn track(&self, order: &Order, numbers: &[(Option<String>, String)]) -> Result<(), Failure> {
        if numbers.is_empty() {
            return Ok(());
        }
        let id = order.id.to_string();
        let path = ["orders", id.as_str(), "shipment-trackings"];
        let known: Vec<Tracked> = self.api.get_of(&PLUG_IN, &path)?.part("")?;
        let missing: Vec<&(Option<String>, String)> =
            numbers.iter().filter(|(_, number)| known.iter().all(|known| known.tracking_number != *number)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let providers = match self.api.get_of(&PLUG_IN, &[&path[..], &["providers"]].concat()) {
            Ok(reply) => reply.json,
            // Plug-ins that only answer as the first one does may have no list.
            Err(Failure::Rule(_)) => Value::Null,
            Err(failure) => return Err(failure),
        };
        for (carrier, number) in missing {
            let carrier = carrier.as_deref().unwrap_or_default();
            // A name of his own wins; without a list, plug-ins may know the other field only.
            let own = if names(&providers, carrier) { "" } else { carrier };
            let body = json!({ "tracking_number": number, "tracking_provider": carrier, "custom_tracking_provider": own });
            self.api.post_to(&PLUG_IN, &path, &body)?;
        }
        Ok(())
    }

    /// A fulfilment per package with something in it. The number of a package without contents goes with the one before it.
    pub(super) fn fulfill(&self, order: &Order, packages: &[Package]) -> Result<(), Failure> {
        let id = order.id.to_string();
        let path = ["orders", id.as_str(), "fulfillments"];
        let known: Vec<Fulfillment> = self.api.list(&path, &[])?;
        let notify = if self.settings.tracking_notes { "true" } else { "false" };
        for package in fulfillments(packages) {
            let numbers = package.tracking.join(", ");
            let same = |fulfillment: &&Fulfillment| {
                said(&fulfillment.meta_data, PACKAGE) == package.key || (!numbers.is_empty() && number_of(fulfillment) == numbers)
            };
            match known.iter().find(same) {
                Some(fulfillment) if number_of(fulfillment) == numbers => {}
                Some(fulfillment) => {
                    let number = fulfillment.id.to_string();
                    let body = json!({ "meta_data": described(&package) });
                    self.api.put_with(&[&path[..], &[&number]].concat(), &[("notify_customer", notify)], &body)?;
                }
                None => {
                    let body = json!({ "status": "fulfilled", "is_fulfilled": true, "meta_data": described(&package) });
                    self.api.post_with(&path, &[("notify_customer", notify)], &body)?;
                }
            }
        }
        Ok(())
    }

    /// The shop mails a note to the customer each time.
    pub(super) fn note(&self, order: &Order, numbers: &[(Option<String>, String)]) -> Result<(), Failure> {
        let id = order.id.to_string();
        let known: Vec<Note> = self.api.list(&["orders", &id, "notes"], &[("type", "customer")])?;
        for (carrier, number) in numbers {
            let text = carrier.as_ref().map_or_else(|| number.clone(), |carrier| format!("{carrier} {number}"));
            if known.iter().all(|note| !note.customer_note || note.note != text) {
                self.api.post(&["orders", &id, "notes"], &json!({ "note": text, "customer_note": true }))?;
            }
        }
        Ok(())
    }
}

/// Whether the plug-in knows a carrier and makes links for it: its list has them by country.
fn names(providers: &Value, carrier: &str) -> bool {
    let countries = providers.as_object().into_iter().flat_map(|countries| countries.values());
    let mut known = countries.filter_map(Value::as_object).flat_map(|names| names.keys());
    known.any(|name| name.eq_ignore_ascii_case(carrier))
}

fn number_of(fulfillment: &Fulfillment) -> &str {
    meta(&fulfillment.meta_data, NUMBER).and_then(Value::as_str).unwrap_or_default()
}

fn fulfillments(packages: &[Package]) -> Vec<Package> {
    let mut filled: Vec<Package> = Vec::new();
    for package in packages {
        match filled.last_mut() {
            Some(last) if package.contents.is_empty() => last.tracking.extend(package.tracking.iter().cloned()),
            None if package.contents.is_empty() => {}
            _ => filled.push(package.clone()),
        }
    }
    filled
}

fn described(package: &Package) -> Value {
    let item = |Pieces { line_id, quantity }: &Pieces| json!({ "item_id": line_id.parse::<i64>().unwrap_or_default(), "qty": quantity });
    let items: Vec<Value> = package.contents.iter().map(item).collect();
    let mut all = vec![json!({ "key": ITEMS, "value": items }), json!({ "key": PACKAGE, "value": package.key })];
    if !package.tracking.is_empty() {
        all.push(json!({ "key": NUMBER, "value": package.tracking.join(", ") }));
        all.push(json!({ "key": PROVIDER, "value": package.carrier.as_deref().unwrap_or_default() }));
    }
    json!(all)
}
