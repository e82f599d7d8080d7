//! The part of `[[accounts]]` that says how items become offers.

use std::collections::BTreeMap;

use super::Checker;
use crate::config::Preparation;
use crate::config::raw::RawAccount;
use crate::domain::template;

/// Takes the keys out of an account; `n` is its number in the file.
pub(super) fn preparation(c: &mut Checker<'_>, raw: &mut RawAccount, n: usize) -> Preparation {
    let at = |key: &str| format!("accounts[{n}].{key}");
    let title_rule = raw.title_rule.take();
    if let Some(Err(fault)) = title_rule.as_deref().map(template::check) {
        c.fault(
            &at("title_rule"),
            format!(
                "line {}: {}; write a template such as \"{{{{ item.identifier }}}} {{{{ attributes.Colour }}}}\"",
                fault.line, fault.text
            ),
        );
    }
    let description_template = raw.description_template.take();
    if description_template.as_deref().is_some_and(|name| name.trim().is_empty()) {
        c.fault(&at("description_template"), "\"\" is empty; write the name of a template that updateTemplates hands over");
    }
    Preparation {
        category_mapping: mapping(c, &at("category_mapping"), &mut raw.category_mapping, "the channel's category id"),
        title_rule,
        description_template,
        image_order: image_order(c, &at("image_order"), &raw.image_order),
        delivery_times: mapping(c, &at("delivery_times"), &mut raw.delivery_times, "the channel's word for the delivery time"),
        delivery_charges: mapping(
            c,
            &at("delivery_charges"),
            &mut raw.delivery_charges,
            "the channel's word for the shipping cost category",
        ),
        shipping_groups: shipping_groups(c, &at("shipping_groups"), std::mem::take(&mut raw.shipping_groups)),
        tax_classes: tax_classes(c, &at("tax_classes"), &mut raw.tax_classes),
    }
}

fn tax_classes(c: &mut Checker<'_>, path: &str, raw: &mut BTreeMap<String, String>) -> BTreeMap<i32, String> {
    let mut classes = BTreeMap::new();
    for (tax_type, class) in mapping(c, path, raw, "the channel's tax class") {
        match tax_type.parse() {
            Ok(id @ 1..=3) => {
                classes.insert(id, class);
            }
            _ => {
                let text = format!("tax type \"{tax_type}\" does not exist; use 1 (tax free), 2 (reduced) or 3 (normal)");
                c.fault_at(&format!("{path}.{tax_type}"), path, text);
            }
        }
    }
    classes
}

fn mapping(c: &mut Checker<'_>, path: &str, raw: &mut BTreeMap<String, String>, expected: &str) -> BTreeMap<String, String> {
    let mapping = std::mem::take(raw);
    for (word, _) in mapping.iter().filter(|(_, target)| target.trim().is_empty()) {
        c.fault_at(&format!("{path}.{word}"), path, format!("\"{word}\" leads to an empty text; write {expected}"));
    }
    mapping
}

fn image_order(c: &mut Checker<'_>, path: &str, raw: &[i64]) -> Vec<i32> {
    let mut order = Vec::new();
    for (slot, index) in raw.iter().zip(1..) {
        match i32::try_from(*slot).ok().filter(|slot| *slot > 0) {
            Some(slot) if order.contains(&slot) => {
                c.fault_at(&format!("{path}[{index}]"), path, format!("image module type {slot} is named twice; remove one"));
            }
            Some(slot) => order.push(slot),
            None => {
                c.fault_at(&format!("{path}[{index}]"), path, format!("{slot} is out of range; ids are whole numbers from 1 to 2147483647"))
            }
        }
    }
    order
}

fn shipping_groups(c: &mut Checker<'_>, path: &str, raw: Vec<String>) -> Vec<String> {
    for (name, index) in raw.iter().zip(1..) {
        if name.trim().is_empty() || raw.iter().filter(|other| *other == name).count() > 1 {
            c.fault_at(
                &format!("{path}[{index}]"),
                path,
                format!("\"{name}\" is empty or named twice; write each group of the channel once"),
            );
        }
    }
    raw
}
