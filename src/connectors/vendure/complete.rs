//! What goes along with a variant beside its texts, its price and its stock: pictures, category, attributes, custom fields, options.

use serde_json::{Map, Value, json};

use super::super::OfferContent;
use super::super::gallery::Shown;
use super::assets::arranged;
use super::found::Found;
use super::graphql::Failure;
use super::options::{differ, lost, option_ids};
use super::work::{Stop, Work};
use super::{Vendure, fields};

impl Vendure {
    /// Adds it to the inputs of a variant that is there, and of its product. Answers with the options that the variant loses.
    pub(super) fn complete(
        &self,
        content: &OfferContent,
        variant: &Found,
        input: &mut Map<String, Value>,
        product: &mut Map<String, Value>,
        work: &mut Work,
    ) -> Result<Vec<String>, Stop> {
        input.extend(self.extras(content, Some(variant), work)?);
        if let Some(pictures) = self.product_pictures(content, Some(&variant.product), work)? {
            product.extend(pictures);
        }
        let Some(choice) = &content.variant else { return Ok(Vec::new()) };
        let ids = option_ids(&self.api, &mut variant.product.clone(), choice, &content.language)?;
        if !differ(variant, &ids) {
            return Ok(Vec::new());
        }
        input.insert("optionIds".to_owned(), json!(ids));
        Ok(lost(variant, &ids))
    }

    /// What a variant gets, whether it is there or not.
    pub(super) fn extras(&self, content: &OfferContent, variant: Option<&Found>, work: &mut Work) -> Result<Map<String, Value>, Stop> {
        let mut input = Map::new();
        let (fields, messages) = fields::custom_fields(content, &work.shop, &self.settings);
        work.note(Shown { messages, ..Shown::default() });
        if !fields.is_empty() {
            input.insert("customFields".to_owned(), Value::Object(fields));
        }
        let now = variant.map_or(&[][..], |variant| &variant.facet_values);
        if let Some(values) = self.facet_values(content, now, work)? {
            input.insert("facetValueIds".to_owned(), json!(values));
        }
        if content.variant.is_some()
            && let Some(pictures) = self.variant_pictures(content, variant, work)?
        {
            input.extend(pictures);
        }
        Ok(input)
    }

    /// An article without variants has its pictures at its product, where shops look for them.
    fn variant_pictures(
        &self,
        content: &OfferContent,
        variant: Option<&Found>,
        work: &mut Work,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let Some(shown) = self.show(&content.images, content, work)? else { return Ok(None) };
        let (now, featured) = variant.map_or((&[][..], None), |variant| (&variant.assets, variant.featured_asset.as_ref()));
        let arranged = arranged(&shown, now, featured);
        work.note(shown);
        Ok(arranged)
    }
}
