//! What a shop can do: everything, less what its settings take away.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::settings::Keys;
use super::super::{Capabilities, PriceKinds, Repeats, SetupError};
use crate::domain::contact::ContactKind;
use crate::domain::order::FactName;
use crate::domain::rate::Rates;
use crate::domain::transfer::TransferKind;
use crate::domain::{Currency, Reader};

/// Pictures of one offer.
const MOST_PICTURES: usize = 12;

/// The words of `lacks`, beside those of the facts.
const WORDS: &[&str] = &[
    "tasks",
    "ends_at_zero",
    "renames",
    "variants",
    "pictures",
    "ean",
    "weight",
    "categories",
    "attributes",
    "lists_offers",
    "finds_offers",
    "ships_in_part",
    "several_packages",
    "refunds_positions",
    "refunds_amounts",
    "fact_keys",
    "customers",
    "coupons",
    "messages",
    "disputes",
    "feedback",
];

/// The rights that a login may lack (fault `forbid`), what for, and whether only that.
pub(super) const RIGHTS: &[(&str, &str, bool)] = &[
    ("offers:write", "listing, changing and ending offers", false),
    ("orders:read", "collecting orders", false),
    ("orders:write", "reporting what became of orders", false),
    ("customers:write", "syncPlatformCustomers", true),
    ("coupons:write", "syncPlatformCoupons", true),
];

#[derive(Debug, Clone)]
pub(super) struct Can {
    pub batch_size: usize,
    pub page_size: usize,
    pub overlap: usize,
    pub prices: PriceKinds,
    pub currencies: Vec<Currency>,
    pub longest_sku: usize,
    pub task_pace: Duration,
    /// What it calls itself.
    pub shop: Option<String>,
    lacks: BTreeSet<String>,
}

impl Can {
    pub(super) fn read(keys: &Keys<'_>) -> Result<Can, SetupError> {
        let whole = |number: u32| usize::try_from(number).unwrap_or(1);
        let prices = match keys.text("prices", "give \"gross\", \"net\" or \"both\"")?.as_deref() {
            None | Some("gross") => PriceKinds::Gross,
            Some("net") => PriceKinds::Net,
            Some("both") => PriceKinds::Both,
            Some(other) => return Err(keys.fault("prices", &format!("\"{other}\" is unknown"), "give \"gross\", \"net\" or \"both\"")),
        };
        let currency = |code: String| {
            Currency::parse(&code)
                .ok_or_else(|| keys.fault("currencies", &format!("\"{code}\" is no currency"), "list codes of ISO 4217, such as [\"EUR\"]"))
        };
        let currencies = keys.texts("currencies", "list codes of ISO 4217, such as [\"EUR\"]")?;
        Ok(Can {
            batch_size: whole(keys.whole("batch_size", 1..=1000, 25)?),
            page_size: whole(keys.whole("page_size", 1..=1000, 100)?),
            overlap: whole(keys.whole("overlap", 0..=1000, 5)?),
            prices,
            currencies: currencies.into_iter().map(currency).collect::<Result<_, _>>()?,
            longest_sku: whole(keys.whole("longest_sku", 1..=1000, 100)?),
            task_pace: Duration::from_millis(u64::from(keys.whole("task_pace_ms", 1..=86_400_000, 1000)?)),
            shop: keys.text("shop", "give the shop a name, or leave it out")?,
            lacks: lacks(keys)?,
        })
    }

    /// What the merchant may do in the shop itself.
    pub(super) fn by_hand() -> Can {
        Can {
            batch_size: 1,
            page_size: 1,
            overlap: 0,
            prices: PriceKinds::Both,
            currencies: Vec::new(),
            longest_sku: usize::MAX,
            task_pace: Duration::ZERO,
            shop: None,
            lacks: BTreeSet::new(),
        }
    }

    /// The words of what it cannot do.
    pub(super) fn lacking(&self) -> Vec<&str> {
        self.lacks.iter().map(String::as_str).collect()
    }

    pub(super) fn has(&self, word: &str) -> bool {
        !self.lacks.contains(word)
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        Capabilities {
            batch_size: self.batch_size,
            tasks: self.has("tasks"),
            task_pace: self.task_pace,
            ends_at_zero: self.has("ends_at_zero"),
            renames: self.has("renames"),
            variants: self.has("variants"),
            pictures: if self.has("pictures") { MOST_PICTURES } else { 0 },
            ean: self.has("ean"),
            weight: self.has("weight"),
            categories: self.has("categories"),
            attributes: self.has("attributes"),
            longest_sku: self.longest_sku,
            prices: self.prices,
            currencies: self.currencies.clone(),
            price_decimals: None,
            tells_shop: self.shop.is_some(),
            lists_offers: self.has("lists_offers"),
            finds_offers: self.has("finds_offers"),
            // The shop's change number misses nothing, so open orders need no second look.
            rereads_open_orders: false,
            facts: FactName::ALL.into_iter().filter(|fact| self.has(fact.word())).collect(),
            ships_in_part: self.has("ships_in_part"),
            several_packages: self.has("several_packages"),
            refunds_positions: self.has("refunds_positions"),
            refunds_amounts: self.has("refunds_amounts"),
            repeats: if self.has("fact_keys") { Repeats::Harmless } else { Repeats::ReadBack },
            transfers: TransferKind::ALL.into_iter().filter(|kind| self.has(kind.several(Reader::ADMIN))).collect(),
            contacts: ContactKind::ALL.into_iter().filter(|kind| self.has(kind.word())).collect(),
            rates: Rates::new(),
        }
    }
}

fn lacks(keys: &Keys<'_>) -> Result<BTreeSet<String>, SetupError> {
    let known: Vec<&str> = WORDS.iter().copied().chain(FactName::ALL.into_iter().map(FactName::word)).collect();
    let remedy = format!("use {}", known.join(", "));
    let lacks = keys.texts("lacks", &remedy)?;
    match lacks.iter().find(|word| !known.contains(&word.as_str())) {
        Some(word) => Err(keys.fault("lacks", &format!("\"{word}\" is nothing that the shop can do"), &remedy)),
        None => Ok(lacks.into_iter().collect()),
    }
}
