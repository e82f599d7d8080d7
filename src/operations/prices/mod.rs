//! Prices: `updatePricelist`, `fetchPricelist`, `updatePrices`. `item-calls.md` sections 7 to 9.

mod fetch_list;
#[cfg(test)]
mod tests;
mod update_list;
mod update_prices;

pub(crate) use fetch_list::FetchPricelist;
pub(crate) use update_list::UpdatePricelist;
pub(crate) use update_prices::UpdatePrices;

use super::wire::{Day, Records};
use crate::domain::{Decimal, MandatorId, PricelistId};
use crate::{wire, wire_enum};

wire_enum! {
    /// Which field identifies a price list.
    PricelistKey {
        /// The name of the list.
        Identifier = "identifier",
        /// The ERP's own number of the list.
        External = "external_id",
    }
}

wire! {
    /// A price list.
    PricelistRecord {
        /// Which field identifies the list. Default IDENTIFIER.
        significant_key: Option<PricelistKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the list (read only).
        pricelist_id: Option<PricelistId>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's own number of the list.
        external_id: Option<String> [max(100), key],
        /// Name, unique in the mandator. Needed for a new list.
        identifier: Option<String> [max(100), key],
        /// true: the content is replaced by what is sent; false (default): only the sent prices change.
        full_import: Option<bool>,
        /// ISO 4217, such as EUR. Needed for a new list.
        iso_currency: Option<String> [max(3)],
        /// 1: the decimals of the currency (default); 2: to ,99, where the currency has cents.
        rounding_id: Option<i32>,
        /// true (default): gross prices; false: net.
        gross: Option<bool>,
        /// The periods with their prices.
        validities: Vec<Validity> [each("validity")],
    }

    /// A period with its prices. Without days it is the unlimited one.
    Validity {
        /// Name of a limited period.
        identifier: Option<String> [max(100), key],
        /// First day.
        valid_from: Option<Day>,
        /// Last day.
        valid_to: Option<Day>,
        /// The prices.
        prices: Records<PriceEntry> [each("entry")],
    }

    /// The price of an article.
    PriceEntry {
        /// The merchant's own item number.
        item_nr: String [attr, max(100), key],
        /// The price in the currency of the list.
        price: Decimal [attr],
    }

    /// The keys of a price list, on its report.
    PricelistKeys {
        /// Number that Kontor gave the list.
        pricelist_id: Option<PricelistId>,
        /// Name.
        identifier: Option<String>,
        /// The ERP's own number.
        external_id: Option<String>,
    }
}
