//! Invoices and credit notes: what they say, in amounts that add up. Pure.
//!
//! Amounts are whole numbers of the currency's smallest unit. The tax of a rate is that of its base, rounded (EN 16931, BR-CO-17),
//! so the bases follow from what the buyer pays, and not the other way round. What cannot be hit then is a cent of rounding
//! (BT-114), which is shown.

mod correction;
mod draw;
mod split;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::document::Version;
use super::language::Language;
use super::order::Address;
use super::{Decimal, OrderItemId};

pub(crate) use correction::{Credited, correction};
pub(crate) use draw::{Bill, Cause, Charge, Goods, draw};
pub(crate) use split::net_price;

/// Who sells, from the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Seller {
    pub(crate) name: String,
    pub(crate) street: String,
    pub(crate) postal_code: String,
    pub(crate) city: String,
    /// ISO 3166 alpha-2.
    pub(crate) country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vat_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) iban: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bank: Option<String>,
    /// Register of companies, directors: whatever the law wants at the foot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) footer: Vec<String>,
    /// Why no tax is charged, such as by § 19 UStG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_exemption: Option<String>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceKind {
    Invoice,
    CreditNote,
}

/// The tax of a rate, by what the law calls it (UNTDID 5305).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum TaxCategory {
    /// Taxed.
    S,
    /// At zero percent.
    Z,
    /// Exempt.
    E,
    /// To a company in another country of the EU.
    K,
    /// Out of the EU.
    G,
}

impl TaxCategory {
    pub(crate) fn code(self) -> &'static str {
        match self {
            TaxCategory::S => "S",
            TaxCategory::Z => "Z",
            TaxCategory::E => "E",
            TaxCategory::K => "K",
            TaxCategory::G => "G",
        }
    }
}

/// A position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Missing on a credit note of an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_item_id: Option<OrderItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item_number: Option<String>,
    pub(crate) name: String,
    pub(crate) quantity: i32,
    /// Per piece, with or without tax as the order has it.
    pub(crate) price: Decimal,
    /// Of all pieces, with or without tax as the order has it.
    pub(crate) amount: i64,
    /// Without tax.
    pub(crate) net: i64,
    /// Percent.
    pub(crate) tax_rate: Decimal,
}

/// What is charged or given beside the positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExtraKind {
    Postage,
    CashOnDelivery,
    PaymentMethod,
    Voucher,
    /// The difference between the price of the pieces and what is given back for them.
    Difference,
}

/// A charge, or what lowers the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extra {
    pub(crate) kind: ExtraKind,
    /// The voucher's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// With or without tax as the order has it; negative: it lowers the sum.
    pub(crate) amount: i64,
    /// Without tax.
    pub(crate) net: i64,
    pub(crate) tax_rate: Decimal,
}

/// Everything at one rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaxGroup {
    pub(crate) tax_rate: Decimal,
    pub(crate) category: TaxCategory,
    pub(crate) base: i64,
    pub(crate) tax: i64,
}

/// The invoice that a credit note corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Corrected {
    pub(crate) number: String,
    pub(crate) issued: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// What is on an invoice or credit note. Stored when it is issued; what is printed comes from here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) version: Version<1>,
    pub(crate) kind: InvoiceKind,
    pub(crate) number: String,
    pub(crate) issued: NaiveDate,
    /// Day of delivery; `None`: not delivered yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivered: Option<NaiveDate>,
    /// When it has to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<NaiveDate>,
    pub(crate) german: bool,
    pub(crate) currency: String,
    pub(crate) decimals: u32,
    pub(crate) order_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ordered: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_number: Option<i32>,
    pub(crate) seller: Seller,
    pub(crate) buyer: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_email: Option<String>,
    /// Where it differs from the buyer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivery: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_vat_id: Option<String>,
    /// Prices are without tax.
    pub(crate) net: bool,
    pub(crate) lines: Vec<Line>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) extras: Vec<Extra>,
    pub(crate) taxes: Vec<TaxGroup>,
    /// What the total is more, or less, than bases and taxes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) rounding: i64,
    /// With tax.
    pub(crate) total: i64,
    pub(crate) paid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) corrects: Option<Corrected>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

impl Invoice {
    pub(crate) fn language(&self) -> Language {
        if self.german { Language::De } else { Language::En }
    }

    /// Positions and extras without tax: what the taxes are of.
    pub(crate) fn base(&self) -> i64 {
        self.taxes.iter().fold(0, |sum, group| sum.saturating_add(group.base))
    }

    pub(crate) fn tax(&self) -> i64 {
        self.taxes.iter().fold(0, |sum, group| sum.saturating_add(group.tax))
    }

    /// What is still to be paid.
    pub(crate) fn payable(&self) -> i64 {
        if self.paid { 0 } else { self.total }
    }

    pub(crate) fn amount(&self, units: i64) -> Decimal {
        Decimal::from_units(units, self.decimals).unwrap_or(Decimal(i64::MAX))
    }

    pub(crate) fn category_of(&self, tax_rate: Decimal) -> TaxCategory {
        self.taxes.iter().find(|group| group.tax_rate == tax_rate).map_or(TaxCategory::S, |group| group.category)
    }
}

#[cfg(test)]
mod tests;
