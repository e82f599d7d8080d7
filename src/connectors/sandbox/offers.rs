//! The shop's offers and the rules by which it takes them.

use std::ops::Bound;

use serde::Deserialize;

use super::super::{Listed, ListedOffer, OfferChange, OfferContent, Outcome, Price};
use super::can::Can;
use super::shop::{Listing, Problem, Shop, Step};
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;
use crate::domain::{Currency, Decimal, Money, OfferId, Reader};

/// Offers that one shop keeps; a bound, so that a runaway test cannot fill the memory.
const MOST_LISTINGS: usize = 200_000;
/// Entries of the history that an offer keeps.
const MOST_HISTORY: usize = 100;

impl Listing {
    pub(super) fn note(&mut self, seq: u64, what: String) {
        if self.history.len() >= MOST_HISTORY {
            self.history.remove(0);
        }
        self.history.push(Step { seq, what });
    }

    pub(super) fn tell(&self) -> ListedOffer {
        ListedOffer {
            external_number: Some(self.external_number.clone()),
            sku: Some(self.sku.clone()),
            ean: self.ean.clone(),
            title: self.title.clone(),
            price: Currency::parse(&self.currency).map(|currency| Money::new(self.price, currency)),
            quantity: Some(self.quantity),
            running: self.running,
            url: None,
        }
    }

    fn set_content(&mut self, content: &OfferContent, can: &Can) {
        let most_pictures = can.capabilities().pictures;
        self.title = content.title.clone();
        self.description = content.description.clone();
        self.language = content.language.clone();
        self.ean = content.ean.clone().filter(|_| can.has("ean"));
        self.images = content.images.iter().take(most_pictures).cloned().collect();
        self.category = content.category.clone().filter(|_| can.has("categories"));
        self.attributes = if can.has("attributes") { content.attributes.iter().map(shown).collect() } else { Vec::new() };
        self.weight_in_gram = content.weight_in_gram.filter(|_| can.has("weight")).map(|weight| weight.to_string());
        self.tax_class = content.tax_class.clone();
        self.delivery_time = content.delivery_time.clone();
        self.delivery_charge = content.delivery_charge.clone();
        self.manufacturer = content.manufacturer.clone();
        self.platform_data = content.platform_data.clone();
        let variant = content.variant.as_ref().filter(|_| can.has("variants"));
        self.parent_sku = variant.map(|variant| variant.parent_sku.clone());
        self.options = variant
            .map(|variant| variant.options.iter().map(|(property, value)| (property.name.clone(), value.name.clone())).collect())
            .unwrap_or_default();
    }
}

/// What somebody does to an offer in the shop by hand, behind Kontor's back; what is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByHand {
    /// Another SKU.
    sku: Option<String>,
    title: Option<String>,
    ean: Option<String>,
    price: Option<String>,
    quantity: Option<i32>,
    running: Option<bool>,
}

impl ByHand {
    /// The price, as a buyer can pay it.
    fn price(&self, currency: Currency) -> Result<Option<Decimal>, Problem> {
        let Some(text) = &self.price else { return Ok(None) };
        let price = Decimal::parse(text).filter(|price| *price > Decimal::ZERO && price.to_units(currency.decimals()).is_some());
        let wrong = || format!("price: \"{text}\" is no amount above 0 with at most {} decimals; send 4.90", currency.decimals());
        price.map(Some).ok_or_else(|| Problem::Bad(wrong()))
    }

    fn check(&self, sku: &str) -> Result<(), Problem> {
        if sku.trim().is_empty() || self.sku.as_ref().is_some_and(|sku| sku.trim().is_empty()) {
            return Err(Problem::Bad("sku: is empty; an offer needs one".to_owned()));
        }
        if let Some(quantity) = self.quantity.filter(|quantity| *quantity < 0) {
            return Err(Problem::Bad(format!("quantity: {quantity} is below 0; send the pieces that buyers can order")));
        }
        if self.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
            return Err(Problem::Bad("title: is empty; send one, or leave it out".to_owned()));
        }
        Ok(())
    }
}

