//! Master data an ERP refers to: mandators, warehouses, suppliers, price lists, sub channels, payment methods.

use chrono_tz::Tz;

use super::Checker;
use crate::config::fault::similar;
use crate::config::raw::{RawMandator, RawMediaType, RawPaymentMethod, RawPricelist, RawSubChannel, RawSupplier, RawWarehouse};
use crate::config::{Mandator, MediaType, PHONE_SALES, PaymentMethod, PricelistSeed, SubChannel, Supplier, Warehouse};
use crate::domain::{Currency, MandatorId, WarehouseId};

pub(super) fn mandators(c: &mut Checker<'_>, raw: Vec<RawMandator>) -> Vec<Mandator> {
    if raw.is_empty() {
        c.missing("mandators", "at least one [[mandators]] entry; an ERP with one company needs exactly one");
    }
    let mandators: Vec<Mandator> = raw.into_iter().zip(1..).map(|(raw, n)| mandator(c, raw, n)).collect();
    c.unique(paths("mandators", "mandator_id", mandators.iter().map(|m| m.mandator_id.to_string())));
    mandators
}

fn mandator(c: &mut Checker<'_>, raw: RawMandator, n: usize) -> Mandator {
    let at = |key: &str| format!("mandators[{n}].{key}");
    let language = raw.language.unwrap_or_else(|| {
        c.missing(&at("language"), "the language of error texts, one of: en, de");
        Default::default()
    });
    Mandator {
        mandator_id: MandatorId(c.required_id(&at("mandator_id"), raw.mandator_id)),
        identifier: c.required(&at("identifier"), raw.identifier, "the mandator's name"),
        language,
        time_zone: time_zone(c, &at("time_zone"), raw.time_zone),
    }
}

fn time_zone(c: &mut Checker<'_>, path: &str, raw: Option<String>) -> Tz {
    let name = c.required(path, raw, "an IANA time zone, such as Europe/Berlin");
    if name.trim().is_empty() {
        return Tz::UTC;
    }
    name.parse().unwrap_or_else(|_| {
        let zones = || chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name());
        // The city alone is the most common slip.
        let city = zones().find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&name)));
        let example = match city.or_else(|| similar(&name, zones())) {
            Some(zone) => format!("did you mean \"{zone}\"?"),
            None => "write one such as Europe/Berlin or UTC".to_owned(),
        };
        c.fault(path, format!("\"{name}\" is not an IANA time zone; {example}"));
        Tz::UTC
    })
}

pub(super) fn warehouses(c: &mut Checker<'_>, raw: Vec<RawWarehouse>, mandators: &[Mandator]) -> Vec<Warehouse> {
    let ids = mandator_ids(mandators);
    let warehouses: Vec<Warehouse> = raw
        .into_iter()
        .zip(1..)
        .map(|(raw, n)| {
            let at = |key: &str| format!("warehouses[{n}].{key}");
            let code = c.required(&at("code"), raw.code, "the code under which the ERP knows the warehouse");
            Warehouse {
                warehouse_id: WarehouseId(c.required_id(&at("warehouse_id"), raw.warehouse_id)),
                mandator_id: mandator_of(c, &at("mandator_id"), raw.mandator_id, &ids),
                identifier: raw.identifier.unwrap_or_else(|| code.clone()),
                code,
            }
        })
        .collect();
    c.unique(paths("warehouses", "warehouse_id", warehouses.iter().map(|w| w.warehouse_id.to_string())));
    // Codes are compared without case, and each mandator has its own.
    unique_per_mandator(c, "warehouses", "code", warehouses.iter().map(|w| (w.mandator_id, w.code.as_str())));
    warehouses
}

pub(super) fn suppliers(c: &mut Checker<'_>, raw: Vec<RawSupplier>, mandators: &[Mandator]) -> Vec<Supplier> {
    let ids = mandator_ids(mandators);
    let suppliers: Vec<Supplier> = raw
        .into_iter()
        .zip(1..)
        .map(|(raw, n)| {
            let at = |key: &str| format!("suppliers[{n}].{key}");
            Supplier {
                supplier_id: c.required_id(&at("supplier_id"), raw.supplier_id),
                mandator_id: mandator_of(c, &at("mandator_id"), raw.mandator_id, &ids),
                identifier: c.required(&at("identifier"), raw.identifier, "the name of the supplier"),
                external_id: raw.external_id.filter(|text| !text.trim().is_empty()),
            }
        })
        .collect();
    c.unique(paths("suppliers", "supplier_id", suppliers.iter().map(|supplier| supplier.supplier_id.to_string())));
    let numbers = suppliers.iter().map(|supplier| (supplier.mandator_id, supplier.external_id.as_deref().unwrap_or_default()));
    unique_per_mandator(c, "suppliers", "external_id", numbers);
    suppliers
}

