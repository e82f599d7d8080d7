//! Several channels of one shop. An article of Vendure belongs to the default channel and to any number of others, in each with
//! prices of its own; whether it is switched on is one switch for all of them. So an account in a channel of its own lists an
//! article that the shop has by assigning it to that channel, and ends it by taking it out there; the others keep it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::super::families::Families;
use super::super::known::assign;
use super::super::{ChannelError, OfferChange, Price};
use super::found::{Found, Product, find};
use super::graphql::Failure;
use super::offers::{create_variants, keys};
use super::shop::ShopSettings;
use super::work::{Stop, Work};
use super::{MONEY_DECIMALS, Vendure, inputs, part};
use crate::domain::Decimal;
use crate::domain::message::channel;
use crate::domain::offer::Wanted;

const PRICE: &str = "query ($id: ID!) { productVariant(id: $id) { price priceWithTax product { optionGroups { id } } } }";
const ASSIGN: &str = "mutation ($input: AssignProductVariantsToChannelInput!) { assignProductVariantsToChannel(input: $input) { id } }";
const ASSIGN_GROUPS: &str =
    "mutation ($input: AssignProductOptionGroupsToChannelInput!) { assignProductOptionGroupsToChannel(input: $input) { id } }";
const REMOVE: &str = "mutation ($input: RemoveProductVariantsFromChannelInput!) { removeProductVariantsFromChannel(input: $input) { id } }";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Priced {
    price: i64,
    price_with_tax: i64,
    product: Grouped,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Grouped {
    option_groups: Vec<Identified>,
}

#[derive(Debug, Deserialize)]
struct Identified {
    id: String,
}

/// The factor that makes the price in the default channel the one that the offer is to have; `None`: none does.
fn factor(wanted: Option<Price>, here: i64) -> Option<f64> {
    let units = wanted.and_then(|price| price.money.amount.to_units(MONEY_DECIMALS));
    if units == Some(here) {
        return Some(1.0);
    }
    let exact = |units: i64| i32::try_from(units).ok().map(f64::from);
    units.and_then(exact).zip(exact(here)).filter(|(_, here)| *here > 0.0).map(|(wanted, here)| wanted / here)
}

impl Vendure {
    /// Articles to be listed that another channel of the shop has: the account's channel gets them, and they are found there.
    /// Answers with the rows that are left.
    pub(super) fn adopt_known<'a>(
        &self,
        rows: Vec<&'a OfferChange>,
        found: &mut Vec<Found>,
        work: &mut Work,
    ) -> Result<Vec<&'a OfferChange>, ChannelError> {
        if work.shop.in_default || !work.shop.reaches_default {
            return Ok(rows);
        }
        let whole = |change: &OfferChange| change.wanted == Wanted::Running && change.content.is_some() && change.price.is_some();
        let unknown = rows.iter().zip(assign(&keys(&rows), found)).filter(|(change, variant)| variant.is_none() && whole(change));
        let unknown: Vec<&OfferChange> = unknown.map(|(change, _)| *change).collect();
        if unknown.is_empty() {
            return Ok(rows);
        }
        let everywhere = find(&self.default_api, &keys(&unknown), false, false)?;
        let mut families = self.families_elsewhere(&unknown).map_err(Failure::whole)?;
        let (mut adopted, mut stopped) = (Vec::new(), BTreeSet::new());
        for (change, variant) in unknown.iter().zip(assign(&keys(&unknown), &everywhere)) {
            let result = match variant {
                Some(variant) => self.adopt_variant(change, variant, work).map(|()| true),
                None => self.adopt_family(change, &mut families, work),
            };
            match result {
                Ok(true) => adopted.push(*change),
                Ok(false) => {}
                Err(stop) => {
                    work.stop(change, stop);
                    stopped.insert(change.offer_id);
                }
            }
            if let Some(error) = work.cut.take() {
                return Err(error);
            }
        }
        if !adopted.is_empty() {
            found.extend(find(&self.api, &keys(&adopted), true, false)?);
        }
        Ok(rows.into_iter().filter(|change| !stopped.contains(&change.offer_id)).collect())
    }

    fn adopt_variant(&self, change: &OfferChange, variant: &Found, work: &Work) -> Result<(), Stop> {
        inputs::price(change, &work.shop)?;
        if work.shop.currency != work.shop.default_currency {
            // Vendure would put it on sale in the channel's default currency, too, at a price that nobody set.
            return Err(channel::default_price_missing(&change.sku, work.shop.default_currency.code()).into());
        }
        if !variant.enabled || !variant.product.enabled {
            // To switch it on would put it on sale in the other channels, too.
            return Err(channel::switched_off(&change.sku).into());
        }
        self.adopt(change, &variant.id, &work.shop)
    }

    /// Products of other channels only, to which new variants belong.
    fn families_elsewhere(&self, unknown: &[&OfferChange]) -> Result<Families<Product>, Failure> {
        let variants = unknown.iter().filter(|change| change.content.as_ref().is_some_and(|content| content.variant.is_some()));
        let variants: Vec<&OfferChange> = variants.copied().collect();
        let here = Families::find(&self.api, &variants)?;
        let left: Vec<&OfferChange> = variants.into_iter().filter(|change| here.of(change).is_empty()).collect();
        Families::find(&self.default_api, &left)
    }

    /// A new variant of such a product. To assign the product to the account's channel would bring all of its variants along, so
    /// the new one is made in the default channel, as Vendure itself does with everything that is new in any channel.
    fn adopt_family(&self, change: &OfferChange, families: &mut Families<Product>, work: &mut Work) -> Result<bool, Stop> {
        match families.of(change).first() {
            None => return Ok(false),
            Some(product) if !product.enabled => return Err(channel::switched_off(&change.sku).into()),
            Some(_) => {}
        }
        let row = self.compose(&self.default_api, change, families, work)?;
        let ids = create_variants(&self.default_api, &[row])?;
        for id in &ids {
            self.adopt(change, id, &work.shop)?;
        }
        Ok(true)
    }

    /// Assigns a variant of the default channel to the account's. Vendure converts its price by a factor, and the variant is on
    /// sale at once, so the factor is the one that makes the price right; the update that follows makes it exact.
    fn adopt(&self, change: &OfferChange, variant_id: &str, shop: &ShopSettings) -> Result<(), Stop> {
        let mut data = self.default_api.call(PRICE, json!({ "id": variant_id }))?;
        let priced: Priced = part(&mut data, "/productVariant")?;
        let here = if shop.gross { priced.price_with_tax } else { priced.price };
        let Some(factor) = factor(change.price, here) else {
            // It would be on sale at another price than the offer's until the update that follows.
            return Err(channel::default_price_unusable(&change.sku, Decimal(here.saturating_mul(100)).to_string()).into());
        };
        let groups: Vec<String> = priced.product.option_groups.into_iter().map(|group| group.id).collect();
        if !groups.is_empty() {
            self.default_api.call(ASSIGN_GROUPS, json!({ "input": { "productOptionGroupIds": groups, "channelId": shop.channel_id } }))?;
        }
        let input = json!({ "productVariantIds": [variant_id], "channelId": shop.channel_id, "priceFactor": factor });
        self.default_api.call(ASSIGN, json!({ "input": input }))?;
        Ok(())
    }

    /// Takes variants out of the account's channel, which is not the default one.
    pub(super) fn leave(&self, ids: &[&str], shop: &ShopSettings) -> Result<(), Failure> {
        self.api.call(REMOVE, json!({ "input": { "productVariantIds": ids, "channelId": shop.channel_id } }))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::factor;
    use crate::connectors::Price;
    use crate::domain::{Currency, Decimal, Money};

    #[test]
    fn an_assigned_article_is_never_on_sale_at_the_other_channels_price() {
        let price = |amount: &str| Some(Price { money: Money::new(Decimal::parse(amount).unwrap(), Currency::EUR), gross: true });
        for (wanted, here) in [("24.90", 1990_i32), ("0.01", 999_999), ("9999.99", 3)] {
            let shown = (factor(price(wanted), here.into()).unwrap() * f64::from(here)).round();
            assert_eq!(format!("{:.2}", shown / 100.0), wanted);
        }
        assert_eq!((factor(price("1.00"), 0), factor(None, 5)), (None, None), "no factor makes a price of 0 another one");
        assert_eq!(factor(price("1.00"), i64::from(i32::MAX) + 1), None);
        assert_eq!((factor(price("0"), 5), factor(price("0"), 0)), (Some(0.0), Some(1.0)));
    }
}