impl Shop {
    /// Brings one offer to the wanted state, or says why not.
    pub(super) fn submit(&mut self, change: &OfferChange, can: &Can) -> Outcome {
        let outcome = match self.faults.row(&change.sku) {
            Some(scripted) => {
                self.changed();
                scripted
            }
            None => self.take(change, can),
        };
        let counters = &mut self.counters;
        counters.rows = counters.rows.saturating_add(1);
        let counter = match outcome {
            Outcome::Done { .. } | Outcome::DoneInPart { .. } => &mut counters.rows_done,
            Outcome::Refused(_) => &mut counters.rows_refused,
            Outcome::Later { .. } => &mut counters.rows_later,
            Outcome::Accepted(_) => &mut counters.rows_accepted,
        };
        *counter = counter.saturating_add(1);
        outcome
    }

    fn take(&mut self, change: &OfferChange, can: &Can) -> Outcome {
        // An offer is ended whatever is wrong with its content.
        if change.wanted == Wanted::Running
            && let Some(refusal) = first_fault(change, can)
        {
            return Outcome::Refused(refusal);
        }
        let found = self.find(change.external_number.as_deref(), &change.known_as, &change.sku);
        match (change.wanted, found) {
            // What is not listed needs no ending.
            (Wanted::Ended, None) => Outcome::done(),
            (Wanted::Running, None) => self.list(change, can),
            (_, Some(sku)) if sku != change.sku && can.has("renames") => match self.rename(&sku, &change.sku) {
                Some(refusal) => Outcome::Refused(refusal),
                None => self.update(change, &change.sku, can),
            },
            (_, Some(sku)) => self.update(change, &sku, can),
        }
    }

    /// The offer gets another SKU. An ended offer gives its SKU up for that, a running one does not.
    fn rename(&mut self, from: &str, to: &str) -> Option<Message> {
        if self.listings.get(to).is_some_and(|other| other.running) {
            return Some(channel::sku_taken(to));
        }
        let seq = self.changed();
        let mut listing = self.listings.remove(from)?;
        listing.sku = to.to_owned();
        listing.note(seq, format!("renamed from {from}"));
        self.listings.insert(to.to_owned(), listing);
        None
    }

    /// What the shop says of an offer that it has.
    pub(super) fn shown(&self, sku: &str) -> Outcome {
        self.listings.get(sku).map_or_else(Outcome::done, done)
    }

    /// One page of all offers, in the order of their SKUs.
    pub(super) fn list_offers(&self, cursor: Option<&str>, page_size: usize) -> Listed {
        let start = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let page: Vec<&Listing> =
            self.listings.range::<str, _>((start, Bound::Unbounded)).map(|(_, listing)| listing).take(page_size).collect();
        let next = page.last().filter(|_| page.len() == page_size).map(|listing| listing.sku.clone());
        Listed { offers: page.into_iter().map(Listing::tell).collect(), next }
    }

    /// Changes an offer by hand, or puts one on sale that Kontor knows nothing of.
    pub(super) fn by_hand(&mut self, sku: &str, hand: ByHand) -> Result<&Listing, Problem> {
        let currency = self.listings.get(sku).and_then(|listing| Currency::parse(&listing.currency)).unwrap_or(Currency::EUR);
        let price = hand.price(currency)?;
        hand.check(sku)?;
        if !self.listings.contains_key(sku) {
            let title = hand.title.clone().unwrap_or_else(|| sku.to_owned());
            let change = OfferChange {
                offer_id: OfferId(0),
                sku: sku.to_owned(),
                known_as: Vec::new(),
                external_number: None,
                wanted: Wanted::Running,
                content: Some(OfferContent { title, ean: hand.ean.clone(), ..OfferContent::default() }),
                price: Some(Price { money: Money::new(price.unwrap_or_default(), Currency::EUR), gross: true }),
                quantity: None,
            };
            if let Outcome::Refused(message) = self.take(&change, &Can::by_hand()) {
                return Err(Problem::Bad(format!("{}; {}", message.line(), message.remedy(Reader::ADMIN))));
            }
        }
        let seq = self.changed();
        let Some(listing) = self.listings.get_mut(sku) else { return Err(no_offer(sku)) };
        listing.title = hand.title.unwrap_or_else(|| std::mem::take(&mut listing.title));
        listing.ean = hand.ean.or(listing.ean.take());
        listing.price = price.unwrap_or(listing.price);
        listing.quantity = hand.quantity.unwrap_or(listing.quantity);
        listing.running = hand.running.unwrap_or(listing.running);
        listing.note(seq, "changed by hand".to_owned());
        let Some(to) = hand.sku.filter(|to| to != sku) else { return self.listings.get(sku).ok_or_else(|| no_offer(sku)) };
        if let Some(message) = self.rename(sku, &to) {
            return Err(Problem::Conflict(message.line()));
        }
        self.listings.get(&to).ok_or_else(|| no_offer(&to))
    }

