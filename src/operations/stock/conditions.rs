//! The conditions that the fetch calls of stock share.

use crate::config::{Mandator, Settings};
use crate::domain::WarehouseId;
use crate::operations::wire::{Match, cond_of};
use crate::store::filter::Cond;

/// Declares the filter of a stock call: when what was changed, then the conditions on article and warehouse that all
/// have, then those of the call.
macro_rules! stock_filter {
    (
        $(#[doc = $doc:expr])* $name:ident {
            $(#[doc = $changed_doc:expr])* last_changed,
            $( $(#[doc = $own_doc:expr])* $own:ident: $own_type:ty, )*
        }
    ) => {
        $crate::wire! {
            $(#[doc = $doc])*
            $name {
                /// The mandator; needed.
                mandator_id: Option<$crate::operations::wire::Match<MandatorId>>,
                $(#[doc = $changed_doc])*
                last_changed: Option<$crate::operations::wire::Between>,
                /// Number that Kontor gave the article.
                item_id: Option<$crate::operations::wire::Match<$crate::domain::ItemId>>,
                /// The merchant's own item number.
                internal_item_number: Option<$crate::operations::wire::Match<String>>,
                /// The manufacturer's product number.
                vendor_item_number: Option<$crate::operations::wire::Match<String>>,
                /// Search code.
                match_code: Option<$crate::operations::wire::Match<String>>,
                /// The warehouse by number.
                warehouse_id: Option<$crate::operations::wire::Match<WarehouseId>>,
                /// The warehouse by code.
                warehouse_code: Option<$crate::operations::wire::Match<String>>,
                $( $(#[doc = $own_doc])* $own: $own_type, )*
            }
        }

        impl $name {
            /// The conditions on the article.
            fn item(&self, mandator: &$crate::config::Mandator) -> $crate::store::stock::StockItemFilter {
                use $crate::store::stock::{StockItemFilter, stock_item_conditions};
                let filter = self;
                let own = stock_item_conditions!(
                    ask, filter, $name, mandator, { mandator_id last_changed warehouse_id warehouse_code $($own)* }
                );
                StockItemFilter { mandator_id: mandator.mandator_id, ..own }
            }
        }
    };
}
pub(super) use stock_filter;

/// A condition on warehouse codes is one on their numbers.
pub(super) fn warehouses_of(
    settings: &Settings,
    mandator: &Mandator,
    id: Option<&Match<WarehouseId>>,
    code: Option<&Match<String>>,
) -> Cond<WarehouseId> {
    let number = |code: String| settings.warehouse_by_code(mandator.mandator_id, code.trim()).map(|warehouse| warehouse.warehouse_id);
    cond_of(id).and(cond_of(code).filter_map(number))
}
