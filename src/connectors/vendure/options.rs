//! The options that distinguish the variants of a product: groups and values are found by a code made of the ERP's own words,
//! which stay the same where a name is translated or changed, or by the name where the merchant made them by hand.

use serde_json::{Value, json};

use super::super::slug::{is_ours, slug};
use super::super::{VariantContent, Word};
use super::found::{ChosenOption, Found, Group, GroupOption, Product};
use super::graphql::{Api, Failure};
use super::{PAGE, part};

const FIND_GROUPS: &str =
    "query ($codes: [String!], $take: Int) { productOptionGroups(options: {filter: {code: {in: $codes}}, take: $take}) { items {
  id code name options { id code name } } } }";
const CREATE_GROUP: &str = "mutation ($input: CreateProductOptionGroupInput!) { createProductOptionGroup(input: $input) { id code name options { id code name } } }";
const RENAME_GROUP: &str = "mutation ($input: UpdateProductOptionGroupInput!) { updateProductOptionGroup(input: $input) { id } }";
const ADD_GROUP: &str =
    "mutation ($product: ID!, $group: ID!) { addOptionGroupToProduct(productId: $product, optionGroupId: $group) { id } }";
const CREATE_OPTION: &str = "mutation ($input: CreateProductOptionInput!) { createProductOption(input: $input) { id code name } }";
const RENAME_OPTION: &str = "mutation ($input: UpdateProductOptionInput!) { updateProductOption(input: $input) { id } }";
const DELETE_OPTION: &str = "mutation ($id: ID!) { deleteProductOption(id: $id) { result } }";

/// What is known of something by one of its codes, or else by its name.
fn at<T>(list: &[T], of: impl Fn(&T) -> (&str, &str), word: &Word, codes: &[String]) -> Option<usize> {
    let by_code = codes.iter().find_map(|code| list.iter().position(|entry| of(entry).0 == code.as_str()));
    by_code.or_else(|| list.iter().position(|entry| of(entry).1.to_lowercase() == word.name.to_lowercase()))
}

/// The ids of a variant's options, one for each property; groups and values that are missing are created, and renamed ones
/// renamed. Each step is one that a repeat finds.
pub(super) fn option_ids(api: &Api, product: &mut Product, variant: &VariantContent, language: &str) -> Result<Vec<String>, Failure> {
    // The product keeps its slug when the parent gets another number.
    let families = [product.slug.clone(), slug(&variant.parent_sku)];
    let mut ids = Vec::with_capacity(variant.options.len());
    for (property, value) in &variant.options {
        // The code that version 0.1 made is of the name.
        let words = [&property.key, &property.name];
        let codes: Vec<String> = families.iter().flat_map(|family| words.map(|word| slug(&format!("{family} {word}")))).collect();
        let at_group = match at(&product.option_groups, |group| (&group.code, &group.name), property, &codes) {
            Some(at) => at,
            None => {
                let code = codes.first().map(String::as_str).unwrap_or_default();
                let group = add_group(api, &product.id, code, property, language)?;
                product.option_groups.push(group);
                product.option_groups.len().saturating_sub(1)
            }
        };
        let Some(group) = product.option_groups.get_mut(at_group) else { continue };
        if group.name != property.name {
            api.call(RENAME_GROUP, renamed(&group.id, property, language))?;
            group.name.clone_from(&property.name);
        }
        ids.push(option_id(api, group, value, language)?);
    }
    Ok(ids)
}

fn option_id(api: &Api, group: &mut Group, value: &Word, language: &str) -> Result<String, Failure> {
    let codes = [slug(&value.key), slug(&value.name)];
    let Some(known) = at(&group.options, |option| (&option.code, &option.name), value, &codes).and_then(|at| group.options.get_mut(at))
    else {
        let input = json!({ "productOptionGroupId": group.id, "code": slug(&value.key), "translations": [{ "languageCode": language, "name": value.name }] });
        let mut data = api.call(CREATE_OPTION, json!({ "input": input }))?;
        let option: GroupOption = part(&mut data, "/createProductOption")?;
        let id = option.id.clone();
        group.options.push(option);
        return Ok(id);
    };
    if known.name != value.name {
        api.call(RENAME_OPTION, renamed(&known.id, value, language))?;
        known.name.clone_from(&value.name);
    }
    Ok(known.id.clone())
}

/// Adds an option group to the product; one that an earlier attempt left behind is taken up again.
fn add_group(api: &Api, product_id: &str, code: &str, property: &Word, language: &str) -> Result<Group, Failure> {
    let mut data = api.call(FIND_GROUPS, json!({ "codes": [code], "take": PAGE }))?;
    let left: Vec<Group> = part(&mut data, "/productOptionGroups/items")?;
    let group = match left.into_iter().next() {
        Some(group) => group,
        None => {
            let input = json!({ "code": code, "translations": [{ "languageCode": language, "name": property.name }], "options": [] });
            let mut data = api.call(CREATE_GROUP, json!({ "input": input }))?;
            part(&mut data, "/createProductOptionGroup")?
        }
    };
    api.call(ADD_GROUP, json!({ "product": product_id, "group": group.id }))?;
    Ok(group)
}

/// Deletes options that Kontor made and a variant does not have any more. The shop keeps those that others still have.
pub(super) fn delete_options(api: &Api, ids: &[String]) -> Result<(), Failure> {
    for id in ids {
        api.call(DELETE_OPTION, json!({ "id": id }))?;
    }
    Ok(())
}

fn renamed(id: &str, word: &Word, language: &str) -> Value {
    json!({ "input": { "id": id, "translations": [{ "languageCode": language, "name": word.name }] } })
}

/// Whether a variant has other options than these.
pub(super) fn differ(found: &Found, ids: &[String]) -> bool {
    found.options.len() != ids.len() || found.options.iter().any(|option| !ids.contains(&option.id))
}

/// Options of a variant that it loses, as far as Kontor made them.
pub(super) fn lost(found: &Found, ids: &[String]) -> Vec<String> {
    let gone = |option: &&ChosenOption| !ids.contains(&option.id) && is_ours(&option.code);
    found.options.iter().filter(gone).map(|option| option.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{at, slug};
    use crate::connectors::Word;

    fn place(list: &[(&str, &str)], key: &str, name: &str) -> Option<usize> {
        at(list, |entry| *entry, &Word { key: key.to_owned(), name: name.to_owned() }, &[slug(key), slug(name)])
    }

    #[test]
    fn an_option_is_found_by_the_erps_word_by_the_name_of_version_0_1_and_by_the_merchants_name() {
        let codes = [slug("BL"), slug("Rot")];
        let list = [("azure", "Blau"), (codes[0].as_str(), "Himmel"), (codes[1].as_str(), "Rot")];
        assert_eq!(place(&list, "BL", "Blau"), Some(1), "its name in the shop is another one: it was renamed");
        assert_eq!(place(&list, "RD", "Rot"), Some(2));
        assert_eq!(place(&list, "X", "BLAU"), Some(0));
        assert_eq!(place(&list, "GN", "Grün"), None);
    }
}