    /// Deletes an offer by hand.
    pub(crate) fn delete_by_hand(&mut self, sku: &str) -> Result<(), Problem> {
        self.listings.remove(sku).ok_or_else(|| no_offer(sku))?;
        self.changed();
        Ok(())
    }

    fn list(&mut self, change: &OfferChange, can: &Can) -> Outcome {
        let Some(content) = &change.content else {
            return Outcome::Refused(channel::title_missing(&change.sku));
        };
        let Some(Price { money, .. }) = change.price else {
            return Outcome::Refused(channel::price_missing(&change.sku));
        };
        if self.listings.len() >= MOST_LISTINGS {
            return Outcome::Refused(channel::too_many_offers(MOST_LISTINGS));
        }
        let seq = self.changed();
        self.listings_made = self.listings_made.saturating_add(1);
        let mut listing = Listing {
            sku: change.sku.clone(),
            external_number: format!("SBX-{}-{}", self.account_id, self.listings_made),
            title: String::new(),
            description: String::new(),
            language: String::new(),
            ean: None,
            images: Vec::new(),
            category: None,
            attributes: Vec::new(),
            parent_sku: None,
            options: Vec::new(),
            weight_in_gram: None,
            tax_class: None,
            delivery_time: None,
            delivery_charge: None,
            manufacturer: None,
            platform_data: None,
            price: money.amount,
            currency: money.currency.code().to_owned(),
            quantity: change.quantity.map_or(0, |quantity| quantity.offered),
            running: true,
            updates: 1,
            history: Vec::new(),
        };
        listing.set_content(content, can);
        listing.note(seq, format!("listed at {} {} with quantity {}", listing.price, listing.currency, listing.quantity));
        let done = done(&listing);
        self.listings.insert(change.sku.clone(), listing);
        done
    }

    fn update(&mut self, change: &OfferChange, sku: &str, can: &Can) -> Outcome {
        let seq = self.changed();
        let Some(listing) = self.listings.get_mut(sku) else { return Outcome::done() };
        listing.updates = listing.updates.saturating_add(1);
        if let Some(content) = &change.content {
            listing.set_content(content, can);
            listing.note(seq, "content".to_owned());
        }
        if let Some(Price { money: Money { amount, currency }, .. }) = change.price {
            listing.price = amount;
            listing.currency = currency.code().to_owned();
            listing.note(seq, format!("price {amount} {currency}"));
        }
        if let Some(quantity) = change.quantity {
            listing.quantity = quantity.offered;
            listing.note(seq, format!("quantity {}", quantity.offered));
        }
        let running = change.wanted == Wanted::Running;
        if listing.running != running {
            listing.running = running;
            listing.note(seq, if running { "listed again" } else { "ended" }.to_owned());
        }
        done(listing)
    }
}

pub(super) fn no_offer(sku: &str) -> Problem {
    Problem::Missing(format!("no offer has the SKU \"{sku}\"; GET /offers lists them"))
}

fn done(listing: &Listing) -> Outcome {
    Outcome::Done { external_number: Some(listing.external_number.clone()), url: None, messages: Vec::new() }
}

/// The rules that hold for a new and for a running offer.
fn first_fault(change: &OfferChange, can: &Can) -> Option<Message> {
    if change.sku.chars().count() > can.longest_sku {
        return Some(channel::sku_too_long(&change.sku, can.longest_sku));
    }
    if let Some(content) = &change.content
        && content.title.trim().is_empty()
    {
        return Some(channel::title_empty(&change.sku));
    }
    if let Some(Price { money, .. }) = change.price
        && money.amount <= Decimal::ZERO
    {
        return Some(channel::price_invalid(money.amount.to_string(), &change.sku));
    }
    if let Some(Price { money, gross }) = change.price
        && let Some(refused) = can.capabilities().list_misfit(gross, money.currency)
    {
        return Some(refused);
    }
    let quantity = change.quantity.filter(|quantity| quantity.offered < 0)?;
    Some(channel::quantity_invalid(quantity.offered, &change.sku))
}

fn shown(attribute: &crate::connectors::Attribute) -> (String, String) {
    (attribute.name.clone(), attribute.text())
}
