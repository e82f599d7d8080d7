//! Categories, by their handle, and the attributes that go into metadata.

use serde::Deserialize;

use super::super::rule::Failure;
use super::super::{CategoryPage, ChannelAttribute, ChannelCategory, ChannelError, OfferContent};
use super::offers::{Stop, Work};
use super::{Medusa, PAGE};
use crate::domain::message::channel;

const FIELDS: &str = "id,name,handle,parent_category_id";

#[derive(Debug, Deserialize)]
struct Category {
    id: String,
    name: String,
    handle: String,
    parent_category_id: Option<String>,
}

impl Medusa {
    /// The id of an article's category, which is named by its handle or its id.
    pub(super) fn category_id(&self, content: &OfferContent, work: &mut Work) -> Result<Option<String>, Stop> {
        let Some(word) = content.category.as_deref().filter(|word| !word.is_empty()) else { return Ok(None) };
        let known = match work.categories.get(word) {
            Some(known) => known.clone(),
            None => {
                let id = self.find_category("handle", word)?.or(self.find_category("id", word)?);
                work.categories.insert(word.to_owned(), id.clone());
                id
            }
        };
        known.map(Some).ok_or_else(|| channel::category_unknown(word).into())
    }

    fn find_category(&self, key: &str, word: &str) -> Result<Option<String>, Failure> {
        let found: Vec<Category> =
            self.api.list(&["product-categories"], "product_categories", &[(key, word), ("fields", FIELDS), ("limit", "1")])?;
        Ok(found.into_iter().next().map(|category| category.id))
    }

    pub(super) fn category_page(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        let skip: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
        let (limit, offset) = (PAGE.to_string(), skip.to_string());
        let query = [("fields", FIELDS), ("order", "id"), ("limit", &limit), ("offset", &offset)];
        let page = self.api.page::<Category>(&["product-categories"], "product_categories", &query).map_err(Failure::whole)?;
        let reached = skip.saturating_add(page.rows.len());
        let next = (!page.rows.is_empty() && reached < page.count).then(|| reached.to_string());
        // A parent on another page is named by its id.
        let handle = |id: &String| page.rows.iter().find(|category| category.id == *id).map_or(id, |category| &category.handle).clone();
        let parents: Vec<Option<String>> = page.rows.iter().map(|category| category.parent_category_id.as_ref().map(handle)).collect();
        let categories = page.rows.into_iter().zip(parents);
        let categories = categories.map(|(Category { name, handle, .. }, parent_id)| ChannelCategory {
            id: handle,
            parent_id,
            name,
            takes_offers: true,
        });
        Ok(CategoryPage { categories: categories.collect(), next })
    }

    /// They are the same in all categories, and take any text.
    pub(super) fn attribute_list(&self) -> Vec<ChannelAttribute> {
        let attribute =
            |(name, _): &(String, String)| ChannelAttribute { name: name.clone(), required: false, several: true, values: Vec::new() };
        self.settings.attributes.iter().map(attribute).collect()
    }
}
