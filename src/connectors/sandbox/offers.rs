//! The shop's offers and the rules by which it takes them.

use std::ops::Bound;

use serde::Deserialize;

use super::super::{Listed, ListedOffer, OfferChange, OfferContent, Outcome, Price};
use super::shop::{Listing, Problem, Shop, Step};
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;
use crate::domain::{Currency, Decimal, Money, OfferId, Reader};

/// Offers that one shop keeps; a bound, so that a runaway test cannot fill the memory.
const MOST_LISTINGS: usize = 200_000;
/// Offers of one page of a listing.
const PAGE: usize = 100;
/// Entries of the history that an offer keeps.
const MOST_HISTORY: usize = 100;

impl Listing {
    pub(super) fn note(&mut self, seq: u64, what: String) {
        if self.history.len() >= MOST_HISTORY {
            self.history.remove(0);
        }
        self.history.push(Step { seq, what });
    }

    fn tell(&self) -> ListedOffer {
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

    fn set_content(&mut self, content: &OfferContent) {
        self.title = content.title.clone();
        self.description = content.description.clone();
        self.language = content.language.clone();
        self.ean = content.ean.clone();
        self.images = content.images.clone();
        self.category = content.category.clone();
        self.attributes = content.attributes.clone();
        self.delivery_time = content.delivery_time.clone();
        self.delivery_charge = content.delivery_charge.clone();
        self.platform_data = content.platform_data.clone();
        self.parent_sku = content.variant.as_ref().map(|variant| variant.parent_sku.clone());
    }
}

/// What somebody does to an offer in the shop by hand, behind Kontor's back; what is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    title: Option<String>,
    ean: Option<String>,
    price: Option<String>,
    quantity: Option<i32>,
    running: Option<bool>,
}

impl Shop {
    /// Brings one offer to the wanted state, or says why not.
    pub fn submit(&mut self, change: &OfferChange) -> Outcome {
        let outcome = match self.faults.row(&change.sku) {
            Some(scripted) => {
                self.changed();
                scripted
            }
            None => self.take(change),
        };
        let counters = &mut self.counters;
        counters.rows = counters.rows.saturating_add(1);
        let counter = match outcome {
            Outcome::Done { .. } => &mut counters.rows_done,
            Outcome::Refused(_) => &mut counters.rows_refused,
            Outcome::Later { .. } => &mut counters.rows_later,
        };
        *counter = counter.saturating_add(1);
        outcome
    }

    fn take(&mut self, change: &OfferChange) -> Outcome {
        // An offer is ended whatever is wrong with its content.
        if change.wanted == Wanted::Running
            && let Some(refusal) = first_fault(change)
        {
            return Outcome::Refused(refusal);
        }
        match (change.wanted, self.listings.contains_key(&change.sku)) {
            // What is not listed needs no ending.
            (Wanted::Ended, false) => Outcome::done(),
            (Wanted::Running, false) => self.list(change),
            (_, true) => self.update(change),
        }
    }

    /// One page of all offers, in the order of their SKUs.
    pub fn list_offers(&self, cursor: Option<&str>) -> Listed {
        let start = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let page: Vec<&Listing> = self.listings.range::<str, _>((start, Bound::Unbounded)).map(|(_, listing)| listing).take(PAGE).collect();
        let next = page.last().filter(|_| page.len() == PAGE).map(|listing| listing.sku.clone());
        Listed { offers: page.into_iter().map(Listing::tell).collect(), next }
    }

    /// Changes an offer by hand, or puts one on sale that Kontor knows nothing of.
    pub fn by_hand(&mut self, sku: &str, hand: ByHand) -> Result<&Listing, Problem> {
        let price = match &hand.price {
            None => None,
            Some(text) => Some(Decimal::parse(text).ok_or_else(|| Problem::Bad(format!("price: \"{text}\" is no amount; send 4.90")))?),
        };
        if !self.listings.contains_key(sku) {
            let title = hand.title.clone().unwrap_or_else(|| sku.to_owned());
            let change = OfferChange {
                offer_id: OfferId(0),
                sku: sku.to_owned(),
                external_number: None,
                wanted: Wanted::Running,
                content: Some(OfferContent { title, ean: hand.ean.clone(), ..OfferContent::default() }),
                price: Some(Price { money: Money::new(price.unwrap_or_default(), Currency::EUR), gross: true }),
                quantity: None,
            };
            if let Outcome::Refused(message) = self.take(&change) {
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
        Ok(listing)
    }

    /// Deletes an offer by hand.
    pub fn delete_by_hand(&mut self, sku: &str) -> Result<(), Problem> {
        self.listings.remove(sku).ok_or_else(|| no_offer(sku))?;
        self.changed();
        Ok(())
    }

    fn list(&mut self, change: &OfferChange) -> Outcome {
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
            delivery_time: None,
            delivery_charge: None,
            platform_data: None,
            price: money.amount,
            currency: money.currency.code().to_owned(),
            quantity: change.quantity.map_or(0, |quantity| quantity.offered),
            running: true,
            updates: 1,
            history: Vec::new(),
        };
        listing.set_content(content);
        listing.note(seq, format!("listed at {} {} with quantity {}", listing.price, listing.currency, listing.quantity));
        let done = done(&listing);
        self.listings.insert(change.sku.clone(), listing);
        done
    }

    fn update(&mut self, change: &OfferChange) -> Outcome {
        let seq = self.changed();
        let Some(listing) = self.listings.get_mut(&change.sku) else { return Outcome::done() };
        listing.updates = listing.updates.saturating_add(1);
        if let Some(content) = &change.content {
            listing.set_content(content);
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
fn first_fault(change: &OfferChange) -> Option<Message> {
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
    let quantity = change.quantity.filter(|quantity| quantity.offered < 0)?;
    Some(channel::quantity_invalid(quantity.offered, &change.sku))
}
