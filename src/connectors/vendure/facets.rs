//! Category and attributes, as values of facets. Vendure's collections choose their articles by filters, and the usual filter is
//! one of facet values, so that is where Kontor puts the category: collections stay the merchant's. The values go to the
//! variant, because that is what an offer is; the filter takes those of variants and of products alike.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::super::slug::slug;
use super::super::{OfferContent, Word};
use super::found::FacetValue;
use super::graphql::{Api, Failure};
use super::shop::ShopSettings;
use super::work::{Stop, Work};
use super::{PAGE, Vendure, part};
use crate::domain::message::channel;

const FIND: &str = "query ($filter: FacetValueFilterParameter, $take: Int) { facetValues(options: {filter: $filter, take: $take}) { items { id code name } } }";
const CREATE: &str = "mutation ($input: [CreateFacetValueInput!]!) { createFacetValues(input: $input) { id code name } }";
const RENAME: &str = "mutation ($input: [UpdateFacetValueInput!]!) { updateFacetValues(input: $input) { id } }";
const ASSIGN: &str = "mutation ($input: AssignFacetsToChannelInput!) { assignFacetsToChannel(input: $input) { id } }";
/// Values that a message names.
const MOST_NAMED: usize = 20;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Value {
    pub id: String,
    pub code: String,
    pub name: String,
}

/// The facets and values that an offer is to have.
fn wanted<'c>(
    content: &'c OfferContent,
    category_facet: Option<&'c str>,
    attribute_facets: &'c [(String, String)],
) -> Vec<(&'c str, Word)> {
    let category = category_facet.zip(content.category.as_deref()).map(|(facet, category)| (facet, Word::from(category)));
    let attributes = content.attributes.iter().flat_map(|attribute| {
        let facets = attribute_facets.iter().filter(|(name, _)| name.to_lowercase() == attribute.name.to_lowercase());
        facets.flat_map(|(_, facet)| attribute.values.iter().map(|value| (facet.as_str(), value.clone())))
    });
    category.into_iter().chain(attributes).collect()
}

/// The value that a word means: by its code, or by the name.
fn meant<'v>(values: &'v [Value], word: &Word) -> Option<&'v Value> {
    let code = slug(&word.key);
    let by_code = values.iter().find(|value| value.code == code || value.code == word.key);
    by_code
        .or_else(|| values.iter().find(|value| [&word.name, &word.key].iter().any(|name| name.to_lowercase() == value.name.to_lowercase())))
}

impl Vendure {
    /// The values of all facets that the variant is to have, where it has others now: those of the facets that the settings
    /// name are the offer's, the others stay.
    pub(super) fn facet_values(&self, content: &OfferContent, now: &[FacetValue], work: &mut Work) -> Result<Option<Vec<String>>, Stop> {
        let (settings, shop) = (&self.settings, &work.shop);
        let ours: BTreeSet<&str> = settings.facets().filter_map(|code| shop.facets.get(code)).map(String::as_str).collect();
        let mut ids: BTreeSet<String> =
            now.iter().filter(|value| !ours.contains(value.facet_id.as_str())).map(|value| value.id.clone()).collect();
        for (facet, word) in wanted(content, settings.category_facet.as_deref(), &settings.attribute_facets) {
            let facet_id = shop.facets.get(facet).ok_or_else(|| Stop::Refused(channel::facet_missing(facet)))?;
            let key = (facet.to_owned(), word.clone());
            let id = match work.values.get(&key) {
                Some(id) => id.clone(),
                None => {
                    let id = self.facet_value(facet, facet_id, &word, &content.language, shop)?;
                    work.values.insert(key, id.clone());
                    id
                }
            };
            ids.insert(id);
        }
        let before: BTreeSet<String> = now.iter().map(|value| value.id.clone()).collect();
        Ok((ids != before).then(|| ids.into_iter().collect()))
    }

    fn facet_value(&self, facet: &str, facet_id: &str, word: &Word, language: &str, shop: &ShopSettings) -> Result<String, Stop> {
        let open = self.settings.create_facet_values.iter().any(|code| code == facet);
        let mut values = look_up(&self.api, facet_id, word)?;
        if meant(&values, word).is_none() && !shop.in_default && shop.reaches_default {
            // The channel has the facet's values of the day when the facet was assigned to it. Another account may have made
            // this one since.
            if meant(&look_up(&self.default_api, facet_id, word)?, word).is_some() {
                self.default_api.call(ASSIGN, json!({ "input": { "facetIds": [facet_id], "channelId": shop.channel_id } }))?;
                values = look_up(&self.api, facet_id, word)?;
            }
        }
        if let Some(value) = meant(&values, word) {
            if open && value.name != word.name && value.code == slug(&word.key) {
                let input = json!([{ "id": value.id, "translations": [{ "languageCode": language, "name": word.name }] }]);
                self.api.call(RENAME, json!({ "input": input }))?;
            }
            return Ok(value.id.clone());
        }
        if !open {
            let all = self.values_of(facet_id)?;
            let named: Vec<&str> = all.iter().take(MOST_NAMED).map(|value| value.name.as_str()).collect();
            let more = if all.len() > MOST_NAMED { ", …" } else { "" };
            return Err(Stop::Refused(channel::facet_value_unknown(facet, &word.name, format!("{}{more}", named.join(", ")))));
        }
        let input =
            json!([{ "facetId": facet_id, "code": slug(&word.key), "translations": [{ "languageCode": language, "name": word.name }] }]);
        let mut data = self.api.call(CREATE, json!({ "input": input }))?;
        let created: Vec<Value> = part(&mut data, "/createFacetValues")?;
        created.into_iter().next().map(|value| value.id).ok_or_else(|| super::missing("the created facet value").into())
    }

    pub(super) fn values_of(&self, facet_id: &str) -> Result<Vec<Value>, Failure> {
        let mut data = self.api.call(FIND, json!({ "filter": { "facetId": { "eq": facet_id } }, "take": PAGE }))?;
        Ok(part(&mut data, "/facetValues/items")?)
    }
}

/// Vendure takes a second value with the same code or name without a word, so they are looked up first.
fn look_up(api: &Api, facet_id: &str, word: &Word) -> Result<Vec<Value>, Failure> {
    let codes = [slug(&word.key), word.key.clone()];
    let names = [&word.name, &word.key];
    let filter = json!({ "facetId": { "eq": facet_id }, "_or": [{ "code": { "in": codes } }, { "name": { "in": names } }] });
    let mut data = api.call(FIND, json!({ "filter": filter, "take": PAGE }))?;
    Ok(part(&mut data, "/facetValues/items")?)
}
