//! What is missing before an offer can be sent to a channel, in words for the merchant.

use crate::domain::attribute::DataType;
use crate::domain::message::{Message, own};
use crate::domain::{Currency, FieldName};

/// The name of the account's title rule among the templates.
pub(crate) const TITLE_RULE: &str = "title_rule";

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lack {
    /// The item has no price that counts today in any of these lists.
    Price(Vec<String>),
    /// The account's first price list does not exist.
    Pricelist(String),
    /// The price list that has the price is not in the currency of the account's first one.
    Currency {
        list: String,
        found: Currency,
        expected: Currency,
    },
    /// The price list has a currency that ISO 4217 does not know, so its prices cannot be rounded.
    NoCurrency {
        list: String,
        currency: String,
    },
    Title,
    /// The stored item cannot be read: a fault of ours.
    Document,
    /// The template of this name or number does not exist.
    NoTemplate(String),
    /// A template is broken or does not come to an end.
    Template {
        name: String,
        line: usize,
        text: String,
    },
    /// The price in the item's block is no number.
    PlatformPrice(String),
    /// A price for some days in the item's block, or one of these days, cannot be read.
    PlatformSale(String),
    /// The item names a delivery time or a shipping cost category that does not exist.
    LookUp {
        field: &'static str,
        value: String,
    },
    /// Nothing assigns the item to a category of the account.
    Category,
    /// The channel's category wants the attribute.
    CategoryAttribute {
        category: String,
        attribute: String,
    },
    /// The channel's category knows no such value of the attribute.
    CategoryValue {
        category: String,
        attribute: String,
        value: String,
    },
    Description,
    Images,
    /// The item's set wants a value of the attribute, and there is none that counts.
    AttributeMissing {
        attribute: String,
        set: String,
    },
    /// A value that the attribute may not have; it is not sent.
    AttributeValue {
        attribute: String,
        value: String,
        fault: ValueFault,
    },
    /// A value that the variants' property may not have; it is sent nevertheless, or the variants would be alike.
    OptionNotListed {
        property: String,
        value: String,
    },
}

/// What is wrong with a value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueFault {
    NotListed,
    /// It is in another unit than this.
    Unit(String),
    /// It is not of this type.
    Type(DataType),
}

impl Lack {
    /// Keeps the part of the offer from being sent. The others are hints.
    pub(crate) fn blocks(&self) -> bool {
        !matches!(
            self,
            Lack::LookUp { .. }
                | Lack::Category
                | Lack::CategoryAttribute { .. }
                | Lack::CategoryValue { .. }
                | Lack::Description
                | Lack::Images
                | Lack::AttributeValue { .. }
                | Lack::OptionNotListed { .. }
        )
    }

    /// The part of the offer, a stable word.
    pub(crate) fn part(&self) -> &'static str {
        match self {
            Lack::Price(_)
            | Lack::Pricelist(_)
            | Lack::Currency { .. }
            | Lack::NoCurrency { .. }
            | Lack::PlatformPrice(_)
            | Lack::PlatformSale(_) => "price",
            Lack::Title => "title",
            Lack::Document => "item",
            Lack::NoTemplate(_) => "description",
            Lack::Template { name, .. } if name == TITLE_RULE => "title",
            Lack::Template { .. } | Lack::Description => "description",
            Lack::LookUp { field, .. } => field,
            Lack::Category => "category",
            Lack::CategoryAttribute { .. } | Lack::CategoryValue { .. } => "attribute",
            Lack::Images => "images",
            Lack::AttributeMissing { .. } | Lack::AttributeValue { .. } => "attribute",
            Lack::OptionNotListed { .. } => "option",
        }
    }

    /// The message for the merchant.
    pub(crate) fn message(&self) -> Message {
        match self {
            Lack::Price(lists) => own::offer_without_price(lists.as_slice()),
            Lack::Pricelist(list) => own::offer_without_pricelist(list),
            Lack::Currency { list, found, expected } => own::offer_in_other_currency(list, found.code(), expected.code()),
            Lack::NoCurrency { list, currency } => own::offer_in_no_currency(list, currency),
            Lack::Title => own::offer_without_title(),
            Lack::Document => own::offer_item_unreadable(),
            Lack::NoTemplate(name) => own::offer_without_template(name),
            Lack::Template { name, line, text } if name == TITLE_RULE => own::offer_title_rule_fails(*line, text),
            Lack::Template { name, line, text } => own::offer_template_fails(name, *line, text),
            Lack::PlatformPrice(price) => own::offer_price_unreadable(price),
            Lack::PlatformSale(sale) => own::offer_sale_unreadable(sale),
            Lack::LookUp { field, value } => own::offer_look_up_unknown(FieldName(field), value),
            Lack::Category => own::offer_without_category(),
            Lack::CategoryAttribute { category, attribute } => own::offer_without_category_attribute(attribute, category),
            Lack::CategoryValue { category, attribute, value } => own::offer_value_not_of_category(attribute, value, category),
            Lack::Description => own::offer_without_description(),
            Lack::Images => own::offer_without_images(),
            Lack::AttributeMissing { attribute, set } => own::offer_without_attribute(attribute, set),
            Lack::AttributeValue { attribute, value, fault } => match fault {
                ValueFault::NotListed => own::offer_attribute_not_listed(attribute, value),
                ValueFault::Unit(expected) => own::offer_attribute_of_other_unit(attribute, value, expected),
                ValueFault::Type(kind) => own::offer_attribute_of_other_type(attribute, value, kind.name()),
            },
            Lack::OptionNotListed { property, value } => own::offer_option_not_listed(property, value),
        }
    }

    /// As the outbox row keeps it.
    pub(crate) fn error(&self) -> String {
        self.message().line()
    }
}
