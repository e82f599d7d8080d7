//! What an account can choose from: the values of the category facet, and the facets that attributes go to.

use serde_json::json;

use super::super::{CategoryPage, ChannelAttribute, ChannelCategory, ChannelError};
use super::facets::Value;
use super::graphql::Failure;
use super::{PAGE, Vendure, part};

const VALUES: &str = "query ($filter: FacetValueFilterParameter, $take: Int, $skip: Int) {
  facetValues(options: {filter: $filter, sort: {id: ASC}, take: $take, skip: $skip}) { totalItems items { id code name } } }";
/// Pages of values that an attribute names to choose from.
const MOST_PAGES: usize = 10;

impl Vendure {
    /// A page of the values of a facet, and how many there are.
    fn values_page(&self, facet_id: &str, skip: usize) -> Result<(Vec<Value>, usize), ChannelError> {
        let variables = json!({ "filter": { "facetId": { "eq": facet_id } }, "take": PAGE, "skip": skip });
        let mut data = self.api.call(VALUES, variables).map_err(Failure::whole)?;
        let total = part(&mut data, "/facetValues/totalItems")?;
        Ok((part(&mut data, "/facetValues/items")?, total))
    }

    /// Facet values form no tree. A category is named by its code.
    pub(super) fn category_page(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        let shop = self.shop()?;
        let Some(facet_id) = self.settings.category_facet.as_ref().and_then(|code| shop.facets.get(code)) else {
            return Ok(CategoryPage { categories: Vec::new(), next: None });
        };
        let skip: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
        let (values, total) = self.values_page(facet_id, skip)?;
        let reached = skip.saturating_add(values.len());
        let next = (!values.is_empty() && reached < total).then(|| reached.to_string());
        let categories =
            values.into_iter().map(|value| ChannelCategory { id: value.code, parent_id: None, name: value.name, takes_offers: true });
        Ok(CategoryPage { categories: categories.collect(), next })
    }

    /// They are the same in all categories. A facet in which Kontor may create values takes any text.
    pub(super) fn attribute_list(&self) -> Result<Vec<ChannelAttribute>, ChannelError> {
        let shop = self.shop()?;
        let mut attributes = Vec::new();
        for (name, code) in &self.settings.attribute_facets {
            let Some(facet_id) = shop.facets.get(code) else { continue };
            let mut values = Vec::new();
            if !self.settings.create_facet_values.contains(code) {
                for _ in 0..MOST_PAGES {
                    let (page, total) = self.values_page(facet_id, values.len())?;
                    let last = page.is_empty();
                    values.extend(page.into_iter().map(|value| value.name));
                    if last || values.len() >= total {
                        break;
                    }
                }
            }
            attributes.push(ChannelAttribute { name: name.clone(), required: false, several: true, values });
        }
        Ok(attributes)
    }
}
