//! The look at a shop for `kontor check --connect`: whether the settings fit it, and whether Kontor's login may do its work.

use super::super::{ChannelError, Checkup, MissingRight, lock};
use super::Vendure;
use super::fields::{Purpose, fits};
use super::settings::Settings;
use super::shop::{ShopSettings, setting};

/// A permission with the finer ones that together say the same, and what Kontor does with it.
const RIGHTS: [(&str, &[&str], &str); 9] = [
    ("ReadCatalog", &["ReadProduct", "ReadFacet", "ReadAsset"], "finding products and their variants"),
    ("CreateCatalog", &["CreateProduct", "CreateFacet", "CreateAsset"], "creating products and uploading pictures"),
    ("UpdateCatalog", &[], "texts, prices, stock, and ending offers"),
    ("DeleteCatalog", &["DeleteProduct"], "deleting options that no variant has any more"),
    ("ReadOrder", &[], "collecting orders"),
    ("UpdateOrder", &[], "reporting payments, parcels, cancellations and refunds"),
    ("ReadCustomer", &[], "knowing who ordered"),
    ("ReadSettings", &["ReadTaxCategory"], "finding the tax category"),
    ("ReadStockLocation", &[], "finding the stock location"),
];
/// Permissions for calls that not every ERP makes.
const OPTIONAL: [(&str, &str); 8] = [
    ("CreateCustomer", "syncPlatformCustomers: new addresses of customers"),
    ("UpdateCustomer", "syncPlatformCustomers: names and addresses of customers"),
    ("ReadCustomerGroup", "syncPlatformCustomers: finding groups of customers"),
    ("CreateCustomerGroup", "syncPlatformCustomers: new groups of customers"),
    ("UpdateCustomerGroup", "syncPlatformCustomers: names and members of groups"),
    ("ReadPromotion", "syncPlatformCoupons: finding promotions"),
    ("CreatePromotion", "syncPlatformCoupons: new promotions"),
    ("UpdatePromotion", "syncPlatformCoupons: changes of promotions"),
];
/// Has all rights.
const SUPER_ADMIN: &str = "SuperAdmin";

impl Vendure {
    pub(super) fn look(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        let shop = self.shop()?;
        fit(&shop, &self.settings)?;
        Ok(Checkup { found: found(&shop, &self.settings, &self.language), missing: missing_rights(&shop) })
    }
}

/// Whether the settings name what the shop has.
pub(super) fn fit(shop: &ShopSettings, settings: &Settings) -> Result<(), ChannelError> {
    if !shop.currencies.contains(&shop.currency) {
        let known: Vec<&str> = shop.currencies.iter().map(|currency| currency.code()).collect();
        let wrong = format!("the channel {} does not sell in {}; it sells in {}", shop.channel, shop.currency, known.join(", "));
        return Err(setting("currency", &wrong));
    }
    for (purpose, name) in [(Purpose::Ean, &settings.ean_field), (Purpose::Weight, &settings.weight_field)] {
        let Some(name) = name else { continue };
        if let Err(wrong) = fits(shop, name, purpose) {
            return Err(setting(purpose.key(), &wrong));
        }
    }
    for code in settings.facets() {
        if !shop.facets.contains_key(code) {
            let key = if settings.category_facet.as_deref() == Some(code) { "category_facet" } else { "attribute_facets" };
            let wrong = format!(
                "the channel {} has no facet with the code \"{code}\"; create it in the shop, or assign it to the channel",
                shop.channel
            );
            return Err(setting(key, &wrong));
        }
    }
    Ok(())
}

pub(super) fn missing_rights(shop: &ShopSettings) -> Vec<MissingRight> {
    let has = |right: &str| shop.rights.iter().any(|own| own == right || own == SUPER_ADMIN);
    let mut missing: Vec<MissingRight> = RIGHTS
        .iter()
        .filter(|(right, finer, _)| !has(right) && (finer.is_empty() || !finer.iter().all(|right| has(right))))
        .map(|(right, _, needed_for)| MissingRight { right: (*right).to_owned(), needed_for: (*needed_for).to_owned(), optional: false })
        .collect();
    let optional = OPTIONAL.iter().filter(|(right, _)| !has(right));
    missing.extend(optional.map(|(right, what)| MissingRight {
        right: (*right).to_owned(),
        needed_for: (*what).to_owned(),
        optional: true,
    }));
    if !shop.in_default && !shop.reaches_default {
        missing.push(MissingRight {
            right: "UpdateCatalog in the default channel".to_owned(),
            needed_for: "finding articles that another channel of the shop has, so that they are not created a second time".to_owned(),
            optional: false,
        });
    }
    missing
}

pub(super) fn found(shop: &ShopSettings, settings: &Settings, language: &str) -> String {
    let prices = if shop.gross { "gross" } else { "net" };
    let mut left_out = Vec::new();
    for (missing, what) in [
        (!settings.pictures, "pictures (pictures = false)"),
        (settings.ean_field.is_none(), "EAN (no ean_field)"),
        (settings.weight_field.is_none(), "weight (no weight_field)"),
        (settings.category_facet.is_none(), "category (no category_facet)"),
        (settings.attribute_facets.is_empty(), "attributes (no attribute_facets)"),
    ] {
        if missing {
            left_out.push(what);
        }
    }
    let foreign = !shop.languages.is_empty() && !shop.languages.iter().any(|known| known == language);
    let foreign = if foreign {
        format!("; the channel does not show texts in {language}, only in {}", shop.languages.join(", "))
    } else {
        String::new()
    };
    let threshold = match shop.threshold {
        0 => String::new(),
        most => format!("; its outOfStockThreshold is {most}, so it does not sell what Kontor offers: set it to 0"),
    };
    let left_out = if left_out.is_empty() { String::new() } else { format!("; not sent: {}", left_out.join(", ")) };
    format!(
        "Vendure at {}: channel {}, {prices} prices in {}, stock location {}, tax category {}{foreign}{threshold}{left_out}",
        settings.url, shop.channel, shop.currency, shop.stock_location_id, shop.tax_category_id
    )
}