pub(super) fn media_types(c: &mut Checker<'_>, raw: Vec<RawMediaType>, mandators: &[Mandator]) -> Vec<MediaType> {
    let ids = mandator_ids(mandators);
    let types: Vec<MediaType> = raw
        .into_iter()
        .zip(1..)
        .map(|(raw, n)| {
            let at = |key: &str| format!("media_module_types[{n}].{key}");
            MediaType {
                media_module_type_id: c.required_id(&at("media_module_type_id"), raw.media_module_type_id),
                mandator_id: mandator_of(c, &at("mandator_id"), raw.mandator_id, &ids),
                identifier: c.required(&at("identifier"), raw.identifier, "what files of this kind are"),
            }
        })
        .collect();
    let numbers = types.iter().map(|kind| kind.media_module_type_id.to_string());
    c.unique(paths("media_module_types", "media_module_type_id", numbers));
    types
}

pub(super) fn pricelists(c: &mut Checker<'_>, raw: Vec<RawPricelist>, mandators: &[Mandator]) -> Vec<PricelistSeed> {
    let ids = mandator_ids(mandators);
    let lists: Vec<PricelistSeed> = raw
        .into_iter()
        .zip(1..)
        .map(|(raw, n)| {
            let at = |key: &str| format!("pricelists[{n}].{key}");
            let code = c.required(&at("currency"), raw.currency, "an ISO 4217 code, such as EUR");
            let currency = Currency::parse(&code);
            if currency.is_none() && !code.is_empty() {
                c.fault(&at("currency"), format!("\"{code}\" is not the ISO 4217 code of a currency; write three capitals, such as EUR"));
            }
            PricelistSeed {
                mandator_id: mandator_of(c, &at("mandator_id"), raw.mandator_id, &ids),
                identifier: c.required(&at("identifier"), raw.identifier, "the name of the price list"),
                // With a fault nothing of it is used.
                currency: currency.unwrap_or(Currency::EUR),
                gross: raw.gross.unwrap_or(true),
            }
        })
        .collect();
    unique_per_mandator(c, "pricelists", "identifier", lists.iter().map(|p| (p.mandator_id, p.identifier.as_str())));
    lists
}

pub(super) fn sub_channels(c: &mut Checker<'_>, raw: Vec<RawSubChannel>) -> Vec<SubChannel> {
    let channels: Vec<SubChannel> = raw
        .into_iter()
        .zip(1..)
        .map(|(raw, n)| {
            let at = |key: &str| format!("sub_channels[{n}].{key}");
            let sub_channel_id = c.required_id(&at("sub_channel_id"), raw.sub_channel_id);
            if sub_channel_id == PHONE_SALES {
                c.fault(
                    &at("sub_channel_id"),
                    format!("{PHONE_SALES} is built in (Telefonverkauf) and cannot be redefined; choose another id"),
                );
            }
            let identifier = c.required(&at("identifier"), raw.identifier, "the name of the site, such as eBay.de");
            let channel = c.required(&at("channel"), raw.channel, "the platform family, such as eBay");
            SubChannel { sub_channel_id, identifier, channel }
        })
        .collect();
    c.unique(paths("sub_channels", "sub_channel_id", channels.iter().map(|s| s.sub_channel_id.to_string())));
    std::iter::once(SubChannel::phone_sales()).chain(channels).collect()
}

pub(super) fn payment_methods(c: &mut Checker<'_>, raw: Vec<RawPaymentMethod>) -> Vec<PaymentMethod> {
    let methods: Vec<PaymentMethod> = raw
        .into_iter()
        .zip(1..)
        .map(|(raw, n)| {
            let at = |key: &str| format!("payment_methods[{n}].{key}");
            PaymentMethod {
                payment_method_id: c.required_id(&at("payment_method_id"), raw.payment_method_id),
                identifier: c.required(&at("identifier"), raw.identifier, "the method's name at the channel"),
            }
        })
        .collect();
    // Several names of the channels may share one id of the ERP, but one name must not have two ids.
    c.unique(paths("payment_methods", "identifier", methods.iter().map(|m| m.identifier.to_lowercase())));
    methods
}

pub(super) fn mandator_ids(mandators: &[Mandator]) -> Vec<MandatorId> {
    mandators.iter().map(|m| m.mandator_id).collect()
}

/// `mandator_id` of an entry: required, in range, defined.
pub(super) fn mandator_of(c: &mut Checker<'_>, path: &str, raw: Option<i64>, known: &[MandatorId]) -> MandatorId {
    let id = MandatorId(c.required_id(path, raw));
    c.known_id(path, id, "mandator", "mandators", known);
    id
}

/// Numbers the words of a section for `Checker::unique`.
pub(super) fn paths<'a>(
    section: &'a str,
    key: &'a str,
    words: impl Iterator<Item = String> + 'a,
) -> impl Iterator<Item = (String, String)> + 'a {
    words.zip(1..).map(move |(word, n)| (format!("{section}[{n}].{key}"), word))
}

fn unique_per_mandator<'a>(c: &mut Checker<'_>, section: &str, key: &str, words: impl Iterator<Item = (MandatorId, &'a str)>) {
    let mut by_mandator: std::collections::BTreeMap<MandatorId, Vec<(String, String)>> = Default::default();
    for ((mandator_id, word), n) in words.zip(1..) {
        by_mandator.entry(mandator_id).or_default().push((format!("{section}[{n}].{key}"), word.to_lowercase()));
    }
    for keys in by_mandator.into_values() {
        c.unique(keys);
    }
}
