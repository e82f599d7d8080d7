//! What lies in the stock of the account's location. The bulk route takes as many rows as one likes, whatever products they are of.

use serde_json::{Value, json};

use super::super::ChannelError;
use super::super::rule::Failure;
use super::super::split::{Halved, halve};
use super::api::Api;
use super::found::{Item, Variant};
use super::shop::ShopSettings;
use crate::domain::message::{Message, channel};

/// What one item is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stock {
    pub item_id: String,
    pub on_hand: i64,
    /// The location has a record of it.
    pub known: bool,
}

impl Stock {
    pub(super) fn new(item: &Item, on_hand: i64, shop: &ShopSettings) -> Stock {
        Stock { item_id: item.id.clone(), on_hand, known: item.level(&shop.stock_location_id).is_some() }
    }
}

/// Nothing more is on offer than what is ordered already.
pub(super) fn sold_out(variant: &Variant, shop: &ShopSettings) -> Option<Stock> {
    let item = variant.item().filter(|_| variant.manage_inventory)?;
    let level = item.level(&shop.stock_location_id)?;
    (level.stocked_quantity > level.reserved_quantity).then(|| Stock::new(item, level.reserved_quantity.max(0), shop))
}

/// The stock of a variant, which has to be kept piece by piece.
pub(super) fn of(variant: &Variant, on_hand: i64, shop: &ShopSettings) -> Result<Stock, Message> {
    let item = variant.item().filter(|_| variant.manage_inventory);
    item.map(|item| Stock::new(item, on_hand, shop)).ok_or_else(|| {
        let text = format!("the shop does not keep the stock of variant {} piece by piece", variant.id);
        channel::record_refused("INVENTORY", text)
    })
}

/// One result per row.
pub(super) fn put(api: &Api, rows: &[Stock], shop: &ShopSettings) -> Halved<()> {
    let input = |stock: &&Stock| json!({ "inventory_item_id": stock.item_id, "location_id": shop.stock_location_id, "stocked_quantity": stock.on_hand });
    halve(rows, &mut |rows: &[Stock]| {
        let create: Vec<Value> = rows.iter().filter(|stock| !stock.known).map(|stock| input(&stock)).collect();
        let update: Vec<Value> = rows.iter().filter(|stock| stock.known).map(|stock| input(&stock)).collect();
        api.post(&["inventory-items", "location-levels", "batch"], "", &json!({ "create": create, "update": update }))?;
        Ok(rows.iter().map(|_| ()).collect())
    })
}

/// Raises what lies somewhere to a quantity.
pub(super) fn raise(api: &Api, item_id: &str, location_id: &str, on_hand: i64) -> Result<(), Failure> {
    let row = json!({ "inventory_item_id": item_id, "location_id": location_id, "stocked_quantity": on_hand });
    api.post(&["inventory-items", "location-levels", "batch"], "", &json!({ "update": [row] })).map(drop)
}

/// The level of an item at a location; `None` where the location has no record of it.
pub(super) fn level(api: &Api, item_id: &str, location_id: &str) -> Result<Option<i64>, ChannelError> {
    let query = [("location_id[]", location_id), ("fields", "location_id,stocked_quantity,reserved_quantity")];
    let levels: Vec<super::found::Level> =
        api.list(&["inventory-items", item_id, "location-levels"], "inventory_levels", &query).map_err(Failure::whole)?;
    Ok(levels.into_iter().find(|level| level.location_id == location_id).map(|level| level.stocked_quantity))
}
