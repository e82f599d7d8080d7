//! `[[order_tags]]`, `[[shipping_carriers]]`, `[[dispatch_types]]`.

use super::Checker;
use super::master::paths;
use crate::config::raw::{RawDispatchType, RawOrderTag, RawShippingCarrier};
use crate::config::{FIRST_CUSTOM_TAG, Mandator, OrderTag, ShippingWord};
use crate::domain::MandatorId;

pub(super) fn order_tags(c: &mut Checker<'_>, raw: Vec<RawOrderTag>, mandators: &[Mandator]) -> Vec<OrderTag> {
    let ids: Vec<MandatorId> = mandators.iter().map(|mandator| mandator.mandator_id).collect();
    let custom: Vec<OrderTag> = raw
        .into_iter()
        .zip(1..)
        .map(|(raw, n)| {
            let at = |key: &str| format!("order_tags[{n}].{key}");
            let tag_id = c.required_id(&at("tag_id"), raw.tag_id);
            if (1..FIRST_CUSTOM_TAG).contains(&tag_id) {
                c.fault(
                    &at("tag_id"),
                    format!("ids below {FIRST_CUSTOM_TAG} are kept for Kontor's own tags; choose {FIRST_CUSTOM_TAG} or higher"),
                );
            }
            let identifier = c.required(&at("identifier"), raw.identifier, "the name of the tag");
            if OrderTag::predefined().any(|own| own.identifier.eq_ignore_ascii_case(identifier.trim())) {
                c.fault(&at("identifier"), format!("\"{identifier}\" is a tag of Kontor; remove the entry, or choose another name"));
            }
            let mandator_id = c.optional_id(&at("mandator_id"), raw.mandator_id).map(MandatorId);
            if let Some(mandator_id) = mandator_id {
                c.known_id(&at("mandator_id"), mandator_id, "mandator", "mandators", &ids);
            }
            OrderTag { tag_id, identifier, custom: true, mandator_id }
        })
        .collect();
    c.unique(paths("order_tags", "tag_id", custom.iter().map(|tag| tag.tag_id.to_string())));
    c.unique(paths("order_tags", "identifier", custom.iter().map(|tag| tag.identifier.trim().to_lowercase())));
    OrderTag::predefined().chain(custom).collect()
}

pub(super) fn shipping_carriers(c: &mut Checker<'_>, raw: Vec<RawShippingCarrier>) -> Vec<ShippingWord> {
    let entries = raw.into_iter().map(|raw| (raw.shipping_provider_id, raw.identifier, raw.external_id)).collect();
    shipping_words(c, "shipping_carriers", "shipping_provider_id", entries)
}

pub(super) fn dispatch_types(c: &mut Checker<'_>, raw: Vec<RawDispatchType>) -> Vec<ShippingWord> {
    let entries = raw.into_iter().map(|raw| (raw.dispatch_type_id, raw.identifier, raw.external_id)).collect();
    shipping_words(c, "dispatch_types", "dispatch_type_id", entries)
}

type Raw = (Option<i64>, Option<String>, Option<String>);

fn shipping_words(c: &mut Checker<'_>, section: &str, id: &str, raw: Vec<Raw>) -> Vec<ShippingWord> {
    let words: Vec<ShippingWord> = raw
        .into_iter()
        .zip(1..)
        .map(|((number, identifier, external_id), n)| ShippingWord {
            id: c.required_id(&format!("{section}[{n}].{id}"), number),
            identifier: c.required(&format!("{section}[{n}].identifier"), identifier, "the ERP's word, such as DHL or STANDARD"),
            external_id: external_id.filter(|text| !text.trim().is_empty()),
        })
        .collect();
    c.unique(paths(section, id, words.iter().map(|word| word.id.to_string())));
    // A word must not mean two entries, whichever of the two keys holds it; one entry may have the same in both.
    let mut names = Vec::new();
    for (word, n) in words.iter().zip(1..) {
        names.push((format!("{section}[{n}].identifier"), word.identifier.trim().to_lowercase()));
        let external_id = word.external_id.as_ref().map(|text| text.trim().to_lowercase());
        let external_id = external_id.filter(|text| *text != word.identifier.trim().to_lowercase());
        names.extend(external_id.map(|text| (format!("{section}[{n}].external_id"), text)));
    }
    c.unique(names);
    words
}
