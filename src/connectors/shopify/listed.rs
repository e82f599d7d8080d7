//! Reading the shop's offers back: its variants, in the order of their numbers.

use super::super::known::{Key, Known, assign};
use super::super::rule::Failure;
use super::super::{ChannelError, Listed, ListedOffer, OfferKey};
use super::Shopify;
use super::api::part;
use super::found::{Look, Variant};
use super::shop::{PageInfo, ShopSettings};
use crate::domain::{Decimal, Money, OfferId};

/// Rows of one page.
const PAGE: usize = 100;

impl Variant {
    pub(super) fn tell(&self, shop: &ShopSettings) -> ListedOffer {
        let own_title = self.title.as_ref().map(|meta| meta.value.trim()).filter(|title| !title.is_empty());
        let options: Vec<&str> = self.selected_options.iter().map(|choice| choice.value.as_str()).collect();
        let title = match own_title {
            Some(title) => title.to_owned(),
            None if self.product.has_only_default_variant || options.is_empty() => self.product.title.clone(),
            None => format!("{} {}", self.product.title, options.join(", ")),
        };
        let pieces = self.inventory_item.available().filter(|_| self.inventory_item.tracked);
        ListedOffer {
            external_number: Some(self.id().to_owned()),
            sku: self.sku().map(str::to_owned),
            ean: self.barcode.clone().filter(|ean| !ean.trim().is_empty()),
            title,
            price: Decimal::parse(&self.price).map(|amount| Money::new(amount, shop.currency)),
            quantity: pieces.map(|pieces| i32::try_from(pieces.max(0)).unwrap_or(i32::MAX)),
            running: self.running(),
            url: self.product.online_store_url.clone(),
        }
    }
}

impl Shopify {
    /// Single offers as the shop shows them; those that it does not have are left out.
    pub(super) fn find_variants(&self, keys: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        let shop = self.shop()?;
        let wanted: Vec<Key<'_>> = keys.iter().map(Key::from).collect();
        let found = Look { api: &self.api, shop: &shop }.find(&wanted).map_err(Failure::whole)?;
        let assigned = keys.iter().zip(assign(&wanted, &found));
        Ok(assigned.filter_map(|(key, variant)| Some((key.offer_id, variant?.tell(&shop)))).collect())
    }

    /// The cursor is the shop's own: it names the last row, so what is deleted meanwhile moves nothing.
    pub(super) fn list_variants(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        let shop = self.shop()?;
        let mut data = Look { api: &self.api, shop: &shop }.page(PAGE, cursor).map_err(Failure::whole)?;
        let variants: Vec<Variant> = part(&mut data, "/productVariants/nodes")?;
        let page: PageInfo = part(&mut data, "/productVariants/pageInfo")?;
        Ok(Listed { offers: variants.iter().map(|variant| variant.tell(&shop)).collect(), next: page.next() })
    }
}
