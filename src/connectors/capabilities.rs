//! What a channel can do, as its connector declares it. The conformance suite tests each declaration; whatever is missing
//! here is never tried, and the ERP gets a message where it misses something by that.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Price;
use crate::domain::Currency;
use crate::domain::contact::ContactKind;
use crate::domain::message::{Message, channel};
use crate::domain::order::FactName;
use crate::domain::rate::Rates;
use crate::domain::transfer::TransferKind;

/// Whose prices a channel takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceKinds {
    Gross,
    Net,
    Both,
    /// The merchant sets it at the channel, and the connector refuses the other kind row by row.
    AsSetThere,
}

/// How a fact is repeated after an answer that leaves open whether it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// The channel recognises [`super::Fact::key`], or saying it twice changes nothing: the fact is sent again.
    Harmless,
    /// [`super::Connector::read_back`] is asked before.
    ReadBack,
}

/// Why a channel refuses an offer.
#[derive(Debug, Clone)]
pub(crate) struct Misfit {
    /// The part of the offer, a stable word.
    pub(crate) part: &'static str,
    pub(crate) message: Message,
}

/// What a channel can do. Numbers come from the channel's documentation.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// Rows per `submit`; at least 1.
    pub batch_size: usize,
    /// `submit` may accept rows into a task, about which `poll_task` is asked.
    pub tasks: bool,
    /// Pause between two questions about a task, where the channel does not name one.
    pub task_pace: Duration,
    /// An offer without stock is ended, and listed again when stock is back. false: it stays and gets a quantity of
    /// 0, because the channel keeps the page of a sold-out article (a shop).
    pub ends_at_zero: bool,
    /// The SKU of an offer can be changed. false: the offer is ended, and listed again under the new SKU.
    pub renames: bool,
    /// Articles with variants can be one offer with a choice. false: each variant is an offer of its own.
    pub variants: bool,
    /// Pictures of one offer; 0: none are sent.
    pub pictures: usize,
    /// An offer has an EAN.
    pub ean: bool,
    /// An offer has a weight.
    pub weight: bool,
    /// `categories` works, and offers are placed in one of them.
    pub categories: bool,
    /// `attributes` works, and offers have them.
    pub attributes: bool,
    /// Characters of the longest SKU.
    pub longest_sku: usize,
    pub prices: PriceKinds,
    /// The currencies that the channel sells in. Empty: whichever the merchant sets there; the connector refuses others.
    pub currencies: Vec<Currency>,
    /// A price with more decimals is refused before the channel is called. `None`: as many as its currency has.
    pub price_decimals: Option<u32>,
    /// `shop` works: an account that is pointed at another shop is noticed.
    pub tells_shop: bool,
    /// `list_offers` works: what the channel shows can be compared with what is known.
    pub lists_offers: bool,
    /// `find_offers` works: single offers can be read back.
    pub finds_offers: bool,
    /// Orders that are open at our side are read again at every poll, because the channel's change stamp is not reliable.
    pub rereads_open_orders: bool,
    /// The facts that the channel takes at all. Requests to cancel that cannot be answered: an accepted one is cancelled
    /// without an answer, and of a declined one the buyer has to be informed another way.
    pub facts: BTreeSet<FactName>,
    /// Single packages can be reported while others are still to come. false: they are reported together, when nothing is
    /// open any more.
    pub ships_in_part: bool,
    /// An order may have several packages. false: the first one is reported with everything in it, and the ERP hears of the others.
    pub several_packages: bool,
    /// Money can be given back for single positions.
    pub refunds_positions: bool,
    /// Money can be given back as an amount, whatever it is for.
    pub refunds_amounts: bool,
    pub repeats: Repeats,
    /// The records that the channel takes beside offers and orders.
    pub transfers: Vec<TransferKind>,
    /// What `pull_contacts` gives.
    pub contacts: Vec<ContactKind>,
    /// How often the channel lets itself be called, counted in calls of this trait; the account's settings may say
    /// something else.
    pub rates: Rates,
}

impl Capabilities {
    /// A channel that takes orders of so many rows and can do nothing else: what a connector can is added to it.
    pub fn least(batch_size: usize) -> Capabilities {
        Capabilities {
            batch_size,
            tasks: false,
            task_pace: Duration::from_secs(60),
            ends_at_zero: false,
            renames: false,
            variants: false,
            pictures: 0,
            ean: false,
            weight: false,
            categories: false,
            attributes: false,
            longest_sku: 50,
            prices: PriceKinds::AsSetThere,
            currencies: Vec::new(),
            price_decimals: None,
            tells_shop: false,
            lists_offers: false,
            finds_offers: false,
            rereads_open_orders: false,
            facts: BTreeSet::new(),
            ships_in_part: false,
            several_packages: false,
            refunds_positions: false,
            refunds_amounts: false,
            repeats: Repeats::ReadBack,
            transfers: Vec::new(),
            contacts: Vec::new(),
            rates: Rates::new(),
        }
    }

    /// Why the channel refuses an offer that runs, as far as its number and price say it.
    pub(crate) fn misfit(&self, sku: &str, price: Option<Price>) -> Option<Misfit> {
        let too_long = sku.chars().count() > self.longest_sku;
        let too_long = too_long.then(|| Misfit { part: "internal_item_number", message: channel::sku_too_long(sku, self.longest_sku) });
        too_long.or_else(|| price.and_then(|price| self.price_misfit(price)).map(|message| Misfit { part: "price", message }))
    }

    fn price_misfit(&self, price: Price) -> Option<Message> {
        let money = price.money;
        if let Some(refused) = self.list_misfit(price.gross, money.currency) {
            return Some(refused);
        }
        let decimals = self.price_decimals.filter(|decimals| money.amount.to_units(*decimals).is_none())?;
        Some(channel::price_inexact(price.money.written(), money.currency.code(), decimals.to_string()))
    }

    /// Why the channel refuses every price of a list of this kind and currency.
    pub(crate) fn list_misfit(&self, gross: bool, currency: Currency) -> Option<Message> {
        match (self.prices, gross) {
            (PriceKinds::Gross, false) => return Some(channel::price_net_in_gross_shop()),
            (PriceKinds::Net, true) => return Some(channel::price_gross_in_net_shop()),
            _ => {}
        }
        if self.currencies.is_empty() || self.currencies.contains(&currency) {
            return None;
        }
        let codes: Vec<&str> = self.currencies.iter().map(|currency| currency.code()).collect();
        Some(channel::currency_differs(currency.code(), codes.join(", ")))
    }

    pub fn takes(&self, fact: FactName) -> bool {
        self.facts.contains(&fact)
    }
}
