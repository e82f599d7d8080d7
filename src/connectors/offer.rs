//! Offers on their way to a channel, and as a channel shows them.

use serde::{Deserialize, Serialize};

use crate::domain::catalogue::ChannelCategory;
use crate::domain::item::{Attribute, Word};
use crate::domain::offer::Wanted;
use crate::domain::price::Sale;
use crate::domain::{Decimal, Money, OfferId};

/// One row for the channel: absolute values, only the parts that changed (all of them for an offer not listed yet).
#[derive(Debug, Clone)]
pub struct OfferChange {
    pub offer_id: OfferId,
    /// The SKU that the offer is to have: the merchant's item number.
    pub sku: String,
    /// Other SKUs that the channel may still know it by, because the answer to a change of its SKU was lost or is still to
    /// come; the latest first, and none where all is clear. The connector finds the offer by `external_number`, else by one of
    /// these, else by `sku`, and renames it where its capabilities say so.
    pub known_as: Vec<String>,
    /// The channel's own number, once known.
    pub external_number: Option<String>,
    pub wanted: Wanted,
    pub content: Option<OfferContent>,
    pub price: Option<Price>,
    pub quantity: Option<Quantity>,
}

/// What finds an offer at its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferKey {
    pub offer_id: OfferId,
    pub sku: String,
    pub known_as: Vec<String>,
    pub external_number: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct OfferContent {
    pub title: String,
    /// HTML or plain text, as the text module type allows.
    pub description: String,
    pub language: String,
    pub ean: Option<String>,
    /// Absolute addresses, first one first.
    pub images: Vec<String>,
    /// Where Kontor serves the pictures that it keeps, whatever network that is in.
    pub own_address: String,
    /// The channel's category, as configured or mapped.
    pub category: Option<String>,
    pub tax_type_id: i32,
    /// In the channel's words, where the account translates the tax type.
    pub tax_class: Option<String>,
    pub weight_in_gram: Option<Decimal>,
    pub variant: Option<VariantContent>,
    pub attributes: Vec<Attribute>,
    /// In the channel's words, where the account translates the ERP's.
    pub delivery_time: Option<String>,
    /// The shipping cost category, in the channel's words where the account translates the ERP's.
    pub delivery_charge: Option<String>,
    /// The name of the manufacturer.
    pub manufacturer: Option<String>,
    /// A lower price for some days, from the item's own data for the account. A channel that has such prices runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sale: Option<Sale>,
    /// The item's own data for the account: the platform's element of `specific_item_data`, unchanged XML.
    pub platform_data: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct VariantContent {
    /// Item number of the parent.
    pub parent_sku: String,
    pub parent_title: String,
    /// Empty where no rule gives the parent one.
    pub parent_description: String,
    /// Those of the parent: absolute addresses, first one first.
    pub parent_images: Vec<String>,
    /// Property and value, such as Colour and Blue.
    pub options: Vec<(Word, Word)>,
    /// Other articles of the parent that the account offers or offered, some of very many: what finds the family at the channel
    /// when the parent has got another number.
    #[serde(default)]
    pub siblings: Vec<Sibling>,
}

/// Another variant of the same parent.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Sibling {
    pub sku: String,
    /// The channel's own number, once known.
    pub external_number: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Rounded to the decimals of its currency.
    pub money: Money,
    pub gross: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// What buyers may still order now.
    pub offered: i32,
    /// Ordered in this account, collected by Kontor and not shipped yet. A shop that keeps its own allocations gets
    /// `offered + reserved_here` as its stock on hand, so that its allocations leave exactly `offered`, and orders
    /// that Kontor has not collected yet still count against it.
    pub reserved_here: i32,
}

/// An offer as the channel shows it, whoever listed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOffer {
    /// The channel's own number.
    pub external_number: Option<String>,
    pub sku: Option<String>,
    pub ean: Option<String>,
    pub title: String,
    /// Of the kind in which the account sends prices, in its currency. `None`: not reported.
    pub price: Option<Money>,
    /// What buyers may still order now. `None`: not reported.
    pub quantity: Option<i32>,
    /// Buyers can see it.
    pub running: bool,
    pub url: Option<String>,
}

/// One page of a channel's offers.
#[derive(Debug, Clone)]
pub struct Listed {
    pub offers: Vec<ListedOffer>,
    /// Where the next page starts. `None`: this was the last one.
    pub next: Option<String>,
}

/// One page of a channel's categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryPage {
    pub categories: Vec<ChannelCategory>,
    /// Where the next page starts. `None`: this was the last one.
    pub next: Option<String>,
}
