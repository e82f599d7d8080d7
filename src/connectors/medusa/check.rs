//! The look at a shop for `kontor check --connect`: whether the settings fit it, and what its clock says.

use chrono::{DateTime, Utc};

use super::super::{ChannelError, Checkup, lock};
use super::Medusa;
use super::settings::Settings;
use super::shop::{ShopSettings, setting};

/// Seconds that a clock may be off without a word.
const CLOCK: i64 = 60;

impl Medusa {
    /// A secret key may do everything in a shop: no right can be missing. The API does not say which version runs.
    pub(super) fn look(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        let shop = self.shop()?;
        if !shop.serves {
            let wrong = format!(
                "the stock location {} does not serve the sales channel {}, so buyers could order nothing; link them in the shop",
                shop.stock_location_id, shop.sales_channel_id
            );
            return Err(setting("stock_location_id", &wrong));
        }
        Ok(Checkup { found: found(&shop, &self.settings, Utc::now()), missing: Vec::new() })
    }
}

pub(super) fn found(shop: &ShopSettings, settings: &Settings, now: DateTime<Utc>) -> String {
    let prices = if shop.gross { "gross" } else { "net" };
    let mut left_out = Vec::new();
    for (missing, what) in
        [(!settings.pictures, "pictures (pictures = false)"), (settings.attributes.is_empty(), "attributes (no attributes)")]
    {
        if missing {
            left_out.push(what);
        }
    }
    let left_out = if left_out.is_empty() { String::new() } else { format!("; not sent: {}", left_out.join(", ")) };
    let off = shop.date.map_or(0, |date| date.signed_duration_since(now).num_seconds());
    let clock = match off {
        off if off > CLOCK => format!("; its clock is {off} s fast"),
        off if off < -CLOCK => format!("; its clock is {} s slow", off.saturating_abs()),
        _ => String::new(),
    };
    format!(
        "Medusa 2 \"{}\" at {}: sales channel {}, {prices} prices in {}, stock location {}{left_out}{clock}",
        shop.name,
        settings.url.as_str().trim_end_matches('/'),
        shop.sales_channel,
        shop.currency,
        shop.stock_location
    )
}
